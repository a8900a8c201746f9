//! Owns the tests of what a check tells about a tree: headline, severity and the fix to paste.

mod applied;
mod blocks;
mod by_hand;
mod exports;
mod held;
mod mended;
mod open;
mod pasted;
mod said;
mod scripts;
mod security_off;
mod services;
mod steps;
mod unread;
mod whole;

use tollgate::answer::Reason;
use tollgate::catalog::{Catalog, Severity};
use tollgate::checks;
use tollgate::facts::gather;
use tollgate::finding::{Finding, Verdict};
use tollgate::snapshot::Snapshot;
use tollgate::terms::Terms;

const PROJECT: (&str, &str) = ("pyproject.toml", "[project]\nname = \"kestrel\"\ndependencies = [\"requests\"]\n");
const CODE: (&str, &str) = ("src/a.py", "import os\n");

fn finding(files: &[(&str, &str)], rule: &str, subject: &str) -> Finding {
    finding_under(&Terms::default(), files, rule, subject)
}

fn finding_under(terms: &Terms, files: &[(&str, &str)], rule: &str, subject: &str) -> Finding {
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let catalog = Catalog::builtin();
    let facts = gather(&snapshot, catalog, terms).expect("facts");
    let bench = checks::Bench { facts: &facts, terms, catalog, signing: &Default::default(), literal: false };
    let all = checks::run(catalog.rule(rule), &bench);
    let one = all.into_iter().find(|finding| finding.subject == subject);
    one.unwrap_or_else(|| panic!("{rule} ({subject})"))
}

fn audit_fix(files: &[(&str, &str)]) -> String {
    finding(files, "node-dependency-audit", "python").fix.unwrap_or_default()
}

#[test]
fn the_audit_to_paste_reads_what_the_project_is() {
    let poetry = ("pyproject.toml", "[tool.poetry]\nname = \"kestrel\"\n[tool.poetry.dependencies]\nrequests = \"*\"\n");
    let setup = ("setup.py", "from setuptools import setup\nsetup(install_requires=['requests'])\n");
    let (list, input) = (("requirements.txt", "requests==2\n"), ("requirements.in", "requests\n"));
    assert!(audit_fix(&[PROJECT, CODE]).contains("pip install . pip-audit && python -m pip_audit"));
    assert!(audit_fix(&[setup, CODE]).contains("pip install . pip-audit && python -m pip_audit"));
    assert!(audit_fix(&[poetry, CODE]).contains("pip install . pip-audit && python -m pip_audit"));
    assert!(audit_fix(&[poetry, ("poetry.lock", ""), CODE]).contains("poetry install --no-root && poetry run"));
    assert!(audit_fix(&[list, input, CODE]).contains("pipx run pip-audit -r requirements.txt"));
    assert!(audit_fix(&[input, CODE]).contains("pipx run pip-audit -r requirements.in"));
    let at = finding(&[list, input, CODE], "node-dependency-audit", "python").places[0].place.path.to_string();
    assert_eq!(at, "requirements.txt");
}

#[test]
fn steps_install_first_and_leave_tests_out() {
    let fix = |files: &[(&str, &str)], rule, subject| finding(files, rule, subject).fix.unwrap_or_default();
    assert!(fix(&[PROJECT, CODE], "python-static-analysis", "python").contains("bandit -r . -x /tests/,/test/"));
    let package = ("package.json", "{\"dependencies\":{\"a\":\"1\"},\"devDependencies\":{\"eslint\":\"9\"}}");
    let config = ("eslint.config.mjs", "import a from 'a';\nexport default [{ rules: { 'no-eval': 'error' } }];\n");
    let tree = [package, config, ("yarn.lock", ""), ("src/a.js", "x\n")];
    let js = fix(&tree, "js-static-analysis", "javascript");
    assert!(js.contains("yarn install --frozen-lockfile && npx eslint --max-warnings 0 ."), "{js}");
}

#[test]
fn the_headline_is_the_tool_that_could_become_the_answer() {
    let both = ("pyproject.toml", "[project]\nname = \"kestrel\"\n[tool.mypy]\nstrict = true\n[tool.ruff]\nline-length = 100\n");
    let told = finding(&[both, CODE], "python-static-analysis", "python");
    assert!(told.message.starts_with("Ruff is configured"), "{}", told.message);
    let unread = (".circleci/config.yml", "version: 2.1\n");
    let told = finding(&[both, CODE, unread], "python-static-analysis", "python");
    assert!(told.message.starts_with("Ruff is configured; whether a pipeline runs it, or another analyzer, cannot be seen"));
}

