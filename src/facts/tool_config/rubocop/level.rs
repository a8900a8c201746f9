//! Owns the severities of RuboCop and the one from which on a run fails. Refuses what a configuration says of a cop's own.

use super::super::{Query, arguments};
use crate::answer::{Reason, Why};

/// Severities from which on a run fails, in order; `autocorrect` is none.
pub(super) const SEVERITIES: &[&str] = &["info", "refactor", "convention", "warning", "error", "fatal"];

/// The place of a severity among them; behind all of them what is none.
pub(super) fn severity(name: &str) -> usize {
    SEVERITIES.iter().position(|known| *known == name).unwrap_or(SEVERITIES.len())
}

/// The lowest severity that fails the run.
pub(super) fn fail_level(query: &Query<'_>) -> Result<usize, Why> {
    let Some(given) = arguments::values(query.args, &["--fail-level", "--fail-leve", "--fail-lev"]).pop() else {
        return Ok(severity("refactor"));
    };
    let why = || Why::new(Reason::Dynamic, "the level that fails the run is computed").at(given.place.clone());
    let value = given.value.ok_or_else(why)?;
    // One letter is a code, and OptionParser completes what is begun.
    let found = SEVERITIES.iter().position(|name| name.starts_with(&value.to_ascii_lowercase()));
    Ok(found.unwrap_or_else(|| severity("refactor")))
}
