//! Owns which policy judges (design §4.6): a file, a ref, or the inspected tree; and that options in CI only tighten what it
//! sets. Refuses to read anything itself, and to find out what the base is: a reader hands the bytes over, `inspect` the commit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use super::FailOn;
use crate::catalog::{Catalog, Severity};
use crate::error::Error;
use crate::signing::trust::Trust;
use crate::terms::read::Open;
use crate::terms::{Level, Policy, Reading, read, trust};
use crate::text::SourceFile;

/// Where a policy file lies in its source.
pub const POLICY_FILE: &str = ".tollgate.toml";

/// What the command line says about the policy.
#[derive(Clone, Debug, Default)]
pub struct OriginRequest {
    /// `--policy`.
    pub policy_file: Option<PathBuf>,
    /// `--policy-ref`.
    pub policy_ref: Option<String>,
    /// `--org-policy`.
    pub org_policy: Option<PathBuf>,
    /// The tip of the base, whose policy judges where neither of the above is given.
    pub base: Option<BaseTip>,
    /// `--profile`, which takes the place of the policy's.
    pub profile: Option<String>,
    /// A CI variable is set.
    pub ci: bool,
    /// Whether `policy_file`, links resolved, lies in the inspected tree or its `.git`.
    pub policy_file_is_inside: bool,
    /// The same of `org_policy`.
    pub org_policy_is_inside: bool,
    /// Now, in seconds since the epoch.
    pub now: i64,
    /// Whether the inspected tree is a plain folder or a work tree (`work-tree` in reports), or the tree of a commit.
    pub tree_revision: Option<String>,
}

/// The commit whose policy judges a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseTip {
    /// Its id, in full.
    pub revision: String,
    /// What it is called, for the last line: `origin/main`.
    pub title: String,
    /// It is known that whoever wrote the inspected tree cannot have chosen it.
    pub outside: bool,
}

/// Hands over the bytes of policies.
pub trait PolicyReader {
    /// A file on disk, by a path the user gave.
    ///
    /// # Errors
    /// A usage error when there is none, an incomplete error when it cannot be read.
    fn disk(&self, path: &Path) -> Result<Arc<SourceFile>, Error>;

    /// A file beside or below a policy file on disk, never above; `None` when there is none.
    ///
    /// # Errors
    /// When it is no regular file, or cannot be read.
    fn beside(&self, directory: &Path, name: &str) -> Result<Option<Arc<SourceFile>>, Error>;

    /// A file of the inspected tree; `None` when there is none.
    ///
    /// # Errors
    /// When it is there and is no regular file, or cannot be read.
    fn tree(&self, path: &str) -> Result<Option<Arc<SourceFile>>, Error>;

    /// The commit that a ref names, and whether whoever wrote the inspected tree cannot have chosen it.
    ///
    /// # Errors
    /// When the ref does not exist, or is ambiguous; in CI when it is one that the judged writes.
    fn resolve(&self, reference: &str) -> Result<Named, Error>;

    /// A file of a commit's tree; `None` when there is none.
    ///
    /// # Errors
    /// When the commit cannot be read, or the file is no regular file.
    fn at(&self, revision: &str, path: &str) -> Result<Option<Arc<SourceFile>>, Error>;
}

/// What a ref names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The commit's id, in full.
    pub commit: String,
    /// It is known that whoever wrote the inspected tree cannot have chosen it.
    pub outside: bool,
}

/// Where the judging policy came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicySource {
    /// The defaults in this binary.
    Builtin,
    /// The inspected tree.
    WorkTree,
    /// A ref.
    Ref,
    /// A file.
    File,
    /// A forge's API.
    Forge,
}

