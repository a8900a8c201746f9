//! Owns the text of a finding's line and how often that text stands above it, for fingerprints. Refuses to read files: it is
//! given them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::text::{Place, RepoPath, SourceFile};

/// Looks lines up; each file is walked once, however many findings point into it.
pub(super) struct Lines<'a> {
    sources: &'a BTreeMap<RepoPath, Arc<SourceFile>>,
    ordinals: BTreeMap<RepoPath, Vec<u32>>,
}

impl<'a> Lines<'a> {
    /// Over these files.
    pub(super) fn new(sources: &'a BTreeMap<RepoPath, Arc<SourceFile>>) -> Self {
        Self { sources, ordinals: BTreeMap::new() }
    }

    /// The text of a place's line, and how many equal ones (blanks at both ends aside) stand above it.
    pub(super) fn look_up(&mut self, place: &Place) -> (&'a str, usize) {
        let Some(file) = self.sources.get(&place.path) else { return ("", 0) };
        let ordinals = self.ordinals.entry(place.path.clone()).or_insert_with(|| count(file));
        let nth = place.line.checked_sub(1).and_then(|at| ordinals.get(at)).copied().unwrap_or(0);
        (file.line_text(place.line), nth as usize)
    }
}

fn count(file: &SourceFile) -> Vec<u32> {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    let mut out = Vec::with_capacity(file.lines().count());
    for line in 1..=file.lines().count() {
        let times = seen.entry(file.line_text(line).trim()).or_default();
        out.push(*times);
        *times += 1;
    }
    out
}
