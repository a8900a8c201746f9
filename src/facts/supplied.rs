//! Owns the words for what lies in an environment of packages that a tool audits: lists and projects of the tree that were
//! installed there, and what may have been. Refuses packages by name, and to say whose dependencies those are.

use crate::answer::Why;
use crate::text::RepoPath;

/// Something that was installed, or written to a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Supply {
    /// What a list of requirements names.
    List(RepoPath),
    /// What the project in a directory declares.
    Project(RepoPath),
    /// What is not known.
    Perhaps(Why),
}

/// What the commands of a job so far have supplied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supplied {
    /// Into the environment that the tool runs in.
    pub here: Vec<Supply>,
    /// Into environments that managers make for a project.
    pub managed: Vec<Supply>,
    /// To lists.
    pub written: Vec<Supply>,
    /// Packages by name, into the environment of the job.
    pub packages: Vec<String>,
    /// A manager was told to install into the environment of the job.
    pub in_place: Vec<&'static str>,
    /// It runs in an environment of its own, which is `here`.
    pub own: bool,
    /// Programs that were installed apart from everything else.
    pub apart: Vec<String>,
}

impl Supplied {
    /// An environment that holds this and nothing else.
    #[must_use]
    pub fn only(here: Vec<Supply>) -> Self {
        Self { here, own: true, ..Self::default() }
    }

    /// Something in one of its environments.
    pub fn anywhere(&self) -> impl Iterator<Item = &Supply> {
        self.here.iter().chain(&self.managed)
    }
}
