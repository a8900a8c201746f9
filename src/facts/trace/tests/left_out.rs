//! Tests of what runners leave out of what they run: where that is said.

use super::BASE;
use super::told;
use crate::catalog::Catalog;
use crate::facts::gather;
use crate::snapshot::Snapshot;
use crate::terms::Terms;

/// `file:line why` of what keeps bandit from running.
fn kept(step: &str, files: &[(&str, &str)]) -> String {
    let workflow = format!(
        "on: pull_request\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: {step}\n"
    );
    let all = BASE.iter().chain(files).map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let snapshot = Snapshot::in_memory(all.chain([(".github/workflows/ci.yml".to_owned(), workflow)]));
    let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
    let standing = facts.standings.iter().find(|standing| standing.tool == "bandit").expect("bandit");
    let holds = standing.invocations.iter().flat_map(|one| &one.held_by);
    let told: Vec<String> = holds.map(|hold| format!("{}:{} {}", hold.place.path, hold.place.line, hold.why)).collect();
    format!("{}: {}", standing.rung.word(), told.join(", "))
}

#[test]
fn what_is_left_out_has_its_line() {
    let hooks = |stages: &str| {
        format!("repos:\n  - repo: https://github.com/PyCQA/bandit\n    rev: 1.7.5\n    hooks:\n      - id: bandit\n{stages}")
    };
    let (plain, staged) = (hooks(""), hooks("        stages: [pre-push]\n"));
    let tox = "[tox]\nenvlist = py\n[testenv]\ncommands = pytest\n[testenv:lint]\ncommands = bandit -r src\n";
    let listed = "[tox]\nenvlist = py, lint\n[testenv:lint]\ncommands = bandit -r src\n";
    let toml = "env_list = [\"py\"]\n[env.lint]\ncommands = [[\"bandit\", \"-r\", \"src\"]]\n";
    let config = ".pre-commit-config.yaml";
    for (step, file, text, expected) in [
        (
            "SKIP=bandit pre-commit run -a",
            config,
            plain.as_str(),
            "configured: .github/workflows/ci.yml:7 the hook `bandit` is skipped",
        ),
        ("prek run -a --skip bandit", config, &plain, "configured: .github/workflows/ci.yml:7 the hook `bandit` is skipped"),
        ("pre-commit run -a", config, &staged, "configured: .pre-commit-config.yaml:6 the hook runs at other stages"),
        ("pre-commit run -a", config, &plain, "gates: "),
        ("pre-commit run -a other", config, &plain, "configured: "),
        ("tox", "tox.ini", tox, "configured: tox.ini:2 the list of environments does not name it"),
        ("tox -e lint", "tox.ini", tox, "gates: "),
        ("tox && tox -e lint", "tox.ini", tox, "gates: tox.ini:2 the list of environments does not name it"),
        ("tox", "tox.ini", listed, "gates: "),
        ("tox --skip-env lint", "tox.ini", listed, "configured: .github/workflows/ci.yml:7 the environment is skipped"),
        ("tox", "tox.toml", toml, "configured: tox.toml:1 the list of environments does not name it"),
    ] {
        assert_eq!(kept(step, &[(file, text)]), expected, "{step}");
    }
}

#[test]
fn types_of_a_hook_that_let_its_language_pass_or_do_not() {
    let config = ".pre-commit-config.yaml";
    let bandit = |more: &str| {
        format!(
            "repos:\n- repo: https://github.com/PyCQA/bandit\n  rev: 1.8.0\n  hooks:\n  - id: bandit\n    args: [-r, src]\n{more}"
        )
    };
    let local = |more: &str| {
        format!("repos:\n- repo: local\n  hooks:\n  - id: x\n    name: x\n    language: system\n    entry: bandit -r src\n{more}")
    };
    for (text, expected) in [
        (bandit("    types: [python]\n"), "gates"),
        (bandit("    types: [file, text, non-executable]\n"), "gates"),
        (bandit("    types_or: [python, pyi]\n"), "gates"),
        (bandit("    exclude_types: [jupyter, executable]\n"), "gates"),
        (bandit("    types: [executable]\n"), "configured"),
        (bandit("    types: [python, symlink]\n"), "configured"),
        (bandit("    types_or: [executable, symlink]\n"), "configured"),
        (bandit("    exclude_types: [text]\n"), "configured"),
        (bandit("    exclude_types: [non-executable]\n"), "configured"),
        (local("    types: [toml]\n"), "configured"),
        // Without file names they only say what starts it.
        (local("    types: [toml]\n    pass_filenames: false\n"), "gates"),
        (local("    files: ^pyproject.toml$\n    pass_filenames: false\n"), "gates"),
        (local("    files: ^gone$\n    pass_filenames: false\n"), "configured"),
    ] {
        assert_eq!(told("bandit", "pre-commit run -a", &[(config, &text)]), expected, "{text}");
    }
    let audit = "repos:\n- repo: https://github.com/pypa/pip-audit\n  rev: v2.7.0\n  hooks:\n  - id: pip-audit\n    args: [-r, requirements.txt]\n    files: ^requirements\\.txt$\n    types: [text]\n";
    let files = [(config, audit), ("requirements.txt", "x==1\n")];
    assert_eq!(told("pip-audit", "pre-commit run -a", &files), "gates");
}
