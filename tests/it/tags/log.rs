//! Owns the state log as a file: what a run leaves, what a run that was killed leaves, and two runs at once.

use std::fs;

use tollgate::error::Kind;
use tollgate::signing::state_log::{self, Entry};
use tollgate::source::state_file::StateFile;

use super::case;
use super::repository::{Built, unlocked};

fn lines(path: &std::path::Path) -> Vec<String> {
    fs::read_to_string(path).expect("a log").lines().map(str::to_owned).collect()
}

#[test]
fn a_run_appends_what_it_verified_and_nothing_else() {
    let case = case::named("log-empty");
    let built = Built::new(&case);
    let path = built.log.clone().expect("a log");
    assert_eq!(built.verify(&case).verdict, "verified");
    let entries = state_log::parse(&lines(&path)).expect("a log");
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.tag.as_str(), entry.commit.clone()), ("v1.1", built.history.id("c2").to_string()));
    assert!(entry.payload.as_ref().is_some_and(|payload| payload.len() == 64));
    let before = fs::read(&path).expect("a log");
    let mut rejected = case.clone();
    rejected.arguments = vec!["v1.0".to_owned()];
    assert_eq!(built.verify(&rejected).step.as_deref(), Some("state"));
    assert_eq!(fs::read(&path).expect("a log"), before, "a rejected tag leaves no line");
}

#[test]
fn all_releases_end_with_the_newest_and_are_logged_once() {
    let case = case::named("log-all");
    let built = Built::new(&case);
    let path = built.log.clone().expect("a log");
    for _ in 0..2 {
        assert_eq!(built.verify(&case).verdict, "verified");
        let tags: Vec<String> = state_log::parse(&lines(&path)).expect("a log").into_iter().map(|entry| entry.tag).collect();
        assert_eq!(tags, ["v1.0", "v1.1", "v2.0"]);
    }
}

#[test]
fn a_policy_that_went_back_is_noticed_by_the_next_run() {
    let case = case::named("log-policy");
    let built = Built::new(&case);
    assert_eq!(built.verify(&case).verdict, "verified");
    built.point("refs/remotes/origin/main", "commit:policy-one");
    let found = built.verify(&case);
    assert_eq!((found.verdict.as_str(), found.step.as_deref()), ("rejected", Some("state")), "{}", found.text);
}

/// Wherever a run was killed, the lines before are whole, and the next run writes a whole line.
#[test]
fn it_is_whole_wherever_a_run_was_killed() {
    let case = case::named("log-empty");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    let entry = |tag: &str| Entry {
        schema: 1,
        tag: tag.to_owned(),
        object: "0".repeat(40),
        payload: None,
        commit: "0".repeat(40),
        policy: None,
        countersigned: Some(Vec::new()),
        signed: None,
        time: case.now.clone(),
    };
    let text = |tag: &str| serde_json::to_string(&entry(tag)).expect("a line") + "\n";
    let (first, second) = (text("v1.0"), text("v1.1"));
    for cut in 0..=second.len() {
        fs::write(&path, format!("{first}{}", &second[..cut])).expect("written");
        let mut file = unlocked(|| StateFile::open(&path)).expect("opens");
        let whole = if cut == second.len() { vec![entry("v1.0"), entry("v1.1")] } else { vec![entry("v1.0")] };
        assert_eq!(state_log::parse(&file.lines).expect("whole lines"), whole, "cut at {cut}");
        file.append(text("v1.2").trim_end()).expect("appends");
        drop(file);
        let mut after = whole;
        after.push(entry("v1.2"));
        assert_eq!(state_log::parse(&lines(&path)).expect("whole lines"), after, "cut at {cut}");
    }
}

#[test]
fn a_second_run_is_locked_out() {
    let case = case::named("log-empty");
    let built = Built::new(&case);
    let held = unlocked(|| StateFile::open(built.log.as_ref().expect("a log"))).expect("opens");
    let error = tollgate::inspect::tags::verify(&built.request(&case)).expect_err("locked");
    assert!(error.kind == Kind::Incomplete && error.message.contains("another verification holds it"), "{error}");
    drop(held);
    assert_eq!(built.verify(&case).verdict, "verified");
}

/// A damaged policy is not a policy that nobody recorded: an older one would then judge.
#[test]
fn a_damaged_field_is_no_missing_one() {
    let case = case::named("log-policy");
    let built = Built::new(&case);
    assert_eq!(built.verify(&case).verdict, "verified");
    let path = built.log.clone().expect("a log");
    let text = fs::read_to_string(&path).expect("a log");
    built.point("refs/remotes/origin/main", "commit:policy-one");
    for field in ["policy", "object", "commit", "payload"] {
        let (before, value) = text.rsplit_once(&format!("\"{field}\":\"")).expect("a field");
        fs::write(&path, format!("{before}\"{field}\":\"G{}", &value[1..])).expect("written");
        let found = built.verify(&case);
        assert!(found.verdict == "incomplete" && found.text.contains("is damaged: line"), "{field}: {}", found.text);
    }
    for field in ["policy", "payload"] {
        let value: serde_json::Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
        let gone = format!("\"{field}\":{},", value[field]);
        assert!(text.contains(&gone), "{field}: {text}");
        fs::write(&path, text.replace(&gone, "")).expect("written");
        let found = built.verify(&case);
        assert!(found.verdict == "incomplete" && found.text.contains("is damaged: line"), "no {field}: {}", found.text);
    }
    fs::write(&path, &text).expect("written");
    assert_eq!(built.verify(&case).step.as_deref(), Some("state"), "undamaged it knows that the policy went back");
}

/// threats.md B5: without a log nothing holds the signer's clock against anything, and that is said.
#[test]
fn a_time_that_nothing_contradicts_is_told_as_a_claim() {
    for (id, told) in [("control", true), ("log-empty", false)] {
        let case = case::named(id);
        let found = Built::new(&case).verify(&case);
        assert_eq!(found.verdict, "verified", "{}", found.text);
        assert_eq!(found.text.contains("times are claimed by the signer"), told, "{id}: {}", found.text);
    }
}
