//! Owns whether the references of a document resolve: JSON pointers in it and into files of the tree. Refuses to fetch:
//! references to other hosts are passed over.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::doc::{Document, Format, Kind, Value};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// How many files one document may be spread over, how many references are looked at in all files together, and how often a file
/// is gone through from another.
const MOST_FILES: usize = 500;
const MOST_REFERENCES: usize = 100_000;
const MOST_STEPS: usize = 500_000;

/// References that lead to each other.
const MOST_HOPS: usize = 16;

/// Keys whose content is data and no part of the document's own structure.
const DATA: &[&str] = &["example", "default", "enum", "const"];

/// Problems that are told of one document.
const MOST_BROKEN: usize = 20;

/// The references of all documents of a tree: every file is gone through once, however many documents share it.
pub(super) struct References<'s> {
    snapshot: &'s Snapshot,
    known: HashMap<RepoPath, Rc<Referred>>,
    budget: usize,
    steps: usize,
}

/// What one file refers to.
#[derive(Default)]
struct Referred {
    /// Other files of the tree, each once.
    files: Vec<RepoPath>,
    /// References that lead nowhere.
    broken: Vec<(Place, String)>,
}

impl<'s> References<'s> {
    pub(super) fn new(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, known: HashMap::new(), budget: MOST_REFERENCES, steps: MOST_STEPS }
    }

    /// References that lead nowhere, of a document and the files that it is spread over, at their places, at most 20.
    pub(super) fn broken(&mut self, document: &Document) -> Vec<(Place, String)> {
        let mut files = vec![document.file().path.clone()];
        let mut part = HashSet::from([files[0].clone()]);
        let mut broken = Vec::new();
        let mut next = 0;
        while next < files.len() && next < MOST_FILES && broken.len() < MOST_BROKEN {
            let referred = self.of(&files[next], (next == 0).then_some(document));
            next += 1;
            broken.extend(referred.broken.iter().cloned());
            self.steps = self.steps.saturating_sub(referred.files.len());
            if self.steps == 0 {
                break;
            }
            for path in &referred.files {
                if files.len() < MOST_FILES && part.insert(path.clone()) {
                    files.push(path.clone());
                }
            }
        }
        broken.truncate(MOST_BROKEN);
        broken
    }

    fn of(&mut self, path: &RepoPath, document: Option<&Document>) -> Rc<Referred> {
        if let Some(known) = self.known.get(path) {
            return Rc::clone(known);
        }
        let mut walk = Walk {
            snapshot: self.snapshot,
            seen: HashSet::new(),
            files: HashSet::new(),
            budget: self.budget,
            out: Referred::default(),
        };
        match document {
            Some(document) => walk.value(document, document.root()),
            None => {
                if let Some(other) = open(self.snapshot, path) {
                    walk.value(&other, other.root());
                }
            }
        }
        self.budget = walk.budget;
        let referred = Rc::new(walk.out);
        self.known.insert(path.clone(), Rc::clone(&referred));
        referred
    }
}

fn open(snapshot: &Snapshot, path: &RepoPath) -> Option<Arc<Document>> {
    let format = if path.file_name().ends_with(".json") { Format::Json } else { Format::Yaml };
    snapshot.document(path, format).ok()
}

/// Goes through one file.
struct Walk<'s> {
    snapshot: &'s Snapshot,
    /// References that are known to resolve or not.
    seen: HashSet<String>,
    files: HashSet<RepoPath>,
    budget: usize,
    out: Referred,
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
        if self.budget == 0 || is_remote(text) || !self.seen.insert(text.to_owned()) {
            return;
        }
        self.budget -= 1;
        let (file, pointer) = text.split_once('#').unwrap_or((text, ""));
        let there = if file.is_empty() { resolves(document.root(), pointer) } else { self.in_file(document, file, pointer) };
        if !there && self.out.broken.len() < MOST_BROKEN {
            self.out.broken.push((at.place(), format!("the reference `{text}` leads nowhere")));
        }
    }

    fn in_file(&mut self, document: &Document, file: &str, pointer: &str) -> bool {
        let Some(path) = document.file().path.parent().join(&unescaped(file)) else { return false };
        if is_text(&path) {
            // Builders put in a text (`description: { $ref: ./about.md }`): it has no parts to point to.
            return pointer.is_empty() && self.snapshot.is_file(&path);
        }
        let Some(other) = open(self.snapshot, &path) else { return false };
        if self.out.files.len() < MOST_FILES && self.files.insert(path.clone()) {
            self.out.files.push(path);
        }
        resolves(other.root(), pointer)
    }
}

/// Where a value leads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To what is asked for.
    There,
    /// To another host, where nothing is looked at.
    Elsewhere,
    /// To something else, or nowhere.
    Nowhere,
}

/// Whether a value, or what its references lead to, is what is asked for.
pub(super) fn reach(snapshot: &Snapshot, document: &Document, value: Value<'_>, is: &dyn Fn(Value<'_>) -> bool) -> Reach {
    follow(snapshot, document, value, is, MOST_HOPS)
}

fn follow(snapshot: &Snapshot, document: &Document, value: Value<'_>, is: &dyn Fn(Value<'_>) -> bool, hops: usize) -> Reach {
    if is(value) {
        return Reach::There;
    }
    let Some(text) = value.get("$ref").and_then(Value::as_str).filter(|_| hops > 0) else { return Reach::Nowhere };
    if is_remote(text) {
        return Reach::Elsewhere;
    }
    let (file, pointer) = text.split_once('#').unwrap_or((text, ""));
    let in_document = |there: &Document| match pointed(there.root(), pointer) {
        Ok(next) => follow(snapshot, there, next, is, hops - 1),
        Err(true) => Reach::There,
        Err(false) => Reach::Nowhere,
    };
    if file.is_empty() {
        return in_document(document);
    }
    let path = document.file().path.parent().join(&unescaped(file));
    path.and_then(|path| open(snapshot, &path)).map_or(Reach::Nowhere, |other| in_document(&other))
}

/// Whether a file is prose by its name, and no part of a document.
fn is_text(path: &RepoPath) -> bool {
    let (_, ending) = path.file_name().rsplit_once('.').unwrap_or_default();
    ["md", "markdown", "txt", "rst", "adoc", "html"].iter().any(|text| ending.eq_ignore_ascii_case(text))
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
