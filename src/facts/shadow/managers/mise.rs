//! Owns `mise.toml`: the directories, files and variables of `[env]`, and names that stand for other programs (mise,
//! `docs/environments`, `src/config/env_directive`). Refuses tasks: those are a runner's.

use super::{Means, Setting, directory};
use crate::answer::Reason;
use crate::doc::{Format, Value};
use crate::facts::env::OTHERS;
use crate::facts::runners::World;
use crate::facts::shadow::runs_first;
use crate::text::RepoPath;

pub(super) fn read(path: &RepoPath, base: &RepoPath, world: &World<'_>, out: &mut Vec<Setting>) {
    let Ok(document) = world.snapshot.document(path, Format::Toml) else { return };
    let root = document.root();
    // `[env]`, or several `[[env]]`.
    for env in root.get("env").into_iter().flat_map(each) {
        for entry in env.entries() {
            match entry.name() {
                Some("_" | "mise") => directives(entry.value(), base, world, out),
                Some(name) => variable(name, entry.value(), base, world, out),
                None => {}
            }
        }
    }
    for value in root.get("env_path").into_iter().flat_map(each) {
        put(value, base, world, out);
    }
    if let Some(file) = root.get("env_file") {
        open(file, "variables are taken from a file", base, world, out);
    }
    for entry in root.get("tools").into_iter().flat_map(Value::entries) {
        let local = |value: Value<'_>| text(value, "version").is_some_and(|text| text.starts_with("path:"));
        if let (Some(name), true) = (entry.name(), each(entry.value()).any(local)) {
            program(name, entry.value(), None, out);
        }
    }
    for table in ["plugins", "alias", "tool_alias"] {
        for entry in root.get(table).into_iter().flat_map(Value::entries) {
            // A table of versions is no other program.
            if let (Some(name), Some(_)) = (entry.name(), entry.value().as_str()) {
                program(name, entry.value(), Some(Reason::Unsupported), out);
            }
        }
    }
}

/// `_.path`, `_.file`, `_.source`.
fn directives(table: Value<'_>, base: &RepoPath, world: &World<'_>, out: &mut Vec<Setting>) {
    for entry in table.entries() {
        match entry.name() {
            Some("path") => each(entry.value()).for_each(|value| put(value, base, world, out)),
            Some("file") => open(entry.value(), "variables are taken from a file", base, world, out),
            Some("source") => open(entry.value(), "a script sets variables", base, world, out),
            // Environments of Python lie where nothing of the tree is.
            Some("python") => {}
            _ => open(entry.value(), "a plugin sets variables", base, world, out),
        }
    }
}

fn variable(name: &str, value: Value<'_>, base: &RepoPath, world: &World<'_>, out: &mut Vec<Setting>) {
    if name == "PATH" {
        for part in value.as_str().unwrap_or("{{}}").split(':') {
            let own = part.trim_start_matches(['{', ' ']).starts_with("env.PATH");
            if let Some(means) = directory(part, base, world).filter(|_| !own) {
                push(means, value, out);
            }
        }
    } else if let Some(why) = value.as_str().and_then(|text| runs_first(name, Some(text))) {
        out.push(Setting { means: Means::Every, doubt: None, place: value.place(), why });
    } else {
        // A template, or a table that computes.
        let plain = value.scalar().filter(|text| !text.contains(['{', '$'])).map(str::to_owned);
        let (means, why) = (Means::Variable(name.to_owned(), plain), format!("`{name}` is set"));
        out.push(Setting { means, doubt: None, place: value.place(), why });
    }
}

fn put(value: Value<'_>, base: &RepoPath, world: &World<'_>, out: &mut Vec<Setting>) {
    if let Some(means) = text(value, "path").and_then(|text| directory(text, base, world)) {
        push(means, value, out);
    }
}

fn push(means: Means, value: Value<'_>, out: &mut Vec<Setting>) {
    let (doubt, why) = match &means {
        Means::Directory(path) if path.is_root() => (None, "the root of the tree stands on the search path".to_owned()),
        Means::Directory(path) => (None, format!("`{path}` of the tree stands on the search path")),
        _ => (Some(Reason::Dynamic), "the search path gets a directory that is not known".to_owned()),
    };
    out.push(Setting { means, doubt, place: value.place(), why });
}

/// A file that may set `PATH`: one of the tree that does not speak of it does not.
fn open(value: Value<'_>, what: &str, base: &RepoPath, world: &World<'_>, out: &mut Vec<Setting>) {
    let silent = |value: Value<'_>| {
        let Some(text) = text(value, "path") else { return false };
        let Some(path) = base.join(text).filter(|_| !text.contains(['{', '*'])) else { return false };
        match world.snapshot.read(&path) {
            Ok(file) => !["PATH", "BASH_", "LD_PRELOAD", "source", "eval", ". "].iter().any(|word| file.text.contains(word)),
            // `.env` of whoever works here: none of the tree.
            Err(_) => !world.snapshot.is_file(&path),
        }
    };
    if each(value)
        .any(|value| text(value, "path").and_then(|path| base.join(path)).is_none_or(|path| world.snapshot.is_file(&path)))
    {
        let means = Means::Variable(OTHERS.to_owned(), None);
        out.push(Setting { means, doubt: Some(Reason::Unsupported), place: value.place(), why: what.to_owned() });
    }
    for value in each(value).filter(|value| !silent(*value)) {
        let (means, doubt) = (Means::Somewhere(String::new()), Some(Reason::Unsupported));
        out.push(Setting { means, doubt, place: value.place(), why: format!("{what}, and may change the search path") });
    }
}

fn program(name: &str, value: Value<'_>, doubt: Option<Reason>, out: &mut Vec<Setting>) {
    let last = name.rsplit(['/', ':']).next().unwrap_or(name).to_owned();
    let why = format!("`{last}` is taken from another source than the registry");
    out.push(Setting { means: Means::Program(last), doubt, place: value.place(), why });
}

fn each(value: Value<'_>) -> impl Iterator<Item = Value<'_>> {
    let own = value.items().next().is_none().then_some(value);
    own.into_iter().chain(value.items())
}

fn text<'d>(value: Value<'d>, key: &str) -> Option<&'d str> {
    value.as_str().or_else(|| value.get(key)?.as_str())
}
