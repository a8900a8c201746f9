//! Owns which lock files stand where: they say which client a project is installed with. Refuses to read them.

use std::collections::BTreeMap;

use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Lock files and the like, by language; of several in one directory the first.
const NAMES: [(&str, &str); 9] = [
    ("javascript", ".yarnrc.yml"),
    ("javascript", "yarn.lock"),
    ("javascript", "pnpm-lock.yaml"),
    ("javascript", "bun.lock"),
    ("javascript", "bun.lockb"),
    ("javascript", "package-lock.json"),
    ("javascript", "npm-shrinkwrap.json"),
    ("python", "uv.lock"),
    ("python", "poetry.lock"),
];

/// All lock files, by language and directory.
#[derive(Debug, Default)]
pub struct Locks(BTreeMap<(&'static str, RepoPath), &'static str>);

/// The lock files of a tree.
#[must_use]
pub fn gather(snapshot: &Snapshot) -> Locks {
    let mut found = BTreeMap::new();
    for entry in snapshot.under(&RepoPath::root()) {
        let name = entry.path.file_name();
        let Some(at) = NAMES.iter().position(|(_, known)| *known == name) else { continue };
        let (language, known) = NAMES[at];
        let slot = found.entry((language, entry.path.parent())).or_insert((at, known));
        if at < slot.0 {
            *slot = (at, known);
        }
    }
    Locks(found.into_iter().map(|(key, (_, name))| (key, name)).collect())
}

impl Locks {
    /// The name of the lock file nearest to a directory, in it or above it.
    #[must_use]
    pub fn nearest(&self, directory: &RepoPath, language: &str) -> Option<&'static str> {
        let language = NAMES.iter().map(|(known, _)| *known).find(|known| *known == language)?;
        directory.ancestors().find_map(|above| self.0.get(&(language, above)).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_lock_says_the_client() {
        let files = ["yarn.lock", "ui/pnpm-lock.yaml", "api/uv.lock", "berry/yarn.lock", "berry/.yarnrc.yml"];
        let snapshot = Snapshot::in_memory(files.iter().map(|path| ((*path).to_owned(), String::new())));
        let locks = gather(&snapshot);
        let at = |path: &str| RepoPath::new(path).unwrap_or_default();
        assert_eq!(locks.nearest(&at("ui/src"), "javascript"), Some("pnpm-lock.yaml"));
        assert_eq!(locks.nearest(&at("api"), "javascript"), Some("yarn.lock"));
        assert_eq!(locks.nearest(&at("api"), "python"), Some("uv.lock"));
        assert_eq!(locks.nearest(&at("berry"), "javascript"), Some(".yarnrc.yml"));
        assert_eq!(locks.nearest(&at("api"), "rust"), None);
    }
}
