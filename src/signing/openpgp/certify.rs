//! Owns whether a certificate let one of its keys sign at a moment: bound, able to sign, not expired, not revoked, by the
//! standard policy. Says which object is at fault: the certificate's own signatures, not the tag. Refuses to look at the tag.

use sequoia_openpgp as openpgp;

use openpgp::Cert;
use openpgp::cert::amalgamation::key::{PrimaryKey as _, ValidErasedKeyAmalgamation};
use openpgp::cert::amalgamation::{ValidAmalgamation as _, ValidateAmalgamation as _};
use openpgp::packet::Signature;
use openpgp::packet::key::PublicParts;
use openpgp::policy::{HashAlgoSecurity, Policy as _, StandardPolicy};
use openpgp::types::{HashAlgorithm, SignatureType};
use openpgp::{Fingerprint, KeyHandle};

use super::certificate::{Certificate, one_line};
use super::revocation::{self, Revocation};
use super::{moment, seconds};
use crate::signing::refusal::{COUNTERSIGN, Refusal, Step};

/// What is asked about a certificate.
pub(super) struct Question<'a> {
    /// The certificate.
    pub(super) certificate: &'a Certificate,
    /// All certificates of the policy, among them designated revokers.
    pub(super) others: &'a [&'a Cert],
    /// The key that signed.
    pub(super) key: &'a Fingerprint,
    /// When, in seconds since the epoch.
    pub(super) time: i64,
    /// The moment of the verification.
    pub(super) now: i64,
    /// Its self-signatures may use SHA-1.
    pub(super) sha1: bool,
}

/// What helps where the key itself is revoked.
const REVOKED: &str = "have a current maintainer countersign it (where [release].accept lists \"countersign\"), or tag the next version; \
    end this key in the policy";

type Valid<'a> = ValidErasedKeyAmalgamation<'a, PublicParts>;

fn refuse<T>(reason: impl Into<String>, remedy: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::rejected(Step::Certificate, reason, remedy))
}

/// The key was entitled to sign.
pub(super) struct Entitled {
    /// Notes for the reader.
    pub(super) notes: Vec<String>,
    /// When the key's time ended, by its expiry or by a soft revocation, when that is past.
    pub(super) over: Option<i64>,
}

/// The standard policy of a moment, which lets a certificate's own signatures use SHA-1 or does not.
pub(super) fn standard(now: i64, sha1: bool) -> StandardPolicy<'static> {
    let mut policy = StandardPolicy::at(moment(now));
    if sha1 {
        policy.accept_hash_property(HashAlgorithm::SHA1, HashAlgoSecurity::SecondPreImageResistance);
    }
    policy
}

/// That the key was entitled to sign.
///
/// # Errors
/// Why it was not.
pub(super) fn entitled(question: &Question<'_>) -> Result<Entitled, Refusal> {
    let mut notes = Vec::new();
    let (strict, relaxed) = (standard(question.now, false), standard(question.now, true));
    let retired = revoked(question, &relaxed, &mut notes)?;
    readable(question, &relaxed)?;
    let mut last = None;
    for (policy, sha1) in [(&strict, false), (&relaxed, true)] {
        for at in std::iter::once(question.time).chain(refreshed(question, policy)) {
            let valid = match valid_at(question, policy, at) {
                Ok(valid) => valid,
                Err(problem) => {
                    last.get_or_insert(problem);
                    continue;
                }
            };
            if sha1 && !question.sha1 {
                return refuse(
                    "the certificate's own signatures use SHA-1",
                    "its owner re-certifies it with SHA-256 (the tag need not change), or set `allow_sha1_self_signatures` in [release]",
                );
            }
            if sha1 {
                notes.push("the certificate's own signatures use SHA-1, which the policy allows".to_owned());
            }
            if at != question.time {
                notes.push(
                    "the certificate was refreshed after the tag was signed, and its older signatures are gone or too weak"
                        .to_owned(),
                );
            }
            capable(question, &valid, policy)?;
            let expired = expiry(question, &valid, policy).filter(|end| *end <= question.now);
            if expired.is_some() {
                notes.push("the key has expired since; it was valid when the tag was signed".to_owned());
            }
            return Ok(Entitled { notes, over: [expired, retired].into_iter().flatten().min() });
        }
    }
    refuse(
        format!("the certificate does not vouch for this key at that time: {}", last.unwrap_or_default()),
        "ask its owner for the whole certificate (`gpg --export --armor FINGERPRINT`) and commit it to the policy",
    )
}

fn valid_at<'a>(question: &Question<'a>, policy: &'a StandardPolicy<'a>, at: i64) -> Result<Valid<'a>, String> {
    let key = question.certificate.cert.keys().find(|key| key.key().fingerprint() == *question.key);
    let key = key.ok_or_else(|| "it has no such key".to_owned())?;
    key.with_policy(policy, Some(moment(at))).map_err(|problem| one_line(&problem))
}

/// The moment of the earliest signatures in the file that this policy accepts, when all of them are younger than the tag's and the
/// key is not: the certificate was refreshed, its old signatures dropped or too weak by now.
fn refreshed(question: &Question<'_>, policy: &StandardPolicy<'_>) -> Option<i64> {
    let cert = &question.certificate.cert;
    let key = cert.keys().find(|key| key.key().fingerprint() == *question.key)?;
    if question.time < seconds(key.key().creation_time()) {
        return None;
    }
    let accepted = |signature: &&Signature| policy.signature(signature, HashAlgoSecurity::SecondPreImageResistance).is_ok();
    let earliest = |signatures: &mut dyn Iterator<Item = &Signature>| {
        signatures.filter(accepted).filter_map(|signature| signature.signature_creation_time()).min()
    };
    let users = cert.userids().flat_map(|user| user.self_signatures().collect::<Vec<_>>());
    let direct = cert.primary_key().self_signatures().collect::<Vec<_>>();
    let primary = earliest(&mut users.chain(direct))?;
    let own = if key.primary() { primary } else { earliest(&mut key.self_signatures())? };
    let at = seconds(primary.max(own));
    (at > question.time).then_some(at)
}

