//! Owns questions about the sorted path list, each by binary search. Refuses to read anything.

use std::collections::HashMap;
use std::ops::Range;

use crate::source::{Entry, under};
use crate::text::RepoPath;

/// The entry at `path`.
pub(crate) fn find<'a>(entries: &'a [Entry], path: &RepoPath) -> Option<(usize, &'a Entry)> {
    let at = entries.binary_search_by(|entry| entry.path.as_str().cmp(path.as_str())).ok()?;
    Some((at, entries.get(at)?))
}

/// The names right below a directory; subtrees are skipped by binary search.
pub struct Children<'a> {
    rest: &'a [Entry],
    prefix: usize,
}

impl<'a> Children<'a> {
    pub(crate) fn new(entries: &'a [Entry], directory: &RepoPath) -> Self {
        let prefix = if directory.is_root() { 0 } else { directory.as_str().len() + 1 };
        Self { rest: under(entries, directory), prefix }
    }
}

impl<'a> Iterator for Children<'a> {
    /// Name, and whether it is a directory.
    type Item = (&'a str, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.rest.first()?;
        let name = &first.path.as_str()[self.prefix..];
        let Some(slash) = name.find('/') else {
            self.rest = &self.rest[1..];
            return Some((name, false));
        };
        let directory = &first.path.as_str()[..self.prefix + slash];
        let inside = |entry: &Entry| {
            entry.path.as_str().strip_prefix(directory).is_some_and(|below| below.as_bytes().first() == Some(&b'/'))
        };
        self.rest = &self.rest[self.rest.partition_point(inside)..];
        Some((&name[..slash], true))
    }
}

/// What would else be looked for again and again in the whole list, made once.
#[derive(Default)]
pub(crate) struct Index {
    /// Where in the list each directory's own entries stand, other directories left out, in order.
    runs: HashMap<RepoPath, Vec<Range<usize>>>,
    /// The directories with each last name that hold such a thing, sorted by path.
    directories: HashMap<String, Vec<RepoPath>>,
}

/// Whether `entry` stands right in the directory whose path is `directory`, without looking through the whole of its path.
fn stands_in(entry: &Entry, directory: &str) -> bool {
    let path = entry.path.as_str();
    let name = match directory {
        "" => Some(path),
        _ => path.strip_prefix(directory).and_then(|below| below.strip_prefix('/')),
    };
    name.is_some_and(|name| !name.as_bytes().contains(&b'/'))
}

impl Index {
    pub(crate) fn new(entries: &[Entry]) -> Self {
        let mut index = Self::default();
        let mut start = 0;
        while let Some(first) = entries.get(start) {
            // Neighbours in the list mostly lie in one directory, which is looked up once for all of them.
            let directory = first.path.parent();
            // The first is in it whatever its path looks like, so that every turn goes on.
            let more = entries[start + 1..].iter().take_while(|entry| stands_in(entry, directory.as_str())).count();
            let run = start..start + 1 + more;
            start = run.end;
            index.runs.entry(directory).or_default().push(run);
        }
        for directory in index.runs.keys() {
            index.directories.entry(directory.file_name().to_owned()).or_default().push(directory.clone());
        }
        index.directories.values_mut().for_each(|all| all.sort());
        index
    }

    pub(crate) fn names_in<'a>(&'a self, entries: &'a [Entry], directory: &RepoPath) -> impl Iterator<Item = &'a str> + 'a {
        let runs = self.runs.get(directory).map_or(&[][..], Vec::as_slice);
        runs.iter().flat_map(|run| &entries[run.clone()]).map(|entry| entry.path.file_name())
    }

    pub(crate) fn directories_named(&self, name: &str) -> &[RepoPath] {
        self.directories.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Which of the entries at `places`, which are in order and mostly very few, `path` lies behind.
pub(crate) fn above<'a>(entries: &'a [Entry], places: &[usize], path: &RepoPath) -> Option<&'a Entry> {
    let at = |above: &RepoPath| places.binary_search_by(|at| entries[*at].path.as_str().cmp(above.as_str())).ok();
    let mut above = path.ancestors().skip(1).take_while(|_| !places.is_empty());
    above.find_map(|above| at(&above)).map(|at| &entries[places[at]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("inside")
    }

    fn source(paths: &[&str]) -> Source {
        Source::in_memory(paths.iter().map(|path| ((*path).to_owned(), String::new())))
    }

    #[test]
    fn below_a_directory_is_exactly_that() {
        let source = source(&["a", "a-b", "b-c/x", "b.c", "b/", "b/a", "b/c/d", "b/c/e", "b0", "bb/x", "é/ü"]);
        let names = |directory: &str| -> Vec<String> {
            under(&source.entries, &path(directory)).iter().map(|entry| entry.path.to_string()).collect()
        };
        assert_eq!(names("b"), ["b/a", "b/c/d", "b/c/e"]);
        assert_eq!(names("b/c"), ["b/c/d", "b/c/e"]);
        assert_eq!(names("é"), ["é/ü"]);
        assert!(names("a").is_empty() && names("zz").is_empty() && names("").len() == source.entries.len());
    }

    #[test]
    fn the_index_knows_files_and_directories_by_name() {
        let source = source(&["/odd", "a", "x/a/f", "a/b/g", "a/b/c", "é/a/f"]);
        let index = Index::new(&source.entries);
        let names = |directory: &str| index.names_in(&source.entries, &path(directory)).collect::<Vec<_>>();
        assert_eq!(names("a/b"), ["c", "g"]);
        assert_eq!(names(""), ["odd", "a"]);
        assert!(names("x").is_empty() && index.directories_named("x").is_empty());
        let named: Vec<String> = index.directories_named("a").iter().map(ToString::to_string).collect();
        assert_eq!(named, ["x/a", "é/a"]);
    }

    #[test]
    fn children_skip_subtrees() {
        let source = source(&["a", "b-c/x", "b/a", "b/c/d", "b/c/e", "b/c.d"]);
        let children = |directory: &str| -> Vec<(String, bool)> {
            Children::new(&source.entries, &path(directory)).map(|(name, dir)| (name.to_owned(), dir)).collect()
        };
        assert_eq!(children(""), [("a".into(), false), ("b-c".into(), true), ("b".into(), true)]);
        assert_eq!(children("b"), [("a".into(), false), ("c.d".into(), false), ("c".into(), true)]);
        assert!(children("a").is_empty());
    }
}
