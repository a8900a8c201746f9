//! Owns the jobs that deploy: by which events they start, and whether something verified the tag before, so that its failure stops them.
//! Refuses to say whether that is enough: the rule does. Only workflows of GitHub are read for it.

pub(super) mod arguments;
mod assigned;
mod brought;
mod called;
mod deployed;
mod despite;
mod early;
mod environment;
mod foreign;
mod meaning;
mod named;
mod plain;
mod said;
mod site;
mod skipped;
mod spelled;
mod tree;
mod unlisted;
mod verifier;
mod written;

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use despite::Between;
use meaning::Meaning;
pub(super) use plain::odd_inside;
use site::Site;
use tree::Held;
use written::Written;

use super::ci::fetches_the_tree;
use super::hold::{Hold, Remedy};
use super::pipeline::{Pipeline, Start, Trigger};
use super::runners::World;
use super::trace::{self, ReleaseStep, Trace};
use crate::answer::Reason;
use crate::catalog::releasing::Verifies;
use crate::doc::Value;
use crate::snapshot::Snapshot;
use crate::terms::Terms;
use crate::text::Place;

/// Steps looked at for all deployments of a repository: each is held against each verification.
const MOST_WORK: usize = 4_000_000;

/// Why no more is looked at beyond that.
const TOO_MUCH: &str = "there are too many verifications and deployments to hold each against each";

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
    /// Which tags start it, as patterns of the workflow.
    pub tags: Vec<String>,
    /// Its environment, where its name is written out.
    pub environment: Option<String>,
}

