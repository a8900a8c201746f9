//! Owns the jobs that hand everything to a workflow of another repository. Refuses to say what that one does.

use std::collections::BTreeSet;

use super::written::Written;
use super::{DeployJob, Guard};
use crate::answer::Reason;
use crate::facts::pipeline::{Pipeline, Trigger};
use crate::facts::trace::Trace;
use crate::snapshot::Snapshot;

/// Puts jobs that are a workflow of another repository beside those that are known to deploy.
pub(super) fn put_beside(found: &mut Vec<DeployJob>, snapshot: &Snapshot, pipelines: &[Pipeline], trace: &Trace) {
    for job in gather(snapshot, pipelines, trace) {
        if !found.iter().any(|known| known.subject == job.subject) {
            found.push(job);
        }
    }
}

/// Jobs that a tag or a release starts and that are a workflow of another repository.
fn gather(snapshot: &Snapshot, pipelines: &[Pipeline], trace: &Trace) -> Vec<DeployJob> {
    let mut found = Vec::new();
    for unit in trace.opaque.iter().filter(|unit| unit.why.reason == Reason::Remote) {
        let Some(pipeline) = unit.pipeline.and_then(|number| pipelines.get(number)) else { continue };
        let started = unit.starts.iter().filter(|start| !start.answer.is_no());
        let triggers: BTreeSet<Trigger> =
            started.filter_map(|start| pipeline.events.get(start.event)).map(|event| event.trigger).collect();
        let on_tags = triggers.iter().any(|trigger| matches!(trigger, Trigger::Tag | Trigger::Release));
        let Some(text) = Written::read(snapshot, &pipeline.path).filter(|_| on_tags) else { continue };
        let Some(id) = text.calls_at(unit.place.line) else { continue };
        let (subject, what) = (format!("{}#{id}", pipeline.path), "a workflow of another repository".to_owned());
        let (place, tags) = (unit.place.clone(), text.tag_patterns());
        found.push(DeployJob { subject, what, place, triggers, on_tags, guard: Guard::Remote, tags, environment: None });
    }
    found
}
