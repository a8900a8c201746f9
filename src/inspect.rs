//! Owns the one road from a path to a report: source, snapshot, facts, checks, findings, policy. `check`, `facts` and the
//! tests call nothing else. Refuses to print and to read the clock or the environment: both come with the request.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::catalog::{Catalog, Rule};
use crate::checks::{self, Bench};
use crate::error::Error;
use crate::facts::tags::survey::{self, Signing};
use crate::facts::{self, Facts};
use crate::finding::Finding;
use crate::limits::Limits;
use crate::policy::origin::{Loosening, Named};
use crate::policy::{self, DecideOptions, Decided, OriginRequest, Outcome, PolicyReader};
use crate::report::facts::FactsReport;
use crate::report::{NotInspected, PolicyInfo, Report, Subject, SubjectKind};
use crate::snapshot::{self, Snapshot, UnreadKind};
use crate::source::{self, OpenOptions};
use crate::terms::{Policy, Terms};
use crate::text::{Place, RepoPath, SourceFile};

pub mod countersign;
pub mod policy_diff;
mod rows;
pub mod tags;
mod tags_asked;
mod tags_judge;
mod tags_origin;
mod tags_state;
mod unread;

pub use crate::policy::FailOn;

/// The moment that counts as now, and whether somebody stated it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The moment.
    pub at: Timestamp,
    /// It came from `--now`; every report that used it says so.
    pub given: bool,
}

impl Moment {
    /// Its day in UTC.
    #[must_use]
    pub fn date(&self) -> Date {
        TimeZone::UTC.to_datetime(self.at).date()
    }

    /// The moment as RFC 3339, when it was stated.
    #[must_use]
    pub fn stated(&self) -> Option<String> {
        self.given.then(|| self.at.to_string())
    }
}

/// What `check` and `facts` were asked to do, every option resolved.
#[derive(Clone, Debug)]
pub struct CheckRequest {
    /// A work tree or a folder in one, a git directory, or a plain folder.
    pub path: PathBuf,
    /// The revision whose tree is read; `None`: the work tree, or `HEAD` of a git directory.
    pub rev: Option<String>,
    /// Inspect the folder alone, not the work tree it lies in.
    pub here: bool,
    /// `--policy FILE`.
    pub policy_file: Option<PathBuf>,
    /// `--policy-ref REF`.
    pub policy_ref: Option<String>,
    /// `--org-policy FILE`.
    pub org_policy: Option<PathBuf>,
    /// `--profile`; `None`: the policy's.
    pub profile: Option<String>,
    /// `--only`: rule ids as written (ids or aliases, known to exist); empty: all.
    pub only: Vec<String>,
    /// `--fail-on`; `None`: the policy's, else `error`.
    pub fail_on: Option<FailOn>,
    /// `--strict`: what cannot be decided closes the gate.
    pub strict: bool,
    /// Now.
    pub now: Moment,
    /// Bounds in force.
    pub limits: Limits,
    /// Judge the commit's tree although a work tree is there (`GITHUB_ACTIONS` is set and no `--rev` was given).
    pub judge_commit: bool,
    /// A CI variable is set: options may only tighten what the judging policy sets.
    pub ci: bool,
    /// `--base REF`.
    pub base: Option<String>,
    /// `--block-existing`.
    pub block_existing: bool,
}

/// What was decided about a tree, and the files its findings point into.
pub struct Judged {
    /// All decisions.
    pub decided: Decided,
    /// Files for excerpts.
    pub sources: BTreeMap<RepoPath, Arc<SourceFile>>,
}

/// What the command line adds to a policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judging<'a> {
    /// `--profile`.
    pub profile: Option<&'a str>,
    /// `--only`.
    pub only: &'a [String],
    /// `--fail-on`.
    pub fail_on: Option<FailOn>,
    /// `--strict`.
    pub strict: bool,
}

/// How signing is looked at.
pub type Look<'a> = dyn Fn(&Facts<'_>) -> Result<Signing, Error> + 'a;

/// The road from a snapshot to decisions: facts, checks, findings, policy.
///
/// # Errors
/// What had to be read of the repository and could not be.
pub fn decided(
    snapshot: &Snapshot,
    policy: &Policy,
    look: &Look<'_>,
    judging: &Judging<'_>,
    today: Date,
) -> Result<Judged, Error> {
    let catalog = Catalog::builtin();
    let mut terms = policy.terms.clone();
    if let Some(profile) = judging.profile {
        terms.profile = profile.to_owned();
    }
    let facts = facts::gather(snapshot, catalog, &terms)?;
    let signing = look(&facts)?;
    let findings = judge(&facts, &signing, &terms, catalog, judging.only);
    let sources = sources(snapshot, &findings);
    let unread = unread::by_rules(snapshot, &terms, catalog);
    let options = DecideOptions {
        profile: judging.profile,
        only: judging.only,
        fail_on: judging.fail_on,
        strict: judging.strict,
        sources: &sources,
        unread: &unread,
    };
    let mut decided = policy::decide(findings, policy, catalog, &options, today);
    decided.notes.extend(facts::required::notes(&facts.pipelines, &terms.ci.required_checks));
    Ok(Judged { decided, sources })
}

