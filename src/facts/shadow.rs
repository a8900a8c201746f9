//! Owns the ways in which the tree gives a tool's name another meaning: local modules, packages, sources, overrides, wrappers
//! (threats A11). Refuses shells and runners: their shadows are found where they are read.

use super::hold::{Hold, HoldEffect};
use super::runners::World;
use super::workdir::Workdir;
use crate::catalog::Tool;
use crate::catalog::tool::Run;
use crate::doc::{Format, Value};
use crate::text::RepoPath;

/// Everything in the tree, seen from the working directory, that makes the tool's name mean another program.
#[must_use]
pub fn of_tree(tool: &Tool, row: &Run, workdir: &Workdir, world: &World<'_>) -> Vec<Hold> {
    let Some(directory) = workdir.dir() else { return Vec::new() };
    let mut holds = Vec::new();
    if let Some([python, dash_m, module]) = row.argv.as_deref().and_then(|argv| argv.get(..3))
        && python == "python"
        && dash_m == "-m"
    {
        holds.extend(python_module(module, &directory, world));
    }
    for name in tool.packages.get("npm").into_iter().flatten() {
        holds.extend(npm(name, &directory, world));
    }
    for name in tool.packages.get("pypi").into_iter().flatten() {
        holds.extend(python(name, row, &directory, world));
    }
    for name in tool.packages.get("go").into_iter().flatten() {
        holds.extend(go(name, &directory, world));
    }
    if row.argv.as_ref().is_some_and(|argv| argv.first().is_some_and(|word| word == "cargo" || word == "cargo-clippy")) {
        holds.extend(cargo(&directory, world));
    }
    holds
}

/// `python -m NAME` takes `NAME.py` or the package `NAME/` of the working directory first.
fn python_module(module: &str, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let candidates = [format!("{module}.py"), format!("{module}/__main__.py"), format!("{module}/__init__.py")];
    let path = candidates.iter().filter_map(|name| directory.join(name)).find(|path| world.snapshot.is_file(path))?;
    let why = format!("`python -m {module}` runs this file of the tree");
    // The analyzer's own repository runs itself: that is the tool.
    let effect = if is_itself(module, directory, world) { HoldEffect::Note } else { HoldEffect::Void };
    Some(Hold::new(effect, crate::text::Place::file(path), why))
}

/// A dependency taken from a path, another package or an override, or a workspace of the tool's name.
fn npm(name: &str, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let snapshot = world.snapshot;
    for dir in directory.ancestors() {
        let Some(path) = dir.join("package.json").filter(|path| snapshot.is_file(path)) else { continue };
        let Ok(document) = snapshot.document(&path, Format::Json) else { continue };
        let root = document.root();
        for table in ["dependencies", "devDependencies", "optionalDependencies"] {
            let Some(spec) = root.get(table).and_then(|table| table.get(name)) else { continue };
            let text = spec.as_str().unwrap_or_default();
            let alias =
                text.strip_prefix("npm:").is_some_and(|target| target.rsplit_once('@').map_or(target, |(head, _)| head) != name);
            if alias
                || ["file:", "link:", "portal:", "workspace:", "git", "http", "github:", "./", "../"]
                    .iter()
                    .any(|head| text.starts_with(head))
            {
                return Some(Hold::new(
                    HoldEffect::Void,
                    spec.place(),
                    format!("`{name}` is taken from `{text}`, not from the registry"),
                ));
            }
        }
        for route in [&["overrides"][..], &["resolutions"][..], &["pnpm", "overrides"][..]] {
            let Some(spec) = root.route(route).and_then(|table| table.get(name)) else { continue };
            let text = spec.as_str().unwrap_or_default();
            // An override to a plain version is still the same package.
            let plain = text.chars().next().is_some_and(|c| c.is_ascii_digit() || "^~><=*$v".contains(c));
            if !plain {
                return Some(Hold::new(
                    HoldEffect::Void,
                    spec.place(),
                    format!("an override puts something else in the place of `{name}`"),
                ));
            }
        }
    }
    workspace_named(name, world)
}

fn workspace_named(name: &str, world: &World<'_>) -> Option<Hold> {
    let manifests = world.snapshot.entries().iter().filter(|entry| entry.path.file_name() == "package.json" && entry.is_file());
    // Only a directory of the tool's own name is looked into: reading every manifest of a monorepo for this would cost more than it finds.
    let last = name.rsplit('/').next().unwrap_or(name);
    let path = manifests
        .map(|entry| &entry.path)
        .find(|path| path.parent().file_name() == last && !path.as_str().contains("node_modules/"))?;
    let document = world.snapshot.document(path, Format::Json).ok()?;
    let value = document.root().get("name").filter(|value| value.as_str() == Some(name))?;
    let own_repository = path.parent().is_root();
    let effect = if own_repository { HoldEffect::Note } else { HoldEffect::Void };
    Some(Hold::new(effect, value.place(), format!("a package of this repository is called `{name}`")))
}

