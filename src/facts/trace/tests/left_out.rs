//! Tests of what runners leave out of what they run: where that is said.

use super::BASE;
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
