//! Owns the shape of `rules/bots/*.toml`. Refuses semantics that need reasoning: those are in `facts::bots`.

mod options;

use serde::Deserialize;

pub use self::options::{OptionKind, Options};
use super::tool::{Status, ToolKind, Verified};

/// A dependency-update bot.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bot {
    /// The file's name.
    pub id: String,
    /// The name people use.
    pub title: String,
    /// Always contains `bot`.
    pub kind: Vec<ToolKind>,
    /// The Rust reader of its configuration.
    #[serde(default)]
    pub reader: Option<String>,
    /// Whether the service still exists.
    #[serde(default)]
    pub status: Status,
    /// When it was retired.
    #[serde(default)]
    pub since: Option<String>,
    /// Why it was retired.
    #[serde(default)]
    pub why: Option<String>,
    /// Bots it replaces.
    #[serde(default)]
    pub successor_of: Vec<String>,
    /// What the entry was verified against.
    pub verified: Verified,
    /// Configuration places; the first one found wins.
    #[serde(default)]
    pub config: Vec<super::tool::ConfigPlace>,
    /// Ways to run it in CI.
    #[serde(default)]
    pub run: Vec<BotRun>,
    /// Switches that turn it off.
    #[serde(default)]
    pub off: Vec<Switch>,
    /// Keys that limit what it covers.
    #[serde(default)]
    pub limit: Vec<Limit>,
    /// Presets known by name.
    #[serde(default)]
    pub preset: Vec<Preset>,
    /// Its managers and the ecosystems they cover.
    #[serde(default)]
    pub manager: Vec<Manager>,
    /// Names of all its managers, of ecosystems that are known here or not.
    #[serde(default)]
    pub known_managers: Vec<String>,
    /// Managers that are off unless switched on.
    #[serde(default)]
    pub disabled_managers: Vec<String>,
    /// Categories that managers belong to, by ecosystem.
    #[serde(default)]
    pub categories: std::collections::BTreeMap<String, Vec<String>>,
    /// Keys of older files that switch like managers, by ecosystem.
    #[serde(default)]
    pub older_switches: std::collections::BTreeMap<String, String>,
    /// Registry to package names that prove it was set up.
    #[serde(default)]
    pub packages: std::collections::BTreeMap<String, Vec<String>>,
    /// The schema version its file must name.
    #[serde(default)]
    pub version: Option<i64>,
    /// Keys of which an entry has one at most.
    #[serde(default)]
    pub exclusive: Vec<Vec<String>>,
    /// Keys the service no longer knows.
    #[serde(default)]
    pub retired_keys: Vec<String>,
    /// Days a schedule may name.
    #[serde(default)]
    pub days: Vec<String>,
    /// Keys known in a requirement entry.
    #[serde(default)]
    pub requirement_keys: Vec<String>,
    /// Values of its update switch.
    #[serde(default)]
    pub update_values: Vec<String>,
    /// Paths it never looks at.
    #[serde(default)]
    pub skip_paths: Vec<String>,
    /// Presets that change no coverage.
    #[serde(default)]
    pub neutral_presets: Vec<String>,
    /// Preset namespaces that change no coverage.
    #[serde(default)]
    pub neutral_namespaces: Vec<String>,
    /// Ecosystem names it knows.
    #[serde(default)]
    pub ecosystems: Vec<String>,
    /// Ecosystems of which it takes every dependency for one of the product.
    #[serde(default)]
    pub one_kind: Vec<String>,
    /// Ecosystems whose manifests say by the table what the product needs and what development.
    #[serde(default)]
    pub kinds_by_table: Vec<String>,
    /// Keys known at the top of its file.
    #[serde(default)]
    pub top_keys: Vec<String>,
    /// Keys known in an update entry.
    #[serde(default)]
    pub update_keys: Vec<String>,
    /// Intervals a schedule may have.
    #[serde(default)]
    pub intervals: Vec<String>,
    /// Keys that must be there.
    #[serde(default)]
    pub required: Vec<String>,
    /// Names by which older rules of its file say what they are for, besides those of today.
    #[serde(default)]
    pub older_selectors: Vec<String>,
    /// Names by which older rules for hosts say which host they are for.
    #[serde(default)]
    pub older_host_keys: Vec<String>,
    /// Settings that a rule for kinds of updates comes too late for.
    #[serde(default)]
    pub before_lookup: Vec<String>,
    /// Words that a schedule is written in.
    #[serde(default)]
    pub schedule_words: Vec<String>,
    /// Of those, the ones that a schedule begins with.
    #[serde(default)]
    pub schedule_starts: Vec<String>,
    /// Names of time zones without a `/`, in small letters.
    #[serde(default)]
    pub zones: Vec<String>,
    /// Settings whose texts are patterns: regular expressions between slashes, globs, names.
    #[serde(default)]
    pub patterns: Vec<String>,
    /// Older settings whose texts are regular expressions as a whole.
    #[serde(default)]
    pub regexes: Vec<String>,
    /// Kinds of managers that a file makes itself.
    #[serde(default)]
    pub custom_kinds: Vec<String>,
    /// Its options by the type of their value, wherever they stand.
    #[serde(default)]
    pub options: Options,
    /// What stands at places of its file, for values deeper than the keys above.
    #[serde(default)]
    pub shape: Vec<Shape>,
    /// Keys that some ecosystems do not take, or not with every word.
    #[serde(default)]
    pub restriction: Vec<Restriction>,
    /// Settings of its file that only a service which acts on the file reads.
    #[serde(default)]
    pub on: Vec<Switch>,
    /// Its run in CI changes files and no more: whether a pull request comes of it is another step's matter.
    #[serde(default)]
    pub only_edits: bool,
    /// What opens a pull request of what such a run has changed, in the same job.
    #[serde(default)]
    pub proposes: Vec<BotRun>,
    /// Words in commands and remote workflows that are not read which say that they may update dependencies.
    #[serde(default)]
    pub hints: Vec<String>,
    /// Words that say so in the name of a remote workflow only.
    #[serde(default)]
    pub hints_of_names: Vec<String>,
    /// The file at the root that says what the targets of a program run, by the program.
    #[serde(default)]
    pub files_of: std::collections::BTreeMap<String, String>,
    /// Words of commands that change nothing of the tree, whatever else they say.
    #[serde(default)]
    pub not_hints: Vec<String>,
    /// Its accounts.
    #[serde(default)]
    pub identity: Option<Identity>,
}

