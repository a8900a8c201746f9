//! Owns the roster of CI systems: each turns its files into vendor-neutral pipelines. Refuses to follow commands: `trace` does.

pub mod github;
pub mod hosted;
pub mod services;
pub mod unread;

pub(super) use self::github::{Past, Runs, Said, asks_status, fetches_the_tree, holds_wherever, never_holds, runs_despite};

use super::meter::Meter;
use super::pipeline::Pipeline;
use crate::answer::Why;
use crate::snapshot::{DefaultBranch, Snapshot, UnreadKind};
use crate::terms::Terms;
use crate::text::{Place, RepoPath};

/// What CI systems may look at.
#[derive(Clone, Copy)]
pub struct CiWorld<'a> {
    /// The tree.
    pub snapshot: &'a Snapshot,
    /// The default branch, as far as it is known.
    pub default_branch: &'a DefaultBranch,
    /// The policy's terms.
    pub terms: &'a Terms,
    /// How much work is left.
    pub meter: &'a Meter,
}

/// A CI file that was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// Where.
    pub place: Place,
    /// One clause.
    pub why: String,
    /// Whose doing it is.
    pub cause: Cause,
}

/// Why a CI file was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Its platform refuses it too: nothing of it runs.
    Refused,
    /// A bound of ours; its platform may run it.
    Bound,
    /// It is no UTF-8 text; its platform may decode it otherwise.
    Encoding,
    /// A link, or a failure of the file system.
    Access,
    /// Readers differ about its very lines.
    Disputed,
}

impl Cause {
    /// What a failure to read means.
    #[must_use]
    pub fn of(kind: UnreadKind) -> Self {
        match kind {
            UnreadKind::TooLarge | UnreadKind::PastBound => Self::Bound,
            UnreadKind::NotText => Self::Encoding,
            UnreadKind::Link | UnreadKind::Io => Self::Access,
            UnreadKind::Disputed => Self::Disputed,
            // What stands in the repository under that name is no text of the format.
            UnreadKind::Missing | UnreadKind::Submodule | UnreadKind::LfsPointer | UnreadKind::Malformed => Self::Refused,
        }
    }

    /// Whether what the file says may count nevertheless.
    #[must_use]
    pub fn may_run(self) -> bool {
        self != Self::Refused
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(self) -> &'static str {
        match self {
            Self::Refused => "repair it at this line: as it stands, nothing of it counts",
            Self::Bound => UnreadKind::PastBound.next_step(),
            Self::Encoding => UnreadKind::NotText.next_step(),
            Self::Access => UnreadKind::Io.next_step(),
            Self::Disputed => UnreadKind::Disputed.next_step(),
        }
    }
}

/// What a CI system's files say.
#[derive(Default)]
pub struct CiFacts {
    /// Pipelines, sorted by path.
    pub pipelines: Vec<Pipeline>,
    /// Files that could not be read or parsed, or that their platform refuses.
    pub unreadable: Vec<Unreadable>,
    /// Files of the system that this version does not read at all.
    pub unsupported: Vec<(RepoPath, Why)>,
}

/// A CI system.
pub trait CiSystem: Sync {
    /// Its id in facts.
    fn id(&self) -> &'static str;

    /// Reads its files.
    fn read(&self, world: &CiWorld<'_>) -> CiFacts;
}

/// All CI systems that are read.
pub static ROSTER: &[&dyn CiSystem] = &[&github::GithubActions];
