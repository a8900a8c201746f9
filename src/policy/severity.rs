//! Owns the severity in force for one finding: the check's wish, then profile, policy, risk, floors. Refuses to look at waivers.

use crate::catalog::{Catalog, Rule, Severity};
use crate::finding::Finding;
use crate::terms::{Level, Policy};

/// What holds for the findings of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RuleStanding {
    /// It belongs to the active profile, or the policy switched it on.
    pub active: bool,
    /// What profile or policy says; `None`: what the check asks for.
    pub stated: Option<Level>,
    /// The rule's own severity, what `stated` is held against.
    pub own: Severity,
    /// Steps that the declared risk moves a default.
    pub steps: i8,
    /// An organisation's floor.
    pub floor: Option<Severity>,
    /// What cannot be decided counts as failed.
    pub unknown_fails: bool,
}

impl RuleStanding {
    /// The standing of a rule under a policy and a profile. A rule that the catalogue does not know is taken as it is.
    pub(super) fn of(rule: Option<&Rule>, id: &str, policy: &Policy, catalog: &Catalog, profile: &str) -> Self {
        let terms = policy.rules.get(id);
        let word = catalog.profile(profile).and_then(|profile| profile.rules.get(id)).map(String::as_str);
        let by_profile = word.filter(|word| *word != "on").and_then(Level::parse);
        let by_policy = terms.and_then(|terms| terms.severity);
        let in_profile = rule.is_none() || matches!(word, Some(word) if word != "off");
        let floor = policy.org.floors.get(id).copied();
        Self {
            active: in_profile || by_policy.is_some() || floor.is_some(),
            stated: by_policy.or(by_profile),
            own: rule.map_or(Severity::Warning, |rule| rule.severity),
            // Risk moves defaults only: what the policy states, it means.
            steps: if by_policy.is_none() { risk_steps(rule, policy) } else { 0 },
            floor,
            unknown_fails: terms.is_some_and(|terms| terms.on_unknown_fail),
        }
    }

    /// The severity of a finding, `None` when its rule is off.
    pub(super) fn severity(&self, finding: &Finding) -> Option<Severity> {
        let asked = finding.severity;
        let stated = match self.stated {
            None => Some(asked),
            Some(Level::Off) => None,
            // At or above the rule's own severity all its findings have the stated one; below it, it is a cap.
            Some(Level::At(severity)) if severity >= self.own => Some(severity),
            Some(Level::At(severity)) => Some(asked.min(severity)),
        };
        let moved = stated.map(|severity| step(severity, self.steps));
        let floored = match self.floor {
            Some(floor) => Some(moved.map_or(floor, |severity| severity.max(floor))),
            None => moved,
        };
        floored.map(|severity| if finding.development { severity.min(Severity::Notice) } else { severity })
    }
}

/// `[service] risk` moves the default of rules that say so (`by_risk = true` in their `[check]`) by one step.
fn risk_steps(rule: Option<&Rule>, policy: &Policy) -> i8 {
    let says_so = rule.and_then(|rule| rule.check.get("by_risk")).and_then(serde_json::Value::as_bool).unwrap_or(false);
    match policy.terms.service.risk.as_deref() {
        Some("low") if says_so => -1,
        Some("high" | "maximum") if says_so => 1,
        _ => 0,
    }
}

fn step(severity: Severity, steps: i8) -> Severity {
    match (severity, steps) {
        (Severity::Notice, 1) | (Severity::Error, -1) => Severity::Warning,
        (Severity::Warning, 1) => Severity::Error,
        (Severity::Warning, -1) => Severity::Notice,
        (severity, _) => severity,
    }
}
