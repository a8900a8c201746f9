//! Owns what stands near a verification and its deployment and is not known to leave alone what is verified, who verifies, and what is
//! deployed. Refuses to guess by names: what no row lists may change any of it.

use std::collections::BTreeSet;

use super::tree::Held;
use super::{Guard, Reading, own_place};
use crate::answer::Reason;
use crate::catalog::Catalog;
use crate::catalog::releasing::Verifies;
use crate::doc::Value;
use crate::facts::ci::fetches_the_tree;
use crate::facts::matching;
use crate::facts::pipeline::{ActionCall, Start};
use crate::facts::trace::ReleaseStep;
use crate::text::Place;

impl Reading<'_> {
    /// The first command, action or other step in the way from the verification to the deployment, or before it, that no row lists.
    pub(super) fn unlisted(&self, held: &Held<'_>, deploy: &ReleaseStep, under: &Start) -> Option<Guard> {
        let jobs = self.on_the_way(held, deploy);
        let until = self.order(deploy);
        let counts = |job: usize, at: (usize, usize)| jobs.contains(&job) && (job != deploy.job || at < until);
        let command = || {
            let mut steps = self.own.iter().filter(|step| step.row.what == Some(Verifies::Unlisted));
            let step = steps.find(|step| counts(step.job, self.order(step)) && runs(step, under))?;
            let place = step.chain.last().map_or_else(|| own_place(step), |hop| hop.place.clone());
            let what = match step.args.first() {
                Some(word) => format!("what `{}` does there", word.raw),
                None => "what this step does".to_owned(),
            };
            Some((Reason::Unsupported, place, what))
        };
        let action = || {
            let mut actions =
                self.trace.actions.iter().filter(|action| action.pipeline == self.number && !is_listed(&action.call));
            let action = actions.find(|action| {
                let hop = action.chain.iter().rev().find(|hop| hop.place.path.as_str().starts_with(".github/workflows/"));
                counts(action.job, (hop.map_or(0, |hop| hop.place.line), 0))
            })?;
            Some((Reason::Remote, action.call.place.clone(), format!("what the action `{}` does there", action.call.name)))
        };
        let kept = || {
            let takes = |step: &&&ReleaseStep| {
                let here = step.job == held.verify.job && self.order(step) < self.order(held.verify);
                here && step.row.what == Some(Verifies::Unpacked) && runs(step, under)
            };
            let step = self.own.iter().find(takes)?;
            Some((Reason::Unsupported, own_place(step), "what this brings before the verification".to_owned()))
        };
        let local = || {
            let place = self.local_action(held)?;
            Some((Reason::Unsupported, place, "what this action, which the tag brings, does".to_owned()))
        };
        let found: Option<(Reason, Place, String)> = command().or_else(action).or_else(kept).or_else(local);
        let Some((reason, place, what)) = found else {
            let (place, why) = self.not_plain(held, deploy, &jobs)?;
            return Some(Guard::Unseen(Reason::Unsupported, place, why));
        };
        Some(Guard::Unseen(reason, place, format!("{what} to what is verified, or to what is deployed, is not known")))
    }

    /// An action of the tree, used before the verification or as it, where that tree is not the branch's: at run time the tag says what it is.
    fn local_action(&self, held: &Held<'_>) -> Option<Place> {
        if self.is_of_branch(held) {
            return None;
        }
        let steps = held.site.value().and_then(|job| job.get("steps"));
        let uses = steps.into_iter().flat_map(Value::items).filter_map(|step| step.get("uses"));
        let of_tree = |uses: &Value<'_>| uses.scalar().is_some_and(|uses| uses.trim_start().starts_with('.'));
        uses.filter(of_tree).map(Value::place).find(|place| place.line <= held.at.line)
    }

    /// The jobs whose steps may change what is deployed: the one that verifies, the one that deploys, and of those that it needs the ones
    /// that make something for it.
    fn on_the_way(&self, held: &Held<'_>, deploy: &ReleaseStep) -> BTreeSet<usize> {
        let makes = |job: &usize| {
            let hands = |step: &&&ReleaseStep| step.job == *job && matches!(step.row.what, None | Some(Verifies::Packed));
            self.own.iter().any(|step| hands(&step))
        };
        // What was made before may be of any of them.
        let by_name = deploy.row.by_name && !deploy.files.names_path;
        let mut jobs: BTreeSet<usize> = self.needed(deploy.job).into_iter().filter(|job| by_name || makes(job)).collect();
        jobs.extend([held.verify.job, deploy.job]);
        jobs
    }
}

/// It runs on this event, or may.
fn runs(step: &ReleaseStep, under: &Start) -> bool {
    step.starts.iter().any(|start| start.event == under.event && !start.answer.is_no())
}

/// A row lists it.
fn is_listed(call: &ActionCall) -> bool {
    let rows = &Catalog::builtin().releasing;
    let known = rows.deploy.iter().chain(&rows.verify).chain(&rows.changes).flat_map(|row| &row.action);
    known.chain(rows.harmless.iter().flat_map(|row| &row.action)).any(|name| matching::same_action(name, &call.name))
        || rows.is_own_action(&call.name)
        || fetches_the_tree(&format!("{}@", call.name))
}
