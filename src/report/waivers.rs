//! Owns the text of the `[[waiver]]` tables that cover findings and nothing beside them, as far as the policy's keys can tell findings apart.
//! Refuses to fill in what a person has to answer for: until reason and owner are written, no policy takes them.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Report, clean};
use crate::policy::Decision;
use crate::terms::schema::{self, Type};
use crate::text::escape;

/// What the judging policy says about waivers.
#[derive(Clone, Debug)]
pub struct WaiverTerms {
    /// How many days one may hold.
    pub most_days: i64,
    /// The people who may own one, by name.
    pub people: Vec<String>,
    /// The rule needs somebody who approved it.
    pub approval: bool,
}

/// How long a proposed waiver holds, in days, where the policy allows that long.
const DAYS: i64 = 90;

/// The tables for the findings of a rule that close the gate, those of one subject where one is given; empty: there is none.
#[must_use]
pub fn stubs(report: &Report, rule: &str, subject: Option<&str>, terms: &WaiverTerms, today: Date) -> String {
    let gating = report.findings.iter().filter(|one| one.decision == Decision::Gate && one.finding.rule == rule);
    let mut alike: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for finding in gating.map(|one| &one.finding).filter(|one| subject.is_none_or(|subject| one.subject == subject)) {
        let path = finding.places.first().map(|evidence| evidence.place.path.as_str());
        alike.entry((finding.subject.as_str(), path, finding.cause.as_str())).or_default().push(finding);
    }
    let mut tables = Vec::new();
    for ((subject, path, cause), findings) in alike {
        let mut table = String::new();
        for finding in &findings {
            let place = finding.places.first().map(|one| format!(" ({}:{})", clean(one.place.path.as_str()), one.place.line));
            table.push_str(&format!("# {}{}\n", clean(&finding.message), place.unwrap_or_default()));
        }
        table.push_str("[[waiver]]\n");
        let mut text = |key: &str, value: &str| table.push_str(&format!("{key} = {}\n", escape::toml(value)));
        text("rule", rule);
        text("subject", subject);
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            text("path", &globset::escape(path));
        }
        if !cause.is_empty() {
            text("check", cause);
        }
        table.push_str(&format!("count = {}\n", findings.len()));
        table.push_str(&asked(terms, today));
        tables.push(table);
    }
    tables.join("\n")
}

/// What a person has to write, and the days.
fn asked(terms: &WaiverTerms, today: Date) -> String {
    let mut people: Vec<_> = terms.people.iter().take(5).map(|name| clean(name)).collect();
    people.extend((terms.people.len() > 5).then(|| "…".into()));
    let whom = match people.is_empty() {
        true => "a person of [people], where nobody stands yet".to_owned(),
        false => format!("a person of [people]: {}", people.join(", ")),
    };
    let last = today.saturating_add(jiff::Span::new().days(DAYS.min(terms.most_days)));
    let kinds = match schema::key("waiver[].kind").map(|key| key.kind) {
        Some(Type::Word(words)) => words.join(", "),
        _ => String::new(),
    };
    let approval = if terms.approval { "approved_by = \"\" # a person with the role security-approver\n" } else { "" };
    format!(
        "reason = \"\" # why it is accepted\nowner = \"\" # who answers for it: {whom}\n{approval}created = {today}\nexpires = {last} # its last day\n# kind = \"\" # one of {kinds}\n"
    )
}
