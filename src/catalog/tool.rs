//! Owns the shape of `rules/tools/*.toml`. Refuses conditions: a row names one place and literal values (`catalogue.md`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::knows::Knows;

pub use super::audits::Audits;
pub use super::effect::{Does, Effect};
pub use super::run::{Export, FedBy, Findings, Forge, Handed, Hook, InputIs, InputOf, Inside, Run, Service};
pub use super::suppress::Suppress;

/// An analyzer, linter, scanner or host of such tools.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// The file's name.
    pub id: String,
    /// The name people use.
    pub title: String,
    /// What kinds of tool it is.
    pub kind: Vec<ToolKind>,
    /// Language ids, or `*`.
    pub languages: Vec<String>,
    /// Whether its findings are security findings.
    #[serde(default)]
    pub security: Security,
    /// Rule names that make `security = "selected"` true.
    #[serde(default)]
    pub select: Vec<String>,
    /// Every rule it has, for tools whose selections can leave none.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Of these rules so many have to be in force for it to be a security check; fewer look for single things.
    #[serde(default)]
    pub enough: usize,
    /// Configurations that packages bring, and what they say that the reader asks about.
    #[serde(default)]
    pub preset: Vec<Preset>,
    /// The Rust reader of its configuration.
    #[serde(default)]
    pub reader: Option<String>,
    /// What that reader is told of the tool's own names.
    #[serde(default)]
    pub knows: Knows,
    /// Whether the tool still lives.
    #[serde(default)]
    pub status: Status,
    /// When it was retired.
    #[serde(default)]
    pub since: Option<String>,
    /// Why it was retired.
    #[serde(default)]
    pub why: Option<String>,
    /// Tools it replaces.
    #[serde(default)]
    pub successor_of: Vec<String>,
    /// Tools it is accepted for.
    #[serde(default)]
    pub equivalent_to: Vec<String>,
    /// What the entry was verified against.
    pub verified: Verified,
    /// Registry name to package names; a dependency proves `configured`.
    #[serde(default)]
    pub packages: BTreeMap<String, Vec<String>>,
    /// Where its configuration lies.
    #[serde(default)]
    pub config: Vec<ConfigPlace>,
    /// What names the configuration that is read in place of those.
    #[serde(default)]
    pub config_by: ConfigBy,
    /// Commands that write the configuration anew.
    #[serde(default)]
    pub reconfigured_by: Vec<Vec<String>>,
    /// The command that makes what it reads.
    #[serde(default)]
    pub fed_by: Option<FedBy>,
    /// How it is run.
    #[serde(default)]
    pub run: Vec<Run>,
    /// What changes its exit status or what it looks at.
    #[serde(default)]
    pub effect: Vec<Effect>,
    /// How its targets are named.
    #[serde(default)]
    pub targets: Option<Targets>,
    /// What it audits, for a tool that looks at lists or at the environment it runs in.
    #[serde(default)]
    pub audits: Option<Audits>,
    /// What one run stays inside of, whatever directory or pattern it is given.
    #[serde(default)]
    pub bounded_by: Option<Boundary>,
    /// Variables that actions set for the steps after them and that change what the tool does.
    #[serde(default)]
    pub exports: Vec<Export>,
    /// Argument lists that look like the tool but analyse nothing.
    #[serde(default)]
    pub not_run: Vec<Vec<String>>,
    /// Flags that make an invocation analyse nothing.
    #[serde(default)]
    pub no_run_flags: Vec<String>,
    /// They do so behind `--` as well.
    #[serde(default)]
    pub no_run_anywhere: bool,
    /// Flags followed by a value word.
    #[serde(default)]
    pub value_flags: Vec<String>,
    /// Letters of the short flags without a value, for tools that take them in one word (`-rq`).
    #[serde(default)]
    pub switches: String,
    /// It takes the beginning of a long flag for the flag, where that is one only (argparse).
    #[serde(default)]
    pub abbreviates: bool,
    /// Flags that name packs of rules.
    #[serde(default)]
    pub pack_flags: Vec<String>,
    /// Packs that hold security rules; of other packs it is not known.
    #[serde(default)]
    pub security_packs: Vec<String>,
    /// Packs that hold rules for these languages only; of other packs it is not known.
    #[serde(default)]
    pub packs: BTreeMap<String, Vec<String>>,
    /// Flags that change the working directory.
    #[serde(default)]
    pub directory_flags: Vec<String>,
    /// How findings are suppressed in source.
    #[serde(default)]
    pub suppress: Option<Suppress>,
    /// Its own language names to ours.
    #[serde(default)]
    pub language_names: BTreeMap<String, String>,
    /// What the forge shows of it.
    #[serde(default)]
    pub forge: Option<Forge>,
    /// Steps that install and run it so that what it finds fails, as far as they are more than its own command.
    #[serde(default)]
    pub step: Vec<Step>,
}

/// A configuration that a package brings for others to inherit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// The package.
    pub package: String,
    /// Its files that say so.
    pub paths: Vec<String>,
    /// What they say, in the configuration's own words; nothing: not a word of what is asked.
    #[serde(default)]
    pub says: String,
}

/// A step to paste into a workflow.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The language that it gates.
    pub language: String,
    /// The command; `{config}` stands for the configuration that the tree has.
    pub run: String,
    /// Steps before it, as they stand in a workflow.
    #[serde(default)]
    pub before: Option<String>,
    /// What has to be there as well.
    #[serde(default)]
    pub after: Option<String>,
    /// It is the one to propose where no analyzer of the language is in sight: one for each language.
    #[serde(default)]
    pub recommended: bool,
}

