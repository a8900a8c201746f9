//! Owns committed API documents: what a candidate is, and whether it is fit for a scan. Refuses to choose candidates, and to
//! expand templates.

use super::references::{Reach, References, reach};
use super::{ApiDescription, ApiKind, candidates};
use crate::answer::{Reason, Why};
use crate::doc::{Document, Format, Kind, Value};
use crate::facts::components::scope::Scoping;
use crate::facts::runners::World;
use crate::snapshot::{Snapshot, UnreadKind};
use crate::terms::Terms;
use crate::text::{Place, RepoPath, Span};

/// Keys of a path item that are operations.
const OPERATIONS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// What is wrong with a document without any operation.
pub(super) const NO_OPERATION: &str = "it describes no operation";

/// Where operations may stand that are not seen from here.
const ELSEWHERE: &str = "its paths refer to another host, where nothing is looked at";

/// A hostile tree may hold any number of them.
const MOST: usize = 500;

/// What the candidates are.
#[derive(Default)]
pub(super) struct Found {
    /// All documents of the service, by path.
    pub(super) all: Vec<ApiDescription>,
    /// Those among them, or named by the policy, that cannot be parsed.
    pub(super) broken: Vec<RepoPath>,
    /// Documents whose whole is not in the tree: templates, and those whose operations are at another host.
    pub(super) open: Vec<Why>,
}

/// Reads the candidates of a tree.
pub(super) fn gather(world: &World<'_>, scoping: &Scoping<'_>, terms: &Terms) -> Found {
    let snapshot = world.snapshot;
    let named = terms.service.openapi.as_deref().and_then(|text| RepoPath::new(text.trim_start_matches('/')));
    let mut found = Found::default();
    let (mut references, mut looks) = (References::new(snapshot), candidates::LOOKS);
    for path in snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path) {
        let by_policy = named.as_ref() == Some(path);
        if found.all.len() < MOST && (by_policy || candidates::is_one(world, scoping, path, &mut looks)) {
            found.read(world, &mut references, path, by_policy);
        }
    }
    found
}

impl Found {
    /// Reads one candidate: no API document is nothing, unless the policy says that it is one.
    fn read(&mut self, world: &World<'_>, references: &mut References<'_>, path: &RepoPath, by_policy: bool) {
        let format = candidates::format_of(path).unwrap_or(Format::Yaml);
        let unread = match world.snapshot.peek_document(path, format) {
            Ok(document) => return self.take(describe(world, references, path, &document, by_policy)),
            Err(unread) => unread,
        };
        let odd = matches!(unread.kind, UnreadKind::Malformed | UnreadKind::PastBound | UnreadKind::Disputed);
        let had_to = by_policy || odd && candidates::is_marked(world, path);
        if !had_to {
            return;
        }
        let place = unread.place.unwrap_or_else(|| Place::file(path.clone()));
        if odd && let Some(place) = template(world, path) {
            let words = format!("{path} is a template, and what is made of it is not in this tree");
            return self.open.push(Why::new(Reason::Dynamic, words).at(place));
        }
        let mut broken = blank(path, place.clone());
        broken.problems.push((place, unread.why));
        self.broken.push(path.clone());
        self.all.push(broken);
    }
}

impl Found {
    fn take(&mut self, one: Option<ApiDescription>) {
        match one.as_ref().map(|one| one.problems.as_slice()) {
            Some([(place, why)]) if why == ELSEWHERE => {
                let words = format!("whether {} describes an operation is not seen: {why}", place.path);
                self.open.push(Why::new(Reason::Remote, words).at(place.clone()));
            }
            _ => self.all.extend(one),
        }
    }
}

/// The first line that no JSON or YAML has, and templates of many languages do.
fn template(world: &World<'_>, path: &RepoPath) -> Option<Place> {
    let file = world.snapshot.peek(path).ok()?;
    let mut at = 0;
    for line in file.text.split_inclusive('\n') {
        let text = line.trim_start();
        if let Some(mark) = ["{{", "{%", "<%"].iter().find(|mark| text.starts_with(**mark)) {
            let from = at + line.len() - text.len();
            return Some(file.place(Span::new(from, from + mark.len())));
        }
        at += line.len();
    }
    None
}

/// A description of which nothing is known yet.
fn blank(path: &RepoPath, place: Place) -> ApiDescription {
    ApiDescription {
        path: path.clone(),
        kind: ApiKind::Document,
        version: None,
        valid: false,
        problems: Vec::new(),
        generator: None,
        place,
        title: None,
        scanned_by: None,
    }
}

