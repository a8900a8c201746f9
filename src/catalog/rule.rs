//! Owns the shape of `rules/checklist/*.toml`, profiles and sentences. Refuses to parse a rule's question: its check does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One item of the checklist.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The file's name, kebab-case; never renamed.
    pub id: String,
    /// Older names that policies may use.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The section of the checklist.
    pub section: String,
    /// One line: what holds when it passes.
    pub title: String,
    /// Severity without policy or profile.
    pub severity: Severity,
    /// The version that brought it.
    pub since: String,
    /// Where it applied, whatever it found, it has to go on applying: what it asks about is a guard, and is not to be taken away.
    #[serde(default)]
    pub stays: bool,
    /// The question, parsed by the check of its `kind`.
    pub check: serde_json::Map<String, serde_json::Value>,
    /// Why it matters and what to do.
    pub text: Text,
    /// Ids in other catalogues (CWE, ASVS, OSPS, SSDF).
    #[serde(default)]
    pub mapping: BTreeMap<String, Vec<String>>,
}

/// Prose of a rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Why it matters.
    pub why: String,
    /// What to do in general; findings carry the concrete fix.
    pub fix: String,
    /// What the literal profile asks, where it differs.
    #[serde(default)]
    pub literal: Option<String>,
}

/// How bad a failing finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Listed.
    Notice,
    /// Annotated.
    Warning,
    /// Closes the gate.
    Error,
}

impl Severity {
    /// The word in reports and files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// `rules/profiles/<name>.toml`: which rules are on, and at which severity where it differs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The file's name.
    pub id: String,
    /// One line.
    pub title: String,
    /// Rule id to severity, `off`, or `on` (the rule's own severity).
    pub rules: BTreeMap<String, String>,
}

/// One sentence of the checklist and where it lives.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentence {
    /// Its number.
    pub number: u32,
    /// Its section.
    pub section: String,
    /// In our words.
    pub words: String,
    /// How strongly it is meant.
    pub strength: Strength,
    /// The original's own ids.
    #[serde(default)]
    pub ids: Vec<String>,
    /// Rules that answer it; empty only with `not_taken`.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Why no rule answers it.
    #[serde(default)]
    pub not_taken: Option<String>,
}

/// How strongly a sentence is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// At most error.
    Must,
    /// At most warning.
    Should,
    /// At most notice.
    Consider,
}

/// `rules/sentences.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentences {
    /// All of them, by number.
    pub sentence: Vec<Sentence>,
}
