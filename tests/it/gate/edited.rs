//! Owns what a change may do to the workflow that runs the gate: what is not proven neutral or stricter weakens (threats A2, A12, A14).

use super::checkout::{Checkout, Files, Said};
use super::{CODE, POLICY, PROJECT, with};

pub(super) const GATE: &str = ".github/workflows/gate.yml";
pub(super) const OWN: &str = "acme/tollgate@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const TEXT: &str = "\
name: gate
on: pull_request
permissions: { contents: read }
jobs:
  tollgate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@1111111111111111111111111111111111111111
        with: { fetch-depth: 2, persist-credentials: false }
      - uses: acme/tollgate@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      - run: echo done
  other:
    runs-on: ubuntu-latest
    steps:
      - run: echo hello
";
/// The same by a command.
pub(super) const COMMAND: &str = "\
on: pull_request
jobs:
  tollgate:
    runs-on: ubuntu-latest
    steps:
      - run: cargo install --locked --git https://example.org/acme/tollgate --rev aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa tollgate
      - uses: actions/checkout@1111111111111111111111111111111111111111
        with: { fetch-depth: 2, persist-credentials: false }
      - run: tollgate check
";

pub(super) fn check(base: Files<'_>, head: Files<'_>, arguments: &[&str]) -> Said {
    let checkout = Checkout::new();
    let files = [CODE, PROJECT];
    let base = checkout.commit(&with(&files, base), &[]);
    let head = checkout.commit(&with(&files, head), &[base]);
    checkout.branch("refs/heads/main", base);
    checkout.check_out(head);
    checkout.locally(&[&["--base", "main", "--format", "json"], arguments].concat())
}

/// Decisions of `policy-protected`, without the pass.
pub(super) fn watched(base: Files<'_>, head: Files<'_>) -> (String, String) {
    let said = check(base, head, &["--only", "policy-protected"]);
    let report = said.json();
    let rows = report["findings"].as_array().expect("a list").iter().filter(|row| row["verdict"] == "fail");
    let rows: Vec<_> = rows.collect();
    let word = |key: &str| rows.iter().map(|row| row[key].as_str().unwrap_or("-")).collect::<Vec<_>>().join("; ");
    (word("decision"), word("message"))
}

fn edited(before: &str, after: &str) -> (String, String) {
    watched(&[(POLICY, ""), (GATE, before)], &[(POLICY, ""), (GATE, after)])
}

#[test]
fn an_edit_of_the_gate_weakens_unless_it_is_proven_not_to() {
    let step = |text: &str| TEXT.replace(&format!("- uses: {OWN}\n"), text);
    let of = |inputs: &str| step(&format!("- uses: {OWN}\n        with: {{ {inputs} }}\n"));
    let job = |line: &str| {
        TEXT.replace(
            "    runs-on: ubuntu-latest\n    steps:\n      - uses",
            &format!("    {line}\n    runs-on: ubuntu-latest\n    steps:\n      - uses"),
        )
    };
    let on = |events: &str| TEXT.replace("on: pull_request\n", &format!("on: {events}\n"));
    let cases = [
        step("- run: true # tollgate\n"),
        step("- uses: evil/tollgate@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"),
        step("- uses: acme/tollgate@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"),
        step(&format!("- run: npm ci\n      - uses: {OWN}\n")),
        step(&format!("- uses: {OWN}\n        continue-on-error: true\n")),
        step(&format!("- uses: {OWN}\n        if: github.actor != 'x'\n")),
        step(&format!("- uses: {OWN}\n        env: {{ CI: '' }}\n")),
        step(""),
        of("path: other"),
        of("policy: /tmp/p.toml"),
        of("command: verify-tag"),
        of("fail-on: never"),
        of("mode: report"),
        of("binary: ./x"),
        of("strict: ${{ github.actor }}"),
        job("if: github.actor != 'x'"),
        job("needs: other"),
        job("env: { PATH: /x }"),
        job("container: acme/image"),
        TEXT.replacen("runs-on: ubuntu-latest", "runs-on: self-hosted", 1),
        TEXT.replace("fetch-depth: 2", "ref: main"),
        TEXT.replace("actions/checkout@", "mallory/checkout@"),
        TEXT.replace("contents: read", "contents: write"),
        on("{ pull_request: { types: [labeled] } }"),
        on("{ pull_request: { paths: [src/**] } }"),
        on("{ pull_request: { branches: [main] } }"),
        on("push"),
        "on: pull_request\njobs:\n  tollgate:\n    uses: ./.github/workflows/x.yml\n".to_owned(),
        "on: [\n".to_owned(),
        TEXT.replace("on: pull_request\n", "on: pull_request\ndefaults: { run: { shell: 'true {0}' } }\n"),
    ];
    for text in &cases {
        assert_ne!(text, TEXT);
        let (decisions, messages) = edited(TEXT, text);
        assert_eq!(decisions, "gate", "{text}\n{messages}");
    }
    for text in [
        COMMAND.replace("- run: tollgate check", "- run: tollgate check --policy /tmp/p.toml"),
        COMMAND.replace("- run: tollgate check", "- run: tollgate check || true"),
        COMMAND.replace("- run: tollgate check", "- run: env -u CI tollgate check"),
        COMMAND.replace("--rev aaaa", "--rev bbbb"),
    ] {
        assert_eq!(edited(COMMAND, &text).0, "gate", "{text}");
    }
}

