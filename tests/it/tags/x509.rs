//! Owns what becomes of a release that X.509 signed, alone, over or under others, and countersigned: nothing verifies it, nothing that it
//! says makes anything pass, and what it says of its time is held against leavers.

use base64ct::{Base64, Encoding as _};
use sequoia_openpgp::cert::CertBuilder;

use super::late::{JULY, Keys, LATER_IN_MAY, MAY, ask, commit, tag};

const ACCEPT: &str = "accept = [\"tag\", \"countersign\"]";

/// A message that states when it was signed, as a UTCTime, and has nothing else.
fn cms(time: &str) -> String {
    let mut bytes = b"\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05\x31\x0f\x17\x0d".to_vec();
    bytes.extend_from_slice(time.as_bytes());
    let body = Base64::encode_string(&bytes);
    format!("-----BEGIN SIGNED MESSAGE-----\n{body}\n-----END SIGNED MESSAGE-----\n")
}

const IN_MAY: &str = "240510000000Z";
const IN_JULY: &str = "240701000000Z";

#[test]
fn a_block_of_x509_is_not_verified_wherever_it_stands() {
    let keys = Keys::new();
    let plain = tag(&commit(), "commit", "v3.0", MAY);
    let alone = plain.clone() + &cms(IN_MAY);
    let over = keys.by_alice(&plain) + &cms(IN_MAY);
    let under = keys.by_alice(&alone);
    let between = keys.by(&keys.dave, &over, MAY);
    for (what, release) in [("alone", &alone), ("over", &over), ("under", &under), ("between", &between)] {
        let found = ask(&keys, "", release, None);
        assert_eq!(
            (found.verdict.as_str(), found.step.as_deref()),
            ("indeterminate", Some("algorithm")),
            "{what}: {}",
            found.text
        );
        assert!(found.text.contains("X.509 (gpgsm or gitsign), which is not verified"), "{what}: {}", found.text);
        // Two people have to sign: it is none of them.
        let found = ask(&keys, "min_signatures = 2", release, Some((&keys.dave, MAY)));
        assert_eq!(found.verdict, "indeterminate", "{what}: {}", found.text);
        // Somebody else vouches for it, where the policy lets him.
        let found = ask(&keys, ACCEPT, release, Some((&keys.dave, MAY)));
        assert_eq!(found.verdict, "verified", "{what}: {}", found.text);
        assert!(
            found.text.contains("a countersignature stands for it") && found.text.contains("X.509"),
            "{what}: {}",
            found.text
        );
    }
}

/// A signature that does not fit is made good by nobody, whatever stands over it.
#[test]
fn a_block_that_does_not_fit_is_found_under_one_that_is_not_verified() {
    let keys = Keys::new();
    let plain = tag(&commit(), "commit", "v3.0", MAY);
    let other = keys.by_alice(&tag(&commit(), "commit", "v2.9", MAY));
    let signature = &other[other.find("-----BEGIN").expect("a block")..];
    let broken = plain + signature;
    let (stranger, _) = CertBuilder::new().add_userid("mallory").add_signing_subkey().generate().expect("a key");
    let by_stranger = keys.by(&stranger, &broken, MAY);
    let expired = keys.by(&keys.bob, &broken, JULY);
    for (what, release) in [("x509", broken.clone() + &cms(IN_MAY)), ("a stranger", by_stranger), ("a leaver", expired)] {
        for policy in ["", ACCEPT] {
            let found = ask(&keys, policy, &release, Some((&keys.dave, MAY)));
            assert_eq!((found.verdict.as_str(), found.step.as_deref()), ("rejected", Some("block")), "{what}: {}", found.text);
        }
    }
}

#[test]
fn what_it_says_of_its_time_is_held_against_a_leaver_and_for_nobody() {
    let keys = Keys::new();
    for (tagger, time, by_bob) in [
        (MAY, IN_MAY, "verified"),
        (MAY, IN_JULY, "indeterminate"),
        (JULY, IN_MAY, "indeterminate"),
        (JULY, IN_JULY, "indeterminate"),
    ] {
        let release = tag(&commit(), "commit", "v3.0", tagger) + &cms(time);
        let found = ask(&keys, ACCEPT, &release, Some((&keys.bob, LATER_IN_MAY)));
        assert_eq!(found.verdict, by_bob, "{tagger} {time}: {}", found.text);
        assert_eq!(found.text.contains("what is signed was made after the end"), by_bob != "verified", "{}", found.text);
        // Whose time is not over is not asked.
        let found = ask(&keys, ACCEPT, &release, Some((&keys.dave, LATER_IN_MAY)));
        assert_eq!(found.verdict, "verified", "{tagger} {time}: {}", found.text);
        // Nor does an early time help somebody whose signature is late.
        let found = ask(&keys, ACCEPT, &release, Some((&keys.bob, JULY)));
        assert_eq!(found.verdict, "indeterminate", "{tagger} {time}: {}", found.text);
    }
}
