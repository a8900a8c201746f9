//! Owns what makes an npm tool's name mean another package: sources that are no registry, overrides, packages of the tree.
//! Refuses lock files: those are `locked`.

use std::collections::HashMap;

use super::ranges;
use crate::answer::Reason;
use crate::doc::{Format, Value};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::runners::World;
use crate::text::{Place, RepoPath};

/// Where a `package.json` lists packages that are installed.
pub(in crate::facts) const TABLES: [&str; 4] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/// A dependency taken from a path, another package or an override, or a workspace of the tool's name.
pub(super) fn package(name: &str, program: Option<&str>, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let snapshot = world.snapshot;
    let mut asked = Asked { range: None, by_range: ranges::decide_links(directory, world) };
    for dir in directory.ancestors() {
        let Some(path) = dir.join("package.json").filter(|path| snapshot.is_file(path)) else { continue };
        let Ok(document) = snapshot.document(&path, Format::Json) else { continue };
        let root = document.root();
        for table in TABLES {
            let Some(spec) = root.get(table).and_then(|table| table.get(name)) else { continue };
            if let Some(effect) = elsewhere(spec.as_str().unwrap_or_default(), name) {
                let why = format!("`{name}` is taken from `{}`, not from the registry", spec.as_str().unwrap_or_default());
                return Some(Hold::new(effect, spec.place(), why));
            }
            asked.range = asked.range.or_else(|| spec.as_str().map(str::to_owned));
        }
        // npx and `npm exec` run a program of the package that they stand in before one that is installed (libnpmexec).
        if let Some(value) = root.get("bin").and_then(|table| table.get(program?))
            && root.get("name").is_none_or(|own| own.as_str() != Some(name))
        {
            let why = format!("the package itself has a program called `{}`", program.unwrap_or(name));
            return Some(Hold::new(HoldEffect::Void, value.place(), why));
        }
        let direct = TABLES.iter().any(|table| root.get(table).is_some_and(|table| table.get(name).is_some()));
        for route in [&["overrides"][..], &["resolutions"][..], &["pnpm", "overrides"][..]] {
            if let Some(hold) = root.route(route).and_then(|table| overridden(name, table, root, direct, 0)) {
                return Some(hold);
            }
        }
        for route in [&["patchedDependencies"][..], &["pnpm", "patchedDependencies"][..]] {
            if let Some(hold) = root.route(route).and_then(|table| patched(name, table)) {
                return Some(hold);
            }
        }
        let workspaces = root.get("workspaces").map(|value| value.get("packages").unwrap_or(value));
        if let Some(hold) = workspaces.and_then(|list| member(name, list, &dir, &asked, world)) {
            return Some(hold);
        }
        if let Some(hold) = pnpm_workspace(name, &dir, &asked, world) {
            return Some(hold);
        }
    }
    if let Some(hold) = committed(program?, directory, world) {
        return Some(hold);
    }
    workspace_named(name, &asked, world)
}

/// How the nearest manifest that names the tool asks for it.
struct Asked {
    range: Option<String>,
    /// Whether the package manager links a package of the tree only where it is in the range.
    by_range: bool,
}

impl Asked {
    /// Whether the registry's package is installed although a manifest of the tree bears the name.
    fn passes_by(&self, manifest: Value<'_>) -> bool {
        let version = manifest.get("version").and_then(Value::as_str);
        self.by_range && self.range.as_deref().zip(version).is_some_and(|(range, version)| ranges::leave_out(range, version))
    }
}

