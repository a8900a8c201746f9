//! Owns the rung of one invocation on one component: events, filters, holds, what the exit status does. Refuses to compare
//! invocations.

pub use super::bound::Bound;
use super::components::Component;
use super::effects::{self, Outcome};
use super::filtered::{Filtered, Sight};
use super::hold::{ERRORS_ONLY, Hold, HoldEffect, Remedy};
use super::invocations::Invocation;
use super::ladder::Rung;
use super::pipeline::Pipeline;
use super::starts::started;
use super::targets::{self, Kind, More, Targets};
use super::tool_config::excluded::Excluded;
use super::tool_config::{Query, Settings, TOO_FEW};
use super::{releases, required};
use crate::answer::{Answer, Reason};
use crate::catalog::Tool;
use crate::catalog::tool::{Boundary, Findings, Security};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

pub(super) mod seen;

use seen::PassedBy;

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
    /// It stays inside the module it runs in.
    bounded: bool,
    /// What it finds is uploaded to the forge by a later step.
    uploaded: bool,
    /// Whether the forge lets its alerts stop a merge; `None`: no forge was asked.
    scanned: Option<Answer>,
    /// Why it is not known what it looks at, or what else.
    unplaced: Option<Hold>,
    /// Whether it passes dependencies by.
    aside: Answer,
    /// Whether it looks at the manifests of its own directory only.
    shallow: bool,
    /// What it passes by of what it is given.
    passed: PassedBy,
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
    /// Files that it looks at and its file filters miss.
    pub missed: usize,
    /// What holds it there, beyond the invocation's own holds.
    pub held: Vec<Hold>,
}

/// Applies the catalogue's effects and resolves what the invocation looks at.
#[must_use]
pub fn prepare<'i>(tool: &Tool, invocation: &'i Invocation, query: &Query<'_>, settings: &Settings) -> Ranked<'i> {
    let row = &tool.run[invocation.row];
    // A command of the repository's own that stands for the tool takes none of the tool's flags and fails when it fails.
    let outcome: Outcome =
        if invocation.wrapped { Outcome::default() } else { effects::apply(tool, invocation, query, settings) };
    let (targets, kind, more) = targets::of(tool, invocation, query, row.findings_on_files.is_some() && !outcome.hardened);
    let own = match (row.findings_on_files, kind) {
        _ if invocation.wrapped => Findings::Fail,
        (Some(on_files), Kind::Files) => on_files,
        (Some(_), Kind::Unknown) if !outcome.hardened => Findings::Unknown,
        _ => row.findings,
    };
    let findings = effects::findings(own, &outcome);
    let mut holds = invocation.holds.clone();
    if findings == Findings::Forge {
        // What it finds fails no step: that a failure of the step is lost takes nothing away.
        holds.iter_mut().filter(|hold| hold.effect == HoldEffect::Soften).for_each(|hold| hold.effect = HoldEffect::Note);
    }
    holds.extend(outcome.holds.iter().cloned());
    holds.extend((!invocation.wrapped).then(|| releases::hold(tool, invocation, query, settings)).flatten());
    let mut excluded = Excluded::of(tool, query).unwrap_or_else(|why| {
        holds.push(Hold::unknown(&why, &place_of(invocation)));
        None
    });
    let everything = |excluded: &Excluded| excluded.everything(query, targets.paths()).filter(|_| more == More::No);
    if let Some(place) = excluded.as_ref().and_then(everything) {
        holds.push(Hold::new(HoldEffect::Void, place, "every file it would look at is excluded here"));
        // It stands on each component, and is held by this.
        excluded = None;
    }
    if let Targets::Nothing(place) = &targets {
        holds.push(Hold::new(HoldEffect::Void, place.clone(), "it looks at nothing of this tree"));
    }
    let (at, scanned) = (place_of(invocation), required::scanned(query.world.forge(), tool));
    let given = || invocation.args.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ");
    match findings {
        Findings::Pass => {
            let why = row.why.as_deref().unwrap_or("exits 0 whatever it finds");
            holds.push(Hold::new(HoldEffect::Soften, at, why).undone(Remedy::Harden(given())))
        }
        Findings::Errors => holds.push(Hold::new(HoldEffect::Soften, at, ERRORS_ONLY).undone(Remedy::Harden(given()))),
        Findings::Forge => holds.push(required::alerts(scanned.as_ref(), at)),
        Findings::Unknown if row.findings != Findings::Unknown => holds.push(match &outcome.may_harden {
            Some(why) => Hold::unknown(why, &at),
            None => {
                let why = "whether it is given files or directories is computed";
                Hold::new(HoldEffect::Unknown(Reason::Dynamic), at, why)
            }
        }),
        Findings::Unknown => {
            let why = "what its exit status does with findings is not verified against its source";
            holds.push(Hold::new(HoldEffect::Unknown(Reason::Unsupported), at, why));
        }
        Findings::Fail => {}
    }
    let open = more == More::Perhaps || matches!(targets, Targets::Unknown);
    let unplaced = open.then(|| unplaced(invocation, &place_of(invocation)));
    let bounded = tool.bounded_by == Some(Boundary::Module) && !outcome.widened && !invocation.wrapped;
    let (security, warnings_fail) = (security(tool, settings, outcome.warnings_fail), outcome.warnings_fail);
    let deep = tool.targets.as_ref().map(|shape| shape.deep.as_slice()).unwrap_or_default();
    let shallow = !deep.is_empty() && super::matching::find_flag(deep, None, &invocation.args).is_none();
    let (uploaded, passed) = (false, PassedBy::of(&outcome, settings));
    let aside = outcome.aside.unwrap_or(Answer::No);
    Ranked {
        invocation,
        holds,
        security,
        targets,
        excluded,
        findings,
        warnings_fail,
        bounded,
        uploaded,
        scanned,
        unplaced,
        aside,
        shallow,
        passed,
    }
}

