//! Owns what is asked of a file under `rules/bots/`. Refuses to judge whether a fact is true of the bot.

use std::collections::HashSet;

use super::page::{Page, text, texts};
use super::{Shelf, examples};
use crate::doc::Value;

pub(super) fn lint(page: &Page, shelf: &Shelf<'_>, problems: &mut Vec<String>) {
    page.verified(problems);
    page.status(problems);
    let root = page.root();
    if !texts(root, "kind").any(|(_, kind)| kind == "bot") {
        problems.push(page.at(root.get("kind").unwrap_or(root), "a bot is of the kind `bot`"));
    }
    if let Some(reader) = root.get("reader")
        && !reader.as_str().is_some_and(|name| shelf.known.bot_readers.contains(&name))
    {
        problems.push(page.at(reader, "no reader of bots has this name"));
    }
    for row in page.rows("run") {
        let places = ["argv", "action", "image"].iter().filter(|place| row.get(place).is_some()).count();
        if places != 1 {
            problems.push(page.at(row, "a row of `run` names exactly one of `argv`, `action`, `image`"));
        }
    }
    let presets: Vec<&str> = page.rows("preset").filter_map(|row| text(row, "name")).collect();
    for row in page.rows("preset") {
        if let Some(other) = row.get("same_as").filter(|other| !other.as_str().is_some_and(|name| presets.contains(&name))) {
            problems.push(page.at(other, "no preset has this name"));
        }
    }
    for row in page.rows("manager") {
        if let Some(ecosystem) = row.get("ecosystem").filter(|one| !one.as_str().is_some_and(|name| is_ecosystem(shelf, name))) {
            problems.push(page.at(ecosystem, "this is no ecosystem: names are Dependabot's"));
        }
    }
    for (at, other) in texts(root, "successor_of") {
        if !shelf.folder("bots").any(|bot| bot.stem() == other) {
            problems.push(page.at(at, &format!("`{other}` is no bot of the catalogue")));
        }
    }
    // A name has one kind, in one place.
    let kinds = root.get("options").into_iter().flat_map(Value::entries);
    let options = kinds.flat_map(|kind| kind.value().items()).filter_map(|item| Some((item, item.as_str()?)));
    let mut seen = HashSet::new();
    for (at, name) in texts(root, "top_keys").chain(options) {
        if !seen.insert(name) {
            problems.push(page.at(at, &format!("`{name}` is listed twice among the names of a file")));
        }
    }
    examples::of_a_bot(page, problems);
}

/// The names of ecosystems are those that Dependabot's file lists, and those that manifests have beside them; without the one or
/// the other nothing can be said.
fn is_ecosystem(shelf: &Shelf<'_>, name: &str) -> bool {
    let listed = |page: &Page| texts(page.root(), "ecosystems").any(|(_, known)| known == name);
    let of_manifests = |page: &Page| page.rows("manifest").any(|row| text(row, "ecosystem") == Some(name));
    shelf.page("bots/dependabot.toml").is_none_or(listed) || shelf.page("languages.toml").is_some_and(of_manifests)
}
