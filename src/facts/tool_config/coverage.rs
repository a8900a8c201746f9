//! Owns whether patterns of a configuration leave a tool nothing to look at. Refuses to know any tool's pattern grammar.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::Query;
use crate::facts::components::scope::is_test;
use crate::text::RepoPath;

/// Files asked about at most: patterns are matched against each.
const FILES: usize = 20_000;

/// Patterns of one list taken at most.
const PATTERNS: usize = 500;

fn extensions<'q>(query: &Query<'q>, languages: &[&str]) -> Vec<&'q str> {
    let known = query.world.catalog.languages.language.iter();
    let own = known.filter(|language| languages.contains(&language.id.as_str()));
    own.flat_map(|language| language.extensions.iter().map(String::as_str)).collect()
}

/// As [`files`]; a tree without any gives a few names such files usually have.
pub(super) fn subjects(query: &Query<'_>, languages: &[&str], base: &RepoPath) -> Vec<String> {
    let found = files(query, languages, base);
    if !found.is_empty() || !query.files.is_empty() {
        return found;
    }
    let extension = extensions(query, languages).first().copied().unwrap_or("x");
    ["main", "app/core", "src/app/views/handler"].iter().map(|stem| format!("{stem}.{extension}")).collect()
}

/// The files of every language of the catalogue, as [`files`].
pub(super) fn product(query: &Query<'_>) -> Vec<String> {
    let all: Vec<&str> = query.world.catalog.languages.language.iter().map(|language| language.id.as_str()).collect();
    files(query, &all, &RepoPath::root())
}

/// The files that a tool is meant for, as paths below `base`: those of the given languages below the query's directory that
/// are neither vendored nor tests; or those the query names.
pub(super) fn files(query: &Query<'_>, languages: &[&str], base: &RepoPath) -> Vec<String> {
    let known = &query.world.catalog.languages;
    let own = extensions(query, languages);
    let is_own = |path: &RepoPath| path.as_str().rsplit_once('.').is_some_and(|(_, extension)| own.contains(&extension));
    if !query.files.is_empty() {
        let asked = query.files.iter().filter(|path| is_own(path));
        return asked.filter_map(|path| path.below(base).map(str::to_owned)).take(FILES).collect();
    }
    let aside = |segment: &str| known.hides(segment) || known.develops(segment);
    query
        .world
        .snapshot
        .under(query.directory)
        .iter()
        .filter(|entry| is_own(&entry.path))
        .filter(|entry| !is_aside(entry.path.file_name()) && !entry.path.parent().segments().any(aside))
        .filter_map(|entry| entry.path.below(base).map(str::to_owned))
        .take(FILES)
        .collect()
}

/// Tests and a tool's own configuration in the language it checks are not what it is run for.
fn is_aside(name: &str) -> bool {
    is_test(name)
        || name.contains(".config.")
        || name.starts_with('.')
        || matches!(name, "setup.py" | "conftest.py" | "noxfile.py")
}

/// Whether every subject is matched. No subject, no claim.
pub(super) fn all(subjects: &[String], matches: impl Fn(&str) -> bool) -> bool {
    !subjects.is_empty() && subjects.iter().all(|path| matches(path))
}

/// As [`all`], for paths below the query's directory; what holds nothing need not be matched, as nothing is found in it.
pub(super) fn leaves_nothing(query: &Query<'_>, subjects: &[String], matches: impl Fn(&str) -> bool) -> bool {
    let snapshot = query.world.snapshot;
    let is_blank = |path: &str| {
        let path = query.directory.join(path).filter(|path| snapshot.is_file(path));
        path.and_then(|path| snapshot.read(&path).ok()).is_some_and(|file| file.text.trim().is_empty())
    };
    subjects.iter().any(|path| matches(path)) && all(subjects, |path| matches(path) || is_blank(path))
}

/// A set of globs in which a pattern that does not parse matches nothing, and keeps its place.
pub(super) fn globs<'t>(patterns: impl Iterator<Item = &'t str>, separator: bool) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns.take(PATTERNS) {
        // No path holds a NUL.
        let pattern = if pattern.len() <= 1024 { pattern } else { "\0" };
        let glob = GlobBuilder::new(pattern).literal_separator(separator).build().or_else(|_| Glob::new("\0"));
        if let Ok(glob) = glob {
            set.add(glob);
        }
    }
    set.build().unwrap_or_else(|_| GlobSet::empty())
}

/// The path, every directory above it, and the name of each: what tools with prune-by-directory semantics compare.
pub(super) fn path_or_above(path: &str, matches: impl Fn(&str) -> bool) -> bool {
    let mut path = path;
    loop {
        let name = path.rsplit('/').next().unwrap_or(path);
        if matches(path) || matches(name) {
            return true;
        }
        match path.rsplit_once('/') {
            Some((above, _)) => path = above,
            None => return false,
        }
    }
}
