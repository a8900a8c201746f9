//! Owns who may not judge: a first parent that lies elsewhere, the queue's other entries, what was pushed, the run's own commit; and what an
//! event that no list names is judged by.

use super::checkout::{Checkout, Run};
use super::{CODE, GATES, JSON, LAX, MAIN, POLICY, PROJECT, RULE, SOFT, STRICT};

const BAD: [(&str, &str); 4] = [CODE, PROJECT, SOFT, LAX];

/// Threat A1: the pull request got another base, and the forge's merge is still that into the old one.
#[test]
fn a_first_parent_is_not_the_base_because_it_is_the_first() {
    let checkout = Checkout::new();
    let main = checkout.commit(&[CODE, PROJECT, GATES, STRICT], &[]);
    let lax = checkout.commit(&BAD, &[main]);
    let head = checkout.commit(&[CODE, PROJECT, SOFT, LAX, ("x", "x")], &[lax]);
    let merge = checkout.commit(&[CODE, PROJECT, SOFT, LAX, ("x", "x")], &[lax, head]);
    checkout.check_out(merge);
    let run = Run::pull_request(merge, "main", main, head);
    // A checkout of depth 2 has no branch; what the remedy brings may be a tip without its history.
    let said = checkout.check(&run, &JSON);
    assert_eq!(said.status, 3, "{}{}", said.stdout, said.stderr);
    let fetch = "git fetch origin '+refs/heads/main:refs/remotes/origin/main'";
    assert!(said.stderr.contains(fetch) && said.stderr.contains("cannot be told"), "{}", said.stderr);
    let tip = checkout.commit(&[CODE, PROJECT, GATES, STRICT, ("y", "y")], &[main]);
    checkout.branch(MAIN, tip);
    assert_eq!(checkout.check(&run, &JSON).status, 3);
    checkout.forget(main, &[merge, lax, head, tip]);
    let said = checkout.check(&run, &JSON);
    assert_eq!(said.status, 3, "{}{}", said.stdout, said.stderr);
}

/// The usual checkout, depth 2: the first parent is the commit that the event says. Its policy of now judges where that is here.
#[test]
fn the_commit_of_the_event_needs_no_branch() {
    let checkout = Checkout::new();
    let before = checkout.commit(&[CODE, PROJECT, GATES], &[]);
    let base = checkout.commit(&[CODE, PROJECT, GATES, STRICT], &[before]);
    let head = checkout.commit(&[CODE, PROJECT, SOFT, STRICT], &[base]);
    let merge = checkout.commit(&[CODE, PROJECT, SOFT, STRICT], &[base, head]);
    checkout.forget(before, &[merge, base, head]);
    checkout.check_out(merge);
    let run = Run::pull_request(merge, "main", base, head);
    let said = checkout.check(&run, &JSON);
    assert_eq!(
        (said.status, said.json()["policy"]["revision"].as_str()),
        (1, Some(base.to_string().as_str())),
        "{}",
        said.stderr
    );
    let between = checkout.commit(&[CODE, PROJECT, GATES, ("z", "z")], &[base]);
    let tip = checkout.commit(&[CODE, PROJECT, GATES, STRICT, ("y", "y")], &[between]);
    checkout.branch(MAIN, tip);
    checkout.forget(between, &[merge, base, head, tip]);
    let said = checkout.check(&run, &JSON);
    assert_eq!((said.status, said.json()["policy"]["revision"].as_str()), (1, Some(tip.to_string().as_str())), "{}", said.stderr);
}

/// Threat A21: before this entry of the queue stands another one, which nobody has merged.
#[test]
fn a_queue_is_not_judged_by_its_other_entries() {
    let checkout = Checkout::new();
    let main = checkout.commit(&[CODE, PROJECT, GATES, STRICT], &[]);
    let queued = checkout.commit(&[CODE, PROJECT, GATES, LAX], &[main]);
    let entry = checkout.commit(&BAD, &[queued]);
    checkout.check_out(entry);
    let run = Run::merge_group("main", queued, entry);
    let said = checkout.check(&run, &JSON);
    assert!(said.status == 3 && said.stderr.contains("git fetch origin"), "{}{}", said.stdout, said.stderr);
    checkout.branch(MAIN, main);
    assert_eq!(checkout.check(&run, &JSON).status, 1);
    checkout.check_out(queued);
    assert_eq!(checkout.check(&run, &JSON).status, 3, "not what the run is about");
}

