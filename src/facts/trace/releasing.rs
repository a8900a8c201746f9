//! Owns recording what deploys and what verifies before, beside the walk to the tools. Refuses to follow or to rank anything.

use std::sync::Arc;

use super::{Frame, Tracer};
use crate::answer::Why;
use crate::catalog::Catalog;
use crate::catalog::releasing::ReleaseRow;
use crate::facts::hold::{Hold, Hop};
use crate::facts::matching;
use crate::facts::pipeline::{ActionCall, Start};
use crate::facts::shell::Word;

/// A step that deploys, or verifies what is deployed.
#[derive(Clone, Debug)]
pub struct ReleaseStep {
    /// The row of `rules/releasing.toml`.
    pub row: &'static ReleaseRow,
    /// The words behind the matched ones.
    pub args: Vec<Word>,
    /// Index of the pipeline.
    pub pipeline: usize,
    /// Index of the job.
    pub job: usize,
    /// From the trigger on.
    pub chain: Vec<Hop>,
    /// Which events start it.
    pub starts: Arc<Vec<Start>>,
    /// What loses its failure.
    pub holds: Vec<Hold>,
    /// It runs only if these hold, and they could not be decided.
    pub conditions: Vec<Why>,
}

/// Steps kept; what is beyond them is the same again.
const MOST: usize = 4096;

impl Tracer<'_> {
    /// A command that deploys or verifies.
    pub(super) fn release_command(&mut self, words: &[Word], frame: &Frame) {
        let catalog = &Catalog::builtin().releasing;
        for row in catalog.deploy.iter().chain(&catalog.verify) {
            let taken = row.argv.iter().filter_map(|argv| matching::take_row(argv, words, &row.value_flags)).max();
            let tried = |text: &str| row.not_holding.iter().any(|place| text.contains(place.as_str()));
            let idle = words.iter().any(|word| {
                tried(&word.raw)
                    || word
                        .value
                        .as_ref()
                        .is_some_and(|value| row.not_flags.contains(value) || catalog.idle_flags.contains(value))
            });
            if let Some(taken) = taken.filter(|_| !idle) {
                self.release_step(row, words.get(taken..).unwrap_or(&[]).to_vec(), frame);
            }
        }
    }

    /// An action that deploys.
    pub(super) fn release_action(&mut self, call: &ActionCall, frame: &Frame) {
        let catalog = &Catalog::builtin().releasing;
        for row in catalog.deploy.iter().chain(&catalog.verify) {
            let named = row.action.iter().any(|name| matching::same_action(name, &call.name));
            let given = row.when.as_ref().is_none_or(|when| {
                let input = call.inputs.get(&when.input);
                input
                    .is_some_and(|input| input.value.as_ref().is_none_or(|value| !when.not.iter().any(|not| not == value.trim())))
            });
            let tried = |text: &str| row.not_holding.iter().any(|place| text.contains(place.as_str()));
            if named && given && !call.inputs.values().any(|input| tried(input.text.text())) {
                self.release_step(row, Vec::new(), frame);
            }
        }
    }

    fn release_step(&mut self, row: &'static ReleaseRow, args: Vec<Word>, frame: &Frame) {
        if self.out.releasing.len() >= MOST || self.spent(frame.cost(), frame) {
            return;
        }
        self.out.releasing.push(ReleaseStep {
            row,
            args,
            pipeline: frame.pipeline,
            job: frame.job,
            chain: frame.chain.clone(),
            starts: Arc::clone(&frame.starts),
            holds: frame.holds.clone(),
            conditions: frame.conditions.clone(),
        });
    }
}
