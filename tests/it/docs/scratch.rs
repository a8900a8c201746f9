//! Owns the repository in which the commands of the pages run: a service with a gate, a release, and clones of it as CI systems make them.
//! Refuses the settings of whoever runs the test, and the network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::copied;
use crate::tags::compared;

const TREE: &str = "fixtures-repos/chain-make-tox/tree";

/// A repository whose analyzer gates, on `main`; a harmless change on `fine`, one that takes the gate away on `worse`; a release `v1.2.3`.
pub(super) struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    /// `None` where the programs that it needs are not here.
    pub(super) fn new() -> Option<Self> {
        if !compared(&["git", "sh"]) {
            return None;
        }
        let scratch = Self { folder: copied(TREE) };
        fs::rename(scratch.path().join(TREE), scratch.origin()).expect("moved");
        let tox = scratch.origin().join("tox.ini");
        let soft = fs::read_to_string(&tox).expect("a file");
        fs::write(&tox, soft.replace(" --exit-zero", "")).expect("written");
        scratch.git("init --quiet --initial-branch main .");
        scratch.git("add .");
        scratch.git("commit --quiet --message one");
        scratch.git("tag --annotate --message v1.2.3 v1.2.3");
        for (branch, file, text) in [("fine", "NOTES.md", "nothing\n"), ("worse", "tox.ini", soft.as_str())] {
            scratch.git(&format!("checkout --quiet -b {branch} main"));
            fs::write(scratch.origin().join(file), text).expect("written");
            scratch.git("add .");
            scratch.git(&format!("commit --quiet --message {branch}"));
        }
        scratch.git("checkout --quiet main");
        let (status, told) = scratch.sh(scratch.path(), "git clone --quiet --branch fine origin here", &[]);
        assert_eq!(status, 0, "{told}");
        let (status, told) = scratch.sh(&scratch.here(), "git branch --quiet --track main origin/main", &[]);
        assert_eq!(status, 0, "{told}");
        fs::write(scratch.here().join(".tollgate.toml"), "schema = 1\n").expect("written");
        Some(scratch)
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn origin(&self) -> PathBuf {
        self.path().join("origin")
    }

    fn here(&self) -> PathBuf {
        self.path().join("here")
    }

    fn git(&self, arguments: &str) {
        let (status, told) = self.sh(&self.origin(), &format!("git {arguments}"), &[]);
        assert_eq!(status, 0, "git {arguments}: {told}");
    }

    /// The commit of a branch of the origin.
    pub(super) fn commit(&self, branch: &str) -> String {
        let (status, told) = self.sh(&self.origin(), &format!("git rev-parse refs/heads/{branch}"), &[]);
        assert_eq!(status, 0, "{told}");
        told.trim().to_owned()
    }

    /// A clone with every branch, as a CI system leaves it: a commit and no branch checked out.
    pub(super) fn cloned(&self, branch: &str, name: &str) -> PathBuf {
        let script = format!(
            "git clone --quiet --branch {branch} origin {name}; cd {name}; git checkout --quiet --detach; git branch --quiet -D {branch}"
        );
        let (status, told) = self.sh(self.path(), &script, &[]);
        assert_eq!(status, 0, "{told}");
        self.path().join(name)
    }

    /// Runs a command line of tollgate.
    pub(super) fn run(&self, words: &[String]) -> (i32, String) {
        self.told(self.program(env!("CARGO_BIN_EXE_tollgate"), &self.here()).args(&words[1..]))
    }

    /// Runs a script in the clone.
    pub(super) fn script(&self, script: &str) -> (i32, String) {
        self.sh(&self.here(), script, &[])
    }

    /// Runs a script in a folder, as strict as a step of CI.
    pub(super) fn sh(&self, folder: &Path, script: &str, more: &[(&str, &str)]) -> (i32, String) {
        self.told(self.program("sh", folder).args(["-euc", script]).envs(more.iter().copied()))
    }

    fn program(&self, program: &str, folder: &Path) -> Command {
        let own = Path::new(env!("CARGO_BIN_EXE_tollgate")).parent().unwrap_or(Path::new(".")).to_path_buf();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).expect("a path");
        let mut command = Command::new(program);
        command.env_clear().current_dir(folder).env("PATH", path).env("HOME", self.path()).env("TERM", "dumb");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "rhea").env(format!("GIT_{role}_EMAIL"), "rhea@example.org");
        }
        command
    }

    fn told(&self, command: &mut Command) -> (i32, String) {
        let output = command.output().expect("it starts");
        let told = [output.stdout, output.stderr].concat();
        (output.status.code().expect("no signal"), String::from_utf8_lossy(&told).into_owned())
    }
}
