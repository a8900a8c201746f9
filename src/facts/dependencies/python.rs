//! Owns the dependencies of `pyproject.toml`, `setup.cfg` and `Pipfile`. Refuses `setup.py`, which is code.

use crate::doc::{Format, Reading, Value};
use crate::snapshot::Snapshot;

use super::pixi;
use super::requirements::name;
use super::{Sink, is_development};

/// Lists of requirement specifiers in `pyproject.toml` that have one meaning.
const LISTS: &[(&[&str], bool)] = &[
    (&["project", "dependencies"], true),
    (&["tool", "flit", "metadata", "requires"], true),
    (&["tool", "uv", "dev-dependencies"], false),
    (&["build-system", "requires"], false),
];

/// Tables of `pyproject.toml` from a group's name to a list of requirement specifiers.
const GROUPS: &[&[&str]] =
    &[&["project", "optional-dependencies"], &["dependency-groups"], &["tool", "flit", "metadata", "requires-extra"]];

/// Reads `pyproject.toml`.
pub(super) fn pyproject(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(document) = snapshot.document(sink.manifest, Format::Toml) else { return };
    let root = document.root();
    for (route, runtime) in LISTS {
        specifiers(root.route(route), *runtime, sink);
    }
    for route in GROUPS {
        let group = route[0] == "dependency-groups";
        sink.optional = !group;
        let from = sink.out.len();
        for entry in root.route(route).into_iter().flat_map(Value::entries) {
            specifiers(Some(entry.value), !is_development(entry.name().unwrap_or_default()), sink);
        }
        // What users take as an extra is one for the group as well that installs all extras for the work on the project.
        let (known, added) = sink.out.split_at_mut(from);
        let offered = |name: &str| known.iter().any(|one| one.optional && one.manifest == *sink.manifest && one.name == name);
        added.iter_mut().filter(|_| group).for_each(|one| one.optional = offered(&one.name));
    }
    sink.optional = false;
    for entry in root.route(&["tool", "pdm", "dev-dependencies"]).into_iter().flat_map(Value::entries) {
        specifiers(Some(entry.value), false, sink);
    }
    for entry in root.route(&["tool", "hatch", "envs"]).into_iter().flat_map(Value::entries) {
        specifiers(entry.value.get("dependencies"), false, sink);
        specifiers(entry.value.get("extra-dependencies"), false, sink);
    }
    pixi::read(&document, sink);
    let Some(poetry) = root.route(&["tool", "poetry"]) else { return };
    keys(poetry.get("dependencies"), true, sink);
    keys(poetry.get("dev-dependencies"), false, sink);
    for entry in poetry.get("group").into_iter().flat_map(Value::entries) {
        keys(entry.value.get("dependencies"), !is_development(entry.name().unwrap_or_default()), sink);
    }
}

/// Reads `setup.cfg`.
pub(super) fn setup_cfg(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(document) = snapshot.document(sink.manifest, Format::Ini) else { return };
    let root = document.root();
    if let Some(options) = root.get("options") {
        text_list(options.get("install_requires"), true, sink);
        text_list(options.get("setup_requires"), false, sink);
        text_list(options.get("tests_require"), false, sink);
    }
    sink.optional = true;
    for entry in root.get("options.extras_require").into_iter().flat_map(Value::entries) {
        text_list(Some(entry.value), !is_development(entry.name().unwrap_or_default()), sink);
    }
}

/// Reads a `pixi.toml`.
pub(super) fn pixi_toml(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    if let Ok(document) = snapshot.document(sink.manifest, Format::Toml) {
        pixi::read(&document, sink);
    }
}

/// Reads a `Pipfile`.
pub(super) fn pipfile(snapshot: &Snapshot, sink: &mut Sink<'_>) {
    let Ok(document) = snapshot.document(sink.manifest, Format::Toml) else { return };
    keys(document.root().get("packages"), true, sink);
    keys(document.root().get("dev-packages"), false, sink);
}

fn specifiers(list: Option<Value<'_>>, runtime: bool, sink: &mut Sink<'_>) {
    for item in list.into_iter().flat_map(Value::items) {
        if let Some(found) = item.as_str().and_then(|text| name(text.trim_start())) {
            sink.add("pypi", found, item.place(), runtime);
        }
    }
}

/// Tables whose keys are the names.
fn keys(table: Option<Value<'_>>, runtime: bool, sink: &mut Sink<'_>) {
    for entry in table.into_iter().flat_map(Value::entries) {
        let Some(found) = entry.name().filter(|found| *found != "python" && name(found) == Some(*found)) else { continue };
        sink.optional = entry.value.get("optional").is_some_and(|value| value.as_bool() == Reading::Is(true));
        sink.add("pypi", found, entry.key.place(), runtime);
    }
}

/// A value of several lines, one specifier each; `;` on one line is a marker, never a separator.
fn text_list(value: Option<Value<'_>>, runtime: bool, sink: &mut Sink<'_>) {
    let Some(text) = value.and_then(Value::mapped) else { return };
    let mut start = 0;
    for line in text.text().split_inclusive('\n') {
        let from = start + (line.len() - line.trim_start().len());
        start += line.len();
        if let Some(found) = name(line.trim()) {
            sink.add("pypi", found, text.file().place(text.span(from..from + found.len())), runtime);
        }
    }
}
