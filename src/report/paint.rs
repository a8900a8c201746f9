//! Owns colours. Refuses them unless they were asked for.

use crate::catalog::Severity;
use crate::policy::Outcome;

/// Paints, or leaves text as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint(pub bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Emphasis.
    pub(super) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    /// Numbers, bars and arrows.
    pub(super) fn frame(self, text: &str) -> String {
        self.with("1;34", text)
    }

    /// In the colour of a severity.
    pub(super) fn level(self, severity: Severity, text: &str) -> String {
        let code = match severity {
            Severity::Error => "1;31",
            Severity::Warning => "1;33",
            Severity::Notice => "1;36",
        };
        self.with(code, text)
    }

    /// In the colour of an outcome.
    pub(super) fn outcome(self, outcome: Outcome) -> String {
        self.outcome_word(outcome, outcome.word())
    }

    /// Another word in the colour of an outcome.
    pub(super) fn outcome_word(self, outcome: Outcome, word: &str) -> String {
        let code = match outcome {
            Outcome::Pass => "1;32",
            Outcome::Fail => "1;31",
            Outcome::Incomplete => "1;33",
        };
        self.with(code, word)
    }
}
