//! Owns the vendor-neutral picture of CI: pipelines, the events that start them, and the units (steps in one variant) they
//! would run. Refuses to know any CI system's syntax.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

pub use super::env::Env;
use super::hold::{Hold, Hop};
use super::shell::ShellMode;
use super::workdir::Workdir;
use crate::answer::{Answer, Why};
use crate::text::{MappedText, Place, RepoPath};

/// How a pipeline starts, in the words of the facts contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A pull or merge request.
    PullRequest,
    /// A push to a branch.
    Push,
    /// A merge queue.
    MergeGroup,
    /// A pushed tag.
    Tag,
    /// A published release.
    Release,
    /// A clock.
    Schedule,
    /// A person.
    Manual,
    /// Another pipeline.
    Call,
    /// Anything else.
    Other,
}

/// How far an event alone lets a failing job reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// It starts nothing by itself (manual, an uncalled reusable pipeline, a filter that nothing passes).
    Nothing,
    /// It runs, but not where it could stop a change (default branch only, tags, schedules).
    Runs,
    /// A pull request to the default branch, a push to every branch, a merge queue.
    Gates,
}

/// A file filter of an event: which changed files start it.
#[derive(Clone, Debug)]
pub struct PathFilter {
    /// Patterns in order; a later one overrides an earlier one.
    pub patterns: Arc<[FilterPattern]>,
    /// Whether the patterns name files that do *not* start it (`paths-ignore`).
    pub ignore: bool,
    /// Where the filter stands.
    pub place: Place,
}

/// One pattern of a [`PathFilter`].
#[derive(Clone, Debug)]
pub struct FilterPattern {
    /// The text without the leading `!`.
    pub text: String,
    /// Whether it takes files out again.
    pub negated: bool,
    /// The compiled matcher.
    pub matcher: Matcher,
}

/// A compiled pattern of a CI system's own grammar.
#[derive(Clone)]
pub struct Matcher(Arc<Test>);

/// Whether a path matches, and the steps to find out.
type Test = dyn Fn(&str) -> (bool, usize) + Send + Sync;

impl Matcher {
    /// A matcher from its test, which also says how many steps it took.
    pub fn new(test: impl Fn(&str) -> (bool, usize) + Send + Sync + 'static) -> Self {
        Self(Arc::new(test))
    }

    /// Whether `path` matches, and the steps to find out.
    #[must_use]
    pub fn test(&self, path: &str) -> (bool, usize) {
        (self.0)(path)
    }
}

impl std::fmt::Debug for Matcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Matcher")
    }
}

impl PathFilter {
    /// Whether a change of `path` alone starts the event.
    #[must_use]
    pub fn passes(&self, path: &str) -> bool {
        self.test(path).0
    }

    /// As [`Self::passes`], with the steps it took.
    #[must_use]
    pub fn test(&self, path: &str) -> (bool, usize) {
        let mut steps = 1;
        // The last pattern that matches decides.
        let last = self.patterns.iter().rev().find(|pattern| {
            let (matched, more) = pattern.matcher.test(path);
            steps += more + 1;
            matched
        });
        (last.is_some_and(|pattern| !pattern.negated) != self.ignore, steps)
    }
}

/// One event of a pipeline.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its kind.
    pub trigger: Trigger,
    /// The platform's own name (`pull_request_target`).
    pub name: String,
    /// How far it reaches.
    pub reach: Reach,
    /// What could still raise `reach`, when something of it is not known.
    pub may_reach: Option<(Reach, Why)>,
    /// Why it reaches no further, at its line: "only pushes to `main` start it".
    pub held_by: Option<Hold>,
    /// Its file filter.
    pub paths: Option<PathFilter>,
    /// Where it stands.
    pub place: Place,
}

/// The search path that every system and every image starts with, for our purposes: no directory of it is the tree's.
pub const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A value handed to an action.
#[derive(Clone, Debug)]
pub struct Input {
    /// The text; an expression that is not known stands as U+E000.
    pub text: MappedText,
    /// The whole value, when it is known.
    pub value: Option<String>,
}

/// A call of an action by name.
#[derive(Clone, Debug)]
pub struct ActionCall {
    /// `owner/repository[/path]`, as written, without the ref.
    pub name: String,
    /// The ref.
    pub reference: Option<String>,
    /// `with:`.
    pub inputs: BTreeMap<String, Input>,
    /// Where `uses:` stands.
    pub place: Place,
}

impl Input {
    /// The whole value without blanks around it, when it is known.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        self.value.as_deref().map(str::trim)
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        self.text.place(0..self.text.text().len())
    }
}

impl ActionCall {
    /// An input by its name, where it is given. Platforms take names in any case.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|(written, _)| written.eq_ignore_ascii_case(name)).map(|(_, input)| input)
    }

    /// It names a commit, which nobody makes another one.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.reference
            .as_ref()
            .is_some_and(|reference| reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }
}

