//! Owns the rows that say how a tool is run: words, actions, hooks, images, hosts, services, and what an action leaves behind. Refuses
//! what changes such a run: effects are the tool's.

use std::collections::BTreeMap;

use serde::Deserialize;

/// An input of an action.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputOf {
    /// `owner/name[/path]`.
    pub action: String,
    /// The input.
    pub input: String,
}

/// A variable that an action sets for later steps, unless it is set already.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// `owner/name[/path]`.
    pub action: String,
    /// The variable.
    pub env: String,
    /// The input that holds its value; an empty one sets nothing.
    pub input: String,
    /// The input's default.
    pub default: String,
}

/// An input that the action hands on to the tool as a variable.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handed {
    /// The input.
    pub input: String,
    /// The variable.
    pub env: String,
}

/// An input of the action itself and the values it must have.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputIs {
    /// The input.
    pub input: String,
    /// Its values, alternatives.
    pub value: Vec<String>,
}

/// One way to run the tool: exactly one of `argv`, `action`, `hook`, `image` (which may add the `argv` it must run), `inside`,
/// `service`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Words compared in order, flags in between skipped.
    #[serde(default)]
    pub argv: Option<Vec<String>>,
    /// `owner/name[/path]`, a trailing `/*` matches any path.
    #[serde(default)]
    pub action: Option<String>,
    /// A pre-commit hook.
    #[serde(default)]
    pub hook: Option<Hook>,
    /// A container image without tag.
    #[serde(default)]
    pub image: Option<String>,
    /// A host tool that runs it.
    #[serde(default)]
    pub inside: Option<Inside>,
    /// A service that runs it on every change, without a pipeline, where its app is installed.
    #[serde(default)]
    pub service: Option<Service>,
    /// The action's input that holds arguments.
    #[serde(default)]
    pub argv_input: Option<String>,
    /// What `argv_input`, or a hook's `args`, is when nobody gives it.
    #[serde(default)]
    pub argv_default: Option<String>,
    /// The action's input that holds the directory.
    #[serde(default)]
    pub directory_input: Option<String>,
    /// The action's input that names the release of the tool.
    #[serde(default)]
    pub version_input: Option<String>,
    /// Which releases newer versions of the action take.
    pub takes: Option<Takes>,
    /// Inputs of the action that the tool sees as variables.
    #[serde(default)]
    pub handed: Vec<Handed>,
    /// The input that lists languages.
    #[serde(default)]
    pub languages_input: Option<InputOf>,
    /// It compares what the event names, and looks at nothing that is checked out.
    #[serde(default)]
    pub by_event: bool,
    /// What the exit status does when the tool finds something.
    pub findings: Findings,
    /// Why it does that.
    #[serde(default)]
    pub why: Option<String>,
    /// What it does when every target is a file, where that differs.
    #[serde(default)]
    pub findings_on_files: Option<Findings>,
    /// Only when this input of the action has one of these values.
    #[serde(default)]
    pub when: Option<InputIs>,
    /// Only where the manifest of the directory that it works in declares this package of npm.
    #[serde(default)]
    pub with_package: Option<String>,
    /// A name that effects refer to.
    #[serde(default)]
    pub name: Option<String>,
    /// Rule names this way selects (`inside`).
    #[serde(default)]
    pub select: Vec<String>,
    /// The first version it is true of.
    #[serde(default)]
    pub since: Option<String>,
    /// The first version it is no longer true of.
    #[serde(default)]
    pub before: Option<String>,
}

/// A pre-commit hook's repository and id.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// Repository URL.
    pub repo: String,
    /// Hook id.
    pub id: String,
}

/// What the forge shows of a tool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forge {
    /// Its name in code scanning.
    #[serde(default)]
    pub code_scanning_tool: Option<String>,
    /// Names of its checks.
    #[serde(default)]
    pub check_names: Vec<String>,
    /// Whether it can run without a file.
    #[serde(default)]
    pub default_setup: bool,
}

/// A command whose output a tool reads.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FedBy {
    /// Its first words.
    pub argv: Vec<String>,
    /// Flags without which its output is nothing for the tool.
    pub with: Vec<String>,
    /// Flags of which one makes the output whole, as a name that is no path does; without any the tool looks at nothing.
    pub whole: Vec<String>,
    /// What is missing then.
    pub why: String,
}

/// A hosted service, and the file at the root of the tree that tells it what to do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The file.
    pub file: String,
    /// The key whose entries say what it analyses: names of a table, or tables with a `name`; empty: the root. What has
    /// `enabled: false` is left out. `None`: every language of the tool.
    #[serde(default)]
    pub names_in: Option<String>,
    /// Names that count unless the file switches them off.
    #[serde(default)]
    pub unnamed: Vec<String>,
}

/// A host tool and what in it runs this tool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inside {
    /// The host tool's id.
    pub tool: String,
    /// The plugin package that brings it.
    #[serde(default)]
    pub package: Option<String>,
    /// The switch of an aggregator.
    #[serde(default)]
    pub switch: Option<String>,
}

/// The exit status when the tool finds something, no effect applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Findings {
    /// Non-zero.
    Fail,
    /// Zero.
    Pass,
    /// Non-zero for error-level findings only.
    Errors,
    /// The forge decides.
    Forge,
    /// Not verified against the tool's own source.
    Unknown,
}

/// From which of its major versions on an action takes no release of the tool before this one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Takes {
    /// The major version of the action.
    pub from: u64,
    /// The major version of the tool.
    pub release: u64,
    /// What versions before `from` bring where nobody names a release: by their whole version, else by its first number.
    #[serde(default)]
    pub before: BTreeMap<String, String>,
}
