//! Owns the bytes of an OpenSSH certificate: whose key it is for, when, and that its authority signed them. Written here since the
//! library cannot read one without an end, which is what ssh-keygen makes by default. Refuses to say which authority counts.
//!
//! Source: PROTOCOL.certkeys of OpenSSH.

use ssh_key::public::KeyData;
use ssh_key::{HashAlg, PublicKey, Signature};

use super::sshsig::{signature, take, text};

/// How the names of kinds of certificates end.
const ENDING: &str = "-cert-v01@openssh.com";
/// For users; the other kind is for hosts.
const USER: u32 = 1;
/// Names in one certificate, as OpenSSH bounds them.
const MOST_PRINCIPALS: usize = 256;

/// A parsed certificate.
#[derive(Debug)]
pub(super) struct Certificate {
    /// The certified key.
    pub(super) key: PublicKey,
    /// The key that signed it, as it says.
    pub(super) authority: KeyData,
    /// Whom it is for.
    pub(super) principals: Vec<String>,
    /// The first second that no longer counts; `u64::MAX`: never.
    pub(super) before: u64,
    after: u64,
    kind: u32,
    critical: Option<String>,
    signed: Vec<u8>,
    signature: Signature,
}

/// Whether a key blob of this kind is a certificate.
pub(super) fn is_certificate(kind: &str) -> bool {
    kind.ends_with(ENDING)
}

/// Parses a key blob that is a certificate.
///
/// # Errors
/// What departs from the format, as a clause.
pub(super) fn parse(bytes: &[u8]) -> Result<Certificate, String> {
    let mut rest = bytes;
    let kind = text(take(&mut rest)?)?;
    let plain = kind.strip_suffix(ENDING).unwrap_or_default();
    let (plain, fields) = match plain {
        "ssh-ed25519" => (plain.to_owned(), 1),
        "ssh-rsa" | "ecdsa-sha2-nistp256" | "ecdsa-sha2-nistp384" | "ecdsa-sha2-nistp521" => (plain.to_owned(), 2),
        "sk-ssh-ed25519" => (format!("{plain}@openssh.com"), 2),
        "sk-ecdsa-sha2-nistp256" => (format!("{plain}@openssh.com"), 3),
        _ => return Err(format!("`{kind}` is no kind of certificate that is read")),
    };
    take(&mut rest)?;
    let before_fields = rest;
    for _ in 0..fields {
        take(&mut rest)?;
    }
    let key = [field(plain.as_bytes())?.as_slice(), &before_fields[..before_fields.len() - rest.len()]].concat();
    let key = PublicKey::from_bytes(&key).map_err(|problem| format!("its key does not parse: {problem}"))?;
    number::<8>(&mut rest)?;
    let kind = u32::from_be_bytes(number(&mut rest)?);
    take(&mut rest)?;
    let principals = texts(take(&mut rest)?)?;
    let (after, before) = (u64::from_be_bytes(number(&mut rest)?), u64::from_be_bytes(number(&mut rest)?));
    let mut options = take(&mut rest)?;
    let critical = if options.is_empty() { None } else { Some(text(take(&mut options)?)?) };
    // Extensions bind nobody, and nothing is known to be reserved for.
    take(&mut rest)?;
    take(&mut rest)?;
    let authority = PublicKey::from_bytes(take(&mut rest)?);
    let authority = authority.map_err(|problem| format!("the key of its authority does not parse: {problem}"))?;
    let signed = bytes[..bytes.len() - rest.len()].to_vec();
    let signature = signature(take(&mut rest)?)?;
    if !rest.is_empty() {
        return Err("bytes follow the certificate".to_owned());
    }
    let authority = authority.key_data().clone();
    Ok(Certificate { key, authority, principals, before, after, kind, critical, signed, signature })
}

impl Certificate {
    /// Why the authority it names did not let its key sign at `time` (seconds since the epoch), as a clause.
    pub(super) fn problem(&self, time: i64) -> Option<String> {
        use signature::Verifier as _;
        if self.authority.verify(&self.signed, &self.signature).is_err() {
            return Some("the signature of the certificate's authority does not fit".to_owned());
        }
        let time = u64::try_from(time).unwrap_or(0);
        if time < self.after || time >= self.before {
            return Some("the certificate does not hold at the tagger's time".to_owned());
        }
        if self.kind != USER {
            return Some("the certificate is a host's".to_owned());
        }
        self.critical.as_ref().map(|option| format!("the certificate has the critical option `{option}`"))
    }

    /// `SHA256:…` of the authority.
    pub(super) fn authority_fingerprint(&self) -> String {
        self.authority.fingerprint(HashAlg::Sha256).to_string()
    }
}

/// A length of four bytes before the bytes.
fn field(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let length = u32::try_from(bytes.len()).map_err(|_| "it is too long".to_owned())?;
    Ok([&length.to_be_bytes(), bytes].concat())
}

fn number<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], String> {
    let (number, after) = rest.split_first_chunk::<N>().ok_or("it is cut off")?;
    *rest = after;
    Ok(*number)
}

fn texts(mut list: &[u8]) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    while !list.is_empty() {
        if all.len() == MOST_PRINCIPALS {
            return Err(format!("it names more than {MOST_PRINCIPALS} principals"));
        }
        all.push(text(take(&mut list)?)?);
    }
    Ok(all)
}
