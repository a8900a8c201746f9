//! Owns which of several invocations stands for a tool on a component. Refuses to rank them.

use std::cmp::Reverse;

use super::bound::Bound;
use super::hold::{HeldBy, Hold, HoldEffect};
use super::invocations::Invocation;
use super::ladder::Rung;
use super::pipeline::{Pipeline, Trigger};
use super::rank::OnComponent;
use super::secured::Told;
use crate::answer::Answer;

/// An invocation by its number, what holds for it on the component, whether security rules are in force in it, and where that is
/// decided.
pub(super) type Candidate = (usize, OnComponent, Answer, Told);

/// The one that decides the bound of all. At one rung security rules win; then a job whose check the policy
/// declares to be required; then what a pull request starts; then what sees more by its own flags, and by its
/// filters; then the earlier one.
pub(super) fn of<O: Ord>(bound: Bound, all: Vec<Candidate>, pulled: impl Fn(usize) -> O) -> Option<Candidate> {
    let open = bound.is_open();
    let weight = |(at, on, secure, _): &Candidate| {
        let (first, second) = bound.weigh(on.bound);
        let declared = on.held.iter().any(|hold| hold.by == HeldBy::CheckName);
        (
            first,
            secure.is_yes(),
            declared,
            if open { second } else { Rung::Absent },
            pulled(*at),
            Reverse(on.missed),
            Reverse(*at),
        )
    };
    all.into_iter().max_by_key(weight)
}

/// Whether nothing makes it see less than it does by itself.
pub(super) fn is_wide(holds: &[Hold]) -> bool {
    !holds.iter().any(|hold| hold.effect == HoldEffect::Narrow)
}

/// Whether a pull request starts it.
pub(super) fn on_pull(pipelines: &[Pipeline], invocation: &Invocation, pipeline: Option<usize>) -> bool {
    let Some(pipeline) = pipeline.and_then(|index| pipelines.get(index)) else { return false };
    let mut starts = invocation.starts.iter().filter(|start| !start.answer.is_no());
    starts.any(|start| pipeline.events.get(start.event).is_some_and(|event| event.trigger == Trigger::PullRequest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_narrow_runs_the_wider_one_is_told() {
        let run = |at: usize, missed: usize| {
            let on = OnComponent { bound: Bound::exactly(Rung::Gates), missed, held: Vec::new() };
            (at, on, Answer::No, Told::default())
        };
        let chosen = |all: Vec<Candidate>| of(Bound::exactly(Rung::Gates), all, |_| 0).map(|(at, ..)| at);
        assert_eq!(chosen(vec![run(0, 134), run(1, 0)]), Some(1));
        assert_eq!(chosen(vec![run(0, 3), run(1, 3)]), Some(0));
        let wide = of(Bound::exactly(Rung::Gates), vec![run(0, 5), run(1, 0)], |at| at == 0);
        assert_eq!(wide.map(|(at, ..)| at), Some(0));
    }
}
