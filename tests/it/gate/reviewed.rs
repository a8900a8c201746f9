//! Owns what approves a weaker policy where `[gate] policy_review = "forge"`: a review by a policy owner of the base, of exactly the head, as the forge
//! tells; and each way in which it does not count.

use serde_json::{Value, json};

use super::checkout::{Checkout, Run};
use super::proposed::{Change, lax, strict};
use super::{CODE, GATES, MAIN, POLICY, PROJECT};
use crate::forge::server::{Reply, Script, serve};

const PULL: &str = "/repos/acme/kestrel/pulls/2";
const REVIEWS: &str = "/repos/acme/kestrel/pulls/2/reviews";
const EVENTS: &str = "/repos/acme/kestrel/issues/2/events";

fn by_review(policy: String) -> String {
    policy.replace("policy_review = \"signed\"", "policy_review = \"forge\"")
}

/// A forge that knows of the pull request, with these reviews and events.
fn forge(change: &Change, reviews: &Value, events: &Value) -> Script {
    let mut script = crate::forge::forge();
    script
        .put(PULL, Reply::json(&json!({ "number": 2, "user": { "login": "octo" }, "head": { "sha": change.head.to_string() } })));
    script.put(REVIEWS, Reply::json(reviews));
    script.put(EVENTS, Reply::json(events));
    script
}

fn review(login: &str, state: &str, commit: impl ToString, at: &str) -> Value {
    json!({ "id": 1, "user": { "login": login }, "body": "", "state": state, "commit_id": commit.to_string(), "submitted_at": at })
}

/// The status and what is said of the policy.
fn told(change: &Change, run: &Run, script: &Script) -> (i32, String) {
    let server = serve(script);
    let more = [("GITHUB_API_URL", server.address.as_str()), ("GITHUB_TOKEN", "ghs_ofTheRun")];
    let said = change.checkout.check_with(run, &more, &["--forge", "--format", "json"]);
    let report = said.json();
    let rows = report["findings"].as_array().expect("a list").iter().filter(|row| row["rule"] == "policy-protected");
    let told: Vec<String> = rows.map(|row| format!("{} {}", row["message"], row["fix"])).collect();
    (said.status, told.join("\n"))
}

const NOON: &str = "2026-05-15T12:00:00Z";
const LATER: &str = "2026-05-15T13:00:00Z";

#[test]
fn a_review_of_the_head_by_a_policy_owner_is_asked_for() {
    let change = Change::of(&by_review(strict()), &by_review(lax()));
    let run = change.run();
    let (head, other) = (change.head, change.base);
    let good = "rhea has approved it by a review of its head";
    let cases: [(&str, Value, Value, i32, &str); 14] = [
        ("approved", json!([review("Rhea-at-Work", "APPROVED", head, NOON)]), json!([]), 0, good),
        (
            "a comment takes nothing back",
            json!([review("rhea-at-work", "APPROVED", head, NOON), review("rhea-at-work", "COMMENTED", other, LATER)]),
            json!([{ "event": "labeled", "created_at": LATER }]),
            0,
            good,
        ),
        (
            "asked for changes, then approved",
            json!([review("rhea-at-work", "CHANGES_REQUESTED", other, NOON), review("rhea-at-work", "APPROVED", head, LATER)]),
            json!([]),
            0,
            good,
        ),
        ("nothing", json!([]), json!([]), 1, "no policy owner has approved it by a review"),
        ("by somebody", json!([review("eve", "APPROVED", head, NOON)]), json!([]), 1, "no policy owner has approved it"),
        ("by a releaser", json!([review("theo", "APPROVED", head, NOON)]), json!([]), 1, "no policy owner has approved it"),
        ("a comment", json!([review("rhea-at-work", "COMMENTED", head, NOON)]), json!([]), 1, "no policy owner has approved it"),
        ("dismissed", json!([review("rhea-at-work", "DISMISSED", head, NOON)]), json!([]), 1, "was dismissed"),
        (
            "changes asked for since",
            json!([review("rhea-at-work", "APPROVED", head, NOON), review("Rhea-At-Work", "CHANGES_REQUESTED", head, LATER)]),
            json!([]),
            1,
            "asks for changes",
        ),
        (
            "of an older commit",
            json!([review("rhea-at-work", "APPROVED", other, NOON)]),
            json!([]),
            1,
            "has approved another commit than its head",
        ),
        (
            "of no commit",
            json!([{ "user": { "login": "rhea-at-work" }, "state": "APPROVED", "commit_id": null, "submitted_at": NOON }]),
            json!([]),
            1,
            "has approved another commit than its head",
        ),
        (
            "by its author",
            json!([review("octo", "APPROVED", head, NOON)]),
            json!([]),
            1,
            "octo has opened the pull request as well",
        ),
        (
            "before it got this base",
            json!([review("rhea-at-work", "APPROVED", head, NOON)]),
            json!([{ "event": "base_ref_changed", "created_at": LATER }]),
            1,
            "before it got the base that it has",
        ),
        (
            "no account of the policy's",
            json!([{ "user": null, "state": "APPROVED", "commit_id": head.to_string(), "submitted_at": NOON }]),
            json!([]),
            1,
            "no policy owner has approved it",
        ),
    ];
    for (name, reviews, rows, status, why) in cases {
        let said = told(&change, &run, &forge(&change, &reviews, &rows));
        assert!(said.0 == status && said.1.contains(why), "{name}: {said:?}");
    }
    // Who is gone approves nothing, and who comes by the head neither.
    let gone = |policy: String| {
        by_review(policy).replacen("forge = \"rhea-at-work\"", "forge = \"rhea-at-work\"\nvalid_before = 2026-01-01", 1)
    };
    let change = Change::of(&gone(strict()), &gone(lax()));
    let said = told(
        &change,
        &change.run(),
        &forge(&change, &json!([review("rhea-at-work", "APPROVED", change.head, NOON)]), &json!([])),
    );
    assert!(said.0 == 1 && said.1.contains("is over"), "{said:?}");
    let own = by_review(lax()).replace("rhea-at-work", "eve");
    let change = Change::of(&by_review(strict()), &own);
    let said = told(&change, &change.run(), &forge(&change, &json!([review("eve", "APPROVED", change.head, NOON)]), &json!([])));
    assert!(said.0 == 1 && said.1.contains("no policy owner has approved it"), "{said:?}");
}

