//! Owns which members of a workspace a plain run at its root leaves out: Cargo takes those of `default-members`, without the key the
//! root's own package if it has one, and what these depend on by path. Refuses packages chosen by flags.

use std::collections::BTreeSet;

use super::packages::{document, list, members, path_dependencies};
use crate::doc::Value;
use crate::facts::tool_config::{Query, arguments, coverage};
use crate::text::{Place, RepoPath};

/// Flags that choose packages.
const CHOOSE: &[&str] = &["--workspace", "--all", "-p", "--package", "--exclude"];

/// The line by which a run leaves members out.
pub(super) fn place(query: &Query<'_>, manifest: &RepoPath) -> Option<Place> {
    if arguments::switch(query.args, CHOOSE).is_some() {
        return None;
    }
    let snapshot = query.world.snapshot;
    let own = document(snapshot, manifest).ok()?;
    let workspace = own.root().get("workspace")?;
    let defaults = workspace.get("default-members");
    let all: BTreeSet<RepoPath> = members(snapshot, manifest).ok()?.into_iter().collect();
    let mut taken: BTreeSet<RepoPath> = match defaults {
        Some(_) => {
            let names = list(&own, "default-members");
            let globs = coverage::globs(names.iter().copied(), true);
            let is = |path: &&RepoPath| {
                let above = path.parent();
                let below = above.below(&manifest.parent()).unwrap_or_default().to_owned();
                if below.is_empty() { names.iter().any(|name| matches!(*name, "" | ".")) } else { globs.is_match(&below) }
            };
            all.iter().filter(is).cloned().collect()
        }
        None => {
            own.root().get("package")?;
            BTreeSet::from([manifest.clone()])
        }
    };
    let shared = |name: &str| -> Option<RepoPath> {
        let path = workspace.get("dependencies")?.get(name)?.get("path").and_then(Value::as_str)?;
        manifest.parent().join(path)?.join("Cargo.toml")
    };
    let mut todo: Vec<RepoPath> = taken.iter().cloned().collect();
    while let Some(one) = todo.pop() {
        let named = inherited(query, &one).into_iter().filter_map(|name| shared(&name));
        for path in path_dependencies(snapshot, &one).ok()?.into_iter().chain(named) {
            if all.contains(&path) && taken.insert(path.clone()) {
                todo.push(path);
            }
        }
    }
    let place = || defaults.and_then(Value::key_place).or_else(|| own.root().get("package")?.key_place());
    (taken.len() < all.len()).then(|| place().unwrap_or_else(|| Place::file(manifest.clone())))
}

/// Dependencies that a package takes from its workspace.
fn inherited(query: &Query<'_>, manifest: &RepoPath) -> Vec<String> {
    let Ok(own) = document(query.world.snapshot, manifest) else { return Vec::new() };
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
    let entries = tables.iter().filter_map(|table| own.root().get(table)).flat_map(Value::entries);
    entries.filter(|entry| entry.value.get("workspace").is_some()).filter_map(|entry| entry.name().map(str::to_owned)).collect()
}
