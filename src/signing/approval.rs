//! Owns what the commit says by which a policy owner approves a weaker policy: one trailer with the digests of what the change starts from and
//! of what it makes of that, in a commit that changes nothing. Refuses to say whether the digests are right, and to verify who signed.

/// The trailer's name.
pub const TRAILER: &str = "Tollgate-Policy";
/// Hex digits of a SHA-256.
const DIGITS: usize = 64;

/// What a commit approves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The digest of what the change starts from.
    pub base: String,
    /// The digest of what it makes of that.
    pub head: String,
}

/// Reads the bytes of a commit; `None`: it says nothing of the kind.
///
/// # Errors
/// It does, and not as whoever approves on purpose writes it: a clause about the commit.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Result<Approval, &'static str>> {
    let end = memchr::memmem::find(bytes, b"\n\n")?;
    let (header, message) = (&bytes[..end], &bytes[end + 2..]);
    let named = |line: &&[u8]| line.get(..TRAILER.len()).is_some_and(|start| start.eq_ignore_ascii_case(TRAILER.as_bytes()));
    let lines = || message.split(|byte| *byte == b'\n');
    let mut all = lines().filter(named);
    let first = all.next()?;
    Some(match all.next() {
        Some(_) => Err("has two lines of that kind"),
        None => made_for_this(header, message).and_then(|()| parsed(first)),
    })
}

/// The line, spelled in one way.
fn parsed(line: &[u8]) -> Result<Approval, &'static str> {
    let digest = |word: &str| word.len() == DIGITS && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let words = std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix(TRAILER)?.strip_prefix(": ")?.split_once(' '));
    match words {
        Some((base, head)) if digest(base) && digest(head) => Ok(Approval { base: base.to_owned(), head: head.to_owned() }),
        _ => Err("has a line of that kind that names no two digests"),
    }
}

/// A commit of one's own signs what somebody else wrote when it is picked, rebased or merged: whoever does that has not read a line of its
/// message. So it has one parent, its message ends in the trailer, and who wrote it is who made it, in the same second.
fn made_for_this(header: &[u8], message: &[u8]) -> Result<(), &'static str> {
    if message.contains(&0) {
        return Err("has a message that git shows only in part");
    }
    let lines = || header.split(|byte| *byte == b'\n');
    let of = |key: &'static [u8]| lines().filter_map(move |line| line.strip_prefix(key)).collect::<Vec<_>>();
    if of(b"parent ").len() != 1 {
        return Err("is a merge, or the first one");
    }
    match (of(b"author ").as_slice(), of(b"committer ").as_slice()) {
        ([author], [committer]) if author == committer => {}
        _ => return Err("was picked, rebased or amended since it was written"),
    }
    let trailers =
        message.split(|byte| *byte == b'\n').rev().skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    let is_trailer = |line: &[u8]| {
        let name = line.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-').unwrap_or(0);
        name > 0 && line[name..].starts_with(b": ")
    };
    let mut found = false;
    for line in trailers {
        if !is_trailer(line) {
            return Err("has the line among other words, not as a trailer");
        }
        found = found || line.starts_with(TRAILER.as_bytes());
    }
    if found { Ok(()) } else { Err("has the line among other words, not as a trailer") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "Ada <ada@example.org> 1760000000 +0000";

    fn commit(parents: usize, author: &str, message: &str) -> Vec<u8> {
        let parents = format!("parent {}\n", "1".repeat(40)).repeat(parents);
        format!("tree {}\n{parents}author {author}\ncommitter {ADA}\ngpgsig x\n \n\n{message}", "2".repeat(40)).into_bytes()
    }

    #[test]
    fn one_trailer_in_one_spelling_in_a_commit_of_ones_own() {
        let (base, head) = ("a".repeat(64), "0".repeat(64));
        let line = format!("Tollgate-Policy: {base} {head}");
        let said = |message: &str| read(&commit(1, ADA, message));
        let good = Some(Ok(Approval { base: base.clone(), head: head.clone() }));
        assert_eq!(said(&format!("Approve it\n\n{line}\n")), good);
        assert_eq!(said(&format!("Approve it\n\nChange-Id: I1\n{line}\nSigned-off-by: Ada <ada@example.org>\n\n")), good);
        assert_eq!(said("Work\n\nNothing.\n"), None);
        assert_eq!(said(&format!("Work\n\nSee `{line}`.\n")), None);
        assert_eq!(read(b"tree x\nauthor y\n"), None);
        for wrong in [
            format!("Work\n\n{line}\n{line}\n"),
            format!("Work\n\n{line}\ntollgate-policy: {head} {base}\n"),
            format!("Work\n\n{line}\n\nMore words.\n"),
            format!("Work\n\n{line}\nmore words\n"),
            format!("Work\n\nTollgate-policy: {base} {head}\n"),
            format!("Work\n\nTollgate-Policy:{base} {head}\n"),
            format!("Work\n\nTollgate-Policy: {base}  {head}\n"),
            format!("Work\n\nTollgate-Policy: {base} {head} \n"),
            format!("Work\n\nTollgate-Policy: {base} {head}\r\n"),
            format!("Work\n\nTollgate-Policy: {} {head}\n", base.to_uppercase()),
            format!("Work\n\nTollgate-Policy: {base}\n {head}\n"),
            format!("Work\n\nTollgate-Policy: {base}\n"),
            format!("Work\0\n\n{line}\n"),
        ] {
            assert!(matches!(said(&wrong), Some(Err(_))), "{wrong:?}");
        }
        let message = format!("Approve it\n\n{line}\n");
        assert!(matches!(read(&commit(0, ADA, &message)), Some(Err(_))));
        assert!(matches!(read(&commit(2, ADA, &message)), Some(Err(_))));
        // Somebody else's commit, or one's own of another second, signed anew when it was picked.
        for author in ["Eve <eve@example.org> 1760000000 +0000", "Ada <ada@example.org> 1759999999 +0000"] {
            assert!(matches!(read(&commit(1, author, &message)), Some(Err(_))), "{author}");
        }
    }
}
