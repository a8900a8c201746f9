//! Owns which lock files stand where: they say which client a project is installed with. Refuses to read them.

use std::collections::{BTreeMap, HashMap};

use crate::catalog::Languages;
use crate::doc::Format;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// It locks nothing, and tells the yarn that reads it from the one that does not.
const BERRY: (&str, &str) = ("javascript", ".yarnrc.yml");

/// All lock files, by language and directory.
#[derive(Debug, Default)]
pub struct Locks {
    by_language: BTreeMap<String, BTreeMap<RepoPath, String>>,
    /// The program that `packageManager` beside one names.
    managers: BTreeMap<RepoPath, String>,
}

/// The lock files of a tree, as the catalogue names them for each kind of manifest; of several in one directory the first.
#[must_use]
pub fn gather(snapshot: &Snapshot, languages: &Languages) -> Locks {
    let rows = languages.manifest.iter().filter_map(|row| Some((row.language.as_deref()?, row)));
    let locks = rows.flat_map(|(language, row)| row.locks.iter().map(move |name| (language, name.as_str())));
    let names: Vec<(&str, &str)> = std::iter::once(BERRY).chain(locks).collect();
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for (at, (_, name)) in names.iter().enumerate() {
        by_name.entry(name).or_insert(at);
    }
    let mut found: BTreeMap<(&str, RepoPath), usize> = BTreeMap::new();
    for entry in snapshot.under(&RepoPath::root()) {
        let Some(at) = by_name.get(entry.path.file_name()) else { continue };
        let at = if names[*at].1 == "yarn.lock" && asks_for_berry(snapshot, &entry.path.parent()) { &0 } else { at };
        let slot = found.entry((names[*at].0, entry.path.parent())).or_insert(*at);
        *slot = (*slot).min(*at);
    }
    let mut locks = Locks::default();
    for ((language, directory), at) in found {
        if let Some((manager, _)) = asked_for(snapshot, &directory).filter(|_| language == BERRY.0) {
            locks.managers.insert(directory.clone(), manager);
        }
        locks.by_language.entry(language.to_owned()).or_default().insert(directory, names[at].1.to_owned());
    }
    locks
}

/// Whether the `package.json` of a directory asks for a yarn that came after the first.
fn asks_for_berry(snapshot: &Snapshot, directory: &RepoPath) -> bool {
    let version = asked_for(snapshot, directory).filter(|(name, _)| name == "yarn").map(|(_, version)| version);
    version.is_some_and(|version| !version.starts_with("1.") && !version.starts_with("0."))
}

/// The program that the `package.json` of a directory asks for, and its version.
fn asked_for(snapshot: &Snapshot, directory: &RepoPath) -> Option<(String, String)> {
    let document = directory.join("package.json").and_then(|path| snapshot.document(&path, Format::Json).ok())?;
    let (name, version) = document.root().get("packageManager")?.as_str()?.split_once('@')?;
    Some((name.to_owned(), version.to_owned()))
}

impl Locks {
    /// The name of the lock file nearest to a directory, in it or above it.
    #[must_use]
    pub fn nearest(&self, directory: &RepoPath, language: &str) -> Option<&str> {
        self.nearest_in(directory, language).map(|(_, name)| name)
    }

    /// The program that the `package.json` beside a lock file of JavaScript asks for.
    #[must_use]
    pub fn manager(&self, directory: &RepoPath) -> Option<&str> {
        self.managers.get(directory).map(String::as_str)
    }

    /// The same, with the directory that it stands in.
    #[must_use]
    pub fn nearest_in(&self, directory: &RepoPath, language: &str) -> Option<(RepoPath, &str)> {
        let known = self.by_language.get(language)?;
        directory.ancestors().find_map(|above| known.get(&above).map(String::as_str).map(|name| (above, name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_lock_says_the_client() {
        let files = ["yarn.lock", "ui/pnpm-lock.yaml", "api/uv.lock", "berry/yarn.lock", "berry/.yarnrc.yml"];
        let berry = [("new/yarn.lock", ""), ("new/package.json", "{\"packageManager\": \"yarn@4.1.0\"}")];
        let all = files.iter().map(|path| (*path, "")).chain(berry);
        let snapshot = Snapshot::in_memory(all.map(|(path, text)| (path.to_owned(), text.to_owned())));
        let locks = gather(&snapshot, &crate::catalog::Catalog::builtin().languages);
        let at = |path: &str| RepoPath::new(path).unwrap_or_default();
        assert_eq!(locks.nearest(&at("ui/src"), "javascript"), Some("pnpm-lock.yaml"));
        assert_eq!(locks.nearest(&at("api"), "javascript"), Some("yarn.lock"));
        assert_eq!(locks.nearest(&at("api"), "python"), Some("uv.lock"));
        assert_eq!(locks.nearest(&at("berry"), "javascript"), Some(".yarnrc.yml"));
        assert_eq!(locks.nearest(&at("new"), "javascript"), Some(".yarnrc.yml"));
        assert_eq!(locks.nearest(&at("api"), "rust"), None);
    }
}
