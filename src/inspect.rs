//! Owns the one road from a path to a report: source, snapshot, facts, checks, findings, policy. `check`, `facts` and the
//! tests call nothing else. Refuses to print and to read the clock or the environment: both come with the request.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::catalog::Catalog;
use crate::error::Error;
use crate::facts::gate::GateJob;
use crate::facts::tags::survey;
use crate::facts::{self, Facts};
use crate::limits::Limits;
use crate::policy::protected::Proposal;
use crate::policy::{self, Outcome};
use crate::report::facts::FactsReport;
use crate::report::waivers::WaiverTerms;
use crate::report::{Base, NotInspected, PolicyInfo, Report, Subject, SubjectKind};
use crate::snapshot::{self, Snapshot};
use crate::source::OpenOptions;
use crate::source::forge::{self, Answers, Asked};
use crate::terms::Terms;

pub mod approve;
mod approved;
mod approving;
pub mod base;
mod compared;
pub mod countersign;
mod fits;
mod gate_file;
mod gate_step;
pub mod lacking;
mod made_of;
mod moved;
mod opened;
mod pins_asked;
pub mod policy_diff;
mod policy_files;
mod policy_set;
mod reviewed;
mod road;
mod rows;
mod shrunk;
pub mod starter;
pub mod tags;
mod tags_asked;
mod tags_forge;
mod tags_judge;
mod tags_origin;
mod tags_state;
mod unread;
mod watched;

pub use crate::policy::FailOn;
use opened::{Opened, PolicyChange, open};
use road::{BaseSide, Found};
pub use road::{Judged, Judging, Look, decided, decided_on, judge};

/// The stack beside the main thread's, as large as that one usually is.
const STACK: usize = 8 << 20;

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

/// What a runner calls the repository of some commits: a checkout of another repository is not called so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// `owner/name`.
    pub name: String,
    /// Ids of commits, in lower-case hex.
    pub commits: Vec<String>,
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
    /// The CI run, as its event tells it.
    pub run: Option<base::Run>,
    /// What the runner calls the repository, and the commits that its run is about.
    pub called: Option<Called>,
    /// `--block-existing`.
    pub block_existing: bool,
    /// The forge that was asked about the repository, where one was, and its answers.
    pub forge: Option<Asked>,
    /// What it told of the commits that the tree is held against and that are not here.
    pub told: Option<Arc<forge::Base>>,
}

impl CheckRequest {
    /// How its path is opened.
    fn opening(&self) -> OpenOptions {
        OpenOptions {
            rev: self.rev.clone(),
            here: self.here,
            judge_commit: self.judge_commit,
            limits: self.limits.clone(),
            told: self.told.clone(),
        }
    }
}

/// Inspects and judges.
///
/// # Errors
/// Usage and policy errors (exit 2); what was asked for and could not be read (exit 3).
pub fn check(request: &CheckRequest) -> Result<Report, Error> {
    checked(request, &open_to_judge(request)?)
}

/// Inspects and judges, and says what the judging policy lets be waived of a rule.
///
/// # Errors
/// As [`check`].
pub fn waivable(request: &CheckRequest, rule: &str) -> Result<(Report, WaiverTerms), Error> {
    let opened = open_to_judge(request)?;
    let policy = &opened.judging.policy;
    let approval = Catalog::builtin().rule(rule).and_then(|rule| rule.check.get("approval")?.as_str()) == Some("required");
    let terms = WaiverTerms {
        most_days: policy.thresholds.waiver_max_age_days,
        people: policy.people.keys().cloned().collect(),
        approval,
    };
    Ok((checked(request, &opened)?, terms))
}

/// Opened, with what the forge says of branches on which releases hinge.
fn open_to_judge(request: &CheckRequest) -> Result<Opened, Error> {
    let mut opened = open(request)?;
    tags_forge::ask(request, &mut opened)?;
    approving::ask(request, &mut opened)?;
    pins_asked::ask(request, &mut opened)?;
    Ok(opened)
}

fn checked(request: &CheckRequest, opened: &Opened) -> Result<Report, Error> {
    let commit = opened.chosen.as_ref().and_then(|chosen| chosen.compare);
    let base = || commit.map(|id| compared::open(request, id, &opened.snapshot)).transpose();
    let mut report = judged_by(request, opened, base()?, &opened.judging)?;
    for also in &opened.also {
        // All must hold: the worst outcome is told.
        let other = judged_by(request, opened, base()?, also)?;
        if other.outcome.weight() > report.outcome.weight() {
            report = other;
        }
    }
    Ok(report)
}

