//! Owns the question whether the newest releases are signed by those who may. Refuses to verify: the facts did.

use super::{Bench, Check};
use crate::answer::Reason;
use crate::catalog::Rule;
use crate::facts::tags::survey::{Release, Releases};
use crate::finding::{Finding, Verdict};
use crate::signing::refusal::Step;

/// The rule that speaks where nobody is listed.
pub(super) const NOBODY: &str = "maintainer-keys";

/// The check.
pub(super) struct SignedTags;

impl Check for SignedTags {
    fn kind(&self) -> &'static str {
        "signed-tags"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        super::no_keys(rule)
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        if !bench.signing.people {
            return vec![nobody(rule)];
        }
        let one = |verdict, message: &str| Finding::new(rule, "repository", verdict, message);
        let findings = match &bench.signing.releases {
            Releases::NoRepository => vec![one(Verdict::NotApplicable, "no repository, so no tags").cause("no-repository")],
            Releases::None { fetch: Some(line) } => vec![
                one(
                    Verdict::Unknown,
                    "no release tag is here, and whether there is one where this repository comes from is not known",
                )
                .cause("not-fetched")
                .reason(Reason::Shallow)
                .fix(format!("fetch them: {line} (with actions/checkout: fetch-depth: 0)")),
            ],
            Releases::None { fetch: None } => {
                vec![one(Verdict::NotApplicable, "there is no release tag").cause("no-releases")]
            }
            Releases::Unknown(error) => {
                let finding = one(Verdict::Unknown, &format!("no release could be judged: {}", error.message));
                let finding = finding.cause("branch").reason(Reason::Shallow);
                vec![match &error.hint {
                    Some(hint) => finding.fix(hint.clone()),
                    None => finding,
                }]
            }
            Releases::Judged(releases) if releases.is_empty() => {
                vec![one(Verdict::NotApplicable, "no release since [release] signed_since").cause("before")]
            }
            Releases::Judged(releases) => releases.iter().map(|release| judged(rule, release)).collect(),
        };
        let place = bench.signing.policy.as_ref();
        findings
            .into_iter()
            .map(|finding| place.iter().fold(finding, |finding, place| finding.at((*place).clone(), "the policy that judges")))
            .collect()
    }
}

/// What all rules about signing say where the policy lists nobody.
pub(super) fn nobody(rule: &Rule) -> Finding {
    let mut finding =
        Finding::new(rule, "repository", Verdict::NotApplicable, "the policy names nobody who signs").cause("no-people");
    finding.reported_by = Some(NOBODY.to_owned());
    finding
}

fn judged(rule: &Rule, release: &Release) -> Finding {
    let name = release.name.as_str();
    match &release.outcome {
        Ok(people) => {
            let told: String = release.lies_on.iter().map(|note| format!("; {note}")).collect();
            let message = format!("{name} is signed by {}{told}", people.join(", "));
            Finding::new(rule, name, Verdict::Pass, message).cause("verified")
        }
        Err(refusal) if refusal.rejected && release.by_checkout && refusal.step == Step::Object => {
            let message =
                format!("{name} is lightweight here, which is what actions/checkout before v6.0.2 makes of a signed tag");
            Finding::new(rule, name, Verdict::Unknown, message)
                .cause("checkout")
                .reason(Reason::Shallow)
                .fix(refusal.remedy.clone())
        }
        Err(refusal) => {
            let verdict = if refusal.rejected { Verdict::Fail } else { Verdict::Unknown };
            let page = refusal.rejected && release.lightweight && refusal.step == Step::Object;
            let told = if page { "; the forge's release page and release bots make such tags" } else { "" };
            let finding = Finding::new(rule, name, verdict, format!("{name} is not verified: {}{told}", refusal.reason));
            let finding = finding.cause(refusal.step.word()).fix(refusal.remedy.clone());
            if refusal.rejected { finding } else { finding.reason(reason(refusal.step)) }
        }
    }
}

fn reason(step: Step) -> Reason {
    match step {
        Step::Branch | Step::Target | Step::Object | Step::Time => Reason::Shallow,
        _ => Reason::Unsupported,
    }
}
