//! Owns `github`: annotations as workflow commands, the worst first, within what the forge shows of one step. Refuses to let any
//! text of the repository end a command.

use std::io::{self, Write};

use super::told::Told;
use super::{Report, Reporter, View};
use crate::catalog::Severity;
use crate::error::Error;
use crate::policy::{DecidedFinding, Decision, Outcome};
use crate::text::escape::{workflow_message, workflow_property};

/// Annotations of each level that the forge shows of one step (general knowledge; more are dropped without a word).
const BUDGET: usize = 10;

/// An error that ended the run before there was a report, as an annotation for each that it carries.
#[must_use]
pub fn annotation(error: &Error) -> String {
    let one = |error: &Error| {
        let place = error.place.as_ref().map_or_else(String::new, |place| {
            format!("file={},line={},col={},", workflow_property(place.path.as_str()), place.line, place.column)
        });
        let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!("\n{hint}"));
        format!("::error {place}title=tollgate::{}\n", workflow_message(&format!("{}{hint}", error.message)))
    };
    error.each().take(BUDGET).map(one).collect()
}

/// `--format github`.
pub(super) struct GitHub;

impl Reporter for GitHub {
    fn format(&self) -> &'static str {
        "github"
    }

    fn about(&self) -> &'static str {
        "annotations for GitHub Actions"
    }

    fn speaks_commands(&self) -> bool {
        true
    }

    fn write(&self, report: &Report, _view: &View, out: &mut dyn Write) -> io::Result<()> {
        let told = report.told();
        for level in ["error", "warning", "notice"] {
            let list: Vec<&Told<'_>> = told.iter().filter(|one| level_of(one.first) == level).collect();
            let shown = if list.len() > BUDGET { BUDGET - 1 } else { list.len() };
            for told in &list[..shown] {
                annotate(level, told, out)?;
            }
            if list.len() > shown {
                let rest = list.len() - shown;
                let word = if rest == 1 { level.to_owned() } else { format!("{level}s") };
                writeln!(out, "::{level} title=tollgate::and {rest} more {word}: the log of this step lists all of them")?;
            }
        }
        for gap in report.gaps.iter().take(BUDGET) {
            out.write_all(annotation(gap).as_bytes())?;
        }
        // Status 3 without a word would leave nothing to act on.
        if report.outcome == Outcome::Incomplete && report.gaps.is_empty() {
            writeln!(out, "::error title=tollgate::the run is incomplete: something that was asked for could not be read")?;
        }
        Ok(())
    }
}

fn level_of(decided: &DecidedFinding) -> &'static str {
    match (decided.decision, decided.severity) {
        (Decision::Gate, _) | (_, Severity::Error) => "error",
        (_, Severity::Warning) => "warning",
        (_, Severity::Notice) => "notice",
    }
}

fn annotate(level: &str, told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    let finding = &told.first.finding;
    let mut properties = Vec::new();
    if let Some(evidence) = finding.places.first() {
        let place = &evidence.place;
        properties.push(format!("file={}", workflow_property(place.path.as_str())));
        properties.push(format!("line={}", place.line));
        properties.push(format!("endLine={}", place.end_line));
        if place.end_line == place.line {
            properties.push(format!("col={}", place.column));
            // The forge counts the last column in.
            properties.push(format!("endColumn={}", place.end_column.saturating_sub(1).max(place.column)));
        }
    }
    properties.push(format!("title={}", workflow_property(&finding.rule)));
    let mut message = finding.message.clone();
    if let Some(evidence) = finding.places.first().filter(|evidence| !evidence.note.is_empty()) {
        message = format!("{message}: {}", evidence.note);
    }
    if let Some(same) = told.same_for() {
        message = format!("{message} ({same})");
    }
    if let Some(fix) = &finding.fix {
        message = format!("{message}\n{fix}");
    }
    writeln!(out, "::{level} {}::{}", properties.join(","), workflow_message(&message))
}
