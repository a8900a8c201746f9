//! Owns whether the step of a verification may be left out while its job goes on, and whether something deploys only where that has not gone
//! well. Refuses to say what follows.

use super::despite::{Between, of_event};
use super::site::Site;
use super::{Reading, own_place};
use crate::answer::Answer;
use crate::doc::{Format, Value};
use crate::facts::ci::{Past, Said, asks_status, holds_wherever, never_holds};
use crate::facts::pipeline::{Event, Start};
use crate::facts::trace::ReleaseStep;
use crate::text::Place;

/// Asks in a run of the event in which all went well until then.
fn well<T>(event: &Event, ask: impl FnOnce(&Past<'_>) -> T) -> T {
    let says = |root: &str, names: &[&str]| of_event(event, root, names);
    ask(&Past { success: true, failure: false, cancelled: false, says: &says })
}

impl Reading<'_> {
    /// Where it is written that the verification is left out in some run in which the deployment need not be.
    pub(super) fn left_out(&self, between: &Between<'_>) -> Option<Place> {
        let wherever = |condition: Value<'_>, others: &[Value<'_>], same_job: bool| {
            well(between.event, |past| holds_wherever(condition, others, past, same_job))
        };
        let site = between.site;
        let step = site.text.step(&site.job, between.line).and_then(|step| step.get("if"));
        if let Some(condition) = step.filter(|condition| !wherever(*condition, &between.conditions(), between.same_job())) {
            return Some(condition.place());
        }
        self.inner_condition(between).or_else(|| self.of_called(between))
    }

    /// A condition of a step of an action of the tree, in which the verification is.
    fn inner_condition(&self, between: &Between<'_>) -> Option<Place> {
        between.verify.chain.iter().find_map(|hop| {
            let path = &hop.place.path;
            if !matches!(path.file_name(), "action.yml" | "action.yaml") {
                return None;
            }
            // What cannot be read may have one.
            let Ok(document) = self.snapshot.peek_document(path, Format::Yaml) else { return Some(hop.place.clone()) };
            let steps = document.root().route(&["runs", "steps"]);
            let step = steps.and_then(|steps| steps.items().filter(|step| step.place().line <= hop.place.line).last());
            let Some(step) = step else { return Some(hop.place.clone()) };
            let condition = step.get("if")?;
            let surely = well(between.event, |past| holds_wherever(condition, &[], past, false));
            (!surely).then(|| condition.place())
        })
    }

    /// A condition of a job of a workflow that is called, in which the verification is and the deployment is not: the call succeeds without
    /// a job that is left out.
    fn of_called(&self, between: &Between<'_>) -> Option<Place> {
        let mut at = Some(between.site);
        while let Some(site) = at.filter(|site| site.caller.is_some() && !between.deploys_in.is_beside(site)) {
            let (mut pending, mut seen) = (vec![site.job.clone()], Vec::new());
            while let Some(job) = pending.pop().filter(|job| !seen.contains(job)) {
                let value = site.text.job(&job);
                if let Some(condition) = value.and_then(|value| value.get("if"))
                    && !well(between.event, |past| holds_wherever(condition, &[], past, false))
                {
                    return Some(condition.place());
                }
                let needs = value.and_then(|value| value.get("needs"));
                pending.extend(
                    needs
                        .into_iter()
                        .flat_map(|needs| needs.scalar().into_iter().chain(needs.items().filter_map(Value::scalar)))
                        .map(str::to_owned),
                );
                seen.push(job);
            }
            at = site.caller.as_deref();
        }
        None
    }

    /// The events that start it, as far as is known; where all goes well none may, and some where something before it fails.
    pub(super) fn starts(&self, step: &ReleaseStep) -> Vec<Start> {
        let usual: Vec<Start> = step.starts.iter().filter(|start| !start.answer.is_no()).cloned().collect();
        let Some(site) = self.site(step.job).filter(|_| usual.is_empty()) else { return usual };
        let otherwise = |start: &&Start| {
            self.pipeline.events.get(start.event).is_some_and(|event| runs_where_it_fails(&site, own_place(step).line, event))
        };
        step.starts
            .iter()
            .filter(otherwise)
            .map(|start| Start { answer: Answer::Yes(()), holds: Vec::new(), ..start.clone() })
            .collect()
    }
}

/// A condition asks how what is before it ended, and none keeps it from running where that was not well.
fn runs_where_it_fails(site: &Site, line: usize, event: &Event) -> bool {
    let jobs = std::iter::successors(Some(site), |site| site.caller.as_deref()).filter_map(Site::value);
    let step = site.text.step(&site.job, line);
    let conditions: Vec<Value<'_>> = step.into_iter().chain(jobs).filter_map(|of| of.get("if")).collect();
    let says = |root: &str, names: &[&str]| match root {
        "needs" | "steps" => Said::Tied,
        _ => of_event(event, root, names),
    };
    let ways = [(false, true, false), (false, false, true), (true, false, false)];
    let may = |condition: &Value<'_>| {
        let asks = asks_status(Some(*condition));
        ways.into_iter().filter(|(well, ..)| asks || *well).any(|(success, failure, cancelled)| {
            !never_holds(Some(*condition), &Past { success, failure, cancelled, says: &says })
        })
    };
    conditions.iter().any(|condition| asks_status(Some(*condition))) && conditions.iter().all(may)
}
