//! Owns the one road from tag names to verdicts: repository, policy, verification, artefact, state log. `verify-tag` and the tests
//! call nothing else. Refuses to print, and to read the clock or the environment: both come with the request.

use std::path::PathBuf;
use std::thread;

use regex::Regex;

pub use super::tags_asked::name;
use super::tags_asked::{self, branches, names, pattern};
use super::tags_forge;
use super::tags_origin::{self, OF_A_COMMIT, TagJudging, TagOrigin};
use super::tags_state::{self, State};
use super::{Moment, policy_info};
use crate::error::Error;
use crate::facts::tags::claimed_time::Past;
use crate::facts::tags::reach::{Branches, Histories};
use crate::facts::tags::verify::{TagVerdict, Verifying};
use crate::limits::Limits;
use crate::report::tags::{TagReport, TagRow};
use crate::signing::refusal::{Refusal, Step};
use crate::signing::signed;
use crate::signing::state_log;
use crate::signing::tag_name;
use crate::source::forge::{AtForge, Fetched};
use crate::source::{self, Repository};

/// Below this many tags one thread is as fast as several.
const FEW: usize = 8;

/// What `verify-tag` was asked to do, every option resolved.
#[derive(Clone, Debug)]
pub struct TagRequest {
    /// The repository.
    pub repository: PathBuf,
    /// Names as given; empty with `all`.
    pub tags: Vec<String>,
    /// Every release tag.
    pub all: bool,
    /// `--policy FILE`.
    pub policy_file: Option<PathBuf>,
    /// `--policy-ref REF`.
    pub policy_ref: Option<String>,
    /// `--org-policy FILE`.
    pub org_policy: Option<PathBuf>,
    /// `--require-branch`.
    pub require_branch: Option<String>,
    /// Commits that the tag must stand for, each with who says so: `--expect-commit`, a version file, the CI event.
    pub expected: Vec<Expected>,
    /// `--state`.
    pub state: Option<PathBuf>,
    /// `--allow-rollback`.
    pub allow_rollback: bool,
    /// Now.
    pub now: Moment,
    /// The bounds.
    pub limits: Limits,
    /// The name of the tag that started the run, so that this one's own workflow runs.
    pub started_by: Option<String>,
    /// The default branch as the event of that tag has it: the forge's answer, for where the checkout has none.
    pub default_branch: Option<String>,
    /// GitHub Actions runs this.
    pub actions: bool,
    /// Variables that are set, that git and gpg would obey, and that nothing here reads.
    pub ignored_variables: Vec<String>,
}

impl TagRequest {
    /// Every release, held against nothing but signatures, time and branch.
    pub(super) fn every_release(repository: PathBuf, now: Moment, limits: Limits) -> Self {
        Self {
            repository,
            tags: Vec::new(),
            all: true,
            policy_file: None,
            policy_ref: None,
            org_policy: None,
            require_branch: None,
            expected: Vec::new(),
            state: None,
            allow_rollback: false,
            now,
            limits,
            started_by: None,
            default_branch: None,
            actions: false,
            ignored_variables: Vec::new(),
        }
    }
}

/// Something that says which commit, or which version, is being deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Who says so, as shown.
    pub by: String,
    /// The one tag that it is about, by its name; `None`: each that is verified.
    pub tag: Option<String>,
    /// The commit, in lower-case hex; `None`: it does not say.
    pub commit: Option<String>,
    /// The version; `None`: it does not say.
    pub version: Option<String>,
}

/// Verifies tags.
///
/// # Errors
/// Usage and policy errors (exit 2); what keeps every tag from being looked at (exit 3).
pub fn verify(request: &TagRequest) -> Result<TagReport, Error> {
    verify_fetched(request, None)
}

