//! Owns loading a certificate file: one armor block, one certificate, the pinned primary key, nothing secret. Refuses whatever
//! would let the file mean another key than the one pinned.

use sequoia_openpgp as openpgp;

use openpgp::cert::amalgamation::key::PrimaryKey as _;
use openpgp::packet::{Key, Signature, Tag, key};
use openpgp::parse::buffered_reader::BufferedReader as _;
use openpgp::parse::{Dearmor, PacketParserBuilder, PacketParserResult, Parse as _};
use openpgp::policy::StandardPolicy;
use openpgp::types::SignatureType;
use openpgp::{Cert, Fingerprint, KeyHandle, Packet};

use super::certify;
use super::revocation::{self, Hard, Revocation};
use super::unread::Unread;
use super::{moment, seconds};
use crate::signing::armor;
use crate::signing::material::{Material, RSA_BITS};

/// Bytes of a certificate file.
pub(super) const CERTIFICATE_BYTES: usize = 1024 * 1024;

/// A certificate of the policy.
#[derive(Clone, Debug)]
pub struct Certificate {
    pub(super) cert: Cert,
    /// Revocations of any kind in the file, by whomever.
    pub(super) revocations: Vec<Signature>,
    /// Those by its own primary key that count for all times.
    pub(super) hard: Vec<Hard>,
    /// What may be revocations and is not read.
    pub(super) unread: Vec<Unread>,
    /// Components and signatures in the file that the primary key does not vouch for; none of them is used.
    pub ignored: usize,
}

/// What the standard policy thinks of a certificate at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Why it cannot sign now, when it cannot.
    pub problem: Option<String>,
    /// When the last of its signing keys expires, in seconds since the epoch; `None`: never, or none can sign.
    pub expires: Option<i64>,
}

/// Loads the certificate whose primary key has this fingerprint (upper-case hex) from the bytes of a file.
///
/// # Errors
/// What is wrong with the file, as a clause; each is a policy error.
pub fn load(bytes: &[u8], fingerprint: &str) -> Result<Certificate, String> {
    let (cert, seen) = parse(bytes)?;
    let primary = cert.fingerprint().to_hex();
    if primary != fingerprint {
        let is_subkey = cert.keys().subkeys().any(|sub| sub.key().fingerprint().to_hex() == fingerprint);
        return Err(match is_subkey {
            true => format!("the pinned fingerprint is that of a subkey; pin the primary key, {primary}"),
            false => format!("its primary key is {primary}, not the pinned one"),
        });
    }
    let ignored = ignored(&cert) + seen.unparsed;
    let hard = revocation::hard(&cert, &seen.revocations)?;
    Ok(Certificate { cert, revocations: seen.revocations, hard, unread: seen.unread, ignored })
}

/// The fingerprint of the primary key of the one certificate in the bytes of a file that nobody has pinned yet, upper-case hex.
///
/// # Errors
/// As for [`load`].
pub fn primary(bytes: &[u8]) -> Result<String, String> {
    Ok(parse(bytes)?.0.fingerprint().to_hex())
}

/// What stands in a file beside that which the library keeps.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) revocations: Vec<Signature>,
    pub(super) unread: Vec<Unread>,
    unparsed: usize,
}

pub(super) fn parse(bytes: &[u8]) -> Result<(Cert, Seen), String> {
    if bytes.len() > CERTIFICATE_BYTES {
        return Err(format!("it is larger than {CERTIFICATE_BYTES} bytes"));
    }
    let armored = armor::decode(one_block(bytes)?, &armor::PGP_PUBLIC_KEY)?;
    if !armored.intact {
        return Err(armor::CHECKSUM.to_owned());
    }
    let seen = inspect(&armored.bytes)?;
    let cert = Cert::from_bytes(&armored.bytes).map_err(|problem| format!("it does not parse: {}", one_line(&problem)))?;
    Ok((cert, seen))
}

