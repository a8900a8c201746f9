//! Owns verifying one SSH block over the bytes before it, by the keys of the policy. Refuses to take a time from an SSH signature:
//! it has none.

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, HashAlg, PublicKey, SshSig};

use super::allowed_signers::one_of;
use super::certificate::Certificate;
use super::key::{SshKey, Unfit, strength};
use super::sshsig::{self, Claimed, SshSignature};
use crate::signing::material::{Material, RSA_BITS};
use crate::signing::refusal::{self, COUNTERSIGN, NEXT, Refusal, Step};
use crate::signing::trust::{Trust, judging};

/// What git signs under.
const NAMESPACE: &str = "git";
/// The user touched the security key (PROTOCOL.u2f).
const TOUCHED: u8 = 0x01;
/// The security key checked its user.
const CHECKED: u8 = 0x04;

/// The signature of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::signing) struct Verified {
    /// Who, and by which of their keys: indexes into the trust's people; `None`: nobody of the policy.
    pub(in crate::signing) key: Option<(usize, usize)>,
    /// Further entries of the policy about the keys at work, each of which must let them sign.
    pub(in crate::signing) limits: Vec<(usize, usize)>,
    /// `SHA256:…` of the key that verified.
    pub(in crate::signing) fingerprint: String,
    /// What that key is made of; `None`: a stranger's.
    pub(in crate::signing) material: Option<Material>,
    /// When the authority's certificate ended, when that is past.
    pub(in crate::signing) over: Option<i64>,
    /// What a reader should know.
    pub(in crate::signing) notes: Vec<String>,
}

/// Verifies one decoded block over `signed`; `time` is the tagger's, in seconds since the epoch.
///
/// # Errors
/// The block is malformed, or its signature does not hold: the key is in the block, so that a stranger's is asked too.
pub(in crate::signing) fn verify(bytes: &[u8], signed: &[u8], time: i64, trust: &Trust) -> Result<Verified, Refusal> {
    let refuse = |why: String| Refusal::rejected(Step::Block, format!("the signature block is refused: {why}"), NEXT);
    let parsed = sshsig::parse(bytes).map_err(refuse)?;
    if parsed.namespace != NAMESPACE {
        return Err(refuse(format!("it was made for `{}`, not for git", parsed.namespace)));
    }
    let verified = by(&parsed, signed, time, trust);
    let (mut verified, note) = refusal::spelled("the signature block", parsed.unusual, trust.lenient_armor, verified)?;
    verified.notes.extend(note.map(str::to_owned));
    Ok(verified)
}

/// The key that a block carries, where its signature over `signed` is made with it: the line of a `.pub` file. `None` for certificates, and
/// for what no policy could count.
pub(in crate::signing) fn own_key(bytes: &[u8], signed: &[u8]) -> Option<String> {
    let parsed = sshsig::parse(bytes).ok().filter(|parsed| parsed.namespace == NAMESPACE)?;
    let Claimed::Key(key) = &parsed.claimed else { return None };
    let data = key.key_data();
    strength(data).ok()?;
    algorithm(&parsed, data).ok()?;
    fits(&parsed, data, signed).ok()?;
    PublicKey::from(data.clone()).to_openssh().ok()
}

fn by(parsed: &SshSignature, signed: &[u8], time: i64, trust: &Trust) -> Result<Verified, Refusal> {
    let data = match &parsed.claimed {
        Claimed::Key(key) => key.key_data(),
        Claimed::Certificate(certificate) => certificate.key.key_data(),
    };
    let fingerprint = data.fingerprint(HashAlg::Sha256).to_string();
    let is_plain = |key: &SshKey| key.options.authority.is_none() && key.data == *data;
    let found = match &parsed.claimed {
        Claimed::Key(_) => find(trust, time, is_plain),
        // One authority may stand for several people, each with principals of their own.
        Claimed::Certificate(certificate) => {
            find(trust, time, |key| is_authority(key, certificate) && principal(certificate, key).is_some())
                .or_else(|| find(trust, time, |key| is_authority(key, certificate)))
        }
    };
    let mut verified = Verified { key: None, limits: Vec::new(), fingerprint, material: None, over: None, notes: Vec::new() };
    let Some((key, entry)) = found else {
        // A stranger's key that is too weak proves nothing either way, and counts for nothing.
        if strength(data).is_ok() && algorithm(parsed, data).is_ok() {
            fits(parsed, data, signed)?;
        }
        return Ok(verified);
    };
    strength(data).map_err(unfit)?;
    strength(&entry.data).map_err(unfit)?;
    algorithm(parsed, data).map_err(weak)?;
    if let Claimed::Certificate(certificate) = &parsed.claimed {
        verified.over = i64::try_from(certificate.before).ok().filter(|end| *end <= trust.now);
        verified.notes.push(authorised(certificate, entry, time)?);
    }
    presence(parsed, entry)?;
    fits(parsed, data, signed)?;
    verified.key = Some(key);
    verified.material = Some(Material::of_ssh(data));
    // What the policy says of the key itself holds, whoever certified it; a stolen key is stolen in every part that it has.
    if let Some((own, _)) = find(trust, time, is_plain) {
        one_person(trust, key.0, own.0)?;
        verified.limits.push(own);
    }
    let stolen = find(trust, time, |key| key.compromised && (key.data == *data || key.data == entry.data));
    verified.limits.extend(stolen.map(|(stolen, _)| stolen));
    Ok(verified)
}

