//! Owns Biome's lint rules by group and level: presets, groups set as a whole, single rules. Refuses domains: they depend on
//! a project's dependencies.

use std::collections::BTreeMap;

use crate::answer::{Reason, Why};
use crate::catalog::{self, Knows};
use crate::doc::{Format, Kind, Reading, Value};
use crate::facts::tool_config::Query;
use crate::facts::tool_config::wish::{Wanted, Wish};
use crate::text::Place;

/// How findings of a rule count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Off,
    /// Informs or warns: the command passes.
    Warn,
    /// An error, or the rule's own level.
    Error,
}

/// Which rules are on by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Preset {
    None,
    Recommended,
    All,
}

fn knows() -> &'static Knows {
    catalog::knows("biome")
}

/// One group's settings.
#[derive(Clone, Debug, Default)]
struct Group {
    whole: Option<(Level, Place)>,
    preset: Option<(Preset, Place)>,
    rules: BTreeMap<String, (Level, Place)>,
}

/// All settings of rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    preset: Option<(Preset, Place)>,
    groups: BTreeMap<String, Group>,
    domains: bool,
}

fn wrong(value: Value<'_>, text: &str) -> Why {
    value.disputed().unwrap_or_else(|| Why::new(Reason::Unreadable, text).at(value.place()))
}

/// `recommended`, `all` (version 1), `preset`.
fn preset(table: Value<'_>) -> Result<Option<(Preset, Place)>, Why> {
    let mut found = None;
    if let Some(value) = table.get("preset") {
        let preset = match value.as_str() {
            Some("none") => Preset::None,
            Some("recommended") => Preset::Recommended,
            Some("all") => Preset::All,
            _ => return Err(wrong(value, "no preset of this name is known")),
        };
        found = Some((preset, value.place()));
    }
    for (key, on, off) in [("all", Preset::All, None), ("recommended", Preset::Recommended, Some(Preset::None))] {
        let Some(value) = table.get(key) else { continue };
        match value.as_bool() {
            Reading::Is(true) => found = found.or(Some((on, value.place()))),
            Reading::Is(false) => found = off.map(|off| (off, value.place())).or(found),
            Reading::Absent if value.kind() == Kind::Null => {}
            _ => return Err(wrong(value, "not a boolean")),
        }
    }
    Ok(found)
}

fn level(value: Value<'_>) -> Result<Level, Why> {
    let named = value.as_str().or_else(|| value.get("level").and_then(Value::as_str));
    match named {
        Some("off") => Ok(Level::Off),
        Some("info" | "warn") => Ok(Level::Warn),
        Some("on" | "error") => Ok(Level::Error),
        _ => Err(wrong(value, "no level of this name is known")),
    }
}

impl Rules {
    /// From `linter.rules` and `linter.domains`.
    pub(super) fn read(rules: Option<Value<'_>>, domains: Option<Value<'_>>) -> Result<Self, Why> {
        let domains = domains.is_some_and(|domains| domains.entries().any(|entry| entry.value.as_str() != Some("none")));
        let mut found = Self { domains, ..Self::default() };
        let Some(table) = rules else { return Ok(found) };
        if table.kind() != Kind::Mapping {
            return if table.kind() == Kind::Null { Ok(found) } else { Err(wrong(table, "not a table of rules")) };
        }
        found.preset = preset(table)?;
        for entry in table.entries() {
            let Some(name) = entry.name().filter(|name| !matches!(*name, "preset" | "all" | "recommended")) else { continue };
            let mut group = Group::default();
            match entry.value.kind() {
                Kind::Mapping => {
                    group.preset = preset(entry.value)?;
                    for rule in entry.value.entries() {
                        let Some(name) = rule.name().filter(|name| !matches!(*name, "preset" | "all" | "recommended")) else {
                            continue;
                        };
                        group.rules.insert(name.to_owned(), (level(rule.value)?, rule.key.place()));
                    }
                }
                Kind::Null => {}
                _ => group.whole = Some((level(entry.value)?, entry.value.place())),
            }
            found.groups.insert(name.to_owned(), group);
        }
        Ok(found)
    }

    /// These settings, those of `above` over them.
    pub(super) fn merge(&mut self, above: &Self) {
        self.preset = above.preset.clone().or(self.preset.take());
        self.domains |= above.domains;
        for (name, group) in &above.groups {
            let own = self.groups.entry(name.clone()).or_default();
            if group.whole.is_some() {
                *own = group.clone();
                continue;
            }
            own.preset = group.preset.clone().or(own.preset.take());
            own.rules.extend(group.rules.clone());
        }
    }

