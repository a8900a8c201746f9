//! Owns whether a path is product, development or out of sight, from its segments, its name, `.gitattributes` and the
//! policy's scope. Refuses file contents.

use std::collections::HashSet;

use globset::{Glob, GlobSet, GlobSetBuilder};
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Scope;
use crate::catalog::Languages;
use crate::snapshot::Snapshot;
use crate::terms::ScopeTerms;
use crate::text::RepoPath;

/// Decides the scope of paths; built once per tree.
pub struct Scoping<'c> {
    languages: &'c Languages,
    out_of_sight: HashSet<&'c str>,
    development: HashSet<&'c str>,
    excluded: GlobSet,
    production: GlobSet,
    attributes: Vec<Attributes>,
}

/// One `.gitattributes` file: patterns that set, and that unset, a linguist attribute.
struct Attributes {
    directory: RepoPath,
    hidden: Gitignore,
    documentation: Gitignore,
}

impl<'c> Scoping<'c> {
    /// Reads `.gitattributes` files and the policy's globs.
    #[must_use]
    pub fn new(snapshot: &Snapshot, languages: &'c Languages, terms: &ScopeTerms) -> Self {
        let mut attributes = Vec::new();
        for entry in snapshot.entries() {
            if entry.path.file_name() == ".gitattributes" && entry.is_file() {
                attributes.extend(read_attributes(snapshot, &entry.path));
            }
        }
        Self {
            languages,
            out_of_sight: languages.out_of_sight.iter().map(String::as_str).collect(),
            development: languages.development.iter().map(String::as_str).collect(),
            excluded: globs(&terms.exclude),
            production: globs(&terms.production),
            attributes,
        }
    }

    /// The scope of a path; `None` when it is vendored, generated, a fixture, or excluded by the policy.
    #[must_use]
    pub fn of(&self, path: &RepoPath) -> Option<Scope> {
        if self.production.is_match(path.as_str()) {
            return Some(Scope::Production);
        }
        if self.excluded.is_match(path.as_str())
            || self.languages.generated_endings.iter().any(|end| path.as_str().ends_with(end))
        {
            return None;
        }
        let mut scope = Scope::Production;
        let name_at = path.segments().count().saturating_sub(1);
        for (at, segment) in path.segments().enumerate() {
            if at == name_at {
                break;
            }
            if self.out_of_sight.contains(segment) {
                return None;
            }
            if self.development.contains(segment) || self.ends_in_word(segment) {
                scope = Scope::Development;
            }
        }
        for attributes in self.attributes.iter().filter(|attributes| path.is_in(&attributes.directory)) {
            let below = path.below(&attributes.directory).unwrap_or_default();
            if attributes.hidden.matched_path_or_any_parents(below, false).is_ignore() {
                return None;
            }
            if attributes.documentation.matched_path_or_any_parents(below, false).is_ignore() {
                scope = Scope::Development;
            }
        }
        Some(scope)
    }

    /// `component-tests`, `__tests__`.
    fn ends_in_word(&self, segment: &str) -> bool {
        let last = segment.trim_end_matches(['-', '_']).rsplit_once(['-', '_']).map(|(_, last)| last);
        last.is_some_and(|last| self.languages.development_words.iter().any(|word| word == last))
    }
}

fn globs(patterns: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        // The policy's own validation has refused patterns that do not parse.
        if let Ok(glob) = Glob::new(pattern) {
            set.add(glob);
        }
    }
    set.build().unwrap_or_else(|_| GlobSet::empty())
}

fn read_attributes(snapshot: &Snapshot, path: &RepoPath) -> Option<Attributes> {
    let file = snapshot.read(path).ok()?;
    let (mut hidden, mut documentation) = (GitignoreBuilder::new(""), GitignoreBuilder::new(""));
    let mut any = false;
    for line in file.text.lines().take(10_000) {
        let mut words = line.split_ascii_whitespace();
        let Some(pattern) = words.next().filter(|pattern| !pattern.starts_with('#') && pattern.len() < 1024) else { continue };
        for attribute in words {
            let (name, set) = match attribute.strip_prefix(['-', '!']) {
                Some(name) => (name, false),
                None => match attribute.split_once('=') {
                    Some((name, value)) => (name, value != "false"),
                    None => (attribute, true),
                },
            };
            let builder = match name {
                "linguist-vendored" | "linguist-generated" => &mut hidden,
                "linguist-documentation" => &mut documentation,
                _ => continue,
            };
            let line = if set { pattern.to_owned() } else { format!("!{pattern}") };
            any |= builder.add_line(None, &line).is_ok();
        }
    }
    let (hidden, documentation) = (hidden.build().ok()?, documentation.build().ok()?);
    any.then(|| Attributes { directory: path.parent(), hidden, documentation })
}
