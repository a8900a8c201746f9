//! Owns what a change of policy does: which values go which way, which keys, certificates and files change, and which existing releases get
//! another verdict. Refuses to decide whether that is right.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Moment;
use super::policy_files;
use super::tags::{self, TagRequest};
use super::tags_origin::{self, DefaultBranch, TagJudging, TagOrigin};
use crate::catalog::Catalog;
use crate::error::{Error, Kind};
use crate::facts::tags::verify::TagVerdict;
use crate::limits::Limits;
use crate::policy::origin::POLICY_FILE;
use crate::report::tags::{TagRow, Word};
use crate::signing::ssh::SshKey;
use crate::signing::trust::{Person, Trust};
use crate::source::{self, Repository};
use crate::terms::change::{self, Change, Direction};

/// What to compare.
#[derive(Clone, Debug)]
pub struct DiffRequest {
    /// The repository whose releases are looked at again.
    pub repository: PathBuf,
    /// The policy before: a file, a full reference, or an object id; `None`: the default branch's.
    pub from: Option<String>,
    /// The policy after; `None`: the file here.
    pub to: Option<String>,
    /// `--org-policy`, below both.
    pub org_policy: Option<PathBuf>,
    /// Now.
    pub now: Moment,
    /// The bounds.
    pub limits: Limits,
}

/// A release whose verdict changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its name.
    pub name: String,
    /// The verdict before, and the step and reason where it stopped; `None`: it was no release.
    pub from: Option<(Word, Option<String>)>,
    /// The same after.
    pub to: Option<(Word, Option<String>)>,
}

/// What a change of policy does.
#[derive(Clone, Debug)]
pub struct PolicyDiff {
    /// The policy before.
    pub from: String,
    /// The policy after.
    pub to: String,
    /// Changed values, keys and files, the weaker first.
    pub changes: Vec<Change>,
    /// How many releases were looked at, and those whose verdict changes; an error: why none was.
    pub tags: Result<(usize, Vec<Changed>), Error>,
}

/// Compares.
///
/// # Errors
/// Either policy cannot be read, or has mistakes.
pub fn diff(request: &DiffRequest) -> Result<PolicyDiff, Error> {
    let repository = source::open_repository(&request.repository);
    let from = policy(request, request.from.as_deref(), None, &repository)?;
    let to = policy(request, request.to.as_deref(), Some(POLICY_FILE), &repository)?;
    let mut changes = change::changes(&from.judging.policy, &to.judging.policy, Catalog::builtin());
    changes.extend(keys(&from.judging.trust, &to.judging.trust));
    changes.extend(signers(&from, &to));
    changes.extend(policy_files::changes(request, &from, &to)?);
    changes.sort();
    let tags = repository.and_then(|repository| replayed(request, &from, &to, &repository));
    Ok(PolicyDiff { from: from.judging.title, to: to.judging.title, changes, tags })
}

/// The policy that a text names: a full reference or an object id in the repository, else a file.
fn policy(
    request: &DiffRequest,
    named: Option<&str>,
    otherwise: Option<&str>,
    repository: &Result<Repository, Error>,
) -> Result<TagJudging, Error> {
    let (limits, now) = (&request.limits, request.now);
    let id = |text: &str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let file = named.filter(|text| !text.starts_with("refs/") && !id(text)).or(otherwise.filter(|_| named.is_none()));
    if let Some(file) = file {
        if named.is_some() && !Path::new(file).exists() {
            let error = Error::usage(format!("there is no file `{file}`"));
            return Err(error.hint("name a policy file, or a revision in full: refs/heads/main, or a commit id of 40 digits"));
        }
        let org = request.org_policy.as_deref().map(|path| source::read_named_file(path, limits.file_bytes)).transpose()?;
        let anywhere = |_: &str, _: &Path| Ok(());
        let (today, second) = (now.date(), now.at.as_second());
        return tags_origin::from_file(Path::new(file), org, limits, today, second, default(repository), &anywhere);
    }
    let repository = repository.as_ref().map_err(Clone::clone)?;
    let origin = TagOrigin {
        repository: &request.repository,
        file: None,
        reference: named,
        org: request.org_policy.as_deref(),
        told: None,
        judges: false,
    };
    tags_origin::choose(&origin, repository, limits, now.date(), now.at.as_second())
}

fn default(repository: &Result<Repository, Error>) -> Option<String> {
    let repository = repository.as_ref().ok()?;
    DefaultBranch::of(repository, None).ok().flatten().map(|default| default.name)
}

