//! Owns the shape of `audits` of a tool: how it is told whose dependencies it looks at. Refuses tools that look for manifests below
//! their directory: they have no such row.

use serde::Deserialize;

/// What a tool audits that does not look for manifests below its directory: what it is named, and without a name the packages
/// that are installed in the environment it runs in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audits {
    /// Names of the rows of `run` that do; all of them, when there is none.
    #[serde(default)]
    pub runs: Vec<String>,
    /// Flags whose value is a list of requirements.
    #[serde(default)]
    pub lists: Vec<String>,
    /// Words without a flag are directories of projects.
    #[serde(default)]
    pub projects: bool,
    /// Inputs of its actions whose words are lists, or a directory of a project.
    #[serde(default)]
    pub inputs: Vec<String>,
    /// Flags with which it reads a list from standard input.
    #[serde(default)]
    pub stdin: Vec<String>,
    /// Flags that name the directory of another environment.
    #[serde(default)]
    pub elsewhere: Vec<String>,
    /// Variables that do.
    #[serde(default)]
    pub variables: Vec<String>,
}
