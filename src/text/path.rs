//! Owns paths inside an inspected tree. Refuses paths that leave it.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// A path relative to the root of the inspected tree: `/`-separated, without `.`, `..`, leading or trailing slash.
///
/// The root itself is the empty path. Bytes that are not UTF-8 stand as U+FFFD followed by two hex digits, so two different
/// names stay different.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct RepoPath(Arc<str>);

impl RepoPath {
    /// The root of the tree.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// Normalises `text` (drops `.` and empty segments, resolves `..`); `None` when it leaves the tree or is absolute.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        Self::root().join(text)
    }

    /// A path from the bytes git stores: never fails, see the type for bytes that are not UTF-8.
    ///
    /// Git itself refuses `.`/`..` segments in trees; a hostile tree that has them keeps them as they are, and nothing on the
    /// file system is ever opened by such a path.
    #[must_use]
    pub fn from_git_bytes(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self(Arc::from(text)),
            Err(_) => Self(Arc::from(spelled(bytes))),
        }
    }

    /// `self` as a directory, followed by `relative`; `None` when the result leaves the tree or `relative` is absolute.
    #[must_use]
    pub fn join(&self, relative: &str) -> Option<Self> {
        if relative.starts_with('/') {
            return None;
        }
        let mut segments: Vec<&str> = self.segments().collect();
        for segment in relative.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop()?;
                }
                other => segments.push(other),
            }
        }
        Some(Self(Arc::from(segments.join("/"))))
    }

    /// The path as text, `""` for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the root of the tree.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The directory that holds this path; the root for a top-level name and for the root.
    #[must_use]
    pub fn parent(&self) -> Self {
        match self.last_slash() {
            Some(at) => Self(Arc::from(&self.0[..at])),
            None => Self::root(),
        }
    }

    /// The directory part as text, `""` for a top-level name: [`Self::parent`] without a new path.
    #[must_use]
    pub fn directory(&self) -> &str {
        self.last_slash().map_or("", |at| &self.0[..at])
    }

    /// The last segment, `""` for the root.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.last_slash().map_or(&*self.0, |at| &self.0[at + 1..])
    }

    fn last_slash(&self) -> Option<usize> {
        memchr::memrchr(b'/', self.0.as_bytes())
    }

    /// The segments from the root down; none for the root.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|s| !s.is_empty())
    }

    /// Whether this path is `directory` or lies anywhere under it. Everything lies in the root.
    #[must_use]
    pub fn is_in(&self, directory: &Self) -> bool {
        directory.is_root()
            || (self.0.starts_with(&*directory.0)
                && (self.0.len() == directory.0.len() || self.0.as_bytes()[directory.0.len()] == b'/'))
    }

    /// The part of this path below `directory`; `None` when it does not lie there.
    #[must_use]
    pub fn below<'a>(&'a self, directory: &Self) -> Option<&'a str> {
        if directory.is_root() {
            return Some(&self.0);
        }
        if !self.is_in(directory) {
            return None;
        }
        Some(self.0[directory.0.len()..].trim_start_matches('/'))
    }

    /// This directory and every one above it, nearest first, the root last.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        let mut next = Some(self.clone());
        std::iter::from_fn(move || {
            let here = next.take()?;
            if !here.is_root() {
                next = Some(here.parent());
            }
            Some(here)
        })
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for RepoPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Bytes as text: each that is not UTF-8 stands as U+FFFD followed by its two hex digits. The same bytes in a name and in a
/// file that names it are the same text.
#[must_use]
pub(crate) fn spelled(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push('\u{FFFD}');
            out.push_str(&format!("{byte:02x}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_and_refuses_to_leave() {
        let dir = RepoPath::new("a/b").expect("inside");
        assert_eq!(dir.join("../c/./d").expect("inside").as_str(), "a/c/d");
        assert_eq!(dir.join("../../..").map(|p| p.to_string()), None);
        assert_eq!(dir.join("/etc/passwd"), None);
        assert!(RepoPath::new("a/bc").expect("inside").below(&dir).is_none());
        assert_eq!(RepoPath::new("a/b/c").expect("inside").below(&dir), Some("c"));
    }

    #[test]
    fn different_bytes_stay_different() {
        assert_ne!(RepoPath::from_git_bytes(b"a\xff"), RepoPath::from_git_bytes(b"a\xfe"));
    }
}
