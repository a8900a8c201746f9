//! Owns dependency-update bots: which are configured, whether they live, what they cover. Refuses to read history.
//!
//! Names (ecosystems, keys, presets, places) are data under `rules/bots/`; the readers here own what needs reasoning.

mod behind;
mod dependabot;
mod in_ci;
mod leftover;
mod moments;
mod own;
mod pyup;
mod renovate;
mod targets;
mod zones;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use self::dependabot::reach::Reach;
use self::targets::{Miss, Reading, Scene, Target};
use super::components::{Inventory, Scope};
use super::pipeline::Pipeline;
use super::runners::World;
use super::trace::Trace;
use crate::answer::{Reason, Why};
use crate::catalog::Bot;
use crate::catalog::tool::Status;
use crate::snapshot::DefaultBranch;
use crate::text::{Place, RepoPath};

/// A configured bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotFact {
    /// The bot's id.
    pub bot: String,
    /// Its configuration file.
    pub path: RepoPath,
    /// Valid, enabled, and the service still exists.
    pub active: bool,
    /// Why not: `retired`, `invalid`, `disabled`, `no-updates`, `unreadable`.
    pub inactive_because: Option<String>,
    /// (ecosystem, directory) of manifests present that it updates.
    pub covers: Vec<(String, RepoPath)>,
    /// Of those, the ones of which it updates only some dependencies, by name or kind, at the line that says so.
    pub some_only: Vec<(String, RepoPath, Place)>,
    /// Of those, the ones of which it updates all that the manifests declare: only what a lock file has beside is left alone.
    pub all_declared: Vec<(String, RepoPath)>,
    /// Manifests that it may update: what it says could not be read wholly (an unknown preset), with the place.
    pub may_cover: Vec<(String, RepoPath, Why)>,
    /// The lines that make it cover what it covers, and what they leave out of it.
    pub entries: Vec<Coverage>,
    /// What is wrong or worth saying, at its line.
    pub problems: Vec<BotProblem>,
}

/// What makes a bot cover an ecosystem.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coverage {
    /// Dependabot's ecosystem name.
    pub ecosystem: String,
    /// The line.
    pub place: Place,
    /// What is left out, at the line that says so.
    pub less: Vec<(Place, String)>,
}

impl BotFact {
    /// The line by which it leaves something alone of what the manifests of a directory declare.
    #[must_use]
    pub fn leaves_alone(&self, ecosystem: &str, directory: &RepoPath) -> Option<&Place> {
        let all = self.all_declared.iter().any(|(eco, dir)| eco == ecosystem && dir == directory);
        let (.., place) = self.some_only.iter().filter(|_| !all).find(|(eco, dir, _)| eco == ecosystem && dir == directory)?;
        Some(place)
    }

    /// A bot whose file is `path`, active until something says otherwise.
    fn new(bot: &Bot, path: RepoPath) -> Self {
        let bot = bot.id.clone();
        Self {
            bot,
            path,
            active: true,
            inactive_because: None,
            covers: Vec::new(),
            some_only: Vec::new(),
            all_declared: Vec::new(),
            may_cover: Vec::new(),
            entries: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The bot does nothing.
    fn inactive(mut self, because: &str) -> Self {
        self.active = false;
        self.inactive_because = Some(because.to_owned());
        self
    }
}

/// Something wrong in a bot's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotProblem {
    /// Where.
    pub place: Place,
    /// A stable code: `schema`, `missing-directory`, `stale-directory`, `limit-0`, `unknown-key`, `target-branch`, `ignored`, `preset-unknown`, …
    pub code: &'static str,
    /// One clause.
    pub message: String,
    /// The service would reject the file, or the entry has no effect.
    pub fatal: bool,
    /// What to do.
    pub fix: Option<String>,
}

impl BotProblem {
    fn fatal(place: Place, code: &'static str, message: impl Into<String>) -> Self {
        Self { place, code, message: message.into(), fatal: true, fix: None }
    }

    fn note(place: Place, code: &'static str, message: impl Into<String>) -> Self {
        Self { place, code, message: message.into(), fatal: false, fix: None }
    }

    fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// A reason in words, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remedy {
    /// A clause.
    pub words: String,
    /// What to change.
    pub fix: String,
}

/// A manifest that no live bot covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// Dependabot's ecosystem name.
    pub ecosystem: String,
    /// The directory a bot entry would have to name.
    pub directory: RepoPath,
    /// A manifest there.
    pub manifest: RepoPath,
    /// `no-bot | no-entry | limit-0 | ignored | disabled | never | target-branch`.
    pub why: &'static str,
    /// Where the reason stands, when it stands somewhere.
    pub place: Option<Place>,
    /// What to say and to do when the usual words do not fit.
    pub remedy: Option<Remedy>,
    /// Product or not.
    pub scope: Scope,
    /// A bot may cover it: what could not be read.
    pub may_be: Option<Why>,
    /// Directories whose entry would serve it too.
    pub served_from: Vec<RepoPath>,
}

