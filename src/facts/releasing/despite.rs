//! Owns whether a deployment goes on although the verification before it did not succeed: asked of the conditions, in every way in which
//! that may come about. Refuses to find out whether a failure is lost: the holds say so.

use std::cell::Cell;
use std::rc::Rc;

use super::meaning::{Follows, Meaning, Printed};
use super::site::Site;
use super::{Guard, Reading, own_place};
use crate::answer::Reason;
use crate::doc::Value;
use crate::facts::ci::{Past, Runs, Said, runs_despite};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::{Event, Trigger};
use crate::facts::trace::ReleaseStep;
use crate::text::Place;

/// What came of the verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    /// It failed.
    Failed,
    /// It failed, and its step or job counts as successful.
    Lost,
    /// It was cancelled.
    Cancelled,
    /// Its job was left out; and something before that failed.
    LeftOut {
        /// Whether it did.
        failed: bool,
    },
    /// Its step was left out, and its job goes on.
    Passed,
    /// A step before it failed, so that it was left out.
    Before,
}

impl Came {
    fn result(self) -> &'static str {
        match self {
            Self::Failed | Self::Before => "failure",
            Self::Lost | Self::Passed => "success",
            Self::Cancelled => "cancelled",
            Self::LeftOut { .. } => "skipped",
        }
    }

    /// The result of its step.
    fn outcome(self) -> &'static str {
        if matches!(self, Self::Passed | Self::Before) { "skipped" } else { self.result() }
    }

    /// What `verified` says then: `false` where the verification comes to its end, and nothing where it does not.
    fn verified(self) -> &'static [&'static str] {
        if matches!(self, Self::Failed | Self::Lost | Self::Cancelled) { &["false", ""] } else { &[""] }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Failed | Self::Lost => "failed",
            Self::Cancelled => "was cancelled",
            Self::LeftOut { .. } | Self::Passed | Self::Before => "was left out",
        }
    }
}

/// Whether the deployment goes on.
enum GoesOn {
    /// It does not.
    No,
    /// It does, by this condition; `None`: by none at all.
    Yes(Option<Place>),
    /// That cannot be told: where, and a clause.
    Unknown(Place, String),
}

/// Conditions of other jobs that are asked for one.
const MOST_ASKED: usize = 64;

/// A verification and the job that deploys, at the workflow in which both are.
pub(super) struct Between<'a> {
    pub(super) verify: &'a ReleaseStep,
    /// The line of its step.
    pub(super) line: usize,
    pub(super) site: &'a Site,
    /// The job that deploys.
    pub(super) deploys_in: &'a Site,
    /// The line of the step that deploys.
    pub(super) deploys_at: usize,
    /// The event that starts it.
    pub(super) event: &'a Event,
    /// How many conditions of other jobs were asked for one.
    pub(super) asked: Cell<usize>,
}

impl Between<'_> {
    pub(super) fn same_job(&self) -> bool {
        self.site.is(self.deploys_in)
    }

    /// The deploying job, or the one that calls it, in the workflow that has the verification as well: what is within it never starts
    /// where it does not.
    fn beside(&self) -> &Site {
        let mut at = self.deploys_in;
        while let Some(caller) = at.caller.as_deref().filter(|caller| !self.site.is_in(caller)) {
            at = caller;
        }
        at
    }

    /// The job that verifies, or the one that calls it, beside that one.
    fn verifying(&self) -> Option<&Site> {
        let beside = self.beside();
        std::iter::successors(Some(self.site), |site| site.caller.as_deref()).find(|site| site.text.path() == beside.text.path())
    }

    /// Its job may be left out although the deployment is not.
    fn may_be_left_out(&self) -> bool {
        let written = |site: &Site| site.value().is_some_and(|job| job.get("if").is_some() || job.get("needs").is_some());
        !self.same_job() && self.verifying().is_none_or(written)
    }

    /// The conditions by which the deployment runs.
    pub(super) fn conditions(&self) -> Vec<Value<'_>> {
        let step = self.deploys_in.text.step(&self.deploys_in.job, self.deploys_at);
        let jobs = std::iter::successors(Some(self.deploys_in), |site| site.caller.as_deref()).filter_map(Site::value);
        step.into_iter().chain(jobs).filter_map(|of| of.get("if")).collect()
    }
}

