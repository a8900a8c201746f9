//! Owns the checks that a merge waits for: those of the forge, else those that the policy declares; which jobs publish them, and whether
//! somebody could publish them with another job. Refuses to call a job required for its name: the forge matches a check by name and app, and
//! any workflow of a change can publish one.

use std::collections::BTreeSet;

use super::bound::Bound;
use super::forge::protection::Missing;
use super::forge::{Check, CodeOwners, ForgeFacts, Held};
use super::hold::{HeldBy, Hold, HoldEffect, Remedy};
use super::ladder::Rung;
use super::pipeline::{Job, Pipeline};
use crate::answer::{Answer, Reason, Why};
use crate::catalog::Tool;
use crate::text::Place;

/// What a change may add.
pub const ANY_WORKFLOW: [&str; 2] = [".github/workflows/any.yml", ".github/workflows/any.yaml"];

/// That a merge waits for a check that a job publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// For this very job: nobody changes the text of its workflow alone.
    Proven,
    /// For a check of this name: why that is not this job.
    ByName(String),
    /// For this job, or for its name only; why that is not known.
    Perhaps(String, Why),
}

/// What judges which checks are required.
pub struct Judge<'a> {
    /// Names that the policy declares.
    pub declared: &'a [String],
    /// What the forge knows.
    pub forge: Option<&'a ForgeFacts>,
    /// Who owns the files of the tree.
    pub owners: Option<&'a CodeOwners>,
}

/// Marks the jobs that publish a required check.
pub fn mark(pipelines: &mut [Pipeline], judge: &Judge<'_>) {
    let published: Vec<(usize, usize, String)> = pipelines
        .iter()
        .enumerate()
        .flat_map(|(at, pipeline)| pipeline.jobs.iter().enumerate().map(move |(job, of)| (at, job, of)))
        .flat_map(|(at, job, of)| of.checks.iter().flatten().map(move |name| (at, job, name.clone())))
        .collect();
    for (at, pipeline) in pipelines.iter_mut().enumerate() {
        let path = pipeline.path.clone();
        for (number, job) in pipeline.jobs.iter_mut().enumerate() {
            let own: BTreeSet<String> = job.checks.iter().flatten().cloned().collect();
            let others = |name: &str| published.iter().any(|(one, other, check)| (*one, *other) != (at, number) && check == name);
            let files = [path.as_str(), job.place.path.as_str()];
            job.required = judge.of(&own, &files, &others);
        }
    }
}

impl Judge<'_> {
    /// Of the checks that a job publishes; `files`: where its text stands; `others`: whether another job publishes a name as well.
    fn of(&self, own: &BTreeSet<String>, files: &[&str], others: &dyn Fn(&str) -> bool) -> Option<Requirement> {
        let declared = || {
            let name = self.declared.iter().find(|name| own.contains(*name))?;
            Some(Requirement::ByName(format!("required by name only: the policy declares its check `{name}`")))
        };
        let Some(forge) = self.forge else { return declared() };
        let mut best = None;
        for name in own {
            let one = self.by_forge(forge, name, files, others(name));
            best = better(best, one);
        }
        match (&best, declared()) {
            // What the forge may not show the policy may declare; what the forge refutes it may not.
            (None | Some(Requirement::Perhaps(..)), Some(said)) if self.is_hidden(forge, own) => Some(said),
            _ => best,
        }
    }

    fn is_hidden(&self, forge: &ForgeFacts, own: &BTreeSet<String>) -> bool {
        let named = |check: &Check| own.contains(&check.name);
        matches!(forge.protection.has(|layer| layer.checks.iter().any(named)), Answer::Unknown(_))
    }

    fn by_forge(&self, forge: &ForgeFacts, name: &str, files: &[&str], others: bool) -> Option<Requirement> {
        let named = |check: &Check| check.name == name;
        match forge.protection.has(|layer| layer.checks.iter().any(named)) {
            Answer::Yes(()) => {}
            Answer::No => return None,
            Answer::Unknown(why) => {
                return Some(Requirement::Perhaps(format!("whether its check `{name}` is required is not known"), why));
            }
        }
        let by_name = |why: &str| Some(Requirement::ByName(format!("required by name only (`{name}`): {why}")));
        let perhaps = |why| Some(Requirement::Perhaps(format!("its check `{name}` is required, perhaps by name only"), why));
        if others {
            return by_name("another job publishes the same name");
        }
        let bound = |check: &Check| named(check) && check.app.is_some() && check.app == forge.actions;
        match forge.protection.holds(|layer| layer.checks.iter().any(bound)) {
            Held::By(_) => {}
            Held::But(layer, who) => return by_name(&format!("{} may pass {} by", who.join(", "), layer.name)),
            Held::Unknown(why) => return perhaps(why),
            Held::No => return by_name("any app may publish it, or another one has to"),
        }
        // Another workflow that a change adds could publish it, and who owns no longer what could be the first step.
        let guarded = self.owners.map(|owners| owners.path.as_str());
        for file in files.iter().copied().chain(ANY_WORKFLOW).chain(guarded) {
            match forge.protection.reviewed(file, self.owners, &forge.objections) {
                Ok(()) => {}
                Err(Missing::No(why)) => return by_name(&format!("a change may publish it without the job: {why}")),
                Err(Missing::Unknown(why)) => return perhaps(why),
            }
        }
        Some(Requirement::Proven)
    }
}

