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
