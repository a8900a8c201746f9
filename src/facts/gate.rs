//! Owns the jobs that run this gate on a change, and what in their text lets a change pass them by: what starts them, what stands beside
//! the gate, what loses its failure. Refuses to say what the forge makes of their checks.

mod names;
mod run;
mod written;

use run::Step;

use super::hold::{Hold, HoldEffect, Hop};
use super::pipeline::{Job, Pipeline, Reach, Start, Trigger};
use super::trace::Trace;
use crate::answer::{Answer, Why};
use crate::doc::Format;
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

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
    /// Paths of the tree at which the program lies that those steps run.
    pub programs: Vec<RepoPath>,
    /// It runs in the merge queue.
    pub queued: bool,
    /// It runs on what is pushed.
    pub pushed: bool,
    /// What lets a change pass it by, the worst first.
    pub gaps: Vec<Gap>,
}

/// All jobs that run it, in the order of files and jobs.
#[must_use]
pub fn gather(snapshot: &Snapshot, pipelines: &[Pipeline], trace: &Trace) -> Vec<GateJob> {
    let mut found: Vec<GateJob> = Vec::new();
    for (number, pipeline) in pipelines.iter().enumerate().filter(|(_, pipeline)| pipeline.system == "github-actions") {
        let document = snapshot.peek_document(&pipeline.path, Format::Yaml).ok();
        for step in run::commands(trace, number).chain(run::actions(pipeline)) {
            let Some(job) = pipeline.jobs.get(step.job) else { continue };
            let chain = step.chain.to_vec();
            if let Some(known) = found.iter_mut().find(|known| known.path == pipeline.path && known.job.id == job.id) {
                known.chains.push(chain);
                known.programs.extend(step.program);
                continue;
            }
            let place = step.chain.last().map_or_else(|| job.place.clone(), |hop| hop.place.clone());
            let mut gaps = step.gaps.clone();
            gaps.extend(started(&step, pipeline));
            gaps.extend(lost(&step, pipeline));
            gaps.extend(document.as_ref().map(|document| written::written(document, job, &step)).unwrap_or_default());
            gaps.sort_by_key(|gap| (gap.minor, gap.unknown.is_some()));
            gaps.dedup();
            let on = |trigger| step.starts.iter().any(|start| !start.answer.is_no() && is(pipeline, start, trigger));
            let (queued, pushed) = (on(Trigger::MergeGroup), on(Trigger::Push));
            found.push(GateJob {
                job: job.clone(),
                path: pipeline.path.clone(),
                place,
                chains: vec![chain],
                programs: step.program.into_iter().collect(),
                queued,
                pushed,
                gaps,
            });
        }
    }
    let shadows: Vec<Option<Gap>> = found.iter().map(|gate| names::shadowed(gate, pipelines, &found, snapshot)).collect();
    for (gate, shadow) in found.iter_mut().zip(shadows) {
        gate.gaps.extend(shadow);
        gate.gaps.sort_by_key(|gap| (gap.minor, gap.unknown.is_some()));
    }
    found
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