/// Threat A4: after a force push the branch is what was pushed.
#[test]
fn what_was_pushed_does_not_judge_itself() {
    let checkout = Checkout::new();
    let before = checkout.commit(&[CODE, PROJECT, GATES, STRICT], &[]);
    let after = checkout.commit(&BAD, &[]);
    checkout.branch(MAIN, after);
    checkout.check_out(after);
    let said = checkout.check(&Run::push("main", &before.to_string(), after), &JSON);
    assert!(said.status == 3 && said.stderr.contains("was rewritten"), "{}{}", said.stdout, said.stderr);
    // The second push to a branch of one's own: the first one does not judge alone.
    checkout.branch(MAIN, before);
    let first = checkout.commit(&[CODE, PROJECT, GATES, LAX], &[before]);
    let second = checkout.commit(&BAD, &[first]);
    checkout.check_out(second);
    assert_eq!(checkout.check(&Run::push("topic", &first.to_string(), second), &JSON).status, 1);
    // A checkout of something else than what was pushed.
    let said = checkout.check(&Run::push("main", &before.to_string(), first), &JSON);
    assert_eq!(said.status, 3, "{}{}", said.stdout, said.stderr);
}

/// A review is a run on the pull request that its author can start; a run by hand is on any branch.
#[test]
fn an_event_that_no_list_names_is_not_judged_by_the_tree() {
    let checkout = Checkout::new();
    let main = checkout.commit(&[CODE, PROJECT, GATES, STRICT], &[]);
    let head = checkout.commit(&BAD, &[main]);
    let merge = checkout.commit(&BAD, &[main, head]);
    checkout.branch(MAIN, main);
    checkout.check_out(merge);
    for name in ["pull_request_review", "pull_request_review_comment", "something_new"] {
        let run = Run::pull_request(merge, "main", main, head).named(name);
        assert_eq!(checkout.check(&run, &JSON).status, 1, "{name}");
    }
    let elsewhere = [
        Run::by_hand("workflow_dispatch", merge, "refs/heads/topic"),
        Run::by_hand("workflow_dispatch", merge, "refs/tags/v1"),
        Run::by_hand("release", merge, "refs/tags/v1"),
        // The run is about the default branch, and something else was checked out.
        Run::by_hand("issue_comment", main, "refs/heads/main"),
        Run::by_hand("workflow_run", main, "refs/heads/main"),
    ];
    for run in &elsewhere {
        assert_eq!(checkout.check(run, &JSON).status, 1);
    }
    checkout.check_out(main);
    let own = checkout.check(&Run::by_hand("workflow_dispatch", main, "refs/heads/main"), &JSON);
    assert_eq!((own.status, own.json()["policy"]["authoritative"].as_bool()), (0, Some(false)), "{}", own.stderr);
    // Nothing says what the run is about.
    checkout.check_out(merge);
    assert_eq!(checkout.check(&Run::by_hand("", merge, "refs/heads/main"), &JSON).status, 3);
}

#[test]
fn the_judged_does_not_name_its_judge() {
    let checkout = Checkout::new();
    let main = checkout.commit(&[CODE, PROJECT, GATES, STRICT], &[]);
    let head = checkout.commit(&BAD, &[main]);
    let merge = checkout.commit(&BAD, &[main, head]);
    checkout.branch(MAIN, main);
    checkout.branch("refs/remotes/origin/topic", head);
    checkout.check_out(merge);
    let run = Run::pull_request(merge, "main", main, head);
    for named in [&head.to_string(), &merge.to_string(), "refs/remotes/origin/topic"] {
        let said = checkout.check(&run, &[&JSON[..], &["--policy-ref", named]].concat());
        assert_eq!(said.status, 2, "{named}: {}{}", said.stdout, said.stderr);
    }
    let by_main = [&JSON[..], &["--policy-ref", MAIN]].concat();
    assert_eq!(checkout.check(&run, &by_main).status, 1);
    let weakened = checkout.check(&run, &["--format", "json", "--policy-ref", MAIN]);
    assert!(weakened.of("policy-protected").iter().any(|row| row.1 == "gate"), "{}", weakened.stdout);
    // A tree that is not the pull request's.
    checkout.check_out(main);
    assert_eq!(checkout.check(&run, &by_main).status, 3);
}

