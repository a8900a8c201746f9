//! Owns which of the bot's managers are on, and which of them reads a manifest, by its own file patterns and those that the
//! file adds to them. Refuses patterns that presets add.

use std::collections::HashMap;

use crate::answer::{Reason, Why};
use crate::catalog::Bot;
use crate::catalog::bot::Manager;
use crate::doc::{Reading as Typed, Value};
use crate::facts::bots::Remedy;
use crate::facts::bots::targets::Scene;
use crate::facts::components::ManifestFact;
use crate::facts::dependencies;
use crate::facts::tool_config::places;
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

use super::judge::{Verdict, judge};
use super::patterns::{Hit, Patterns};
use super::presets::Presets;
use super::rules::{Rule, Subject};

/// What is said of what a switch or a rule takes out.
pub(super) const SWITCHED_OFF: &str = "the bot is switched off for it";

/// Whether a manifest is served.
pub(super) enum Served {
    Yes,
    /// Only some of its dependencies, by this line.
    Some(Place),
    /// No manager of the bot knows the ecosystem.
    NoManager,
    /// No manager reads a file of this name.
    Unnamed,
    Miss(&'static str, Option<Place>, Option<Remedy>),
    Unknown(Why),
}

/// The state of all managers.
pub(super) struct Managers<'d> {
    bot: &'d Bot,
    snapshot: &'d Snapshot,
    root: Value<'d>,
    /// What each manager reads, in the order of the catalogue's rows.
    files: Vec<Patterns>,
    only: Option<(Vec<&'d str>, Place)>,
    enabled_by_preset: Vec<String>,
    disabled_by_preset: Vec<(String, Place)>,
    /// The dependencies that manifests declare, where a rule asks for names.
    declared: HashMap<&'d RepoPath, Vec<String>>,
    branches: &'d [String],
}

impl<'d> Managers<'d> {
    pub(super) fn read(bot: &'d Bot, scene: &Scene<'d>, root: Value<'d>, presets: &Presets, rules: &[Rule]) -> Self {
        let snapshot = scene.world.snapshot;
        let only =
            root.get("enabledManagers").map(|value| (value.items().filter_map(Value::scalar).collect::<Vec<_>>(), value.place()));
        Self {
            bot,
            snapshot,
            root,
            files: bot.manager.iter().map(|row| files(row, root)).collect(),
            // An empty list limits nothing.
            only: only
                .filter(|(names, _)| !names.is_empty())
                .map(|(names, place)| (names.into_iter().map(renamed).collect(), place)),
            enabled_by_preset: presets.enables.clone(),
            disabled_by_preset: presets.disables.clone(),
            declared: if rules.iter().any(Rule::has_names) { declared(scene) } else { HashMap::new() },
            branches: scene.default_branch.names(),
        }
    }

    /// Whether some manager that is on reads the manifest, and no rule switches it off.
    pub(super) fn serve(&self, manifest: &ManifestFact, rules: &[Rule]) -> Served {
        let (ecosystem, path) = (manifest.ecosystem.as_str(), manifest.path.as_str());
        if !self.bot.manager.iter().any(|row| row.ecosystem == ecosystem) {
            return Served::NoManager;
        }
        let readers = self.readers(manifest);
        if readers.is_empty() {
            return Served::Unnamed;
        }
        let categories = &*self.categories(ecosystem);
        let names = self.declared.get(&manifest.path).map_or(&[][..], Vec::as_slice);
        let (mut miss, mut some, mut unknown) = (None, None, None);
        for row in readers {
            if let Some(off) = self.off(row, categories) {
                miss = miss.or(Some(off));
                continue;
            }
            let types = self.types(row, &manifest.path);
            let subject = Subject { row, categories, path, types: &types, branches: self.branches };
            match judge(rules, &subject, names) {
                Verdict::On => return Served::Yes,
                Verdict::Some(place) => some = some.or(Some(place)),
                Verdict::Off(place) => {
                    let by_name = rules.iter().any(|rule| rule.place == place && rule.ignores);
                    let change = if by_name { "delete the name" } else { "delete `\"enabled\": false` from the rule" };
                    miss = miss.or_else(|| Some(Off::at(place, change)));
                }
                Verdict::Unknown(place, words) => {
                    unknown = unknown.or_else(|| Some(Why::new(Reason::Unsupported, words).at(place)));
                }
            }
        }
        if let Some(place) = some {
            return Served::Some(place);
        }
        match unknown {
            Some(why) => Served::Unknown(why),
            None => {
                let fix = miss.as_ref().map(|off| Remedy { words: off.words(), fix: off.fix.clone() });
                Served::Miss("disabled", miss.and_then(|off| off.place), fix)
            }
        }
    }

