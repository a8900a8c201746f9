//! Owns finding the signature blocks of a tag object: git's rule, which takes the last line that begins a block, and blocks
//! chained over one another. Stricter than git after END: nothing may follow but a trailer that the policy names. Refuses to
//! decode a block.

use super::armor::{PGP_SIGNATURE, SSH_SIGNATURE, Style};
use super::refusal::{COUNTERSIGN, NEXT, Refusal, Step};

/// Blocks in one tag; no tag in the wild has two.
const MOST_BLOCKS: usize = 16;

/// What the first line of a block says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// `PGP SIGNATURE`.
    OpenPgp,
    /// `PGP MESSAGE`, which git takes for a signature too.
    OpenPgpMessage,
    /// `SSH SIGNATURE`.
    Ssh,
    /// `SIGNED MESSAGE`: CMS, as gpgsm and gitsign write.
    X509,
}

/// The lines that begin a block for git (`gpg-interface.c`), compared as prefixes of a line.
const MARKERS: [(&[u8], BlockKind); 4] = [
    (b"-----BEGIN PGP SIGNATURE-----", BlockKind::OpenPgp),
    (b"-----BEGIN PGP MESSAGE-----", BlockKind::OpenPgpMessage),
    (b"-----BEGIN SSH SIGNATURE-----", BlockKind::Ssh),
    (b"-----BEGIN SIGNED MESSAGE-----", BlockKind::X509),
];

const TIMESTAMP_BEGIN: &[u8] = b"-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----\n";
const TIMESTAMP_END: &[u8] = b"-----END OPENTIMESTAMPS GIT TIMESTAMP-----\n";

impl BlockKind {
    fn end(self) -> &'static [u8] {
        match self {
            Self::OpenPgp => b"-----END PGP SIGNATURE-----",
            Self::OpenPgpMessage => b"-----END PGP MESSAGE-----",
            Self::Ssh => b"-----END SSH SIGNATURE-----",
            Self::X509 => b"-----END SIGNED MESSAGE-----",
        }
    }

    /// How it is written, for the kinds that are verified.
    #[must_use]
    pub fn style(self) -> Option<&'static Style> {
        match self {
            Self::OpenPgp => Some(&PGP_SIGNATURE),
            Self::Ssh => Some(&SSH_SIGNATURE),
            Self::OpenPgpMessage | Self::X509 => None,
        }
    }
}

/// One block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// What it is.
    pub kind: BlockKind,
    /// Its lines, from BEGIN to END.
    pub text: &'a [u8],
    /// What it signs: every byte of the object before it.
    pub signed: &'a [u8],
    /// An OpenTimestamps proof follows it.
    pub timestamped: bool,
    /// Empty lines follow it, as some editors leave them.
    pub spaced: bool,
}

/// The blocks of a tag object, the outermost (last) first. `message` is the offset of the message in `object`.
///
/// # Errors
/// No block, a block without an end, text after it, or more than a tag can sensibly have.
pub fn chain(object: &[u8], message: usize) -> Result<Vec<Block<'_>>, Refusal> {
    let outer = last(object, message)?.ok_or_else(|| {
        Refusal::rejected(Step::Block, "the tag is annotated, but not signed", format!("{COUNTERSIGN} with `git tag -s`"))
    })?;
    let mut blocks = vec![outer];
    while let Some(inner) = blocks.last().and_then(|block| ending(block.signed, message)) {
        if blocks.len() == MOST_BLOCKS {
            return Err(malformed(format!("more than {MOST_BLOCKS} signature blocks are chained")));
        }
        blocks.push(inner);
    }
    Ok(blocks)
}

fn malformed(reason: impl Into<String>) -> Refusal {
    Refusal::rejected(Step::Block, reason, NEXT)
}

fn last(object: &[u8], message: usize) -> Result<Option<Block<'_>>, Refusal> {
    let Some((at, kind)) = last_marker(object, message) else { return Ok(None) };
    let block = &object[at..];
    let length = end_of(block, kind).ok_or_else(|| malformed("the last signature block has no END line"))?;
    let after = &block[length..];
    let spaced = !after.is_empty() && after.iter().all(|byte| *byte == b'\n');
    let timestamped = is_timestamp(after);
    if !after.is_empty() && !timestamped && !spaced {
        return Err(malformed("text follows the signature block, which nothing signs"));
    }
    Ok(Some(Block { kind, text: &block[..length], signed: &object[..at], timestamped, spaced }))
}

