//! Owns the commands around `verify-tag` as programs: `countersign`, `keys add`, `policy diff`.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

use super::case::{self, folder};
use super::repository::{Built, oid, policy, tag_bytes};

pub(super) struct Ran {
    pub(super) status: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

pub(super) fn tollgate(directory: &Path, arguments: &[&str], input: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.env_clear().env("TERM", "dumb").current_dir(directory).args(arguments).write_stdin(input);
    let output = command.args(["--now", "2026-06-01T00:00:00Z"]).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ran { status: output.status.code().expect("a status"), stdout: text(output.stdout), stderr: text(output.stderr) }
}

pub(super) fn key(name: &str) -> String {
    folder().join("policies/keys").join(format!("{name}.asc")).display().to_string()
}

#[test]
fn countersign_prints_the_command_and_runs_nothing() {
    let mut case = case::named("control");
    case.refs.insert("countersign/v1.1/1".to_owned(), "cs-bob".to_owned());
    case.refs.insert("v9.0".to_owned(), "commit:c3".to_owned());
    let built = Built::new(&case);
    let ran = tollgate(&built.path, &["countersign", "v1.1"], "");
    let object = oid(&tag_bytes("v1.1"));
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains(&format!("\ngit -c advice.nestedTag=false tag -s -m 'countersign v1.1' countersign/v1.1/2 {object}\n")),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("\ngit push origin refs/tags/countersign/v1.1/2\n"), "{}", ran.stdout);
    assert!(ran.stdout.starts_with("# the tag object of v1.1, which stands for commit "), "{}", ran.stdout);
    let named = tollgate(&built.path, &["countersign", "refs/tags/v1.0", "--as", "bob"], "").stdout;
    assert!(named.contains(" countersign/v1.0/bob "), "{named}");
    let light = tollgate(&built.path, &["countersign", "v9.0"], "").stdout;
    let commit = built.history.id("c3");
    assert!(light.contains(&format!("countersign/v9.0/1 {commit}\n")) && light.contains("accept = ["), "{light}");
    assert!(!built.git.join("refs/tags/countersign/v1.1/2").exists());
}

#[test]
fn countersign_refuses_what_no_signature_could_help() {
    let mut case = case::named("control");
    for (name, file) in [("v3.0", "v1.0"), ("v3.1", "a16a"), ("v1.2", "a05a"), ("v'1", "v1.0")] {
        case.refs.insert(name.to_owned(), file.to_owned());
    }
    case.refs.insert("countersign/v1.1/bob".to_owned(), "cs-bob".to_owned());
    let built = Built::new(&case);
    for (arguments, why) in [
        (&["countersign", "v7.0"][..], "there is no tag"),
        (&["countersign", "v3.0"], "is called `v1.0`"),
        (&["countersign", "v3.1"], "not well formed"),
        (&["countersign", "v1.2"], "names no commit"),
        (&["countersign", "v1^{}"], "is no tag"),
        (&["countersign", "countersign/v1.1/bob"], "countersignature itself"),
        (&["countersign", "v1.1", "--as", "bob"], "already"),
        (&["countersign", "v1.1", "--as", "a b"], "no name of a tag"),
        (&["countersign"], "required"),
    ] {
        let ran = tollgate(&built.path, arguments, "");
        assert!(ran.status == 2 && ran.stderr.contains(why), "{arguments:?}: {} {}", ran.status, ran.stderr);
        assert!(ran.stdout.is_empty(), "{arguments:?}: {}", ran.stdout);
    }
    let nowhere = tempfile::tempdir().expect("a folder");
    assert_eq!(tollgate(nowhere.path(), &["countersign", "v1.1"], "").status, 2);
}

