//! Owns the rung of one invocation on one component: events, filters, holds, what the exit status does. Refuses to compare
//! invocations.

use super::components::Component;
use super::effects::{self, Outcome};
use super::hold::{Hold, HoldEffect};
use super::invocations::Invocation;
use super::ladder::Rung;
use super::pipeline::{Event, PathFilter, Pipeline, Reach};
use super::targets::{self, Kind, Targets};
use super::tool_config::excluded::Excluded;
use super::tool_config::{Query, Settings};
use crate::answer::{Answer, Reason};
use crate::catalog::Tool;
use crate::catalog::tool::{Findings, Security};
use crate::text::{Place, RepoPath};

/// A proven lower bound and what the unread could still make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// Proven.
    pub lower: Rung,
    /// Possible.
    pub upper: Rung,
}

impl Bound {
    /// Both bounds at one rung.
    #[must_use]
    pub fn exactly(rung: Rung) -> Self {
        Self { lower: rung, upper: rung }
    }

    fn cap(self, rung: Rung) -> Self {
        Self { lower: self.lower.min(rung), upper: self.upper.min(rung) }
    }

    fn doubt(self, rung: Rung) -> Self {
        Self { lower: self.lower.min(rung), upper: self.upper }
    }

    fn held(self, hold: &Hold) -> Self {
        match hold.effect {
            HoldEffect::Void => self.cap(Rung::Configured),
            HoldEffect::Soften => self.cap(Rung::Runs),
            HoldEffect::Unknown(_) => self.doubt(Rung::Runs),
            HoldEffect::Narrow | HoldEffect::Note => self,
        }
    }

    /// The better of two, bound by bound.
    #[must_use]
    pub fn best(self, other: Self) -> Self {
        Self { lower: self.lower.max(other.lower), upper: self.upper.max(other.upper) }
    }

    /// What it may be, when that is more than proven.
    #[must_use]
    pub fn may_be(self) -> Option<Rung> {
        (self.upper > self.lower).then_some(self.upper)
    }
}

/// What is true of an invocation whatever the component.
pub struct Ranked<'i> {
    /// The invocation.
    pub invocation: &'i Invocation,
    /// Its holds: those of the chain, then its own.
    pub holds: Vec<Hold>,
    /// Whether security rules are in force.
    pub security: Answer,
    targets: Targets,
    excluded: Option<Excluded>,
    findings: Findings,
    warnings_fail: bool,
}

/// Applies the catalogue's effects and resolves what the invocation looks at.
#[must_use]
pub fn prepare<'i>(tool: &Tool, invocation: &'i Invocation, query: &Query<'_>, settings: &Settings) -> Ranked<'i> {
    let row = &tool.run[invocation.row];
    let outcome: Outcome = effects::apply(tool, invocation, query, settings);
    let (targets, kind) = targets::of(tool, invocation, query, row.findings_on_files.is_some() && !outcome.hardened);
    let own = match (row.findings_on_files, kind) {
        (Some(on_files), Kind::Files) => on_files,
        (Some(_), Kind::Unknown) if !outcome.hardened => Findings::Unknown,
        _ => row.findings,
    };
    let findings = effects::findings(own, &outcome);
    let mut holds = invocation.holds.clone();
    holds.extend(outcome.holds.iter().cloned());
    let mut excluded = Excluded::of(tool, query);
    if let Some(place) = excluded.as_ref().and_then(|excluded| excluded.everything(query, targets.paths())) {
        holds.push(Hold::new(HoldEffect::Void, place, "every file it would look at is excluded here"));
        // It stands on each component, and is held by this.
        excluded = None;
    }
    if let Targets::Nothing(place) = &targets {
        holds.push(Hold::new(HoldEffect::Void, place.clone(), "it looks at nothing of this tree"));
    }
    let here = place_of(invocation);
    match findings {
        Findings::Pass => holds.push(Hold::new(HoldEffect::Soften, here, "exits 0 whatever it finds")),
        Findings::Errors => holds.push(Hold::new(HoldEffect::Soften, here, "only error-level findings fail it; warnings pass")),
        Findings::Forge => {
            holds.push(Hold::new(HoldEffect::Note, here, "findings go to the forge, which decides whether they stop a merge"))
        }
        Findings::Unknown if row.findings != Findings::Unknown => holds.push(match &outcome.may_harden {
            Some(why) => Hold::unknown(why, &here),
            None => {
                let why = "whether it is given files or directories is computed";
                Hold::new(HoldEffect::Unknown(Reason::Dynamic), here, why)
            }
        }),
        Findings::Unknown => {
            let why = "what its exit status does with findings is not verified against its source";
            holds.push(Hold::new(HoldEffect::Unknown(Reason::Unsupported), here, why));
        }
        Findings::Fail => {}
    }
    let security = security(tool, settings, outcome.warnings_fail);
    Ranked { invocation, holds, security, targets, excluded, findings, warnings_fail: outcome.warnings_fail }
}

