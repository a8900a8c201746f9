//! Owns the dependencies of pixi's tables, in `pixi.toml` and below `[tool.pixi]`. Refuses to call conda packages by the names of
//! another registry: that they are there is told, not which.
//!
//! pixi 0.77 `crates/pixi_manifest/src/toml` (manifest, feature, target, environment, package).

use crate::doc::{Document, Value};
use crate::text::RepoPath;

use super::{Sink, is_development};

/// Tables of conda packages.
const CONDA: &[&str] = &["dependencies", "host-dependencies", "build-dependencies", "run-dependencies", "extra-dependencies"];

/// The table of packages of PyPI.
const PYPI: &str = "pypi-dependencies";

/// Where pixi's tables lie in a document.
fn root<'d>(document: &'d Document, path: &RepoPath) -> Option<Value<'d>> {
    if path.file_name() == "pixi.toml" { Some(document.root()) } else { document.root().route(&["tool", "pixi"]) }
}

/// What may have such tables, each with the name of its feature or environment.
fn holders(root: Value<'_>) -> Vec<(Value<'_>, Option<&str>)> {
    let mut found = vec![(root, None)];
    found.extend(root.get("package").map(|package| (package, None)));
    for key in ["feature", "environments"] {
        found.extend(root.get(key).into_iter().flat_map(Value::entries).map(|entry| (entry.value, entry.name())));
    }
    let of = |(holder, name): &(_, Option<_>)| {
        let (holder, name): (Value<'_>, _) = (*holder, *name);
        holder.get("target").into_iter().flat_map(Value::entries).map(|entry| (entry.value, name)).collect::<Vec<_>>()
    };
    let targets: Vec<_> = found.iter().flat_map(of).collect();
    found.extend(targets);
    found
}

/// A path alone has no version: it is the tree's own.
fn lies_elsewhere(value: Value<'_>) -> bool {
    value.get("path").is_none() || value.get("version").is_some()
}

/// Whether the tables name anything that lies elsewhere.
pub(in crate::facts) fn declares(document: &Document, path: &RepoPath) -> bool {
    let tables = || CONDA.iter().chain(std::iter::once(&PYPI));
    let says = |(holder, _): (Value<'_>, Option<&str>)| {
        tables().filter_map(|name| holder.get(name)).any(|table| table.entries().any(|entry| lies_elsewhere(entry.value)))
    };
    root(document, path).is_some_and(|root| holders(root).into_iter().any(says))
}

/// Adds what comes from PyPI. A feature is what an environment asks for.
pub(super) fn read(document: &Document, sink: &mut Sink<'_>) {
    let Some(root) = root(document, sink.manifest) else { return };
    for (holder, name) in holders(root) {
        sink.optional = name.is_some();
        for entry in holder.get(PYPI).into_iter().flat_map(Value::entries).filter(|entry| lies_elsewhere(entry.value)) {
            let runtime = !name.is_some_and(is_development);
            sink.add("pypi", entry.name().unwrap_or_default(), entry.key.place(), runtime);
        }
    }
    sink.optional = false;
}
