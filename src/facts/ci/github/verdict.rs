//! Owns whether a job or a step runs under one event, with what narrows it. Refuses to evaluate anything.

use crate::answer::{Answer, Reason, Why};
use crate::facts::hold::{Hold, HoldEffect, Remedy};
use crate::facts::pipeline::{PathFilter, Start};
use crate::text::Place;

/// Holds and filters of one verdict: what accumulates along `needs` stays linear.
const KEPT: usize = 16;

/// Whether something runs under one event.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    /// Yes, no, or why it is not known.
    pub(super) answer: Answer,
    /// What narrows or softens it under this event.
    pub(super) holds: Vec<Hold>,
    /// Changed-files filters that all have to pass.
    pub(super) paths: Vec<PathFilter>,
    /// Of all pull requests only those from forks run it; the place of the hold that says so.
    pub(super) forks_only: bool,
    /// Pull requests to the default branch do not run it, those to another one may.
    pub(super) to_others: bool,
}

impl Verdict {
    /// An answer without more to say.
    pub(super) fn of(answer: Answer) -> Self {
        Self { answer, holds: Vec::new(), paths: Vec::new(), forks_only: false, to_others: false }
    }

    /// It runs.
    pub(super) fn yes() -> Self {
        Self::of(Answer::Yes(()))
    }

    /// It does not run.
    pub(super) fn no() -> Self {
        Self::of(Answer::No)
    }

    /// It does not run, by the condition at a place.
    pub(super) fn never(place: &Place) -> Self {
        let why = "this condition does not hold";
        Self { holds: vec![Hold::new(HoldEffect::Void, place.clone(), why).undone(Remedy::Condition)], ..Self::no() }
    }

    /// It does not run, for what stands at a place.
    pub(super) fn kept_by(hold: Hold) -> Self {
        Self { holds: vec![hold], ..Self::no() }
    }

    /// Runs only if both run.
    pub(super) fn and(&self, other: &Self) -> Self {
        let answer = self.answer.clone().and(other.answer.clone());
        if answer.is_no() {
            // What keeps it from running is all that is left to say.
            let keeps = if self.answer.is_no() { self } else { other };
            return Self { holds: keeps.holds.iter().take(1).cloned().collect(), ..Self::no() };
        }
        let mut both = Self { answer, ..self.clone() };
        other.holds.iter().for_each(|hold| both.add(hold));
        both.paths.extend(other.paths.iter().cloned());
        if both.paths.len() > KEPT {
            both.paths.truncate(KEPT);
            both.answer = Answer::Unknown(Why::new(Reason::Unsupported, "very many changed-files filters decide together"));
        }
        both.forks_only |= other.forks_only;
        both.to_others |= other.to_others;
        both
    }

    /// Runs only if both run; what it says itself comes last, as nearest to what is run.
    pub(super) fn behind(&self, other: &Self) -> Self {
        let mut both = self.and(other);
        if !both.answer.is_no() {
            let own = self.holds.len().min(both.holds.len());
            both.holds.rotate_left(own);
        }
        both
    }

    /// Adds a hold; past the bound a note gives way to what weighs more.
    pub(super) fn add(&mut self, hold: &Hold) {
        if self.holds.contains(hold) {
            return;
        }
        if self.holds.len() < KEPT {
            self.holds.push(hold.clone());
        } else if let Some(note) = self.holds.iter_mut().find(|known| known.effect > hold.effect) {
            *note = hold.clone();
        }
    }

    /// As the model says it.
    pub(super) fn start(&self, event: usize) -> Start {
        Start { event, answer: self.answer.clone(), paths: self.paths.clone(), holds: self.holds.clone() }
    }
}
