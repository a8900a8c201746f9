//! Owns what a key is made of, whatever format, number of its algorithm or time of its making is written with it: whoever holds the
//! secret half of one such key holds that of the other. Refuses to compute with it.

use std::ops::RangeInclusive;

use sequoia_openpgp::crypto::mpi::PublicKey;
use sequoia_openpgp::serialize::MarshalInto as _;
use sequoia_openpgp::types::Curve;
use ssh_key::public::KeyData;

/// Bits of an RSA key: below them it is too weak, above them the libraries do not compute.
pub(super) const RSA_BITS: RangeInclusive<usize> = 2048..=4096;

/// The public numbers of a key, written one way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Material(&'static str, Vec<u8>);

/// The kind of an RSA key.
const RSA: &str = "rsa";
/// The kind of a key on Curve 25519 that signs.
const ED25519: &str = "ed25519";

impl Material {
    pub(super) fn of_openpgp(key: &PublicKey) -> Self {
        match key {
            PublicKey::RSA { n, .. } => Self::rsa(n.value()),
            PublicKey::EdDSA { curve: Curve::Ed25519, q } => Self::edwards(q.value().strip_prefix(&[0x40]).unwrap_or(q.value())),
            PublicKey::Ed25519 { a } => Self::edwards(a),
            PublicKey::ECDSA { curve, q } => match curve {
                Curve::NistP256 => Self::weierstrass("nistp256", q.value()),
                Curve::NistP384 => Self::weierstrass("nistp384", q.value()),
                Curve::NistP521 => Self::weierstrass("nistp521", q.value()),
                _ => Self::other(key.to_vec().unwrap_or_default()),
            },
            other => Self::other(other.to_vec().unwrap_or_default()),
        }
    }

    pub(super) fn of_ssh(key: &KeyData) -> Self {
        match key {
            KeyData::Rsa(rsa) => Self::rsa(rsa.n.as_positive_bytes().unwrap_or_default()),
            KeyData::Ed25519(point) => Self::edwards(&point.0),
            KeyData::SkEd25519(key) => Self::edwards(&key.public_key().0),
            KeyData::Ecdsa(key) => Self::sec1(key),
            KeyData::SkEcdsaSha2NistP256(key) => Self::weierstrass("nistp256", key.ec_point().as_bytes()),
            other => Self::other(other.fingerprint(ssh_key::HashAlg::Sha256).as_bytes().to_vec()),
        }
    }

    fn sec1(key: &ssh_key::public::EcdsaPublicKey) -> Self {
        use ssh_key::EcdsaCurve;
        let curve = match key.curve() {
            EcdsaCurve::NistP256 => "nistp256",
            EcdsaCurve::NistP384 => "nistp384",
            EcdsaCurve::NistP521 => "nistp521",
        };
        Self::weierstrass(curve, key.as_ref())
    }

    /// Keys with one modulus have one holder, whatever their exponents.
    fn rsa(modulus: &[u8]) -> Self {
        let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
        Self(RSA, modulus[zeros..].to_vec())
    }

    /// A point without its sign: whoever knows the number behind it knows the number behind its negative.
    fn edwards(point: &[u8]) -> Self {
        let mut point = point.to_vec();
        if let Some(last) = point.last_mut() {
            *last &= 0x7f;
        }
        Self(ED25519, point)
    }

    /// The x of a point, which its negative shares, compressed or not.
    fn weierstrass(curve: &'static str, point: &[u8]) -> Self {
        let x = match point.split_first() {
            Some((4, both)) => &both[..both.len() / 2],
            Some((2 | 3, x)) => x,
            _ => point,
        };
        Self(curve, x.to_vec())
    }

    /// A key of which no more than its fingerprint is known.
    #[must_use]
    pub fn of_fingerprint(fingerprint: &str) -> Self {
        Self("fingerprint", fingerprint.as_bytes().to_vec())
    }

    fn other(bytes: Vec<u8>) -> Self {
        Self("", bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sequoia_openpgp::crypto::mpi::MPI;

    #[test]
    fn one_key_is_one_however_it_is_written() {
        let point = [7; 32];
        let new = Material::of_openpgp(&PublicKey::Ed25519 { a: point });
        let old = PublicKey::EdDSA { curve: Curve::Ed25519, q: MPI::new(&[&[0x40][..], &point].concat()) };
        let ssh = KeyData::Ed25519(ssh_key::public::Ed25519PublicKey(point));
        assert!(new == Material::of_openpgp(&old) && new == Material::of_ssh(&ssh));
        assert_ne!(new, Material::of_openpgp(&PublicKey::Ed25519 { a: [8; 32] }));
        let ecdsa = |point: &[u8]| Material::of_openpgp(&PublicKey::ECDSA { curve: Curve::NistP256, q: MPI::new(point) });
        let whole = ecdsa(&[&[4][..], &[1; 32], &[2; 32]].concat());
        assert_eq!(whole, ecdsa(&[&[3][..], &[1; 32]].concat()));
        assert_ne!(whole, ecdsa(&[&[3][..], &[2; 32]].concat()));
        let rsa = |e: u8| Material::of_openpgp(&PublicKey::RSA { e: MPI::new(&[e]), n: MPI::new(&[9; 256]) });
        assert_eq!(rsa(3), rsa(17));
    }
}
