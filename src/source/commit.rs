//! Owns what a commit object says of itself: tree, parents, committer time, from its bytes alone. Refuses grafts, shallow
//! files and commit-graph files: whoever walks history walks these parents.

use git2::{ObjectType, Oid};

use super::objects::{ObjectError, Objects};

/// Bytes of a commit object; messages of megabytes exist, of more not.
const COMMIT_BYTES: usize = 4 * 1024 * 1024;

/// The part of a commit that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its tree.
    pub tree: Oid,
    /// Its parents, in order.
    pub parents: Vec<Oid>,
    /// Committer time in seconds since the epoch; some old tools wrote none that is a number.
    pub time: Option<i64>,
}

/// Reads and parses the commit `id`.
///
/// # Errors
/// It is missing, damaged, not a commit, or beyond the grammar.
pub fn read(objects: &Objects, id: Oid) -> Result<Commit, ObjectError> {
    let object = objects.read(id, ObjectType::Commit, COMMIT_BYTES)?;
    parse(object.data()).ok_or_else(|| ObjectError::Broken("its header is not that of a commit".to_owned()))
}

/// The bytes of the commit `id`.
///
/// # Errors
/// It is missing, damaged, or not a commit.
pub fn bytes(objects: &Objects, id: Oid) -> Result<Vec<u8>, ObjectError> {
    objects.read(id, ObjectType::Commit, COMMIT_BYTES).map(|object| object.data().to_vec())
}

/// Parses the bytes of a commit object; `None` when its header is not `tree`, `parent`s, `author`, `committer` in this order.
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Commit> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let tree = oid(lines.next()?.strip_prefix(b"tree ")?)?;
    let mut parents = Vec::new();
    let mut line = lines.next()?;
    while let Some(parent) = line.strip_prefix(b"parent ") {
        parents.push(oid(parent)?);
        line = lines.next()?;
    }
    line.strip_prefix(b"author ")?;
    // Some tools wrote several author lines.
    let committer = lines.take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(b"committer "))?;
    Some(Commit { tree, parents, time: ident_time(committer) })
}

fn oid(digits: &[u8]) -> Option<Oid> {
    if digits.len() != 40 || !digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    Oid::from_str(std::str::from_utf8(digits).ok()?).ok()
}

/// The seconds of `Name <mail> SECONDS ZONE`.
fn ident_time(ident: &[u8]) -> Option<i64> {
    let after = &ident[ident.iter().rposition(|byte| *byte == b'>')? + 1..];
    let seconds = after.split(|byte| *byte == b' ').find(|word| !word.is_empty())?;
    std::str::from_utf8(seconds).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn reads_merges_and_refuses_what_is_no_commit() {
        let text = format!("tree {A}\nparent {A}\nparent {A}\nauthor a <b> 1 +0000\ncommitter c > <d> 42 -0130\n\nparent x\n");
        let commit = parse(text.as_bytes()).expect("commit");
        assert_eq!((commit.parents.len(), commit.time), (2, Some(42)));
        let root = format!("tree {A}\nauthor a <b> 1 +0000\ncommitter c <d> -7 +0000\n");
        assert_eq!(parse(root.as_bytes()).expect("commit").time, Some(-7));
        for bad in [
            String::new(),
            format!("tree {A}\n"),
            format!("tree {}\nauthor a <b> 1 +0000\ncommitter c <d> 1 +0000\n\n", &A[1..]),
            format!("tree {A}\nauthor a <b> 1 +0000\n\ncommitter c <d> 1 +0000\n"),
            format!("tree {A}\nauthor a <b> 1 +0000\nparent {A}\n\n"),
            format!("tree {A}\nparent {A}x\nauthor a <b> 1 +0000\ncommitter c <d> 1 +0000\n"),
        ] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
