//! Owns the lint of `.pyup.yml`: keys, values, the grammar of its schedule, the files it names. Refuses to call the bot
//! alive: its service is gone.

use super::leftover;
use super::targets::{Reading, Scene};
use super::{Bot, BotProblem};
use crate::doc::{Format, Kind, Reading as Typed, Value};
use crate::terms::nearest::nearest;
use crate::text::{Place, RepoPath};

/// Reads the file; the fact stays retired whatever is in it, a file that would not do what it should has fatal problems.
pub(super) fn read(scene: &Scene<'_>, bot: &Bot) -> Option<Reading> {
    let mut reading = leftover::retired(scene, bot)?;
    let path = reading.fact.path.clone();
    let problems = &mut reading.fact.problems;
    match scene.world.snapshot.document(&path, Format::Yaml) {
        Err(unread) => {
            let place = unread.place.clone().unwrap_or_else(|| Place::file(path));
            let problem = BotProblem::fatal(place, "unreadable", format!("it cannot be read: {}", unread.why));
            problems.push(problem.fix(unread.kind.next_step()));
        }
        Ok(document) => match document.root().kind() {
            Kind::Mapping => lint(scene, bot, document.root(), problems),
            // An empty file means the defaults: everything, at once.
            Kind::Null => {}
            _ => {
                let problem = BotProblem::fatal(document.root().place(), "schema", "it is not a map of settings");
                problems.push(problem.fix("write settings, one `key: value` a line, or leave the file empty for the defaults"));
            }
        },
    }
    Some(reading)
}

fn lint(scene: &Scene<'_>, bot: &Bot, root: Value<'_>, problems: &mut Vec<BotProblem>) {
    for entry in root.entries() {
        unknown_key(entry.name(), &entry.key.place(), &bot.top_keys, problems);
    }
    let off = update(bot, root.get("update"), problems);
    schedule(bot, root.get("schedule"), problems);
    let listed = root.get("requirements");
    for item in listed.into_iter().flat_map(Value::items) {
        requirement(scene, bot, item, problems);
    }
    let search_off = root.get("search").is_some_and(is_false);
    if search_off && listed.is_none_or(Value::is_empty) && !off {
        let place = root.get("search").map_or_else(|| root.place(), Value::place);
        let problem =
            BotProblem::fatal(place, "no-updates", "`search` is off and no requirement file is listed: it looks at nothing");
        problems.push(problem.fix("list the files under `requirements`, or drop `search: False`"));
    }
}

fn unknown_key(name: Option<&str>, place: &Place, known: &[String], problems: &mut Vec<BotProblem>) {
    let name = name.unwrap_or("?");
    if known.iter().any(|key| key == name) {
        return;
    }
    let meant = nearest(name, known.iter().map(String::as_str)).map(|key| format!("; did you mean `{key}`?")).unwrap_or_default();
    problems.push(BotProblem::note(place.clone(), "unknown-key", format!("`{name}` is skipped in silence{meant}")));
}

/// `false` as YAML 1.1 knows it.
fn is_false(value: Value<'_>) -> bool {
    let word = || value.scalar().unwrap_or_default().to_ascii_lowercase();
    match value.as_bool() {
        Typed::Is(value) => !value,
        Typed::Disputed(_) => matches!(word().as_str(), "n" | "no" | "off"),
        Typed::Absent => false,
    }
}

/// Whether updates are switched off; says so.
fn update(bot: &Bot, value: Option<Value<'_>>, problems: &mut Vec<BotProblem>) -> bool {
    let Some(value) = value else { return false };
    let text = value.scalar().unwrap_or_default();
    if bot.update_values.iter().any(|known| known == text) {
        return false;
    }
    // Its reader takes the off words of YAML 1.1 for false.
    let off = value.kind() == Kind::Null || is_false(value) || matches!(text, "False" | "false");
    let problem = if off {
        BotProblem::fatal(value.place(), "disabled", "`update` is off: it updates nothing")
    } else {
        BotProblem::fatal(value.place(), "schema", format!("`{text}` is no value of `update`: nothing is updated"))
    };
    problems.push(problem.fix(format!("one of: {}", bot.update_values.join(", "))));
    off
}

/// `every day`, `every month`, or `every week` and `every two weeks` with an optional `on <weekday>`. What does not match
/// means no schedule: every update at once.
fn schedule(bot: &Bot, value: Option<Value<'_>>, problems: &mut Vec<BotProblem>) {
    let Some(value) = value else { return };
    let text = value.scalar().unwrap_or_default();
    if text.is_empty() && value.kind() != Kind::Mapping && value.kind() != Kind::Sequence {
        return;
    }
    let lower = text.to_ascii_lowercase();
    let known = bot.intervals.iter().any(|interval| match lower.strip_prefix(interval.as_str()) {
        Some("") => true,
        Some(rest) => {
            interval.contains("week")
                && rest.strip_prefix(" on ").is_none_or(|day| bot.days.iter().any(|known| day.starts_with(known.as_str())))
        }
        None => false,
    });
    if !known {
        let problem = BotProblem::fatal(value.place(), "schedule", format!("`{text}` is no schedule it can read"));
        problems
            .push(problem.fix(format!("one of: {} (the weekly ones with an optional `on monday`)", bot.intervals.join(", "))));
    }
}

/// A path, or a map of one path to its settings.
fn requirement(scene: &Scene<'_>, bot: &Bot, item: Value<'_>, problems: &mut Vec<BotProblem>) {
    let (path, settings) = match item.entries().next() {
        Some(entry) => (entry.name().unwrap_or_default(), Some(entry.value)),
        None => (item.scalar().unwrap_or_default(), None),
    };
    let place = item.entries().next().map_or_else(|| item.place(), |entry| entry.key.place());
    let there = RepoPath::new(path.trim_matches('/')).is_some_and(|path| scene.world.snapshot.is_file(&path));
    if !there {
        let problem = BotProblem::note(place, "missing-file", format!("`{path}` is not in the tree"));
        problems.push(problem.fix("name a file that is there, or drop the entry"));
    }
    for entry in settings.into_iter().flat_map(Value::entries) {
        unknown_key(entry.name(), &entry.key.place(), &bot.requirement_keys, problems);
        if entry.name() == Some("update") {
            update(bot, Some(entry.value), problems);
        }
    }
}