/// What the service accepts at a place of the bot's file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// The way from the top: keys, `*` for every key of a map, `[]` for every item of a list.
    pub at: String,
    /// The type.
    #[serde(default)]
    pub is: Option<ShapeKind>,
    /// A map has no other keys than these.
    #[serde(default)]
    pub keys: Vec<String>,
    /// A map has one of these keys at least.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// A text is one of these.
    #[serde(default)]
    pub words: Vec<String>,
    /// Characters a text has at most.
    #[serde(default)]
    pub longest: Option<usize>,
}

/// A type of a value in a bot's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShapeKind {
    /// A text.
    Text,
    /// A list.
    List,
    /// A map.
    Map,
    /// A whole number, 0 or more.
    Count,
    /// True or false.
    Bool,
    /// A list, or the text `*`.
    ListOrStar,
    /// Two digits, a colon, two digits.
    Clock,
    /// What can be the name of a time zone.
    Zone,
}

impl Bot {
    /// Whether it looks at manifests of an ecosystem at all.
    #[must_use]
    pub fn looks_at(&self, ecosystem: &str) -> bool {
        self.ecosystems.iter().any(|name| name == ecosystem) || self.manager.iter().any(|row| row.ecosystem == ecosystem)
    }
}

/// A key of an entry that ecosystems take with some words only.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restriction {
    /// The key, dotted, from the entry on.
    pub key: String,
    /// The ecosystems.
    pub ecosystems: Vec<String>,
    /// The words they take; none: the key is refused.
    #[serde(default)]
    pub words: Vec<String>,
    /// Why another word may be taken all the same: a note at its line, and the file stands.
    #[serde(default)]
    pub contested: Option<String>,
}

/// A way to run a bot in CI.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BotRun {
    /// Words of the command.
    #[serde(default)]
    pub argv: Option<Vec<String>>,
    /// The action.
    #[serde(default)]
    pub action: Option<String>,
    /// The image.
    #[serde(default)]
    pub image: Option<String>,
    /// The ecosystem that it updates, where that is not all that the bot knows.
    #[serde(default)]
    pub ecosystem: Option<String>,
}

/// A key and the values of it that switch a bot off.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// The key, dotted.
    pub key: String,
    /// The values.
    pub value: Vec<serde_json::Value>,
    /// A remark.
    #[serde(default)]
    pub why: Option<String>,
}

/// A key that limits what a bot covers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The key.
    pub key: String,
    /// The values with which it limits; none: every value.
    #[serde(default)]
    pub value: Vec<serde_json::Value>,
    /// A closed list of meanings, read by the bot's reader.
    pub means: String,
    /// A remark.
    #[serde(default)]
    pub why: Option<String>,
}

/// A preset known by name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// Paths it makes the bot skip, in place of those that were skipped before; none: it leaves them alone.
    #[serde(default)]
    pub skip_paths: Option<Vec<String>>,
    /// It does what this one does.
    #[serde(default)]
    pub same_as: Option<String>,
    /// Managers it switches on.
    #[serde(default)]
    pub enables: Vec<String>,
    /// Managers it switches off.
    #[serde(default)]
    pub disables: Vec<String>,
    /// It switches the bot off.
    #[serde(default)]
    pub off: bool,
    /// Only security updates remain.
    #[serde(default)]
    pub only_security: bool,
    /// The key that it sets, with which somebody has to ask for each update that mends no known flaw.
    #[serde(default)]
    pub on_request: Option<String>,
}

/// A manager and the ecosystem it covers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manager {
    /// The bot's name for it.
    pub name: String,
    /// Dependabot's name of the ecosystem.
    pub ecosystem: String,
    /// Its own file patterns: globs, or regular expressions between slashes.
    #[serde(default)]
    pub files: Vec<String>,
    /// Where it finds dependencies in such a file: dotted keys, one of which must stand there. None: the name is enough.
    #[serde(default)]
    pub keys: Vec<String>,
    /// The data sources that its dependencies come from, less those that few come from.
    #[serde(default)]
    pub sources: Vec<String>,
    /// The kinds of dependencies that it tells apart, less those that are seldom updated; none: it tells none apart, or by
    /// names of the project's own.
    #[serde(default)]
    pub dep_types: Vec<String>,
}

/// A bot's accounts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Author names of its commits: claims, never evidence.
    #[serde(default)]
    pub authors: Vec<String>,
    /// Its app.
    #[serde(default)]
    pub app: Option<String>,
}