/// A document that can be parsed; `None` when it describes no API.
fn describe(
    world: &World<'_>,
    references: &mut References<'_>,
    path: &RepoPath,
    document: &Document,
    by_policy: bool,
) -> Option<ApiDescription> {
    let blank = |place: Place| blank(path, place);
    let root = document.root();
    // Which of two versions it is of is not said: some readers take the last, others refuse the file.
    if let Some((value, why)) = ["openapi", "swagger"].iter().find_map(|key| Some((root.get(key)?, root.get(key)?.disputed()?))) {
        let place = why.place.clone().unwrap_or_else(|| value.place());
        let mut twice = blank(place.clone());
        twice.problems.push((place, why.text));
        return Some(twice);
    }
    let Some((version, place)) = version(root) else {
        if let Some(claim) = ["openapi", "swagger"].iter().find_map(|key| root.get(key)).filter(|value| is_version(*value)) {
            let mut other = blank(claim.place());
            other.problems.push((claim.place(), "a version that scanners do not read".to_owned()));
            return Some(other);
        }
        let mut none = blank(Place::file(path.clone()));
        none.problems.push((root.place(), "it says neither `openapi: 3.x` nor `swagger: \"2.0\"`".to_owned()));
        return by_policy.then_some(none);
    };
    let title = root.route(&["info", "title"]).and_then(Value::scalar).map(str::to_owned);
    if !by_policy && title.as_deref().is_some_and(|title| title.to_ascii_lowercase().contains("petstore")) {
        return None;
    }
    let mut problems = check(world.snapshot, document, &version);
    problems.extend(references.broken(document));
    Some(ApiDescription { version: Some(version), valid: problems.is_empty(), problems, title, ..blank(place) })
}

/// Whether a value is a version at all.
fn is_version(value: Value<'_>) -> bool {
    value.scalar().is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()))
}

/// The version, when it is one that scanners read, and its place.
pub(super) fn version(root: Value<'_>) -> Option<(String, Place)> {
    if let Some(value) = root.get("openapi") {
        let text = value.scalar()?;
        let known = ["3.0", "3.1", "3.2"]
            .iter()
            .any(|known| text.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
        return known.then(|| (text.to_owned(), value.place()));
    }
    let value = root.get("swagger")?;
    let text = value.scalar()?;
    matches!(text, "2.0" | "2").then(|| ("2.0".to_owned(), value.place()))
}

/// Whether a path item has an operation of its own.
pub(super) fn operates(item: Value<'_>) -> bool {
    let own = OPERATIONS.iter().any(|name| item.get(name).is_some_and(|one| one.kind() == Kind::Mapping));
    own || item.get("additionalOperations").is_some_and(|more| !more.is_empty())
}

/// What a scan needs: a title, and at least one operation.
fn check(snapshot: &Snapshot, document: &Document, version: &str) -> Vec<(Place, String)> {
    let root = document.root();
    let mut problems = Vec::new();
    let at = |key: &str| root.get(key).map_or_else(|| root.place(), Value::place);
    for key in ["openapi", "swagger", "info", "paths"] {
        if let Some(why) = root.get(key).and_then(Value::disputed) {
            problems.push((at(key), why.text));
        }
    }
    // A title that says nothing is one: generators write it, and the specification only asks for a text.
    if root.route(&["info", "title"]).and_then(Value::scalar).is_none() {
        problems.push((at("info"), "`info.title` is missing".to_owned()));
    }
    let newer = !version.starts_with("3.0") && !version.starts_with('2');
    let paths = root.get("paths").into_iter().flat_map(Value::entries);
    let paths = paths.filter(|entry| entry.name().is_none_or(|name| name.starts_with('/')));
    let hooks = root.get("webhooks").filter(|_| newer).into_iter().flat_map(Value::entries);
    let items = paths.chain(hooks.filter(|entry| entry.name().is_none_or(|name| !name.starts_with("x-"))));
    let mut elsewhere = None;
    for entry in items {
        match reach(snapshot, document, entry.value, &operates) {
            Reach::There => return problems,
            Reach::Elsewhere => elsewhere = elsewhere.or_else(|| Some(entry.value.place())),
            Reach::Nowhere => {}
        }
    }
    problems.push(elsewhere.map_or_else(|| (at("paths"), NO_OPERATION.to_owned()), |place| (place, ELSEWHERE.to_owned())));
    problems
}
