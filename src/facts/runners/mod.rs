//! Owns the roster of task runners and launchers: programs whose arguments or files say which other commands run. Refuses to
//! know any analyzer by name.

mod behind;
mod cargo_alias;
mod code;
mod command_line;
mod compose;
mod composer;
mod cross_shell;
mod docker;
mod entry;
mod env_file;
mod feeders;
mod fetched;
mod given;
mod just;
mod launch;
mod launched;
mod launchers;
mod make;
mod mix;
mod nox;
mod npm;
mod pre_commit;
mod project;
mod quoted;
#[cfg(test)]
mod rendering;
mod script;
#[cfg(test)]
mod script_probe;
mod script_words;
mod started;
mod startup;
mod taskipy;
mod tox;
mod unread;
mod yaml_merge;

pub(super) use code::{inline, on_stdin};
pub(in crate::facts) use docker::instructions;
pub(super) use docker::{Built, Earlier, pushed, run_earlier, tagged};
pub(super) use fetched::{is_address, is_own, name_of};
pub(super) use launchers::open_head;
pub(super) use make::FILES as MAKEFILES;
pub(in crate::facts) use npm::SETTINGS as NPM_SETTINGS;
pub use pre_commit::{local_hooks, pre_commit_ci};
pub(super) use script::{is_data, reads_file, reads_stdin};

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use super::hold::{Hold, Hop};
use super::meter::Meter;
use super::pipeline::{ActionCall, Env};
use super::shell::{Analysis, ShellMode, Word};
use super::workdir::Workdir;
use crate::answer::Why;
use crate::catalog::Catalog;
use crate::snapshot::Snapshot;
use crate::text::{MappedText, Place, RepoPath};

/// What runners may look at.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The tree.
    pub snapshot: &'a Snapshot,
    /// The catalogue.
    pub catalog: &'a Catalog,
    /// How much work is left.
    pub meter: &'a Meter,
    /// What was found out about it already.
    pub seen: &'a Seen,
}

impl<'a> World<'a> {
    /// What the forge knows, where it was asked.
    #[must_use]
    pub fn forge(&self) -> Option<&'a super::forge::ForgeFacts> {
        self.seen.forge.get_or_init(|| self.snapshot.forge().map(super::forge::ForgeFacts::of)).as_ref()
    }
}

/// Answers about one tree that are asked for again and again.
#[derive(Default)]
pub struct Seen {
    forge: std::sync::OnceLock<Option<super::forge::ForgeFacts>>,
    started: started::Answers,
    may_build: docker::MayBuild,
    ignored: docker::Kept,
    aliases: mix::Kept,
    packages: npm::Kept,
    task_files: unread::Kept,
    /// Scripts that were analysed, by everything that the analysis depends on.
    pub(super) analyses: Mutex<HashMap<[u8; 32], Arc<Analysis>>>,
    /// Directories with a file in which a Python project may name programs of its own.
    pub(super) python_projects: std::sync::OnceLock<HashSet<RepoPath>>,
    /// Manifests of npm packages by the names that stand in them.
    pub(super) npm_names: std::sync::OnceLock<HashMap<String, Vec<RepoPath>>>,
    /// What lock files say of where tools come from.
    pub(super) locked: super::shadow::locked::Kept,
    /// Files that something may look for by itself where they lie, or in another directory.
    pub(super) looked_for: std::sync::OnceLock<Vec<RepoPath>>,
}

/// A command about to be run.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// Its words; the first is the program.
    pub words: &'a [Word],
    /// The environment, as far as it is known.
    pub env: &'a Env,
    /// Where it stands.
    pub workdir: &'a Workdir,
    /// Where it is written.
    pub place: &'a Place,
}

impl Call<'_> {
    /// The program's base name, when it is known.
    #[must_use]
    pub fn program(&self) -> Option<&str> {
        let word = self.words.first()?.value.as_deref()?;
        word.rsplit('/').next()
    }

    /// The known value of an argument (1 is the first behind the program).
    #[must_use]
    pub fn arg(&self, at: usize) -> Option<&str> {
        self.words.get(at)?.value.as_deref()
    }
}

