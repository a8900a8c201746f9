//! Owns the dependencies of manifests that are read line by line: `go.mod`, `Gemfile`, `*.gemspec`, sbt builds.
//! Refuses to run any of them: only literal names count.

use std::sync::Arc;

use crate::snapshot::Snapshot;
use crate::text::{SourceFile, Span};

use super::{Sink, is_development};

/// Lines with the byte offset of their first byte, comments of the language cut off by the caller.
pub(super) fn lines(file: &SourceFile) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    file.text.split_inclusive('\n').map(move |line| {
        let from = start;
        start += line.len();
        (from, line.trim_end_matches(['\n', '\r']))
    })
}

/// Adds a part of the file's own text, at its place.
fn add(sink: &mut Sink<'_>, registry: &'static str, file: &Arc<SourceFile>, name: &str, offset: usize, runtime: bool) {
    sink.add(registry, name, file.place(Span::new(offset, offset + name.len())), runtime);
}

/// The offset of a part in the text it was cut from.
pub(super) fn offset_in(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// Reads `go.mod`: `require` and `tool`, alone or in a block.
pub(super) fn go_mod(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read(sink.manifest) else { return };
    let mut block = String::new();
    for (from, line) in lines(&file) {
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let mut words = code.trim_start_matches('\u{FEFF}').split_whitespace();
        let Some(first) = words.next() else { continue };
        let (verb, name) = match (block.as_str(), first) {
            ("", verb) => match words.next() {
                Some("(") => {
                    verb.clone_into(&mut block);
                    continue;
                }
                Some(name) => (verb, name),
                None if verb.ends_with('(') => {
                    verb.trim_end_matches('(').clone_into(&mut block);
                    continue;
                }
                None => continue,
            },
            (_, ")") => {
                block.clear();
                continue;
            }
            (verb, name) => (verb, name),
        };
        let indirect = comment.trim() == "indirect" || comment.trim().starts_with("indirect;");
        let runtime = match verb {
            // An indirect line records what other modules need; this one declares nothing by it.
            "require" if !indirect => true,
            "tool" => false,
            _ => continue,
        };
        let name = name.trim_matches(['"', '`']);
        add(sink, "go", &file, name, from + offset_in(line, name), runtime);
    }
}

/// Reads a `Gemfile`: `gem "name"`, inside `group … do` blocks or with a `group:` of its own.
pub(super) fn gemfile(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read(sink.manifest) else { return };
    // One entry per open block: whether what is in it runs in production.
    let mut open: Vec<bool> = Vec::new();
    for (from, line) in lines(&file) {
        let code = without_hash_comment(line);
        let word = code.trim_start().split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        let outside = open.last().copied().unwrap_or(true);
        if word == "gem"
            && let Some(name) = first_quoted(code)
        {
            let rest = code.get(offset_in(code, name) + name.len()..).unwrap_or_default();
            let grouped = rest.contains("group") && !rest.contains(":default") && is_development(rest);
            add(sink, "gem", &file, name, from + offset_in(line, name), outside && !grouped);
        }
        match word {
            "end" => {
                open.pop();
            }
            "group" => open.push(outside && !is_development(code)),
            "if" | "unless" | "case" | "begin" | "def" => open.push(outside),
            _ if ends_with_do(code) => open.push(outside),
            _ => {}
        }
    }
}

fn ends_with_do(code: &str) -> bool {
    let code = code.trim_end();
    let code = code.strip_suffix('|').and_then(|head| head.rsplit_once('|')).map_or(code, |(head, _)| head);
    code.trim_end().rsplit(char::is_whitespace).next() == Some("do")
}

/// Reads a gem's specification.
pub(super) fn gemspec(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read(sink.manifest) else { return };
    for (from, line) in lines(&file) {
        let code = without_hash_comment(line);
        let runtime = code.contains(".add_dependency") || code.contains(".add_runtime_dependency");
        if (runtime || code.contains(".add_development_dependency"))
            && let Some(name) = first_quoted(code)
        {
            add(sink, "gem", &file, name, from + offset_in(line, name), runtime);
        }
    }
}

/// Reads an sbt build: `"group" % "artifact"` and `"group" %% "artifact"`.
pub(super) fn sbt(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read(sink.manifest) else { return };
    for (from, line) in lines(&file) {
        let code = if line.trim_start().starts_with("//") { "" } else { line };
        let texts: Vec<&str> = quoted(code).take(64).collect();
        let development = code.contains("% Test") || code.contains("% \"test\"");
        for pair in texts.windows(2) {
            let between = code.get(offset_in(code, pair[0]) + pair[0].len()..offset_in(code, pair[1])).unwrap_or_default();
            let joined = between.trim_matches(['"', '\'', ' ', '\t']);
            let group = pair[0].contains('.') && !pair[0].starts_with(|c: char| c.is_ascii_digit());
            if group && joined.starts_with('%') && joined.bytes().all(|b| b == b'%') {
                let place =
                    file.place(Span::new(from + offset_in(line, pair[1]), from + offset_in(line, pair[1]) + pair[1].len()));
                sink.add("maven", &format!("{}:{}", pair[0], pair[1]), place, !development);
            }
        }
    }
}

/// The part of a Ruby line before a `#` outside quotes.
fn without_hash_comment(line: &str) -> &str {
    let mut quote = None;
    for (at, byte) in line.bytes().enumerate() {
        match (quote, byte) {
            (None, b'#') => return &line[..at],
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    line
}

/// The contents of the quoted strings of one line, in order; an unclosed one ends the search.
pub(super) fn quoted(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let open = rest.find(['"', '\''])?;
        let quote = rest.as_bytes()[open];
        let from = open + 1;
        let end = from + memchr::memchr(quote, &rest.as_bytes()[from..])?;
        let text = &rest[from..end];
        rest = &rest[end + 1..];
        Some(text)
    })
}

fn first_quoted(code: &str) -> Option<&str> {
    quoted(code).next()
}