impl Reading<'_> {
    /// Its failure is lost, and nothing else keeps the deployment from going on.
    pub(super) fn lost(&self, between: &Between<'_>, holds: &[&Hold]) -> Option<Guard> {
        let fails = |hold: &Hold| Some(Guard::Fails("lost", hold.place.clone(), format!("its failure is lost: {}", hold.why)));
        if let Some(hold) = holds.iter().find(|hold| hold.effect == HoldEffect::Void) {
            return fails(hold);
        }
        let hold = holds.iter().find(|hold| hold.effect == HoldEffect::Soften)?;
        match self.goes_on(between, Came::Lost) {
            GoesOn::No => None,
            GoesOn::Yes(_) => fails(hold),
            GoesOn::Unknown(place, why) => {
                let why =
                    format!("its failure is lost ({}), and whether the deployment goes on then cannot be told: {why}", hold.why);
                Some(Guard::Unseen(Reason::Dynamic, place, why))
            }
        }
    }

    /// The same, where it cannot be told whether it is lost.
    pub(super) fn may_be_lost(&self, between: &Between<'_>, holds: &[&Hold]) -> Option<Guard> {
        let unknown = |hold: &&Hold| match hold.effect {
            HoldEffect::Unknown(reason) if !hold.of_machine => Some((reason, hold.place.clone(), hold.why.clone())),
            _ => None,
        };
        let (reason, place, why) = holds.iter().copied().find_map(|hold| unknown(&hold))?;
        let held = matches!(self.goes_on(between, Came::Lost), GoesOn::No);
        (!held).then(|| Guard::Unseen(reason, place, format!("whether its failure is lost cannot be read: {why}")))
    }

    /// The deployment goes on although the verification failed, or never ended.
    pub(super) fn despite(&self, between: &Between<'_>) -> Option<Guard> {
        let unseen = |place: Option<Place>, why: String| {
            Some(Guard::Unseen(Reason::Dynamic, place.unwrap_or_else(|| own_place(between.verify)), why))
        };
        match self.goes_on(between, Came::Failed) {
            GoesOn::No => {}
            GoesOn::Yes(place) => {
                let why = "the deployment goes on although the verification failed".to_owned();
                return Some(Guard::Fails("despite", place.unwrap_or_else(|| own_place(between.verify)), why));
            }
            GoesOn::Unknown(place, why) => {
                return unseen(
                    Some(place),
                    format!("whether the deployment goes on when the verification failed cannot be told: {why}"),
                );
            }
        }
        let job = between.may_be_left_out();
        let mut ways = vec![(Came::Cancelled, None)];
        ways.extend(between.same_job().then_some((Came::Before, None)));
        ways.extend([false, true].map(|failed| (Came::LeftOut { failed }, None)).into_iter().filter(|_| job));
        ways.extend(self.left_out(between).map(|place| (Came::Passed, Some(place))));
        for (came, by) in ways {
            let words = came.words();
            match self.goes_on(between, came) {
                GoesOn::No => {}
                GoesOn::Yes(place) => {
                    return unseen(by.or(place), format!("the deployment goes on where the verification {words}"));
                }
                GoesOn::Unknown(place, why) => {
                    let why = format!("whether the deployment goes on where the verification {words} cannot be told: {why}");
                    return unseen(Some(place), why);
                }
            }
        }
        None
    }

    /// Whether the deployment goes on when this came of the verification.
    fn goes_on(&self, between: &Between<'_>, came: Came) -> GoesOn {
        let mut worst = GoesOn::No;
        for verified in came.verified().iter().copied() {
            match self.goes_on_with(between, came, verified) {
                yes @ GoesOn::Yes(_) => return yes,
                unknown @ GoesOn::Unknown(..) => worst = unknown,
                GoesOn::No => {}
            }
        }
        worst
    }

    fn goes_on_with(&self, between: &Between<'_>, came: Came, verified: &'static str) -> GoesOn {
        between.asked.set(0);
        let (beside, within) = (between.beside(), between.deploys_in);
        let step = within.text.step(&within.job, between.deploys_at);
        // In another job the steps before it are its own.
        let conditions = if between.same_job() {
            vec![(step.and_then(|step| step.get("if")), within, true)]
        } else {
            let own = step.filter(|_| beside.is(within)).map(|step| (step.get("if"), within, false));
            std::iter::once((beside.value().and_then(|job| job.get("if")), beside, true)).chain(own).collect()
        };
        let mut goes_on = GoesOn::Yes(None);
        for (condition, site, waits) in conditions {
            let says = |root: &str, names: &[&str]| self.said(between, site, (came, verified), root, names);
            let failed = waits && matches!(came, Came::Failed | Came::Before | Came::LeftOut { failed: true });
            let success = !waits || matches!(came, Came::Lost | Came::Passed);
            let past = Past { success, failure: failed, cancelled: came == Came::Cancelled, says: &says };
            let place = condition.map(Value::place);
            match runs_despite(condition, &past) {
                Runs::No => return GoesOn::No,
                Runs::Yes if matches!(goes_on, GoesOn::Yes(None)) => goes_on = GoesOn::Yes(place),
                Runs::Yes => {}
                Runs::Unknown(why) => goes_on = GoesOn::Unknown(place.unwrap_or_else(|| own_place(between.verify)), why),
            }
        }
        goes_on
    }

    fn said(&self, between: &Between<'_>, site: &Site, came: (Came, &'static str), root: &str, names: &[&str]) -> Said {
        match (root, names) {
            ("needs", ["*", "result"]) => {
                let needs = site.value().and_then(|job| job.get("needs"));
                let ids =
                    needs.into_iter().flat_map(|needs| needs.scalar().into_iter().chain(needs.items().filter_map(Value::scalar)));
                Said::All(ids.map(|id| self.result(between, site, came, id)).collect())
            }
            ("needs", [id, "result"]) => self.result(between, site, came, id),
            ("needs" | "steps", [_, "outputs", _]) => {
                let text = format!("${{{{ {root}.{} }}}}", names.join("."));
                let row = between.verify.row;
                let arrives = between.verify.commit_output().is_some();
                let is = |output: &Option<String>| {
                    arrives && output.is_some() && self.hands_on(between, site, output.as_deref(), &text)
                };
                match () {
                    () if is(&row.verified_output) => Said::Text(came.1.to_owned()),
                    // It names no commit that is not verified.
                    () if is(&row.commit_output) => Said::Text(String::new()),
                    () => Said::Tied,
                }
            }
            ("steps", [id, asked @ ("outcome" | "conclusion")]) if between.same_job() => {
                let own = site.text.step(&site.job, between.line).and_then(|step| step.get("id")).and_then(Value::scalar);
                match own.is_some_and(|own| own.eq_ignore_ascii_case(id)) {
                    true if *asked == "outcome" && came.0 == Came::Lost => Said::Tied,
                    true => Said::Text(came.0.outcome().to_owned()),
                    false => Said::Tied,
                }
            }
            ("needs" | "steps", _) => Said::Tied,
            _ => of_event(between.event, root, names),
        }
    }

    /// The text is this output of the verification, and of nothing beside it.
    fn hands_on(&self, between: &Between<'_>, site: &Site, output: Option<&str>, text: &str) -> bool {
        let alike = |step: &&&ReleaseStep| {
            step.job == between.verify.job && step.row.commit_output.is_some() && own_place(step).line == between.line
        };
        let printed = Printed { site: between.site, line: between.line, output };
        let follows = Follows::new(self.snapshot, Some(printed));
        self.own.iter().filter(alike).count() == 1 && follows.text(text, site, between.line) == Meaning::Verified
    }

    /// The result of a job beside the one that deploys.
    fn result(&self, between: &Between<'_>, site: &Site, came: (Came, &'static str), id: &str) -> Said {
        if between.verifying().is_some_and(|verifying| verifying.job.eq_ignore_ascii_case(id)) {
            return Said::Text(came.0.result().to_owned());
        }
        let callers = std::iter::successors(site.caller.as_deref(), |caller| caller.caller.as_deref());
        let mut path: Vec<&str> = callers.map(|caller| caller.job.as_str()).collect();
        path.reverse();
        path.push(id);
        let of = Site::find(self.snapshot, Rc::clone(self.text), &path.join("/"));
        let tied = |(number, job): (usize, &crate::facts::pipeline::Job)| {
            let is =
                Site::find(self.snapshot, Rc::clone(self.text), &job.id).zip(of.as_ref()).is_some_and(|(job, of)| job.is_in(of));
            is && self.needed(number).contains(&between.verify.job)
        };
        match of.as_ref() {
            _ if !self.pipeline.jobs.iter().enumerate().any(tied) => Said::Free,
            Some(of) if self.stops(between, of, came) => Said::Text("skipped".to_owned()),
            _ => Said::Tied,
        }
    }

    /// A job that waits for the verification is left out as well.
    fn stops(&self, between: &Between<'_>, site: &Site, came: (Came, &'static str)) -> bool {
        // With a verification that counts as successful it may be anything.
        if between.asked.get() >= MOST_ASKED || matches!(came.0, Came::Lost | Came::Passed) {
            return false;
        }
        between.asked.set(between.asked.get() + 1);
        let says = |root: &str, names: &[&str]| self.said(between, site, came, root, names);
        let failure = matches!(came.0, Came::Failed | Came::Before | Came::LeftOut { failed: true });
        let past = Past { success: false, failure, cancelled: came.0 == Came::Cancelled, says: &says };
        let condition = site.value().and_then(|job| job.get("if"));
        runs_despite(condition, &past) == Runs::No
    }
}

/// What is said of the event itself, in every run of it.
pub(super) fn of_event(event: &Event, root: &str, names: &[&str]) -> Said {
    let tag = matches!(event.trigger, Trigger::Tag | Trigger::Release);
    match (root, names) {
        ("github", ["event_name"]) => Said::Text(event.name.clone()),
        ("github", ["ref"]) if tag => Said::Begins("refs/tags/"),
        ("github", ["ref_type"]) if tag => Said::Text("tag".to_owned()),
        _ => Said::Free,
    }
}
