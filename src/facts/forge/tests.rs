//! Owns tests of what answers of a forge mean, in the shapes that GitHub documents.

use serde_json::{Value, json};

use super::*;
use crate::answer::Answer;

/// Answers in the shapes that GitHub documents.
fn answers(got: &[(&str, Value)]) -> Answers {
    let one = |(question, value): &(&str, Value)| {
        let got = match value {
            Value::Number(status) if *status == 404.into() => Got::Missing("Not Found".to_owned()),
            Value::Number(_) => Got::Refused(String::new()),
            Value::String(words) => Got::Plan(words.clone()),
            value => Got::Is(value.clone()),
        };
        ((*question).to_owned(), got)
    };
    Answers {
        api: "https://api.github.com".to_owned(),
        repository: "acme/kestrel".to_owned(),
        got: got.iter().map(one).collect(),
        ..Answers::default()
    }
}

fn repository() -> (&'static str, Value) {
    ("", json!({ "default_branch": "main", "owner": { "login": "acme", "type": "Organization" } }))
}

fn free() -> (&'static str, Value) {
    ("branches/main", json!({ "protected": false, "protection": { "enabled": false } }))
}

fn rule(kind: &str, ruleset: u64, parameters: Value) -> Value {
    json!({ "type": kind, "ruleset_source_type": "Repository", "ruleset_source": "acme/kestrel", "ruleset_id": ruleset, "parameters": parameters })
}

fn ruleset(bypass: Value) -> Value {
    json!({ "id": 7, "name": "main", "target": "branch", "enforcement": "active", "bypass_actors": bypass })
}

const PULL: &str = "pull_request";

#[test]
fn a_rule_holds_for_everybody_where_nobody_passes_it_by() {
    let rules = ("rules/branches/main", json!([rule("deletion", 7, json!({}))]));
    let held = |bypass: Option<Value>| {
        let mut all = vec![repository(), free(), rules.clone()];
        all.extend(bypass.map(|bypass| ("rulesets/7", bypass)));
        ForgeFacts::of(&answers(&all)).protection
    };
    assert!(matches!(held(Some(ruleset(json!([])))).holds(|layer| layer.stays), Held::By(_)));
    assert!(matches!(held(Some(ruleset(json!([])))).holds(|layer| layer.strict), Held::No));
    let owners = held(Some(ruleset(json!([{ "actor_id": 1, "actor_type": "OrganizationAdmin", "bypass_mode": "always" }]))));
    assert!(matches!(owners.holds(|layer| layer.stays), Held::But(_, who) if who == ["the organisation's owners"]));
    // Who may not write a ruleset is not shown who passes it by.
    let mut silent = ruleset(json!([]));
    silent.as_object_mut().expect("an object").remove("bypass_actors");
    let Held::Unknown(why) = held(Some(silent)).holds(|layer| layer.stays) else { panic!("it is not known") };
    assert!(why.text.contains("`administration: write`"), "{}", why.text);
    assert!(held(Some(ruleset(json!([])))).has(|layer| layer.stays).is_yes());
}

#[test]
fn what_may_not_be_seen_is_never_absent() {
    let rules = || ("rules/branches/main", json!([]));
    let unknown = |all: &[(&str, Value)]| {
        let protection = ForgeFacts::of(&answers(all)).protection;
        match protection.has(|layer| layer.stays) {
            Answer::Unknown(why) => why.text,
            other => panic!("{other:?}"),
        }
    };
    assert!(unknown(&[("", json!(403))]).contains("metadata: read"));
    assert!(unknown(&[repository(), free(), ("rules/branches/main", json!(403))]).contains("metadata: read"));
    // Classic protection is there, and what it asks for is shown to administrators.
    let there = (
        "branches/main",
        json!({ "protected": true, "protection": { "enabled": true,
        "required_status_checks": { "enforcement_level": "everyone", "contexts": ["lint"], "checks": [{ "context": "lint", "app_id": 15368 }] } } }),
    );
    for status in [403, 404] {
        let all = [repository(), rules(), there.clone(), ("branches/main/protection", json!(status))];
        assert!(unknown(&all).contains("administration: read"));
        let protection = ForgeFacts::of(&answers(&all)).protection;
        assert!(
            protection.has(|layer| layer.checks.iter().any(|check| check.name == "lint" && check.app == Some(15368))).is_yes()
        );
    }
    // Nothing is there: everybody sees that.
    let protection =
        ForgeFacts::of(&answers(&[repository(), rules(), free(), ("branches/main/protection", json!(404))])).protection;
    assert!(protection.has(|layer| layer.stays).is_no());
    let upgrade = json!("Upgrade to GitHub Pro or make this repository public to enable this feature.");
    let all = [repository(), free(), ("rules/branches/main", upgrade.clone()), ("branches/main/protection", upgrade)];
    assert!(ForgeFacts::of(&answers(&all)).protection.lacks.is_some());
}

