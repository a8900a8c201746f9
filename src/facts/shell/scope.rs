//! Owns what a caller knows of a script's variables and arguments. Refuses to change while a script is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Word;

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
    vars: Arc<BTreeMap<String, VarValue>>,
    positional: Option<Arc<Vec<Word>>>,
    closed: bool,
}

impl Scope {
    /// Nothing is known: every variable and argument is unknown.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

    /// What is known of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> VarValue {
        let other = if self.closed { VarValue::Unset } else { VarValue::Unknown };
        self.vars.get(name).cloned().unwrap_or(other)
    }

    /// Whether the variable is named here, so that it is in the environment of every command.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.vars.contains_key(name)
    }

    /// `$1 …`, when their number is known.
    #[must_use]
    pub fn arguments(&self) -> Option<&[Word]> {
        self.positional.as_deref().map(Vec::as_slice)
    }
}
