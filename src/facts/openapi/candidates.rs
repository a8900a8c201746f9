//! Owns which files are worth a look for an API document, and which of those that cannot be read had to be. Refuses documents
//! of other services that clients keep, and everything in tests and examples.

use super::documents::Found;
use crate::catalog::language::Documents;
use crate::catalog::{self, Catalog};
use crate::doc::Format;
use crate::facts::components::scope::Scoping;
use crate::facts::runners::World;
use crate::text::RepoPath;

/// What names say.
fn known() -> &'static Documents {
    &Catalog::builtin().languages.documents
}

/// Lines of a text in which it says what it is.
const HEAD: usize = 200;

/// A hostile tree may hold any number of them.
const MOST: usize = 500;

/// Texts that are looked into for a word in their name: there may be thousands of schemas.
pub(super) const LOOKS: usize = 2_000;

/// Whether a file may be the service's own document. What only has a word in its name says so at its top, and costs a look.
pub(super) fn is_one(world: &World<'_>, scoping: &Scoping<'_>, path: &RepoPath, looks: &mut usize) -> bool {
    if format_of(path).is_none() || is_others(path) {
        return false;
    }
    let plain = is_named_like_one(path);
    if !plain && (*looks == 0 || !has_word(path)) || scoping.of_document(path).is_none() {
        return false;
    }
    *looks -= usize::from(!plain);
    plain || is_marked(world, path)
}

/// Files that had to be read and cannot be: those that bear the name of a document, and what says that it is one.
pub(super) fn unread<'w>(world: &World<'w>, scoping: &Scoping<'_>, found: &Found) -> Vec<RepoPath> {
    let files = world.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
    let named = |path: &&RepoPath| format_of(path).is_some() && has_name(path.file_name());
    let ours = files.filter(named).filter(|path| !is_others(path) && scoping.of(path).is_some());
    let unread = ours.take(MOST).filter(|path| world.snapshot.peek(path).is_err());
    unread.chain(&found.broken).cloned().collect()
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
    let name = path.file_name().to_ascii_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    has_name(&name)
        || catalog::lists(&known().stems, stem)
        || path.parent().segments().any(|segment| catalog::lists(&known().names, &segment.to_ascii_lowercase()))
}

fn has_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    known().names.iter().any(|word| name.contains(word))
}

/// `billing_api.yaml`, `api-v3.json`, `billing.oas3.yml`, `webApi.json`.
fn has_word(path: &RepoPath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    stem.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| catalog::lists(&known().words, word) || word.ends_with("api"))
}

fn is_others(path: &RepoPath) -> bool {
    let words = |segment: &str| segment.split(['-', '_', '.']).any(|word| matches!(word, "test" | "tests"));
    path.parent().segments().any(|segment| {
        let lower = segment.to_ascii_lowercase();
        catalog::lists(&known().others, &lower) || words(&lower) || is_source_set_of_tests(segment)
    })
}

/// `jvmTest`, `androidTest`, `testResources`.
fn is_source_set_of_tests(segment: &str) -> bool {
    let behind = segment.strip_prefix("test").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    behind || segment.strip_suffix("Test").is_some_and(|head| head.ends_with(|c: char| c.is_ascii_lowercase()))
}

/// Whether a text says at the start of a line that it is such a document, parsed or not. Indented, a key of YAML is another's.
pub(super) fn is_marked(world: &World<'_>, path: &RepoPath) -> bool {
    let Ok(file) = world.snapshot.peek(path) else { return false };
    let (marks, is_json) = (["openapi", "swagger"], format_of(path) == Some(Format::Json));
    file.text.lines().take(HEAD).any(|line| {
        let line = line.trim_start_matches('\u{FEFF}');
        if !is_json && line.starts_with([' ', '\t']) {
            return false;
        }
        let key = line.trim_start_matches(['{', ' ', '\t', '"', '\'']);
        let rest = marks.iter().find_map(|mark| key.strip_prefix(mark));
        rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
    })
}
