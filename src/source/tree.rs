//! Owns listing a commit's tree from the bytes of its tree objects. Refuses attributes, sparse patterns and names that git
//! itself would not check out.

mod beside;
mod subtrees;

pub(crate) use beside::list as list_beside;

use git2::{ObjectType, Oid};

use crate::error::Error;
use crate::limits::Limits;
use crate::text::RepoPath;

use super::entry::{Entry, EntryKind, Listing, Origin};
use super::fetching;
use super::objects::{Object, ObjectError, Objects};

/// Bytes of one tree object: about 500,000 names.
const TREE_BYTES: usize = 32 * 1024 * 1024;
/// Bytes of one path, as file systems have it.
const PATH_BYTES: usize = 4096;

/// One tree on the way down: its bytes, how far they are read, and how long the path above is.
struct Frame<'a> {
    object: Object<'a>,
    at: usize,
    prefix: usize,
}

/// Lists the tree `id`.
///
/// # Errors
/// A tree object is missing, damaged or malformed: what stands below it is unknown, so nothing is told.
pub(crate) fn list(objects: &Objects, id: Oid, limits: &Limits) -> Result<Listing, Error> {
    if let Some(listing) = subtrees::list(objects, id, limits) {
        return Ok(listing);
    }
    let mut listing = Listing::default();
    below(objects, id, &[], limits, &mut listing)?;
    listing.settle();
    Ok(listing)
}

/// Lists the tree `id`, whose paths begin with `above` (empty, or ending in a slash), behind what is listed already; and how many trees
/// it is made of.
fn below(objects: &Objects, id: Oid, above: &[u8], limits: &Limits, listing: &mut Listing) -> Result<usize, Error> {
    let mut path = above.to_vec();
    let mut trees = 1;
    let mut stack = vec![open(objects, id, &path, path.len())?];
    while let Some(frame) = stack.last_mut() {
        path.truncate(frame.prefix);
        let data = frame.object.data();
        if frame.at == data.len() {
            stack.pop();
            continue;
        }
        let Some((item, next)) = read_item(data, frame.at) else {
            return Err(unreadable(frame.object.id(), &path, &ObjectError::Broken("its entries are malformed".to_owned())));
        };
        frame.at = next;
        path.extend_from_slice(item.name);
        match meaning(&item, &path) {
            Meaning::Tree(id) => {
                trees += 1;
                path.push(b'/');
                let prefix = path.len();
                // Trees without files make no paths, yet a few of them can name each other into any number of visits.
                if trees > limits.paths {
                    listing.truncated(limits.paths);
                    break;
                }
                stack.push(open(objects, id, &path, prefix)?);
            }
            Meaning::Entry(_) if listing.entries.len() >= limits.paths => {
                listing.truncated(limits.paths);
                break;
            }
            Meaning::Entry(entry) => listing.entries.push(entry),
            Meaning::Nothing(why) => listing.leave_out(&path, why),
        }
    }
    Ok(trees)
}

