//! Owns package scripts in a directory that is computed: whichever it is, its manifest is one of the tree, or no script of the tree
//! runs. Refuses selections of members: which workspace they are of is computed too.

use super::request::{Client, Request};
use super::scripts;
use crate::answer::{Reason, Why};
use crate::facts::runners::{Call, Next, World};
use crate::facts::workdir::WORKSPACE;

/// Manifests that are asked; a tree with more of them stays unread.
const MOST: usize = 256;

/// What the command leads to in each directory with a manifest, under the condition that it is this one.
pub(super) fn run(client: Client, call: &Call<'_>, world: &World<'_>, request: &Request) -> Result<Vec<Next>, Why> {
    let why = || Why::new(Reason::Dynamic, "a package script runs in a directory that is computed").at(call.place.clone());
    let entries = world.snapshot.entries().iter().filter(|entry| entry.is_file() && entry.path.file_name() == "package.json");
    let directories: Vec<_> = entries.map(|entry| entry.path.parent()).take(MOST + 1).collect();
    if !request.selection.is_plain() || directories.len() > MOST {
        return Err(why());
    }
    let own = Request { directory: None, ..request.clone() };
    let mut all = Vec::new();
    for directory in directories {
        let workdir = call.workdir.enter(&format!("{WORKSPACE}/{directory}"));
        // The tree lies elsewhere, or nowhere.
        if workdir.dir().as_ref() != Some(&directory) {
            return Err(why());
        }
        let found = scripts::run(client, &Call { workdir: &workdir, ..*call }, world, &own)?;
        all.extend(found.into_iter().map(|next| Next { condition: next.condition.clone().or_else(|| Some(why())), ..next }));
    }
    Ok(all)
}
