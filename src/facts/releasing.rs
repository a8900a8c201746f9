//! Owns the jobs that deploy: by which events they start, and whether something verified the tag before, so that its failure stops them.
//! Refuses to say whether that is enough: the rule does. Only workflows of GitHub are read for it.

mod arguments;
mod written;

use std::collections::BTreeSet;

use written::Written;

use super::hold::HoldEffect;
use super::pipeline::{Pipeline, Start, Trigger};
use super::trace::{ReleaseStep, Trace};
use crate::answer::{Answer, Reason};
use crate::catalog::releasing::Verifies;
use crate::snapshot::Snapshot;
use crate::text::Place;

/// A job that deploys.
#[derive(Clone, Debug)]
pub struct DeployJob {
    /// `<workflow path>#<job id>`.
    pub subject: String,
    /// What it deploys with.
    pub what: String,
    /// Where.
    pub place: Place,
    /// The events that start it, or may.
    pub triggers: BTreeSet<Trigger>,
    /// It starts on tags or releases: by its events, or by a condition that asks for them.
    pub on_tags: bool,
    /// Whether a verification stands before it.
    pub guard: Guard,
}

/// What stands before a deployment.
#[derive(Clone, Debug)]
pub enum Guard {
    /// A verification whose failure stops it.
    Stands(Place, Verifies, &'static str),
    /// One that does not: a stable code, where, and a clause.
    Fails(&'static str, Place, String),
    /// Something that cannot be read may be one.
    Unseen(Reason, Place, String),
    /// The job is a workflow of another repository: whether it deploys at all, and verifies before, is there.
    Remote,
    /// Nothing.
    None,
}

impl Guard {
    fn weight(&self) -> u8 {
        match self {
            Self::Stands(..) => 3,
            Self::Unseen(..) | Self::Remote => 2,
            Self::Fails(..) => 1,
            Self::None => 0,
        }
    }
}

/// All jobs that deploy to more than a preview, in the order of files and jobs.
#[must_use]
pub fn gather(snapshot: &Snapshot, pipelines: &[Pipeline], trace: &Trace) -> Vec<DeployJob> {
    let mut found: Vec<DeployJob> = Vec::new();
    for (number, pipeline) in pipelines.iter().enumerate() {
        let own: Vec<&ReleaseStep> = trace.releasing.iter().filter(|step| step.pipeline == number).collect();
        let deploys = own.iter().filter(|step| step.row.what.is_none());
        let Some(text) = deploys.clone().next().and_then(|_| Written::read(snapshot, &pipeline.path)) else { continue };
        for step in deploys {
            let (Some(job), Some(hop)) = (pipeline.jobs.get(step.job), step.chain.last()) else { continue };
            if text.is_preview(&job.id) || !starts(step) {
                continue;
            }
            let reading = Reading { pipeline, own: &own, trace, number, text: &text };
            let guard = reading.guard(step);
            let subject = format!("{}#{}", pipeline.path, job.id);
            // One finding a job: its least guarded step.
            if let Some(known) = found.iter_mut().find(|known| known.subject == subject) {
                if guard.weight() < known.guard.weight() {
                    (known.guard, known.place, known.what) = (guard, hop.place.clone(), step.row.title.clone());
                }
                continue;
            }
            let triggers = reading.triggers(step);
            // What a change to merge starts is tried out; what only another pipeline starts is judged there.
            if triggers.iter().all(|trigger| matches!(trigger, Trigger::PullRequest | Trigger::MergeGroup | Trigger::Call)) {
                continue;
            }
            let on_tags = triggers.iter().any(|trigger| matches!(trigger, Trigger::Tag | Trigger::Release))
                || text.asks_for_tags(&job.id, &step_place(step, pipeline));
            found.push(DeployJob { subject, what: step.row.title.clone(), place: hop.place.clone(), triggers, on_tags, guard });
        }
    }
    let handed = handed_on(snapshot, pipelines, trace);
    let more = handed.into_iter().filter(|job| !found.iter().any(|known| known.subject == job.subject)).collect::<Vec<_>>();
    found.extend(more);
    found.sort_by_key(|job| pipelines.iter().position(|pipeline| job.place.path == pipeline.path));
    found
}

/// Jobs that a tag or a release starts and that are a workflow of another repository.
fn handed_on(snapshot: &Snapshot, pipelines: &[Pipeline], trace: &Trace) -> Vec<DeployJob> {
    let mut found = Vec::new();
    for unit in trace.opaque.iter().filter(|unit| unit.why.reason == Reason::Remote) {
        let Some(pipeline) = unit.pipeline.and_then(|number| pipelines.get(number)) else { continue };
        let started = unit.starts.iter().filter(|start| !start.answer.is_no());
        let triggers: BTreeSet<Trigger> =
            started.filter_map(|start| pipeline.events.get(start.event)).map(|event| event.trigger).collect();
        let on_tags = triggers.iter().any(|trigger| matches!(trigger, Trigger::Tag | Trigger::Release));
        let Some(text) = Written::read(snapshot, &pipeline.path).filter(|_| on_tags) else { continue };
        let Some(id) = text.calls_at(unit.place.line) else { continue };
        let (subject, what) = (format!("{}#{id}", pipeline.path), "a workflow of another repository".to_owned());
        found.push(DeployJob { subject, what, place: unit.place.clone(), triggers, on_tags, guard: Guard::Remote });
    }
    found
}

/// Some event may start it.
fn starts(step: &ReleaseStep) -> bool {
    step.starts.iter().any(|start| !start.answer.is_no())
}

/// The hop of the chain that lies in the workflow itself: its step.
fn step_place(step: &ReleaseStep, pipeline: &Pipeline) -> Place {
    let own = step.chain.iter().skip(1).find(|hop| hop.place.path == pipeline.path);
    own.or(step.chain.last()).map_or_else(|| Place::file(pipeline.path.clone()), |hop| hop.place.clone())
}

struct Reading<'a> {
    pipeline: &'a Pipeline,
    own: &'a [&'a ReleaseStep],
    trace: &'a Trace,
    number: usize,
    text: &'a Written,
}

