//! Owns the findings of `policy-current`: waivers and statements of the policy that are over, soon over, or cover nothing.
//! Refuses to judge the policy's strength.

use jiff::civil::Date;

use super::waivers::{Used, days};
use crate::catalog::{Rule, Severity};
use crate::finding::{Finding, Verdict};
use crate::terms::policy::{Attestation, Policy};
use crate::text::Place;

/// The rule these findings belong to.
pub const RULE: &str = "policy-current";

/// Findings about the dated entries of a policy: one for each that needs attention, one `pass` when none does, and
/// `not-applicable` when there are none.
pub(super) fn findings(
    rule: &Rule,
    policy: &Policy,
    used: &[Used<'_>],
    judged: &dyn Fn(&str) -> bool,
    today: Date,
) -> Vec<Finding> {
    let mut out: Vec<Finding> = used.iter().filter_map(|used| waiver(rule, used, judged)).collect();
    out.extend(policy.attestations.iter().filter_map(|attestation| statement(rule, attestation, today)));
    if !out.is_empty() {
        return out;
    }
    let entries = policy.waivers.len() + policy.attestations.len();
    let (verdict, message) = match entries {
        0 => (Verdict::NotApplicable, "the policy has no waivers and no statements".to_owned()),
        1 => (Verdict::Pass, "the policy's one waiver or statement is current".to_owned()),
        many => (Verdict::Pass, format!("all {many} waivers and statements of the policy are current")),
    };
    let mut finding = Finding::new(rule, "repository", verdict, message);
    if let Some(place) = policy.place().filter(|_| verdict == Verdict::Pass) {
        finding = finding.at(place, "the judging policy");
    }
    vec![finding]
}

fn waiver(rule: &Rule, used: &Used<'_>, judged: &dyn Fn(&str) -> bool) -> Option<Finding> {
    let waiver = used.waiver;
    let of = format!("the waiver of {} by {}", waiver.rule, waiver.owner);
    let scope = [&waiver.path, &waiver.subject, &waiver.check, &waiver.language, &waiver.target];
    let key = scope.into_iter().flatten().fold(format!("waiver.{}", waiver.rule), |key, part| format!("{key}.{part}"));
    let entry = Entry { rule, of, key, expires: waiver.expires, place: &waiver.place };
    // What covers nothing needs no other date, however soon it ends.
    if used.days_left >= 0 && used.used == 0 && judged(&waiver.rule) {
        let message = format!("{} covers no finding", entry.of);
        return Some(entry.finding(message, "waiver-unmatched", Severity::Warning, "nothing matches it").fix("delete it"));
    }
    entry.expiry(used.days_left)
}

fn statement(rule: &Rule, attestation: &Attestation, today: Date) -> Option<Finding> {
    let subject = attestation.subject.as_deref().unwrap_or("");
    let entry = Entry {
        rule,
        of: format!("the statement on {} by {}", attestation.rule, attestation.owner),
        key: format!("attestation.{}.{subject}", attestation.rule),
        expires: attestation.expires,
        place: &attestation.place,
    };
    entry.expiry(days(today, attestation.expires)).or_else(|| {
        let message = format!("{} has no effect yet: no rule of this version takes statements", entry.of);
        let finding = entry.finding(message, "statement-unused", Severity::Notice, "nothing reads it");
        Some(finding.fix("keep it for a later version, or use a `[[waiver]]` until then"))
    })
}

struct Entry<'a> {
    rule: &'a Rule,
    of: String,
    key: String,
    expires: Date,
    place: &'a Place,
}

impl Entry<'_> {
    /// What its date calls for: a failure when it is over, a notice from 30 and again from 7 days before.
    fn expiry(&self, days_left: i64) -> Option<Finding> {
        if days_left < 0 {
            let message = format!("{} ended on {}", self.of, self.expires);
            let finding = self.finding(message, "expired", Severity::Warning, "it covers nothing any more");
            return Some(finding.fix("fix what it covered and delete it, or have it renewed with a new date"));
        }
        let cause = match days_left {
            0..=7 => "expires-7",
            8..=30 => "expires-30",
            _ => return None,
        };
        let left = if days_left == 1 { "1 day".to_owned() } else { format!("{days_left} days") };
        let message = format!("{} ends on {} ({left} left)", self.of, self.expires);
        Some(self.finding(message, cause, Severity::Notice, "it ends soon").fix("fix what it covers, or have it renewed"))
    }

    fn finding(&self, message: String, cause: &str, severity: Severity, note: &str) -> Finding {
        let severity = severity.min(self.rule.severity);
        let mut finding =
            Finding::new(self.rule, self.place.path.as_str(), Verdict::Fail, message).cause(cause).severity(severity);
        finding.anchor = Some(self.key.clone());
        finding.at(self.place.clone(), note)
    }
}
