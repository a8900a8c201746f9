//! Owns comparing a work tree with the commit that is judged in its place. Refuses to judge the difference.

use std::cmp::Ordering;
use std::fs::{self, Metadata};
use std::path::Path;

use git2::{ObjectType, Oid};

use crate::text::RepoPath;

use super::disk;
use super::entry::{Entry, EntryKind, Origin};
use super::index::Tracked;

/// Bytes of a file that is hashed to compare it; a larger one counts as different.
const HASHED_BYTES: usize = 64 * 1024 * 1024;

/// The paths at which the two lists, both sorted, differ in presence, kind or content.
pub(crate) fn differences(commit: &[Entry], work: &[Entry], tracked: &[Tracked], root: &Path) -> Vec<RepoPath> {
    let mut differing = Vec::new();
    let (mut left, mut right) = (commit.iter().peekable(), work.iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some(old), Some(new)) => old.path.cmp(&new.path),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return differing,
        };
        let old = if order.is_le() { left.next() } else { None };
        let new = if order.is_ge() { right.next() } else { None };
        let equal = match (old, new) {
            (Some(old), Some(new)) => is_same(old, new, tracked, root),
            // A submodule that was not checked out leaves nothing to see.
            (Some(old), None) => old.kind == EntryKind::Submodule,
            _ => false,
        };
        if let (false, Some(entry)) = (equal, old.or(new)) {
            differing.push(entry.path.clone());
        }
    }
}

fn is_same(old: &Entry, new: &Entry, tracked: &[Tracked], root: &Path) -> bool {
    if old.kind != new.kind {
        return false;
    }
    let Origin::Blob(id) = old.origin else { return true };
    let path = match &new.origin {
        Origin::Disk => new.path.as_str().as_bytes(),
        Origin::DiskBytes(bytes) => bytes,
        other => return *other == old.origin,
    };
    let Ok(on_disk) = disk::locate_below(root, path) else { return false };
    let Ok(metadata) = fs::symlink_metadata(&on_disk) else { return false };
    let known = tracked.binary_search_by(|file| file.path.as_slice().cmp(path)).ok().map(|at| &tracked[at]);
    if known.is_some_and(|file| file.id == id && is_untouched(file, &metadata)) {
        return true;
    }
    let bytes = match old.kind {
        EntryKind::Link => fs::read_link(&on_disk).map(|target| target.as_os_str().as_encoded_bytes().to_vec()).ok(),
        _ => disk::read(&on_disk, HASHED_BYTES).ok(),
    };
    bytes.and_then(|bytes| Oid::hash_object(ObjectType::Blob, &bytes).ok()) == Some(id)
}

/// Whether size and time of last change are those that git noted when it last compared the file.
fn is_untouched(file: &Tracked, metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (seconds, nanoseconds) = file.modified;
        // Some builds of git keep whole seconds only.
        let exact = nanoseconds == 0 || i64::from(nanoseconds) == metadata.mtime_nsec();
        u64::from(file.size) == metadata.len() && seconds == metadata.mtime() && exact
    }
    #[cfg(not(unix))]
    {
        let _ = (file, metadata);
        false
    }
}
