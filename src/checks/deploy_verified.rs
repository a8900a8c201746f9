//! Owns the question whether what is deployed is a tag that was verified before. On tags the workflow itself comes from the tag, so that what
//! stands in the file is never the whole answer: who may make a tag is the forge's to say. Refuses to look at tags.

use super::signed_tags::nobody;
use super::{Bench, Check};
use crate::answer::{Reason, Why};
use crate::catalog::releasing::Verifies;
use crate::catalog::{Rule, Severity};
use crate::facts::forge::{ForgeFacts, Seen};
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
        jobs.iter().map(|job| judge(rule, job, bench.facts.forge.as_ref())).collect()
    }
}

fn judge(rule: &Rule, job: &DeployJob, forge: Option<&ForgeFacts>) -> Finding {
    let one = |verdict, message: String| Finding::new(rule, job.subject.as_str(), verdict, message);
    let deploys = format!("the job deploys ({})", job.what);
    let step = if job.on_tags { ON_TAGS } else { BY_HAND };
    let finding = match &job.guard {
        Guard::Stands { place, what: Verifies::Keyring, title, .. } => {
            let message = format!("{deploys} after {title}, which trusts any key of the machine's keyring");
            one(Verdict::Fail, message)
                .severity(Severity::Warning)
                .cause("keyring")
                .at(place.clone(), "it names nobody")
                .fix(step)
        }
        Guard::Stands { place, title, own, .. } if job.on_tags || *own => {
            let told = format!("{deploys} after {title}; a pushed tag brings its own workflow");
            let open =
                |why: &str, reason| one(Verdict::Unknown, format!("{told}, and {why}")).cause("own-workflow").reason(reason);
            let finding = match forge.map(|forge| releasers(job, forge)) {
                None => open("whether the forge lets only releasers push one is not in the files", Reason::NoToken),
                Some(Ok(who)) => one(Verdict::Pass, format!("{deploys} after {title}; {who}")).cause("verified"),
                Some(Err(Open::Missing(why))) => open(&why, Reason::Remote),
                Some(Err(Open::Unknown(why))) => open(&why.text, why.reason),
            };
            let finding = finding.at(place.clone(), "the tag is verified here");
            let fix = "protect the tags by a ruleset that lets only releasers make and move them, or deploy from a workflow of the default branch";
            if finding.verdict == Verdict::Pass { finding } else { finding.fix(fix) }
        }
        Guard::Stands { place, title, .. } => {
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
        Guard::TooMany(place) => {
            let message = "there are more steps that deploy, verify or change files than are looked at, so that whether the job deploys what was verified is not known";
            return one(Verdict::Unknown, message.to_owned())
                .cause("too-many")
                .reason(Reason::Unsupported)
                .at(place.clone(), "from here on they are not looked at")
                .fix("split the workflows, or deploy by a script of the tree that is called once");
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

/// Why it is not proven that only releasers push a tag that deploys.
enum Open {
    /// The forge was asked, and what it has does not prove it.
    Missing(String),
    /// It did not say.
    Unknown(Why),
}

/// Who makes the tags that deploy, where a ruleset lets nobody else; what guards the environment is told beside it.
fn releasers(job: &DeployJob, forge: &ForgeFacts) -> Result<String, Open> {
    let rules = match &forge.tags {
        Seen::Is(rules) => rules.as_slice(),
        Seen::Lacks(_) => &[],
        Seen::Hidden(why) => return Err(Open::Unknown(why.clone())),
    };
    let guarded = |pattern: &String| rules.iter().find(|one| one.creation && one.update && one.covers(pattern));
    let mut told = Vec::new();
    for pattern in &job.tags {
        let Some(one) = guarded(pattern) else {
            let tags = if pattern == "**" { "all tags".to_owned() } else { format!("the tags `{pattern}`") };
            return Err(Open::Missing(format!(
                "no ruleset in force restricts who makes and moves {tags}{}",
                environment(job, forge)
            )));
        };
        match &one.bypass {
            _ if one.wide => {
                return Err(Open::Missing(format!(
                    "more than a few pass {} by (a role that may write, every workflow, or a deploy key){}",
                    one.name,
                    environment(job, forge)
                )));
            }
            Seen::Is(who) if who.is_empty() => told.push(format!("{} lets nobody make or move one", one.name)),
            Seen::Is(who) => told.push(format!("{} lets only {} make and move one", one.name, who.join(", "))),
            Seen::Lacks(words) => return Err(Open::Missing(words.clone())),
            Seen::Hidden(why) => return Err(Open::Unknown(why.clone())),
        }
    }
    told.dedup();
    Ok(told.join("; "))
}

/// What guards its environment. Whether what it deploys with is kept there alone is in no file.
fn environment(job: &DeployJob, forge: &ForgeFacts) -> String {
    let (Some(name), Seen::Is(all)) = (&job.environment, &forge.environments) else { return String::new() };
    let Some(one) = all.iter().find(|one| one.name.eq_ignore_ascii_case(name)) else {
        return format!("; its environment `{name}` has no rules");
    };
    let tags = one.references.as_ref().is_some_and(|all| !all.is_empty() && all.iter().all(|(_, tag)| *tag));
    let only = if tags { " and takes tags only" } else { "" };
    match (one.reviewers, one.app) {
        (true, _) => format!(
            "; its environment `{name}` waits for reviewers{only}, which holds where all that it deploys with is kept there"
        ),
        (_, true) => {
            format!("; its environment `{name}` waits for an app{only}, which holds where all that it deploys with is kept there")
        }
        _ => format!("; its environment `{name}` waits for nobody{only}"),
    }
}
