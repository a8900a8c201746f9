//! Owns Renovate's configuration: which of its files counts, whether it is on, and which manifests its managers serve.
//! Refuses presets of other repositories: what they say is unknown, so what the file covers is only what it may cover.

mod asked;
mod custom;
mod judge;
mod managers;
mod options;
mod patterns;
mod presets;
mod regexes;
mod rules;
mod schedules;
mod syntax;
mod validity;

use std::sync::Arc;

use self::managers::{Managers, Served};
use self::patterns::{Hit, Paths, Patterns};
use self::presets::Presets;
use self::rules::Rule;
use super::moments;
use super::targets::{Miss, Reading, Scene, Target, unreadable};
use super::{BotFact, BotProblem, Coverage, Remedy};
use crate::answer::{Reason, Why};
use crate::catalog::Bot;
use crate::doc::{Document, Format, Kind, Reading as Typed, Value};
use crate::facts::components::ManifestFact;
use crate::facts::meter::PATTERN;
use crate::text::{Place, RepoPath, SourceFile};

/// Reads the first of the bot's files that is there.
pub(super) fn read(scene: &Scene<'_>, bot: &Bot) -> Option<Reading> {
    let mut places = scene.configured(&bot.config);
    // Places of GitLab are passed over on another forge.
    let elsewhere = |path: &RepoPath| path.as_str().starts_with(".gitlab/") && is_github(scene);
    places.sort_by_key(|(path, _)| elsewhere(path));
    let mut places = places.into_iter();
    let (path, place) = places.next()?;
    if elsewhere(&path) {
        return Some(on_gitlab_only(scene, bot, path));
    }
    let mut fact = BotFact::new(bot, path.clone());
    for (other, _) in places {
        let words = format!("{path} is found before it: this file is not read");
        fact.problems.push(BotProblem::note(Place::file(other), "second-file", words).fix("keep one of them"));
    }
    let document = match empty(scene, &path).map_or_else(|| scene.world.snapshot.document(&path, Format::Json), Ok) {
        Ok(document) => document,
        Err(unread) => return Some(unreadable(scene, bot, fact, &unread)),
    };
    let root = place.key.as_ref().and_then(|key| document.root().get(key)).unwrap_or(document.root());
    // A text in the manifest stands for the one preset that it names.
    if root.kind() != Kind::Mapping && (place.key.is_none() || root.as_str().is_none()) {
        fact.problems.push(BotProblem::fatal(root.place(), "schema", "it is not a map of settings"));
        return Some(Reading::halted(fact.inactive("invalid")));
    }
    if place.key.is_none() && !path.as_str().ends_with(".json5") {
        fact.problems.extend(syntax::strict(&document));
    }
    let seen = validity::read(bot, root);
    fact.problems.extend(seen.problems);
    if fact.problems.iter().any(|problem| problem.fatal) {
        return Some(Reading::halted(fact.inactive("invalid")));
    }
    let presets = presets::read(bot, root);
    if let Some(problem) = switched_off(root, &presets) {
        fact.problems.push(problem);
        return Some(Reading::halted(fact.inactive("disabled")));
    }
    Some(coverage(scene, bot, root, presets, seen.unknown, fact))
}

/// Whether the tree has files of GitHub's CI and none of GitLab's.
fn is_github(scene: &Scene<'_>) -> bool {
    let snapshot = scene.world.snapshot;
    let is = |path: &str, there: &dyn Fn(&RepoPath) -> bool| RepoPath::new(path).is_some_and(|path| there(&path));
    is(".github/workflows", &|path| snapshot.is_dir(path)) && !is(".gitlab-ci.yml", &|path| snapshot.is_file(path))
}

/// A file that counts if the repository lies at GitLab all the same.
fn on_gitlab_only(scene: &Scene<'_>, bot: &Bot, path: RepoPath) -> Reading {
    let mut fact = BotFact::new(bot, path.clone()).inactive("no-updates");
    let words = "it is read on GitLab only, and the tree has the CI of GitHub";
    let why = Why::new(Reason::Unsupported, words).at(Place::file(path.clone()));
    let known = |target: &&Target<'_>| bot.manager.iter().any(|manager| manager.ecosystem == target.ecosystem);
    for (ecosystem, directory) in scene.targets.iter().filter(known).map(Target::key) {
        fact.may_cover.push((ecosystem, directory, why.clone()));
    }
    fact.problems.push(BotProblem::note(Place::file(path), "other-forge", words).fix("move it to renovate.json"));
    fact.into()
}

