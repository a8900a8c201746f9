//! Tables of hook configurations and what calls lead to.

use super::{PreCommit, local_hooks, pre_commit_ci};
use crate::catalog::Catalog;
use crate::facts::pipeline::Env;
use crate::facts::runners::World;
use crate::facts::runners::rendering::{env, lead, lead_action, render, tree};
use crate::facts::workdir::Workdir;

const CONFIG: &str = "== .pre-commit-config.yaml
default_stages: [commit, manual]
ci:
  skip: [local-lint]
repos:
  - repo: https://github.com/PyCQA/bandit
    rev: 1.7.5
    hooks:
      - id: bandit
        args: [-c, pyproject.toml]
        additional_dependencies: ['bandit[toml]']
  - repo: meta
    hooks:
      - id: identity
  - repo: local
    hooks:
      - id: local-lint
        name: lint
        entry: scripts/lint.sh --strict
        language: script
        pass_filenames: false
        always_run: true
      - id: words
        entry: fixme
        language: pygrep
      - id: pushed
        entry: mypy src
        language: system
        args: ['a b']
        stages: [push]
      - id: image
        entry: --entrypoint /bin/x -e A=b hadolint/hadolint:latest --flag
        language: docker_image
        stages: [manual]
      - id: own
        entry: hadolint/hadolint hadolint
        language: docker_image
        alias: other
        stages: [pre-commit]
== src/a.py
x
== scripts/lint.sh
x
";

const BANDIT: &str =
    "hook https://github.com/PyCQA/bandit bandit -c pyproject.toml [\"bandit[toml]\"] @.pre-commit-config.yaml:8";
const LINT: &str = "scripts/lint.sh --strict @.pre-commit-config.yaml:16";
const OWN: &str = "image hadolint/hadolint hadolint . @.pre-commit-config.yaml:34";

#[test]
fn calls_lead_to_hooks() {
    let snapshot = tree(CONFIG);
    let all = format!("{BANDIT}\n{LINT}\n{OWN}");
    let held = |hold: &str| format!("{BANDIT} {hold}\n{LINT}\n{OWN} {hold}");
    for (call, expected) in [
        ("pre-commit run --all-files", Some(all.clone())),
        ("pre-commit run -a --show-diff-on-failure --color always", Some(all.clone())),
        ("prek run -a", Some(all.clone())),
        ("prek -a", Some(all.clone())),
        ("pre_commit run -a", Some(all.clone())),
        ("pre-commit run", Some(held("~void:1"))),
        ("pre-commit", Some(held("~void:1"))),
        ("pre-commit run --from-ref a --to-ref b", Some(held("~note:1"))),
        ("pre-commit run --from-ref a", Some(held("~void:1"))),
        ("pre-commit run --files a.py b.py -v", Some(held("~narrow:1"))),
        ("pre-commit run --from-ref HEAD --to-ref HEAD", Some(held("~void:1"))),
        ("pre-commit run bandit --files README.md", Some(format!("{BANDIT} ~void:1 ~narrow:1"))),
        ("pre-commit run bandit --files README.md $MORE", Some(format!("{BANDIT} ~note:1"))),
        ("pre-commit run --files $FILES", Some(held("~note:1"))),
        ("pre-commit run --files", Some(held("~void:1"))),
        ("pre-commit run bandit --all-files", Some(BANDIT.to_owned())),
        ("pre-commit run other -a", Some(OWN.to_owned())),
        ("pre-commit run missing -a", Some(String::new())),
        ("pre-commit run $HOOK -a", Some(format!("{BANDIT} ?\n{LINT} ?\n{OWN} ?"))),
        ("pre-commit run -a --hook-stage push", Some("mypy src a b . @.pre-commit-config.yaml:25".to_owned())),
        ("pre-commit run -a --hook-stage manual", Some(format!("{BANDIT}\n{LINT}\n/bin/x --flag . @.pre-commit-config.yaml:30"))),
        ("pre-commit install --install-hooks", Some(String::new())),
        ("pre-commit autoupdate", Some(String::new())),
        ("pre-commit run -a -c missing.yaml", Some(String::new())),
        ("prek run -a --skip bandit --dry-run", Some(format!("{LINT} ~void:1\n{OWN} ~void:1"))),
        ("pre-commit run -a --version", Some(String::new())),
        ("precommit run -a", None),
    ] {
        assert_eq!(lead(&PreCommit, &snapshot, call, &Env::new(), &Workdir::workspace()), expected, "{call}");
    }
    let skipped = lead(&PreCommit, &snapshot, "pre-commit run -a", &env(&[("SKIP", "bandit, own")]), &Workdir::workspace());
    assert_eq!(skipped.as_deref(), Some(LINT));
    let unknown = lead(&PreCommit, &snapshot, "pre-commit run bandit -a", &env(&[("SKIP", "?")]), &Workdir::workspace());
    assert_eq!(unknown, Some(format!("{BANDIT} ?")));
    let below = lead(&PreCommit, &snapshot, "pre-commit run bandit -a", &Env::new(), &Workdir::workspace().enter("src"));
    assert_eq!(below.as_deref(), Some(BANDIT), "hooks run at the top of the work tree");
}

