//! Owns of which commit a file on disk is, for policies that lie in a repository of their own: `HEAD` of the work tree around it, when
//! that has exactly these bytes at this path. Refuses to say so of a file that was changed.

use std::path::{Path, PathBuf};

use git2::Oid;

use super::{Repository, commit, file_at, open_repository};

/// The work tree around a file.
pub struct Checkout {
    /// Its objects and references.
    pub repository: Repository,
    /// The commit that is checked out.
    pub head: Oid,
    /// When that was made, in seconds since the epoch.
    pub made: Option<i64>,
    root: PathBuf,
}

impl Checkout {
    /// The work tree around a file; `None`: it lies in none that can be read.
    #[must_use]
    pub fn around(file: &Path) -> Option<Self> {
        let file = std::fs::canonicalize(file).ok()?;
        let root = file.ancestors().skip(1).find(|folder| folder.join(".git").exists())?.to_path_buf();
        let repository = open_repository(&root).ok().filter(|repository| !repository.is_git_dir)?;
        let head = repository.head().ok()??;
        let made = commit::read(&repository.objects, head).ok()?.time;
        Some(Self { repository, head, made, root })
    }

    /// Whether the commit has this text at the path of the file.
    #[must_use]
    pub fn has(&self, file: &Path, text: &str, max_bytes: usize) -> bool {
        let Some(path) = std::fs::canonicalize(file).ok() else { return false };
        let Some(inside) = path.strip_prefix(&self.root).ok().and_then(Path::to_str) else { return false };
        let inside = inside.replace(std::path::MAIN_SEPARATOR, "/");
        matches!(file_at(&self.repository.objects, self.head, &inside, max_bytes), Ok(Some(file)) if file.text == text)
    }
}
