//! Owns who may judge tags: nothing that whoever made the tag can write, by whatever road it is named.

use std::fs;
use std::path::Path;

use tollgate::error::{Error, Kind};
use tollgate::inspect::tags::{TagRequest, verify};
use tollgate::report::View;
use tollgate::report::tags::{TagReport, Word};

use super::case::{self, folder};
use super::repository::{Built, oid, tag_bytes, unlocked};

fn ask(built: &Built, id: &str, change: impl Fn(&mut TagRequest)) -> Result<TagReport, Error> {
    let mut request = built.request(&case::named(id));
    change(&mut request);
    unlocked(|| verify(&request))
}

fn refused(answer: Result<TagReport, Error>, kind: Kind, says: &str) {
    match answer {
        Ok(report) => panic!("{says}: {:?}", report.tags),
        Err(error) => assert!(error.kind == kind && error.message.contains(says), "{says}: {error}"),
    }
}

fn word(answer: Result<TagReport, Error>) -> (Word, Option<&'static str>) {
    let report = answer.expect("a report");
    (report.tags[0].word(), report.tags[0].refusal.as_ref().map(|refusal| refusal.step.word()))
}

/// tags.md a21: the tagged commit, its tag object, a branch that its author pushed or made here, and a pull request's merge.
#[test]
fn only_a_tip_of_the_default_branch_may_judge() {
    let built = Built::new(&case::named("a21"));
    for name in ["heads/evil", "remotes/origin/evil", "remotes/pull/1/merge", "pull/1/head", "notes/evil"] {
        built.point(&format!("refs/{name}"), "commit:usurper");
    }
    let usurper = built.history.id("usurper").to_string();
    let object = oid(&tag_bytes("a21")).to_string();
    let by = |reference: &str| ask(&built, "a21", |request| request.policy_ref = Some(reference.to_owned()));
    for (reference, says) in [
        (usurper.as_str(), "was never the tip of the default branch"),
        (object.as_str(), "was never the tip"),
        ("refs/heads/evil", "is a local branch"),
        ("refs/heads/main", "is a local branch"),
        ("refs/remotes/origin/evil", "was never the tip"),
        ("refs/remotes/pull/1/merge", "is a pull request's"),
        ("refs/pull/1/head", "was never the tip"),
        ("refs/notes/evil", "was never the tip"),
        ("refs/tags/v2.0", "is a tag"),
        ("HEAD", "takes the full name"),
        // Merged, and reverted before: in its history, and never its tip.
        (&built.history.id("bad").to_string(), "was never the tip"),
    ] {
        refused(by(reference), Kind::Usage, says);
    }
    assert_eq!(word(by("refs/remotes/origin/main")), (Word::Rejected, Some("signer")));
    // A reference of the default branch's line is what its tip once was, and the reader is told.
    let older = built.history.id("c4").to_string();
    let report = ask(&built, "control", |request| {
        request.policy_file = None;
        request.policy_ref = Some(older.clone());
    })
    .expect("a report");
    assert_eq!(report.tags[0].word(), Word::Verified, "{:?}", report.tags[0].refusal);
    assert!(report.notes.iter().any(|note| note.contains("not the default branch's newest")), "{:?}", report.notes);
}

/// Even an honest tag's own commit is not who judges it, unless it is the tip.
#[test]
fn the_tagged_commit_judges_nothing() {
    let built = Built::new(&case::named("control"));
    let commit =
        ask(&built, "control", |request| request.tags = vec!["v2.0".to_owned()]).expect("a report").tags[0].commit.clone();
    let own = |tag: &str| {
        word(ask(&built, "control", |request| {
            request.policy_file = None;
            request.policy_ref = commit.clone();
            request.tags = vec![tag.to_owned()];
        }))
    };
    assert_eq!(own("v2.0"), (Word::Indeterminate, Some("policy")));
    assert_eq!(own("v1.1"), (Word::Verified, None));
}

#[test]
fn where_the_default_branch_is_not_here_nothing_is_taken_for_it() {
    let built = Built::new(&case::named("no-origin-head"));
    let id = built.history.id("c4").to_string();
    let by =
        |built: &Built, reference: &str| ask(built, "no-origin-head", |request| request.policy_ref = Some(reference.to_owned()));
    refused(by(&built, &id), Kind::Incomplete, "does not say which branch is the default one");
    built.point("refs/remotes/pull/1/merge", "commit:usurper");
    refused(by(&built, "refs/remotes/pull/1/merge"), Kind::Usage, "is a pull request's");
    let built = Built::new(&case::named("shallow"));
    refused(by(&built, &built.history.id("usurper").to_string()), Kind::Incomplete, "cannot be told");
}

/// threats.md A8: in the tree or in its `.git`, nobody's word counts; outside of it the output names it.
#[test]
fn an_organisations_policy_comes_from_outside_and_is_named() {
    let built = Built::new(&case::named("control"));
    let outside = built.directory.path().join("org.toml");
    for path in [built.path.join("org.toml"), built.git.join("org.toml"), outside.clone()] {
        fs::write(path, "[release]\nmin_signatures = 1\n").expect("written");
    }
    let link = built.directory.path().join("link.toml");
    std::os::unix::fs::symlink(built.path.join("org.toml"), &link).expect("a link");
    let by = |path: &Path| ask(&built, "control", |request| request.org_policy = Some(path.to_owned()));
    for path in [built.path.join("org.toml"), built.git.join("org.toml"), link] {
        refused(by(&path), Kind::Usage, "--org-policy names a file in the repository of the tag");
    }
    let report = by(&outside).expect("a report");
    assert!(report.policy.title.ends_with(&format!(" with {}", outside.display())), "{}", report.policy.title);
    let view = View { color: false, all: false, verbose: false, quiet: false, terminal: false, sarif_all: false };
    let value: serde_json::Value = serde_json::from_slice(&report.render("json", &view).expect("a format")).expect("JSON");
    let files: Vec<&str> = value["policy"]["files"].as_array().expect("files").iter().filter_map(|file| file.as_str()).collect();
    let ends = |end: &str| files.iter().any(|file| file.ends_with(end));
    assert!(ends("org.toml") && ends("plain.toml") && ends("keys/alice.asc") && files.is_sorted(), "{files:?}");
    // The default branch's own is read the same way.
    let report = ask(&built, "control-default-branch", |request| request.org_policy = Some(outside.clone())).expect("a report");
    assert!(report.policy_files.contains(&".tollgate.toml".to_owned()) && report.policy.title.contains(" with "), "{report:?}");
}

