//! Owns the two ways to say where: byte spans inside one file, and places that a reader can open. Refuses to read files.

use serde::Serialize;

use super::RepoPath;

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span from `start` to `end`, both in bytes.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }
}

/// A place in the inspected tree as reports print it. Lines and columns are 1-based, columns count Unicode scalar values,
/// `end_column` is exclusive; line 0 means "the file as a whole" and never reaches a report (reports say line 1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The file.
    pub path: RepoPath,
    /// 1-based line.
    pub line: usize,
    /// 1-based column in Unicode scalar values.
    pub column: usize,
    /// 1-based last line.
    pub end_line: usize,
    /// Exclusive end column.
    pub end_column: usize,
}

impl Place {
    /// Line 1 of a file: what a finding about something absent points at.
    #[must_use]
    pub fn file(path: RepoPath) -> Self {
        Self { path, line: 1, column: 1, end_line: 1, end_column: 1 }
    }
}