/// A file of no bytes stands for an empty map.
fn empty(scene: &Scene<'_>, path: &RepoPath) -> Option<Arc<Document>> {
    let file = scene.world.snapshot.read(path).ok().filter(|file| file.text.is_empty())?;
    let map = SourceFile::new(file.path.clone(), "{}".to_owned());
    Document::parse(map, Format::Json, scene.world.snapshot.limits()).ok().map(Arc::new)
}

/// The line that switches the whole bot off.
fn switched_off(root: Value<'_>, presets: &Presets) -> Option<BotProblem> {
    match rules::switch(root) {
        // It wins over what a preset says.
        Some((true, _)) => return never(root),
        Some((false, place)) => {
            let text = root.get("enabled").is_some_and(|value| value.place() == place && value.as_str().is_some());
            let words = if text {
                "`enabled` is \"false\", which is read as false: the bot does nothing"
            } else {
                "`enabled` is false: the bot does nothing"
            };
            return Some(BotProblem::note(place, "disabled", words).fix("delete `enabled: false`"));
        }
        None => {}
    }
    let kinds =
        rules::KINDS.iter().map(|kind| root.get(kind)?.get("enabled").filter(|value| value.as_bool() == Typed::Is(false)));
    if let Some(off) = kinds.collect::<Option<Vec<_>>>().as_ref().and_then(|off| off.first()) {
        let words = "`major`, `minor` and `patch` are all off: no version is updated";
        return Some(BotProblem::note(off.place(), "disabled", words).fix("delete `enabled: false`"));
    }
    if let Some(place) = &presets.off {
        let words = "this preset switches the bot off";
        return Some(BotProblem::note(place.clone(), "disabled", words).fix("delete this preset"));
    }
    if let Some(silent) = root.get("mode").filter(|mode| mode.as_str() == Some("silent")) {
        let words = "in this mode the bot opens no pull request";
        return Some(BotProblem::note(silent.place(), "disabled", words).fix("delete `mode: silent`"));
    }
    never(root)
}

/// A schedule of the whole file in which the bot never opens a pull request.
fn never(root: Value<'_>) -> Option<BotProblem> {
    let place = root.get("schedule").and_then(moments::never)?;
    let words = "`schedule` names no moment that ever comes: the bot opens no pull request";
    Some(BotProblem::note(place, "disabled", words).fix("name a moment that comes"))
}

/// Base branches that leave the default one out: the line, and its key.
type Base = (Place, &'static str);

/// Everything that decides about a single manifest.
struct Config<'d> {
    managers: Managers<'d>,
    rules: Vec<Rule>,
    include: Paths,
    include_place: Option<Place>,
    ignore: Paths,
    ignore_place: Place,
    /// The preset that brings `ignore`, when one does.
    ignore_from: Option<String>,
    /// What is left of a preset's `ignore` when no manifest in sight is to be skipped.
    left: Vec<String>,
    /// Where its settings stand.
    place: Place,
    /// What it leaves out of everything.
    less: Vec<(Place, String)>,
    /// No base branch is the default one: the line that says so, or why that is not known.
    branches: Result<Option<Base>, Why>,
    /// Something that was not read may change anything.
    unread: Option<Why>,
}

fn coverage(
    scene: &Scene<'_>,
    bot: &Bot,
    root: Value<'_>,
    mut presets: Presets,
    odd: Option<(BotProblem, Why)>,
    mut fact: BotFact,
) -> Reading {
    presets.notes.extend(asked::note(bot, root, &presets));
    fact.problems.extend(presets.notes.iter().cloned());
    for (name, place) in &presets.unknown {
        let words = format!("the preset `{name}` is not in this tree: what it says is unknown");
        fact.problems.push(BotProblem::note(place.clone(), "preset-unknown", words));
    }
    fact.problems.extend(odd.iter().map(|(problem, _)| problem.clone()));
    let mut config = Config::read(scene, bot, root, &presets);
    config.unread = config.unread.or(odd.map(|(_, why)| why));
    if let Ok(Some((place, _))) = &config.branches {
        fact.problems.push(BotProblem::note(place.clone(), "target-branch", "the default branch is not among these"));
    }
    let mut reading = Reading::from(fact);
    for target in &scene.targets {
        apply(&config, target, &mut reading);
    }
    reading
}

