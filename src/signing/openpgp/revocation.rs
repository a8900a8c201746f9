//! Owns whether a certificate or a key of it is revoked. A revocation counts whatever its digest and algorithm: whoever can forge one
//! can keep a key from signing, and whoever may not revoke any more by a weak digest could not say that the key is stolen. A hard one
//! counts whatever time it states, and beside whatever softer reason. Refuses revocations by others, which are `certify`'s.

use sequoia_openpgp as openpgp;

use openpgp::packet::key::{PrimaryRole, PublicParts, SubordinateRole};
use openpgp::packet::signature::subpacket::{Subpacket, SubpacketTag, SubpacketValue};
use openpgp::packet::{Key, Signature};
use openpgp::policy::{HashAlgoSecurity, Policy, StandardPolicy};
use openpgp::types::{RevocationStatus, RevocationType, SignatureType, Timestamp};
use openpgp::{Cert, Fingerprint, KeyHandle};

use super::{moment, seconds};

/// Revocations, each held against every subkey, of one certificate: those that the library leaves out.
const MOST_TRIED: usize = 4096;

/// Takes every signature that verifies.
#[derive(Debug)]
struct Everything;

impl Policy for Everything {
    fn signature(&self, _signature: &Signature, _security: HashAlgoSecurity) -> openpgp::Result<()> {
        Ok(())
    }
}

/// One revocation that applies at the asked moment.
#[derive(Clone, Debug)]
pub(super) struct Revocation {
    /// Of `the certificate` or `the key`.
    pub(super) what: &'static str,
    /// The packet.
    pub(super) signature: Signature,
}

/// A revocation by the certificate itself: a hard one, or a soft one that the library leaves out.
#[derive(Clone, Debug)]
pub(super) struct Hard {
    /// The subkey that it is of; `None`: the certificate.
    subkey: Option<Fingerprint>,
    signature: Signature,
}

/// What a certificate says for all times, of itself and of its subkeys, and what the library leaves out of its revocations: for the time
/// that one states, or for the two bytes of its digest that no signature covers. `packets` are all revocations that stand in it.
///
/// # Errors
/// There are too many to try, as a clause.
pub(super) fn hard(cert: &Cert, packets: &[Signature]) -> Result<Vec<Hard>, String> {
    let mut all = Vec::new();
    let primary = cert.primary_key();
    let mut kept: Vec<Hard> =
        primary.self_revocations().map(|signature| Hard { subkey: None, signature: signature.clone() }).collect();
    for sub in cert.keys().subkeys() {
        let subkey = Some(sub.key().fingerprint());
        kept.extend(sub.self_revocations().map(|signature| Hard { subkey: subkey.clone(), signature: signature.clone() }));
    }
    let handle = cert.key_handle();
    let born = primary.key().creation_time();
    let timed = |signature: &Signature| signature.signature_creation_time().is_some_and(|time| time >= born);
    let left_out: Vec<&Signature> = packets
        .iter()
        .filter(|signature| is_hard(signature) || timed(signature))
        .filter(|signature| !kept.iter().any(|known| known.signature == **signature))
        .filter(|signature| claims(signature, &handle))
        .collect();
    all.extend(kept.into_iter().filter(|known| is_hard(&known.signature)));
    if left_out.len().saturating_mul(cert.keys().count()) > MOST_TRIED {
        return Err("it holds more revocations than are read".to_owned());
    }
    for signature in left_out {
        if holds(signature, primary.key(), primary.key(), None) {
            all.push(Hard { subkey: None, signature: signature.clone() });
        }
        let of = cert.keys().subkeys().find(|sub| holds(signature, primary.key(), primary.key(), Some(sub.key())));
        all.extend(of.map(|sub| Hard { subkey: Some(sub.key().fingerprint()), signature: signature.clone() }));
    }
    Ok(all)
}

fn claims(signature: &Signature, handle: &KeyHandle) -> bool {
    let claims = signature.get_issuers();
    claims.is_empty() || claims.iter().any(|claim| claim.aliases(handle))
}

/// Whether `signer` made this revocation of the primary key, or of the subkey, whatever time it states.
pub(super) fn holds(
    signature: &Signature,
    signer: &Key<PublicParts, PrimaryRole>,
    primary: &Key<PublicParts, PrimaryRole>,
    subkey: Option<&Key<PublicParts, SubordinateRole>>,
) -> bool {
    let wanted = if subkey.is_some() { SignatureType::SubkeyRevocation } else { SignatureType::KeyRevocation };
    if signature.typ() != wanted {
        return false;
    }
    let digest = || -> openpgp::Result<Vec<u8>> {
        let mut hash = signature.hash_algo().context()?.for_signature(signature.version());
        match subkey {
            Some(subkey) => signature.hash_subkey_binding(&mut hash, primary, subkey)?,
            None => signature.hash_direct_key(&mut hash, primary)?,
        }
        hash.into_digest()
    };
    // The library refuses to compute with a time that is missing or too early; what was signed is in the digest already.
    let timed = || -> openpgp::Result<Signature> {
        let mut timed = signature.clone();
        let time = Timestamp::try_from(signer.creation_time())?;
        timed.hashed_area_mut().replace(Subpacket::new(SubpacketValue::SignatureCreationTime(time), false)?)?;
        Ok(timed)
    };
    let verified = digest().and_then(|digest| timed()?.verify_digest(signer, digest));
    verified.is_ok()
}

