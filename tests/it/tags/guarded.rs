//! Owns `verify-tag --fetch` on branches that only a pattern of the policy lets in: those count that the forge keeps for a few (threats B8).

use serde_json::{Value, json};

use super::case::{self, Case};
use super::fetching::{REPO, Ran, fetch, forge, serve};

/// What the forge answers about a branch: a status with the body.
pub(super) type Answer = (u16, Value);

/// A release on `release/evil` alone.
pub(super) fn case() -> Case {
    case::named("b50-glob")
}

/// Asks with these answers about `release/evil`: its rules, it, its protection, and the ruleset 7.
fn asked(case: &Case, answers: [Answer; 4]) -> (Ran, Vec<String>) {
    let name = case.arguments.first().expect("a tag");
    let mut script = forge(&[(name, case.tag.as_deref().expect("a file"))]);
    let routes =
        ["/rules/branches/release%2Fevil", "/branches/release%2Fevil", "/branches/release%2Fevil/protection", "/rulesets/7"];
    for (route, (status, body)) in routes.iter().zip(answers) {
        script.insert(format!("{REPO}{route}"), (status, String::new(), body.to_string()));
    }
    let server = serve(script);
    let ran = fetch(case, &server.address, &[]);
    let asked = server.asked.lock().expect("a log").iter().map(|(path, _)| path.clone()).collect();
    (ran, asked)
}

fn rule(kind: &str, parameters: Value) -> Value {
    json!({ "type": kind, "ruleset_source_type": "Repository", "ruleset_source": "acme/kestrel", "ruleset_id": 7, "parameters": parameters })
}

pub(super) fn ruleset(actors: Value) -> Answer {
    (200, json!({ "id": 7, "name": "releases", "target": "branch", "enforcement": "active", "bypass_actors": actors }))
}

pub(super) fn free() -> Answer {
    (200, json!({ "name": "release/evil", "protected": false }))
}

pub(super) fn none() -> Answer {
    (404, json!({ "message": "Branch not protected" }))
}

pub(super) fn refused() -> Answer {
    (403, json!({ "message": "Resource not accessible by integration" }))
}

pub(super) fn both() -> Answer {
    (200, json!([rule("creation", Value::Null), rule("update", json!({}))]))
}

pub(super) const REMEDY: &str = "restrict who creates and who updates such branches";

#[test]
fn a_branch_that_anybody_may_make_or_change_is_no_release_branch() {
    let approvals = |count: u64| rule("pull_request", json!({ "required_approving_review_count": count }));
    let role = |mode: &str| json!([{ "actor_id": 4, "actor_type": "RepositoryRole", "bypass_mode": mode }]);
    let app = |id: u64| json!([{ "actor_id": id, "actor_type": "Integration", "bypass_mode": "always" }]);
    let key = || json!([{ "actor_id": null, "actor_type": "DeployKey", "bypass_mode": "always" }]);
    let classic = |creations: bool, restrictions: Value| {
        (
            200,
            json!({ "restrictions": restrictions, "block_creations": { "enabled": creations }, "enforce_admins": { "enabled": true } }),
        )
    };
    let there = || (200, json!({ "name": "release/evil", "protected": true, "protection": { "enabled": true } }));
    let gone = || (404, json!({ "message": "Branch not found" }));
    let people = || json!({ "users": [], "teams": [], "apps": [] });
    let no_rules = || (200, json!([]));
    for (what, answers, says) in [
        ("nothing", [no_rules(), free(), none(), ruleset(json!([]))], "nothing restricts who makes such a branch"),
        (
            "kept from being pushed over",
            [(200, json!([rule("non_fast_forward", Value::Null)])), free(), none(), ruleset(json!([]))],
            "nothing restricts who makes such a branch",
        ),
        (
            "made by few, changed by all",
            [(200, json!([rule("creation", Value::Null)])), free(), none(), ruleset(json!([]))],
            "nothing restricts who pushes to it",
        ),
        (
            "no approval is asked for",
            [(200, json!([rule("creation", Value::Null), approvals(0)])), free(), none(), ruleset(json!([]))],
            "no approval is asked for",
        ),
        (
            "changed by few, made by all",
            [(200, json!([rule("update", json!({})), approvals(2)])), free(), none(), ruleset(json!([]))],
            "nothing restricts who makes such a branch",
        ),
        ("who writes passes it by", [both(), free(), none(), ruleset(role("always"))], "pass the ruleset `releases`"),
        ("every workflow passes it by", [both(), free(), none(), ruleset(app(15368))], "pass the ruleset `releases`"),
        ("whoever holds a key passes it by", [both(), free(), none(), ruleset(key())], "pass the ruleset `releases`"),
        ("in pull requests", [both(), free(), none(), ruleset(role("pull_request"))], "pass the ruleset `releases`"),
        ("classic, made by all", [no_rules(), there(), classic(false, people()), ruleset(json!([]))], "who makes such a branch"),
        ("classic, no list", [no_rules(), there(), classic(true, Value::Null), ruleset(json!([]))], "who makes such a branch"),
        ("the forge does not have it", [no_rules(), gone(), gone(), ruleset(json!([]))], "it has no branch of that name"),
        (
            "the plan has none",
            [
                (403, json!({ "message": "Upgrade to GitHub Pro or make this repository public to enable this feature." })),
                free(),
                (403, json!({ "message": "Upgrade to GitHub Pro or make this repository public to enable this feature." })),
                ruleset(json!([])),
            ],
            "no protection of branches",
        ),
    ] {
        let (ran, _) = asked(&case(), answers);
        assert_eq!(ran.status, 1, "{what}: {}", ran.text);
        for words in ["step    branch", "the commit lies on release/evil", "the forge does not protect", says, REMEDY] {
            assert!(ran.text.contains(words), "{what}: `{words}`: {}", ran.text);
        }
    }
}