/// The way to a signature that could not count is not shown.
#[test]
fn countersign_refuses_a_release_that_can_never_verify() {
    for (id, why) in [("a13", "no countersignature can help"), ("a20", "no countersignature can help"), ("b22", "help")] {
        let case = case::named(id);
        let built = Built::new(&case);
        let ran = tollgate(&built.path, &["countersign", &case.arguments[0]], "");
        if case.verdict == "rejected" {
            assert!(ran.status == 2 && ran.stderr.contains(why) && ran.stdout.is_empty(), "{id}: {} {}", ran.stderr, ran.stdout);
        }
    }
    // Who signed it may be nobody: another may vouch for it where the policy accepts that, and it is said.
    let case = case::named("a06");
    let ran = tollgate(&Built::new(&case).path, &["countersign", "v1.2"], "");
    assert!(ran.status == 0 && ran.stdout.contains("accept = ["), "{}{}", ran.stdout, ran.stderr);
    // Where no policy judges, it is said.
    let case = case::named("no-origin-head");
    let ran = tollgate(&Built::new(&case).path, &["countersign", "v1.1"], "");
    assert!(ran.status == 0 && ran.stdout.contains("# whether the release itself holds cannot be told"), "{}", ran.stdout);
}

/// Only the root's policy counts, wherever in the work tree one stands.
#[test]
fn keys_added_in_a_folder_go_to_the_policy_that_counts() {
    let here = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(here.path().join(".git/objects")).expect("folders");
    fs::create_dir(here.path().join(".git/refs")).expect("a folder");
    fs::write(here.path().join(".git/HEAD"), "ref: refs/heads/main\n").expect("written");
    let sub = here.path().join("sub/deep");
    fs::create_dir_all(&sub).expect("folders");
    let ran = tollgate(&sub, &["keys", "add", "alice", "--pgp", &key("alice")], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("\n  ../../.tollgate.toml\n") && ran.stdout.contains("on the default branch"), "{}", ran.stdout);
    assert!(here.path().join(".tollgate.toml").exists() && !sub.join(".tollgate.toml").exists());
    assert_eq!(fs::read_dir(here.path().join(".tollgate/keys")).expect("keys").count(), 1);
    let other = tollgate(&sub, &["keys", "add", "alice", "--pgp", &key("alice"), "--policy", "own.toml"], "");
    assert!(other.status == 0 && other.stdout.contains("only where --policy names this file"), "{}", other.stdout);
}

/// From nothing to a policy that verifies, by commands alone.
#[test]
fn keys_that_were_added_verify() {
    let here = tempfile::tempdir().expect("a folder");
    let alice = tollgate(here.path(), &["keys", "add", "alice", "--pgp", &key("alice")], "");
    assert_eq!(alice.status, 0, "{}", alice.stderr);
    assert!(
        alice.stdout.starts_with("added: alice, OpenPGP key ") && alice.stdout.contains("roles: release\n"),
        "{}",
        alice.stdout
    );
    assert!(alice.stdout.contains("can sign, without an end") && alice.stdout.contains("next: commit"), "{}", alice.stdout);
    let bob = fs::read_to_string(key("bob")).expect("a certificate");
    let bob = tollgate(here.path(), &["keys", "add", "bob", "--pgp", "-", "--role", "release", "--role", "owner"], &bob);
    assert!(bob.status == 0 && bob.stdout.contains("roles: release, owner"), "{}{}", bob.stdout, bob.stderr);
    let signer = fs::read_to_string(folder().join("signers-for-git")).expect("signers");
    let line = signer.lines().next().expect("a line").trim_start_matches("* ");
    let ssh = tollgate(here.path(), &["keys", "add", "ed", "--ssh", "-", "--valid-before", "2027-01-01"], line);
    assert!(ssh.status == 0 && ssh.stdout.contains("added: ed, SSH key SHA256:"), "{}{}", ssh.stdout, ssh.stderr);
    let text = fs::read_to_string(here.path().join(".tollgate.toml")).expect("a policy");
    assert!(text.starts_with("schema = 1\n") && text.contains("valid_before = 2027-01-01"), "{text}");
    assert_eq!(tollgate(here.path(), &["policy", "check"], "").status, 0);
    let built = Built::new(&case::named("control"));
    let file = here.path().join(".tollgate.toml").display().to_string();
    let ran = tollgate(&built.path, &["verify-tag", "v1.1", "--policy", &file], "");
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    // A second time nothing changes, and a certificate is refreshed.
    let again = tollgate(here.path(), &["keys", "add", "alice", "--pgp", &key("alice")], "");
    assert!(again.status == 0 && again.stdout.starts_with("was there already: alice"), "{}", again.stdout);
    assert!(!again.stdout.contains(".tollgate") && again.stdout.ends_with("nothing changed\n"), "{}", again.stdout);
    let refreshed = here.path().join(".tollgate/keys");
    let file =
        fs::read_dir(refreshed).expect("keys").flatten().map(|entry| entry.path()).find(|path| {
            fs::read_to_string(path).is_ok_and(|text| text == fs::read_to_string(key("alice")).expect("a certificate"))
        });
    let older = format!("older\n{}", fs::read_to_string(key("alice")).expect("a certificate"));
    fs::write(file.expect("alice's"), older).expect("written");
    let newer = tollgate(here.path(), &["keys", "add", "alice", "--pgp", &key("alice")], "").stdout;
    assert!(
        newer.contains("  .tollgate/keys/") && !newer.contains("  .tollgate.toml") && newer.contains("next: commit"),
        "{newer}"
    );
    assert_eq!(fs::read_to_string(here.path().join(".tollgate.toml")).expect("a policy"), text);
}

