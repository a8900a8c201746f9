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

/// Whether `text` matches a name with at most one `*`.
#[must_use]
pub fn name_matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => text.len() >= head.len() + tail.len() && text.starts_with(head) && text.ends_with(tail),
        None => pattern == text,
    }
}

/// Manifest rows, looked up by exact name first: almost every path of a large tree is none.
pub struct Rows<'l> {
    exact: HashMap<&'l str, &'l Manifest>,
    patterns: Vec<&'l Manifest>,
}

impl<'l> Rows<'l> {
    /// The rows of the catalogue.
    #[must_use]
    pub fn new(languages: &'l Languages) -> Self {
        let (patterns, exact): (Vec<_>, Vec<_>) = languages.manifest.iter().partition(|row| row.name.contains(['*', '/']));
        Self { exact: exact.into_iter().map(|row| (row.name.as_str(), row)).collect(), patterns }
    }

    /// The row of a path, by its name or, for patterns with a slash, by its last two segments.
    #[must_use]
    pub fn of(&self, path: &RepoPath) -> Option<&'l Manifest> {
        let name = path.file_name();
        if let Some(row) = self.exact.get(name) {
            return Some(row);
        }
        self.patterns.iter().copied().find(|row| match row.name.split_once('/') {
            Some((directory, file)) => name_matches(file, name) && path.directory().rsplit('/').next() == Some(directory),
            None => name_matches(&row.name, name),
        })
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
        assert!(name_matches("requirements-*.txt", "requirements-dev.txt"));
        assert!(!name_matches("requirements-*.txt", "requirements.txt"));
        assert!(name_matches("Dockerfile.*", "Dockerfile.web"));
        assert!(!name_matches("a*a", "a"));
    }
}
