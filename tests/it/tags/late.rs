//! Owns signatures that claim a time before the things that they are over: tags made here, with keys of the test, since no program dates a
//! signature back of its own accord.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sequoia_openpgp::cert::prelude::*;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::serialize::{MarshalInto, SerializeInto};
use sequoia_openpgp::types::SignatureType;
use sequoia_openpgp::{Packet, armor};
use ssh_key::private::{Ed25519Keypair, PrivateKey};
use ssh_key::{HashAlg, LineEnding};
use tempfile::TempDir;

use super::case::{self, Case};
use super::repository::{Built, Found, write_tag};

/// The first of May, the twentieth of May and the first of July 2024; both leavers end on the first of June.
pub(super) const MAY: i64 = 1_714_521_600;
pub(super) const LATER_IN_MAY: i64 = 1_716_163_200;
pub(super) const JULY: i64 = 1_719_792_000;
/// New year of 2099.
const FUTURE: i64 = 4_070_908_800;
const EXPIRY: u64 = 1_717_200_000;
const MADE: u64 = 1_704_067_200;

/// alice signs with SSH and stays; bob, dave and erin sign with OpenPGP: bob's time in the policy is over, dave's will be, and erin's key expired.
pub(super) struct Keys {
    pub(super) alice: PrivateKey,
    pub(super) bob: Cert,
    pub(super) dave: Cert,
    erin: Cert,
    folder: TempDir,
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn armored(kind: armor::Kind, bytes: &[u8]) -> String {
    let mut writer = armor::Writer::new(Vec::new(), kind).expect("a writer");
    std::io::Write::write_all(&mut writer, bytes).expect("written");
    String::from_utf8(writer.finalize().expect("an end")).expect("text")
}

impl Keys {
    pub(super) fn new() -> Self {
        let openpgp = |name: &str, expires: Option<Duration>| {
            let builder = CertBuilder::new().add_userid(name).set_creation_time(at(MADE)).set_validity_period(expires);
            builder
                .set_primary_key_flags(sequoia_openpgp::types::KeyFlags::empty().set_certification().set_signing())
                .generate()
                .expect("a key")
                .0
        };
        let alice = PrivateKey::from(Ed25519Keypair::from_seed(&[1; 32]));
        let bob = openpgp("bob", None);
        let dave = openpgp("dave", None);
        let erin = openpgp("erin", Some(Duration::from_secs(EXPIRY - MADE)));
        let folder = tempfile::tempdir().expect("a folder");
        for (name, cert) in [("bob", &bob), ("dave", &dave), ("erin", &erin)] {
            let text = armored(armor::Kind::PublicKey, &SerializeInto::to_vec(cert).expect("bytes"));
            fs::write(folder.path().join(format!("{name}.asc")), text).expect("written");
        }
        Self { alice, bob, dave, erin, folder }
    }

    pub(super) fn policy(&self, release: &str) -> std::path::PathBuf {
        let ssh = self.alice.public_key().to_openssh().expect("a key");
        let [bob, dave, erin] = [&self.bob, &self.dave, &self.erin].map(|cert| cert.fingerprint().to_hex());
        let text = format!(
            "schema = 1\n[release]\n{release}\n[people.alice]\nroles = [\"release\"]\nssh = [{{ key = \"{ssh}\" }}]\n\
             [people.bob]\nroles = [\"release\"]\nvalid_before = 2024-06-01\npgp = [{{ fingerprint = \"{bob}\", cert = \"bob.asc\" }}]\n\
             [people.dave]\nroles = [\"release\"]\nvalid_before = 2027-06-01\npgp = [{{ fingerprint = \"{dave}\", cert = \"dave.asc\" }}]\n\
             [people.erin]\nroles = [\"release\"]\npgp = [{{ fingerprint = \"{erin}\", cert = \"erin.asc\" }}]\n"
        );
        let file = self.folder.path().join("policy.toml");
        fs::write(&file, text).expect("written");
        file
    }

    pub(super) fn by_alice(&self, text: &str) -> String {
        let signature = self.alice.sign("git", HashAlg::Sha512, text.as_bytes()).expect("signed");
        format!("{text}{}", signature.to_pem(LineEnding::LF).expect("armor"))
    }

