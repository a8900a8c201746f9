//! Owns verifying one OpenPGP block over the bytes before it. The signer is the certificate of the policy whose key verified,
//! never whom the packet names. Refuses to count signers.

use sequoia_openpgp as openpgp;

use openpgp::Cert;
use openpgp::packet::Signature;
use openpgp::policy::{HashAlgoSecurity, Policy as _, StandardPolicy};

use super::certificate::{self, Certificate, one_line, unsupported};
use super::certify::{self, Question};
use super::rsa;
use super::signature::{self, Candidate};
use super::{moment, seconds};
use crate::signing::material::{Material, RSA_BITS};
use crate::signing::refusal::{self, COUNTERSIGN, NEXT, Refusal, Step};
use crate::signing::signed::Missing;
use crate::signing::trust::{OpenPgpKey, Trust, judging};

/// One signature of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::signing) struct Verified {
    /// Who, and by which of their keys: indexes into the trust's people; `None`: nobody of the policy.
    pub(in crate::signing) key: Option<(usize, usize)>,
    /// The pinned key without certificate that may have made it, where no other did.
    pub(in crate::signing) missing: Option<Missing>,
    /// The full fingerprint of the primary key; of a stranger the key that the packet claims.
    pub(in crate::signing) primary: String,
    /// The full fingerprint of the subkey that signed, when it was one.
    pub(in crate::signing) subkey: Option<String>,
    /// What the key that signed is made of; `None`: a stranger's.
    pub(in crate::signing) material: Option<Material>,
    /// The signature's own time, in seconds since the epoch.
    pub(in crate::signing) time: i64,
    /// When the key ended by its own expiry or retirement, when that is past.
    pub(in crate::signing) over: Option<i64>,
    /// What a reader should know.
    pub(in crate::signing) notes: Vec<String>,
}

/// The signatures of one decoded block over `signed`, in the order of the block.
///
/// # Errors
/// The block is malformed, or a signature by a key of the policy does not hold.
pub(in crate::signing) fn verify(bytes: &[u8], signed: &[u8], trust: &Trust) -> Result<Vec<Verified>, Refusal> {
    let malformed = |why: String| Refusal::rejected(Step::Block, format!("the signature block is refused: {why}"), NEXT);
    let packets = signature::packets(bytes).map_err(malformed)?;
    packets.into_iter().map(|(packet, followed)| one(packet, followed, signed, trust)).collect()
}

fn one(packet: Signature, followed: bool, signed: &[u8], trust: &Trust) -> Result<Verified, Refusal> {
    if packet.version() < 4 {
        let old = format!("the signature is of version {}, whose time and signer are not protected", packet.version());
        return Err(Refusal::rejected(Step::Algorithm, old, COUNTERSIGN));
    }
    let candidate = signature::candidate(packet, followed)
        .map_err(|why| Refusal::rejected(Step::Block, format!("the signature is refused: {why}"), NEXT))?;
    let verified = by_any(&candidate, signed, trust);
    let (mut verified, note) = refusal::spelled("the signature", candidate.unusual, trust.lenient_armor, verified)?;
    if let Some(note) = note {
        verified.notes.insert(0, note.to_owned());
    }
    Ok(verified)
}

/// By the first key of the policy that it holds for; else why it does not for the first that it names. A key that is called compromised is
/// asked first: a subkey that it shares with another certificate is no better there.
fn by_any(candidate: &Candidate, signed: &[u8], trust: &Trust) -> Result<Verified, Refusal> {
    let mut found = known(candidate, trust);
    if found.is_empty() {
        return Ok(stranger(candidate, trust));
    }
    let mut refusal = None;
    found.sort_by_key(|known| !known.pinned.compromised);
    for key in found {
        match by(candidate, signed, trust, &key) {
            Ok(verified) => return Ok(verified),
            Err(other) if key.pinned.compromised && other.step != Step::Block => return Err(other),
            Err(other) => drop(refusal.get_or_insert(other)),
        }
    }
    let nothing = || Refusal::rejected(Step::Signer, "no key of the policy made the signature", NEXT);
    Err(refusal.unwrap_or_else(nothing))
}

/// A key of the policy that the signature may have been made by.
struct Known<'a> {
    person: usize,
    entry: usize,
    pinned: &'a OpenPgpKey,
    certificate: &'a Certificate,
    key: openpgp::packet::Key<openpgp::packet::key::PublicParts, openpgp::packet::key::UnspecifiedRole>,
}

fn known<'a>(candidate: &Candidate, trust: &'a Trust) -> Vec<Known<'a>> {
    let mut all = Vec::new();
    for (person, entry, pinned, certificate) in certificates(trust) {
        // Of several entries for one certificate one judges.
        let same = trust.people[person].openpgp.iter().filter(|other| other.fingerprint == pinned.fingerprint);
        let judge = judging(same, candidate.time, |key| (key.window, key.compromised));
        if !judge.is_some_and(|judge| std::ptr::eq(judge, pinned)) {
            continue;
        }
        for key in certificate.cert.keys() {
            let handle = key.key().key_handle();
            if candidate.claims.iter().any(|claim| claim.aliases(&handle)) {
                all.push(Known { person, entry, pinned, certificate, key: key.key().clone() });
            }
        }
    }
    all
}

