//! Owns the bytes of an SSH signature: every field once, nothing after them. Refuses what PROTOCOL.sshsig reserves, since it could
//! be changed without breaking the signature.

use ssh_key::{HashAlg, PublicKey, Signature};

use super::certificate::{self, Certificate};

const MAGIC: &[u8] = b"SSHSIG";

/// The key that a signature says it was made by.
#[derive(Debug)]
pub(super) enum Claimed {
    /// A plain key.
    Key(Box<PublicKey>),
    /// A key in a certificate.
    Certificate(Box<Certificate>),
}

/// A parsed signature.
#[derive(Debug)]
pub(super) struct SshSignature {
    /// By whom, as it says.
    pub(super) claimed: Claimed,
    /// What it is for.
    pub(super) namespace: String,
    /// How the message was hashed.
    pub(super) hash: HashAlg,
    /// The signature itself.
    pub(super) signature: Signature,
    /// What no signature covers and another spelling would leave out, as a clause.
    pub(super) unusual: Option<&'static str>,
}

/// Parses the bytes inside the armor.
///
/// # Errors
/// What departs from the format, as a clause.
pub(super) fn parse(bytes: &[u8]) -> Result<SshSignature, String> {
    let rest = bytes.strip_prefix(MAGIC).ok_or("it does not begin with SSHSIG")?;
    let (version, mut rest) = rest.split_first_chunk::<4>().ok_or("it is cut off")?;
    if u32::from_be_bytes(*version) != 1 {
        return Err("its version is not 1".to_owned());
    }
    let key = take(&mut rest)?;
    let namespace = text(take(&mut rest)?)?;
    let reserved = take(&mut rest)?;
    let unusual = (!reserved.is_empty()).then_some("its reserved field is not empty, which nothing signs");
    let hash = match take(&mut rest)? {
        b"sha256" => HashAlg::Sha256,
        b"sha512" => HashAlg::Sha512,
        _ => return Err("its hash is neither sha256 nor sha512".to_owned()),
    };
    let signature = signature(take(&mut rest)?)?;
    if !rest.is_empty() {
        return Err("bytes follow its last field".to_owned());
    }
    Ok(SshSignature { claimed: claimed(key)?, namespace, hash, signature, unusual })
}

/// A signature that fills its field: the library leaves what follows it unread, and anybody could put it there.
///
/// # Errors
/// What departs from that, as a clause.
pub(super) fn signature(field: &[u8]) -> Result<Signature, String> {
    /// Flags and counter of a security key.
    const PRESENCE: usize = 5;
    let mut rest = field;
    let kind = take(&mut rest)?;
    if kind == b"ssh-rsa" {
        return Err("its signature is RSA with SHA-1".to_owned());
    }
    take(&mut rest)?;
    if rest.len() != if kind.starts_with(b"sk-") { PRESENCE } else { 0 } {
        return Err("bytes follow the signature in its field, or are missing there".to_owned());
    }
    Signature::try_from(field).map_err(|problem| format!("its signature does not parse: {problem}"))
}

fn claimed(key: &[u8]) -> Result<Claimed, String> {
    let mut rest = key;
    let kind = text(take(&mut rest)?)?;
    if certificate::is_certificate(&kind) {
        return certificate::parse(key).map(|cert| Claimed::Certificate(Box::new(cert)));
    }
    let key = PublicKey::from_bytes(key).map_err(|problem| format!("its key does not parse: {problem}"))?;
    Ok(Claimed::Key(Box::new(key)))
}

/// A length of four bytes and as many bytes.
pub(super) fn take<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], String> {
    let cut = || "it is cut off".to_owned();
    let (length, after) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| cut())?;
    let (field, after) = after.split_at_checked(length).ok_or_else(cut)?;
    *rest = after;
    Ok(field)
}

pub(super) fn text(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "it holds text that is not UTF-8".to_owned())
}
