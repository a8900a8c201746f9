//! Owns who owns a path on GitHub: which file counts, and its last line about the path. Refuses to say whether the forge asks them, or
//! knows them.
//!
//! Source: GitHub's documentation of code owners: `dir/*` is about the files right in `dir`; a line with a negation, a range or an owner
//! that is none is skipped.

use std::collections::BTreeSet;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::answer::{Answer, Reason, Why};
use crate::facts::code_owners::{self, OF_GITHUB};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// A pattern and whom its files belong to.
#[derive(Debug)]
struct Row {
    line: usize,
    text: String,
    pattern: Gitignore,
    /// GitHub's `dir/*` is about the files in `dir` and about none below it, where git's ignores whole folders by it.
    flat: bool,
    owners: BTreeSet<String>,
}

/// The file that counts.
#[derive(Debug)]
pub struct CodeOwners {
    /// Where it lies.
    pub path: RepoPath,
    /// Why it could not be read.
    pub unread: Option<String>,
    rows: Vec<Row>,
}

/// A line that the forge objects to, with its number.
pub type Objection = (usize, String);

impl CodeOwners {
    /// The file of a tree; `None`: it has none.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Option<Self> {
        let path = OF_GITHUB.iter().filter_map(|name| RepoPath::new(name)).find(|path| snapshot.entry(path).is_some())?;
        match snapshot.peek(&path) {
            Ok(file) => Some(Self { rows: rows(&file.text), unread: None, path }),
            Err(unread) => Some(Self { rows: Vec::new(), unread: Some(unread.why), path }),
        }
    }

    /// Who owns a path. The last row that matches counts. Who is named is named, in whatever order and case.
    #[must_use]
    pub fn of_path(&self, path: &str) -> Vec<String> {
        self.row(path).map(|row| row.owners.iter().cloned().collect()).unwrap_or_default()
    }

    fn row(&self, path: &str) -> Option<&Row> {
        let matches = |row: &&Row| match row.flat {
            true => row.pattern.matched(path, false).is_ignore(),
            false => row.pattern.matched_path_or_any_parents(path, false).is_ignore(),
        };
        self.rows.iter().rev().find(matches)
    }

    /// Whether a path has an owner, by a line to which the forge has no objection; and which line.
    #[must_use]
    pub fn owns(&self, path: &str, objections: &[Objection]) -> Answer<Place> {
        if let Some(why) = &self.unread {
            let why = format!("{} could not be read: {why}", self.path);
            return Answer::Unknown(Why::new(Reason::Unreadable, why).at(Place::file(self.path.clone())));
        }
        let Some(row) = self.row(path).filter(|row| !row.owners.is_empty()) else { return Answer::No };
        let place = Place { line: row.line, end_line: row.line, ..Place::file(self.path.clone()) };
        match objections.iter().find(|(line, text)| *line == row.line && text.trim() == row.text.trim()) {
            Some(_) => {
                let why = format!("the forge objects to line {} of {}", row.line, self.path);
                Answer::Unknown(Why::new(Reason::Unsupported, why).at(place))
            }
            None => Answer::Yes(place),
        }
    }
}

fn rows(text: &str) -> Vec<Row> {
    let lines: Vec<&str> = text.lines().collect();
    let row = |row: code_owners::Row<'_>| {
        let owners: BTreeSet<String> = row.owners.iter().map(|owner| owner.to_ascii_lowercase()).collect();
        let known = owners.iter().all(|owner| owner.strip_prefix('@').map_or(owner.contains('@'), |name| !name.is_empty()));
        if !known || row.pattern.starts_with('!') || row.pattern.contains('[') {
            return None;
        }
        let mut builder = GitignoreBuilder::new("");
        builder.add_line(None, row.pattern).ok()?;
        let text = lines.get(row.line - 1).map_or_else(String::new, |line| (*line).to_owned());
        Some(Row { line: row.line, text, pattern: builder.build().ok()?, flat: row.pattern.ends_with("/*"), owners })
    };
    code_owners::rows(text).filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(text: &str) -> CodeOwners {
        let files = [(".github/CODEOWNERS".to_owned(), text.to_owned()), ("CODEOWNERS".to_owned(), "* @other\n".to_owned())];
        CodeOwners::of(&Snapshot::in_memory(files)).expect("a file")
    }

    #[test]
    fn the_last_line_about_a_path_counts() {
        let file =
            owners("# all\n* @a\n/.github/ @sec @acme/Sec # why\ndocs/* @w\n/apps/ @b\n/apps/free\n![x] @n\n/.github/ sec\n");
        let line = |path: &str| match file.owns(path, &[]) {
            Answer::Yes(place) => place.line,
            _ => 0,
        };
        assert_eq!(line(".github/workflows/ci.yml"), 3);
        assert_eq!(file.of_path(".github/workflows/ci.yml"), ["@acme/sec", "@sec"]);
        assert_eq!((line("docs/a.md"), line("docs/b/c.md"), line("x")), (4, 2, 2));
        assert_eq!((line("apps/x"), line("apps/free/x")), (5, 0));
    }

    #[test]
    fn a_line_that_the_forge_objects_to_is_no_proof() {
        let file = owners("* @gone\n");
        assert!(file.owns("x", &[]).is_yes());
        assert!(matches!(file.owns("x", &[(1, "* @gone".to_owned())]), Answer::Unknown(_)));
        // Of another version of the file: its first line says something else.
        assert!(file.owns("x", &[(1, "* @older".to_owned()), (2, "* @gone".to_owned())]).is_yes());
    }
}