#[test]
fn an_edit_that_is_proven_neutral_or_stricter_says_nothing() {
    let job = |line: &str| {
        TEXT.replace(
            "    runs-on: ubuntu-latest\n    steps:\n      - uses",
            &format!("    {line}\n    runs-on: ubuntu-latest\n    steps:\n      - uses"),
        )
    };
    let of = |inputs: &str| {
        TEXT.replace(&format!("- uses: {OWN}\n"), &format!("- name: Gate\n        uses: {OWN}\n        with: {{ {inputs} }}\n"))
    };
    let filtered = TEXT.replace("on: pull_request\n", "on: { pull_request: { branches: [main], types: [opened] } }\n");
    for (before, after) in [
        (TEXT, format!("# a comment\n{TEXT}")),
        (TEXT, TEXT.replace('\n', "\r\n")),
        (TEXT, TEXT.replace("name: gate", "name: The gate")),
        (TEXT, TEXT.replace("on: pull_request", "on: [pull_request, merge_group]")),
        (TEXT, TEXT.replace("on: pull_request", "on:\n  pull_request:\n    types: [opened, synchronize, reopened, edited]")),
        (TEXT, TEXT.replace("echo hello", "echo more")),
        (TEXT, TEXT.replace("echo done", "echo more")),
        (
            TEXT,
            TEXT.replace(
                "{ fetch-depth: 2, persist-credentials: false }",
                "\n          persist-credentials: \"false\"\n          fetch-depth: 0",
            ),
        ),
        (TEXT, TEXT.replacen("ubuntu-latest", "ubuntu-24.04", 1)),
        (TEXT, TEXT.replace("{ contents: read }", "{ contents: read, actions: read }")),
        (TEXT, job("timeout-minutes: 5")),
        (TEXT, of("strict: true")),
        (TEXT, of("command: check, path: ., policy: '', mode: gate")),
        (TEXT, of("fail-on: warning, sarif: out.sarif, summary: false")),
        (&filtered, TEXT.to_owned()),
        (&job("if: github.actor != 'x'"), TEXT.to_owned()),
        (COMMAND, COMMAND.replace("tollgate check", "tollgate check --strict")),
    ] {
        assert_ne!(before, after);
        assert_eq!(edited(before, &after), (String::new(), String::new()), "{after}");
    }
}

/// Threat A12: a new pin is said; of the gate itself it weakens.
#[test]
fn a_new_pin_is_not_proven_to_belong_to_its_repository() {
    let (decision, message) = edited(TEXT, &TEXT.replace("checkout@1111", "checkout@2222"));
    assert_eq!(decision, "note", "{message}");
    assert!(message.contains("new pin, not proven to belong to actions/checkout"), "{message}");
    let (decision, message) = edited(TEXT, &TEXT.replace("tollgate@aaaa", "tollgate@bbbb"));
    assert_eq!(decision, "gate", "{message}");
    assert!(message.contains("new pin, not proven to belong to acme/tollgate"), "{message}");
}

#[test]
fn a_gate_under_another_name_is_the_same_gate() {
    let policy = (POLICY, "");
    assert_eq!(watched(&[policy, (GATE, TEXT)], &[policy, (".github/workflows/tollgate.yml", TEXT)]).0, "");
    assert_eq!(watched(&[policy, (GATE, TEXT)], &[policy]).0, "gate");
    // Its check has another name: nobody waits for that.
    assert_eq!(edited(TEXT, &TEXT.replace("  tollgate:\n", "  tollgate:\n    name: Gate\n")).0, "note");
}

