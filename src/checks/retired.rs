//! Owns what is said of tools that their makers gave up, and whether such a tool may still answer a rule. Refuses to say what a
//! run of it does: the catalogue does, where a service that is gone voids it.

use super::Bench;
use super::component_view::{View, home, verb};
use crate::catalog::tool::Status;
use crate::catalog::{Rule, Severity, Tool};
use crate::facts::components::Component;
use crate::finding::{Finding, Verdict};

/// Whether the tool may answer a rule: a retired one only where the checklist is taken word for word.
pub(super) fn answers(tool: &Tool, bench: &Bench<'_>) -> bool {
    tool.status != Status::Retired || bench.literal
}

/// Whether it lives: of two tools that stand equally short the one that does is the one to mend.
pub(super) fn lives(tool: &Tool) -> bool {
    tool.status == Status::Active
}

/// "retired since 2018-04-10: why"; nothing of a tool that lives.
pub(super) fn words(tool: &Tool) -> Option<String> {
    let word = match tool.status {
        Status::Active => return None,
        Status::Deprecated => "deprecated",
        Status::Retired => "retired",
    };
    let since = tool.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
    let why = tool.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    Some(format!("{word}{since}{why}"))
}

/// The message, and that the tool it is about was given up.
pub(super) fn noted(mut message: String, tool: &Tool) -> String {
    if let Some(words) = words(tool) {
        message.push_str(&format!("; {} is {words}", tool.title));
    }
    message
}

/// What to do about a tool that was given up: nothing mends it, something that lives takes its place.
pub(super) fn fix(tool: &Tool, step: &str) -> Option<String> {
    let word = if tool.status == Status::Retired { "retired" } else { "deprecated" };
    (!lives(tool)).then(|| format!("let a tool that lives take the place of {}, which is {word}:\n{step}", tool.title))
}

/// A finding about a retired tool that gates, or may: what it knows of flaws ends with it.
pub(super) fn outlived(rule: &Rule, subject: String, view: &View<'_>, component: &Component) -> Finding {
    let message = format!("{} {}, but is {}", view.tool.title, verb(view.on.rung), words(view.tool).unwrap_or_default());
    let severity = Severity::Warning.min(rule.severity);
    let mut finding = Finding::new(rule, subject, Verdict::Fail, message).severity(severity).cause("retired");
    finding.rung = Some(view.on.rung);
    finding.chain = view.chain();
    finding.at(view.place().unwrap_or_else(|| home(component)), "it runs here")
}