fn better(one: Option<Requirement>, other: Option<Requirement>) -> Option<Requirement> {
    let weight = |requirement: &Option<Requirement>| match requirement {
        Some(Requirement::Proven) => 3,
        Some(Requirement::Perhaps(..)) => 2,
        Some(Requirement::ByName(_)) => 1,
        None => 0,
    };
    if weight(&other) > weight(&one) { other } else { one }
}

/// What to say of a job whose failure stops a merge by the name of its check alone, or perhaps more than that.
#[must_use]
pub fn by_name(job: &Job) -> Option<Hold> {
    let why = match job.required.as_ref()? {
        Requirement::Proven => return None,
        Requirement::ByName(why) => why.clone(),
        Requirement::Perhaps(what, why) => format!("{what}: {}", why.text),
    };
    let hold = Hold::new(HoldEffect::Note, job.place.clone(), why);
    Some(if matches!(job.required, Some(Requirement::ByName(_))) { hold.by(HeldBy::CheckName) } else { hold })
}

/// The bound of what gates in a job, with what the forge says about the job's check.
#[must_use]
pub fn raised(bound: Bound, job: &Job) -> Bound {
    match job.required {
        Some(Requirement::Proven) => Bound::exactly(Rung::Required),
        Some(Requirement::Perhaps(..)) => Bound { upper: Rung::Required, ..bound },
        Some(Requirement::ByName(_)) | None => bound,
    }
}

/// The bound of what hands its findings to the forge, which runs at least where it may gate.
#[must_use]
pub fn of_alerts(bound: Bound, scanned: Option<&Answer>) -> Bound {
    let runs = bound.lower.min(Rung::Runs);
    match scanned {
        // What has not run has no results, and the forge waits for them.
        Some(Answer::Yes(())) if bound.lower >= Rung::Runs => Bound::exactly(Rung::Required),
        Some(Answer::No) => Bound { lower: runs, upper: bound.upper.min(Rung::Runs) },
        _ => Bound { lower: runs, upper: Rung::Required },
    }
}

/// What to say where findings go to the forge.
#[must_use]
pub fn alerts(scanned: Option<&Answer>, at: Place) -> Hold {
    match scanned {
        Some(Answer::No) => Hold::new(HoldEffect::Soften, at, "its alerts stop no merge: the forge has no rule about them")
            .undone(Remedy::Write(
                "add the rule that requires code scanning results to the ruleset of the default branch".to_owned(),
            )),
        Some(Answer::Yes(())) => Hold::new(HoldEffect::Note, at, "a rule of the forge stops a merge on its alerts"),
        Some(Answer::Unknown(why)) => {
            Hold::new(HoldEffect::Note, at, format!("whether the forge stops a merge on its alerts is not known: {}", why.text))
        }
        None => Hold::new(HoldEffect::Note, at, "findings go to the forge, which decides whether they stop a merge"),
    }
}