/// Where the command stands.
#[must_use]
pub fn place_of(invocation: &Invocation) -> Place {
    invocation.chain.last().map_or_else(|| Place::file(RepoPath::root()), |hop| hop.place.clone())
}

fn unplaced(invocation: &Invocation, here: &Place) -> Hold {
    let why = match (invocation.workdir.is_known(), invocation.workdir.dir()) {
        (false, _) => "the directory it works in is computed",
        (true, None) => "the directory it works in is not known to hold this tree",
        (true, Some(_)) => "what it looks at is computed, a link, or read from standard input",
    };
    Hold::new(HoldEffect::Unknown(Reason::Dynamic), here.clone(), why)
}

/// Whether security rules are in force; those that only warn are where warnings fail. A tool that has no others may be left with
/// so few of them that it looks for single things.
#[must_use]
pub fn security(tool: &Tool, settings: &Settings, warnings_fail: bool) -> Answer {
    match tool.security {
        Security::Always => match settings.settings.get(TOO_FEW) {
            Some(Answer::Yes(_)) => Answer::No,
            Some(Answer::Unknown(why)) => Answer::Unknown(why.clone()),
            _ => Answer::Yes(()),
        },
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
    /// directory is in or above it. A tool that stays inside its module belongs to the one whose manifest is nearest.
    #[must_use]
    pub fn belongs(&self, component: &Component, all: &[&Component], snapshot: &Snapshot) -> Belongs {
        let perhaps = || self.unplaced.clone().map_or(Belongs::Yes, Belongs::Perhaps);
        let looks = |paths: &[RepoPath]| {
            let mut answers = paths.iter().map(|path| stands_in(path, component, all, snapshot, || place_of(self.invocation)));
            let mut best = Belongs::No;
            while let (Some(answer), false) = (answers.next(), best == Belongs::Yes) {
                best = if answer == Belongs::No { best } else { answer };
            }
            best
        };
        match &self.targets {
            Targets::Paths(paths) if self.bounded => looks(paths),
            Targets::Directory(directory) if self.bounded => looks(std::slice::from_ref(directory)),
            Targets::Paths(_) if component.files.iter().any(|file| self.looks_at(file)) => Belongs::Yes,
            Targets::Paths(_) => self.unplaced.clone().map_or(Belongs::No, Belongs::Perhaps),
            Targets::Directory(directory) => {
                let near = component.directory.is_in(directory) || directory.is_in(&component.directory);
                let left =
                    |excluded: &Excluded| component.files.is_empty() || component.files.iter().any(|file| !excluded.takes(file));
                yes(near && self.excluded.as_ref().is_none_or(left))
            }
            Targets::Unknown => perhaps(),
            Targets::Nothing(_) => Belongs::Yes,
        }
    }

    /// Of a component's files those that its targets take in.
    pub fn of_files(&self, component: &Component) -> Vec<RepoPath> {
        if self.targets.paths().is_none() {
            return Vec::new();
        }
        component.files.iter().filter(|file| self.looks_at(file)).cloned().collect()
    }

    /// What earlier commands took away of what it looks at in a component.
    pub fn lost_of(&self, component: &Component) -> Vec<Hold> {
        let looks = |path: &RepoPath| component.files.iter().any(|file| file.is_in(path) && self.looks_at(file));
        self.invocation.taken.iter().filter(|(path, _)| looks(path)).map(|(_, hold)| hold.clone()).collect()
    }

    /// What it finds is uploaded to the forge, which decides. That a tool whose findings go there does not hand them over itself
    /// takes nothing then.
    pub fn uploads(&mut self) {
        self.uploaded = true;
        if self.findings == Findings::Forge {
            let chains = &self.invocation.holds;
            self.holds.retain(|hold| hold.effect != HoldEffect::Soften || chains.contains(hold));
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

    /// Says that it may look at none of the dependencies that are declared, where that is not known.
    pub fn put_aside(&self, on: &mut OnComponent) {
        if let Answer::Unknown(why) = &self.aside {
            on.bound = on.bound.doubt(Rung::Absent);
            on.held.push(Hold::unknown(why, &place_of(self.invocation)));
        }
    }

    /// Its rung on the dependencies that a component declares; `None` when it does not look at them.
    #[must_use]
    pub fn on_dependencies(
        &self,
        pipeline: Option<&Pipeline>,
        component: &Component,
        filtered: &Filtered<'_>,
    ) -> Option<OnComponent> {
        let manifest = component.declaring()?;
        let (directory, apart) = (&component.directory, component.declares_at());
        let at_home = |path: &RepoPath| path == directory || *path == apart;
        let seen = match &self.targets {
            Targets::Paths(paths) if self.shallow => paths.iter().any(|path| at_home(path) || path == manifest),
            Targets::Paths(paths) => paths.iter().any(|path| manifest.is_in(path)),
            Targets::Directory(here) if self.shallow => at_home(here),
            Targets::Directory(here) => directory.is_in(here),
            Targets::Unknown | Targets::Nothing(_) => true,
        };
        let taken = |file: &&RepoPath| self.excluded.as_ref().is_some_and(|excluded| excluded.takes(file));
        let left_out = component.declared_in.iter().filter(taken).count();
        let all = left_out > 0 && left_out == component.declared_in.len();
        let unplaced = self.unplaced.as_ref().filter(|_| !seen || matches!(self.targets, Targets::Unknown));
        if (!seen && unplaced.is_none()) || all || self.aside.is_yes() {
            return None;
        }
        let mut on = self.on(pipeline, Some(Sight::dependencies(component)), filtered);
        self.put_aside(&mut on);
        if left_out > 0 {
            let why = "a manifest or a lock file is left out of what it looks at";
            let hold = Hold::new(HoldEffect::Unknown(Reason::Unsupported), place_of(self.invocation), why);
            on.bound = on.bound.held(&hold);
            on.held.push(hold);
        }
        if let Some(hold) = unplaced {
            on.bound = on.bound.held(hold);
            on.held.push(hold.clone());
        }
        Some(on)
    }

    /// Its rung on a component (`None`: for a tool of no language), and how many of the files that it looks at its file filters
    /// miss.
    #[must_use]
    pub fn on(&self, pipeline: Option<&Pipeline>, sight: Option<Sight<'_>>, filtered: &Filtered<'_>) -> OnComponent {
        let configured = Bound::exactly(Rung::Configured);
        let Some(pipeline) = pipeline else { return OnComponent { bound: configured, missed: 0, held: Vec::new() } };
        let (mut bound, missed, mut held) = started(&self.invocation.starts, pipeline, sight, filtered);
        let reached = bound;
        if self.findings == Findings::Forge && bound.upper >= Rung::Gates {
            bound = required::of_alerts(bound, self.scanned.as_ref());
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
            bound =
                bound.best(required::of_alerts(Bound { lower: bound.lower.min(Rung::Runs), ..reached }, self.scanned.as_ref()));
        }
        if bound.lower >= Rung::Gates
            && let Some(job) = pipeline.jobs.get(self.invocation.job)
        {
            bound = required::raised(bound, job);
            held.extend(required::by_name(job));
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