/// Certificates and lists of signers beside a policy, through links.
#[test]
fn what_lies_beside_a_policy_does_not_lead_into_the_tree() {
    let built = Built::new(&case::named("control"));
    let pinned = built.directory.path().join("pinned");
    let fresh = || {
        let _ = fs::remove_dir_all(&pinned);
        fs::create_dir_all(pinned.join("keys")).expect("folders");
        for entry in fs::read_dir(folder().join("policies/keys")).expect("keys").flatten() {
            fs::copy(entry.path(), pinned.join("keys").join(entry.file_name())).expect("copied");
        }
        fs::copy(folder().join("policies/plain.toml"), pinned.join("plain.toml")).expect("copied");
    };
    let by = || ask(&built, "control", |request| request.policy_file = Some(pinned.join("plain.toml")));
    fresh();
    assert_eq!(word(by()), (Word::Verified, None));
    let inside = built.path.join("inside");
    fs::create_dir(&inside).expect("a folder");
    fs::rename(pinned.join("keys/alice.asc"), inside.join("alice.asc")).expect("moved");
    std::os::unix::fs::symlink(inside.join("alice.asc"), pinned.join("keys/alice.asc")).expect("a link");
    refused(by(), Kind::Usage, "beside the policy names a file in the repository");
    // A whole folder.
    fresh();
    fs::rename(pinned.join("keys"), inside.join("keys")).expect("moved");
    std::os::unix::fs::symlink(inside.join("keys"), pinned.join("keys")).expect("a link");
    refused(by(), Kind::Usage, "beside the policy names a file in the repository");
    // A list of signers, in `.git`.
    fresh();
    let text = fs::read_to_string(pinned.join("plain.toml")).expect("a policy");
    assert!(!text.contains("[release]") || !text.contains("allowed_signers"));
    let text = match text.contains("[release]") {
        true => text.replacen("[release]", "[release]\nallowed_signers = \"signers\"", 1),
        false => text + "\n[release]\nallowed_signers = \"signers\"\n",
    };
    fs::write(pinned.join("plain.toml"), text).expect("written");
    fs::write(built.git.join("signers"), "").expect("written");
    std::os::unix::fs::symlink(built.git.join("signers"), pinned.join("signers")).expect("a link");
    refused(by(), Kind::Usage, "`signers` beside the policy");
}

/// Whoever writes one work tree of a repository writes the others.
#[test]
fn another_work_tree_of_the_repository_is_no_outside() {
    let mut case = case::named("control");
    case.plant = vec!["linked".to_owned()];
    let built = Built::new(&case);
    let other = built.git.parent().expect("the main work tree").to_path_buf();
    fs::copy(folder().join("policies/plain.toml"), other.join("plain.toml")).expect("copied");
    assert!(!other.starts_with(&built.path));
    let policy = ask(&built, "control", |request| request.policy_file = Some(other.join("plain.toml")));
    refused(policy, Kind::Usage, "--policy names a file in the repository of the tag");
    refused(ask(&built, "control", |request| request.state = Some(other.join("log"))), Kind::Usage, "--state names");
    refused(ask(&built, "control", |request| request.org_policy = Some(other.join("plain.toml"))), Kind::Usage, "--org-policy");
}

/// Nothing was verified, which is not that everything was.
#[test]
fn all_of_no_tags_is_no_answer() {
    let built = Built::new(&case::named("log-all"));
    fs::remove_dir_all(built.git.join("refs/tags")).expect("removed");
    let all = ask(&built, "log-all", |request| request.state = None);
    let hint = all.as_ref().err().and_then(|error| error.hint.clone()).unwrap_or_default();
    assert!(hint.starts_with("git fetch origin 'refs/tags/*:refs/tags/*'"), "{hint}");
    refused(all, Kind::Incomplete, "there is no release tag here");
}

/// Whoever may push tags can make any number that count for nothing.
#[test]
fn junk_hides_no_countersignature() {
    let case = case::named("cs-two");
    let built = Built::new(&case);
    for number in 0..300 {
        built.point(&format!("refs/tags/countersign/v1.1/{number}"), "commit:c1");
    }
    let found = built.verify(&case);
    assert_eq!(found.verdict, "verified", "{}", found.text);
    assert!(found.text.contains("292 more below countersign/v1.1/ do not count either"), "{}", found.text);
    // Past the bound nobody can tell whether one is missing, and asking for another would not help.
    let commit = built.history.id("c1");
    let lines: String = (0..10_001).map(|number| format!("{commit} refs/tags/countersign/v1.1/x{number:05}\n")).collect();
    built.plant_file("packed-refs", format!("# pack-refs with: peeled fully-peeled sorted \n{lines}").as_bytes());
    let found = built.verify(&case);
    assert_eq!((found.verdict.as_str(), found.step.as_deref()), ("indeterminate", Some("threshold")), "{}", found.text);
    assert!(found.text.contains("refs/tags/countersign/v1.1/") && !found.text.contains("tollgate countersign"), "{}", found.text);
}
