//! Owns what the GitHub runner keeps of a step's annotations: so many of each level, so much of each message. Refuses to let the one be
//! dropped that says that something was left out, or that something could not be read.
//!
//! Source: actions/runner, `src/Runner.Worker/ExecutionContext.cs`, `AddIssue`: ten issues of a type, 4,096 characters of a message; what
//! comes behind them is in the log alone.

use crate::text::Place;
use crate::text::escape::{workflow_message, workflow_property};

/// Annotations of a level that the runner keeps of one step.
const BUDGET: usize = 10;
/// Of the warnings one is the action's: that a red run was reported only.
const WARNINGS: usize = BUDGET - 1;
/// Units of UTF-16 that the runner keeps of a message.
const MESSAGE: usize = 4_096;
/// Of these what a fix may take: the rest of it is in the log.
const FIX: usize = 1_500;
/// And what was seen.
const SEEN: usize = 1_200;

/// One workflow command that becomes an annotation.
pub(super) struct Annotation {
    level: &'static str,
    properties: Vec<String>,
    message: String,
    kept: bool,
}

impl Annotation {
    /// About the whole run until [`Annotation::at`] says otherwise: what was seen, how it is reached, what to do. The chain gives way.
    pub(super) fn new(level: &'static str, seen: &str, chain: Option<&str>, fix: Option<&str>) -> Self {
        let mut message = cut(seen, SEEN);
        let fix = fix.map(|fix| format!("\n{}", cut(fix.trim_end(), FIX))).unwrap_or_default();
        if let Some(chain) = chain {
            let room = MESSAGE - units(&message) - units(&fix) - 1;
            message = format!("{message}\n{}", cut(chain, room));
        }
        Self { level, properties: Vec::new(), message: message + &fix, kept: false }
    }

    /// At a place, as a whole or at its beginning alone.
    pub(super) fn at(mut self, place: &Place, whole: bool) -> Self {
        self.properties.push(format!("file={}", workflow_property(place.path.as_str())));
        self.properties.push(format!("line={}", place.line));
        if whole {
            self.properties.push(format!("endLine={}", place.end_line));
        }
        if !whole || place.end_line == place.line {
            self.properties.push(format!("col={}", place.column));
        }
        if whole && place.end_line == place.line {
            // The forge counts the last column in.
            self.properties.push(format!("endColumn={}", place.end_column.saturating_sub(1).max(place.column)));
        }
        self
    }

    /// Under a title.
    pub(super) fn titled(mut self, title: &str) -> Self {
        self.properties.push(format!("title={}", workflow_property(title)));
        self
    }

    /// Not the one that gives way to others.
    pub(super) fn kept(mut self) -> Self {
        self.kept = true;
        self
    }

    fn command(&self) -> String {
        format!("::{} {}::{}\n", self.level, self.properties.join(","), workflow_message(&self.message))
    }
}

/// The commands, each level within what is kept of it; of more the last one says how many the log has besides.
pub(super) fn commands(list: &[Annotation]) -> String {
    let mut out = String::new();
    for (level, budget) in [("error", BUDGET), ("warning", WARNINGS), ("notice", BUDGET)] {
        let all: Vec<&Annotation> = list.iter().filter(|one| one.level == level).collect();
        if all.len() <= budget {
            out.extend(all.iter().map(|one| one.command()));
            continue;
        }
        let mut shown = all[..budget - 1].to_vec();
        let kept = all.iter().find(|one| one.kept);
        if let Some(kept) = kept.filter(|_| !shown.iter().any(|one| one.kept)) {
            shown.pop();
            shown.push(kept);
        }
        out.extend(shown.iter().map(|one| one.command()));
        let rest = all.len() - shown.len();
        let word = if rest == 1 { level.to_owned() } else { format!("{level}s") };
        out.push_str(&format!("::{level} title=tollgate::and {rest} more {word}: the log of this step lists all of them\n"));
    }
    out
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// As much of a text as may be kept; a mark says that there was more.
fn cut(text: &str, most: usize) -> String {
    if units(text) <= most {
        return text.to_owned();
    }
    let mut left = most.saturating_sub(1);
    let fits = |c: &char| left.checked_sub(c.len_utf16()).map(|rest| left = rest).is_some();
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_keeps_the_whole_of_every_message() {
        for (seen, chain, fix) in [(10, 9_000, 10), (9_000, 9_000, 9_000), (1_200, 1, 1_500), (1, 0, 1)] {
            let text = |length: usize| "𝕏é".repeat(length);
            let one = Annotation::new("error", &text(seen), Some(&text(chain)), Some(&format!("{}\nEND", text(fix))));
            assert!(units(&one.message) <= MESSAGE, "{}", units(&one.message));
            assert_eq!(one.message.contains("END"), fix <= 10, "a fix that fits is whole, whatever the chain is");
            assert_eq!(one.message.lines().count(), if fix <= 10 { 4 } else { 3 });
        }
    }
}
