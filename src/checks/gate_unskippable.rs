//! Owns the question whether a change can pass this gate by: by the text of the job that runs it, or because the forge merges without it.
//! Refuses to believe that the app of CI alone binds a check: every workflow of a change publishes as that app.

use super::branch_protection::ASK;
use super::{Bench, Check};
use crate::answer::{Reason, Why};
use crate::catalog::{Rule, Severity};
use crate::facts::code_owners::OF_GITHUB;
use crate::facts::forge::protection::Missing;
use crate::facts::forge::{ForgeFacts, Held, Layer};
use crate::facts::gate::GateJob;
use crate::facts::required::Requirement;
use crate::finding::{Finding, Verdict};

/// What the gate rests on beside its workflow: a change to it needs its owners as well.
const GUARDED: [&str; 2] = [".tollgate.toml", ".tollgate/any"];

/// What to do about what is not read.
const READ_IT: &str = "look at that workflow, in the repository that it lies in";

/// The check.
pub(super) struct GateUnskippable;

impl Check for GateUnskippable {
    fn kind(&self) -> &'static str {
        "gate-unskippable"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        super::no_keys(rule)
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        let one = |verdict, message: &str| Finding::new(rule, "repository", verdict, message);
        let sure = |job: &GateJob| job.gaps.iter().filter(|gap| gap.unknown.is_none() && !gap.minor).count();
        // Until a policy is agreed on, a gate is being tried out.
        let severity = if bench.signing.policy.is_some() { rule.severity } else { Severity::Warning.min(rule.severity) };
        let Some(job) = bench.facts.gates.iter().min_by_key(|job| (sure(job), job.gaps.len())) else {
            let finding = match elsewhere(bench) {
                Some(why) => one(Verdict::Unknown, &why.text).cause("elsewhere").reason(why.reason).fix(READ_IT),
                None => one(Verdict::NotApplicable, "no workflow of this repository runs tollgate").cause("no-gate"),
            };
            return vec![finding.severity(severity)];
        };
        let finding = judge(rule, job, bench, severity);
        let severity = finding.severity.min(severity);
        vec![finding.severity(severity).at(job.place.clone(), "the gate runs here")]
    }
}

fn judge(rule: &Rule, job: &GateJob, bench: &Bench<'_>, severity: Severity) -> Finding {
    let one = |verdict, message: String| Finding::new(rule, "repository", verdict, message);
    if let Some(gap) = job.gaps.iter().find(|gap| gap.unknown.is_none()) {
        let more = job.gaps.len() - 1;
        let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        let severity = if gap.minor { Severity::Warning.min(severity) } else { severity };
        let mut finding =
            one(Verdict::Fail, format!("a change can get past the gate: {}{more}", gap.why)).severity(severity).cause(gap.code);
        for gap in &job.gaps {
            finding = finding.at(gap.place.clone(), gap.why.clone());
        }
        let fixes: Vec<&str> = job.gaps.iter().map(|gap| gap.fix.as_str()).collect();
        return finding.fix(fixes.join("; "));
    }
    if let Some((gap, why)) = job.gaps.iter().find_map(|gap| Some((gap, gap.unknown.as_ref()?))) {
        let message = format!("whether a change can get past the gate cannot be read: {}", why.text);
        return one(Verdict::Unknown, message)
            .cause("unseen")
            .reason(why.reason)
            .at(gap.place.clone(), gap.why.clone())
            .fix(gap.fix.clone());
    }
    let Some(forge) = &bench.facts.forge else {
        let message = "whether a merge waits for the gate is a setting of the forge, and no forge was asked".to_owned();
        return one(Verdict::Unknown, message).settled().cause("not-asked").reason(Reason::Offline).fix(ASK);
    };
    if let Some(words) = &forge.protection.lacks {
        return one(Verdict::NotApplicable, format!("the plan of this repository lets no merge wait for a check: {words}"))
            .cause("plan");
    }
    let fail = |code: &str, why: String, fix: String| {
        one(Verdict::Fail, format!("a change can be merged past the gate: {why}")).severity(severity).cause(code).fix(fix)
    };
    let unknown = |why: Why| {
        let message = format!("whether a change can be merged past the gate is not known: {}", why.text);
        one(Verdict::Unknown, message)
            .cause("unseen")
            .reason(why.reason)
            .fix("give the run a token that may see it; that of a workflow has no administration")
    };
    let held = by_forge(job, bench, forge);
    match held.map_err(|missing| elsewhere(bench).map_or(missing, Missing::Unknown)) {
        Ok(how) => fresh(rule, job, forge, how),
        Err(Missing::Unknown(why)) => unknown(why),
        Err(Missing::No(why)) => {
            let check =
                job.job.checks.iter().flatten().next().map_or_else(|| "the gate's check".to_owned(), |name| format!("`{name}`"));
            let fix = format!(
                "in the ruleset of the default branch require the check {check} from GitHub Actions, a review by code owners that later pushes take back, and nobody who passes it by; own /.github/, /.tollgate.toml and /.tollgate/ in CODEOWNERS. Or run the gate by a required workflow of another repository"
            );
            fail("not-required", why, fix)
        }
    }
}

