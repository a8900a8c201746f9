//! Owns which opaque units can still raise what a tool may be: they honour the holds, filters and conditions that any
//! invocation honours. Refuses to say what a unit would run.

use std::collections::BTreeSet;

use super::components::Inventory;
use super::filtered::{Filtered, Part, Sight};
use super::ladder::Rung;
use super::pipeline::{Pipeline, Trigger};
use super::starts;
use super::trace::{OpaqueUnit, Trace};
use crate::answer::Reason;
use crate::text::RepoPath;

/// Words of a job, a step or a file in which an analyzer is looked for first.
const LIKELY: [&str; 14] = [
    "lint", "static", "analy", "sast", "security", "scan", "audit", "quality", "codeql", "check", "vet", "clippy", "style",
    "vuln",
];

/// The opaque units in which something unseen could gate what is looked at (`None`: the repository as a whole), the most likely
/// place for it first. What the policy settles does not count.
#[must_use]
pub fn on_gate<'t>(
    trace: &'t Trace,
    pipelines: &[Pipeline],
    sight: Option<Sight<'_>>,
    filtered: &Filtered<'_>,
) -> Vec<&'t OpaqueUnit> {
    let mut units: Vec<&OpaqueUnit> = gating(trace, pipelines, sight, filtered).collect();
    units.sort_by_cached_key(|unit| {
        (!on_pull_request(unit, pipelines), !likely(unit), weakness(unit.why.reason), unit.place.clone())
    });
    units.dedup_by(|a, b| a.place == b.place && a.why.text == b.why.text);
    units
}

/// The first opaque unit that starts without a human and in which something unseen could run on what is looked at, whatever becomes
/// of its failure.
#[must_use]
pub fn running<'t>(
    trace: &'t Trace,
    pipelines: &[Pipeline],
    sight: Option<Sight<'_>>,
    filtered: &Filtered<'_>,
) -> Option<&'t OpaqueUnit> {
    let mut open = trace.opaque.iter().filter(|unit| unit.settled.is_none());
    open.find(|unit| starts::unseen_bound(unit, pipelines, sight, filtered).upper >= Rung::Runs)
}

/// The same in no order.
fn gating<'t>(
    trace: &'t Trace,
    pipelines: &[Pipeline],
    sight: Option<Sight<'_>>,
    filtered: &Filtered<'_>,
) -> impl Iterator<Item = &'t OpaqueUnit> {
    let open = trace.opaque.iter().filter(|unit| unit.settled.is_none());
    open.filter(move |unit| starts::unseen_bound(unit, pipelines, sight, filtered).upper >= Rung::Gates)
}

/// What of which component something unseen could gate, as (language, directory, part), and whether it could gate the repository.
#[derive(Debug, Default)]
pub struct Raised {
    components: BTreeSet<(String, RepoPath, Part)>,
    repository: bool,
}

/// What opaque units raise; asked once, for all tools.
#[must_use]
pub fn raised(trace: &Trace, pipelines: &[Pipeline], inventory: &Inventory, filtered: &Filtered<'_>) -> Raised {
    let open = |sight: &Sight<'_>| gating(trace, pipelines, Some(*sight), filtered).next().is_some();
    let both = |component| [Sight::code(component), Sight::dependencies(component)];
    Raised {
        components: inventory.components.iter().flat_map(both).filter(open).map(key).collect(),
        repository: gating(trace, pipelines, None, filtered).next().is_some(),
    }
}

impl Raised {
    /// Whether what is looked at of a component (`None`: the repository) is raised.
    #[must_use]
    pub fn is(&self, sight: Option<Sight<'_>>) -> bool {
        sight.map_or(self.repository, |sight| self.components.contains(&key(sight)))
    }
}

fn key(sight: Sight<'_>) -> (String, RepoPath, Part) {
    (sight.component.language.clone(), sight.component.directory.clone(), sight.part)
}

fn on_pull_request(unit: &OpaqueUnit, pipelines: &[Pipeline]) -> bool {
    let Some(pipeline) = unit.pipeline.and_then(|index| pipelines.get(index)) else { return false };
    let started = unit.starts.iter().filter(|start| !start.answer.is_no());
    started.filter_map(|start| pipeline.events.get(start.event)).any(|event| event.trigger == Trigger::PullRequest)
}

fn likely(unit: &OpaqueUnit) -> bool {
    let says = |text: &str| {
        let text = text.to_ascii_lowercase();
        LIKELY.iter().any(|word| text.contains(word))
    };
    says(&unit.why.text) || says(unit.place.path.as_str()) || unit.chain.iter().any(|hop| says(&hop.text))
}

/// What lies in another repository stays unseen whatever is done here; what is merely not read could be written otherwise.
fn weakness(reason: Reason) -> u8 {
    match reason {
        Reason::Remote => 0,
        Reason::Dynamic => 1,
        _ => 2,
    }
}
