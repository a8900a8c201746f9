//! Owns the table `knows` of a tool: names inside the tool that the Rust reader of its configuration asks for. Refuses what a reader
//! makes of them: that is `facts::tool_config`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Names of a tool's own rules, groups, plugins and shared configurations. Each list is there for the readers that ask for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knows {
    /// The rules of the family that is a security check.
    #[serde(default)]
    pub security_rules: Vec<String>,
    /// Those of them that are on without being asked for.
    #[serde(default)]
    pub on_by_default: Vec<String>,
    /// Groups whose recommended rules are on without being asked for.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Linters or plugins that run where the configuration names none.
    #[serde(default)]
    pub default_set: Vec<String>,
    /// Presets or categories that hold a linter or a rule which is asked about, by its name.
    #[serde(default)]
    pub presets: BTreeMap<String, Vec<String>>,
    /// Older names, and what they stand for now.
    #[serde(default)]
    pub renamed: BTreeMap<String, Vec<String>>,
    /// Findings as they read, with nothing in common: a pattern that takes all of these takes everything.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Profiles that come with it and say nothing of what is asked.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// Packages with shared configurations or plugins that bring none of the security plugins.
    #[serde(default)]
    pub plain_packages: Vec<String>,
    /// Packages whose configurations have no `files` of their own.
    #[serde(default)]
    pub no_files: Vec<String>,
    /// Packages whose configurations name files, and the patterns.
    #[serde(default)]
    pub names_files: BTreeMap<String, Vec<String>>,
    /// Shared configurations that only turn rules off.
    #[serde(default)]
    pub turns_off: Vec<String>,
    /// Plugins whose recommended configuration sets warnings only.
    #[serde(default)]
    pub warns: Vec<String>,
    /// Words in the name of a plugin's configuration which say that it turns its rules on.
    #[serde(default)]
    pub on_words: Vec<String>,
    /// Rules that a shared configuration brings beside the ordinary.
    #[serde(default)]
    pub brings: Vec<Brings>,
    /// Security plugins and how many of their rules make them what they are: turned off, the plugin is.
    #[serde(default)]
    pub rules_of: BTreeMap<String, usize>,
}

/// A rule that a shared configuration brings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brings {
    /// The package.
    pub package: String,
    /// The configuration of it; none: any.
    #[serde(default)]
    pub config: Option<String>,
    /// The rule.
    pub rule: String,
    /// A finding of it is an error, not a warning.
    #[serde(default)]
    pub error: bool,
}
