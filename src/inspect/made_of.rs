//! Owns which new files are made of the lines of files that are gone: one that has all of them, or that has nothing else. Refuses names.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::snapshot::Snapshot;
use crate::text::{RepoPath, SourceFile};

/// A file of fewer lines that say something is nobody's in particular.
const FEW_LINES: usize = 3;
/// Of fewer different lines of its own nothing is made.
const FEW_OWN: usize = 4;
/// Of a hundred lines so many are found again.
const AGAIN: usize = 80;
/// Letters and digits of a line that is somebody's own: `} else {` is everybody's.
const FEW_LETTERS: usize = 5;
/// New files that have a line; one that more have says nothing of where it is from.
const MOST_WITH_LINE: usize = 20;

/// A head of comments is the same in every file.
fn said(text: &str) -> impl Iterator<Item = &str> {
    let is_comment = |line: &str| ["#", "//", "/*", "*", "--", "\"\"\""].iter().any(|mark| line.starts_with(mark));
    text.lines().map(str::trim).filter(move |line| !line.is_empty() && !is_comment(line))
}

/// Whether a text has more than a head of comments and a line or two.
pub(super) fn says_something(text: &str) -> bool {
    said(text).take(FEW_LINES).count() == FEW_LINES
}

/// Whether it has more than comments.
pub(super) fn says_anything(text: &str) -> bool {
    said(text).next().is_some()
}

/// The different lines of a text that are its own.
fn own(text: &str) -> HashSet<&str> {
    said(text).filter(|line| line.chars().filter(|c| c.is_alphanumeric()).take(FEW_LETTERS).count() == FEW_LETTERS).collect()
}

fn most(part: usize, of: usize) -> bool {
    part * 100 >= of * AGAIN
}

/// A file that came, or changed.
struct New<'p> {
    path: &'p RepoPath,
    now: Option<Arc<SourceFile>>,
    before: Option<Arc<SourceFile>>,
}

impl New<'_> {
    fn lines(&self) -> HashSet<&str> {
        self.now.as_ref().map(|file| own(&file.text)).unwrap_or_default()
    }

    /// The lines of its own that came.
    fn came(&self) -> HashSet<&str> {
        let before = self.before.as_ref().map(|file| own(&file.text)).unwrap_or_default();
        self.lines().into_iter().filter(|line| !before.contains(line)).collect()
    }
}

/// New files, by what they say.
pub(super) struct Made<'p> {
    kept: Vec<Arc<SourceFile>>,
    outside: Vec<New<'p>>,
    base: &'p Snapshot,
}

impl<'p> Made<'p> {
    /// Of new files of the product, and of others.
    pub(super) fn of(product: &[&RepoPath], outside: &[&'p RepoPath], base: &'p Snapshot, head: &Snapshot) -> Self {
        let read = |path: &'p RepoPath| New { path, now: head.peek(path).ok(), before: base.peek(path).ok() };
        let kept = product.iter().filter_map(|path| head.peek(path).ok()).collect();
        Self { kept, outside: outside.iter().map(|path| read(path)).collect(), base }
    }

    /// Which of the files that are gone are parts of a new one that is no product.
    pub(super) fn of_whole<'f>(&self, gone: &[(&'f RepoPath, Arc<SourceFile>)]) -> BTreeMap<&'f RepoPath, RepoPath> {
        let kept = self.kept_lines();
        // Where a line lies, and whether it came there.
        let mut with: HashMap<&str, Vec<(usize, bool)>> = HashMap::new();
        for (at, one) in self.outside.iter().enumerate() {
            let came = one.came();
            for line in one.lines() {
                with.entry(line).or_default().push((at, came.contains(line)));
            }
        }
        let mut found = BTreeMap::new();
        for (file, text) in gone {
            let lines = own(&text.text);
            let lost: Vec<&str> = lines.iter().copied().filter(|line| !kept.contains(line)).collect();
            if lines.len() < FEW_OWN || !most(lost.len(), lines.len()) {
                continue;
            }
            let mut counts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
            for (at, came) in lost.iter().filter_map(|line| with.get(line)).filter(|list| list.len() <= MOST_WITH_LINE).flatten()
            {
                let (all, new) = counts.entry(*at).or_default();
                (*all, *new) = (*all + 1, *new + usize::from(*came));
            }
            let whole = |(_, (all, new)): &(usize, (usize, usize))| most(*all, lines.len()) && new * 2 > *all;
            let best = counts.into_iter().filter(whole).max_by_key(|(at, counts)| (*counts, std::cmp::Reverse(*at)));
            if let Some((at, _)) = best {
                found.insert(*file, self.outside[at].path.clone());
            }
        }
        found
    }

    /// Which of them new files that are no product have their lines from, but for a few.
    pub(super) fn of_parts<'f>(&self, gone: &[(&'f RepoPath, Arc<SourceFile>)]) -> BTreeMap<&'f RepoPath, RepoPath> {
        let kept = self.kept_lines();
        let mut from: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, (_, text)) in gone.iter().enumerate() {
            for line in own(&text.text).into_iter().filter(|line| !kept.contains(line)) {
                from.entry(line).or_default().push(at);
            }
        }
        let mut found = BTreeMap::new();
        for one in &self.outside {
            let lines = one.came();
            let old = lines.iter().filter(|line| from.contains_key(*line)).count();
            if lines.len() < FEW_OWN || !most(old, lines.len()) {
                continue;
            }
            let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
            for at in lines.iter().filter_map(|line| from.get(line)).filter(|list| list.len() <= MOST_WITH_LINE).flatten() {
                *counts.entry(*at).or_default() += 1;
            }
            let best = counts.into_iter().max_by_key(|(at, count)| (*count, std::cmp::Reverse(*at)));
            if let Some((at, _)) = best {
                found.entry(gone[at].0).or_insert_with(|| one.path.clone());
            }
        }
        found
    }

    /// The first file that is no product and came with the change: more of it than stood there or in these files of the base. What cannot
    /// be read is new.
    pub(super) fn first_new(&self, left: &[&RepoPath], of_language: impl Fn(&RepoPath) -> bool) -> Option<&'p RepoPath> {
        let left: Vec<Arc<SourceFile>> = left.iter().filter_map(|path| self.base.peek(path).ok()).collect();
        let old: HashSet<&str> = left.iter().flat_map(|file| said(&file.text)).collect();
        let is_new = |one: &&New<'_>| {
            let Some(now) = &one.now else { return true };
            let before: HashSet<&str> = one.before.iter().flat_map(|file| said(&file.text)).collect();
            let lines: HashSet<&str> = said(&now.text).collect();
            let came = lines.iter().filter(|line| !old.contains(*line) && !before.contains(*line)).count();
            came > 0 && came * 2 > lines.len()
        };
        self.outside.iter().filter(|one| of_language(one.path)).find(is_new).map(|one| one.path)
    }

    fn kept_lines(&self) -> HashSet<&str> {
        self.kept.iter().flat_map(|file| own(&file.text)).collect()
    }
}
