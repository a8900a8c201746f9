//! Owns verifying the signature in a commit's header over the rest of the commit. Refuses roles: whose signature counts for what is
//! asked by others.

use super::blocks::{Block, BlockKind};
use super::refusal::{Refusal, Step};
use super::signed::{self, Signer};
use super::trust::Trust;

const HEADER: &[u8] = b"gpgsig ";
const OTHER: &[u8] = b"gpgsig-sha256 ";
const REMEDY: &str = "sign commits: git config commit.gpgSign true";

/// Who signed a commit of these bytes, whose committer's time is `time`.
///
/// # Errors
/// It is not signed, or the signature does not hold, or is by nobody of the policy.
pub fn verify(bytes: &[u8], time: i64, trust: &Trust) -> Result<Signer, Refusal> {
    let (payload, block) = split(bytes).map_err(|why| Refusal::rejected(Step::Block, format!("the commit {why}"), REMEDY))?;
    let kind = kind(&block)
        .ok_or_else(|| Refusal::rejected(Step::Block, "the commit's signature is of no kind that git writes", REMEDY))?;
    if kind == BlockKind::X509 {
        let reason = "the commit is signed with X.509 (gpgsm or gitsign), which is not verified";
        return Err(Refusal::indeterminate(Step::Algorithm, reason, "sign commits with an OpenPGP or SSH key of the policy"));
    }
    let block = Block { kind, text: &block, signed: &payload, timestamped: false, spaced: false };
    let mut notes = Vec::new();
    let signers = signed::verify_block(&block, time, trust, &mut notes)?;
    match signers.into_iter().next() {
        Some(signer) if signer.person.is_some() => Ok(signer),
        Some(Signer { missing: Some(missing), primary, .. }) => Err(missing.refusal(&primary)),
        Some(signer) => {
            let reason = format!("the commit is signed by the key {}, which is nobody's in the policy", signer.primary);
            Err(Refusal::rejected(Step::Signer, reason, "add the key by a reviewed change of the policy: tollgate keys add"))
        }
        None => Err(Refusal::rejected(Step::Signer, "nobody signed the commit", REMEDY)),
    }
}

/// The commit without its signature, and the signature; a header line goes on where the next begins with a blank.
fn split(bytes: &[u8]) -> Result<(Vec<u8>, Vec<u8>), &'static str> {
    let end = memchr::memmem::find(bytes, b"\n\n").map_or(bytes.len(), |at| at + 1);
    let (header, message) = bytes.split_at(end);
    let (mut payload, mut block) = (Vec::with_capacity(bytes.len()), Vec::new());
    let (mut inside, mut other, mut seen) = (false, false, false);
    for line in header.split_inclusive(|byte| *byte == b'\n') {
        if let Some(first) = line.strip_prefix(HEADER) {
            if seen {
                return Err("has two signatures");
            }
            (inside, other, seen) = (true, false, true);
            block.extend_from_slice(first);
        } else if line.starts_with(OTHER) || (other && line.starts_with(b" ")) {
            // The signature over the same commit's other id is part of neither.
            (inside, other) = (false, true);
        } else if let Some(more) = line.strip_prefix(b" ").filter(|_| inside) {
            block.extend_from_slice(more);
        } else {
            (inside, other) = (false, false);
            payload.extend_from_slice(line);
        }
    }
    payload.extend_from_slice(message);
    // Forges leave an empty line behind the block.
    while block.ends_with(b"\n\n") {
        block.pop();
    }
    if seen { Ok((payload, block)) } else { Err("is not signed") }
}

fn kind(block: &[u8]) -> Option<BlockKind> {
    [
        (&b"-----BEGIN PGP SIGNATURE-----"[..], BlockKind::OpenPgp),
        (b"-----BEGIN SSH SIGNATURE-----", BlockKind::Ssh),
        (b"-----BEGIN SIGNED MESSAGE-----", BlockKind::X509),
    ]
    .into_iter()
    .find(|(begin, _)| block.starts_with(begin))
    .map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_taken_out_and_nothing_else() {
        let bytes =
            b"tree x\ngpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----\nencoding y\n\n gpgsig z\n";
        let (payload, block) = split(bytes).expect("signed");
        assert_eq!(payload, b"tree x\nencoding y\n\n gpgsig z\n");
        assert_eq!(block, b"-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n");
        assert_eq!(kind(&block), Some(BlockKind::Ssh));
        let forged = split(b"tree x\ngpgsig a\n \n\n\nm\n").expect("signed");
        assert_eq!(forged, (b"tree x\n\n\nm\n".to_vec(), b"a\n".to_vec()));
        assert_eq!(split(b"gpgsig-sha256 a\n b\ngpgsig c\n d\n\nm").expect("signed").0, b"\nm");
        assert!(split(b"tree x\n\ngpgsig y\n").is_err(), "a message is no header");
        assert!(split(b"gpgsig a\ngpgsig b\n\n").is_err());
        assert!(split(b"").is_err() && split(b" x").is_err());
    }
}
