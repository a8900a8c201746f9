//! Owns the jobs that run this gate on a change, and what in their text lets a change pass them by: what starts them, what stands beside
//! the gate, what loses its failure. Refuses to say what the forge makes of their checks.

use std::sync::Arc;

use super::hold::{Hold, HoldEffect, Hop};
use super::pipeline::{Job, Pipeline, Reach, Start, Trigger, Work};
use super::trace::Trace;
use crate::answer::{Answer, Why};
use crate::catalog::Catalog;
use crate::catalog::releasing::Verifies;
use crate::doc::{Document, Format, Value};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// Keys of a job with which it may be passed by, or run among what the change brings.
const KEYS: [(&str, &str); 9] = [
    ("if", "a job that is skipped counts as passed"),
    ("needs", "where a job that it needs is skipped it is skipped as well, which counts as passed"),
    ("strategy", "of a matrix without entries nothing runs"),
    ("container", "it runs in an image that the change may name"),
    ("services", "another container runs beside it"),
    ("env", "variables may change what it does"),
    ("defaults", "its shell may be another one"),
    ("uses", "it is a workflow, which may come from the change"),
    ("concurrency", "a run of it may be cancelled by another one"),
];
/// What lets a change pass the gate by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// A stable code.
    pub code: &'static str,
    /// Where.
    pub place: Place,
    /// One clause.
    pub why: String,
    /// What to do about it.
    pub fix: String,
    /// It is known to be one; else it may be.
    pub unknown: Option<Why>,
    /// It matters less than the others.
    pub minor: bool,
}

/// A job that runs this gate.
#[derive(Clone, Debug)]
pub struct GateJob {
    /// The job, as the pipeline has it.
    pub job: Job,
    /// The workflow.
    pub path: RepoPath,
    /// Where it runs the gate.
    pub place: Place,
    /// From the trigger to it, of each step that runs it.
    pub chains: Vec<Vec<Hop>>,
    /// It runs in the merge queue.
    pub queued: bool,
    /// It runs on what is pushed.
    pub pushed: bool,
    /// What lets a change pass it by, the worst first.
    pub gaps: Vec<Gap>,
}

/// A step that runs the gate.
struct Step<'a> {
    job: usize,
    chain: &'a [Hop],
    starts: &'a [Start],
    holds: &'a [Hold],
    conditions: &'a [Why],
    gaps: Vec<Gap>,
}

/// All jobs that run it, in the order of files and jobs.
#[must_use]
pub fn gather(snapshot: &Snapshot, pipelines: &[Pipeline], trace: &Trace) -> Vec<GateJob> {
    let mut found: Vec<GateJob> = Vec::new();
    for (number, pipeline) in pipelines.iter().enumerate().filter(|(_, pipeline)| pipeline.system == "github-actions") {
        let document = snapshot.peek_document(&pipeline.path, Format::Yaml).ok();
        for step in commands(trace, number).chain(actions(pipeline)) {
            let Some(job) = pipeline.jobs.get(step.job) else { continue };
            let chain = step.chain.to_vec();
            if let Some(known) = found.iter_mut().find(|known| known.path == pipeline.path && known.job.id == job.id) {
                known.chains.push(chain);
                continue;
            }
            let place = step.chain.last().map_or_else(|| job.place.clone(), |hop| hop.place.clone());
            let mut gaps = step.gaps.clone();
            gaps.extend(started(&step, pipeline));
            gaps.extend(lost(&step, pipeline));
            gaps.extend(document.as_ref().map(|document| written(document, job, &step)).unwrap_or_default());
            gaps.sort_by_key(|gap| (gap.minor, gap.unknown.is_some()));
            gaps.dedup();
            let on = |trigger| step.starts.iter().any(|start| !start.answer.is_no() && is(pipeline, start, trigger));
            let (queued, pushed) = (on(Trigger::MergeGroup), on(Trigger::Push));
            found.push(GateJob {
                job: job.clone(),
                path: pipeline.path.clone(),
                place,
                chains: vec![chain],
                queued,
                pushed,
                gaps,
            });
        }
    }
    let shadows: Vec<Option<Gap>> = found.iter().map(|gate| shadowed(gate, pipelines, &found)).collect();
    for (gate, shadow) in found.iter_mut().zip(shadows) {
        let at = gate.gaps.iter().position(|gap| gap.minor || gap.unknown.is_some()).unwrap_or(gate.gaps.len());
        gate.gaps.splice(at..at, shadow);
    }
    found
}

