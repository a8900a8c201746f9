//! Owns where a command stands while it is traced: a virtual absolute directory, and which parts of that virtual file system
//! are the inspected tree (a checkout into a subfolder, a bind mount, a build context). Refuses to touch a file.

use std::sync::Arc;

use crate::text::RepoPath;

/// The virtual directory that a CI workspace starts in.
pub const WORKSPACE: &str = "/workspace";

/// A working directory on a virtual file system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Workdir {
    path: Option<String>,
    mounts: Arc<Vec<(String, RepoPath)>>,
}

impl Workdir {
    /// A workspace whose directory is the root of the inspected tree.
    #[must_use]
    pub fn workspace() -> Self {
        Self::mounted(WORKSPACE, vec![(WORKSPACE.to_owned(), RepoPath::root())])
    }

    /// A directory on a file system where each of `mounts` (virtual directory, tree directory) is a part of the tree.
    #[must_use]
    pub fn mounted(path: &str, mounts: Vec<(String, RepoPath)>) -> Self {
        Self { path: normalise("/", path), mounts: Arc::new(mounts) }
    }

    /// The same mounts from a directory that could not be read.
    #[must_use]
    pub fn unknown(&self) -> Self {
        Self { path: None, mounts: Arc::clone(&self.mounts) }
    }

    /// Whether the directory is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.path.is_some()
    }

    /// The directory after `cd to`.
    #[must_use]
    pub fn enter(&self, to: &str) -> Self {
        let path = self
            .path
            .as_deref()
            .and_then(|from| normalise(from, to))
            .or_else(|| to.starts_with('/').then(|| normalise("/", to)).flatten());
        Self { path, mounts: Arc::clone(&self.mounts) }
    }

    /// The directory in the tree; `None` when it is unknown or outside the tree.
    #[must_use]
    pub fn dir(&self) -> Option<RepoPath> {
        self.resolve(".")
    }

    /// A path as a command here would open it, in the tree; `None` when it is unknown or outside the tree.
    #[must_use]
    pub fn resolve(&self, path: &str) -> Option<RepoPath> {
        let path = match (&self.path, path.starts_with('/')) {
            (_, true) => normalise("/", path)?,
            (Some(from), false) => normalise(from, path)?,
            (None, false) => return None,
        };
        let inside = self.mounts.iter().filter_map(|(at, tree)| Some((at.len(), below(&path, at)?, tree)));
        let (_, rest, tree) = inside.max_by_key(|(length, ..)| *length)?;
        tree.join(rest)
    }

    /// The virtual path, for mapping into a container.
    #[must_use]
    pub fn virtual_path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The mounts, for mapping into a container.
    #[must_use]
    pub fn mounts(&self) -> &[(String, RepoPath)] {
        &self.mounts
    }
}

fn below<'a>(path: &'a str, at: &str) -> Option<&'a str> {
    let at = at.trim_end_matches('/');
    let rest = path.strip_prefix(at)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/'))
}

/// `to` seen from the absolute `from`; `..` above `/` stays at `/`, as in POSIX.
fn normalise(from: &str, to: &str) -> Option<String> {
    if to.contains('\0') {
        return None;
    }
    let mut segments: Vec<&str> =
        if to.starts_with('/') { Vec::new() } else { from.split('/').filter(|s| !s.is_empty()).collect() };
    for segment in to.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    Some(format!("/{}", segments.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: Option<RepoPath>) -> Option<String> {
        path.map(|p| p.to_string())
    }

    #[test]
    fn follows_cd_and_mounts() {
        let here = Workdir::workspace();
        assert_eq!(text(here.enter("a/b").resolve("../c")), Some("a/c".into()));
        assert_eq!(text(here.enter("..").dir()), None);
        let nested = Workdir::mounted(WORKSPACE, vec![(format!("{WORKSPACE}/src"), RepoPath::root())]);
        assert_eq!(text(nested.dir()), None);
        assert_eq!(text(nested.enter("src/x").dir()), Some("x".into()));
        let docker = Workdir::mounted("/app", vec![("/app".into(), RepoPath::new("services/api").expect("path"))]);
        assert_eq!(text(docker.resolve("/app/bin/lint.sh")), Some("services/api/bin/lint.sh".into()));
        assert_eq!(text(docker.unknown().resolve("bin/x")), None);
    }
}