/// What kind of tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToolKind {
    /// Static security analyzer.
    Sast,
    /// Linter.
    Lint,
    /// Dependency audit.
    Sca,
    /// Dependency-update bot.
    Bot,
    /// Secret scanner.
    Secrets,
    /// Linter of CI files.
    CiLint,
    /// Container linter or scanner.
    Container,
    /// Dynamic scanner.
    Dast,
    /// Dynamic scanner that works through a description of the API.
    ApiScan,
    /// Reports outdated dependencies.
    Outdated,
    /// Runs other tools.
    Host,
}

/// What a run of a tool does not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Boundary {
    /// The module or workspace whose manifest is nearest: Go's `./...` skips directories with a `go.mod`, cargo and npm too.
    Module,
}

/// Whether findings are about security.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// Always.
    Always,
    /// Never.
    #[default]
    Never,
    /// When one of `select` is in force.
    Selected,
}

/// Whether the tool or service still exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It does.
    #[default]
    Active,
    /// It does, but its makers name a successor.
    Deprecated,
    /// It does not.
    #[serde(alias = "dead")]
    Retired,
}

/// Where an entry's facts were read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verified {
    /// The version read.
    pub version: String,
    /// The day it was read.
    pub on: String,
    /// The source repository or document.
    pub source: String,
    /// Repositories of actions and hooks that run it: `owner/name`, and the commit and day it was read at.
    #[serde(default)]
    pub also: Vec<String>,
    /// Addresses beside the source repository under which its makers hand it out, without a scheme.
    #[serde(default)]
    pub released_at: Vec<String>,
}

/// A configuration file, or a key in one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigPlace {
    /// A file name, or a path below the directory the tool works in.
    pub path: String,
    /// A key in it, dotted.
    #[serde(default)]
    pub key: Option<String>,
    /// Read by itself, but only with one of these flags.
    #[serde(default)]
    pub with: Vec<String>,
    /// In effect only when one of these flags names it.
    #[serde(default)]
    pub named_by: Vec<String>,
    /// In effect only when this input of an action names it.
    #[serde(default)]
    pub named_by_input: Option<InputOf>,
    /// A remark for readers.
    #[serde(default)]
    pub note: Option<String>,
}

/// What names the one configuration that an invocation reads, whatever lies where the tool looks by itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigBy {
    /// Flags whose value is the file; the last one counts.
    #[serde(default)]
    pub flag: Vec<String>,
    /// Inputs of its actions whose value is the file.
    #[serde(default)]
    pub input: Vec<String>,
    /// Variables whose value is the file.
    #[serde(default)]
    pub env: Vec<String>,
    /// What is found without it is read too, below it.
    #[serde(default)]
    pub adds: bool,
    /// Flags with which no configuration is read.
    #[serde(default)]
    pub none: Vec<String>,
}

/// How an invocation names what it looks at.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// Positional words are paths.
    #[serde(default)]
    pub positional: bool,
    /// It takes a pattern that no shell has put names in place of as a name.
    #[serde(default)]
    pub literal: bool,
    /// Flags and words that make it look at what it reads from standard input, and at nothing else.
    #[serde(default)]
    pub stdin: Vec<String>,
    /// Flags whose value is excluded.
    #[serde(default)]
    pub excluded_by: Vec<String>,
    /// Flags whose values are patterns, one of which a file must match.
    #[serde(default)]
    pub included_by: Vec<String>,
    /// Keys of the tool's own configuration, when it is in effect, whose values are excluded.
    #[serde(default)]
    pub excluded_in: Vec<String>,
    /// Files with lines as in `.gitignore`, in the directory the tool works in.
    #[serde(default)]
    pub ignore_files: Vec<String>,
    /// Flags with which it looks at what they name all the same, and keys whose value `false` says so.
    #[serde(default)]
    pub keeps_ignored: Vec<String>,
    /// Flags and keys whose value is looked at beside the positional words.
    #[serde(default)]
    pub named_in: Vec<String>,
    /// Keys of the configuration in force whose values are all it looks at when the command names nothing.
    #[serde(default)]
    pub listed_in: Vec<String>,
    /// Likewise of keys whose values are names of modules.
    #[serde(default)]
    pub listed_modules: Vec<String>,
    /// Paths in such a list are relative to the file, not to the directory it works in.
    #[serde(default)]
    pub listed_from_file: bool,
    /// What a `*` in such a list is.
    #[serde(default)]
    pub listed_as: ListedAs,
    /// The key whose values are files that the configuration includes: their lists are looked at too.
    #[serde(default)]
    pub listed_through: Option<String>,
    /// Flags with which such a list does not count.
    #[serde(default)]
    pub unlisted_by: Vec<String>,
    /// What it looks at without any target.
    #[serde(default)]
    pub default: DefaultTarget,
    /// Flags with which it then looks at nothing.
    #[serde(default)]
    pub nothing_by: Vec<String>,
    /// Flags without which it looks at manifests of the directory itself only, and at none below it.
    #[serde(default)]
    pub deep: Vec<String>,
}

/// How a tool reads what it finds in a list of paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListedAs {
    /// As paths; what looks like a pattern is not known.
    #[default]
    Path,
    /// As patterns of Python's `glob`, with `**`.
    Glob,
    /// As patterns that directories match step by step: into one that does not match it goes for `**` only.
    Spec,
}

/// What a tool looks at when no target is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultTarget {
    /// Its working directory.
    #[default]
    Cwd,
    /// Nothing.
    None,
}

impl Tool {
    /// Whether it is of a kind.
    #[must_use]
    pub fn is(&self, kind: ToolKind) -> bool {
        self.kind.contains(&kind)
    }
}
