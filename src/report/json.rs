//! Owns `json`: the contract of `check --format json` (design §4.2), field by field. Refuses fields that the contract lacks.

use std::io::{self, Write};

use serde::Serialize;

use super::{Base, Fixed, NotInspected, PolicyInfo, Report, Reporter, SCHEMA, Subject, View};
use crate::answer::Reason;
use crate::catalog::{Catalog, Severity};
use crate::finding::{Evidence, Verdict};
use crate::policy::{AppliedWaiver, Change, Counts, DecidedFinding, Decision, Outcome};
use crate::text::escape;

/// `--format json`.
pub(super) struct Json;

impl Reporter for Json {
    fn format(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "for machines, docs/schema/check.schema.json"
    }

    fn write(&self, report: &Report, _view: &View, out: &mut dyn Write) -> io::Result<()> {
        pretty(&Document::of(report), out)
    }
}

/// Writes a value over several lines. What would steer a terminal, or be a command of the GitHub runner, stands in strings
/// alone, and there as an escape: the value stays the same.
pub(super) fn pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&escaped(&serde_json::to_string_pretty(value).map_err(io::Error::from)?))
}

/// A value on one line, as [`pretty`] has it on several.
pub(super) fn line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    Ok(escaped(&serde_json::to_string(value).map_err(io::Error::from)?))
}

fn escaped(text: &str) -> Vec<u8> {
    let text = text.replace("##[", "#\\u0023[");
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if c == '\n' || !escape::is_steering(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    }
    out.push('\n');
    out.into_bytes()
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    tool: Tool,
    subject: &'a Subject,
    policy: &'a PolicyInfo,
    base: Option<&'a Base>,
    now: Option<&'a str>,
    outcome: Outcome,
    counts: Counts,
    findings: Vec<Row<'a>>,
    fixed: &'a [Fixed],
    not_inspected: &'a [NotInspected],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
    catalogue: &'static str,
}

#[derive(Serialize)]
struct Row<'a> {
    rule: &'a str,
    section: &'a str,
    subject: &'a str,
    verdict: Verdict,
    decision: Decision,
    severity: Severity,
    change: Option<Change>,
    reason: Option<Reason>,
    cause: &'a str,
    message: &'a str,
    fingerprint: &'a str,
    places: &'a [Evidence],
    searched: &'a [String],
    waiver: Option<&'a AppliedWaiver>,
    reported_by: Option<&'a str>,
    fix: Option<&'a str>,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool { name: "tollgate", version: env!("CARGO_PKG_VERSION"), catalogue: Catalog::digest() },
            subject: &report.subject,
            policy: &report.policy,
            base: report.base.as_ref(),
            now: report.now.as_deref(),
            outcome: report.outcome,
            counts: report.counts,
            findings: report.findings.iter().map(Row::of).collect(),
            fixed: &report.fixed,
            not_inspected: &report.not_inspected,
        }
    }
}

impl<'a> Row<'a> {
    fn of(decided: &'a DecidedFinding) -> Self {
        let finding = &decided.finding;
        Self {
            rule: &finding.rule,
            section: &finding.section,
            subject: &finding.subject,
            verdict: finding.verdict,
            decision: decided.decision,
            severity: decided.severity,
            change: decided.change,
            reason: finding.reason,
            cause: &finding.cause,
            message: &finding.message,
            fingerprint: &decided.fingerprint,
            places: &finding.places,
            searched: &finding.searched,
            waiver: decided.waiver.as_ref(),
            reported_by: finding.reported_by.as_deref(),
            fix: finding.fix.as_deref(),
        }
    }
}