#[test]
fn in_ci_a_base_is_named_in_full_and_never_the_tree_itself() {
    let checkout = Checkout::new();
    let main = checkout.commit(&[CODE, PROJECT, GATES, STRICT], &[]);
    let head = checkout.commit(&BAD, &[main]);
    checkout.branch("refs/tags/origin/main", head);
    checkout.branch(MAIN, main);
    checkout.check_out(head);
    for base in ["origin/main", "main", "HEAD", &head.to_string(), "refs/tags/origin/main"] {
        let said = checkout.elsewhere(&[&JSON[..], &["--base", base]].concat());
        assert_eq!(said.status, 2, "{base}: {}{}", said.stdout, said.stderr);
    }
    assert_eq!(checkout.elsewhere(&[&JSON[..], &["--base", MAIN]].concat()).status, 1);
    // The event says what the base is.
    for run in [Run::push("main", &main.to_string(), head), Run::merge_group("main", main, head), Run::tag("v1", head)] {
        let said = checkout.check(&run, &[&JSON[..], &["--base", &head.to_string()]].concat());
        assert_eq!(said.status, 2, "{}{}", said.stdout, said.stderr);
    }
}

/// Design 4.6: what judges is the newest; what a change does is told by where it started.
#[test]
fn a_policy_that_the_change_does_not_touch_is_not_weakened() {
    let checkout = Checkout::new();
    let first = checkout.commit(&[CODE, PROJECT, GATES, (POLICY, "")], &[]);
    let head = checkout.commit(&[CODE, PROJECT, GATES, (POLICY, ""), ("x", "x")], &[first]);
    let tightened = checkout.commit(&[CODE, PROJECT, GATES, STRICT], &[first]);
    checkout.branch(MAIN, tightened);
    checkout.check_out(head);
    let merge = checkout.commit(&[CODE, PROJECT, GATES, STRICT, ("x", "x")], &[tightened, head]);
    let run = Run::pull_request(merge, "main", first, head);
    let rows = |said: &super::checkout::Said| said.of("policy-protected").into_iter().map(|row| row.0).collect::<Vec<_>>();
    let said = checkout.check(&run, &["--format", "json"]);
    assert_eq!((said.status, rows(&said)), (0, vec!["pass".to_owned()]), "{}{}", said.stdout, said.stderr);
    assert_eq!(said.json()["policy"]["revision"], tightened.to_string());
    assert_eq!(said.of(RULE).len(), 1);
}

/// A branch's name is a word of the shell that a remedy is pasted into.
#[test]
fn a_remedy_quotes_the_branch() {
    let checkout = Checkout::new();
    let main = checkout.commit(&[CODE], &[]);
    let head = checkout.commit(&[CODE, PROJECT], &[main]);
    let merge = checkout.commit(&[CODE, PROJECT], &[main, head]);
    checkout.check_out(merge);
    let said = checkout.check(&Run::pull_request(merge, "a';id;'", head, head), &JSON);
    assert!(said.status == 3 && said.stderr.contains("a'\\'';id;'\\'':refs"), "{}", said.stderr);
}

/// Tests of other programs set one variable of the system to see annotations: that is no run, and the tree is judged as at a keyboard.
#[test]
fn the_name_of_the_system_alone_is_no_run() {
    let checkout = Checkout::new();
    let commit = checkout.commit(&[CODE, PROJECT, GATES], &[]);
    checkout.check_out(commit);
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().env("GITHUB_ACTIONS", "true").arg("check").current_dir(checkout.directory.path());
    let output = command.output().expect("it starts");
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
}
