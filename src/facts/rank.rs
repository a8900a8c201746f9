//! Owns the rung of one invocation on one component: events, filters, holds, what the exit status does. Refuses to compare
//! invocations.

use super::components::Component;
use super::effects::{self, Outcome};
use super::hold::{Hold, HoldEffect};
use super::invocations::Invocation;
use super::ladder::Rung;
use super::pipeline::Pipeline;
use super::starts::started;
use super::tool_config::{Query, Settings};
use crate::answer::{Answer, Reason};
use crate::catalog::Tool;
use crate::catalog::tool::{Boundary, DefaultTarget, Findings, Security};
use crate::snapshot::Snapshot;
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

    pub(super) fn cap(self, rung: Rung) -> Self {
        Self { lower: self.lower.min(rung), upper: self.upper.min(rung) }
    }

    pub(super) fn doubt(self, rung: Rung) -> Self {
        Self { lower: self.lower.min(rung), upper: self.upper }
    }

    pub(super) fn held(self, hold: &Hold) -> Self {
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
    /// It stays inside the module it runs in.
    bounded: bool,
    /// What it finds is uploaded to the forge by a later step.
    uploaded: bool,
    /// Why it is not known what it looks at.
    unplaced: Option<Hold>,
}

/// Whether an invocation looks at a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// It does not.
    No,
    /// It does.
    Yes,
    /// It may; why.
    Perhaps(Hold),
}

/// What holds for one invocation on one component.
pub struct OnComponent {
    /// The rung.
    pub bound: Bound,
    /// Production files that its file filters miss.
    pub missed: usize,
    /// What holds it there, beyond the invocation's own holds.
    pub held: Vec<Hold>,
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
    holds.extend(outcome.holds.iter().cloned());
    let targets = targets(tool, invocation, query);
    if let Targets::Nothing(place) = &targets {
        holds.push(Hold::new(HoldEffect::Void, place.clone(), "it looks at nothing of this tree"));
    }
    let at = here(invocation);
    match findings {
        Findings::Pass => holds.push(Hold::new(HoldEffect::Soften, at, "exits 0 whatever it finds")),
        Findings::Errors => holds.push(Hold::new(HoldEffect::Soften, at, "only error-level findings fail it; warnings pass")),
        Findings::Forge => {
            holds.push(Hold::new(HoldEffect::Note, at, "findings go to the forge, which decides whether they stop a merge"))
        }
        Findings::Unknown => {
            let why = "what its exit status does with findings is not verified against its source";
            holds.push(Hold::new(HoldEffect::Unknown(Reason::Unsupported), at, why));
        }
        Findings::Fail => {}
    }
    let unplaced = matches!(targets, Targets::Unknown).then(|| unplaced(invocation, &here(invocation)));
    let bounded = tool.bounded_by == Some(Boundary::Module) && !outcome.widened;
    Ranked { invocation, holds, security: security(tool, settings), targets, findings, bounded, uploaded: false, unplaced }
}

/// The command's own place.
fn here(invocation: &Invocation) -> Place {
    invocation.chain.last().map_or_else(|| Place::file(RepoPath::root()), |hop| hop.place.clone())
}

fn unplaced(invocation: &Invocation, here: &Place) -> Hold {
    let why = match (invocation.workdir.is_known(), invocation.workdir.dir()) {
        (false, _) => "the directory it works in is computed",
        (true, None) => "the directory it works in is not known to hold this tree",
        (true, Some(_)) => "a path it looks at is computed",
    };
    Hold::new(HoldEffect::Unknown(Reason::Dynamic), here.clone(), why)
}