fn replayed(
    request: &DiffRequest,
    from: &TagJudging,
    to: &TagJudging,
    repository: &Repository,
) -> Result<(usize, Vec<Changed>), Error> {
    let asking = TagRequest::every_release(request.repository.clone(), request.now, request.limits.clone());
    let told = |verdict: TagVerdict| {
        let row = TagRow::from(verdict);
        let why = row.refusal.as_ref().map(|refusal| format!("{}: {}", refusal.step.word(), refusal.reason));
        (row.name.clone(), (row.word(), why))
    };
    let all = |judged: &TagJudging| -> Result<BTreeMap<String, (Word, Option<String>)>, Error> {
        Ok(tags::replay(&asking, judged, repository)?.into_iter().map(told).collect())
    };
    let (mut before, after) = (all(from)?, all(to)?);
    let mut changed = Vec::new();
    let mut total = before.len();
    for (name, to) in after {
        let from = before.remove(&name);
        total += usize::from(from.is_none());
        if from.as_ref().is_none_or(|from| from.0 != to.0) {
            changed.push(Changed { name, from, to: Some(to) });
        }
    }
    changed.extend(before.into_iter().map(|(name, from)| Changed { name, from: Some(from), to: None }));
    changed.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((total, changed))
}

/// What the certificates beside the policies change.
fn keys(from: &Trust, to: &Trust) -> Vec<Change> {
    let mut changes = Vec::new();
    for person in &to.people {
        let Some(before) = from.people.iter().find(|before| before.name == person.name) else { continue };
        for key in &person.openpgp {
            let Some(old) = before.openpgp.iter().find(|old| old.fingerprint == key.fingerprint) else { continue };
            let same = match (&old.certificate, &key.certificate) {
                (Some(old), Some(new)) => old.is_same(new),
                (None, None) => true,
                _ => false,
            };
            if !same {
                let word = |there: bool| there.then(|| "a certificate".to_owned());
                changes.push(Change {
                    // A certificate without a key to sign by, whatever the time, verifies less than any other.
                    direction: match &key.certificate {
                        Some(certificate) if !certificate.is_revoked_for_good(to.now) => Direction::Weaker,
                        _ => Direction::Tighter,
                    },
                    key: format!("certificate of {} ({})", person.name, key.fingerprint),
                    from: word(old.certificate.is_some()),
                    to: key.certificate.as_ref().map(|certificate| match certificate.is_revoked_for_good(to.now) {
                        true => "a revoked certificate".to_owned(),
                        false => "another certificate".to_owned(),
                    }),
                });
            }
        }
    }
    changes
}

/// What an `allowed_signers` file changes that both policies name: the policies differ in nothing then.
fn signers(from: &TagJudging, to: &TagJudging) -> Vec<Change> {
    let names = |judged: &TagJudging| judged.judging.policy.release.allowed_signers.clone();
    if names(from).is_none() || names(from) != names(to) {
        return Vec::new();
    }
    let held = |judged: &TagJudging| -> BTreeSet<(String, String)> {
        let keys = |person: &Person| person.ssh.iter().map(|key| (person.name.clone(), key.line())).collect::<Vec<_>>();
        let listed = judged.judging.policy.people.iter().flat_map(|(name, person)| {
            let parsed = person.ssh.iter().filter_map(|key| SshKey::parse(&key.id).ok());
            parsed.map(|key| (name.clone(), key.fingerprint)).collect::<Vec<_>>()
        });
        let listed: BTreeSet<_> = listed.collect();
        let all = judged.judging.trust.people.iter().flat_map(keys);
        all.filter(|(name, line)| !listed.iter().any(|(person, id)| person == name && line.starts_with(id.as_str()))).collect()
    };
    let (before, after) = (held(from), held(to));
    let change = |direction, (name, line): &(String, String), gone: bool| {
        let (from, to) = if gone { (Some(line.clone()), None) } else { (None, Some(line.clone())) };
        Change { direction, key: format!("release.allowed_signers: {name}"), from, to }
    };
    let gone = before.difference(&after).map(|entry| change(Direction::Tighter, entry, true));
    gone.chain(after.difference(&before).map(|entry| change(Direction::Weaker, entry, false))).collect()
}

impl PolicyDiff {
    /// The exit status: 3 when the releases could not be looked at, 0 otherwise.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match &self.tags {
            Err(error) if error.kind == Kind::Incomplete => 3,
            _ => 0,
        }
    }
}