/// What runs next.
#[derive(Clone)]
pub enum Target {
    /// A command.
    Argv(Vec<Word>),
    /// A script for a shell; `args` are its positional parameters, when they are known.
    Script {
        /// Its text.
        text: MappedText,
        /// The shell's options.
        mode: ShellMode,
        /// `$1` and on.
        args: Option<Vec<Word>>,
    },
    /// A pre-commit hook of another repository.
    Hook {
        /// Its repository.
        repo: String,
        /// Its id.
        id: String,
        /// The revision of the repository.
        rev: Option<MappedText>,
        /// Its arguments, as configured.
        args: Vec<Word>,
        /// Packages installed beside it (`additional_dependencies`).
        packages: Vec<String>,
    },
    /// A container image with the words it is given.
    Image {
        /// The image without its tag, as far as it is known.
        image: String,
        /// The words.
        argv: Vec<Word>,
    },
    /// Something that is not read: raises what every tool may be.
    Opaque(Why),
    /// Something that is written beside what runs, and left out at a line of its own.
    LeftOut(Box<Target>, Hold),
    /// Something in an image that was built by these before: they are no run of their own.
    Built(Box<Target>, Vec<Step>),
}

impl Target {
    /// The same, left out.
    #[must_use]
    pub fn left_out(self, by: Hold) -> Self {
        Self::LeftOut(Box::new(self), by)
    }

    /// The same in an image that was built by these.
    #[must_use]
    pub fn built_by(self, steps: &[Step]) -> Self {
        if steps.is_empty() { self } else { Self::Built(Box::new(self), steps.to_vec()) }
    }
}

impl Target {
    /// What runs itself, without what was done to its image.
    #[must_use]
    pub fn of_itself(&self) -> &Self {
        if let Self::Built(target, _) = self { target } else { self }
    }

    /// Bytes of the text that was put together for it.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let of = |words: &[Word]| words.iter().map(|word| word.value.as_ref().map_or(0, String::len)).sum();
        match self {
            Self::Argv(words) => of(words),
            Self::Script { text, args, .. } => text.text().len() + args.as_deref().map_or(0, of),
            Self::Hook { args, .. } => of(args),
            Self::Image { argv, .. } => of(argv),
            Self::Opaque(_) => 0,
            Self::LeftOut(target, _) | Self::Built(target, _) => target.bytes(),
        }
    }
}

/// One step of how an image comes about.
#[derive(Clone)]
pub enum Step {
    /// This runs in it.
    Runs(Box<Next>),
    /// These parts of the tree are put where they lay, whatever was done to them there before.
    Brings(Vec<RepoPath>),
}

/// One thing that a call leads to.
#[derive(Clone)]
pub struct Next {
    /// What runs.
    pub target: Target,
    /// The hops it adds to the chain, in order; none for launchers on the same line.
    pub hops: Vec<Hop>,
    /// What loses its failure on the way (a `-` prefix, an ignored outcome).
    pub holds: Vec<Hold>,
    /// It runs only if something holds that could not be decided.
    pub condition: Option<Why>,
    /// Where it stands.
    pub workdir: Workdir,
    /// Its environment.
    pub env: Env,
    /// Packages that the runner installed beside it.
    pub packages: Vec<String>,
}

impl Next {
    /// The same call under its launcher: same place, same directory, same environment.
    #[must_use]
    pub fn argv(call: &Call<'_>, words: Vec<Word>) -> Self {
        Self {
            target: Target::Argv(words),
            hops: Vec::new(),
            holds: Vec::new(),
            condition: None,
            workdir: call.workdir.clone(),
            env: call.env.clone(),
            packages: Vec::new(),
        }
    }
}