#[test]
fn a_branch_that_few_make_and_change_is_told_with_what_keeps_it() {
    let approved = json!([rule("creation", Value::Null), rule("pull_request", json!({ "required_approving_review_count": 1 }))]);
    let team = json!([{ "actor_id": 3, "actor_type": "Team", "bypass_mode": "always" }]);
    let there = || (200, json!({ "name": "release/evil", "protected": true, "protection": { "enabled": true } }));
    let classic = json!({ "restrictions": { "users": [], "teams": [], "apps": [] }, "block_creations": { "enabled": true },
        "enforce_admins": { "enabled": false } });
    for (answers, says) in [
        ([both(), free(), none(), ruleset(json!([]))], "the ruleset `releases` of acme/kestrel (nobody passes it by)"),
        ([(200, approved), free(), none(), ruleset(team)], "the team 3 may pass it by"),
        ([both(), free(), none(), refused()], "who may pass it by is not shown to this token"),
        (
            [(200, json!([])), there(), (200, classic), refused()],
            "the protection of the branch `release/evil` (administrators may",
        ),
        // A rule holds before its branch is there.
        ([both(), (404, json!({})), (404, json!({})), ruleset(json!([]))], "which the forge protects"),
    ] {
        let (ran, _) = asked(&case(), answers);
        assert_eq!(ran.status, 0, "{}", ran.text);
        assert!(
            ran.text.contains("the commit lies on release/evil, which the forge protects") && ran.text.contains(says),
            "{}",
            ran.text
        );
        assert!(!ran.text.contains("not known to be protected"), "{}", ran.text);
    }
}

#[test]
fn what_the_forge_does_not_say_of_a_branch_leaves_the_note() {
    let there = || (200, json!({ "name": "release/evil", "protected": true, "protection": { "enabled": true } }));
    for answers in [
        // No token of an action sees classic protection.
        [(200, json!([])), there(), refused(), refused()],
        [refused(), free(), none(), refused()],
        [(500, json!({})), free(), none(), refused()],
        [(200, json!({})), free(), none(), refused()],
    ] {
        let (ran, _) = asked(&case(), answers);
        assert_eq!(ran.status, 0, "{}", ran.text);
        assert!(ran.text.contains("which is not known to be protected: "), "{}", ran.text);
    }
}

