//! Owns what the tree consists of: languages, components (language and directory), manifests and their scope. Refuses to
//! look into CI.

use serde::Serialize;

use crate::text::RepoPath;

/// Whether something is part of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Judged at the rule's severity.
    Production,
    /// Judged at `notice`.
    Development,
}

/// A manifest outside vendored, generated and fixture trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestFact {
    /// The file.
    pub path: RepoPath,
    /// Dependabot's ecosystem name.
    pub ecosystem: String,
    /// The language it makes a component of.
    pub language: Option<String>,
    /// The directory that an update bot must name: its own, or that of its workspace root.
    pub directory: RepoPath,
    /// The manifest of its workspace root, when it is a member.
    pub member_of: Option<RepoPath>,
    /// Product or not.
    pub scope: Scope,
}

/// A language in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The directory.
    pub directory: RepoPath,
    /// The language's id.
    pub language: String,
    /// The ecosystem of its manifest.
    pub ecosystem: Option<String>,
    /// Its manifest, when it has one.
    pub manifest: Option<RepoPath>,
    /// Directories of workspace members folded in.
    pub members: Vec<RepoPath>,
    /// Product or not.
    pub scope: Scope,
    /// Its source files that are production code, sorted; what path filters and targets are held against.
    pub files: Vec<RepoPath>,
}
