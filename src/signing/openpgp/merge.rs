//! Owns putting a newer file of a certificate together with the older one: gpg replaces what a key says of itself, and releases are judged
//! by what it said when they were signed. Refuses to lose anything of either.

use sequoia_openpgp as openpgp;

use openpgp::armor::{Kind, Writer};
use openpgp::serialize::SerializeInto;

use super::certificate::{Seen, parse};

/// The text of a file with all that both say, where `older` says more than `newer` does of the same key; `None`: `newer` is to be taken as it
/// is, since it holds all of that, or since `older` is the certificate of another key.
///
/// # Errors
/// Both cannot be put together: what `newer` would lose of what `older` says, as a clause.
pub fn merged(older: &str, newer: &str) -> Result<Option<String>, String> {
    let Ok((new, after)) = parse(newer.as_bytes()) else { return Ok(None) };
    // A revocation that somebody put behind the certificate makes it such a file.
    let (old, before) = parse(older.as_bytes()).map_err(|why| format!("what the older file says, which is not read: {why}"))?;
    if old.fingerprint() != new.fingerprint() {
        return Ok(None);
    }
    let both = new.clone().merge_public(old.clone()).map_err(|_| "what the older file says of the key".to_owned())?;
    // The library leaves out packets that it does not read, so that two files need not say the same where it takes them for equal; and to
    // merge a certificate with itself may change it.
    let whole = |text: &str| {
        parse(text.as_bytes()).is_ok_and(|(again, seen)| {
            lost(&[&before, &after], &seen) == (0, 0)
                && (again == both || again.clone().merge_public(both.clone()).is_ok_and(|all| all == again))
        })
    };
    if whole(newer) {
        return Ok(None);
    }
    if whole(older) {
        return Ok(Some(older.to_owned()));
    }
    let text = SerializeInto::to_vec(&both).ok().and_then(|bytes| armored(&bytes)).filter(|text| whole(text));
    text.map(Some).ok_or_else(|| match lost(&[&before], &after) {
        (0, 0) => "what the older file says of the key".to_owned(),
        (revocations, 0) => format!("{revocations} of the older file's revocations"),
        (revocations, unread) => format!(
            "{revocations} of the older file's revocations and {unread} of its packets that cannot be read and may be some"
        ),
    })
}

/// How many revocations, and packets that are not read and may be some, are not among what was seen of a file.
fn lost(of: &[&Seen], seen: &Seen) -> (usize, usize) {
    let revocations = of.iter().flat_map(|one| &one.revocations).filter(|one| !seen.revocations.contains(one));
    let unread = of.iter().flat_map(|one| &one.unread).filter(|one| !seen.unread.contains(one));
    (revocations.count(), unread.count())
}

fn armored(bytes: &[u8]) -> Option<String> {
    let mut writer = Writer::new(Vec::new(), Kind::PublicKey).ok()?;
    std::io::Write::write_all(&mut writer, bytes).ok()?;
    String::from_utf8(writer.finalize().ok()?).ok()
}
