//! Owns variables that a script, a launcher or a runner gives to what it starts and by which other code runs first. Refuses those of
//! the step itself: whoever reads the step holds them at their own line.

use std::sync::Arc;

use super::{Frame, Tracer};
use crate::answer::Reason;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::Env;
use crate::facts::shadow;

impl Tracer<'_> {
    /// What variables make of a shell that is started here.
    pub(super) fn shell_started(&self, frame: &Frame) -> Option<Frame> {
        self.run_by_variables(shadow::FOR_SHELLS, frame)
    }

    /// What variables make of every program that is started here.
    pub(super) fn program_started(&self, frame: &Frame) -> Option<Frame> {
        self.run_by_variables(shadow::FOR_PROGRAMS, frame)
    }

    fn run_by_variables(&self, names: &[&str], frame: &Frame) -> Option<Frame> {
        if Arc::ptr_eq(&frame.env, &self.own) {
            return None;
        }
        let value = |env: &Env, name: &str| env.get(name).map(|value| value.as_deref().map(str::to_owned));
        let mut held: Option<Frame> = None;
        for name in names {
            let Some(given) = value(&frame.env, name).filter(|given| value(&self.own, name).as_ref() != Some(given)) else {
                continue;
            };
            let Some(why) = shadow::runs_first(name, given.as_deref()) else { continue };
            // Every command of the chain has the variable.
            if frame.holds.iter().any(|hold| hold.why == why) || frame.conditions.iter().any(|known| known.text == why) {
                continue;
            }
            let unseen = shadow::runs_unseen(name, given.as_deref());
            let effect = if unseen { HoldEffect::Unknown(Reason::Dynamic) } else { HoldEffect::Void };
            let Some(place) = frame.chain.last().map(|hop| hop.place.clone()) else { continue };
            held.get_or_insert_with(|| frame.clone()).put(Hold::new(effect, place, why));
        }
        held
    }
}
