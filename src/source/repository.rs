//! Owns the git data of one opened repository: objects and references. Refuses configuration.

use std::collections::BTreeSet;
use std::path::Path;

use git2::{ObjectType, Oid};

use crate::error::Error;

use super::ancestry::{self, Ancestry};
use super::forge::{Base, Fetched, Kind};
use super::format;
use super::locate::GitDirs;
use super::objects::Objects;
use super::refs::Refs;

/// Replaced objects, of which one is enough.
const MOST_REPLACED: usize = 100_000;
/// Where a repository's own branches are.
pub const OWN_BRANCHES: &str = "refs/heads/";
/// Where `origin`'s branches are, of which it keeps copies.
pub const ORIGINS_BRANCHES: &str = "refs/remotes/origin/";
/// Branches that are looked at.
pub const MOST_BRANCHES: usize = 10_000;

/// Objects and references, the same for a work tree, a linked work tree and a git directory.
pub struct Repository {
    /// Its objects.
    pub objects: Objects,
    /// Its references.
    pub refs: Refs,
    /// Opened as a git directory that no work tree belongs to, so that `HEAD` says what the default branch is.
    pub is_git_dir: bool,
    /// What a forge told and what of it was not read.
    pub told: Fetched,
    /// A commit and a later one in whose history it lies, as a forge told.
    within: BTreeSet<(Oid, Oid)>,
    pub(crate) dirs: GitDirs,
}

impl Repository {
    pub(crate) fn open(dirs: GitDirs, is_git_dir: bool) -> Result<Self, Error> {
        format::check(&dirs)?;
        // What is checked out beside `.git`, or anywhere as an index says, moves HEAD and makes branches of its own.
        let of_a_work_tree = dirs.own.file_name().is_some_and(|name| name == ".git") || dirs.own.join("index").exists();
        let is_git_dir = is_git_dir && !of_a_work_tree;
        Ok(Self {
            objects: Objects::open(&dirs.common.join("objects"))?,
            refs: Refs::new(dirs.clone()),
            is_git_dir,
            told: Fetched::default(),
            within: BTreeSet::new(),
            dirs,
        })
    }

    /// Below what the branches stand that the origin calls its own: a mirror's own ones, since everything else in it, `refs/remotes/`
    /// too, is what anybody pushed; beside a work tree the copies of `origin`'s, where there are any.
    ///
    /// # Errors
    /// References cannot be listed.
    pub fn branches_below(&self) -> Result<&'static str, Error> {
        if self.is_git_dir && !self.refs.list(OWN_BRANCHES, MOST_BRANCHES)?.is_empty() {
            return Ok(OWN_BRANCHES);
        }
        let copies = !self.refs.list(ORIGINS_BRANCHES, MOST_BRANCHES)?.is_empty();
        Ok(if copies { ORIGINS_BRANCHES } else { OWN_BRANCHES })
    }

    /// Whether it has the origin's branches as its own: a git directory alone, whose `HEAD` says which is the default one.
    ///
    /// # Errors
    /// As [`Self::branches_below`].
    pub fn is_mirror(&self) -> Result<bool, Error> {
        Ok(self.is_git_dir && self.branches_below()? == OWN_BRANCHES)
    }

    /// Takes in what a forge told: its references win, its objects are kept in memory.
    ///
    /// # Errors
    /// They cannot be kept.
    pub fn take_in(&mut self, fetched: &Fetched) -> Result<(), Error> {
        self.refs.take_in(&fetched.refs);
        self.told = fetched.clone();
        self.objects.take_in(ObjectType::Tag, &fetched.objects)
    }

    /// Takes in what a forge told of commits that are not here: tips of branches, objects kept in memory, and what lies in whose history.
    ///
    /// # Errors
    /// They cannot be kept.
    pub fn take_in_base(&mut self, base: &Base) -> Result<(), Error> {
        let below = if self.is_mirror()? { OWN_BRANCHES } else { ORIGINS_BRANCHES };
        self.refs.take_in(&base.tips.iter().map(|(branch, tip)| (format!("{below}{branch}"), Some(*tip))).collect());
        self.within.clone_from(&base.within);
        for (kind, of) in [(Kind::Commit, ObjectType::Commit), (Kind::Tree, ObjectType::Tree), (Kind::Blob, ObjectType::Blob)] {
            let objects: Vec<Vec<u8>> =
                base.objects.iter().filter(|(one, _)| *one == kind).map(|(_, bytes)| bytes.clone()).collect();
            self.objects.take_in(of, &objects)?;
        }
        Ok(())
    }

    /// Whether `commit` lies in the history of `tip`: by the commits that are here, else by what a forge told.
    #[must_use]
    pub fn lies_in(&self, commit: Oid, tip: Oid) -> Ancestry {
        match ancestry::within(&self.objects, commit, tip) {
            Ancestry::Unknown(..) if self.within.contains(&(commit, tip)) => Ancestry::Within { first_parent: false },
            answer => answer,
        }
    }

    /// Whether a path, links resolved, lies in one of its git directories; a linked work tree has two.
    #[must_use]
    pub fn holds(&self, path: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().ok();
        let Some(path) = real(path) else { return true };
        [&self.dirs.own, &self.dirs.common]
            .into_iter()
            .any(|directory| real(directory).is_none_or(|directory| path.starts_with(directory)))
    }

    /// What in it makes git show one object in place of another. Nothing here obeys it.
    ///
    /// # Errors
    /// References cannot be listed.
    pub fn overrides(&self) -> Result<Vec<&'static str>, Error> {
        let replaced = !self.refs.list("refs/replace/", MOST_REPLACED)?.is_empty();
        let grafted = std::fs::symlink_metadata(self.dirs.common.join("info/grafts")).is_ok();
        Ok([(replaced, "refs/replace"), (grafted, "info/grafts")]
            .into_iter()
            .filter(|(there, _)| *there)
            .map(|(_, what)| what)
            .collect())
    }

    /// Whether it says of itself that its history was cut. A file that anybody can write: it proves nothing, it only explains.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        std::fs::symlink_metadata(self.dirs.common.join("shallow")).is_ok()
    }

    /// The object that `HEAD` names; `None` before the first commit.
    ///
    /// # Errors
    /// `HEAD` cannot be read.
    pub fn head(&self) -> Result<Option<Oid>, Error> {
        self.refs.resolve("HEAD")
    }
}