#[test]
fn no_branch_is_asked_about_that_decides_nothing() {
    let answers = || [(200, json!([])), free(), none(), refused()];
    let about = |asked: &[String]| asked.iter().any(|path| path.contains("/branches/"));
    // The release lies on a branch that is named, whatever else holds it.
    let mut named = case();
    named.policy = "main-and-releases".to_owned();
    named.refs.insert("refs/remotes/origin/main".to_owned(), "commit:evil".to_owned());
    let (ran, asked_for) = asked(&named, answers());
    assert!(ran.status == 0 && !about(&asked_for) && !ran.text.contains("not known"), "{}", ran.text);
    // It is rejected for what it is.
    let mut outsider = case();
    outsider.policy = "without-alice".to_owned();
    let (ran, asked_for) = asked(&outsider, answers());
    assert!(ran.status == 1 && !about(&asked_for), "{}", ran.text);
    // A second branch that is protected holds it, too.
    let mut second = case();
    second.refs.insert("refs/remotes/origin/release/1".to_owned(), "commit:evil".to_owned());
    let mut script = forge(&[("v1.2", "a20")]);
    for (name, rules) in [("release%2Fevil", json!([])), ("release%2F1", both().1)] {
        script.insert(format!("{REPO}/rules/branches/{name}"), (200, String::new(), rules.to_string()));
        script.insert(format!("{REPO}/branches/{name}"), (200, String::new(), free().1.to_string()));
    }
    script.insert(format!("{REPO}/rulesets/7"), (200, String::new(), ruleset(json!([])).1.to_string()));
    let ran = fetch(&second, &serve(script).address, &[]);
    assert!(ran.status == 0 && ran.text.contains("lies on release/1, which the forge protects"), "{}", ran.text);
    // Whoever may create branches may create any number.
    let mut many = case();
    for at in 0..40 {
        many.refs.insert(format!("refs/remotes/origin/release/a{at:02}"), "commit:evil".to_owned());
    }
    let mut script = forge(&[("v1.2", "a20")]);
    for name in (0..40).map(|at| format!("a{at:02}")).chain(["evil".to_owned()]) {
        script.insert(format!("{REPO}/rules/branches/release%2F{name}"), (200, String::new(), "[]".to_owned()));
        script.insert(format!("{REPO}/branches/release%2F{name}"), (200, String::new(), free().1.to_string()));
    }
    let ran = fetch(&many, &serve(script).address, &[]);
    assert!(ran.status == 1 && ran.text.contains("step    branch"), "{}", ran.text);
}

/// When a commit came to a branch is told by those alone that not everybody may make.
#[test]
fn a_leaver_is_in_time_by_a_branch_that_few_make() {
    let no_rules = || (200, json!([]));
    for policy in ["leaver-and-releases", "leaver-releases"] {
        let mut case = case::named("b69-merged-late-pattern");
        case.policy = policy.to_owned();
        for (answers, status, says) in [
            ([both(), free(), none(), ruleset(json!([]))], 0, "release/evil, which the forge protects"),
            ([no_rules(), free(), none(), refused()], 1, "the forge does not protect"),
            ([refused(), free(), none(), refused()], 1, "not known to be protected: "),
        ] {
            let (ran, _) = asked(&case, answers);
            assert_eq!(ran.status, status, "{policy}: {}", ran.text);
            assert!(ran.text.contains(says), "{policy}: `{says}`: {}", ran.text);
            assert_eq!(ran.text.contains("step    time"), status == 1, "{policy}: {}", ran.text);
        }
    }
}

/// A protected branch that has the commit late lends nothing to a free one that has it early.
#[test]
fn a_free_branch_tells_no_time_beside_a_protected_one() {
    let mut case = case::named("b69-merged-late-pattern");
    case.policy = "leaver-releases".to_owned();
    case.refs.insert("refs/remotes/origin/release/1".to_owned(), "commit:tip".to_owned());
    let mut script = forge(&[("v1.3", "dave-waiting")]);
    for (name, rules) in [("release%2Fevil", json!([])), ("release%2F1", both().1)] {
        script.insert(format!("{REPO}/rules/branches/{name}"), (200, String::new(), rules.to_string()));
        script.insert(format!("{REPO}/branches/{name}"), (200, String::new(), free().1.to_string()));
    }
    script.insert(format!("{REPO}/rulesets/7"), (200, String::new(), ruleset(json!([])).1.to_string()));
    let ran = fetch(&case, &serve(script).address, &[]);
    assert!(ran.status == 1 && ran.text.contains("step    time"), "{}", ran.text);
}

/// A branch that is called as a pattern is written is asked about like any that the pattern lets in.
#[test]
fn a_branch_called_like_its_pattern_is_asked_about() {
    let case = case::named("b50-glob-as-name");
    let name = "%7Bmain%2Cstable%7D";
    for (rules, status, says) in [(json!([]), 1, "the forge does not protect"), (both().1, 0, "which the forge protects")] {
        let mut script = forge(&[("v1.2", "a20")]);
        script.insert(format!("{REPO}/rules/branches/{name}"), (200, String::new(), rules.to_string()));
        script.insert(format!("{REPO}/branches/{name}"), (200, String::new(), free().1.to_string()));
        script.insert(format!("{REPO}/branches/{name}/protection"), (404, String::new(), none().1.to_string()));
        script.insert(format!("{REPO}/rulesets/7"), (200, String::new(), ruleset(json!([])).1.to_string()));
        let ran = fetch(&case, &serve(script).address, &[]);
        assert!(ran.status == status && ran.text.contains(says), "{}", ran.text);
    }
}
