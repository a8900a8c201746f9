//! Owns string literals of Python: where they end, what they say, and the fields of formatted ones. Refuses to evaluate fields.

use super::{Broken, DEEPEST};
use crate::facts::shell::UNKNOWN_CHAR;
use crate::text::Span;

/// A string literal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal {
    /// What stands between its quotes.
    pub(super) content: Span,
    /// One past its last byte.
    pub(super) end: usize,
    /// `r`
    pub(super) raw: bool,
    /// `b`, `t`: no plain text.
    pub(super) strange: bool,
    /// `f`
    pub(super) formatted: bool,
}

/// A part of a formatted literal.
pub(super) enum Part {
    Plain(Span),
    /// The expression, and whether its value enters as it is.
    Field(Span, bool),
}

/// How many bytes of the text are a prefix of a string that opens behind them.
pub(super) fn prefix(bytes: &[u8], at: usize) -> Option<usize> {
    let length = bytes[at..].iter().take(3).take_while(|byte| b"rRbBuUfFtT".contains(byte)).count();
    matches!(bytes.get(at + length), Some(b'"' | b'\'')).then_some(length).filter(|length| *length <= 2)
}

/// The literal whose prefix begins at `at`.
pub(super) fn literal(bytes: &[u8], at: usize, prefix: usize) -> Result<Literal, Broken> {
    nested(bytes, at, prefix, 0)
}

fn nested(bytes: &[u8], at: usize, prefix: usize, depth: usize) -> Result<Literal, Broken> {
    let has = |letter: u8| bytes[at..at + prefix].iter().any(|byte| byte.eq_ignore_ascii_case(&letter));
    let open = at + prefix;
    let quote = bytes[open];
    let triple = bytes.get(open..open + 3) == Some(&[quote; 3]);
    let width = if triple { 3 } else { 1 };
    let (formatted, strange) = (has(b'f'), has(b'b') || has(b't'));
    let mut end = open + width;
    loop {
        match bytes.get(end) {
            None => return Err(Broken { at, why: "a string is not closed" }),
            Some(b'\\') => end += escape(bytes, end, formatted),
            Some(b'\n') if !triple => return Err(Broken { at, why: "a string is not closed on its line" }),
            Some(b'{') if (formatted || has(b't')) && bytes.get(end + 1) == Some(&b'{') => end += 2,
            Some(b'{') if formatted || has(b't') => end = field(bytes, end, depth + 1)?,
            Some(byte) if *byte == quote && (!triple || bytes.get(end..end + 3) == Some(&[quote; 3])) => break,
            Some(_) => end += 1,
        }
    }
    Ok(Literal { content: Span::new(open + width, end), end: end + width, raw: has(b'r'), strange, formatted })
}

/// How many bytes a backslash takes with it: never the brace of a field, but that of `\\N{NAME}`.
fn escape(bytes: &[u8], at: usize, formatted: bool) -> usize {
    match bytes.get(at + 1..) {
        Some([b'\r', b'\n', ..]) | Some([b'N', b'{', ..]) => 3,
        Some([b'{' | b'}', ..]) if formatted => 1,
        _ => 2,
    }
}

/// One past the `}` of the field that opens at `at`.
fn field(bytes: &[u8], at: usize, depth: usize) -> Result<usize, Broken> {
    if depth > DEEPEST {
        return Err(Broken { at, why: "it nests deeper than is read" });
    }
    let (mut end, mut open, mut format) = (at + 1, 0_usize, false);
    loop {
        match bytes.get(end) {
            None => return Err(Broken { at, why: "a field of a formatted string is not closed" }),
            Some(b'{') if format => end = field(bytes, end, depth + 1)?,
            Some(b'}') if open == 0 => return Ok(end + 1),
            Some(_) if format => end += 1,
            Some(b'"' | b'\'') => {
                let letters = bytes[at..end].iter().rev().take(2).take_while(|byte| b"rRbBfF".contains(byte)).count();
                end = nested(bytes, end - letters, letters, depth + 1)?.end;
            }
            Some(b'(' | b'[' | b'{') => (end, open) = (end + 1, open + 1),
            Some(b')' | b']' | b'}') => (end, open) = (end + 1, open.saturating_sub(1)),
            Some(b':') if open == 0 => (end, format) = (end + 1, true),
            Some(_) => end += 1,
        }
    }
}

/// The parts of a formatted literal.
pub(super) fn parts(bytes: &[u8], content: Span) -> Result<Vec<Part>, Broken> {
    let (mut out, mut at, mut from) = (Vec::new(), content.start, content.start);
    while at < content.end {
        match bytes[at] {
            brace @ (b'{' | b'}') if bytes.get(at + 1) == Some(&brace) => {
                out.push(Part::Plain(Span::new(from, at + 1)));
                (at, from) = (at + 2, at + 2);
            }
            b'{' => {
                out.push(Part::Plain(Span::new(from, at)));
                let end = field(bytes, at, 1)?;
                out.push(expression(bytes, Span::new(at + 1, end - 1)));
                (at, from) = (end, end);
            }
            b'\\' => at += escape(bytes, at, true),
            _ => at += 1,
        }
    }
    out.push(Part::Plain(Span::new(from, content.end)));
    Ok(out)
}

/// The expression of a field: up to `=`, `!r` or `:` outside of brackets and strings.
fn expression(bytes: &[u8], inner: Span) -> Part {
    let (mut at, mut open) = (inner.start, 0_usize);
    while at < inner.end {
        match bytes[at] {
            b'"' | b'\'' => at = nested(bytes, at, 0, 1).map_or(inner.end, |literal| literal.end),
            b'(' | b'[' | b'{' => (at, open) = (at + 1, open + 1),
            b')' | b']' | b'}' => (at, open) = (at + 1, open.saturating_sub(1)),
            b'!' if open == 0 && bytes.get(at + 1) != Some(&b'=') => {
                let plain = bytes[at + 1..inner.end].trim_ascii() == b"s";
                return Part::Field(Span::new(inner.start, at), plain);
            }
            b':' if open == 0 => return Part::Field(Span::new(inner.start, at), false),
            b'=' if open == 0 && bytes[at + 1..inner.end].trim_ascii().is_empty() => {
                return Part::Field(Span::new(inner.start, at), false);
            }
            _ => at += 1,
        }
    }
    Part::Field(inner, true)
}

/// What a plain text says.
pub(super) fn decoded(text: &str, raw: bool) -> String {
    if raw || !text.contains('\\') {
        return text.replace("\r\n", "\n");
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match characters.next() {
            None | Some('\n') => {}
            Some('\r') => drop(characters.next()),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some(quoted @ ('\\' | '\'' | '"')) => out.push(quoted),
            Some('x') => out.push(coded(&mut characters, 2)),
            Some('u') => out.push(coded(&mut characters, 4)),
            Some('U') => out.push(coded(&mut characters, 8)),
            Some('a' | 'b' | 'f' | 'v' | 'N' | '1'..='7') => out.push(UNKNOWN_CHAR),
            Some(other) => out.extend(['\\', other]),
        }
    }
    out
}

fn coded(characters: &mut std::str::Chars<'_>, digits: usize) -> char {
    let text: String = characters.take(digits).collect();
    u32::from_str_radix(&text, 16).ok().and_then(char::from_u32).unwrap_or(UNKNOWN_CHAR)
}
