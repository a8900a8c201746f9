//! Owns what is certainly no schedule or time zone to the bot: it refuses a file with one. Refuses to understand schedules: what
//! may be one is taken for one.
//!
//! From the bot's own `hasValidSchedule` and `hasValidTimezone`, and `ScheduleMigration` before them.

use super::super::{BotProblem, zones};
use crate::catalog::Bot;
use crate::doc::{Kind, Value};
use crate::text::Place;

/// The first item of a schedule that the bot does not take.
pub(super) fn refused(bot: &Bot, schedule: Value<'_>) -> Option<BotProblem> {
    if let Some(odd) = schedule.items().find(|item| item.as_str().is_none() && item.kind() != Kind::Disputed) {
        let words = "an item of `schedule` is no text: the bot stops at it";
        return Some(
            BotProblem::fatal(odd.place(), "schema", words).fix("write it as \"* 3 * * 1\" or \"before 5am on monday\""),
        );
    }
    let single = schedule.as_str().map(|_| schedule);
    let mut texts = single.into_iter().chain(schedule.items()).peekable();
    // As the first item it is all that counts.
    if texts.peek().and_then(|first| first.as_str()) == Some("at any time") {
        return None;
    }
    texts.find_map(|value| {
        let (words, fix) = wrong(bot, value.as_str()?)?;
        Some(BotProblem::fatal(value.place(), "schema", words).fix(fix))
    })
}

/// Why a text is certainly no schedule, and what to write.
fn wrong(bot: &Bot, text: &str) -> Option<(String, &'static str)> {
    let fields: Vec<&str> = text.split_ascii_whitespace().take(8).collect();
    let first = text.bytes().next()?;
    if first.is_ascii_digit() || first == b'*' {
        if !(5..=7).contains(&fields.len()) {
            let words = format!("`{text}` in `schedule` is neither cron, of five fields, nor words: the bot refuses the file");
            return Some((words, "write \"* 3 * * 1\" or \"before 5am on monday\""));
        }
        let plain = |field: &&str| field.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b',' | b'-' | b'/'));
        if fields.len() == 5 && fields.iter().all(plain) && !matches!(fields[0], "*" | "*/1") {
            let words = "a `schedule` in the words of cron names minutes: the bot refuses the file".to_owned();
            return Some((words, "write `*` for the minutes: \"* 3 * * 1\""));
        }
        return None;
    }
    // Cron begins with no letter; `monthly` is replaced by words.
    if !first.is_ascii_alphabetic() || text == "monthly" {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let mut runs = lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|run| !run.is_empty()).peekable();
    let fix = "write it as in \"before 5am on monday\", or in the words of cron: \"* 3 * * 1\"";
    if let Some(start) = runs.peek().filter(|run| !bot.schedule_starts.iter().any(|word| word == *run)) {
        return Some((format!("no `schedule` begins with `{start}`: the bot refuses the file"), fix));
    }
    // "on mondays" is taken for "on monday".
    let known = |run: &str| {
        let one = run.strip_suffix('s').filter(|one| one.ends_with("day")).unwrap_or(run);
        bot.schedule_words.iter().any(|word| word == run || word == one)
    };
    let odd = runs.find(|run| !known(run))?;
    Some((format!("`{odd}` is no word of a `schedule`: the bot refuses the file"), fix))
}

/// What is said of a text that no time zone is called. Luxon, by which the bot asks, takes an offset from `utc`, a few words of its own, and
/// what the engine that it runs in knows, in any case; later engines know offsets as well.
pub(super) fn no_zone(bot: &Bot, text: &str, place: Place) -> Option<BotProblem> {
    let lower = text.to_ascii_lowercase();
    let offset = |rest: &str| rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b':'));
    let known = match lower.strip_prefix("utc") {
        _ if text.contains('/') => zones::possible(text),
        Some(rest) if rest.starts_with(['+', '-']) => offset(rest),
        _ => bot.zones.contains(&lower) || (lower.starts_with(['+', '-']) && offset(&lower)),
    };
    let words = format!("`{text}` is no time zone: the bot refuses the file");
    (!known).then(|| BotProblem::fatal(place, "schema", words).fix("write one by its name: Europe/Berlin"))
}
