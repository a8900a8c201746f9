//! Owns which files say what a component depends on: its manifests, those of its members, and the locks beside them. Refuses to
//! read any of them.

use std::collections::HashMap;

use super::manifests::Rows;
use super::{Component, ManifestFact, Scope};
use crate::catalog::Languages;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Gives each component with a manifest the manifests that are nearest to it of all its language's, and their locks.
pub(super) fn fill(snapshot: &Snapshot, languages: &Languages, manifests: &[ManifestFact], components: &mut [Component]) {
    let rows = Rows::new(languages);
    let homes: HashMap<(String, RepoPath), usize> = (components.iter().enumerate())
        .filter(|(_, component)| component.manifest.is_some())
        .map(|(at, component)| ((component.language.clone(), component.declares_at()), at))
        .collect();
    for manifest in manifests {
        let Some(language) = &manifest.language else { continue };
        let home = manifest.directory.ancestors().find_map(|above| homes.get(&(language.clone(), above)).copied());
        let Some(component) = home.and_then(|at| components.get_mut(at)) else { continue };
        // What only developers install says nothing about the product.
        if manifest.scope == Scope::Development && component.scope == Scope::Production && !manifest.only_tools {
            continue;
        }
        let names = rows.of(&manifest.path).map(|row| row.locks.as_slice()).unwrap_or_default();
        let beside = names.iter().flat_map(|name| [manifest.path.parent().join(name), component.directory.join(name)]);
        component.declared_in.extend(beside.flatten().filter(|lock| snapshot.is_file(lock)));
        component.declared_in.push(manifest.path.clone());
    }
    for component in components {
        component.declared_in.sort();
        component.declared_in.dedup();
    }
}