/// What is not seen approves nothing, and says what would help.
#[test]
fn without_the_forge_or_the_right_it_stays_closed() {
    let change = Change::of(&by_review(strict()), &by_review(lax()));
    let run = change.run();
    let (status, messages) = change.told();
    assert!(status == 1 && messages.contains("cannot be told: the forge was not asked"), "{messages}");
    let approved = json!([review("rhea-at-work", "APPROVED", change.head, NOON)]);
    for (path, reply, statuses, why) in [
        (REVIEWS, Reply::status(403, "Resource not accessible by integration"), [1, 1], "it needs `pull-requests: read`"),
        (EVENTS, Reply::status(403, "Resource not accessible by integration"), [1, 1], "it needs `issues: read`"),
        (PULL, Reply::status(404, "Not Found"), [1, 1], "it needs `pull-requests: read`"),
        (REVIEWS, Reply::json(&json!({ "rows": 1 })), [1, 3], "could not be read"),
        (REVIEWS, Reply::json(&json!([{ "user": { "login": "rhea-at-work" } }])), [1, 1], "is not understood"),
        (EVENTS, Reply::json(&json!([{ "event": "base_ref_changed" }])), [1, 1], "is not understood"),
    ] {
        let mut script = forge(&change, &approved, &json!([]));
        script.put(path, reply);
        let said = told(&change, &run, &script);
        assert!(statuses.contains(&said.0) && said.1.contains(why), "{path}: {said:?}");
    }
    // A signature is no review.
    let mut change = Change::of(&by_review(strict()), &by_review(lax()));
    let made = super::proposed::Made::by(super::proposed::RHEA, "rhea", &change.digests());
    change.approve(&made);
    let said = told(&change, &change.run(), &forge(&change, &json!([]), &json!([])));
    assert!(said.0 == 1 && said.1.contains("no policy owner has approved it by a review"), "{said:?}");
    // And nobody is asked where nothing has to be approved by one.
    let change = Change::of(&strict(), &lax());
    let server = serve(&forge(&change, &approved, &json!([])));
    let more = [("GITHUB_API_URL", server.address.as_str()), ("GITHUB_TOKEN", "ghs_ofTheRun")];
    change.checkout.check_with(&change.run(), &more, &["--forge", "--format", "json"]);
    assert!(server.asked().iter().all(|(path, _)| !path.contains("/pulls/") && !path.contains("/issues/")));
}

/// A queue's run tells no pull request but by the name of its branch: the forge says the rest, of exactly what is merged.
#[test]
fn a_queue_asks_about_the_pull_request_that_it_merges() {
    let (before, after) = (by_review(strict()), by_review(lax()));
    let tree = |policy| [CODE, PROJECT, GATES, (POLICY, policy)];
    let checkout = Checkout::new();
    let base = checkout.commit(&tree(&before), &[]);
    let head = checkout.commit(&tree(&after), &[base]);
    checkout.branch(MAIN, base);
    let merge = checkout.commit(&tree(&after), &[base, head]);
    let squash = checkout.commit(&tree(&after), &[base]);
    let change = Change { checkout, base, head };
    let approved = json!([review("rhea-at-work", "APPROVED", head, NOON)]);
    for (commit, status, why) in [(merge, 0, "rhea has approved it"), (squash, 1, "is no merge of the pull request's head")] {
        change.checkout.check_out(commit);
        let said = told(&change, &Run::merge_group("main", base, commit), &forge(&change, &approved, &json!([])));
        assert!(said.0 == status && said.1.contains(why), "{said:?}");
    }
    change.checkout.check_out(merge);
    let own = json!([review("octo", "APPROVED", head, NOON)]);
    let said = told(&change, &Run::merge_group("main", base, merge), &forge(&change, &own, &json!([])));
    assert!(said.0 == 1 && said.1.contains("octo has opened the pull request"), "{said:?}");
}
