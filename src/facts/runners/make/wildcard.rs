//! Owns the names that `include` gives: globs and `$(wildcard …)` over the tree. Refuses names that leave it.

use globset::GlobBuilder;

use super::expand::closing;
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// `$(wildcard x)` as `x`: what `include` does with a glob is what `wildcard` does.
pub(super) fn replace(names: &str) -> String {
    let mut out = String::new();
    let mut rest = names;
    while let Some(at) = rest.find("$(wildcard ") {
        let Some(close) = closing(&rest[at + 1..]) else { break };
        out.push_str(&rest[..at]);
        out.push_str(&rest[at + "$(wildcard ".len()..at + 1 + close]);
        rest = &rest[at + close + 2..];
    }
    out + rest
}

/// The files of the tree that a name or glob means, sorted.
pub(super) fn matches(snapshot: &Snapshot, workdir: &Workdir, name: &str) -> Vec<RepoPath> {
    if !name.contains(['*', '?', '[']) {
        return workdir.resolve(name).filter(|path| snapshot.entry(path).is_some()).into_iter().collect();
    }
    let (folder, pattern) = name.rsplit_once('/').unwrap_or((".", name));
    let Some(folder) = workdir.resolve(folder).filter(|path| !path.as_str().contains(['*', '?', '['])) else { return Vec::new() };
    let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() else { return Vec::new() };
    let matcher = glob.compile_matcher();
    let names = snapshot.children(&folder).filter(|(name, is_dir)| !is_dir && matcher.is_match(name));
    names.filter_map(|(name, _)| folder.join(name)).collect()
}
