//! Owns the bytes of an SSH signature: every field once, nothing after them. Refuses what PROTOCOL.sshsig reserves, since it could
//! be changed without breaking the signature.

use ssh_key::{Certificate, HashAlg, PublicKey, Signature};

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
    if !take(&mut rest)?.is_empty() {
        return Err("its reserved field is not empty".to_owned());
    }
    let hash = match take(&mut rest)? {
        b"sha256" => HashAlg::Sha256,
        b"sha512" => HashAlg::Sha512,
        _ => return Err("its hash is neither sha256 nor sha512".to_owned()),
    };
    let signature = take(&mut rest)?;
    if !rest.is_empty() {
        return Err("bytes follow its last field".to_owned());
    }
    if take(&mut &*signature)? == b"ssh-rsa" {
        return Err("its signature is RSA with SHA-1".to_owned());
    }
    let signature = Signature::try_from(signature).map_err(|problem| format!("its signature does not parse: {problem}"))?;
    Ok(SshSignature { claimed: claimed(key)?, namespace, hash, signature })
}

fn claimed(key: &[u8]) -> Result<Claimed, String> {
    let mut rest = key;
    let kind = text(take(&mut rest)?)?;
    let wrong = |problem: ssh_key::Error| format!("its key does not parse: {problem}");
    if kind.ends_with("-cert-v01@openssh.com") {
        return Certificate::from_bytes(key).map(|cert| Claimed::Certificate(Box::new(cert))).map_err(wrong);
    }
    PublicKey::from_bytes(key).map(|key| Claimed::Key(Box::new(key))).map_err(wrong)
}

/// A length of four bytes and as many bytes.
fn take<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], String> {
    let cut = || "it is cut off".to_owned();
    let (length, after) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| cut())?;
    let (field, after) = after.split_at_checked(length).ok_or_else(cut)?;
    *rest = after;
    Ok(field)
}

fn text(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "it holds text that is not UTF-8".to_owned())
}
