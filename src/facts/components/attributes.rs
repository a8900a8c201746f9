//! Owns what `.gitattributes` files say about a path: vendored, generated or documentation to linguist, kept by Git LFS. They match as git has it:
//! the path itself and never what lies below it, the last row of the nearest file that speaks of an attribute. Refuses every
//! other attribute, and macros.

use std::path::PathBuf;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// Where the rows stand.
const FILE: &str = ".gitattributes";
/// The attributes that are asked about.
const NAMES: [&str; 4] = ["linguist-vendored", "linguist-generated", "linguist-documentation", "filter"];
const VENDORED: usize = 0;
const GENERATED: usize = 1;
const DOCUMENTATION: usize = 2;
const FILTER: usize = 3;

/// Rows that are read of one file.
const ROWS: usize = 10_000;

/// A row that decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Where it stands.
    pub place: Place,
    /// Its pattern.
    pub pattern: String,
}

/// All `.gitattributes` files of a tree, the deepest first.
pub struct Attributes(Vec<File>);

struct File {
    path: RepoPath,
    directory: RepoPath,
    /// One for each of [`NAMES`]: a row for one says nothing about another.
    matchers: [Gitignore; NAMES.len()],
}

/// The path and the text of each `.gitattributes` of a tree.
#[must_use]
pub fn texts(snapshot: &Snapshot) -> Vec<(RepoPath, String)> {
    // The end of a path is compared first: of almost every path of a large tree that is all.
    let is_one = |path: &RepoPath| path.as_str().ends_with(FILE) && path.file_name() == FILE;
    let named = snapshot.entries().iter().filter(|entry| is_one(&entry.path) && entry.is_file());
    named.filter_map(|entry| Some((entry.path.clone(), snapshot.read(&entry.path).ok()?.text.clone()))).collect()
}

impl Attributes {
    /// Reads the rows of all files.
    #[must_use]
    pub fn of(texts: &[(RepoPath, String)]) -> Self {
        let mut files: Vec<File> = texts.iter().filter_map(|(path, text)| file(path, text)).collect();
        files.sort_by_key(|file| std::cmp::Reverse(file.directory.segments().count()));
        Self(files)
    }

    /// The row that makes a path anything else than product code.
    #[must_use]
    pub fn takes(&self, path: &RepoPath) -> Option<Line> {
        self.hides(path).or_else(|| self.set(DOCUMENTATION, path))
    }

    /// The row by which Git LFS keeps a file.
    #[must_use]
    pub fn stores(&self, path: &RepoPath) -> Option<Line> {
        self.set(FILTER, path)
    }

    /// The row that takes a path out of sight.
    pub(super) fn hides(&self, path: &RepoPath) -> Option<Line> {
        self.set(VENDORED, path).or_else(|| self.set(GENERATED, path))
    }

    /// Whether it is somebody else's.
    pub(super) fn vendors(&self, path: &RepoPath) -> bool {
        self.set(VENDORED, path).is_some()
    }

    /// Whether it is documentation.
    pub(super) fn documents(&self, path: &RepoPath) -> bool {
        self.set(DOCUMENTATION, path).is_some()
    }

    fn set(&self, attribute: usize, path: &RepoPath) -> Option<Line> {
        for file in self.0.iter().filter(|file| path.is_in(&file.directory)) {
            match file.matchers[attribute].matched(path.below(&file.directory).unwrap_or_default(), false) {
                Match::None => {}
                Match::Whitelist(_) => return None,
                Match::Ignore(glob) => {
                    let line = glob.from().and_then(|line| line.to_str()?.parse().ok()).unwrap_or(1);
                    let place = Place { line, end_line: line, ..Place::file(file.path.clone()) };
                    return Some(Line { place, pattern: glob.original().to_owned() });
                }
            }
        }
        None
    }
}

fn file(path: &RepoPath, text: &str) -> Option<File> {
    let mut builders = NAMES.map(|_| GitignoreBuilder::new(""));
    let mut any = false;
    for (at, row) in text.lines().enumerate().take(ROWS) {
        let mut words = row.split_ascii_whitespace();
        // `!` has no meaning before a pattern here, and `[attr]` begins a macro.
        let plain = |pattern: &&str| !pattern.starts_with(['#', '!']) && !pattern.starts_with("[attr]") && pattern.len() < 1024;
        let Some(pattern) = words.next().filter(plain) else { continue };
        for attribute in words {
            let (name, set) = match attribute.strip_prefix(['-', '!']) {
                Some(name) => (name, false),
                None => match attribute.split_once('=') {
                    Some((name @ "filter", value)) => (name, value == "lfs"),
                    Some((name, value)) => (name, value != "false"),
                    None => (attribute, attribute != "filter"),
                },
            };
            let Some(which) = NAMES.iter().position(|known| *known == name) else { continue };
            let row = if set { pattern.to_owned() } else { format!("!{pattern}") };
            // The matcher keeps a path with each row: the number of its line.
            any |= builders[which].add_line(Some(PathBuf::from((at + 1).to_string())), &row).is_ok();
        }
    }
    let built: Vec<Gitignore> = builders.iter().map(|builder| builder.build().ok()).collect::<Option<_>>()?;
    let matchers = built.try_into().ok()?;
    any.then(|| File { path: path.clone(), directory: path.parent(), matchers })
}