    /// The list of managers that names none of those that read the manifest, and what to add to it.
    pub(super) fn unlisted(&self, manifest: &ManifestFact) -> Option<(Place, Remedy)> {
        let (names, place) = self.only.as_ref()?;
        let readers = self.readers(manifest);
        if readers.iter().any(|row| names.contains(&row.name.as_str())) {
            return None;
        }
        let row = readers.first()?;
        let name = &row.name;
        let words = format!("`enabledManagers` does not name `{name}`");
        let mut fix = format!("add \"{name}\" to `enabledManagers`");
        // One that is off by itself is not switched on by being named.
        if let Some(off) = self.switched(row, &self.categories(&manifest.ecosystem)) {
            fix = format!("{fix}\n{}", off.fix);
        }
        Some((place.clone(), Remedy { words, fix }))
    }

    /// The managers that read a manifest: those whose patterns name it and that find dependencies in it. Where no manager's
    /// keys stand in the file, what it holds is not known, and the name decides.
    fn readers(&self, manifest: &ManifestFact) -> Vec<&'d Manager> {
        let path = manifest.path.as_str();
        let all = self.bot.manager.iter().zip(&self.files).filter(|(row, _)| row.ecosystem == manifest.ecosystem);
        let mut readers: Vec<&Manager> = all.filter(|(_, files)| files.hit(path) == Hit::Yes).map(|(row, _)| row).collect();
        if readers.iter().all(|row| row.keys.is_empty()) {
            return readers;
        }
        let document = places::format_of(&manifest.path).and_then(|format| self.snapshot.document(&manifest.path, format).ok());
        let stands = |key: &String| document.as_ref().is_some_and(|document| places::at_key(document, key).is_some());
        if readers.iter().any(|row| row.keys.iter().any(stands)) {
            readers.retain(|row| row.keys.is_empty() || row.keys.iter().any(stands));
        }
        readers
    }

    /// The kinds of dependencies that a manifest has, of those that the manager tells apart by the key of their table; all of
    /// them when no such key stands in it.
    fn types(&self, row: &'d Manager, path: &RepoPath) -> Vec<&'d str> {
        let all = || row.dep_types.iter().map(String::as_str);
        let document = places::format_of(path).and_then(|format| self.snapshot.document(path, format).ok());
        let stands = |name: &&str| document.as_ref().is_some_and(|document| places::at_key(document, name).is_some());
        let there: Vec<&str> = all().filter(stands).collect();
        if there.is_empty() { all().collect() } else { there }
    }

    /// How many comparisons one manifest takes at most, when all rules together take `rules` of them, and `each` for a name.
    pub(super) fn cost(&self, manifest: &ManifestFact, (rules, each): (usize, usize)) -> usize {
        let mine = self.bot.manager.iter().zip(&self.files).filter(|(row, _)| row.ecosystem == manifest.ecosystem);
        let names = self.declared.get(&manifest.path).map_or(0, Vec::len);
        mine.map(|(_, files)| files.len() + rules + names * each).sum()
    }

    /// Without what the file adds to the patterns.
    pub(super) fn without_files(mut self) -> Self {
        self.files = self.bot.manager.iter().map(|row| Patterns::new(row.files.iter().map(String::as_str))).collect();
        self
    }

    /// What to say of a file that no manager reads.
    pub(super) fn unnamed(&self, manifest: &ManifestFact) -> Remedy {
        let row = self.bot.manager.iter().find(|row| row.ecosystem == manifest.ecosystem);
        let name = row.map_or("", |row| row.name.as_str());
        Remedy {
            words: format!("no manager of {} reads a file of this name", self.bot.title),
            fix: format!("add to its file: \"{name}\": {{ \"managerFilePatterns\": [\"{}\"] }}", all_like(&manifest.path)),
        }
    }

    /// The categories that managers of an ecosystem belong to.
    fn categories(&self, ecosystem: &str) -> Vec<&'d str> {
        self.bot.categories.get(ecosystem).into_iter().flatten().map(String::as_str).collect()
    }