fn workspace_named(name: &str, asked: &Asked, world: &World<'_>) -> Option<Hold> {
    // Only a directory of the tool's own name is looked into: reading every manifest of a monorepo for this would cost more than it finds.
    let last = name.rsplit('/').next().unwrap_or(name);
    let manifests = world.snapshot.directories_named(last).iter().filter_map(|directory| directory.join("package.json"));
    let path = manifests.into_iter().find(|path| world.snapshot.is_file(path) && !path.as_str().contains("node_modules/"))?;
    let document = world.snapshot.document(&path, Format::Json).ok()?;
    let value = document.root().get("name").filter(|value| value.as_str() == Some(name))?;
    if asked.passes_by(document.root()) {
        return None;
    }
    let own_repository = path.parent().is_root();
    let effect = if own_repository { HoldEffect::Note } else { HoldEffect::Void };
    Some(Hold::new(effect, value.place(), format!("a package of this repository is called `{name}`")))
}

/// What is held when a specification is none of the registry's package of the name (npm-package-arg; protocols of yarn and pnpm).
/// What is not known to be one is none: the list of other sources is open.
pub(in crate::facts) fn elsewhere(spec: &str, name: &str) -> Option<HoldEffect> {
    let spec = spec.trim();
    let named = |rest: &str| rest == name || rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('@'));
    if let Some(rest) = spec.strip_prefix("npm:") {
        // Without a name it is a range (yarn).
        let digits = |c: char| c.is_ascii_digit() || "^~<>=*vV ".contains(c);
        return (!(named(rest) || is_range(rest) && rest.starts_with(digits))).then_some(HoldEffect::Void);
    }
    if spec.starts_with("catalog:") || is_range(spec) || is_own(spec, name) {
        return None;
    }
    // The package itself, with a change by a file of the tree that is not read.
    let patched = spec.strip_prefix("patch:").is_some_and(named);
    Some(if patched { HoldEffect::Unknown(Reason::Unsupported) } else { HoldEffect::Void })
}

/// A range of versions or a tag: no path, no address, no archive.
fn is_range(text: &str) -> bool {
    let archive = [".tgz", ".tar.gz", ".tar"].iter().any(|end| text.to_ascii_lowercase().ends_with(end));
    let plain = |c: char| c.is_ascii_alphanumeric() || " .,^~<>=|*+-_".contains(c);
    !archive && !text.starts_with('.') && text.chars().all(plain)
}

/// `owner/repository[#ref]` of the tool itself, and the ways to spell its address (hosted-git-info; npm, "package.json").
fn is_own(text: &str, name: &str) -> bool {
    let address = text.split('#').next().unwrap_or_default();
    let bare = ["github:", "git+https://github.com/", "https://github.com/", "git+ssh://git@github.com/", "git://github.com/"];
    let bare = bare.iter().find_map(|head| address.strip_prefix(head)).unwrap_or(address);
    bare.strip_suffix(".git").unwrap_or(bare) == format!("{name}/{name}")
}

/// Tables in tables of overrides.
const NESTED: usize = 8;

