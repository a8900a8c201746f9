//! Owns which jobs of a pipeline come before which, by what they need. Each job's answer is computed once. Refuses to know what a
//! job does.

use std::collections::{HashMap, HashSet};

use crate::facts::pipeline::Pipeline;

/// The jobs before those that were asked about.
#[derive(Default)]
pub(super) struct Needs {
    pipeline: Option<usize>,
    before: HashMap<usize, HashSet<usize>>,
    ids: HashMap<String, usize>,
}

impl Needs {
    /// Whether `earlier` is `job` itself or one that it needs, directly or not. Jobs that need each other end there.
    pub(super) fn is_before(&mut self, pipelines: &[Pipeline], pipeline: usize, earlier: usize, job: usize) -> bool {
        if earlier == job {
            return true;
        }
        let Some(jobs) = pipelines.get(pipeline).map(|pipeline| &pipeline.jobs) else { return false };
        if self.pipeline != Some(pipeline) {
            self.pipeline = Some(pipeline);
            self.before.clear();
            self.ids = jobs.iter().enumerate().rev().map(|(at, job)| (job.id.clone(), at)).collect();
        }
        let ids = &self.ids;
        let before = self.before.entry(job).or_insert_with(|| {
            let mut reached = HashSet::new();
            let mut pending = vec![job];
            while let Some(here) = pending.pop() {
                let needs = jobs.get(here).map_or(&[][..], |one| &one.needs);
                pending.extend(needs.iter().filter_map(|id| ids.get(id)).copied().filter(|one| reached.insert(*one)));
            }
            reached
        });
        before.contains(&earlier)
    }
}
