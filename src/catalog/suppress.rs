//! Owns the shape of a tool's `suppress`: the comments that silence it. Refuses to look for them.

use serde::Deserialize;

/// Comments that suppress findings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppress {
    /// What starts a comment.
    #[serde(default)]
    pub comment: Option<String>,
    /// The word.
    pub word: String,
    /// Prefixes of rule codes.
    #[serde(default)]
    pub codes: Vec<String>,
    /// What stands before the codes.
    #[serde(default)]
    pub codes_after: Option<String>,
}
