//! Owns what a check run says of a report: every finding that needs action as an annotation at its line. Refuses any but those, and text of the
//! repository that steers a reader.
//!
//! Source: GitHub's REST API, "Check runs": columns only within one line, 64 KB of a message, 65,535 characters of a summary.

use serde_json::{Value, json};

use super::told::{self, Told};
use super::{Report, View, clean, markdown, snippet, text};
use crate::catalog::Severity;
use crate::policy::Decision;

/// Characters of each part of a message.
const PART: usize = 5_000;
/// Findings without a line that the summary lists.
const LISTED: usize = 50;

/// Title, page and annotations; the same for the same findings.
#[must_use]
pub fn check_run(report: &Report) -> (String, String, Vec<Value>) {
    let title = format!("gate: {}", report.outcome.word());
    let view = View { all: true, ..View::default() };
    let mut summary = format!("{}\n", crate::text::escape::markdown(&markdown::cut(&text::last_line(report, &view), 4_000)));
    let told = report.told();
    for one in told.iter().filter(|one| one.first.finding.places.is_empty()).take(LISTED) {
        summary.push_str(&format!("\n- {}", crate::text::escape::markdown(&markdown::cut(&told::seen(&one.first.finding), 500))));
    }
    (title, summary, told.iter().filter_map(annotation).collect())
}

fn annotation(told: &Told<'_>) -> Option<Value> {
    let finding = &told.first.finding;
    let place = &finding.places.first()?.place;
    let level = match (told.first.decision, told.first.severity) {
        (Decision::Gate, _) | (_, Severity::Error) => "failure",
        (_, Severity::Warning) => "warning",
        (_, Severity::Notice) => "notice",
    };
    let chain = (!finding.chain.is_empty()).then(|| format!("reached by {}", snippet::chain(&finding.chain, None)));
    let parts = [Some(told::seen(finding)), told.same_for(), chain, finding.fix.clone()];
    let lines = |part: String| part.trim_end().lines().map(|line| clean(line).into_owned()).collect::<Vec<_>>().join("\n");
    let message: Vec<String> = parts.into_iter().flatten().map(|part| lines(markdown::cut(&part, PART))).collect();
    let mut value = json!({
        "path": clean(place.path.as_str()),
        "start_line": place.line,
        "end_line": place.end_line,
        "annotation_level": level,
        "title": clean(&finding.rule),
        "message": message.join("\n"),
    });
    if place.end_line == place.line {
        value["start_column"] = json!(place.column);
        value["end_column"] = json!(place.end_column.saturating_sub(1).max(place.column));
    }
    Some(value)
}