/// Inspects and judges.
///
/// # Errors
/// Usage and policy errors (exit 2); what was asked for and could not be read (exit 3).
pub fn check(request: &CheckRequest) -> Result<Report, Error> {
    let opened = open(request)?;
    let (snapshot, policy) = (&opened.snapshot, &opened.judging.policy);
    let judging =
        Judging { profile: request.profile.as_deref(), only: &request.only, fail_on: request.fail_on, strict: request.strict };
    let trust = &opened.judging.trust;
    let look = |facts: &Facts<'_>| survey::survey(snapshot, policy, trust, &facts.default_branch, request.ci);
    let Judged { decided, sources } = decided(snapshot, policy, &look, &judging, request.now.date())?;
    let mut notes = snapshot.notes().to_vec();
    notes.extend(decided.notes);
    let mut outcome = decided.outcome;
    if let Some(why) = snapshot.incomplete() {
        notes.push(why.to_owned());
        if outcome == Outcome::Pass || decided.fail_on == FailOn::Never {
            outcome = Outcome::Incomplete;
        }
    }
    // Findings about the policy point into its own files.
    let mut sources = sources;
    sources.extend(policy.files.iter().map(|file| (file.path.clone(), Arc::clone(file))));
    Ok(Report {
        subject: subject(snapshot, &policy.terms),
        policy: policy_info(&opened.judging, &policy.terms),
        base: None,
        now: request.now.stated(),
        outcome,
        fail_on: decided.fail_on,
        counts: decided.counts,
        findings: decided.findings,
        fixed: Vec::new(),
        not_inspected: not_inspected(snapshot),
        notes,
        sources,
        elapsed: None,
    })
}

/// Inspects, and judges nothing.
///
/// # Errors
/// As [`check`].
pub fn facts(request: &CheckRequest) -> Result<FactsReport, Error> {
    let opened = open(request)?;
    let terms = &opened.judging.policy.terms;
    let facts = facts::gather(&opened.snapshot, Catalog::builtin(), terms)?;
    let mut report = rows::fill(&facts, subject(&opened.snapshot, terms), terms);
    report.notes = opened.snapshot.notes().to_vec();
    report.notes.extend(not_inspected(&opened.snapshot).into_iter().map(|one| format!("{} was not read: {}", one.path, one.why)));
    report.notes.extend(opened.snapshot.incomplete().map(str::to_owned));
    report.incomplete =
        opened.snapshot.incomplete().is_some() || !unread::by_rules(&opened.snapshot, terms, Catalog::builtin()).is_empty();
    Ok(report)
}

/// Judges the facts by the rules asked for (all, when none is named).
#[must_use]
pub fn judge(facts: &Facts<'_>, signing: &Signing, terms: &Terms, catalog: &Catalog, only: &[String]) -> Vec<Finding> {
    let bench = Bench { facts, terms, catalog, signing, literal: terms.profile == "literal" };
    let asked =
        |rule: &&Rule| only.is_empty() || only.iter().any(|name| catalog.rule(name).is_some_and(|named| named.id == rule.id));
    // A roll-up looks at what the exact rules found: they run with it, and policy drops what was not asked for.
    let rolled =
        catalog.rules.iter().filter(asked).any(|rule| rule.check.get("kind").and_then(|kind| kind.as_str()) == Some("roll-up"));
    checks::run(catalog.rules.iter().filter(|rule| rolled || asked(rule)), &bench)
}

struct Opened {
    snapshot: Snapshot,
    judging: policy::Judging,
}

fn open(request: &CheckRequest) -> Result<Opened, Error> {
    let options = OpenOptions {
        rev: request.rev.clone(),
        here: request.here,
        judge_commit: request.judge_commit,
        limits: request.limits.clone(),
    };
    let snapshot = snapshot::open(&request.path, &options)?;
    let origin = OriginRequest {
        policy_file: request.policy_file.clone(),
        policy_ref: request.policy_ref.clone(),
        org_policy: request.org_policy.clone(),
        base: request.base.clone(),
        profile: request.profile.clone(),
        ci: request.ci,
        now: request.now.at.as_second(),
        policy_file_is_inside: request.policy_file.as_deref().is_some_and(|file| source::lies_in(file, &request.path)),
        org_policy_is_inside: request.org_policy.as_deref().is_some_and(|file| source::lies_in(file, &request.path)),
        tree_revision: match snapshot.subject().kind {
            snapshot::SubjectKind::Git => snapshot.subject().revision.clone(),
            _ => None,
        },
    };
    let catalog = Catalog::builtin();
    let judging = policy::origin::choose(&origin, &PolicyFiles { snapshot: &snapshot, request }, catalog, request.now.date())?;
    if request.ci {
        let loosening = Loosening { profile: request.profile.as_deref(), fail_on: request.fail_on, only: &request.only };
        policy::origin::refuse_looser(&loosening, &judging.policy, catalog)?;
    }
    Ok(Opened { snapshot, judging })
}

