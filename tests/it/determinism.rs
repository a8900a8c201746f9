//! Tests that one tree is one set of facts, whatever it is read through, and that equal input gives equal bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The environment of every child: nothing of the user's, of the system's or of a CI.
fn scrubbed(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("LC_ALL", "C")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "Rhea")
        .env("GIT_AUTHOR_EMAIL", "rhea@example.org")
        .env("GIT_COMMITTER_NAME", "Rhea")
        .env("GIT_COMMITTER_EMAIL", "rhea@example.org")
        .env("GIT_AUTHOR_DATE", "2026-11-01T12:00:00Z")
        .env("GIT_COMMITTER_DATE", "2026-11-01T12:00:00Z");
    command
}

/// A repository and all the ways to read it.
struct Ways {
    dir: tempfile::TempDir,
}

impl Ways {
    fn new() -> Self {
        let ways = Self { dir: tempfile::tempdir().expect("a directory") };
        let work = ways.path("work");
        fs::create_dir(&work).expect("made");
        for (path, text) in TREE {
            write(&work.join(path), text);
        }
        ways.git("work", &["init", "-q", "-b", "main"]);
        ways.git("work", &["add", "."]);
        ways.git("work", &["commit", "-q", "-m", "All of it"]);
        ways.git("work", &["tag", "-a", "-m", "First", "v1.0.0"]);
        ways.git("work", &["tag", "v1.1.0"]);
        ways.git("work", &["worktree", "add", "-q", "--detach", "../linked"]);
        ways.git(".", &["clone", "-q", "--bare", "--no-hardlinks", "work", "bare.git"]);
        ways.git(".", &["clone", "-q", "--mirror", "--no-hardlinks", "work", "bald"]);
        fs::remove_file(ways.path("bald/config")).expect("removed");
        ways.git("bare.git", &["repack", "-q", "-a", "-d"]);
        ways.git("bare.git", &["pack-refs", "--all"]);
        for (path, text) in TREE {
            write(&ways.path("plain").join(path), text);
        }
        ways
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    fn git(&self, at: &str, arguments: &[&str]) {
        let out = scrubbed("git", self.dir.path()).arg("-C").arg(self.path(at)).args(arguments).output().expect("git starts");
        assert!(out.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    }

    fn tollgate(&self, arguments: &[&str]) -> (Option<i32>, Vec<u8>) {
        let program = env!("CARGO_BIN_EXE_tollgate");
        let out = scrubbed(program, self.dir.path()).args(arguments).current_dir(self.dir.path()).output().expect("it starts");
        assert!(out.stderr.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
        (out.status.code(), out.stdout)
    }

    fn facts(&self, arguments: &[&str]) -> Value {
        let all = [&["facts", "--format", "json"], arguments].concat();
        let (status, bytes) = self.tollgate(&all);
        assert_eq!(status, Some(0), "{arguments:?}");
        let mut facts: Value = serde_json::from_slice(&bytes).expect("JSON");
        facts.as_object_mut().expect("an object").remove("subject").expect("a subject");
        facts
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(path, text).expect("written");
}

const TREE: &[(&str, &str)] = &[
    (".gitattributes", "*.txt text eol=crlf\ngen/** linguist-generated\nexported.py export-subst export-ignore\n"),
    (".gitignore", "*.log\n"),
    (
        ".github/dependabot.yml",
        "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n    schedule: {interval: weekly}\n",
    ),
    (
        ".github/workflows/ci.yml",
        "on:\n  pull_request:\n  push:\n    branches: [main]\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - run: make lint\n      - run: npm run lint\n        working-directory: web\n      - uses: ./.github/actions/scan\n",
    ),
    (".github/workflows/remote.yml", "on: push\njobs:\n  a:\n    uses: kestrel/workflows/.github/workflows/a.yml@v1\n"),
    (".github/actions/scan/action.yml", "runs:\n  using: composite\n  steps:\n    - run: gosec ./...\n      shell: bash\n"),
    ("Makefile", ".PHONY: lint\nlint:\n\tbandit -r src --exit-zero\n\truff check src\n"),
    ("pyproject.toml", "[project]\nname = \"kestrel\"\ndependencies = [\"flask\"]\n[tool.ruff.lint]\nextend-select = [\"S\"]\n"),
    ("requirements.txt", "flask==3.1.0\n"),
    ("src/app.py", "from flask import Flask\n\napp = Flask(__name__)\n"),
    ("src/exported.py", "# $Format:%H$\n"),
    ("src/gen/made.py", "x = 1\n"),
    (
        "web/package.json",
        "{\"name\": \"web\", \"scripts\": {\"lint\": \"eslint . || true\"}, \"dependencies\": {\"express\": \"5\"}}\n",
    ),
    ("web/src/index.js", "console.log(1);\n"),
    ("go.mod", "module example.org/kestrel\n"),
    ("main.go", "package main\n"),
    (
        "api/openapi.yaml",
        "openapi: 3.0.3\ninfo: {title: Kestrel, version: \"1\"}\npaths:\n  /birds:\n    get:\n      responses:\n        \"200\": {description: all}\n",
    ),
    ("täst/naïve.py", "x = 1\n"),
];

#[test]
fn one_tree_is_one_set_of_facts() {
    let ways = Ways::new();
    let facts = ways.facts(&["work"]);
    for list in ["components", "pipelines", "opaque", "analyzers", "dependency_bots", "dependencies_uncovered", "release_tags"] {
        assert!(facts[list].as_array().is_some_and(|rows| !rows.is_empty()), "{list}: the tree shows too little");
    }
    let same: &[&[&str]] = &[
        &["work", "--rev", "HEAD"],
        &["work", "--rev", "main"],
        &["work", "--rev", "v1.0.0"],
        &["work/web/src"],
        &["work/.git"],
        &["linked"],
        &["linked", "--rev", "v1.1.0"],
        &["linked/src"],
        &["bare.git"],
        &["bare.git", "--rev", "refs/tags/v1.0.0"],
        &["bald"],
        &["bald", "--rev", "main"],
    ];
    for arguments in same {
        assert_eq!(ways.facts(arguments), facts, "{arguments:?}");
    }
    let mut plain = facts.clone();
    plain["release_tags"] = Value::Array(Vec::new());
    assert_eq!(ways.facts(&["plain"]), plain, "a plain folder has no tags, and else the same");
}

#[test]
fn an_untracked_file_is_seen_in_the_work_tree_only() {
    let ways = Ways::new();
    let committed = ways.facts(&["work", "--rev", "HEAD"]);
    write(&ways.path("work/build.log"), "ignored\n");
    assert_eq!(ways.facts(&["work"]), committed, "an ignored file is not there");
    write(&ways.path("work/tools/Cargo.toml"), "[package]\nname = \"tools\"\n");
    write(&ways.path("work/tools/src/main.rs"), "fn main() {}\n");
    assert_ne!(ways.facts(&["work"]), committed, "an untracked one is");
    assert_eq!(ways.facts(&["work", "--rev", "HEAD"]), committed);
    assert_eq!(ways.facts(&["linked"]), committed);
}

#[test]
fn a_subfolder_alone_is_that_folder() {
    let ways = Ways::new();
    let here = ways.facts(&["work/web", "--here"]);
    assert_eq!(here, ways.facts(&["plain/web", "--here"]));
    assert_eq!(here["components"][0]["directory"], "");
}

#[test]
fn equal_input_gives_equal_bytes() {
    let ways = Ways::new();
    let now = ["--now", "2026-11-23T12:00:00Z"];
    for path in ["work", "bare.git", "plain"] {
        let formats = tollgate::report::reporters().iter().map(|reporter| reporter.format());
        // A statement is about a commit.
        for format in formats.filter(|format| *format != "in-toto" || path == "bare.git") {
            for more in [&[][..], &["--all", "-v"], &["--profile", "literal", "--color", "always"]] {
                let arguments = [&["check", path, "--format", format], more, &now].concat();
                let first = ways.tollgate(&arguments);
                assert_eq!(first, ways.tollgate(&arguments), "{arguments:?}");
                assert_eq!(first.0, Some(1), "{arguments:?}");
            }
        }
        for format in ["text", "json"] {
            let arguments = ["facts", path, "--format", format];
            assert_eq!(ways.tollgate(&arguments), ways.tollgate(&arguments), "{arguments:?}");
        }
    }
}