/// The policy that judges.
#[derive(Clone, Debug)]
pub struct Judging {
    /// The policy.
    pub policy: Policy,
    /// Whom it trusts.
    pub trust: Trust,
    /// Where it came from.
    pub source: PolicySource,
    /// The commit it was read at.
    pub revision: Option<String>,
    /// Whoever wrote the inspected tree cannot have written it.
    pub authoritative: bool,
    /// The base has no policy yet.
    pub bootstrap: bool,
    /// The policy of the inspected tree, where another one judges a change.
    pub proposed: Option<Policy>,
    /// The words of the last line.
    pub title: String,
}

/// Chooses and reads the policy that judges.
///
/// # Errors
/// Usage errors for options that do not fit and for a policy with mistakes; incomplete errors for what cannot be read.
pub fn choose(request: &OriginRequest, reader: &dyn PolicyReader, catalog: &Catalog, today: Date) -> Result<Judging, Error> {
    let org = request.org_policy.as_deref().map(|path| reader.disk(path)).transpose()?;
    let with = |file: Option<Arc<SourceFile>>, open: &Open<'_>| {
        let policy = read(file, &Reading { catalog, today, open, org: org.clone() })?;
        let policy = match &request.profile {
            Some(profile) => policy.under(profile),
            None => policy,
        };
        let trust = trust::trust(&policy, open, request.now)?;
        Ok::<_, Error>((policy, trust))
    };
    if request.org_policy_is_inside && request.ci {
        let error = Error::usage("--org-policy names a file of the inspected tree, which whoever wrote the tree can change");
        return Err(error.hint("in CI name a file outside of it"));
    }
    if let Some(path) = &request.policy_file {
        if request.policy_file_is_inside && request.ci {
            let error = Error::usage("--policy names a file of the inspected tree, which whoever wrote the tree can change");
            return Err(error.hint("in CI name a file outside of it, or use --policy-ref"));
        }
        let file = reader.disk(path)?;
        let directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let open = |name: &str| reader.beside(&directory, name);
        let policy = with(Some(file), &open)?;
        let title = path.display().to_string();
        return Ok(judging(
            policy,
            PolicySource::File,
            None,
            !request.policy_file_is_inside && !request.org_policy_is_inside,
            title,
        ));
    }
    if let Some(reference) = &request.policy_ref {
        let Named { commit: revision, outside } = reader.resolve(reference)?;
        let file = reader.at(&revision, POLICY_FILE)?;
        let (source, what) = match file {
            Some(_) => (PolicySource::Ref, POLICY_FILE),
            None => (PolicySource::Builtin, "built-in defaults, no policy"),
        };
        let policy = with(file, &|name| reader.at(&revision, name))?;
        let title = format!("{what} at {reference} {}", short(&revision));
        let own = request.tree_revision.as_ref() == Some(&revision);
        return Ok(judging(policy, source, Some(revision), outside && !own && !request.org_policy_is_inside, title));
    }
    let file = reader.tree(POLICY_FILE)?;
    let has_file = file.is_some();
    let policy = with(file, &|name| reader.tree(name))?;
    if let Some(base) = &request.base {
        let proposed = has_file.then_some(policy.0);
        let file = reader.at(&base.revision, POLICY_FILE)?;
        let bootstrap = file.is_none();
        let (source, what) = match bootstrap {
            false => (PolicySource::Ref, POLICY_FILE),
            true => (PolicySource::Builtin, "built-in defaults, no policy"),
        };
        let (mut policy, trust) = with(file, &|name| reader.at(&base.revision, name))?;
        if let Some(proposed) = proposed.as_ref().filter(|_| bootstrap) {
            policy.terms.service.adopt(&proposed.terms.service);
        }
        let title = format!("{what} at {} {}", base.title, short(&base.revision));
        let authoritative = base.outside && !request.org_policy_is_inside;
        let judged = judging((policy, trust), source, Some(base.revision.clone()), authoritative, title);
        return Ok(Judging { bootstrap, proposed, ..judged });
    }
    let (source, title) = match (has_file, &request.tree_revision) {
        (true, Some(revision)) => (PolicySource::WorkTree, format!("{POLICY_FILE} of the inspected commit {}", short(revision))),
        (true, None) => (PolicySource::WorkTree, format!("{POLICY_FILE} of the inspected tree")),
        (false, _) => (PolicySource::Builtin, "built-in defaults".to_owned()),
    };
    let revision = request.tree_revision.clone().filter(|_| has_file);
    Ok(judging(policy, source, revision, false, title))
}

