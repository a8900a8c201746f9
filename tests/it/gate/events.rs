//! Owns whose policy judges on which event of GitHub Actions, each run with its real variables and payload.

use git2::Oid;

use super::checkout::{Checkout, Run};
use super::{CODE, GATES, JSON, LAX, MAIN, POLICY, PROJECT, RULE, SOFT, STRICT};

/// A pull request into `main`: its base, its head and the forge's merge of both.
fn merged(checkout: &Checkout, base: super::Files<'_>, head: super::Files<'_>) -> (Oid, Oid, Oid) {
    let base = checkout.commit(base, &[]);
    let topic = checkout.commit(head, &[base]);
    let merge = checkout.commit(head, &[base, topic]);
    checkout.check_out(merge);
    (base, topic, merge)
}

#[test]
fn the_base_judges_a_pull_request_and_not_its_own_policy() {
    let checkout = Checkout::new();
    let (base, head, merge) = merged(&checkout, &[CODE, PROJECT, GATES, STRICT], &[CODE, PROJECT, SOFT, LAX]);
    let said = checkout.check(&Run::pull_request(merge, "main", base, head), &JSON);
    assert_eq!(said.status, 1, "{}{}", said.stdout, said.stderr);
    let report = said.json();
    assert_eq!((&report["policy"]["source"], &report["policy"]["authoritative"]), (&"ref".into(), &true.into()));
    assert_eq!(report["base"]["revision"], base.to_string());
    assert_eq!(said.of(RULE), [("fail".to_owned(), "gate".to_owned(), "new".to_owned())]);
}

