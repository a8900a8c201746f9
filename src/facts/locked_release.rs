//! Owns which release of a package of npm the lock file beside a manifest has: package-lock.json, pnpm-lock.yaml, yarn.lock. Refuses
//! other lock files, and what an install without them brings.

use crate::doc::Format;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// A release as the lock writes it; `directory` is that of the manifest, which asks for `asked`.
pub(super) fn of(snapshot: &Snapshot, directory: &RepoPath, name: &str, asked: &str) -> Option<String> {
    // The nearest directory with a lock file is the project's.
    directory.ancestors().find_map(|above| {
        let member = directory.below(&above).unwrap_or_default();
        let mut any = false;
        let mut there = |file: &str| {
            let path = above.join(file).filter(|path| snapshot.is_file(path));
            any |= path.is_some();
            path
        };
        let found = [
            there("package-lock.json").and_then(|path| npm(snapshot, &path, member, name)),
            there("pnpm-lock.yaml").and_then(|path| pnpm(snapshot, &path, member, name)),
            there("yarn.lock").and_then(|path| yarn(snapshot, &path, name, asked)),
        ];
        let mut found = found.into_iter().flatten();
        // Two lock files that say something are two opinions.
        let only = found.next().filter(|_| found.next().is_none());
        any.then_some(only)
    })?
}

/// lockfileVersion 2 and 3 by place, 1 by name (npm, package-lock-json(5)).
fn npm(snapshot: &Snapshot, path: &RepoPath, member: &str, name: &str) -> Option<String> {
    let document = snapshot.peek_document(path, Format::Json).ok()?;
    let root = document.root();
    let packages = root.get("packages");
    let own = format!("{member}/node_modules/{name}");
    let (own, shared) = (own.trim_start_matches('/'), format!("node_modules/{name}"));
    let at = |key: &str| packages?.get(key)?.get("version")?.as_str();
    let first = || root.get("dependencies")?.get(name)?.get("version")?.as_str();
    let found = if packages.is_some() { at(own).or_else(|| at(&shared)) } else { first() };
    found.map(str::to_owned)
}

/// `importers` of a workspace, else at the top; a version alone or with its specifier (pnpm, lockfile versions 5 to 9).
fn pnpm(snapshot: &Snapshot, path: &RepoPath, member: &str, name: &str) -> Option<String> {
    let document = snapshot.peek_document(path, Format::Yaml).ok()?;
    let root = document.root();
    let importer = root.get("importers").and_then(|all| all.get(if member.is_empty() { "." } else { member }));
    let home = importer.or_else(|| Some(root).filter(|_| member.is_empty()))?;
    let asked =
        ["devDependencies", "dependencies", "optionalDependencies"].iter().find_map(|table| home.get(table)?.get(name))?;
    let version = asked.get("version").unwrap_or(asked);
    // Peers stand behind it: `9.1.0(jiti@2)`, `8.57.0_abc`.
    version.scalar().map(|text| text.split(['(', '_']).next().unwrap_or_default().to_owned())
}

/// The entry whose heading has exactly what is asked for; both yarns write its version in the first line below (`version "8.57.0"`,
/// `version: 8.57.0`).
fn yarn(snapshot: &Snapshot, path: &RepoPath, name: &str, asked: &str) -> Option<String> {
    let file = snapshot.peek(path).ok()?;
    let heads = [format!("{name}@{asked}"), format!("{name}@npm:{asked}")];
    let is_head = |line: &str| {
        let line = line.trim_end().strip_suffix(':').filter(|_| !line.starts_with([' ', '#']))?;
        let mut each = line.split(',').map(|one| one.trim().trim_matches('"'));
        each.any(|one| heads.iter().any(|head| head == one)).then_some(())
    };
    let mut lines = file.text.lines();
    lines.find(|line| is_head(line).is_some())?;
    let version = lines.next()?.trim().strip_prefix("version")?;
    Some(version.trim_start_matches(':').trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lock_says_the_release() {
        let yarn_one = "# yarn lockfile v1\n\neslint-scope@^8.2.0:\n  version \"8.3.0\"\n\n\"eslint@^8 || ^9\", eslint@^9.0.0:\n  version \"9.1.0\"\n";
        let berry = "\"eslint@npm:^8 || ^9\":\n  version: 8.57.1\n";
        let npm = "{\"packages\":{\"node_modules/eslint\":{\"version\":\"9.2.0\"},\"api/node_modules/eslint\":{\"version\":\"8.1.0\"}}}";
        let old = "{\"dependencies\":{\"eslint\":{\"version\":\"7.2.0\"}}}";
        let pnpm =
            "importers:\n  .:\n    devDependencies:\n      eslint:\n        specifier: '*'\n        version: 9.3.0(jiti@2.4.2)\n";
        for (file, text, directory, wanted) in [
            ("yarn.lock", yarn_one, "", Some("9.1.0")),
            ("yarn.lock", berry, "", Some("8.57.1")),
            ("yarn.lock", "", "", None),
            ("package-lock.json", npm, "", Some("9.2.0")),
            ("package-lock.json", npm, "api", Some("8.1.0")),
            ("package-lock.json", npm, "web", Some("9.2.0")),
            ("package-lock.json", old, "", Some("7.2.0")),
            ("package-lock.json", "{", "", None),
            ("pnpm-lock.yaml", pnpm, "", Some("9.3.0")),
            ("pnpm-lock.yaml", pnpm, "api", None),
            ("pnpm-lock.yaml", "devDependencies:\n  eslint: 8.2.0\n", "", Some("8.2.0")),
        ] {
            let snapshot = Snapshot::in_memory([(file.to_owned(), text.to_owned())]);
            let directory = RepoPath::new(directory).unwrap_or_default();
            assert_eq!(of(&snapshot, &directory, "eslint", "^8 || ^9").as_deref(), wanted, "{file} {directory}");
        }
        let two = [("yarn.lock", yarn_one), ("package-lock.json", npm)];
        let snapshot = Snapshot::in_memory(two.map(|(path, text)| (path.to_owned(), text.to_owned())));
        assert_eq!(of(&snapshot, &RepoPath::root(), "eslint", "^8 || ^9"), None);
    }
}
