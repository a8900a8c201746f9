//! Owns `check --forge` on branches that only a pattern of the policy lets in: it asks what `verify-tag --fetch` asks, and says the same.

use std::collections::BTreeMap;
use std::path::Path;

use assert_cmd::Command;
use git2::{Signature, Time};
use serde_json::{Value, json};

use super::case::{self, Case};
use super::fetching::{REPO, serve};
use super::guarded::{Answer, REMEDY, both, case, free, none, refused, ruleset};
use super::late::{Keys, LATER_IN_MAY, MAY, tag};
use super::repository::{Built, policy, write_tag};

/// Answers about branches, by their names in a route: rules, the branch, its protection; and the ruleset that they name.
type Script<'a> = (&'a [(&'a str, [Answer; 3])], Answer);

/// The verdict on the tag of a case with what is said, and all that was asked.
fn checked(case: &Case, answers: &[(&str, [Answer; 3])], set: Answer) -> (String, String, Vec<String>) {
    let name = case.arguments.first().expect("a tag");
    told(&Built::new(case), name, &policy(&case.policy), Some((answers, set)))
}

/// The same in a repository that is there, by a policy's file; without answers no forge is asked.
fn told(built: &Built, name: &str, policy: &Path, answers: Option<Script<'_>>) -> (String, String, Vec<String>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().env("TERM", "dumb").args(["check", "--format", "json", "--only", "signed-release-tags"]);
    let mut log = None;
    if let Some((answers, set)) = answers {
        let mut script = BTreeMap::new();
        let mut put = |route: String, (status, body): Answer| {
            drop(script.insert(format!("{REPO}{route}"), (status, String::new(), body.to_string())));
        };
        put(String::new(), (200, json!({ "full_name": "acme/kestrel", "default_branch": "main" })));
        for (branch, [rules, own, protection]) in answers {
            put(format!("/rules/branches/{branch}"), rules.clone());
            put(format!("/branches/{branch}"), own.clone());
            put(format!("/branches/{branch}/protection"), protection.clone());
        }
        put("/rulesets/7".to_owned(), set);
        let server = serve(script);
        command.env("GITHUB_REPOSITORY", "acme/kestrel").env("GITHUB_API_URL", &server.address).env("GITHUB_TOKEN", "s3cret");
        command.arg("--forge");
        log = Some(server.asked);
    }
    let output = command.args(["--now", "2026-06-01T00:00:00Z", "--policy"]).arg(policy).arg(&built.path).output();
    let output = output.expect("it starts");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|problem| panic!("{problem}: {}", String::from_utf8_lossy(&output.stderr)));
    let one = report["findings"].as_array().expect("findings").iter().find(|one| one["subject"] == name).expect("the tag");
    let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let asked = log.iter().flat_map(|log| log.lock().expect("a log").clone()).map(|(path, _)| path).collect();
    (text("verdict"), format!("{} {}", text("message"), text("fix")), asked)
}

const EVIL: &str = "release%2Fevil";

/// `check --forge` holds a release against the same branches as `verify-tag --fetch`, and says the same of them.
#[test]
fn check_asks_the_forge_about_the_same_branches() {
    let no_rules = || (200, json!([]));
    let nobody = || ruleset(json!([]));
    for (answers, set, verdict, says) in [
        ([both(), free(), none()], nobody(), "pass", "; the commit lies on release/evil, which the forge protects: the ruleset"),
        ([no_rules(), free(), none()], nobody(), "fail", "the forge does not protect: nothing restricts who makes such a branch"),
        (
            [refused(), free(), none()],
            refused(),
            "pass",
            "; the commit lies on release/evil, which is not known to be protected: ",
        ),
        ([(500, json!({})), free(), none()], refused(), "pass", "which is not known to be protected: "),
    ] {
        let (found, text, asked) = checked(&case(), &[(EVIL, answers)], set);
        assert!(found == verdict && text.contains(says), "`{says}`: {found} {text}");
        assert_eq!(text.contains(REMEDY), verdict == "fail", "{text}");
        assert!(asked.iter().any(|path| path.ends_with("/rules/branches/release%2Fevil")), "{asked:?}");
    }
    // Without it nothing is known.
    let (found, text, _) = told(&Built::new(&case()), "v1.2", &policy(&case().policy), None);
    let says = "v1.2 is signed by alice; the commit lies on release/evil, which is not known to be protected";
    assert!(found == "pass" && text.contains(says), "{text}");
}

/// When a commit came is asked as well; what decides nothing is not.
#[test]
fn check_asks_about_the_branch_that_shows_a_leaver_in_time() {
    let no_rules = || (200, json!([]));
    let mut late = case::named("b69-merged-late-pattern");
    for policy in ["leaver-and-releases", "leaver-releases"] {
        late.policy = policy.to_owned();
        for (answers, set, verdict, says) in [
            ([both(), free(), none()], ruleset(json!([])), "pass", "v1.3 is signed by dave"),
            ([no_rules(), free(), none()], refused(), "fail", "the forge does not protect"),
            ([refused(), free(), none()], refused(), "fail", "not known to be protected: "),
        ] {
            let (found, text, _) = checked(&late, &[(EVIL, answers)], set);
            assert!(found == verdict && text.contains(says), "{policy}: `{says}`: {found} {text}");
        }
    }
    let about = |asked: &[String]| asked.iter().any(|path| path.ends_with("evil"));
    let mut named = case();
    named.policy = "main-and-releases".to_owned();
    named.refs.insert("refs/remotes/origin/main".to_owned(), "commit:evil".to_owned());
    let mut outsider = case();
    outsider.policy = "without-alice".to_owned();
    for (case, verdict) in [(named, "pass"), (outsider, "fail")] {
        let (found, text, asked) = checked(&case, &[(EVIL, [no_rules(), free(), none()])], refused());
        assert!(found == verdict && !about(&asked) && !text.contains("protect"), "{found} {text} {asked:?}");
    }
}

/// Whoever may create branches may create any number, and a change is held against a base that knows the same.
#[test]
fn check_asks_about_no_more_branches_than_it_says() {
    let mut many = case();
    let names: Vec<String> = (0..40).map(|at| format!("a{at:02}")).collect();
    for name in &names {
        many.refs.insert(format!("refs/remotes/origin/release/{name}"), "commit:evil".to_owned());
    }
    let routes: Vec<String> = names.iter().map(String::as_str).chain(["evil"]).map(|name| format!("release%2F{name}")).collect();
    let answers: Vec<(&str, [Answer; 3])> =
        routes.iter().map(|route| (route.as_str(), [(200, json!([])), free(), none()])).collect();
    let (found, text, asked) = checked(&many, &answers, refused());
    assert!(found == "fail" && text.contains("the forge does not protect"), "{found} {text}");
    let about = asked.iter().filter(|path| path.contains("/rules/branches/release")).count();
    assert_eq!(about, 30, "{asked:?}");
}

/// A leaver who countersigns is in time by the branches by which a leaver who signs is: whoever makes one at an old commit lends him none.
#[test]
fn a_leaver_who_countersigns_is_in_time_by_a_branch_that_few_make() {
    let keys = Keys::new();
    let case = Case { arguments: vec!["v3.0".to_owned()], ..case::named("control") };
    let no_rules = || (200, json!([]));
    for lightweight in [false, true] {
        let built = Built::new(&case);
        // On main since 2026, long after bob left.
        let (evil, tip) = (built.history.id("evil"), built.history.id("tip"));
        let who = Signature::new("A", "a@example.org", &Time::new(1_775_000_000, 0)).expect("a signature");
        let [tip, side] = [tip, evil].map(|id| built.repository.find_commit(id).expect("a commit"));
        let tree = tip.tree().expect("a tree");
        let merge = built.repository.commit(None, &who, &who, "merge", &tree, &[&tip, &side]).expect("a commit");
        built.plant_file("refs/remotes/origin/main", format!("{merge}\n").as_bytes());
        let release = keys.by_alice(&tag(&evil.to_string(), "commit", "v3.0", MAY));
        let (id, kind) = match lightweight {
            false => (write_tag(&built.repository, release.as_bytes()), "tag"),
            true => (evil, "commit"),
        };
        built.plant_file("refs/tags/v3.0", format!("{id}\n").as_bytes());
        let over = keys.by(&keys.bob, &tag(&id.to_string(), kind, "countersign/v3.0/bob", LATER_IN_MAY), LATER_IN_MAY);
        let over = write_tag(&built.repository, over.as_bytes());
        built.plant_file("refs/tags/countersign/v3.0/bob", format!("{over}\n").as_bytes());
        let count = if lightweight { "accept = [\"tag\", \"countersign\"]" } else { "min_signatures = 2" };
        for branches in ["[\"main\", \"release/*\"]", "[\"release/*\", \"main\"]", "[\"release/*\"]"] {
            let policy = keys.policy(&format!("{count}\nbranches = {branches}"));
            let named = branches.contains("main");
            built.plant_file("refs/remotes/origin/release/1", format!("{merge}\n").as_bytes());
            let (found, text, _) = told(&built, "v3.0", &policy, None);
            assert_eq!(found, "fail", "{branches}: {text}");
            built.plant_file("refs/remotes/origin/release/evil", format!("{evil}\n").as_bytes());
            let (found, text, _) = told(&built, "v3.0", &policy, None);
            assert_eq!(found, "fail", "{branches}: {text}");
            for (guarded, verdict) in [(both(), "pass"), (no_rules(), "fail"), (refused(), "fail")] {
                let one = [both(), free(), none()];
                let answers = [("release%2F1", one), (EVIL, [guarded, free(), none()])];
                let (found, text, asked) = told(&built, "v3.0", &policy, Some((&answers, ruleset(json!([])))));
                assert_eq!(found, verdict, "{branches} {named} {lightweight}: {text} {asked:?}");
            }
            std::fs::remove_file(built.git.join("refs/remotes/origin/release/evil")).expect("removed");
        }
    }
}
