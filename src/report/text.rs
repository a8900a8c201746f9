//! Owns `text`: what needs action, the worst first, then one line with the outcome. Refuses scores and grades.

use std::io::{self, Write};

use super::{Report, Reporter, View, clean, counted, snippet, text_list};
use crate::catalog::Severity;
use crate::policy::{Decision, FailOn, Outcome};

/// `--format text`.
pub(super) struct Text;

impl Reporter for Text {
    fn format(&self) -> &'static str {
        "text"
    }

    fn about(&self) -> &'static str {
        "for people: what needs action, with the lines to change"
    }

    fn write(&self, report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
        if !view.quiet {
            for note in &report.notes {
                writeln!(out, "note: {}", clean(note))?;
            }
            if !report.notes.is_empty() {
                writeln!(out)?;
            }
            for decided in report.actionable() {
                let block = snippet::block(decided, &report.sources, view.color);
                for line in block.lines() {
                    writeln!(out, "{}", line.trim_end())?;
                }
                writeln!(out)?;
            }
            let waived = text_list::waived(report, out)?;
            if view.all {
                text_list::checklist(report, view, out)?;
            } else if view.verbose {
                text_list::passes(report, out)?;
            } else if waived {
                writeln!(out)?;
            }
        }
        writeln!(out, "{}", last_line(report, view))
    }
}

/// `gate: fail · 1 error, 2 warnings · 38 hold, 6 unknown (…) · policy …`.
pub(super) fn last_line(report: &Report, view: &View) -> String {
    let mut parts = vec![format!("gate: {}", outcome(report, view.color))];
    let troubles = troubles(report);
    if !troubles.is_empty() {
        parts.push(troubles);
    }
    parts.push(standing(report, view));
    parts.push(format!("policy {}", clean(&report.policy.title)));
    if report.policy.profile != "modern" {
        parts.push(format!("profile {}", clean(&report.policy.profile)));
    }
    if let Some(now) = &report.now {
        parts.push(format!("now {}", clean(now)));
    }
    if let Some(elapsed) = report.elapsed.filter(|_| view.terminal) {
        parts.push(format!("{:.2} s", elapsed.as_secs_f64()));
    }
    parts.join(" · ")
}

fn outcome(report: &Report, color: bool) -> String {
    let word = report.outcome.word();
    let word = match (color, report.outcome) {
        (false, _) => word.to_owned(),
        (true, Outcome::Pass) => format!("\u{1b}[1;32m{word}\u{1b}[0m"),
        (true, Outcome::Fail) => format!("\u{1b}[1;31m{word}\u{1b}[0m"),
        (true, Outcome::Incomplete) => format!("\u{1b}[1;33m{word}\u{1b}[0m"),
    };
    let reported_only = report.fail_on == FailOn::Never && report.outcome == Outcome::Fail;
    if reported_only { format!("{word} (reported only: --fail-on never)") } else { word }
}

fn troubles(report: &Report) -> String {
    let number =
        |severity: Severity| report.findings.iter().filter(|one| one.is_actionable() && one.severity == severity).count();
    let levels = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Notice, "notice")];
    let mut parts: Vec<String> = levels
        .iter()
        .map(|(severity, word)| (number(*severity), word))
        .filter(|(n, _)| *n > 0)
        .map(|(n, w)| counted(n, w))
        .collect();
    let waived = report.findings.iter().filter(|one| one.decision == Decision::Waived).count();
    if waived > 0 {
        parts.push(format!("{waived} waived"));
    }
    parts.join(", ")
}

fn standing(report: &Report, view: &View) -> String {
    let mut parts = vec![format!("{} hold", report.counts.hold())];
    if report.counts.unknown > 0 {
        parts.push(format!("{} unknown", report.counts.unknown));
    }
    let hint = if view.all { "" } else { " (tollgate check --all lists them)" };
    format!("{}{hint}", parts.join(", "))
}
