//! Owns requirement specifiers (PEP 508, as far as the name), the line grammar of requirement files and which lists `-r` takes in.
//! Refuses versions and markers.

use std::collections::HashSet;

use crate::snapshot::Snapshot;
use crate::text::{RepoPath, Span};

use super::Sink;

/// Lists that one takes in, however deep.
const LISTS: usize = 100;

/// What a list takes in by `-r`, step by step.
#[derive(Default)]
pub(in crate::facts) struct Nested {
    /// Lists of this tree, without those that are told apart.
    pub(in crate::facts) lists: Vec<RepoPath>,
    /// One that is not in this tree, or whose name is computed.
    pub(in crate::facts) elsewhere: bool,
}

/// The lists that a list takes in; what `apart` says of is a manifest of its own, and speaks for itself. (pip 26
/// `_internal/req/req_file.py`: the path is below the list that names it; `-c` only bounds what others ask for.)
pub(in crate::facts) fn nested(snapshot: &Snapshot, list: &RepoPath, apart: &dyn Fn(&RepoPath) -> bool) -> Nested {
    let mut found = Nested::default();
    let mut seen = HashSet::from([list.clone()]);
    let mut queue = vec![list.clone()];
    while let Some(from) = queue.pop() {
        let Ok(file) = snapshot.read_marked(&from) else {
            found.elsewhere = true;
            continue;
        };
        for name in file.text.lines().filter_map(taken_in) {
            let path = from.parent().join(name).filter(|path| !name.contains("${") && snapshot.is_file(path));
            match path {
                Some(path) if apart(&path) || !seen.insert(path.clone()) => {}
                Some(path) if found.lists.len() < LISTS => {
                    found.lists.push(path.clone());
                    queue.push(path);
                }
                _ => found.elsewhere = true,
            }
        }
    }
    found.lists.sort();
    found
}

/// The list that a line names: `-r a.txt`, `-ra.txt`, `--requirement a.txt`, `--requirement=a.txt`.
fn taken_in(line: &str) -> Option<&str> {
    let body = line.trim_start_matches('\u{FEFF}').trim();
    let rest = match body.strip_prefix("--requirement") {
        Some(rest) if rest.starts_with(['=', ' ', '\t']) => &rest[1..],
        Some(_) => return None,
        None => body.strip_prefix("-r")?,
    };
    let name = rest.split_whitespace().next()?.trim_matches(['"', '\'']);
    Some(name).filter(|name| !name.is_empty() && !name.starts_with('#'))
}

/// Reads a requirement file: the manifest, or a list that it takes in.
pub(super) fn read(snapshot: &Snapshot, list: &RepoPath, sink: &mut Sink<'_>) {
    let Ok(file) = snapshot.read_marked(list) else { return };
    let runtime = !names_development(sink.manifest) && !names_development(list);
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
