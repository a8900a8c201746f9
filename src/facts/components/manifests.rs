//! Owns which files are dependency manifests, of which ecosystem, and which of them are members of a workspace. Refuses to
//! read the dependencies themselves.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::content::{self, Content, Development};
use super::scope::Scoping;
use super::workspaces;
use super::{ManifestFact, Scope, Sources};
use crate::catalog::Languages;
use crate::catalog::language::{Language, Manifest};
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// A file name with at most one `*`, or a part of one between two, taken apart once: it is held against every path of the tree.
#[derive(Clone, Copy)]
pub struct NamePattern<'p> {
    head: &'p str,
    /// What follows the `*`; none without one.
    tail: Option<&'p str>,
    /// The name only has to have this in it, in upper or lower case.
    part: Option<&'p str>,
}

impl<'p> NamePattern<'p> {
    /// Takes a pattern apart.
    #[must_use]
    pub fn new(pattern: &'p str) -> Self {
        let part = pattern.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')).filter(|part| !part.is_empty());
        let (head, tail) = pattern.split_once('*').map_or((pattern, None), |(head, tail)| (head, Some(tail)));
        Self { head, tail, part }
    }

    /// Whether it stands for `name`.
    #[must_use]
    pub fn matches(self, name: &str) -> bool {
        if let Some(part) = self.part {
            return has_part(name.as_bytes(), part.as_bytes());
        }
        // A byte at either end tells almost every name of a tree apart, before anything is compared.
        let (ours, theirs) = (name.as_bytes(), self.head.as_bytes());
        let ends = |tail: &str| tail.as_bytes().last().is_none_or(|last| ours.last() == Some(last));
        if theirs.first().is_some_and(|first| ours.first() != Some(first)) || !ends(self.tail.unwrap_or("")) {
            return false;
        }
        match self.tail {
            Some(tail) => name.len() >= self.head.len() + tail.len() && name.starts_with(self.head) && name.ends_with(tail),
            None => name == self.head,
        }
    }
}

/// Whether `name` has `part` in it, in upper or lower case. Asked of every path of a tree, whose names are short: only where the
/// first byte stands is the rest compared.
fn has_part(name: &[u8], part: &[u8]) -> bool {
    let (Some(first), Some(last)) = (part.first(), name.len().checked_sub(part.len())) else { return part.is_empty() };
    (0..=last).any(|at| name[at].eq_ignore_ascii_case(first) && name[at..at + part.len()].eq_ignore_ascii_case(part))
}

/// A manifest row whose name is a pattern, with the directory that it asks for.
#[derive(Clone, Copy)]
struct PatternRow<'l> {
    directory: Option<&'l str>,
    name: NamePattern<'l>,
    row: &'l Manifest,
}

/// Manifest rows. Almost every path of a large tree is none, which the two ends of its name tell.
pub struct Rows<'l> {
    exact: HashMap<&'l str, &'l Manifest>,
    /// Which first and last bytes the exact names have together.
    ends: Vec<bool>,
    /// The patterns that a name with each last byte may fit, in their order.
    patterns: Vec<Vec<PatternRow<'l>>>,
}

/// The number of a name's first and last byte.
fn ends(name: &str) -> usize {
    let bytes = name.as_bytes();
    let byte = |byte: Option<&u8>| usize::from(byte.copied().unwrap_or_default());
    byte(bytes.first()) << 8 | byte(bytes.last())
}

impl<'l> Rows<'l> {
    /// The rows of the catalogue.
    #[must_use]
    pub fn new(languages: &'l Languages) -> Self {
        let mut rows = Self { exact: HashMap::new(), ends: vec![false; 1 << 16], patterns: vec![Vec::new(); 1 << 8] };
        for row in &languages.manifest {
            if !row.name.contains(['*', '/']) {
                rows.ends[ends(&row.name)] = true;
                rows.exact.insert(&row.name, row);
                continue;
            }
            let (directory, name) = row.name.split_once('/').map_or((None, row.name.as_str()), |(dir, name)| (Some(dir), name));
            let pattern = PatternRow { directory, name: NamePattern::new(name), row };
            let last = name.bytes().last().filter(|last| *last != b'*');
            let fitting =
                rows.patterns.iter_mut().enumerate().filter(|(byte, _)| last.is_none_or(|last| *byte == usize::from(last)));
            fitting.for_each(|(_, patterns)| patterns.push(pattern));
        }
        rows
    }

    /// The row of a path, by its name or, for patterns with a slash, by its last two segments.
    #[must_use]
    pub fn of(&self, path: &RepoPath) -> Option<&'l Manifest> {
        let name = path.file_name();
        let ends = ends(name);
        if let Some(row) = self.ends[ends].then(|| self.exact.get(name)).flatten() {
            return Some(row);
        }
        let found = self.patterns[ends & 0xff].iter().find(|pattern| {
            pattern.name.matches(name)
                && pattern.directory.is_none_or(|directory| path.directory().rsplit('/').next() == Some(directory))
        });
        found.map(|pattern| pattern.row)
    }
}

