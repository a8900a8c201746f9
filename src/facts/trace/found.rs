//! Owns what a trace leads to: invocations, what is not read, actions by name. Refuses to walk.

use super::{Frame, Tracer};
use crate::answer::{Reason, Why};
use crate::facts::ci;
use crate::facts::hold::{Hold, Hop};
use crate::facts::invocations::Invocation;
use crate::facts::pipeline::{ActionCall, Start};
use crate::text::Place;

/// Something reached that is not read; it raises what every tool may be.
#[derive(Clone, Debug)]
pub struct OpaqueUnit {
    /// Where.
    pub place: Place,
    /// Why it is not read.
    pub why: Why,
    /// Index of the pipeline; none for a CI file that is not read at all.
    pub pipeline: Option<usize>,
    /// Which events start it.
    pub starts: Vec<Start>,
    /// From the trigger on.
    pub chain: Vec<Hop>,
    /// What loses its failure on the way.
    pub holds: Vec<Hold>,
    /// Tools vouched for by `[ci].trusted_workflows`; `None` when the unit is not settled.
    pub settled: Option<Vec<String>>,
}

/// An action reached by name.
#[derive(Clone, Debug)]
pub struct ReachedAction {
    /// The call.
    pub call: ActionCall,
    /// Index of the pipeline.
    pub pipeline: usize,
    /// Index of the job.
    pub job: usize,
    /// From the trigger on.
    pub chain: Vec<Hop>,
}

impl OpaqueUnit {
    /// A CI file of a system that is not read.
    #[must_use]
    pub fn unread(path: crate::text::RepoPath, why: Why) -> Self {
        Self {
            place: Place::file(path),
            why,
            pipeline: None,
            starts: Vec::new(),
            chain: Vec::new(),
            holds: Vec::new(),
            settled: None,
        }
    }

    /// A CI file that was not read, and that its platform may run nevertheless.
    #[must_use]
    pub fn not_read(file: &ci::Unreadable) -> Self {
        let why = Why::new(Reason::Unreadable, format!("the CI file was not read: {}", file.why));
        Self { place: file.place.clone(), ..Self::unread(file.place.path.clone(), why.at(file.place.clone())) }
    }
}

/// What all chains lead to.
#[derive(Default, Debug)]
pub struct Trace {
    /// Every reached invocation of a tool in the catalogue.
    pub invocations: Vec<Invocation>,
    /// Every reached thing that is not read.
    pub opaque: Vec<OpaqueUnit>,
    /// Actions reached by name: bots that run in CI, and earlier steps whose inputs count, are found here.
    pub actions: Vec<ReachedAction>,
    /// Steps that deploy, and those that verify before, in the order in which they were reached.
    pub releasing: Vec<super::ReleaseStep>,
    /// The first of them that is not kept, where there are too many.
    pub releasing_left_out: Option<super::releasing::Beyond>,
    /// Programs reached that neither the catalogue nor a runner knows, each once, for `-v`.
    pub unknown_programs: std::collections::BTreeSet<String>,
    /// Programs of the catalogue's rows `brought` that commands call on the machine of their job, or install on it.
    pub there: std::collections::BTreeSet<String>,
}

impl Trace {
    /// Adds what another walk leads to.
    pub(super) fn extend(&mut self, other: Self) {
        self.invocations.extend(other.invocations);
        self.opaque.extend(other.opaque);
        self.actions.extend(other.actions);
        self.releasing.extend(other.releasing);
        self.releasing_left_out = self.releasing_left_out.take().or(other.releasing_left_out);
        self.unknown_programs.extend(other.unknown_programs);
        self.there.extend(other.there);
    }
}

impl Tracer<'_> {
    /// Something that is not read: raises what every tool may be.
    pub(super) fn opaque(&mut self, why: Why, frame: &Frame) {
        // What no event starts cannot hide anything that runs.
        if frame.never_starts() {
            return;
        }
        self.may_supply(why.clone(), frame);
        let place = why.place.clone().or_else(|| frame.chain.last().map(|hop| hop.place.clone()));
        let place = place.unwrap_or_else(|| Place::file(crate::text::RepoPath::root()));
        let settled = self
            .terms
            .ci
            .trusted_workflows
            .iter()
            .find(|trusted| crate::facts::settle::vouches(trusted, &why))
            .map(|trusted| trusted.provides.clone());
        // The same text reached on another way may be held there, or not.
        let known = self.out.opaque.iter().rev().take(64).any(|unit| {
            let same = unit.place == place && unit.why.text == why.text && unit.pipeline == Some(frame.pipeline);
            same && unit.chain == frame.chain && unit.holds == frame.holds_of_all()
        });
        if !known {
            let (starts, chain, holds) = ((*frame.starts).clone(), frame.chain.clone(), frame.holds_of_all());
            self.out.opaque.push(OpaqueUnit { place, why, pipeline: Some(frame.pipeline), starts, chain, holds, settled });
        }
    }
}
