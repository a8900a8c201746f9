//! Owns which policy judges tags (design §4.6): a file outside of the repository, a full reference, or the tip of the default
//! branch as the origin names it. Refuses to say who could have written it: `tags_judge` does.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::Oid;
use jiff::civil::Date;

use super::tags_judge;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::limits::Limits;
use crate::policy::origin::{Judging, POLICY_FILE, PolicySource};
use crate::signing::trust::Trust;
use crate::source::checkout::Checkout;
use crate::source::refs::Ref;
use crate::source::repository::{ORIGINS_BRANCHES, OWN_BRANCHES};
use crate::source::{self, Repository, commit, fetching};
use crate::terms::read::Open;
use crate::terms::{Reading, read, trust};
use crate::text::SourceFile;

/// The remedy where a policy has no commit.
pub(super) const OF_A_COMMIT: &str =
    "keep the policy in a repository: name it by --policy-ref, or check that repository out and name the unchanged file";

/// What the command line says.
#[derive(Clone, Copy, Debug)]
pub(super) struct TagOrigin<'a> {
    /// The repository's path, as given.
    pub(super) repository: &'a Path,
    /// `--policy`.
    pub(super) file: Option<&'a Path>,
    /// `--policy-ref`.
    pub(super) reference: Option<&'a str>,
    /// `--org-policy`.
    pub(super) org: Option<&'a Path>,
    /// The default branch as a forge told it.
    pub(super) told: Option<&'a str>,
    /// What is read decides about tags, so that nobody who can make one may have written it; else it is only compared.
    pub(super) judges: bool,
}

/// The policy that judges tags, and whom it trusts.
#[derive(Debug)]
pub(super) struct TagJudging {
    /// The policy and where it came from.
    pub(super) judging: Judging,
    /// Its commit, when it came from one.
    pub(super) commit: Option<Oid>,
    /// When that commit was made, in seconds since the epoch.
    pub(super) made: Option<i64>,
    /// The work tree it was read in, when that is another repository than the tag's: the commit is to be looked up there.
    pub(super) elsewhere: Option<PathBuf>,
    /// The branch whose tip it was read at, without prefix, when that was the default branch.
    pub(super) default_branch: Option<String>,
    /// It was named, and its commit is not the tip of the default branch.
    pub(super) pinned: bool,
    /// Every file that was read for it, as it is called there.
    pub(super) files: BTreeSet<String>,
}

/// Chooses and reads the policy; `now` in seconds since the epoch.
///
/// # Errors
/// Usage errors for a policy from where the judged can write, and for mistakes in it; incomplete errors for what cannot be read.
pub(super) fn choose(
    request: &TagOrigin<'_>,
    repository: &Repository,
    limits: &Limits,
    today: Date,
    now: i64,
) -> Result<TagJudging, Error> {
    let refuse = |what: &str, path: &Path| match request.judges {
        true => tags_judge::outside(what, path, request.repository, repository),
        false => Ok(()),
    };
    if let Some(path) = request.org {
        refuse("--org-policy", path)?;
    }
    let org = request.org.map(|path| source::read_named_file(path, limits.file_bytes)).transpose()?;
    let default = DefaultBranch::of(repository, request.told)?;
    if let Some(path) = request.file {
        refuse("--policy", path)?;
        return from_file(path, org, limits, today, now, default.map(|default| default.name), &refuse);
    }
    let (what, (tip, pinned)) = match (request.reference, &default) {
        (Some(reference), _) if request.judges => {
            (reference.to_owned(), tags_judge::named(repository, reference, default.as_ref(), limits)?)
        }
        (Some(reference), _) => (reference.to_owned(), (tags_judge::full(repository, reference, limits)?, false)),
        (None, Some(DefaultBranch { name, tip: Some(tip), .. })) => (name.clone(), (*tip, false)),
        (None, Some(DefaultBranch { full, .. })) => {
            let error = Error::incomplete(format!("the default branch ({full}) is not here, so its policy cannot judge"));
            return Err(error.hint(match repository.is_git_dir {
                true => "git symbolic-ref HEAD refs/heads/main, with the name of the default branch".to_owned(),
                false => format!("{} (with actions/checkout: fetch-depth: 0)", fetching::branches(repository)),
            }));
        }
        (None, None) => return Err(no_default(repository)),
    };
    // Where nothing names the default branch, the one whose policy was asked for is meant.
    let asked = || Some([ORIGINS_BRANCHES, OWN_BRANCHES].iter().find_map(|prefix| what.strip_prefix(prefix))?.to_owned());
    let default_branch = default.map(|default| default.name).or_else(asked);
    let judged = at_commit(repository, &what, tip, org, limits, today, now, default_branch)?;
    Ok(TagJudging { pinned, ..judged })
}

