//! Owns the kinds of question a rule may ask, and their roster. Pure: facts, terms and catalogue in, findings out; no files,
//! no clock, no environment.

use serde::de::DeserializeOwned;

use crate::catalog::{Catalog, Rule};
use crate::facts::Facts;
use crate::facts::tags::survey::Signing;
use crate::finding::{Finding, Verdict};
use crate::terms::Terms;

mod analyzer;
mod bot_coverage;
mod branch_protection;
mod ci_readable;
mod component_view;
mod deploy_verified;
mod eslint_fix;
mod fact_conflict;
mod fixes;
mod gate_unskippable;
mod maintainer_keys;
mod no_code;
mod openapi_export;
mod openapi_roots;
mod pyup;
mod retired;
mod roll_up;
mod signed_commits;
mod signed_tags;
mod snippets;
mod tool_runs;
mod unseen;

/// What a check may look at.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The facts.
    pub facts: &'a Facts<'a>,
    /// The policy's terms.
    pub terms: &'a Terms,
    /// The catalogue.
    pub catalog: &'a Catalog,
    /// Signing, as far as the policy asks for it.
    pub signing: &'a Signing,
    /// `literal` asks for the tools that the checklist names; `modern` accepts their equals.
    pub literal: bool,
}

/// A kind of question.
pub trait Check: Sync {
    /// The `kind` in a rule's `[check]`.
    fn kind(&self) -> &'static str;

    /// Parses a rule's question, as the linter of the catalogue does.
    ///
    /// # Errors
    /// What is wrong with it.
    fn accepts(&self, rule: &Rule) -> Result<(), String>;

    /// Answers the question: at least one finding, passes included.
    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding>;
}

/// All kinds of question.
pub static ROSTER: &[&dyn Check] = &[
    &analyzer::Analyzer,
    &bot_coverage::BotCoverage,
    &branch_protection::BranchProtection,
    &ci_readable::CiReadable,
    &deploy_verified::DeployVerified,
    &fact_conflict::FactConflict,
    &gate_unskippable::GateUnskippable,
    &maintainer_keys::MaintainerKeys,
    &openapi_export::OpenapiExport,
    &pyup::Pyup,
    &roll_up::RollUp,
    &signed_commits::SignedCommits,
    &signed_tags::SignedTags,
    &tool_runs::ToolRuns,
];

/// The kinds whose findings come from the policy, not from a check.
pub const POLICY_KINDS: [&str; 3] = ["policy-current", "policy-protected", "scope-shrunk"];

/// The check of a rule, by its `kind`.
#[must_use]
pub fn of(rule: &Rule) -> Option<&'static dyn Check> {
    let kind = rule.check.get("kind")?.as_str()?;
    ROSTER.iter().copied().find(|check| check.kind() == kind)
}

/// Runs the given rules; roll-ups last, so that they see what the exact rules found.
#[must_use]
pub fn run<'r>(rules: impl IntoIterator<Item = &'r Rule>, bench: &Bench<'_>) -> Vec<Finding> {
    let (mut findings, mut roll_ups) = (Vec::new(), Vec::new());
    for rule in rules {
        let Some(check) = of(rule) else { continue };
        if check.kind() == "roll-up" {
            roll_ups.push(rule);
        } else {
            findings.extend(check.run(rule, bench));
        }
    }
    for rule in roll_ups {
        let more = roll_up::run(rule, bench, &findings);
        findings.extend(more);
    }
    for open in findings.iter_mut().filter(|finding| finding.verdict == Verdict::Unknown && finding.fix.is_none()) {
        open.fix = fixes::read_there(open, bench);
    }
    findings
}

/// That a rule's question takes no keys.
fn no_keys(rule: &Rule) -> Result<(), String> {
    question::<std::collections::BTreeMap<String, String>>(rule)
        .and_then(|rest| if rest.is_empty() { Ok(()) } else { Err("takes no keys".to_owned()) })
}

/// A rule's question as the check's own type.
fn question<Q: DeserializeOwned>(rule: &Rule) -> Result<Q, String> {
    let mut table = rule.check.clone();
    table.remove("kind");
    serde_json::from_value(serde_json::Value::Object(table)).map_err(|problem| format!("[check] of {}: {problem}", rule.id))
}
