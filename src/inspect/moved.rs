//! Owns where the text of product files that are gone lies at the head when it is no product there: under their names, under others, several in
//! one, one in several; and which new files are of a language that has lost all its product code. Refuses files that are still there.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::compared::similar;
use super::made_of::{Made, says_anything, says_something};
use crate::catalog::Catalog;
use crate::catalog::language::Language;
use crate::snapshot::Snapshot;
use crate::source::Entry;
use crate::text::RepoPath;

/// Of a name or a directory so many new files are held against one that is gone.
const MOST_ALIKE: usize = 20;
/// New files out of sight that are looked at in all.
pub(super) const MOST_NEW: usize = 20_000;

/// Where to look.
pub(super) struct Search<'a> {
    pub(super) base: &'a Snapshot,
    pub(super) head: &'a Snapshot,
    /// Product files of the head.
    pub(super) product: &'a BTreeSet<&'a RepoPath>,
    /// Product files of the base.
    pub(super) was_product: &'a BTreeSet<&'a RepoPath>,
    /// Languages that product code of the base is written in, and none of the head.
    pub(super) languages: &'a BTreeSet<&'a str>,
}

/// What became of files that are gone.
#[derive(Default)]
pub(super) struct Found<'f> {
    /// Where one lies now.
    pub(super) moved: Vec<(&'f RepoPath, RepoPath)>,
    /// A new file of the language that one was written in, of which no product code is left.
    pub(super) anew: Vec<(&'f RepoPath, RepoPath)>,
    /// There are more new files than were looked at.
    pub(super) past: bool,
}

impl<'a> Search<'a> {
    /// Looks for all files that are gone.
    pub(super) fn all<'f>(&self, gone: &[&'f RepoPath]) -> Found<'f> {
        let (new, past) = self.new_files(gone);
        let (in_product, outside): (Vec<&RepoPath>, Vec<&RepoPath>) =
            new.into_iter().partition(|path| self.product.contains(path));
        if outside.is_empty() {
            return Found { past, ..Found::default() };
        }
        let (kept, away) = (Texts::of(&in_product, self.head), Texts::of(&outside, self.head));
        let mut moved = BTreeMap::new();
        let mut open = Vec::new();
        for file in gone.iter().copied() {
            let Ok(text) = self.base.peek(file) else { continue };
            if !says_something(&text.text) || kept.find(file, &text.text, self.head).is_some() {
                continue;
            }
            match away.find(file, &text.text, self.head) {
                Some(to) => drop(moved.insert(file, to.clone())),
                None => open.push((file, text)),
            }
        }
        let made = Made::of(&in_product, &outside, self.base, self.head);
        moved.extend(made.of_whole(&open));
        open.retain(|(file, _)| !moved.contains_key(file));
        moved.extend(made.of_parts(&open));
        let anew = self.anew(gone, &made, &moved);
        Found { moved: moved.into_iter().collect(), anew, past }
    }

    /// Files that were not there, or not so, and may have what is gone.
    fn new_files(&self, gone: &[&RepoPath]) -> (Vec<&'a RepoPath>, bool) {
        let languages: Vec<&Language> = gone.iter().filter_map(|file| language(file)).collect();
        let written = languages.iter().flat_map(|one| one.extensions.iter().chain(&one.variants)).map(String::as_str);
        let extensions: BTreeSet<Option<&str>> = gone.iter().map(|file| extension(file)).chain(written.map(Some)).collect();
        let names: BTreeSet<&str> = gone.iter().map(|file| file.file_name()).collect();
        // Under another extension, or none, it may lie beside where it lay; the same bytes may lie anywhere.
        let folders: BTreeSet<RepoPath> = gone.iter().map(|file| file.parent()).collect();
        let blobs: HashSet<String> = gone.iter().filter_map(|file| self.base.entry(file)?.blob()).collect();
        let like = |entry: &Entry| {
            !self.languages.is_empty()
                || extensions.contains(&extension(&entry.path))
                || folders.contains(&entry.path.parent())
                || entry.blob().is_some_and(|blob| blobs.contains(&blob))
        };
        // What stood there already may have made room for it, or taken it in.
        let other = |entry: &Entry, before: &Entry| match (entry.blob(), before.blob()) {
            (Some(now), Some(before)) => now != before,
            _ => match (self.base.peek(&entry.path), self.head.peek(&entry.path)) {
                (Ok(before), Ok(now)) => before.text != now.text,
                _ => false,
            },
        };
        let is_new = |entry: &Entry| {
            let room = || names.contains(entry.path.file_name()) || !self.product.contains(&entry.path);
            self.base.entry(&entry.path).is_none_or(|before| room() && other(entry, before))
        };
        let files = self.head.entries().iter().filter(|entry| entry.is_file() && !gone.is_empty() && like(entry));
        let mut new: Vec<&RepoPath> = files.filter(|entry| is_new(entry)).map(|entry| &entry.path).take(MOST_NEW + 1).collect();
        let past = new.len() > MOST_NEW;
        new.truncate(MOST_NEW);
        (new, past)
    }

    /// For every file of a language without product code the first new file of that language, unless some of its text was found.
    fn anew<'f>(
        &self,
        gone: &[&'f RepoPath],
        made: &Made<'_>,
        moved: &BTreeMap<&'f RepoPath, RepoPath>,
    ) -> Vec<(&'f RepoPath, RepoPath)> {
        let mut all = Vec::new();
        for id in self.languages {
            let lost: Vec<&RepoPath> =
                gone.iter().copied().filter(|file| language(file).is_some_and(|own| own.id == **id && own.code)).collect();
            if lost.is_empty() || lost.iter().any(|file| moved.contains_key(file)) {
                continue;
            }
            let no_product = self.base.entries().iter().map(|entry| &entry.path);
            let no_product = no_product.filter(|path| !self.was_product.contains(path) && self.head.entry(path).is_none());
            let left: Vec<&RepoPath> = no_product.filter(|path| language(path).is_some_and(|own| own.id == **id)).collect();
            if let Some(to) = made.first_new(&left, |path| self.is_of(path, id)) {
                all.extend(lost.into_iter().map(|file| (file, to.clone())));
            }
        }
        all
    }

    /// Whether a file of the head is written in a language: by its extension, or by the program that its first line has it run by.
    fn is_of(&self, path: &RepoPath, id: &str) -> bool {
        let Some(ending) = extension(path) else {
            let Ok(file) = self.head.peek(path) else { return false };
            return says_anything(&file.text) && interpreted(&file.text).is_some_and(|language| language.id == id);
        };
        let named = Catalog::builtin().languages.language.iter().find(|one| one.id == id);
        named.is_some_and(|one| one.extensions.iter().chain(&one.variants).any(|known| known == ending))
    }
}