/// The policy at a commit of the repository, which `what` names for the reader.
#[expect(clippy::too_many_arguments, reason = "each is one thing that a policy is read with")]
fn at_commit(
    repository: &Repository,
    what: &str,
    tip: Oid,
    org: Option<Arc<SourceFile>>,
    limits: &Limits,
    today: Date,
    now: i64,
    default_branch: Option<String>,
) -> Result<TagJudging, Error> {
    let seen = RefCell::new(BTreeSet::new());
    let open = |name: &str| {
        let file = source::file_at(&repository.objects, tip, name, limits.file_bytes)?;
        seen.borrow_mut().extend(file.iter().map(|_| name.to_owned()));
        Ok(file)
    };
    let file = open(POLICY_FILE)?;
    let has_file = file.is_some();
    let below = below(org.as_ref());
    seen.borrow_mut().extend(org.iter().map(|org| org.path.to_string()));
    let judged = with(file, &open, org, today, now)?;
    let made = commit::read(&repository.objects, tip).ok().and_then(|commit| commit.time);
    let revision = tip.to_string();
    let short = revision.get(..7).unwrap_or(&revision).to_owned();
    let (source, title) = match has_file {
        true => (PolicySource::Ref, format!("{POLICY_FILE} at {what} {short}{below}")),
        false => (PolicySource::Builtin, format!("built-in defaults, no policy at {what} {short}{below}")),
    };
    let judging = Judging {
        policy: judged.0,
        trust: judged.1,
        source,
        revision: Some(revision),
        authoritative: true,
        bootstrap: false,
        proposed: None,
        title,
    };
    let files = seen.into_inner();
    Ok(TagJudging { judging, commit: Some(tip), made, elsewhere: None, default_branch, pinned: false, files })
}

/// Refuses a file by where it lies; the first text says who names it.
pub(super) type Refuse<'a> = dyn Fn(&str, &Path) -> Result<(), Error> + 'a;

/// The policy in a file outside of the repository, and what lies beside it. Where all that was read of it is in the commit that is checked out around it, it has a
/// commit and an age; a file of no commit, or one that was changed, has neither.
pub(super) fn from_file(
    path: &Path,
    org: Option<Arc<SourceFile>>,
    limits: &Limits,
    today: Date,
    now: i64,
    default_branch: Option<String>,
    refuse: &Refuse<'_>,
) -> Result<TagJudging, Error> {
    let file = source::read_named_file(path, limits.file_bytes)?;
    let directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let read = RefCell::new(vec![(path.to_path_buf(), Arc::clone(&file))]);
    let open = |name: &str| {
        let file = source::file_beside(&directory, name, limits.file_bytes)?;
        if file.is_some() {
            refuse(&format!("`{name}` beside the policy"), &directory.join(name))?;
        }
        read.borrow_mut().extend(file.iter().map(|file| (directory.join(name), Arc::clone(file))));
        Ok(file)
    };
    let below = below(org.as_ref());
    let organisation = org.iter().map(|org| org.path.to_string()).collect::<Vec<_>>();
    let (policy, trust) = with(Some(file), &open, org, today, now)?;
    let unchanged =
        |checkout: &Checkout| read.borrow().iter().all(|(path, file)| checkout.has(path, &file.text, limits.file_bytes));
    let checkout = Checkout::around(path).filter(unchanged);
    let commit = checkout.as_ref().map(|checkout| checkout.head);
    let revision = commit.map(|id| id.to_string());
    let at = revision.as_ref().map(|id| format!(" at {}", id.get(..7).unwrap_or(id))).unwrap_or_default();
    let title = format!("{}{at}{below}", path.display());
    let judging = Judging {
        policy,
        trust,
        source: PolicySource::File,
        revision,
        authoritative: true,
        bootstrap: false,
        proposed: None,
        title,
    };
    let made = checkout.as_ref().and_then(|checkout| checkout.made);
    let elsewhere = commit.map(|_| if directory.as_os_str().is_empty() { PathBuf::from(".") } else { directory.clone() });
    let files = read.borrow().iter().map(|(path, _)| path.display().to_string()).chain(organisation).collect();
    Ok(TagJudging { judging, commit, made, elsewhere, default_branch, pinned: false, files })
}

