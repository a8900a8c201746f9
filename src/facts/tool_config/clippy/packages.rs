//! Owns which packages a manifest stands for: the workspace's members, the lint table each has or inherits, its crate roots.
//! Refuses Cargo's other settings.

use std::collections::BTreeSet;

use super::levels::{Level, Levels};
use crate::answer::{Reason, Why};
use crate::doc::{Document, Format, Kind, Reading, Value};
use crate::facts::tool_config::{coverage, unreadable};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// Packages of one workspace.
const PACKAGES: usize = 1_000;

/// Crate roots of one package.
const ROOTS: usize = 200;

/// A package.
pub(super) struct Package {
    pub(super) manifest: RepoPath,
    /// What its lint table sets.
    pub(super) levels: Levels,
    /// Its library and its programs.
    pub(super) roots: Vec<RepoPath>,
}

/// The packages that a run in a directory checks.
pub(super) struct Packages {
    pub(super) packages: Vec<Package>,
}

impl Packages {
    /// The workspace at `manifest` with all members, or the one package there; with `whole`, its workspace.
    pub(super) fn read(snapshot: &Snapshot, manifest: &RepoPath, whole: bool) -> Result<Self, Why> {
        let root = workspace_of(snapshot, manifest)?;
        let own = document(snapshot, manifest)?;
        let manifests = match &root {
            Some(root) if whole || root == manifest => members(snapshot, root)?,
            _ => vec![manifest.clone()],
        };
        let has_package = own.root().get("package").is_some();
        if manifests.is_empty() && !has_package {
            return Ok(Self { packages: Vec::new() });
        }
        let shared = root.as_ref().map(|root| document(snapshot, root)).transpose()?;
        let shared = shared.as_deref().and_then(|shared| shared.root().route(&["workspace", "lints"]));
        let packages = manifests.iter().map(|manifest| package(snapshot, manifest, shared)).collect::<Result<_, Why>>()?;
        Ok(Self { packages })
    }
}

pub(super) fn document(snapshot: &Snapshot, manifest: &RepoPath) -> Result<std::sync::Arc<Document>, Why> {
    snapshot.document(manifest, Format::Toml).map_err(|unread| unreadable(&unread))
}

