//! Owns the inner attributes at the start of a crate root that set lint levels. Refuses the rest of the file: an inner
//! attribute further down does not speak for the crate.

use super::levels::Level;
use crate::text::Span;

/// Whether an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Holds,
    Unknown,
}

/// `#![deny(a, b)]`, alone or in a `cfg_attr`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) level: Level,
    pub(super) lints: Vec<String>,
    pub(super) condition: Condition,
    pub(super) span: Span,
}

/// Attributes read at most.
const ATTRIBUTES: usize = 1_000;

/// The attributes in front of the first item.
pub(super) fn read(text: &str) -> Vec<Attribute> {
    let mut at = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
    if text[at..].starts_with("#!") && !text[at + 2..].trim_start().starts_with('[') {
        at = line_end(text, at);
    }
    let mut found = Vec::new();
    for _ in 0..ATTRIBUTES {
        at = skip_blank(text, at);
        let Some(open) = opener(text, at) else { break };
        let Some(end) = closing(text, open) else { break };
        let body = without_comments(&text[open + 1..end]);
        collect(&body, Condition::Holds, Span::new(at, end + 1), &mut found, 0);
        at = end + 1;
    }
    found
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// The offset of `[` of an inner attribute that begins here.
fn opener(text: &str, at: usize) -> Option<usize> {
    let rest = text[at..].strip_prefix('#')?.trim_start().strip_prefix('!')?.trim_start();
    rest.starts_with('[').then(|| text.len() - rest.len())
}

/// Past white space and comments.
fn skip_blank(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        match skip_comment(text, at) {
            Some(end) => at = end,
            None => return at,
        }
    }
}

/// The end of a comment that begins here; block comments nest.
fn skip_comment(text: &str, at: usize) -> Option<usize> {
    if text[at..].starts_with("//") {
        return Some(line_end(text, at));
    }
    if !text[at..].starts_with("/*") {
        return None;
    }
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (1usize, at + 2);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'/', Some(b'*')) => (depth, at) = (depth + 1, at + 2),
            (b'*', Some(b'/')) => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
    Some(text.len())
}

/// The end of a string literal that begins here, raw ones included.
fn skip_string(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let raw = text[at..].strip_prefix('r').map(|rest| rest.len() - rest.trim_start_matches('#').len());
    if let Some(hashes) = raw.filter(|hashes| bytes.get(at + 1 + hashes) == Some(&b'"')) {
        let close = format!("\"{}", "#".repeat(hashes));
        let from = at + 2 + hashes;
        return Some(text[from..].find(&close).map_or(text.len(), |end| from + end + close.len()));
    }
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut end = at + 1;
    while end < bytes.len() {
        match bytes[end] {
            b'\\' => end += 2,
            b'"' => return Some(end + 1),
            _ => end += 1,
        }
    }
    Some(text.len())
}

/// The bracket that closes the one at `open`.
fn closing(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, open);
    while at < bytes.len() {
        let skipped = if text.is_char_boundary(at) { skip_comment(text, at).or_else(|| skip_string(text, at)) } else { None };
        if let Some(end) = skipped {
            at = end;
            continue;
        }
        match bytes[at] {
            b'[' | b'(' | b'{' => depth += 1,
            b']' | b')' | b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return (bytes[at] == b']').then_some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The text without comments; string literals become `""`.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if let Some(end) = skip_comment(text, at) {
            out.push(' ');
            at = end;
        } else if let Some(end) = skip_string(text, at) {
            out.push_str("\"\"");
            at = end;
        } else {
            let c = text[at..].chars().next().unwrap_or(' ');
            out.push(c);
            at += c.len_utf8();
        }
    }
    out
}

/// The parts of a list, split at commas outside brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut from) = (0usize, 0);
    let mut found = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                found.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(text[from..].trim());
    found
}

fn collect(body: &str, condition: Condition, span: Span, found: &mut Vec<Attribute>, depth: usize) {
    let Some((name, rest)) = body.split_once('(') else { return };
    let Some((inside, _)) = rest.rsplit_once(')') else { return };
    let name = name.trim();
    // `unsafe(…)` aside, only `cfg_attr` holds other attributes.
    if name == "cfg_attr" && depth < 8 {
        let all = parts(inside);
        let Some((predicate, attributes)) = all.split_first() else { return };
        let known = if holds(predicate) { condition } else { Condition::Unknown };
        for attribute in attributes {
            collect(attribute, known, span, found, depth + 1);
        }
        return;
    }
    let Some(level) = Level::named(name) else { return };
    let lints = parts(inside).into_iter().filter(|lint| !lint.is_empty() && !lint.contains('='));
    let lints = lints.map(|lint| lint.split_whitespace().collect::<String>()).collect();
    found.push(Attribute { level, lints, condition, span });
}

/// Predicates that are true whenever Clippy runs in CI as usual.
fn holds(predicate: &str) -> bool {
    let plain: String = predicate.split_whitespace().collect();
    matches!(plain.as_str(), "clippy" | "debug_assertions" | "all()" | "true" | "not(test)" | "not(doctest)" | "not(miri)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let each = read(text)
            .into_iter()
            .map(|one| format!("{:?}{:?}{}", one.level, one.lints, if one.condition == Condition::Holds { "" } else { "?" }));
        each.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn attributes_at_the_start_only() {
        let cases = [
            ("#![deny(warnings)]", "Deny[\"warnings\"]"),
            (
                "\u{feff}#!/usr/bin/env run\n//! doc\n/* a /* nested */ #![allow(x)] */\n#![deny(clippy::all, b)]\nfn main() {}",
                "Deny[\"clippy::all\", \"b\"]",
            ),
            ("# ! [ forbid ( clippy :: all , ) ]", "Forbid[\"clippy::all\"]"),
            ("#![doc = \"#![deny(warnings)] ]\"]\n#![warn(a)]", "Warn[\"a\"]"),
            ("#![doc = r#\"\"]\"#] #![deny(warnings, reason = \"a, b)\")]", "Deny[\"warnings\"]"),
            ("#![cfg_attr(feature = \"strict\", deny(warnings))]", "Deny[\"warnings\"]?"),
            ("#![cfg_attr(not(test), deny(warnings), warn(b))]", "Deny[\"warnings\"] Warn[\"b\"]"),
            ("#![cfg_attr(all(), cfg_attr(windows, deny(warnings)))]", "Deny[\"warnings\"]?"),
            ("use a;\n#![deny(warnings)]", ""),
            ("#[deny(warnings)] mod a;", ""),
            ("// #![deny(warnings)]", ""),
            ("#![deny(warnings", ""),
            ("#![deny(/* x */ warnings)] é", "Deny[\"warnings\"]"),
            ("#![", ""),
            ("#!", ""),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn hostile_starts_stay_linear() {
        for text in [
            "#![a(".repeat(50_000),
            "/*".repeat(200_000),
            "#![deny(".to_owned() + &"(".repeat(300_000),
            "#![a]".repeat(100_000),
            "#![x(é\"\\".repeat(50_000),
        ] {
            assert!(read(&text).len() <= ATTRIBUTES);
        }
    }
}
