//! Owns the schema that the service holds the whole file against: one error anywhere and nothing in it is served. Refuses to
//! judge values that only narrow (`allow`, `groups`, labels) beyond their type.

use std::collections::HashMap;

use super::super::BotProblem;
use super::{nested, registries};
use crate::catalog::Bot;
use crate::doc::{Document, Kind, Reading as Typed, Value};
use crate::terms::nearest::nearest;
use crate::text::Place;

/// Everything the service would reject, and a few things it only skips.
pub(super) fn check(document: &Document, bot: &Bot) -> Vec<BotProblem> {
    let root = document.root();
    let mut schema = Schema {
        bot,
        beta: root.get("enable-beta-ecosystems").is_some_and(|flag| flag.as_bool() == Typed::Is(true)),
        found: Vec::new(),
    };
    if root.kind() != Kind::Mapping {
        let message = "the file is not a map with `version` and `updates`";
        schema.push(BotProblem::fatal(root.place(), "no-updates", message));
        return schema.found;
    }
    schema.aliases(root);
    schema.keys(root, &bot.top_keys, "at the top");
    schema.version(root);
    nested::check(&mut schema, root);
    registries::check(&mut schema, root);
    let groups = root.get("multi-ecosystem-groups");
    for group in groups.into_iter().flat_map(Value::entries) {
        schema.schedule(group.value);
    }
    match root.get("updates") {
        None => schema.push(BotProblem::fatal(root.place(), "no-updates", "`updates` is missing")),
        Some(updates) if updates.kind() == Kind::Disputed => {}
        Some(updates) if updates.kind() == Kind::Null => {
            schema.push(BotProblem::fatal(updates.place(), "no-updates", "`updates` is not a list"));
        }
        Some(updates) if updates.kind() != Kind::Sequence => {
            schema.wrong_because(updates.place(), "`updates` is not a list", "begin each entry with `- `")
        }
        Some(updates) => {
            updates.items().for_each(|item| schema.entry(item, groups));
            schema.duplicates(updates);
        }
    }
    schema.found
}

/// How many errors of one file are told, and how many remarks.
const MOST: usize = 200;

pub(super) struct Schema<'b> {
    pub(super) bot: &'b Bot,
    /// Ecosystems that are not on any list are accepted.
    beta: bool,
    found: Vec<BotProblem>,
}