/// The block that ends exactly where `signed` ends: what a later signer signed over.
fn ending(signed: &[u8], message: usize) -> Option<Block<'_>> {
    let (at, kind) = last_marker(signed, message)?;
    let text = &signed[at..];
    (end_of(text, kind)? == text.len()).then_some(Block { kind, text, signed: &signed[..at], timestamped: false, spaced: false })
}

/// The last line of the message that begins a block: its offset and kind.
pub(super) fn last_marker(object: &[u8], message: usize) -> Option<(usize, BlockKind)> {
    let mut found = None;
    let mut start = message;
    for line in object.get(message..)?.split_inclusive(|byte| *byte == b'\n') {
        if let Some((_, kind)) = MARKERS.iter().find(|(marker, _)| line.starts_with(marker)) {
            found = Some((start, *kind));
        }
        start += line.len();
    }
    found
}

/// Bytes of the block up to and with its END line.
fn end_of(block: &[u8], kind: BlockKind) -> Option<usize> {
    let mut length = 0;
    for line in block.split_inclusive(|byte| *byte == b'\n') {
        length += line.len();
        if line.strip_suffix(b"\n").unwrap_or(line) == kind.end() {
            return Some(length);
        }
    }
    None
}

/// One OpenTimestamps block and nothing else: base64 lines between its two lines.
fn is_timestamp(after: &[u8]) -> bool {
    let Some(inside) = after.strip_prefix(TIMESTAMP_BEGIN).and_then(|rest| rest.strip_suffix(TIMESTAMP_END)) else {
        return false;
    };
    inside.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PGP: &str = "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n";
    const SSH: &str = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n";
    const TIME: &str = "-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----\n\nAE9w\n-----END OPENTIMESTAMPS GIT TIMESTAMP-----\n";

    fn kinds(body: &str) -> Result<Vec<(BlockKind, usize)>, String> {
        let object = format!("header\n\n{body}");
        chain(object.as_bytes(), 8)
            .map(|blocks| blocks.iter().map(|block| (block.kind, block.signed.len())).collect())
            .map_err(|refusal| refusal.reason)
    }

    #[test]
    fn the_last_block_signs_all_before_it() {
        assert_eq!(kinds(&format!("m\n{PGP}")), Ok(vec![(BlockKind::OpenPgp, 10)]));
        assert_eq!(kinds(&format!("m\n{PGP}{SSH}")), Ok(vec![(BlockKind::Ssh, 10 + PGP.len()), (BlockKind::OpenPgp, 10)]));
        assert_eq!(kinds(&format!("m\n{PGP}{TIME}")), Ok(vec![(BlockKind::OpenPgp, 10)]));
    }

    #[test]
    fn a_begin_line_in_the_message_is_message() {
        let quoted = format!("see\n-----BEGIN PGP SIGNATURE-----\nyes\n{PGP}");
        assert_eq!(kinds(&quoted).map(|all| all.len()), Ok(1));
        assert!(kinds("m\n-----BEGIN PGP SIGNATURE-----\n").is_err());
        assert!(kinds(&format!("{PGP}-----BEGIN PGP SIGNATURE-----\n")).is_err());
    }

    #[test]
    fn nothing_follows_the_end() {
        for after in ["x", "\nx", " ", "\r\n", "-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----\n"] {
            assert!(kinds(&format!("m\n{PGP}{after}")).is_err(), "{after:?}");
        }
        assert!(kinds(&format!("m\n{PGP}{TIME}{TIME}")).is_err());
        let object = format!("header\n\nm\n{PGP}\n\n");
        assert!(chain(object.as_bytes(), 8).is_ok_and(|all| all[0].spaced && all[0].text.ends_with(b"-----\n")));
        assert!(kinds("m\n").is_err());
        assert!(kinds(&PGP.repeat(17)).is_err() && kinds(&PGP.repeat(16)).is_ok());
    }
}
