//! Owns which files are dependency manifests, of which ecosystem, and which of them are members of a workspace. Refuses to
//! read the dependencies themselves.

use std::collections::{BTreeMap, HashMap};

use super::scope::Scoping;
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
        let beside = row.beside.iter().find(|(name, _)| path.parent().join(name).is_some_and(|lock| snapshot.is_file(&lock)));
        let ecosystem = beside.map_or(row.ecosystem.as_str(), |(_, other)| other.as_str());
        found.push(fact(path.clone(), ecosystem, row.language.clone(), path.parent(), scope));
    }
    let members = workspace_members(snapshot, &found);
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
        "setup.py" => {
            // A web handler may be called so too: only a file that uses the packaging library is a manifest.
            let Ok(file) = snapshot.read(path) else { return Some(scope) };
            ["setuptools", "distutils", "skbuild"].iter().any(|name| file.text.contains(name)).then_some(scope)
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

/// Manifest of a member → manifest of its workspace root, for cargo, npm (yarn, pnpm, bun), uv and maven.
fn workspace_members(snapshot: &Snapshot, manifests: &[ManifestFact]) -> BTreeMap<RepoPath, RepoPath> {
    let mut members: BTreeMap<RepoPath, RepoPath> = BTreeMap::new();
    for root in manifests {
        let Some((include, exclude)) = member_patterns(snapshot, &root.path) else { continue };
        let matcher = Patterns::new(&include, &exclude);
        let name = root.path.file_name();
        for other in manifests {
            if other.path == root.path || other.path.file_name() != name {
                continue;
            }
            let Some(below) = other.path.parent().below(&root.path.parent()).map(str::to_owned) else { continue };
            if matcher.matches(&below) {
                // Nested workspaces: the innermost root wins.
                let closer = members
                    .get(&other.path)
                    .is_none_or(|known| known.parent().as_str().len() < root.path.parent().as_str().len());
                if closer {
                    members.insert(other.path.clone(), root.path.clone());
                }
            }
        }
    }
    cargo_path_members(snapshot, &mut members);
    members
}

/// Path dependencies of a cargo workspace's root and of its members are members too, when they lie below the root (the Cargo
/// book, "The `members` and `exclude` fields"); so are theirs.
fn cargo_path_members(snapshot: &Snapshot, members: &mut BTreeMap<RepoPath, RepoPath>) {
    let mut queue: Vec<(RepoPath, RepoPath)> = members
        .iter()
        .filter(|(path, _)| path.file_name() == "Cargo.toml")
        .map(|(path, root)| (path.clone(), root.clone()))
        .collect();
    let roots: std::collections::BTreeSet<RepoPath> = queue.iter().map(|(_, root)| root.clone()).collect();
    queue.extend(roots.into_iter().map(|root| (root.clone(), root)));
    while let Some((path, root)) = queue.pop() {
        let Ok(document) = snapshot.document(&path, Format::Toml) else { continue };
        let shared = document.root().get("workspace").map(path_dependencies).unwrap_or_default();
        for relative in path_dependencies(document.root()).into_iter().chain(shared) {
            let Some(manifest) = path.parent().join(&relative).and_then(|dir| dir.join("Cargo.toml")) else { continue };
            let new = manifest != root
                && manifest.is_in(&root.parent())
                && snapshot.is_file(&manifest)
                && !members.contains_key(&manifest);
            if new {
                members.insert(manifest.clone(), root.clone());
                queue.push((manifest, root.clone()));
            }
        }
    }
}

struct Patterns {
    include: globset::GlobSet,
    exclude: globset::GlobSet,
}

impl Patterns {
    fn new(include: &[String], exclude: &[String]) -> Self {
        Self { include: build(include), exclude: build(exclude) }
    }

    fn matches(&self, directory: &str) -> bool {
        self.include.is_match(directory) && !self.exclude.is_match(directory)
    }
}

fn build(patterns: &[String]) -> globset::GlobSet {
    let mut set = globset::GlobSetBuilder::new();
    for pattern in patterns {
        let clean = pattern.trim_start_matches("./").trim_end_matches('/');
        if let Ok(glob) = globset::GlobBuilder::new(clean).literal_separator(true).build() {
            set.add(glob);
        }
    }
    set.build().unwrap_or_else(|_| globset::GlobSet::empty())
}

/// Patterns of member directories that a manifest or the file beside it names; `None` when it is no workspace root.
fn member_patterns(snapshot: &Snapshot, path: &RepoPath) -> Option<(Vec<String>, Vec<String>)> {
    let texts = |value: Option<Value<'_>>| -> Vec<String> {
        value
            .into_iter()
            .flat_map(|list| list.items().filter_map(|item| item.as_str().map(str::to_owned)).collect::<Vec<_>>())
            .collect()
    };
    match path.file_name() {
        "Cargo.toml" => {
            let document = snapshot.document(path, Format::Toml).ok()?;
            let workspace = document.root().get("workspace")?;
            Some((texts(workspace.get("members")), texts(workspace.get("exclude"))))
        }
        "package.json" => {
            let document = snapshot.document(path, Format::Json).ok()?;
            let listed = document.root().get("workspaces");
            let mut all = texts(listed.and_then(|value| value.get("packages")).or(listed));
            if let Some(pnpm) = path.parent().join("pnpm-workspace.yaml").filter(|file| snapshot.is_file(file)) {
                if let Ok(document) = snapshot.document(&pnpm, Format::Yaml) {
                    all.extend(texts(document.root().get("packages")));
                }
            }
            let (exclude, include): (Vec<String>, Vec<String>) = all.into_iter().partition(|pattern| pattern.starts_with('!'));
            let exclude = exclude.into_iter().map(|pattern| pattern[1..].to_owned()).collect();
            (!include.is_empty()).then_some((include, exclude))
        }
        "pyproject.toml" => {
            let document = snapshot.document(path, Format::Toml).ok()?;
            let workspace = document.root().route(&["tool", "uv", "workspace"])?;
            Some((texts(workspace.get("members")), texts(workspace.get("exclude"))))
        }
        "pom.xml" => Some((maven_modules(snapshot, path)?, Vec::new())),
        _ => None,
    }
}

fn path_dependencies(root: Value<'_>) -> Vec<String> {
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"].into_iter().filter_map(|key| root.get(key));
    tables
        .flat_map(|table| {
            table.entries().filter_map(|entry| entry.value.get("path")?.as_str().map(str::to_owned)).collect::<Vec<_>>()
        })
        .collect()
}

/// `<module>name</module>` of a pom; a whole XML reader would add nothing to these few literal elements.
fn maven_modules(snapshot: &Snapshot, path: &RepoPath) -> Option<Vec<String>> {
    let file = snapshot.read(path).ok()?;
    let modules: Vec<String> =
        file.text.split("<module>").skip(1).filter_map(|rest| Some(rest.split_once("</module>")?.0.trim().to_owned())).collect();
    (!modules.is_empty()).then_some(modules)
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