/// Where the command stands.
#[must_use]
pub fn place_of(invocation: &Invocation) -> Place {
    invocation.chain.last().map_or_else(|| Place::file(RepoPath::root()), |hop| hop.place.clone())
}

/// Whether security rules are in force; those that only warn are where warnings fail.
#[must_use]
pub fn security(tool: &Tool, settings: &Settings, warnings_fail: bool) -> Answer {
    match tool.security {
        Security::Always => Answer::Yes(()),
        Security::Never => Answer::No,
        Security::Selected => {
            let each = settings.selects.iter().map(|(name, answer)| match answer {
                _ if warnings_fail && settings.warned.contains_key(name) => Answer::Yes(()),
                Answer::Yes(_) => Answer::Yes(()),
                Answer::No => Answer::No,
                Answer::Unknown(why) => Answer::Unknown(why.clone()),
            });
            each.fold(Answer::No, Answer::or)
        }
    }
}

impl Ranked<'_> {
    /// Whether the invocation looks at production files of the component: its paths contain or lie in it; without paths, its
    /// directory is in or above it.
    #[must_use]
    pub fn belongs(&self, component: &Component) -> bool {
        match &self.targets {
            Targets::Paths(paths) => {
                let excluded = |file: &RepoPath| self.excluded.as_ref().is_some_and(|excluded| excluded.takes(file));
                component.files.iter().any(|file| paths.iter().any(|path| file.is_in(path)) && !excluded(file))
            }
            Targets::Directory(directory) => {
                let near = component.directory.is_in(directory) || directory.is_in(&component.directory);
                let left =
                    |excluded: &Excluded| component.files.is_empty() || component.files.iter().any(|file| !excluded.takes(file));
                near && self.excluded.as_ref().is_none_or(left)
            }
            Targets::Unknown | Targets::Nothing(_) => true,
        }
    }

    /// Whether security rules are in force by other settings than those of its own directory.
    #[must_use]
    pub fn security_in(&self, tool: &Tool, settings: &Settings) -> Answer {
        security(tool, settings, self.warnings_fail)
    }

    /// Whether it looks at a file, as far as its paths say.
    #[must_use]
    pub fn looks_at(&self, file: &RepoPath) -> bool {
        let excluded = self.excluded.as_ref().is_some_and(|excluded| excluded.takes(file));
        !excluded && self.targets.paths().is_none_or(|paths| paths.iter().any(|path| file.is_in(path)))
    }

    /// Its rung on a component (`None`: for a tool of no language), and how many production files its file filters miss.
    #[must_use]
    pub fn on(&self, pipeline: Option<&Pipeline>, component: Option<&Component>) -> (Bound, usize, Vec<Hold>) {
        let Some(pipeline) = pipeline else { return (Bound::exactly(Rung::Configured), 0, Vec::new()) };
        let mut bound = Bound::exactly(Rung::Configured);
        let (mut missed, mut held) = (usize::MAX, Vec::new());
        for start in &self.invocation.starts {
            let Some(event) = pipeline.events.get(start.event) else { continue };
            let (one, misses, hold) = start_bound(event, start, component);
            if one.lower >= Rung::Gates {
                missed = missed.min(misses);
            }
            if one > bound {
                held.clear();
            }
            if one >= bound {
                held.extend(hold);
            }
            bound = bound.best(one);
        }
        if self.findings == Findings::Forge && bound.upper >= Rung::Gates {
            bound = Bound { lower: bound.lower.min(Rung::Runs), upper: Rung::Required };
        }
        if !self.invocation.conditions.is_empty() {
            bound = bound.doubt(Rung::Configured);
        }
        for hold in &self.holds {
            bound = bound.held(hold);
        }
        if matches!(self.targets, Targets::Unknown) && component.is_some() {
            bound = bound.doubt(Rung::Runs);
        }
        held.dedup();
        (bound, if missed == usize::MAX { 0 } else { missed }, held)
    }
}

