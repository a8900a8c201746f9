//! Owns the jobs of one workflow file: what each needs, in which order they are decided, whether each runs under each event.
//! Refuses to look at steps: `outputs` does, for what they hand on.

use std::collections::BTreeMap;

use super::condition::Condition;
use super::draft::{Draft, Files, each_event};
use super::outputs;
use super::reuse::Site;
use super::scope::{Imagined, JobFacts, Scope};
use super::verdict::Verdict;
use crate::doc::{Kind, Value};
use crate::facts::hold::{Hold, HoldEffect};
use crate::text::Place;

/// One job as written.
pub(super) struct JobText<'d> {
    /// Its id.
    pub(super) id: &'d str,
    /// What stands under it.
    pub(super) value: Value<'d>,
    /// Where its id stands.
    pub(super) place: Place,
    needs: Vec<(&'d str, Place)>,
}

/// The jobs of a file, decided.
pub(super) struct Graph<'d> {
    /// In the order of the file.
    pub(super) jobs: Vec<JobText<'d>>,
    numbers: Numbers,
    facts: Vec<JobFacts>,
}

/// The numbers of jobs by their ids in lower case: case makes no difference to `needs`.
type Numbers = BTreeMap<String, usize>;

fn numbered(jobs: &[JobText<'_>]) -> Numbers {
    jobs.iter().enumerate().map(|(number, job)| (job.id.to_ascii_lowercase(), number)).collect()
}

/// Reads the jobs; `None`, with the problems in the draft, when GitHub would refuse the file.
pub(super) fn read<'d>(draft: &mut Draft<'_>, root: Value<'d>) -> Option<(Vec<JobText<'d>>, Vec<usize>)> {
    let Some(jobs) = root.get("jobs").filter(|jobs| jobs.kind() == Kind::Mapping && !jobs.is_empty()) else {
        draft.fatal.push((root.place(), "the workflow has no jobs".to_owned()));
        return None;
    };
    let jobs: Vec<JobText<'d>> =
        jobs.entries().filter_map(|entry| Some(job(entry.name()?, entry.value, entry.key.place()))).collect();
    let numbers = numbered(&jobs);
    let mut edges: Vec<Vec<usize>> = Vec::with_capacity(jobs.len());
    let mut broken = false;
    for job in &jobs {
        let mut own = Vec::new();
        for (id, place) in &job.needs {
            match numbers.get(&id.to_ascii_lowercase()) {
                Some(number) => own.push(*number),
                None => {
                    broken = true;
                    draft.fatal.push((place.clone(), format!("the job `{}` needs `{id}`, and there is no such job", job.id)));
                }
            }
        }
        edges.push(own);
    }
    if broken {
        return None;
    }
    match order(&edges) {
        Ok(order) => Some((jobs, order)),
        Err(number) => {
            let job = &jobs[number];
            draft.fatal.push((job.place.clone(), format!("the job `{}` needs itself, directly or through others", job.id)));
            None
        }
    }
}

fn job<'d>(id: &'d str, value: Value<'d>, place: Place) -> JobText<'d> {
    let needs = value.get("needs");
    let one = needs.and_then(|needs| Some((needs.scalar()?, needs.place())));
    let many = needs.into_iter().flat_map(Value::items).filter_map(|item| Some((item.scalar()?, item.place())));
    JobText { id, value, place, needs: one.into_iter().chain(many).collect() }
}

/// The jobs so that each comes after what it needs; `Err` with one of a cycle.
fn order(edges: &[Vec<usize>]) -> Result<Vec<usize>, usize> {
    let mut waits: Vec<usize> = edges.iter().map(Vec::len).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (job, needs) in edges.iter().enumerate() {
        for need in needs {
            users[*need].push(job);
        }
    }
    let mut ready: Vec<usize> = (0..edges.len()).filter(|job| waits[*job] == 0).collect();
    let mut next = 0;
    while let Some(&job) = ready.get(next) {
        next += 1;
        for user in &users[job] {
            waits[*user] -= 1;
            if waits[*user] == 0 {
                ready.push(*user);
            }
        }
    }
    match waits.iter().position(|waits| *waits > 0) {
        Some(job) => Err(job),
        None => Ok(ready),
    }
}

