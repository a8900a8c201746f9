//! Owns the git data of one opened repository: objects and references. Refuses configuration.

use git2::Oid;

use crate::error::Error;

use super::format;
use super::locate::GitDirs;
use super::objects::Objects;
use super::refs::Refs;

/// Objects and references, the same for a work tree, a linked work tree and a git directory.
pub struct Repository {
    /// Its objects.
    pub objects: Objects,
    /// Its references.
    pub refs: Refs,
    /// Opened as a git directory, so that `HEAD` says what the default branch is.
    pub is_git_dir: bool,
    pub(crate) dirs: GitDirs,
}

impl Repository {
    pub(crate) fn open(dirs: GitDirs, is_git_dir: bool) -> Result<Self, Error> {
        format::check(&dirs)?;
        Ok(Self { objects: Objects::open(&dirs.common.join("objects"))?, refs: Refs::new(dirs.clone()), is_git_dir, dirs })
    }

    /// The object that `HEAD` names; `None` before the first commit.
    ///
    /// # Errors
    /// `HEAD` cannot be read.
    pub fn head(&self) -> Result<Option<Oid>, Error> {
        self.refs.resolve("HEAD")
    }
}
