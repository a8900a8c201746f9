//! Owns a checkout as a runner leaves it: commits made from texts, references, a work tree, and the event of a run. Refuses to ask git.
#![expect(clippy::disallowed_methods, reason = "it makes repositories of its own")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use git2::{Oid, Repository, Signature, Time};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::payloads::{self, Head};

/// What is the same in every run of these tests.
const SAME: [(&str, &str); 27] = [
    ("CI", "true"),
    ("GITHUB_ACTIONS", "true"),
    ("GITHUB_ACTION", "acme_tollgate"),
    ("GITHUB_ACTOR", "octo"),
    ("GITHUB_ACTOR_ID", "5346"),
    ("GITHUB_TRIGGERING_ACTOR", "octo"),
    ("GITHUB_API_URL", "https://api.github.com"),
    ("GITHUB_GRAPHQL_URL", "https://api.github.com/graphql"),
    ("GITHUB_SERVER_URL", "https://github.com"),
    ("GITHUB_JOB", "tollgate"),
    ("GITHUB_REF_PROTECTED", "false"),
    ("GITHUB_REPOSITORY", "acme/kestrel"),
    ("GITHUB_REPOSITORY_ID", "186853002"),
    ("GITHUB_REPOSITORY_OWNER", "acme"),
    ("GITHUB_REPOSITORY_OWNER_ID", "21031067"),
    ("GITHUB_RETENTION_DAYS", "90"),
    ("GITHUB_RUN_ATTEMPT", "1"),
    ("GITHUB_RUN_ID", "1658821493"),
    ("GITHUB_RUN_NUMBER", "3"),
    ("GITHUB_WORKFLOW", "tollgate"),
    ("GITHUB_WORKFLOW_REF", "acme/kestrel/.github/workflows/tollgate.yml@refs/pull/2/merge"),
    ("RUNNER_ARCH", "X64"),
    ("RUNNER_ENVIRONMENT", "github-hosted"),
    ("RUNNER_NAME", "GitHub Actions 2"),
    ("RUNNER_OS", "Linux"),
    ("RUNNER_DEBUG", "1"),
    ("ImageOS", "ubuntu24"),
];

/// Texts by path.
pub(super) type Files<'a> = &'a [(&'a str, &'a str)];

/// A repository with a work tree.
pub(super) struct Checkout {
    pub(super) directory: TempDir,
    pub(super) repository: Repository,
}

/// What a run of `check` said.
pub(super) struct Said {
    pub(super) status: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Said {
    /// The report, of a run with `--format json`.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    /// `(verdict, decision, change)` of the findings of a rule.
    pub(super) fn of(&self, rule: &str) -> Vec<(String, String, String)> {
        let report = self.json();
        let rows = report["findings"].as_array().expect("a list").iter().filter(|row| row["rule"] == rule);
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        rows.map(|row| (text(&row["verdict"]), text(&row["decision"]), text(&row["change"]))).collect()
    }
}

impl Checkout {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a folder");
        let repository = Repository::init(directory.path()).expect("a repository");
        Self { directory, repository }
    }

    /// A commit of exactly these files; a text `-> TARGET` makes a link, one `@ ID` a submodule at that commit.
    pub(super) fn commit(&self, files: Files<'_>, parents: &[Oid]) -> Oid {
        let mut index = git2::Index::new().expect("an index");
        for (path, text) in files {
            let (mode, id) = match (text.strip_prefix("-> "), text.strip_prefix("@ ")) {
                (Some(target), _) => (0o120_000, self.repository.blob(target.as_bytes()).expect("a blob")),
                (None, Some(commit)) => (0o160_000, Oid::from_str(commit).expect("an id")),
                (None, None) => (0o100_644, self.repository.blob(text.as_bytes()).expect("a blob")),
            };
            let zero = git2::IndexTime::new(0, 0);
            let entry = git2::IndexEntry {
                ctime: zero,
                mtime: zero,
                dev: 0,
                ino: 0,
                mode,
                uid: 0,
                gid: 0,
                file_size: 0,
                id,
                flags: 0,
                flags_extended: 0,
                path: path.as_bytes().to_vec(),
            };
            index.add(&entry).expect("added");
        }
        let tree = index.write_tree_to(&self.repository).expect("a tree");
        let tree = self.repository.find_tree(tree).expect("a tree");
        let who = Signature::new("a", "a@example.org", &Time::new(1_760_000_000, 0)).expect("a name");
        let parents: Vec<_> = parents.iter().map(|id| self.repository.find_commit(*id).expect("a commit")).collect();
        let parents: Vec<_> = parents.iter().collect();
        self.repository.commit(None, &who, &who, "work", &tree, &parents).expect("a commit")
    }

    pub(super) fn branch(&self, full: &str, id: Oid) {
        self.repository.reference(full, id, true, "test").expect("a reference");
    }

    /// Checks a commit out, as the runner does.
    pub(super) fn check_out(&self, id: Oid) {
        self.repository.set_head_detached(id).expect("detached");
        let mut how = git2::build::CheckoutBuilder::new();
        self.repository.checkout_head(Some(how.force().remove_untracked(true))).expect("checked out");
    }

    /// Forgets the objects of a commit that a shallow clone has not: itself and, where no other commit here has them, its trees and files.
    pub(super) fn forget(&self, gone: Oid, kept: &[Oid]) {
        let all = |id: Oid| {
            let commit = self.repository.find_commit(id).expect("a commit");
            let mut ids = vec![id, commit.tree_id()];
            commit
                .tree()
                .expect("a tree")
                .walk(git2::TreeWalkMode::PreOrder, |_, entry| {
                    ids.push(entry.id());
                    git2::TreeWalkResult::Ok
                })
                .expect("walked");
            ids
        };
        let kept: Vec<Oid> = kept.iter().flat_map(|id| all(*id)).collect();
        for id in all(gone).into_iter().filter(|id| !kept.contains(id)) {
            let text = id.to_string();
            let _ = fs::remove_file(self.directory.path().join(".git/objects").join(&text[..2]).join(&text[2..]));
        }
    }