/// The one armor block of the file; text around it is no part of it, a second block is refused.
fn one_block(bytes: &[u8]) -> Result<&[u8], String> {
    const BEGIN: &[u8] = b"-----BEGIN PGP ";
    let starts: Vec<usize> = memchr::memmem::find_iter(bytes, BEGIN).collect();
    match starts.as_slice() {
        [] => Err("it holds no armored certificate (`gpg --export --armor FINGERPRINT` writes one)".to_owned()),
        [at] => {
            let block = &bytes[*at..];
            if block.starts_with(b"-----BEGIN PGP PRIVATE KEY BLOCK-----") {
                return Err(BURNT.to_owned());
            }
            if *at != 0 && bytes[*at - 1] != b'\n' {
                return Err("its block does not begin on a line of its own".to_owned());
            }
            let end = b"-----END PGP PUBLIC KEY BLOCK-----";
            let length = memchr::memmem::find(block, end).ok_or("its block has no END line")? + end.len();
            Ok(&block[..length])
        }
        _ => Err("it holds more than one armor block; a file is one certificate".to_owned()),
    }
}

const BURNT: &str = "it holds a secret key, which is burnt now: revoke it, make a new one, and commit the public part only";

/// Looks at the packets before they are put together: one primary key, nothing secret, nothing unknown that is critical.
fn inspect(packets: &[u8]) -> Result<Seen, String> {
    let mut primaries = 0;
    let mut seen = Seen::default();
    for_each(packets, |packet, _| {
        match packet {
            Packet::SecretKey(_) | Packet::SecretSubkey(_) => return Err(BURNT.to_owned()),
            Packet::PublicKey(_) => primaries += 1,
            Packet::Signature(signature) => {
                seen.unread.extend(Unread::signature(signature));
                if matches!(signature.typ(), SignatureType::KeyRevocation | SignatureType::SubkeyRevocation) {
                    seen.revocations.push(signature.clone());
                }
            }
            Packet::PublicSubkey(_) | Packet::UserID(_) | Packet::UserAttribute(_) => {}
            Packet::Marker(_) | Packet::Trust(_) | Packet::Padding(_) => {}
            Packet::Unknown(unknown) if unknown.tag() == Tag::Signature => {
                seen.unread.push(Unread::packet(unknown.body()));
                seen.unparsed += 1;
            }
            Packet::Unknown(unknown) if is_component(unknown.tag()) => {}
            other if other.tag().is_critical() => {
                return Err(format!("it holds a packet that no certificate has ({})", other.tag()));
            }
            _ => {}
        }
        Ok(())
    })?;
    match primaries {
        1 => Ok(seen),
        0 => Err("it holds no public key".to_owned()),
        _ => Err("it holds more than one certificate; a file is one certificate".to_owned()),
    }
}

/// Packets of a kind that belongs to certificates, in a version that the library does not know: ignored as unbound.
fn is_component(tag: Tag) -> bool {
    matches!(tag, Tag::PublicSubkey | Tag::UserID | Tag::UserAttribute)
}

/// Calls `look` with every packet, none of them unfolded, and whether bytes of it stand after what was parsed.
pub(super) fn for_each(packets: &[u8], mut look: impl FnMut(&Packet, bool) -> Result<(), String>) -> Result<(), String> {
    let unreadable = |problem: openpgp::anyhow::Error| format!("its packets cannot be read: {}", one_line(&problem));
    let builder = PacketParserBuilder::from_bytes(packets).map_err(unreadable)?;
    let mut next: PacketParserResult<'_> =
        builder.dearmor(Dearmor::Disabled).max_recursion_depth(0).build().map_err(unreadable)?;
    while let PacketParserResult::Some(mut parser) = next {
        let unknown = matches!(parser.packet, Packet::Unknown(_));
        let rest = if unknown {
            parser.buffer_unread_content().map(<[u8]>::len)
        } else {
            parser.data(1).map(<[u8]>::len).map_err(Into::into)
        };
        look(&parser.packet, rest.map_err(unreadable)? > 0)?;
        next = parser.next().map_err(unreadable)?.1;
    }
    Ok(())
}

/// What the primary key does not vouch for.
fn ignored(cert: &Cert) -> usize {
    let keys =
        cert.keys().subkeys().filter(|sub| sub.self_signatures().next().is_none() && sub.self_revocations().next().is_none());
    let users = cert.userids().filter(|user| user.self_signatures().next().is_none() && user.self_revocations().next().is_none());
    keys.count() + users.count() + cert.unknowns().count() + cert.bad_signatures().count()
}

