//! Owns what lets a change pass by the gate that the base runs: a program of the change, what runs before it, what it does not judge (threats
//! A7, A11).

use super::POLICY;
use super::edited::{COMMAND, GATE, OWN, check, watched};

/// Threat A7: what the gate is, and what it judges, is not the change's to say.
#[test]
fn a_gate_that_is_of_the_change_or_judges_less_is_told() {
    let policy = (POLICY, "");
    let cause = |by: &str| {
        let text = COMMAND.replace("- run: tollgate check", by);
        let said = check(&[policy, (GATE, &text)], &[policy, (GATE, &text)], &["--only", "gate-unskippable"]);
        let report = said.json();
        let row =
            report["findings"].as_array().and_then(|rows| rows.iter().find(|row| row["rule"] == "gate-unskippable")).cloned();
        row.map(|row| row["message"].as_str().unwrap_or_default().to_owned()).unwrap_or_default()
    };
    for (by, told) in [
        ("- run: ./tollgate check", "`./tollgate` lies in the tree, and the change brings the tree"),
        ("- run: bin/tollgate check", "`bin/tollgate` lies in the tree"),
        ("- run: $GITHUB_WORKSPACE/tollgate check", "lies in the tree"),
        ("- run: CI= tollgate check", "`CI`, by which it knows the run, is not what the runner gives it"),
        ("- run: env -u CI tollgate check", "`env -u CI`, which runs among the files of the change"),
        ("- run: tollgate check\n        env: { BASH_ENV: x.sh }", "`BASH_ENV`"),
        ("- run: tollgate check\n        env: { GITHUB_EVENT_PATH: x.json }", "`GITHUB_EVENT_PATH`"),
        (
            "- uses: acme/checkout@2222222222222222222222222222222222222222\n      - run: npm ci\n      - run: tollgate check",
            "what runs among the files",
        ),
        ("- run: GITHUB_EVENT_NAME=push tollgate check", "`GITHUB_EVENT_NAME`, by which it knows the run"),
        ("- run: unset GITHUB_EVENT_NAME; tollgate check", "`unset GITHUB_EVENT_NAME`, which runs among the files of the change"),
        ("- run: npm ci && tollgate check", "`npm ci`, which runs among the files of the change"),
        ("- run: tollgate check --only outdated-report", "`--only` says how much of the change it judges"),
        ("- run: tollgate check --only=outdated-report", "`--only` says how much of the change it judges"),
        ("- run: tollgate check --here", "`--here` says how much of the change it judges"),
        ("- run: tollgate check --policy-ref HEAD", "`--policy-ref` says how much of the change it judges"),
        ("- run: tollgate check src", "it looks at `src`, which may be less than the change"),
        ("- run: tollgate check --fail-on never", "it reports only"),
        ("- run: tollgate check --fail-on=never", "it reports only"),
        ("- run: tollgate check $ARGS", "what `$ARGS` says to it is computed"),
        (&format!("- uses: {OWN}\n        with: {{ path: src }}"), "it looks at `src`, which may be less than the change"),
        (&format!("- uses: {OWN}\n        with: {{ mode: '${{{{ vars.M }}}}' }}"), "what `mode` is cannot be read"),
    ] {
        let message = cause(by);
        assert!(message.contains(told), "{by}: {message}");
    }
    for by in [
        "- run: tollgate check",
        "- run: /usr/local/bin/tollgate check . --strict --out sarif=x.sarif --format text --base \"$BASE\"",
        "- run: tollgate check --policy-ref refs/remotes/origin/main --fail-on warning",
        "- run: set -e; echo hello; git fetch origin; tollgate check",
        "- run: CI=true tollgate check",
        "- run: timeout 600 tollgate check",
        "- run: tollgate check\n        env: { GITHUB_TOKEN: x, BASE: y }",
    ] {
        let message = cause(by);
        assert!(message.contains("no forge was asked"), "{by}: {message}");
    }
}

/// Threat A11: a program of the tree that is called like the gate is what the change makes of it.
#[test]
fn a_program_of_the_tree_that_is_run_as_the_gate_is_the_gate() {
    let policy = (POLICY, "");
    let text = COMMAND.replace("- run: tollgate check", "- run: bin/tollgate check");
    let files = |base: Option<&'static str>, head: Option<&'static str>| {
        let side = |program: Option<&'static str>| {
            [policy, (GATE, text.as_str())].into_iter().chain(program.map(|it| ("bin/tollgate", it)))
        };
        watched(&side(base).collect::<Vec<_>>(), &side(head).collect::<Vec<_>>())
    };
    let (one, other) = (Some("\u{7f}ELF\0one"), Some("\u{7f}ELF\0other"));
    assert_eq!(files(one, other), ("gate".to_owned(), "this change edits bin/tollgate, which is run as the gate".to_owned()));
    assert_eq!(files(one, None).1, "this change deletes bin/tollgate, which is run as the gate");
    assert_eq!(files(None, one).1, "this change adds bin/tollgate, which is run as the gate");
    assert_eq!(files(one, one).0, "");
    // A real one is larger than what is read.
    let large: &'static str = Box::leak("x".repeat(tollgate::limits::Limits::default().file_bytes + 1).into_boxed_str());
    assert_eq!(files(Some(large), Some(large)).0, "", "left alone");
    assert_eq!(files(Some(large), one).1, "this change edits bin/tollgate, which is run as the gate");
    let script = "#!/bin/sh\nexec /opt/tollgate \"$@\"\n";
    assert_eq!(files(Some(script), Some("#!/bin/sh\nexit 0\n")).0, "gate", "told once");
}
