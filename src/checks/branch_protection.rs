//! Owns the question whether the default branch is protected on the forge: pull requests, approvals, checks on what is merged, history, and
//! nobody who passes that by. Refuses to know what the checks run.

use super::{Bench, Check};
use crate::answer::{Reason, Why};
use crate::catalog::{Rule, Severity};
use crate::facts::forge::{Held, Layer, Protection};
use crate::finding::{Finding, Verdict};

/// What no forge was asked about.
pub(super) const ASK: &str = "ask the forge: tollgate check --forge, with GITHUB_REPOSITORY and GITHUB_TOKEN set";

/// The check.
pub(super) struct BranchProtection;

/// What is asked: a stable code, what is missing without it, and what to set in the ruleset of the default branch.
type Item = (&'static str, fn(&Layer) -> bool, &'static str, &'static str);

const ITEMS: [Item; 6] = [
    ("pull-request", |layer| layer.reviews.is_some(), "changes need no pull request", "require a pull request before merging"),
    (
        "approval",
        |layer| layer.reviews.is_some_and(|reviews| reviews.approvals > 0),
        "changes need no approval",
        "require at least one approval",
    ),
    (
        "checks",
        |layer| !layer.checks.is_empty() || !layer.workflows.is_empty(),
        "no check has to pass",
        "require status checks to pass",
    ),
    ("history", |layer| layer.keeps_history, "history may be pushed over", "block force pushes"),
    ("deletion", |layer| layer.stays, "the branch may be deleted", "restrict deletions"),
    (
        "up-to-date",
        |layer| layer.queue || layer.strict && !layer.checks.is_empty() || !layer.workflows.is_empty(),
        "checks need not have run on what the branch holds now",
        "require branches to be up to date before merging, or a merge queue",
    ),
];
/// What weighs less alone.
const MINOR: &str = "up-to-date";

impl Check for BranchProtection {
    fn kind(&self) -> &'static str {
        "branch-protection"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        super::no_keys(rule)
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        let one = |verdict, message: String| Finding::new(rule, "repository", verdict, message);
        let Some(forge) = &bench.facts.forge else {
            let message = "whether the default branch is protected is a setting of the forge, and no forge was asked".to_owned();
            return vec![one(Verdict::Unknown, message).cause("not-asked").reason(Reason::Offline).fix(ASK)];
        };
        if let Some(words) = &forge.protection.lacks {
            let message = format!("the plan of this repository has no protection of branches: {words}");
            return vec![one(Verdict::NotApplicable, message).cause("plan")];
        }
        vec![judge(rule, &forge.protection, forge.default_branch.as_deref().unwrap_or("the default branch"))]
    }
}

fn judge(rule: &Rule, protection: &Protection, branch: &str) -> Finding {
    let (mut missing, mut open): (Vec<(&str, String, String)>, Vec<Why>) = (Vec::new(), Vec::new());
    for (code, has, lacks, fix) in ITEMS {
        match protection.holds(has) {
            Held::By(_) => {}
            Held::No => missing.push((code, lacks.to_owned(), fix.to_owned())),
            Held::But(layer, who) => {
                let passes = format!("{} may pass {} by", who.join(", "), layer.name);
                // One cause, whatever it is that they pass by.
                if !missing.iter().any(|(_, told, _)| *told == passes) {
                    missing.push(("bypass", passes, format!("empty the list of who may pass {} by", layer.name)));
                }
            }
            Held::Unknown(why) if open.contains(&why) => {}
            Held::Unknown(why) => open.push(why),
        }
    }
    let one = |verdict, message: String| Finding::new(rule, "repository", verdict, message);
    if missing.is_empty() {
        return match open.first() {
            None => one(Verdict::Pass, format!("`{branch}` takes approved and checked pull requests only, from everybody"))
                .cause("held"),
            Some(why) => {
                let fix = match why.reason {
                    Reason::Offline => "try again later".to_owned(),
                    _ => "give the run a token with that permission; the token of a workflow has no administration, one of an app may".to_owned(),
                };
                one(Verdict::Unknown, format!("whether `{branch}` is protected is not known: {}", why.text))
                    .cause("unseen")
                    .reason(why.reason)
                    .fix(fix)
            }
        };
    }
    let minor = missing.iter().all(|(code, ..)| *code == MINOR);
    let severity = if minor { Severity::Warning.min(rule.severity) } else { rule.severity };
    let told: Vec<&str> = missing.iter().map(|(_, told, _)| told.as_str()).collect();
    let fixes: Vec<&str> = missing.iter().map(|(.., fix)| fix.as_str()).collect();
    let codes: Vec<&str> = missing.iter().map(|(code, ..)| *code).collect();
    one(Verdict::Fail, format!("`{branch}` is not protected as asked: {}", told.join("; ")))
        .severity(severity)
        .cause(codes.join("+"))
        .fix(format!("in the ruleset of `{branch}`: {}", fixes.join("; ")))
}
