//! Owns the jobs that deploy: by which events they start, and whether something verified the tag before, so that its failure stops them.
//! Refuses to say whether that is enough: the rule does. Only workflows of GitHub are read for it.

use std::collections::BTreeSet;

use super::hold::HoldEffect;
use super::pipeline::{Pipeline, Trigger};
use super::trace::{ReleaseStep, Trace};
use crate::answer::{Answer, Reason};
use crate::catalog::Catalog;
use crate::catalog::releasing::Verifies;
use crate::doc::{Document, Format, Value};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath, SourceFile};

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

    /// The best of all verifications that come before a deployment.
    fn guard(&self, deploy: &ReleaseStep) -> Guard {
        let needed = self.needed(deploy.job);
        let at = step_place(deploy, self.pipeline);
        let before = |step: &&&ReleaseStep| {
            let same_job = step.job == deploy.job && step_place(step, self.pipeline).line <= at.line;
            step.row.what.is_some() && (same_job || needed.contains(&step.job))
        };
        let best = self.own.iter().filter(before).map(|verify| self.one(verify, deploy)).max_by_key(Guard::weight);
        match best {
            Some(guard) => guard,
            None => self.unseen(deploy, &needed).unwrap_or(Guard::None),
        }
    }

    /// Whether one verification stops a deployment.
    fn one(&self, verify: &ReleaseStep, deploy: &ReleaseStep) -> Guard {
        let place = verify.chain.last().map_or_else(|| Place::file(self.pipeline.path.clone()), |hop| hop.place.clone());
        let own = step_place(verify, self.pipeline);
        let losing = |effect: HoldEffect| matches!(effect, HoldEffect::Void | HoldEffect::Soften);
        let under = deploy.starts.iter().filter(|start| !start.answer.is_no()).map(|start| start.event);
        let under: BTreeSet<usize> = under.collect();
        let of_event = verify.starts.iter().filter(|start| under.contains(&start.event));
        let mut holds = verify.holds.iter().chain(of_event.clone().flat_map(|start| &start.holds));
        if let Some(hold) = holds.find(|hold| losing(hold.effect)) {
            return Guard::Fails("lost", hold.place.clone(), format!("its failure is lost: {}", hold.why));
        }
        if let Some(start) = of_event.clone().find(|start| start.answer.is_no()) {
            let event = self.pipeline.events.get(start.event).map_or("", |event| event.name.as_str());
            return Guard::Fails("not-started", own, format!("it does not run on `{event}`, and the deployment does"));
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
            && let Some(place) = self.text.checks_out_again(&deploys_in, after, at.line, verify.job == deploy.job)
        {
            let why = "the tag is fetched again after it was verified, and may have moved since".to_owned();
            return Guard::Fails("fetched-again", place, why);
        }
        let doubt = verify
            .conditions
            .first()
            .or(of_event.filter_map(|start| if let Answer::Unknown(why) = &start.answer { Some(why) } else { None }).next());
        if let Some(why) = doubt.filter(|_| self.triggers(deploy) != self.triggers(verify) || !verify.conditions.is_empty()) {
            return Guard::Unseen(
                why.reason,
                why.place.clone().unwrap_or(place),
                format!("whether it runs cannot be read: {}", why.text),
            );
        }
        let what = verify.row.what.unwrap_or(Verifies::Tag);
        Guard::Stands(place, what, verify.row.title.as_str())
    }

    /// What is wrong with the name that is verified; `None`: it is the event's own.
    fn argument(&self, verify: &ReleaseStep, own: &Place, job: &str) -> Option<Guard> {
        if !verify.row.argument {
            return None;
        }
        let mut skip = false;
        let mut names = Vec::new();
        for word in &verify.args {
            let shape = word.shape();
            if std::mem::take(&mut skip) {
                continue;
            }
            if shape.starts_with('-') && shape != "-" {
                skip = verify.row.value_flags.iter().any(|flag| *flag == *shape);
                if shape == "--all" {
                    return None;
                }
                continue;
            }
            names.push(word);
        }
        let name = names.first()?;
        if let Some(value) = &name.value {
            let why = format!("it verifies `{value}`, whatever tag is deployed");
            return Some(Guard::Fails("literal", name.place.clone(), why));
        }
        if self.text.names_the_tag(job, own, &name.raw) {
            return None;
        }
        Some(Guard::Unseen(Reason::Dynamic, name.place.clone(), "which tag it verifies cannot be read".to_owned()))
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

/// The workflow as it is written: conditions, environments, checkouts, for which the model of pipelines has no words.
struct Written {
    document: std::sync::Arc<Document>,
    file: std::sync::Arc<SourceFile>,
}

impl Written {
    fn read(snapshot: &Snapshot, path: &RepoPath) -> Option<Self> {
        let document = snapshot.peek_document(path, Format::Yaml).ok()?;
        Some(Self { document, file: snapshot.peek(path).ok()? })
    }

    fn jobs(&self) -> impl Iterator<Item = (&str, Value<'_>, usize)> {
        let jobs = self.document.root().get("jobs");
        jobs.into_iter().flat_map(Value::entries).filter_map(|entry| Some((entry.name()?, entry.value, entry.key.place().line)))
    }

    /// A job by its id; of a called workflow's jobs the caller's.
    fn job(&self, id: &str) -> Option<Value<'_>> {
        let own = id.split('/').next().unwrap_or(id);
        self.jobs().find(|(name, ..)| name.eq_ignore_ascii_case(own)).map(|(_, value, _)| value)
    }

    /// The job that calls a workflow at this line.
    fn calls_at(&self, line: usize) -> Option<String> {
        let calls = |job: Value<'_>| job.get("uses").is_some_and(|uses| uses.place().line == line);
        self.jobs().find(|(_, job, _)| calls(*job)).map(|(id, ..)| id.to_owned())
    }

    fn is_in(&self, id: &str, line: usize) -> bool {
        let mut starts: Vec<(usize, &str)> = self.jobs().map(|(name, _, line)| (line, name)).collect();
        starts.sort_unstable();
        starts.iter().rev().find(|(start, _)| *start <= line).is_some_and(|(_, name)| name.eq_ignore_ascii_case(id))
    }

    /// The step of a job that holds a line.
    fn step(&self, id: &str, line: usize) -> Option<Value<'_>> {
        let steps = self.job(id)?.get("steps")?;
        steps.items().filter(|step| step.place().line <= line).last()
    }

    fn is_preview(&self, id: &str) -> bool {
        let environment = self.job(id).and_then(|job| job.get("environment"));
        let name = environment.and_then(|value| value.scalar().or_else(|| value.get("name")?.scalar()));
        let Some(name) = name.map(str::to_ascii_lowercase) else { return false };
        let first = name.split(['-', '_', '/', ' ']).next().unwrap_or(&name);
        Catalog::builtin().releasing.preview.iter().any(|known| known == first)
    }

    /// A condition of the job or of the step asks for a tag or a release.
    fn asks_for_tags(&self, id: &str, step: &Place) -> bool {
        let job = self.job(id).and_then(|job| job.get("if"));
        let own = self.step(id, step.line).and_then(|step| step.get("if"));
        let asks = |text: &str| ["refs/tags/", "ref_type", "event.release", "'release'"].iter().any(|word| text.contains(word));
        job.into_iter().chain(own).filter_map(Value::scalar).any(asks)
    }

    /// The condition by which the deployment goes on although an earlier job, or an earlier step of its job, failed.
    fn goes_on(&self, verifies_in: &str, deploys_in: &str, step: &Place) -> Option<Place> {
        let of_job = self.job(deploys_in).and_then(|job| job.get("if")).filter(|_| verifies_in != deploys_in);
        let of_step = self.step(deploys_in, step.line).and_then(|step| step.get("if")).filter(|_| verifies_in == deploys_in);
        let goes_on = |text: &str| {
            let text = text.to_ascii_lowercase();
            ["always()", "failure()", "cancelled()"].iter().any(|status| text.contains(status))
        };
        of_job.into_iter().chain(of_step).find(|value| value.scalar().is_some_and(goes_on)).map(Value::place)
    }

    /// A checkout between two lines of the deploying job that does not take the verified commit.
    fn checks_out_again(&self, id: &str, after: usize, until: usize, same_job: bool) -> Option<Place> {
        let steps = self.job(id)?.get("steps")?;
        for step in steps.items() {
            let Some(uses) = step.get("uses").filter(|uses| uses.scalar().is_some_and(super::ci::fetches_the_tree)) else {
                continue;
            };
            let line = step.place().line;
            if line > until || (same_job && line <= after) {
                continue;
            }
            let reference = step.route(&["with", "ref"]).and_then(Value::scalar).unwrap_or_default();
            let other = step.route(&["with", "repository"]).is_some();
            let pinned = reference.contains(".outputs.") || reference.contains("github.sha") || reference.contains("GITHUB_SHA");
            if !other && !pinned {
                return Some(uses.place());
            }
        }
        None
    }

    /// The step, or a variable that the word names, says the tag of the event.
    fn names_the_tag(&self, id: &str, step: &Place, raw: &str) -> bool {
        let words = &Catalog::builtin().releasing.event_tags;
        let says = |text: &str| words.iter().any(|word| text.contains(word.as_str()));
        let own = self.step(id, step.line);
        let script = own.and_then(|step| step.get("run")).and_then(Value::scalar);
        if says(self.file.line_text(step.line)) || script.is_some_and(says) {
            return true;
        }
        let holders = [own, self.job(id), Some(self.document.root())];
        let named = |name: &str| raw.contains(name);
        let variables = holders.into_iter().flatten().filter_map(|holder| holder.get("env")).flat_map(Value::entries);
        let mut variables = variables.filter(|entry| entry.name().is_some_and(named));
        variables.any(|entry| entry.value.scalar().is_some_and(says))
    }
}
