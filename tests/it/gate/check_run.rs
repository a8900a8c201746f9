//! Owns the tests of the check run: all annotations in batches, nothing twice, and what takes its place where it may not be written.

use serde_json::{Value, json};

use super::action::{Action, BINARY, change};
use super::{CODE, GATES, PROJECT};
use crate::forge::server::{Reply, Script, Server, serve};

const RUNS: &str = "/repos/acme/kestrel/check-runs";

/// A pull request with so many broken files, its head's id, and a forge.
struct Case {
    checkout: super::checkout::Checkout,
    run: super::checkout::Run,
    head: String,
}

fn case(broken: usize) -> Case {
    let many: Vec<(String, String)> =
        (0..broken).map(|n| (format!(".github/workflows/w{n:03}.yml"), "\tno".to_owned())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let base = [CODE, PROJECT, GATES];
    let (checkout, run) = change(&base, &super::with(&base, &many));
    let merge = checkout.repository.head().expect("a head").target().expect("the merge");
    let head = checkout.repository.find_commit(merge).expect("it").parent_id(1).expect("the head");
    Case { checkout, run, head: head.to_string() }
}

/// The forge with these runs at the head, which takes new ones.
fn forge(head: &str, there: &[Value]) -> Script {
    let mut script = crate::forge::forge();
    script.put(
        &format!("/repos/acme/kestrel/commits/{head}/check-runs"),
        Reply::json(&json!({ "total_count": there.len(), "check_runs": there })),
    );
    script.put(&format!("POST {RUNS}"), Reply::json(&json!({ "id": 4 })));
    script.put(&format!("PATCH {RUNS}/4"), Reply::json(&json!({ "id": 4 })));
    script
}

fn act(case: &Case, server: &Server) -> super::action::Left {
    let told = [("GITHUB_API_URL", server.address.as_str())];
    Action::new().run(&case.checkout, &case.run, &[BINARY, ("forge", "true")], &told)
}

/// Annotations in each of what was written.
fn batches(server: &Server) -> Vec<(String, usize)> {
    let count = |body: &Value| body.pointer("/output/annotations").and_then(Value::as_array).map_or(0, Vec::len);
    server.written().iter().map(|(way, body)| (way.replace(RUNS, ""), count(body))).collect()
}

#[test]
fn every_annotation_is_in_the_check_run_and_none_twice() {
    let case = case(120);
    let server = serve(&forge(&case.head, &[]));
    let left = act(&case, &server);
    assert_eq!((left.status, left.commands().len()), (1, 0), "{}", left.log);
    assert!(left.log.contains("annotations are in the check run `tollgate: findings`"), "{}", left.log);
    let written = server.written();
    let all = batches(&server);
    assert_eq!(all[..2], [("POST ".to_owned(), 50), ("PATCH /4".to_owned(), 50)]);
    let total: usize = all.iter().map(|(_, count)| count).sum();
    assert!(all.len() == 3 && total >= 120 && all[2].1 == total - 100, "{all:?}");
    let (first, last) = (&written[0].1, &written[2].1);
    assert_eq!((&first["head_sha"], &first["status"]), (&json!(case.head), &json!("in_progress")));
    assert_eq!((&last["status"], &last["conclusion"]), (&json!("completed"), &json!("failure")));
    let one = &first["output"]["annotations"][0];
    assert_eq!((&one["annotation_level"], &one["start_line"]), (&json!("failure"), &json!(1)), "{one}");
    assert!(
        one["path"].as_str().is_some_and(|path| path.ends_with(".yml"))
            && one["message"].as_str().is_some_and(|text| !text.is_empty())
    );
    // The same run again, and one that broke off: what is there stays, and what is lacking is added.
    for (there, rest) in [(total, vec![("PATCH /4".to_owned(), 0)]), (100, vec![("PATCH /4".to_owned(), total - 100)])] {
        let known = json!({ "id": 4, "external_id": first["external_id"], "output": { "annotations_count": there } });
        let other = json!({ "id": 3, "external_id": "another", "output": { "annotations_count": 7 } });
        let again = serve(&forge(&case.head, &[other, known]));
        assert_eq!(act(&case, &again).status, 1);
        assert_eq!(batches(&again), rest);
    }
}

#[test]
fn without_the_right_the_step_has_its_ten_and_says_so() {
    let case = case(12);
    for (way, reply, says) in [
        ("POST", Reply::status(403, "Resource not accessible by integration"), "`checks: write`"),
        ("POST", Reply::status(502, "Bad Gateway"), "status 502"),
        ("POST", Reply::json(&json!({})), "the answer names none"),
    ] {
        let mut script = forge(&case.head, &[]);
        script.put(&format!("{way} {RUNS}"), reply);
        let server = serve(&script);
        let left = act(&case, &server);
        let errors = left.commands().iter().filter(|(level, _)| level == "error").count();
        assert_eq!((left.status, errors), (1, 10), "{}", left.log);
        assert!(left.log.contains("was not written") && left.log.contains(says), "{says}: {}", left.log);
        assert!(!left.log.contains("ghs_ofTheRun"), "the token is told");
        assert_eq!(server.written().len(), 1, "tried once");
    }
    // Nobody who does not ask the forge writes to it.
    let server = serve(&forge(&case.head, &[]));
    let told = [("GITHUB_API_URL", server.address.as_str())];
    assert_eq!(Action::new().run(&case.checkout, &case.run, &[BINARY], &told).status, 1);
    assert!(server.asked().is_empty());
}
