//! Owns the walks over quoted strings: YAML single- and double-quoted and multi-line plain scalars (folding, escapes), JSON
//! strings. Refuses to decode escapes: it measures them, the parser said what they are.

use super::lines::ending_width;
use super::walk::Walk;
use crate::text::Span;

/// A span without its first and last byte.
pub(super) fn inside(span: Span) -> Span {
    Span::new(span.start + 1, span.end.saturating_sub(1))
}

/// Bytes of the escape at `at`, where a backslash is; it always decodes to one character. `long` is `\U` with 8 digits.
pub(super) fn escape_width(raw: &str, at: usize, long: bool) -> usize {
    let Some(c) = raw.get(at + 1..).and_then(|rest| rest.chars().next()) else { return 1 };
    match c {
        'x' => 4,
        // A high surrogate is followed by the escape of a low one, otherwise the parser refused it.
        'u' if is_high_surrogate(raw, at + 2) => 12,
        'u' => 6,
        'U' if long => 10,
        c => 1 + c.len_utf8(),
    }
}

fn is_high_surrogate(raw: &str, at: usize) -> bool {
    let digits = raw.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    digits.is_some_and(|unit| (0xD800..0xDC00).contains(&unit))
}

/// The inside of a quoted YAML scalar (`quote` says which), or a plain one (YAML 1.2.2, 7.3).
pub(super) fn yaml(walk: &mut Walk<'_>, span: Span, quote: Option<u8>) {
    let raw = walk.raw;
    let bytes = &raw.as_bytes()[..span.end.min(raw.len())];
    let (mut run, mut at) = (span.start, span.start);
    while at < bytes.len() {
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                let blanks_end = skip_blanks(bytes, at);
                if ending_width(bytes, blanks_end) > 0 {
                    walk.verbatim(run, at);
                    at = fold(walk, bytes, blanks_end);
                    run = at;
                } else {
                    at = blanks_end;
                }
            }
            b'\'' if quote == Some(b'\'') => {
                walk.verbatim(run, at);
                walk.one_char(at, at + 2);
                at += 2;
                run = at;
            }
            b'\\' if quote == Some(b'"') => {
                walk.verbatim(run, at);
                at = yaml_escape(walk, bytes, at);
                run = at;
            }
            _ => at += 1,
        }
    }
    walk.verbatim(run, bytes.len());
}

fn yaml_escape(walk: &mut Walk<'_>, bytes: &[u8], at: usize) -> usize {
    let ending = ending_width(bytes, at + 1);
    if ending == 0 {
        let end = at + escape_width(walk.raw, at, true);
        walk.one_char(at, end);
        return end;
    }
    // An escaped line end vanishes; the empty lines after it do not.
    let mut next = skip_blanks(bytes, at + 1 + ending);
    while ending_width(bytes, next) > 0 {
        let width = ending_width(bytes, next);
        walk.newline(Span::new(next, next + width));
        next = skip_blanks(bytes, next + width);
    }
    next
}

/// Folds the line ends from `at` on: one is a space, of more the first vanishes. Returns where text goes on.
fn fold(walk: &mut Walk<'_>, bytes: &[u8], at: usize) -> usize {
    let first = Span::new(at, at + ending_width(bytes, at));
    let mut next = skip_blanks(bytes, first.end);
    if ending_width(bytes, next) == 0 {
        walk.stand_for(first.start, first.end, " ");
        return next;
    }
    while ending_width(bytes, next) > 0 {
        let width = ending_width(bytes, next);
        walk.newline(Span::new(next, next + width));
        next = skip_blanks(bytes, next + width);
    }
    next
}

fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// The inside of a JSON or JSON5 string.
pub(super) fn json(walk: &mut Walk<'_>, span: Span) {
    let raw = walk.raw;
    let bytes = &raw.as_bytes()[..span.end.min(raw.len())];
    let (mut run, mut at) = (span.start, span.start);
    while let Some(found) = memchr::memchr(b'\\', &bytes[at.min(bytes.len())..]) {
        at += found;
        walk.verbatim(run, at);
        let continued = line_continuation(raw, at);
        if continued > 0 {
            at += continued;
        } else {
            let end = at + escape_width(raw, at, false);
            walk.one_char(at, end);
            at = end;
        }
        run = at;
    }
    walk.verbatim(run, bytes.len());
}

/// Bytes of the JSON5 line continuation at `at`, where a backslash is; 0 when it is another escape.
pub(super) fn line_continuation(raw: &str, at: usize) -> usize {
    let rest = raw.get(at + 1..).unwrap_or("");
    match ending_width(raw.as_bytes(), at + 1) {
        0 if rest.starts_with(['\u{2028}', '\u{2029}']) => 1 + '\u{2028}'.len_utf8(),
        0 => 0,
        width => 1 + width,
    }
}
