//! Owns how much work the facts of one repository may cost, counted in steps: everything that a small file can make large draws
//! from one meter. Refuses clocks, and to say what happens past the end: who asks leaves the thing unread, and says so.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::answer::{Reason, Why};
use crate::limits::Limits;

/// Steps that one unit of the shell's interpreter is worth: a node visited in all worlds.
pub const SHELL_UNIT: usize = 100;
/// Steps for a byte that a task runner's variables expand to, kept and mapped to its file.
pub const EXPANDED_BYTE: usize = 20;
/// Steps for a byte of text that is read once more for this call (a script, a makefile).
pub const READ_BYTE: usize = 5;
/// Steps for a pattern held against a path.
pub const PATTERN: usize = 100;
/// Steps for a name held against another.
pub const NAME: usize = 10;
/// Steps for one thing that is copied and kept: a hop, a hold, a start.
pub const COPY: usize = 50;
/// Steps for one step of a pipeline in one variant of its job, as often as it is unfolded.
pub const UNIT: usize = 2_000;

/// Steps that the largest share has.
pub const LARGEST: usize = 40_000_000;

/// What is left. A step is about as much as one character looked at.
#[derive(Debug)]
pub struct Meter(AtomicUsize);

impl Meter {
    /// A full meter: the bound `work-steps`.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self(AtomicUsize::new(limits.work_steps))
    }

    /// A meter with so many steps.
    #[must_use]
    pub fn of(steps: usize) -> Self {
        Self(AtomicUsize::new(steps))
    }

    /// What is left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes steps; false when there were fewer left, and from then on.
    pub fn spend(&self, steps: usize) -> bool {
        let left = self.left();
        self.0.store(left.saturating_sub(steps), Ordering::Relaxed);
        left > steps
    }

    /// How many things of this cost may still be done, and no more than `most`, nor than [`LARGEST`] steps are worth: as long as
    /// that much is left, what was done before decides nothing.
    #[must_use]
    pub fn share(&self, cost: usize, most: usize) -> usize {
        most.min(self.left().min(LARGEST) / cost.max(1))
    }

    /// Why something is not read once nothing is left.
    #[must_use]
    pub fn why() -> Why {
        Why::new(Reason::Unsupported, "more work than the limit `work-steps` allows")
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new(&Limits::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_for_ever() {
        let meter = Meter::new(&Limits { work_steps: 10, ..Limits::default() });
        assert_eq!((meter.spend(9), meter.spend(1), meter.spend(0), meter.left()), (true, false, false, 0));
    }
}
