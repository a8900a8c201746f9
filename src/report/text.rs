//! Owns `text`: what needs action, the worst first, then one line with the outcome. Refuses scores and grades.

use std::io::{self, Write};

use super::paint::Paint;
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
            let mut remarks = report.remarks().peekable();
            let any = remarks.peek().is_some();
            for note in remarks {
                writeln!(out, "note: {}", clean(&note))?;
            }
            if any {
                writeln!(out)?;
            }
            for told in report.told() {
                writeln!(
                    out,
                    "{}",
                    snippet::block(&told, report.sources_of(&told.first.finding), Paint(view.color), view.verbose)
                )?;
            }
            let waived = text_list::waived(report, out)?;
            if text_list::fixed(report, out)? || waived {
                writeln!(out)?;
            }
            if view.all {
                text_list::checklist(report, view, out)?;
            } else if view.verbose {
                text_list::passes(report, out)?;
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
    parts.extend(standing(report, view));
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
    let word = Paint(color).outcome(report.outcome);
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
    let existing = report.findings.iter().filter(|one| one.decision == Decision::Existing).count();
    let counts = [(waived, "waived"), (existing, "existing"), (report.fixed.len(), "fixed")];
    parts.extend(counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
    parts.join(", ")
}

fn standing(report: &Report, view: &View) -> Option<String> {
    let mut parts = Vec::new();
    // A bare "0 hold" beside a finding would sound as if all else were lost, too.
    if report.counts.hold() > 0 {
        parts.push(format!("{} hold", report.counts.hold()));
    }
    if report.counts.unknown > 0 {
        parts.push(format!("{} unknown", report.counts.unknown));
    }
    let hint = if view.all { "" } else { " (tollgate check --all lists them)" };
    (!parts.is_empty()).then(|| format!("{}{hint}", parts.join(", ")))
}