/// A script or source of the tool's name in `pyproject.toml`.
fn python(name: &str, row: &Run, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let program = row.argv.as_ref().and_then(|argv| argv.first()).map_or(name, String::as_str);
    for dir in directory.ancestors() {
        let Some(path) = dir.join("pyproject.toml").filter(|path| world.snapshot.is_file(path)) else { continue };
        let Ok(document) = world.snapshot.document(&path, Format::Toml) else { continue };
        let root = document.root();
        let itself = is_itself(name, &dir, world);
        let effect = if itself { HoldEffect::Note } else { HoldEffect::Void };
        for route in [&["project", "scripts"][..], &["project", "gui-scripts"][..], &["tool", "poetry", "scripts"][..]] {
            if let Some(script) = root.route(route).and_then(|table| table.get(program)) {
                return Some(Hold::new(
                    effect,
                    script.place(),
                    format!("the project installs its own program under the name `{program}`"),
                ));
            }
        }
        if let Some(source) = root.route(&["tool", "uv", "sources", name]) {
            let local = |value: Value<'_>| ["path", "git", "url", "workspace"].iter().any(|key| value.get(key).is_some());
            if local(source) || source.items().any(local) {
                return Some(Hold::new(
                    effect,
                    source.place(),
                    format!("`{name}` is taken from another source than the registry"),
                ));
            }
        }
        let poetry =
            [&["tool", "poetry", "dependencies", name][..], &["tool", "poetry", "group", "dev", "dependencies", name][..]];
        for route in poetry {
            if let Some(source) =
                root.route(route).filter(|value| ["path", "git", "url"].iter().any(|key| value.get(key).is_some()))
            {
                return Some(Hold::new(
                    effect,
                    source.place(),
                    format!("`{name}` is taken from another source than the registry"),
                ));
            }
        }
    }
    None
}

/// Whether the tree is the tool's own repository: the project carries its name.
fn is_itself(name: &str, directory: &RepoPath, world: &World<'_>) -> bool {
    let named = |file: &str, format: Format, route: &[&str]| {
        let document = directory
            .join(file)
            .filter(|path| world.snapshot.is_file(path))
            .and_then(|path| world.snapshot.document(&path, format).ok());
        document.is_some_and(|document| document.root().route(route).and_then(Value::as_str) == Some(name))
    };
    named("pyproject.toml", Format::Toml, &["project", "name"])
        || named("pyproject.toml", Format::Toml, &["tool", "poetry", "name"])
        || named("setup.cfg", Format::Ini, &["metadata", "name"])
}

/// A `replace` of the tool's module in `go.mod`.
fn go(name: &str, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    for dir in directory.ancestors() {
        let Some(path) = dir.join("go.mod").filter(|path| world.snapshot.is_file(path)) else { continue };
        let Ok(file) = world.snapshot.read(&path) else { continue };
        let mut block = false;
        let mut offset = 0;
        for line in file.text.split_inclusive('\n') {
            let (start, text) = (offset, line.split("//").next().unwrap_or("").trim());
            offset += line.len();
            let rule = match (text.strip_prefix("replace"), block) {
                (Some(rest), _) if rest.trim_start().starts_with('(') => {
                    block = true;
                    continue;
                }
                (Some(rest), false) => rest.trim(),
                (_, true) if text == ")" => {
                    block = false;
                    continue;
                }
                (_, true) => text,
                _ => continue,
            };
            let module = rule.split_whitespace().next().unwrap_or_default();
            if !module.is_empty() && (name == module || name.strip_prefix(module).is_some_and(|rest| rest.starts_with('/'))) {
                let place = file.place(crate::text::Span::new(start, start + line.trim_end().len()));
                return Some(Hold::new(HoldEffect::Void, place, format!("`{module}` is replaced by another module")));
            }
        }
    }
    None
}

/// A compiler or toolchain of the tree.
fn cargo(directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let snapshot = world.snapshot;
    for dir in directory.ancestors() {
        for name in [".cargo/config.toml", ".cargo/config"] {
            let Some(path) = dir.join(name).filter(|path| snapshot.is_file(path)) else { continue };
            let Ok(document) = snapshot.document(&path, Format::Toml) else { continue };
            // Clippy puts itself in the place of `rustc-workspace-wrapper`.
            for key in ["rustc", "rustc-wrapper"] {
                let Some(value) = document.root().route(&["build", key]) else { continue };
                // `sccache` and its like are programs of the machine; a path is a program of the tree.
                if value.as_str().is_some_and(|text| text.contains('/')) {
                    return Some(Hold::new(
                        HoldEffect::Void,
                        value.place(),
                        format!("`build.{key}` runs a program of the tree as the compiler"),
                    ));
                }
            }
        }
        let Some(path) = dir.join("rust-toolchain.toml").filter(|path| snapshot.is_file(path)) else { continue };
        let Ok(document) = snapshot.document(&path, Format::Toml) else { continue };
        if let Some(value) = document.root().route(&["toolchain", "path"]) {
            return Some(Hold::new(HoldEffect::Void, value.place(), "the toolchain is a directory of the tree"));
        }
    }
    None
}
