//! Owns what is new, existing, hidden and fixed, by `--base` at a keyboard.

use super::checkout::{Checkout, Files};
use super::{CODE, GATES, JSON, PROJECT, REMOTE, RULE, SOFT, with};

/// The verdicts of the rule, the exit status, and what was fixed, for a head on a base.
fn compared(base: Files<'_>, head: Files<'_>, more: &[&str]) -> (Vec<String>, i32, usize) {
    let checkout = Checkout::new();
    let base = checkout.commit(base, &[]);
    let head = checkout.commit(head, &[base]);
    checkout.branch("refs/heads/main", base);
    checkout.check_out(head);
    let arguments: Vec<&str> = [&JSON[..], &["--base", "main"], more].concat();
    let said = checkout.locally(&arguments);
    let rows = said.of(RULE).iter().map(|(verdict, decision, change)| format!("{verdict} {decision} {change}")).collect();
    let fixed = said.json()["fixed"].as_array().expect("a list").len();
    (rows, said.status, fixed)
}

fn told(base: Files<'_>, head: Files<'_>) -> (String, i32) {
    let (rows, status, _) = compared(base, head, &[]);
    (rows.join(", "), status)
}

#[test]
fn old_findings_do_not_gate_and_new_ones_do() {
    let bare = [CODE, PROJECT];
    let (gates, soft) = (with(&bare, &[GATES]), with(&bare, &[SOFT]));
    assert_eq!(told(&soft, &with(&soft, &[("README.md", "x\n")])), ("fail existing existing".to_owned(), 0));
    assert_eq!(told(&gates, &soft), ("fail gate new".to_owned(), 1));
    assert_eq!(told(&gates, &bare), ("fail gate new".to_owned(), 1));
    assert_eq!(told(&bare, &bare), ("fail existing existing".to_owned(), 0));
    // A rung lost is new, a rung won and still short is not.
    assert_eq!(told(&soft, &bare), ("fail gate new".to_owned(), 1));
    assert_eq!(told(&bare, &soft), ("fail existing existing".to_owned(), 0));
    let (rows, status, fixed) = compared(&soft, &gates, &[]);
    assert_eq!((rows.join(", "), status, fixed), ("pass none -".to_owned(), 0, 1));
    let (_, status, _) = compared(&soft, &soft, &["--block-existing"]);
    assert_eq!(status, 1);
}

#[test]
fn a_policy_may_close_the_gate_for_old_findings_from_a_day_on() {
    let bare = [CODE, PROJECT, SOFT];
    for (key, status) in [
        ("[gate]\nblock_existing_from = 2026-01-01\n", 1),
        ("[gate]\nblock_existing_from = 2999-01-01\n", 0),
        ("[rules]\npython-static-analysis = { block_existing_from = 2026-01-01 }\n", 1),
    ] {
        let policy = (".tollgate.toml", key);
        let files = with(&bare, &[policy]);
        assert_eq!(told(&files, &files).1, status, "{key}");
    }
}

#[test]
fn proof_is_not_lost_in_silence() {
    let bare = [CODE, PROJECT];
    let gates = with(&bare, &[GATES]);
    assert_eq!(told(&gates, &with(&bare, &[REMOTE])), ("unknown gate new".to_owned(), 1));
    assert_eq!(told(&with(&bare, &[SOFT]), &with(&bare, &[REMOTE])), ("unknown gate new".to_owned(), 1));
    // What was unknown may stay so.
    let remote = with(&bare, &[REMOTE]);
    assert_eq!(told(&remote, &with(&remote, &[("x", "x")])), ("unknown note -".to_owned(), 0));
    // Its attributes hide nothing of what the base shows; `scope-shrunk` tells them.
    let hidden = with(&gates, &[(".gitattributes", "src/** linguist-vendored\n")]);
    assert_eq!(told(&gates, &hidden), ("pass none -".to_owned(), 0));
    // The code is elsewhere, not gone.
    let moved = [PROJECT, GATES, ("src/a.py", "-> ../vendor/a.py"), ("vendor/a.py", CODE.1)];
    assert_eq!(told(&gates, &moved), ("not-applicable gate new".to_owned(), 1));
    // It is gone.
    assert_eq!(told(&gates, &[GATES, ("README.md", "x\n")]), ("not-applicable none -".to_owned(), 0));
}

