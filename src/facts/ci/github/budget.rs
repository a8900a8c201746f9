//! Owns how much one repository's workflows may unfold: units, bytes of texts, entries of environments, evaluations. Refuses to hand
//! out more, whatever the files say.

use std::cell::Cell;

use crate::answer::{Reason, Why};
use crate::facts::meter::{COPY, LARGEST, Meter, UNIT};
use crate::limits::Limits;

/// What is left, over all workflows of one repository.
#[derive(Debug)]
pub(super) struct Budget<'a> {
    meter: &'a Meter,
    full: [usize; 4],
    units: Cell<usize>,
    bytes: Cell<usize>,
    entries: Cell<usize>,
    evaluations: Cell<usize>,
    /// Variants of one job's matrix.
    pub(super) variants: usize,
}

/// What a full budget has of each kind: units as many as commands may be traced, texts 64 times the size of a file.
fn full(limits: &Limits) -> [usize; 4] {
    [limits.trace_commands, limits.file_bytes.saturating_mul(64), limits.nodes.saturating_mul(4), limits.nodes.saturating_mul(20)]
}

/// What several workflows took, each from a full budget of its own.
#[derive(Debug, Default)]
pub(super) struct Spent {
    steps: usize,
    kinds: [usize; 4],
}

impl Spent {
    /// What one of them took, whose meter had so many steps.
    pub(super) fn add(&mut self, budget: &Budget<'_>, had: usize) {
        self.steps = self.steps.saturating_add(had - budget.meter.left());
        for ((sum, full), left) in self.kinds.iter_mut().zip(budget.full).zip(budget.left()) {
            *sum = sum.saturating_add(full - left);
        }
    }

    /// Whether one budget for all of them would have let them have the same: at no time would it have had less than a share left.
    pub(super) fn is_no_matter(&self, had: usize, limits: &Limits) -> bool {
        self.steps < had.saturating_sub(LARGEST) && self.kinds.iter().zip(full(limits)).all(|(sum, full)| *sum < full)
    }

    /// Steps of the meter.
    pub(super) fn steps(&self) -> usize {
        self.steps
    }
}

impl<'a> Budget<'a> {
    /// A full budget.
    pub(super) fn new(limits: &Limits, meter: &'a Meter) -> Self {
        let all = full(limits);
        let [units, bytes, entries, evaluations] = all.map(Cell::new);
        Self { meter, full: all, units, bytes, entries, evaluations, variants: limits.matrix_variants }
    }

    /// What is left of each kind.
    pub(super) fn left(&self) -> [usize; 4] {
        [&self.units, &self.bytes, &self.entries, &self.evaluations].map(Cell::get)
    }

    /// Takes a unit that weighs as much as so many ordinary ones; false when too few are left.
    pub(super) fn unit(&self, weight: usize) -> bool {
        self.meter.spend(UNIT + COPY * weight) && take(&self.units, weight)
    }

    /// Takes the steps of looking at a unit, whether it is another one's like or not.
    pub(super) fn looked_at(&self, weight: usize) {
        self.meter.spend(COPY * weight);
    }

    /// Takes as many evaluations as a condition has parts.
    pub(super) fn evaluations(&self, count: usize) -> bool {
        self.meter.spend(10 * count) && take(&self.evaluations, count)
    }

    /// Why nothing more is unfolded.
    pub(super) fn why(&self) -> Why {
        match self.meter.left() {
            0 => Meter::why(),
            _ => Why::new(Reason::Unsupported, "the workflows unfold to more than the limit `trace-commands` allows"),
        }
    }

    /// Leaves no unit: what is read next is the last.
    pub(super) fn spend_units(&self) {
        self.units.set(0);
    }

    /// Takes bytes of text.
    pub(super) fn bytes(&self, count: usize) -> bool {
        self.meter.spend(count / 4) && take(&self.bytes, count)
    }

    /// Takes an entry of an environment; what it stands on is shared and costs nothing. When none is left, what is read next
    /// is the last.
    pub(super) fn entry(&self, name: &str, value: Option<&str>) -> bool {
        let weight = 1 + (name.len() + value.map_or(0, str::len)) / 32;
        let enough = self.meter.spend(COPY * weight) && take(&self.entries, weight);
        if !enough {
            self.spend_units();
        }
        enough
    }
}

fn take(left: &Cell<usize>, count: usize) -> bool {
    let rest = left.get().checked_sub(count);
    left.set(rest.unwrap_or(0));
    rest.is_some()
}
