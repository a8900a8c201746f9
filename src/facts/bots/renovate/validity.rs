//! Owns what makes the bot stop before it looks at anything, beyond its syntax: settings that it refuses, rules for nothing.
//! Refuses to judge names that another version may know: those make the file unknown.
//!
//! From the bot's own `migrateConfig`, `massageConfig` and `validateConfig`.

use super::super::BotProblem;
use super::custom;
use super::options::{self, Seen};
use super::rules;
use crate::answer::{Reason, Why};
use crate::catalog::Bot;
use crate::doc::{Kind, Value};
use crate::terms::nearest::nearest;

/// What the bot stops at before it looks at anything, with notes of what it passes over; and the first name that only another
/// version may know.
pub(super) fn read(bot: &Bot, root: Value<'_>) -> Seen {
    let mut seen = options::look(bot, root);
    for rule in root.get("packageRules").into_iter().flat_map(Value::items) {
        seen.problems.extend(about_rule(bot, rule));
    }
    let shape = bot.shape.iter().find(|shape| shape.at == "customManagers.[]");
    let own = |name: &str| {
        shape.is_none_or(|shape| shape.keys.iter().any(|key| key == name)) || bot.top_keys.iter().any(|key| key == name)
    };
    for manager in ["customManagers", "regexManagers"].iter().filter_map(|key| root.get(key)).flat_map(Value::items) {
        // Of a key that stands in none the bot tells instead.
        if manager.entries().filter_map(|entry| entry.name()).all(own) {
            seen.problems.extend(custom::refused(bot, manager));
        }
    }
    seen.unknown = seen.unknown.or_else(|| unknown_manager(bot, root));
    seen
}

/// A rule of `packageRules` that the bot refuses.
fn about_rule(bot: &Bot, rule: Value<'_>) -> Option<BotProblem> {
    match rule.kind() {
        Kind::Mapping => {}
        // They become rules of nothing, which are dropped.
        Kind::Bool | Kind::Number | Kind::Disputed => return None,
        _ => {
            let fix = "write the rule as a map with a `match...` key, or delete it";
            return Some(BotProblem::fatal(rule.place(), "schema", "a rule of `packageRules` is not a map").fix(fix));
        }
    }
    let names = || rule.entries().filter_map(|entry| entry.name());
    // What it extends may bring the missing limit; kinds of updates become rules of their own, limited by the kind
    // (`massageConfig`), and what says nothing else is dropped.
    let limits = |name: &str| rules::limiting(bot, name) || name == "packageRules";
    if !names().any(limits) && names().any(|name| !UPDATES.contains(&name)) {
        let words = "a rule of `packageRules` has no `match…`: the bot refuses the file";
        let fix = "say what it is for: \"matchPackageNames\": [\"…\"]";
        return Some(BotProblem::fatal(rule.place(), "schema", words).fix(fix));
    }
    too_late(bot, rule)
}

/// Kinds of updates that a rule may have settings of its own for.
const UPDATES: &[&str] = &["major", "minor", "patch", "pin", "digest", "rollback"];

/// A setting that decides what is looked up, in a rule for some of what the look-up finds.
fn too_late(bot: &Bot, rule: Value<'_>) -> Option<BotProblem> {
    let early = |map: Value<'_>| bot.before_lookup.iter().find_map(|name| Some((map.get(name)?.key_place()?, name.clone())));
    let by_kind = ["matchUpdateTypes", "updateTypes"].iter().filter_map(|key| rule.get(key));
    let named = by_kind.into_iter().any(|kinds| !kinds.is_empty() || kinds.as_str().is_some_and(|text| !text.is_empty()));
    let own = named.then(|| early(rule)).flatten();
    let (place, name) = own.or_else(|| UPDATES.iter().find_map(|kind| early(rule.get(kind)?)))?;
    let words = format!("`{name}` stands in a rule for kinds of updates, which comes too late for it: the bot refuses the file");
    Some(BotProblem::fatal(place, "schema", words).fix(format!("move `{name}` to a rule without `matchUpdateTypes`")))
}

fn unknown_manager(bot: &Bot, root: Value<'_>) -> Option<(BotProblem, Why)> {
    // Older names are renamed.
    let older = ["yarn", "renovate-config-presets"];
    let bare = |name: &str| name.strip_prefix("custom.").unwrap_or(name).to_owned();
    let known = |name: &str| older.contains(&name) || bot.known_managers.contains(&bare(name));
    let named = root.get("enabledManagers").into_iter().flat_map(Value::items);
    let value = named.into_iter().find(|value| value.scalar().is_some_and(|name| !known(name)))?;
    let name = value.scalar()?;
    let words = format!("`{name}` is no manager that is known here: the bot stops at one that it does not know");
    let near = nearest(name, bot.known_managers.iter().map(String::as_str));
    let fix = near.map_or_else(|| format!("remove `{name}`"), |near| format!("did you mean `{near}`?"));
    let why = Why::new(Reason::Unsupported, words.clone()).at(value.place());
    Some((BotProblem::note(value.place(), "unknown-manager", words).fix(fix), why))
}
