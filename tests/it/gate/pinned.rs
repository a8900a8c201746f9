//! Owns what becomes of another commit of the gate's own action (threats A12): a weakening, unless the forge shows that it comes later on the default
//! branch of the action's own repository.

use serde_json::{Value, json};

use super::checkout::{Checkout, Run};
use super::{CODE, MAIN, POLICY, PROJECT};
use crate::forge::server::{Reply, Script, serve};

const GATE: &str = ".github/workflows/gate.yml";
const ACTION: &str = "/repos/acme/tollgate";
const TIP: &str = "cccccccccccccccccccccccccccccccccccccccc";

fn gate(pin: &str) -> String {
    format!(
        "on: pull_request\npermissions: {{ contents: read }}\njobs:\n  tollgate:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@1111111111111111111111111111111111111111\n        with: {{ persist-credentials: false }}\n      - uses: {pin}\n"
    )
}

/// The status, and what is said of the gate's workflow; by a forge that answers so, or by none.
fn told(pin: &str, script: Option<&Script>) -> (i32, String) {
    let (before, after) = (gate(&format!("acme/tollgate@{}", "a".repeat(40))), gate(pin));
    let tree = |gate| [CODE, PROJECT, (POLICY, ""), (GATE, gate)];
    let checkout = Checkout::new();
    let base = checkout.commit(&tree(&before), &[]);
    let head = checkout.commit(&tree(&after), &[base]);
    let merge = checkout.commit(&tree(&after), &[base, head]);
    checkout.branch(MAIN, base);
    checkout.check_out(merge);
    let run = Run::pull_request(merge, "main", base, head);
    let server = script.map(serve);
    let address = server.as_ref().map(|server| server.address.clone()).unwrap_or_default();
    let more = [("GITHUB_API_URL", address.as_str()), ("GITHUB_TOKEN", "ghs_ofTheRun")];
    let said = match server {
        Some(_) => checkout.check_with(&run, &more, &["--forge", "--format", "json"]),
        None => checkout.check(&run, &["--format", "json"]),
    };
    let report = said.json();
    let rows = report["findings"].as_array().expect("a list").iter().filter(|row| row["rule"] == "policy-protected");
    (said.status, rows.map(|row| format!("{} {}", row["decision"], row["message"])).collect::<Vec<_>>().join("\n"))
}

/// A forge that knows the action, and where these meet: the new pin and the branch, the old pin and the new one.
fn forge(on_branch: &str, since: &str) -> Script {
    let mut script = crate::forge::forge();
    let (old, new) = ("a".repeat(40), "b".repeat(40));
    let met = |at: &str| -> Value { json!({ "status": "ahead", "merge_base_commit": { "sha": at.repeat(40) }, "files": [] }) };
    script.put(ACTION, Reply::json(&json!({ "full_name": "acme/tollgate", "default_branch": "trunk/1" })));
    script.put(&format!("{ACTION}/branches/trunk%2F1"), Reply::json(&json!({ "name": "trunk/1", "commit": { "sha": TIP } })));
    script.put(&format!("{ACTION}/compare/{new}...{TIP}"), Reply::json(&met(on_branch)));
    script.put(&format!("{ACTION}/compare/{old}...{new}"), Reply::json(&met(since)));
    script
}

#[test]
fn a_new_pin_of_the_gate_has_to_come_later_on_its_own_branch() {
    let new = format!("acme/tollgate@{}", "b".repeat(40));
    let not_proven = "`acme/tollgate@bbbbbbbbbbbb` is a new pin, not proven to belong to acme/tollgate";
    let none = told(&new, None);
    assert!(none.0 == 1 && none.1.contains(not_proven), "{none:?}");
    let later = told(&new, Some(&forge("b", "a")));
    assert!(later.0 == 0 && later.1.contains("is a new pin, a later commit of the default branch of acme/tollgate"), "{later:?}");
    for (script, why) in [
        // The forge shows the commits of every fork in the repository's name.
        (forge("a", "a"), "it does not lie on its default branch"),
        (forge("9", "9"), "it does not lie on its default branch"),
        (forge("c", "a"), "it does not lie on its default branch"),
        (forge("b", "b"), "not proven to come after the one before"),
        (crate::forge::forge(), not_proven),
    ] {
        let said = told(&new, Some(&script));
        assert!(said.0 == 1 && said.1.contains(why), "{why}: {said:?}");
    }
    let mut hidden = forge("b", "a");
    hidden.put(ACTION, Reply::status(403, "Resource not accessible by integration"));
    assert_eq!(told(&new, Some(&hidden)).0, 1);
    // It has another name by now, which is not followed: not proven, and nothing else is.
    hidden.put(ACTION, Reply::status(301, "Moved Permanently"));
    assert_eq!(told(&new, Some(&hidden)).0, 1);
    // What is no commit may be moved, and what is another action was never asked about.
    for pin in [
        "acme/tollgate@v2",
        "evil/tollgate@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "acme/tollgate/sub@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    ] {
        assert_eq!(told(pin, Some(&forge("b", "a"))).0, 1, "{pin}");
    }
}