#[test]
fn keys_that_would_break_the_policy_write_nothing() {
    let here = tempfile::tempdir().expect("a folder");
    let path = here.path();
    assert_eq!(tollgate(path, &["keys", "add", "alice", "--pgp", &key("alice")], "").status, 0);
    let before = fs::read_to_string(path.join(".tollgate.toml")).expect("a policy");
    for (arguments, input, why) in [
        (&["keys", "add", "mallory", "--pgp", &key("alice")][..], "", "the same key"),
        (&["keys", "add", "bob", "--pgp", &key("secret")], "", "burnt"),
        (&["keys", "add", "bob", "--pgp", &key("both-in-one")], "", "more than one certificate"),
        (&["keys", "add", "bob", "--pgp", "no-such-file"], "", "cannot be opened"),
        (&["keys", "add", "bob", "--pgp", "-"], "nothing", "no armored certificate"),
        (&["keys", "add", "bob", "--pgp", &key("bob"), "--role", "relase"], "", "relase"),
        (&["keys", "add", "bob", "--pgp", &key("bob"), "--valid-before", "soon"], "", "is no date"),
        (&["keys", "add", "alice", "--pgp", &key("alice"), "--valid-before", "2027-01-01"], "", "lists this key"),
        (&["keys", "add", "bob", "--ssh", "-"], "-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
        (&["keys", "add", "bob", "--ssh", "-"], "ssh-ed25519 AAAA", "refused"),
        (&["keys", "add", "bob"], "", "required"),
        (&["keys", "add", "a\nb", "--pgp", &key("bob")], "", "one line"),
        (&["keys", "add", "bob", "--pgp", &key("bob"), "--policy-ref", "refs/heads/main"], "", "--policy-ref"),
    ] {
        let ran = tollgate(path, arguments, input);
        assert!(ran.status == 2 && ran.stderr.contains(why), "{arguments:?}: {} {}", ran.status, ran.stderr);
    }
    assert_eq!(fs::read_to_string(path.join(".tollgate.toml")).expect("a policy"), before);
    assert_eq!(fs::read_dir(path.join(".tollgate/keys")).expect("keys").count(), 1);
}

/// Whoever puts a revocation behind the certificate means it, although no file of two blocks judges.
#[test]
fn a_file_that_is_not_read_is_not_written_over() {
    let here = tempfile::tempdir().expect("a folder");
    let path = here.path();
    assert_eq!(tollgate(path, &["keys", "add", "alice", "--pgp", &key("alice")], "").status, 0);
    let keys = path.join(".tollgate/keys");
    let file = fs::read_dir(&keys).expect("keys").next().expect("a key").expect("an entry").path();
    let alice = fs::read_to_string(&file).expect("a certificate");
    let revoked = alice.clone() + &alice;
    let huge = "x".repeat(16 << 20);
    for (older, why) in [(revoked.as_str(), "more than one armor block"), ("nothing", "no armored certificate"), (&huge, "")] {
        fs::write(&file, older).expect("written");
        let ran = tollgate(path, &["keys", "add", "alice", "--pgp", &key("alice")], "");
        assert!(ran.status >= 2 && ran.stderr.contains(why), "{why}: {} {}", ran.status, ran.stderr);
        assert!(fs::read_to_string(&file).expect("a file") == older, "{why}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_leads_elsewhere_gets_no_certificate() {
    let (here, elsewhere) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    std::os::unix::fs::symlink(elsewhere.path(), here.path().join(".tollgate")).expect("a link");
    let ran = tollgate(here.path(), &["keys", "add", "alice", "--pgp", &key("alice")], "");
    assert!(ran.status == 2 && ran.stderr.contains("a link"), "{}", ran.stderr);
    assert!(!here.path().join(".tollgate.toml").exists());
}

#[test]
fn a_change_of_policy_names_the_releases_that_change() {
    let built = Built::new(&case::named("control"));
    let file = |name: &str| policy(name).display().to_string();
    let ran = tollgate(&built.path, &["policy", "diff", &file("two"), &file("without-alice")], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    for part in [
        "weaker   release.min_signatures: 2 -> -\n",
        "tighter  people.alice: ",
        "policy diff: 1 weaker, 2 tighter, 0 neutral · 0 of 3 releases change\n",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    let leaving = tollgate(&built.path, &["policy", "diff", &file("leaver"), &file("without-alice")], "").stdout;
    assert!(leaving.contains("release  v1.1: verified -> rejected (signer: "), "{leaving}");
    assert!(leaving.contains("3 of 3 releases change"), "{leaving}");
    // The default branch's own against a file.
    let own = tollgate(&built.path, &["policy", "diff", "refs/remotes/origin/main", &file("without-alice")], "");
    assert!(own.status == 0 && own.stdout.contains("3 of 3 releases change"), "{}{}", own.stdout, own.stderr);
    fs::write(built.path.join(".tollgate.toml"), "schema = 1\n").expect("written");
    let here = tollgate(&built.path, &["policy", "diff"], "");
    assert!(here.stdout.contains("tighter  people.alice: ") && here.stdout.contains("3 of 3"), "{}{}", here.stdout, here.stderr);
    assert!(here.stdout.contains("weaker   release.max_policy_age"), "{}", here.stdout);
}

#[test]
fn a_changed_certificate_is_a_change_of_policy() {
    let built = Built::new(&case::named("control"));
    let here = tempfile::tempdir().expect("a folder");
    for side in ["one", "two"] {
        fs::create_dir_all(here.path().join(side).join("keys")).expect("folders");
        fs::copy(policy("no-such-file"), here.path().join(side).join("p.toml")).expect("copied");
    }
    fs::copy(key("alice"), here.path().join("one/keys/nothing.asc")).expect("copied");
    fs::copy(key("unbound"), here.path().join("two/keys/nothing.asc")).expect("copied");
    let (one, two) = (here.path().join("one/p.toml").display().to_string(), here.path().join("two/p.toml").display().to_string());
    let ran = tollgate(&built.path, &["policy", "diff", &one, &two], "");
    assert!(ran.stdout.contains("weaker   certificate of alice ("), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("0 of 3 releases change"), "{}", ran.stdout);
}

#[test]
fn a_revocation_that_came_in_is_no_weaker_policy() {
    let built = Built::new(&case::named("control"));
    let here = tempfile::tempdir().expect("a folder");
    let (old, new) = (fs::read_to_string(key("stolen")).expect("a certificate"), key("stolen"));
    for side in ["one", "two"] {
        fs::create_dir_all(here.path().join(side).join("keys")).expect("folders");
        let text = fs::read_to_string(policy("plain")).expect("a policy");
        let (_, person) = text.split_once("[people.stolen]").expect("listed");
        let person = person.split("\n[people.").next().expect("a person");
        fs::write(here.path().join(side).join("p.toml"), format!("[people.stolen]{person}")).expect("written");
    }
    assert!(old.contains("BEGIN PGP PUBLIC KEY BLOCK"));
    fs::copy(new, here.path().join("two/keys/stolen.asc")).expect("copied");
    fs::write(here.path().join("one/keys/stolen.asc"), without_revocation(&old)).expect("written");
    let (one, two) = (here.path().join("one/p.toml").display().to_string(), here.path().join("two/p.toml").display().to_string());
    let ran = tollgate(&built.path, &["policy", "diff", &one, &two], "");
    assert!(
        ran.stdout.contains("tighter  certificate of stolen (") && ran.stdout.contains("a revoked certificate"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let back = tollgate(&built.path, &["policy", "diff", &two, &one], "");
    assert!(back.stdout.contains("weaker   certificate of stolen ("), "{}{}", back.stdout, back.stderr);
}

/// The certificate as it was before: its second packet is the revocation of the primary key.
fn without_revocation(armored: &str) -> String {
    use base64ct::{Base64, Encoding as _};
    let body: String = armored.lines().filter(|line| !line.is_empty() && !line.starts_with(['-', '='])).collect();
    let bytes = Base64::decode_vec(&body).expect("base64");
    let mut packets = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        assert_eq!(bytes[at] & 0x40, 0x40, "packets of the newer format");
        let tag = bytes[at] & 0x3f;
        let (length, head) = match bytes[at + 1] {
            one if one < 192 => (usize::from(one), 2),
            one if one < 224 => ((usize::from(one) - 192) * 256 + usize::from(bytes[at + 2]) + 192, 3),
            _ => (u32::from_be_bytes([bytes[at + 2], bytes[at + 3], bytes[at + 4], bytes[at + 5]]) as usize, 6),
        };
        at += head + length;
        let revokes = tag == 2 && bytes[start + head + 1] == 0x20;
        if !revokes {
            packets.extend_from_slice(&bytes[start..at]);
        }
    }
    assert!(packets.len() < bytes.len(), "there was a revocation");
    let text = Base64::encode_string(&packets);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{}\n-----END PGP PUBLIC KEY BLOCK-----\n", lines.join("\n"))
}

#[test]
fn policies_that_cannot_be_compared_are_refused() {
    let built = Built::new(&case::named("control"));
    let file = |name: &str| policy(name).display().to_string();
    for arguments in [vec!["policy", "diff", "no-such-file", "also-none"], vec!["policy", "diff", "--policy", "x", "a", "b"]] {
        let ran = tollgate(&built.path, &arguments, "");
        assert_eq!(ran.status, 2, "{arguments:?}: {}", ran.stderr);
    }
    assert_eq!(tollgate(&built.path, &["policy", "diff", &file("short"), &file("two")], "").status, 2);
    assert_eq!(tollgate(&built.path, &["policy", "diff", "refs/heads/none"], "").status, 3, "what could be fetched");
    // Without a repository values are compared, and it is said that no release was.
    let nowhere = tempfile::tempdir().expect("a folder");
    let ran = tollgate(nowhere.path(), &["policy", "diff", &file("two"), &file("leaver")], "");
    assert!(ran.status == 0 && ran.stdout.contains("no release was looked at"), "{}{}", ran.stdout, ran.stderr);
}

/// gpg replaces what a key says of itself when its end is moved: the older words are in the older file alone.
#[test]
fn a_refreshed_certificate_keeps_what_the_older_one_said() {
    use sequoia_openpgp::cert::prelude::*;
    use sequoia_openpgp::packet::Signature;
    use sequoia_openpgp::packet::signature::SignatureBuilder;
    use sequoia_openpgp::serialize::SerializeInto;
    use sequoia_openpgp::types::KeyFlags;
    use sequoia_openpgp::{Cert, Packet, armor};
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    let at = |seconds: u64| -> SystemTime { UNIX_EPOCH + Duration::from_secs(seconds) };
    let (made, moved) = (1_600_000_000, 1_700_000_000);
    let flags = KeyFlags::empty().set_certification().set_signing();
    let builder = CertBuilder::new().add_userid("fred").set_creation_time(at(made)).set_primary_key_flags(flags);
    let old = builder.set_validity_period(Duration::from_secs(150_000_000)).generate().expect("a key").0;
    let mut pair = old.primary_key().key().clone().parts_into_secret().expect("a secret").into_keypair().expect("a pair");
    let user = old.userids().next().expect("a user");
    let direct = old.primary_key().self_signatures().next().expect("a signature").clone();
    let again = |own: Signature| {
        let builder = SignatureBuilder::from(own).set_signature_creation_time(at(moved)).expect("a time");
        builder.set_key_validity_period(None).expect("no end")
    };
    let direct = again(direct).sign_direct_key(&mut pair, None).expect("signed");
    let binding = user.self_signatures().next().expect("a signature").clone();
    let binding = again(binding).sign_userid_binding(&mut pair, None, user.userid()).expect("signed");
    let primary = Packet::from(old.primary_key().key().clone().role_into_primary());
    let packets = [primary, direct.into(), user.userid().clone().into(), binding.into()];
    let new = Cert::from_packets(packets.into_iter()).expect("a certificate");
    let text = |cert: &Cert| {
        let mut writer = armor::Writer::new(Vec::new(), armor::Kind::PublicKey).expect("a writer");
        std::io::Write::write_all(&mut writer, &SerializeInto::to_vec(cert).expect("bytes")).expect("written");
        String::from_utf8(writer.finalize().expect("an end")).expect("text")
    };
    let (old, new) = (text(&old), text(&new));
    let warned = |here: &Path| {
        let said = tollgate(here, &["policy", "check"], "").stdout;
        assert!(said.contains("person fred"), "{said}");
        said.contains("warning: its self-signatures from before")
    };
    let add = |here: &Path, input: &str| tollgate(here, &["keys", "add", "fred", "--pgp", "-"], input);
    let alone = tempfile::tempdir().expect("a folder");
    assert_eq!(add(alone.path(), &new).status, 0);
    assert!(warned(alone.path()));
    let standing = |here: &Path| tollgate(here, &["policy", "check"], "").stdout;
    assert!(standing(alone.path()).contains("can sign, without an end"), "{}", standing(alone.path()));
    // The older one brings back what is missing, and the newer one takes nothing away.
    for order in [[&new, &old, &new], [&old, &new, &old]] {
        let here = tempfile::tempdir().expect("a folder");
        for (at, input) in order.into_iter().enumerate() {
            let ran = add(here.path(), input);
            assert_eq!(ran.status, 0, "{}", ran.stderr);
            assert_eq!(ran.stdout.contains("what the older file said of the key is kept"), at > 0, "{}", ran.stdout);
            assert_eq!(ran.stdout.contains("nothing changed"), at == 2, "{}", ran.stdout);
        }
        assert!(!warned(here.path()));
        let said = standing(here.path());
        assert!(said.contains("can sign, without an end"), "the newest words count: {said}");
    }
}
