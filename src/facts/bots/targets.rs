//! Owns what bots are held against: the manifests in sight, grouped by what an entry has to name, and what a reader hands
//! back. Refuses to know any bot.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::{Bot, BotFact, BotProblem, Remedy};
use crate::answer::Why;
use crate::catalog::tool::ConfigPlace;
use crate::doc::Format;
use crate::facts::ci::Cause;
use crate::facts::components::{Inventory, ManifestFact, Scope};
use crate::facts::meter::Meter;
use crate::facts::runners::World;
use crate::facts::shell::{ShellCommand, ShellMode};
use crate::snapshot::{DefaultBranch, Unread};
use crate::text::{Place, RepoPath};

/// The manifests of one ecosystem in one directory.
pub(super) struct Target<'i> {
    pub(super) ecosystem: &'i str,
    pub(super) directory: &'i RepoPath,
    /// Never empty.
    pub(super) manifests: Vec<&'i ManifestFact>,
}

impl Target<'_> {
    /// Its key in [`BotFact::covers`].
    pub(super) fn key(&self) -> (String, RepoPath) {
        (self.ecosystem.to_owned(), self.directory.clone())
    }

    /// Production, when one of its manifests is.
    pub(super) fn scope(&self) -> Scope {
        self.manifests.iter().map(|manifest| manifest.scope).min().unwrap_or(Scope::Development)
    }

    /// The manifest to act on: the root of a workspace, one of the product before one of its tools, and a project before a list of
    /// requirements.
    pub(super) fn manifest(&self) -> &RepoPath {
        let first =
            |manifest: &&&ManifestFact| (manifest.scope, is_requirement_file(manifest.path.file_name()), manifest.path.clone());
        let own = self.manifests.iter().min_by_key(first).map_or(&self.manifests[0].path, |manifest| &manifest.path);
        let root = self.manifests.iter().find_map(|manifest| manifest.member_of.as_ref());
        root.unwrap_or(own)
    }

    /// The directory above, when an entry for it reads all of this too.
    pub(super) fn read_from_above(&self) -> Option<RepoPath> {
        (self.is_requirements() && !self.directory.is_root()).then(|| self.directory.parent())
    }

    /// Whether all of it are requirement files, which a Python entry also reads one directory below its own.
    pub(super) fn is_requirements(&self) -> bool {
        self.ecosystem == "pip" && self.manifests.iter().all(|manifest| is_requirement_file(manifest.path.file_name()))
    }
}

/// Whether a file name is that of a requirement file.
pub(super) fn is_requirement_file(name: &str) -> bool {
    name.ends_with(".txt") || name.ends_with(".in")
}

/// Everything that a reader may look at.
pub(super) struct Scene<'a> {
    pub(super) world: World<'a>,
    pub(super) targets: Vec<Target<'a>>,
    pub(super) default_branch: &'a DefaultBranch,
    /// What holding patterns against the tree may cost, of all bots together: how much CI there is decides nothing about bots.
    pub(super) meter: Meter,
    /// The commands of scripts that were read for what they start.
    pub(super) scripts: Scripts,
}

/// Commands by the script that they stand in: its file, where in it, its shell and its text.
pub(super) type Scripts = RefCell<HashMap<(RepoPath, usize, ShellMode, String), Rc<[ShellCommand]>>>;

impl<'a> Scene<'a> {
    pub(super) fn new(world: World<'a>, inventory: &'a Inventory, default_branch: &'a DefaultBranch) -> Self {
        let mut grouped: BTreeMap<(&str, &RepoPath), Vec<&ManifestFact>> = BTreeMap::new();
        for manifest in inventory.manifests.iter().filter(|manifest| manifest.updatable) {
            grouped.entry((&manifest.ecosystem, &manifest.directory)).or_default().push(manifest);
        }
        let target = |((ecosystem, directory), manifests)| Target { ecosystem, directory, manifests };
        let meter = Meter::new(world.snapshot.limits());
        Self { world, targets: grouped.into_iter().map(target).collect(), default_branch, meter, scripts: Scripts::default() }
    }

    /// Takes the steps of so many comparisons, or none when there are not enough left: what asks is then refused, never passed over.
    pub(super) fn affords(&self, comparisons: usize, steps: usize) -> bool {
        self.meter.share(steps, comparisons) == comparisons && self.meter.spend(comparisons * steps)
    }

