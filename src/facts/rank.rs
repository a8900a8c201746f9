//! Owns the rung of one invocation on one component: events, filters, holds, what the exit status does. Refuses to compare
//! invocations.

use super::components::Component;
use super::effects::{self, Outcome};
use super::filtered::Filtered;
use super::hold::{Hold, HoldEffect};
use super::invocations::Invocation;
use super::ladder::Rung;
use super::meter::Meter;
use super::pipeline::{Event, Pipeline, Reach, Start};
use super::tool_config::{Query, Settings};
use crate::answer::{Answer, Reason};
use crate::catalog::Tool;
use crate::catalog::tool::{DefaultTarget, Findings, Security};
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
    findings: Findings,
}

/// What an invocation looks at.
#[derive(Debug)]
enum Targets {
    /// These paths of the tree.
    Paths(Vec<RepoPath>),
    /// Its working directory.
    Directory(RepoPath),
    /// Not known.
    Unknown,
    /// Nothing that the tree holds.
    Nothing(Place),
}

/// Applies the catalogue's effects and resolves what the invocation looks at.
#[must_use]
pub fn prepare<'i>(tool: &Tool, invocation: &'i Invocation, query: &Query<'_>, settings: &Settings) -> Ranked<'i> {
    let row = &tool.run[invocation.row];
    let outcome: Outcome = effects::apply(tool, invocation, query, settings);
    let findings = effects::findings(row, &outcome);
    let mut holds = invocation.holds.clone();
    holds.extend(outcome.holds);
    let targets = targets(tool, invocation, query);
    if let Targets::Nothing(place) = &targets {
        holds.push(Hold::new(HoldEffect::Void, place.clone(), "it looks at nothing of this tree"));
    }
    let here = invocation.chain.last().map_or_else(|| Place::file(RepoPath::root()), |hop| hop.place.clone());
    match findings {
        Findings::Pass => holds.push(Hold::new(HoldEffect::Soften, here, "exits 0 whatever it finds")),
        Findings::Errors => holds.push(Hold::new(HoldEffect::Soften, here, "only error-level findings fail it; warnings pass")),
        Findings::Forge => {
            holds.push(Hold::new(HoldEffect::Note, here, "findings go to the forge, which decides whether they stop a merge"))
        }
        Findings::Unknown => {
            let why = "what its exit status does with findings is not verified against its source";
            holds.push(Hold::new(HoldEffect::Unknown(Reason::Unsupported), here, why));
        }
        Findings::Fail => {}
    }
    Ranked { invocation, holds, security: security(tool, settings), targets, findings }
}

fn security(tool: &Tool, settings: &Settings) -> Answer {
    match tool.security {
        Security::Always => Answer::Yes(()),
        Security::Never => Answer::No,
        Security::Selected => {
            let each = settings.selects.values().map(|answer| match answer {
                Answer::Yes(_) => Answer::Yes(()),
                Answer::No => Answer::No,
                Answer::Unknown(why) => Answer::Unknown(why.clone()),
            });
            each.fold(Answer::No, Answer::or)
        }
    }
}

/// A container of the tool's own image works on what is mounted into it.
fn elsewhere(invocation: &Invocation, tool: &Tool) -> Targets {
    let mounted: Vec<RepoPath> = invocation.workdir.mounts().iter().map(|(_, directory)| directory.clone()).collect();
    if mounted.is_empty() || tool.run[invocation.row].image.is_none() { Targets::Unknown } else { Targets::Paths(mounted) }
}

fn targets(tool: &Tool, invocation: &Invocation, query: &Query<'_>) -> Targets {
    let directory = match invocation.workdir.dir() {
        Some(directory) => Targets::Directory(directory),
        None => elsewhere(invocation, tool),
    };
    let Some(shape) = tool.targets.as_ref().filter(|shape| shape.positional) else { return directory };
    let mut paths = Vec::new();
    let (mut unknown, mut named) = (false, None);
    let mut skip = false;
    for word in &invocation.args {
        let Some(value) = word.value.as_deref() else {
            unknown |= !skip;
            skip = false;
            continue;
        };
        if std::mem::take(&mut skip) {
            continue;
        }
        if value.starts_with('-') && value != "-" {
            skip = tool.value_flags.iter().chain(&shape.excluded_by).any(|flag| flag == value);
            continue;
        }
        named.get_or_insert_with(|| word.place.clone());
        if value == "-" {
            // Standard input: what is fed to it was not followed, and it is no path.
            paths.push(RepoPath::root());
            continue;
        }
        // `src/**/*.py` looks at what lies under `src`; `./...` is Go's "everything below".
        let fixed = value.split(['*', '?', '[', '{']).next().unwrap_or(value);
        let fixed = if fixed.len() < value.len() { fixed.rsplit_once('/').map_or(".", |(head, _)| head) } else { fixed };
        let fixed = fixed.strip_suffix("/...").or_else(|| (fixed == "...").then_some(".")).unwrap_or(fixed);
        match invocation.workdir.resolve(fixed) {
            Some(path) => paths.push(path),
            None => unknown = true,
        }
    }
    if let Some(place) = named {
        let snapshot = query.world.snapshot;
        paths.retain(|path| snapshot.is_dir(path) || snapshot.is_file(path));
        return match (paths.is_empty(), unknown) {
            (false, _) => Targets::Paths(paths),
            (true, true) => elsewhere(invocation, tool),
            (true, false) => Targets::Nothing(place),
        };
    }
    match (unknown, shape.default) {
        (true, _) => Targets::Unknown,
        (false, DefaultTarget::Cwd) => directory,
        (false, DefaultTarget::None) => {
            let place = invocation.chain.last().map_or_else(|| Place::file(RepoPath::root()), |hop| hop.place.clone());
            // Arguments that an action builds by itself are not seen here.
            if tool.run[invocation.row].argv.is_some() { Targets::Nothing(place) } else { directory }
        }
    }
}

impl Ranked<'_> {
    /// Whether the invocation looks at production files of the component: its paths contain or lie in it; without paths, its
    /// directory is in or above it.
    #[must_use]
    pub fn belongs(&self, component: &Component) -> bool {
        match &self.targets {
            Targets::Paths(paths) => paths.iter().any(|path| component.has_files_in(path)),
            Targets::Directory(directory) => component.directory.is_in(directory) || directory.is_in(&component.directory),
            Targets::Unknown | Targets::Nothing(_) => true,
        }
    }

    /// Its rung on a component (`None`: for a tool of no language), and how many production files its file filters miss.
    #[must_use]
    pub fn on<'e>(
        &self,
        pipeline: Option<&Pipeline>,
        component: Option<&'e Component>,
        filtered: &Filtered<'e>,
    ) -> (Bound, usize, Vec<Hold>) {
        let Some(pipeline) = pipeline else { return (Bound::exactly(Rung::Configured), 0, Vec::new()) };
        let mut bound = Bound::exactly(Rung::Configured);
        let (mut missed, mut held) = (usize::MAX, Vec::new());
        for start in self.invocation.starts.iter() {
            let Some(event) = pipeline.events.get(start.event) else { continue };
            let (one, misses, hold) = start_bound(event, start, component, filtered);
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

fn start_bound<'e>(
    event: &Event,
    start: &Start,
    component: Option<&'e Component>,
    filtered: &Filtered<'e>,
) -> (Bound, usize, Option<Hold>) {
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
        let Some(misses) = filtered.missed(filter, component) else {
            return (bound.doubt(Rung::Runs), 0, Some(Hold::unknown(&Meter::why(), &filter.place)));
        };
        missed = missed.max(misses);
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
