//! Owns the decision for each finding and, from them, the outcome (design §4.1). It is computed here alone. Refuses to render.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::compare::{self, Against};
use super::gaps::Gaps;
use super::lines::Lines;
use super::severity::RuleStanding;
use super::waivers::Waivers;
use super::{Change, Counts, Decided, DecidedFinding, Decision, FailOn, current, protected, shrunk};
use crate::catalog::{Catalog, Severity};
use crate::error::Error;
use crate::finding::{Finding, Verdict};
use crate::terms::Policy;
use crate::text::{RepoPath, SourceFile};

/// Findings that a note names.
const MOST_NAMED: usize = 5;

/// What the command line adds to the policy.
#[derive(Clone, Copy)]
pub struct DecideOptions<'a> {
    /// The profile; `None`: the policy's.
    pub profile: Option<&'a str>,
    /// Rules to judge, ids or aliases; empty: all.
    pub only: &'a [String],
    /// The threshold; `None`: the policy's, else `error`.
    pub fail_on: Option<FailOn>,
    /// What cannot be decided closes the gate.
    pub strict: bool,
    /// Files that findings point into, for fingerprints.
    pub sources: &'a BTreeMap<RepoPath, Arc<SourceFile>>,
    /// Files that an active rule had to read and that were not inspected; each makes the run incomplete unless a finding
    /// gates for it.
    pub unread: &'a BTreeMap<RepoPath, Error>,
    /// What to compare with.
    pub against: Option<&'a Against<'a>>,
}

/// Decides all findings. Findings of rules outside the active profile (or outside `only`) are dropped; findings of
/// `policy-current` are added.
#[must_use]
pub fn decide(findings: Vec<Finding>, policy: &Policy, catalog: &Catalog, options: &DecideOptions<'_>, now: Date) -> Decided {
    let mut run = Run::new(policy, catalog, options, now);
    let mut findings: Vec<Finding> = findings.into_iter().map(tidy).collect();
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut decided: Vec<DecidedFinding> = findings.into_iter().filter_map(|finding| run.decide(finding)).collect();
    decided.extend(run.about_the_change(options.against));
    decided.extend(run.about_the_policy());
    let fixed = options.against.map(|against| compare::compare(&mut decided, against, policy, now, &mut run)).unwrap_or_default();
    decided.sort_by(|a, b| (order(&a.finding), &a.fingerprint).cmp(&(order(&b.finding), &b.fingerprint)));
    let (outcome, gaps) = run.gaps.outcome(&decided, run.fail_on);
    let counts = Counts::of(&decided);
    let notes = newly_waived(&decided).into_iter().collect();
    Decided { counts, findings: decided, outcome, fixed, fail_on: run.fail_on, notes, gaps }
}

/// What an old waiver covers that the base does not have.
fn newly_waived(decided: &[DecidedFinding]) -> Option<String> {
    let new: Vec<String> = decided
        .iter()
        .filter(|one| one.decision == Decision::Waived && one.change == Some(Change::New))
        .map(|one| format!("{} ({})", one.finding.rule, one.finding.subject))
        .collect();
    let what = if new.len() == 1 { "finding is" } else { "findings are" };
    let more = if new.len() > MOST_NAMED { format!(" and {} more", new.len() - MOST_NAMED) } else { String::new() };
    let named = new.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
    (!new.is_empty()).then(|| format!("{} new {what} newly waived: {named}{more}", new.len()))
}

struct Run<'a> {
    policy: &'a Policy,
    catalog: &'a Catalog,
    profile: &'a str,
    only: BTreeSet<&'a str>,
    fail_on: FailOn,
    strict: bool,
    now: Date,
    lines: Lines<'a>,
    waivers: Waivers<'a>,
    standings: BTreeMap<String, RuleStanding>,
    gaps: Gaps,
}

impl<'a> Run<'a> {
    fn new(policy: &'a Policy, catalog: &'a Catalog, options: &'a DecideOptions<'a>, now: Date) -> Self {
        let by_policy = policy.gate.fail_on.map(|severity| match severity {
            Severity::Error => FailOn::Error,
            Severity::Warning => FailOn::Warning,
            Severity::Notice => FailOn::Notice,
        });
        let id = |name: &'a String| catalog.rule(name).map_or(name.as_str(), |rule| rule.id.as_str());
        Self {
            policy,
            catalog,
            profile: options.profile.unwrap_or(&policy.terms.profile),
            only: options.only.iter().map(id).collect(),
            fail_on: options.fail_on.or(by_policy).unwrap_or(FailOn::Error),
            strict: options.strict || policy.gate.strict,
            now,
            lines: Lines::new(options.sources),
            waivers: Waivers::new(policy, now),
            standings: BTreeMap::new(),
            gaps: Gaps::of(options.unread),
        }
    }

