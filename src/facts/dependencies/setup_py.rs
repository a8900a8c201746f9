//! Owns the literal requirement lists of `setup.py`: `install_requires`, `extras_require` and the like, given in place or
//! through a name that is assigned one literal list. Refuses to run or guess anything else: what is computed is not listed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::snapshot::Snapshot;
use crate::text::{SourceFile, Span};

use super::requirements::name;
use super::{Sink, is_development};

/// A token of Python, as far as literals need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    Name(&'t str),
    /// The content of a string without escapes, and its offset; strings with escapes or an `f` prefix are [`Token::Other`].
    Text(&'t str, usize),
    Mark(u8),
    Other,
}

/// Reads `setup.py`.
pub(super) fn read(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read(sink.manifest) else { return };
    let tokens = tokens(&file.text);
    let assigned = assigned(&tokens);
    let mut done = HashSet::new();
    let mut at = 0;
    while at < tokens.len() {
        let found = requirement_list(&tokens, at);
        at += 1;
        let Some(runtime) = found else { continue };
        // One step through a name, so that nothing is followed in a circle.
        let value = match tokens.get(at + 1) {
            Some(Token::Name(word)) => assigned.get(word).copied(),
            _ => Some(at + 1),
        };
        // Each literal once: a hostile file may name one list a thousand times.
        if let Some(value) = value.filter(|value| done.insert(*value)) {
            sink.optional = matches!(tokens[at - 1], Token::Name("extras_require") | Token::Text("extras_require", _));
            let end = literal(&tokens, value, runtime, &file, sink);
            if value == at + 1 {
                at = end;
            }
        }
    }
}

/// Whether a keyword or a key that takes requirements stands at `at`, and whether they are needed to run.
fn requirement_list(tokens: &[Token<'_>], at: usize) -> Option<bool> {
    let (Token::Name(word) | Token::Text(word, _)) = tokens[at] else { return None };
    let runtime = match word {
        "install_requires" | "extras_require" => true,
        "tests_require" | "setup_requires" => false,
        _ => return None,
    };
    matches!(tokens.get(at + 1), Some(Token::Mark(b'=' | b':'))).then_some(runtime)
}

/// The texts of a bracketed literal that starts at `at`; texts before `:` in a dictionary are names of groups. Returns the
/// token behind it.
fn literal(tokens: &[Token<'_>], at: usize, runtime: bool, file: &Arc<SourceFile>, sink: &mut Sink<'_>) -> usize {
    if !matches!(tokens.get(at), Some(Token::Mark(b'[' | b'(' | b'{'))) {
        return at;
    }
    let (mut depth, mut group_runtime) = (0usize, true);
    for index in at..tokens.len() {
        match tokens[index] {
            Token::Mark(b'[' | b'(' | b'{') => depth += 1,
            Token::Mark(b']' | b')' | b'}') => depth = depth.saturating_sub(1),
            Token::Text(text, _) if tokens.get(index + 1) == Some(&Token::Mark(b':')) => group_runtime = !is_development(text),
            Token::Text(text, offset) => {
                let trimmed = text.trim_start();
                if let Some(found) = name(trimmed) {
                    let from = offset + (text.len() - trimmed.len());
                    sink.add("pypi", found, file.place(Span::new(from, from + found.len())), runtime && group_runtime);
                }
            }
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

/// Names that are assigned exactly one literal collection outside brackets: the token where it opens. A name that is assigned
/// again is left out; `setup(install_requires=install_requires)` hands on a keyword and assigns nothing.
fn assigned<'t>(tokens: &[Token<'t>]) -> HashMap<&'t str, usize> {
    let mut found: HashMap<&str, Option<usize>> = HashMap::new();
    let mut depth = 0usize;
    for (at, window) in tokens.windows(3).enumerate() {
        match window {
            [Token::Mark(b'[' | b'(' | b'{'), ..] => depth += 1,
            [Token::Mark(b']' | b')' | b'}'), ..] => depth = depth.saturating_sub(1),
            [Token::Name(word), Token::Mark(b'='), value] if depth == 0 => {
                let opens = matches!(value, Token::Mark(b'[' | b'(' | b'{')).then_some(at + 2);
                found.entry(word).and_modify(|slot| *slot = None).or_insert(opens);
            }
            _ => {}
        }
    }
    found.into_iter().filter_map(|(word, at)| Some((word, at?))).collect()
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'#' => at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at),
            b'"' | b'\'' => at = string(text, at, false, &mut out),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                let word = &text[at..end];
                let quoted = matches!(bytes.get(end), Some(b'"' | b'\''));
                if quoted && word.len() <= 2 && word.bytes().all(|b| b"rRbBuUfF".contains(&b)) {
                    at = string(text, end, word.contains(['f', 'F']), &mut out);
                } else {
                    out.push(Token::Name(word));
                    at = end;
                }
            }
            b'=' if bytes.get(at + 1) == Some(&b'=') => {
                out.push(Token::Other);
                at += 2;
            }
            b' ' | b'\t' | b'\r' | b'\n' | b'\\' => at += 1,
            other => {
                out.push(Token::Mark(other));
                at += 1;
            }
        }
    }
    out
}

/// Reads the string that opens at `at`; the offset behind it.
fn string<'t>(text: &'t str, at: usize, computed: bool, out: &mut Vec<Token<'t>>) -> usize {
    let bytes = text.as_bytes();
    let quote = bytes[at];
    let triple = bytes.get(at..at + 3) == Some(&[quote; 3]);
    let from = if triple { at + 3 } else { at + 1 };
    let (mut end, mut escaped) = (from, false);
    loop {
        match bytes.get(end) {
            None => break,
            Some(b'\\') => {
                escaped = true;
                end += 1;
            }
            Some(b'\n') if !triple => break,
            Some(b) if *b == quote && (!triple || bytes.get(end..end + 3) == Some(&[quote; 3])) => break,
            Some(_) => {}
        }
        end += 1;
    }
    let end = end.min(bytes.len());
    out.push(match text.get(from..end) {
        Some(content) if !computed && !escaped => Token::Text(content, from),
        _ => Token::Other,
    });
    (end + if triple { 3 } else { 1 }).min(bytes.len())
}