/// Whether the forge lets alerts of a tool in code scanning stop a merge. `None`: no forge was asked.
#[must_use]
pub fn scanned(forge: Option<&ForgeFacts>, tool: &Tool) -> Option<Answer> {
    let forge = forge?;
    let named = tool.forge.as_ref().and_then(|forge| forge.code_scanning_tool.as_deref());
    let checks = tool.forge.as_ref().map(|forge| forge.check_names.as_slice()).unwrap_or_default();
    // By a rule; or by the check of code scanning itself, which is another app's than CI's.
    let by_rule =
        |one: &super::forge::Scanning| one.stops_at.is_some() && named.is_none_or(|name| one.tool.eq_ignore_ascii_case(name));
    let by_check = |check: &Check| checks.contains(&check.name) && check.app.is_some() && check.app != forge.actions;
    let sure = |layer: &super::forge::Layer| layer.scanning.iter().any(by_rule) || layer.checks.iter().any(by_check);
    let perhaps = |layer: &super::forge::Layer| layer.checks.iter().any(|check| checks.contains(&check.name));
    Some(match forge.protection.holds(sure) {
        // Of a tool whose name there is not known any rule may be its own.
        Held::By(_) if named.is_some() => Answer::Yes(()),
        Held::Unknown(why) => Answer::Unknown(why),
        Held::By(layer) => Answer::Unknown(Why::new(Reason::Unsupported, format!("{} may be about another tool", layer.name))),
        Held::But(layer, who) => {
            let why = format!("{} may pass {} by", who.join(", "), layer.name);
            Answer::Unknown(Why::new(Reason::Unsupported, why))
        }
        Held::No => match forge.protection.has(perhaps) {
            Answer::No => Answer::No,
            _ => Answer::Unknown(Why::new(Reason::Unsupported, "any app may publish the check of its alerts")),
        },
    })
}

/// Required checks that no job publishes, or that several do, in sentences; and declared ones that the forge does not require.
#[must_use]
pub fn notes(pipelines: &[Pipeline], judge: &Judge<'_>) -> Vec<String> {
    let jobs = || pipelines.iter().flat_map(|pipeline| pipeline.jobs.iter().map(move |job| (pipeline, job)));
    let computed = jobs().any(|(_, job)| job.checks.iter().any(Option::is_none));
    let mut all: Vec<(String, String)> =
        judge.declared.iter().map(|name| (name.clone(), "`ci.required_checks`".to_owned())).collect();
    let of_forge = judge.forge.into_iter().flat_map(|forge| forge.protection.layers.iter().map(move |layer| (forge, layer)));
    for (forge, layer) in of_forge {
        // What another app publishes is no job of these.
        for check in layer.checks.iter().filter(|check| check.app.is_none() || check.app == forge.actions) {
            if !all.iter().any(|(known, _)| *known == check.name) {
                all.push((check.name.clone(), layer.name.clone()));
            }
        }
    }
    let note = |(name, by): &(String, String)| {
        let refuted = judge.forge.is_some_and(|forge| {
            judge.declared.contains(name)
                && forge.protection.has(|layer| layer.checks.iter().any(|check| check.name == *name)).is_no()
        });
        if refuted {
            return Some(format!("`ci.required_checks` names `{name}`, and the forge does not require it"));
        }
        let mut publishers: Vec<String> = jobs()
            .filter(|(_, job)| job.checks.iter().flatten().any(|check| check == name))
            .map(|(_, job)| format!("{}:{}", job.place.path, job.place.line))
            .collect();
        publishers.sort();
        publishers.dedup();
        match publishers.as_slice() {
            [] if computed => {
                Some(format!("{by} names `{name}`: no job is seen to publish it, but some names of jobs are computed"))
            }
            [] => Some(format!("{by} names `{name}`, and no job of the workflows publishes it")),
            [_] => None,
            several => {
                Some(format!("several jobs publish `{name}` of {by}, and any of them satisfies it: {}", several.join(", ")))
            }
        }
    };
    all.iter().filter_map(note).collect()
}

#[cfg(test)]
mod tests;