/// Bots, and what none of them covers.
#[must_use]
pub fn gather(
    world: &World<'_>,
    inventory: &Inventory,
    (trace, pipelines): (&Trace, &[Pipeline]),
    default_branch: &DefaultBranch,
) -> (Vec<BotFact>, Vec<Uncovered>) {
    let scene = Scene::new(*world, inventory, default_branch);
    let runs = in_ci::runs(&scene, trace, pipelines);
    let mut readings: Vec<Reading> = Vec::new();
    for bot in world.catalog.bots.iter() {
        match (bot.status, bot.reader.as_deref().unwrap_or(&bot.id)) {
            (Status::Retired, "pyup") => readings.extend(pyup::read(&scene, bot)),
            (Status::Retired, _) => readings.extend(leftover::retired(&scene, bot)),
            (_, "dependabot") => readings.extend(dependabot::read(&scene, bot)),
            (_, "own-workflow") => readings.extend(own::read(&scene, bot, pipelines)),
            (_, "renovate") => {
                readings.extend(renovate::read(&scene, bot).into_iter().chain(in_ci::unconfigured(&scene, bot, &runs)))
            }
            _ => readings.extend(leftover::read(&scene, bot, &runs)),
        }
    }
    for reading in &mut readings {
        let fact = &mut reading.fact;
        fact.covers.sort();
        fact.covers.dedup();
        fact.may_cover.sort();
        fact.may_cover.dedup();
        fact.entries.sort();
        fact.entries.dedup();
        fact.problems.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    }
    readings.sort_by(|a, b| (&a.fact.bot, &a.fact.path).cmp(&(&b.fact.bot, &b.fact.path)));
    let uncovered = uncovered(&scene, &readings);
    (readings.into_iter().map(|reading| reading.fact).collect(), uncovered)
}

/// Every manifest in sight that no active bot covers.
fn uncovered(scene: &Scene<'_>, readings: &[Reading]) -> Vec<Uncovered> {
    let live: Vec<&Reading> =
        readings.iter().filter(|reading| reading.fact.active || !reading.fact.may_cover.is_empty()).collect();
    let covered: HashSet<Key<'_>> =
        live.iter().flat_map(|reading| &reading.fact.covers).map(|(eco, dir)| (eco.as_str(), dir)).collect();
    let mut misses: HashMap<Key<'_>, &Miss> = HashMap::new();
    for miss in live.iter().flat_map(|reading| &reading.misses) {
        let known = misses.entry((&miss.ecosystem, &miss.directory)).or_insert(miss);
        *known = (*known).min(miss);
    }
    let mut may_be: HashMap<Key<'_>, &Why> = HashMap::new();
    for (ecosystem, directory, why) in live.iter().flat_map(|reading| &reading.fact.may_cover) {
        may_be.entry((ecosystem, directory)).or_insert(why);
    }
    let unlisted = unlisted(scene);
    let halted = readings.iter().find_map(|reading| reading.halted.as_ref());
    // A bot that is there and does not act is not the same as none; one that knows other ecosystems only is none.
    let absent = |ecosystem: &str| match halted {
        _ if live.iter().any(|reading| scene.knows(&reading.fact.bot, ecosystem)) => ("no-entry", None),
        Some(place) => ("disabled", Some(place.clone())),
        None => ("no-bot", None),
    };
    let gaps = scene.targets.iter().filter(|target| !covered.contains(&(target.ecosystem, target.directory)));
    let reach = Reach::new(scene);
    let gap = |target: &Target<'_>| {
        let key = (target.ecosystem, target.directory);
        let (why, place) = misses.get(&key).map_or_else(|| absent(target.ecosystem), |miss| (miss.why, Some(miss.place.clone())));
        Uncovered {
            ecosystem: target.ecosystem.to_owned(),
            directory: target.directory.clone(),
            manifest: target.manifest().clone(),
            why,
            place,
            remedy: misses.get(&key).and_then(|miss| miss.remedy.clone()),
            scope: target.scope(),
            may_be: may_be.get(&key).map(|why| (*why).clone()).or_else(|| unlisted.clone()),
            served_from: reach
                .roots(target.ecosystem, target.directory)
                .iter()
                .cloned()
                .chain(target.read_from_above())
                .collect(),
        }
    };
    gaps.map(gap).collect()
}

/// What could not be listed where a living bot's file may stand.
fn unlisted(scene: &Scene<'_>) -> Option<Why> {
    let living = scene.world.catalog.bots.iter().filter(|bot| bot.status != Status::Retired);
    let mut places = living.flat_map(|bot| &bot.config).filter_map(|place| RepoPath::new(&place.path));
    let hidden = places.find_map(|place| scene.world.snapshot.unlisted(&place))?;
    Some(Why::new(Reason::Unreadable, &*hidden.why).at(Place::file(hidden.path.clone())))
}

/// Ecosystem and directory.
type Key<'k> = (&'k str, &'k RepoPath);
