//! Owns what is asked of a file under `rules/tools/`: every row of `run` and `effect` names one place, and every name it
//! mentions exists. Refuses to judge whether a fact is true of the tool.

use super::page::{Page, text, texts};
use super::{Shelf, examples};
use crate::doc::Value;

const GITHUB: &str = "https://github.com/";
const RUN_PLACES: [&str; 6] = ["argv", "action", "hook", "image", "inside", "service"];
const EFFECT_PLACES: [&str; 4] = ["env", "input", "key", "setting"];

pub(super) fn lint(page: &Page, shelf: &Shelf<'_>, problems: &mut Vec<String>) {
    page.verified(problems);
    page.status(problems);
    let root = page.root();
    for (at, language) in texts(root, "languages") {
        if language != "*" && !shelf.has_language(language) {
            problems.push(page.at(at, &format!("`{language}` is no language of rules/languages.toml")));
        }
    }
    if let Some(reader) = root.get("reader")
        && !reader.as_str().is_some_and(|name| shelf.known.tool_readers.contains(&name))
    {
        problems.push(page.at(reader, "no reader of configuration has this name"));
    }
    let selected = text(root, "security") == Some("selected");
    if selected && texts(root, "select").next().is_none() {
        problems.push(page.at(root.get("security").unwrap_or(root), "`security = \"selected\"` needs the names in `select`"));
    }
    for (at, other) in texts(root, "equivalent_to") {
        if !shelf.has_tool(other) {
            problems.push(page.at(at, &format!("`{other}` is no tool of the catalogue")));
        }
    }
    for row in page.rows("config") {
        path(page, row, problems);
    }
    for row in page.rows("run") {
        run(page, row, shelf, problems);
    }
    for row in page.rows("run").filter(|row| text(*row, "findings").is_some_and(|said| said != "unknown")) {
        read_somewhere(page, row, problems);
    }
    let names: Vec<&str> = page.rows("run").filter_map(|row| text(row, "name")).collect();
    for row in page.rows("effect") {
        effect(page, row, &names, problems);
    }
    let reads = root.get("reader").is_some();
    for row in page.rows("effect").filter(|row| row.get("setting").is_some() && !reads) {
        problems.push(page.at(row, "a `setting` is answered by a reader, and the tool names none"));
    }
    examples::of_a_tool(page, problems);
}

fn run(page: &Page, row: Value<'_>, shelf: &Shelf<'_>, problems: &mut Vec<String>) {
    let mut places = named(row, &RUN_PLACES);
    if places.contains(&"image") {
        places.retain(|place| *place != "argv");
    }
    if places.len() != 1 {
        problems.push(page.at(row, &format!("a row of `run` names exactly one place, this one {}", list(&places))));
    }
    if texts(row, "argv").any(|(_, word)| word.is_empty() || word.contains(char::is_whitespace)) {
        problems.push(page.at(row, "`argv` is a list of words"));
    }
    if let Some(action) = row.get("action").filter(|action| !action.as_str().is_some_and(is_action)) {
        problems.push(page.at(action, "an action is `owner/name`, with a path or without, and no version"));
    }
    if let Some(image) = row.get("image").filter(|image| !image.as_str().is_some_and(is_image)) {
        problems.push(page.at(image, "an image is named without tag and digest"));
    }
    if let Some(hook) = row.get("hook")
        && text(hook, "repo").is_none_or(|repo| !repo.starts_with("https://") || repo.ends_with(".git"))
    {
        problems.push(page.at(hook, "a hook's `repo` is its https address without `.git`"));
    }
    if let Some(host) = row.get("inside").and_then(|inside| inside.get("tool"))
        && !host.as_str().is_some_and(|id| shelf.has_tool(id))
    {
        problems.push(page.at(host, "the host is no tool of the catalogue"));
    }
    if let Some(file) = row.get("service").and_then(|service| service.get("file"))
        && !file.as_str().is_some_and(|name| !name.is_empty() && !name.contains(['/', '\\', '*']))
    {
        problems.push(page.at(file, "the file of a service is a name at the root"));
    }
    for input in ["argv_input", "directory_input", "version_input", "handed"] {
        if row.get(input).is_some() && row.get("action").is_none() {
            problems.push(page.at(row, &format!("`{input}` is an input of an action, and the row names none")));
        }
    }
}