pub(super) fn security(tool: &Tool, settings: &Settings) -> Answer {
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
    let (mut unknown, mut named, mut relative) = (false, None, false);
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
        relative |= value.starts_with(['.', '/']);
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
            // What is no path may be an import path (`example.org/kestrel/...`): packages of the module it runs in.
            (true, false) if tool.bounded_by.is_some() && !relative => directory,
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
    /// directory is in or above it. A tool that stays inside its module belongs to the one whose manifest is nearest.
    #[must_use]
    pub fn belongs(&self, component: &Component, all: &[&Component], snapshot: &Snapshot) -> Belongs {
        let perhaps = || self.unplaced.clone().map_or(Belongs::Yes, Belongs::Perhaps);
        let looks = |paths: &[RepoPath]| {
            let mut answers = paths.iter().map(|path| stands_in(path, component, all, snapshot, || here(self.invocation)));
            let mut best = Belongs::No;
            while let (Some(answer), false) = (answers.next(), best == Belongs::Yes) {
                best = if answer == Belongs::No { best } else { answer };
            }
            best
        };
        match &self.targets {
            Targets::Paths(paths) if self.bounded => looks(paths),
            Targets::Directory(directory) if self.bounded => looks(std::slice::from_ref(directory)),
            Targets::Paths(paths) => yes(paths.iter().any(|path| component.files.iter().any(|file| file.is_in(path)))),
            Targets::Directory(directory) => yes(component.directory.is_in(directory) || directory.is_in(&component.directory)),
            Targets::Unknown => perhaps(),
            Targets::Nothing(_) => Belongs::Yes,
        }
    }

    /// Of a component's files those that its targets take in.
    pub fn of_files(&self, component: &Component) -> Vec<RepoPath> {
        let within = |file: &&RepoPath| match &self.targets {
            Targets::Paths(paths) => paths.iter().any(|path| file.is_in(path)),
            Targets::Directory(directory) => file.is_in(directory),
            Targets::Unknown | Targets::Nothing(_) => false,
        };
        component.files.iter().filter(within).cloned().collect()
    }

    /// What it finds is uploaded to the forge, which decides.
    pub fn uploads(&mut self) {
        self.uploaded = true;
    }

    /// Its rung on a component (`None`: for a tool of no language), and how many production files its file filters miss.
    #[must_use]
    pub fn on(&self, pipeline: Option<&Pipeline>, component: Option<&Component>) -> OnComponent {
        let configured = Bound::exactly(Rung::Configured);
        let Some(pipeline) = pipeline else { return OnComponent { bound: configured, missed: 0, held: Vec::new() } };
        let (mut bound, missed, mut held) = started(&self.invocation.starts, pipeline, component);
        let reached = bound;
        if self.findings == Findings::Forge && bound.upper >= Rung::Gates {
            bound = Bound { lower: bound.lower.min(Rung::Runs), upper: Rung::Required };
        }
        if !self.invocation.conditions.is_empty() {
            bound = bound.doubt(Rung::Configured);
        }
        for hold in &self.holds {
            bound = bound.held(hold);
        }
        let void = self.holds.iter().any(|hold| hold.effect == HoldEffect::Void);
        // What is uploaded reaches the forge, whatever becomes of the exit status.
        if self.uploaded && !void && reached.upper >= Rung::Gates && bound.lower < Rung::Gates {
            bound = Bound { lower: bound.lower.min(Rung::Runs), upper: Rung::Required };
        }
        held.dedup();
        OnComponent { bound, missed, held }
    }
}

fn yes(does: bool) -> Belongs {
    if does { Belongs::Yes } else { Belongs::No }
}

/// Whether a path lies in the component's module: no other manifest stands between them. Where no module stands at or above
/// the path, the tool's own rules decide (`go.work`), and they are not modelled.
fn stands_in(path: &RepoPath, component: &Component, all: &[&Component], snapshot: &Snapshot, at: impl Fn() -> Place) -> Belongs {
    let homes = all.iter().filter(|one| one.manifest.is_some() && path.is_in(&one.directory));
    let Some(home) = homes.max_by_key(|one| one.directory.segments().count()) else {
        if !component.directory.is_in(path) && !path.is_in(&component.directory) {
            return Belongs::No;
        }
        if component.manifest.is_none() {
            return Belongs::Yes;
        }
        let why = "no module stands at or above the directory it works in";
        return Belongs::Perhaps(Hold::new(HoldEffect::Unknown(Reason::Unsupported), at(), why));
    };
    // A manifest out of sight (a fixture's) is the border of another module all the same.
    let name = home.manifest.as_ref().map_or("", |manifest| manifest.file_name());
    let between = path.ancestors().take_while(|directory| *directory != home.directory);
    let foreign = between.filter(|directory| !home.members.contains(directory));
    let mut manifests = foreign.filter_map(|directory| directory.join(name));
    yes(home.directory == component.directory && !manifests.any(|manifest| snapshot.is_file(&manifest)))
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