/// The organisation's policy, which can name releasers too, in the words of the last line.
fn below(org: Option<&Arc<SourceFile>>) -> String {
    org.map(|org| format!(" with {}", org.path)).unwrap_or_default()
}

fn with(
    file: Option<Arc<SourceFile>>,
    open: &Open<'_>,
    org: Option<Arc<SourceFile>>,
    today: Date,
    now: i64,
) -> Result<(crate::terms::Policy, Trust), Error> {
    let policy = read(file, &Reading { catalog: Catalog::builtin(), today, open, org })?;
    let trust = trust::trust(&policy, open, now)?;
    Ok((policy, trust))
}

/// Nothing says which branch is the default one.
pub(super) fn no_default(repository: &Repository) -> Error {
    if repository.is_git_dir {
        return Error::incomplete("HEAD does not say which branch is the default one, so no policy can judge")
            .hint("git symbolic-ref HEAD refs/heads/main, with the name of the default branch");
    }
    Error::incomplete(format!("{ORIGINS_BRANCHES}HEAD does not say which branch is the default one, so no policy can judge"))
        .hint(fetching::default_branch(repository))
}

/// The default branch: `HEAD` of a mirror, `origin`'s as fetched, or what a forge told of `origin`'s; a local branch never.
#[derive(Clone, Debug)]
pub(super) struct DefaultBranch {
    /// Its name.
    pub(super) name: String,
    /// The reference that holds it.
    pub(super) full: String,
    /// Its tip; `None`: it is not here.
    pub(super) tip: Option<Oid>,
}

impl DefaultBranch {
    /// Of the repository that is inspected.
    pub(super) fn of(repository: &Repository, told: Option<&str>) -> Result<Option<Self>, Error> {
        if !repository.is_mirror()?
            && let Some(default) = Self::of_remote(repository, "origin")?
        {
            return Ok(Some(default));
        }
        match (repository.refs.read("HEAD")?, told) {
            (Some(Ref::Symbolic(full)), _) if repository.is_git_dir => Self::at(repository, full, OWN_BRANCHES),
            (_, Some(name)) if !repository.is_git_dir => {
                Self::at(repository, format!("{ORIGINS_BRANCHES}{name}"), ORIGINS_BRANCHES)
            }
            _ => Ok(None),
        }
    }

    /// Of a remote, as it was when that was fetched.
    pub(super) fn of_remote(repository: &Repository, remote: &str) -> Result<Option<Self>, Error> {
        let prefix = format!("refs/remotes/{remote}/");
        match repository.refs.read(&format!("{prefix}HEAD"))? {
            Some(Ref::Symbolic(full)) => Self::at(repository, full, &prefix),
            _ => Ok(None),
        }
    }

    fn at(repository: &Repository, full: String, prefix: &str) -> Result<Option<Self>, Error> {
        let full = repository.refs.last_name(&full)?;
        let Some(name) = full.strip_prefix(prefix).map(str::to_owned) else { return Ok(None) };
        let tip = repository.refs.resolve(&full)?;
        Ok(Some(Self { name, full, tip }))
    }
}