impl Schema<'_> {
    pub(super) fn push(&mut self, problem: BotProblem) {
        if self.found.iter().filter(|known| known.fatal == problem.fatal).count() < MOST {
            self.found.push(problem);
        }
    }

    pub(super) fn wrong_because(&mut self, place: Place, message: impl Into<String>, fix: impl Into<String>) {
        self.push(BotProblem::fatal(place, "schema", message).fix(fix));
    }

    /// The service refuses YAML aliases. A plain scalar cannot start with `*`, so the text tells.
    fn aliases(&mut self, value: Value<'_>) {
        let text = &value.document().file().text;
        if text.as_bytes().get(value.span().start) == Some(&b'*') {
            self.wrong_because(value.place(), "YAML aliases are not supported here", "write the value out");
            return;
        }
        value.items().for_each(|item| self.aliases(item));
        value.entries().for_each(|entry| self.aliases(entry.value));
    }

    pub(super) fn keys(&mut self, map: Value<'_>, known: &[String], whereabouts: &str) {
        for entry in map.entries() {
            let name = entry.name().unwrap_or("?");
            if known.iter().any(|key| key == name) {
                continue;
            }
            let place = entry.key.place();
            if self.bot.retired_keys.iter().any(|key| key == name) {
                self.push(
                    BotProblem::note(place, "retired-key", format!("`{name}` does nothing any more")).fix("use CODEOWNERS"),
                );
                continue;
            }
            let near = nearest(name, known.iter().map(String::as_str));
            let fix = near.map_or_else(|| "remove it".to_owned(), |near| format!("did you mean `{near}`?"));
            self.wrong_because(place, format!("`{name}` is no key {whereabouts}"), fix);
        }
        for entry in map.entries() {
            // Which of two values counts is not known; the entry's coverage says so.
            let disputed = entry.name().and_then(|name| map.get(name)).and_then(Value::disputed);
            if let Some(why) = disputed.filter(|why| !self.found.iter().any(|known| known.message == why.text)) {
                let place = why.place.unwrap_or_else(|| entry.key.place());
                self.push(BotProblem::note(place, "duplicate-key", why.text).fix("keep one of the two"));
            }
        }
    }

    fn version(&mut self, root: Value<'_>) {
        let wanted = self.bot.version.unwrap_or(2);
        match root.get("version") {
            None => self.wrong_because(root.place(), "`version` is missing", format!("version: {wanted}")),
            Some(value) if value.kind() == Kind::Disputed => {}
            Some(value) => {
                let text = value.scalar().unwrap_or_default();
                if text.trim() != wanted.to_string() {
                    self.wrong_because(
                        value.place(),
                        format!("`version` is not {wanted}"),
                        format!("version: {wanted}, in the format of that version"),
                    );
                }
            }
        }
    }

    fn entry(&mut self, item: Value<'_>, groups: Option<Value<'_>>) {
        if item.kind() != Kind::Mapping {
            self.wrong_because(
                item.place(),
                "an entry of `updates` is not a map",
                "write an entry as `- package-ecosystem: ...`, with its `directory` and `schedule`, or delete it",
            );
            return;
        }
        self.keys(item, &self.bot.update_keys, "of an entry");
        self.ecosystem(item);
        self.directories(item);
        let group = item.get("multi-ecosystem-group");
        match group {
            None => self.schedule(item),
            Some(group) => {
                let name = group.scalar().unwrap_or_default();
                if groups.and_then(|groups| groups.get(name)).is_none() {
                    let fix = format!("define `{name}` under `multi-ecosystem-groups`, or take it out of the entry");
                    self.wrong_because(group.place(), format!("there is no group `{name}` under `multi-ecosystem-groups`"), fix);
                }
                if item.get("patterns").is_none_or(Value::is_empty) {
                    self.wrong_because(group.place(), "an entry of a group needs `patterns`", "patterns: [\"*\"]");
                }
                if item.get("schedule").is_some() {
                    self.schedule(item);
                }
            }
        }
    }

    fn ecosystem(&mut self, item: Value<'_>) {
        let Some(value) = item.get("package-ecosystem") else {
            let fix = format!("write `package-ecosystem:` with one of: {}", self.bot.ecosystems.join(", "));
            return self.wrong_because(item.place(), "`package-ecosystem` is missing", fix);
        };
        let Some(name) = value.scalar() else { return };
        if self.bot.ecosystems.iter().any(|known| known == name) {
            return;
        }
        if self.beta {
            let words =
                format!("`{name}` may be an ecosystem that is still tried out: whether the service knows it is not known here");
            self.push(BotProblem::note(value.place(), "beta-ecosystem", words));
        } else {
            let near = nearest(name, self.bot.ecosystems.iter().map(String::as_str));
            let fix = near
                .map_or_else(|| format!("one of: {}", self.bot.ecosystems.join(", ")), |near| format!("did you mean `{near}`?"));
            self.wrong_because(value.place(), format!("`{name}` is no ecosystem"), fix);
        }
    }

    fn directories(&mut self, item: Value<'_>) {
        match (item.get("directory"), item.get("directories")) {
            (None, None) => self.wrong_because(item.place(), "an entry names no `directory`", "directory: \"/\""),
            (Some(one), Some(_)) => {
                let message = "`directory` and `directories` stand beside each other";
                self.wrong_because(one.place(), message, "keep `directories` only, with every directory in it");
            }
            (Some(one), None) => {
                if one.scalar().is_some_and(|text| text.contains('*')) {
                    self.wrong_because(one.place(), "`directory` takes no pattern", "use `directories`");
                }
            }
            (None, Some(several)) => {
                if several.kind() == Kind::Sequence && several.is_empty() {
                    self.wrong_because(several.place(), "`directories` is empty", "directories: [\"/\"]");
                }
                for directory in several.items().filter(|directory| directory.scalar().is_none()) {
                    self.wrong_because(
                        directory.place(),
                        "a directory is not a text",
                        "write the path as one text, as in \"/api\"",
                    );
                }
            }
        }
    }

    fn schedule(&mut self, item: Value<'_>) {
        let Some(schedule) = item.get("schedule") else {
            return self.wrong_because(item.place(), "`schedule` is missing", "schedule: { interval: weekly }");
        };
        if schedule.kind() != Kind::Mapping {
            return;
        }
        let Some(interval) = schedule.get("interval") else {
            return self.wrong_because(schedule.place(), "`interval` is missing", "interval: weekly");
        };
        let word = interval.scalar().unwrap_or_default();
        if interval.kind() != Kind::Disputed && !self.bot.intervals.iter().any(|known| known == word) {
            let list = self.bot.intervals.join(", ");
            self.wrong_because(interval.place(), format!("`{word}` is no interval"), format!("one of: {list}"));
        }
        if word == "cron" && schedule.get("cronjob").and_then(Value::scalar).is_none() {
            let fix = "add `cronjob: \"0 5 * * 1\"` beside it, or write `interval: weekly`";
            self.wrong_because(interval.place(), "the interval `cron` needs a `cronjob`", fix);
        }
        if let Some(day) = schedule.get("day").filter(|day| day.kind() != Kind::Disputed) {
            let word = day.scalar().unwrap_or_default();
            if !self.bot.days.iter().any(|known| known == word) {
                self.wrong_because(
                    day.place(),
                    format!("`{word}` is no day of the week"),
                    format!("one of: {}", self.bot.days.join(", ")),
                );
            }
        }
    }

    /// Two entries for one ecosystem, directory and branch: the service refuses the file.
    fn duplicates(&mut self, updates: Value<'_>) {
        let mut seen: HashMap<(&str, &str, &str), usize> = HashMap::new();
        for (at, item) in updates.items().enumerate() {
            let text = |key: &str| item.get(key).and_then(Value::scalar).unwrap_or_default();
            let (ecosystem, branch) = (text("package-ecosystem"), text("target-branch"));
            let several = item.get("directories").into_iter().flat_map(Value::items);
            for directory in item.get("directory").into_iter().chain(several) {
                let Some(path) = directory.scalar() else { continue };
                let first = *seen.entry((ecosystem, path, branch)).or_insert(at);
                if first != at {
                    let words = format!(
                        "a second entry for `{ecosystem}` in `{path}`: one combination of ecosystem, directory and target branch may stand once"
                    );
                    self.wrong_because(directory.place(), words, "merge the two entries");
                }
            }
        }
    }
}
