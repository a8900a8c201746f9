//! Owns which files a part of an ESLint configuration is about: `files`, `ignores`, ignore files. Refuses rules.

use globset::GlobSet;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::facts::tool_config::{Query, coverage};
use crate::text::{Place, RepoPath, extglob};

/// The files that the run is meant for, below the configuration's directory.
pub(super) struct Subjects {
    files: Vec<String>,
    likely: Vec<String>,
}

/// How many of them a part is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    All,
    Some,
    None,
}

impl Reach {
    /// A part of a part.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, _) | (_, Self::None) => Self::None,
            (Self::All, Self::All) => Self::All,
            _ => Self::Some,
        }
    }
}

impl Subjects {
    pub(super) fn of(query: &Query<'_>, base: &RepoPath) -> Self {
        let languages: Vec<&str> = query.tool.languages.iter().map(String::as_str).collect();
        Self { files: coverage::files(query, &languages, base), likely: coverage::subjects(query, &languages, base) }
    }

    /// Whether every file lies below a directory.
    pub(super) fn all_below(&self, directory: &str) -> bool {
        let directory = directory.trim_start_matches("./").trim_end_matches('/');
        let below = |path: &String| path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
        matches!(directory, "" | ".") || !self.files.is_empty() && self.files.iter().all(below)
    }

    /// How many files patterns of `files` are about. Without files to compare, any.
    pub(super) fn reach(&self, patterns: &[&str], by_name: bool) -> Reach {
        // A pattern with an extended glob is not compared.
        if self.files.is_empty() || patterns.iter().any(|pattern| pattern.contains('(')) {
            return Reach::Some;
        }
        let globs = globs(patterns);
        let hit = |path: &String| {
            let name = path.rsplit('/').next().unwrap_or(path);
            globs.is_match(path.as_str()) || (by_name && globs.is_match(name))
        };
        let hits = self.files.iter().filter(|path| hit(path)).count();
        match hits {
            0 => Reach::None,
            all if all == self.files.len() => Reach::All,
            _ => Reach::Some,
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// The files that are no plain JavaScript and that no pattern matches; none where a pattern cannot be compared.
    pub(super) fn passed_by(&self, patterns: &[String], by_name: bool) -> Vec<&str> {
        let Some(plain) = patterns.iter().map(|pattern| extglob::spelled_out(pattern)).collect::<Option<Vec<_>>>() else {
            return Vec::new();
        };
        let plain = plain.concat();
        let globs = globs(&plain.iter().map(String::as_str).collect::<Vec<_>>());
        let looked_at = |path: &String| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
            let plain = extension == "js" || (!by_name && matches!(extension, "mjs" | "cjs"));
            plain || globs.is_match(path.as_str()) || (by_name && globs.is_match(name))
        };
        self.files.iter().filter(|path| !looked_at(path)).map(String::as_str).collect()
    }

    /// Whether `ignores` leave nothing; a later `!pattern` takes files back.
    pub(super) fn all_ignored(&self, patterns: &[&str]) -> bool {
        if patterns.is_empty() {
            return false;
        }
        let bare: Vec<&str> = patterns.iter().map(|pattern| pattern.trim_start_matches('!')).collect();
        let globs = globs(&bare);
        let last = |path: &str| globs.matches(path).into_iter().max();
        coverage::all(&self.likely, |path| {
            let above = path.match_indices('/').filter_map(|(at, _)| last(&path[..at]));
            let latest = above.chain(last(path)).max();
            latest.is_some_and(|at| !patterns[at].starts_with('!'))
        })
    }

    /// Whether patterns as in `.gitignore` leave nothing.
    pub(super) fn all_git_ignored(&self, lines: &[&str]) -> bool {
        let mut builder = GitignoreBuilder::new("");
        for line in lines.iter().filter(|line| line.len() <= 1024).take(500) {
            // A line that does not parse ignores nothing.
            let _ = builder.add_line(None, line);
        }
        let ignored = builder.build().unwrap_or_else(|_| Gitignore::empty());
        coverage::all(&self.likely, |path| ignored.matched_path_or_any_parents(path, false).is_ignore())
    }
}

fn globs(patterns: &[&str]) -> GlobSet {
    let plain = |pattern: &&str| -> String {
        let text = pattern.trim_start_matches("./").trim_end_matches('/');
        if matches!(text, "" | ".") { "**".to_owned() } else { text.to_owned() }
    };
    let texts: Vec<String> = patterns.iter().map(plain).collect();
    coverage::globs(texts.iter().map(String::as_str), true)
}

/// A pattern and where it stands.
pub(super) struct Ignored {
    pub(super) text: String,
    pub(super) place: Place,
}