/// All manifests in sight, sorted by path, workspace members pointing to their root.
#[must_use]
pub fn gather(snapshot: &Snapshot, languages: &Languages, scoping: &Scoping<'_>) -> Vec<ManifestFact> {
    let mut found: Vec<ManifestFact> = Vec::new();
    let mut workflows = false;
    let rows = Rows::new(languages);
    for entry in snapshot.entries() {
        if !entry.is_file() {
            continue;
        }
        let path = &entry.path;
        if is_workflow(path) {
            // One stands for all: the first that uses anything.
            if !workflows && content::workflow_uses_others(snapshot, path) {
                workflows = true;
                found.push(fact(path.clone(), "github-actions", None, RepoPath::root(), Scope::Production));
            }
            continue;
        }
        let Some(row) = rows.of(path) else { continue };
        let Some(by_place) = scoping.of_manifest(path) else { continue };
        let builds = |name: &str| {
            let own = languages.language.iter().filter(|language| row.language.as_ref() == Some(&language.id));
            own.flat_map(|language| language.scripts.iter().chain(&language.root_scripts))
                .any(|pattern| NamePattern::new(pattern).matches(name))
        };
        let manifest = |path: &RepoPath| rows.of(path).is_some() && scoping.of_manifest(path).is_some();
        let around = content::Around { builds: &builds, manifest: &manifest };
        let Some(content) = content::read(snapshot, path, &row.ecosystem, &around) else { continue };
        let scope = if row.development || content.development.is_some() { Scope::Development } else { by_place };
        let beside = row.beside.iter().find(|(name, _)| path.parent().join(name).is_some_and(|lock| snapshot.is_file(&lock)));
        let Content { updatable, development, ecosystem, joins } = content;
        let ecosystem = ecosystem.unwrap_or_else(|| beside.map_or(row.ecosystem.as_str(), |(_, other)| other.as_str()));
        let only_tools = development == Some(Development::Dependencies) && by_place == Scope::Production;
        let plain = fact(path.clone(), ecosystem, row.language.clone(), home(row, path), scope);
        found.push(ManifestFact { updatable, only_tools, joins: row.joins || joins, ..plain });
    }
    let members = workspaces::members(snapshot, &found);
    for manifest in &mut found {
        if let Some(root) = members.get(&manifest.path) {
            manifest.directory = root.parent();
            manifest.member_of = Some(root.clone());
        }
    }
    // A member is updated with its root, in the root's ecosystem (`uv.lock` and `bun.lock` lie beside the root only).
    let roots: BTreeMap<RepoPath, String> =
        found.iter().map(|manifest| (manifest.path.clone(), manifest.ecosystem.clone())).collect();
    for manifest in &mut found {
        if let Some(ecosystem) = manifest.member_of.as_ref().and_then(|root| roots.get(root)) {
            manifest.ecosystem.clone_from(ecosystem);
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The directory that a bot is told.
fn home(row: &Manifest, path: &RepoPath) -> RepoPath {
    let own = |directory: &RepoPath| row.inside.as_deref().is_some_and(|own| directory.file_name() == own);
    path.parent().ancestors().find(own).unwrap_or_else(|| path.clone()).parent()
}

/// A manifest below the root that all code of its language under it is tests of is one of tests: what it names is not the
/// product's.
pub(super) fn of_tests_only(manifests: &mut [ManifestFact], sources: &[(&Language, Sources)]) {
    let roots: HashSet<RepoPath> = manifests.iter().filter_map(|manifest| manifest.member_of.clone()).collect();
    for (language, files) in sources {
        let mine = |manifest: &ManifestFact| manifest.language.as_deref() == Some(language.id.as_str());
        let homes: HashSet<RepoPath> = manifests.iter().filter(|one| mine(one)).map(|one| one.path.parent()).collect();
        let home = |path: &RepoPath| path.parent().ancestors().find(|directory| homes.contains(directory));
        let product: HashSet<RepoPath> = files.production.iter().filter_map(home).collect();
        let tests: HashSet<RepoPath> = files.development.iter().filter_map(home).collect();
        for manifest in manifests.iter_mut().filter(|one| mine(one) && one.member_of.is_none() && !roots.contains(&one.path)) {
            let here = manifest.path.parent();
            if !here.is_root() && tests.contains(&here) && !product.contains(&here) {
                manifest.scope = Scope::Development;
            }
        }
    }
}

fn fact(path: RepoPath, ecosystem: &str, language: Option<String>, directory: RepoPath, scope: Scope) -> ManifestFact {
    let ecosystem = ecosystem.to_owned();
    ManifestFact {
        path,
        ecosystem,
        language,
        directory,
        member_of: None,
        scope,
        updatable: true,
        only_tools: false,
        joins: false,
    }
}

/// GitHub reads workflows from this directory only, not from folders in it.
fn is_workflow(path: &RepoPath) -> bool {
    path.directory() == ".github/workflows" && (path.as_str().ends_with(".yml") || path.as_str().ends_with(".yaml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_names() {
        let matches = |pattern, name| NamePattern::new(pattern).matches(name);
        assert!(matches("requirements-*.txt", "requirements-dev.txt"));
        assert!(!matches("requirements-*.txt", "requirements.txt"));
        assert!(matches("Dockerfile.*", "Dockerfile.web"));
        assert!(!matches("a*a", "a"));
        assert!(matches("*dockerfile*", "build.DOCKERFILE-alpine"));
        assert!(!matches("*dockerfile*", "docker-file"));
    }
}