#[test]
fn another_component_leaves_the_first_one_comparable() {
    let one = [CODE, PROJECT, SOFT];
    let two = with(&one, &[("lib/pyproject.toml", PROJECT.1), ("lib/b.py", "import os\n")]);
    let (rows, _, fixed) = compared(&one, &two, &[]);
    assert!(rows.contains(&"fail existing existing".to_owned()), "{rows:?}");
    assert!(rows.iter().filter(|row| row.ends_with("new")).count() <= 1, "{rows:?}");
    assert_eq!(fixed, 0);
}

#[test]
fn a_renamed_directory_is_the_old_one() {
    let workflow = (SOFT.0, SOFT.1.replace("src", "."));
    let workflow = (workflow.0, workflow.1.as_str());
    let before = [("api/pyproject.toml", PROJECT.1), ("api/a.py", "import os\n"), workflow];
    let after = [("services/api/pyproject.toml", PROJECT.1), ("services/api/a.py", "import os\n"), workflow];
    assert_eq!(told(&before, &after), ("fail existing existing".to_owned(), 0));
    let moved = [("api/pyproject.toml", PROJECT.1), ("api/a.py", "import os\n"), (".github/workflows/lint.yml", workflow.1)];
    assert_eq!(told(&before, &moved), ("fail existing existing".to_owned(), 0));
}

#[test]
fn padding_a_file_is_no_way_to_open() {
    let bare = [CODE, PROJECT];
    let gates = with(&bare, &[GATES]);
    let padded = format!("{}{}", GATES.1, "# x\n".repeat(700_000));
    let (_, status, _) = compared(&gates, &with(&bare, &[(GATES.0, &padded)]), &[]);
    assert!(status != 0);
}

#[test]
fn a_waiver_covers_no_more_than_it_does_at_the_base() {
    let policy = ".tollgate.toml";
    let waiver = "[people.rhea]\nroles = [\"owner\"]\n[[waiver]]\nrule = \"python-static-analysis\"\nreason = \"later\"\nowner = \"rhea\"\ncreated = 2026-11-01\nexpires = 2027-01-31\n";
    let one = [CODE, PROJECT, SOFT, (policy, waiver)];
    let two = with(&one, &[("lib/pyproject.toml", PROJECT.1), ("lib/b.py", "import os\n")]);
    let now = ["--now", "2026-11-23T12:00:00Z"];
    let (rows, status, _) = compared(&one, &one, &now);
    assert_eq!((rows.join(", "), status), ("fail waived existing".to_owned(), 0));
    let (rows, status, _) = compared(&one, &two, &now);
    assert!(rows.contains(&"fail waived existing".to_owned()) && rows.contains(&"fail gate new".to_owned()), "{rows:?}");
    assert_eq!(status, 1);
}

#[test]
fn the_log_counts_old_findings_and_names_what_was_fixed() {
    let checkout = Checkout::new();
    let base = checkout.commit(&[CODE, PROJECT, SOFT], &[]);
    checkout.branch("refs/heads/main", base);
    checkout.check_out(checkout.commit(&[CODE, PROJECT, SOFT, ("x", "x")], &[base]));
    let said = checkout.locally(&["--base", "main", "--only", RULE]);
    assert!(said.stdout.contains("gate: pass · 1 existing"), "{}", said.stdout);
    assert!(!said.stdout.contains("error["), "{}", said.stdout);
    checkout.check_out(checkout.commit(&[CODE, PROJECT, GATES], &[base]));
    let said = checkout.locally(&["--base", "main", "--only", RULE]);
    assert!(said.stdout.contains("fixed[python-static-analysis]: "), "{}", said.stdout);
    assert!(said.stdout.contains("1 fixed"), "{}", said.stdout);
}

#[test]
fn without_a_commit_or_a_repository_nothing_is_compared() {
    let checkout = Checkout::new();
    let said = checkout.locally(&["--base", "main"]);
    assert_eq!(said.status, 2, "{}", said.stderr);
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_tollgate"));
    let out = command.env_clear().args(["check", "--base", "main"]).arg(folder.path()).output().expect("it starts");
    assert_eq!(out.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&out.stderr).contains("no git repository"), "{}", String::from_utf8_lossy(&out.stderr));
}
