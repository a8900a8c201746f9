//! Owns the tests of tools that their makers gave up: told as such, and no answer where nothing is left of them.

use tollgate::catalog::{Catalog, Severity};
use tollgate::checks;
use tollgate::facts::gather;
use tollgate::finding::{Finding, Verdict};
use tollgate::snapshot::Snapshot;
use tollgate::terms::Terms;

const PACKAGE: (&str, &str) = ("package.json", "{\"dependencies\":{\"a\":\"1\"}}");
const SCRIPT: (&str, &str) = ("src/a.js", "x\n");
const MODULE: (&str, &str) = ("go.mod", "module example.org/kestrel\n");
const GO: (&str, &str) = ("main.go", "package main\n");

fn told(files: &[(&str, &str)], run: &str, rule: &str, subject: &str, literal: bool) -> Finding {
    let ci = format!(
        "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: {run}\n"
    );
    let ci = [(".github/workflows/ci.yml", ci.as_str())];
    let all = files.iter().chain(&ci).map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let snapshot = Snapshot::in_memory(all);
    let (catalog, terms) = (Catalog::builtin(), Terms::default());
    let facts = gather(&snapshot, catalog, &terms).expect("facts");
    let bench = checks::Bench { facts: &facts, terms: &terms, catalog, signing: &Default::default(), literal };
    let one = checks::run(catalog.rule(rule), &bench).into_iter().find(|finding| finding.subject == subject);
    one.unwrap_or_else(|| panic!("{rule} ({subject})"))
}

#[test]
fn a_service_that_is_gone_passes_nothing() {
    for literal in [false, true] {
        let nsp = told(&[PACKAGE, SCRIPT], "npx nsp check", "node-dependency-audit", "javascript", literal);
        assert_eq!(nsp.verdict, Verdict::Fail, "{}", nsp.message);
        assert!(nsp.message.contains("Node Security Platform is retired since 2018-04-10"), "{}", nsp.message);
        let fix = nsp.fix.unwrap_or_default();
        assert!(fix.contains("npm audit") && !fix.contains("nsp check"), "{fix}");
    }
    let python = [("pyproject.toml", "[project]\nname = \"a\"\n"), ("src/a.py", "x\n"), ("lgtm.yml", "extraction:\n")];
    let lgtm = told(&python, "true", "python-static-analysis", "python", false);
    assert_eq!(lgtm.verdict, Verdict::Fail);
    assert!(lgtm.message.contains("LGTM is retired since 2022-12-16: the service was shut down"), "{}", lgtm.message);
    let fix = lgtm.fix.unwrap_or_default();
    assert!(fix.starts_with("let a tool that lives take the place of LGTM, which is retired:\n- run: pipx run bandit"), "{fix}");
}

#[test]
fn what_is_retired_and_runs_answers_the_letter_of_the_checklist_only() {
    let go = |run: &str, literal| told(&[MODULE, GO], run, "go-static-analysis", "go", literal);
    let modern = go("gometalinter ./...", false);
    assert_eq!((modern.verdict, modern.severity), (Verdict::Fail, Severity::Warning), "{}", modern.message);
    assert!(modern.message.starts_with("Go Meta Linter gates, but is retired since 2019-04-07"), "{}", modern.message);
    assert!(modern.fix.unwrap_or_default().contains("run --enable gosec ./..."));
    let letter = go("gometalinter ./...", true);
    assert_eq!(letter.verdict, Verdict::Pass);
    assert!(letter.message.contains("is retired since 2019-04-07: archived by its author"), "{}", letter.message);
    assert_eq!(go("gometalinter ./... || true", true).verdict, Verdict::Fail);
    let both = go("gometalinter ./... && gosec ./...", false);
    assert!(both.verdict == Verdict::Pass && both.message.starts_with("gosec"), "{}", both.message);
    let golint = go("golint -set_exit_status ./...", false);
    assert!(golint.message.starts_with("golint gates, but is retired since 2021-05-08"), "{}", golint.message);
    assert!(golint.fix.unwrap_or_default().contains("golangci-lint"));
}

#[test]
fn what_is_deprecated_is_told_and_its_successor_proposed() {
    let config = ("tslint.json", "{}\n");
    for run in ["npx tslint .", "true"] {
        let told = told(&[PACKAGE, SCRIPT, config], run, "js-static-analysis", "javascript", false);
        assert!(told.message.ends_with("TSLint is deprecated: its makers name ESLint instead"), "{}", told.message);
        let fix = told.fix.unwrap_or_default();
        assert!(fix.contains("eslint") && !fix.contains("npx tslint"), "{fix}");
    }
}
