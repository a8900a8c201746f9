//! Owns files that a person names on the command line: policies and reports of trusted runs. Refuses directories, devices and
//! files past the bound.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use super::Repository;
use super::locate::{self, Located};
use crate::error::Error;
use crate::text::{RepoPath, SourceFile};

/// The text of a named file, UTF-8, at most `max_bytes` bytes.
///
/// # Errors
/// A usage error when there is no such regular file or it is no text, an incomplete one when it cannot be read.
pub fn read_named_file(path: &Path, max_bytes: usize) -> Result<Arc<SourceFile>, Error> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
        let error = Error::usage(format!("`{}` is no regular file", path.display()));
        return Err(error.hint("name a file whose content stays as it is"));
    }
    read_named_stream(path, max_bytes)
}

/// As [`read_named_file`], of a pipe as well: what is read once needs no name that lasts.
///
/// # Errors
/// As [`read_named_file`].
pub fn read_named_stream(path: &Path, max_bytes: usize) -> Result<Arc<SourceFile>, Error> {
    let shown = path.display();
    if path.is_dir() {
        let error = Error::usage(format!("`{shown}` is a directory"));
        return Err(error.hint("give the file in it"));
    }
    let file = fs::File::open(path).map_err(|problem| match problem.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            Error::usage(format!("`{shown}` cannot be opened: {problem}")).hint("name a file that exists")
        }
        _ => unread(path, &problem),
    })?;
    let mut bytes = Vec::new();
    file.take(max_bytes as u64 + 1).read_to_end(&mut bytes).map_err(|problem| unread(path, &problem))?;
    if bytes.len() > max_bytes {
        let error = Error::incomplete(format!("`{shown}` has more than {max_bytes} bytes"));
        return Err(error.hint("name a smaller file; check, facts and verify-tag take another bound with --limit file-bytes=N"));
    }
    let shown = shown.to_string();
    text(SourceFile::from_bytes(RepoPath::new(&shown).unwrap_or_else(|| RepoPath::from_git_bytes(shown.as_bytes())), bytes))
}

fn unread(path: &Path, problem: &io::Error) -> Error {
    let error = Error::incomplete(format!("`{}` cannot be read: {problem}", path.display()));
    error.hint("see who may read it, or name another file")
}

/// A file that has to be UTF-8.
///
/// # Errors
/// It is not, with the place of the first byte that is none.
pub fn text(file: Arc<SourceFile>) -> Result<Arc<SourceFile>, Error> {
    match file.first_foreign() {
        None => Ok(file),
        Some(place) => Err(Error::usage(format!("`{}` is not UTF-8", file.path)).at(place).hint("save it as UTF-8")),
    }
}

/// Whether `file`, links resolved, lies in the work tree that `inspected` belongs to, or in its `.git`. When that cannot be
/// told it does: a judge from an unknown place is no judge.
#[must_use]
pub fn lies_in(file: &Path, inspected: &Path) -> bool {
    let (Ok(file), Ok(inspected)) = (fs::canonicalize(file), fs::canonicalize(inspected)) else { return true };
    let root = inspected.ancestors().find(|dir| dir.join(".git").exists()).unwrap_or(&inspected);
    file.starts_with(root)
}

/// Whether whoever writes the repository, which was opened at `inspected`, can write `path`: links resolved, it lies in the work tree, in a
/// git directory, or in another work tree of the same repository.
#[must_use]
pub fn belongs_to(path: &Path, inspected: &Path, repository: &Repository) -> bool {
    // What is not there is told as that by whoever opens it.
    if fs::symlink_metadata(path).is_err() {
        return false;
    }
    if lies_in(path, inspected) || repository.holds(path) {
        return true;
    }
    let (Ok(path), Ok(common)) = (fs::canonicalize(path), fs::canonicalize(&repository.dirs.common)) else { return true };
    // What has no usable `.git` is no work tree of anything.
    let of = |folder: &Path| match locate::locate(folder) {
        Ok(Located::WorkTree { dirs, .. }) => fs::canonicalize(dirs.common).ok(),
        _ => None,
    };
    path.ancestors().filter(|folder| folder.join(".git").exists()).any(|folder| of(folder).as_ref() == Some(&common))
}
