//! Owns `sarif`: SARIF 2.1.0 as code scanning takes it. Refuses to change what follows from a report: a finding that does not gate is told
//! at the level of its severity, and what the forge would cut off is said.
//!
//! Sources: the OASIS standard "Static Analysis Results Interchange Format Version 2.1.0"; GitHub's page "SARIF support for code scanning".

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::pretty;
use super::told::seen;
use super::{Report, Reporter, View};
use crate::catalog::{Catalog, Rule, Severity};
use crate::finding::{Evidence, Finding, Verdict};
use crate::policy::{Change, DecidedFinding, Decision, Outcome};
use crate::text::Place;
use crate::text::escape::{line, uri};

/// Results of one run that the forge shows; more are dropped without a word.
const MOST_RESULTS: usize = 5_000;
/// Further places of one result; the forge takes 1,000.
const MOST_PLACES: usize = 100;
/// Where a finding stands that is about nothing in the tree: a result needs a place.
const NOWHERE: &str = ".tollgate.toml";

/// `--format sarif`.
pub(super) struct Sarif;

impl Reporter for Sarif {
    fn format(&self) -> &'static str {
        "sarif"
    }

    fn about(&self) -> &'static str {
        "SARIF 2.1.0, for code scanning; --sarif-all adds what holds"
    }

    fn write(&self, report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
        pretty(&log(report, view), out)
    }
}

fn log(report: &Report, view: &View) -> Value {
    let mut told: Vec<&DecidedFinding> = report.findings.iter().filter(|one| view.sarif_all || is_told(one)).collect();
    told.sort_by(|a, b| a.worst_first().cmp(&b.worst_first()));
    let left_out = told.len().saturating_sub(MOST_RESULTS);
    told.truncate(MOST_RESULTS);
    let rules: Vec<&Rule> = Catalog::builtin().rules.iter().collect();
    let results: Vec<Value> = told.iter().map(|one| result(one, &rules)).collect();
    let mut run = json!({
        "tool": { "driver": {
            "name": "tollgate",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
        } },
        "automationDetails": { "id": "tollgate/" },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": { "SRCROOT": { "description": { "text": "the root of the inspected tree" } } },
        "invocations": [invocation(report, left_out)],
        "results": results,
    });
    if let Some(revision) = &report.subject.revision {
        run["properties"] = json!({ "revision": revision, "policy": line(&report.policy.title) });
    }
    json!({ "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run] })
}

/// What a person has to act on, and what somebody accepted or the base has.
fn is_told(one: &DecidedFinding) -> bool {
    one.is_actionable() || matches!(one.decision, Decision::Waived | Decision::Existing)
}

fn descriptor(rule: &Rule) -> Value {
    let (why, fix) = (rule.text.why.trim(), rule.text.fix.trim());
    let mapped = rule.mapping.get("cwe").into_iter().flatten().map(|id| format!("external/cwe/{}", id.to_ascii_lowercase()));
    let tags: Vec<String> = ["security".to_owned(), rule.section.clone()].into_iter().chain(mapped).take(20).collect();
    json!({
        "id": rule.id,
        "name": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": why },
        "help": { "text": format!("{why}\n\n{fix}"), "markdown": format!("{why}\n\n{fix}") },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "tags": tags,
            "precision": "very-high",
            "problem.severity": problem(rule.severity),
            "security-severity": weight(rule.severity),
        },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "note",
    }
}

fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "recommendation",
    }
}

/// The middle of what code scanning calls high, medium and low.
fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "8.0",
        Severity::Warning => "5.5",
        Severity::Notice => "2.0",
    }
}

fn result(one: &DecidedFinding, rules: &[&Rule]) -> Value {
    let finding = &one.finding;
    let (kind, level) = match finding.verdict {
        Verdict::Pass | Verdict::Attested | Verdict::Declared => ("pass", "none"),
        Verdict::NotApplicable if one.decision != Decision::Gate => ("notApplicable", "none"),
        Verdict::Unknown if !one.is_actionable() => ("open", "none"),
        _ => ("fail", level(one.severity)),
    };
    let mut places = finding.places.iter();
    let first = places.next().map_or_else(nowhere, location);
    let mut value = json!({
        "ruleId": finding.rule,
        "kind": kind,
        "level": level,
        "message": { "text": message(finding) },
        "locations": [first],
        "partialFingerprints": { "tollgate/v1": one.fingerprint },
    });
    if let Some(index) = rules.iter().position(|rule| rule.id == finding.rule) {
        value["ruleIndex"] = json!(index);
    }
    let related: Vec<Value> = places.take(MOST_PLACES).map(location).collect();
    if !related.is_empty() {
        value["relatedLocations"] = json!(related);
    }
    if let Some(change) = one.change {
        value["baselineState"] = json!(if change == Change::New { "new" } else { "unchanged" });
    }
    if let Some(waiver) = &one.waiver {
        let why = format!("waived by {} until {}", line(&waiver.owner), line(&waiver.expires));
        value["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": why }]);
    }
    value["properties"] = json!({ "subject": line(&finding.subject), "decision": one.decision.word() });
    value
}

fn message(finding: &Finding) -> String {
    let seen = line(&seen(finding)).into_owned();
    match &finding.fix {
        Some(fix) => format!("{seen}\n{}", fix.lines().map(line).collect::<Vec<_>>().join("\n")),
        None => seen,
    }
}

fn location(evidence: &Evidence) -> Value {
    let mut value = json!({ "physicalLocation": physical(&evidence.place) });
    if !evidence.note.is_empty() {
        value["message"] = json!({ "text": line(&evidence.note) });
    }
    value
}

fn nowhere() -> Value {
    json!({ "physicalLocation": { "artifactLocation": { "uri": NOWHERE, "uriBaseId": "SRCROOT" }, "region": { "startLine": 1 } } })
}

fn physical(place: &Place) -> Value {
    let mut region = BTreeMap::from([("startLine", place.line), ("startColumn", place.column)]);
    if (place.end_line, place.end_column) > (place.line, place.column) {
        region.extend([("endLine", place.end_line), ("endColumn", place.end_column)]);
    }
    json!({ "artifactLocation": { "uri": uri(place.path.as_str()), "uriBaseId": "SRCROOT" }, "region": region })
}

fn invocation(report: &Report, left_out: usize) -> Value {
    let mut said: Vec<Value> = report.remarks().map(|note| notification("note", &line(&note))).collect();
    if left_out > 0 {
        said.insert(
            0,
            notification("warning", &format!("{left_out} results of less weight were left out: the forge shows {MOST_RESULTS}")),
        );
    }
    json!({
        "executionSuccessful": report.outcome != Outcome::Incomplete,
        "exitCode": report.exit_status(),
        "toolExecutionNotifications": said,
    })
}

fn notification(level: &str, text: &str) -> Value {
    json!({ "level": level, "message": { "text": text } })
}