/// The manifest of the workspace that a package belongs to: its own, the one it names, or the nearest above.
fn workspace_of(snapshot: &Snapshot, manifest: &RepoPath) -> Result<Option<RepoPath>, Why> {
    let own = document(snapshot, manifest)?;
    if own.root().get("workspace").is_some() {
        return Ok(Some(manifest.clone()));
    }
    if let Some(named) = own.root().route(&["package", "workspace"]) {
        let path = named.as_str().and_then(|path| manifest.parent().join(path)).and_then(|path| path.join("Cargo.toml"));
        let path = path.filter(|path| snapshot.is_file(path));
        return path
            .map(Some)
            .ok_or_else(|| Why::new(Reason::Dynamic, "the workspace it names is not in this tree").at(named.place()));
    }
    for directory in manifest.parent().ancestors().skip(1) {
        let Some(path) = directory.join("Cargo.toml").filter(|path| snapshot.is_file(path)) else { continue };
        if document(snapshot, &path)?.root().get("workspace").is_some() {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The directories that a key of a workspace names.
pub(super) fn list<'d>(own: &'d Document, key: &str) -> Vec<&'d str> {
    let items = own.root().route(&["workspace", key]).into_iter().flat_map(Value::items);
    items.filter_map(Value::as_str).map(|text| text.trim_start_matches("./").trim_end_matches('/')).collect()
}

/// The manifests of a workspace's packages: the root's own, those that `members` name, and path dependencies inside.
pub(super) fn members(snapshot: &Snapshot, root: &RepoPath) -> Result<Vec<RepoPath>, Why> {
    let directory = root.parent();
    let own = document(snapshot, root)?;
    let (wanted, excluded) = (list(&own, "members"), list(&own, "exclude"));
    let globs = coverage::globs(wanted.iter().copied(), true);
    let is_excluded =
        |path: &str| excluded.iter().any(|out| path == *out || path.strip_prefix(out).is_some_and(|rest| rest.starts_with('/')));
    let mut found = BTreeSet::new();
    if own.root().get("package").is_some() {
        found.insert(root.clone());
    }
    for entry in snapshot.under(&directory).iter().filter(|entry| entry.path.file_name() == "Cargo.toml") {
        let above = entry.path.parent();
        let below = above.below(&directory).unwrap_or_default();
        if !below.is_empty() && globs.is_match(below) && !is_excluded(below) {
            found.insert(entry.path.clone());
        }
    }
    let mut todo: Vec<RepoPath> = found.iter().cloned().collect();
    while let Some(manifest) = todo.pop() {
        for path in path_dependencies(snapshot, &manifest)? {
            let inside = path.parent().below(&directory).is_some_and(|below| !is_excluded(below));
            if inside && found.len() <= PACKAGES && found.insert(path.clone()) {
                todo.push(path);
            }
        }
    }
    if found.len() > PACKAGES {
        return Err(Why::new(Reason::Unreadable, "the workspace has too many members").at(Place::file(root.clone())));
    }
    Ok(found.into_iter().collect())
}

pub(super) fn path_dependencies(snapshot: &Snapshot, manifest: &RepoPath) -> Result<Vec<RepoPath>, Why> {
    let own = document(snapshot, manifest)?;
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
    let entries = tables.iter().filter_map(|table| own.root().get(table)).flat_map(Value::entries);
    let paths = entries.filter_map(|entry| manifest.parent().join(entry.value.get("path")?.as_str()?)?.join("Cargo.toml"));
    Ok(paths.filter(|path| snapshot.is_file(path)).collect())
}

fn package(snapshot: &Snapshot, manifest: &RepoPath, shared: Option<Value<'_>>) -> Result<Package, Why> {
    let own = document(snapshot, manifest)?;
    let lints = own.root().get("lints");
    let inherits = lints.and_then(|lints| lints.get("workspace")).is_some_and(|value| value.as_bool() == Reading::Is(true));
    let mut levels = Levels::default();
    if let Some(table) = if inherits { shared } else { lints } {
        set_levels(&mut levels, table)?;
    }
    Ok(Package { manifest: manifest.clone(), levels, roots: roots(snapshot, manifest, own.root())? })
}

/// A lint table's entries in the order Cargo hands them over: by priority, then by name, backwards.
fn set_levels(levels: &mut Levels, table: Value<'_>) -> Result<(), Why> {
    let mut all: Vec<(i64, std::cmp::Reverse<String>, Level, Place)> = Vec::new();
    for (tool, prefix) in [("rust", ""), ("clippy", "clippy::")] {
        let Some(lints) = table.get(tool) else { continue };
        if lints.kind() == Kind::Disputed {
            return Err(lints.disputed().unwrap_or_else(|| Why::new(Reason::Unreadable, "given twice").at(lints.place())));
        }
        for entry in lints.entries() {
            let Some(name) = entry.name() else { continue };
            let level = entry.value.as_str().or_else(|| entry.value.get("level").and_then(Value::as_str));
            let priority = entry.value.get("priority").map_or(0, |value| value.as_int().is().unwrap_or(0));
            let lint = format!("{prefix}{name}");
            if let Some(level) = level.and_then(Level::named).filter(|_| Levels::matters(&lint)) {
                all.push((priority, std::cmp::Reverse(lint), level, entry.key.place()));
            }
        }
    }
    all.sort();
    for (_, std::cmp::Reverse(lint), level, place) in all {
        levels.set(&lint, level, &place);
    }
    Ok(())
}

/// The files that Cargo takes for the library and for programs, and those that the manifest names.
fn roots(snapshot: &Snapshot, manifest: &RepoPath, own: Value<'_>) -> Result<Vec<RepoPath>, Why> {
    let directory = manifest.parent();
    let mut found = BTreeSet::new();
    let mut add = |path: &str| {
        let path = directory.join(path).filter(|path| snapshot.is_file(path));
        let there = path.is_some();
        found.extend(path);
        there
    };
    for path in ["src/lib.rs", "src/main.rs"] {
        add(path);
    }
    let bins = directory.join("src/bin").unwrap_or_default();
    for (name, is_directory) in snapshot.children(&bins).take(ROOTS) {
        if is_directory {
            add(&format!("src/bin/{name}/main.rs"));
        } else if name.ends_with(".rs") {
            add(&format!("src/bin/{name}"));
        }
    }
    let named = own.get("lib").into_iter().chain(own.get("bin").into_iter().flat_map(Value::items));
    for target in named.take(ROOTS) {
        let Some(path) = target.get("path") else { continue };
        if !path.as_str().is_some_and(&mut add) {
            return Err(Why::new(Reason::Dynamic, "the crate root it names is not in this tree").at(path.place()));
        }
    }
    Ok(found.into_iter().collect())
}