/// The files that findings point into, for excerpts and fingerprints. What cannot be read has no excerpt.
fn sources(snapshot: &Snapshot, findings: &[Finding]) -> BTreeMap<RepoPath, Arc<SourceFile>> {
    let mut sources = BTreeMap::new();
    for place in findings.iter().flat_map(|finding| &finding.places).map(|evidence| &evidence.place) {
        if !sources.contains_key(&place.path)
            && snapshot.is_file(&place.path)
            && let Ok(file) = snapshot.read(&place.path)
        {
            sources.insert(place.path.clone(), file);
        }
    }
    sources
}

fn not_inspected(snapshot: &Snapshot) -> Vec<NotInspected> {
    snapshot.not_inspected().into_iter().map(|one| NotInspected { path: one.path, why: one.why }).collect()
}

fn subject(snapshot: &Snapshot, terms: &Terms) -> Subject {
    let seen = snapshot.subject();
    let kind = match seen.kind {
        snapshot::SubjectKind::WorkTree => SubjectKind::WorkTree,
        snapshot::SubjectKind::Git => SubjectKind::Git,
        snapshot::SubjectKind::Folder => SubjectKind::Folder,
        snapshot::SubjectKind::Forge => SubjectKind::Forge,
    };
    Subject {
        kind,
        repository: seen.repository.clone(),
        revision: seen.revision.clone(),
        dirty: seen.dirty,
        owner: terms.service.owner.clone(),
    }
}

fn policy_info(judging: &policy::Judging, terms: &Terms) -> PolicyInfo {
    PolicyInfo {
        source: judging.source,
        revision: judging.revision.clone(),
        authoritative: judging.authoritative,
        bootstrap: judging.bootstrap,
        profile: terms.profile.clone(),
        title: judging.title.clone(),
    }
}

/// Reads policies from where the snapshot came from, and from disk where the user says so.
struct PolicyFiles<'s> {
    snapshot: &'s Snapshot,
    request: &'s CheckRequest,
}

impl PolicyReader for PolicyFiles<'_> {
    fn disk(&self, path: &std::path::Path) -> Result<Arc<SourceFile>, Error> {
        source::read_named_file(path, self.snapshot.limits().file_bytes)
    }

    fn beside(&self, directory: &std::path::Path, name: &str) -> Result<Option<Arc<SourceFile>>, Error> {
        source::file_beside(directory, name, self.snapshot.limits().file_bytes)
    }

    fn tree(&self, path: &str) -> Result<Option<Arc<SourceFile>>, Error> {
        read_policy(self.snapshot, path)
    }

    fn resolve(&self, reference: &str) -> Result<Named, Error> {
        tags_judge::of_trees(self.repository()?, reference, self.request.ci, self.snapshot.limits())
    }

    fn at(&self, revision: &str, path: &str) -> Result<Option<Arc<SourceFile>>, Error> {
        let options =
            OpenOptions { rev: Some(revision.to_owned()), limits: self.request.limits.clone(), ..OpenOptions::default() };
        let there = snapshot::open(&self.request.path, &options)?;
        read_policy(&there, path)
    }
}

impl PolicyFiles<'_> {
    fn repository(&self) -> Result<&source::Repository, Error> {
        self.snapshot
            .repository()
            .ok_or_else(|| Error::usage("--policy-ref needs a git repository").hint("name a policy file with --policy instead"))
    }
}

/// A policy is a regular blob at its exact path (design §4.4).
fn read_policy(snapshot: &Snapshot, path: &str) -> Result<Option<Arc<SourceFile>>, Error> {
    let Some(path) = RepoPath::new(path) else { return Ok(None) };
    let refuse = |what: &str| {
        let error = Error::usage(format!("{path} is {what}; a policy is a regular file")).at(Place::file(path.clone()));
        Err(error.hint("commit the file itself"))
    };
    match snapshot.entry(&path) {
        None if snapshot.is_dir(&path) => refuse("a directory"),
        None => Ok(None),
        Some(entry) if !entry.is_file() => refuse("a link or a submodule"),
        Some(_) => {
            let words = |why: &str| format!("{path} could not be read: {why}");
            let hint = "a policy is a small UTF-8 file";
            match snapshot.read(&path) {
                Ok(file) => source::text(file).map(Some),
                Err(unread) => {
                    let not_text = unread.kind == UnreadKind::NotText;
                    let error = if not_text { Error::usage(words(&unread.why)) } else { Error::incomplete(words(&unread.why)) };
                    Err(error.at(Place::file(path.clone())).hint(hint))
                }
            }
        }
    }
}