fn fits(parsed: &SshSignature, data: &KeyData, signed: &[u8]) -> Result<(), Refusal> {
    let refuse = |why: String| Refusal::rejected(Step::Block, format!("the signature block is refused: {why}"), NEXT);
    let whole = SshSig::new(data.clone(), NAMESPACE, parsed.hash, parsed.signature.clone())
        .map_err(|problem| refuse(problem.to_string()))?;
    if PublicKey::from(data.clone()).verify(NAMESPACE, signed, &whole).is_err() {
        return Err(Refusal::rejected(Step::Block, "the signature does not fit the bytes that it is over", NEXT));
    }
    Ok(())
}

/// A key belongs to one person: certified for another it would count as two.
fn one_person(trust: &Trust, certified: usize, listed: usize) -> Result<(), Refusal> {
    if certified == listed {
        return Ok(());
    }
    let (certified, listed) = (&trust.people[certified].name, &trust.people[listed].name);
    let reason = format!("the certificate is for {certified}, and its key is listed for {listed}: a key belongs to one person");
    Err(Refusal::rejected(Step::Signer, reason, COUNTERSIGN))
}

fn unfit(why: Unfit) -> Refusal {
    match why {
        Unfit::Weak(why) => weak(why),
        Unfit::Unsupported(what) => Refusal::indeterminate(
            Step::Algorithm,
            format!("whether the key made the signature cannot be computed: {what}"),
            format!("{COUNTERSIGN} with a key on Curve 25519, P-256 or RSA of at most {} bits", RSA_BITS.end()),
        ),
    }
}

fn weak(why: String) -> Refusal {
    Refusal::rejected(Step::Algorithm, why, COUNTERSIGN)
}

/// Of the entries that it is about, the one that judges.
fn find(trust: &Trust, time: i64, is_it: impl Fn(&SshKey) -> bool) -> Option<((usize, usize), &SshKey)> {
    let all = trust.people.iter().enumerate();
    let keys = all.flat_map(|(person, held)| held.ssh.iter().enumerate().map(move |(entry, key)| ((person, entry), key)));
    judging(keys.filter(|(_, key)| is_it(key)), time, |(_, key)| (key.window, key.compromised))
}

/// RSA with SHA-1 is the one algorithm that its key does not fix.
fn algorithm(parsed: &SshSignature, data: &KeyData) -> Result<(), String> {
    match (parsed.signature.algorithm(), data) {
        (Algorithm::Rsa { hash: Some(HashAlg::Sha256 | HashAlg::Sha512) }, KeyData::Rsa(_)) => Ok(()),
        (Algorithm::Rsa { .. }, _) => Err("the signature is RSA with SHA-1".to_owned()),
        (algorithm, data) if algorithm == data.algorithm() => Ok(()),
        (algorithm, _) => Err(format!("the signature's algorithm {algorithm} is not its key's")),
    }
}

/// A security key says whether it was touched; that byte is signed.
fn presence(parsed: &SshSignature, entry: &SshKey) -> Result<(), Refusal> {
    if !matches!(parsed.signature.algorithm(), Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256) {
        return Ok(());
    }
    let bytes = parsed.signature.as_bytes();
    let flags = bytes.len().checked_sub(5).and_then(|at| bytes.get(at)).copied().unwrap_or(0);
    let refuse = |reason: &str, remedy: String| Err(Refusal::rejected(Step::Signer, reason, remedy));
    if flags & TOUCHED == 0 && !entry.options.no_touch {
        return refuse(
            "the security key was not touched",
            format!("{COUNTERSIGN}; `no-touch-required` before the key in the policy would let it count"),
        );
    }
    if flags & CHECKED == 0 && entry.options.verify {
        return refuse(
            "the security key did not check its user, as `verify-required` asks",
            format!("{COUNTERSIGN}; a key made with `-O verify-required` checks its user"),
        );
    }
    Ok(())
}

fn is_authority(key: &SshKey, certificate: &Certificate) -> bool {
    key.options.authority.is_some() && key.data == certificate.authority
}

/// The principal of a certificate for which this entry's authority counts. A certificate without principals is for none.
fn principal<'a>(certificate: &'a Certificate, entry: &SshKey) -> Option<&'a String> {
    let patterns = entry.options.authority.as_deref().unwrap_or_default();
    certificate.principals.iter().find(|name| one_of(patterns.iter().map(String::as_str), name))
}

/// Whether the authority's certificate lets its key sign then. The note names it.
fn authorised(certificate: &Certificate, entry: &SshKey, time: i64) -> Result<String, Refusal> {
    let refuse = |why: String| {
        let remedy = format!("{COUNTERSIGN} by a new certificate of the authority");
        Err(Refusal::rejected(Step::Certificate, why, remedy))
    };
    if let Some(why) = certificate.problem(time) {
        return refuse(why);
    }
    let Some(principal) = principal(certificate, entry) else {
        return refuse("the certificate is for none of the authority's principals".to_owned());
    };
    Ok(format!("by a certificate of {} for {principal}", certificate.authority_fingerprint()))
}
