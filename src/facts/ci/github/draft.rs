//! Owns one pipeline while it is being put together, and what is shared by all of them. Refuses to read anything.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::equal;
use super::events::EventInfo;
use super::recorded;
use super::scope::{Repository, Scope};
use super::verdict::Verdict;
use crate::answer::Answer;
use crate::doc::Document;
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::pipeline::{Env, Job, Reach, SearchDir, Start, Trigger, Turn, Unit, Work};
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath, SourceFile};

/// What all workflows of a repository share.
pub(super) struct Files<'w> {
    /// The tree.
    pub(super) snapshot: &'w Snapshot,
    /// The repository.
    pub(super) repository: Repository<'w>,
    rejections: &'w Rejections,
}

/// What GitHub objects to, per file: a called file is asked for at every call.
#[derive(Default)]
pub(super) struct Rejections(Mutex<BTreeMap<RepoPath, Objections>>);

/// Places, and what GitHub objects to there.
type Objections = Arc<[(Place, String)]>;

impl<'w> Files<'w> {
    pub(super) fn new(snapshot: &'w Snapshot, repository: Repository<'w>, rejections: &'w Rejections) -> Self {
        Self { snapshot, repository, rejections }
    }

    /// What in the mere text of a file makes GitHub reject it.
    pub(super) fn rejected(&self, document: &Document) -> Objections {
        let path = &document.file().path;
        let known = || self.rejections.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(path) {
            return Arc::clone(known);
        }
        let found: Objections = super::rejected(document).into();
        known().insert(path.clone(), Arc::clone(&found));
        found
    }
}

/// One pipeline in the making.
pub(super) struct Draft<'e> {
    /// Its events.
    pub(super) events: &'e [EventInfo],
    /// The file that the events stand in.
    pub(super) file: Arc<SourceFile>,
    /// Its jobs.
    pub(super) jobs: Vec<Job>,
    /// Its units.
    pub(super) units: Vec<Unit>,
    /// What GitHub reads otherwise.
    pub(super) problems: Vec<(Place, String)>,
    /// What makes GitHub reject the file.
    pub(super) fatal: Vec<(Place, String)>,
    /// What makes GitHub reject an action of the tree, which a job uses.
    pub(super) refused: Vec<(Place, String)>,
    /// The budget ran out.
    pub(super) full: bool,
    /// Units by the number of what they are.
    pub(super) numbers: HashMap<u64, usize>,
}

/// A failure that is lost by `continue-on-error`, for all events or for some.
#[derive(Clone, Debug, Default)]
pub(super) struct Lost {
    /// For all of them.
    pub(super) always: Option<Hold>,
    /// For one.
    pub(super) under: Vec<(usize, Hold)>,
}

/// A unit without what every unit of its surroundings shares.
pub(super) struct Part {
    /// What it does.
    pub(super) work: Work,
    /// Where it stands.
    pub(super) workdir: Workdir,
    /// Its environment.
    pub(super) env: Arc<Env>,
    /// Variables of it that scripts before it set to what is not known.
    pub(super) handed: Arc<BTreeSet<String>>,
    /// From the job to the step.
    pub(super) hops: Vec<Hop>,
    /// What loses its failure.
    pub(super) holds: Vec<Hold>,
    /// What loses its failure under one event.
    pub(super) under: Vec<(usize, Hold)>,
    /// What gives its names another meaning.
    pub(super) shadows: Vec<Hold>,
    /// Directories of the tree on the search path.
    pub(super) search: Vec<SearchDir>,
    /// Something later may fail for what its scripts write down.
    pub(super) recorded: bool,
    /// When its step runs.
    pub(super) turn: Turn,
}

