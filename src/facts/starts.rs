//! Owns what events, their filters and conditions alone make of something that a pipeline starts. Refuses to know what it is.

use super::filtered::{Filtered, Part, Sight};
use super::hold::{HeldBy, Hold, HoldEffect};
use super::ladder::Rung;
use super::meter::Meter;
use super::pipeline::{Event, Pipeline, Reach, Start};
use super::rank::Bound;
use super::trace::OpaqueUnit;
use crate::answer::Answer;

/// What the events alone make of it: the best bound, the fewest files missed, and what holds the best.
pub(super) fn started(
    starts: &[Start],
    pipeline: &Pipeline,
    sight: Option<Sight<'_>>,
    filtered: &Filtered<'_>,
) -> (Bound, usize, Vec<Hold>) {
    let (mut bound, mut missed) = (Bound::exactly(Rung::Configured), usize::MAX);
    let mut all = Vec::new();
    for start in starts {
        let Some(event) = pipeline.events.get(start.event) else { continue };
        let (one, misses, holds) = start_bound(event, start, sight, filtered);
        if one.lower >= Rung::Gates {
            missed = missed.min(misses);
        }
        bound = bound.best(one);
        all.push((one, holds));
    }
    // What holds the event that decides: that is another one where it may gate and none is proven to.
    let best = all.iter().map(|(one, _)| bound.weigh(*one)).max();
    all.retain(|(one, _)| Some(bound.weigh(*one)) == best);
    // Of events that bring it equally far the one that only its filter keeps from more is the one to act on.
    let by = |holds: &[Hold], by: HeldBy| holds.iter().any(|hold| hold.by == by);
    let nearest = |holds: &[Hold]| by(holds, HeldBy::Paths) && !by(holds, HeldBy::Trigger);
    if all.iter().any(|(_, holds)| nearest(holds)) {
        all.retain(|(_, holds)| nearest(holds));
    }
    let held = all.into_iter().flat_map(|(_, holds)| holds).collect();
    (bound, if missed == usize::MAX { 0 } else { missed }, held)
}

/// How far something unseen could reach on a component, by its events, filters and holds; a CI file that is not read, all the
/// way.
#[must_use]
pub fn unseen_bound(unit: &OpaqueUnit, pipelines: &[Pipeline], sight: Option<Sight<'_>>, filtered: &Filtered<'_>) -> Bound {
    let Some(pipeline) = unit.pipeline.and_then(|index| pipelines.get(index)) else {
        return Bound { lower: Rung::Absent, upper: Rung::Gates };
    };
    let (bound, ..) = started(&unit.starts, pipeline, sight, filtered);
    unit.holds.iter().fold(bound, Bound::held)
}

/// How far one event brings it, the files that its filters miss, what holds it there, and what is to be noted.
fn start_bound(event: &Event, start: &Start, sight: Option<Sight<'_>>, filtered: &Filtered<'_>) -> (Bound, usize, Vec<Hold>) {
    let mut bound = reached(event);
    let mut hold = event.held_by.clone().map(|hold| hold.by(HeldBy::Trigger));
    match &start.answer {
        Answer::Yes(()) => {}
        Answer::No => return (Bound::exactly(Rung::Configured), 0, start.holds.first().cloned().into_iter().collect()),
        Answer::Unknown(why) => {
            hold = Some(Hold::unknown(why, &event.place));
            bound = bound.doubt(Rung::Configured);
        }
    }
    for own in &start.holds {
        bound = bound.held(own);
        if matches!(own.effect, HoldEffect::Soften | HoldEffect::Void | HoldEffect::Unknown(_)) {
            hold = Some(own.clone());
        }
    }
    let mut missed = 0;
    for filter in event.paths.iter().chain(start.paths.iter()) {
        let Some(sight) = sight else { break };
        let Some(misses) = filtered.missed(filter, sight) else {
            return (bound.doubt(Rung::Runs), 0, vec![Hold::unknown(&Meter::why(), &filter.place)]);
        };
        missed = missed.max(misses);
        if missed == sight.files().len() && missed > 0 {
            let hold = Hold::new(HoldEffect::Soften, filter.place.clone(), passes_by(sight)).by(HeldBy::Paths);
            // A filter is not all that holds an event that is no change to merge.
            let event = event.held_by.clone().map(|hold| hold.by(HeldBy::Trigger));
            return (bound.cap(Rung::Runs), missed, event.into_iter().chain([hold]).collect());
        }
    }
    let notes = start.holds.iter().filter(|own| own.effect == HoldEffect::Note).cloned();
    (bound, missed, hold.into_iter().chain(notes).collect())
}

/// The words of the hold on what a filter keeps out wholly.
fn passes_by(sight: Sight<'_>) -> String {
    let what = match sight.part {
        Part::Code => "production file",
        Part::Dependencies => "manifest or lock file",
    };
    let directory = &sight.component.directory;
    let of = if directory.is_root() { "the component".to_owned() } else { format!("`{directory}`") };
    format!("no {what} of {of} passes this filter")
}

fn reached(event: &Event) -> Bound {
    let rung = |reach| match reach {
        Reach::Nothing => Rung::Configured,
        Reach::Runs => Rung::Runs,
        Reach::Gates => Rung::Gates,
    };
    let lower = rung(event.reach);
    let upper = event.may_reach.as_ref().map_or(lower, |(reach, _)| rung(*reach).max(lower));
    Bound { lower, upper }
}
