//! Owns tests of what is required, by a policy and by a forge.

use crate::catalog::Catalog;
use crate::facts;
use crate::snapshot::Snapshot;
use crate::terms::Terms;

/// The notes on what gates, and what is said of the declaration itself.
fn told(declared: &[&str], workflow: &str) -> (Vec<String>, Vec<String>) {
    let files = [(".github/workflows/ci.yml", workflow), ("pyproject.toml", "[project]\nname = \"a\"\n"), ("a.py", "x = 1\n")];
    let snapshot = Snapshot::in_memory(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let mut terms = Terms::default();
    terms.ci.required_checks = declared.iter().map(|name| (*name).to_owned()).collect();
    let facts = facts::gather(&snapshot, Catalog::builtin(), &terms).expect("facts");
    let judge = super::Judge { declared: &terms.ci.required_checks, forge: None, owners: None };
    let held = facts.standings.iter().flat_map(|standing| &standing.components).flat_map(|component| &component.held_by);
    let notes = held.map(|hold| format!("{}: {}", hold.place.line, hold.why)).collect();
    (notes, super::notes(&facts.pipelines, &judge))
}

#[test]
fn any_job_that_gates_may_be_the_one_that_is_required() {
    let job = |name: &str| {
        format!("  {name}:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v4\n    - run: bandit -r .\n")
    };
    let workflow = format!("on: pull_request\njobs:\n{}{}{}", job("a"), job("b"), job("c"));
    for (name, line) in [("a", 3), ("b", 8), ("c", 13)] {
        let expected = vec![format!("{line}: required by name only: the policy declares its check `{name}`")];
        assert_eq!(told(&[name], &workflow).0, expected, "{name}");
    }
}

#[test]
fn a_declared_check_is_a_note_on_the_job_that_publishes_it() {
    let text = |lint: &str, more: &str| {
        format!(
            "on: pull_request\njobs:\n  lint:\n    {lint}\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v4\n    - run: bandit -r .\n{more}"
        )
    };
    let note = |name: &str| vec![format!("3: required by name only: the policy declares its check `{name}`")];
    let plain = text("name: Lint it", "");
    assert_eq!(told(&["Lint it"], &plain), (note("Lint it"), vec![]));
    assert_eq!(told(&[], &plain), (vec![], vec![]));
    let nobody = "`ci.required_checks` names `lint`, and no job of the workflows publishes it".to_owned();
    assert_eq!(told(&["lint"], &plain), (vec![], vec![nobody]));
    let matrix = text("strategy: {matrix: {v: [1, 2]}}", "");
    assert_eq!(told(&["lint (2)"], &matrix), (note("lint (2)"), vec![]));
    let computed = text("name: '${{ vars.NAME }}'", "");
    let perhaps = "`ci.required_checks` names `lint`: no job is seen to publish it, but some names of jobs are computed";
    assert_eq!(told(&["lint"], &computed), (vec![], vec![perhaps.to_owned()]));
    let twice = text("name: a", "  other: {name: a, runs-on: x, steps: [{run: x}]}\n");
    let several = "several jobs publish `a` of `ci.required_checks`, and any of them satisfies it: .github/workflows/ci.yml:3, .github/workflows/ci.yml:9";
    assert_eq!(told(&["a"], &twice), (note("a"), vec![several.to_owned()]));
    let soft = text("continue-on-error: true", "");
    assert!(told(&["lint"], &soft).0.iter().all(|note| !note.contains("required")));
}
