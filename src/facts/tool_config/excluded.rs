//! Owns what an invocation's own flags, keys and ignore file take out of what it looks at. Refuses a tool's own grammar of
//! patterns: readers know that; here a pattern is a path, a glob, or a name.

use std::collections::{BTreeMap, HashSet};

use globset::GlobSet;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Query, arguments, coverage, places, settled, unreadable};
use crate::answer::{Reason, Why};
use crate::catalog::Tool;
use crate::catalog::tool::Targets;
use crate::doc::{Document, Value};
use crate::facts::matching::find_flag;
use crate::text::{Place, RepoPath};

/// Lines and patterns taken.
const PATTERNS: usize = 500;

/// Files that one pattern of the command line stands for.
const EXPANDED: usize = 20_000;

/// Patterns, and where the first of them stands.
pub struct Excluded {
    base: RepoPath,
    globs: GlobSet,
    /// What a file must match.
    only: Option<GlobSet>,
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
///
/// # Errors
/// Why a file of the tool's own that is in effect cannot be read, or what stands at a key has no one reading.
pub fn values(query: &Query<'_>, keys: &[String]) -> Result<Vec<(String, Place)>, Why> {
    let mut found = Vec::new();
    if keys.is_empty() {
        return Ok(found);
    }
    let chosen = places::chosen(query, &BTreeMap::new()).unwrap_or(places::Chosen::ByItself);
    let adds = query.tool.config_by.adds;
    if let places::Chosen::File(path) = &chosen
        && let Some((document, prefix)) = places::in_file(query, path, None)?
    {
        for key in keys {
            found.extend(texts(&document, prefix.as_deref(), key)?);
        }
    }
    // A file that is named is read in place of those that lie where the tool looks by itself.
    let by_itself = adds || matches!(chosen, places::Chosen::ByItself);
    for row in query.tool.config.iter().filter(|row| by_itself || !row.named_by.is_empty()) {
        let Some(file) = places::nearest(query.world.snapshot, row, query.directory) else { continue };
        if !places::in_effect(row, query, &file) || matches!(&chosen, places::Chosen::File(path) if *path == file.path) {
            continue;
        }
        let Some(document) = file.document.as_deref() else {
            match places::format_in(query.world.snapshot, &file.path) {
                Some(format) => return Err(query.document(&file.path, format).err().unwrap_or_else(|| unseen(&file.path))),
                None => continue,
            }
        };
        for key in keys {
            found.extend(texts(document, row.key.as_deref(), key)?);
        }
    }
    found.truncate(PATTERNS);
    Ok(found)
}

fn unseen(path: &RepoPath) -> Why {
    Why::new(Reason::Unreadable, "the configuration cannot be read").at(Place::file(path.clone()))
}

/// The texts at a key, below another where the tool's settings lie there.
fn texts(document: &Document, prefix: Option<&str>, key: &str) -> Result<Vec<(String, Place)>, Why> {
    if let Some(why) = settled::contested(document, prefix, key) {
        return Err(why);
    }
    let Some(value) = places::at(document, prefix, key) else { return Ok(Vec::new()) };
    let texts: Vec<&str> = value.scalar().map_or_else(|| value.items().filter_map(Value::scalar).collect(), |text| vec![text]);
    Ok(texts.into_iter().flat_map(parts).map(|text| (text, value.place())).collect())
}

/// What of the tree a pattern of the shell stands for, each with whether it is a file. A name that begins with a dot must be
/// written with it.
#[must_use]
pub fn expanded(query: &Query<'_>, pattern: &str) -> Vec<(RepoPath, bool)> {
    let pattern = pattern.trim_start_matches("./");
    let globs = coverage::globs(std::iter::once(pattern), true);
    let dotted = pattern.starts_with('.') || pattern.contains("/.");
    let hidden = |part: &str| !dotted && (part.starts_with('.') || part.contains("/."));
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    for entry in query.world.snapshot.under(query.directory).iter().filter(|entry| entry.is_file()).take(EXPANDED) {
        let Some(below) = entry.path.below(query.directory) else { continue };
        let ends = below.match_indices('/').map(|(end, _)| end).chain(std::iter::once(below.len()));
        for end in ends {
            let part = &below[..end];
            if seen.insert(part) && !hidden(part) && globs.is_match(part) {
                found.extend(query.directory.join(part).map(|path| (path, end == below.len())));
            }
        }
    }
    found
}

/// The patterns that flags name, each with its place.
fn given(query: &Query<'_>, flags: &[String]) -> Vec<(String, Place)> {
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let given = arguments::values(query.args, &flags).into_iter();
    let given = given.filter_map(|given| Some((given.value?.to_owned(), given.place.clone())));
    given.flat_map(|(text, place)| parts(&text).map(|part| (part, place.clone())).collect::<Vec<_>>()).collect()
}

impl Excluded {
    /// What the tool's flags, keys and ignore file exclude; `None` when they exclude nothing.
    ///
    /// # Errors
    /// Why what a file excludes is not known.
    pub fn of(tool: &Tool, query: &Query<'_>) -> Result<Option<Self>, Why> {
        let Some(shape) = tool.targets.as_ref() else { return Ok(None) };
        let mut patterns = given(query, &shape.excluded_by);
        let by: Vec<&str> = shape.included_by.iter().map(String::as_str).collect();
        if let Some(computed) = arguments::values(query.args, &by).into_iter().find(|given| given.value.is_none()) {
            return Err(Why::new(Reason::Dynamic, "which files it looks at is computed").at(computed.place.clone()));
        }
        let included = given(query, &shape.included_by);
        patterns.extend(values(query, &shape.excluded_in)?);
        patterns.truncate(PATTERNS);
        let (lines, file) = ignore_files(shape, query)?.unzip();
        let Some(place) = included.first().or(patterns.first()).map(|(_, place)| place.clone()).or(file) else { return Ok(None) };
        let all = patterns.iter().any(|(text, _)| matches!(text.as_str(), "" | "." | "*" | "**" | "**/*"));
        let globs = coverage::globs(patterns.iter().map(|(text, _)| text.as_str()), false);
        let only = coverage::globs(included.iter().map(|(text, _)| text.trim_start_matches('/')), false);
        let only = Some(only).filter(|_| !included.is_empty());
        Ok(Some(Self { base: query.directory.clone(), globs, only, all, lines, place }))
    }

