//! Owns what lock files of the tree say of where a tool's package comes from: package managers take it from there, whatever the
//! manifest asks for. Refuses versions and checksums, and what is locked beside the tool.

mod address;
mod npm;
mod pnpm;
mod python;
#[cfg(test)]
mod tests;
mod yarn;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::answer::Reason;
use crate::catalog::Tool;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::runners::{World, is_own};
use crate::text::{RepoPath, Span};

/// What was asked of a lock file: which one, for whose package, from where.
type Question = (RepoPath, String, RepoPath);

/// Answers that are kept: a lock file is large, and each command of a tool asks.
#[derive(Debug, Default)]
pub(in crate::facts) struct Kept(Mutex<HashMap<Question, Option<Hold>>>);

/// What is asked of one lock file.
struct Asked<'a> {
    text: &'a str,
    name: &'a str,
    tool: &'a Tool,
    /// The directories between the file and the command, from its own on, each as a path from there.
    below: Vec<&'a str>,
}

/// What is odd about an entry, and where it stands.
#[derive(Debug)]
struct Odd {
    span: Span,
    what: What,
}

#[derive(Debug)]
enum What {
    /// A directory of the tree stands in its place.
    Linked,
    /// It is taken from here.
    From(String),
    /// The manager does not write it like that.
    Spelled,
}

/// Reads a lock file.
type Reader = fn(&Asked<'_>) -> Option<Odd>;

/// Lock files of npm's packages; of the first two npm reads the one that comes first.
const OF_NPM: [(&str, Reader); 5] = [
    ("npm-shrinkwrap.json", npm::package_lock),
    ("package-lock.json", npm::package_lock),
    ("bun.lock", npm::bun),
    ("yarn.lock", yarn::odd),
    ("pnpm-lock.yaml", pnpm::odd),
];

/// Lock files of Python's.
const OF_PYTHON: [(&str, Reader); 4] =
    [("uv.lock", python::odd), ("poetry.lock", python::odd), ("pdm.lock", python::odd), ("Pipfile.lock", npm::pipfile)];

/// An entry of an npm package that is none of its registry's.
pub(super) fn npm(name: &str, tool: &Tool, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    directory.ancestors().find_map(|dir| {
        let there = |file: &str| dir.join(file).filter(|path| world.snapshot.is_file(path));
        let shrunk = there(OF_NPM[0].0).is_some();
        let files = OF_NPM.iter().enumerate().filter(|(at, _)| !(shrunk && *at == 1));
        files
            .filter_map(|(_, (file, reader))| Some((there(file)?, reader)))
            .find_map(|(path, reader)| ask(&path, *reader, name, tool, directory, world))
    })
}

/// An entry of a Python package that is none of an index.
pub(super) fn python(name: &str, tool: &Tool, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    directory.ancestors().find_map(|dir| {
        let mut files = OF_PYTHON.iter().filter_map(|(file, reader)| Some((dir.join(file)?, reader)));
        files.find_map(|(path, reader)| {
            world.snapshot.is_file(&path).then(|| ask(&path, *reader, name, tool, directory, world)).flatten()
        })
    })
}

fn ask(path: &RepoPath, reader: Reader, name: &str, tool: &Tool, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let question = (path.clone(), name.to_owned(), directory.clone());
    let kept = || world.seen.locked.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept().get(&question) {
        return known.clone();
    }
    let found = look(path, reader, name, tool, directory, world);
    kept().insert(question, found.clone());
    found
}

fn look(path: &RepoPath, reader: Reader, name: &str, tool: &Tool, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let file = world.snapshot.read_bounded(path, world.snapshot.limits().lock_file_bytes).ok()?;
    world.meter.spend(file.text.len() / 4);
    let home = path.parent();
    let whole = directory.as_str();
    let from_home = whole.strip_prefix(home.as_str()).unwrap_or_default().trim_start_matches('/');
    let ends = from_home.match_indices('/').map(|(at, _)| at).chain([from_home.len()]);
    let mut below = vec![""];
    below.extend(ends.map(|end| &from_home[..end]).filter(|part| !part.is_empty()));
    let odd = reader(&Asked { text: &file.text, name, tool, below })?;
    let unknown = HoldEffect::Unknown(Reason::Unsupported);
    let (effect, why) = match odd.what {
        What::Linked => (HoldEffect::Void, format!("the lock file puts a directory of the tree in the place of `{name}`")),
        What::From(source) => (unknown, format!("the lock file takes `{name}` from `{source}`, not from a registry")),
        What::Spelled => (unknown, format!("`{}` is spelled as no package manager spells it, and is not read", path.file_name())),
    };
    Some(Hold::new(effect, file.place(odd.span), why))
}

impl Asked<'_> {
    /// Something odd at a line or key, unless it is the tool's own repository.
    fn from(&self, source: &str, span: Span) -> Option<Odd> {
        let repository = source.split(['?', '#']).next().unwrap_or(source);
        let own = is_own(repository, self.tool) || source.contains("://") && super::npm::elsewhere(source, self.name).is_none();
        (!own).then(|| Odd { span, what: What::From(source.chars().take(SHOWN).collect()) })
    }
}

/// Characters of a source that are told.
const SHOWN: usize = 200;

/// The lines of a text without their ends, each with where it begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = offset;
        offset += line.len();
        (start, line.trim_end())
    })
}

fn line_span(start: usize, line: &str) -> Span {
    Span::new(start, start + line.len())
}

/// Something between the quotes of either kind, or as it is.
fn bare(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

/// Whether a text is a version, and nothing else.
fn is_version(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(plain)
}
