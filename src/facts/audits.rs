//! Owns where a tool of no language stands with the dependencies that directories of the tree declare. Refuses tools that
//! audit nothing: they are not asked.

use super::filtered::Sight;
use super::ladder::{ComponentStanding, Rung};
use super::pipeline::Pipeline;
use super::rank::{Bound, Ranked};
use super::standing::Evidence;
use crate::answer::Answer;

/// A tool of no language on the dependencies of every directory that declares some.
pub(super) fn on_manifests(evidence: &Evidence<'_>, prepared: &[(&Ranked<'_>, Option<&Pipeline>)]) -> Vec<ComponentStanding> {
    let mut rows: Vec<ComponentStanding> = Vec::new();
    for component in evidence.inventory.components.iter().filter(|component| component.manifest.is_some()) {
        let (mut bound, mut best, mut held_by) = (Bound::exactly(Rung::Absent), None, Vec::new());
        for (at, (ranked, pipeline)) in prepared.iter().enumerate() {
            let Some(on) = ranked.on_dependencies(*pipeline, component, evidence.filtered) else {
                continue;
            };
            if best.is_none() || on.bound > bound {
                (best, held_by) = (Some(at), on.held);
            }
            bound = bound.best(on.bound);
        }
        let row = ComponentStanding {
            directory: component.directory.clone(),
            rung: bound.lower,
            may_be: bound.may_be(),
            security: Answer::Yes(()),
            best,
            missed_files: 0,
            left_out: 0,
            held_by,
            deciding: None,
            to_select: None,
            raised: evidence.raised.is(Some(Sight::dependencies(component))),
        };
        // Of several languages in one directory the one that is worst off speaks for it.
        match rows.iter_mut().find(|known| known.directory == row.directory) {
            Some(known) if row.rung < known.rung => *known = row,
            Some(_) => {}
            None => rows.push(row),
        }
    }
    rows.sort_by(|a, b| a.directory.cmp(&b.directory));
    rows
}