impl Certificate {
    /// The fingerprint of the primary key, upper-case hex.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.cert.fingerprint().to_hex()
    }

    /// Whether both hold the same packets.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.cert == other.cert && self.ignored == other.ignored && self.unread == other.unread
    }

    /// The keys in it that can sign, or could once: fingerprint and what they are made of. A key that never confirmed that it belongs here is not
    /// among them, since anybody can name it.
    #[must_use]
    pub fn signing_keys(&self) -> Vec<(String, Material)> {
        let signs = |signature: &Signature| signature.key_flags().is_some_and(|flags| flags.for_signing());
        // The library keeps a binding of a signing key only with the key's own confirmation.
        let bound = self.cert.keys().filter(|key| key.primary() || key.self_signatures().any(signs));
        bound.map(|key| (key.key().fingerprint().to_hex(), Material::of_openpgp(key.key().mpis()))).collect()
    }

    /// What the standard policy thinks of it at `now` (seconds since the epoch); `sha1`: its own signatures may use SHA-1.
    #[must_use]
    pub fn standing(&self, now: i64, sha1: bool) -> Standing {
        let policy = certify::standard(now, sha1);
        let problem = |text: String| Standing { problem: Some(text), expires: None };
        let primary = self.cert.primary_key().key();
        if let Some(what) = unfit(primary) {
            return problem(what);
        }
        let valid = match self.cert.with_policy(&policy, Some(moment(now))) {
            Ok(valid) => valid,
            Err(_) if !sha1 && self.cert.with_policy(&certify::standard(now, true), Some(moment(now))).is_ok() => {
                return problem("its own signatures use SHA-1; its owner re-certifies it with SHA-256".to_owned());
            }
            Err(error) => return problem(one_line(&error)),
        };
        if let Some(what) = self.revoked(&primary.fingerprint(), now) {
            return problem(what);
        }
        if let Err(error) = valid.alive() {
            return problem(one_line(&error));
        }
        let could: Vec<_> = valid.keys().for_signing().alive().revoked(false).collect();
        let flaw = |key: &Key<_, _>| unfit(key).or_else(|| self.revoked(&key.fingerprint(), now));
        let (signing, flawed): (Vec<_>, Vec<_>) = could.into_iter().partition(|key| flaw(key.key()).is_none());
        if signing.is_empty() {
            // The library leaves out a subkey whose own confirmation it cannot compute.
            let left_out = || self.cert.keys().subkeys().find_map(|sub| unfit(sub.key()));
            let why = flawed.iter().find_map(|key| flaw(key.key())).or_else(left_out);
            return problem(why.unwrap_or_else(|| "none of its keys can sign now".to_owned()));
        }
        let ends: Option<Vec<_>> = signing.iter().map(|key| key.key_expiration_time()).collect();
        let last = ends.and_then(|ends| ends.into_iter().max());
        let own = valid.primary_key().key_expiration_time();
        Standing { problem: None, expires: [last, own].into_iter().flatten().min().map(seconds) }
    }

    /// The first moment that its own signatures speak of, where some key of it is older by more than a day: what they said before
    /// was left out of the file, and releases signed then are judged by what they say now.
    #[must_use]
    pub fn speaks_since(&self) -> Option<i64> {
        fn oldest<'a>(all: impl Iterator<Item = &'a Signature>) -> Option<i64> {
            all.filter_map(|own| own.signature_creation_time()).map(seconds).min()
        }
        let primary = self.cert.primary_key();
        let whole = primary.self_signatures().chain(self.cert.userids().flat_map(|id| id.self_signatures()));
        let whole = oldest(whole).map(|first| (seconds(primary.key().creation_time()), first));
        let signing = self.signing_keys();
        let signs = |key: &Fingerprint| signing.iter().any(|(own, _)| *own == key.to_hex());
        let parts = self
            .cert
            .keys()
            .subkeys()
            .filter(|sub| signs(&sub.key().fingerprint()))
            .filter_map(|sub| Some((seconds(sub.key().creation_time()), oldest(sub.self_signatures())?)));
        whole.into_iter().chain(parts).filter(|(made, first)| first - made > 86_400).map(|(_, first)| first).max()
    }

    /// Its owner revoked the primary key for all times: as compromised, or without saying why.
    #[must_use]
    pub fn is_revoked_for_good(&self, now: i64) -> bool {
        self.revocations(&self.cert.fingerprint(), now).iter().any(Revocation::is_hard)
    }

    /// By what it or this key of it is revoked at `now`.
    fn revocations(&self, key: &Fingerprint, now: i64) -> Vec<Revocation> {
        let policy = StandardPolicy::at(moment(now));
        revocation::of(&self.cert, &self.hard, key, &policy, now)
    }

    /// That it or this key of it is revoked at `now`, or might be, as a clause.
    fn revoked(&self, key: &Fingerprint, now: i64) -> Option<String> {
        if let Some(revocation) = self.revocations(key, now).first() {
            let what = if revocation.what == "the key" { "its key is revoked" } else { "it is revoked" };
            return Some(format!("{what}{}", revocation.why()));
        }
        self.unread(key, &[]).map(|unread| format!("it holds a revocation that cannot be read: {}", unread.why))
    }

    /// What may revoke it or this key of it and is not read, by itself or by one of `revokers`, as it claims. Nobody can tell whether it was
    /// forged; what anybody else says is his alone.
    pub(super) fn unread(&self, key: &Fingerprint, revokers: &[KeyHandle]) -> Option<&Unread> {
        let by = [&[self.cert.key_handle()][..], revokers].concat();
        let subkey = self.cert.fingerprint() != *key;
        self.unread.iter().find(|unread| unread.may_revoke(subkey, &by))
    }
}

