//! Owns packages that are members of the same workspace: which file of the tree a configuration gets when it asks for one by its name.
//! Refuses those that a version may take from a registry: what these hold is not in the tree.

use super::packages;
use crate::doc::{Document, Format, Value};
use crate::facts::components::workspaces;
use crate::facts::shadow::NPM_TABLES;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// The file that `source`, asked for in the file `from`, is; `None` where it is no member's, or not for certain.
pub(super) fn file_of(snapshot: &Snapshot, from: &RepoPath, source: &str) -> Option<RepoPath> {
    let package = packages::of_source(source);
    let rest = source.get(package.len()..)?.trim_start_matches('/');
    let asked = asked(snapshot, from, package);
    let linked = |spec: &str| spec.starts_with("workspace:") || matches!(spec, "*" | "");
    if package.is_empty() || asked.as_deref().is_some_and(|spec| !linked(spec)) {
        return None;
    }
    let directory = member(snapshot, from, package)?;
    let manifest = snapshot.document(&directory.join("package.json")?, Format::Json).ok()?;
    let named =
        exported(&manifest, rest).or_else(|| main(&manifest, rest)).unwrap_or(if rest.is_empty() { "index" } else { rest });
    let endings = ["", ".js", ".mjs", ".cjs", ".ts", ".mts", ".json", "/index.js", "/index.mjs", "/index.cjs"];
    let mut files = endings.iter().filter_map(|ending| directory.join(&format!("{named}{ending}")));
    files.find(|path| snapshot.is_file(path))
}

/// The version that the nearest manifest which asks for a package wants of it.
fn asked(snapshot: &Snapshot, from: &RepoPath, package: &str) -> Option<String> {
    let above = from.parent();
    let manifests = above.ancestors().filter_map(|directory| directory.join("package.json"));
    manifests.filter(|path| snapshot.is_file(path)).find_map(|path| {
        let document = snapshot.document(&path, Format::Json).ok()?;
        let value = NPM_TABLES.iter().find_map(|table| document.root().get(table)?.get(package))?;
        Some(value.scalar().unwrap_or("?").to_owned())
    })
}

/// The directory of the one member of a workspace around `from` that has this name.
fn member(snapshot: &Snapshot, from: &RepoPath, package: &str) -> Option<RepoPath> {
    let above = from.parent();
    let mut roots = above.ancestors().filter_map(|directory| directory.join("package.json"));
    let (root, named) = roots.find_map(|path| {
        let named = snapshot.is_file(&path).then(|| workspaces::Named::by(snapshot, &path)).flatten()?;
        Some((path.parent(), named))
    })?;
    let manifests = snapshot.under(&root).iter().map(|entry| &entry.path).filter(|path| path.file_name() == "package.json");
    let mut found = manifests.filter(|path| named.has(&path.parent())).filter(|path| {
        let document = snapshot.document(path, Format::Json);
        document.is_ok_and(|document| document.root().get("name").and_then(Value::scalar) == Some(package))
    });
    let one = found.next()?;
    found.next().is_none().then(|| one.parent())
}

/// What `exports` gives for a part of the package: a path, or the first of the conditions that a script meets.
fn exported<'d>(manifest: &'d Document, rest: &str) -> Option<&'d str> {
    let exports = manifest.root().get("exports")?;
    let key = if rest.is_empty() { ".".to_owned() } else { format!("./{rest}") };
    let whole =
        exports.scalar().is_some() || exports.entries().all(|entry| entry.name().is_some_and(|name| !name.starts_with('.')));
    let mut value = if whole && rest.is_empty() { exports } else { exports.get(&key)? };
    for _ in 0..4 {
        if let Some(path) = value.scalar() {
            return Some(path);
        }
        value = ["import", "node", "require", "default"].iter().find_map(|condition| value.get(condition))?;
    }
    None
}

/// What `main` names, for the package as a whole.
fn main<'d>(manifest: &'d Document, rest: &str) -> Option<&'d str> {
    rest.is_empty().then(|| manifest.root().get("main").and_then(Value::scalar))?
}

#[cfg(test)]
mod tests {
    use super::super::super::bench::{Case, told};
    use super::super::Eslint;

    #[test]
    fn a_configuration_of_the_same_workspace_is_read() {
        const ROOT: (&str, &str) = ("package.json", r#"{"private":true,"workspaces":["packages/*","apps/*"]}"#);
        const LEGACY: (&str, &str) = (
            "packages/config/index.js",
            "module.exports = { rules: { 'no-unsanitized/method': 'error' }, plugins: ['no-unsanitized'], extends: ['plugin:no-unsanitized/recommended-legacy'] };",
        );
        const FLAT: (&str, &str) =
            ("packages/config/next.mjs", "import n from 'eslint-plugin-no-unsanitized'; export default [n.configs.recommended];");
        let member = |more: &str| ("packages/config/package.json", format!(r#"{{"name":"@acme/eslint-config"{more}}}"#));
        let asks = |spec: &str| ("apps/web/package.json", format!(r#"{{"devDependencies":{{"@acme/eslint-config":"{spec}"}}}}"#));
        let rc = ("apps/web/.eslintrc.js", "module.exports = { root: true, extends: ['@acme/eslint-config'] };");
        let short = ("apps/web/.eslintrc.js", "module.exports = { root: true, extends: ['@acme'] };");
        let next = ("apps/web/eslint.config.mjs", "import c from '@acme/eslint-config/next'; export default [...c];");
        let exports = r#","exports":{"./next":{"import":"./next.mjs"}}"#;
        for (config, spec, more, wanted) in [
            (rc, "*", r#","main":"index.js""#, "yes packages/config/index.js:1"),
            (rc, "workspace:^", "", "yes packages/config/index.js:1"),
            (short, "*", "", "yes packages/config/index.js:1"),
            (next, "workspace:*", exports, "yes packages/config/next.mjs:1"),
            (rc, "^1.0.0", "", "unknown remote apps/web/.eslintrc.js:1"),
        ] {
            let (member, asks) = (member(more), asks(spec));
            let files = [ROOT, LEGACY, FLAT, (member.0, &*member.1), (asks.0, &*asks.1), config, ("apps/web/a.js", "")];
            let settings = Case::new("eslint", &files, "").at("apps/web").read(&Eslint);
            assert_eq!(told(settings.selects.get("eslint-plugin-no-unsanitized")), wanted, "{config:?} {spec}");
        }
    }
}