#[test]
fn the_first_adoption_is_green_and_says_what_is_proposed() {
    let checkout = Checkout::new();
    let (base, head, merge) = merged(&checkout, &[CODE, PROJECT, SOFT], &[CODE, PROJECT, SOFT, LAX]);
    let run = Run::pull_request(merge, "main", base, head);
    let said = checkout.check(&run, &["--format", "text", "--only", RULE]);
    assert_eq!(said.status, 0, "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("no policy at the base yet"), "{}", said.stdout);
    let report = checkout.check(&run, &JSON).json();
    assert_eq!(report["policy"]["bootstrap"], true);
}

/// A name that the tree writes is the repository's only where nobody knows better: the runner does.
#[test]
fn a_change_does_not_call_the_repository_something_else() {
    for (name, status) in [("acme/kestrel", 0), ("nobody/nowhere", 1)] {
        let guarded = GATES.1.replace("  lint:\n", &format!("  lint:\n    if: github.repository == '{name}'\n"));
        let checkout = Checkout::new();
        let (base, head, merge) = merged(&checkout, &[CODE, PROJECT, GATES], &[CODE, PROJECT, (GATES.0, &guarded)]);
        let said = checkout.check(&Run::pull_request(merge, "main", base, head), &JSON);
        assert_eq!(said.status, status, "{name}: {}{}", said.stdout, said.stderr);
        assert_eq!(said.json()["subject"]["repository"], "acme/kestrel");
    }
}

#[test]
fn a_deleted_policy_still_judges() {
    let checkout = Checkout::new();
    let (base, head, merge) = merged(&checkout, &[CODE, PROJECT, GATES, STRICT], &[CODE, PROJECT, SOFT]);
    let said = checkout.check(&Run::pull_request(merge, "main", base, head), &JSON);
    assert_eq!((said.status, said.json()["policy"]["source"].as_str()), (1, Some("ref")), "{}", said.stderr);
}

#[test]
fn a_policy_with_mistakes_is_told_before_it_is_merged() {
    let checkout = Checkout::new();
    let (base, head, merge) = merged(&checkout, &[CODE, PROJECT, GATES], &[CODE, PROJECT, GATES, (POLICY, "[rule]\n")]);
    let said = checkout.check(&Run::pull_request(merge, "main", base, head), &JSON);
    assert_eq!(said.status, 2, "{}", said.stdout);
    assert!(said.stderr.contains("did you mean `rules`"), "{}", said.stderr);
}

/// A1: one head, two pull requests, the second against a branch that the author made.
#[test]
fn the_author_does_not_pick_the_judge() {
    let checkout = Checkout::new();
    let (base, head, merge) = merged(&checkout, &[CODE, PROJECT, GATES, STRICT], &[CODE, PROJECT, SOFT, STRICT]);
    checkout.branch(MAIN, base);
    let lax = checkout.commit(&[CODE, PROJECT, SOFT, LAX], &[base]);
    checkout.branch("refs/remotes/origin/lax", lax);
    let into_lax = checkout.commit(&[CODE, PROJECT, SOFT, LAX], &[lax, head]);
    let second = Run::pull_request(into_lax, "lax", lax, head);
    for _ in 0..2 {
        checkout.check_out(merge);
        assert_eq!(checkout.check(&Run::pull_request(merge, "main", base, head), &JSON).status, 1);
        checkout.check_out(into_lax);
        let said = checkout.check(&second, &JSON);
        assert_eq!(said.status, 3, "{}", said.stdout);
        assert!(said.stderr.contains("neither the default branch (main) nor named in its policy"), "{}", said.stderr);
    }
}

#[test]
fn on_a_named_branch_both_policies_must_hold() {
    let checkout = Checkout::new();
    let open = (POLICY, "[gate]\nbranches = [\"release/*\"]\n[rules]\npython-static-analysis = \"error\"\n");
    let base = checkout.commit(&[CODE, PROJECT, GATES, open], &[]);
    checkout.branch(MAIN, base);
    let release = checkout.commit(&[CODE, PROJECT, GATES, LAX], &[base]);
    checkout.branch("refs/remotes/origin/release/1", release);
    let head = checkout.commit(&[CODE, PROJECT, SOFT, LAX], &[release]);
    let merge = checkout.commit(&[CODE, PROJECT, SOFT, LAX], &[release, head]);
    checkout.check_out(merge);
    let said = checkout.check(&Run::pull_request(merge, "release/1", release, head), &JSON);
    assert_eq!(said.status, 1, "{}{}", said.stdout, said.stderr);
    assert_eq!(said.json()["policy"]["revision"], base.to_string());
}

#[test]
fn what_the_event_is_not_about_is_refused() {
    let checkout = Checkout::new();
    let (base, head, merge) = merged(&checkout, &[CODE, PROJECT, GATES], &[CODE, PROJECT, SOFT]);
    // The merge of another head; a commit that is neither; a first parent that does not lie on the branch.
    let run = Run::pull_request(merge, "main", base, base);
    assert_eq!(checkout.check(&run, &JSON).status, 3);
    let other = checkout.commit(&[CODE, PROJECT, SOFT, ("y", "y")], &[head]);
    checkout.check_out(other);
    let said = checkout.check(&Run::pull_request(merge, "main", base, head), &JSON);
    assert!(said.status == 3 && said.stderr.contains("neither the merge of the pull request nor its head"), "{}", said.stderr);
    checkout.check_out(merge);
    checkout.branch(MAIN, checkout.commit(&[CODE], &[]));
    let said = checkout.check(&Run::pull_request(merge, "main", base, head), &JSON);
    assert!(said.status == 3 && said.stderr.contains("does not lie on main"), "{}", said.stderr);
}

/// Payloads may have 25 MB: a large pull request is none that cannot be judged.
#[test]
fn a_large_event_is_read() {
    let checkout = Checkout::new();
    let (base, head, merge) = merged(&checkout, &[CODE, PROJECT, GATES], &[CODE, PROJECT, SOFT]);
    let said = checkout.check(&Run::pull_request(merge, "main", base, head).padded(25 << 20), &JSON);
    assert_eq!(said.status, 1, "{}", said.stderr);
}

/// A checkout of depth 1 has the merge and not its parents.
#[test]
fn a_base_that_is_not_here_says_how_to_get_it() {
    let checkout = Checkout::new();
    let (base, head, merge) = merged(&checkout, &[CODE, PROJECT, GATES, ("old", "x")], &[CODE, PROJECT, SOFT]);
    checkout.forget(base, &[merge]);
    checkout.forget(head, &[merge]);
    let said = checkout.check(&Run::pull_request(merge, "main", base, head), &JSON);
    assert_eq!(said.status, 3, "{}{}", said.stdout, said.stderr);
    assert!(said.stderr.contains("fetch-depth: 2"), "{}", said.stderr);
}

#[test]
fn a_checkout_of_the_head_is_held_against_where_it_left_the_branch() {
    let checkout = Checkout::new();
    let first = checkout.commit(&[CODE, PROJECT, SOFT], &[]);
    let head = checkout.commit(&[CODE, PROJECT, SOFT, ("x", "x")], &[first]);
    // Fixed on the branch since then: the head is not to blame.
    let fixed = checkout.commit(&[CODE, PROJECT, GATES], &[first]);
    checkout.branch(MAIN, fixed);
    let merge = checkout.commit(&[CODE, PROJECT, GATES, ("x", "x")], &[fixed, head]);
    checkout.check_out(head);
    let said = checkout.check(&Run::pull_request(merge, "main", first, head), &JSON);
    assert_eq!((said.status, said.of(RULE)[0].1.as_str()), (0, "existing"), "{}{}", said.stdout, said.stderr);
    assert_eq!(said.json()["base"]["revision"], first.to_string());
}

#[test]
fn a_push_is_judged_by_what_stood_there_before() {
    let checkout = Checkout::new();
    let before = checkout.commit(&[CODE, PROJECT, GATES, STRICT], &[]);
    let weak = checkout.commit(&[CODE, PROJECT, GATES, LAX], &[before]);
    let after = checkout.commit(&[CODE, PROJECT, SOFT, LAX], &[weak]);
    checkout.branch(MAIN, after);
    checkout.check_out(after);
    let said = checkout.check(&Run::push("main", &before.to_string(), after), &JSON);
    assert_eq!(
        (said.status, said.json()["policy"]["revision"].as_str()),
        (1, Some(before.to_string().as_str())),
        "{}",
        said.stderr
    );
    // A force push, and a new branch: the default branch's policy.
    let other = checkout.commit(&[CODE, PROJECT, SOFT, LAX], &[]);
    checkout.branch(MAIN, before);
    checkout.check_out(other);
    for old in [before.to_string(), "0".repeat(40)] {
        let said = checkout.check(&Run::push("topic", &old, other), &JSON);
        assert_eq!((said.status, said.json()["policy"]["revision"].as_str()), (1, Some(before.to_string().as_str())), "{old}");
    }
    // The history ends before it is seen whether the push follows what stood there.
    let last = checkout.commit(&[CODE, PROJECT, SOFT, LAX, ("z", "z")], &[after]);
    checkout.check_out(last);
    checkout.forget(weak, &[before, after, last]);
    let said = checkout.check(&Run::push("main", &before.to_string(), last), &JSON);
    assert!(said.status == 3 && said.stderr.contains("fetch-depth: 0"), "{}", said.stderr);
}

#[test]
fn a_waiver_that_is_over_closes_a_push_and_not_a_pull_request() {
    let checkout = Checkout::new();
    let text = "[people.rhea]\nroles = [\"owner\"]\n[[waiver]]\nrule = \"python-static-analysis\"\nreason = \"later\"\nowner = \"rhea\"\ncreated = 2026-09-01\nexpires = 2026-10-31\n";
    let files = [CODE, PROJECT, SOFT, (POLICY, text)];
    let now = [&JSON[..], &["--now", "2026-11-23T12:00:00Z"]].concat();
    let (base, head, merge) = merged(&checkout, &files, &[CODE, PROJECT, SOFT, (POLICY, text), ("x", "x")]);
    let said = checkout.check(&Run::pull_request(merge, "main", base, head), &now);
    assert_eq!(said.status, 0, "{}{}", said.stdout, said.stderr);
    let said = checkout.check(&Run::push("main", &base.to_string(), merge), &now);
    assert_eq!(said.status, 1, "{}{}", said.stdout, said.stderr);
}

#[test]
fn a_tag_and_a_queue_are_judged_by_the_protected_branch() {
    let checkout = Checkout::new();
    let main = checkout.commit(&[CODE, PROJECT, GATES, STRICT], &[]);
    let evil = checkout.commit(&[CODE, PROJECT, SOFT, LAX], &[main]);
    checkout.branch(MAIN, main);
    checkout.check_out(evil);
    let said = checkout.check(&Run::tag("v1", evil), &JSON);
    assert_eq!((said.status, said.json()["base"].is_null()), (1, true), "{}", said.stderr);
    let said = checkout.check(&Run::merge_group("main", main, evil), &JSON);
    assert_eq!((said.status, said.json()["base"]["revision"].as_str()), (1, Some(main.to_string().as_str())), "{}", said.stderr);
    // Nothing changes code on a schedule: the tree is judged as a whole, by its own policy, which the banner says.
    let said = checkout.check(&Run::schedule(evil), &JSON);
    assert_eq!((said.status, said.json()["policy"]["authoritative"].as_bool()), (0, Some(false)), "{}", said.stderr);
}

#[test]
fn a_policy_named_by_the_run_judges_without_a_base() {
    let checkout = Checkout::new();
    let (base, head, merge) = merged(&checkout, &[CODE, PROJECT, GATES], &[CODE, PROJECT, SOFT]);
    checkout.forget(base, &[merge]);
    let outside = tempfile::tempdir().expect("a folder");
    let file = outside.path().join("policy.toml");
    std::fs::write(&file, STRICT.1).expect("written");
    let named = [&["--policy", file.to_str().expect("text"), "--format", "text"][..], &["--only", RULE]].concat();
    let said = checkout.check(&Run::pull_request(merge, "main", base, head), &named);
    assert_eq!(said.status, 1, "{}", said.stderr);
}

/// `decision` of each finding about the policy itself.
fn about_the_policy(base: super::Files<'_>, head: super::Files<'_>) -> (Vec<String>, i32) {
    let checkout = Checkout::new();
    let (base, head, merge) = merged(&checkout, base, head);
    let run = Run::pull_request(merge, "main", base, head);
    let said = checkout.check(&run, &["--format", "json"]);
    let rows = said.json()["findings"].as_array().expect("a list").clone();
    let of_it = rows.iter().filter(|row| row["rule"] == "policy-protected");
    let told = of_it.map(|row| format!("{} {}", row["subject"].as_str().unwrap_or("-"), row["decision"].as_str().unwrap_or("-")));
    (told.collect(), said.status)
}

#[test]
fn a_pull_request_does_not_weaken_its_judge() {
    fn told(base: &[(&str, &str)], head: &[(&str, &str)]) -> (Vec<String>, i32) {
        let code = [CODE, PROJECT, GATES];
        about_the_policy(&super::with(&code, base), &super::with(&code, head))
    }
    assert_eq!(told(&[STRICT], &[LAX]), (vec!["rules.python-static-analysis gate".to_owned()], 1));
    assert_eq!(told(&[STRICT], &[]), (vec!["policy gate".to_owned()], 1));
    assert_eq!(told(&[LAX], &[STRICT]), (vec!["repository none".to_owned()], 0));
    assert_eq!(told(&[], &[LAX]), (vec!["repository none".to_owned()], 0));
    // A certificate replaced; another file of code owners in front of the one there is; one that leaves the owners as they are.
    let (old, new) = ((".tollgate/keys/A.asc", "a"), (".tollgate/keys/A.asc", "b"));
    assert_eq!(told(&[STRICT, old], &[STRICT, new]), (vec![".tollgate/keys/A.asc gate".to_owned()], 1));
    let (root, first) = (("CODEOWNERS", "* @rhea\n"), (".github/CODEOWNERS", "* @mallory\n"));
    assert_eq!(told(&[STRICT, root], &[STRICT, root, first]), (vec![".github/CODEOWNERS gate".to_owned()], 1));
    let more = ("CODEOWNERS", "* @rhea\n/docs/ @theo\n");
    assert_eq!(told(&[STRICT, root], &[STRICT, more]), (vec!["repository none".to_owned()], 0));
    let unowned = ("CODEOWNERS", "* @rhea\n.github/\n");
    assert_eq!(told(&[STRICT, root], &[STRICT, unowned]).1, 1);
}
