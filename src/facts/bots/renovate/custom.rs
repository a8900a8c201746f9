//! Owns what a manager of one's own lacks without which the bot refuses the file. Refuses kinds of such managers that are not known.
//!
//! From the bot's own `validateRegexManagerFields` and `validateJSONataManagerFields`, and what `CustomManagersMigration`,
//! `FileMatchMigration` and a new name (`packageNameTemplate`) make of a file before.

use super::super::BotProblem;
use super::regexes;
use crate::catalog::Bot;
use crate::doc::{Kind, Value};

/// What is wrong with one of `customManagers` that has no key which stands in none (of that the bot tells instead).
pub(super) fn refused(bot: &Bot, manager: Value<'_>) -> Vec<BotProblem> {
    let at = |words: String, fix: String| BotProblem::fatal(manager.place(), "schema", words).fix(fix);
    let kind = match manager.get("customType") {
        None => "regex",
        Some(value) => match value.as_str() {
            Some("") => {
                let words = "`customType` of a custom manager is empty: the bot refuses the file";
                return vec![BotProblem::fatal(value.place(), "schema", words).fix("write \"regex\" or \"jsonata\"")];
            }
            Some(kind) => kind,
            None => return Vec::new(),
        },
    };
    if manager.kind() != Kind::Mapping || manager.disputed().is_some() || !bot.custom_kinds.iter().any(|known| known == kind) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    if !["managerFilePatterns", "fileMatch"].iter().any(|key| manager.get(key).is_some_and(fills)) {
        let fix = "say which files it reads: \"managerFilePatterns\": [\"/(^|/)Dockerfile$/\"]";
        problems.push(at("a custom manager has no `managerFilePatterns`: the bot refuses the file".to_owned(), fix.to_owned()));
        return problems;
    }
    if kind == "jsonata" && !manager.get("fileFormat").is_some_and(fills) {
        let words = "a custom manager of `jsonata` has no `fileFormat`: the bot refuses the file";
        problems.push(at(words.to_owned(), "write one of \"json\", \"toml\" and \"yaml\" at \"fileFormat\"".to_owned()));
    }
    let matching = manager.get("matchStrings");
    if !matching.is_some_and(fills) {
        let fix = "say what to find: \"matchStrings\": [\"VERSION=(?<currentValue>.*)\"]";
        problems.push(at("a custom manager has no `matchStrings`: the bot refuses the file".to_owned(), fix.to_owned()));
    }
    if kind == "regex" {
        problems.extend(matching.into_iter().flat_map(|value| regexes::whole("matchStrings", value)));
    }
    // Of what is no text nothing is known.
    let texts: Option<Vec<&str>> = matching.into_iter().flat_map(Value::items).map(|item| item.as_str()).collect();
    let Some(texts) = texts.filter(|_| matching.is_none_or(|value| value.kind() == Kind::Sequence)) else { return problems };
    let has = |field: &str| has(manager, field, kind, &texts);
    let group = |field: &str| if kind == "regex" { format!("a group `(?<{field}>…)`") } else { format!("`{field}`") };
    let lacking = |what: &str, field: &str| {
        let words =
            format!("a custom manager says no {what}, by `{field}Template` or in `matchStrings`: the bot refuses the file");
        at(words, format!("add `{field}Template` to it, or {} to `matchStrings`", group(field)))
    };
    problems.extend((!has("currentValue")).then(|| lacking("version", "currentValue")));
    problems.extend((!has("datasource")).then(|| lacking("source of versions", "datasource")));
    problems.extend((!has("depName") && !has("packageName")).then(|| lacking("name", "depName")));
    problems
}

/// Whether a template says a field, or what is found brings it.
fn has(manager: Value<'_>, field: &str, kind: &str, texts: &[&str]) -> bool {
    let older = (field == "packageName").then(|| manager.get("lookupNameTemplate")).flatten();
    let own = manager.get(&format!("{field}Template")).or(older).filter(|value| value.kind() != Kind::Null);
    match own {
        Some(value) => fills(value),
        None if kind == "regex" => {
            // The group that had this name before is renamed as the template is.
            let names = [field, if field == "packageName" { "lookupName" } else { field }];
            names.iter().any(|name| texts.iter().any(|text| text.contains(&format!("(?<{name}>"))))
        }
        None => texts.iter().any(|text| text.contains(field)),
    }
}

/// Whether something stands there.
fn fills(value: Value<'_>) -> bool {
    match value.kind() {
        Kind::Null => false,
        Kind::String => value.as_str().is_none_or(|text| !text.is_empty()),
        Kind::Sequence | Kind::Mapping => !value.is_empty(),
        _ => true,
    }
}