/// What a unit does.
#[derive(Clone, Debug)]
pub enum Work {
    /// A script for a shell.
    Script {
        /// Its text.
        text: MappedText,
        /// The shell's options.
        mode: ShellMode,
    },
    /// An action or a thing like it.
    Action(ActionCall),
    /// A container image run with arguments.
    Image {
        /// The image.
        image: String,
        /// Entry point and arguments, when given.
        argv: Vec<super::shell::Word>,
    },
    /// A workflow of another repository: opaque, unless the catalogue knows it.
    Remote {
        /// The call.
        call: ActionCall,
        /// Why it is not read.
        why: Why,
    },
    /// Something that is not read: raises what every tool may be.
    Opaque(Why),
    /// The same, where its code is known: it is looked at for what it hands to later steps.
    Foreign {
        /// The code.
        code: Code,
        /// Why it is not read.
        why: Why,
    },
}

/// Code in a language that is not read.
#[derive(Clone, Debug)]
pub enum Code {
    /// In the pipeline's own file.
    Text(MappedText),
    /// A file of the tree.
    File(RepoPath),
}

/// Whether an event starts a unit.
#[derive(Clone, Debug)]
pub struct Start {
    /// Index into the pipeline's events.
    pub event: usize,
    /// Yes, no, or why it is not known.
    pub answer: Answer,
    /// File filters beyond the event's own: changed-files steps decide whether the unit runs; every one has to pass.
    pub paths: Vec<PathFilter>,
    /// What loses its failure, or narrows what it sees, under this event only.
    pub holds: Vec<Hold>,
}

/// One step as it would run in one variant of its job.
#[derive(Clone, Debug)]
pub struct Unit {
    /// From the trigger to the step; the last hop is the step itself.
    pub chain: Vec<Hop>,
    /// The job it belongs to, an index into the pipeline's jobs.
    pub job: usize,
    /// What it does.
    pub work: Work,
    /// Where it stands.
    pub workdir: Workdir,
    /// The environment of the step.
    pub env: Arc<Env>,
    /// Variables of it that only scripts before it set, to what is not known where the file is read: following them may tell.
    pub handed: Arc<BTreeSet<String>>,
    /// For every event of the pipeline, whether it starts this unit.
    pub starts: Vec<Start>,
    /// What loses its failure (`continue-on-error`, …), and what may.
    pub holds: Vec<Hold>,
    /// Earlier steps of the same job put programs of the tree on the search path, or define functions for every shell: the
    /// name of any tool may mean another program.
    pub shadows: Vec<Hold>,
    /// Directories of the tree that stand on the search path: a program there takes the place of the tool of its name.
    pub search: Vec<SearchDir>,
    /// A failure that its scripts write down may fail the pipeline later: names of the files by which they hand it on.
    pub recorded: Option<&'static [&'static str]>,
    /// When its step runs among those of the job.
    pub turn: Turn,
}

/// When a step runs among the steps of its job, counted in steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Its number in the order of the file.
    pub step: usize,
    /// The number of the step at which it begins.
    pub begins: usize,
    /// That of the first step which begins after its end.
    pub ends: usize,
}

impl Turn {
    /// A step that runs by itself.
    #[must_use]
    pub fn alone(step: usize) -> Self {
        Self { step, begins: step, ends: step + 1 }
    }

    /// Whether others may run beside it.
    #[must_use]
    pub fn is_alone(self) -> bool {
        self == Self::alone(self.step) || self == Self::default()
    }

    /// Whether two steps may run at the same time.
    #[must_use]
    pub fn is_beside(self, other: Self) -> bool {
        self.step != other.step && self.begins < other.ends && other.begins < self.ends
    }
}

/// A directory of the tree on the search path of programs.
#[derive(Clone, Debug)]
pub struct SearchDir {
    /// The directory.
    pub directory: RepoPath,
    /// The hold on every tool whose name is a file in it.
    pub hold: Hold,
}

/// A job and the checks it publishes.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub place: Place,
    /// Names of the checks it publishes on the forge; `None` when one of them is computed.
    pub checks: Vec<Option<String>>,
    /// Whether a merge waits for one of them.
    pub required: Option<super::required::Requirement>,
    /// Its steps run in a container.
    pub in_image: bool,
    /// The ids of the jobs that it needs.
    pub needs: Vec<String>,
}

/// One CI file.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The CI system's id (`github-actions`).
    pub system: &'static str,
    /// The file.
    pub path: RepoPath,
    /// Its events.
    pub events: Vec<Event>,
    /// Its jobs.
    pub jobs: Vec<Job>,
    /// Its units, in the order of the file.
    pub units: Vec<Unit>,
    /// Problems that the platform would reject or read otherwise, at their lines.
    pub problems: Vec<(Place, String)>,
}

impl Pipeline {
    /// The kinds of events that start it, sorted, each once.
    #[must_use]
    pub fn triggers(&self) -> Vec<Trigger> {
        let mut all: Vec<Trigger> = self.events.iter().map(|event| event.trigger).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