fn certificates(trust: &Trust) -> impl Iterator<Item = (usize, usize, &OpenPgpKey, &Certificate)> {
    trust.people.iter().enumerate().flat_map(|(at, person)| {
        let keys = person.openpgp.iter().enumerate();
        keys.filter_map(move |(entry, key)| key.certificate.as_ref().map(|certificate| (at, entry, key, certificate)))
    })
}

/// A signature by nobody of the policy, or by a key whose certificate is missing: that says which subkeys it has.
fn stranger(candidate: &Candidate, trust: &Trust) -> Verified {
    let claim = candidate.claims.last().map(ToString::to_string).unwrap_or_default();
    let without = trust.people.iter().flat_map(|person| person.openpgp.iter().map(move |key| (person.counts, key)));
    let missing = without.filter(|(_, key)| key.certificate.is_none() && !key.compromised).map(|(counts, key)| {
        let named = candidate.claims.iter().any(|claim| key.fingerprint.ends_with(&claim.to_hex()));
        Missing { fingerprint: key.fingerprint.clone(), named, counts }
    });
    let missing = missing.max_by_key(|missing| (missing.named, missing.counts));
    Verified {
        key: None,
        missing,
        primary: claim,
        subkey: None,
        material: None,
        time: candidate.time,
        over: None,
        notes: Vec::new(),
    }
}

/// Verifies by one key, cheap and certain questions first.
fn by(candidate: &Candidate, signed: &[u8], trust: &Trust, known: &Known<'_>) -> Result<Verified, Refusal> {
    let signature = &candidate.signature;
    // Whatever the primary key says of its subkeys is as good as the primary key is.
    let primary = known.certificate.cert.primary_key();
    if let Some(what) = unsupported(&known.key).or_else(|| unsupported(primary.key())) {
        let reason = format!("the key uses {what}, which is not supported");
        return Err(Refusal::indeterminate(
            Step::Algorithm,
            reason,
            format!("{COUNTERSIGN} with a key on Curve 25519, P-256 or RSA of at most {} bits", RSA_BITS.end()),
        ));
    }
    if let Some(what) = certificate::weak(&known.key).or_else(|| certificate::weak(primary.key())) {
        let reason = format!("the key uses {what}, which is too weak: anybody may have made the signature");
        let remedy = format!("{COUNTERSIGN} with a key on Curve 25519, P-256 or RSA of at least {} bits", RSA_BITS.start());
        return Err(Refusal::rejected(Step::Algorithm, reason, remedy));
    }
    let policy = StandardPolicy::at(moment(trust.now));
    if let Err(problem) = policy.signature(signature, HashAlgoSecurity::CollisionResistance) {
        return Err(weak(signature, &one_line(&problem)));
    }
    let born = seconds(known.key.creation_time());
    if candidate.time < born {
        let reason = "the signature claims a time before its key was made";
        return Err(Refusal::rejected(Step::Certificate, reason, COUNTERSIGN));
    }
    if !rsa::proves(signature, &known.key, signed) && signature.verify_message(&known.key, signed).is_err() {
        return Err(Refusal::rejected(Step::Block, "the signature does not fit the bytes that it is over", NEXT));
    }
    if trust.is_future(candidate.time) {
        return Err(Refusal::future());
    }
    if signature.signature_alive(moment(trust.now), None).is_err() && signature.signature_validity_period().is_some() {
        return Err(Refusal::rejected(Step::Time, "the signature itself has expired", COUNTERSIGN));
    }
    let others: Vec<&Cert> = certificates(trust).map(|(_, _, _, certificate)| &certificate.cert).collect();
    let fingerprint = known.key.fingerprint();
    let question = Question {
        certificate: known.certificate,
        others: &others,
        key: &fingerprint,
        time: candidate.time,
        now: trust.now,
        sha1: trust.sha1_self_signatures,
    };
    let certify::Entitled { mut notes, over } = certify::entitled(&question)?;
    let ignored = known.certificate.ignored;
    if ignored > 0 {
        notes.push(format!("{ignored} parts of the certificate are not vouched for by its primary key and were ignored"));
    }
    let primary = known.pinned.fingerprint.clone();
    let subkey = Some(fingerprint.to_hex()).filter(|key| *key != primary);
    let key = Some((known.person, known.entry));
    let material = Some(Material::of_openpgp(known.key.mpis()));
    Ok(Verified { key, missing: None, primary, subkey, material, time: candidate.time, over, notes })
}

fn weak(signature: &Signature, why: &str) -> Refusal {
    let hash = signature.hash_algo();
    if why.contains("ritical") {
        return Refusal::rejected(
            Step::Block,
            format!("the signature holds something critical that is not understood: {why}"),
            NEXT,
        );
    }
    let reason = format!("the tag's own signature is too weak ({hash}): {why}");
    Refusal::rejected(Step::Algorithm, reason, format!("{COUNTERSIGN}, with `digest-algo SHA256` in gpg.conf"))
}