impl<'d> Config<'d> {
    fn read(scene: &Scene<'d>, bot: &'d Bot, root: Value<'d>, presets: &Presets) -> Self {
        let texts = |key: &str| root.get(key).into_iter().flat_map(Value::items).filter_map(Value::scalar).collect::<Vec<_>>();
        let (ignore, ignore_place, ignore_from) = match (root.get("ignorePaths"), &presets.skip_paths) {
            (Some(own), _) => (Paths::new(texts("ignorePaths")), own.place(), None),
            (None, Some((paths, place, name))) => {
                (Paths::new(paths.iter().map(String::as_str)), place.clone(), Some(name.clone()))
            }
            (None, None) => (Paths::new(bot.skip_paths.iter().map(String::as_str)), root.place(), Some("its default".to_owned())),
        };
        let keys = [
            "extends",
            "enabled",
            "enabledManagers",
            "ignorePaths",
            "includePaths",
            "packageRules",
            "ignoreDeps",
            "baseBranches",
            "baseBranchPatterns",
        ];
        let disputed = keys.iter().find_map(|key| root.get(key)?.disputed());
        let preset = presets
            .unknown
            .first()
            .map(|(name, place)| Why::new(Reason::Remote, format!("the preset `{name}` is not in this tree")).at(place.clone()));
        let rules = rules::read(bot, root);
        let managers = Managers::read(bot, scene, root, presets, &rules);
        let lists = ["includePaths", "enabledManagers"].iter().filter_map(|key| root.get(key)).map(Value::len).sum::<usize>();
        let own = ignore.len() + lists;
        let each = rules.iter().map(Rule::cost).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let manifests = scene.targets.iter().flat_map(|target| &target.manifests);
        let comparisons = manifests.map(|manifest| own + managers.cost(manifest, each)).sum();
        let fits = scene.affords(comparisons, PATTERN);
        let managers = if fits { managers } else { managers.without_files() };
        let (rules, ignore) = if fits { (rules, ignore) } else { (Vec::new(), Paths::new([])) };
        let words = "it has more rules than are looked at in a tree of this size";
        let too_many = (!fits).then(|| Why::new(Reason::Unsupported, words).at(root.place()));
        Self {
            managers,
            rules,
            include: Paths::new(if fits { texts("includePaths") } else { Vec::new() }),
            include_place: root.get("includePaths").map(Value::place),
            left: ignore_from.as_ref().map(|_| left(scene, bot, &ignore)).unwrap_or_default(),
            ignore,
            ignore_place,
            ignore_from,
            place: root.place(),
            less: presets.notes.iter().map(|note| (note.place.clone(), note.message.clone())).collect(),
            branches: branches(scene, root),
            unread: disputed.or(too_many).or(preset),
        }
    }

    /// Whether one manifest is served, and if not, why and where.
    fn serves(&self, manifest: &ManifestFact) -> Served {
        let path = manifest.path.as_str();
        // A manager that is not among those named reads nothing, whatever the paths say.
        if let Some((place, own)) = self.managers.unlisted(manifest) {
            let also = match self.elsewhere(path) {
                Some(Served::Miss(_, _, Some(also))) => Some(also),
                _ => None,
            };
            let remedy = match also {
                Some(also) => {
                    Remedy { words: format!("{}, and {}", own.words, also.words), fix: format!("{}\n{}", own.fix, also.fix) }
                }
                None => own,
            };
            return Served::Miss("disabled", Some(place), Some(remedy));
        }
        if let Some(miss) = self.elsewhere(path) {
            return miss;
        }
        match &self.branches {
            Ok(Some((place, key))) => {
                let words = format!("`{key}` leaves the default branch out");
                let remedy = Remedy { words, fix: format!("add \"$default\" to `{key}`") };
                return Served::Miss("target-branch", Some(place.clone()), Some(remedy));
            }
            Err(why) => return Served::Unknown(why.clone()),
            Ok(None) => {}
        }
        self.managers.serve(manifest, &self.rules)
    }

    /// Why no manager looks at a path, when the paths of the file say so.
    fn elsewhere(&self, path: &str) -> Option<Served> {
        if !self.include.is_empty() && !self.include.include(path) {
            let (words, fix) = ("no pattern of `includePaths` names it", format!("add \"{path}\" to `includePaths`"));
            let place = self.include_place.clone();
            return Some(Served::Miss("ignored", place, Some(Remedy { words: words.to_owned(), fix })));
        }
        let pattern = self.ignore.ignoring(path)?;
        Some(Served::Miss("ignored", Some(self.ignore_place.clone()), Some(self.ignored(pattern))))
    }

    /// Own paths can be shortened; those of a preset are replaced by own ones.
    fn ignored(&self, pattern: &str) -> Remedy {
        match &self.ignore_from {
            None => {
                Remedy { words: format!("`ignorePaths` has `{pattern}`"), fix: format!("take `{pattern}` out of `ignorePaths`") }
            }
            // One list for every place: of two, what reads the file takes the second.
            Some(preset) => Remedy {
                words: format!("`{preset}` skips `{pattern}`"),
                fix: format!("own paths take the place of those: \"ignorePaths\": [{}]", self.left.join(", ")),
            },
        }
    }
}

