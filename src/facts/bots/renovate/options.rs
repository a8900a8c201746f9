//! Owns what the bot asks of every setting, at every depth: that it knows the name, the type of the value, and for a few where
//! they may stand. Refuses to call a name wrong that another version may know: it makes the file unknown.
//!
//! From the bot's own `validateConfig`, with what `migrateConfig` and `massageConfig` make of a file before it is asked; what is a
//! warning there (an option below a map that it is not meant for, an option of the bot's operator) is passed over.

use std::collections::{HashMap, HashSet};

use super::super::BotProblem;
use super::{regexes, schedules};
use crate::answer::{Reason, Why};
use crate::catalog::Bot;
use crate::catalog::bot::OptionKind;
use crate::doc::{Kind, Reading as Typed, Value};
use crate::terms::nearest::nearest;

/// How many errors of one file are told.
const MOST: usize = 200;

/// What was seen in a file.
#[derive(Default)]
pub(super) struct Seen {
    /// What the bot stops at, and what it passes over.
    pub(super) problems: Vec<BotProblem>,
    /// The first name that the verified version does not know: it would stop there.
    pub(super) unknown: Option<(BotProblem, Why)>,
}

/// Which map of settings is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Top,
    /// A map right below the top, of a manager or a kind of update.
    Part,
    /// An item of `packageRules`, or what it says of a kind of update.
    Rule,
    /// An item of `hostRules`.
    Host,
    /// An item of `customManagers`.
    Custom,
    Deeper,
}

struct Look<'b> {
    bot: &'b Bot,
    kinds: HashMap<&'b str, OptionKind>,
    managers: HashSet<&'b str>,
    /// Names that are no options, and taken.
    taken: HashSet<&'b str>,
    seen: Seen,
}

/// Looks at every setting of a file.
pub(super) fn look(bot: &Bot, root: Value<'_>) -> Seen {
    let managers = bot.known_managers.iter().map(String::as_str);
    let mut look = Look {
        bot,
        kinds: bot.options.all().collect(),
        managers: managers.collect(),
        taken: bot.top_keys.iter().map(String::as_str).collect(),
        seen: Seen::default(),
    };
    let mut open = vec![(root, Level::Top)];
    // Of two maps the one that comes first in the file.
    while let Some((map, level)) = open.pop() {
        let below: Vec<_> = map.entries().flat_map(|entry| look.setting(entry.name(), entry.key, entry.value, level)).collect();
        open.extend(below.into_iter().rev());
        if look.seen.problems.len() >= MOST {
            break;
        }
    }
    look.seen.problems.truncate(MOST);
    look.seen
}

