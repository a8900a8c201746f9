//! Owns revocations in a certificate that nobody here can read: of a version that is not known, of bytes that do not parse, by an
//! algorithm that is not computed with. The library leaves such packets out, and each may say that the key is stolen. Refuses to guess
//! what they say, and what is an outsider's by its own word.

use sequoia_openpgp as openpgp;

use openpgp::packet::Signature;
use openpgp::types::SignatureType;
use openpgp::{Fingerprint, KeyHandle, KeyID};

/// Of a certificate, whatever its version is.
const KEY: u8 = 0x20;
/// Of a subkey.
const SUBKEY: u8 = 0x28;
/// The subpacket with a short issuer.
const ISSUER: u8 = 16;
/// The subpacket with a full one.
const ISSUER_FINGERPRINT: u8 = 33;

/// A signature packet that may be a revocation and is not read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unread {
    /// Why it is not, as a clause.
    pub(super) why: String,
    /// Of what kind it is, where even that is told.
    kind: Option<u8>,
    /// Keys that it claims to be made by, as far as they are told.
    claims: Vec<KeyHandle>,
}

impl Unread {
    /// A packet whose body the library does not parse.
    pub(super) fn packet(body: &[u8]) -> Self {
        let version = body.first().copied();
        let (kind, areas, width) = match version {
            Some(2 | 3) => (2, None, 0),
            Some(4 | 5) => (1, Some(4), 2),
            Some(6) => (1, Some(4), 4),
            _ => (usize::MAX, None, 0),
        };
        let why = match version {
            Some(version @ (2..=4 | 6)) => format!("a packet of version {version} that does not parse"),
            Some(version) => format!("a packet of version {version}, which is not known"),
            None => "an empty packet".to_owned(),
        };
        let short = || body.get(7..15).map(|id| KeyHandle::from(KeyID::from_bytes(id))).into_iter().collect();
        let claims = match areas {
            Some(at) => body.get(at..).map(|areas| claims(areas, width)).unwrap_or_default(),
            None if kind == 2 => short(),
            None => Vec::new(),
        };
        Self { why, kind: body.get(kind).copied(), claims }
    }

    /// A signature whose digest or algorithm is not computed with.
    pub(super) fn signature(signature: &Signature) -> Option<Self> {
        let why = match () {
            () if !signature.hash_algo().is_supported() => {
                format!("its digest, {}, cannot be computed here", signature.hash_algo())
            }
            () if !signature.pk_algo().is_supported() => {
                format!("its algorithm, {}, cannot be computed here", signature.pk_algo())
            }
            () => return None,
        };
        let kind = match signature.typ() {
            SignatureType::KeyRevocation => KEY,
            SignatureType::SubkeyRevocation => SUBKEY,
            _ => return None,
        };
        Some(Self { why, kind: Some(kind), claims: signature.get_issuers() })
    }

    /// Whether it may revoke the certificate or, where `subkey`, one of its subkeys, by the word of one of `by`; a packet does not say of which
    /// subkey it is.
    pub(super) fn may_revoke(&self, subkey: bool, by: &[KeyHandle]) -> bool {
        let revokes = self.kind.is_none_or(|kind| kind == KEY || kind == SUBKEY && subkey);
        let claimed = |claim: &KeyHandle| by.iter().any(|one| claim.aliases(one));
        revokes && (self.claims.is_empty() || self.claims.iter().any(claimed))
    }
}

/// Who made a signature, as the subpackets of its two areas say, up to the first that is no such thing.
fn claims(areas: &[u8], width: usize) -> Vec<KeyHandle> {
    let mut all = Vec::new();
    let mut rest = areas;
    for _ in 0..2 {
        let Some((length, after)) = rest.split_at_checked(width) else { break };
        let length = length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        let area = &after[..length.min(after.len())];
        rest = &after[area.len()..];
        subpackets(area, &mut all);
    }
    all
}

fn subpackets(mut area: &[u8], all: &mut Vec<KeyHandle>) {
    while let Some((subpacket, after)) = subpacket(area) {
        match subpacket.split_first() {
            Some((kind, id)) if kind & 0x7f == ISSUER && id.len() == 8 => all.push(KeyID::from_bytes(id).into()),
            Some((kind, value)) if kind & 0x7f == ISSUER_FINGERPRINT => {
                let fingerprint = value.split_first().and_then(|(version, id)| Fingerprint::from_bytes(*version, id).ok());
                all.extend(fingerprint.filter(|id| !matches!(id, Fingerprint::Unknown { .. })).map(KeyHandle::from));
            }
            _ => {}
        }
        area = after;
    }
}

/// The first subpacket of an area, kind and value, and what follows it.
fn subpacket(area: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = area.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ 0..192 => (short, rest),
        255 => {
            let (length, rest) = rest.split_first_chunk::<4>()?;
            (usize::try_from(u32::from_be_bytes(*length)).ok()?, rest)
        }
        long => {
            let (second, rest) = rest.split_first()?;
            ((long - 192) * 256 + usize::from(*second) + 192, rest)
        }
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(bytes: &[u8]) -> KeyHandle {
        KeyHandle::from(KeyID::from_bytes(bytes))
    }

    #[test]
    fn what_is_not_read_may_be_a_revocation_unless_it_says_otherwise() {
        let (own, other) = ([handle(&[1; 8])], [handle(&[2; 8])]);
        // Version, kind, algorithm, digest, the covered area, and a cut one.
        let packet = |version: u8, kind: u8| {
            let area = [&[9, ISSUER][..], &[1; 8]].concat();
            [&[version, kind, 1, 8, 0, 10][..], &area, &[0, 99, 50]].concat()
        };
        for version in [4, 5] {
            let revocation = Unread::packet(&packet(version, KEY));
            assert!(revocation.may_revoke(false, &own) && revocation.may_revoke(true, &own), "{revocation:?}");
            assert!(!revocation.may_revoke(false, &other), "{revocation:?}");
            let of_subkey = Unread::packet(&packet(version, SUBKEY));
            assert!(!of_subkey.may_revoke(false, &own) && of_subkey.may_revoke(true, &own));
            assert!(!Unread::packet(&packet(version, 0x13)).may_revoke(true, &own));
        }
        for body in [&[][..], &[9, 0x13], &[4, KEY], &[6, KEY, 1, 8, 0xff, 0xff, 0xff, 0xff], &[4, KEY, 1, 8, 0, 9, 255, 0xff]] {
            assert!(Unread::packet(body).may_revoke(true, &own), "{body:?}");
        }
        let old = [&[3, 5, KEY][..], &[0; 4], &[1; 8]].concat();
        assert!(Unread::packet(&old).may_revoke(false, &own) && !Unread::packet(&old).may_revoke(false, &other));
    }
}