/// What an item of a tree is to whoever lists it.
enum Meaning {
    Tree(Oid),
    Entry(Entry),
    /// It is left out, and why.
    Nothing(&'static str),
}

fn meaning(item: &Item<'_>, path: &[u8]) -> Meaning {
    if !is_checked_out(item.name) || path.len() > PATH_BYTES {
        return Meaning::Nothing("git would not check out this name");
    }
    if item.mode & 0o170_000 == 0o040_000 {
        return Meaning::Tree(item.id);
    }
    match kind(item.mode, item.id) {
        Some((kind, origin)) => Meaning::Entry(Entry { path: RepoPath::from_git_bytes(path), kind, origin }),
        None => Meaning::Nothing("its mode is none that git knows"),
    }
}

/// The entry at `path` (slashes between names) of the tree `id`, without listing the rest: its mode and id.
///
/// # Errors
/// A tree object on the way is missing, damaged or malformed.
pub(crate) fn find(objects: &Objects, id: Oid, path: &str) -> Result<Option<(u32, Oid)>, Error> {
    let (mut mode, mut id) = (0o040_000, id);
    let mut prefix = Vec::new();
    for name in path.split('/') {
        if mode & 0o170_000 != 0o040_000 {
            return Ok(None);
        }
        let frame = open(objects, id, &prefix, 0)?;
        let data = frame.object.data();
        let (mut at, mut found) = (0, None);
        while at < data.len() {
            let broken = || unreadable(id, &prefix, &ObjectError::Broken("its entries are malformed".to_owned()));
            let (item, next) = read_item(data, at).ok_or_else(broken)?;
            at = next;
            if item.name == name.as_bytes() {
                // Two entries of one name are read differently by different tools.
                if found.is_some() {
                    return Err(broken());
                }
                found = Some((item.mode, item.id));
            }
        }
        let Some(entry) = found else { return Ok(None) };
        (mode, id) = entry;
        prefix.extend_from_slice(name.as_bytes());
        prefix.push(b'/');
    }
    Ok(Some((mode, id)))
}

fn open<'a>(objects: &'a Objects, id: Oid, path: &[u8], prefix: usize) -> Result<Frame<'a>, Error> {
    let object = objects.read(id, ObjectType::Tree, TREE_BYTES).map_err(|error| unreadable(id, path, &error))?;
    Ok(Frame { object, at: 0, prefix })
}

fn unreadable(id: Oid, path: &[u8], error: &ObjectError) -> Error {
    let path = RepoPath::from_git_bytes(path);
    let tree = if path.is_root() { "the tree of the commit".to_owned() } else { format!("the tree of `{path}`") };
    Error::incomplete(format!("{tree} cannot be read: object {id} {error}")).hint(fetching::object(error))
}

struct Item<'a> {
    mode: u32,
    name: &'a [u8],
    id: Oid,
}

/// The entry at `at`: octal mode, blank, name, NUL, twenty bytes of id; and where the next one begins.
fn read_item(data: &[u8], at: usize) -> Option<(Item<'_>, usize)> {
    let rest = data.get(at..)?;
    let blank = rest.iter().take(8).position(|byte| *byte == b' ')?;
    let mut mode = 0;
    for digit in &rest[..blank] {
        mode = mode * 8 + u32::from(digit.checked_sub(b'0').filter(|digit| *digit < 8)?);
    }
    let end = blank + 1 + memchr::memchr(0, &rest[blank + 1..])?;
    let id = Oid::from_bytes(rest.get(end + 1..end + 21)?).ok()?;
    Some((Item { mode, name: &rest[blank + 1..end], id }, at + end + 21))
}

/// Whether git would check a name out; such names are no way out of the tree either.
pub(crate) fn is_checked_out(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && !name.eq_ignore_ascii_case(b".git") && !name.contains(&b'/')
}

/// Kind and origin by a git file mode; `None` for a mode that is no file, link or gitlink.
pub(crate) fn kind(mode: u32, id: Oid) -> Option<(EntryKind, Origin)> {
    match mode & 0o170_000 {
        0o100_000 if mode & 0o100 != 0 => Some((EntryKind::Executable, Origin::Blob(id))),
        0o100_000 => Some((EntryKind::File, Origin::Blob(id))),
        0o120_000 => Some((EntryKind::Link, Origin::Blob(id))),
        0o160_000 => Some((EntryKind::Submodule, Origin::Nothing)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_entries_are_none() {
        let mut bytes = b"100644 a\0".to_vec();
        bytes.extend([7; 20]);
        let (found, next) = read_item(&bytes, 0).expect("an entry");
        assert_eq!((found.mode, found.name, next), (0o100_644, &b"a"[..], bytes.len()));
        assert!(read_item(&bytes, next).is_none());
        assert!(read_item(&bytes[..bytes.len() - 1], 0).is_none());
        assert!(read_item(b"100644 a", 0).is_none());
        assert!(read_item(b"100648 a\0aaaaaaaaaaaaaaaaaaaa", 0).is_none());
        assert!(read_item(b"777777777777 a\0aaaaaaaaaaaaaaaaaaaa", 0).is_none());
        for bad in [&b".."[..], b".", b"", b".GIT", b"a/b"] {
            assert!(!is_checked_out(bad));
        }
    }
}
