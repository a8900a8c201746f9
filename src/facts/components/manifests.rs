//! Owns which files are dependency manifests, of which ecosystem, and which of them are members of a workspace. Refuses to
//! read the dependencies themselves.

use std::collections::{BTreeMap, HashMap};

use super::scope::Scoping;
use super::workspaces;
use super::{ManifestFact, Scope};
use crate::catalog::Languages;
use crate::catalog::language::Manifest;
use crate::doc::{Document, Format, Value};
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// A file name with at most one `*`, taken apart once: it is held against every path of the tree.
#[derive(Clone, Copy)]
pub struct NamePattern<'p> {
    head: &'p str,
    /// What follows the `*`; none without one.
    tail: Option<&'p str>,
}

impl<'p> NamePattern<'p> {
    /// Takes a pattern apart.
    #[must_use]
    pub fn new(pattern: &'p str) -> Self {
        pattern.split_once('*').map_or(Self { head: pattern, tail: None }, |(head, tail)| Self { head, tail: Some(tail) })
    }

    /// Whether it stands for `name`.
    #[must_use]
    pub fn matches(self, name: &str) -> bool {
        match self.tail {
            Some(tail) => name.len() >= self.head.len() + tail.len() && name.starts_with(self.head) && name.ends_with(tail),
            None => name == self.head,
        }
    }
}

/// A manifest row whose name is a pattern, with the directory that it asks for.
struct PatternRow<'l> {
    directory: Option<&'l str>,
    name: NamePattern<'l>,
    row: &'l Manifest,
}

/// Manifest rows, looked up by exact name first: almost every path of a large tree is none.
pub struct Rows<'l> {
    exact: HashMap<&'l str, &'l Manifest>,
    patterns: Vec<PatternRow<'l>>,
}

impl<'l> Rows<'l> {
    /// The rows of the catalogue.
    #[must_use]
    pub fn new(languages: &'l Languages) -> Self {
        let (patterns, exact): (Vec<_>, Vec<_>) = languages.manifest.iter().partition(|row| row.name.contains(['*', '/']));
        let patterns = patterns.into_iter().map(|row| {
            let (directory, name) = row.name.split_once('/').map_or((None, row.name.as_str()), |(dir, name)| (Some(dir), name));
            PatternRow { directory, name: NamePattern::new(name), row }
        });
        Self { exact: exact.into_iter().map(|row| (row.name.as_str(), row)).collect(), patterns: patterns.collect() }
    }

    /// The row of a path, by its name or, for patterns with a slash, by its last two segments.
    #[must_use]
    pub fn of(&self, path: &RepoPath) -> Option<&'l Manifest> {
        let name = path.file_name();
        if let Some(row) = self.exact.get(name) {
            return Some(row);
        }
        let found = self.patterns.iter().find(|pattern| {
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
        if !workflows && is_workflow(path) {
            workflows = true;
            found.push(fact(path.clone(), "github-actions", None, RepoPath::root(), Scope::Production));
            continue;
        }
        let Some(row) = rows.of(path) else { continue };
        let Some(scope) = scoping.of(path) else { continue };
        let Some(scope) = content_scope(snapshot, path, scope) else { continue };
        let scope = if row.development { Scope::Development } else { scope };
        let beside = row.beside.iter().find(|(name, _)| path.parent().join(name).is_some_and(|lock| snapshot.is_file(&lock)));
        let ecosystem = beside.map_or(row.ecosystem.as_str(), |(_, other)| other.as_str());
        found.push(fact(path.clone(), ecosystem, row.language.clone(), path.parent(), scope));
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

fn fact(path: RepoPath, ecosystem: &str, language: Option<String>, directory: RepoPath, scope: Scope) -> ManifestFact {
    ManifestFact { path, ecosystem: ecosystem.to_owned(), language, directory, member_of: None, scope }
}

/// GitHub reads workflows from this directory only, not from folders in it.
fn is_workflow(path: &RepoPath) -> bool {
    path.directory() == ".github/workflows" && (path.as_str().ends_with(".yml") || path.as_str().ends_with(".yaml"))
}

/// Whether the content makes it a manifest at all, and of which scope: a `pyproject.toml` that only configures tools is none,
/// a `package.json` with development dependencies only is development.
fn content_scope(snapshot: &Snapshot, path: &RepoPath, scope: Scope) -> Option<Scope> {
    let has = |document: &Document, routes: &[&[&str]]| {
        routes.iter().any(|route| document.root().route(route).is_some_and(|v| !v.is_empty()))
    };
    match path.file_name() {
        "pyproject.toml" => {
            // What cannot be read is still a manifest: its absence would be a silent pass.
            let Ok(document) = snapshot.document(path, Format::Toml) else { return Some(scope) };
            let routes: &[&[&str]] = &[
                &["project"],
                &["dependency-groups"],
                &["tool", "poetry"],
                &["tool", "pdm"],
                &["tool", "flit"],
                &["tool", "uv", "workspace"],
                &["tool", "uv", "dev-dependencies"],
            ];
            has(&document, routes).then_some(scope)
        }
        // A module of a program may have the name too; a packaging script calls `setup`.
        "setup.py" => {
            let Ok(file) = snapshot.read(path) else { return Some(scope) };
            let packaging = ["setuptools", "distutils", "skbuild"].iter().any(|name| file.text.contains(name));
            (packaging && file.text.contains("setup(")).then_some(scope)
        }
        "setup.cfg" => {
            let Ok(document) = snapshot.document(path, Format::Ini) else { return Some(scope) };
            has(&document, &[&["options", "install_requires"], &["options.extras_require"], &["options", "setup_requires"]])
                .then_some(scope)
        }
        "package.json" => {
            let Ok(document) = snapshot.document(path, Format::Json) else { return Some(scope) };
            let runtime: &[&[&str]] = &[&["dependencies"], &["optionalDependencies"], &["peerDependencies"], &["workspaces"]];
            if has(&document, runtime) {
                return Some(scope);
            }
            has(&document, &[&["devDependencies"]]).then_some(scope)
        }
        "action.yml" | "action.yaml" => {
            let Ok(document) = snapshot.document(path, Format::Yaml) else { return Some(scope) };
            // Only a composite action uses other actions.
            let using = document.root().route(&["runs", "using"]).and_then(Value::as_str);
            (using == Some("composite")).then_some(scope)
        }
        _ => Some(scope),
    }
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
    }
}
