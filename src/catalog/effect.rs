//! Owns the shape of the `effect` rows of a tool: one place and what it does. Refuses conditions: a comparison is of one value
//! with literals.

use serde::Deserialize;

/// Something that changes an invocation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// What it does.
    pub does: Does,
    /// Flags, alternatives; two words mean a flag and its value.
    #[serde(default)]
    pub flag: Vec<String>,
    /// The flags count only behind this word.
    #[serde(default)]
    pub after: Option<String>,
    /// An environment variable (with `flag`, its value is split into words first).
    #[serde(default)]
    pub env: Option<String>,
    /// An input of the action.
    #[serde(default)]
    pub input: Option<String>,
    /// A key in the tool's configuration, or in `path`.
    #[serde(default)]
    pub key: Option<String>,
    /// The file `key` is read in.
    #[serde(default)]
    pub path: Option<String>,
    /// A question that the tool's reader answers.
    #[serde(default)]
    pub setting: Option<String>,
    /// Flags that decide instead, when one of them is given.
    #[serde(default)]
    pub unless: Vec<String>,
    /// It hardens error-level findings only: warnings still pass.
    #[serde(default)]
    pub errors_only: bool,
    /// The run row it is limited to, or, alone, the row that carries it.
    #[serde(default)]
    pub run: Option<String>,
    /// Values of `env`, `input` or `key`, alternatives.
    #[serde(default)]
    pub value: Vec<serde_json::Value>,
    /// The value is that of this other input, given too.
    #[serde(default)]
    pub same_as: Option<String>,
    /// Words of the value (of `flag`, `env`, `input` or `key`; split at blanks and commas): one of these is among them.
    #[serde(default)]
    pub some_of: Vec<String>,
    /// Words of the value: none of these is among them.
    #[serde(default)]
    pub none_of: Vec<String>,
    /// The value is a number below this one.
    #[serde(default)]
    pub below: Option<f64>,
    /// What `input` is when nobody gives it.
    #[serde(default)]
    pub default: Option<String>,
    /// All it takes away are findings that the tool fixes itself: nothing, where a run that changes files fails.
    #[serde(default)]
    pub fixes: bool,
    /// The flag with which one brings it about, with the word it stands behind, where a reader answers for it.
    #[serde(default)]
    pub write: Option<String>,
    /// What undoes it, where that is not to take it away: an imperative without its place.
    #[serde(default)]
    pub undo: Option<String>,
    /// What to say.
    #[serde(default)]
    pub why: Option<String>,
    /// The first version it is true of.
    #[serde(default)]
    pub since: Option<String>,
    /// The first version it is no longer true of.
    #[serde(default)]
    pub before: Option<String>,
}

impl Effect {
    /// The flag to write on a command line for it.
    #[must_use]
    pub fn flag_to_write(&self) -> Option<&str> {
        let by_flag = self.env.is_none() && self.input.is_none() && self.key.is_none();
        self.write.as_deref().or(self.flag.first().map(String::as_str)).filter(|_| by_flag)
    }
}

/// What an effect does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// At most `runs`.
    Soften,
    /// Undoes `pass` and `errors`.
    Harden,
    /// Checks nothing: at most `configured`.
    Void,
    /// Still gates, but sees less; noted.
    Narrow,
    /// Looks at something else than manifests and lock files of the tree: no answer to what is asked about dependencies.
    NotDependencies,
    /// Looks at files named by hand: which dependencies are looked at is not known.
    SomeDependencies,
    /// Passes some files by of what it is given; which, its reader says.
    PassBy,
    /// Noted only.
    Note,
    /// Runs in every module, whatever `bounded_by` says.
    Widen,
}
