//! Owns `gitlab`: GitLab's code quality report. Refuses findings that nobody has to act on: its viewer shows every entry as one.
//!
//! Source: GitLab's page "Code Quality", section "Code Quality report format", and `app/validators/json_schemas/codeclimate.json` of GitLab.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::pretty;
use super::{Report, Reporter, View};
use crate::catalog::Severity;
use crate::policy::{DecidedFinding, Decision};
use crate::text::escape::line;

/// Where a finding stands that is about nothing in the tree: an entry needs a path.
const NOWHERE: &str = ".tollgate.toml";

/// `--format gitlab`.
pub(super) struct GitLab;

impl Reporter for GitLab {
    fn format(&self) -> &'static str {
        "gitlab"
    }

    fn about(&self) -> &'static str {
        "GitLab's code quality report"
    }

    fn write(&self, report: &Report, _view: &View, out: &mut dyn Write) -> io::Result<()> {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let told = report.actionable().into_iter().chain(report.findings.iter().filter(|one| one.decision == Decision::Existing));
        let entries: Vec<Value> = told
            .map(|one| {
                // GitLab takes entries of one fingerprint for one.
                let times = seen.entry(one.fingerprint.as_str()).or_default();
                *times += 1;
                let more = if *times > 1 { format!("-{times}") } else { String::new() };
                entry(one, format!("{}{more}", one.fingerprint))
            })
            .collect();
        pretty(&entries, out)
    }
}

fn entry(one: &DecidedFinding, fingerprint: String) -> Value {
    let finding = &one.finding;
    let place = finding.places.first().map(|evidence| &evidence.place);
    let severity = match (one.decision, one.severity) {
        (Decision::Gate, Severity::Error) => "critical",
        (_, Severity::Error) => "major",
        (_, Severity::Warning) => "minor",
        (_, Severity::Notice) => "info",
    };
    // What is to be pasted keeps its lines.
    let told = format!("{}{}", finding.message, finding.fix.as_deref().map(|fix| format!("; {fix}")).unwrap_or_default());
    let description = told.trim_end().lines().map(line).collect::<Vec<_>>().join("\n");
    json!({
        "description": description,
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {
            "path": place.map_or(NOWHERE.to_owned(), |place| line(place.path.as_str()).into_owned()),
            "lines": { "begin": place.map_or(1, |place| place.line), "end": place.map_or(1, |place| place.end_line) },
        },
    })
}