/// The report of head and base under one policy.
fn judged_by(request: &CheckRequest, opened: &Opened, base: Option<Snapshot>, judged: &policy::Judging) -> Result<Report, Error> {
    let (snapshot, policy, trust) = (&opened.snapshot, &judged.policy, &judged.trust);
    let judging =
        Judging { profile: request.profile.as_deref(), only: &request.only, fail_on: request.fail_on, strict: request.strict };
    let find = |side: &Snapshot, base: Option<&Snapshot>| {
        let look = |facts: &Facts<'_>| survey::survey(side, policy, trust, &facts.default_branch, request.ci);
        Found::of(side, policy, &look, &judging, base)
    };
    let (found, base) = side_by_side(snapshot, base, find)?;
    let today = request.now.date();
    let expiry_closes = opened.chosen.as_ref().is_some_and(|chosen| chosen.expiry_closes);
    let base = base.map(|(base, found)| (found.decide(&base, policy, &judging, today, None), base));
    let proposal = opened.change.as_ref().map_or(Proposal::Elsewhere, |change| change.proposal(judged));
    let trusted = opened.change.as_ref().map(|change| change.named(policy)).unwrap_or_default();
    let approving = approving::asked(request, opened, judged);
    let before = base.as_ref().map(|(judged, snapshot)| BaseSide {
        judged,
        snapshot,
        proposal,
        trusted: &trusted,
        approving: approving.as_ref(),
        block_existing: request.block_existing,
        expiry_closes,
    });
    let Judged { decided, mut sources, gates, .. } = found.decide(snapshot, policy, &judging, today, before);
    let mut notes = opened.notes.clone();
    notes.extend(snapshot.notes().iter().cloned());
    notes.extend(decided.notes);
    let mut gaps = decided.gaps;
    let mut outcome = decided.outcome;
    notes.extend(snapshot.forge().map(asked));
    let fork = request.run.as_ref().is_some_and(|run| run.from_fork);
    notes.extend(snapshot.forge().filter(|forge| fork && forge.withholds()).map(|_| not_on_forks(&gates)));
    for why in snapshot.incomplete().map(str::to_owned).into_iter().chain(snapshot.forge().and_then(Answers::incomplete)) {
        gaps.push(Error::incomplete(format!("{why}: the run is incomplete")));
        if outcome == Outcome::Pass || decided.fail_on == FailOn::Never {
            outcome = Outcome::Incomplete;
        }
    }
    let mut proposed = sources.clone();
    proposed.extend(opened.change.iter().flat_map(PolicyChange::files).map(|file| (file.path.clone(), Arc::clone(file))));
    // Findings about the policy point into its own files.
    sources.extend(policy.files.iter().map(|file| (file.path.clone(), Arc::clone(file))));
    Ok(Report {
        subject: subject(snapshot, &policy.terms),
        policy: policy_info(judged, &policy.terms),
        base: base.and_then(|(_, base)| base.subject().revision.clone()).map(|revision| Base { revision }),
        now: request.now.stated(),
        outcome,
        fail_on: decided.fail_on,
        counts: decided.counts,
        findings: decided.findings,
        fixed: decided.fixed,
        not_inspected: snapshot.not_inspected().into_iter().map(shown).collect(),
        notes,
        gaps,
        sources,
        proposed,
        elapsed: None,
    })
}

/// What is found in the head and, meanwhile, in the base.
fn side_by_side(
    head: &Snapshot,
    base: Option<Snapshot>,
    find: impl Fn(&Snapshot, Option<&Snapshot>) -> Result<Found, Error> + Sync,
) -> Result<(Found, Option<(Snapshot, Found)>), Error> {
    let Some(base) = base else { return Ok((find(head, None)?, None)) };
    let both = thread::scope(|scope| {
        let beside = || find(&base, None);
        let started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, beside);
        let found = find(head, Some(&base));
        let of_base = match started {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => Err(Error::incomplete(format!("the base cannot be looked at: {error}")).hint("free some memory")),
        };
        Ok((found?, of_base?))
    });
    both.map(|(found, of_base)| (found, Some((base, of_base))))
}

/// Inspects, and judges nothing.
///
/// # Errors
/// As [`check`].
pub fn facts(request: &CheckRequest) -> Result<FactsReport, Error> {
    let opened = open(request)?;
    let facts = facts::gather(&opened.snapshot, Catalog::builtin(), &opened.judging.policy.terms)?;
    Ok(told(&opened, &facts))
}

fn told(opened: &Opened, facts: &Facts<'_>) -> FactsReport {
    let terms = &opened.judging.policy.terms;
    let mut report = rows::fill(facts, subject(&opened.snapshot, terms), terms);
    report.notes = opened.snapshot.notes().to_vec();
    report.notes.extend(opened.snapshot.not_inspected().iter().map(|one| {
        let place = one.place.as_ref().map_or_else(String::new, |place| format!(":{}:{}", place.line, place.column));
        format!("{}{place} was not read: {}; {}", one.path, one.why, one.next)
    }));
    let unanswered = opened.snapshot.forge().and_then(Answers::incomplete);
    report.notes.extend(opened.snapshot.forge().map(asked));
    report.notes.extend(opened.snapshot.incomplete().map(str::to_owned).into_iter().chain(unanswered.clone()));
    report.incomplete = unanswered.is_some()
        || opened.snapshot.incomplete().is_some()
        || !unread::by_rules(&opened.snapshot, terms, Catalog::builtin()).is_empty();
    report
}

/// Which repository the forge was asked about: nothing in the tree says that it is its own.
fn asked(answers: &Answers) -> String {
    format!("the forge was asked about {} ({})", answers.repository, answers.api)
}

/// What the forge does not tell a pull request from elsewhere, in one sentence, and who asks again.
fn not_on_forks(gates: &[GateJob]) -> String {
    let again = match gates.iter().any(|gate| gate.queued || gate.pushed) {
        true => "the merge queue or the push checks it again",
        false => "no workflow of the gate starts on `merge_group` or `push`, so nothing checks it again",
    };
    format!("what the forge tells only those who may write is not checked on forks; {again}")
}

fn shown(one: snapshot::NotInspected) -> NotInspected {
    NotInspected { place: one.place(), path: one.path, why: one.why, next: one.next }
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
        repository: seen.repository.clone().or_else(|| snapshot.forge().map(|forge| forge.repository.clone())),
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