#[test]
fn prek_runs_every_project_of_its_workspace() {
    let hook =
        |repo: &str, id: &str| format!("repos:\n  - repo: https://github.com/{repo}\n    rev: x\n    hooks:\n      - id: {id}\n");
    let (black, bandit) = (hook("psf/black", "black"), hook("PyCQA/bandit", "bandit"));
    let text = format!("== .pre-commit-config.yaml\n{black}== src/.pre-commit-config.yaml\n{bandit}== src/x/a.py\n1\n");
    let workspace = tree(&text);
    let told = |command: &str, directory: &str| {
        let workdir = Workdir::workspace().enter(directory);
        lead(&PreCommit, &workspace, command, &Env::new(), &workdir).unwrap_or_default()
    };
    let both = told("prek run -a", "");
    assert!(both.contains("black") && both.contains("bandit") && both.contains("in src"), "{both}");
    let (below, single) = (told("prek run -a", "src"), told("prek run -a -c .pre-commit-config.yaml", ""));
    assert!(below.contains("bandit") && !below.contains("black"), "{below}");
    assert!(!single.contains("bandit") && !told("pre-commit run -a", "").contains("bandit"), "{single}");
    let named = told("prek run src/ -a", "");
    assert!(named.lines().count() == 2 && named.lines().all(|line| line.ends_with('?')), "{named}");
    assert!(!told("prek run bandit -a", "").contains("black"));
    let filtered = tree(&text.replacen("repos:", "exclude: ^src/\nrepos:", 1));
    let held = lead(&PreCommit, &filtered, "prek run -a", &Env::new(), &Workdir::workspace()).unwrap_or_default();
    assert!(held.lines().any(|line| line.contains("bandit") && line.contains("~unknown")), "{held}");
}

#[test]
fn actions_lead_to_hooks() {
    let snapshot = tree(CONFIG);
    for (name, inputs, expected) in [
        ("pre-commit/action", &[][..], Some(format!("{BANDIT}\n{LINT}\n{OWN}"))),
        ("Pre-Commit/Action", &[("extra_args", "bandit --all-files")][..], Some(BANDIT.to_owned())),
        ("pre-commit/action", &[("extra_args", "bandit")][..], Some(format!("{BANDIT} ~void:1"))),
        ("j178/prek-action", &[("extra-args", "-a bandit")][..], Some(BANDIT.to_owned())),
        ("j178/prek-action", &[("install-only", "true")][..], Some(String::new())),
        ("tox-dev/action-pre-commit-uv", &[("extra_args", "bandit -a")][..], Some(BANDIT.to_owned())),
        ("pre-commit-ci/lite-action", &[][..], Some(String::new())),
        ("evil/action", &[][..], None),
    ] {
        assert_eq!(lead_action(&PreCommit, &snapshot, name, inputs), expected, "{name} {inputs:?}");
    }
}

#[test]
fn hosted_and_local() {
    let snapshot = tree(CONFIG);
    let world = World {
        snapshot: &snapshot,
        catalog: Catalog::builtin(),
        meter: &crate::facts::meter::Meter::default(),
        seen: &Default::default(),
    };
    let (place, hosted) = pre_commit_ci(&world).expect("a ci key");
    assert_eq!((place.line, render(&hosted)), (2, format!("{BANDIT}\n{OWN}")));
    assert_eq!(local_hooks(&world).len(), 5);
    let none = tree("== a\n");
    let world = World {
        snapshot: &none,
        catalog: Catalog::builtin(),
        meter: &crate::facts::meter::Meter::default(),
        seen: &Default::default(),
    };
    assert!(pre_commit_ci(&world).is_none() && local_hooks(&world).is_empty());
}

