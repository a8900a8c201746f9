//! Owns reading one entry's bytes from wherever they lie, bounded before they are read. Refuses to follow links.

use crate::text::RepoPath;

use super::entry::{Entry, EntryKind, Origin, Unread, UnreadKind};

/// Where the bytes of a source's entries come from.
#[derive(Default)]
pub struct Content {
    pub(crate) memory: Vec<String>,
}

/// The refusal of a file that is too large, worded alike for every source.
pub(crate) fn too_large(path: &RepoPath, bytes: u64, max_bytes: usize) -> Unread {
    Unread::new(path.clone(), UnreadKind::TooLarge, format!("{bytes} bytes exceed the limit of {max_bytes}"))
}

impl Content {
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
            Origin::Disk | Origin::DiskBytes(_) | Origin::Blob(_) | Origin::Nothing => refuse(UnreadKind::Io, "not readable"),
        }
    }
}
