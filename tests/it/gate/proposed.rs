//! Owns a pull request that weakens the policy of its base, with people who have keys, and what is said about it. Refuses to say what should be.

use assert_cmd::Command;
use git2::{ObjectType, Oid};
use ssh_key::private::{Ed25519Keypair, PrivateKey};
use ssh_key::{HashAlg, LineEnding};

use super::checkout::{Checkout, Run, Said};
use super::{CODE, GATES, MAIN, POLICY, PROJECT};

/// Whoever signs, by the seed of the key.
pub(super) const RHEA: u8 = 1;
pub(super) const OCTO: u8 = 2;
pub(super) const THEO: u8 = 3;
pub(super) const EVE: u8 = 4;
pub(super) const NORA: u8 = 5;
/// A moment of October 2025.
pub(super) const MADE: i64 = 1_760_000_000;

pub(super) fn key(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

pub(super) fn person(name: &str, seed: u8, more: &str) -> String {
    let line = key(seed).public_key().to_openssh().expect("a key");
    let role = if seed == THEO { "release" } else { "policy-owner" };
    format!(
        "[people.{name}]\nemail = [\"{name}@example.org\"]\nroles = [\"{role}\"]\n{more}\n[[people.{name}.ssh]]\nkey = \"{line}\"\n"
    )
}

/// The policy of the base: rhea and octo own it, and octo opens the pull requests; nora's account is not known; theo makes releases.
pub(super) fn policy(rest: &str) -> String {
    let people = person("rhea", RHEA, "forge = \"rhea-at-work\"")
        + &person("octo", OCTO, "forge = \"@Octo\"")
        + &person("theo", THEO, "forge = \"theo\"")
        + &person("nora", NORA, "");
    format!("[gate]\npolicy_review = \"signed\"\n[rules]\n{rest}\n{people}")
}

pub(super) fn strict() -> String {
    policy("python-static-analysis = \"error\"")
}

pub(super) fn lax() -> String {
    policy("python-static-analysis = \"off\"")
}

/// How an approval is made.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) by: Option<u8>,
    pub(super) author: String,
    pub(super) committer: String,
    pub(super) message: String,
    /// What is signed in the place of the commit.
    pub(super) instead: Option<String>,
}

impl Made {
    pub(super) fn by(seed: u8, name: &str, (base, head): &(String, String)) -> Self {
        let who = format!("{name} <{name}@example.org> {MADE} +0000");
        let message = format!("Approve the change of the policy\n\nTollgate-Policy: {base} {head}\n");
        Self { by: Some(seed), author: who.clone(), committer: who, message, instead: None }
    }
}

/// A pull request that weakens the policy of `main`.
pub(super) struct Change {
    pub(super) checkout: Checkout,
    pub(super) base: Oid,
    pub(super) head: Oid,
}

impl Change {
    pub(super) fn new() -> Self {
        Self::of(&strict(), &lax())
    }

    pub(super) fn of(before: &str, after: &str) -> Self {
        let checkout = Checkout::new();
        let base = checkout.commit(&[CODE, PROJECT, GATES, (POLICY, before)], &[]);
        let head = checkout.commit(&[CODE, PROJECT, GATES, (POLICY, after)], &[base]);
        checkout.branch(MAIN, base);
        Self { checkout, base, head }
    }

    pub(super) fn files(&mut self, files: super::Files<'_>) {
        self.head = self.checkout.commit(files, &[self.head]);
    }

    /// What `policy approve` says to somebody who has checked the head out.
    pub(super) fn asks(&self) -> (i32, String) {
        self.checkout.check_out(self.head);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command.env_clear().args(["policy", "approve", MAIN]).current_dir(self.checkout.directory.path());
        let output = command.output().expect("it starts");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().expect("a status"), String::from_utf8(text).expect("text"))
    }

    pub(super) fn digests(&self) -> (String, String) {
        let (status, text) = self.asks();
        let line = text.lines().find(|line| line.starts_with("git commit -S --allow-empty"));
        let line = line.unwrap_or_else(|| panic!("{status}: {text}"));
        let words = line.split_once("Tollgate-Policy: ").expect("the trailer").1.trim_end_matches('\'').split_once(' ');
        words.map(|(base, head)| (base.to_owned(), head.to_owned())).expect("two digests")
    }

    /// A commit with the tree of the head, upon these.
    pub(super) fn write(&self, made: &Made, parents: &[Oid]) -> Oid {
        let sign = made.by.map(|seed| {
            move |text: &str| {
                let block = key(seed).sign("git", HashAlg::Sha512, text.as_bytes()).expect("signed");
                block.to_pem(LineEnding::LF).expect("armor")
            }
        });
        self.write_signed(made, parents, sign.as_ref().map(|sign| sign as &dyn Fn(&str) -> String))
    }

    /// The same with what somebody makes of its text for a signature.
    pub(super) fn write_signed(&self, made: &Made, parents: &[Oid], sign: Option<&dyn Fn(&str) -> String>) -> Oid {
        let tree = self.checkout.repository.find_commit(self.head).expect("a commit").tree_id();
        let parents: String = parents.iter().map(|id| format!("parent {id}\n")).collect();
        let header = format!("tree {tree}\n{parents}author {}\ncommitter {}\n", made.author, made.committer);
        let whole = format!("{header}\n{}", made.message);
        let signature = sign.map(|sign| {
            let block = sign(made.instead.as_deref().unwrap_or(&whole));
            format!("gpgsig {}\n", block.trim_end().replace('\n', "\n "))
        });
        let text = format!("{header}{}\n{}", signature.unwrap_or_default(), made.message);
        let store = self.checkout.repository.odb().expect("objects");
        store.write(ObjectType::Commit, text.as_bytes()).expect("written")
    }

    pub(super) fn approve(&mut self, made: &Made) -> Oid {
        self.head = self.write(made, &[self.head]);
        self.head
    }

    /// The pull request's run, on the forge's merge with the head's tree.
    pub(super) fn run(&self) -> Run {
        let who = git2::Signature::new("forge", "f@example.org", &git2::Time::new(MADE, 0)).expect("a name");
        let find = |id| self.checkout.repository.find_commit(id).expect("a commit");
        let (base, head) = (find(self.base), find(self.head));
        let tree = head.tree().expect("a tree");
        let merge = self.checkout.repository.commit(None, &who, &who, "merge", &tree, &[&base, &head]).expect("a merge");
        self.checkout.check_out(merge);
        Run::pull_request(merge, "main", self.base, self.head)
    }

    pub(super) fn said(&self) -> Said {
        self.checkout.check(&self.run(), &["--format", "json"])
    }

    /// The status and the messages.
    pub(super) fn told(&self) -> (i32, String) {
        let said = self.said();
        let report = said.json();
        let rows = report["findings"].as_array().expect("a list").iter().filter(|row| row["rule"] == "policy-protected");
        (said.status, rows.map(|row| row["message"].as_str().expect("text").to_owned()).collect::<Vec<_>>().join("\n"))
    }

    pub(super) fn refused(&self, why: &str) {
        let (status, messages) = self.told();
        assert!(status == 1 && messages.contains(why), "{status}: {messages}, not `{why}`");
    }

    pub(super) fn agreed(&self) {
        let (status, messages) = self.told();
        assert!(status == 0 && messages.contains("rhea has signed exactly this change in commit"), "{status}: {messages}");
    }
}