/// A table of overrides names the package: alone, with a range, or somewhere in the tree (`**/NAME` of yarn 1, `a>NAME` of pnpm).
/// What holds only below another package is of no account for one that the manifest asks for itself.
fn overridden(name: &str, table: Value<'_>, root: Value<'_>, direct: bool, depth: usize) -> Option<Hold> {
    for entry in table.entries() {
        let Some(key) = entry.key.as_str() else { continue };
        let last = key.rsplit_once('>').map(|(_, last)| last.trim()).or_else(|| below_another(key, name)).unwrap_or(key);
        let anywhere = key.strip_prefix("**/").is_some_and(|rest| rest == last) || last == key;
        let mine = last == name || last.strip_prefix(name).is_some_and(|rest| rest.starts_with('@'));
        let (value, is_text) = (entry.value, entry.value.as_str().is_some());
        // npm nests what an override of the package's own dependencies says; `.` is the package itself.
        let spec = if is_text { Some(value) } else { value.get(".") };
        if mine
            && (anywhere && depth == 0 || !direct)
            && let Some(spec) = spec
            && let Some(effect) = replaces(spec.as_str().unwrap_or_default(), name, root)
        {
            let why = format!("an override puts something else in the place of `{name}`");
            return Some(Hold::new(effect, spec.place(), why));
        }
        if !is_text && !mine && depth < NESTED {
            let found = overridden(name, value, root, direct, depth + 1);
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

/// A patch of the tree for the package, by its name or by a version of it (pnpm, "patchedDependencies"; bun, "bun patch").
fn patched(name: &str, table: Value<'_>) -> Option<Hold> {
    let mine = |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('@'));
    let entry = table.entries().find(|entry| entry.key.as_str().is_some_and(mine))?;
    let why = format!("a patch of the tree, which is not read, changes `{name}`");
    Some(Hold::new(HoldEffect::Unknown(Reason::Unsupported), entry.value.place(), why))
}

/// What a table of overrides puts in the place of a package that a manifest asks for itself, as it is written.
pub(in crate::facts) fn instead(name: &str, table: Value<'_>) -> Vec<String> {
    let mine = |key: &str| {
        let key = key.strip_prefix("**/").unwrap_or(key);
        key == name || key.strip_prefix(name).is_some_and(|rest| rest.starts_with('@'))
    };
    let entries = table.entries().filter(|entry| entry.key.as_str().is_some_and(mine));
    let value = |value: Value<'_>| value.scalar().or_else(|| value.get(".")?.scalar()).unwrap_or_default().to_owned();
    entries.map(|entry| value(entry.value)).filter(|text| !text.is_empty()).collect()
}

/// The last package of a path of packages (`a/NAME`, `@s/a/NAME`) of yarn 1.
fn below_another<'k>(key: &'k str, name: &str) -> Option<&'k str> {
    let at = key.find(&format!("/{name}"))?;
    // `@scope/NAME` is one package.
    let before = &key[..at];
    let scope = before.rsplit('/').next().is_some_and(|last| last.starts_with('@'));
    (!scope).then(|| &key[at + 1..])
}

fn replaces(text: &str, name: &str, root: Value<'_>) -> Option<HoldEffect> {
    if text == "-" {
        return None;
    }
    // `$other` is what the manifest says for that package.
    match text.strip_prefix('$') {
        Some(other) => {
            let spec = TABLES.iter().find_map(|table| root.get(table)?.get(other)?.as_str());
            spec.map_or(Some(HoldEffect::Unknown(Reason::Unsupported)), |spec| elsewhere(spec, name))
        }
        None => elsewhere(text, name),
    }
}

/// What pnpm's workspace file says of a package, and packages of a workspace that bear the name.
fn pnpm_workspace(name: &str, directory: &RepoPath, asked: &Asked, world: &World<'_>) -> Option<Hold> {
    let path = directory.join("pnpm-workspace.yaml").filter(|path| world.snapshot.is_file(path))?;
    let document = world.snapshot.document(&path, Format::Yaml).ok()?;
    let root = document.root();
    if let Some(hold) = root.get("overrides").and_then(|table| overridden(name, table, root, false, 0)) {
        return Some(hold);
    }
    if let Some(hold) = root.get("patchedDependencies").and_then(|table| patched(name, table)) {
        return Some(hold);
    }
    let named = root.get("catalogs").into_iter().flat_map(Value::entries).map(|entry| entry.value);
    for table in root.get("catalog").into_iter().chain(named) {
        if let Some(spec) = table.get(name)
            && let Some(effect) = elsewhere(spec.as_str().unwrap_or_default(), name)
        {
            let why = format!("`{name}` is taken from `{}`, not from the registry", spec.as_str().unwrap_or_default());
            return Some(Hold::new(effect, spec.place(), why));
        }
    }
    root.get("packages").and_then(|list| member(name, list, directory, asked, world))
}

/// Manifests of a tree that are looked at.
const MEMBERS: usize = 20_000;
/// Bytes of a package's name (npm, `validate-npm-package-name`).
const LONGEST_NAME: usize = 214;

