//! Links in the place of files that decide what a tool or a launcher does: a checkout makes them real, and nothing here follows them.

use std::os::unix::fs::symlink;

use super::*;
use tollgate::policy::Outcome;

/// A link, what it leads to, and a step; Ruff's security rules are on unless the link decides otherwise.
const DECIDING: [(&str, &str, &str, &str); 22] = [
    ("ruff.toml", "ci/weak", "lint.select = [\"E\"]\n", "ruff check ."),
    (".ruff.toml", "ci/weak", "lint.select = [\"E\"]\n", "ruff check ."),
    ("src/ruff.toml", "../ci/weak", "lint.select = [\"E\"]\n", "ruff check ."),
    (".bandit", "ci/weak", "[bandit]\nexclude: ./src\n", "bandit -r src"),
    ("bandit.py", "ci/weak", "", "python -m bandit -r src"),
    ("bandit/__init__.py", "../ci/weak", "", "python -m bandit -r src"),
    ("bandit", "ci", "", "python -m bandit -r src"),
    (".semgrepignore", "ci/weak", "src\n", "semgrep scan --config p/python --error"),
    (".flake8", "ci/weak", "[flake8]\nextend-ignore = S\n", "pip install flake8 flake8-bandit; flake8 src"),
    ("GNUmakefile", "ci/weak", "lint:\n\ttrue\n", "make lint"),
    ("Makefile", "ci/weak", "lint:\n\tbandit -r src\n", "make lint"),
    ("tox.ini", "ci/weak", "[testenv:lint]\ncommands = bandit -r src\n", "tox -e lint"),
    (".pre-commit-config.yaml", "ci/weak", "repos: []\n", "pre-commit run -a"),
    ("justfile", "ci/weak", "lint:\n    bandit -r src\n", "just lint"),
    ("noxfile.py", "ci/weak", "import nox\n", "nox -s lint"),
    (".npmrc", "ci/weak", "script-shell=/bin/true\n", "npm run lint"),
    ("pnpm-workspace.yaml", "ci/weak", "scriptShell: /bin/true\n", "pnpm run lint"),
    (".npmrc", "/etc/npmrc", "", "npm run lint"),
    (".npmrc", "nowhere", "", "npm run lint"),
    ("compose.yaml", "ci/weak", "services: {}\n", "docker compose run lint bandit -r src"),
    ("pyproject.toml", "ci/weak", "[project]\nname = \"a\"\n[tool.ruff.lint]\nselect = [\"E\"]\n", "ruff check ."),
    ("package.json", "ci/weak", "{\"scripts\": {\"lint\": \"bandit -r src\"}}", "npm run lint"),
];

fn linked(link: &str, to: &str, text: &str, step: &str) -> TempDir {
    let ci = workflow(step);
    let mut files: Vec<(&str, &str)> = vec![
        (WORKFLOW, &ci),
        ("src/a.py", "import os\n"),
        ("src/b.py", "import os\n"),
        ("ci/weak", text),
        ("ci/__init__.py", ""),
        ("ci/__main__.py", ""),
        ("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\n[tool.ruff.lint]\nselect = [\"S\"]\n"),
        ("package.json", "{\"scripts\": {\"lint\": \"bandit -r src\"}, \"packageManager\": \"pnpm@10.0.0\"}"),
        ("tox.toml", ""),
    ];
    files.retain(|(path, _)| *path != link);
    let bytes: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    let dir = folder(&bytes);
    let at = dir.path().join(link);
    fs::create_dir_all(at.parent().expect("a parent")).expect("made");
    symlink(to, at).expect("a link");
    dir
}

#[test]
fn a_link_that_decides_is_not_absent() {
    let mut wrong = Vec::new();
    for (link, to, text, step) in DECIDING {
        let dir = linked(link, to, text, step);
        let report = report(&dir);
        let python = verdict(&report.findings, "python-static-analysis", "python");
        let shadowed = link.starts_with("bandit") && python == Some(Verdict::Fail);
        let closed = report.outcome == Outcome::Incomplete || report.exit_status() == 1;
        let named = report.not_inspected.iter().any(|one| one.path.as_str() == link);
        let undecided =
            python == Some(Verdict::Unknown) || (python == Some(Verdict::Pass) && report.outcome == Outcome::Incomplete);
        if !(shadowed || closed && undecided && named) {
            wrong.push(format!("{link} -> {to}, {step}: {python:?}, exit {}{}", report.exit_status(), told(&report.findings)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file of a bot that only we do not read may be in force: it is neither refused by its service nor absent.
#[test]
fn a_linked_file_of_a_bot_is_unknown() {
    for (link, to, text) in [
        (".github/dependabot.yml", "../ci/weak", "version: 2\nupdates: []\n"),
        ("renovate.json", "ci/weak", "{ \"enabled\": false }"),
    ] {
        let report = report(&linked(link, to, text, "bandit -r src"));
        assert_eq!(verdict(&report.findings, "ci-config-readable", link), Some(Verdict::Fail), "{}", told(&report.findings));
        let bots: Vec<_> = report.findings.iter().filter(|one| one.finding.rule == "dependency-update-bot").collect();
        assert!(!bots.is_empty() && bots.iter().all(|one| one.finding.verdict == Verdict::Unknown), "{}", told(&report.findings));
    }
}

/// A link to a directory is one, and what lies in it is there under its name; what leads nowhere is no directory.
#[test]
fn a_directory_that_is_a_link_is_a_directory() {
    for (to, directory) in [("src", true), ("nowhere", false)] {
        let dir = linked("lib", to, "", "true");
        let snapshot = tollgate::snapshot::open(dir.path(), &Default::default()).expect("a tree");
        let at = |path: &str| tollgate::text::RepoPath::new(path).expect("a path");
        assert_eq!((snapshot.is_dir(&at("lib")), snapshot.is_file(&at("lib"))), (directory, !directory), "{to}");
        assert_eq!(snapshot.is_file(&at("lib/a.py")), directory, "{to}");
        assert!(snapshot.read(&at("lib/a.py")).is_err(), "{to}: nothing behind a link is read");
    }
}
