//! Owns looking at a signature packet before it is verified: its type, its version, and that every subpacket on which a
//! decision rests stands once, in the area that the signature covers. Refuses to believe who made it.

use sequoia_openpgp as openpgp;

use openpgp::packet::Signature;
use openpgp::packet::signature::subpacket::SubpacketTag;
use openpgp::types::SignatureType;
use openpgp::{KeyHandle, Packet};

use super::certificate::for_each;
use super::seconds;

/// Packets in one block.
const MOST_SIGNATURES: usize = 16;
/// Subpackets on which a decision rests.
const DECIDING: [SubpacketTag; 6] = [
    SubpacketTag::SignatureCreationTime,
    SubpacketTag::SignatureExpirationTime,
    SubpacketTag::KeyFlags,
    SubpacketTag::KeyExpirationTime,
    SubpacketTag::Issuer,
    SubpacketTag::IssuerFingerprint,
];
/// What may stand where no signature covers it without being told.
const HARMLESS: [SubpacketTag; 3] = [SubpacketTag::Issuer, SubpacketTag::IssuerFingerprint, SubpacketTag::EmbeddedSignature];

/// A signature packet that is fit to be verified.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The packet.
    pub(super) signature: Signature,
    /// Its one creation time, in seconds since the epoch.
    pub(super) time: i64,
    /// Keys that it claims to be made by: where to look, never who it was.
    pub(super) claims: Vec<KeyHandle>,
    /// What stands where nothing signs it, beyond the harmless.
    pub(super) unusual: Option<&'static str>,
}

/// The signatures of a block's bytes: detached signatures and nothing else, and of each whether bytes follow its numbers in the packet.
///
/// # Errors
/// What is wrong with the block, as a clause.
pub(super) fn packets(bytes: &[u8]) -> Result<Vec<(Signature, bool)>, String> {
    let mut all = Vec::new();
    for_each(bytes, |packet, followed| match packet {
        Packet::Signature(signature) if all.len() < MOST_SIGNATURES => {
            all.push((signature.clone(), followed));
            Ok(())
        }
        Packet::Signature(_) => Err(format!("it holds more than {MOST_SIGNATURES} signatures")),
        Packet::Unknown(unknown) if unknown.tag() == openpgp::packet::Tag::Signature => {
            Err("it holds a signature of a version or form that is not read".to_owned())
        }
        other => Err(format!("it holds a packet that is no signature ({})", other.tag())),
    })?;
    if all.is_empty() { Err("it holds no signature".to_owned()) } else { Ok(all) }
}

/// Looks at one packet; `followed`: bytes stand after its numbers.
///
/// # Errors
/// Why it cannot be believed, as a clause.
pub(super) fn candidate(signature: Signature, followed: bool) -> Result<Candidate, String> {
    if signature.typ() != SignatureType::Binary {
        return Err(format!("its type is {}, not that of a document's bytes: it would fit other bytes too", signature.typ()));
    }
    for tag in DECIDING {
        if signature.hashed_area().iter().filter(|subpacket| subpacket.tag() == tag).count() > 1 {
            return Err(format!("it states {tag:?} twice"));
        }
    }
    let hashed = |tag| signature.hashed_area().iter().any(|subpacket| subpacket.tag() == tag);
    let time = signature.signature_creation_time().map(seconds);
    let Some(time) = time.filter(|_| hashed(SubpacketTag::SignatureCreationTime)) else {
        return Err("it does not state its time where the signature covers it".to_owned());
    };
    let stray = signature.unhashed_area().iter().any(|subpacket| !HARMLESS.contains(&subpacket.tag()));
    let unusual = match (stray, followed) {
        (true, _) => Some("its uncovered area holds more than the issuer"),
        (_, true) => Some("bytes follow the numbers in its packet, which nothing signs"),
        _ => None,
    };
    let claims = claims(&signature);
    Ok(Candidate { signature, time, claims, unusual })
}

/// The full fingerprints of the keys that the signatures of a block name where they are covered; nothing verifies that they made them.
pub(in crate::signing) fn issuers(bytes: &[u8]) -> Vec<String> {
    let packets = packets(bytes).unwrap_or_default();
    let candidates = packets.into_iter().filter_map(|(packet, followed)| candidate(packet, followed).ok());
    let full = |claim: &KeyHandle| match claim {
        KeyHandle::Fingerprint(fingerprint) => Some(fingerprint.to_hex()),
        KeyHandle::KeyID(_) => None,
    };
    candidates.flat_map(|one| one.claims.iter().filter_map(full).collect::<Vec<_>>()).collect()
}

/// The times that the signatures of a block claim, in seconds since the epoch; nothing verifies them.
pub(in crate::signing) fn times(bytes: &[u8]) -> Vec<i64> {
    let packets = packets(bytes).unwrap_or_default();
    packets.iter().filter_map(|(packet, _)| packet.signature_creation_time().map(seconds)).collect()
}

/// Covered claims alone where there are any: an uncovered one beside them can only mislead.
fn claims(signature: &Signature) -> Vec<KeyHandle> {
    use openpgp::packet::signature::subpacket::SubpacketValue;
    let of = |area: &openpgp::packet::signature::subpacket::SubpacketArea| -> Vec<KeyHandle> {
        let handle = |value: &SubpacketValue| match value {
            SubpacketValue::Issuer(id) => Some(KeyHandle::from(id.clone())),
            SubpacketValue::IssuerFingerprint(fingerprint) => Some(KeyHandle::from(fingerprint.clone())),
            _ => None,
        };
        area.iter().filter_map(|subpacket| handle(subpacket.value())).collect()
    };
    let covered = of(signature.hashed_area());
    if covered.is_empty() { of(signature.unhashed_area()) } else { covered }
}
