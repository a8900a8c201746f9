//! Owns how much one repository's workflows may unfold: units, bytes put into texts, environment entries. Refuses to hand
//! out more, whatever the files say.

use std::cell::Cell;

use crate::limits::Limits;

/// What is left, over all workflows of one repository.
#[derive(Debug)]
pub(super) struct Budget {
    units: Cell<usize>,
    bytes: Cell<usize>,
    entries: Cell<usize>,
    /// Variants of one job's matrix.
    pub(super) variants: usize,
}

impl Budget {
    /// A full budget: units as many as commands may be traced, texts 16 times the size of a file.
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            units: Cell::new(limits.trace_commands),
            bytes: Cell::new(limits.file_bytes.saturating_mul(16)),
            entries: Cell::new(limits.nodes.saturating_mul(4)),
            variants: limits.matrix_variants,
        }
    }

    /// Takes one unit; false when none is left.
    pub(super) fn unit(&self) -> bool {
        take(&self.units, 1)
    }

    /// Takes bytes of text.
    pub(super) fn bytes(&self, count: usize) -> bool {
        take(&self.bytes, count)
    }

    /// Takes entries of environments.
    pub(super) fn entries(&self, count: usize) -> bool {
        take(&self.entries, count)
    }
}

fn take(left: &Cell<usize>, count: usize) -> bool {
    let rest = left.get().checked_sub(count);
    left.set(rest.unwrap_or(0));
    rest.is_some()
}
