//! Owns deciding what a PATH is: a work tree, a git directory or a plain folder, and where its git data lies. Refuses
//! environment variables, and git directories that stand inside another repository's tree.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

use super::disk;

/// Bytes of a `.git` or `commondir` file.
const POINTER_BYTES: usize = 8 * 1024;

/// Where a repository's git data lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GitDirs {
    /// `HEAD` and `index` of this work tree.
    pub(crate) own: PathBuf,
    /// `objects`, `refs`, `packed-refs`, `config`, `info`: the same as `own` but in a linked work tree.
    pub(crate) common: PathBuf,
}

/// What a PATH is.
#[derive(Debug)]
pub(crate) enum Located {
    /// A folder at or in a work tree.
    WorkTree { root: PathBuf, dirs: GitDirs, notes: Vec<String> },
    /// A git directory itself.
    GitDir(GitDirs),
    /// A folder of no repository.
    Folder,
}

/// The absolute path of the folder to inspect.
pub(crate) fn folder(path: &Path) -> Result<PathBuf, Error> {
    let shown = path.display();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::usage(format!("there is no {shown}")).hint("give the path of a repository or folder"));
        }
        Err(error) => {
            return Err(Error::incomplete(format!("{shown} cannot be read: {error}")).hint("check its permissions"));
        }
    };
    if !metadata.is_dir() {
        return Err(Error::usage(format!("{shown} is not a folder")).hint("give the folder that holds it"));
    }
    fs::canonicalize(path).map_err(|error| Error::incomplete(format!("{shown} cannot be resolved: {error}")))
}

/// Decides what the absolute, resolved `folder` is.
pub(crate) fn locate(folder: &Path) -> Result<Located, Error> {
    for above in folder.ancestors() {
        let entry = above.join(".git");
        let Ok(metadata) = fs::symlink_metadata(&entry) else { continue };
        if folder == entry {
            break;
        }
        if folder.starts_with(&entry) {
            return Err(Error::usage(format!("{} lies inside a git directory", folder.display())).hint(format!(
                "give {} or {}",
                above.display(),
                entry.display()
            )));
        }
        let own = if metadata.is_file() {
            pointer(&entry, above, Some("gitdir:"))?
        } else {
            fs::canonicalize(&entry).map_err(|error| unusable(&entry, &error.to_string()))?
        };
        let dirs = git_dirs(own.clone())?.ok_or_else(|| unusable(&entry, "HEAD, objects or refs is missing"))?;
        let mut notes = Vec::new();
        if !own.starts_with(above) || !dirs.common.starts_with(above) {
            notes.push(format!("the git directory {} lies outside the work tree {}", dirs.common.display(), above.display()));
        }
        return Ok(Located::WorkTree { root: above.to_path_buf(), dirs, notes });
    }
    Ok(git_dirs(folder.to_path_buf())?.map_or(Located::Folder, Located::GitDir))
}

/// The git directories at `own`, if it is one: it has `HEAD`, and `objects/` and `refs/` are its own or its common directory's.
fn git_dirs(own: PathBuf) -> Result<Option<GitDirs>, Error> {
    if fs::symlink_metadata(own.join("HEAD")).is_err() {
        return Ok(None);
    }
    let commondir = own.join("commondir");
    let common = if fs::symlink_metadata(&commondir).is_ok() { pointer(&commondir, &own, None)? } else { own.clone() };
    let complete = common.join("objects").is_dir() && common.join("refs").is_dir();
    Ok(complete.then_some(GitDirs { own, common }))
}

/// The directory that a `.git` or `commondir` file names, relative to `base`.
fn pointer(file: &Path, base: &Path, key: Option<&str>) -> Result<PathBuf, Error> {
    let bytes = disk::read(file, POINTER_BYTES).map_err(|error| unusable(file, &error.to_string()))?;
    let value = match key {
        Some(key) => bytes.strip_prefix(key.as_bytes()).ok_or_else(|| unusable(file, "it does not begin with `gitdir:`"))?,
        None => &bytes,
    };
    let value = value.trim_ascii();
    if value.is_empty() || value.iter().any(|byte| matches!(byte, 0 | b'\n')) {
        return Err(unusable(file, "it does not name one directory"));
    }
    let target = disk::native(value).ok_or_else(|| unusable(file, "it names no path of this system"))?;
    fs::canonicalize(base.join(&target))
        .map_err(|error| unusable(file, &format!("it names {}, which cannot be used: {error}", target.display())))
}

fn unusable(path: &Path, why: &str) -> Error {
    Error::incomplete(format!("{} is not a usable git directory: {why}", path.display()))
        .hint("make its repository readable here, or inspect the files alone with --here")
}
