//! Owns decoded text that remembers, byte for byte, which bytes of its file it came from: a YAML block scalar, a JSON
//! string, a recipe line, with values substituted into it. Refuses to know the syntax it was decoded from.

use std::ops::Range;
use std::sync::Arc;

use super::{Place, SourceFile, Span};

/// One run of decoded bytes. In a *linear* run decoded byte `i` is file byte `file.start + i`; any other run (an escape, a
/// substituted value) stands for its whole file span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    decoded: usize,
    file: Span,
    linear: bool,
}

/// Decoded text with its way back to the file.
#[derive(Debug, Clone)]
pub struct MappedText {
    text: String,
    runs: Vec<Run>,
    file: Arc<SourceFile>,
}

impl MappedText {
    /// Empty text of a file, to be pushed to.
    #[must_use]
    pub fn empty(file: Arc<SourceFile>) -> Self {
        Self { text: String::new(), runs: Vec::new(), file }
    }

    /// The bytes of `span` as they stand in the file (clipped to character boundaries by the caller).
    #[must_use]
    pub fn verbatim(file: Arc<SourceFile>, span: Span) -> Self {
        let mut out = Self::empty(file);
        out.push_verbatim(span);
        out
    }

    /// `text` that as a whole stands for `span`.
    #[must_use]
    pub fn standing_for(file: Arc<SourceFile>, span: Span, text: &str) -> Self {
        let mut out = Self::empty(file);
        out.push_standing_for(span, text);
        out
    }

    /// Appends the bytes of `span` as they stand in the file.
    pub fn push_verbatim(&mut self, span: Span) {
        let file = Arc::clone(&self.file);
        let Some(text) = file.text.get(span.start..span.end) else { return };
        if text.is_empty() {
            return;
        }
        if let Some(last) = self.runs.last() {
            let grown = self.text.len() - last.decoded;
            if last.linear && last.file.start + grown == span.start {
                let at = self.runs.len() - 1;
                self.runs[at].file.end = span.end;
                self.text.push_str(text);
                return;
            }
        }
        self.runs.push(Run { decoded: self.text.len(), file: span, linear: true });
        self.text.push_str(text);
    }

    /// Appends `text` that as a whole stands for `span`.
    pub fn push_standing_for(&mut self, span: Span, text: &str) {
        if text.is_empty() {
            return;
        }
        self.runs.push(Run { decoded: self.text.len(), file: span, linear: false });
        self.text.push_str(text);
    }

    /// Appends a part of another text of the same file, its mapping kept.
    pub fn push_part(&mut self, other: &Self, range: Range<usize>) {
        for at in other.run_index(range.start)..other.runs.len() {
            let run = other.runs[at];
            let run_end = other.runs.get(at + 1).map_or(other.text.len(), |next| next.decoded);
            let (from, to) = (run.decoded.max(range.start), run_end.min(range.end));
            if from >= to {
                break;
            }
            let file = if run.linear {
                Span::new(run.file.start + (from - run.decoded), run.file.start + (to - run.decoded))
            } else {
                run.file
            };
            self.runs.push(Run { decoded: self.text.len(), file, linear: run.linear });
            self.text.push_str(&other.text[from..to]);
        }
    }

    /// The decoded text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file it came from.
    #[must_use]
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    fn run_index(&self, offset: usize) -> usize {
        self.runs.partition_point(|run| run.decoded <= offset).saturating_sub(1)
    }

    fn file_span_of(&self, offset: usize) -> Span {
        let Some(run) = self.runs.get(self.run_index(offset)) else { return Span::default() };
        if run.linear {
            let start = (run.file.start + (offset - run.decoded.min(offset))).min(run.file.end);
            Span::new(start, (start + 1).min(run.file.end))
        } else {
            run.file
        }
    }

    /// The span in the file that a range of decoded bytes came from; an empty range gives an empty span.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.file_span_of(range.start).start;
        if range.end <= range.start {
            return Span::new(start, start);
        }
        Span::new(start, self.file_span_of(range.end - 1).end)
    }

    /// The place in the file that a range of decoded bytes came from.
    #[must_use]
    pub fn place(&self, range: Range<usize>) -> Place {
        self.file.place(self.span(range))
    }

    /// The part of this text in `range`, mapping kept.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let mut out = Self::empty(Arc::clone(&self.file));
        out.push_part(self, range);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::RepoPath;

    #[test]
    fn substitution_keeps_the_rest_in_place() {
        let file = SourceFile::new(RepoPath::new("f").expect("path"), "run: make x-${{ m }} && ls".to_owned());
        let whole = MappedText::verbatim(Arc::clone(&file), Span::new(5, 26));
        let mut text = MappedText::empty(Arc::clone(&file));
        text.push_part(&whole, 0..7);
        text.push_standing_for(Span::new(12, 20), "sqlite");
        text.push_part(&whole, 15..21);
        assert_eq!(text.text(), "make x-sqlite && ls");
        assert_eq!(text.span(17..19), Span::new(24, 26));
        assert_eq!(text.span(5..13), Span::new(10, 20));
        assert_eq!(text.slice(14..19).span(3..5), Span::new(24, 26));
    }
}
