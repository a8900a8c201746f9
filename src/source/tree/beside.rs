//! Owns listing a tree beside another one that is listed already: what both have is taken from there. Refuses trees of which more than names is
//! told; whoever asked lists them alone.

use git2::Oid;

use super::{Meaning, below, meaning, open, read_item};
use crate::limits::Limits;
use crate::source::entry::{Entry, Listing, under};
use crate::source::objects::Objects;
use crate::text::RepoPath;

/// A tree that both may have in part.
struct Pair {
    id: Oid,
    /// The other one of the same path, if it has any.
    other: Option<Oid>,
    /// The path, with a slash at its end; empty at the top.
    path: Vec<u8>,
}

/// The whole tree; `other` is another tree and all of its entries, in order. `None` where something is to be said about it.
pub(crate) fn list(objects: &Objects, id: Oid, other: (Oid, &[Entry]), limits: &Limits) -> Option<Listing> {
    let (other, listed) = other;
    let mut listing = Listing::default();
    let mut pairs = vec![Pair { id, other: Some(other), path: Vec::new() }];
    let mut seen = 0;
    while let Some(pair) = pairs.pop() {
        seen += 1;
        let silent = listing.left_out.is_empty() && listing.notes.is_empty() && listing.incomplete.is_none();
        if !silent || listing.entries.len() > limits.paths || seen > limits.paths {
            return None;
        }
        match pair.other {
            Some(other) if other == pair.id => listing.entries.extend_from_slice(below_path(listed, &pair.path)?),
            Some(other) => apart(objects, &pair, other, &mut listing, &mut pairs)?,
            None => seen += below(objects, pair.id, &pair.path, limits, &mut listing).ok()?,
        }
    }
    listing.settle();
    (listing.left_out.is_empty() && listing.incomplete.is_none() && listing.entries.len() <= limits.paths).then_some(listing)
}

/// What is listed below a path that ends in a slash.
fn below_path<'e>(listed: &'e [Entry], path: &[u8]) -> Option<&'e [Entry]> {
    let Some(directory) = path.strip_suffix(b"/") else { return Some(listed) };
    // A name that is no UTF-8 is spelled in another way.
    Some(under(listed, &RepoPath::new(std::str::from_utf8(directory).ok()?)?))
}

/// The items of a tree that the other one has not as a whole.
fn apart(objects: &Objects, pair: &Pair, other: Oid, listing: &mut Listing, pairs: &mut Vec<Pair>) -> Option<()> {
    let there = trees(objects, other, &pair.path)?;
    let frame = open(objects, pair.id, &pair.path, 0).ok()?;
    let data = frame.object.data();
    let mut at = 0;
    while at < data.len() {
        let (item, next) = read_item(data, at)?;
        at = next;
        let mut path = [&pair.path, item.name].concat();
        match meaning(&item, &path) {
            Meaning::Entry(entry) => listing.entries.push(entry),
            Meaning::Tree(id) => {
                let same = there.iter().find(|(name, _)| name == item.name);
                path.push(b'/');
                pairs.push(Pair { id, other: same.map(|(_, id)| *id), path });
            }
            Meaning::Nothing(_) => return None,
        }
    }
    Some(())
}

/// The trees right in a tree.
fn trees(objects: &Objects, id: Oid, path: &[u8]) -> Option<Vec<(Vec<u8>, Oid)>> {
    let frame = open(objects, id, path, 0).ok()?;
    let data = frame.object.data();
    let (mut at, mut found) = (0, Vec::new());
    while at < data.len() {
        let (item, next) = read_item(data, at)?;
        at = next;
        if item.mode & 0o170_000 == 0o040_000 {
            found.push((item.name.to_vec(), item.id));
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use git2::{ObjectType, Odb};

    use super::*;
    use crate::source::tree;

    fn planted(store: &Odb<'_>, items: &[(&str, &str, Oid)]) -> Oid {
        let bytes =
            items.iter().flat_map(|(mode, name, id)| [mode.as_bytes(), b" ", name.as_bytes(), b"\0", id.as_bytes()].concat());
        store.write(ObjectType::Tree, &bytes.collect::<Vec<u8>>()).expect("written")
    }

    #[test]
    fn beside_another_one_a_tree_has_the_same_entries_as_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = git2::Repository::init_bare(folder.path()).expect("a repository");
        let store = writer.odb().expect("objects");
        let [one, two] = ["1", "2"].map(|text| store.write(ObjectType::Blob, text.as_bytes()).expect("written"));
        let leaf = planted(&store, &[("100644", "a", one), ("100755", "b", two)]);
        let changed = planted(&store, &[("100644", "a", two), ("120000", "c", one)]);
        let middle = |inner: Oid| planted(&store, &[("100644", "x", one), ("40000", "in", inner), ("40000", "on", leaf)]);
        let top = |items: &[(&str, &str, Oid)]| planted(&store, items);
        let head = top(&[("100644", "d-e", one), ("40000", "d", middle(leaf)), ("40000", "e", leaf)]);
        let sound = [
            head,
            leaf,
            top(&[]),
            top(&[("100644", "d-e", two), ("40000", "d", middle(changed)), ("40000", "e", leaf)]),
            top(&[("40000", "d", middle(leaf))]),
            top(&[("100644", "d", one), ("40000", "f", leaf)]),
            top(&[("40000", "d", leaf), ("40000", "e", middle(leaf)), ("160000", "m", one)]),
            top(&[("40000", "d", planted(&store, &[("40000", "in", middle(leaf))]))]),
        ];
        let odd = [("100644", ".git"), ("40000", "d"), ("170000", "x"), ("x", "y")]
            .map(|(mode, name)| top(&[("40000", "d", middle(changed)), (mode, name, middle(changed))]));
        let objects = Objects::open(&folder.path().join("objects")).expect("objects");
        let limits = Limits::default();
        for listed in sound {
            let other = tree::list(&objects, listed, &limits).expect("listed").entries;
            for id in sound {
                let alone = tree::list(&objects, id, &limits).expect("listed").entries;
                let beside = list(&objects, id, (listed, &other), &limits).expect("listed").entries;
                assert_eq!(beside, alone);
            }
            for id in odd {
                assert!(list(&objects, id, (listed, &other), &limits).is_none());
            }
        }
        assert!(list(&objects, head, (leaf, &[]), &Limits { paths: 3, ..limits }).is_none());
    }
}