/// A package of a workspace that bears the name: package managers link it in the place of the registry's.
fn member(name: &str, patterns: Value<'_>, directory: &RepoPath, asked: &Asked, world: &World<'_>) -> Option<Hold> {
    let patterns: Vec<&str> = patterns.items().filter_map(Value::as_str).map(|text| text.trim_start_matches("./")).collect();
    let (out, within): (Vec<&str>, Vec<&str>) = patterns.into_iter().partition(|text| text.starts_with('!'));
    if within.is_empty() {
        return None;
    }
    for path in bearing(name, world).iter().filter(|path| path.parent().is_in(directory)) {
        let parent = path.parent();
        let below = parent.as_str().strip_prefix(directory.as_str()).unwrap_or_default().trim_start_matches('/');
        let matches = |pattern: &&str| fits(pattern.trim_end_matches('/'), below);
        if below.is_empty() || !within.iter().any(&matches) || out.iter().any(|one| matches(&one.trim_start_matches('!'))) {
            continue;
        }
        let Ok(document) = world.snapshot.document(path, Format::Json) else { continue };
        let named = document.root().get("name").filter(|value| value.as_str() == Some(name));
        if let Some(value) = named.filter(|_| !asked.passes_by(document.root())) {
            let why = format!("a package of this repository's workspace is called `{name}`");
            return Some(Hold::new(HoldEffect::Void, value.place(), why));
        }
    }
    None
}

/// Manifests in which a `"name"` has this value: looked for once in a tree, all names together.
fn bearing<'w>(name: &str, world: &World<'w>) -> &'w [RepoPath] {
    let index = world.seen.npm_names.get_or_init(|| {
        let mut index: HashMap<String, Vec<RepoPath>> = HashMap::new();
        let files = world.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path);
        let manifests = files.filter(|path| path.file_name() == "package.json" && !path.as_str().contains("node_modules/"));
        for path in manifests.take(MEMBERS) {
            let Ok(file) = world.snapshot.read(path) else { continue };
            let spelled = if file.text.contains("\\u") { world.snapshot.document(path, Format::Json).ok() } else { None };
            if let Some(value) = spelled.as_ref().and_then(|document| document.root().get("name")?.as_str()) {
                index.entry(value.to_owned()).or_default().push(path.clone());
            }
            for (at, key) in file.text.match_indices("\"name\"") {
                let rest = file.text[at + key.len()..].trim_start().strip_prefix(':').map(str::trim_start);
                let value = rest.and_then(|rest| rest.strip_prefix('"')?.split('"').next());
                if let Some(value) = value.filter(|value| value.len() <= LONGEST_NAME) {
                    index.entry(value.to_owned()).or_default().push(path.clone());
                }
            }
        }
        index
    });
    index.get(name).map_or(&[], Vec::as_slice)
}

/// A directory against a pattern of workspaces: `**` is any number of directories, what else has a `*` is one.
fn fits(pattern: &str, directory: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    for segment in directory.split('/') {
        let mut next = vec![false; pattern.len() + 1];
        for (at, wanted) in pattern.iter().enumerate() {
            // `**` may also be nothing.
            if *wanted == "**" && reached[at] {
                reached[at + 1] = true;
                next[at] = true;
            } else if reached[at] && (wanted.contains(['*', '{', '?', '[']) || *wanted == segment) {
                next[at + 1] = true;
            }
        }
        reached = next;
    }
    let trailing = pattern.iter().rev().take_while(|one| **one == "**").count();
    reached[pattern.len() - trailing..].contains(&true)
}

/// A program of this name that is committed where installed ones go.
fn committed(program: &str, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let mut places = directory.ancestors().filter_map(|dir| dir.join(&format!("node_modules/.bin/{program}")));
    let path = places.find(|path| world.snapshot.is_file(path))?;
    Some(Hold::new(HoldEffect::Void, Place::file(path), format!("`{program}` is a file of the tree")))
}
