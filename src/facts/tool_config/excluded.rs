//! Owns what an invocation's own flags, keys and ignore file take out of what it looks at. Refuses a tool's own grammar of
//! patterns: readers know that; here a pattern is a path, a glob, or a name.

use globset::GlobSet;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Query, arguments, coverage, places};
use crate::catalog::Tool;
use crate::doc::Value;
use crate::text::{Place, RepoPath};

/// Lines and patterns taken.
const PATTERNS: usize = 500;

/// Files that one pattern of the command line stands for.
const EXPANDED: usize = 20_000;

/// Patterns, and where the first of them stands.
pub struct Excluded {
    base: RepoPath,
    globs: GlobSet,
    all: bool,
    lines: Option<Gitignore>,
    place: Place,
}

/// What a list of patterns separated by commas or lines holds.
fn parts(text: &str) -> impl Iterator<Item = String> {
    let plain = |part: &str| part.trim().trim_start_matches("./").trim_end_matches('/').to_owned();
    text.split([',', '\n']).filter(|part| !part.trim().is_empty()).map(plain)
}

/// The texts at keys of the tool's own configuration in effect, each with its place.
#[must_use]
pub fn values(query: &Query<'_>, keys: &[String]) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    for row in query.tool.config.iter().filter(|_| !keys.is_empty()) {
        let Some(file) = places::nearest(query.world.snapshot, row, query.directory) else { continue };
        let Some(document) = file.document.as_deref().filter(|_| places::in_effect(row, query, &file)) else { continue };
        let base = row.key.as_deref().map_or(Some(document.root()), |key| places::at_key(document, key));
        for key in keys {
            let value = match (row.key.is_some(), base) {
                (true, Some(base)) => base.route(&key.split('.').collect::<Vec<_>>()),
                _ => places::at_key(document, key),
            };
            let Some(value) = value else { continue };
            let texts: Vec<&str> =
                value.scalar().map_or_else(|| value.items().filter_map(Value::scalar).collect(), |text| vec![text]);
            found.extend(texts.into_iter().flat_map(parts).map(|text| (text, value.place())));
        }
    }
    found.truncate(PATTERNS);
    found
}

/// The files of the tree that a pattern of the shell stands for.
#[must_use]
pub fn expanded(query: &Query<'_>, pattern: &str) -> Vec<RepoPath> {
    let globs = coverage::globs(std::iter::once(pattern.trim_start_matches("./")), true);
    let below = query.world.snapshot.under(query.directory).iter().filter(|entry| entry.is_file()).take(EXPANDED);
    let hit = |path: &RepoPath| path.below(query.directory).is_some_and(|below| globs.is_match(below));
    below.map(|entry| &entry.path).filter(|path| hit(path)).cloned().collect()
}

impl Excluded {
    /// What the tool's flags, keys and ignore file exclude; `None` when they exclude nothing.
    #[must_use]
    pub fn of(tool: &Tool, query: &Query<'_>) -> Option<Self> {
        let shape = tool.targets.as_ref()?;
        let flags: Vec<&str> = shape.excluded_by.iter().map(String::as_str).collect();
        let given = arguments::values(query.args, &flags).into_iter();
        let given = given.filter_map(|given| Some((given.value?.to_owned(), given.place.clone())));
        let mut patterns: Vec<(String, Place)> =
            given.flat_map(|(text, place)| parts(&text).map(|part| (part, place.clone())).collect::<Vec<_>>()).collect();
        patterns.extend(values(query, &shape.excluded_in));
        patterns.truncate(PATTERNS);
        let (lines, file) = ignore_file(shape.ignore_file.as_deref(), query).unzip();
        let place = patterns.first().map(|(_, place)| place.clone()).or(file)?;
        let all = patterns.iter().any(|(text, _)| matches!(text.as_str(), "" | "." | "*" | "**" | "**/*"));
        let globs = coverage::globs(patterns.iter().map(|(text, _)| text.as_str()), false);
        Some(Self { base: query.directory.clone(), globs, all, lines, place })
    }

    /// Whether it takes a file out.
    #[must_use]
    pub fn takes(&self, file: &RepoPath) -> bool {
        let Some(below) = file.below(&self.base) else { return false };
        let ignored = |lines: &Gitignore| lines.matched_path_or_any_parents(below, false).is_ignore();
        self.all || coverage::path_or_above(below, |part| self.globs.is_match(part)) || self.lines.as_ref().is_some_and(ignored)
    }

    /// Where every file of the tool's languages below `paths` is taken out.
    #[must_use]
    pub fn everything(&self, query: &Query<'_>, paths: Option<&[RepoPath]>) -> Option<Place> {
        let languages: Vec<&str> = query.tool.languages.iter().map(String::as_str).collect();
        let files = if languages.contains(&"*") {
            coverage::product(query)
        } else {
            coverage::files(query, &languages, &RepoPath::root())
        };
        let files: Vec<RepoPath> = files.iter().filter_map(|path| RepoPath::new(path)).collect();
        let mut looked_at =
            files.iter().filter(|file| paths.is_some_and(|paths| paths.iter().any(|path| file.is_in(path)))).peekable();
        let any = looked_at.peek().is_some();
        (any && looked_at.all(|file| self.takes(file))).then(|| self.place.clone())
    }
}

fn ignore_file(name: Option<&str>, query: &Query<'_>) -> Option<(Gitignore, Place)> {
    let path = query.directory.join(name?).filter(|path| query.world.snapshot.is_file(path))?;
    let file = query.world.snapshot.read(&path).ok()?;
    let mut builder = GitignoreBuilder::new("");
    for line in file.text.lines().filter(|line| line.len() <= 1024).take(PATTERNS) {
        // A line that does not parse ignores nothing.
        let _ = builder.add_line(None, line);
    }
    Some((builder.build().ok()?, Place::file(path)))
}