#[test]
fn an_entry_left_over_is_an_error_only_where_something_is_left_old() {
    let entries = "version: 2\nupdates:\n  - {package-ecosystem: pip, directory: /gone, schedule: {interval: weekly}}\n";
    let all = format!("{entries}  - {{package-ecosystem: pip, directory: /, schedule: {{interval: weekly}}}}\n");
    let severity = |text: &str| {
        let tree = [PROJECT, CODE, (".github/dependabot.yml", text)];
        finding(&tree, "dependency-update-bot", ".github/dependabot.yml").severity
    };
    assert_eq!(severity(entries), Severity::Error);
    assert_eq!(severity(&all), Severity::Warning);
}

#[test]
fn what_narrows_is_named() {
    let ci = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: cargo clippy --bins -- -D warnings\n";
    let tree = [("Cargo.toml", "[package]\nname = \"a\"\n"), ("src/main.rs", "fn main() {}\n"), (".github/workflows/ci.yml", ci)];
    let told = finding(&tree, "rust-static-analysis", "rust");
    assert!(told.places.iter().any(|one| one.note.contains("sees less with `--bins`")), "{:?}", told.places);
}

#[test]
fn an_entry_that_allows_some_does_not_update_everything() {
    let told = |allow: &str| {
        let entry = "version: 2\nupdates:\n- {package-ecosystem: pip, directory: /, schedule: {interval: weekly}, allow: [";
        let bot = (".github/dependabot.yml", &*format!("{entry}{allow}]}}\n"));
        finding(&[PROJECT, CODE, bot], "dependency-update-bot", "pip").message
    };
    let some = "Dependabot updates some dependencies of pip only; only what `allow` names is updated";
    assert_eq!(told("{dependency-type: development}"), some);
    assert_eq!(told("{dependency-name: '*', update-types: ['version-update:semver-major']}"), some);
    // The only one that there is.
    assert_eq!(told("{dependency-name: requests}"), "Dependabot updates every pip manifest; only what `allow` names is updated");
    assert_eq!(told("{dependency-type: all}"), "Dependabot updates every pip manifest");
    let none = told("{dependency-name: flask}");
    assert!(
        none.starts_with("no bot updates pyproject.toml") && none.ends_with("`allow` takes in none of what is listed here"),
        "{none}"
    );
}

#[test]
fn what_gates_may_be_required_and_is_where_the_policy_says_so() {
    let ci = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: bandit -r .\n";
    let told = |declared: &[&str], ci: &str| {
        let mut terms = Terms { analyzer_level: Some("required".to_owned()), ..Terms::default() };
        terms.ci.required_checks = declared.iter().map(|name| (*name).to_owned()).collect();
        finding_under(&terms, &[PROJECT, CODE, (".github/workflows/ci.yml", ci)], "python-static-analysis", "python")
    };
    let open = told(&["other"], ci);
    assert_eq!((open.verdict, open.reason), (Verdict::Unknown, Some(Reason::NoToken)), "{}", open.message);
    assert_eq!(open.message, "Bandit gates; whether it is required is decided by the forge");
    assert!(open.fix.unwrap_or_default().ends_with("[ci]\nrequired_checks = [\"a\"]"));
    assert_eq!(told(&["a"], ci).verdict, Verdict::Pass);
    let soft = ci.replace("bandit -r .", "bandit -r . || true");
    assert_eq!(told(&["a"], &soft).verdict, Verdict::Fail);
}

