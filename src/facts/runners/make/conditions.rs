//! Owns `ifeq … else … endif`, three-valued. Refuses to guess: an undecided condition lets both branches in.

use super::expand::{Layer, UNKNOWN, Variables, set_outside, undecided as open};
use super::syntax::{first_word, two_sides};
use crate::answer::{Reason, Why};
use crate::text::Place;

/// One open condition.
struct Level {
    /// Whether the current branch is read.
    active: bool,
    /// Whether an earlier branch was certainly taken.
    taken: bool,
    /// Set when an earlier branch, or this one, may have been taken.
    undecided: Option<Why>,
}

/// All open conditions.
#[derive(Default)]
pub(super) struct Conditions {
    levels: Vec<Level>,
}

impl Conditions {
    /// Whether what stands here is read at all.
    pub(super) fn active(&self) -> bool {
        self.levels.last().is_none_or(|level| level.active)
    }

    /// Why it is not certain that what stands here counts.
    pub(super) fn undecided(&self) -> Option<Why> {
        self.levels.iter().find_map(|level| level.undecided.clone())
    }

    /// Takes a directive in; `false` when the word is none.
    pub(super) fn read(&mut self, word: &str, rest: &str, variables: &Variables, place: &Place) -> bool {
        match word {
            "ifeq" | "ifneq" | "ifdef" | "ifndef" => {
                let outer = self.active();
                let answer = if outer { decide(word, rest, variables) } else { Some(false) };
                let why = answer.is_none().then(|| undecided(place));
                // A branch inside a skipped one counts as taken, so that its `else` is skipped too.
                self.levels.push(Level {
                    active: outer && answer != Some(false),
                    taken: !outer || answer == Some(true),
                    undecided: why,
                });
                true
            }
            "else" => {
                self.otherwise(rest.trim(), variables, place);
                true
            }
            "endif" => {
                self.levels.pop();
                true
            }
            _ => false,
        }
    }

    fn otherwise(&mut self, rest: &str, variables: &Variables, place: &Place) {
        let (word, condition) = first_word(rest);
        let answer = if word.is_empty() { Some(true) } else { decide(word, condition, variables) };
        let Some(level) = self.levels.last_mut() else { return };
        if level.taken {
            level.active = false;
            return;
        }
        level.active = answer != Some(false);
        level.taken = answer == Some(true);
        if answer.is_none() {
            level.undecided.get_or_insert_with(|| undecided(place));
        }
    }
}

fn undecided(place: &Place) -> Why {
    Why::new(Reason::Dynamic, "a condition of the makefile could not be decided").at(place.clone())
}

/// Whether a condition holds; `None` when that is not known.
fn decide(word: &str, rest: &str, variables: &Variables) -> Option<bool> {
    let nothing = Layer::new();
    match word {
        "ifdef" | "ifndef" => {
            let name = variables.expand(rest.trim(), &nothing);
            let defined = match variables.get(&name) {
                Some(known) if open(&known.text) => None,
                Some(known) => Some(!known.text.is_empty()),
                None if set_outside(&name) || name.contains(UNKNOWN) => None,
                None => Some(false),
            };
            defined.map(|yes| yes == (word == "ifdef"))
        }
        "ifeq" | "ifneq" => {
            let (left, right) = two_sides(rest)?;
            let (left, right) = (variables.expand_at(left, &nothing, 0), variables.expand_at(right, &nothing, 0));
            if open(&left) || open(&right) {
                return None;
            }
            Some((left == right) == (word == "ifeq"))
        }
        _ => None,
    }
}
