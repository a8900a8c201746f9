//! Owns what a verified tag does not vouch for: submodules, LFS pointers, and attributes by which a checkout or an archive differs
//! from the tree. Refuses to open any of them.

use git2::{ObjectType, Oid};

use crate::limits::Limits;
use crate::source::commit::Commit;
use crate::source::entry::EntryKind;
use crate::source::objects::Objects;
use crate::source::tree;

/// Attributes by which files on disk or in an archive differ from the tree.
const ATTRIBUTES: [&str; 6] = ["filter=", "export-subst", "export-ignore", "ident", "eol=", "working-tree-encoding="];

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
                seen.push("LFS: the tree holds pointers, nothing vouches for what they name");
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
