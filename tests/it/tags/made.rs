//! Owns releases that are made here, with a key of the test: trees that no fixture has, and keys with which nothing here computes.

use std::fs;

use git2::{Oid, Signature, Time};
use ssh_key::private::{Ed25519Keypair, PrivateKey};
use ssh_key::public::{KeyData, RsaPublicKey};
use ssh_key::{Algorithm, HashAlg, LineEnding, Mpint, PublicKey, SshSig};

use super::case::{self, Case};
use super::repository::{Built, Found, write_tag};

/// The first of May 2024.
const MAY: i64 = 1_714_521_600;

fn alice() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[1; 32]))
}

/// v3.0 of this commit as `signed` makes it of the tag's text, under a policy with these lines.
fn ask(built: &Built, commit: Oid, policy: &str, signed: impl Fn(&str) -> String) -> Found {
    let text = format!("object {commit}\ntype commit\ntag v3.0\ntagger Somebody <somebody@example.org> {MAY} +0000\n\nv3.0\n");
    let tag = write_tag(&built.repository, (text.clone() + &signed(&text)).as_bytes());
    built.plant_file("refs/tags/v3.0", format!("{tag}\n").as_bytes());
    let file = built.directory.path().join("policy.toml");
    fs::write(&file, format!("schema = 1\n{policy}")).expect("written");
    let case = Case { arguments: vec!["v3.0".to_owned()], ..case::named("control") };
    let mut request = built.request(&case);
    request.policy_file = Some(file);
    built.ask(&request)
}

fn people(keys: &[(&str, &str)]) -> String {
    keys.iter().map(|(name, key)| format!("[people.{name}]\nroles = [\"release\"]\nssh = [{{ key = \"{key}\" }}]\n")).collect()
}

fn by_alice(text: &str) -> String {
    alice().sign("git", HashAlg::Sha512, text.as_bytes()).expect("signed").to_pem(LineEnding::LF).expect("armor")
}

/// A pointer is one by what it holds, whether an attribute says so or not.
#[test]
fn a_pointer_of_lfs_is_told_by_what_it_holds() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    let quoted = format!("A pointer begins with:\n{pointer}");
    for (name, content, told) in [
        ("weights.bin", pointer, true),
        ("notes.md", quoted.as_str(), false),
        ("short", "version https://git-lfs.github.com/spec/v1\n", false),
    ] {
        let built = Built::new(&case::named("control"));
        let blob = built.repository.blob(content.as_bytes()).expect("a blob");
        let parent = built.repository.find_commit(built.history.id("tip")).expect("a commit");
        let mut below = built.repository.treebuilder(None).expect("a builder");
        below.insert(name, blob, 0o100_644).expect("inserted");
        let below = below.write().expect("a tree");
        let mut tree = built.repository.treebuilder(None).expect("a builder");
        tree.insert("data", below, 0o040_000).expect("inserted");
        let tree = built.repository.find_tree(tree.write().expect("a tree")).expect("a tree");
        let who = Signature::new("A", "a@example.org", &Time::new(MAY, 0)).expect("a signature");
        let commit = built.repository.commit(None, &who, &who, "more", &tree, &[&parent]).expect("a commit");
        built.plant_file("refs/remotes/origin/main", format!("{commit}\n").as_bytes());
        let key = alice().public_key().to_openssh().expect("a key");
        let found = ask(&built, commit, &people(&[("alice", &key)]), by_alice);
        assert_eq!(found.verdict, "verified", "{}", found.text);
        assert_eq!(found.text.contains("LFS: the tree holds pointers"), told, "{name}: {}", found.text);
    }
}

/// A key of RSA with these bits, and a signature of its size: nothing here computes whether it made that.
fn long(bits: usize) -> (String, impl Fn(&str) -> String) {
    let modulus = Mpint::from_positive_bytes(&vec![0xC1; bits / 8]).expect("a number");
    let rsa = RsaPublicKey { e: Mpint::from_positive_bytes(&[1, 0, 1]).expect("a number"), n: modulus };
    let data = KeyData::Rsa(rsa);
    let line = PublicKey::from(data.clone()).to_openssh().expect("a key");
    let signed = move |_: &str| {
        let algorithm = Algorithm::Rsa { hash: Some(HashAlg::Sha512) };
        let signature = ssh_key::Signature::new(algorithm, vec![7; bits / 8]).expect("a signature");
        let whole = SshSig::new(data.clone(), "git", HashAlg::Sha512, signature).expect("a block");
        whole.to_pem(LineEnding::LF).expect("armor")
    };
    (line, signed)
}

/// As with OpenPGP: that its signature is none cannot be told, and nobody else's is touched by it.
#[test]
fn a_key_of_more_bits_than_are_computed_with_is_not_supported() {
    let built = Built::new(&case::named("control"));
    let commit = built.history.id("c1");
    let own = alice().public_key().to_openssh().expect("a key");
    for bits in [4104, 5120, 8192] {
        let (line, signed) = long(bits);
        let named = format!("uses RSA of {bits} bits, which is not supported");
        let listed = people(&[("alice", &own), ("long", &line)]);
        let found = ask(&built, commit, &listed, &signed);
        assert_eq!((found.verdict.as_str(), found.step.as_deref()), ("indeterminate", Some("algorithm")), "{}", found.text);
        assert!(found.text.contains(&named), "{}", found.text);
        let found = ask(&built, commit, &listed, by_alice);
        assert_eq!(found.verdict, "verified", "{}", found.text);
        let notes = found.report.expect("a report").notes.join("\n");
        assert!(notes.contains("of long cannot sign now") && notes.contains(&named), "{notes}");
        // The same from a file of signers.
        fs::write(built.directory.path().join("signers"), format!("long@example.org {line}\na@example.org {own}\n"))
            .expect("written");
        let of_file = "[release]\nallowed_signers = \"signers\"\n[people.long]\nroles = [\"release\"]\nemail = [\"long@example.org\"]\n\
                       [people.alice]\nroles = [\"release\"]\nemail = [\"a@example.org\"]\n";
        let found = ask(&built, commit, of_file, &signed);
        assert_eq!((found.verdict.as_str(), found.step.as_deref()), ("indeterminate", Some("algorithm")), "{}", found.text);
        assert_eq!(ask(&built, commit, of_file, by_alice).verdict, "verified");
    }
}
