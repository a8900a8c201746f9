//! Owns the tests of a policy in a file: of which commit it is, how old, and that it does not go back. The history that counts is that of
//! the repository that holds the policy.
#![expect(clippy::disallowed_methods, reason = "it writes the repository of a policy")]

use std::fs;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository, Signature, Time};
use tempfile::TempDir;
use tollgate::inspect::tags::verify;
use tollgate::report::tags::{TagReport, Word};

use super::case::{self, Case, folder};
use super::repository::{Built, unlocked};

/// A repository that holds `plain.toml` and its certificates.
struct Policies {
    directory: TempDir,
    repository: Repository,
}

impl Policies {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a folder");
        let repository = Repository::init(directory.path()).expect("a repository");
        fs::create_dir(directory.path().join("keys")).expect("a folder");
        for entry in fs::read_dir(folder().join("policies/keys")).expect("keys").flatten() {
            fs::copy(entry.path(), directory.path().join("keys").join(entry.file_name())).expect("copied");
        }
        fs::copy(folder().join("policies/plain.toml"), directory.path().join("plain.toml")).expect("copied");
        Self { directory, repository }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("plain.toml")
    }

    /// Commits everything, at a day of May 2026.
    fn commit(&self, day: i64) -> Oid {
        let mut index = self.repository.index().expect("an index");
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).expect("added");
        index.write().expect("written");
        let tree = self.repository.find_tree(index.write_tree().expect("a tree")).expect("a tree");
        let who = Signature::new("Test", "test@example.org", &Time::new(1_777_593_600 + day * 86_400, 0)).expect("somebody");
        let head = self.repository.head().ok().and_then(|head| head.peel_to_commit().ok());
        let parents: Vec<_> = head.iter().collect();
        self.repository.commit(Some("HEAD"), &who, &who, "policy", &tree, &parents).expect("a commit")
    }

    fn write(&self, more: &str) {
        let text = fs::read_to_string(folder().join("policies/plain.toml")).expect("a policy");
        fs::write(self.path(), text + more).expect("written");
    }
}

fn ask(built: &Built, case: &Case, policy: &Path) -> TagReport {
    let mut request = built.request(case);
    request.policy_file = Some(policy.to_path_buf());
    unlocked(|| verify(&request)).expect("a report")
}

fn told(report: &TagReport) -> (Word, Option<&str>) {
    (report.tags[0].word(), report.tags[0].refusal.as_ref().map(|refusal| refusal.step.word()))
}

fn no_commit(report: &TagReport) -> bool {
    report.policy.revision.is_none() && report.notes.iter().any(|note| note.contains("a file of no commit"))
}

#[test]
fn an_unchanged_file_of_a_repository_has_its_commit_and_age() {
    let case = case::named("control");
    let (built, policies) = (Built::new(&case), Policies::new());
    assert!(no_commit(&ask(&built, &case, &policies.path())), "nothing is committed yet");
    let commit = policies.commit(0).to_string();
    let report = ask(&built, &case, &policies.path());
    assert_eq!(report.policy.revision.as_deref(), Some(commit.as_str()));
    assert_eq!((report.policy_age_days, told(&report)), (Some(31), (Word::Verified, None)));
    assert!(report.policy.title.ends_with(&format!("plain.toml at {}", &commit[..7])), "{}", report.policy.title);
    // One changed certificate is enough.
    let key = policies.directory.path().join("keys/alice.asc");
    let text = fs::read_to_string(&key).expect("a certificate");
    fs::write(&key, format!("changed\n{text}")).expect("written");
    assert!(no_commit(&ask(&built, &case, &policies.path())));
    policies.commit(1);
    assert!(!no_commit(&ask(&built, &case, &policies.path())));
    policies.write("# changed\n");
    let report = ask(&built, &case, &policies.path());
    assert!(no_commit(&report) && report.policy_age_days.is_none());
    assert_eq!(told(&report), (Word::Verified, None), "it is whoever runs this who names the file");
}

#[test]
fn a_policy_in_its_own_repository_does_not_go_back() {
    let mut case = case::named("control");
    case.log = Some(Vec::new());
    let (built, policies) = (Built::new(&case), Policies::new());
    let old = policies.commit(0);
    assert_eq!(told(&ask(&built, &case, &policies.path())).0, Word::Verified);
    policies.write("# newer\n");
    let new = policies.commit(1);
    assert_eq!(told(&ask(&built, &case, &policies.path())).0, Word::Verified);
    let log = fs::read_to_string(built.log.as_ref().expect("a log")).expect("the log");
    assert!(log.contains(&old.to_string()) && log.contains(&new.to_string()), "{log}");
    // The older one again, as whoever freezes it would have it.
    let commit = policies.repository.find_object(old, None).expect("a commit");
    policies.repository.reset(&commit, git2::ResetType::Hard, None).expect("reset");
    let report = ask(&built, &case, &policies.path());
    assert_eq!(told(&report), (Word::Rejected, Some("state")));
    // A copy of no commit is not known to be newer.
    let copy = Policies::new();
    let report = ask(&built, &case, &copy.path());
    assert_eq!(told(&report), (Word::Indeterminate, Some("state")));
    // Nor is one of another repository.
    copy.write("# elsewhere\n");
    copy.commit(2);
    let report = ask(&built, &case, &copy.path());
    assert_eq!(told(&report), (Word::Rejected, Some("state")), "its whole history is there, and the last policy is not in it");
}

#[test]
fn an_age_that_the_policy_asks_for_needs_a_commit() {
    let case = case::named("control");
    let (built, policies) = (Built::new(&case), Policies::new());
    policies.write("[release]\nmax_policy_age = \"60d\"\n");
    assert_eq!(told(&ask(&built, &case, &policies.path())), (Word::Indeterminate, Some("policy")));
    policies.commit(0);
    assert_eq!(told(&ask(&built, &case, &policies.path())), (Word::Verified, None));
    policies.write("[release]\nmax_policy_age = \"7d\"\n");
    policies.commit(0);
    assert_eq!(told(&ask(&built, &case, &policies.path())), (Word::Rejected, Some("policy")));
}