    /// Runs `check` as a step of a run on GitHub would.
    pub(super) fn check(&self, run: &Run, arguments: &[&str]) -> Said {
        said(self.directory.path(), &self.variables(run), arguments)
    }

    /// The same with more variables.
    pub(super) fn check_with(&self, run: &Run, more: &[(&'static str, &str)], arguments: &[&str]) -> Said {
        let mut variables = self.variables(run);
        variables.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        said(self.directory.path(), &variables, arguments)
    }

    /// Runs `check` in a CI that is not GitHub's.
    pub(super) fn elsewhere(&self, arguments: &[&str]) -> Said {
        said(self.directory.path(), &BTreeMap::from([("CI", "true".to_owned())]), arguments)
    }

    /// Runs `check` as somebody at a keyboard does.
    pub(super) fn locally(&self, arguments: &[&str]) -> Said {
        said(self.directory.path(), &BTreeMap::new(), arguments)
    }

    /// The variables that the runner sets for a run; the files of a step and what the step itself has are its own.
    pub(super) fn variables(&self, run: &Run) -> BTreeMap<&'static str, String> {
        let short = run.reference.splitn(3, '/').nth(2).unwrap_or_default();
        let side = |side: &str| run.payload["pull_request"][side]["ref"].as_str().unwrap_or_default().to_owned();
        let mut all = BTreeMap::from([
            ("GITHUB_EVENT_NAME", run.name.to_owned()),
            ("GITHUB_EVENT_PATH", self.event(&run.payload).display().to_string()),
            ("GITHUB_SHA", run.commit.to_string()),
            ("GITHUB_REF", run.reference.clone()),
            ("GITHUB_REF_NAME", short.to_owned()),
            ("GITHUB_REF_TYPE", if run.reference.starts_with("refs/tags/") { "tag" } else { "branch" }.to_owned()),
            ("GITHUB_BASE_REF", side("base")),
            ("GITHUB_HEAD_REF", side("head")),
            ("GITHUB_WORKSPACE", self.directory.path().display().to_string()),
            ("GITHUB_WORKFLOW_SHA", run.commit.to_string()),
        ]);
        all.extend(SAME.map(|(name, value)| (name, value.to_owned())));
        all
    }

    fn event(&self, payload: &Value) -> PathBuf {
        let path = self.directory.path().join(".git/event.json");
        fs::write(&path, payload.to_string()).expect("written");
        path
    }
}

fn said(directory: &Path, environment: &BTreeMap<&str, String>, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().env("TERM", "dumb").envs(environment).arg("check").args(arguments).current_dir(directory);
    let output = command.output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Said { status: output.status.code().expect("no signal"), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A run on GitHub.
pub(super) struct Run {
    name: &'static str,
    commit: Oid,
    reference: String,
    payload: Value,
}

impl Run {
    /// Of a pull request: the forge's merge, its base branch with that branch's commit at the time, its head.
    pub(super) fn pull_request(merge: Oid, branch: &str, base: Oid, head: Oid) -> Self {
        Self::pull_request_from(merge, branch, base, head, Head::Here)
    }

    /// The same, from where its head lies.
    pub(super) fn pull_request_from(merge: Oid, branch: &str, base: Oid, head: Oid, lies: Head) -> Self {
        let payload = payloads::pull_request(branch, base, head, lies);
        Self { name: "pull_request", commit: merge, reference: "refs/pull/2/merge".to_owned(), payload }
    }

    /// The same from a repository of this name.
    pub(super) fn from(mut self, repository: &str) -> Self {
        self.payload["pull_request"]["base"]["repo"] = json!({ "full_name": "acme/kestrel" });
        self.payload["pull_request"]["head"]["repo"] = json!({ "full_name": repository });
        self
    }

    pub(super) fn push(branch: &str, before: &str, after: Oid) -> Self {
        let reference = format!("refs/heads/{branch}");
        let payload = payloads::push(&reference, before, after);
        Self { name: "push", commit: after, reference, payload }
    }

    pub(super) fn tag(name: &str, commit: Oid) -> Self {
        let reference = format!("refs/tags/{name}");
        let payload = payloads::push(&reference, &"0".repeat(40), commit);
        Self { name: "push", commit, reference, payload }
    }

    pub(super) fn merge_group(branch: &str, base: Oid, head: Oid) -> Self {
        let payload = payloads::merge_group(branch, base, head);
        let reference = format!("refs/heads/gh-readonly-queue/{branch}/pr-2-{base}");
        Self { name: "merge_group", commit: head, reference, payload }
    }

    /// The same with more in its payload, as a push of many commits has it.
    pub(super) fn padded(mut self, bytes: usize) -> Self {
        self.payload["commits"] = json!("x".repeat(bytes));
        self
    }

    /// The same under another event's name.
    pub(super) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Started by a person, or by something else that changes no code.
    pub(super) fn by_hand(name: &'static str, commit: Oid, reference: &str) -> Self {
        Self { name, commit, reference: reference.to_owned(), payload: payloads::by_hand(reference) }
    }

    pub(super) fn schedule(commit: Oid) -> Self {
        Self { name: "schedule", commit, reference: "refs/heads/main".to_owned(), payload: payloads::schedule() }
    }
}