/// The language that a file is written in by its extension.
fn language(path: &RepoPath) -> Option<&'static Language> {
    let ending = extension(path)?;
    let mut all = Catalog::builtin().languages.language.iter().filter(|one| one.directories.is_empty());
    all.find(|one| one.extensions.iter().any(|known| known == ending))
}

/// The language of the program in a first line, `#!/usr/bin/env python3`.
fn interpreted(text: &str) -> Option<&'static Language> {
    let line = text.lines().next()?.strip_prefix("#!")?;
    let mut words = line.split_whitespace().filter(|word| !word.starts_with('-') && !word.contains('='));
    let program = words.next()?.rsplit('/').next()?;
    let program = if program == "env" { words.next()? } else { program };
    let program = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let catalog = Catalog::builtin();
    let known = catalog.runners.interpreter.iter().find(|one| one.program == program)?;
    catalog.languages.language.iter().find(|one| one.extensions.contains(&known.extension))
}

fn extension(path: &RepoPath) -> Option<&str> {
    path.file_name().rsplit_once('.').map(|(_, extension)| extension)
}

/// New files, to find an old one among them.
struct Texts<'p> {
    by_text: HashMap<String, &'p RepoPath>,
    by_name: HashMap<&'p str, Vec<&'p RepoPath>>,
    by_directory: HashMap<RepoPath, Vec<&'p RepoPath>>,
}

impl<'p> Texts<'p> {
    fn of(paths: &[&'p RepoPath], head: &Snapshot) -> Self {
        let mut all = Self { by_text: HashMap::new(), by_name: HashMap::new(), by_directory: HashMap::new() };
        for path in paths.iter().copied() {
            if let Ok(file) = head.peek(path) {
                all.by_text.entry(file.text.clone()).or_insert(path);
            }
            all.by_name.entry(path.file_name()).or_default().push(path);
            all.by_directory.entry(path.parent()).or_default().push(path);
        }
        all
    }

    /// Where an old file lies now: the same text; else almost the same under its name, or in its directory.
    fn find(&self, old: &RepoPath, text: &str, head: &Snapshot) -> Option<&'p RepoPath> {
        let near = || {
            let named = self.by_name.get(old.file_name()).into_iter().flatten().take(MOST_ALIKE);
            let beside = self.by_directory.get(&old.parent()).into_iter().flatten().take(MOST_ALIKE);
            named.chain(beside).copied().find(|path| head.peek(path).is_ok_and(|file| similar(&file.text, text, str::trim)))
        };
        self.by_text.get(text).copied().or_else(near)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_that_is_passed_is_told() {
        let tree = |names: Vec<String>| Snapshot::in_memory(names.into_iter().map(|name| (name, "a\nb\nc\n".to_owned())));
        let base = tree(vec!["src/a.py".to_owned()]);
        let gone = RepoPath::new("src/a.py").expect("a path");
        let past = |count: usize| {
            let head = tree((0..count).map(|at| format!("vendor/{at}.py")).collect());
            let (product, languages) = (BTreeSet::new(), BTreeSet::new());
            let search = Search { base: &base, head: &head, product: &product, was_product: &product, languages: &languages };
            let found = search.all(&[&gone]);
            (found.moved.len(), found.past)
        };
        assert_eq!(past(3), (1, false));
        assert!(past(MOST_NEW + 1).1);
    }
}