/// What a workflow runs the gate by is as good as the workflow.
#[test]
fn a_file_that_the_gate_is_run_by_is_the_gate() {
    let policy = (POLICY, "");
    let text = COMMAND.replace("run: tollgate check", "run: make gate");
    let make = |recipe: &str| format!("gate:\n\t{recipe}\n");
    let files = |recipe: &str| {
        let recipe = make(recipe);
        let head = [policy, (GATE, text.as_str()), ("Makefile", recipe.as_str())];
        watched(&[policy, (GATE, text.as_str()), ("Makefile", "gate:\n\ttollgate check\n")], &head).0
    };
    assert_eq!(files("tollgate check # more"), "gate");
    assert_eq!(files("env -u CI tollgate check"), "gate");
    assert_eq!(files("tollgate check\n\n# a comment"), "");
    assert_eq!(files("true \\\n\ttollgate check"), "gate");
    let file = |path: &str, by: &str, before: &str, after: &str| {
        let text = COMMAND.replace("- run: tollgate check", by);
        let base = [policy, (GATE, text.as_str()), (path, before)];
        watched(&base, &[policy, (GATE, text.as_str()), (path, after)]).0
    };
    let script = |start: &str| format!("#!/bin/{start}\n# what it is for\ntollgate check\n");
    let sh = |after: &str| file("gate.sh", "- run: ./gate.sh", &script("sh"), after);
    assert_eq!(sh(&script("true")), "gate");
    assert_eq!(sh(&script("sh").replace("what it is for", "why")), "");
    assert_eq!(sh(&script("sh").replace("for\n", "for\ntrue \\\n# \n")), "gate");
    let action = "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: >\n        true\n\n        tollgate check\n";
    let local = |after: &str| file(".github/actions/g/action.yml", "- uses: ./.github/actions/g", action, after);
    assert_eq!(local(&action.replace("\n\n", "\n")), "gate");
    assert_eq!(local(&format!("name: Gate\n{action}")), "gate");
    assert_eq!(local(&format!("# Gate\n{action}")), "");
    let own = "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo test -p tollgate && cargo check\n";
    assert_eq!(edited(own, &own.replace("cargo test", "cargo nextest run")).0, "note", "it names tollgate only");
    // Where it is not seen what runs, a name is enough.
    let remote = "on: pull_request\njobs:\n  gate:\n    uses: acme/ci/.github/workflows/tollgate.yml@1111111111111111111111111111111111111111\n";
    assert_eq!(edited(remote, &remote.replace("acme/ci", "evil/ci")).0, "gate");
    assert_eq!(edited(remote, &format!("{remote}  more:\n    runs-on: ubuntu-latest\n    steps: [{{ run: 'true' }}]\n")).0, "");
}

/// Where no policy is agreed on a gate is being tried out.
#[test]
fn a_gate_without_a_policy_is_told_as_a_warning() {
    let after = TEXT.replace(&format!("uses: {OWN}"), "run: true");
    assert_eq!(watched(&[(GATE, TEXT)], &[(GATE, &after)]).0, "warn");
    assert_eq!(watched(&[], &[(GATE, TEXT), (POLICY, "")]).0, "");
}

/// A gate that is gone is no gate that was mended.
#[test]
fn a_gate_that_ceases_to_run_is_lost_not_fixed() {
    let policy = (POLICY, "[gate]\nstrict = true\n");
    let after = TEXT.replace(&format!("uses: {OWN}"), "run: true");
    for before in [
        TEXT.to_owned(),
        TEXT.replace("fetch-depth: 2, ", ""),
        TEXT.replace("    steps:\n      - uses: act", "    if: github.actor != 'x'\n    steps:\n      - uses: act"),
    ] {
        for head in [vec![policy, (GATE, after.as_str())], vec![policy]] {
            let said = check(&[policy, (GATE, &before)], &head, &["--only", "gate-unskippable"]);
            assert_eq!(
                said.of("gate-unskippable")[0],
                ("not-applicable".to_owned(), "gate".to_owned(), "new".to_owned()),
                "{before}"
            );
            assert_eq!(said.json()["fixed"].as_array().map(Vec::len), Some(0), "{before}");
        }
    }
    assert_eq!(check(&[policy], &[policy], &["--only", "gate-unskippable"]).status, 0);
}

/// Nothing in the text is left to mend: that no forge was asked is another question, and the gate is no worse for it.
#[test]
fn a_gate_that_is_mended_is_not_hidden() {
    let soft = TEXT.replace(&format!("uses: {OWN}\n"), &format!("uses: {OWN}\n        with: {{ mode: report }}\n"));
    let computed = TEXT.replace(&format!("uses: {OWN}\n"), &format!("uses: {OWN}\n        if: ${{{{ vars.X }}}}\n"));
    for strict in ["false", "true"] {
        let text = format!("[gate]\nstrict = {strict}\n");
        let policy = (POLICY, text.as_str());
        let head = |after: &str| check(&[policy, (GATE, &soft)], &[policy, (GATE, after)], &["--only", "gate-unskippable"]);
        assert_eq!(head(TEXT).status, 0, "{strict}");
        assert_eq!(head(&computed).status, 1, "{strict}");
    }
}

