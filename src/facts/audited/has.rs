//! Owns whether what was installed, or written to a list, has what a component declares. Refuses to say what is looked at.

use std::collections::BTreeSet;

use crate::answer::{Reason, Why};
use crate::facts::components::Component;
use crate::facts::dependencies::{self, normalised};
use crate::facts::standing::Evidence;
use crate::facts::supplied::Supply;
use crate::text::RepoPath;

/// Lines of a list that are looked at for the project itself.
const LINES: usize = 20_000;

/// Whether what is looked at has what a component declares.
pub(super) enum Has {
    /// All of it.
    Yes,
    /// Not this package of it, or nothing.
    No(Option<String>),
    /// Not known.
    Perhaps(Why),
}

/// Whether something that is looked at has what the component declares.
pub(super) fn has(supply: &Supply, component: &Component, declaring: &RepoPath, evidence: &Evidence<'_>) -> Has {
    let snapshot = evidence.world.snapshot;
    match supply {
        Supply::Perhaps(why) => Has::Perhaps(why.clone()),
        Supply::Without(_) => Has::No(None),
        Supply::Project(directory) if is_list(declaring) => {
            let setup = directory.join("setup.py").filter(|path| snapshot.is_file(path));
            setup.map_or(Has::No(None), |path| {
                let why = format!("whether `{path}` takes it in is not read");
                Has::Perhaps(Why::new(Reason::Unsupported, why))
            })
        }
        Supply::Project(directory) => {
            let homes = [&component.directory, &declaring.parent()];
            if homes.contains(&directory) { Has::Yes } else { Has::No(None) }
        }
        Supply::List(list) => list_has(list, component, declaring, evidence),
    }
}

/// Whether packages are taken out that the component needs.
pub(super) fn takes_out(supply: &Supply, declaring: &RepoPath, evidence: &Evidence<'_>) -> Option<Why> {
    let Supply::Without(without) = supply else { return None };
    let said = |what: &str| Why::new(Reason::Dynamic, format!("{what} is taken out before")).at(without.place.clone());
    let Some(names) = &without.names else { return Some(said("what may be a package of it")) };
    let lists = without.lists.iter().filter_map(|list| dependencies::declared_whole(evidence.world.snapshot, list)).flatten();
    let gone: BTreeSet<String> =
        names.iter().map(|name| normalised(name)).chain(lists.map(|one| normalised(&one.name))).collect();
    let found = evidence.dependencies.iter().find(|one| one.manifest == *declaring && one.runtime && gone.contains(&one.name));
    found.map(|one| said(&format!("`{}`", one.name)))
}

/// Whether a list is what declares, takes it in, or names all that it names.
fn list_has(list: &RepoPath, component: &Component, declaring: &RepoPath, evidence: &Evidence<'_>) -> Has {
    let snapshot = evidence.world.snapshot;
    let taken_in = dependencies::nested(snapshot, list, &|_| false);
    if list == declaring || taken_in.lists.contains(declaring) {
        return Has::Yes;
    }
    let here = component.directory == list.parent() || declaring.parent() == list.parent();
    if !is_list(declaring) && here && snapshot.read_marked(list).is_ok_and(|file| takes_project_in(&file.text)) {
        return Has::Yes;
    }
    let given = dependencies::declared_whole(snapshot, list);
    let given: BTreeSet<String> = given.into_iter().flatten().map(|one| normalised(&one.name)).collect();
    let own = evidence.dependencies.iter().filter(|one| one.manifest == *declaring && one.runtime && !one.optional);
    let mut own = own.filter(|one| one.registry == "pypi").peekable();
    if own.peek().is_none() {
        let known = component.declared_in.contains(list);
        let why = format!("`{declaring}` names no package that is read");
        return if known { Has::Yes } else { Has::Perhaps(Why::new(Reason::Unsupported, why)) };
    }
    let says_nothing = || snapshot.read_marked(list).is_ok_and(|file| file.text.lines().take(LINES).all(is_idle));
    match own.find(|one| !given.contains(&one.name)) {
        None => Has::Yes,
        Some(_) if taken_in.elsewhere || (given.is_empty() && !says_nothing()) => {
            Has::Perhaps(Why::new(Reason::Unsupported, format!("what `{list}` names is not read in full")))
        }
        Some(missing) => Has::No(Some(missing.name.clone())),
    }
}

/// `.`, `-e .`, `-e .[dev]`: the project beside the list.
fn takes_project_in(text: &str) -> bool {
    let lines = text.lines().take(LINES).map(|line| line.split('#').next().unwrap_or_default().trim());
    lines
        .map(|line| {
            line.strip_prefix("-e").or_else(|| line.strip_prefix("--editable")).unwrap_or(line).trim_start_matches(['=', ' '])
        })
        .any(|path| matches!(path.split('[').next(), Some("." | "./" | "file:.")))
}

/// A line that names nothing.
fn is_idle(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

pub(super) fn is_list(path: &RepoPath) -> bool {
    path.file_name().ends_with(".txt") || path.file_name().ends_with(".in")
}

/// A manifest or a lock file that stands for the project beside it.
pub(super) fn is_of_project(path: &RepoPath, evidence: &Evidence<'_>) -> bool {
    let name = path.file_name();
    let rows = &evidence.world.catalog.languages.manifest;
    !is_list(path) && rows.iter().any(|row| row.name == name || row.locks.iter().any(|lock| lock == name))
}
