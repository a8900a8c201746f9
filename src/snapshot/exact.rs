//! Owns what stands at a path to the byte, for whoever vouches for exactly that. Refuses to make text of it.

use super::{EntryKind, Snapshot, Unread};
use crate::text::RepoPath;

impl Snapshot {
    /// What kind of entry stands at a path, and its bytes: a file's content, the text of a link. `None`: nothing stands there.
    ///
    /// # Errors
    /// It has no bytes of its own, more than the bound, or they cannot be read.
    pub fn exact(&self, path: &RepoPath) -> Result<Option<(EntryKind, Vec<u8>)>, Unread> {
        self.exact_within(path, self.source.limits.file_bytes)
    }

    /// As [`Self::exact`], with the caller's bound in bytes.
    ///
    /// # Errors
    /// As [`Self::exact`].
    pub fn exact_within(&self, path: &RepoPath, max_bytes: usize) -> Result<Option<(EntryKind, Vec<u8>)>, Unread> {
        let Some(entry) = self.entry(path) else { return Ok(None) };
        let bytes = match self.source.link_text(entry) {
            Some(text) => text.into_bytes(),
            None => self.source.read(entry, max_bytes)?,
        };
        Ok(Some((entry.kind, bytes)))
    }
}