fn start_bound(event: &Event, start: &super::pipeline::Start, component: Option<&Component>) -> (Bound, usize, Option<Hold>) {
    let (mut bound, mut hold) = (reached(event), event.held_by.clone());
    match &start.answer {
        Answer::Yes(()) => {}
        Answer::No => return (Bound::exactly(Rung::Configured), 0, None),
        Answer::Unknown(why) => {
            hold = Some(Hold::unknown(why, &event.place));
            bound = bound.doubt(Rung::Configured);
        }
    }
    for own in &start.holds {
        bound = bound.held(own);
        if matches!(own.effect, HoldEffect::Soften | HoldEffect::Void | HoldEffect::Unknown(_)) {
            hold = Some(own.clone());
        }
    }
    let mut missed = 0;
    for filter in event.paths.iter().chain(start.paths.iter()) {
        let Some(component) = component else { break };
        missed = missed.max(count_missed(filter, component));
        if missed == component.files.len() && missed > 0 {
            let why = format!("no production file of {} passes this filter", subject(component));
            return (bound.cap(Rung::Runs), missed, Some(Hold::new(HoldEffect::Soften, filter.place.clone(), why)));
        }
    }
    (bound, missed, hold)
}

fn subject(component: &Component) -> String {
    if component.directory.is_root() { "the component".to_owned() } else { format!("`{}`", component.directory) }
}

fn reached(event: &Event) -> Bound {
    let rung = |reach| match reach {
        Reach::Nothing => Rung::Configured,
        Reach::Runs => Rung::Runs,
        Reach::Gates => Rung::Gates,
    };
    let lower = rung(event.reach);
    let upper = event.may_reach.as_ref().map_or(lower, |(reach, _)| rung(*reach).max(lower));
    Bound { lower, upper }
}

fn count_missed(filter: &PathFilter, component: &Component) -> usize {
    component.files.iter().filter(|file| !filter.passes(file.as_str())).count()
}

impl Ranked<'_> {
    /// For a tool that runs inside a host: the host's own softening flags count, and what the host's configuration leaves out
    /// is not checked.
    pub fn inside(&mut self, host: Option<&Tool>, query: &Query<'_>, settings: &Settings) {
        let Some(host) = host else { return };
        self.holds.extend(effects::own(host, self.invocation, query, settings));
        for (name, answer) in &settings.selects {
            let here = self.invocation.chain.last().map_or_else(|| Place::file(RepoPath::root()), |hop| hop.place.clone());
            match answer {
                Answer::Yes(_) => {}
                Answer::No => {
                    self.holds.push(Hold::new(HoldEffect::Void, here, format!("`{name}` is not selected in {}", host.title)))
                }
                Answer::Unknown(why) => self.holds.push(Hold::unknown(why, &here)),
            }
        }
    }
}
