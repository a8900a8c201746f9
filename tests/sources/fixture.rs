//! Owns repositories built by the git command for the tests. Refuses the configuration of whoever runs them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tollgate::snapshot::{self, EntryKind, Snapshot, UnreadKind};
use tollgate::source::OpenOptions;

/// Path, kind and content of everything in a snapshot.
pub(crate) type Contents = BTreeMap<String, (EntryKind, Result<String, UnreadKind>)>;

/// A directory with repositories in it.
pub(crate) struct Fixture {
    directory: TempDir,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a temporary directory") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs git in `name` and gives its output without the last line end.
    pub(crate) fn git(&self, name: &str, arguments: &[&str]) -> String {
        self.git_with(name, arguments, &[])
    }

    pub(crate) fn git_with(&self, name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let output = Command::new("git")
            .current_dir(self.path(name))
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.directory.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.org")
            .env("GIT_AUTHOR_DATE", "1700000000 +0000")
            .env("GIT_COMMITTER_NAME", "C")
            .env("GIT_COMMITTER_EMAIL", "c@example.org")
            .env("GIT_COMMITTER_DATE", "1700000000 +0000")
            .envs(variables.iter().copied())
            .output()
            .expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// An empty repository with branch `main`.
    pub(crate) fn init(&self, name: &str) {
        fs::create_dir_all(self.path(name)).expect("a directory");
        self.git(name, &["init", "-q", "-b", "main", "."]);
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Commits everything in `name`, ignored files too, and gives the commit's id.
    pub(crate) fn commit(&self, name: &str, message: &str) -> String {
        self.git(name, &["add", "-A", "-f"]);
        self.git(name, &["commit", "-q", "--allow-empty", "-m", message]);
        self.git(name, &["rev-parse", "HEAD"])
    }

    pub(crate) fn open(&self, name: &str) -> Snapshot {
        self.open_with(name, &OpenOptions::default())
    }

    pub(crate) fn open_rev(&self, name: &str, rev: &str) -> Snapshot {
        self.open_with(name, &OpenOptions { rev: Some(rev.to_owned()), ..OpenOptions::default() })
    }

    pub(crate) fn open_with(&self, name: &str, options: &OpenOptions) -> Snapshot {
        snapshot::open(&self.path(name), options).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn fail(&self, name: &str, options: &OpenOptions) -> tollgate::error::Error {
        snapshot::open(&self.path(name), options).err().unwrap_or_else(|| panic!("{name} should not open"))
    }

    pub(crate) fn rev_error(&self, name: &str, rev: &str) -> tollgate::error::Error {
        self.fail(name, &OpenOptions { rev: Some(rev.to_owned()), ..OpenOptions::default() })
    }
}

#[cfg(unix)]
pub(crate) fn link(target: impl AsRef<Path>, at: &Path) {
    std::os::unix::fs::symlink(target, at).expect("a link");
}

pub(crate) fn contents(snapshot: &Snapshot) -> Contents {
    let read = |path| snapshot.read(path).map(|file| file.text.clone()).map_err(|unread| unread.kind);
    snapshot.entries().iter().map(|entry| (entry.path.to_string(), (entry.kind, read(&entry.path)))).collect()
}

pub(crate) fn names(snapshot: &Snapshot) -> Vec<String> {
    snapshot.entries().iter().map(|entry| entry.path.to_string()).collect()
}
