//! Owns what a report says beside its findings: how old the judge is, what is newly waived, what a fork is not checked for; and that a policy
//! has one spelling.

use super::checkout::{Checkout, Run};
use super::{CODE, GATES, JSON, LAX, MAIN, POLICY, PROJECT, SOFT, STRICT, with};

/// Threat A5: without the branch the policy of the event's commit judges.
#[test]
fn an_old_judge_says_how_old_it_is() {
    let checkout = Checkout::new();
    let base = checkout.commit(&[CODE, PROJECT, GATES, STRICT], &[]);
    let head = checkout.commit(&[CODE, PROJECT, GATES, STRICT, ("x", "x")], &[base]);
    let merge = checkout.commit(&[CODE, PROJECT, GATES, STRICT, ("x", "x")], &[base, head]);
    checkout.check_out(merge);
    let run = Run::pull_request(merge, "main", base, head);
    let said = checkout.check(&run, &[]);
    let short = &base.to_string()[..7];
    let told = format!("the policy of origin/main at {short} judges, committed 2025-10-09, ");
    assert!(said.status == 0 && said.stdout.contains(&told) && said.stdout.contains(" days ago"), "{}", said.stdout);
    checkout.branch(MAIN, base);
    let said = checkout.check(&run, &[]);
    assert!(said.status == 0 && !said.stdout.contains("days ago"), "{}", said.stdout);
}

/// Threat A15.
#[test]
fn what_an_old_waiver_newly_covers_is_told_and_counted() {
    let waiver = "[people.rhea]\nroles = [\"owner\"]\n[[waiver]]\nrule = \"python-static-analysis\"\nreason = \"later\"\nowner = \"rhea\"\ncreated = 2026-11-01\nexpires = 2027-01-31\ncount = 5\n";
    let base = [CODE, PROJECT, SOFT, (POLICY, waiver)];
    let more = [("lib/pyproject.toml", PROJECT.1), ("lib/b.py", "import os\n")];
    let check = |head: super::Files<'_>| {
        let checkout = Checkout::new();
        let before = checkout.commit(&base, &[]);
        let after = checkout.commit(head, &[before]);
        checkout.branch("refs/heads/main", before);
        checkout.check_out(after);
        checkout.locally(&["--base", "main", "--only", "python-static-analysis", "--now", "2026-11-23T12:00:00Z"])
    };
    let said = check(&with(&base, &more));
    assert!(said.stdout.contains("1 new finding is newly waived: python-static-analysis (python:lib)"), "{}", said.stdout);
    let said = check(&with(&base, &[("x", "x")]));
    assert!(!said.stdout.contains("newly waived"), "{}", said.stdout);
}

/// Threat A16: what some machines take for the policy is none.
#[test]
fn the_policy_has_one_spelling() {
    for (files, next) in [
        (vec![CODE, STRICT, (".Tollgate.toml", LAX.1)], "delete .Tollgate.toml, or call it otherwise"),
        (vec![CODE, (".TOLLGATE.TOML", LAX.1)], "git mv .TOLLGATE.TOML .tollgate.toml"),
    ] {
        let checkout = Checkout::new();
        let base = checkout.commit(&[CODE, STRICT], &[]);
        let head = checkout.commit(&files, &[base]);
        checkout.branch("refs/heads/main", base);
        checkout.check_out(head);
        for arguments in [&["--base", "main"][..], &[]] {
            let said = checkout.locally(arguments);
            assert!(said.status == 2 && said.stderr.contains(next), "{}{}", said.stdout, said.stderr);
        }
    }
    let below = Checkout::new();
    let commit = below.commit(&[CODE, STRICT, ("docs/.Tollgate.toml", LAX.1)], &[]);
    below.check_out(commit);
    assert_ne!(below.locally(&JSON).status, 2);
}

/// Threat A25: once, and whether anything asks again.
#[test]
fn a_fork_is_told_what_it_is_not_checked_for() {
    use crate::forge::server::{Reply, serve};
    let mut script = crate::forge::forge();
    script.put("/repos/acme/kestrel/rulesets", Reply::status(403, "Resource not accessible by integration"));
    let server = serve(&script);
    let told = [("GITHUB_API_URL", server.address.as_str()), ("GITHUB_TOKEN", "ghs_x")];
    let check = |fork: Option<&str>, events: &str| {
        let gate = format!(
            "on: {events}\njobs:\n  tollgate:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/tollgate@{}\n",
            "a".repeat(40)
        );
        let files = [CODE, PROJECT, GATES, STRICT, (".github/workflows/gate.yml", gate.as_str())];
        let checkout = Checkout::new();
        let base = checkout.commit(&files, &[]);
        let head = checkout.commit(&with(&files, &[("x", "x")]), &[base]);
        let merge = checkout.commit(&with(&files, &[("x", "x")]), &[base, head]);
        checkout.branch(MAIN, base);
        checkout.check_out(merge);
        let run = Run::pull_request(merge, "main", base, head);
        let run = if let Some(fork) = fork { run.from(fork) } else { run };
        checkout.check_with(&run, &told, &["--forge"]).stdout
    };
    let out = check(Some("mallory/kestrel"), "pull_request");
    assert_eq!(out.matches("is not checked on forks").count(), 1, "{out}");
    assert!(out.contains("so nothing checks it again"), "{out}");
    let out = check(Some("mallory/kestrel"), "[pull_request, merge_group]");
    assert!(out.contains("is not checked on forks; the merge queue or the push checks it again"), "{out}");
    assert!(!check(Some("acme/kestrel"), "pull_request").contains("on forks"));
    assert!(!check(None, "pull_request").contains("on forks"));
}
