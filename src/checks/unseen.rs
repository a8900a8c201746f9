//! Owns the words about what could not be read: which unit is cited, how many more there are, and what settles each kind.
//! Refuses to judge.

use super::analyzer::NOT_RUN;
use super::{Bench, snippets};
use crate::answer::Reason;
use crate::facts::filtered::Sight;
use crate::facts::trace::OpaqueUnit;
use crate::facts::unseen;
use crate::finding::Finding;

/// Places of what could not be read that a finding names.
const CITED: usize = 3;

/// What could not be read and could still gate a component, the most likely first; never empty.
pub(super) struct Unseen<'f>(Vec<&'f OpaqueUnit>);

/// Everything unseen that could gate what is looked at of a component.
pub(super) fn of<'f>(bench: &Bench<'f>, sight: Sight<'_>) -> Option<Unseen<'f>> {
    let units = unseen::on_gate(&bench.facts.trace, &bench.facts.pipelines, Some(sight), &bench.facts.filtered);
    (!units.is_empty()).then_some(Unseen(units))
}

/// A finding that says that nothing runs a tool says it of what was read only, where something else may run it without gating.
pub(super) fn as_far_as_read(mut finding: Finding, bench: &Bench<'_>, sight: Sight<'_>) -> Finding {
    let Some(head) = finding.message.strip_suffix(NOT_RUN) else { return finding };
    let facts = bench.facts;
    if let Some(unit) = unseen::running(&facts.trace, &facts.pipelines, Some(sight), &facts.filtered) {
        finding.message = format!("{head}, but no pipeline that could be read runs it");
        return finding.at(unit.place.clone(), unit.why.text.clone());
    }
    finding
}

impl Unseen<'_> {
    /// The likeliest unit's reason, and how many more units there are.
    pub(super) fn why(&self) -> String {
        let more = if self.0.len() > 1 { format!(" (and {} more)", self.0.len() - 1) } else { String::new() };
        format!("{}{more}", self.0.first().map_or("", |unit| unit.why.text.as_str()))
    }

    /// The class of the likeliest unit's reason.
    pub(super) fn reason(&self) -> Reason {
        self.0.first().map_or(Reason::Unsupported, |unit| unit.why.reason)
    }

    /// The finding with the places of what could not be read behind its own.
    pub(super) fn cite(&self, mut finding: Finding) -> Finding {
        if finding.chain.is_empty() {
            finding.chain = self.0.first().map(|unit| unit.chain.clone()).unwrap_or_default();
        }
        for unit in self.0.iter().take(CITED) {
            finding = finding.at(unit.place.clone(), unit.why.text.clone());
        }
        finding
    }

    /// What settles the likeliest unit; `what` is what could run in it.
    pub(super) fn fix(&self, what: &str) -> String {
        let Some(unit) = self.0.first() else { return String::new() };
        let visible = format!("run {what} in a step of its own in a workflow of this repository");
        if unit.pipeline.is_none() {
            return format!("{visible}, or say in `[[ci.external]]` of the policy what runs there");
        }
        let named = unit.why.text.split('`').nth(1).filter(|_| unit.why.reason == Reason::Remote);
        match (named.map(|named| named.split_once('@').unwrap_or((named, ""))), unit.why.reason) {
            (Some((uses, revision)), _) => {
                let pinned = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
                let rev = if pinned { format!("\nrev = {}", snippets::text(revision)) } else { String::new() };
                let uses = snippets::text(uses);
                format!(
                    "{visible}, or vouch in the policy for what that workflow gates with:\n[[ci.trusted_workflows]]\nuses = {uses}{rev}\nprovides = []"
                )
            }
            (None, Reason::Dynamic) => format!("write out what is computed there, or {visible}"),
            (None, _) => visible,
        }
    }
}
