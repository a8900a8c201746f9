//! Owns the question whether what is deployed is a tag that was verified before. On tags the workflow itself comes from the tag, so that what
//! stands in the file is never the whole answer. Refuses to look at tags.

use super::signed_tags::nobody;
use super::{Bench, Check};
use crate::answer::Reason;
use crate::catalog::releasing::Verifies;
use crate::catalog::{Rule, Severity};
use crate::facts::releasing::{DeployJob, Guard};
use crate::finding::{Finding, Verdict};

/// For what a tag starts: the checkout of the event, which needs the whole history, and the tag that it is about.
const ON_TAGS: &str = "\
verify in a job of its own, with tollgate on the runner's PATH:
  verify:
    runs-on: ubuntu-latest
    outputs: { commit: \"${{ steps.tag.outputs.commit }}\" }
    steps:
      - uses: actions/checkout@v6
        with: { fetch-depth: 0 }
      - id: tag
        run: tollgate verify-tag -- \"$GITHUB_REF_NAME\"
and in the deploying job: needs: verify, and check out ref: ${{ needs.verify.outputs.commit }}";

/// For what a person or a branch starts: the tag is an input.
const BY_HAND: &str = "\
deploy a tag that somebody names (on: workflow_dispatch: inputs: tag: { required: true }), and verify it in a job of its own:
  verify:
    runs-on: ubuntu-latest
    outputs: { commit: \"${{ steps.tag.outputs.commit }}\" }
    steps:
      - uses: actions/checkout@v6
        with: { fetch-depth: 0 }
      - run: git remote set-head origin main
      - id: tag
        env: { TAG: \"${{ inputs.tag }}\" }
        run: tollgate verify-tag -- \"$TAG\"
and in the deploying job: needs: verify, and check out ref: ${{ needs.verify.outputs.commit }}";

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
    let step = if job.on_tags { ON_TAGS } else { BY_HAND };
    let finding = match &job.guard {
        Guard::Stands(place, Verifies::Keyring, title) => {
            let message = format!("{deploys} after {title}, which trusts any key of the machine's keyring");
            one(Verdict::Fail, message)
                .severity(Severity::Warning)
                .cause("keyring")
                .at(place.clone(), "it names nobody")
                .fix(step)
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
            one(Verdict::Fail, message).cause(*code).at(place.clone(), why.clone()).fix(step)
        }
        Guard::Unseen(reason, place, why) => {
            let message = format!("whether the tag is verified before {deploys} cannot be seen: {why}");
            one(Verdict::Unknown, message).cause("unseen").reason(*reason).at(place.clone(), why.clone()).fix(step)
        }
        Guard::Remote => {
            let message = "the job is a workflow of another repository; whether it deploys, and verifies the tag before, is not in the files";
            let fix = "verify in this file, before the call, or say in [[attestation]] how that workflow verifies";
            return one(Verdict::Unknown, message.to_owned())
                .cause("remote")
                .reason(Reason::Remote)
                .fix(fix)
                .at(job.place.clone(), "it is called here");
        }
        Guard::HandedOn => {
            let message = format!(
                "the job hands the deployment on ({}); whether the tag is verified before it is deployed there is not in the files",
                job.what
            );
            one(Verdict::Unknown, message)
                .cause("handed-on")
                .reason(Reason::Remote)
                .fix("verify in the job before it hands on, and hand on the commit that is printed, or say in [[attestation]] how that system verifies")
        }
        Guard::None if job.on_tags => {
            one(Verdict::Fail, format!("{deploys}, and nothing verifies the tag before")).cause("absent").fix(step)
        }
        Guard::None => {
            let message = format!("{deploys} on other events than tags; which tag that is, if any, is not in the file");
            one(Verdict::Unknown, message).cause("no-tag").reason(Reason::Unsupported).fix(step)
        }
    };
    finding.at(job.place.clone(), "it deploys here")
}
