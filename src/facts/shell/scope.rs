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

    /// Whether the variable is named here, so that it is in the environment of every command.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.vars.contains_key(name) || self.env.contains_key(name)
    }

    /// `$1 …`, when their number is known.
    #[must_use]
    pub fn arguments(&self) -> Option<&[Word]> {
        self.positional.as_deref().map(Vec::as_slice)
    }
}