    fn standing(&mut self, id: &str) -> RuleStanding {
        if let Some(standing) = self.standings.get(id) {
            return *standing;
        }
        let mut standing = RuleStanding::of(self.catalog.rule(id), id, self.policy, self.catalog, self.profile);
        standing.active &= self.only.is_empty() || self.only.contains(id);
        self.standings.insert(id.to_owned(), standing);
        standing
    }

    fn decide(&mut self, mut finding: Finding) -> Option<DecidedFinding> {
        self.gaps.see(&finding);
        let standing = self.standing(&finding.rule);
        if !standing.active {
            return None;
        }
        let severity = standing.severity(&finding);
        // A rule that is off or not asked for tells nothing: whoever pointed to it tells it himself.
        let silent = |by: &String| {
            let told = self.standing(by);
            !told.active || told.severity(&finding).is_none()
        };
        if finding.reported_by.clone().as_ref().is_some_and(silent) {
            finding.reported_by = None;
        }
        let wanted = self.wanted(&finding, severity, &standing);
        let needs_waiver = needs_waiver(wanted, &finding);
        let waiver = if needs_waiver { self.waivers.cover(&finding) } else { None };
        let expired = needs_waiver && waiver.is_none() && self.waivers.covered(&finding);
        let decision = if waiver.is_some() { Decision::Waived } else { wanted };
        let severity = match (finding.verdict, decision) {
            (Verdict::Unknown, Decision::Note) => Severity::Notice,
            _ => severity.unwrap_or(finding.severity),
        };
        let fingerprint = self.fingerprint(&finding);
        Some(DecidedFinding { finding, decision, severity, change: None, waiver, otherwise: wanted, expired, fingerprint })
    }

    /// What follows before any waiver.
    fn wanted(&self, finding: &Finding, severity: Option<Severity>, standing: &RuleStanding) -> Decision {
        let Some(severity) = severity else { return Decision::Off };
        if finding.reported_by.is_some() {
            return Decision::Off;
        }
        match finding.verdict {
            Verdict::Pass | Verdict::Attested | Verdict::Declared | Verdict::NotApplicable => Decision::None,
            Verdict::Fail => self.by_severity(severity),
            Verdict::Unknown if self.strict && severity > Severity::Notice => Decision::Gate,
            Verdict::Unknown if standing.unknown_fails => self.by_severity(severity),
            Verdict::Unknown => Decision::Note,
        }
    }

    fn by_severity(&self, severity: Severity) -> Decision {
        match severity {
            _ if self.fail_on.closes(severity) => Decision::Gate,
            Severity::Notice => Decision::Note,
            Severity::Warning | Severity::Error => Decision::Warn,
        }
    }

    fn fingerprint(&mut self, finding: &Finding) -> String {
        let (text, nth) = finding.places.first().map_or(("", 0), |evidence| self.lines.look_up(&evidence.place));
        finding.fingerprint(text, nth)
    }

    /// The findings of `policy-current`; they come last, when it is known what every waiver covered.
    fn about_the_policy(&mut self) -> Vec<DecidedFinding> {
        let Some(rule) = self.catalog.rule(current::RULE).filter(|_| self.standing(current::RULE).active) else {
            return Vec::new();
        };
        let rules: Vec<&str> = self.policy.waivers.iter().map(|waiver| waiver.rule.as_str()).collect();
        let judged: BTreeSet<&str> = rules.into_iter().filter(|id| self.standing(id).active).collect();
        let findings = current::findings(rule, self.policy, &self.waivers.used(), &|id| judged.contains(id), self.now);
        findings.into_iter().filter_map(|finding| self.decide(tidy(finding))).collect()
    }
}

impl Run<'_> {
    /// The findings of `policy-protected` and of `scope-shrunk`.
    fn about_the_change(&mut self, against: Option<&Against<'_>>) -> Vec<DecidedFinding> {
        let mut findings = Vec::new();
        for id in [protected::RULE, shrunk::RULE] {
            let Some(rule) = self.catalog.rule(id).filter(|_| self.standing(id).active) else { continue };
            findings.extend(match id {
                shrunk::RULE => shrunk::findings(rule, against),
                _ => protected::findings(rule, self.catalog, against),
            });
        }
        findings.into_iter().filter_map(|finding| self.decide(tidy(finding))).collect()
    }
}