#[test]
fn classic_protection_binds_administrators_only_when_it_says_so() {
    let with = |admins: bool| {
        json!({ "enforce_admins": { "url": "x", "enabled": admins }, "allow_force_pushes": { "enabled": false }, "allow_deletions": { "enabled": true },
            "required_pull_request_reviews": { "dismiss_stale_reviews": true, "require_code_owner_reviews": true, "required_approving_review_count": 1 },
            "required_status_checks": { "strict": true, "contexts": ["lint", "old"], "checks": [{ "context": "lint", "app_id": null }] } })
    };
    let of = |admins| {
        let all = [repository(), ("rules/branches/main", json!([])), ("branches/main/protection", with(admins))];
        ForgeFacts::of(&answers(&all)).protection
    };
    assert!(matches!(of(true).holds(|layer| layer.keeps_history), Held::By(_)));
    assert!(matches!(of(true).holds(|layer| layer.stays), Held::No));
    assert!(matches!(of(false).holds(|layer| layer.strict), Held::But(_, who) if who == ["administrators"]));
    let names: Vec<String> = of(true).layers[0].checks.iter().map(|check| check.name.clone()).collect();
    assert_eq!(names, ["lint", "old"]);
}

#[test]
fn reviews_of_code_owners_have_to_be_of_what_is_merged() {
    let pull = |approvals: u64, owners: bool, fresh: bool| {
        rule(
            PULL,
            7,
            json!({ "required_approving_review_count": approvals, "require_code_owner_review": owners,
            "dismiss_stale_reviews_on_push": fresh, "require_last_push_approval": false, "required_review_thread_resolution": false }),
        )
    };
    let files = [("CODEOWNERS".to_owned(), "/.github/ @acme/sec\n".to_owned())];
    let owners = CodeOwners::of(&crate::snapshot::Snapshot::in_memory(files)).expect("a file");
    let reviewed = |rule: Value, path: &str| {
        let all = [
            repository(),
            free(),
            ("rules/branches/main", json!([rule])),
            ("rulesets/7", ruleset(json!([]))),
            ("codeowners/errors", json!({ "errors": [] })),
        ];
        let facts = ForgeFacts::of(&answers(&all));
        facts.protection.reviewed(path, Some(&owners), &facts.objections)
    };
    assert_eq!(reviewed(pull(1, true, true), ".github/workflows/ci.yml"), Ok(()));
    let no = |says: &str, result: Result<(), protection::Missing>| match result {
        Err(protection::Missing::No(why)) => assert!(why.contains(says), "{why}"),
        other => panic!("{other:?}"),
    };
    no("no owner", reviewed(pull(1, true, true), "src/a.py"));
    no("after an approval", reviewed(pull(1, true, false), ".github/workflows/ci.yml"));
    no("no review by code owners", reviewed(pull(2, false, true), ".github/workflows/ci.yml"));
    no("no review by code owners", reviewed(pull(0, true, true), ".github/workflows/ci.yml"));
}

#[test]
fn settings_are_seen_by_who_may_change_them() {
    let of = |more: &[(&str, Value)]| ForgeFacts::of(&answers(more));
    let with = |security: Value| ("", json!({ "default_branch": "main", "security_and_analysis": security }));
    let on = json!({ "secret_scanning": { "status": "enabled" }, "secret_scanning_push_protection": { "status": "disabled" },
        "dependabot_security_updates": { "status": "disabled" } });
    let missing = ("automated-security-fixes", json!(404));
    assert_eq!(of(&[with(on.clone()), missing.clone()]).secret_scanning, Seen::Is((true, false)));
    assert_eq!(of(&[with(on), missing.clone()]).security_updates, Seen::Is(false));
    assert!(matches!(of(&[with(json!({})), missing.clone()]).secret_scanning, Seen::Lacks(_)));
    let Seen::Hidden(why) = of(&[repository(), missing]).security_updates else { panic!("a 404 is no answer") };
    assert!(why.text.contains("administration: read"), "{}", why.text);
    assert!(matches!(of(&[repository()]).secret_scanning, Seen::Hidden(_)));
    assert_eq!(
        of(&[repository(), ("automated-security-fixes", json!({ "enabled": true, "paused": false }))]).security_updates,
        Seen::Is(true)
    );
    assert_eq!(
        of(&[repository(), ("automated-security-fixes", json!({ "enabled": true, "paused": true }))]).security_updates,
        Seen::Is(false)
    );
    let setup =
        ("code-scanning/default-setup", json!({ "state": "configured", "languages": ["python", "javascript-typescript"] }));
    assert_eq!(of(&[repository(), setup]).default_setup, Seen::Is(vec!["python".to_owned(), "javascript-typescript".to_owned()]));
    let off = ("code-scanning/default-setup", json!({ "state": "not-configured", "languages": [] }));
    assert_eq!(of(&[repository(), off]).default_setup, Seen::Is(Vec::new()));
    let apps = (
        "/orgs/acme/installations",
        json!([{ "app_slug": "renovate", "repository_selection": "all", "suspended_at": null },
        { "app_slug": "old", "repository_selection": "all", "suspended_at": "2026-01-01T00:00:00Z" }]),
    );
    assert_eq!(of(&[repository(), apps]).apps, Seen::Is(vec![("renovate".to_owned(), true)]));
}