/// A workflow of another repository that the forge runs on every change may be the gate.
fn elsewhere(bench: &Bench<'_>) -> Option<Why> {
    let layers = bench.facts.forge.iter().flat_map(|forge| &forge.protection.layers);
    let (layer, one) = layers.flat_map(|layer| layer.workflows.iter().map(move |one| (layer, one))).next()?;
    let said = format!("whether the workflow `{}` that {} runs on every change is the gate is not read", one.path, layer.name);
    Some(Why::new(Reason::Remote, said))
}

/// What makes a merge wait for the gate whoever wrote the change.
fn by_forge(job: &GateJob, bench: &Bench<'_>, forge: &ForgeFacts) -> Result<String, Missing> {
    let own: Vec<&String> = job.job.checks.iter().flatten().collect();
    // An app of its own: nobody who writes a workflow publishes as it.
    let foreign = |layer: &Layer| {
        let others =
            |check: &crate::facts::forge::Check| check.app.is_some() && forge.actions.is_some() && check.app != forge.actions;
        layer.checks.iter().any(|check| own.contains(&&check.name) && others(check))
    };
    if let Held::By(layer) = forge.protection.holds(foreign) {
        return Ok(format!("{} waits for its check by an app of its own", layer.name));
    }
    match &job.job.required {
        Some(Requirement::Proven) => {}
        Some(Requirement::ByName(why)) => return Err(Missing::No(why.clone())),
        Some(Requirement::Perhaps(_, why)) => return Err(Missing::Unknown(why.clone())),
        None if job.job.checks.iter().any(Option::is_none) => {
            let why = Why::new(Reason::Dynamic, "the name of its check is computed");
            return Err(Missing::Unknown(why));
        }
        None => return Err(Missing::No("the forge does not make a merge wait for it".to_owned())),
    }
    let owners = bench.facts.owners.as_ref();
    for path in
        GUARDED.iter().chain(OF_GITHUB.iter().take_while(|place| owners.is_none_or(|owners| owners.path.as_str() != **place)))
    {
        forge.protection.reviewed(path, owners, &forge.objections)?;
    }
    Ok("the forge waits for its check, and what it rests on changes with a review by its owners only".to_owned())
}

/// Checks that ran on what the branch held long ago are no proof of today. There is no pass: see within.
fn fresh(rule: &Rule, job: &GateJob, forge: &ForgeFacts, how: String) -> Finding {
    let one = |verdict, message: String| Finding::new(rule, "repository", verdict, message);
    let queue = forge.protection.has(|layer| layer.queue).is_yes();
    if queue && !job.queued {
        let message = "merges go through a queue, and the gate does not run in it".to_owned();
        return one(Verdict::Fail, message)
            .severity(Severity::Warning.min(rule.severity))
            .cause("queue")
            .fix("start it on `merge_group`, too");
    }
    if forge.protection.has(|layer| layer.strict || layer.queue).is_no() {
        let message = "the gate may have run before what the branch holds now".to_owned();
        let fix = "in the ruleset of the default branch require branches to be up to date before merging, or a merge queue";
        return one(Verdict::Fail, message).severity(Severity::Warning.min(rule.severity)).cause("up-to-date").fix(fix);
    }
    // A pass would vouch for every file that the step rests on, and for every other publisher of the check's name: this version asks not all
    // of them, and says so.
    let message = format!("nothing was seen that lets a change past the gate ({how}); not all that it rests on is looked at");
    one(Verdict::Unknown, message)
        .settled()
        .cause("held")
        .reason(Reason::Unsupported)
        .fix("run the gate by a required workflow of another repository, which no change can edit, and say so in [[attestation]]")
}
