//! Owns the walk over literal and folded YAML block scalars (YAML 1.2.2, 8.1). Refuses to decide folding and chomping: it
//! assigns the decoded line ends to the raw ones.

use super::lines::{Line, lines};
use super::walk::Walk;
use crate::text::Span;

/// Maps a block scalar whose first content character (after the indentation of its first line that is not empty) is the
/// start of `span`.
pub(super) fn map(walk: &mut Walk<'_>, span: Span) {
    let raw = walk.raw;
    let line_start = raw[..span.start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indent = span.start - line_start;
    lead(walk, line_start);
    let mut endings: Vec<Span> = Vec::new();
    for line in lines(raw, line_start, raw.len()) {
        if walk.rest().is_empty() {
            return;
        }
        match content(raw, line, indent) {
            Some(text) => {
                break_lines(walk, &endings);
                endings.clear();
                if !walk.rest().starts_with(&raw[text.start..text.end]) {
                    return;
                }
                walk.verbatim(text.start, text.end);
            }
            None if raw[line.content.start..line.content.end].trim_matches(' ').is_empty() => {}
            None => break,
        }
        endings.push(line.ending);
    }
    break_lines(walk, &endings);
    // A last line without a line end is read as if it had one.
    if walk.rest() == "\n" {
        walk.stand_for(raw.len(), raw.len(), "\n");
    }
}

/// The leading decoded line ends are those of the empty lines before the first content line.
fn lead(walk: &mut Walk<'_>, line_start: usize) {
    let leading = walk.rest().len() - walk.rest().trim_start_matches('\n').len();
    let mut endings = Vec::new();
    let mut end = line_start;
    while endings.len() < leading && end > 0 {
        let head = walk.raw[..end].strip_suffix("\r\n").unwrap_or(&walk.raw[..end - 1]);
        endings.push(Span::new(head.len(), end));
        end = head.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    }
    for ending in endings.into_iter().rev() {
        walk.newline(ending);
    }
}

/// The content of a line that has any beyond the indentation.
fn content(raw: &str, line: Line, indent: usize) -> Option<Span> {
    let text = &raw[line.content.start..line.content.end];
    let is_indented = text.len() > indent && text.as_bytes()[..indent].iter().all(|b| *b == b' ');
    is_indented.then(|| Span::new(line.content.start + indent, line.content.end))
}

/// The decoded text between two content lines, or after the last: as many line ends as the file has, or one fewer (the first
/// one folded away), or one space.
fn break_lines(walk: &mut Walk<'_>, endings: &[Span]) {
    if let (Some(first), true) = (endings.first(), walk.rest().starts_with(' ')) {
        if endings.len() == 1 {
            walk.stand_for(first.start, first.end, " ");
        }
        return;
    }
    let decoded = walk.rest().len() - walk.rest().trim_start_matches('\n').len();
    let is_last = decoded == walk.rest().len();
    let folded = usize::from(!is_last && decoded + 1 == endings.len());
    for ending in endings.iter().skip(folded).take(decoded).filter(|ending| ending.end > ending.start) {
        walk.newline(*ending);
    }
}