/// Those of the certificate itself and, when a subkey signed, of that key, at `time` (seconds since the epoch). Each is asked for twice: what
/// is newer than a soft revocation must be a signature of the kind that the standard policy takes.
pub(super) fn of(cert: &Cert, hard: &[Hard], key: &Fingerprint, policy: &StandardPolicy<'_>, time: i64) -> Vec<Revocation> {
    let at = moment(time);
    let subkey = cert.keys().subkeys().find(|sub| sub.key().fingerprint() == *key);
    let of_it = hard.iter().filter(|hard| hard.subkey.as_ref().is_none_or(|of| of == key));
    let of_it =
        of_it.filter(|hard| is_hard(&hard.signature) || hard.signature.signature_creation_time().is_some_and(|from| from <= at));
    let what = |hard: &Hard| if hard.subkey.is_some() { "the key" } else { "the certificate" };
    let mut all: Vec<_> = of_it.map(|hard| Revocation { what: what(hard), signature: hard.signature.clone() }).collect();
    for policy in [policy as &dyn Policy, &Everything] {
        let of_subkey = subkey.as_ref().map(|key| ("the key", key.revocation_status(policy, at)));
        for (what, status) in [Some(("the certificate", cert.revocation_status(policy, at))), of_subkey].into_iter().flatten() {
            if let RevocationStatus::Revoked(signatures) = status {
                all.extend(signatures.into_iter().map(|signature| Revocation { what, signature: signature.clone() }));
            }
        }
    }
    all
}

/// It counts for all times: the key was stolen, or nobody said why. Of several reasons a hard one is the one that counts.
pub(super) fn is_hard(signature: &Signature) -> bool {
    let mut reasons = signature.hashed_area().subpackets(SubpacketTag::ReasonForRevocation).peekable();
    let is_hard = |subpacket: &Subpacket| match subpacket.value() {
        SubpacketValue::ReasonForRevocation { code, .. } => code.revocation_type() == RevocationType::Hard,
        _ => true,
    };
    reasons.peek().is_none() || reasons.any(is_hard)
}

impl Revocation {
    /// It counts for all times.
    pub(super) fn is_hard(&self) -> bool {
        is_hard(&self.signature)
    }

    /// When it was made, in seconds since the epoch.
    pub(super) fn time(&self) -> i64 {
        self.signature.signature_creation_time().map_or(0, seconds)
    }

    /// Why, and by which digest where that is a weak one, in brackets.
    pub(super) fn why(&self) -> String {
        why(&self.signature)
    }
}

/// Why, and by which digest where that is a weak one, in brackets.
pub(super) fn why(signature: &Signature) -> String {
    let strong = StandardPolicy::new().signature(signature, HashAlgoSecurity::SecondPreImageResistance).is_ok();
    let reasons = signature.hashed_area().subpackets(SubpacketTag::ReasonForRevocation);
    let reason = |subpacket: &Subpacket| match subpacket.value() {
        SubpacketValue::ReasonForRevocation { code, .. } => Some(code.to_string()),
        _ => None,
    };
    // A policy refuses one without a time too, which says nothing of its digest.
    let timed = signature.signature_creation_time().is_some();
    let digest = (!strong && timed).then(|| format!("by a signature with {}", signature.hash_algo()));
    let parts: Vec<String> = reasons.filter_map(reason).chain(digest).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use openpgp::Packet;
    use openpgp::PacketPile;
    use openpgp::parse::Parse as _;
    use openpgp::serialize::{Marshal as _, MarshalInto as _};

    use super::*;

    /// The two bytes of the digest that stand in a packet are covered by no signature: whoever changes them does not take a revocation back.
    #[test]
    fn a_revocation_counts_whatever_its_digest_is_said_to_begin_with() {
        let keys = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures-tags/policies/keys");
        let mut changed_ones = 0;
        for file in std::fs::read_dir(keys).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let Ok(before) = Cert::from_file(&file) else { continue };
            let own: Vec<Signature> = before.primary_key().self_revocations().cloned().collect();
            let Some(revocation) = own.first() else { continue };
            let mut bytes = Vec::new();
            before.serialize(&mut bytes).expect("bytes");
            let tail = [&revocation.digest_prefix()[..], &revocation.mpis().to_vec().expect("numbers")].concat();
            let at = memchr::memmem::find(&bytes, &tail).expect("it stands there");
            bytes[at] ^= 0xff;
            let after = Cert::from_bytes(&bytes).expect("a certificate");
            assert_eq!(after.primary_key().self_revocations().count(), own.len() - 1, "{}", file.display());
            let pile = PacketPile::from_bytes(&bytes).expect("packets");
            let packets: Vec<Signature> = pile
                .into_children()
                .filter_map(|packet| if let Packet::Signature(one) = packet { Some(one) } else { None })
                .filter(|one| one.typ() == SignatureType::KeyRevocation)
                .collect();
            let found = hard(&after, &packets).expect("few");
            let policy = StandardPolicy::new();
            let now = 4_000_000_000;
            let told = of(&after, &found, &after.fingerprint(), &policy, now);
            assert!(!told.is_empty(), "{}", file.display());
            changed_ones += 1;
        }
        assert!(changed_ones >= 3, "{changed_ones} certificates");
    }
}