/// The name of an algorithm or curve of this key that the library cannot compute with.
pub(super) fn unsupported<P: key::KeyParts, R: key::KeyRole>(key: &Key<P, R>) -> Option<String> {
    use openpgp::crypto::mpi::PublicKey;
    let curve = match key.mpis() {
        PublicKey::EdDSA { curve, .. } | PublicKey::ECDSA { curve, .. } => Some(curve),
        _ => None,
    };
    if let Some(curve) = curve.filter(|curve| !curve.is_supported()) {
        return Some(format!("the curve {curve}"));
    }
    if let Some(bits) = rsa_bits(key).filter(|bits| bits > RSA_BITS.end()) {
        return Some(format!("RSA of {bits} bits"));
    }
    let signs = key.pk_algo().for_signing();
    (signs && !key.pk_algo().is_supported()).then(|| format!("the algorithm {}", key.pk_algo()))
}

/// The algorithm of this key and its size, when nothing that it signs proves anything any more.
pub(super) fn weak<P: key::KeyParts, R: key::KeyRole>(key: &Key<P, R>) -> Option<String> {
    use openpgp::crypto::mpi::PublicKey;
    if let Some(bits) = rsa_bits(key).filter(|bits| bits < RSA_BITS.start()) {
        return Some(format!("RSA of {bits} bits"));
    }
    let PublicKey::DSA { p, .. } = key.mpis() else { return None };
    (p.bits() < *RSA_BITS.start()).then(|| format!("DSA of {} bits", p.bits()))
}

/// Why nothing that this key signs can be taken, as a clause.
fn unfit<P: key::KeyParts, R: key::KeyRole>(key: &Key<P, R>) -> Option<String> {
    let unsupported = unsupported(key).map(|what| format!("it uses {what}, which is not supported"));
    unsupported.or_else(|| weak(key).map(|what| format!("it uses {what}, which is too weak")))
}

fn rsa_bits<P: key::KeyParts, R: key::KeyRole>(key: &Key<P, R>) -> Option<usize> {
    match key.mpis() {
        openpgp::crypto::mpi::PublicKey::RSA { n, .. } => Some(n.bits()),
        _ => None,
    }
}

/// An error of the library as one clause.
pub(super) fn one_line(problem: &openpgp::anyhow::Error) -> String {
    let causes: Vec<String> = problem.chain().map(ToString::to_string).collect();
    causes.join(": ").replace('\n', " ")
}
