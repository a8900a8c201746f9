//! Owns reading one entry's bytes from wherever they lie, bounded before they are read. Refuses to follow links.

use git2::ObjectType;

use crate::text::RepoPath;

use super::Source;
use super::disk::{self, DiskError};
use super::entry::{Entry, EntryKind, Origin, Unread, UnreadKind};
use super::objects::ObjectError;

/// Bytes of the text of a link: no system takes a longer path.
const LINK_BYTES: usize = 4096;

/// The refusal of a file that is too large, worded alike for every source.
fn too_large(path: &RepoPath, bytes: u64, max_bytes: usize) -> Unread {
    Unread::new(path.clone(), UnreadKind::TooLarge, format!("{bytes} bytes exceed the limit of {max_bytes}"))
}

impl Source {
    /// All bytes of `entry`, if there are at most `max_bytes`.
    ///
    /// # Errors
    /// A link, a submodule, a file beyond the bound, or one that the file system or object database does not give.
    pub fn read(&self, entry: &Entry, max_bytes: usize) -> Result<Vec<u8>, Unread> {
        let refuse = |kind, why: &str| Err(Unread::new(entry.path.clone(), kind, why));
        match entry.kind {
            EntryKind::Link => return refuse(UnreadKind::Link, "a symbolic link, not followed"),
            EntryKind::Submodule => return refuse(UnreadKind::Submodule, "a submodule, not read"),
            EntryKind::File | EntryKind::Executable => {}
        }
        match &entry.origin {
            Origin::Memory(at) => {
                let text = self.memory.get(*at).map_or("", String::as_str);
                if text.len() > max_bytes {
                    return Err(too_large(&entry.path, text.len() as u64, max_bytes));
                }
                Ok(text.as_bytes().to_vec())
            }
            Origin::Disk => self.read_disk(entry, entry.path.as_str().as_bytes(), max_bytes),
            Origin::DiskBytes(bytes) => self.read_disk(entry, bytes, max_bytes),
            Origin::Blob(id) => self.read_blob(entry, *id, max_bytes),
            Origin::Nothing => refuse(UnreadKind::Submodule, "has no content of its own"),
        }
    }

    /// The text of a link, which names another path; it is not followed.
    pub fn link_text(&self, entry: &Entry) -> Option<String> {
        if entry.kind != EntryKind::Link {
            return None;
        }
        match &entry.origin {
            Origin::Memory(at) => self.memory.get(*at).cloned(),
            Origin::Disk => disk::link_below(self.root.as_ref()?, entry.path.as_str().as_bytes()),
            Origin::DiskBytes(bytes) => disk::link_below(self.root.as_ref()?, bytes),
            Origin::Blob(id) => String::from_utf8(self.read_blob(entry, *id, LINK_BYTES).ok()?).ok(),
            Origin::Nothing => None,
        }
    }

    fn read_disk(&self, entry: &Entry, relative: &[u8], max_bytes: usize) -> Result<Vec<u8>, Unread> {
        let refuse = |kind, why: String| Unread::new(entry.path.clone(), kind, why);
        let Some(root) = &self.root else { return Err(refuse(UnreadKind::Io, "no folder holds it".to_owned())) };
        disk::read_below(root, relative, max_bytes).map_err(|error| match error {
            DiskError::TooLarge(bytes) => too_large(&entry.path, bytes, max_bytes),
            DiskError::Link => refuse(UnreadKind::Link, error.to_string()),
            // It was listed, so its absence now is a failure and not an answer.
            DiskError::Missing | DiskError::NotAFile | DiskError::Io(_) => refuse(UnreadKind::Io, error.to_string()),
        })
    }

    fn read_blob(&self, entry: &Entry, id: git2::Oid, max_bytes: usize) -> Result<Vec<u8>, Unread> {
        let refuse = |why: String| Unread::new(entry.path.clone(), UnreadKind::Io, why);
        let Some(repository) = &self.repository else { return Err(refuse("no repository holds it".to_owned())) };
        match repository.objects.read(id, ObjectType::Blob, max_bytes) {
            Ok(object) => Ok(object.data().to_vec()),
            Err(ObjectError::TooLarge(bytes)) => Err(too_large(&entry.path, bytes as u64, max_bytes)),
            Err(error) => Err(refuse(format!("object {id} {error}"))),
        }
    }
}
