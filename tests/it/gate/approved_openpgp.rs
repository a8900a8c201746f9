//! Owns which OpenPGP keys approve a weaker policy: what the base's certificate says of the key today decides, whatever time the signature claims
//! and whatever the head makes of that certificate.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sequoia_openpgp::cert::prelude::*;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::serialize::{MarshalInto, SerializeInto};
use sequoia_openpgp::types::{KeyFlags, ReasonForRevocation, SignatureType};
use sequoia_openpgp::{Packet, armor};

use super::checkout::Checkout;
use super::proposed::{Change, MADE, Made, RHEA};
use super::{CODE, GATES, MAIN, POLICY, PROJECT};

/// The first of January 2025 and of 2026; what is signed is of between.
const BORN: u64 = 1_735_689_600;
const OVER: u64 = 1_767_225_600;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn armored(kind: armor::Kind, bytes: &[u8]) -> String {
    let mut writer = armor::Writer::new(Vec::new(), kind).expect("a writer");
    std::io::Write::write_all(&mut writer, bytes).expect("written");
    String::from_utf8(writer.finalize().expect("an end")).expect("text")
}

fn certificate(expires: Option<u64>) -> Cert {
    let builder = CertBuilder::new().add_userid("rhea").set_creation_time(at(BORN));
    let builder = builder.set_validity_period(expires.map(|end| Duration::from_secs(end - BORN)));
    builder.set_primary_key_flags(KeyFlags::empty().set_certification().set_signing()).generate().expect("a key").0
}

fn public(cert: &Cert) -> String {
    armored(armor::Kind::PublicKey, &SerializeInto::to_vec(cert).expect("bytes"))
}

fn sign(cert: &Cert, text: &str) -> String {
    let key = cert.primary_key().key().clone().parts_into_secret().expect("a secret");
    let mut pair = key.into_keypair().expect("a pair");
    let time = at(u64::try_from(MADE).expect("after 1970"));
    let builder = SignatureBuilder::new(SignatureType::Binary).set_signature_creation_time(time).expect("a time");
    let signature = builder.sign_message(&mut pair, text.as_bytes()).expect("signed");
    armored(armor::Kind::Signature, &MarshalInto::to_vec(&Packet::from(signature)).expect("bytes"))
}

fn revoked(cert: &Cert, why: ReasonForRevocation) -> Cert {
    let key = cert.primary_key().key().clone().parts_into_secret().expect("a secret");
    let mut pair = key.into_keypair().expect("a pair");
    let builder = CertRevocationBuilder::new().set_reason_for_revocation(why, b"").expect("a reason");
    let builder = builder.set_signature_creation_time(at(OVER)).expect("a time");
    let revocation = builder.build(&mut pair, cert, None).expect("a revocation");
    cert.clone().insert_packets(revocation).expect("inserted").0
}

/// A change of a policy whose owner has this key, by the certificate at the base; the head may bring another one.
fn told(cert: &Cert, later: &Cert) -> (i32, String) {
    let fingerprint = cert.fingerprint().to_hex();
    let path = format!(".tollgate/keys/{fingerprint}.asc");
    let policy = |level: &str| {
        format!(
            "[gate]\npolicy_review = \"signed\"\n[rules]\npython-static-analysis = \"{level}\"\n[people.rhea]\nforge = \"rhea\"\nroles = [\"policy-owner\"]\npgp = [{{ fingerprint = \"{fingerprint}\" }}]\n"
        )
    };
    let (before, after, old, new) = (policy("error"), policy("off"), public(cert), public(later));
    let checkout = Checkout::new();
    let base = checkout.commit(&[CODE, PROJECT, GATES, (POLICY, &before), (&path, &old)], &[]);
    let head = checkout.commit(&[CODE, PROJECT, GATES, (POLICY, &after), (&path, &new)], &[base]);
    checkout.branch(MAIN, base);
    let mut change = Change { checkout, base, head };
    let made = Made::by(RHEA, "rhea", &change.digests());
    change.head = change.write_signed(&made, &[change.head], Some(&|text| sign(cert, text)));
    change.told()
}

#[test]
fn the_bases_certificate_says_whether_a_key_counts_today() {
    let (good, expired) = (certificate(None), certificate(Some(OVER)));
    let said = told(&good, &good);
    assert!(said.0 == 0 && said.1.contains("rhea has signed exactly this change"), "{said:?}");
    let said = told(&expired, &expired);
    assert!(said.0 == 1 && said.1.contains("the key by which rhea signed it is over"), "{said:?}");
    for why in [ReasonForRevocation::KeyRetired, ReasonForRevocation::KeyCompromised] {
        let said = told(&revoked(&good, why), &good);
        assert!(said.0 == 1 && !said.1.contains("exactly this change in"), "{why}: {said:?}");
    }
}
