//! Owns the cutting of a stretch of a file into lines with their line ends. Refuses to look inside a line.

use crate::text::Span;

/// One line: its content and its line end (`\n`, `\r\n` or `\r`; empty at the end of the text).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) content: Span,
    pub(super) ending: Span,
}

/// The lines of `text[from..to]`; a line that `from` lies in starts there. A final line end opens no further line.
pub(super) fn lines(text: &str, from: usize, to: usize) -> impl Iterator<Item = Line> {
    let bytes = &text.as_bytes()[..to.min(text.len())];
    let mut at = from;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr2(b'\n', b'\r', rest).map_or(bytes.len(), |found| at + found);
        let width = ending_width(bytes, end);
        let line = Line { content: Span::new(at, end), ending: Span::new(end, end + width) };
        at = end + width;
        Some(line)
    })
}

/// Bytes of the line end at `at`; 0 when there is none.
pub(super) fn ending_width(bytes: &[u8], at: usize) -> usize {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => 2,
        (Some(b'\r' | b'\n'), _) => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_counts() {
        let text = "a\r\n\nb\rc";
        let found: Vec<(usize, usize, usize)> =
            lines(text, 0, text.len()).map(|l| (l.content.start, l.content.end, l.ending.end)).collect();
        assert_eq!(found, [(0, 1, 3), (3, 3, 4), (4, 5, 6), (6, 7, 7)]);
        assert_eq!(lines("a\n", 0, 2).count(), 1);
        assert_eq!(lines("a", 5, 9).count(), 0);
    }
}