    /// `Some` when the manager is off, with the line that says so if one does, and what to change.
    fn off(&self, row: &Manager, categories: &[&str]) -> Option<Off> {
        let manager = row.name.as_str();
        if let Some((_, place)) = self.only.as_ref().filter(|(names, _)| !names.contains(&manager)) {
            return Some(Off::at(place.clone(), &format!("add \"{manager}\" to `enabledManagers`")));
        }
        self.switched(row, categories)
    }

    /// The same, the list of managers left aside.
    fn switched(&self, row: &Manager, categories: &[&str]) -> Option<Off> {
        let manager = row.name.as_str();
        let own = |key: &str| self.root.get(key).and_then(|value| value.get("enabled"));
        let is = |value: Value<'_>, wanted: bool| value.as_bool() == Typed::Is(wanted);
        let delete = |key: &str, value: Value<'_>| Off::at(value.place(), &format!("delete `\"enabled\": false` under `{key}`"));
        if let Some(value) = own(manager) {
            if is(value, true) {
                return None;
            }
            if is(value, false) {
                return Some(delete(manager, value));
            }
        }
        let older = self.bot.older_switches.get(&row.ecosystem).map(String::as_str);
        if let Some((category, value)) = categories
            .iter()
            .copied()
            .chain(older)
            .filter(|category| *category != manager)
            .find_map(|category| own(category).filter(|value| is(*value, false)).map(|value| (category, value)))
        {
            return Some(delete(category, value));
        }
        let on = format!("add to {}: \"{manager}\": {{ \"enabled\": true }}", self.root.place().path);
        if let Some((_, place)) = self.disabled_by_preset.iter().find(|(name, _)| name == manager) {
            return Some(Off {
                place: Some(place.clone()),
                fix: format!("{on}, which undoes the preset at {}:{}", place.path, place.line),
            });
        }
        let by_default = self.bot.disabled_managers.iter().any(|name| name == manager);
        (by_default && !self.enabled_by_preset.iter().any(|name| name == manager)).then_some(Off { place: None, fix: on })
    }
}

/// Why a manager is off.
struct Off {
    place: Option<Place>,
    fix: String,
}

impl Off {
    fn words(&self) -> String {
        let unless = if self.place.is_none() { ", as it is by default" } else { "" };
        format!("{SWITCHED_OFF}{unless}")
    }

    /// A change at its line.
    fn at(place: Place, fix: &str) -> Self {
        Self { fix: format!("{fix} at {}:{}", place.path, place.line), place: Some(place) }
    }
}

/// The newer name of a manager.
fn renamed(name: &str) -> &str {
    if name == "yarn" { "npm" } else { name }
}

/// A pattern for the file and those of its kind beside it.
fn all_like(path: &RepoPath) -> String {
    match path.file_name().rsplit_once('.') {
        Some((_, ending)) if !path.parent().is_root() => format!("{}/*.{ending}", path.parent()),
        _ => path.to_string(),
    }
}

/// A manager's own patterns and those that the file adds; older files write regular expressions without slashes.
fn files(row: &Manager, root: Value<'_>) -> Patterns {
    let added = |key: &str| -> Vec<&str> {
        let value = root.get(&row.name).and_then(|manager| manager.get(key));
        value.into_iter().flat_map(|value| value.items().chain(value.scalar().map(|_| value))).filter_map(Value::scalar).collect()
    };
    let older: Vec<String> = added("fileMatch").into_iter().map(|regex| format!("/{regex}/")).collect();
    let own = row.files.iter().map(String::as_str);
    Patterns::new(own.chain(added("managerFilePatterns")).chain(older.iter().map(String::as_str)))
}

/// What each manifest in sight declares.
fn declared<'d>(scene: &Scene<'d>) -> HashMap<&'d RepoPath, Vec<String>> {
    let manifests = scene.targets.iter().flat_map(|target| &target.manifests).map(|manifest| &manifest.path);
    let names = |path| dependencies::declared(scene.world.snapshot, path).into_iter().map(|one| one.name).collect();
    manifests.map(|path| (path, names(path))).collect()
}
