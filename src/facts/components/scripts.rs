//! Owns which files only build or configure what they lie beside, by their names and places. Refuses their text.

use super::manifests::NamePattern;
use crate::catalog::Languages;
use crate::catalog::language::Language;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// The names of one language, taken apart once.
pub(super) struct Scripts<'c> {
    snapshot: &'c Snapshot,
    anywhere: Vec<NamePattern<'c>>,
    at_roots: Vec<NamePattern<'c>>,
    beside: Vec<(&'c str, &'c [String])>,
    /// Names of manifests, beside which tools are started.
    manifests: Vec<&'c str>,
}

impl<'c> Scripts<'c> {
    pub(super) fn new(snapshot: &'c Snapshot, languages: &'c Languages, language: &'c Language) -> Self {
        let patterns = |names: &'c [String]| names.iter().map(|name| NamePattern::new(name)).collect();
        let own = languages.manifest.iter().filter(|row| row.language.as_ref() == Some(&language.id));
        Self {
            snapshot,
            anywhere: patterns(&language.scripts),
            at_roots: patterns(&language.root_scripts),
            beside: language.scripts_beside.iter().map(|(name, others)| (name.as_str(), others.as_slice())).collect(),
            manifests: own.map(|row| row.name.as_str()).filter(|name| !name.contains(['*', '/'])).collect(),
        }
    }

    /// Whether a file of the language is one.
    pub(super) fn has(&self, path: &RepoPath) -> bool {
        let name = path.file_name();
        let lies_beside = |other: &str| path.parent().join(other).is_some_and(|other| self.snapshot.is_file(&other));
        let at_root = || path.parent().is_root() || self.manifests.iter().any(|manifest| lies_beside(manifest));
        self.anywhere.iter().any(|pattern| pattern.matches(name))
            || (self.at_roots.iter().any(|pattern| pattern.matches(name)) && at_root())
            || self.beside.iter().any(|(own, others)| *own == name && others.iter().any(|other| lies_beside(other)))
    }
}
