//! Owns the dependencies that manifests declare: registry, name, place, runtime or not. Refuses lock files and versions.

use crate::text::{Place, RepoPath};

/// A declared dependency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// `pypi | npm | go | cargo | gem | maven | composer | nuget`.
    pub registry: &'static str,
    /// Its name, as the registry spells it.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// Whether the product needs it to run.
    pub runtime: bool,
    /// The manifest.
    pub manifest: RepoPath,
}

/// Dependencies of every manifest in sight, sorted.
#[must_use]
pub fn gather(snapshot: &crate::snapshot::Snapshot, inventory: &super::components::Inventory) -> Vec<Dependency> {
    let _ = (snapshot, inventory);
    Vec::new()
}
