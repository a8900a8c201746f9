//! Owns what a changed byte does to a verified tag: in the payload it is never verified, in a signature block it is rejected or
//! leaves payload, signer and time the same. Every byte of real blocks, by the same function that the command calls.

use tollgate::signing::signed::{self, Signer};
use tollgate::signing::tag_object;
use tollgate::signing::trust::Trust;

use super::case;
use super::repository::{Built, payload, tag_bytes};

/// One tag of every kind of key and of chained blocks, all accepted by the policy `plain`.
const VERIFIED: [&str; 9] = ["v1.1", "bob-v1.1", "six", "curve", "a12a", "a12c", "a14a", "ssh-ecdsa", "b62"];

fn trust() -> Trust {
    let case = case::named("control");
    Built::new(&case).trust(&case)
}

/// Who signed, when, over which bytes; `None`: it is refused.
fn verified(bytes: &[u8], trust: &Trust) -> Option<(Vec<u8>, Vec<Signer>)> {
    let tag = tag_object::parse_strict(bytes).ok()?;
    let signed = signed::verify(bytes, tag.message, tag.tagger_time?, trust).ok()?;
    let mut signers = signed.signers;
    signers.iter_mut().for_each(|signer| signer.notes.clear());
    Some((bytes[..signed.payload].to_vec(), signers))
}

#[test]
fn no_changed_byte_of_a_payload_is_verified() {
    let trust = trust();
    for file in VERIFIED {
        let bytes = tag_bytes(file);
        assert!(verified(&bytes, &trust).is_some(), "{file} is verified as it is");
        for at in 0..payload(&bytes) {
            for change in [0x01, 0x20, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                assert!(verified(&changed, &trust).is_none(), "{file}: byte {at} changed by {change:#x} is verified");
            }
        }
        for at in [0, payload(&bytes) / 2, payload(&bytes)] {
            let mut longer = bytes.clone();
            longer.insert(at, b'x');
            assert!(verified(&longer, &trust).is_none(), "{file}: a byte more at {at} is verified");
            let mut shorter = bytes.clone();
            shorter.remove(at.min(payload(&bytes) - 1));
            assert!(verified(&shorter, &trust).is_none(), "{file}: a byte less at {at} is verified");
        }
    }
}

#[test]
fn a_changed_byte_of_a_block_is_refused_or_changes_nothing() {
    let mut trust = trust();
    for lenient in [false, true] {
        trust.lenient_armor = lenient;
        let mut kept = 0;
        for file in VERIFIED {
            let bytes = tag_bytes(file);
            let as_it_is = verified(&bytes, &trust).expect("verified");
            let people =
                |signers: &[Signer]| signers.iter().filter(|signer| signer.person.is_some()).cloned().collect::<Vec<_>>();
            for at in payload(&bytes)..bytes.len() {
                for change in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] {
                    let mut changed = bytes.clone();
                    changed[at] ^= change;
                    let Some((payload, signers)) = verified(&changed, &trust) else { continue };
                    kept += 1;
                    assert_eq!(payload, as_it_is.0, "{file}: byte {at} by {change:#x} gives another payload");
                    // Of two signers one may become unknown; nobody and no time is added.
                    for signer in people(&signers) {
                        assert!(as_it_is.1.contains(&signer), "{file}: byte {at} by {change:#x} gives {signer:?}");
                    }
                }
            }
        }
        assert!(kept < 400, "{kept} changes inside of blocks are not noticed");
    }
}

/// The same below the armor: every bit of the decoded packets.
#[test]
fn a_changed_bit_of_a_packet_is_refused_or_changes_nothing() {
    use base64ct::{Base64, Encoding as _};
    let trust = trust();
    for file in ["v1.1", "six", "bob-v1.1", "a14a", "b62"] {
        let bytes = tag_bytes(file);
        let as_it_is = verified(&bytes, &trust).expect("verified");
        let start = payload(&bytes);
        let text = String::from_utf8(bytes[start..].to_vec()).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        let inner: String =
            lines[1..lines.len() - 1].iter().filter(|line| !line.is_empty() && !line.starts_with('=')).copied().collect();
        let packets = Base64::decode_vec(&inner).expect("base64");
        for at in 0..packets.len() {
            for bit in 0..8 {
                let mut changed = packets.clone();
                changed[at] ^= 1 << bit;
                let body = Base64::encode_string(&changed);
                let folded: Vec<&str> =
                    body.as_bytes().chunks(64).map(|chunk| std::str::from_utf8(chunk).expect("text")).collect();
                let gap = if lines[0].contains("PGP") { "\n" } else { "" };
                let block = format!("{}\n{gap}{}\n{}\n", lines[0], folded.join("\n"), lines[lines.len() - 1]);
                let whole = [&bytes[..start], block.as_bytes()].concat();
                if let Some(found) = verified(&whole, &trust) {
                    assert_eq!(found, as_it_is, "{file}: bit {bit} of byte {at}");
                }
            }
        }
    }
}
