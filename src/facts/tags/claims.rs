//! Owns what a verified tag does not vouch for: submodules, LFS pointers, and attributes by which a checkout or an archive differs
//! from the tree. Refuses to open any of them.

use git2::{ObjectType, Oid};

use crate::limits::Limits;
use crate::source::commit::Commit;
use crate::source::entry::{Entry, EntryKind};
use crate::source::objects::Objects;
use crate::source::tree;

/// Attributes by which files on disk or in an archive differ from the tree.
const ATTRIBUTES: [&str; 6] = ["filter=", "export-subst", "export-ignore", "ident", "eol=", "working-tree-encoding="];

/// How a pointer of Git LFS begins (its specification: the version comes first), and how long one is.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";
const POINTER_BYTES: std::ops::Range<usize> = 100..1024;
/// Files of a tree that are asked for their size.
const MOST_SIZES: usize = 10_000;

const LFS: &str = "LFS: the tree holds pointers, nothing vouches for what they name";

/// Whether some file is a pointer, whatever attributes say of it; `None`: none of the first of many.
fn pointer(objects: &Objects, files: &[Entry]) -> Option<bool> {
    let is_one = |entry: &Entry| {
        let id = entry.blob().and_then(|id| Oid::from_str(&id).ok())?;
        let (size, _) = objects.header(id).ok()?;
        let blob = POINTER_BYTES.contains(&size).then(|| objects.read(id, ObjectType::Blob, POINTER_BYTES.end).ok())??;
        Some(blob.data().starts_with(POINTER))
    };
    let regular = || files.iter().filter(|entry| entry.is_file());
    match regular().take(MOST_SIZES).any(|entry| is_one(entry) == Some(true)) {
        false if regular().nth(MOST_SIZES).is_some() => None,
        found => Some(found),
    }
}

/// Notes about the tagged tree.
pub(super) fn notes(objects: &Objects, commit: &Commit, limits: &Limits, notes: &mut Vec<String>) {
    let Ok(listing) = tree::list(objects, commit.tree, limits) else {
        notes.push("the tagged tree cannot be listed, so submodules and filters in it are not named".to_owned());
        return;
    };
    let submodules = listing.entries.iter().filter(|entry| entry.kind == EntryKind::Submodule).count();
    if submodules > 0 {
        let (count, their) = if submodules == 1 { ("1 submodule", "its commit") } else { ("", "their commits") };
        let count = if count.is_empty() { format!("{submodules} submodules") } else { count.to_owned() };
        notes.push(format!("{count}: the tree names {their}, nothing vouches for the content"));
    }
    let mut seen = Vec::new();
    match pointer(objects, &listing.entries) {
        Some(true) => seen.push(LFS),
        Some(false) => {}
        None => notes.push(format!("of its files only the first {MOST_SIZES} were asked whether they are pointers of LFS")),
    }
    for entry in listing.entries.iter().filter(|entry| entry.path.file_name() == ".gitattributes") {
        let Some(id) = entry.blob().and_then(|id| Oid::from_str(&id).ok()) else { continue };
        let Ok(blob) = objects.read(id, ObjectType::Blob, limits.file_bytes) else {
            seen.push("attributes: a .gitattributes was not read (missing, damaged or too large), so a checkout or an archive may differ from the tree");
            continue;
        };
        let text = String::from_utf8_lossy(blob.data());
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let words = || line.split_whitespace().skip(1);
            if words().any(|word| word == "filter=lfs") {
                seen.push(LFS);
            }
            if words().any(|word| ATTRIBUTES.iter().any(|attribute| word.starts_with(attribute)) && word != "filter=lfs") {
                seen.push(
                    "attributes (filter, ident, eol, working-tree-encoding, export-subst, export-ignore): a checkout or an archive differs from the tree",
                );
            }
        }
    }
    seen.sort_unstable();
    seen.dedup();
    notes.extend(seen.into_iter().map(str::to_owned));
}
