//! Owns the question whether commits are signed as far as the policy asks. Refuses to believe names of authors and committers.

use super::signed_tags::nobody;
use super::{Bench, Check};
use crate::answer::Reason;
use crate::catalog::{Rule, Severity};
use crate::facts::tags::survey::Commits;
use crate::finding::{Finding, Verdict};

/// The check.
pub(super) struct SignedCommits;

impl Check for SignedCommits {
    fn kind(&self) -> &'static str {
        "signed-commits"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        super::no_keys(rule)
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        if !bench.signing.people {
            return vec![nobody(rule)];
        }
        let finding = judge(rule, &bench.signing.commits);
        vec![bench.signing.policy.iter().fold(finding, |finding, place| finding.at(place.clone(), "the policy that judges"))]
    }
}

fn judge(rule: &Rule, commits: &Commits) -> Finding {
    let one = |verdict, message: String| Finding::new(rule, "repository", verdict, message);
    match commits {
        Commits::NotAsked => {
            one(Verdict::NotApplicable, "the policy does not ask for signed commits ([commits] require)".to_owned())
                .cause("not-asked")
        }
        Commits::Unknown(reason, why, fix) => one(Verdict::Unknown, why.clone()).cause("unseen").reason(*reason).fix(fix.clone()),
        Commits::Judged { what, count, unsigned, unsigned_count, unclear, by_forge, all } => match (unsigned.first(), unclear) {
            (Some((id, why)), _) => {
                let message = format!(
                    "{unsigned_count} of {count} looked at ({what}) are not signed by anybody of the policy; {id}: {why}"
                );
                let finding = one(Verdict::Fail, message).cause("unsigned").fix("git config commit.gpgSign true");
                // The tip of the default branch is nobody's change: it is told, and stops none.
                if *all { finding.severity(Severity::Error) } else { finding }
            }
            (None, Some((id, why, fix))) => {
                let message = format!(
                    "whether all that were looked at ({what}) are signed by people of the policy cannot be told; {id}: {why}"
                );
                one(Verdict::Unknown, message).cause("unclear").reason(Reason::Unsupported).fix(fix.clone())
            }
            (None, None) if *by_forge > 0 => {
                let message =
                    format!("{by_forge} of {count} looked at ({what}) are merges signed by a key that the policy does not list");
                one(Verdict::Unknown, message)
                    .cause("by-forge")
                    .reason(Reason::Unsupported)
                    .fix("list the forge's key as a person without the role `release`: tollgate keys add FORGE --role owner --pgp FILE")
            }
            (None, None) => {
                one(Verdict::Pass, format!("{count} looked at ({what}), all signed by people of the policy")).cause("signed")
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn only_a_policy_that_asks_for_all_makes_an_unsigned_commit_an_error() {
        let catalog = Catalog::builtin();
        let rule = catalog.rule("signed-commits").expect("a rule");
        for (all, severity) in [(true, Severity::Error), (false, Severity::Notice)] {
            let unsigned = vec![("c0ffee".to_owned(), "it is not signed".to_owned())];
            let commits =
                Commits::Judged { what: "x".into(), count: 2, unsigned, unsigned_count: 1, unclear: None, by_forge: 0, all };
            let finding = judge(rule, &commits);
            assert_eq!((finding.verdict, finding.severity), (Verdict::Fail, severity), "{all}");
        }
    }
}