/// What stands before a deployment.
#[derive(Clone, Debug)]
pub enum Guard {
    /// A verification whose failure stops it.
    Stands {
        /// Where.
        place: Place,
        /// Of what.
        what: Verifies,
        /// What people call it.
        title: &'static str,
        /// It is about the event's own reference: the run is that tag's, and so is its workflow, whatever event it is.
        own: bool,
    },
    /// One that does not: a stable code, where, and a clause.
    Fails(&'static str, Place, String),
    /// Something that cannot be read may be one.
    Unseen(Reason, Place, String),
    /// The job is a workflow of another repository: whether it deploys at all, and verifies before, is there.
    Remote,
    /// The job tells another system to deploy, which may verify the tag itself.
    HandedOn,
    /// There are more steps than are looked at, so that a deployment, or what changes it, may be among the others: from where on.
    TooMany(Place),
    /// Nothing.
    None,
}

impl Guard {
    fn weight(&self) -> u8 {
        match self {
            Self::Stands { .. } => 3,
            Self::Unseen(..) | Self::Remote | Self::HandedOn | Self::TooMany(_) => 2,
            Self::Fails(..) => 1,
            Self::None => 0,
        }
    }
}

/// All jobs that deploy to more than a preview, in the order of files and jobs.
#[must_use]
pub fn gather(world: &World<'_>, terms: &Terms, pipelines: &[Pipeline], trace: &Trace) -> Vec<DeployJob> {
    let snapshot = world.snapshot;
    let mut found: Vec<DeployJob> = Vec::new();
    let work = Cell::new(0);
    for (number, pipeline) in pipelines.iter().enumerate() {
        let mut own: Vec<&ReleaseStep> = trace.releasing.iter().filter(|step| step.pipeline == number).collect();
        // Where one verifies and one deploys, everything between them counts.
        let both = own.iter().any(|step| step.row.what.is_none())
            && own.iter().any(|step| step.row.what.is_some_and(Verifies::verifies));
        let close = both.then(|| trace::closely(number, pipelines, world, terms));
        let whole = close.as_ref().is_none_or(|close| close.as_ref().is_some_and(|close| close.releasing_left_out.is_none()));
        if let Some(Some(close)) = &close {
            own = close.releasing.iter().collect();
        }
        let deploys = own.iter().filter(|step| step.row.what.is_none());
        let Some(text) = deploys.clone().next().and_then(|_| Written::read(snapshot, &pipeline.path)).map(Rc::new) else {
            continue;
        };
        let numbers: HashMap<*const ReleaseStep, usize> =
            own.iter().enumerate().map(|(at, step)| (std::ptr::from_ref(*step), at + 1)).collect();
        for step in deploys {
            let (Some(job), Some(hop)) = (pipeline.jobs.get(step.job), step.chain.last()) else { continue };
            if text.is_preview(&job.id) {
                continue;
            }
            let reading = Reading { snapshot, pipeline, own: &own, numbers: &numbers, work: &work, trace, number, text: &text };
            if reading.starts(step).is_empty() {
                continue;
            }
            let guard = if whole { reading.guard(step) } else { Guard::TooMany(hop.place.clone()) };
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
            let (tags, environment) = (text.tag_patterns(), text.environment(&job.id));
            let (what, place) = (step.row.title.clone(), hop.place.clone());
            found.push(DeployJob { subject, what, place, triggers, on_tags, guard, tags, environment });
        }
    }
    if let Some(beyond) = &trace.releasing_left_out {
        let Some(pipeline) = pipelines.get(beyond.pipeline) else { return found };
        // Which jobs those deploy in is not known, nor what they do to what the others deploy.
        for job in found.iter_mut().filter(|job| !matches!(job.guard, Guard::Fails(..))) {
            job.guard = Guard::TooMany(beyond.place.clone());
        }
        let id = pipeline.jobs.get(beyond.job).map_or("", |job| job.id.as_str());
        let (subject, what, place) = (format!("{}#{id}", pipeline.path), "not all is looked at".to_owned(), beyond.place.clone());
        if !found.iter().any(|known| known.subject == subject) {
            let guard = Guard::TooMany(place.clone());
            let (triggers, tags) = (BTreeSet::new(), Vec::new());
            found.push(DeployJob { subject, what, place, triggers, on_tags: false, guard, tags, environment: None });
        }
    }
    foreign::put_beside(&mut found, snapshot, pipelines);
    called::put_beside(&mut found, snapshot, pipelines, trace);
    environment::put_beside(&mut found, snapshot, pipelines, trace);
    found.sort_by_key(|job| pipelines.iter().position(|pipeline| job.place.path == pipeline.path));
    found
}

/// The hop of the chain that lies in the workflow itself: its step.
fn step_place(step: &ReleaseStep, pipeline: &Pipeline) -> Place {
    let own = step.chain.iter().skip(1).find(|hop| hop.place.path == pipeline.path);
    own.or(step.chain.last()).map_or_else(|| Place::file(pipeline.path.clone()), |hop| hop.place.clone())
}

/// The hop of the chain that is the step itself: in the workflow, or in the one that it calls.
fn own_place(step: &ReleaseStep) -> Place {
    let is_workflow = |place: &Place| place.path.as_str().starts_with(".github/workflows/");
    let own = step.chain.iter().skip(1).rev().find(|hop| is_workflow(&hop.place));
    own.or(step.chain.last()).map_or_else(|| Place::file(crate::text::RepoPath::root()), |hop| hop.place.clone())
}

struct Reading<'a> {
    snapshot: &'a Snapshot,
    pipeline: &'a Pipeline,
    own: &'a [&'a ReleaseStep],
    /// The number of each in the order of the walk, from 1 on.
    numbers: &'a HashMap<*const ReleaseStep, usize>,
    /// Steps that were looked at for all deployments.
    work: &'a Cell<usize>,
    trace: &'a Trace,
    number: usize,
    text: &'a Rc<Written>,
}

