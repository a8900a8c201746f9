//! Owns what makes the bot stop before it looks at anything: text that is no JSON, a key given twice, a wrong type, a rule for
//! nothing. Refuses to judge keys that another version may know: those make the file unknown.
//!
//! From the bot's own `parseFileConfig`, `migrateConfig` and `validateConfig`.

use std::collections::HashSet;

use super::super::BotProblem;
use crate::answer::{Reason, Why};
use crate::catalog::Bot;
use crate::catalog::bot::ShapeKind;
use crate::doc::{Document, Kind, Value};
use crate::terms::nearest::nearest;
use crate::text::Span;

/// Names that limit a rule besides `match…` and `exclude…`; older files have them, and the bot renames them.
pub(super) const OLDER_SELECTORS: &[&str] = &[
    "paths",
    "languages",
    "baseBranchList",
    "managers",
    "datasources",
    "depTypeList",
    "packageNames",
    "packagePatterns",
    "sourceUrlPrefixes",
    "updateTypes",
];

/// What the bot refuses in a file that ends in anything but `.json5`: comments and a comma at the end are forgiven, no more.
pub(super) fn strict(document: &Document) -> Option<BotProblem> {
    let file = document.file();
    let text = &file.text;
    if let Some(at) = not_json(text) {
        let place = file.place(Span::new(at, at + text[at..].chars().next().map_or(0, char::len_utf8)));
        let words = "this is not JSON: only a file that ends in `.json5` may be written so";
        return Some(BotProblem::fatal(place, "syntax", words).fix("write it as JSON, or rename the file to end in `.json5`"));
    }
    let mut open = vec![document.root()];
    while let Some(value) = open.pop() {
        let mut names = HashSet::new();
        for entry in value.entries() {
            let name = entry.name().unwrap_or_default();
            if !names.insert(name) {
                let words = format!("`{name}` is given twice: the bot refuses the file");
                return Some(BotProblem::fatal(entry.key.place(), "duplicate-key", words).fix("keep one of them"));
            }
            open.push(entry.value);
        }
        open.extend(value.items());
    }
    None
}

/// Where a text stops being JSON with comments.
fn not_json(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let word =
            |rest: &[u8]| rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')).count();
        let step = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => string(rest)?,
            b'/' if rest.starts_with(b"//") => rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with(b"/*") => rest.windows(2).position(|two| two == b"*/").map_or(rest.len(), |end| end + 2),
            b'-' | b'0'..=b'9' if !rest.starts_with(b"0x") && !rest.starts_with(b"0X") => {
                rest.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')).count()
            }
            b'a'..=b'z' if matches!(&rest[..word(rest)], b"true" | b"false" | b"null") => word(rest),
            _ => return Some(at),
        };
        at += step.max(1);
    }
    None
}

/// The length of a quoted text; `None` when it has no end, which the parser has told.
fn string(rest: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match rest.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Wrong types, and rules that are for nothing.
pub(super) fn errors(bot: &Bot, root: Value<'_>) -> Vec<BotProblem> {
    let mut found = Vec::new();
    for shape in &bot.shape {
        let Some(value) = root.get(&shape.at) else { continue };
        let (fits, words) = match (shape.is, value.kind()) {
            (_, Kind::Null | Kind::Disputed) => (true, ""),
            (Some(ShapeKind::List), kind) => (kind == Kind::Sequence, "a list"),
            (Some(ShapeKind::Bool), kind) => {
                (kind == Kind::Bool || matches!(value.scalar(), Some("true" | "false")), "true or false")
            }
            _ => (true, ""),
        };
        if !fits {
            let fix = format!("write {words} behind \"{}\", or delete the key", shape.at);
            found.push(BotProblem::fatal(value.place(), "schema", format!("`{}` is not {words}", shape.at)).fix(fix));
        }
    }
    for rule in root.get("packageRules").into_iter().flat_map(Value::items) {
        if rule.kind() != Kind::Mapping {
            let fix = "write the rule as a map with a `match...` key, or delete it";
            found.push(BotProblem::fatal(rule.place(), "schema", "a rule of `packageRules` is not a map").fix(fix));
            continue;
        }
        // What it extends may bring the missing limit.
        let limits = |name: &str| {
            name.starts_with("match")
                || name.starts_with("exclude")
                || OLDER_SELECTORS.contains(&name)
                || matches!(name, "extends" | "packageRules")
        };
        if !rule.entries().filter_map(|entry| entry.name()).any(limits) {
            let words = "a rule of `packageRules` has no `match…`: the bot refuses the file";
            found
                .push(BotProblem::fatal(rule.place(), "schema", words).fix("say what it is for: \"matchPackageNames\": [\"…\"]"));
        }
    }
    found.extend(minutes(root));
    found
}

/// The first key or manager that the verified version does not know: it would stop there.
pub(super) fn unknown_name(bot: &Bot, root: Value<'_>) -> Option<(BotProblem, Why)> {
    unknown_key(bot, root).or_else(|| unknown_manager(bot, root))
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
    let fix = near.map_or_else(|| "remove it".to_owned(), |near| format!("did you mean `{near}`?"));
    let why = Why::new(Reason::Unsupported, words.clone()).at(value.place());
    Some((BotProblem::note(value.place(), "unknown-manager", words).fix(fix), why))
}

/// Schedules in the words of cron, of the file and of what stands one level below: the bot refuses one that names minutes.
fn minutes(root: Value<'_>) -> Option<BotProblem> {
    let below = root.entries().map(|entry| entry.value).flat_map(|value| value.items().chain([value]));
    let texts = below.chain([root]).filter_map(|map| map.get("schedule"));
    let texts = texts.flat_map(|value| value.items().chain(value.scalar().map(|_| value)));
    let is_cron = |text: &str| {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let plain = |field: &&str| field.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b',' | b'-' | b'/'));
        fields.len() == 5 && fields.iter().all(plain)
    };
    let minute = |text: &str| text.split_ascii_whitespace().next().is_some_and(|field| !matches!(field, "*" | "*/1"));
    let value = texts.into_iter().find(|value| value.scalar().is_some_and(|text| is_cron(text) && minute(text)))?;
    let words = "a `schedule` in the words of cron names minutes: the bot refuses the file";
    Some(BotProblem::fatal(value.place(), "schema", words).fix("write `*` for the minutes: \"* 3 * * 1\""))
}

fn unknown_key(bot: &Bot, root: Value<'_>) -> Option<(BotProblem, Why)> {
    let known = |name: &str| bot.top_keys.iter().any(|key| key == name);
    let entry = root.entries().find(|entry| entry.name().is_some_and(|name| !known(name)))?;
    let name = entry.name()?;
    let words = format!("`{name}` is no option that is known here: the bot stops at one that it does not know");
    let near = nearest(name, bot.top_keys.iter().map(String::as_str));
    let fix = near.map_or_else(|| "remove it".to_owned(), |near| format!("did you mean `{near}`?"));
    let place = entry.key.place();
    Some((BotProblem::note(place.clone(), "unknown-key", words.clone()).fix(fix), Why::new(Reason::Unsupported, words).at(place)))
}
