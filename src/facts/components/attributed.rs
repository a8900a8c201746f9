//! Owns what rows of `.gitattributes` about statistics decide over manifests. A manifest goes with the code that it is of: rows that name
//! files rather than a directory say which language the tree is counted as, and nothing about who has to raise what it depends
//! on. Refuses what paths say by themselves.

use std::collections::HashSet;

use super::scope::Scoping;
use crate::catalog::Languages;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Directories by the code that lies in them or below.
pub(super) struct CodeAround {
    any: HashSet<RepoPath>,
    in_sight: HashSet<RepoPath>,
}

impl CodeAround {
    /// Walks the tree once.
    pub(super) fn of(snapshot: &Snapshot, languages: &Languages, scoping: &Scoping<'_>) -> Self {
        let code = languages.language.iter().filter(|language| language.code && language.directories.is_empty());
        let extensions: HashSet<&str> = code.flat_map(|language| &language.extensions).map(String::as_str).collect();
        let mut around = Self { any: HashSet::new(), in_sight: HashSet::new() };
        for path in snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path) {
            let extension = path.file_name().rsplit_once('.').map_or("", |(_, extension)| extension);
            if !extensions.contains(extension) {
                continue;
            }
            if scoping.of(path).is_some() {
                add(&mut around.in_sight, path);
            } else if scoping.hidden_by(path).is_none() {
                continue;
            }
            add(&mut around.any, path);
        }
        around
    }

    /// Whether the nearest directory around a manifest that has code has any in sight.
    pub(super) fn keeps(&self, manifest: &RepoPath) -> bool {
        let nearest = manifest.parent().ancestors().find(|directory| self.any.contains(directory));
        nearest.is_some_and(|directory| self.in_sight.contains(&directory))
    }
}

/// Adds every directory around a path; the first that is known has all others above it.
fn add(to: &mut HashSet<RepoPath>, path: &RepoPath) {
    for directory in path.parent().ancestors() {
        if !to.insert(directory) {
            break;
        }
    }
}