/// As [`verify`], with tags that a forge told, and what it says about branches.
///
/// # Errors
/// As [`verify`].
pub fn verify_fetched(request: &TagRequest, at: Option<&AtForge>) -> Result<TagReport, Error> {
    let fetched = at.map(|at| &at.tags);
    let repository = open(request, fetched)?;
    let origin = TagOrigin {
        repository: &request.repository,
        file: request.policy_file.as_deref(),
        reference: request.policy_ref.as_deref(),
        org: request.org_policy.as_deref(),
        told: request.default_branch.as_deref(),
        judges: true,
    };
    let now = request.now.at.as_second();
    let judged = tags_origin::choose(&origin, &repository, &request.limits, request.now.date(), now)?;
    let pattern = pattern(&judged)?;
    let branches = branches(request, &repository, &judged)?;
    let names = names(request, &repository, &pattern)?;
    if names.is_empty() {
        return Err(tags_asked::none(&repository));
    }
    let mut log = tags_state::open(request, &judged, &repository)?;
    let run = Run { request, judged: &judged, pattern: &pattern, branches: &branches, fetched, now };
    let mut verdicts = run.verdicts(&names, &repository)?;
    if let Some(at) = at {
        tags_forge::hold(&run, &at.forge, &mut verdicts, &repository)?;
    }
    if request.all {
        // The log then ends with the newest release.
        verdicts.sort_by(|a, b| state_log::by_version(&a.name, &b.name));
    }
    for verdict in &mut verdicts {
        run.settle(verdict, &repository, log.as_mut())?;
    }
    let made = judged.made.filter(|made| !judged.judging.trust.is_future(*made));
    let age = made.map(|made| now.saturating_sub(made).max(0) / 86_400);
    verdicts.sort_by(|a, b| a.name.cmp(&b.name));
    let notes = run.notes(&names, &repository)?;
    Ok(TagReport {
        policy: policy_info(&judged.judging, &judged.judging.policy.terms),
        policy_age_days: age,
        policy_files: judged.files.iter().cloned().collect(),
        now: request.now.stated(),
        at: request.now.at,
        tags: verdicts.into_iter().map(TagRow::from).collect(),
        notes,
    })
}

/// What this policy says of every release, by name: signatures, time and branch, without artefact and log.
///
/// # Errors
/// As [`verify`].
pub(super) fn replay(request: &TagRequest, judged: &TagJudging, repository: &Repository) -> Result<Vec<TagVerdict>, Error> {
    let pattern = pattern(judged)?;
    let branches = branches(request, repository, judged)?;
    let names = names(request, repository, &pattern)?;
    let now = request.now.at.as_second();
    let run = Run { request, judged, pattern: &pattern, branches: &branches, fetched: None, now };
    run.verdicts(&names, repository)
}

fn open(request: &TagRequest, fetched: Option<&Fetched>) -> Result<Repository, Error> {
    let mut repository = source::open_repository(&request.repository)?;
    if let Some(fetched) = fetched {
        repository.take_in(fetched)?;
    }
    Ok(repository)
}

/// What every tag of a run is held against.
pub(super) struct Run<'a> {
    pub(super) request: &'a TagRequest,
    pub(super) judged: &'a TagJudging,
    pattern: &'a Regex,
    pub(super) branches: &'a [Branches],
    fetched: Option<&'a Fetched>,
    pub(super) now: i64,
}

