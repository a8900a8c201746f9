//! Owns whether a certificate or a key of it is revoked. A revocation counts whatever its digest and algorithm: whoever can forge one
//! can keep a key from signing, and whoever may not revoke any more by a weak digest could not say that the key is stolen. Refuses
//! revocations by others, which are `certify`'s.

use sequoia_openpgp as openpgp;

use openpgp::packet::Signature;
use openpgp::policy::{HashAlgoSecurity, Policy, StandardPolicy};
use openpgp::types::{HashAlgorithm, RevocationStatus, RevocationType, SignatureType};
use openpgp::{Cert, Fingerprint, KeyHandle};

use super::{moment, seconds};

/// Takes every signature that verifies.
#[derive(Debug)]
struct Everything;

impl Policy for Everything {
    fn signature(&self, _signature: &Signature, _security: HashAlgoSecurity) -> openpgp::Result<()> {
        Ok(())
    }
}

/// One revocation that applies at the asked moment.
#[derive(Debug)]
pub(super) struct Revocation {
    /// Of `the certificate` or `the key`.
    pub(super) what: &'static str,
    /// By the certificate itself, and it verifies; else somebody says so.
    pub(super) own: bool,
    /// The packet.
    pub(super) signature: Signature,
}

/// Those of the certificate and, when a subkey signed, of that key, at `time` (seconds since the epoch). Each is asked for twice: what
/// is newer than a soft revocation must be a signature of the kind that the standard policy takes.
pub(super) fn of(cert: &Cert, key: &Fingerprint, policy: &StandardPolicy<'_>, time: i64) -> Vec<Revocation> {
    let at = moment(time);
    let subkey = cert.keys().subkeys().find(|sub| sub.key().fingerprint() == *key);
    let mut all = Vec::new();
    for policy in [policy as &dyn Policy, &Everything] {
        let of_subkey = subkey.as_ref().map(|key| ("the key", key.revocation_status(policy, at)));
        for (what, status) in [Some(("the certificate", cert.revocation_status(policy, at))), of_subkey].into_iter().flatten() {
            let (own, signatures) = match status {
                RevocationStatus::Revoked(signatures) => (true, signatures),
                RevocationStatus::CouldBe(signatures) => (false, signatures),
                RevocationStatus::NotAsFarAsWeKnow => continue,
            };
            all.extend(signatures.into_iter().map(|signature| Revocation { what, own, signature: signature.clone() }));
        }
    }
    all
}

/// The digest of a revocation in the certificate that cannot be computed here, of the certificate or, where a subkey signed, of a subkey: by
/// the certificate itself, or by one of `revokers`, as it claims. Nobody can tell whether it was forged; what anybody else says is his alone.
pub(super) fn unread(cert: &Cert, key: &Fingerprint, revokers: &[KeyHandle]) -> Option<HashAlgorithm> {
    let primary = cert.fingerprint() == *key;
    let revokes = |signature: &Signature| match signature.typ() {
        SignatureType::KeyRevocation => true,
        // The library does not say of which subkey it is.
        SignatureType::SubkeyRevocation => !primary,
        _ => false,
    };
    let own = cert.key_handle();
    let by = |claim: &KeyHandle| claim.aliases(&own) || revokers.iter().any(|revoker| claim.aliases(revoker));
    let claimed = |signature: &Signature| {
        let claims = signature.get_issuers();
        claims.is_empty() || claims.iter().any(by)
    };
    let all = cert.bad_signatures().filter(|signature| revokes(signature) && !signature.hash_algo().is_supported());
    all.filter(|signature| claimed(signature)).map(|signature| signature.hash_algo()).next()
}

impl Revocation {
    /// It counts for all times: the key was stolen, or nobody said why.
    pub(super) fn is_hard(&self) -> bool {
        self.signature.reason_for_revocation().is_none_or(|(code, _)| code.revocation_type() == RevocationType::Hard)
    }

    /// When it was made, in seconds since the epoch.
    pub(super) fn time(&self) -> i64 {
        self.signature.signature_creation_time().map_or(0, seconds)
    }

    /// Why, and by which digest where that is a weak one, in brackets.
    pub(super) fn why(&self) -> String {
        let strong = StandardPolicy::new().signature(&self.signature, HashAlgoSecurity::SecondPreImageResistance).is_ok();
        let reason = self.signature.reason_for_revocation().map(|(code, _)| code.to_string());
        let digest = (!strong).then(|| format!("by a signature with {}", self.signature.hash_algo()));
        let parts: Vec<String> = reason.into_iter().chain(digest).collect();
        if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
    }
}
