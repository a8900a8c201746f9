//! Owns the pair of a proven rung and what the unread could still make of it. Refuses to know what the rung is of.

use super::hold::{Hold, HoldEffect};
use super::ladder::Rung;

/// A proven lower bound and what the unread could still make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// Proven.
    pub lower: Rung,
    /// Possible.
    pub upper: Rung,
}

impl Bound {
    /// Both bounds at one rung.
    #[must_use]
    pub fn exactly(rung: Rung) -> Self {
        Self { lower: rung, upper: rung }
    }

    pub(super) fn cap(self, rung: Rung) -> Self {
        Self { lower: self.lower.min(rung), upper: self.upper.min(rung) }
    }

    pub(super) fn doubt(self, rung: Rung) -> Self {
        Self { lower: self.lower.min(rung), upper: self.upper }
    }

    pub(super) fn held(self, hold: &Hold) -> Self {
        match hold.effect {
            HoldEffect::Void => self.cap(Rung::Configured),
            HoldEffect::Soften => self.cap(Rung::Runs),
            HoldEffect::Unknown(_) => self.doubt(Rung::Runs),
            HoldEffect::Narrow | HoldEffect::Note => self,
        }
    }

    /// The better of two, bound by bound.
    #[must_use]
    pub fn best(self, other: Self) -> Self {
        Self { lower: self.lower.max(other.lower), upper: self.upper.max(other.upper) }
    }

    /// It may gate, and is not proven to.
    #[must_use]
    pub fn is_open(self) -> bool {
        self.lower < Rung::Gates && self.upper >= Rung::Gates
    }

    /// What one of those whose best this is tells of it: where the best is open by how far it may reach, else by what is proven.
    #[must_use]
    pub fn weigh(self, one: Self) -> (Rung, Rung) {
        if self.is_open() { (one.upper, one.lower) } else { (one.lower, one.upper) }
    }

    /// What it may be, when that is more than proven.
    #[must_use]
    pub fn may_be(self) -> Option<Rung> {
        (self.upper > self.lower).then_some(self.upper)
    }
}
