//! Owns which of the bot's managers are on, and which of them reads a manifest. Refuses changed file patterns of managers:
//! the catalogue's names count.

use crate::answer::{Reason, Why};
use crate::catalog::Bot;
use crate::doc::{Reading as Typed, Value};
use crate::text::Place;

use super::presets::Presets;
use super::rules::{Rule, Verdict, judge};

/// Categories that managers belong to, by ecosystem; older files switch them like managers (`"docker": { "enabled": false }`).
const CATEGORIES: &[(&str, &[&str])] = &[
    ("pip", &["python"]),
    ("uv", &["python"]),
    ("npm", &["js", "node"]),
    ("bun", &["js", "node"]),
    ("cargo", &["rust"]),
    ("gomod", &["golang", "go"]),
    ("bundler", &["ruby"]),
    ("composer", &["php"]),
    ("maven", &["java"]),
    ("gradle", &["java"]),
    ("sbt", &["java"]),
    ("nuget", &["dotnet"]),
    ("docker", &["docker"]),
    ("docker-compose", &["docker"]),
    ("github-actions", &["ci"]),
    ("terraform", &["iac", "terraform"]),
    ("helm", &["helm", "kubernetes"]),
    ("mix", &["elixir"]),
    ("swift", &["swift"]),
];

/// Whether a manifest is served.
pub(super) enum Served {
    Yes,
    /// No manager of the bot knows the ecosystem.
    NoManager,
    Miss(&'static str, Option<Place>),
    Unknown(Why),
}

/// The state of all managers.
pub(super) struct Managers<'d> {
    bot: &'d Bot,
    root: Value<'d>,
    only: Option<(Vec<&'d str>, Place)>,
    enabled_by_preset: Vec<String>,
    disabled_by_preset: Vec<(String, Place)>,
}

impl<'d> Managers<'d> {
    pub(super) fn read(bot: &'d Bot, root: Value<'d>, presets: &Presets) -> Self {
        let only =
            root.get("enabledManagers").map(|value| (value.items().filter_map(Value::scalar).collect::<Vec<_>>(), value.place()));
        Self {
            bot,
            root,
            // An empty list limits nothing.
            only: only.filter(|(names, _)| !names.is_empty()),
            enabled_by_preset: presets.enables.clone(),
            disabled_by_preset: presets.disables.clone(),
        }
    }

    /// Whether some manager that is on reads the manifest, and no rule switches it off.
    pub(super) fn serve(&self, ecosystem: &str, name: &str, path: &str, rules: &[Rule]) -> Served {
        let all: Vec<_> = self.bot.manager.iter().filter(|row| row.ecosystem == ecosystem).collect();
        if all.is_empty() {
            return Served::NoManager;
        }
        // A name that some manager lists belongs to those that list it; any other one to whoever reads the ecosystem.
        let listing: Vec<_> = all.iter().filter(|row| row.files.iter().any(|file| file == name)).copied().collect();
        let readers = if listing.is_empty() { all } else { listing };
        let categories = categories(ecosystem);
        let (mut miss, mut unknown) = (None, None);
        for row in readers {
            if let Some(place) = self.off(&row.name, categories) {
                miss = miss.or(Some(place));
                continue;
            }
            match judge(rules, &row.name, categories, path) {
                Verdict::On => return Served::Yes,
                Verdict::Off(place) => miss = miss.or(Some(Some(place))),
                Verdict::Unknown(place) => {
                    unknown = unknown
                        .or_else(|| Some(Why::new(Reason::Unsupported, "a pattern of `packageRules` cannot be read").at(place)));
                }
            }
        }
        match unknown {
            Some(why) => Served::Unknown(why),
            None => Served::Miss("disabled", miss.flatten()),
        }
    }

    /// `Some` when the manager is off, with the line that says so if one does.
    fn off(&self, manager: &str, categories: &[&str]) -> Option<Option<Place>> {
        if let Some((_, place)) = self.only.as_ref().filter(|(names, _)| !names.contains(&manager)) {
            return Some(Some(place.clone()));
        }
        let own = |key: &str| self.root.get(key).and_then(|value| value.get("enabled"));
        let is = |value: Value<'_>, wanted: bool| value.as_bool() == Typed::Is(wanted);
        if let Some(value) = own(manager) {
            if is(value, true) {
                return None;
            }
            if is(value, false) {
                return Some(Some(value.place()));
            }
        }
        if let Some(value) = categories
            .iter()
            .filter(|category| **category != manager)
            .find_map(|category| own(category).filter(|value| is(*value, false)))
        {
            return Some(Some(value.place()));
        }
        if let Some((_, place)) = self.disabled_by_preset.iter().find(|(name, _)| name == manager) {
            return Some(Some(place.clone()));
        }
        let by_default = self.bot.disabled_managers.iter().any(|name| name == manager);
        (by_default && !self.enabled_by_preset.iter().any(|name| name == manager)).then_some(None)
    }
}

fn categories(ecosystem: &str) -> &'static [&'static str] {
    CATEGORIES.iter().find(|(name, _)| *name == ecosystem).map_or(&[], |(_, categories)| categories)
}
