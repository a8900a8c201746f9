//! Owns proving a document's RSA signature with `ring`, whose modular power takes a tenth of the time that the library's own
//! takes: most release keys are RSA. Refuses to refuse: what it does not prove is asked of the library, whose answer stands; and to
//! prove what the library would not, which `ring` could for longer keys. So the two can only agree, one of them slower.

use sequoia_openpgp as openpgp;

use openpgp::crypto::mpi;
use openpgp::packet::key::{PublicParts, UnspecifiedRole};
use openpgp::packet::{Key, Signature};
use openpgp::serialize::MarshalInto as _;
use openpgp::types::HashAlgorithm;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
};

use crate::signing::material::RSA_BITS;

/// Whether this version 4 RSA signature of a size that the library computes with is proven over `signed`. `false` says only that another has to
/// be asked: an old digest, another algorithm, another version, or a signature that does not fit.
pub(super) fn proves(signature: &Signature, key: &Key<PublicParts, UnspecifiedRole>, signed: &[u8]) -> bool {
    if signature.version() != 4 || key.version() != 4 {
        return false;
    }
    let (mpi::PublicKey::RSA { e, n }, mpi::Signature::RSA { s }) = (key.mpis(), signature.mpis()) else { return false };
    if !RSA_BITS.contains(&n.bits()) {
        return false;
    }
    let Some(parameters) = parameters(signature.hash_algo()) else { return false };
    // OpenPGP writes numbers without their leading zeros; the algorithm wants as many bytes as the modulus has.
    let (Ok(s), Some(covered)) = (s.value_padded(n.value().len()), covered(signature, signed)) else { return false };
    RsaPublicKeyComponents { n: n.value(), e: e.value() }.verify(parameters, &covered, &s).is_ok()
}

fn parameters(digest: HashAlgorithm) -> Option<&'static RsaParameters> {
    match digest {
        HashAlgorithm::SHA256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        HashAlgorithm::SHA384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        HashAlgorithm::SHA512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        _ => None,
    }
}

/// The bytes that a version 4 signature of a document covers: the document, the packet up to the end of its hashed area, and
/// a trailer with the length of that part (RFC 9580 section 5.2.4).
fn covered(signature: &Signature, signed: &[u8]) -> Option<Vec<u8>> {
    let area = signature.hashed_area().to_vec().ok()?;
    let length = u16::try_from(area.len()).ok()?;
    let mut all = Vec::with_capacity(signed.len() + area.len() + 12);
    all.extend_from_slice(signed);
    let head = [4, signature.typ().into(), signature.pk_algo().into(), signature.hash_algo().into()];
    all.extend_from_slice(&head);
    all.extend_from_slice(&length.to_be_bytes());
    all.extend_from_slice(&area);
    all.extend_from_slice(&[4, 0xff]);
    all.extend_from_slice(&(u32::from(length) + 6).to_be_bytes());
    Some(all)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use openpgp::parse::Parse as _;
    use openpgp::{Cert, Packet, PacketPile};

    use super::*;

    /// Signature packets of the tag objects of `fixtures-tags/`, with the bytes before them.
    fn signed_tags() -> Vec<(Signature, Vec<u8>)> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures-tags/tags")).expect("a folder") {
            let tag = std::fs::read(entry.expect("an entry").path()).expect("a file");
            let Some(at) = memchr::memmem::find(&tag, b"-----BEGIN PGP SIGNATURE-----") else { continue };
            let Ok(pile) = PacketPile::from_bytes(&tag[at..]) else { continue };
            let packets =
                pile.into_children().filter_map(|packet| if let Packet::Signature(one) = packet { Some(one) } else { None });
            all.extend(packets.map(|packet| (packet, tag[..at].to_vec())));
        }
        all
    }

    fn keys() -> Vec<Key<PublicParts, UnspecifiedRole>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures-tags/policies/keys");
        let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        let certs = files.filter_map(|path| Cert::from_file(path).ok());
        certs.flat_map(|cert| cert.keys().map(|key| key.key().clone()).collect::<Vec<_>>()).collect()
    }

    /// Every signature of the fixtures with every RSA key, over its own bytes and over changed ones: what is proven the library
    /// accepts, and what it accepts of today's digests and sizes is proven.
    #[test]
    fn the_two_ways_agree() {
        let keys: Vec<_> = keys().into_iter().filter(|key| matches!(key.mpis(), mpi::PublicKey::RSA { .. })).collect();
        let mut proven = 0;
        for (signature, signed) in signed_tags() {
            for key in &keys {
                let mut changed = signed.clone();
                changed.push(b'\n');
                for bytes in [&signed, &changed] {
                    let quick = proves(&signature, key, bytes);
                    let library = signature.verify_message(key, bytes).is_ok();
                    let today = parameters(signature.hash_algo()).is_some()
                        && key.mpis().bits().is_some_and(|bits| RSA_BITS.contains(&bits));
                    assert_eq!(quick, library && today && signature.version() == 4, "{signature:?}");
                    proven += usize::from(quick);
                }
            }
        }
        assert!(proven >= 2, "{proven} signatures proven");
        let longest = keys.iter().filter_map(|key| key.mpis().bits()).max();
        assert!(longest.is_some_and(|bits| bits > *RSA_BITS.end()), "no key that the library does not compute with");
    }
}
