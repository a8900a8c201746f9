//! Owns where a command stands while it is traced: a virtual absolute directory, and which parts of that virtual file system
//! are the inspected tree (a checkout into a subfolder, a bind mount, a build context). Refuses to touch a file.

use std::sync::Arc;

use super::shell::UNKNOWN_CHAR;
use crate::text::RepoPath;

/// The virtual directory that a CI workspace starts in.
pub const WORKSPACE: &str = "/workspace";

/// A working directory on a virtual file system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Workdir {
    path: Option<String>,
    mounts: Arc<Vec<(String, RepoPath)>>,
    beside: Beside,
}

/// Whose files lie where nothing of the tree is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Beside {
    /// The machine's that runs the job.
    Machine,
    /// An image's, whose name is computed.
    Image,
    /// An image's that nothing in the tree makes.
    Elsewhere,
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
        Self { path: normalise("/", path), mounts: Arc::new(mounts), beside: Beside::Machine }
    }

    /// The same mounts from a directory that could not be read.
    #[must_use]
    pub fn unknown(&self) -> Self {
        Self { path: None, ..self.clone() }
    }

    /// The same in a container: what lies in no mount is the image's. `elsewhere`: nothing in the tree makes that image.
    #[must_use]
    pub fn in_image(self, elsewhere: bool) -> Self {
        Self { beside: if elsewhere { Beside::Elsewhere } else { Beside::Image }, ..self }
    }

    /// Whether it is, or may be, among the files of an image.
    #[must_use]
    pub fn is_images(&self) -> bool {
        self.beside != Beside::Machine && self.dir().is_none()
    }

    /// A directory of a container that is none of the tree's, whatever it is.
    #[must_use]
    pub fn apart(&self) -> Self {
        let path = Some(format!("/{UNKNOWN_CHAR}"));
        Self { path, ..self.clone() }.in_image(true)
    }

    /// Whether it is such a directory.
    #[must_use]
    pub fn is_apart(&self) -> bool {
        self.beside == Beside::Elsewhere && self.path.is_some() && self.dir().is_none()
    }

    /// Whether the directory is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.path.is_some()
    }

    /// The directory after `cd to`.
    #[must_use]
    pub fn enter(&self, to: &str) -> Self {
        if to.contains(UNKNOWN_CHAR) {
            return self.enter_unknown(to);
        }
        let path = self
            .path
            .as_deref()
            .and_then(|from| normalise(from, to))
            .or_else(|| to.starts_with('/').then(|| normalise("/", to)).flatten());
        Self { path, ..self.clone() }
    }

    /// As [`Self::enter`], for a path that is known in part: it is known as far as that it lies outside the tree, or not.
    fn enter_unknown(&self, to: &str) -> Self {
        let (head, tail) = to.split_once(UNKNOWN_CHAR).unwrap_or((to, ""));
        let path = normalise(self.path.as_deref().filter(|_| !to.starts_with('/')).unwrap_or("/"), head);
        let absolute = to.starts_with('/') || self.path.is_some();
        let outside = |head: &str| {
            let head = head.trim_end_matches('/');
            self.mounts.iter().all(|(at, _)| !at.starts_with(head) && below(head, at).is_none())
        };
        match path {
            Some(head) if absolute && !tail.split('/').any(|segment| segment == "..") && outside(&head) => {
                Self { path: normalise("/", &format!("{head}/{UNKNOWN_CHAR}{tail}")), ..self.clone() }
            }
            _ => self.unknown(),
        }
    }

    /// Where a path of the tree lies on this file system.
    #[must_use]
    pub fn locate(&self, path: &RepoPath) -> Option<String> {
        let candidates = self.mounts.iter().filter(|(_, tree)| path.is_in(tree)).map(|(at, tree)| {
            let rest = path.as_str().strip_prefix(tree.as_str()).unwrap_or("").trim_start_matches('/');
            format!("{}/{rest}", at.trim_end_matches('/'))
        });
        candidates.into_iter().find(|place| self.resolve(place).as_ref() == Some(path))
    }

    /// The directories of this file system that are the root of the tree.
    #[must_use]
    pub fn tops(&self) -> Vec<String> {
        self.mounts.iter().filter(|(_, tree)| tree.is_root()).map(|(at, _)| at.clone()).collect()
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

    /// Whether a directory, named as a command here would name it, is one of the tree or above one: files of the tree may lie below it.
    #[must_use]
    pub fn leads_into_the_tree(&self, directory: &str) -> bool {
        let from = if directory.starts_with('/') { Some("/") } else { self.path.as_deref() };
        let Some(path) = from.and_then(|from| normalise(from, directory)) else { return false };
        self.mounts.iter().any(|(at, _)| below(&path, at).is_some() || below(at, &path).is_some())
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

/// `to` seen from the absolute `from`; `..` above `/` stays at `/`, as in POSIX. A hosted runner's own name of the workspace (on
/// the machine, in a container) is the workspace.
pub(in crate::facts) fn normalise(from: &str, to: &str) -> Option<String> {
    if to.contains('\0') {
        return None;
    }
    let mut path = String::with_capacity(from.len() + to.len() + 1);
    let above = if to.starts_with('/') { "" } else { from };
    for segment in above.split('/').filter(|segment| !segment.is_empty()) {
        path.extend(["/", segment]);
    }
    for segment in to.split('/') {
        match segment {
            "" | "." => {}
            ".." => path.truncate(path.rfind('/').unwrap_or_default()),
            other => path.extend(["/", other]),
        }
    }
    let inside = ["/home/runner/work/", "/__w/"].iter().find_map(|root| {
        let (name, rest) = path.strip_prefix(root)?.split_once('/')?;
        let (again, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        (name == again).then_some(rest)
    });
    match inside {
        Some(rest) => Some(format!("{WORKSPACE}{rest}")),
        None if path.is_empty() => Some("/".to_owned()),
        None => Some(path),
    }
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
        for (directory, leads) in
            [("/app/bin", true), ("bin", true), ("/", true), ("/ap", false), ("/usr/bin", false), ("..", true)]
        {
            assert_eq!(docker.leads_into_the_tree(directory), leads, "{directory}");
        }
        // A single file may be mounted among others.
        let file = Workdir::mounted("/", vec![("/usr/bin/bandit".into(), RepoPath::new("ci/none").expect("path"))]);
        assert!(file.leads_into_the_tree("/usr/bin") && !file.leads_into_the_tree("/usr/local/bin"));
        assert_eq!(docker.locate(&RepoPath::new("services/api/x.sh").expect("path")).as_deref(), Some("/app/x.sh"));
        assert_eq!(docker.locate(&RepoPath::new("x.sh").expect("path")), None);
    }

    #[test]
    fn a_path_known_in_part_is_outside_or_unknown() {
        let here = Workdir::workspace();
        for (to, known) in [
            ("/tmp/\u{E000}", true),
            ("/tmp/\u{E000}/x", true),
            ("/tmp/\u{E000}/../..", false),
            ("/workspace/\u{E000}", false),
            ("/work\u{E000}", false),
            ("/\u{E000}", false),
            ("\u{E000}", false),
            ("build/\u{E000}", false),
        ] {
            let there = here.enter(to);
            assert_eq!((there.is_known(), there.dir()), (known, None), "{to}");
        }
        let mounted = Workdir::mounted("/tmp/x", vec![("/tmp/x".into(), RepoPath::root())]);
        assert!(!mounted.enter("/tmp/\u{E000}").is_known());
    }
}
