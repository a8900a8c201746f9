//! Owns reading one small file of a commit by its exact path, without listing the tree: policies and the keys beside them. Refuses
//! links, directories and submodules in their place.

use std::path::Path;
use std::sync::Arc;

use git2::{ObjectType, Oid};

use super::entry::EntryKind;
use super::objects::{ObjectError, Objects};
use super::{commit, fetching, named, tree};
use crate::error::Error;
use crate::text::{Place, RepoPath, SourceFile};

/// The text of the regular file at `path` in the commit; `None` when there is none.
///
/// # Errors
/// Usage: something else stands there, or the path is none. Incomplete: the commit, a tree or the file cannot be read.
pub fn file_at(objects: &Objects, commit: Oid, path: &str, max_bytes: usize) -> Result<Option<Arc<SourceFile>>, Error> {
    let Some(path) = RepoPath::new(path).filter(|path| !path.is_root()) else { return Ok(None) };
    let unread = |what: String, why: &ObjectError| Error::incomplete(format!("{what} {why}")).hint(fetching::object(why));
    let read = commit::read(objects, commit).map_err(|error| unread(format!("commit {commit}"), &error))?;
    let Some((mode, id)) = tree::find(objects, read.tree, path.as_str())? else {
        return Ok(None);
    };
    if !matches!(tree::kind(mode, id), Some((EntryKind::File | EntryKind::Executable, _))) {
        let error = Error::usage(format!("{path} is no regular file; a policy and its keys are")).at(Place::file(path.clone()));
        return Err(error.hint("commit the file itself"));
    }
    let blob = objects.read(id, ObjectType::Blob, max_bytes).map_err(|error| unread(format!("{path}: object {id}"), &error))?;
    named::text(SourceFile::from_bytes(path, blob.data().to_vec())).map(Some)
}

/// A file beside or below a policy file on disk, never above; `None`: there is none.
///
/// # Errors
/// It is no regular file, or cannot be read.
pub fn file_beside(directory: &Path, name: &str, max_bytes: usize) -> Result<Option<Arc<SourceFile>>, Error> {
    let Some(inside) = RepoPath::new(name) else { return Ok(None) };
    let path = directory.join(inside.as_str());
    if std::fs::symlink_metadata(&path).is_err() {
        return Ok(None);
    }
    named::read_named_file(&path, max_bytes).map(Some)
}
