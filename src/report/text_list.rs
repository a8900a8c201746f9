//! Owns the lists of `text`: waived findings, passes with their chains, the whole checklist by section. Refuses excerpts.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Report, View, clean, snippet};
use crate::finding::{Evidence, Verdict};
use crate::policy::{DecidedFinding, Decision};

/// So many lines about development that are alike stay lines.
const MANY: usize = 3;

/// One line for each waived finding; whether there was any.
pub(super) fn waived(report: &Report, out: &mut dyn Write) -> io::Result<bool> {
    let mut any = false;
    for decided in report.findings.iter().filter(|one| one.decision == Decision::Waived) {
        let Some(waiver) = &decided.waiver else { continue };
        let left = if waiver.days_left == 1 { "1 day left".to_owned() } else { format!("{} days left", waiver.days_left) };
        let at = decided
            .finding
            .places
            .first()
            .map(|evidence| format!("{}:{}: ", clean(evidence.place.path.as_str()), evidence.place.line));
        let (rule, message) = (named(report, decided), clean(&decided.finding.message));
        let at = at.unwrap_or_default();
        writeln!(out, "waived[{rule}]: {at}{message} (by {}, until {}, {left})", clean(&waiver.owner), clean(&waiver.expires))?;
        any = true;
    }
    Ok(any)
}

/// One line for each finding that the base had and the head has not; whether there was any.
pub(super) fn fixed(report: &Report, out: &mut dyn Write) -> io::Result<bool> {
    for one in &report.fixed {
        writeln!(out, "fixed[{}]: {} ({})", clean(&one.rule), clean(&one.message), clean(&one.subject))?;
    }
    Ok(!report.fixed.is_empty())
}

/// Everything that holds, with the chain that proves it.
pub(super) fn passes(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let holds = |one: &&DecidedFinding| matches!(one.finding.verdict, Verdict::Pass | Verdict::Attested | Verdict::Declared);
    for decided in report.findings.iter().filter(holds) {
        row(report, decided, out)?;
        chain(decided, out)?;
    }
    writeln!(out)
}

/// The whole checklist by section.
pub(super) fn checklist(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let mut list: Vec<&DecidedFinding> = report.findings.iter().collect();
    list.sort_by_key(|one| (&one.finding.section, &one.finding.rule, &one.finding.subject));
    let mut section = "";
    let folded = if view.verbose { BTreeMap::new() } else { folded(&list) };
    for decided in list {
        let key = key(decided);
        let alike = folded.get(&key).map_or(&[][..], Vec::as_slice);
        if alike.first().is_some_and(|first| !std::ptr::eq(*first, decided)) {
            continue;
        }
        if decided.finding.section != section {
            if !section.is_empty() {
                writeln!(out)?;
            }
            section = &decided.finding.section;
            writeln!(out, "{}", clean(section))?;
        }
        match alike {
            [first, .., last] => {
                let (first, last) = (clean(&first.finding.subject), clean(&last.finding.subject));
                told(report, decided, &format!("{} of development, {first} … {last}", alike.len()), out)?;
            }
            _ => row(report, decided, out)?,
        }
        if view.verbose {
            chain(decided, out)?;
        }
    }
    for file in &report.not_inspected {
        let at = file.place.as_ref().map_or_else(String::new, |place| format!(":{}:{}", place.line, place.column));
        writeln!(out, "not inspected: {}{at}: {}; {}", clean(file.path.as_str()), clean(&file.why), file.next)?;
    }
    writeln!(out)
}

/// Findings about development of one rule, verdict and cause, where there are many: one line tells them.
fn folded<'r>(list: &[&'r DecidedFinding]) -> BTreeMap<(&'r str, &'static str, &'r str), Vec<&'r DecidedFinding>> {
    let mut found: BTreeMap<_, Vec<&DecidedFinding>> = BTreeMap::new();
    // Of components only: what is said of ecosystems differs.
    for decided in list.iter().filter(|decided| decided.finding.development && decided.finding.subject.contains(':')) {
        found.entry(key(decided)).or_default().push(decided);
    }
    found.retain(|_, alike| alike.len() > MANY);
    found
}

/// What makes lines alike; those about the product never are.
fn key(decided: &DecidedFinding) -> (&str, &'static str, &str) {
    let finding = &decided.finding;
    let cause = if finding.development && finding.subject.contains(':') { finding.cause.as_str() } else { "\0" };
    (&finding.rule, word(decided), cause)
}

/// The names of a finding's rule.
fn named(report: &Report, decided: &DecidedFinding) -> String {
    clean(&report.names(&decided.finding.rule).join(", ")).into_owned()
}

fn row(report: &Report, decided: &DecidedFinding, out: &mut dyn Write) -> io::Result<()> {
    told(report, decided, &clean(&decided.finding.subject), out)
}

fn word(decided: &DecidedFinding) -> &'static str {
    let finding = &decided.finding;
    match (finding.verdict, decided.decision) {
        (_, Decision::Waived) => "waived",
        (_, Decision::Off) => "off",
        (Verdict::NotApplicable, _) => "n/a",
        (Verdict::Fail, _) => decided.severity.word(),
        (verdict, _) => verdict.word(),
    }
}

fn told(report: &Report, decided: &DecidedFinding, subject: &str, out: &mut dyn Write) -> io::Result<()> {
    let (finding, word) = (&decided.finding, word(decided));
    let told = finding.reported_by.as_ref().map(|rule| format!(" (told by {})", clean(rule))).unwrap_or_default();
    let (rule, message) = (named(report, decided), clean(&finding.message));
    writeln!(out, "  {word:<8}  {rule} ({subject}): {message}{told}")
}

fn chain(decided: &DecidedFinding, out: &mut dyn Write) -> io::Result<()> {
    if !decided.finding.chain.is_empty() {
        writeln!(out, "            reached by {}", snippet::chain(&decided.finding.chain, None))?;
        if decided.finding.verdict != Verdict::Pass {
            return Ok(());
        }
        let hop = |evidence: &&Evidence| {
            decided.finding.chain.iter().any(|hop| hop.place == evidence.place && hop.text == evidence.note)
        };
        for evidence in decided.finding.places.iter().filter(|evidence| !hop(evidence)) {
            let place = &evidence.place;
            writeln!(out, "            note: {} ({}:{})", clean(&evidence.note), clean(place.path.as_str()), place.line)?;
        }
        return Ok(());
    }
    for evidence in decided.finding.places.iter().take(1) {
        let place = &evidence.place;
        writeln!(out, "            at {}:{}: {}", clean(place.path.as_str()), place.line, clean(&evidence.note))?;
    }
    Ok(())
}