    /// How strong the rule, or the strongest of the group `security`, is when it is on; with the place that says so, when one
    /// does.
    pub(super) fn selects(&self, name: &str) -> Option<(Level, Option<Place>)> {
        if name == "security" {
            let each = knows().security_rules.iter().filter_map(|rule| self.selects(rule));
            return each.reduce(|one, other| if other.0 > one.0 { other } else { one });
        }
        let set = self.groups.values().find_map(|group| group.rules.get(name));
        if let Some((level, place)) = set {
            return (*level > Level::Off).then(|| (*level, Some(place.clone())));
        }
        catalog::lists(&knows().security_rules, name).then_some(())?;
        if let Some((level, place)) = self.groups.get("security").and_then(|group| group.whole.as_ref()) {
            return (*level > Level::Off).then(|| (*level, Some(place.clone())));
        }
        let (preset, place) = self.preset_of("security");
        let on = preset == Preset::All || (preset == Preset::Recommended && catalog::lists(&knows().on_by_default, name));
        on.then(|| (Level::Error, place.cloned()))
    }

    fn preset_of(&self, group: &str) -> (Preset, Option<&Place>) {
        let own = self.groups.get(group).and_then(|group| group.preset.as_ref());
        own.or(self.preset.as_ref()).map_or((Preset::Recommended, None), |(preset, place)| (*preset, Some(place)))
    }

    /// Groups whose preset brings rules.
    fn by_preset(&self) -> bool {
        knows().groups.iter().any(|name| {
            let whole = self.groups.get(name).is_some_and(|group| group.whole.is_some());
            !whole && self.preset_of(name).0 != Preset::None
        })
    }

    fn set(&self) -> impl Iterator<Item = &(Level, Place)> {
        self.groups.values().flat_map(|group| group.whole.iter().chain(group.rules.values()))
    }

    /// What puts the rules of the group `security` in force: where one of its keys says that they are not, another value there.
    pub(super) fn to_select(&self, query: &Query<'_>, files: &[Place]) -> Option<String> {
        let group = self.groups.get("security");
        let off = |preset: &Option<(Preset, Place)>| matches!(preset, Some((Preset::None, _)));
        let weak =
            |rule: &&String| group.and_then(|group| group.rules.get(*rule)).is_some_and(|(level, _)| *level < Level::Error);
        let single = || knows().on_by_default.iter().find(weak).map(String::as_str);
        let mut keys = vec!["linter", "rules"];
        let mut value = "true";
        if group.is_some_and(|group| group.whole.is_some()) {
            keys.push("security");
            value = "\"error\"";
        } else if group.is_some_and(|group| off(&group.preset)) {
            keys.extend(["security", "recommended"]);
        } else if let Some(rule) = single().filter(|_| !off(&self.preset)) {
            keys.extend(["security", rule]);
            value = "\"error\"";
        } else {
            keys.push("recommended");
        }
        let documents: Vec<_> = files.iter().filter_map(|file| query.document(&file.path, Format::Json).ok()).collect();
        let mut preset = keys.clone();
        if keys.last() == Some(&"recommended") {
            preset.pop();
            preset.push("preset");
        }
        // The key that says so, in whichever of the files; else a new one in the first.
        let said = |keys: &[&str]| documents.iter().find(|document| document.root().route(keys).is_some());
        let (document, keys, value) = match (said(&preset), said(&keys)) {
            (Some(document), _) if preset != keys => (Some(document), preset, "\"recommended\""),
            (_, Some(document)) => (Some(document), keys, value),
            _ => (documents.first(), keys, value),
        };
        let wish = Wish { aim: "switch Biome's security rules on", keys: &keys, wanted: Wanted::Value(value), head: "" };
        match document {
            Some(document) => Some(wish.in_file(document)),
            None => Some(wish.in_new_file(&query.directory.join("biome.json")?, Format::Json)),
        }
    }

    /// Whether no rule is on.
    pub(super) fn is_empty(&self) -> bool {
        !self.domains && !self.by_preset() && self.set().all(|(level, _)| *level == Level::Off)
    }

    /// Where rules are on and only warn.
    pub(super) fn only_warns(&self) -> Option<Place> {
        if self.domains || self.by_preset() || self.set().any(|(level, _)| *level == Level::Error) {
            return None;
        }
        self.set().find(|(level, _)| *level == Level::Warn).map(|(_, place)| place.clone())
    }

    /// Where the presets are chosen.
    pub(super) fn place(&self) -> Option<Place> {
        self.preset.as_ref().map(|(_, place)| place.clone())
    }
}
