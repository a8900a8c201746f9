//! Owns listing the parts of a large tree at the same time. Refuses trees of which more than names is told: one that is cut off, that leaves
//! something out, or that cannot be read whole is listed from its first item to its last by whoever asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use git2::Oid;

use super::{Meaning, below, meaning, open, read_item};
use crate::abreast;
use crate::limits::Limits;
use crate::source::entry::{Entry, Listing};
use crate::source::objects::Objects;

/// So many parts are worth threads of their own.
const PARTS: usize = 16;
/// Levels that are looked for them: a tree may have nothing but one directory at its top.
const LEVELS: usize = 4;

/// What stands in a tree, in its order.
enum Part {
    Entry(Entry),
    /// A tree not listed yet, and its path with a slash at its end.
    Tree(Oid, Vec<u8>),
}

/// The whole tree; `None` where something is to be said about it, or nothing is won.
pub(super) fn list(objects: &Objects, id: Oid, limits: &Limits) -> Option<Listing> {
    let threads = abreast::threads(PARTS);
    if threads < 2 {
        return None;
    }
    let mut parts = vec![Part::Tree(id, Vec::new())];
    let mut trees = 0;
    for _ in 0..LEVELS {
        let open = |parts: &[Part]| parts.iter().filter(|part| matches!(part, Part::Tree(..))).count();
        let closed = open(&parts);
        if closed == 0 || closed >= PARTS {
            break;
        }
        trees += closed;
        let mut deeper = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::Entry(_) => deeper.push(part),
                Part::Tree(id, path) => items(objects, id, &path, &mut deeper)?,
            }
        }
        parts = deeper;
        if parts.len() > limits.paths {
            return None;
        }
    }
    let places: Vec<usize> = (0..parts.len()).filter(|at| matches!(parts[*at], Part::Tree(..))).collect();
    let threads = if places.len() < PARTS { 1 } else { threads };
    // All of them together have no more at any time than one list may have.
    let share = Limits { paths: limits.paths / threads, ..limits.clone() };
    let (entries, trees) = (AtomicUsize::new(parts.len() - places.len()), AtomicUsize::new(trees));
    let listed = abreast::each(&places, threads, |at| {
        let Part::Tree(id, path) = &parts[at] else { return None };
        let mut own = Listing::default();
        let seen = below(objects, *id, path, &share, &mut own).ok()?;
        let silent = own.left_out.is_empty() && own.notes.is_empty() && own.incomplete.is_none();
        let few = entries.fetch_add(own.entries.len(), Ordering::Relaxed) + own.entries.len() <= limits.paths
            && trees.fetch_add(seen, Ordering::Relaxed) + seen <= limits.paths;
        (silent && few).then_some(own.entries)
    })?;
    let mut listing = Listing::default();
    listing.entries.reserve(entries.into_inner());
    let mut listed = listed.into_iter();
    for part in parts {
        match part {
            Part::Entry(entry) => listing.entries.push(entry),
            Part::Tree(..) => listing.entries.extend(listed.next()?),
        }
    }
    listing.settle();
    listing.left_out.is_empty().then_some(listing)
}

/// The items of one tree; `None` where one of them is left out, or cannot be read.
fn items(objects: &Objects, id: Oid, above: &[u8], parts: &mut Vec<Part>) -> Option<()> {
    let frame = open(objects, id, above, 0).ok()?;
    let data = frame.object.data();
    let mut at = 0;
    while at < data.len() {
        let (item, next) = read_item(data, at)?;
        at = next;
        let mut path = [above, item.name].concat();
        parts.push(match meaning(&item, &path) {
            Meaning::Entry(entry) => Part::Entry(entry),
            Meaning::Tree(id) => {
                path.push(b'/');
                Part::Tree(id, path)
            }
            Meaning::Nothing(_) => return None,
        });
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use git2::{ObjectType, Odb};

    use super::*;

    /// A tree of this many directories with a few files each, below one directory, and the same with more items at its top.
    fn planted(store: &Odb<'_>, directories: usize, more: &[(&str, &str)]) -> Oid {
        let blob = store.write(ObjectType::Blob, b"text").expect("written");
        let tree = |items: &[(String, String, Oid)]| {
            let bytes =
                items.iter().flat_map(|(mode, name, id)| [mode.as_bytes(), b" ", name.as_bytes(), b"\0", id.as_bytes()].concat());
            store.write(ObjectType::Tree, &bytes.collect::<Vec<u8>>()).expect("written")
        };
        let file = |name: &str| ("100644".to_owned(), name.to_owned(), blob);
        let directory = |name: &str, id: Oid| ("40000".to_owned(), name.to_owned(), id);
        let leaf = tree(&[file("a.py"), file("b.py")]);
        let each: Vec<_> = (0..directories)
            .flat_map(|number| {
                let inner = tree(&[file(&format!("{number}.py")), directory("in", leaf)]);
                [file(&format!("d{number:03}-")), directory(&format!("d{number:03}"), inner)]
            })
            .collect();
        let mut top = vec![file("README"), directory("src", tree(&each))];
        top.extend(more.iter().map(|(mode, name)| ((*mode).to_owned(), (*name).to_owned(), blob)));
        tree(&top)
    }

    fn one_by_one(objects: &Objects, id: Oid, limits: &Limits) -> Listing {
        let mut listing = Listing::default();
        below(objects, id, &[], limits, &mut listing).expect("listed");
        listing.settle();
        listing
    }

    #[test]
    fn parts_make_the_tree_that_is_listed_one_by_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = git2::Repository::init_bare(folder.path()).expect("a repository");
        let store = writer.odb().expect("objects");
        for directories in [0, 1, PARTS - 1, PARTS, 200] {
            let id = planted(&store, directories, &[]);
            let objects = Objects::open(&folder.path().join("objects")).expect("objects");
            let limits = Limits::default();
            let whole = one_by_one(&objects, id, &limits);
            assert_eq!(whole.entries.len(), 1 + directories * 4);
            let parts = list(&objects, id, &limits);
            assert_eq!(parts.map(|listing| listing.entries), (abreast::threads(PARTS) > 1).then_some(whole.entries));
        }
    }

    #[test]
    fn a_tree_with_something_to_say_about_it_is_left_to_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = git2::Repository::init_bare(folder.path()).expect("a repository");
        let store = writer.odb().expect("objects");
        let sound = planted(&store, 40, &[]);
        let odd =
            [("100644", ".git"), ("100644", "README"), ("170000", "x"), ("x", "y")].map(|item| planted(&store, 40, &[item]));
        let objects = Objects::open(&folder.path().join("objects")).expect("objects");
        for id in odd {
            assert!(list(&objects, id, &Limits::default()).is_none());
        }
        // Files, and trees, past the bound.
        for paths in [30, 82, 160] {
            assert!(list(&objects, sound, &Limits { paths, ..Limits::default() }).is_none(), "{paths}");
        }
    }
}
