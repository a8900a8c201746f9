//! Owns the steps that run the gate, by a command or by its own action, and what of their words lets a change pass it by. Refuses what stands
//! beside them.

use super::{Gap, sure};
use crate::answer::{Reason, Why};
use crate::catalog::Catalog;
use crate::catalog::releasing::Verifies;
use crate::facts::hold::{Hold, Hop};
use crate::facts::pipeline::{ActionCall, Pipeline, Start, Work};
use crate::facts::releasing::arguments;
use crate::facts::trace::{ReleaseStep, Trace};
use crate::facts::workdir::WORKSPACE;
use crate::text::{Place, RepoPath};

/// What to do about a gate that judges less than the change.
const WHOLE: &str = "run `tollgate check` on the whole change, and say in the policy what it judges";
/// Inputs of its own action that say how much it judges, and whether it tells.
const RULING: [&str; 4] = ["command", "mode", "fail-on", "path"];
/// The flag, and its value, with which it tells and closes nothing.
const NEVER: (&str, &str) = ("--fail-on", "never");
/// Ways to name all of the change; the last one is the runner's own variable.
const WHOLE_TREE: [&str; 2] = [".", WORKSPACE];

/// A step that runs the gate.
pub(super) struct Step<'a> {
    pub(super) job: usize,
    pub(super) chain: &'a [Hop],
    pub(super) starts: &'a [Start],
    pub(super) holds: &'a [Hold],
    pub(super) conditions: &'a [Why],
    /// The program, where it is a path of the tree.
    pub(super) program: Option<RepoPath>,
    pub(super) gaps: Vec<Gap>,
}

/// Commands that run it.
pub(super) fn commands(trace: &Trace, pipeline: usize) -> impl Iterator<Item = Step<'_>> {
    let own = trace.releasing.iter().filter(move |step| step.pipeline == pipeline && step.row.what == Some(Verifies::Gate));
    own.map(|step| Step {
        job: step.job,
        chain: &step.chain,
        starts: &step.starts,
        holds: &step.holds,
        conditions: &step.conditions,
        program: step.program.clone(),
        gaps: said(step),
    })
}

/// What a command says of how much it judges, and which program it is.
fn said(step: &ReleaseStep) -> Vec<Gap> {
    let here = || step.chain.last().map_or_else(|| Place::file(RepoPath::root()), |hop| hop.place.clone());
    let doubted = step.doubts.iter().map(|why| {
        let place = why.place.clone().unwrap_or_else(here);
        sure("binary", place, why.text.clone(), "run a program that is not among the files of the change")
    });
    let mut gaps: Vec<Gap> = doubted.collect();
    if let Some(name) = &step.variable {
        let why = format!("`{name}`, by which it knows the run, is not what the runner gives it");
        gaps.push(sure("variable", here(), why, format!("leave `{name}` alone")));
    }
    let of_tree = |hop: &&Hop| step.chain.first().is_some_and(|first| first.place.path != hop.place.path);
    if let Some(hop) = step.chain.iter().find(of_tree) {
        let why = format!("what runs it lies in {}, which the change brings", hop.place.path);
        gaps.push(sure("file", hop.place.clone(), why, "run it by the workflow itself"));
    }
    let said = arguments::read(step.row, &step.args);
    if let Some((flag, word)) = said.judge {
        let reports = flag == NEVER.0 && word.value.as_deref().is_some_and(|text| text.ends_with(NEVER.1));
        let why = if reports { "it reports only".to_owned() } else { format!("`{flag}` says how much of the change it judges") };
        let fix = if reports { format!("take `{} {}` out", NEVER.0, NEVER.1) } else { WHOLE.to_owned() };
        gaps.push(sure(if reports { "reports" } else { "narrow" }, here(), why, fix));
    }
    for word in said.names {
        let why = format!("it looks at `{}`, which may be less than the change", word.raw);
        let computed = || Why::new(Reason::Dynamic, format!("what `{}` says to it is computed", word.raw)).at(here());
        match word.value.as_deref() {
            Some(path) if WHOLE_TREE.contains(&path.trim_end_matches('/')) => {}
            Some(_) => gaps.push(sure("narrow", here(), why, WHOLE)),
            None => gaps.push(Gap { unknown: Some(computed()), ..sure("narrow", here(), why, WHOLE) }),
        }
    }
    gaps
}

/// Actions that run it: this repository's own, wherever it lies.
pub(super) fn actions(pipeline: &Pipeline) -> impl Iterator<Item = Step<'_>> {
    pipeline.units.iter().filter_map(|unit| {
        let Work::Action(call) = &unit.work else { return None };
        let own = Catalog::builtin().releasing.is_own_action(&call.name);
        if !own || is(call, "command", "verify-tag") {
            return None;
        }
        Some(Step {
            job: unit.job,
            chain: &unit.chain,
            starts: &unit.starts,
            holds: &unit.holds,
            conditions: &[],
            program: call.input("binary").and_then(|input| unit.workdir.resolve(input.known()?)),
            gaps: given(call),
        })
    })
}

fn is(call: &ActionCall, name: &str, value: &str) -> bool {
    call.input(name).and_then(|input| input.known()) == Some(value)
}

/// What the inputs of its own action say.
fn given(call: &ActionCall) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut add = |code, place: &Place, why: String, fix: &str| gaps.push(sure(code, place.clone(), why, fix));
    if !call.is_pinned() {
        let why = "what it names may be moved to another commit".to_owned();
        add("pin", &call.place, why, "name the action by its full commit id");
    }
    if call.input("binary").is_some_and(|input| input.known() != Some("")) {
        add("binary", &call.place, "the binary is not the one that the action names".to_owned(), "leave `binary` out");
    }
    if is(call, "mode", "report") || is(call, "fail-on", NEVER.1) {
        add("reports", &call.place, "it reports only".to_owned(), "take `mode: report` and `fail-on: never` out");
    }
    if let Some(path) =
        call.input("path").and_then(|input| input.known()).filter(|path| !path.is_empty() && !WHOLE_TREE.contains(path))
    {
        add("narrow", &call.place, format!("it looks at `{path}`, which may be less than the change"), "leave `path` out");
    }
    let computed = RULING.iter().filter_map(|name| Some((name, call.input(name).filter(|input| input.value.is_none())?)));
    gaps.extend(computed.map(|(name, input)| {
        let why = Why::new(Reason::Dynamic, format!("what `{name}` is cannot be read")).at(input.place());
        Gap { unknown: Some(why.clone()), ..sure("computed", input.place(), why.text, format!("write `{name}` out")) }
    }));
    gaps
}
