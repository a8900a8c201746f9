//! Owns putting a newer file of a certificate together with the older one: gpg replaces what a key says of itself, and releases are judged
//! by what it said when they were signed. Refuses to lose anything of either.

use sequoia_openpgp as openpgp;

use openpgp::armor::{Kind, Writer};
use openpgp::serialize::SerializeInto;

use super::certificate::parse;

/// The text of a file with all that both say, where `older` says more than `newer` does of the same key; `None`: `newer` is to be taken as it
/// is, since it holds all of that, or since both cannot be put together without losing something.
#[must_use]
pub fn merged(older: &str, newer: &str) -> Option<String> {
    let ((old, before), (new, after)) = (parse(older.as_bytes()).ok()?, parse(newer.as_bytes()).ok()?);
    if old.fingerprint() != new.fingerprint() {
        return None;
    }
    let both = new.clone().merge_public(old.clone()).ok()?;
    if both == new {
        return None;
    }
    let text = match both == old {
        true => older.to_owned(),
        false => armored(&SerializeInto::to_vec(&both).ok()?)?,
    };
    let (again, seen) = parse(text.as_bytes()).ok()?;
    let revoked = || before.revocations.iter().chain(&after.revocations);
    let whole = revoked().all(|one| seen.revocations.contains(one))
        && before.unread.iter().chain(&after.unread).all(|one| seen.unread.contains(one))
        && again.clone().merge_public(both).is_ok_and(|all| all == again);
    whole.then_some(text)
}

fn armored(bytes: &[u8]) -> Option<String> {
    let mut writer = Writer::new(Vec::new(), Kind::PublicKey).ok()?;
    std::io::Write::write_all(&mut writer, bytes).ok()?;
    String::from_utf8(writer.finalize().ok()?).ok()
}
