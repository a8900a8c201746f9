//! Owns which keys `init` suggests from the releases that are there: those that a signature carries or names, never trusted.

use std::fs;

use assert_cmd::Command;
use tollgate::signing::makers::{Maker, makers};

use super::case;
use super::repository::{Built, tag_bytes};

const ALICE: &str = "FF43CA461606AB9C290C7B81B95F0E14A79FD510";

#[test]
fn a_signature_tells_the_key_that_made_it_or_that_it_names() {
    assert_eq!(makers(&tag_bytes("v1.0"), "v1.0"), [Maker::OpenPgp(ALICE.to_owned())]);
    let [Maker::Ssh(line)] = &makers(&tag_bytes("a14a"), "v1.1")[..] else { panic!("an SSH key") };
    let key = tollgate::signing::ssh::SshKey::parse(line).expect("a key of a policy");
    assert!(line.starts_with("ssh-ed25519 ") && key.fingerprint.starts_with("SHA256:"), "{line}");
    // Under another name than its own, or changed, it tells nothing.
    assert!(makers(&tag_bytes("v1.0"), "v9.0").is_empty() && makers(b"tag", "v1.0").is_empty());
    let mut changed = tag_bytes("a14a");
    let at = changed.windows(8).position(|word| word == b"Somebody").expect("a tagger");
    changed[at] = b's';
    assert!(makers(&changed, "v1.1").is_empty());
    // The stranger's key is in the inner block, which it does not fit.
    assert!(makers(&tag_bytes("b25-stranger"), "v1.1").iter().all(|maker| matches!(maker, Maker::OpenPgp(_))));
}

#[test]
fn keys_of_releases_are_suggested_with_the_release_and_nobody_is_trusted() {
    let mut case = case::named("control");
    case.refs.insert("v1.1".to_owned(), "a14a".to_owned());
    let built = Built::new(&case);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        let output =
            command.env_clear().env("TERM", "dumb").args(arguments).current_dir(&built.path).output().expect("it starts");
        (
            output.status.code(),
            String::from_utf8(output.stdout).expect("text"),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let action = "acme/tollgate@0123456789abcdef0123456789abcdef01234567";
    let (status, told, errors) = run(&["init", "--write", "--action", action]);
    assert_eq!(status, Some(0), "{errors}");
    assert!(told.contains("release tags\n  3 releases, signed: 2 openpgp, 1 ssh\n"), "{told}");
    let policy = fs::read_to_string(built.path.join(".tollgate.toml")).expect("written");
    assert!(policy.contains(&format!("# named by the signature of v2.0: OpenPGP key {ALICE}")), "{policy}");
    assert!(policy.contains("\n# signed v1.1: ssh-ed25519 ") && policy.lines().count() <= 15, "{policy}");
    assert!(!policy.contains("\n[people"), "{policy}");
}
