//! Owns verifying one SSH block over the bytes before it, by the keys of the policy. Refuses to take a time from an SSH signature:
//! it has none.

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, Certificate, HashAlg, PublicKey, SshSig};

use super::allowed_signers::glob;
use super::key::{SshKey, strength};
use super::sshsig::{self, Claimed, SshSignature};
use crate::signing::refusal::{COUNTERSIGN, NEXT, Refusal, Step};
use crate::signing::trust::Trust;

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
    /// `SHA256:…` of the key that verified; of a stranger the one that the block claims.
    pub(in crate::signing) fingerprint: String,
    /// When the authority's certificate ended, when that is past.
    pub(in crate::signing) over: Option<i64>,
    /// What a reader should know.
    pub(in crate::signing) notes: Vec<String>,
}

/// Verifies one decoded block over `signed`; `time` is the tagger's, in seconds since the epoch.
///
/// # Errors
/// The block is malformed, or a signature by a key of the policy does not hold.
pub(in crate::signing) fn verify(bytes: &[u8], signed: &[u8], time: i64, trust: &Trust) -> Result<Verified, Refusal> {
    let refuse = |why: String| Refusal::rejected(Step::Block, format!("the signature block is refused: {why}"), NEXT);
    let parsed = sshsig::parse(bytes).map_err(refuse)?;
    if parsed.namespace != NAMESPACE {
        return Err(refuse(format!("it was made for `{}`, not for git", parsed.namespace)));
    }
    let data = match &parsed.claimed {
        Claimed::Key(key) => key.key_data(),
        Claimed::Certificate(certificate) => certificate.public_key(),
    };
    let fingerprint = data.fingerprint(HashAlg::Sha256).to_string();
    let found = match &parsed.claimed {
        Claimed::Key(_) => find(trust, |key| key.options.authority.is_none() && key.data == *data),
        // One authority may stand for several people, each with principals of their own.
        Claimed::Certificate(certificate) => {
            find(trust, |key| is_authority(key, certificate) && principal(certificate, key).is_some())
                .or_else(|| find(trust, |key| is_authority(key, certificate)))
        }
    };
    let Some((key, entry)) = found else { return Ok(Verified { key: None, fingerprint, over: None, notes: Vec::new() }) };
    strength(data).map_err(weak)?;
    algorithm(&parsed, data).map_err(weak)?;
    let (mut notes, mut over) = (Vec::new(), None);
    if let Claimed::Certificate(certificate) = &parsed.claimed {
        over = i64::try_from(certificate.valid_before()).ok().filter(|end| *end <= trust.now);
        notes.push(authorised(certificate, entry, time)?);
    }
    presence(&parsed, entry)?;
    let whole = SshSig::new(data.clone(), NAMESPACE, parsed.hash, parsed.signature.clone())
        .map_err(|problem| refuse(problem.to_string()))?;
    if PublicKey::from(data.clone()).verify(NAMESPACE, signed, &whole).is_err() {
        return Err(Refusal::rejected(Step::Block, "the signature does not fit the bytes of this tag", NEXT));
    }
    Ok(Verified { key: Some(key), fingerprint, over, notes })
}

fn weak(why: String) -> Refusal {
    Refusal::rejected(Step::Algorithm, why, COUNTERSIGN)
}

fn find(trust: &Trust, is_it: impl Fn(&SshKey) -> bool) -> Option<((usize, usize), &SshKey)> {
    let all = trust.people.iter().enumerate();
    let mut keys = all.flat_map(|(person, held)| held.ssh.iter().enumerate().map(move |(entry, key)| ((person, entry), key)));
    keys.find(|(_, key)| is_it(key))
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
    let refuse = |reason, remedy| Err(Refusal::rejected(Step::Signer, reason, remedy));
    if flags & TOUCHED == 0 && !entry.options.no_touch {
        return refuse(
            "the security key was not touched",
            "sign again and touch it, or give the key `no-touch-required` in the policy",
        );
    }
    if flags & CHECKED == 0 && entry.options.verify {
        return refuse(
            "the security key did not check its user, as `verify-required` asks",
            "sign with a key made with `-O verify-required`",
        );
    }
    Ok(())
}

fn is_authority(key: &SshKey, certificate: &Certificate) -> bool {
    key.options.authority.is_some() && key.data == *certificate.signature_key()
}

/// The principal of a certificate for which this entry's authority counts. A certificate without principals is for none.
fn principal<'a>(certificate: &'a Certificate, entry: &SshKey) -> Option<&'a String> {
    let patterns = entry.options.authority.as_deref().unwrap_or_default();
    certificate.valid_principals().iter().find(|name| patterns.iter().any(|pattern| glob(pattern, name)))
}

/// Whether the authority's certificate lets its key sign then. The note names it.
fn authorised(certificate: &Certificate, entry: &SshKey, time: i64) -> Result<String, Refusal> {
    let refuse = |why: String| {
        Err(Refusal::rejected(Step::Certificate, why, "have the authority issue a new certificate, and sign the next version"))
    };
    let at = u64::try_from(time).unwrap_or(0);
    let authority = certificate.signature_key().fingerprint(HashAlg::Sha256);
    if let Err(problem) = certificate.validate_at(at, [&authority]) {
        return refuse(format!("the certificate does not hold at the tagger's time: {problem}"));
    }
    if !certificate.cert_type().is_user() {
        return refuse("the certificate is a host's".to_owned());
    }
    if let Some((option, _)) = certificate.critical_options().iter().next() {
        return refuse(format!("the certificate has the critical option `{option}`"));
    }
    let Some(principal) = principal(certificate, entry) else {
        return refuse("the certificate is for none of the authority's principals".to_owned());
    };
    Ok(format!("by a certificate of {authority} for {principal}"))
}