impl Reading<'_> {
    fn triggers(&self, step: &ReleaseStep) -> BTreeSet<Trigger> {
        let started = step.starts.iter().filter(|start| !start.answer.is_no());
        started.filter_map(|start| self.pipeline.events.get(start.event)).map(|event| event.trigger).collect()
    }

    /// The jobs that a job needs, directly or through others.
    fn needed(&self, job: usize) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        let mut pending = vec![job];
        while let Some(at) = pending.pop() {
            let needs = self.pipeline.jobs.get(at).map(|job| job.needs.as_slice()).unwrap_or_default();
            for (number, other) in self.pipeline.jobs.iter().enumerate() {
                if needs.iter().any(|id| id.eq_ignore_ascii_case(&other.id)) && all.insert(number) {
                    pending.push(number);
                }
            }
        }
        all
    }

    /// What stands before a deployment: the least of all events that start it; where tags do, of those.
    fn guard(&self, deploy: &ReleaseStep) -> Guard {
        let needed = self.needed(deploy.job);
        let at = step_place(deploy, self.pipeline);
        let before = |step: &&&ReleaseStep| {
            let same_job = step.job == deploy.job && step_place(step, self.pipeline).line <= at.line;
            step.row.what.is_some_and(|what| what != Verifies::Keys) && (same_job || needed.contains(&step.job))
        };
        let verifies: Vec<&&ReleaseStep> = self.own.iter().filter(before).collect();
        if verifies.is_empty() {
            return self.unseen(deploy, &needed).unwrap_or(Guard::None);
        }
        let (mut of_tags, mut of_others) = (Vec::new(), Vec::new());
        for start in deploy.starts.iter().filter(|start| !start.answer.is_no()) {
            let Some(event) = self.pipeline.events.get(start.event) else { continue };
            // Of equal ones the first.
            let best = verifies.iter().rev().map(|verify| self.one(verify, deploy, start)).max_by_key(Guard::weight);
            let tags = matches!(event.trigger, Trigger::Tag | Trigger::Release);
            let best = best.unwrap_or(Guard::None);
            if tags { of_tags.push(best) } else { of_others.push((event.name.as_str(), best)) }
        }
        let least = |guards: Vec<Guard>| guards.into_iter().min_by_key(Guard::weight);
        let Some(guard) = least(of_tags) else {
            return least(of_others.into_iter().map(|(_, guard)| guard).collect()).unwrap_or(Guard::None);
        };
        match (guard, of_others.into_iter().find(|(_, other)| other.weight() < 2)) {
            // What another event deploys need not be a tag at all.
            (Guard::Stands(place, ..), Some((name, _))) => {
                let why = format!("`{name}` starts it, too, and then the verification does not stop it");
                Guard::Unseen(Reason::Unsupported, place, why)
            }
            (guard, _) => guard,
        }
    }

    /// Whether one verification stops a deployment that one event starts.
    fn one(&self, verify: &ReleaseStep, deploy: &ReleaseStep, under: &Start) -> Guard {
        let place = verify.chain.last().map_or_else(|| Place::file(self.pipeline.path.clone()), |hop| hop.place.clone());
        let own = step_place(verify, self.pipeline);
        let losing = |effect: HoldEffect| matches!(effect, HoldEffect::Void | HoldEffect::Soften);
        let start = verify.starts.iter().find(|start| start.event == under.event);
        if start.is_none_or(|start| start.answer.is_no()) {
            let event = self.pipeline.events.get(under.event).map_or("", |event| event.name.as_str());
            return Guard::Fails("not-started", own, format!("it does not run on `{event}`, and the deployment does"));
        }
        let mut holds = verify.holds.iter().chain(start.iter().flat_map(|start| &start.holds));
        if let Some(hold) = holds.find(|hold| losing(hold.effect)) {
            return Guard::Fails("lost", hold.place.clone(), format!("its failure is lost: {}", hold.why));
        }
        let job = |step: &ReleaseStep| self.pipeline.jobs.get(step.job).map_or("", |job| job.id.as_str()).to_owned();
        let (verifies_in, deploys_in) = (job(verify), job(deploy));
        let at = step_place(deploy, self.pipeline);
        if let Some(place) = self.text.goes_on(&verifies_in, &deploys_in, &at) {
            return Guard::Fails("despite", place, "the deployment goes on although the verification failed".to_owned());
        }
        if let Some(guard) = self.argument(verify, &own, &verifies_in) {
            return guard;
        }
        let after = if verify.job == deploy.job { own.line } else { 0 };
        if verify.row.what != Some(Verifies::Artefact)
            && let Some((place, named)) = self.text.checks_out_again(&deploys_in, after, at.line, verify.job == deploy.job)
        {
            // Without a revision it takes the commit of the event, as versions before 6.0.2 do, or the tag anew.
            let of_tag = self.pipeline.events.get(under.event).map(|event| event.trigger);
            if !named && matches!(of_tag, Some(Trigger::Tag | Trigger::Release)) {
                let why = "the tag is checked out again after it was verified, and whether that takes the verified commit depends on the action";
                return Guard::Unseen(Reason::Remote, place, why.to_owned());
            }
            let why = "what is checked out after the verification is not the commit that was verified".to_owned();
            return Guard::Fails("fetched-again", place, why);
        }
        let unknown = |start: &Start| if let Answer::Unknown(why) = &start.answer { Some(why.clone()) } else { None };
        // What cannot be decided of both alike is no difference.
        let doubt = start.and_then(unknown).filter(|_| unknown(under).is_none());
        if let Some(why) = verify.conditions.first().cloned().or(doubt) {
            return Guard::Unseen(
                why.reason,
                why.place.clone().unwrap_or(place),
                format!("whether it runs cannot be read: {}", why.text),
            );
        }
        let what = match verify.row.what.unwrap_or(Verifies::Tag) {
            Verifies::Keyring if self.brings_keys(verify) => Verifies::Tag,
            what => what,
        };
        Guard::Stands(place, what, verify.row.title.as_str())
    }

    /// The job brought keys into its keyring before: those count, and a runner has no others.
    fn brings_keys(&self, verify: &ReleaseStep) -> bool {
        let line = |step: &ReleaseStep| step.chain.last().map_or(0, |hop| hop.place.line);
        let brings = |step: &&ReleaseStep| step.row.what == Some(Verifies::Keys) && step.job == verify.job;
        self.own.iter().any(|step| brings(step) && line(step) < line(verify))
    }

    /// What is wrong with the words behind a verification; `None`: they name the event's own tag, and nobody who pushes it judges it.
    fn argument(&self, verify: &ReleaseStep, own: &Place, job: &str) -> Option<Guard> {
        if !verify.row.argument {
            return None;
        }
        let read = arguments::read(verify.row, &verify.args);
        if let Some(flag) = read.all {
            let why = format!(
                "with `{}` it verifies the release tags that are here, of which the deployed one need not be any",
                flag.raw
            );
            return Some(Guard::Fails("all", flag.place.clone(), why));
        }
        if let Some((flag, value)) = read.judge {
            let why = format!(
                "`{flag}` says by what it judges ({}), and whether whoever pushes a tag can write that is not in the files",
                value.raw
            );
            return Some(Guard::Unseen(Reason::Unsupported, value.place.clone(), why));
        }
        if read.names.iter().any(|name| name.value.is_none() && self.text.names_the_tag(job, own, &name.raw)) {
            return None;
        }
        match read.names.iter().find(|name| name.value.is_none()).or(read.names.first()) {
            Some(name) => Some(match &name.value {
                Some(value) => {
                    let why = format!("it verifies `{value}`, whatever tag is deployed");
                    Guard::Fails("literal", name.place.clone(), why)
                }
                None => Guard::Unseen(Reason::Dynamic, name.place.clone(), "which tag it verifies cannot be read".to_owned()),
            }),
            None => Some(Guard::Unseen(Reason::Dynamic, own.clone(), "which tag it verifies is not said".to_owned())),
        }
    }

    /// Something before the deployment that is not read: another workflow, or an action that is called like a verification.
    fn unseen(&self, deploy: &ReleaseStep, needed: &BTreeSet<usize>) -> Option<Guard> {
        let near = |job: usize| job == deploy.job || needed.contains(&job);
        let at = step_place(deploy, self.pipeline);
        let ids: Vec<&str> =
            self.pipeline.jobs.iter().enumerate().filter(|(number, _)| near(*number)).map(|(_, job)| job.id.as_str()).collect();
        let opaque =
            self.trace.opaque.iter().filter(|unit| unit.pipeline == Some(self.number) && unit.place.path == self.pipeline.path);
        let before = |place: &Place| {
            ids.iter().any(|id| self.text.is_in(id, place.line))
                && (place.line <= at.line || !self.text.is_in(&self.pipeline.jobs[deploy.job].id, place.line))
        };
        if let Some(unit) = opaque.into_iter().find(|unit| before(&unit.place)) {
            return Some(Guard::Unseen(
                unit.why.reason,
                unit.place.clone(),
                format!("what runs before it is not read: {}", unit.why.text),
            ));
        }
        let actions = self.trace.actions.iter().filter(|action| action.pipeline == self.number && near(action.job));
        let named = actions.into_iter().find(|action| action.call.name.to_ascii_lowercase().contains("verif"));
        named.map(|action| {
            let why = format!("the action `{}` is not read; by its name it verifies something", action.call.name);
            Guard::Unseen(Reason::Remote, action.call.place.clone(), why)
        })
    }
}