    /// Whether it takes a file out.
    #[must_use]
    pub fn takes(&self, file: &RepoPath) -> bool {
        let Some(below) = file.below(&self.base) else { return false };
        let ignored = |lines: &Gitignore| lines.matched_path_or_any_parents(below, false).is_ignore();
        let is_in = |only: &GlobSet| coverage::path_or_above(below, |part| only.is_match(part));
        if self.only.as_ref().is_some_and(|only| !is_in(only)) {
            return true;
        }
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

fn ignore_files(shape: &Targets, query: &Query<'_>) -> Result<Option<(Gitignore, Place)>, Why> {
    let (flags, keys): (Vec<String>, Vec<String>) = shape.keeps_ignored.iter().cloned().partition(|name| name.starts_with('-'));
    let kept = find_flag(&flags, None, query.args).is_some() || values(query, &keys)?.iter().any(|(value, _)| value == "false");
    let names = shape.ignore_files.iter().filter(|_| !kept);
    let paths = names.filter_map(|name| query.directory.join(name)).filter(|path| query.world.snapshot.is_file(path));
    let (mut builder, mut place) = (GitignoreBuilder::new(""), None);
    for path in paths {
        let file = query.world.snapshot.read(&path).map_err(|unread| unreadable(&unread))?;
        for line in file.text.lines().filter(|line| line.len() <= 1024).take(PATTERNS) {
            // A line that does not parse ignores nothing.
            let _ = builder.add_line(None, line);
        }
        place.get_or_insert_with(|| Place::file(path));
    }
    Ok(builder.build().ok().zip(place))
}