impl<'d> Graph<'d> {
    /// Decides for every job and event whether it runs, given whether the file itself is started.
    pub(super) fn decide(files: &Files<'_>, draft: &Draft<'_>, site: &Site, read: (Vec<JobText<'d>>, Vec<usize>)) -> Self {
        let (jobs, order) = read;
        let (started, inputs) = (&site.verdicts, &site.inputs);
        let numbers = numbered(&jobs);
        let mut facts: Vec<JobFacts> = vec![JobFacts::default(); jobs.len()];
        for number in order {
            let job = &jobs[number];
            let needs = needed(job, &numbers, &facts);
            let scope = Scope { needs: Some(&needs), ..Scope::new(&files.repository, inputs) };
            let condition = Condition::read(job.value.get("if")).within(&scope);
            let decided = each_event(draft.events, &scope, |event, scope| {
                let own = own_verdict(job, &condition, scope, &needs, event);
                let outer = started.get(event).cloned().unwrap_or_else(Verdict::no);
                let verdict = outer.and(&own);
                let succeeds = needs.values().fold(verdict.clone(), |all, need| match need.succeeds.get(event) {
                    Some(succeeds) => all.and(succeeds),
                    None => all,
                });
                (verdict, succeeds)
            });
            let (outputs, complete) = outputs::of_job(files, job.value, &scope, site);
            let (verdicts, succeeds) = decided.into_iter().unzip();
            facts[number] = JobFacts { outputs, complete, verdicts, succeeds };
        }
        Self { jobs, numbers, facts }
    }

    /// What is known of a job, and of those it needs.
    pub(super) fn facts(&self, number: usize) -> (&JobFacts, BTreeMap<&str, &JobFacts>) {
        let job = &self.jobs[number];
        (&self.facts[number], needed(job, &self.numbers, &self.facts))
    }
}

fn needed<'g>(job: &JobText<'g>, numbers: &Numbers, facts: &'g [JobFacts]) -> BTreeMap<&'g str, &'g JobFacts> {
    job.needs.iter().filter_map(|(id, _)| Some((*id, facts.get(*numbers.get(&id.to_ascii_lowercase())?)?))).collect()
}

/// A job runs when its condition holds and, unless the condition asks for their outcome itself, all it needs succeeded.
fn own_verdict(
    job: &JobText<'_>,
    condition: &Condition,
    scope: &Scope<'_>,
    needs: &BTreeMap<&str, &JobFacts>,
    event: usize,
) -> Verdict {
    let before = needs.values().fold(Verdict::yes(), |all, need| match need.succeeds.get(event) {
        Some(succeeds) => all.and(succeeds),
        None => all,
    });
    let plain = before.answer.is_yes() && before.holds.is_empty() && before.paths.is_empty();
    let all_well = if condition.is_written() { condition.judge(scope) } else { Verdict::yes() };
    if plain {
        return all_well;
    }
    let unwell = Scope { imagined: Imagined { unsuccessful: true, ..scope.imagined.clone() }, ..scope.clone() };
    let regardless = if condition.is_written() { condition.judge(&unwell) } else { Verdict::no() };
    let mut verdict = match (before.answer.is_no(), regardless.answer.is_yes()) {
        // Its own condition may hold: what it needs is what keeps it from running.
        (true, _) if regardless.answer.is_no() && !all_well.answer.is_no() => {
            let skipped =
                |id: &str| needs.get(id).and_then(|need| need.succeeds.get(event)).is_some_and(|one| one.answer.is_no());
            let kept = |id: &str, place: &Place| {
                let hold = Hold::new(HoldEffect::Void, place.clone(), format!("the job `{id}`, which it needs, does not run"));
                Verdict::kept_by(hold.mended(format!("let the job `{id}` run, or take it out of `needs`")))
            };
            job.needs.iter().find(|(id, _)| skipped(id)).map_or(regardless, |(id, place)| kept(id, place))
        }
        (true, _) => regardless,
        (false, true) => all_well,
        (false, false) => all_well.behind(&before),
    };
    // A job that certainly does not run has nothing to add: that it is skipped is all that the condition sees of it.
    if condition.asks_needs() && !verdict.answer.is_no() && !before.answer.is_no() {
        let narrowing = Verdict { answer: crate::answer::Answer::Yes(()), ..before };
        verdict = verdict.behind(&narrowing);
    }
    verdict
}
