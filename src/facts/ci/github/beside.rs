//! Owns what steps that run at the same time know of each other: what one hands on is there for those that begin behind its end, and
//! what it checks out may or may not be there yet. Refuses to say who runs beside whom: `background` does.

use std::collections::BTreeMap;

use super::scope::StepFacts;
use super::state::State;
use super::written::Written;
use crate::facts::pipeline::Turn;
use crate::text::Place;

/// Steps that may still be running.
#[derive(Default)]
pub(super) struct Beside {
    open: Vec<Open>,
}

/// One of them, and what it has handed on when it ends.
struct Open {
    turn: Turn,
    handed: Handed,
    /// It changes what is checked out.
    moves: bool,
}

/// What a step hands on.
#[derive(Clone, Default)]
struct Handed {
    env: BTreeMap<String, Option<String>>,
    written: BTreeMap<String, Written>,
    steps: BTreeMap<String, StepFacts>,
}

/// What there was before a step.
#[derive(Default)]
pub(super) struct Known {
    handed: Option<Handed>,
    before: Option<State>,
    doubted: Option<State>,
}

impl Handed {
    fn of(state: &State) -> Self {
        Self { env: state.env.clone(), written: state.written.clone(), steps: state.steps.clone() }
    }

    /// What is here and not in `before`, or otherwise there.
    fn since(mut self, before: &Self) -> Self {
        self.env.retain(|name, value| before.env.get(name) != Some(value));
        self.written.retain(|name, value| before.written.get(name).is_none_or(|known| known.text != value.text));
        self.steps.retain(|id, _| !before.steps.contains_key(id));
        self
    }
}

impl Beside {
    /// Makes the state what a step sees of it; what it has to be made again when the step is read is given back.
    pub(super) fn seen_by(&mut self, turn: Turn, state: &mut State, place: &Place) -> Known {
        let (ended, open): (Vec<Open>, Vec<Open>) =
            std::mem::take(&mut self.open).into_iter().partition(|open| open.turn.ends <= turn.begins);
        self.open = open;
        for Open { handed, .. } in ended {
            state.written.retain(|name, _| !handed.env.contains_key(name));
            state.env.extend(handed.env);
            state.written.extend(handed.written);
            state.steps.extend(handed.steps);
            state.merged = None;
        }
        let mut known = Known { handed: (!turn.is_alone()).then(|| Handed::of(state)), ..Known::default() };
        if known.handed.is_some() {
            known.before = Some(state.clone());
        }
        if self.open.iter().any(|open| open.moves && open.turn.is_beside(turn)) {
            let before = state.clone();
            state.may_be_moved(place);
            known.before = Some(before);
            known.doubted = Some(state.clone());
        }
        known
    }

    /// The state behind a step, for the one that is read next.
    pub(super) fn after(&mut self, turn: Turn, known: Known, mut state: State) -> State {
        let moves = known.doubted.as_ref().or(known.before.as_ref()).is_some_and(|before| !state.stands_as(before));
        if let (Some(before), Some(_), false) = (&known.before, &known.doubted, moves) {
            state.stand_as(before);
        }
        if let Some(before) = known.handed {
            let handed = Handed::of(&state).since(&before);
            (state.env, state.written, state.steps, state.merged) = (before.env, before.written, before.steps, None);
            self.open.push(Open { turn, handed, moves });
        }
        state
    }
}