    /// Whether a bot looks at manifests of an ecosystem at all.
    pub(super) fn knows(&self, bot: &str, ecosystem: &str) -> bool {
        let mut rows = self.world.catalog.bots.iter().filter(|row| row.id == bot);
        rows.any(|row| row.looks_at(ecosystem))
    }

    /// The configuration files of a bot that are there, in the order in which the bot looks for them. A place with a key
    /// counts when the file has the key, a place that ends in `/` when the directory is there.
    pub(super) fn configured(&self, places: &'a [ConfigPlace]) -> Vec<(RepoPath, &'a ConfigPlace)> {
        let mut found = Vec::new();
        for place in places {
            let Some(path) = RepoPath::new(&place.path) else { continue };
            let snapshot = self.world.snapshot;
            let there = if place.path.ends_with('/') { snapshot.is_dir(&path) } else { snapshot.is_file(&path) };
            let keyed = place.key.as_ref().is_none_or(|key| {
                let yaml = place.path.ends_with(".yaml") || place.path.ends_with(".yml");
                let document = snapshot.document(&path, if yaml { Format::Yaml } else { Format::Json });
                document.is_ok_and(|document| document.root().route(&key.split('.').collect::<Vec<_>>()).is_some())
            });
            if there && keyed {
                found.push((path, place));
            }
        }
        found
    }
}

/// Why an entry that names a manifest does not serve it. The order is that of importance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Miss {
    pub(super) why: &'static str,
    pub(super) place: Place,
    pub(super) ecosystem: String,
    pub(super) directory: RepoPath,
    /// What stands there and what to change, when the reader knows better than the code.
    pub(super) remedy: Option<Remedy>,
}

impl Miss {
    pub(super) fn new(target: &Target<'_>, why: &'static str, place: Place) -> Self {
        Self { why, place, ecosystem: target.ecosystem.to_owned(), directory: target.directory.clone(), remedy: None }
    }
}

/// What a reader hands back.
pub(super) struct Reading {
    pub(super) fact: BotFact,
    pub(super) misses: Vec<Miss>,
    /// The bot would act here but for what this line says (or what is wrong with it).
    pub(super) halted: Option<Place>,
}

impl Reading {
    /// A bot that is set up here and does nothing.
    pub(super) fn halted(fact: BotFact) -> Self {
        let first = fact.problems.iter().find(|problem| problem.fatal).or(fact.problems.last());
        let place = first.map_or_else(|| Place::file(fact.path.clone()), |problem| problem.place.clone());
        Self { halted: Some(place), ..Self::from(fact) }
    }
}

impl From<BotFact> for Reading {
    fn from(fact: BotFact) -> Self {
        Self { fact, misses: Vec::new(), halted: None }
    }
}

/// A file that could not be read or parsed: the bot cannot either, but for what only we cannot read, which may be in force.
pub(super) fn unreadable(scene: &Scene<'_>, bot: &Bot, fact: BotFact, unread: &Unread) -> Reading {
    let place = unread.place.clone().unwrap_or_else(|| Place::file(unread.path.clone()));
    let mut fact = fact.inactive("unreadable");
    let cause = Cause::of(unread.kind);
    let words = format!("it cannot be read: {}", unread.why);
    if !cause.may_run() {
        fact.problems.push(BotProblem::fatal(place, "unreadable", words).fix(cause.fix()));
        return Reading::halted(fact);
    }
    fact.problems.push(BotProblem::note(place.clone(), "unreadable", words).fix(cause.fix()));
    let why = Why::new(unread.reason(), format!("the file was not read: {}", unread.why)).at(place);
    fact.may_cover = everything(scene, bot, &why);
    fact.into()
}

/// Every manifest of an ecosystem that the service knows, each in doubt; a bot without a list knows all.
pub(super) fn everything(scene: &Scene<'_>, bot: &Bot, why: &Why) -> Vec<(String, RepoPath, Why)> {
    let knows = |name: &str| bot.ecosystems.is_empty() || bot.ecosystems.iter().any(|known| known == name);
    let known = scene.targets.iter().filter(|target| knows(target.ecosystem));
    known.map(|target| (target.ecosystem.to_owned(), target.directory.clone(), why.clone())).collect()
}
