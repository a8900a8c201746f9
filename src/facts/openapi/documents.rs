//! Owns committed API documents: which files are one, and whether they are fit for a scan. Refuses samples, documents of
//! other services that clients keep, and everything in tests and examples.

use super::references::{self, References};
use super::{ApiDescription, ApiKind};
use crate::doc::{Document, Format, Kind, Value};
use crate::facts::components::scope::Scoping;
use crate::facts::runners::World;
use crate::snapshot::{Snapshot, UnreadKind};
use crate::terms::Terms;
use crate::text::{Place, RepoPath};

/// Words in the name of a file, or a whole directory name, that make a file worth a look.
const NAMES: &[&str] = &["openapi", "swagger", "api-spec", "apispec", "api_spec"];

/// Names of files that are worth a look as well: what they say at the top decides.
const STEMS: &[&str] = &["api", "schema", "spec", "v1", "v2"];

/// Directories whose documents are not the service's own: tests, samples, and what clients keep of other services.
const OTHERS: &[&str] = &[
    "test",
    "tests",
    "__tests__",
    "e2e",
    "example",
    "examples",
    "sample",
    "samples",
    "mock",
    "mocks",
    "stubs",
    "clients",
    "vendor-specs",
    "vendor_specs",
    "third-party-specs",
    "external",
    "benches",
    ".devcontainer",
    "node_modules",
];

/// Keys of a path item that are operations.
const OPERATIONS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// What is wrong with a document without any operation.
pub(super) const NO_OPERATION: &str = "it describes no operation";

/// A hostile tree may hold any number of them.
const MOST: usize = 500;

/// All documents of the service, by path.
pub(super) fn gather(world: &World<'_>, scoping: &Scoping<'_>, terms: &Terms) -> Vec<ApiDescription> {
    let snapshot = world.snapshot;
    let named = terms.service.openapi.as_deref().and_then(|text| RepoPath::new(text.trim_start_matches('/')));
    let mut found = Vec::new();
    let mut references = References::new(snapshot);
    let candidates = snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
    for path in candidates {
        let by_policy = named.as_ref() == Some(path);
        let ours = by_policy || (is_named_like_one(path) && !is_others(path) && scoping.of(path).is_some());
        if ours && found.len() < MOST {
            found.extend(read(world, &mut references, path, by_policy));
        }
    }
    found
}

/// Files that bear the name of such a document and cannot be read: without any other document they had to be.
pub(super) fn unread(world: &World<'_>, scoping: &Scoping<'_>) -> Vec<RepoPath> {
    let named = |path: &RepoPath| {
        let Some(_) = format_of(path) else { return false };
        let name = path.file_name().to_ascii_lowercase();
        NAMES.iter().any(|word| name.contains(word))
    };
    let candidates = world.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
    let ours = candidates.filter(|path| named(path) && !is_others(path) && scoping.of(path).is_some());
    ours.take(MOST).filter(|path| world.snapshot.peek(path).is_err()).cloned().collect()
}

pub(super) fn format_of(path: &RepoPath) -> Option<Format> {
    // A slash in it makes it no extension, and none that is known.
    let extension = path.as_str().rsplit_once('.')?.1;
    let is = |known: &str| extension.eq_ignore_ascii_case(known);
    match () {
        () if is("json") => Some(Format::Json),
        () if is("yaml") || is("yml") => Some(Format::Yaml),
        () => None,
    }
}

fn is_named_like_one(path: &RepoPath) -> bool {
    if format_of(path).is_none() {
        return false;
    }
    let name = path.file_name().to_ascii_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    NAMES.iter().any(|word| name.contains(word))
        || STEMS.contains(&stem)
        || path.parent().segments().any(|segment| NAMES.contains(&segment.to_ascii_lowercase().as_str()))
}

fn is_others(path: &RepoPath) -> bool {
    path.parent().segments().any(|segment| OTHERS.contains(&segment.to_ascii_lowercase().as_str()))
}

/// Reads one candidate; `None` when it is no API document, unless the policy says that it is.
fn read(world: &World<'_>, references: &mut References<'_>, path: &RepoPath, by_policy: bool) -> Option<ApiDescription> {
    let format = format_of(path).unwrap_or(Format::Yaml);
    let blank = |place: Place| ApiDescription {
        path: path.clone(),
        kind: ApiKind::Document,
        version: None,
        valid: false,
        problems: Vec::new(),
        generator: None,
        place,
        title: None,
        scanned_by: None,
    };
    let document = match world.snapshot.peek_document(path, format) {
        Ok(document) => document,
        Err(unread) => {
            let marked = by_policy
                || (matches!(unread.kind, UnreadKind::Malformed | UnreadKind::PastBound | UnreadKind::Disputed)
                    && is_marked(world, path));
            if marked {
                // It had to be read: asking again lists it as not inspected.
                let _ = world.snapshot.document(path, format);
            }
            let place = unread.place.unwrap_or_else(|| Place::file(path.clone()));
            let mut broken = blank(place.clone());
            broken.problems.push((place, unread.why));
            return marked.then_some(broken);
        }
    };
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
    let mut problems = check(world.snapshot, &document, &version);
    problems.extend(references.broken(&document));
    Some(ApiDescription { version: Some(version), valid: problems.is_empty(), problems, title, ..blank(place) })
}

/// Whether a text that cannot be parsed still says at the start of a line that it is such a document.
fn is_marked(world: &World<'_>, path: &RepoPath) -> bool {
    let Ok(file) = world.snapshot.peek(path) else { return false };
    let marks = ["openapi:", "swagger:", "\"openapi\":", "\"swagger\":"];
    file.text.lines().take(200).any(|line| {
        let line = line.trim_start_matches(['\u{FEFF}', '{', ' ', '\t']);
        marks.iter().any(|mark| line.starts_with(mark))
    })
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
    if root.route(&["info", "title"]).and_then(Value::scalar).is_none_or(str::is_empty) {
        problems.push((at("info"), "`info.title` is missing".to_owned()));
    }
    let newer = !version.starts_with("3.0") && !version.starts_with('2');
    let paths = root.get("paths").into_iter().flat_map(Value::entries);
    let paths = paths.filter(|entry| entry.name().is_none_or(|name| name.starts_with('/')));
    let hooks = root.get("webhooks").filter(|_| newer).into_iter().flat_map(Value::entries);
    let mut items = paths.chain(hooks.filter(|entry| entry.name().is_none_or(|name| !name.starts_with("x-"))));
    let operation = items.any(|entry| references::reaches(snapshot, document, entry.value, &operates));
    if !operation {
        problems.push((at("paths"), NO_OPERATION.to_owned()));
    }
    problems
}