    pub(super) fn by(&self, cert: &Cert, text: &str, time: i64) -> String {
        let key = cert.primary_key().key().clone().parts_into_secret().expect("a secret");
        let mut pair = key.into_keypair().expect("a pair");
        let builder = SignatureBuilder::new(SignatureType::Binary);
        let time = at(u64::try_from(time).expect("after 1970"));
        let builder = builder.set_signature_creation_time(time).expect("a time");
        let signature = builder.sign_message(&mut pair, text.as_bytes()).expect("signed");
        let bytes = MarshalInto::to_vec(&Packet::from(signature)).expect("bytes");
        format!("{text}{}", armored(armor::Kind::Signature, &bytes))
    }
}

pub(super) fn tag(object: &str, kind: &str, name: &str, time: i64) -> String {
    format!("object {object}\ntype {kind}\ntag {name}\ntagger Somebody <somebody@example.org> {time} +0000\n\n{name}\n")
}

/// v3.0 as `release`, with a countersignature of `by` dated `claimed`, if any.
pub(super) fn ask(keys: &Keys, policy: &str, release: &str, countersign: Option<(&Cert, i64)>) -> Found {
    let over = |id: &str| {
        let by = |(cert, claimed): (&Cert, i64)| keys.by(cert, &tag(id, "tag", "countersign/v3.0/x", claimed), claimed);
        countersign.map(by).unwrap_or_default()
    };
    asked(keys, policy, release, over)
}

/// v3.0 as `release`, with what `over` makes of its id as a countersignature, if anything.
pub(super) fn asked(keys: &Keys, policy: &str, release: &str, over: impl Fn(&str) -> String) -> Found {
    let case = Case { arguments: vec!["v3.0".to_owned()], ..case::named("control") };
    let built = Built::new(&case);
    let id = write_tag(&built.repository, release.as_bytes()).to_string();
    built.plant_file("refs/tags/v3.0", format!("{id}\n").as_bytes());
    let over = over(&id);
    if !over.is_empty() {
        let over = write_tag(&built.repository, over.as_bytes());
        built.plant_file("refs/tags/countersign/v3.0/x", format!("{over}\n").as_bytes());
    }
    let mut request = built.request(&case);
    request.policy_file = Some(keys.policy(policy));
    built.ask(&request)
}

pub(super) fn commit() -> String {
    super::history::History::get().id("c1").to_string()
}

#[test]
fn a_countersignature_is_no_older_than_the_release_that_it_is_over() {
    let keys = Keys::new();
    let two = "min_signatures = 2";
    for cert in [&keys.bob, &keys.erin] {
        for (made, verdict) in [(MAY, "verified"), (JULY, "rejected")] {
            let release = keys.by_alice(&tag(&commit(), "commit", "v3.0", made));
            let found = ask(&keys, two, &release, Some((cert, LATER_IN_MAY)));
            assert_eq!(found.verdict, verdict, "{made}: {}", found.text);
            let step = (verdict == "rejected").then_some("threshold");
            assert_eq!(found.step.as_deref(), step, "{}", found.text);
            assert_eq!(found.text.contains("what is signed was made after the end"), step.is_some(), "{}", found.text);
        }
    }
}

/// Nobody signed the object of a machine; what it says of its time lies under the countersignature all the same.
#[test]
fn what_a_machine_tagged_late_no_leaver_vouches_for() {
    let keys = Keys::new();
    let accept = "accept = [\"tag\", \"countersign\"]";
    for (made, verdict) in [(MAY, "verified"), (JULY, "rejected"), (FUTURE, "rejected")] {
        let found = ask(&keys, accept, &tag(&commit(), "commit", "v3.0", made), Some((&keys.bob, LATER_IN_MAY)));
        assert_eq!(found.verdict, verdict, "{made}: {}", found.text);
    }
}

/// A wrong clock keeps nobody away whose time is not over.
#[test]
fn what_claims_a_time_that_has_not_come_is_held_against_those_alone_whose_time_is_over() {
    let keys = Keys::new();
    let accept = "accept = [\"tag\", \"countersign\"]";
    let release = tag(&commit(), "commit", "v3.0", FUTURE);
    for (cert, verdict) in [(&keys.bob, "rejected"), (&keys.erin, "rejected"), (&keys.dave, "verified")] {
        let found = ask(&keys, accept, &release, Some((cert, LATER_IN_MAY)));
        assert_eq!(found.verdict, verdict, "{}", found.text);
        assert_eq!(found.text.contains("claims a time that has not come"), verdict == "rejected", "{}", found.text);
    }
}

/// Who makes a release may pin the tagger's time, and that of a refused signature is still told.
#[test]
fn a_refused_signature_tells_when_its_release_was_made() {
    let keys = Keys::new();
    let accept = "accept = [\"tag\", \"countersign\"]";
    let text = tag(&commit(), "commit", "v3.0", MAY);
    // Before its key was made, and after it expired.
    for (made, verdict) in [(i64::try_from(MADE).expect("a time") - 86_400, "verified"), (JULY, "rejected"), (FUTURE, "rejected")]
    {
        let found = ask(&keys, accept, &keys.by(&keys.erin, &text, made), Some((&keys.bob, LATER_IN_MAY)));
        assert_eq!(found.verdict, verdict, "{made}: {}", found.text);
        let chained = keys.by_alice(&keys.by(&keys.erin, &text, made));
        let found = ask(&keys, accept, &chained, Some((&keys.bob, LATER_IN_MAY)));
        assert_eq!(found.verdict, verdict, "{made}, chained: {}", found.text);
    }
}

/// To name the commit in place of the tag object makes no signature older than the release.
#[test]
fn a_countersignature_of_the_commit_is_no_older_than_the_release() {
    let keys = Keys::new();
    let accept = "accept = [\"tag\", \"countersign\"]";
    for (made, verdict) in [(MAY, "verified"), (JULY, "rejected")] {
        let over = tag(&commit(), "commit", "countersign/v3.0/x", LATER_IN_MAY);
        let found = asked(&keys, accept, &tag(&commit(), "commit", "v3.0", made), |_| keys.by(&keys.bob, &over, LATER_IN_MAY));
        assert_eq!(found.verdict, verdict, "{made}: {}", found.text);
    }
}

#[test]
fn an_outer_block_is_no_older_than_an_inner_one() {
    let keys = Keys::new();
    for cert in [&keys.bob, &keys.erin] {
        for (made, verdict) in [(MAY, "verified"), (JULY, "rejected")] {
            let inner = keys.by_alice(&tag(&commit(), "commit", "v3.0", made));
            let found = ask(&keys, "", &keys.by(cert, &inner, LATER_IN_MAY), None);
            assert_eq!(found.verdict, verdict, "{made}: {}", found.text);
            assert!(verdict == "verified" || found.step.as_deref() == Some("time"), "{}", found.text);
        }
    }
    // One block alone is over nobody else's words: two clocks may differ.
    let own = keys.by(&keys.bob, &tag(&commit(), "commit", "v3.0", JULY), LATER_IN_MAY);
    assert_eq!(ask(&keys, "", &own, None).verdict, "verified");
}