impl compare::Judge for Run<'_> {
    fn as_failing(&mut self, finding: &Finding) -> Option<DecidedFinding> {
        let standing = self.standing(&finding.rule);
        let severity = standing.severity(finding).filter(|_| standing.active)?;
        let otherwise = self.by_severity(severity);
        let waiver = self.waivers.cover(finding);
        let expired = waiver.is_none() && self.waivers.covered(finding);
        let decision = if waiver.is_some() { Decision::Waived } else { otherwise };
        let fingerprint = self.fingerprint(finding);
        let (finding, change) = (finding.clone(), Some(Change::New));
        Some(DecidedFinding { finding, decision, severity, change, waiver, otherwise, expired, fingerprint })
    }

    fn stays(&self, rule: &str) -> bool {
        self.catalog.rule(rule).is_some_and(|rule| rule.stays)
    }

    fn under_old_names(&mut self, finding: &Finding, identity: &str, path: &str) -> String {
        let (text, nth) = finding.places.first().map_or(("", 0), |evidence| self.lines.look_up(&evidence.place));
        finding.fingerprint_as(identity, path, text, nth)
    }

    fn waive_old_first(&mut self, head: &mut [DecidedFinding]) {
        self.waivers.give_back();
        for old in [true, false] {
            let of_it = |one: &&mut DecidedFinding| (one.change == Some(Change::Existing)) == old;
            for one in head.iter_mut().filter(of_it).filter(|one| needs_waiver(one.otherwise, &one.finding)) {
                one.waiver = self.waivers.cover(&one.finding);
                one.expired = one.waiver.is_none() && self.waivers.covered(&one.finding);
                one.decision = if one.waiver.is_some() { Decision::Waived } else { one.otherwise };
            }
        }
    }
}

/// Whether a waiver has something to do for it.
fn needs_waiver(wanted: Decision, finding: &Finding) -> bool {
    matches!(wanted, Decision::Gate | Decision::Warn) || (wanted == Decision::Note && finding.verdict == Verdict::Fail)
}

/// The first place stays where to act; the rest is sorted, and nothing is said twice.
fn tidy(mut finding: Finding) -> Finding {
    for evidence in &mut finding.places {
        let place = &mut evidence.place;
        (place.line, place.column) = (place.line.max(1), place.column.max(1));
        (place.end_line, place.end_column) = (place.end_line.max(place.line), place.end_column.max(1));
    }
    if let [first, rest @ ..] = finding.places.as_mut_slice() {
        rest.sort();
        let first = first.clone();
        let mut at = 0;
        finding.places.retain(|evidence| {
            at += 1;
            at == 1 || *evidence != first
        });
    }
    finding.places.dedup();
    finding.searched.sort();
    finding.searched.dedup();
    finding
}

fn order(finding: &Finding) -> impl Ord + '_ {
    let place = finding.places.first().map(|evidence| &evidence.place);
    (&finding.rule, &finding.subject, place, &finding.message, finding.verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Reason;
    use crate::text::Place;

    #[test]
    fn only_what_was_not_read_is_told_as_such() {
        let path = |text: &str| RepoPath::new(text).expect("a path");
        let sources = BTreeMap::new();
        let lock = BTreeMap::from([(path("uv.lock"), crate::policy::gap(&path("uv.lock"), "too large", None, "x"))]);
        let rule = Catalog::builtin().rule("python-static-analysis").expect("a rule");
        let here = |file: &str| Place::file(path(file));
        let unknown = |reason| Finding::new(rule, "python", Verdict::Unknown, "x").reason(reason).at(here("a.toml"), "here");
        // What a finding tells to change was read; what another repository holds was never to be.
        let cites = unknown(Reason::Unreadable).at(here("uv.lock"), "not read");
        for (finding, unread, gaps) in [(cites, &lock, 1), (unknown(Reason::Remote), &BTreeMap::new(), 0)] {
            let options = DecideOptions {
                profile: None,
                only: &[],
                fail_on: None,
                strict: false,
                sources: &sources,
                unread,
                against: None,
            };
            let today = Date::new(2026, 11, 23).expect("a date");
            let decided = decide(vec![finding], &Policy::builtin(), Catalog::builtin(), &options, today);
            assert_eq!(decided.gaps.len(), gaps, "{:?}", decided.gaps);
        }
    }
}
