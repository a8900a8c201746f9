//! Owns the roster of CI systems: each turns its files into vendor-neutral pipelines. Refuses to follow commands: `trace` does.

pub mod github;
pub mod hosted;
pub mod unread;

use super::meter::Meter;
use super::pipeline::Pipeline;
use crate::answer::Why;
use crate::snapshot::{DefaultBranch, Snapshot};
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

/// What a CI system's files say.
#[derive(Default)]
pub struct CiFacts {
    /// Pipelines, sorted by path.
    pub pipelines: Vec<Pipeline>,
    /// Files that could not be read or parsed.
    pub unreadable: Vec<(Place, String)>,
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