#[test]
fn the_remedy_fits_what_holds() {
    let bandit = |on: &str, steps: &str, more: &[(&str, &str)]| {
        let ci = format!("on:\n  {on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}");
        let mut tree = vec![PROJECT, CODE, (".github/workflows/ci.yml", ci.as_str())];
        tree.extend(more);
        let told = finding(&tree, "python-static-analysis", "python");
        let at = told.places.first().map(|one| format!("{}:{}", one.place.path, one.place.line)).unwrap_or_default();
        (told.message, told.fix.unwrap_or_default(), at)
    };
    let after = |command: &str, more: &[(&str, &str)]| {
        bandit("pull_request:", &format!("      - uses: actions/checkout@v4\n      - {command}\n"), more)
    };
    let drop = "remove `--exit-zero`; settle false positives one by one in the configuration of Bandit";
    let make = |text| [("Makefile", text)];
    let hook = "repos:\n  - repo: https://github.com/PyCQA/bandit\n    rev: 1.8.0\n    hooks:\n      - id: bandit\n        args: [--exit-zero]\n";
    let step = ".github/workflows/ci.yml:8";
    for (command, more, at) in [
        ("run: bandit -r . --exit-zero", &[][..], step),
        ("run: make lint", &make("FLAGS = --exit-zero\nlint:\n\tbandit -r . $(FLAGS)\n"), "Makefile:1"),
        ("run: make lint FLAGS=--exit-zero", &make("lint:\n\tbandit -r . $(FLAGS)\n"), step),
        ("run: tox -e lint", &[("tox.ini", "[testenv:lint]\ncommands = bandit -r . --exit-zero\n")], "tox.ini:2"),
        ("run: pre-commit run -a", &[(".pre-commit-config.yaml", hook)], ".pre-commit-config.yaml:6"),
        ("run: npm run lint -- --exit-zero", &[("package.json", "{\"scripts\":{\"lint\":\"bandit -r .\"}}")], step),
    ] {
        let told = after(command, more);
        assert_eq!((told.1.as_str(), told.2.as_str()), (drop, at), "{command}");
    }
    assert!(after("run: bandit -r . | tee log", &[]).1.starts_with("set `shell: bash` on this step"));
    let never = after("{if: false, run: bandit -r .}", &[]);
    assert_eq!(never.0, "Bandit stands in a pipeline, but its condition never holds");
    assert!(never.1.starts_with("remove this condition"));
    let dead = after("run: false && bandit -r .", &[]);
    assert_eq!(dead.0, "Bandit stands in a pipeline, but is never started");
    assert_eq!(dead.1, "let it come to Bandit: runs only when `false` succeeds, and here that is never so");
    let bare = bandit("pull_request:", "      - run: bandit -r .\n", &[]);
    assert_eq!(bare.1, "check the repository out before it:\n- uses: actions/checkout@v4");
    let start = |on: &str| bandit(on, "      - uses: actions/checkout@v4\n      - run: bandit -r .\n", &[]).1;
    assert!(start("pull_request: {types: [closed]}").starts_with("add `opened`, `synchronize` to `types` at"));
    assert!(start("pull_request: {branches: [release]}").starts_with("let the filter at .github/workflows/ci.yml:2 pass the"));
}

#[test]
fn what_excludes_everything_is_not_what_selects_nothing() {
    let ci = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: ruff check\n";
    let told = |config: &str| {
        let tree = [PROJECT, CODE, (".github/workflows/ci.yml", ci), ("ruff.toml", config)];
        finding(&tree, "python-static-analysis", "python").places[0].note.clone()
    };
    assert_eq!(told("exclude = [\"src\"]\n[lint]\nselect = [\"S\"]\n"), "every file it would look at is excluded here");
    assert_eq!(told("[lint]\nselect = []\n"), "no rule is selected");
}

#[test]
fn the_audit_to_paste_counts_once_it_is_pasted() {
    for (language, manifest, code) in [
        ("ruby", ("Gemfile", "source 'https://rubygems.org'\ngem 'rack'\n"), ("a.rb", "x = 1\n")),
        ("php", ("composer.json", "{\"require\":{\"a/b\":\"1\"}}"), ("a.php", "<?php\n")),
        ("go", ("go.mod", "module a\n\ngo 1.22\n\nrequire example.com/b v1.0.0\n"), ("a.go", "package a\n")),
    ] {
        let before = finding(&[manifest, code], "node-dependency-audit", language);
        let ci = steps::pasted(before.fix.as_deref().unwrap_or_default());
        let after = finding(&[manifest, code, (".github/workflows/ci.yml", &ci)], "node-dependency-audit", language);
        assert_eq!(after.verdict, Verdict::Pass, "{language}: {}", after.message);
    }
}

#[test]
fn every_file_that_a_bot_refuses_has_a_fix() {
    for text in [
        "",
        "version: 2\n",
        "version: 2\nupdates: [x]\n",
        "version: 2\nupdates:\n  - {package-ecosystem: pip, directory: /, directories: [/]}\n",
    ] {
        let told = finding(&[PROJECT, CODE, (".github/dependabot.yml", text)], "dependency-update-bot", ".github/dependabot.yml");
        assert!(told.fix.is_some(), "{text:?}");
    }
}

#[test]
fn an_action_given_a_manifest_works_at_that_manifest() {
    let ci = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: EmbarkStudios/cargo-deny-action@v2\n        with:\n          manifest-path: bridge/Cargo.toml\n";
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\n[dependencies]\nserde = \"1\"\n");
    let (server, bridge) = (package("server"), package("bridge"));
    let tree = [
        ("server/Cargo.toml", server.as_str()),
        ("server/src/main.rs", "fn main() {}\n"),
        ("bridge/Cargo.toml", bridge.as_str()),
        ("bridge/src/main.rs", "fn main() {}\n"),
        (".github/workflows/ci.yml", ci),
    ];
    assert_eq!(finding(&tree, "node-dependency-audit", "rust:bridge").verdict, Verdict::Pass);
    assert_eq!(finding(&tree, "node-dependency-audit", "rust:server").verdict, Verdict::Fail);
}
