//! Owns what steps do to files that others which are written before them look at while both run. Refuses to record anything else of
//! that first walk.

use std::collections::BTreeSet;

use super::Tracer;
use crate::facts::pipeline::{Pipeline, Unit};

impl Tracer<'_> {
    /// Walks the jobs of a pipeline whose steps run beside each other once for what they change: the walk proper then knows of every
    /// change what is beside it, whichever is written first.
    pub(super) fn rehearse(&mut self, index: usize, pipeline: &Pipeline) {
        let beside = pipeline.units.iter().filter(|unit| !unit.turn.is_alone()).map(|unit| unit.job);
        let jobs: BTreeSet<usize> = beside.collect();
        if jobs.is_empty() {
            return;
        }
        let number = self.number;
        let (out, installed, changed) = (std::mem::take(&mut self.out), self.supplied.clone(), self.changed.clone());
        for unit in &pipeline.units {
            match jobs.contains(&unit.job) {
                true => self.unit(index, unit),
                false => self.number += 1,
            }
        }
        let walked = std::mem::replace(&mut self.out, out);
        if self.budget == 0 {
            // That no more is followed is said once.
            self.out.opaque.extend(walked.opaque);
        }
        (self.number, self.supplied, self.changed) = (number, installed, changed);
        self.brought = super::not_there::Brought::default();
        self.earlier.forget();
    }

    /// What the unit that comes next did in the rehearsal it does once more.
    pub(super) fn forget_rehearsal(&mut self, index: usize, unit: &Unit) {
        let (number, job) = (self.number + 1, (index, unit.job));
        let all = [&mut self.before.changes, &mut self.before.variables, &mut self.before.edits, &mut self.before.laid];
        all.into_iter()
            .filter_map(|changes| changes.get_mut(&job))
            .for_each(|known| known.retain(|change| change.unit != number));
        self.before.over = None;
    }
}