impl Reading<'_> {
    fn triggers(&self, step: &ReleaseStep) -> BTreeSet<Trigger> {
        self.starts(step).iter().filter_map(|start| self.pipeline.events.get(start.event)).map(|event| event.trigger).collect()
    }

    /// Takes steps of the work that is done for all deployments; `false` when none are left.
    fn spends(&self, steps: usize) -> bool {
        self.work.set(self.work.get().saturating_add(steps));
        self.work.get() <= MOST_WORK
    }

    /// A job as it is written.
    fn site(&self, job: usize) -> Option<Site> {
        Site::find(self.snapshot, Rc::clone(self.text), &self.pipeline.jobs.get(job)?.id)
    }

    /// The jobs that a job needs, directly or through others.
    fn needed(&self, job: usize) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        let mut pending = vec![job];
        while let Some(at) = pending.pop() {
            let needs = self.needs(at);
            for (number, other) in self.pipeline.jobs.iter().enumerate() {
                // A job that calls a workflow is all jobs of it.
                let own = |id: &str| other.id.get(..id.len()).is_some_and(|start| start.eq_ignore_ascii_case(id));
                let is = |id: &String| own(id) && (other.id.len() == id.len() || other.id[id.len()..].starts_with('/'));
                if needs.iter().any(is) && all.insert(number) {
                    pending.push(number);
                }
            }
        }
        all
    }

    /// What a job needs itself, and what those need that call its workflow.
    fn needs(&self, job: usize) -> Vec<String> {
        let Some(job) = self.pipeline.jobs.get(job) else { return Vec::new() };
        let mut all = job.needs.clone();
        for (end, _) in job.id.match_indices('/') {
            let caller = job.id.get(..end).unwrap_or_default();
            let around = caller.rsplit_once('/').map_or(String::new(), |(around, _)| format!("{around}/"));
            let site = Site::find(self.snapshot, Rc::clone(self.text), caller);
            let needs = site.as_ref().and_then(Site::value).and_then(|value| value.get("needs"));
            let names =
                needs.into_iter().flat_map(|needs| needs.scalar().into_iter().chain(needs.items().filter_map(Value::scalar)));
            all.extend(names.map(|name| format!("{around}{name}")));
        }
        all
    }

    /// What stands before a deployment: the least of all events that start it; where tags do, of those.
    fn guard(&self, deploy: &ReleaseStep) -> Guard {
        let needed = self.needed(deploy.job);
        let at = (own_place(deploy).line, self.number_of(deploy));
        let before = |step: &&&ReleaseStep| {
            let same_job = step.job == deploy.job && (own_place(step).line, self.number_of(step)) <= at;
            step.row.what.is_some_and(Verifies::verifies) && (same_job || needed.contains(&step.job))
        };
        let verifies: Vec<&&ReleaseStep> = self.own.iter().filter(before).collect();
        if verifies.is_empty() {
            let none = if deploy.row.hands_on { Guard::HandedOn } else { Guard::None };
            return self.unseen(deploy, &needed).unwrap_or(none);
        }
        let (mut of_tags, mut of_others) = (Vec::new(), Vec::new());
        for start in &self.starts(deploy) {
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
            (Guard::Stands { place, .. }, Some((name, _))) => {
                let why = format!("`{name}` starts it, too, and then the verification does not stop it");
                Guard::Unseen(Reason::Unsupported, place, why)
            }
            (guard, _) => guard,
        }
    }

    /// Whether one verification stops a deployment that one event starts.
    fn one(&self, verify: &ReleaseStep, deploy: &ReleaseStep, under: &Start) -> Guard {
        let place = verify.chain.last().map_or_else(|| Place::file(self.pipeline.path.clone()), |hop| hop.place.clone());
        let own = own_place(verify);
        if !self.spends(self.own.len() + self.pipeline.jobs.len()) {
            return Guard::Unseen(Reason::Unsupported, own, TOO_MUCH.to_owned());
        }
        let start = verify.starts.iter().find(|start| start.event == under.event);
        if start.is_none_or(|start| start.answer.is_no()) {
            let event = self.pipeline.events.get(under.event).map_or("", |event| event.name.as_str());
            return Guard::Fails("not-started", own, format!("it does not run on `{event}`, and the deployment does"));
        }
        let (Some(site), Some(deploys_in)) = (self.site(verify.job), self.site(deploy.job)) else {
            let why = "the job that verifies, or the one that deploys, is not read as it is written".to_owned();
            return Guard::Unseen(Reason::Unreadable, own, why);
        };
        let Some(event) = self.pipeline.events.get(under.event) else { return Guard::None };
        let (line, deploys_at) = (own.line, own_place(deploy).line);
        let between = Between { verify, line, site: &site, deploys_in: &deploys_in, deploys_at, event, asked: Cell::default() };
        // That a condition leaves it out is asked of the condition itself; what a checkout brings is another question than what becomes of a failure.
        let of_checkout = |place: &Place| {
            let step = site.text.step(&site.job, place.line).filter(|_| place.path == *site.text.path());
            step.and_then(|step| step.get("uses")).and_then(Value::scalar).is_some_and(fetches_the_tree)
        };
        let other = |hold: &&Hold| hold.remedy == Remedy::Condition || of_checkout(&hold.place);
        let holds = verify.holds.iter().chain(start.iter().flat_map(|start| &start.holds)).filter(|hold| !other(hold));
        let holds: Vec<&Hold> = holds.collect();
        if let Some(guard) = self.lost(&between, &holds).or_else(|| self.despite(&between)) {
            return guard;
        }
        let trigger = self.pipeline.events.get(under.event).map(|event| event.trigger);
        let of_tag = matches!(trigger, Some(Trigger::Tag | Trigger::Release));
        let named = match self.argument(verify, &own, &site, of_tag) {
            Ok(named) => named,
            Err(guard) => return *guard,
        };
        let of_tag = of_tag || named.as_ref().is_some_and(Meaning::is_event);
        let held =
            Held { verify, site: &site, at: own.clone(), named: named.as_ref(), of_tag, silent: self.silent(verify, &site) };
        if verify.row.what != Some(Verifies::Artefact)
            && let Some(guard) = self.tree(&held, deploy)
        {
            return held.of_silent(guard);
        }
        if let Some(guard) = self.another_tag(&held, deploy, &deploys_in).or_else(|| self.made_of(&held, deploy)) {
            return held.of_silent(guard);
        }
        if let Some(why) = verify.doubts.first() {
            return Guard::Unseen(why.reason, why.place.clone().unwrap_or(place), why.text.clone());
        }
        if let Some(guard) = self.may_be_lost(&between, &holds) {
            return guard;
        }
        if let Some(guard) =
            self.other_repository(&held).or_else(|| self.other_judge(&held)).or_else(|| self.other_program(&held))
        {
            return guard;
        }
        if let Some(guard) = self.keys_of_the_tag(&held).or_else(|| self.unlisted(&held, deploy, under)) {
            return guard;
        }
        if let Some(why) = verify.conditions.first().cloned() {
            return Guard::Unseen(
                why.reason,
                why.place.clone().unwrap_or(place),
                format!("whether it runs cannot be read: {}", why.text),
            );
        }
        let what = match verify.row.what.unwrap_or(Verifies::Tag) {
            Verifies::Keyring if self.brought_keys(verify).next().is_some() => Verifies::Tag,
            what => what,
        };
        let own = named.as_ref().is_some_and(Meaning::is_event);
        Guard::Stands { place, what, title: verify.row.title.as_str(), own }
    }

    /// What the job brought into its keyring before: those keys count, and a runner has no others.
    fn brought_keys<'s>(&'s self, verify: &'s ReleaseStep) -> impl Iterator<Item = &'s ReleaseStep> {
        let until = self.order(verify);
        let brings = move |step: &&ReleaseStep| {
            step.row.what == Some(Verifies::Keys) && step.job == verify.job && self.order(step) < until
        };
        self.own.iter().copied().filter(brings)
    }
}
