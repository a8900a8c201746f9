//! Owns what a changed byte does to a verified tag: in the payload it is never verified, in a signature block it is rejected or
//! leaves payload, signer and time the same. Every byte of real blocks, by the same function that the command calls.

use tollgate::signing::signed::{self, Signer};
use tollgate::signing::tag_object;
use tollgate::signing::trust::Trust;

use super::case;
use super::repository::{Built, payload, tag_bytes};

/// One tag of every kind of key and of chained blocks, all accepted by the policy `plain` or `programs`.
const VERIFIED: [&str; 14] = [
    "v1.1",
    "bob-v1.1",
    "six",
    "curve",
    "a12a",
    "a12c",
    "a14a",
    "ssh-ecdsa",
    "ssh-rsa",
    "b62",
    // Made by gpg and ssh-keygen themselves.
    "gpg-rsa",
    "gpg-eddsa",
    "keygen-ed25519",
    "keygen-rsa",
];

/// Everybody of the policy `plain`, and the keys that gpg and ssh-keygen made.
fn trust() -> Trust {
    let of = |id: &str| {
        let case = case::named(id);
        Built::new(&case).trust(&case)
    };
    let mut trust = of("control");
    trust.people.extend(of("made-by-gpg-rsa").people);
    trust
}

/// Who signed, when, over which bytes; `None`: it is refused.
fn verified(bytes: &[u8], trust: &Trust) -> Option<(Vec<u8>, Vec<Signer>)> {
    let tag = tag_object::parse_strict(bytes).ok()?;
    let signed = signed::verify(bytes, tag.message, tag.tagger_time?, trust).ok()?;
    let mut signers = signed.signers;
    signers.iter_mut().for_each(|signer| signer.notes.clear());
    Some((bytes[..signed.payload].to_vec(), signers))
}

/// What `policy check` says of a key is what a tag by it would meet.
#[test]
fn a_key_that_verifies_nothing_is_not_said_to_sign() {
    for (policy, person, says) in [
        ("unread-unhashed", "hurt", "a revocation that cannot be read"),
        ("unread-five", "hurt", "a packet of version 5, which is not known"),
        ("unread-algorithm", "hurt", "its algorithm, "),
        ("unread-sub", "hurt", "a revocation that cannot be read"),
        ("revoked-no-time", "hurt", "it is revoked"),
        ("revoked-then-soft", "hurt", "it is revoked"),
        ("revoked-sub", "hurt", "its key is revoked"),
        ("plain", "long", "RSA of 4608 bits, which is not supported"),
        ("plain", "longsub", "RSA of 4608 bits, which is not supported"),
        ("plain", "odd", "RSA of 2047 bits, which is too weak"),
        ("plain", "dsa", "DSA of 1024 bits, which is too weak"),
    ] {
        let mut case = case::named("control");
        case.policy = policy.to_owned();
        let trust = Built::new(&case).trust(&case);
        let held = trust.people.iter().find(|held| held.name == person).expect("a person");
        let problem = held.keys(trust.now, trust.sha1_self_signatures)[0].problem.clone().unwrap_or_default();
        assert!(problem.contains(says), "{policy}, {person}: {problem:?}");
    }
    // What the policy allows for tags it allows for whoever may sign them.
    let allowed = case::named("sha1-self-allowed");
    let trust = Built::new(&allowed).trust(&allowed);
    let problems = |sha1: bool| {
        let keys = trust.people.iter().flat_map(|person| person.keys(trust.now, sha1));
        keys.filter_map(|key| key.problem).collect::<Vec<_>>()
    };
    assert!(trust.sha1_self_signatures);
    assert!(!problems(true).iter().any(|problem| problem.contains("SHA-1") || problem.contains("SHA1")), "{:?}", problems(true));
    assert!(problems(false).iter().any(|problem| problem.starts_with("its own signatures use SHA-1")), "{:?}", problems(false));
    let mut case = case::named("control");
    case.policy = "unread-other".to_owned();
    let key = Built::new(&case).trust(&case).people[0].keys(1_780_272_000, false)[0].clone();
    assert_eq!((key.problem, key.ignored), (None, 1), "an outsider's");
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
        // A checksum that is wrong is a note there, too.
        let most = if lenient { 1200 } else { 400 };
        assert!(kept < most, "{kept} changes inside of blocks are not noticed");
    }
}