/// A policy as it stands in a source, without the organisation's below it; `None`: there is none.
///
/// # Errors
/// It has mistakes, or a file that it names cannot be read.
pub fn plain(
    file: Option<Arc<SourceFile>>,
    profile: Option<&str>,
    catalog: &Catalog,
    today: Date,
    open: &Open<'_>,
) -> Result<Option<Policy>, Error> {
    let Some(file) = file else { return Ok(None) };
    let policy = read(Some(file), &Reading { catalog, today, open, org: None })?;
    Ok(Some(match profile {
        Some(profile) => policy.under(profile),
        None => policy,
    }))
}

impl Judging {
    /// What the inspected tree's own policy would bring, where no policy judges yet: waivers and statements of it hold once it is merged.
    #[must_use]
    pub fn proposes(&self) -> Option<String> {
        let proposed = self.proposed.as_ref()?;
        if !self.bootstrap {
            return None;
        }
        let (waivers, statements) = (proposed.waivers.len(), proposed.attestations.len());
        Some(format!(
            "unprotected: no policy at the base yet; the one of this tree is proposed ({waivers} waivers, {statements} statements), and judges once it is there"
        ))
    }
}

fn judging(
    (policy, trust): (Policy, Trust),
    source: PolicySource,
    revision: Option<String>,
    authoritative: bool,
    title: String,
) -> Judging {
    Judging { policy, trust, source, revision, authoritative, bootstrap: false, proposed: None, title }
}

fn short(revision: &str) -> &str {
    revision.get(..7).unwrap_or(revision)
}

/// The options that could loosen a policy.
#[derive(Clone, Copy, Debug)]
pub struct Loosening<'a> {
    /// `--profile`.
    pub profile: Option<&'a str>,
    /// `--fail-on`.
    pub fail_on: Option<FailOn>,
    /// `--only`, as written.
    pub only: &'a [String],
}

/// In CI, options may only tighten what the judging policy sets; where it is silent they are free.
///
/// # Errors
/// A usage error for the first option that is looser.
pub fn refuse_looser(options: &Loosening<'_>, policy: &Policy, catalog: &Catalog) -> Result<(), Error> {
    let looser = |option: String, sets: String| {
        let error = Error::usage(format!("{option} is looser than the policy, which sets {sets}"));
        Err(error.hint("in CI options may only tighten: change the policy, or leave the option out"))
    };
    if let Some(profile) = options.profile
        && let Some(set) = policy.values.text_at("profile").filter(|set| set != profile)
    {
        return looser(format!("--profile {profile}"), format!("profile = \"{set}\""));
    }
    if let Some(fail_on) = options.fail_on
        && let Some(set) = policy.gate.fail_on.filter(|set| fail_on < at(*set))
    {
        return looser(format!("--fail-on {}", fail_on.word()), format!("gate.fail_on = \"{}\"", set.word()));
    }
    if !options.only.is_empty() {
        let kept: Vec<&str> = options.only.iter().filter_map(|name| catalog.rule(name)).map(|rule| rule.id.as_str()).collect();
        let set = policy.rules.iter().filter(|(_, terms)| terms.severity.is_some_and(|level| level > Level::Off));
        let mut left_out = set.map(|(id, _)| id).chain(policy.org.floors.keys()).filter(|id| !kept.contains(&id.as_str()));
        if let Some(id) = left_out.next() {
            return looser("--only".to_owned(), format!("rules.{id}"));
        }
    }
    Ok(())
}

fn at(severity: Severity) -> FailOn {
    match severity {
        Severity::Error => FailOn::Error,
        Severity::Warning => FailOn::Warning,
        Severity::Notice => FailOn::Notice,
    }
}