/// The keys of a bandit hook and of the file, and the holds that come of them.
#[test]
fn keys_that_hold() {
    for (general, own, expected) in [
        ("", "", ""),
        ("", "exclude: ^tests/", ""),
        ("", "exclude: .*", " ~void:6"),
        ("", "exclude: '\\.py$'", " ~void:6"),
        ("", "files: ^$", " ~void:6"),
        ("", "files: ^src/", ""),
        ("", "files: \\.js$", " ~void:6"),
        ("", "{files: ^src/, exclude: ^src/a}", " ~void:7"),
        ("exclude: ''", "", ""),
        ("exclude: src", "", " ~void:1"),
        ("files: ^docs/", "", " ~void:1"),
        ("exclude: |\n  (?x)^(\n    docs/.* # no\n  )$", "", ""),
        ("exclude: (?!src)", "", " ~unknown:1"),
        ("", "exclude: (a{1000}){1000}", " ~unknown:6"),
        ("default_stages: [manual]", "", "none"),
        ("default_stages: [manual]", "stages: [commit]", ""),
        ("", "{args: [a], args: [b]}", " ~unknown:7"),
    ] {
        let own = own.trim_matches(['{', '}']).replace(", exclude", "\n        exclude").replace("], args", "]\n        args");
        let head = if general.is_empty() { "# nothing" } else { general };
        let text = format!(
            "== .pre-commit-config.yaml\n{head}\nrepos:\n  - repo: https://github.com/PyCQA/bandit\n    hooks:\n      - id: bandit\n        {own}\n== src/a.py\n== tests/t.py\n== README.md\n"
        );
        let led = lead(&PreCommit, &tree(&text), "pre-commit run -a", &Env::new(), &Workdir::workspace()).expect("known");
        let got = led
            .split_once(" @")
            .map_or("none".to_owned(), |(_, rest)| rest.split_once(' ').map_or(String::new(), |(_, holds)| format!(" {holds}")));
        assert_eq!(got, expected, "{general} / {own}");
    }
}

/// `PyYAML` merges `<<` at the top too, takes the last of equal keys and ends at a second document.
#[test]
fn readers_that_differ_are_unknown() {
    let hook = "repos:\n- repo: https://github.com/PyCQA/bandit\n  hooks:\n  - id: bandit\n";
    let run = |text: &str| {
        let text = format!("== .pre-commit-config.yaml\n{text}== src/a.py\n");
        lead(&PreCommit, &tree(&text), "pre-commit run -a", &Env::new(), &Workdir::workspace()).expect("known")
    };
    assert_eq!(run(&format!("x: &x {{default_stages: [manual]}}\n<<: *x\n{hook}")), "");
    for (text, why) in [
        (format!("{hook}repos: []\n"), "`repos` is given on line 1 and again on line 5"),
        (format!("{hook}---\nrepos: []\n"), "a second document"),
        (hook.replace("  hooks", "  hooks: []\n  hooks"), "`hooks` is given"),
        (format!("{hook}    # x\u{85}    stages: [manual]\n"), "U+0085 ends the line"),
    ] {
        let run = run(&text);
        assert!(run.starts_with("opaque") && run.contains(why), "{text}: {run}");
    }
}

#[test]
fn an_entry_replaces_a_remote_hook() {
    for (entry, expected) in [
        (
            "'true'",
            "hook https://github.com/PyCQA/bandit bandit  [] @.pre-commit-config.yaml:4 ~void:5\ntrue . @.pre-commit-config.yaml:4",
        ),
        ("bandit -r src", "bandit -r src . @.pre-commit-config.yaml:4"),
        (
            "''",
            "hook https://github.com/PyCQA/bandit bandit  [] @.pre-commit-config.yaml:4 ~void:5\n. @.pre-commit-config.yaml:4",
        ),
        ("~", "hook https://github.com/PyCQA/bandit bandit  [] @.pre-commit-config.yaml:4"),
    ] {
        let text = format!(
            "== .pre-commit-config.yaml\nrepos:\n- repo: https://github.com/PyCQA/bandit\n  hooks:\n  - id: bandit\n    entry: {entry}\n"
        );
        let led = lead(&PreCommit, &tree(&text), "pre-commit run -a", &Env::new(), &Workdir::workspace());
        assert_eq!(led.as_deref(), Some(expected), "{entry}");
    }
}

#[test]
fn hostile_files_end() {
    for text in [
        "repos: [{repo: local, hooks: [{id: a, entry: \"'\", language: system}, {id: b}, {id: [1]}, 7, {entry: x}]}, 3, {hooks: x}]".to_owned(),
        "repos: x\nci: true".to_owned(),
        format!("repos:\n- repo: local\n  hooks:\n{}", "  - {id: a, entry: b, language: system, files: x}\n".repeat(5_000)),
        "&a repos: [*b".to_owned(),
        "repos:\n- &r\n  <<: *r\n  repo: x\n".to_owned(),
        "\u{feff}repos:\r\n- repo: local\r\n  hooks:\r\n  - {id: a, entry: 'ls \u{e9}', language: system}\r\n".to_owned(),
    ] {
        let snapshot = tree(&format!("== .pre-commit-config.yaml\n{text}"));
        assert!(lead(&PreCommit, &snapshot, "pre-commit run -a", &Env::new(), &Workdir::workspace()).is_some());
        assert!(lead(&PreCommit, &snapshot, "pre-commit run --files", &Env::new(), &Workdir::workspace()).is_some());
    }
    let unread =
        lead(&PreCommit, &tree("== .pre-commit-config.yaml\n[*b"), "pre-commit run -a", &Env::new(), &Workdir::workspace());
    assert!(unread.is_some_and(|text| text.starts_with("opaque the hook configuration is not read")));
}
