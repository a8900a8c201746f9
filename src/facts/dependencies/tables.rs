//! Owns the dependencies of manifests that are tables: `package.json`, `composer.json`, `Cargo.toml`. Refuses versions.

use crate::doc::{Format, Reading, Value};
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

use super::Sink;

/// Reads `package.json`. Peers are brought by whoever installs the package, so nothing of its own needs them to run.
pub(super) fn package_json(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(document) = snapshot.document(sink.manifest, Format::Json) else { return };
    let tables =
        [("dependencies", true), ("optionalDependencies", true), ("devDependencies", false), ("peerDependencies", false)];
    for (table, runtime) in tables {
        for entry in document.root().get(table).into_iter().flat_map(Value::entries) {
            sink.optional = table == "optionalDependencies";
            let name = entry.value.as_str().and_then(aliased).or_else(|| entry.name()).unwrap_or_default();
            sink.add("npm", name, entry.key.place(), runtime);
        }
    }
}

/// The real name behind `npm:name@range`.
fn aliased(range: &str) -> Option<&str> {
    let spec = range.strip_prefix("npm:")?;
    let scope = usize::from(spec.starts_with('@'));
    let end = spec.get(scope..)?.find('@').map_or(spec.len(), |at| at + scope);
    spec.get(..end).filter(|name| !name.is_empty())
}

/// Reads `composer.json`; the platform (`php`, `ext-*`) is no package.
pub(super) fn composer_json(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(document) = snapshot.document(sink.manifest, Format::Json) else { return };
    for (table, runtime) in [("require", true), ("require-dev", false)] {
        for entry in document.root().get(table).into_iter().flat_map(Value::entries) {
            let name = entry.name().unwrap_or_default();
            if name.contains('/') {
                sink.add("composer", name, entry.key.place(), runtime);
            }
        }
    }
}

/// Reads `Cargo.toml`; `root` is the manifest of its workspace, which may rename what it inherits.
pub(super) fn cargo_toml(snapshot: &Snapshot, root: Option<&RepoPath>, sink: &mut Sink<'_>) {
    let Ok(document) = snapshot.document(sink.manifest, Format::Toml) else { return };
    let root = root.and_then(|root| snapshot.document(root, Format::Toml).ok());
    let shared = root.as_ref().unwrap_or(&document).root().route(&["workspace", "dependencies"]);
    let top = document.root();
    crates(top, shared, sink);
    for target in top.get("target").into_iter().flat_map(Value::entries) {
        crates(target.value, shared, sink);
    }
    sink.optional = false;
    // Gives a version to those who ask for it; by itself nothing needs it.
    for entry in top.route(&["workspace", "dependencies"]).into_iter().flat_map(Value::entries) {
        sink.add("cargo", package(entry.value, None).or(entry.name()).unwrap_or_default(), entry.key.place(), false);
    }
}

fn crates(holder: Value<'_>, shared: Option<Value<'_>>, sink: &mut Sink<'_>) {
    let tables = ["dependencies", "dev-dependencies", "dev_dependencies", "build-dependencies", "build_dependencies"];
    for table in tables {
        for entry in holder.get(table).into_iter().flat_map(Value::entries) {
            let key = entry.name().unwrap_or_default();
            let name = package(entry.value, shared.and_then(|shared| shared.get(key))).unwrap_or(key);
            sink.optional = entry.value.get("optional").is_some_and(|value| value.as_bool() == Reading::Is(true));
            sink.add("cargo", name, entry.key.place(), table == "dependencies");
        }
    }
}

/// `package = "…"` of a renamed dependency, its own or the workspace's that it inherits.
fn package<'d>(value: Value<'d>, inherited: Option<Value<'d>>) -> Option<&'d str> {
    value.get("package").or_else(|| inherited?.get("package"))?.as_str()
}
