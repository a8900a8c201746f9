//! Owns the question whether what is deployed is a tag that was verified before. On tags the workflow itself comes from the tag, so that what
//! stands in the file is never the whole answer. Refuses to look at tags.

use super::signed_tags::nobody;
use super::{Bench, Check};
use crate::answer::Reason;
use crate::catalog::releasing::Verifies;
use crate::catalog::{Rule, Severity};
use crate::facts::releasing::{DeployJob, Guard};
use crate::finding::{Finding, Verdict};

const STEP: &str = "\
before it, in the same job or in one that it needs:
- uses: actions/checkout@v6 # with fetch-depth: 0
- run: tollgate verify-tag \"$GITHUB_REF_NAME\"
  id: verify
and deploy what was verified: ref: ${{ needs.verify.outputs.commit }}";

/// The check.
pub(super) struct DeployVerified;

impl Check for DeployVerified {
    fn kind(&self) -> &'static str {
        "deploy-verified"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        super::no_keys(rule)
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        if !bench.signing.people {
            return vec![nobody(rule)];
        }
        let jobs = &bench.facts.deploys;
        if jobs.is_empty() {
            let message = "no deployment was found in the CI files";
            return vec![Finding::new(rule, "repository", Verdict::NotApplicable, message).cause("no-deploy")];
        }
        jobs.iter().map(|job| judge(rule, job)).collect()
    }
}

fn judge(rule: &Rule, job: &DeployJob) -> Finding {
    let one = |verdict, message: String| Finding::new(rule, job.subject.as_str(), verdict, message);
    let deploys = format!("the job deploys ({})", job.what);
    let finding = match &job.guard {
        Guard::Stands(place, Verifies::Keyring, title) => {
            let message = format!("{deploys} after {title}, which trusts any key of the machine's keyring");
            one(Verdict::Fail, message)
                .severity(Severity::Warning)
                .cause("keyring")
                .at(place.clone(), "it names nobody")
                .fix(STEP)
        }
        Guard::Stands(place, _, title) if job.on_tags => {
            let message = format!(
                "{deploys} after {title}; a pushed tag brings its own workflow, and whether the forge lets only releasers push one is not in the files"
            );
            one(Verdict::Unknown, message)
                .cause("own-workflow")
                .reason(Reason::NoToken)
                .at(place.clone(), "the tag is verified here")
                .fix("protect the tags by a ruleset or the environment by reviewers, or deploy from a workflow of the default branch")
        }
        Guard::Stands(place, _, title) => {
            one(Verdict::Pass, format!("{deploys} after {title}")).cause("verified").at(place.clone(), "it is verified here")
        }
        Guard::Fails(code, place, why) => {
            let message = format!("{deploys}, and the verification before it does not stop it: {why}");
            one(Verdict::Fail, message).cause(*code).at(place.clone(), why.clone()).fix(STEP)
        }
        Guard::Unseen(reason, place, why) => {
            let message = format!("whether the tag is verified before {deploys} cannot be seen: {why}");
            one(Verdict::Unknown, message).cause("unseen").reason(*reason).at(place.clone(), why.clone()).fix(STEP)
        }
        Guard::None if job.on_tags => {
            one(Verdict::Fail, format!("{deploys}, and nothing verifies the tag before")).cause("absent").fix(STEP)
        }
        Guard::None => {
            let message = format!("{deploys} on other events than tags; which tag that is, if any, is not in the file");
            one(Verdict::Unknown, message).cause("no-tag").reason(Reason::Unsupported).fix(STEP)
        }
    };
    finding.at(job.place.clone(), "it deploys here")
}
