//! Owns documents that describe no operation beside files that hold some: parts that something may put together. Refuses to put them
//! together, and to say whether anything does.

use super::candidates::format_of;
use super::documents::{NO_OPERATION, operates, version};
use super::{ApiDescription, ApiKind};
use crate::doc::{Kind, Value};
use crate::facts::runners::World;
use crate::text::{Place, RepoPath};

/// How many files beside a document are looked at.
const MOST: usize = 200;

/// Takes the documents out of `all` whose operations may come from elsewhere, and says so.
pub(super) fn set_aside(world: &World<'_>, all: &mut Vec<ApiDescription>) -> Vec<(Place, String)> {
    let mut parts = Vec::new();
    all.retain(|one| {
        let empty = one.kind == ApiKind::Document && one.problems.iter().any(|(_, why)| why == NO_OPERATION);
        let Some(part) = empty.then(|| part_beside(world, &one.path)).flatten() else { return true };
        let words =
            format!("{} describes no operation, and {part} has some: whether they are put together is not seen", one.path);
        parts.push((one.place.clone(), words));
        false
    });
    parts
}

/// A file in the document's directory or below that has operations under `paths` and is no document by itself.
fn part_beside<'w>(world: &World<'w>, document: &RepoPath) -> Option<&'w RepoPath> {
    let home = document.parent();
    let files = world.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
    let beside = files.filter(|path| *path != document && path.is_in(&home));
    let mut readable = beside.filter_map(|path| Some((path, format_of(path)?))).take(MOST);
    let part = readable.find(|(path, format)| {
        let Ok(parsed) = world.snapshot.peek_document(path, *format) else { return false };
        let root = parsed.root();
        let paths = root.get("paths").filter(|paths| paths.kind() == Kind::Mapping && version(root).is_none());
        let mut items = paths.into_iter().flat_map(Value::entries);
        items.any(|entry| entry.name().is_some_and(|name| name.starts_with('/')) && operates(entry.value))
    });
    part.map(|(path, _)| path)
}

#[cfg(test)]
mod tests {
    use crate::catalog::Catalog;
    use crate::facts::gather;
    use crate::snapshot::Snapshot;
    use crate::terms::Terms;

    const BARE: &str = "{\"openapi\":\"3.0.0\",\n\"info\":{\"title\":\"a\",\"version\":\"1\"},\"paths\":{}}";
    const PART: &str = "{\"paths\":{\"/a\":{\"get\":{\"responses\":{}}}}}";

    /// The documents that count, with the line of what is wrong with each, and how much is undecided.
    fn told(files: &[(&str, &str)]) -> (Vec<String>, usize) {
        let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
        let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("in memory");
        let one = |api: &super::ApiDescription| match api.problems.first() {
            Some((place, _)) => format!("{}!{}", api.path, place.line),
            None => api.path.to_string(),
        };
        (facts.api.iter().map(one).collect(), facts.service.undecided.len())
    }

    #[test]
    fn parts_that_something_may_put_together() {
        let bare = ("web/swagger.template.json", BARE);
        for (beside, wanted) in [
            (&[][..], (vec!["web/swagger.template.json!2"], 0)),
            (&[("web/swagger.template.users.json", PART)], (vec![], 1)),
            (&[("web/parts/users.yaml", "paths:\n  /a:\n    get: {}\n")], (vec![], 1)),
            (&[("other/users.json", PART)], (vec!["web/swagger.template.json!2"], 0)),
            (&[("web/users.json", "{\"paths\":{\"@a\":[\"x\"]}}")], (vec!["web/swagger.template.json!2"], 0)),
        ] {
            let files: Vec<(&str, &str)> = [bare].into_iter().chain(beside.iter().copied()).collect();
            let (documents, open) = told(&files);
            assert_eq!((documents.iter().map(String::as_str).collect::<Vec<_>>(), open), wanted, "{beside:?}");
        }
    }

    #[test]
    fn a_version_that_is_given_twice_is_told_at_its_line() {
        let twice = "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths:\n  /:\n    get: {responses: {}}\nopenapi: 3.1.0\n";
        let (documents, _) = told(&[("openapi.yaml", twice)]);
        assert!(documents.len() == 1 && documents[0].starts_with("openapi.yaml!"), "{documents:?}");
    }
}