/// Revocations of the certificate and of the key: hard ones count always, soft ones for what was signed after them. The answer is the
/// moment of the earliest soft one.
fn revoked(question: &Question<'_>, policy: &StandardPolicy<'_>, notes: &mut Vec<String>) -> Result<Option<i64>, Refusal> {
    let Certificate { cert, hard, .. } = question.certificate;
    let at = |time| revocation::of(cert, hard, question.key, policy, time);
    if let Some(revocation) = at(question.time).first() {
        return refuse(format!("{} is revoked{}", revocation.what, revocation.why()), REVOKED);
    }
    designated(question, policy, notes)?;
    let retired = at(question.now).iter().map(Revocation::time).min();
    if retired.is_some() {
        notes.push("the key was retired after the tag was signed".to_owned());
    }
    Ok(retired)
}

/// That every revocation which might count can be computed: one that cannot may say that the key was stolen.
fn readable(question: &Question<'_>, policy: &StandardPolicy<'_>) -> Result<(), Refusal> {
    let named = question.certificate.cert.revocation_keys(policy).map(|revoker| KeyHandle::from(revoker.revoker().1.clone()));
    let known = |handle: &KeyHandle| question.others.iter().any(|cert| cert.key_handle().aliases(handle));
    let revokers: Vec<KeyHandle> = named.filter(known).collect();
    let Some(unread) = question.certificate.unread(question.key, &revokers) else { return Ok(()) };
    let reason = format!(
        "the certificate holds a revocation that cannot be read ({}), so whether the key is revoked cannot be told",
        unread.why
    );
    let remedy = "ask the key's owner: if it is not revoked, commit the certificate without that packet to the policy (`gpg --export --armor \
        FINGERPRINT`), else mark the key `compromised`";
    Err(Refusal::indeterminate(Step::Certificate, reason, remedy))
}

/// When the key or its primary expires, by the newest that the certificate says of it; an end may have been moved since.
fn expiry(question: &Question<'_>, then: &Valid<'_>, policy: &StandardPolicy<'_>) -> Option<i64> {
    match valid_at(question, policy, question.now) {
        Ok(now) => end(&now),
        Err(_) => end(then),
    }
}

/// When the key or its primary expires.
fn end(valid: &Valid<'_>) -> Option<i64> {
    let primary = valid.valid_cert().primary_key();
    [valid.key_expiration_time(), primary.key_expiration_time()].into_iter().flatten().map(seconds).min()
}

/// Revocations by others. Those of a revoker that the certificate itself designates count when the revoker's certificate is in
/// the policy; anybody else's are nobody's business.
fn designated(question: &Question<'_>, policy: &StandardPolicy<'_>, notes: &mut Vec<String>) -> Result<(), Refusal> {
    let Certificate { cert, revocations, .. } = question.certificate;
    let primary = cert.primary_key();
    let subkey = cert.keys().subkeys().find(|sub| sub.key().fingerprint() == *question.key);
    for revoker in cert.revocation_keys(policy) {
        let handle = KeyHandle::from(revoker.revoker().1.clone());
        let known = question.others.iter().find(|cert| cert.key_handle().aliases(&handle));
        for signature in revocations.iter().filter(|signature| by(signature, &handle)) {
            let (what, of) = match (signature.typ(), &subkey) {
                (SignatureType::KeyRevocation, _) => ("the certificate", None),
                (_, Some(sub)) => ("the key", Some(sub.key())),
                (_, None) => continue,
            };
            let Some(known) = known else {
                notes.push(format!(
                    "a designated revoker, {handle}, says that {what} is revoked; its certificate is not in the policy"
                ));
                break;
            };
            let then = signature.signature_creation_time().is_some_and(|time| seconds(time) <= question.time);
            let applies = revocation::is_hard(signature) || then;
            if applies && revocation::holds(signature, known.primary_key().key(), primary.key(), of) {
                let why = revocation::why(signature);
                return refuse(format!("{what} is revoked by the designated revoker {handle}{why}"), REVOKED);
            }
        }
    }
    Ok(())
}

fn by(signature: &Signature, handle: &KeyHandle) -> bool {
    signature.get_issuers().iter().any(|issuer| issuer.aliases(handle))
}

/// Whether the valid key, and its primary, might sign then and were alive.
fn capable(question: &Question<'_>, valid: &Valid<'_>, policy: &StandardPolicy<'_>) -> Result<(), Refusal> {
    if !valid.for_signing() {
        return refuse("the key is not one for signing", format!("{COUNTERSIGN} by a key that may sign"));
    }
    if !valid.primary() {
        let back = valid.binding_signature().embedded_signatures().any(|signature| {
            let strong = policy.signature(signature, HashAlgoSecurity::SecondPreImageResistance).is_ok();
            strong && signature.typ() == SignatureType::PrimaryKeyBinding
        });
        if !back {
            return refuse(
                "the subkey does not confirm that it belongs to the certificate",
                "its owner binds it (gpg --edit-key, cross-certify) and commits the certificate to the policy: the tag need not change",
            );
        }
    }
    if end(valid).is_some_and(|end| end <= question.time) {
        return refuse("the key had expired when the tag was signed", COUNTERSIGN);
    }
    Ok(())
}