/// What an action or a hook does with findings was read in its own repository: the tool's, or one that `verified` names with
/// what was read there. A version without a number says that nothing was.
fn read_somewhere(page: &Page, row: Value<'_>, problems: &mut Vec<String>) {
    let Some(verified) = page.root().get("verified") else { return };
    if text(verified, "version").is_some_and(|version| !version.contains(|c: char| c.is_ascii_digit())) {
        problems.push(page.at(row, "no version was read: `findings` is \"unknown\""));
        return;
    }
    let action = text(row, "action").map(|action| action.splitn(3, '/').take(2).collect::<Vec<&str>>().join("/"));
    let hook = row.get("hook").and_then(|hook| text(hook, "repo")).and_then(|repo| repo.strip_prefix(GITHUB)).map(str::to_owned);
    let Some(repository) = action.or(hook) else { return };
    let same = |other: &str| other.eq_ignore_ascii_case(&repository);
    let own = text(verified, "source").and_then(|source| source.strip_prefix(GITHUB)).is_some_and(same);
    let read = |(_, line): (_, &str)| line.split_once(' ').is_some_and(|(name, at)| same(name) && !at.trim().is_empty());
    if !own && !texts(verified, "also").any(read) {
        let told =
            format!("`verified.also` does not say where `{repository}` was read: name it there, or `findings` is \"unknown\"");
        problems.push(page.at(row, &told));
    }
}

/// One place: a flag, or one of the others; `run` alone is the row that carries the effect. `env` and `key` may come with the
/// flags that their words hold.
fn effect(page: &Page, row: Value<'_>, runs: &[&str], problems: &mut Vec<String>) {
    let has = |key: &str| row.get(key).is_some();
    let places = named(row, &EFFECT_PLACES);
    let flagged = has("flag") && places.iter().all(|place| matches!(*place, "env" | "key"));
    let fine = match places.len() {
        0 => has("flag") || has("run"),
        1 => flagged || !has("flag"),
        _ => false,
    };
    if !fine {
        let mut all = named(row, &["flag"]);
        all.extend(&places);
        problems.push(page.at(row, &format!("a row of `effect` names exactly one place, this one {}", list(&all))));
    }
    for (key, needs) in [("after", "flag"), ("path", "key")] {
        if has(key) && !has(needs) {
            problems.push(page.at(row, &format!("`{key}` needs `{needs}` beside it")));
        }
    }
    let valued = ["env", "input", "key"].iter().any(|place| has(place));
    if has("value") && !valued {
        problems.push(page.at(row, "`value` belongs to `env`, `input` or `key`"));
    }
    if has("same_as") && !has("input") {
        problems.push(page.at(row, "`same_as` belongs to `input`"));
    }
    let compared = ["same_as", "some_of", "none_of", "below"].iter().any(|key| has(key));
    if compared && !valued && !has("flag") {
        problems.push(page.at(row, "a comparison needs the `flag`, `env`, `input` or `key` whose value it is about"));
    }
    if valued && !has("value") && !has("flag") && !compared {
        problems.push(page.at(row, "which values? `value` is missing"));
    }
    if texts(row, "flag").any(|(_, flag)| !flag.starts_with(['-', '+'])) {
        problems.push(page.at(row, "a flag starts with `-`"));
    }
    if let Some(name) = row.get("run").filter(|name| !name.as_str().is_some_and(|name| runs.contains(&name))) {
        problems.push(page.at(name, "no row of `run` has this name"));
    }
    path(page, row, problems);
}

/// A path in the inspected tree: literal, relative, inside.
fn path(page: &Page, row: Value<'_>, problems: &mut Vec<String>) {
    let Some(path) = row.get("path") else { return };
    let literal = path.as_str().is_some_and(|text| {
        let odd = text.starts_with('/') || text.contains(['*', '?', '{', '\\']) || text.split('/').any(|part| part == "..");
        !text.is_empty() && !odd
    });
    if !literal {
        problems.push(page.at(path, "a path is literal, relative, and stays inside"));
    }
}

fn named<'k>(row: Value<'_>, keys: &[&'k str]) -> Vec<&'k str> {
    keys.iter().copied().filter(|key| row.get(key).is_some()).collect()
}

fn list(places: &[&str]) -> String {
    if places.is_empty() { "none".to_owned() } else { format!("`{}`", places.join("`, `")) }
}

fn is_action(text: &str) -> bool {
    text.split('/').count() >= 2 && text.split('/').all(|part| !part.is_empty()) && !text.contains(['@', ' ', ':'])
}

fn is_image(text: &str) -> bool {
    let last = text.rsplit('/').next().unwrap_or_default();
    !last.is_empty() && !text.contains(['@', ' ']) && !last.contains(':')
}