/// The patterns of a list that skip no manifest which the bot reads, in quotes.
fn left(scene: &Scene<'_>, bot: &Bot, ignore: &Paths) -> Vec<String> {
    let read = |target: &&Target<'_>| bot.manager.iter().any(|manager| manager.ecosystem == target.ecosystem);
    let targets: Vec<&Target<'_>> = scene.targets.iter().filter(read).collect();
    let skips = |text: &str| {
        let one = Paths::new([text]);
        let manifests = targets.iter().flat_map(|target| target.manifests.iter().filter(|one| one.scope <= target.scope()));
        manifests.into_iter().any(|manifest| one.ignoring(manifest.path.as_str()).is_some())
    };
    ignore.texts().filter(|text| !skips(text)).map(|text| format!("\"{text}\"")).collect()
}

/// A target is covered when every manifest of it is that is part of the product as its root is: a sample that is built with it may
/// be left out.
fn apply(config: &Config<'_>, target: &Target<'_>, reading: &mut Reading) {
    let (mut worst, mut some, mut unknown) = (None, None, None);
    let mut left_out: Option<(Place, String)> = None;
    let served: Vec<Served> = target.manifests.iter().map(|manifest| config.serves(manifest)).collect();
    // `a.in` that is compiled to an `a.txt` beside it: the bot moves the latter.
    let compiled = |at: usize| {
        let stem = target.manifests[at].path.as_str().strip_suffix(".in");
        let text = stem.map(|stem| format!("{stem}.txt"));
        let mut both = target.manifests.iter().zip(&served);
        text.is_some_and(|text| both.any(|(other, served)| other.path.as_str() == text && matches!(served, Served::Yes)))
    };
    for (at, one) in served.iter().enumerate() {
        match one {
            Served::Yes => {}
            Served::Some(place) => some = some.or_else(|| Some(place.clone())),
            Served::NoManager => return,
            Served::Unnamed if compiled(at) => {}
            Served::Miss(_, place, Some(remedy))
                if target.manifests[at].scope > target.scope() && !remedy.words.starts_with(managers::SWITCHED_OFF) =>
            {
                let place = place.clone().unwrap_or_else(|| config.place.clone());
                left_out = left_out.or_else(|| Some((place, remedy.words.clone())));
            }
            Served::Unnamed => {
                worst = worst.or_else(|| Some(("no-entry", None, Some(config.managers.unnamed(target.manifests[at])))))
            }
            Served::Unknown(why) => unknown = unknown.or_else(|| Some(why.clone())),
            Served::Miss(why, place, remedy) => worst = worst.or_else(|| Some((why, place.clone(), remedy.clone()))),
        }
    }
    let (ecosystem, directory) = target.key();
    if let Some((why, place, remedy)) = worst {
        let place = place.unwrap_or_else(|| config.place.clone());
        reading.misses.push(Miss { remedy, ..Miss::new(target, why, place) });
        // A preset that is not known may switch it on again.
        if let Some(why) = &config.unread {
            reading.fact.may_cover.push((ecosystem, directory, why.clone()));
        }
    } else if let Some(why) = unknown.or_else(|| config.unread.clone()) {
        reading.fact.may_cover.push((ecosystem, directory, why));
    } else {
        let mut less = config.less.clone();
        less.extend(left_out);
        if let Some(place) = some {
            less.push((place.clone(), "a rule of `packageRules` switches the others off".to_owned()));
            reading.fact.some_only.push((ecosystem.clone(), directory.clone(), place));
        }
        let entry = Coverage { ecosystem: ecosystem.clone(), place: config.place.clone(), less };
        reading.fact.entries.push(entry);
        reading.fact.covers.push((ecosystem, directory));
    }
}

/// The line of base branches that leaves the default branch out.
fn branches(scene: &Scene<'_>, root: Value<'_>) -> Result<Option<Base>, Why> {
    let named = ["baseBranchPatterns", "baseBranches"].into_iter().find_map(|key| Some((root.get(key)?, key)));
    let Some((value, key)) = named else { return Ok(None) };
    let texts: Vec<&str> = value.items().filter_map(Value::scalar).collect();
    if texts.is_empty() || texts.contains(&"$default") {
        return Ok(None);
    }
    let patterns = Patterns::new(texts);
    let hits: Vec<Hit> = scene.default_branch.names().iter().map(|name| patterns.hit(name)).collect();
    if hits.contains(&Hit::Yes) {
        return Ok(None);
    }
    if hits.contains(&Hit::Unknown) {
        return Err(Why::new(Reason::Unsupported, "the pattern of base branches cannot be read").at(value.place()));
    }
    Ok(Some((value.place(), key)))
}
