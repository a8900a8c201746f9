//! Owns `github`: annotations as workflow commands, the worst first, with what was seen, the chain that leads there, and what to do. Refuses
//! to let any text of the repository end a command.

use std::io::{self, Write};

use super::annotations::{Annotation, commands};
use super::told::{self, Told};
use super::{Report, Reporter, View, snippet};
use crate::catalog::Severity;
use crate::error::Error;
use crate::policy::{DecidedFinding, Decision, Outcome};

/// An error that ended the run before there was a report, as an annotation for each that it carries.
#[must_use]
pub fn annotation(error: &Error) -> String {
    commands(&error.each().map(missing).collect::<Vec<_>>())
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
        let mut list: Vec<Annotation> = report.told().iter().map(found).collect();
        list.extend(report.gaps.iter().map(missing));
        // Status 3 without a word would leave nothing to act on.
        if report.outcome == Outcome::Incomplete && report.gaps.is_empty() {
            let seen = "the run is incomplete: something that was asked for could not be read";
            list.push(Annotation::new("error", seen, None, None).titled("tollgate").kept());
        }
        out.write_all(commands(&list).as_bytes())
    }
}

/// What could not be read.
fn missing(error: &Error) -> Annotation {
    let one = Annotation::new("error", &error.message, None, error.hint.as_deref()).kept();
    match &error.place {
        Some(place) => one.at(place, false),
        None => one,
    }
    .titled("tollgate")
}

fn level_of(decided: &DecidedFinding) -> &'static str {
    match (decided.decision, decided.severity) {
        (Decision::Gate, _) | (_, Severity::Error) => "error",
        (_, Severity::Warning) => "warning",
        (_, Severity::Notice) => "notice",
    }
}

fn found(one: &Told<'_>) -> Annotation {
    let finding = &one.first.finding;
    let evidence = finding.places.first();
    let mut seen = told::seen(finding);
    if let Some(same) = one.same_for() {
        seen = format!("{seen} ({same})");
    }
    let chain = (!finding.chain.is_empty()).then(|| format!("reached by {}", snippet::chain(&finding.chain, None)));
    let command = Annotation::new(level_of(one.first), &seen, chain.as_deref(), finding.fix.as_deref());
    match evidence {
        Some(evidence) => command.at(&evidence.place, true),
        None => command,
    }
    .titled(&finding.rule)
}
