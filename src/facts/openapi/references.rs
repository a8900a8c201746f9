//! Owns whether the references of a document resolve: JSON pointers in it and into files of the tree. Refuses to fetch:
//! references to other hosts are passed over.

use std::collections::HashSet;
use std::sync::Arc;

use crate::doc::{Document, Format, Kind, Value};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// How many files one document may be spread over, and how many references are looked at.
const MOST_FILES: usize = 500;
const MOST_REFERENCES: usize = 20_000;

/// References that lead to each other.
const MOST_HOPS: usize = 16;

/// Keys whose content is data and no part of the document's own structure.
const DATA: &[&str] = &["example", "default", "enum", "const"];

/// References that lead nowhere, at their places, at most 20.
pub(super) fn broken(snapshot: &Snapshot, document: &Document) -> Vec<(Place, String)> {
    let mut walk = Walk {
        snapshot,
        files: vec![document.file().path.clone()],
        seen: HashSet::new(),
        budget: MOST_REFERENCES,
        broken: Vec::new(),
    };
    walk.value(document, document.root());
    let mut next = 1;
    while next < walk.files.len() && next < MOST_FILES {
        let path = walk.files[next].clone();
        next += 1;
        if let Some(other) = open(snapshot, &path) {
            walk.value(&other, other.root());
        }
    }
    walk.broken
}

struct Walk<'s> {
    snapshot: &'s Snapshot,
    /// Files that are part of the document, the first one first.
    files: Vec<RepoPath>,
    /// References that are known to resolve or not: (file it stands in, text).
    seen: HashSet<(RepoPath, String)>,
    budget: usize,
    broken: Vec<(Place, String)>,
}

impl Walk<'_> {
    /// Recursion is as deep as the document, which its parser has bounded.
    fn value(&mut self, document: &Document, value: Value<'_>) {
        value.items().for_each(|item| self.value(document, item));
        for entry in value.entries() {
            match entry.name() {
                Some("$ref") if entry.value.kind() == Kind::String => {
                    self.reference(document, entry.value.as_str().unwrap_or_default(), entry.value);
                }
                // Example Objects hold data under `value`; a list of examples (3.1) is data as a whole.
                Some("examples") => {
                    let parts = entry.value.entries().flat_map(|example| example.value.entries());
                    let inner = parts.filter(|part| !matches!(part.name(), Some("value" | "dataValue")));
                    inner.for_each(|part| self.value(document, part.value));
                }
                Some(name) if DATA.contains(&name) || name.starts_with("x-") => {}
                _ => self.value(document, entry.value),
            }
        }
    }

    fn reference(&mut self, document: &Document, text: &str, at: Value<'_>) {
        if self.budget == 0 || is_remote(text) || !self.seen.insert((document.file().path.clone(), text.to_owned())) {
            return;
        }
        self.budget -= 1;
        let (file, pointer) = text.split_once('#').unwrap_or((text, ""));
        let there = if file.is_empty() { resolves(document.root(), pointer) } else { self.in_file(document, file, pointer) };
        if !there && self.broken.len() < 20 {
            self.broken.push((at.place(), format!("the reference `{text}` leads nowhere")));
        }
    }

    fn in_file(&mut self, document: &Document, file: &str, pointer: &str) -> bool {
        let Some(path) = document.file().path.parent().join(&unescaped(file)) else { return false };
        let Some(other) = open(self.snapshot, &path) else { return false };
        if !self.files.contains(&path) && self.files.len() < MOST_FILES {
            self.files.push(path);
        }
        resolves(other.root(), pointer)
    }
}

/// Whether a value, or what its references lead to inside this tree, is what is asked for.
pub(super) fn reaches(snapshot: &Snapshot, document: &Document, value: Value<'_>, is: &dyn Fn(Value<'_>) -> bool) -> bool {
    follow(snapshot, document, value, is, MOST_HOPS)
}

fn follow(snapshot: &Snapshot, document: &Document, value: Value<'_>, is: &dyn Fn(Value<'_>) -> bool, hops: usize) -> bool {
    if is(value) {
        return true;
    }
    let Some(text) = value.get("$ref").and_then(Value::as_str).filter(|text| hops > 0 && !is_remote(text)) else { return false };
    let (file, pointer) = text.split_once('#').unwrap_or((text, ""));
    let in_document = |there: &Document| match pointed(there.root(), pointer) {
        Ok(next) => follow(snapshot, there, next, is, hops - 1),
        Err(resolves) => resolves,
    };
    if file.is_empty() {
        return in_document(document);
    }
    let path = document.file().path.parent().join(&unescaped(file));
    path.and_then(|path| open(snapshot, &path)).is_some_and(|other| in_document(&other))
}

fn open(snapshot: &Snapshot, path: &RepoPath) -> Option<Arc<Document>> {
    let format = if path.file_name().ends_with(".json") { Format::Json } else { Format::Yaml };
    snapshot.document(path, format).ok()
}

fn is_remote(text: &str) -> bool {
    text.contains("://") || text.starts_with("//")
}

/// Whether a JSON pointer leads somewhere.
fn resolves(root: Value<'_>, pointer: &str) -> bool {
    pointed(root, pointer).map_or_else(|resolves| resolves, |_| true)
}

/// Follows a JSON pointer (RFC 6901, in its URI form); an anchor (`#name`) is taken as it is. Without a value: whether it
/// resolves.
fn pointed<'d>(root: Value<'d>, pointer: &str) -> Result<Value<'d>, bool> {
    let Some(path) = pointer.strip_prefix('/') else { return if pointer.is_empty() { Ok(root) } else { Err(true) } };
    let mut value = root;
    for step in path.split('/') {
        let key = unescaped(step).replace("~1", "/").replace("~0", "~");
        let next = match value.kind() {
            // Finding an item costs its index; nobody refers to the thousandth.
            Kind::Sequence => match key.parse::<usize>() {
                Ok(at) if at > 1_000 => return Err(at < value.len()),
                Ok(at) => value.items().nth(at),
                Err(_) => None,
            },
            Kind::Disputed => return Err(true),
            _ => value.get(&key),
        };
        value = next.ok_or(false)?;
    }
    Ok(value)
}

/// `%2F` and the like.
fn unescaped(text: &str) -> String {
    let hex = |at: usize| text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    let (mut bytes, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        match (text.as_bytes()[at], hex(at)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                at += 3;
            }
            (byte, _) => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
