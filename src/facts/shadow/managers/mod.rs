//! Owns what files of the tree tell a manager of programs (mise, asdf, direnv) to put on the search path or under a name. Refuses
//! to say whom that reaches; the managers and their files are rows of `rules/runners.toml`.

mod envrc;
mod mise;

use crate::answer::Reason;
use crate::catalog::runner::Manager;
use crate::facts::matching;
use crate::facts::pipeline::ActionCall;
use crate::facts::runners::World;
use crate::facts::shell::Word;
use crate::text::{Place, RepoPath, Span};

/// Files of one manager that are read for one directory.
const FILES: usize = 32;

/// What a line does to the names of programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::facts) enum Means {
    /// Programs are looked for in this directory of the tree first.
    Directory(RepoPath),
    /// Programs are looked for in a directory of which only the end is known.
    Somewhere(String),
    /// This program is another one.
    Program(String),
    /// A variable has this value; by the name of no variable, those that are not named may have any.
    Variable(String, Option<String>),
    /// Every shell or program runs other code first.
    Every,
}

/// A line of a manager's file.
#[derive(Clone, Debug)]
pub(in crate::facts) struct Setting {
    /// What it does.
    pub(in crate::facts) means: Means,
    /// Why that is not certain.
    pub(in crate::facts) doubt: Option<Reason>,
    /// The line.
    pub(in crate::facts) place: Place,
    /// One clause.
    pub(in crate::facts) why: String,
}

/// The manager that an action sets up for the steps to come.
#[must_use]
pub(in crate::facts) fn of_action<'w>(call: &ActionCall, world: &'w World<'_>) -> Option<&'w Manager> {
    let off = |manager: &Manager| {
        let value = call.inputs.get(manager.off_input.as_deref()?)?.value.as_deref()?;
        Some(value.trim() == "false")
    };
    let mut managers = world.catalog.runners.manager.iter();
    managers.find(|manager| {
        manager.actions.iter().any(|action| action.eq_ignore_ascii_case(&call.name)) && off(manager) != Some(true)
    })
}

/// The manager that a command sets up for what its shell runs next (`true`), or for the command behind it.
#[must_use]
pub(in crate::facts) fn of_command<'w>(words: &[Word], world: &'w World<'_>) -> Option<(&'w Manager, bool)> {
    let mut texts = words.iter().map_while(|word| word.value.as_deref());
    let program = matching::program_name(texts.next()?);
    let command = texts.find(|text| !text.starts_with('-'))?;
    let manager = world.catalog.runners.manager.iter().find(|manager| manager.program == program)?;
    let among = |list: &[String]| list.iter().any(|word| word == command);
    (among(&manager.prints) || among(&manager.runs)).then(|| (manager, among(&manager.prints)))
}

/// All that its files above a directory say.
#[must_use]
pub(in crate::facts) fn settings(manager: &Manager, directory: &RepoPath, world: &World<'_>) -> Vec<Setting> {
    let snapshot = world.snapshot;
    let mut out = Vec::new();
    let files = directory.ancestors().flat_map(|dir| {
        let named = manager.files.iter().filter_map(|name| dir.join(name)).filter(|path| snapshot.is_file(path));
        let below = manager.directories.iter().filter_map(|name| dir.join(name)).flat_map(|below| {
            let names = snapshot.names_in(&below).map(str::to_owned).collect::<Vec<_>>();
            names.into_iter().filter_map(|name| below.join(&name)).filter(|path| snapshot.is_file(path)).collect::<Vec<_>>()
        });
        named.chain(below).map(|path| (dir.clone(), path)).collect::<Vec<_>>()
    });
    for (dir, path) in files.take(FILES) {
        match path.file_name().rsplit_once('.') {
            Some((_, "toml")) => mise::read(&path, &dir, world, &mut out),
            Some((_, "envrc")) => envrc::read(&path, &dir, world, &mut out),
            _ => versions(&path, world, &mut out),
        }
    }
    out
}

/// `.tool-versions`: a version that is a path is a directory of programs.
fn versions(path: &RepoPath, world: &World<'_>, out: &mut Vec<Setting>) {
    let Ok(file) = world.snapshot.read(path) else { return };
    let mut offset = 0;
    for line in file.text.split_inclusive('\n') {
        let (start, text) = (offset, line.split('#').next().unwrap_or(""));
        offset += line.len();
        let mut words = text.split_whitespace();
        let Some(name) = words.next() else { continue };
        if words.any(|version| version.starts_with("path:")) {
            out.push(Setting {
                means: Means::Program(name.to_owned()),
                doubt: None,
                place: file.place(Span::new(start, start + line.trim_end().len())),
                why: format!("`{name}` is taken from a path"),
            });
        }
    }
}

/// A directory that is put on the search path by a file of `base`; `None` for one of the machine.
fn directory(entry: &str, base: &RepoPath, world: &World<'_>) -> Option<Means> {
    let entry = entry.trim();
    let entry = ["{{config_root}}", "{{ config_root }}", "{{cwd}}", "{{ cwd }}", "$PWD", "${PWD}", "$(pwd)"]
        .iter()
        .find_map(|here| entry.strip_prefix(here))
        .map_or(entry, |rest| rest.trim_start_matches('/'));
    let of_machine = entry.starts_with(['/', '~'])
        || entry.starts_with("$HOME")
        || entry.starts_with("${HOME")
        || entry.trim_start_matches(['{', ' ']).starts_with("env.HOME");
    if of_machine || matches!(entry, "$PATH" | "${PATH}") {
        return None;
    }
    if let Some(at) = entry
        .rfind(['}', ')'])
        .or_else(|| entry.rfind('$').map(|at| entry[at..].find('/').map_or(entry.len() - 1, |to| at + to - 1)))
    {
        return Some(Means::Somewhere(entry[at + 1..].trim_end_matches('/').to_owned()));
    }
    let found = if entry.is_empty() { Some(base.clone()) } else { base.join(entry) };
    found.filter(|directory| world.snapshot.is_dir(directory)).map(Means::Directory)
}

#[cfg(test)]
mod tests;
