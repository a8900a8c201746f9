//! Owns requirement specifiers (PEP 508, as far as the name) and the line grammar of requirement files. Refuses versions,
//! markers, and files that `-r` names: each is a manifest of its own.

use crate::snapshot::Snapshot;
use crate::text::{RepoPath, Span};

use super::Sink;

/// Reads a requirement file.
pub(super) fn read(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read_marked(sink.manifest) else { return };
    let runtime = !names_development(sink.manifest);
    let mut continued = false;
    let mut start = 0;
    for line in file.text.split_inclusive('\n') {
        let from = start;
        start += line.len();
        let whole = line.trim_end_matches(['\n', '\r']);
        let body = whole.trim_start_matches('\u{FEFF}').trim_start();
        let comment = body.starts_with('#');
        let skip = continued || comment;
        // A comment never goes on, and ends what went on before it.
        continued = !comment && whole.ends_with('\\');
        if skip {
            continue;
        }
        let offset = from + (whole.len() - body.len());
        if let Some((name, at)) = requirement_line(body) {
            sink.add("pypi", name, file.place(Span::new(offset + at, offset + at + name.len())), runtime);
        }
    }
}

/// The name on one line and its offset: a requirement, or an editable one with `#egg=`.
fn requirement_line(body: &str) -> Option<(&str, usize)> {
    let editable = ["-e ", "-e=", "--editable ", "--editable="].iter().any(|flag| body.starts_with(flag));
    if body.starts_with('-') && !editable {
        return None;
    }
    if editable || body.split([' ', '\t', ';']).next().is_some_and(|word| word.contains("://") && !word.contains('@')) {
        return egg(body);
    }
    match name(body) {
        Some(found) => Some((found, 0)),
        None => egg(body),
    }
}

/// The name in `#egg=name` of a direct reference.
fn egg(body: &str) -> Option<(&str, usize)> {
    let at = body.find("#egg=").or_else(|| body.find("&egg="))? + 5;
    let rest = body.get(at..)?;
    let end = rest.find(|c: char| !is_name_char(c)).unwrap_or(rest.len());
    (end > 0).then(|| (&rest[..end], at))
}

/// The distribution name at the start of a requirement specifier; `None` when it is none (a path, a URL, a template).
pub(super) fn name(specifier: &str) -> Option<&str> {
    let end = specifier.find(|c: char| !is_name_char(c)).unwrap_or(specifier.len());
    let (name, rest) = specifier.split_at_checked(end)?;
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if !edge(name.chars().next()) || !edge(name.chars().last()) {
        return None;
    }
    let rest = rest.trim_start();
    let goes_on = rest.is_empty() || rest.starts_with(['[', '(', '<', '>', '=', '!', '~', ';', '@', ',', '#', '\\', '-']);
    goes_on.then_some(name)
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Whether the file's name or one of its directories says that it is not needed to run.
fn names_development(path: &RepoPath) -> bool {
    path.segments().any(super::is_development)
}
