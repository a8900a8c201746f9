//! Owns directories into which Composer installs what a manifest names when that is not `vendor`: `config.vendor-dir`, and below
//! it the package's own name (Composer 2 `Installer/LibraryInstaller.php`). Refuses whatever else lies there: it may be
//! the product's own, where the directory is that of the manifest itself.

use std::collections::HashMap;

use crate::doc::{Format, Value};
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Manifests that are looked into.
const MANIFESTS: usize = 500;
/// Packages of one manifest.
const PACKAGES: usize = 5_000;

/// The directories of installed packages, each with the manifest that has them installed there.
pub(super) fn directories(snapshot: &Snapshot) -> HashMap<RepoPath, RepoPath> {
    let files = snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
    let manifests = files.filter(|path| path.file_name() == "composer.json").take(MANIFESTS);
    let of = |path: &RepoPath| {
        below(snapshot, path).into_iter().flatten().map(|directory| (directory, path.clone())).collect::<Vec<_>>()
    };
    manifests.flat_map(of).collect()
}

/// The directories in which the packages of a manifest lie, when it names where.
fn below(snapshot: &Snapshot, manifest: &RepoPath) -> Option<Vec<RepoPath>> {
    if !snapshot.peek(manifest).ok()?.text.contains("vendor-dir") {
        return None;
    }
    let document = snapshot.peek_document(manifest, Format::Json).ok()?;
    let home = manifest.parent();
    let base = home.join(document.root().route(&["config", "vendor-dir"])?.as_str()?)?;
    let lock = home.join("composer.lock").and_then(|path| snapshot.peek_document(&path, Format::Json).ok());
    let table = |key: &str| document.root().get(key).into_iter().flat_map(Value::entries);
    let named = ["require", "require-dev"].into_iter().flat_map(table).filter_map(|entry| entry.key.as_str());
    let list = |key: &'static str| lock.as_ref().and_then(|lock| lock.root().get(key)).into_iter().flat_map(Value::items);
    let locked = ["packages", "packages-dev"].into_iter().flat_map(list).filter_map(|one| one.get("name")?.as_str());
    let packages = named.chain(locked).filter(|name| name.contains('/') && !name.contains("..")).take(PACKAGES);
    Some(packages.filter_map(|name| base.join(name)).filter(|path| snapshot.is_dir(path)).collect())
}