/// Another job that publishes its check where a merge would take it for the gate's.
fn shadowed(gate: &GateJob, pipelines: &[Pipeline], found: &[GateJob]) -> Option<Gap> {
    let on_changes = |pipeline: &&Pipeline| {
        let reaches = |trigger| matches!(trigger, Trigger::PullRequest | Trigger::Push | Trigger::MergeGroup | Trigger::Manual);
        pipeline.system == "github-actions" && pipeline.events.iter().any(|event| reaches(event.trigger))
    };
    let sound = |path: &RepoPath, id: &str| {
        let own = found.iter().find(|other| other.path == *path && other.job.id == id);
        own.is_some_and(|own| own.gaps.iter().all(|gap| gap.minor || gap.unknown.is_some() || gap.code == "events"))
    };
    let jobs = pipelines.iter().filter(on_changes).flat_map(|pipeline| pipeline.jobs.iter().map(move |job| (pipeline, job)));
    let mut others = jobs.filter(|(pipeline, job)| (&pipeline.path, &job.id) != (&gate.path, &gate.job.id));
    let (name, place) = others.find_map(|(pipeline, job)| {
        let name = job.checks.iter().flatten().find(|name| gate.job.checks.iter().flatten().any(|own| own == *name))?;
        (!sound(&pipeline.path, &job.id)).then(|| (name, job.place.clone()))
    })?;
    let why = format!("another job publishes a check of the same name, `{name}`, which a merge takes for the gate's");
    Some(sure("name", place, why, "give that job another name"))
}

/// Commands that run it.
fn commands(trace: &Trace, pipeline: usize) -> impl Iterator<Item = Step<'_>> {
    let own = trace.releasing.iter().filter(move |step| step.pipeline == pipeline && step.row.what == Some(Verifies::Gate));
    own.map(|step| {
        let words: Vec<&str> = step.args.iter().map(|word| word.value.as_deref().unwrap_or(&word.raw)).collect();
        let reports = words.windows(2).any(|pair| pair == ["--fail-on", "never"]) || words.contains(&"--fail-on=never");
        let place = step.chain.last().map(|hop| hop.place.clone());
        let gap = place.filter(|_| reports).map(|place| sure("reports", place, "it reports only", "take `--fail-on never` out"));
        Step {
            job: step.job,
            chain: &step.chain,
            starts: &step.starts,
            holds: &step.holds,
            conditions: &step.conditions,
            gaps: gap.into_iter().collect(),
        }
    })
}

/// Actions that run it: this repository's own, wherever it lies.
fn actions(pipeline: &Pipeline) -> impl Iterator<Item = Step<'_>> {
    pipeline.units.iter().filter_map(|unit| {
        let Work::Action(call) = &unit.work else { return None };
        let own = Catalog::builtin().releasing.is_own_action(&call.name);
        let is = |name: &str, value: &str| call.inputs.get(name).and_then(|input| input.value.as_deref()) == Some(value);
        if !own || is("command", "verify-tag") {
            return None;
        }
        let mut gaps = Vec::new();
        if !call.is_pinned() {
            gaps.push(sure(
                "pin",
                call.place.clone(),
                "what it names may be moved to another commit",
                "name the action by its full commit id",
            ));
        }
        if call.inputs.get("binary").is_some_and(|input| input.value.as_deref() != Some("")) {
            gaps.push(sure(
                "binary",
                call.place.clone(),
                "the binary is not the one that the action names",
                "leave `binary` out",
            ));
        }
        if is("mode", "report") || is("fail-on", "never") {
            gaps.push(sure("reports", call.place.clone(), "it reports only", "take `mode: report` and `fail-on: never` out"));
        }
        Some(Step { job: unit.job, chain: &unit.chain, starts: &unit.starts, holds: &unit.holds, conditions: &[], gaps })
    })
}

fn sure(code: &'static str, place: Place, why: impl Into<String>, fix: impl Into<String>) -> Gap {
    Gap { code, place, why: why.into(), fix: fix.into(), unknown: None, minor: false }
}

fn is(pipeline: &Pipeline, start: &Start, trigger: Trigger) -> bool {
    pipeline.events.get(start.event).is_some_and(|event| event.trigger == trigger)
}

/// Whether every pull request starts it.
fn started(step: &Step<'_>, pipeline: &Pipeline) -> Option<Gap> {
    const FIX: &str = "start it on `pull_request`, without filters and conditions";
    let pulled: Vec<&Start> = step.starts.iter().filter(|start| is(pipeline, start, Trigger::PullRequest)).collect();
    let here = step.chain.first().map_or_else(|| Place::file(pipeline.path.clone()), |hop| hop.place.clone());
    let events = || pulled.iter().filter_map(|start| Some((*start, pipeline.events.get(start.event)?)));
    let whole = |(start, event): &(&Start, &super::pipeline::Event)| {
        start.answer.is_yes() && event.reach == Reach::Gates && event.paths.is_none() && start.paths.is_empty()
    };
    if events().any(|one| whole(&one)) {
        return None;
    }
    if let Some((_, event)) = events().find(|(start, event)| event.paths.is_some() || !start.paths.is_empty()) {
        return Some(sure("paths", event.place.clone(), "a filter of paths keeps some changes from starting it", FIX));
    }
    if let Some((start, event)) = events().find(|(start, _)| !start.answer.is_no()) {
        let why = match &start.answer {
            Answer::Unknown(why) => Some(why.clone()),
            _ => event.may_reach.as_ref().map(|(_, why)| why.clone()),
        };
        let told = event.held_by.as_ref().map_or_else(|| "some changes do not start it".to_owned(), |hold| hold.why.clone());
        return Some(Gap { unknown: why, ..sure("events", event.place.clone(), told, FIX) });
    }
    Some(sure("events", here, "no pull request starts it", FIX))
}