impl Target {
    /// Whether it is the same thing to run, whatever file says so.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Argv(one), Self::Argv(other)) => one == other,
            (Self::Script { text, mode, args }, Self::Script { text: other, mode: its_mode, args: its_args }) => {
                text.text() == other.text() && mode == its_mode && args == its_args
            }
            (Self::Hook { repo, id, rev, args, packages }, Self::Hook { repo: r, id: i, rev: v, args: a, packages: p }) => {
                let text = |rev: &Option<MappedText>| rev.as_ref().map(|rev| rev.text().to_owned());
                (repo, id, args, packages) == (r, i, a, p) && text(rev) == text(v)
            }
            (Self::Image { image, argv }, Self::Image { image: other, argv: its }) => image == other && argv == its,
            (Self::Opaque(one), Self::Opaque(other)) => one == other,
            (Self::LeftOut(one, hold), Self::LeftOut(other, its)) => one.is(other) && hold == its,
            (Self::Built(..), Self::Built(..)) => true,
            _ => false,
        }
    }
}

/// Whether two answers of runners lead to the same things, under the same holds and conditions.
#[must_use]
pub fn same(one: Option<&[Next]>, other: Option<&[Next]>) -> bool {
    let alike = |(one, other): (&Next, &Next)| {
        one.target.is(&other.target)
            && one.hops == other.hops
            && one.holds == other.holds
            && one.condition == other.condition
            && one.workdir == other.workdir
            && one.env == other.env
    };
    match (one, other) {
        (Some(one), Some(other)) => one.len() == other.len() && one.iter().zip(other).all(alike),
        (None, None) => true,
        _ => false,
    }
}

/// What a run of a runner means that is found in code which is not read. Such code is searched by some runners: what they search
/// may not lead to them again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum InCode {
    /// What it leads to decides.
    Followed,
    /// It is code of the same kind, and not searched.
    Passed,
    /// A run of it counts as tasks, by [`Runner::is_tasks`]; what it leads to is not asked.
    Tasks,
}

/// A task runner or launcher. Stateless; one value per program family.
pub trait Runner: Sync {
    /// A short name for logs and documentation.
    fn name(&self) -> &'static str;

    /// What the call leads to; `None` when the program is not this runner, an empty list when it runs nothing.
    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>>;

    /// Whether the program itself looks here before it looks for the tool of that name (a cargo alias takes the place of the
    /// external sub-command): asked before the catalogue.
    fn goes_first(&self) -> bool {
        false
    }

    /// What a run of it means that is found in code which is not read.
    fn in_code(&self) -> InCode {
        InCode::Followed
    }

    /// Whether a call that stands in code runs tasks of this runner, told without searching code again: only asked of
    /// [`InCode::Tasks`].
    fn is_tasks(&self, call: &Call<'_>, _world: &World<'_>) -> bool {
        call.program().map(crate::facts::matching::program_name) == Some(self.name())
    }

    /// Whether it would read a file of this name to learn what to run.
    fn reads(&self, file_name: &str) -> bool {
        let _ = file_name;
        false
    }

    /// What an action of the CI system leads to, when it is this runner in another form (`pre-commit/action`).
    fn expand_action(&self, action: &ActionCall, workdir: &Workdir, env: &Env, world: &World<'_>) -> Option<Vec<Next>> {
        let _ = (action, workdir, env, world);
        None
    }
}

/// What a launcher runs of its own line; `None` when the program is none.
#[must_use]
pub fn launched(call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
    launchers::Launchers.expand(call, world)
}

/// Whether some runner would read the file to learn what to run.
pub(super) fn is_task_file(path: &RepoPath) -> bool {
    ROSTER.iter().any(|runner| runner.reads(path.file_name()))
}

/// All runners; the first that knows a program takes it.
pub static ROSTER: &[&dyn Runner] = &[
    &cargo_alias::CargoAlias,
    &mix::Mix,
    &project::ProjectScripts,
    &unread::Unread,
    &make::Make,
    &npm::Npm,
    &npm::Together,
    &just::Just,
    &nox::Nox,
    &tox::Tox,
    &pre_commit::PreCommit,
    &docker::Docker,
    &compose::Compose,
    &composer::Composer,
    &given::Given,
    &code::Code,
    &behind::Behind,
    &launchers::Launchers,
    &script::Script,
    // Last: a project may be the launcher, and CI runs the one that is installed.
    &entry::Entry,
];
