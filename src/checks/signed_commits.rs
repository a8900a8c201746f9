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
        Commits::Judged { what, count, unsigned, unsigned_count, by_forge } => match unsigned.first() {
            Some((id, why)) => {
                let message = format!(
                    "{unsigned_count} of {count} looked at ({what}) are not signed by anybody of the policy; {id}: {why}"
                );
                one(Verdict::Fail, message).severity(Severity::Error).cause("unsigned").fix("git config commit.gpgSign true")
            }
            None if *by_forge > 0 => {
                let message =
                    format!("{by_forge} of {count} looked at ({what}) are merges signed by a key that the policy does not list");
                one(Verdict::Unknown, message)
                    .cause("by-forge")
                    .reason(Reason::Unsupported)
                    .fix("list the forge's key as a person without the role `release`: tollgate keys add FORGE --role owner --pgp FILE")
            }
            None => one(Verdict::Pass, format!("{count} looked at ({what}), all signed by people of the policy")).cause("signed"),
        },
    }
}
