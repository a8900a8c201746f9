//! Owns which keys a tag was made with, as far as its own bytes tell: for those who have no policy yet. Refuses to trust any of them.

use super::blocks::{self, BlockKind};
use super::{armor, openpgp, ssh, tag_object};

/// A key that made a signature, or is named by one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Maker {
    /// This SSH key made it: the line of a `.pub` file, without a comment. The signature carries the key and was verified with it.
    Ssh(String),
    /// This OpenPGP key is named by it, a primary key or a subkey: its full fingerprint. The signature carries no key, so that anybody may
    /// have written it.
    OpenPgp(String),
}

/// The keys of the blocks of a tag object, the outermost first; none where the object is called something else than `name`, or is no tag.
#[must_use]
pub fn makers(object: &[u8], name: &str) -> Vec<Maker> {
    let Ok(tag) = tag_object::parse(object) else { return Vec::new() };
    let blocks = blocks::chain(object, tag.message).ok().filter(|_| tag.name == name).unwrap_or_default();
    let mut found = Vec::new();
    for block in blocks {
        let Some(bytes) = block.kind.style().and_then(|style| armor::decode(block.text, style).ok()).map(|armored| armored.bytes)
        else {
            continue;
        };
        match block.kind {
            BlockKind::Ssh => found.extend(ssh::own_key(&bytes, block.signed).map(Maker::Ssh)),
            _ => found.extend(openpgp::issuers(&bytes).into_iter().map(Maker::OpenPgp)),
        }
    }
    found
}