impl<'b> Look<'b> {
    /// One setting; hands back the maps of settings below it.
    fn setting<'d>(&mut self, name: Option<&'d str>, key: Value<'d>, value: Value<'d>, level: Level) -> Vec<(Value<'d>, Level)> {
        let Some(name) = name else { return Vec::new() };
        let kind = match self.kinds.get(name) {
            Some(kind) => *kind,
            None if self.managers.contains(name) => OptionKind::Map,
            None => {
                if self.bot.regexes.iter().any(|older| older == name) {
                    self.seen.problems.extend(regexes::whole(name, value));
                }
                self.unknown(name, key, level);
                return Vec::new();
            }
        };
        if matches!(value.kind(), Kind::Null | Kind::Disputed) {
            return Vec::new();
        }
        if let Some((words, fix)) = self.misplaced(name, kind, value, level) {
            self.seen.problems.push(BotProblem::fatal(key.place(), "schema", words).fix(fix));
        }
        match name {
            "schedule" => self.seen.problems.extend(schedules::refused(self.bot, value)),
            "timezone" => {
                self.seen.problems.extend(value.as_str().and_then(|zone| schedules::no_zone(self.bot, zone, value.place())))
            }
            "extends" => self.presets(value),
            _ => {}
        }
        if let Some(words) = unfit(kind, value) {
            let fix = format!("write {words} behind \"{name}\", or delete the key");
            self.seen.problems.push(BotProblem::fatal(value.place(), "schema", format!("`{name}` is not {words}")).fix(fix));
            return Vec::new();
        }
        if self.bot.patterns.iter().any(|known| known == name) {
            self.seen.problems.extend(regexes::between_slashes(name, value));
        }
        let level = below(name, level);
        match kind {
            OptionKind::Map => vec![(value, level)],
            OptionKind::List | OptionKind::ListOrText => {
                // What only selects is taken out before anything is looked at (`massageConfig`).
                let older = |key: &str| self.bot.older_selectors.iter().any(|known| known == key);
                let selects = |key: &str| key.starts_with("match") || key.starts_with("exclude") || older(key);
                let is_idle = |rule: &Value<'_>| rule.entries().all(|entry| entry.name().is_some_and(selects));
                let maps = value.items().filter(|item| item.kind() == Kind::Mapping);
                maps.filter(|item| name != "packageRules" || !is_idle(item)).map(|item| (item, level)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What may stand elsewhere only, and where.
    fn misplaced(&self, name: &str, kind: OptionKind, value: Value<'_>, level: Level) -> Option<(String, String)> {
        if level != Level::Top && self.managers.contains(name) && !self.kinds.contains_key(name) {
            let words = format!("`{name}` is a manager, and its settings stand at the top only: the bot refuses the file");
            return Some((words, format!("move `{name}` to the top of the file")));
        }
        let list = matches!(kind, OptionKind::List | OptionKind::ListOrText);
        let given = !value.is_empty() || value.as_str().is_some_and(|text| !text.is_empty());
        let selector = list && given && name.starts_with("match") && name != "matchStrings";
        if selector && matches!(level, Level::Top | Level::Part) {
            let words = format!("`{name}` says what a rule is for, and stands in no rule: the bot refuses the file");
            return Some((words, format!("move `{name}` into an item of `packageRules`")));
        }
        let custom = self.bot.shape.iter().find(|shape| shape.at == "customManagers.[]")?;
        let foreign = level == Level::Custom && !custom.keys.iter().any(|key| key == name);
        foreign.then(|| (format!("`{name}` is no key of a custom manager: the bot refuses the file"), format!("remove `{name}`")))
    }

    /// What is no text in `extends` is dropped; presets for the operator of the bot are refused.
    fn presets(&mut self, value: Value<'_>) {
        let single = (value.kind() != Kind::Sequence).then_some(value);
        for item in single.into_iter().chain(value.items()) {
            let Some(name) = item.as_str() else {
                let words = "what is no text is no preset: the bot passes it over";
                self.seen
                    .problems
                    .push(BotProblem::note(item.place(), "preset-dropped", words).fix("write the name of a preset"));
                continue;
            };
            if name.starts_with("global:") {
                let words = format!("`{name}` is for who runs the bot, not for a repository: the bot refuses the file");
                self.seen.problems.push(BotProblem::fatal(item.place(), "schema", words).fix(format!("take `{name}` out")));
            }
            let zone = name.strip_prefix(":timezone(").and_then(|rest| rest.strip_suffix(')'));
            self.seen.problems.extend(zone.and_then(|zone| schedules::no_zone(self.bot, zone, item.place())));
        }
    }

    fn unknown(&mut self, name: &str, key: Value<'_>, level: Level) {
        let older: &[String] = match level {
            Level::Rule => &self.bot.older_selectors,
            Level::Host => &self.bot.older_host_keys,
            _ => &[],
        };
        if self.seen.unknown.is_some() || self.taken.contains(name) || older.iter().any(|known| known == name) {
            return;
        }
        let words = format!("`{name}` is no option that is known here: the bot stops at one that it does not know");
        // By name, so that of two that are as near it is always the same one.
        let mut all: Vec<&str> = self.kinds.keys().chain(&self.managers).chain(&self.taken).copied().collect();
        all.sort_unstable();
        let fix = nearest(name, all).map_or_else(|| format!("remove `{name}`"), |near| format!("did you mean `{near}`?"));
        let place = key.place();
        let why = Why::new(Reason::Unsupported, words.clone()).at(place.clone());
        self.seen.unknown = Some((BotProblem::note(place, "unknown-key", words).fix(fix), why));
    }
}

fn below(name: &str, level: Level) -> Level {
    match (name, level) {
        ("packageRules", _) => Level::Rule,
        ("hostRules", Level::Top) => Level::Host,
        ("customManagers", Level::Top) => Level::Custom,
        // What a rule says of a kind becomes a rule of its own (`massageConfig`).
        ("major" | "minor" | "patch" | "pin" | "digest" | "rollback", Level::Rule) => Level::Rule,
        (_, Level::Top) => Level::Part,
        _ => Level::Deeper,
    }
}

/// What the value should be, when it is something else.
fn unfit(kind: OptionKind, value: Value<'_>) -> Option<&'static str> {
    let is = value.kind();
    let text = value.as_str();
    // A number or text that counts as nothing, or false: lists are not asked of it.
    let nothing = text == Some("") || value.as_int() == Typed::Is(0) || value.as_bool() == Typed::Is(false);
    let negative = || value.scalar().is_some_and(|text| text.starts_with('-') && text.bytes().any(|b| matches!(b, b'1'..=b'9')));
    let (fits, words) = match kind {
        OptionKind::Bool => (is == Kind::Bool || matches!(text, Some("true" | "false")), "true or false"),
        OptionKind::Count => (is == Kind::Number && !negative(), "a number, 0 or more"),
        OptionKind::Number => (is == Kind::Number, "a number"),
        // A list of one is taken for its item.
        OptionKind::Text => (text.is_some() || (is == Kind::Sequence && value.len() == 1), "a text"),
        OptionKind::Scalar => {
            (text.is_some() || is == Kind::Bool || (is == Kind::Sequence && value.len() == 1), "a text, or true or false")
        }
        OptionKind::List => (is == Kind::Sequence || nothing, "a list"),
        OptionKind::ListOrText => (is == Kind::Sequence || text.is_some() || nothing, "a list"),
        // True and false switch it on and off.
        OptionKind::Map | OptionKind::Closed => (matches!(is, Kind::Mapping | Kind::Bool), "a map"),
        OptionKind::Other => (true, ""),
    };
    (!fits).then_some(words)
}
