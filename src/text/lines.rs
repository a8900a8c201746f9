//! Owns the mapping from byte offsets to lines and columns, and a file's text together with it. Refuses to guess
//! encodings: what is not UTF-8 is spelled out byte by byte.

use std::sync::Arc;

use super::path::spelled;
use super::{Place, RepoPath, Span};

/// Start offsets of all lines of one text; LF, CRLF and lone CR all end a line.
#[derive(Debug, Clone, Default)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Indexes `text` in one pass.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let lone_or_lf = bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n');
            if lone_or_lf {
                starts.push(at + 1);
            }
        }
        Self { starts }
    }

    /// 1-based line of a byte offset.
    #[must_use]
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// Byte offset of the first byte of a 1-based line, `None` past the end.
    #[must_use]
    pub fn start_of(&self, line: usize) -> Option<usize> {
        self.starts.get(line.checked_sub(1)?).copied()
    }

    /// How many lines there are; at least 1.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }
}

/// One file of the inspected tree: its path, its text, its lines. Shared by everything that points into it.
#[derive(Debug)]
pub struct SourceFile {
    /// Where it lies.
    pub path: RepoPath,
    /// Its whole text, a byte order mark included.
    pub text: String,
    lines: LineIndex,
    /// Where the first bytes that are not UTF-8 are spelled out.
    foreign: Option<usize>,
}

impl SourceFile {
    /// Takes the text and indexes its lines.
    #[must_use]
    pub fn new(path: RepoPath, text: String) -> Arc<Self> {
        let lines = LineIndex::new(&text);
        Arc::new(Self { path, text, lines, foreign: None })
    }

    /// As [`Self::new`] from the bytes of a file that may hold some that are not UTF-8 (Latin-1 in a comment): they are spelled
    /// out, as in names.
    #[must_use]
    pub fn from_bytes(path: RepoPath, bytes: Vec<u8>) -> Arc<Self> {
        match String::from_utf8(bytes) {
            Ok(text) => Self::new(path, text),
            Err(error) => {
                let text = spelled(error.as_bytes());
                let lines = LineIndex::new(&text);
                Arc::new(Self { path, text, lines, foreign: Some(error.utf8_error().valid_up_to()) })
            }
        }
    }

    /// It holds bytes that are not UTF-8: programs that ask for UTF-8 refuse it, those that read bytes do not mind.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.foreign.is_some()
    }

    /// Where the first byte stands that is not UTF-8.
    #[must_use]
    pub fn first_foreign(&self) -> Option<Place> {
        self.foreign.map(|offset| self.place(Span::new(offset, offset)))
    }

    /// The place right behind the first bytes of a file.
    #[must_use]
    pub fn place_behind(path: &RepoPath, bytes: &[u8]) -> Place {
        // Of a line of megabytes nobody counts characters; the lines before are counted as everywhere else.
        let before = Self::from_bytes(path.clone(), bytes.to_vec());
        before.place(Span::new(before.text.len(), before.text.len()))
    }

    /// The line index.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// The text of a 1-based line without its line ending; `""` past the end.
    #[must_use]
    pub fn line_text(&self, line: usize) -> &str {
        let Some(start) = self.lines.start_of(line) else { return "" };
        let end = self.lines.start_of(line + 1).unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// 1-based line and column (Unicode scalar values) of a byte offset; offsets past the end or inside a character are
    /// moved back to the nearest valid one.
    #[must_use]
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.line(offset);
        let start = self.lines.start_of(line).unwrap_or(0);
        let mut head = &self.text[start..offset];
        if start == 0 {
            head = head.trim_start_matches('\u{FEFF}');
        }
        // A minified file may be one line of megabytes: counting must stay linear over all places, and such columns help nobody.
        let column = if head.len() > 4096 { head.len() } else { head.chars().count() };
        (line, column + 1)
    }

    /// The place of a span.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        let (line, column) = self.position(span.start);
        let (end_line, end_column) = self.position(span.end.max(span.start));
        Place { path: self.path.clone(), line, column, end_line, end_column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let file = SourceFile::new(RepoPath::new("x").expect("path"), "aé\r\nbc\rd\n".to_owned());
        assert_eq!(file.position(0), (1, 1));
        assert_eq!(file.position(3), (1, 3));
        assert_eq!(file.position(5), (2, 1));
        assert_eq!(file.position(8), (3, 1));
        assert_eq!(file.line_text(1), "aé");
        assert_eq!(file.line_text(2), "bc");
        assert_eq!(file.line_text(9), "");
    }
}
