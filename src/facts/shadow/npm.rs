//! Owns what makes an npm tool's name mean another package: sources that are no registry, overrides, packages of the tree.
//! Refuses lock files: what is installed is not in the tree.

use crate::doc::{Format, Value};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::runners::World;
use crate::text::{Place, RepoPath};

/// A dependency taken from a path, another package or an override, or a workspace of the tool's name.
pub(super) fn package(name: &str, program: Option<&str>, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
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
                || is_shorthand(text, name)
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
            if let Some(hold) = root.route(route).and_then(|table| overridden(name, table)) {
                return Some(hold);
            }
        }
        if let Some(hold) = pnpm_workspace(name, &dir, world) {
            return Some(hold);
        }
    }
    if let Some(hold) = committed(program?, directory, world) {
        return Some(hold);
    }
    workspace_named(name, world)
}

fn workspace_named(name: &str, world: &World<'_>) -> Option<Hold> {
    // Only a directory of the tool's own name is looked into: reading every manifest of a monorepo for this would cost more than it finds.
    let last = name.rsplit('/').next().unwrap_or(name);
    let manifests = world.snapshot.directories_named(last).iter().filter_map(|directory| directory.join("package.json"));
    let path = manifests.into_iter().find(|path| world.snapshot.is_file(path) && !path.as_str().contains("node_modules/"))?;
    let document = world.snapshot.document(&path, Format::Json).ok()?;
    let value = document.root().get("name").filter(|value| value.as_str() == Some(name))?;
    let own_repository = path.parent().is_root();
    let effect = if own_repository { HoldEffect::Note } else { HoldEffect::Void };
    Some(Hold::new(effect, value.place(), format!("a package of this repository is called `{name}`")))
}

/// `owner/repository[#ref]`: a repository of GitHub (npm, "package.json", GitHub URLs). The tool's own is the tool.
fn is_shorthand(text: &str, name: &str) -> bool {
    let head = text.split('#').next().unwrap_or(text);
    let Some((owner, repository)) = head.split_once('/') else { return false };
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    plain(owner) && plain(repository) && !owner.starts_with('.') && head != format!("{name}/{name}")
}

/// A table of overrides names the package: alone, with a range, or anywhere in the tree (`**/NAME`, yarn 1).
fn overridden(name: &str, table: Value<'_>) -> Option<Hold> {
    let mine = |key: &str| {
        let key = key.strip_prefix("**/").unwrap_or(key);
        key == name || key.strip_prefix(name).is_some_and(|rest| rest.starts_with('@'))
    };
    let spec = table.entries().find(|entry| entry.key.as_str().is_some_and(mine))?.value;
    // npm nests what an override of the package's own dependencies says; `.` is the package itself.
    let spec = if spec.as_str().is_none() { spec.get(".")? } else { spec };
    let text = spec.as_str().unwrap_or_default();
    // An override to a plain version is still the same package.
    let plain = text.chars().next().is_some_and(|c| c.is_ascii_digit() || "^~><=*$v".contains(c));
    let same =
        text.strip_prefix("npm:").is_some_and(|to| to == name || to.strip_prefix(name).is_some_and(|rest| rest.starts_with('@')));
    let tag = matches!(text, "latest" | "next" | "" | "catalog:" | "-");
    (!plain && !same && !tag)
        .then(|| Hold::new(HoldEffect::Void, spec.place(), format!("an override puts something else in the place of `{name}`")))
}

/// `overrides` of pnpm's workspace file.
fn pnpm_workspace(name: &str, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let path = directory.join("pnpm-workspace.yaml").filter(|path| world.snapshot.is_file(path))?;
    let document = world.snapshot.document(&path, Format::Yaml).ok()?;
    document.root().get("overrides").and_then(|table| overridden(name, table))
}

/// A program of this name that is committed where installed ones go.
fn committed(program: &str, directory: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let mut places = directory.ancestors().filter_map(|dir| dir.join(&format!("node_modules/.bin/{program}")));
    let path = places.find(|path| world.snapshot.is_file(path))?;
    Some(Hold::new(HoldEffect::Void, Place::file(path), format!("`{program}` is a file of the tree")))
}