/// The bytes inside the armor of a tag's last block, and the tag with other bytes there.
fn inside(bytes: &[u8]) -> (Vec<u8>, impl Fn(&[u8]) -> Vec<u8>) {
    use base64ct::{Base64, Encoding as _};
    let start = bytes.windows(11).rposition(|window| window == b"-----BEGIN ").expect("a block");
    let text = String::from_utf8(bytes[start..].to_vec()).expect("text");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let inner: String =
        lines[1..lines.len() - 1].iter().filter(|line| !line.is_empty() && !line.starts_with('=')).cloned().collect();
    let packets = Base64::decode_vec(&inner).expect("base64");
    let (first, last) = (lines[0].clone(), lines[lines.len() - 1].clone());
    let before = bytes[..start].to_vec();
    let with = move |packets: &[u8]| {
        let body = Base64::encode_string(packets);
        let folded: Vec<&str> = body.as_bytes().chunks(64).map(|chunk| std::str::from_utf8(chunk).expect("text")).collect();
        let gap = if first.contains("PGP") { "\n" } else { "" };
        let block = format!("{first}\n{gap}{}\n{last}\n", folded.join("\n"));
        [&before[..], block.as_bytes()].concat()
    };
    (packets, with)
}

/// Every place of the bytes where a length of four bytes and as many bytes stand, the innermost first.
fn fields(bytes: &[u8], from: usize, to: usize, above: &[usize], found: &mut Vec<Vec<usize>>) {
    let mut at = from;
    while at + 4 <= to {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four")) as usize;
        let Some(end) = (at + 4).checked_add(length).filter(|end| *end <= to) else { return };
        let chain: Vec<usize> = above.iter().copied().chain([at]).collect();
        if length > 4 {
            fields(bytes, at + 4, end, &chain, found);
        }
        found.push(chain);
        at = end;
    }
}

/// Bytes added anywhere inside of a block, and in an SSH block at the end of every field with all lengths around it set right: what no
/// signature covers must not be there, whatever the kind of key.
#[test]
fn a_byte_more_inside_a_block_is_refused_or_changes_nothing() {
    let trust = trust();
    for file in VERIFIED {
        let bytes = tag_bytes(file);
        let as_it_is = verified(&bytes, &trust).expect("verified");
        let (packets, with) = inside(&bytes);
        assert_eq!(verified(&with(&packets), &trust).as_ref(), Some(&as_it_is), "{file} written again");
        let is_ssh = packets.starts_with(b"SSHSIG");
        for at in 0..=packets.len() {
            for more in [&b"\0"[..], b"x", b"\0\0\0\0", b"anything at all"] {
                let longer = [&packets[..at], more, &packets[at..]].concat();
                if let Some(found) = verified(&with(&longer), &trust) {
                    assert!(!is_ssh && found == as_it_is, "{file}: {more:?} at {at} is verified");
                }
            }
        }
        let mut chains = Vec::new();
        if is_ssh {
            fields(&packets, 10, packets.len(), &[], &mut chains);
            assert!(chains.len() >= 7, "{file}: {chains:?}");
        }
        for chain in chains {
            for more in [&b"\0"[..], b"anything at all"] {
                let last = chain[chain.len() - 1];
                let length = |at: usize| u32::from_be_bytes(packets[at..at + 4].try_into().expect("four"));
                let end = last + 4 + length(last) as usize;
                let mut longer = [&packets[..end], more, &packets[end..]].concat();
                for at in &chain {
                    longer[*at..at + 4].copy_from_slice(&(length(*at) + more.len() as u32).to_be_bytes());
                }
                assert!(verified(&with(&longer), &trust).is_none(), "{file}: {more:?} at the end of {chain:?} is verified");
            }
        }
    }
}

/// The same below the armor: every bit of the decoded packets.
#[test]
fn a_changed_bit_of_a_packet_is_refused_or_changes_nothing() {
    let trust = trust();
    for file in ["v1.1", "six", "bob-v1.1", "a14a", "b62", "gpg-eddsa", "keygen-ed25519"] {
        let bytes = tag_bytes(file);
        let as_it_is = verified(&bytes, &trust).expect("verified");
        let (packets, with) = inside(&bytes);
        for at in 0..packets.len() {
            for bit in 0..8 {
                let mut changed = packets.clone();
                changed[at] ^= 1 << bit;
                if let Some(found) = verified(&with(&changed), &trust) {
                    assert_eq!(found, as_it_is, "{file}: bit {bit} of byte {at}");
                }
            }
        }
    }
}