impl Draft<'_> {
    /// Adds a unit; past the budget one opaque unit stands for all the rest.
    pub(super) fn push(&mut self, files: &Files<'_>, job: usize, verdicts: &[Verdict], part: Part) {
        if self.full {
            return;
        }
        let said: usize = verdicts.iter().map(|verdict| 1 + verdict.holds.len()).sum();
        let weight = 1 + (said + part.hops.len() + part.holds.len() + part.shadows.len() + part.search.len()) / 8;
        files.repository.budget.looked_at(weight);
        let starts: Vec<Start> = verdicts.iter().enumerate().map(|(event, verdict)| verdict.start(event)).collect();
        let hops = part.hops.len();
        let unit = self.unit(job, verdicts, part, starts);
        if !self.is_new(&unit) {
            return;
        }
        if files.repository.budget.unit(weight) {
            return self.units.push(unit);
        }
        self.full = true;
        let why = files.repository.budget.why();
        // What follows is not known, whatever is known of this step.
        let unknown = Verdict::of(Answer::Unknown(why.clone()));
        let starts = (0..self.events.len()).map(|event| unknown.start(event)).collect();
        let Unit { chain, workdir, env, handed, shadows, search, turn, .. } = unit;
        let hops = chain[chain.len().saturating_sub(hops)..].to_vec();
        let (holds, under, work, recorded) = (Vec::new(), Vec::new(), Work::Opaque(why), unit.recorded.is_some());
        let part = Part { work, workdir, env, handed, hops, holds, under, shadows, search, recorded, turn };
        let unit = self.unit(job, verdicts, part, starts);
        self.units.push(unit);
    }

    fn unit(&self, job: usize, verdicts: &[Verdict], part: Part, mut starts: Vec<Start>) -> Unit {
        for (event, hold) in part.under {
            if let Some(start) = starts.get_mut(event) {
                start.holds.push(hold);
            }
        }
        self.complement(verdicts, &mut starts);
        let mut chain: Vec<Hop> = self.trigger(&starts).into_iter().collect();
        chain.extend(part.hops);
        let Part { work, workdir, env, handed, holds, shadows, search, recorded, turn, .. } = part;
        let recorded = recorded.then_some(recorded::FILES.as_slice());
        Unit { chain, job, work, workdir, env, handed, starts, holds, shadows, search, recorded, turn }
    }

    /// Whether a unit is no other one's like: what variants of a job have in common is followed once.
    fn is_new(&mut self, unit: &Unit) -> bool {
        let known = self.numbers.insert(equal::number(unit), self.units.len());
        !known.and_then(|at| self.units.get(at)).is_some_and(|known| equal::same(known, unit))
    }

    /// The line of the event that reaches farthest among those that start the unit.
    fn trigger(&self, starts: &[Start]) -> Option<Hop> {
        let weight = |start: &&Start| {
            let event = &self.events.get(start.event)?.event;
            let pull = event.trigger == Trigger::PullRequest;
            (!start.answer.is_no()).then_some((start.answer.is_yes(), event.reach, pull, usize::MAX - start.event))
        };
        let best = starts.iter().filter(|start| weight(start).is_some()).max_by_key(|start| weight(start))?;
        let place = self.events.get(best.event)?.event.place.clone();
        let text = self.file.line_text(place.line).to_owned();
        Some(Hop::new(place, &text))
    }

    /// Pull requests of forks on the one side, and on the other pushes to every branch, or an event for those of the repository alone,
    /// cover all changes together.
    fn complement(&self, verdicts: &[Verdict], starts: &mut [Start]) {
        if !verdicts.iter().any(|verdict| verdict.forks_only) {
            return;
        }
        let whole = |start: &Start, but: &str| {
            let counts = |hold: &Hold| hold.effect >= HoldEffect::Narrow || hold.why == but;
            let gates = self.events.get(start.event).is_some_and(|info| info.event.reach == Reach::Gates);
            gates && start.answer.is_yes() && start.paths.is_empty() && start.holds.iter().all(counts)
        };
        let event = |start: &Start| self.events.get(start.event).map(|info| &info.event);
        let pushed = |start: &Start| event(start).is_some_and(|it| it.trigger == Trigger::Push && it.paths.is_none());
        if starts.iter().any(|start| pushed(start) && whole(start, "")) {
            return note(
                starts,
                FORKS_ONLY,
                "pull requests of this repository are left to the push event, which covers its branches",
            );
        }
        let keeps_out = |start: &Start| start.holds.iter().any(|hold| hold.why == NO_FORKS);
        let own = starts.iter().any(|start| keeps_out(start) && whole(start, NO_FORKS));
        let forks = verdicts.iter().zip(starts.iter()).any(|(verdict, start)| verdict.forks_only && whole(start, FORKS_ONLY));
        if own && forks {
            note(starts, FORKS_ONLY, "pull requests of this repository are left to another event");
            note(starts, NO_FORKS, "pull requests from forks are left to another event");
        }
    }
}

/// Holds that another event makes up for say so, and hold no longer.
fn note(starts: &mut [Start], held: &str, why: &str) {
    for hold in starts.iter_mut().flat_map(|start| &mut start.holds).filter(|hold| hold.why == held) {
        hold.effect = HoldEffect::Note;
        hold.why = why.to_owned();
    }
}

/// The words of the hold on what pull requests from forks do not run.
const NO_FORKS: &str = "pull requests from forks do not run it";

/// The words of the hold on what only pull requests from forks run.
pub(super) const FORKS_ONLY: &str = "only pull requests from forks run it";

/// Asks a question of every event in turn.
pub(super) fn each_event<'e, T>(events: &'e [EventInfo], scope: &Scope<'e>, ask: impl Fn(usize, &Scope<'_>) -> T) -> Vec<T> {
    let asked = events.iter().enumerate().map(|(number, info)| {
        let scope = Scope { event: Some((number, info)), ..scope.clone() };
        ask(number, &scope)
    });
    asked.collect()
}
