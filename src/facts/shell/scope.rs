//! Owns what a caller knows of a script's variables and arguments. Refuses to change while a script is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Word;
use crate::facts::env::Env;

/// What is known of one variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VarValue {
    /// Its value.
    Known(String),
    /// It is not set.
    Unset,
    /// It may be anything.
    Unknown,
}

/// Variables and arguments a script starts with; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// What it inherits; `vars` lie above it.
    env: Env,
    vars: Arc<BTreeMap<String, VarValue>>,
    positional: Option<Arc<Vec<Word>>>,
    closed: bool,
    /// Where the script starts, as an absolute path.
    directory: Option<String>,
    /// Directories that are the top of a checkout.
    tops: Vec<String>,
    /// `$0` and the file that is read.
    name: Option<String>,
    source: Option<String>,
}

impl Scope {
    /// Nothing is known: every variable and argument is unknown.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The environment that a script inherits, and nothing else.
    #[must_use]
    pub fn inheriting(env: &Env) -> Self {
        Self { env: env.clone(), ..Self::default() }
    }

    /// Sets one environment variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: VarValue) -> Self {
        Arc::make_mut(&mut self.vars).insert(name.into(), value);
        self
    }

    /// Sets `$1 …`; words without a value are unknown arguments.
    #[must_use]
    pub fn positional(mut self, words: Vec<Word>) -> Self {
        self.positional = Some(Arc::new(words));
        self
    }

    /// Says that variables not named here are unset instead of unknown.
    #[must_use]
    pub fn closed(mut self) -> Self {
        self.closed = true;
        self
    }

    /// Where the script starts, and which directories are the top of a checkout.
    #[must_use]
    pub fn standing_in(mut self, directory: Option<String>, tops: Vec<String>) -> Self {
        (self.directory, self.tops) = (directory, tops);
        self
    }

    /// The script's own file; `sourced` scripts are read under another script's name.
    #[must_use]
    pub fn of_file(mut self, path: Option<String>, sourced: bool) -> Self {
        self.name = path.clone().filter(|_| !sourced);
        self.source = path;
        self
    }

    /// Where the script starts.
    #[must_use]
    pub fn directory(&self) -> Option<&str> {
        self.directory.as_deref()
    }

    /// The top of the checkout that a directory lies in.
    #[must_use]
    pub fn top_of(&self, directory: &str) -> Option<&str> {
        let lies_in =
            |top: &&String| directory.strip_prefix(top.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.tops.iter().filter(lies_in).max_by_key(|top| top.len()).map(String::as_str)
    }

    /// `$0`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The file that is read (`BASH_SOURCE`).
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// What is known of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> VarValue {
        match (self.vars.get(name), self.env.get(name)) {
            (Some(value), _) => value.clone(),
            (None, Some(value)) => value.clone().map_or(VarValue::Unknown, VarValue::Known),
            (None, None) if self.closed => VarValue::Unset,
            (None, None) => VarValue::Unknown,
        }
    }

    /// Variables of the environment whose names begin so, with their values where known.
    pub(super) fn inherited_with<'s>(&'s self, prefix: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.env.with_prefix(prefix).filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)))
    }

    /// Whether the variable is named here, so that it is in the environment of every command.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.vars.contains_key(name) || self.env.contains_key(name)
    }

    /// Whether the variable is set, as far as is known.
    #[must_use]
    pub fn sets(&self, name: &str) -> bool {
        self.names(name) && self.get(name) != VarValue::Unset
    }

    /// `$1 …`, when their number is known.
    #[must_use]
    pub fn arguments(&self) -> Option<&[Word]> {
        self.positional.as_deref().map(Vec::as_slice)
    }
}