/// What loses its failure.
fn lost(step: &Step<'_>, pipeline: &Pipeline) -> Option<Gap> {
    let own = step.starts.iter().flat_map(|start| &start.holds);
    let strong = |hold: &&Hold| matches!(hold.effect, HoldEffect::Void | HoldEffect::Soften);
    // What stands at `pull_request_target` itself says that the base's files lie there. The gate judges the head that `--rev` names, or ends
    // with status 3 (`inspect::fits`).
    let of_base =
        |hold: &&Hold| pipeline.events.iter().any(|event| event.name == "pull_request_target" && event.place == hold.place);
    if let Some(hold) = step.holds.iter().chain(own).filter(strong).find(|hold| !of_base(hold)) {
        let why = format!("its failure is lost: {}", hold.why);
        return Some(sure("soft", hold.place.clone(), why, "let the step fail the job"));
    }
    let doubt = step.holds.iter().find(|hold| matches!(hold.effect, HoldEffect::Unknown(_)));
    let (place, why) = match (doubt, step.conditions.first()) {
        (Some(hold), _) => (hold.place.clone(), hold.why.clone()),
        (None, Some(why)) => (why.place.clone().or_else(|| Some(step.chain.last()?.place.clone()))?, why.text.clone()),
        (None, None) => return None,
    };
    let unknown = Why::new(crate::answer::Reason::Dynamic, why.clone()).at(place.clone());
    Some(Gap { unknown: Some(unknown), ..sure("soft", place, why, "let the step fail the job, without a condition") })
}

/// What the text of the job has beside the gate.
fn written(document: &Arc<Document>, job: &Job, step: &Step<'_>) -> Vec<Gap> {
    let root = document.root();
    let id = job.id.split('/').next().unwrap_or(&job.id);
    let jobs = root.get("jobs");
    let Some(text) = jobs.into_iter().flat_map(Value::entries).find(|entry| entry.name() == Some(id)).map(|entry| entry.value)
    else {
        return Vec::new();
    };
    let mut gaps = Vec::new();
    for (key, why) in KEYS {
        if let Some(value) = text.get(key) {
            let minor = matches!(key, "env" | "concurrency" | "services");
            gaps.push(Gap { minor, ..sure("key", value.place(), why, format!("take `{key}` out of the job")) });
        }
    }
    for (holder, key) in [(root, "env"), (root, "defaults")] {
        if let Some(value) = holder.get(key) {
            let why = "it is set for the gate's job as well";
            gaps.push(Gap { minor: true, ..sure("key", value.place(), why, format!("set `{key}` in the jobs that need it")) });
        }
    }
    let label = text.get("runs-on");
    let hosted = |label: &str| Catalog::builtin().runners.is_hosted(label);
    if let Some(value) = label.filter(|value| !value.scalar().is_some_and(hosted)) {
        let why = "the machine is not one that GitHub runs, and keeps what earlier runs left on it";
        gaps.push(Gap { minor: true, ..sure("runner", value.place(), why, "run it on a machine of GitHub") });
    }
    let own = step.chain.iter().rev().find(|hop| hop.place.path == document.file().path).map_or(0, |hop| hop.place.line);
    gaps.extend(beside(text.get("steps"), own));
    gaps
}

/// Steps between the checkout and the gate run among the files of the change, and may run them.
fn beside(steps: Option<Value<'_>>, gate: usize) -> Vec<Gap> {
    let steps: Vec<Value<'_>> = steps.into_iter().flat_map(Value::items).filter(|step| step.place().line <= gate).collect();
    let Some((_, before)) = steps.split_last() else { return Vec::new() };
    let uses = |step: &Value<'_>| step.get("uses").and_then(Value::scalar).unwrap_or_default().to_ascii_lowercase();
    let checkout = |step: &Value<'_>| uses(step).split('@').next() == Some("actions/checkout");
    let Some(first) = before.iter().position(checkout) else { return Vec::new() };
    let mut gaps = Vec::new();
    for step in &before[first..] {
        if !checkout(step) {
            let why = "what runs among the files of the change before the gate may change what the gate reads, or is";
            gaps.push(sure("before", step.place(), why, "move the step in front of the checkout, or into another job"));
            continue;
        }
        let kept = step.get("with").and_then(|with| with.get("persist-credentials")).and_then(Value::scalar);
        if kept != Some("false") {
            let why = "the checkout leaves its token where later steps find it";
            gaps.push(Gap { minor: true, ..sure("token", step.place(), why, "persist-credentials: false") });
        }
    }
    gaps
}
