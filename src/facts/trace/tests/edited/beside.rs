//! Tests of steps that run at the same time.

use crate::catalog::Catalog;
use crate::facts::gather;
use crate::snapshot::Snapshot;
use crate::terms::Terms;

/// The rung of bandit, and what it may be.
fn bandit(steps: &str) -> String {
    let workflow = format!(
        "on: pull_request\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n{steps}"
    );
    let files = [
        ("pyproject.toml", "[project]\nname = \"x\"\n"),
        ("src/a.py", "a = 1\n"),
        ("src/b.py", "b = 1\n"),
        ("src/c.py", "c = 1\n"),
        ("ci/bandit", "#!/bin/sh\n"),
        ("Makefile", "lint:\n\tbandit -r src\n"),
        (".github/workflows/ci.yml", workflow.as_str()),
    ];
    let snapshot = Snapshot::in_memory(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
    facts.standings.iter().find(|standing| standing.tool == "bandit").map_or("absent".to_owned(), |standing| {
        match standing.may_be {
            Some(may_be) => format!("{} ({})", standing.rung.word(), may_be.word()),
            None => standing.rung.word().to_owned(),
        }
    })
}

#[test]
fn what_a_step_does_to_files_may_or_may_not_be_done() {
    let path = "echo \"$PWD/ci\" >> $GITHUB_PATH";
    let place = "cp ci/bandit /usr/local/bin/bandit";
    for (steps, expected) in [
        (format!("      - run: {path}\n      - run: bandit -r src\n"), "configured"),
        // The search path is handed on at the end of the group.
        (format!("      - parallel: [{{run: '{path}'}}, {{run: bandit -r src}}]\n"), "gates"),
        (format!("      - parallel: [{{run: '{path}'}}, {{run: x}}]\n      - run: bandit -r src\n"), "configured"),
        (format!("      - parallel: [{{run: '{place}'}}, {{run: bandit -r src}}]\n"), "configured (gates)"),
        (format!("      - parallel: [{{run: bandit -r src}}, {{run: '{place}'}}]\n"), "configured (gates)"),
        ("      - parallel: [{run: bandit -r src}, {run: rm -rf src}]\n".to_owned(), "runs (gates)"),
        ("      - parallel: [{run: make lint}, {run: 'echo > Makefile'}]\n".to_owned(), "configured (gates)"),
        ("      - parallel: [{run: make lint}, {run: x}]\n      - run: 'echo > Makefile'\n".to_owned(), "gates"),
        ("      - {id: b, run: make lint, background: true}\n      - run: 'echo > Makefile'\n".to_owned(), "configured (gates)"),
        (
            "      - {id: b, run: make lint, background: true}\n      - wait: b\n      - run: 'echo > Makefile'\n".to_owned(),
            "gates",
        ),
        (format!("      - parallel: [{{run: 'bandit -r src; {place}'}}, {{run: x}}]\n"), "gates"),
    ] {
        assert_eq!(bandit(&steps), expected, "{steps}");
    }
}
