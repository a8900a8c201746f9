//! Owns jobs that a tag starts in an environment whose name says that it is the product's, and that deploy by nothing that is known. Refuses to
//! say that they do: that is unknown, and so is what stands before it.

use std::collections::BTreeSet;

use super::written::Written;
use super::{DeployJob, Guard};
use crate::answer::Reason;
use crate::catalog::Catalog;
use crate::facts::pipeline::{Pipeline, Trigger, Unit, Work};
use crate::facts::trace::{ReleaseStep, Trace};
use crate::snapshot::Snapshot;

/// Puts such jobs beside those that are known to deploy.
pub(super) fn put_beside(found: &mut Vec<DeployJob>, snapshot: &Snapshot, pipelines: &[Pipeline], trace: &Trace) {
    for (number, pipeline) in pipelines.iter().enumerate().filter(|(_, pipeline)| pipeline.system == "github-actions") {
        let mut text = None;
        for (at, job) in pipeline.jobs.iter().enumerate() {
            let subject = format!("{}#{}", pipeline.path, job.id);
            if found.iter().any(|known| known.subject == subject) {
                continue;
            }
            let verifies = |unit: &Unit| trace.releasing.iter().any(|step| step.pipeline == number && is_of(step, unit));
            let mut works = pipeline.units.iter().filter(|unit| unit.job == at && does_work(unit) && !verifies(unit));
            let Some(unit) = works.next() else { continue };
            let triggers: BTreeSet<Trigger> = unit
                .starts
                .iter()
                .filter(|start| !start.answer.is_no())
                .filter_map(|start| Some(pipeline.events.get(start.event)?.trigger))
                .collect();
            if !triggers.iter().any(|trigger| matches!(trigger, Trigger::Tag | Trigger::Release)) {
                continue;
            }
            let Some(text) = text.get_or_insert_with(|| Written::read(snapshot, &pipeline.path)).as_ref() else { break };
            let Some(environment) = text.environment(&job.id).filter(|_| text.is_production(&job.id)) else { continue };
            let why = "nothing in it is known to deploy, and its environment says that it does".to_owned();
            found.push(DeployJob {
                subject,
                what: format!("to {environment}"),
                place: job.place.clone(),
                triggers,
                on_tags: true,
                guard: Guard::Unseen(Reason::Unsupported, job.place.clone(), why),
                tags: text.tag_patterns(),
                environment: Some(environment),
            });
        }
    }
}

/// It is a verification, or the gate, in this very step.
fn is_of(step: &ReleaseStep, unit: &Unit) -> bool {
    let own = unit.chain.last().map(|hop| &hop.place);
    step.job == unit.job
        && step.row.what.is_some_and(|what| what.verifies())
        && step.chain.iter().any(|hop| Some(&hop.place) == own)
}

/// It does more than to bring the files.
fn does_work(unit: &Unit) -> bool {
    match &unit.work {
        Work::Action(call) => {
            !call.name.eq_ignore_ascii_case("actions/checkout") && !Catalog::builtin().releasing.is_own_action(&call.name)
        }
        _ => true,
    }
}