/// Threat A2: a required check is matched by its name.
#[test]
fn another_job_that_publishes_the_name_of_the_gate_is_told() {
    let policy = (POLICY, "");
    let shadow = "on: pull_request\njobs:\n  tollgate:\n    runs-on: ubuntu-latest\n    steps: [{ run: 'true' }]\n";
    let other = ".github/workflows/other.yml";
    let rows = |text: &str| {
        let base = [policy, (GATE, TEXT)];
        let said = check(&base, &with(&base, &[(other, text)]), &["--only", "gate-unskippable"]);
        (said.of("gate-unskippable").remove(0), said.stdout)
    };
    let (row, out) = rows(shadow);
    assert_eq!((row.0.as_str(), row.1.as_str(), row.2.as_str()), ("fail", "gate", "new"), "{out}");
    assert!(out.contains("publishes a check of the same name"), "{out}");
    assert_eq!(rows(&shadow.replace("tollgate:", "lint:")).0.0, "unknown");
    assert_eq!(rows(&shadow.replace("pull_request", "{ schedule: [{ cron: '0 3 * * *' }] }")).0.0, "unknown");
    // The same gate again, in the queue.
    assert_eq!(rows(&TEXT.replace("on: pull_request", "on: merge_group")).0.0, "unknown");
    let soft = TEXT.replace(&format!("uses: {OWN}\n"), &format!("uses: {OWN}\n        with: {{ mode: report }}\n"));
    assert_eq!(rows(&soft).0.0, "fail");
}

/// A name that is computed may be the gate's, and where it is the author's to choose it is (threat A2).
#[test]
fn another_job_whose_name_may_be_the_gates_is_told() {
    let policy = (POLICY, "");
    let row = |name: &str| {
        let text = format!(
            "on: pull_request\njobs:\n  x:\n    name: {name}\n    runs-on: ubuntu-latest\n    steps: [{{ run: 'true' }}]\n"
        );
        let head = [policy, (GATE, TEXT), (".github/workflows/other.yml", text.as_str())];
        let said = check(&[policy, (GATE, TEXT)], &head, &["--only", "gate-unskippable"]);
        (said.of("gate-unskippable").remove(0).0, said.stdout.contains("may be `tollgate`"))
    };
    assert_eq!(row("${{ github.head_ref }}"), ("fail".to_owned(), true));
    assert_eq!(row("${{ vars.NAME }}"), ("unknown".to_owned(), true));
    assert_eq!(row("test ${{ github.head_ref }}"), ("unknown".to_owned(), false));
    assert_eq!(row("${{ github.event_name }} tests"), ("unknown".to_owned(), false));
}

/// The same judgement for whoever reviews the change.
#[test]
fn policy_diff_tells_the_files_that_the_gate_rests_on() {
    let owners = (".github/CODEOWNERS", "* @rhea\n");
    let after = TEXT.replace(&format!("uses: {OWN}"), "run: true");
    let checkout = Checkout::new();
    let base = checkout.commit(&[CODE, (POLICY, ""), owners, (GATE, TEXT)], &[]);
    let head = [CODE, (POLICY, ""), (".github/CODEOWNERS", "* @mallory\n"), (GATE, &after), (".tollgate/keys/A.asc", "a")];
    let head = checkout.commit(&head, &[base]);
    checkout.branch("refs/heads/main", base);
    checkout.check_out(head);
    let diff = |arguments: &[&str]| {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command.env_clear().args(["policy", "diff"]).args(arguments).current_dir(checkout.directory.path());
        let output = command.output().expect("it starts");
        String::from_utf8(output.stdout).expect("text") + &String::from_utf8(output.stderr).expect("text")
    };
    let (base, head) = (base.to_string(), head.to_string());
    for arguments in [&[base.as_str()][..], &[&base, &head]] {
        let out = diff(arguments);
        for path in [".github/CODEOWNERS", GATE, ".tollgate/keys/A.asc"] {
            assert!(out.contains(&format!("weaker   {path}: - -> this change ")), "{path}: {out}");
        }
        assert!(out.contains("policy diff: 3 weaker, 0 tighter, 0 neutral"), "{out}");
    }
    assert!(diff(&[&base, &base]).contains("policy diff: 0 weaker"), "{}", diff(&[&base, &base]));
}
