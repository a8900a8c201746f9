//! Owns whether the jobs on the way from a verification to its deployment are written plainly enough for their commands to be all that
//! they do. Refuses to follow what is not: the text says too little, and then it is unknown.

mod given;
mod machines;
mod numbers;
mod printed;
mod scripts;
mod values;
mod variables;

use std::collections::BTreeSet;

use self::values::Bit;
pub(in crate::facts) use self::variables::odd_inside;
use super::Reading;
use super::site::Site;
use super::tree::Held;
use crate::catalog::{Catalog, lists};
use crate::doc::{Entry, Kind, Value};
use crate::facts::trace::ReleaseStep;
use crate::text::Place;

/// What keeps a job from being plain: where, and a clause.
type Odd = (Place, String);

/// A job on the way, and the step of it that is looked at.
#[derive(Clone, Copy)]
struct Way<'a> {
    reading: &'a Reading<'a>,
    held: &'a Held<'a>,
    site: &'a Site,
    /// The line of the step; 0: the whole job.
    line: usize,
    when: When,
}

/// How a step stands to the verification.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Nothing is verified yet, or not for it.
    Before,
    /// It verifies.
    At,
    /// It runs where the tag is verified, and never otherwise.
    After,
}

impl Reading<'_> {
    /// The first thing by which a job on the way may do more than its commands say: where, and a clause.
    pub(super) fn not_plain(&self, held: &Held<'_>, deploy: &ReleaseStep, jobs: &BTreeSet<usize>) -> Option<Odd> {
        jobs.iter().find_map(|job| {
            let site = self.site(*job);
            let Some((site, value)) = site.as_ref().and_then(|site| Some((site, site.value()?))) else {
                return Some((held.at.clone(), "a job on the way to the deployment is not read as it is written".to_owned()));
            };
            let verifies = *job == held.verify.job;
            let until = (*job == deploy.job).then(|| super::own_place(deploy).line);
            let callers = std::iter::successors(site.caller.as_deref(), |site| site.caller.as_deref());
            let of_callers = || callers.clone().find_map(|site| of_workflow(site).or_else(|| site.value().and_then(of_call)));
            let waits = self.needed(*job).contains(&held.verify.job);
            let verified_at = held.site.step_at(held.at.line);
            let when = |line: usize| match line.cmp(&verified_at) {
                _ if !verifies && waits => When::After,
                std::cmp::Ordering::Greater if verifies => When::After,
                std::cmp::Ordering::Equal if verifies => When::At,
                _ => When::Before,
            };
            let way = |line: usize| Way { reading: self, held, site, line, when: when(line) };
            of_workflow(site)
                .or_else(|| of_job(value, verifies))
                .or_else(|| [site.text.root(), value].into_iter().find_map(|holder| way(0).variables(holder)))
                .or_else(of_callers)
                .or_else(|| of_steps(site, until, way))
        })
    }
}

impl Way<'_> {
    /// An input of an action of the tree that anybody may give: what it is given may be a part of its scripts.
    fn gives_action_of_tree(&self, step: Value<'_>) -> Option<Odd> {
        step.get("uses").and_then(Value::scalar).filter(|uses| uses.trim_start().starts_with('.'))?;
        let open = |entry: &Entry<'_>| entry.value.scalar().is_none_or(|text| self.written(text).contains(&Bit::Other));
        let input = step.get("with").into_iter().flat_map(Value::entries).find(open)?;
        let why = "what an action of the tree is given may be a part of its scripts, so that whoever gives it writes them";
        Some((input.key.place(), why.to_owned()))
    }
}

/// What a workflow sets for all of its jobs.
fn of_workflow(site: &Site) -> Option<Odd> {
    defaults(site.text.root())
}

/// What a job sets for all of its steps, and where it runs.
fn of_job(job: Value<'_>, verifies: bool) -> Option<Odd> {
    let keys = &Catalog::builtin().plain.job_keys;
    let odd = |entry: &Entry<'_>| entry.name().is_none_or(|name| lists(keys, name) || name == "<<" || entry.value.is_alias());
    if let Some(found) = job.entries().find(odd) {
        let name = found.name().unwrap_or_default();
        return Some((found.key.place(), format!("the job has `{name}`, with which its commands may be others")));
    }
    defaults(job).or_else(|| machines::several(job, verifies)).or_else(|| machines::left_over(job))
}

/// The same of a job that calls a workflow.
fn of_call(job: Value<'_>) -> Option<Odd> {
    machines::several(job, true)
}

/// The shell of all scripts, where it is another one than the platform's own.
fn defaults(holder: Value<'_>) -> Option<Odd> {
    let shells = &Catalog::builtin().plain.shells;
    let set = holder.get("defaults")?;
    let runs = |entry: &Entry<'_>| entry.name() == Some("run") && entry.value.kind() == Kind::Mapping;
    let known = |entry: &Entry<'_>| match entry.name() {
        Some("shell") => entry.value.scalar().is_some_and(|shell| lists(shells, shell)),
        // Where it leads is asked of each command.
        Some("working-directory") => true,
        _ => false,
    };
    let plain = set.entries().all(|entry| runs(&entry) && entry.value.entries().all(|entry| known(&entry)));
    (!plain || set.kind() != Kind::Mapping).then(|| (set.place(), "the shell of all scripts is set to another one".to_owned()))
}

/// The steps of a job until a line.
fn of_steps<'a>(site: &Site, until: Option<usize>, way: impl Fn(usize) -> Way<'a>) -> Option<Odd> {
    let shells = &Catalog::builtin().plain.shells;
    let steps: Vec<Value<'_>> = site.value().and_then(|job| job.get("steps")).into_iter().flat_map(Value::items).collect();
    let mut last = 0;
    for step in steps {
        let line = step.place().line;
        let written = |entry: &Entry<'_>| entry.name().is_some_and(|name| name != "<<") && !entry.value.is_alias();
        if step.kind() != Kind::Mapping || step.is_alias() || line <= last || !step.entries().all(|entry| written(&entry)) {
            return Some((step.place(), "the steps do not stand one below the other, each written out".to_owned()));
        }
        last = line;
        if until.is_some_and(|until| line > until) {
            break;
        }
        let way = way(line);
        if let Some(found) = way.variables(step) {
            return Some(found);
        }
        let other = |shell: &Value<'_>| shell.scalar().is_none_or(|text| !lists(shells, text));
        if let Some(shell) = step.get("shell").filter(other) {
            return Some((shell.place(), "the shell of the step is another one".to_owned()));
        }
        if let Some(found) = way.gives_action_of_tree(step) {
            return Some(found);
        }
        let Some(run) = step.get("run") else { continue };
        if let Some(why) = way.script(run.scalar().unwrap_or_default()) {
            return Some((run.place(), why));
        }
    }
    None
}
