//! Owns Python projects that another one takes from a path and locks in its own lock file: they are updated with it. Refuses
//! everything else in a lock file.

use super::below;
use crate::facts::components::ManifestFact;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Lock files, and what tells that a manifest takes something from a path: without it the lock is not read.
const LOCKS: &[(&str, &str)] = &[("uv.lock", "[tool.uv.sources"), ("poetry.lock", "path")];

/// Manifests that a resolver reads in such a directory.
const PROJECTS: &[&str] = &["pyproject.toml", "setup.py", "setup.cfg"];

/// How many directories of one lock file are looked at.
const MOST: usize = 1_000;

/// Manifests of projects below the root that its lock file locks by their directory, and that have no lock file of their own.
pub(super) fn by_lock(snapshot: &Snapshot, root: &ManifestFact, manifests: &[ManifestFact]) -> Vec<RepoPath> {
    let home = root.path.parent();
    let mut found = Vec::new();
    for (name, mark) in LOCKS {
        let Some(lock) = home.join(name).filter(|lock| snapshot.is_file(lock)) else { continue };
        let marked = snapshot.read(&root.path).is_ok_and(|file| file.text.contains(mark));
        let Some(file) = marked.then(|| snapshot.read_bounded(&lock, snapshot.limits().lock_file_bytes).ok()).flatten() else {
            continue;
        };
        for directory in directories(&file.text).into_iter().take(MOST) {
            let Some(directory) = home.join(directory).filter(|directory| *directory != home && directory.is_in(&home)) else {
                continue;
            };
            let own = LOCKS.iter().any(|(name, _)| directory.join(name).is_some_and(|lock| snapshot.is_file(&lock)));
            let there = below(manifests, &directory).filter(|path| path.parent() == directory && !own);
            found.extend(there.filter(|path| PROJECTS.contains(&path.file_name())).cloned());
        }
    }
    found
}

/// The directories that a lock file names as sources: `source = { editable = "a" }` or `{ directory = "a" }` of uv, a source of
/// `type = "directory"` followed by its `url` of Poetry.
fn directories(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut is_directory = false;
    for line in text.lines() {
        let quoted = |prefix: &str| line.strip_prefix(prefix).and_then(|rest| rest.split('"').next());
        found.extend(quoted("source = { editable = \"").or_else(|| quoted("source = { directory = \"")));
        if is_directory {
            found.extend(quoted("url = \""));
        }
        is_directory = line == "type = \"directory\"";
    }
    found
}
