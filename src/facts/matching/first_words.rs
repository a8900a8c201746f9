//! Owns the first words of many rows together: most commands begin with none of them. Refuses to say which row it is.

use std::collections::HashSet;

use super::program_name;
use crate::facts::shell::Word;

/// The first words of rows.
pub struct FirstWords<'c>(HashSet<&'c str>);

impl<'c> FirstWords<'c> {
    /// Of rows, each a list of words.
    pub fn of(rows: impl Iterator<Item = &'c Vec<String>>) -> Self {
        Self(rows.filter_map(|row| row.first()).map(String::as_str).collect())
    }

    /// Whether a command may be one of the rows, by its program.
    #[must_use]
    pub fn begin(&self, words: &[Word]) -> bool {
        let program = words.first().and_then(|word| word.value.as_deref());
        program.is_some_and(|program| self.0.contains(program) || self.0.contains(program_name(program)))
    }
}
