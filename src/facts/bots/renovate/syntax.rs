//! Owns what the bot's JSON parser refuses: text that is no JSON, a key given twice. Refuses to look at what the keys mean.
//!
//! From the bot's own `parseFileConfig`.

use std::collections::HashSet;

use super::super::BotProblem;
use crate::doc::Document;
use crate::text::Span;

/// What the bot refuses in a file that ends in anything but `.json5`: comments and a comma at the end are forgiven, no more.
pub(super) fn strict(document: &Document) -> Option<BotProblem> {
    let file = document.file();
    let text = &file.text;
    if let Some(at) = not_json(text) {
        let place = file.place(Span::new(at, at + text[at..].chars().next().map_or(0, char::len_utf8)));
        let words = "this is not JSON: only a file that ends in `.json5` may be written so";
        return Some(BotProblem::fatal(place, "syntax", words).fix("write it as JSON, or rename the file to end in `.json5`"));
    }
    let mut open = vec![document.root()];
    while let Some(value) = open.pop() {
        let mut names = HashSet::new();
        for entry in value.entries() {
            let name = entry.name().unwrap_or_default();
            if !names.insert(name) {
                let words = format!("`{name}` is given twice: the bot refuses the file");
                return Some(BotProblem::fatal(entry.key.place(), "duplicate-key", words).fix("keep one of them"));
            }
            open.push(entry.value);
        }
        open.extend(value.items());
    }
    None
}

/// Where a text stops being JSON with comments.
fn not_json(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let word =
            |rest: &[u8]| rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')).count();
        let step = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => string(rest)?,
            b'/' if rest.starts_with(b"//") => rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with(b"/*") => rest.windows(2).position(|two| two == b"*/").map_or(rest.len(), |end| end + 2),
            b'-' | b'0'..=b'9' if !rest.starts_with(b"0x") && !rest.starts_with(b"0X") => {
                rest.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')).count()
            }
            b'a'..=b'z' if matches!(&rest[..word(rest)], b"true" | b"false" | b"null") => word(rest),
            _ => return Some(at),
        };
        at += step.max(1);
    }
    None
}

/// The length of a quoted text; `None` when it has no end, which the parser has told.
fn string(rest: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match rest.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}