impl Run<'_> {
    /// The same, with branches of which a forge said more.
    pub(super) fn over<'b>(&'b self, branches: &'b [Branches]) -> Run<'b> {
        Run { branches, ..*self }
    }

    pub(super) fn verifying<'r>(&'r self, repository: &'r Repository, count: usize) -> Verifying<'r> {
        Verifying {
            repository,
            limits: &self.request.limits,
            trust: &self.judged.judging.trust,
            release: &self.judged.judging.policy.release,
            pattern: self.pattern,
            branches: self.branches,
            histories: if count < FEW { Histories::default() } else { Histories::of_many() },
            past: Past::default(),
        }
    }

    /// All verdicts in the order of the names; many are spread over the cores, each with its own handle on the objects.
    fn verdicts(&self, names: &[String], repository: &Repository) -> Result<Vec<TagVerdict>, Error> {
        let cores = thread::available_parallelism().map_or(1, usize::from).min(names.len().div_ceil(FEW));
        if cores <= 1 {
            let verifying = self.verifying(repository, names.len());
            return Ok(names.iter().map(|name| verifying.tag(name)).collect());
        }
        let length = names.len().div_ceil(cores);
        thread::scope(|scope| {
            let work = |part: &[String]| -> Result<Vec<TagVerdict>, Error> {
                let repository = open(self.request, self.fetched)?;
                let verifying = self.verifying(&repository, part.len());
                Ok(part.iter().map(|name| verifying.tag(name)).collect())
            };
            let parts: Vec<_> = names.chunks(length).map(|part| scope.spawn(move || work(part))).collect();
            let mut all = Vec::with_capacity(names.len());
            for part in parts {
                let done = part.join().map_err(|_| Error::incomplete("a verification ended in a defect of this program"))?;
                all.extend(done?);
            }
            Ok(all)
        })
    }

    /// What comes after the signatures: the policy's age, the artefact, the state log.
    fn settle(&self, verdict: &mut TagVerdict, repository: &Repository, state: Option<&mut State>) -> Result<(), Error> {
        if self.request.actions && self.fetched.is_none() {
            explain_checkout(verdict);
        }
        if verdict.outcome.is_err() {
            return Ok(());
        }
        verdict.outcome = self.own_policy(verdict).and_then(|()| self.policy_age()).and_then(|()| self.artefact(verdict));
        let Some(state) = state else {
            if verdict.outcome.is_ok() {
                verdict.notes.push(
                    "times are claimed by the signer; a state log (--state) would hold them against earlier verifications"
                        .to_owned(),
                );
            }
            return Ok(());
        };
        if verdict.outcome.is_err() {
            return Ok(());
        }
        let mut entry = self.entry(verdict);
        self.forget(state, &mut entry, verdict);
        verdict.outcome = self.against(state, &entry, verdict, repository);
        // Who asks for all releases leaves a line where there is none that says as much.
        let listed = self.request.all && state_log::says(&state.entries, &entry);
        if verdict.outcome.is_ok() && !listed {
            let line = serde_json::to_string(&entry).map_err(|problem| Error::incomplete(problem.to_string()))?;
            state.file.append(&line)?;
            state.entries.push(entry);
        }
        Ok(())
    }

    /// What is to be said about every tag of the run.
    fn notes(&self, names: &[String], repository: &Repository) -> Result<Vec<String>, Error> {
        let mut notes = Vec::new();
        if self.request.started_by.as_ref().is_some_and(|name| names.contains(name)) {
            notes.push("this run's workflow comes from the tag itself: whoever may push the tag could leave this step out (see the documentation of verify-tag)".to_owned());
        }
        if self.judged.judging.policy.release.branches.as_ref().is_some_and(Vec::is_empty) {
            notes.push("whether the commit lies on a branch was not asked: [release].branches has it switched off".to_owned());
        }
        if self.fetched.is_some() {
            notes.push("the tags were read from the forge, and each object has the id that its bytes say".to_owned());
        }
        if self.judged.commit.is_none() {
            notes.push("the judging policy is a file of no commit: its age, and whether it went back, cannot be told".to_owned());
        }
        if self.judged.made.is_some_and(|made| self.judged.judging.trust.is_future(made)) {
            notes.push("the commit of the judging policy is dated in the future, so how old it is cannot be told".to_owned());
        }
        if self.judged.pinned {
            notes.push(
                "the judging policy was named and is not the default branch's newest: what changed since does not count"
                    .to_owned(),
            );
        }
        notes.extend(self.useless_keys());
        for what in repository.overrides()? {
            notes.push(format!(
                "{what} makes git show other commits than those verified here: deploy by commit id, with GIT_NO_REPLACE_OBJECTS=1"
            ));
        }
        if !self.request.ignored_variables.is_empty() {
            notes.push(format!("set, and not obeyed here: {}", self.request.ignored_variables.join(", ")));
        }
        Ok(notes)
    }

    /// Keys of the policy that it does not mean to be over, and that cannot sign all the same.
    fn useless_keys(&self) -> impl Iterator<Item = String> {
        let trust = &self.judged.judging.trust;
        trust.people.iter().flat_map(|person| {
            let keys = person.keys(self.now, trust.sha1_self_signatures).into_iter().filter(|key| !key.kept);
            keys.filter_map(|key| Some(format!("the key {} of {} cannot sign now: {}", key.key, person.name, key.problem?)))
        })
    }

    /// A policy that was named must not be the tagged commit's own: the tag would say who judges it.
    fn own_policy(&self, verdict: &TagVerdict) -> Result<(), Refusal> {
        if !self.judged.pinned || self.judged.commit.is_none() || self.judged.commit != verdict.commit {
            return Ok(());
        }
        let reason = "the judging policy is that of the tagged commit itself, which is not the tip of the default branch";
        Err(Refusal::indeterminate(Step::Policy, reason, "leave --policy-ref out: the default branch's policy judges"))
    }

    fn policy_age(&self) -> Result<(), Refusal> {
        let most = self.judged.judging.policy.release.max_policy_age_days;
        match (most, self.judged.made) {
            (Some(_), None) => Err(Refusal::indeterminate(
                Step::Policy,
                "[release].max_policy_age asks how old the judging policy is, and it is a file of no commit",
                OF_A_COMMIT,
            )),
            (Some(_), Some(made)) if self.judged.judging.trust.is_future(made) => Err(Refusal::indeterminate(
                Step::Policy,
                "[release].max_policy_age asks how old the judging policy is, and its commit is dated in the future",
                "see whether the clock here is right; if it is, have the policy confirmed by a commit of today",
            )),
            (Some(days), Some(made)) if made < self.now.saturating_sub(days.saturating_mul(86_400)) => Err(Refusal::rejected(
                Step::Policy,
                "the judging policy is older than [release].max_policy_age",
                "fetch the default branch (git fetch origin); if it is current, have its policy confirmed by a commit",
            )),
            _ => Ok(()),
        }
    }

    fn artefact(&self, verdict: &TagVerdict) -> Result<(), Refusal> {
        let commit = verdict.commit.map(|id| id.to_string()).unwrap_or_default();
        let about = |expected: &&Expected| expected.tag.as_ref().is_none_or(|tag| *tag == verdict.name);
        for expected in self.request.expected.iter().filter(about) {
            let refuse = |reason: String| {
                Err(Refusal::rejected(
                    Step::Artefact,
                    reason,
                    "build the artefact from the commit of the tag, or verify the tag it was built from",
                ))
            };
            if let Some(other) = expected.commit.as_ref().filter(|other| **other != commit) {
                return refuse(format!("{} says commit {other}, and the tag stands for {commit}", expected.by));
            }
            let plain = |text: &str| text.strip_prefix('v').unwrap_or(text).to_owned();
            let (_, of_package) = tag_name::package(&verdict.name);
            let names = [plain(&verdict.name), plain(of_package)];
            if let Some(version) = expected.version.as_ref().filter(|version| !names.contains(&plain(version))) {
                return refuse(format!("{} says version {version}, and the tag is {}", expected.by, verdict.name));
            }
        }
        Ok(())
    }
}

/// A lightweight tag in Actions is most often what actions/checkout made of an annotated one.
fn explain_checkout(verdict: &mut TagVerdict) {
    if let Err(refusal) = &mut verdict.outcome
        && refusal.step == Step::Object
        && verdict.object.is_none()
        && verdict.commit.is_some()
    {
        refusal.reason.push_str("; actions/checkout before v6.0.2 replaces an annotated tag by its commit");
        refusal.remedy.insert_str(0, "verify-tag --fetch reads the tag itself; ");
    }
}

/// The names of everyone who counted, for the outputs of a pipeline.
#[must_use]
pub fn people(row: &TagRow) -> Vec<&str> {
    signed::people(&row.signers)
}

/// The name of the tag that a reference is, for callers that know an event.
#[must_use]
pub fn of_event(reference: &str) -> Option<String> {
    reference.strip_prefix(tag_name::TAGS).map(str::to_owned)
}
