//! Owns the rules about signing as `check` tells them, over the same tags and policies as `verify-tag`.

use std::collections::BTreeMap;

use assert_cmd::Command;
use git2::ObjectType;
use serde_json::Value;

use super::case::{self, Case, folder};
use super::repository::{Built, policy};

/// Subject and verdict of each finding of a rule, with what is said.
fn told(built: &Built, case: &Case, rule: &str, environment: &[(&str, &str)]) -> BTreeMap<String, (String, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().env("TERM", "dumb").envs(environment.iter().copied());
    command.args(["check", "--format", "json", "--only", rule, "--now", &case.now, "--policy"]).arg(policy(&case.policy));
    let output = command.arg(&built.git).output().expect("it starts");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|problem| panic!("{problem}: {}", String::from_utf8_lossy(&output.stderr)));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().expect("findings").iter().filter(|one| one["rule"] == rule);
    let row = |one: &Value| {
        (text(&one["subject"]), (text(&one["verdict"]), format!("{} {}", text(&one["message"]), text(&one["fix"]))))
    };
    findings.map(row).collect()
}

/// `check` of a case's repository by the policy at the default branch or elsewhere: exit status, the JSON or what was complained of.
fn by(built: &Built, now: &str, environment: &[(&str, &str)], options: &[&str]) -> (i32, Value, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().env("TERM", "dumb").envs(environment.iter().copied());
    command.args(["check", "--format", "json", "--only", "signed-release-tags", "--now", now]).args(options);
    let output = command.arg(&built.path).output().expect("it starts");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().unwrap_or(-1), report, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn verdicts(id: &str, rule: &str) -> BTreeMap<String, String> {
    let case = case::named(id);
    let found = told(&Built::new(&case), &case, rule, &[]);
    found.into_iter().map(|(subject, (verdict, _))| (subject, verdict)).collect()
}

#[test]
fn the_newest_releases_have_the_verdicts_of_verify_tag() {
    const RULE: &str = "signed-release-tags";
    let all = verdicts("control", RULE);
    let expected = ["v1.0", "v1.1", "v2.0"].map(|name| (name.to_owned(), "pass".to_owned()));
    assert_eq!(all, BTreeMap::from(expected));
    for (id, name, verdict) in [
        ("a06", "v1.2", "fail"),
        ("a20", "v1.2", "fail"),
        ("a02", "v2.0", "fail"),
        ("missing-certificate", "v1.1", "unknown"),
        ("shallow", "v1.1", "unknown"),
        ("cs-two", "v1.1", "pass"),
        ("cs-one", "v1.1", "fail"),
    ] {
        let found = verdicts(id, RULE);
        assert_eq!(found.get(name).map(String::as_str), Some(verdict), "{id}: {found:?}");
        assert!(!found.keys().any(|name| name.starts_with("countersign/")), "{found:?}");
    }
}

#[test]
fn an_alias_of_the_default_branch_is_not_it() {
    let mut case = case::named("control-bare-alias");
    case.policy = "two".to_owned();
    let found = told(&Built::new(&case), &case, "signed-release-tags", &[]);
    assert!(found["v1.1"].1.contains("1 of 2 people signed"), "{found:?}");
}

/// Where no tag is here at all, and the repository comes from elsewhere, none may have been fetched.
#[test]
#[expect(clippy::disallowed_methods, reason = "a repository of the test is made here")]
fn a_clone_without_tags_says_how_to_fetch_them() {
    const RULE: &str = "signed-release-tags";
    for (refs, shallow, verdict, says) in [
        (&["refs/remotes/origin/main"][..], false, "unknown", "fetch them: git fetch origin 'refs/tags/*:refs/tags/*'"),
        (&["refs/remotes/up/main"], false, "unknown", "fetch them: git remote rename up origin && git fetch origin"),
        (&["refs/remotes/pull/7/merge"], true, "unknown", "fetch them: git fetch origin 'refs/tags/*:refs/tags/*'"),
        (&["refs/remotes/origin/main", "refs/tags/docs"], false, "not-applicable", "there is no release tag"),
        (&["refs/tags/docs"], false, "not-applicable", "there is no release tag"),
        (&[], false, "not-applicable", "there is no release tag"),
    ] {
        let here = tempfile::tempdir().expect("a folder");
        let repository = git2::Repository::init(here.path()).expect("a repository");
        let by = git2::Signature::new("Ada", "ada@example.org", &git2::Time::new(1_700_000_000, 0)).expect("a signature");
        let tree = repository.treebuilder(None).and_then(|tree| tree.write()).expect("a tree");
        let tree = repository.find_tree(tree).expect("a tree");
        let commit = repository.commit(Some("HEAD"), &by, &by, "x", &tree, &[]).expect("a commit");
        for name in refs {
            repository.reference(name, commit, false, "").expect("a reference");
        }
        if shallow {
            std::fs::write(here.path().join(".git/shallow"), format!("{commit}\n")).expect("written");
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command.env_clear().args(["check", "--format", "json", "--only", RULE, "--policy"]).arg(policy("two")).arg(here.path());
        let output = command.output().expect("it starts");
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|problem| panic!("{problem}: {}", String::from_utf8_lossy(&output.stderr)));
        let one = report["findings"].as_array().expect("findings").iter().find(|one| one["rule"] == RULE).expect("a finding");
        let text = format!("{} {}", one["message"], one["fix"]);
        assert!(one["verdict"] == verdict && text.contains(says), "{refs:?}: {one}");
    }
}

#[test]
fn a_lightweight_tag_of_what_ci_checked_out_may_be_the_checkouts_doing() {
    let mut case = case::named("control");
    case.refs.insert("v2.1".to_owned(), "commit:tip".to_owned());
    case.refs.insert("v2.0.1".to_owned(), "commit:c4".to_owned());
    let built = Built::new(&case);
    const RULE: &str = "signed-release-tags";
    let outside = told(&built, &case, RULE, &[]);
    assert_eq!((outside["v2.1"].0.as_str(), outside["v2.0.1"].0.as_str()), ("fail", "fail"), "{outside:?}");
    assert!(outside["v2.1"].1.contains("release page"), "{outside:?}");
    let inside = told(&built, &case, RULE, &[("CI", "true"), ("GITHUB_ACTIONS", "true")]);
    assert_eq!((inside["v2.1"].0.as_str(), inside["v2.0.1"].0.as_str()), ("unknown", "fail"), "{inside:?}");
    assert!(inside["v2.1"].1.contains("git fetch --force origin refs/tags/v2.1:refs/tags/v2.1"), "{inside:?}");
}

#[test]
fn only_releases_since_the_policy_asks_are_judged() {
    let mut case = case::named("control");
    case.policy = "commits-all".to_owned();
    let found = told(&Built::new(&case), &case, "signed-release-tags", &[]);
    assert_eq!(found["repository"].0, "not-applicable", "{found:?}");
    // A tag that claims to be older than its commit is as young as that.
    case.refs.insert("v3.0".to_owned(), "commit:tip".to_owned());
    let found = told(&Built::new(&case), &case, "signed-release-tags", &[]);
    assert_eq!(found["repository"].0, "not-applicable", "the tip is of 2026-03-01: {found:?}");
}

/// What the commit that the policy names does not have in its history came after it, on whatever branch; a commit that is not here tells nothing.
#[test]
fn since_a_commit_is_what_that_commit_does_not_have() {
    let mut case = case::named("control");
    // A branch for maintenance that forked before.
    case.refs.insert("v9.0".to_owned(), "commit:evil".to_owned());
    let built = Built::new(&case);
    let here = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(here.path().join("keys")).expect("a folder");
    for name in ["alice.asc", "bob.asc", "carol.asc"] {
        std::fs::copy(folder().join("policies/keys").join(name), here.path().join("keys").join(name)).expect("copied");
    }
    let text = std::fs::read_to_string(policy("two")).expect("a policy").replace("min_signatures = 2", "");
    let file = here.path().join("policy.toml");
    let ask = |since: &str| {
        let text = text.replace("[release]", &format!("[release]\nsigned_since = \"{since}\"\nbranches = []"));
        std::fs::write(&file, text).expect("written");
        let (_, report, said) = by(&built, &case.now, &[], &["--policy", file.to_str().expect("text")]);
        let findings = report["findings"].as_array().unwrap_or_else(|| panic!("{said}")).clone();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        findings
            .iter()
            .map(|one| (word(&one["subject"]), (word(&one["verdict"]), word(&one["message"]))))
            .collect::<BTreeMap<_, _>>()
    };
    let found = ask(&built.history.id("c2").to_string());
    let verdicts: Vec<(&str, &str)> = found.iter().map(|(name, (verdict, _))| (name.as_str(), verdict.as_str())).collect();
    assert_eq!(verdicts, [("v1.1", "pass"), ("v2.0", "pass"), ("v9.0", "fail")], "v1.0 lies before it");
    let found = ask(&"a".repeat(40));
    let (verdict, message) = &found["repository"];
    assert!(verdict == "unknown" && message.contains("signed_since is not in the repository"), "{found:?}");
}

/// The accepted kinds of signature are those of the profile that judges, wherever that was named.
#[test]
fn a_profile_on_the_command_line_says_which_signatures_count() {
    let mut case = case::named("a14a");
    case.policy = "plain".to_owned();
    let built = Built::new(&case);
    let file = |name: &str| policy(name).to_string_lossy().into_owned();
    let told = |name: &str, more: &[&str]| {
        let file = file(name);
        let (_, report, said) = by(&built, &case.now, &[], &[&["--policy", &file], more].concat());
        let findings = report["findings"].as_array().unwrap_or_else(|| panic!("{said}"));
        let one = findings.iter().find(|one| one["subject"] == "v1.1").expect("the tag");
        (one["verdict"].as_str().expect("a word").to_owned(), one["message"].as_str().expect("text").to_owned())
    };
    assert_eq!(told("plain", &[]).0, "pass");
    assert_eq!(told("plain", &["--profile", "modern"]).0, "pass");
    for (name, more) in [("plain", &["--profile", "literal"][..]), ("literal", &[])] {
        let (verdict, message) = told(name, more);
        assert!(verdict == "fail" && message.contains("[release].formats does not list"), "{name} {more:?}: {verdict} {message}");
    }
    // What the policy itself lists holds under both, and outside of CI another profile takes the place of its own.
    assert_eq!(told("literal-both", &["--profile", "literal"]).0, "pass");
    assert_eq!(told("literal", &["--profile", "modern"]).0, "pass");
}

/// design §4.6: what the judged can write is no judge; in CI it is refused where that is certain, elsewhere the report says so.
#[test]
fn a_reference_judges_with_authority_only_where_the_judged_cannot_write_it() {
    let built = Built::new(&case::named("control"));
    for name in ["heads/evil", "remotes/origin/evil", "remotes/pull/1/merge", "pull/1/head", "heads/main"] {
        built.point(&format!("refs/{name}"), if name == "heads/main" { "commit:c4" } else { "commit:usurper" });
    }
    let id = |name: &str| built.history.id(name).to_string();
    let (older, usurper, reverted) = (id("c3"), id("usurper"), id("bad"));
    const CI: &[(&str, &str)] = &[("CI", "true")];
    for (reference, outside, in_ci) in [
        ("refs/remotes/origin/main", Some(true), Some(true)),
        (older.as_str(), Some(true), Some(true)),
        // A branch like any other, which whoever pushes may write; release branches among them. In CI it would be green by his policy.
        ("refs/remotes/origin/evil", Some(false), None),
        ("refs/heads/evil", Some(false), None),
        (usurper.as_str(), Some(false), None),
        (reverted.as_str(), Some(false), None),
        // The commit that is inspected, which is the default branch's: it judges, without authority.
        ("refs/heads/main", Some(false), Some(false)),
        ("refs/tags/v1.1", Some(false), None),
        ("refs/remotes/pull/1/merge", Some(false), None),
        ("refs/pull/1/head", Some(false), None),
        ("origin/main", None, None),
        ("v1.1", None, None),
    ] {
        for (environment, expected) in [(&[][..], outside), (CI, in_ci)] {
            let asked = ["--rev", "refs/heads/main", "--policy-ref", reference];
            let (status, report, said) = by(&built, "2026-06-01T00:00:00Z", environment, &asked);
            let told = report["policy"]["authoritative"].as_bool();
            assert_eq!(told, expected, "{reference} {environment:?}: {status} {said}");
            assert_eq!(status == 2, expected.is_none(), "{reference} {environment:?}: {status} {said}");
        }
    }
    // Where nothing says which branch is the default one, a fetched branch is what whoever runs this names, and an id is not known.
    let built = Built::new(&case::named("no-origin-head"));
    for (reference, outside) in [("refs/remotes/origin/main", true), (older.as_str(), false)] {
        let (_, report, said) = by(&built, "2026-06-01T00:00:00Z", CI, &["--rev", "refs/tags/v1.0", "--policy-ref", reference]);
        assert_eq!(report["policy"]["authoritative"].as_bool(), Some(outside), "{reference}: {said}");
    }
}

#[test]
fn maintainers_are_those_who_can_sign_now() {
    const RULE: &str = "maintainer-keys";
    for (name, verdict, says) in [
        ("two", "pass", "2 people may sign releases"),
        ("without-alice", "fail", "bob alone"),
        ("no-role", "fail", "nobody of the policy has the role"),
        ("plain", "fail", "cannot"),
        ("leaver", "fail", "alice alone"),
        ("compromised", "fail", "nobody of the policy"),
    ] {
        let mut case = case::named("control");
        case.policy = name.to_owned();
        let found = told(&Built::new(&case), &case, RULE, &[]);
        assert_eq!(found["repository"].0, verdict, "{name}: {found:?}");
        assert!(found["repository"].1.contains(says), "{name}: {found:?}");
    }
}

/// The tip of the default branch is this commit of `commits/`.
fn with_tip(file: &str, policy: &str) -> (Built, Case) {
    let mut case = case::named("control");
    case.policy = policy.to_owned();
    let built = Built::new(&case);
    let bytes = std::fs::read(folder().join("commits").join(file)).expect("a commit");
    let id = built.repository.odb().expect("objects").write(ObjectType::Commit, &bytes).expect("written");
    built.plant_file("refs/remotes/origin/main", format!("{id}\n").as_bytes());
    (built, case)
}

#[test]
fn commits_are_signed_by_people_of_the_policy_or_not() {
    const RULE: &str = "signed-commits";
    for (file, verdict, says) in [
        ("alice", "pass", "all signed by people"),
        ("carol", "pass", "all signed by people"),
        ("ssh", "pass", "all signed by people"),
        ("mallory", "fail", "nobody's in the policy"),
        ("mallory-merge", "unknown", "merges signed by a key"),
        ("other-content", "fail", "does not fit"),
        ("unsigned", "fail", "is not signed"),
        ("x509", "unknown", "the commit is signed with X.509"),
    ] {
        let (built, case) = with_tip(file, "commits-tip");
        let found = told(&built, &case, RULE, &[]);
        assert_eq!(found["repository"].0, verdict, "{file}: {found:?}");
        assert!(found["repository"].1.contains(says), "{file}: {found:?}");
    }
    let (built, case) = with_tip("alice", "commits-all");
    assert_eq!(told(&built, &case, RULE, &[])["repository"].0, "pass", "the rest is older than signed_since");
    let (built, case) = with_tip("unsigned", "commits-all");
    assert_eq!(told(&built, &case, RULE, &[])["repository"].0, "fail");
    assert_eq!(verdicts("control", RULE)["repository"], "not-applicable");
    // What is checked out and not on the default branch yet is asked, too; the merge that CI tries it by is not.
    for (file, verdict) in [("alice", "pass"), ("unsigned", "fail")] {
        let mut case = case::named("control");
        case.policy = "commits-all".to_owned();
        let built = Built::new(&case);
        let odb = built.repository.odb().expect("objects");
        let bytes = std::fs::read(folder().join("commits").join(file)).expect("a commit");
        let change = odb.write(ObjectType::Commit, &bytes).expect("written");
        built.plant_file("refs/heads/main", format!("{change}\n").as_bytes());
        assert_eq!(told(&built, &case, RULE, &[])["repository"].0, verdict, "{file}");
        let tip = built.history.id("tip");
        let text = String::from_utf8(bytes).expect("text");
        let tree = text.lines().next().expect("a tree").to_owned();
        let who = "GitHub <noreply@github.com> 1780000000 +0000";
        let merge = format!("{tree}\nparent {tip}\nparent {change}\nauthor {who}\ncommitter {who}\n\nMerge\n");
        let merge = odb.write(ObjectType::Commit, merge.as_bytes()).expect("written");
        built.plant_file("refs/heads/main", format!("{merge}\n").as_bytes());
        assert_eq!(told(&built, &case, RULE, &[])["repository"].0, "fail", "{file}: outside of CI it is a commit like others");
        let ci = told(&built, &case, RULE, &[("CI", "true")]);
        assert_eq!(ci["repository"].0, verdict, "{file}: {ci:?}");
    }
}

/// What a step says that starts with a verification's name, and what `check` says of the deployment behind it.
#[test]
fn a_deployment_waits_for_its_own_tag_and_nothing_less() {
    const RULE: &str = "deploy-tag-verified";
    let name = "\"$GITHUB_REF_NAME\"";
    let tagged = "push:\n    tags: [\"v*\"]";
    let by_hand = "workflow_dispatch:\n    inputs: { tag: { required: true } }";
    let row = |on: &str, line: &str| {
        let here = tempfile::tempdir().expect("a folder");
        std::fs::copy(policy("two"), here.path().join(".tollgate.toml")).expect("a policy");
        std::fs::create_dir_all(here.path().join(".github/workflows")).expect("folders");
        let text = format!(
            "on:\n  {on}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n        with: {{ fetch-depth: 0 }}\n      - run: {line}\n      - run: kubectl apply -f k8s/\n"
        );
        std::fs::write(here.path().join(".github/workflows/deploy.yml"), text).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command.env_clear().args(["check", "--format", "json", "--only", RULE, "--policy"]).arg(policy("two")).arg(here.path());
        let output = command.output().expect("it starts");
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|problem| panic!("{problem}: {}", String::from_utf8_lossy(&output.stderr)));
        let one = report["findings"].as_array().expect("findings").iter().find(|one| one["rule"] == RULE).expect("a finding");
        (one["verdict"].as_str().expect("a word").to_owned(), one["message"].as_str().expect("text").to_owned())
    };
    // What only the forge knows is told as that, in the words of the page.
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/release-tags.md")).expect("the page");
    let says_page = |(verdict, message): (String, String)| {
        let reason = message.split_once("; ").map(|(_, reason)| reason.to_owned()).unwrap_or_default();
        let told = |line: &str| line.contains(&format!("| `{verdict}` (")) && line.ends_with(&format!("| {reason} |"));
        assert!(!reason.is_empty() && page.lines().any(told), "{verdict}: {message}");
    };
    says_page(row(tagged, &format!("tollgate verify-tag -- {name}")));
    says_page(row(by_hand, "make"));
    for (line, on_tags, else_, says) in [
        // Whoever starts it by hand at a tag runs that tag's workflow.
        (format!("tollgate verify-tag -- {name}"), "unknown", "unknown", "a pushed tag brings its own workflow"),
        (format!("tollgate verify-tag {name} v1.0.0"), "unknown", "unknown", "a pushed tag brings its own workflow"),
        ("tollgate verify-tag --help".to_owned(), "fail", "unknown", "the job deploys"),
        (format!("tollgate verify-tag -h {name}"), "fail", "unknown", "the job deploys"),
        (format!("tollgate verify-tag --version {name}"), "fail", "unknown", "the job deploys"),
        ("tollgate --version".to_owned(), "fail", "unknown", "the job deploys"),
        ("cosign verify --help".to_owned(), "fail", "unknown", "the job deploys"),
        ("git verify-tag --help".to_owned(), "fail", "unknown", "the job deploys"),
        (format!("tollgate countersign {name}"), "fail", "unknown", "the job deploys"),
        ("tollgate verify-tag --all".to_owned(), "fail", "fail", "with `--all` it verifies"),
        ("tollgate verify-tag v1.0.0".to_owned(), "fail", "fail", "whatever tag is deployed"),
        (format!("tollgate verify-tag --policy policy.toml {name}"), "unknown", "unknown", "`--policy` says by what it judges"),
        (format!("tollgate verify-tag --policy=policy.toml {name}"), "unknown", "unknown", "`--policy` says by what it judges"),
        (format!("tollgate verify-tag --policy-ref \"$GITHUB_SHA\" -- {name}"), "unknown", "unknown", "`--policy-ref` says"),
        (format!("tollgate verify-tag --policy-ref refs/heads/x -- {name}"), "unknown", "unknown", "`--policy-ref` says"),
        (format!("tollgate verify-tag --org-policy org.toml {name}"), "unknown", "unknown", "`--org-policy` says"),
        (format!("tollgate verify-tag --repo ../other {name}"), "unknown", "unknown", "`--repo` says"),
        (format!("tollgate verify-tag --policy-ref refs/remotes/origin/main {name}"), "unknown", "unknown", "after tollgate"),
        ("tollgate verify-tag -- \"$OTHER\"".to_owned(), "unknown", "unknown", "which tag it verifies cannot be read"),
        ("tollgate verify-tag".to_owned(), "unknown", "unknown", "which tag it verifies is not said"),
    ] {
        for (on, verdict) in [(tagged, on_tags), (by_hand, else_), ("push:", else_), ("create:", else_)] {
            let found = row(on, &line);
            assert!(found.0 == verdict && found.1.contains(says), "{on} {line}: {found:?}");
        }
    }
}
