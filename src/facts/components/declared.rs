//! Owns which files say what a component depends on: its manifests, those of its members, and the locks beside them. Refuses to
//! read any of them.

use std::collections::HashMap;

use super::manifests::Rows;
use super::{Component, DeclaredBy, ManifestFact, Scope};
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
        by_others(component, manifests);
    }
}

/// A manifest that names nothing leaves it to others of its component: lists beside or below a project that only configures.
fn by_others(component: &mut Component, manifests: &[ManifestFact]) {
    let fact = |path: &RepoPath| manifests.binary_search_by(|one| one.path.cmp(path)).ok().map(|at| &manifests[at]);
    let own = component.declaring().and_then(fact);
    if own.is_none_or(|own| own.updatable || own.member_of.is_some()) {
        return;
    }
    // The nearest, one of the product first, rather what was made of an `.in` than the `.in`, and the plainest name.
    let rank = |one: &&ManifestFact| {
        let name = one.path.file_name();
        (one.scope, one.directory.segments().count(), name.ends_with(".in"), name.len(), one.path.clone())
    };
    let others = component.declared_in.iter().filter_map(fact).filter(|one| one.updatable);
    // A workspace is updated as a whole, where its root is.
    if others.clone().any(|one| one.directory == component.directory && one.member_of.is_some()) {
        return;
    }
    if let Some(other) = others.min_by_key(rank) {
        component.ecosystem = Some(other.ecosystem.clone());
        component.declared_by = Some(DeclaredBy::from(other));
    }
}
