//! Owns the walk over the four kinds of TOML strings. Refuses to decode escapes: it measures them.

use super::lines::ending_width;
use super::quoted::escape_width;
use super::walk::Walk;
use crate::text::Span;

/// Maps the string whose quotes are the ends of `span`.
pub(super) fn map(walk: &mut Walk<'_>, span: Span) {
    let raw = walk.raw.get(span.start..span.end).unwrap_or("");
    let long = raw.len() >= 6 && (raw.starts_with("\"\"\"") || raw.starts_with("'''"));
    let fence = if long { 3 } else { 1 };
    let escapes = raw.starts_with('"');
    let end = span.end.saturating_sub(fence);
    let bytes = &walk.raw.as_bytes()[..end];
    let mut at = span.start + fence;
    if long {
        at += ending_width(bytes, at);
    }
    let mut run = at;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => {
                walk.verbatim(run, at);
                at = escape(walk, bytes, at);
                run = at;
            }
            // Some readers keep the carriage return of a line end, some drop it.
            b'\r' => {
                walk.verbatim(run, at);
                run = if walk.rest().starts_with('\r') { at } else { at + 1 };
                at += 1;
            }
            _ => at += 1,
        }
    }
    walk.verbatim(run, bytes.len());
}

fn escape(walk: &mut Walk<'_>, bytes: &[u8], at: usize) -> usize {
    let blank = |at: usize| matches!(bytes.get(at), Some(b' ' | b'\t'));
    let mut next = at + 1;
    while blank(next) {
        next += 1;
    }
    if ending_width(bytes, next) == 0 {
        let end = at + escape_width(walk.raw, at, true);
        walk.one_char(at, end);
        return end;
    }
    while blank(next) || ending_width(bytes, next) > 0 {
        next += 1;
    }
    next
}
