//! Owns `waive`: what it prints covers, once a person has filled it in, the findings that it was printed for and no other.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

use super::checkout::Checkout;
use super::{CODE, Files, GATES, POLICY, PROJECT, RULE, SOFT, with};

const NOW: &str = "2026-06-01T00:00:00Z";

struct Said {
    status: i32,
    stdout: String,
    stderr: String,
}

fn tollgate(directory: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    let command = command.env_clear().env("TERM", "dumb").args(arguments).args(["--now", NOW]);
    let output = command.current_dir(directory).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Said { status: output.status.code().expect("no signal"), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn checkout(files: Files<'_>) -> Checkout {
    let checkout = Checkout::new();
    let base = checkout.commit(files, &[]);
    checkout.branch("refs/heads/main", base);
    checkout.check_out(base);
    checkout
}

fn filled(stubs: &str) -> String {
    stubs.replace("reason = \"\"", "reason = \"until autumn\"").replace("owner = \"\"", "owner = \"rhea\"")
}

const PEOPLE: &str = "[people.rhea]\nroles = [\"owner\"]\n\n";

#[test]
fn a_stub_that_is_filled_in_waives_what_it_was_printed_for() {
    let odd = (
        ".github/workflows/[ci]{x}*.yml",
        "on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: bandit -r src --exit-zero\n",
    );
    for workflow in [SOFT, odd] {
        let checkout = checkout(&with(&[CODE, PROJECT], &[workflow]));
        let here = checkout.directory.path();
        assert_eq!(tollgate(here, &["check", "--only", RULE]).status, 1);
        // By an old name of the rule as well.
        let said = tollgate(here, &["waive", "python-bandit"]);
        assert_eq!((said.status, said.stderr.as_str()), (0, ""), "{}", said.stdout);
        for part in [
            "\n[[waiver]]\nrule = \"python-static-analysis\"\nsubject = \"python\"\npath = ",
            "\ncheck = \"bandit:soft-fail\"\ncount = 1\n",
            "created = 2026-06-01\nexpires = 2026-08-30 #",
        ] {
            assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
        }
        // Nobody answers for it yet.
        fs::write(here.join(POLICY), format!("{PEOPLE}{}", said.stdout)).expect("written");
        assert_eq!(tollgate(here, &["policy", "check"]).status, 2);
        fs::write(here.join(POLICY), format!("{PEOPLE}{}", filled(&said.stdout))).expect("written");
        assert_eq!(tollgate(here, &["policy", "check"]).status, 0);
        let judged = tollgate(here, &["check", "--only", RULE]);
        assert!(judged.status == 0 && judged.stdout.contains("1 waived"), "{}{}", judged.stdout, judged.stderr);
        // Another cause at the same place is another finding.
        let gone = workflow.1.replace("bandit -r src --exit-zero", "echo");
        fs::write(here.join(workflow.0), gone).expect("written");
        assert_eq!(tollgate(here, &["check", "--only", RULE]).status, 1);
    }
}

#[test]
fn each_subject_has_a_stub_of_its_own() {
    let checkout = checkout(&[
        ("a/pyproject.toml", "[project]\nname = \"a\"\n"),
        ("a/x.py", "x\n"),
        ("b\"\u{202e}/pyproject.toml", "[project]\nname = \"b\"\n"),
        ("b\"\u{202e}/x.py", "x\n"),
    ]);
    let here = checkout.directory.path();
    let all = tollgate(here, &["waive", RULE]).stdout;
    assert_eq!(all.matches("[[waiver]]").count(), 2, "{all}");
    assert!(!all.contains('\u{202e}') && all.contains("subject = \"python:b\\\"\\u202E\""), "{all}");
    let one = tollgate(here, &["waive", RULE, "--subject", "python:a"]).stdout;
    assert!(
        one.matches("[[waiver]]").count() == 1 && one.contains("subject = \"python:a\"\npath = \"a/pyproject.toml\""),
        "{one}"
    );
    fs::write(here.join(POLICY), format!("{PEOPLE}{}", filled(&one))).expect("written");
    let judged = tollgate(here, &["check", "--only", RULE]);
    assert!(judged.status == 1 && judged.stdout.contains("1 error, 1 waived"), "{}", judged.stdout);
    fs::write(here.join(POLICY), format!("{PEOPLE}{}", filled(&all))).expect("written");
    assert_eq!(tollgate(here, &["check", "--only", RULE]).status, 0);
}

#[test]
fn the_policy_says_how_long_a_waiver_may_hold_and_who_there_is() {
    let policy = (POLICY, "[people.rhea]\n[thresholds]\nwaiver_max_age = \"10d\"\n");
    let checkout = checkout(&with(&[CODE, PROJECT], &[SOFT, policy]));
    let said = tollgate(checkout.directory.path(), &["waive", RULE]).stdout;
    assert!(said.contains("expires = 2026-06-11 #") && said.contains("a person of [people]: rhea\n"), "{said}");
}

#[test]
fn where_nothing_closes_the_gate_there_is_nothing_to_paste() {
    let checkout = checkout(&with(&[CODE, PROJECT], &[GATES]));
    let here = checkout.directory.path();
    let said = tollgate(here, &["waive", RULE]);
    assert_eq!((said.status, said.stdout.as_str()), (0, ""));
    assert!(said.stderr.contains("note: python-static-analysis has no finding that closes the gate"), "{}", said.stderr);
    let unknown = tollgate(here, &["waive", "python-bandt"]);
    assert!(unknown.status == 2 && unknown.stderr.contains("did you mean `python-bandit`?"), "{}", unknown.stderr);
    // What the base has does not close it.
    let base = checkout_with_change();
    let against = tollgate(base.directory.path(), &["waive", RULE, "--base", "main"]);
    assert_eq!((against.status, against.stdout.as_str()), (0, ""), "{}", against.stderr);
}

fn checkout_with_change() -> Checkout {
    let checkout = checkout(&with(&[CODE, PROJECT], &[SOFT]));
    fs::write(checkout.directory.path().join("README.md"), "x\n").expect("written");
    checkout
}

#[test]
fn at_length_a_finding_names_the_command() {
    let checkout = checkout(&with(&[CODE, PROJECT], &[SOFT]));
    let here = checkout.directory.path();
    let line = "= waive: tollgate waive python-static-analysis\n";
    assert!(tollgate(here, &["check", "-v", "--only", RULE]).stdout.contains(line));
    assert!(!tollgate(here, &["check", "--only", RULE]).stdout.contains("waive"));
}
