//! Owns what stands in a job before the tree is the verified commit: what is made by then is made of another one, stays, and may be what
//! is deployed. Refuses to know what of it is used.

use super::tree::{Held, Setter};
use super::{Guard, Reading, own_place};
use crate::answer::Reason;
use crate::catalog::Catalog;
use crate::catalog::releasing::Verifies;
use crate::facts::ci::fetches_the_tree;
use crate::facts::matching;
use crate::facts::trace::{ReachedAction, ReleaseStep};
use crate::text::Place;

impl Reading<'_> {
    /// The first command or action that may leave something behind between what checks out another commit and what checks out the one that
    /// lies there when a step uses it. `setters` are those of the job, in order, as far as that step.
    pub(super) fn left_before(&self, held: &Held<'_>, user: &ReleaseStep, setters: &[Setter]) -> Option<Guard> {
        let at = |setter: &Setter| (setter.line, setter.number);
        let first = setters.iter().map(at).min()?;
        let until = setters.iter().filter(|setter| !setter.aside).map(at).max().filter(|last| *last > first)?;
        let own = (held.verify.job == user.job).then(|| self.order(held.verify));
        let between = |order: (usize, usize)| order > first && order < until && own != Some(order);
        let command = || {
            let left =
                |step: &&&ReleaseStep| step.job == user.job && step.row.what == Some(Verifies::Left) && between(self.order(step));
            self.own.iter().find(left).map(|step| step.chain.last().map_or_else(|| own_place(step), |hop| hop.place.clone()))
        };
        let action = || {
            let mut own = self.trace.actions.iter().filter(|action| action.pipeline == self.number && action.job == user.job);
            own.find(|action| !is_idle(action) && between((line(action), 0))).map(|action| action.call.place.clone())
        };
        let place: Place = command().or_else(action)?;
        let why = "what is made before the verified commit is checked out is made of another one, and may be what is deployed";
        Some(Guard::Unseen(Reason::Unsupported, place, why.to_owned()))
    }
}

/// The line of the workflow at which an action is used.
fn line(action: &ReachedAction) -> usize {
    let hop = action.chain.iter().rev().find(|hop| hop.place.path.as_str().starts_with(".github/workflows/"));
    hop.map_or(0, |hop| hop.place.line)
}

/// An action leaves nothing behind that may be deployed.
fn is_idle(action: &ReachedAction) -> bool {
    let (name, words) = (&action.call.name, &Catalog::builtin().words);
    let same = |known: &String| matching::same_action(known, name);
    words.harmless.iter().any(same)
        || words.words.iter().any(|row| row.idle && row.action.iter().any(same))
        || Catalog::builtin().releasing.is_own_action(name)
        || fetches_the_tree(&format!("{name}@"))
}
