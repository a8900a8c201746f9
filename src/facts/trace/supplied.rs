//! Owns which lists and projects of the tree commands install into the environment of their job, or into one that a manager or a
//! launcher makes. Refuses to say what lies around a command then (`around`), and what an audit makes of it (`audited`).

use std::collections::BTreeMap;

use super::homes::{self, Active};
use super::installer::{Install, read, read_as};
use super::manages::{Does, managed, perhaps, project, values_of};
use super::{Frame, Tracer, streams};
use crate::answer::{Reason, Why};
use crate::catalog::installing::Installer;
use crate::catalog::{Bare, Catalog};
use crate::facts::matching::{self, find_flag};
use crate::facts::pipeline::ActionCall;
use crate::facts::shell::{Stream, Word};
use crate::facts::supplied::{Home, Supply, Without, Written, list_in};
use crate::text::Place;

/// Whose packages.
pub(super) const ECOSYSTEM: &str = "pypi";
/// Supplies of one job that are remembered.
const MOST: usize = 64;
/// The list that an installer of lists takes where none is named.
const DEFAULT_LIST: &str = "requirements.txt";
/// Lists that are the project itself.
const PROJECTS: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];
/// Endings of packages that are made before.
const MADE: [&str; 3] = [".whl", ".tar.gz", ".zip"];

/// What the commands of one job have put somewhere so far.
#[derive(Clone, Default)]
pub(super) struct OfJob {
    pub(super) laid: Vec<(Home, Supply)>,
    pub(super) written: Vec<Written>,
    /// Packages by name, and where they are.
    pub(super) packages: Vec<(Home, String)>,
    /// Packages that were taken out of an environment which a runner had filled.
    pub(super) without: Vec<(Home, String)>,
    /// Managers that were told to install into the environment of the job.
    pub(super) in_place: Vec<&'static str>,
    /// Programs that were installed apart from everything else, and what else lies in their environments.
    pub(super) apart: BTreeMap<String, Vec<Supply>>,
    /// The environment that a shell has activated, and the one that is activated for every step.
    pub(super) active: Option<Active>,
    pub(super) standing: Option<Home>,
}

impl Tracer<'_> {
    /// Remembers what a command puts into an environment.
    pub(super) fn supplies(&mut self, words: &[Word], frame: &Frame) {
        if frame.never_starts() {
            return;
        }
        self.activates(words, frame);
        if let Some(command) = managed(words).filter(|command| command.does != Does::Run) {
            match command.does {
                Does::InPlace => self.job_of(frame).in_place.push(&command.manager.name),
                Does::Install => {
                    let home = self.home_of_manager(command.manager, frame);
                    let takes = command.takes(frame);
                    // What brings an environment in line takes out what it does not take.
                    let out = Without { names: None, lists: Vec::new(), place: words[0].place.clone() };
                    let out = (takes.is_none() && command.manager.syncs).then_some(Supply::Without(out));
                    self.put(&home, takes.into_iter().chain(out).collect(), frame);
                }
                Does::Export | Does::Run => {}
            }
            return;
        }
        if let Some(removed) = read_as(&Catalog::builtin().programs.remover, words) {
            return self.takes_out(&removed, words, frame);
        }
        let Some(install) = read(words).filter(|install| install.row.ecosystem == ECOSYSTEM) else { return };
        if install.row.bare == Bare::Command || find_flag(&install.row.idle, None, words).is_some() {
            return;
        }
        if install.row.apart {
            return self.put_apart(&install, words, frame);
        }
        let home = self.installs_into(install.row, words, frame);
        let mut found = installed(&install, words, frame);
        if find_flag(&install.row.alone, None, words).is_none() {
            found.extend(self.made_before(&install, frame));
        }
        self.put(&home, found, frame);
    }

    /// The projects of which files of packages were made before.
    fn made_before(&self, install: &Install<'_>, frame: &Frame) -> Vec<Supply> {
        let written = self.supplied.get(&(frame.pipeline, frame.job)).map(|job| job.written.as_slice()).unwrap_or_default();
        let files = install
            .bare
            .iter()
            .filter(|path| MADE.iter().any(|ending| path.split('[').next().is_some_and(|path| path.ends_with(ending))));
        let directories = files.map(|path| path.rsplit_once('/').map_or(".", |(directory, _)| directory));
        directories.filter_map(|directory| list_in(written, &streams::file(directory, &frame.workdir))).flatten().collect()
    }

    /// The environment that an installer's words name, or in which it is.
    pub(super) fn installs_into(&self, row: &Installer, words: &[Word], frame: &Frame) -> Home {
        for flag in &row.into {
            let Some(value) = values_of(flag, words).pop() else { continue };
            let Some(path) = value else { return Home::Somewhere };
            if !path.contains('/')
                && flag.trim_start_matches('-').starts_with('p')
                && path.starts_with(|c: char| c.is_ascii_digit())
            {
                // A version of the interpreter: it is looked for, and nobody knows where it is found.
                continue;
            }
            return homes::home_by_path(path, &frame.workdir).unwrap_or_else(|| match streams::file(path, &frame.workdir) {
                Stream::File(path) => Home::Into(path),
                Stream::Pipe(_) => Home::Somewhere,
            });
        }
        let program = words[0].value.as_deref().unwrap_or_default();
        let Some(home) = &row.home else { return self.home_of(program, frame) };
        if find_flag(&row.system, None, words).is_some() || super::manages::is_set(&row.system_by, &frame.env) {
            return Home::Job;
        }
        let variable = || {
            frame
                .env
                .get("VIRTUAL_ENV")
                .map(|path| path.as_deref().map_or(Home::Somewhere, |path| homes::at(path, &frame.workdir)))
        };
        frame
            .environment
            .as_ref()
            .map(|environment| environment.home.clone())
            .or_else(|| self.active(frame))
            .or_else(variable)
            .unwrap_or_else(|| homes::at(home, &frame.workdir))
    }

    /// Packages that get environments of their own.
    fn put_apart(&mut self, install: &Install<'_>, words: &[Word], frame: &Frame) {
        let mut names = install.bare.iter().map(|name| bare_name(name).to_owned());
        let names: Vec<String> = if install.row.into_first { names.next().into_iter().collect() } else { names.collect() };
        let found = installed(install, words, frame);
        let unsure = frame.conditions.first().cloned();
        let apart = &mut self.job_of(frame).apart;
        for name in names {
            let own = apart.entry(name).or_default();
            own.extend(found.iter().take(MOST).map(|supply| unsure.clone().map_or_else(|| supply.clone(), Supply::Perhaps)));
        }
    }

    /// Packages that are taken out of an environment again.
    fn takes_out(&mut self, removed: &Install<'_>, words: &[Word], frame: &Frame) {
        let home = self.installs_into(removed.row, words, frame);
        let names: Vec<String> = removed.bare.iter().map(|name| bare_name(name).to_owned()).collect();
        let lists: Vec<Supply> = removed.lists.iter().map(|list| list_of(list, frame, &words[0].place)).collect();
        let named = lists.iter().filter_map(|list| if let Supply::List(path) = list { Some(path.clone()) } else { None });
        let known = names.iter().all(|name| !name.is_empty()) && lists.iter().all(|list| matches!(list, Supply::List(_)));
        let without = Without { names: known.then(|| names.clone()), lists: named.collect(), place: words[0].place.clone() };
        let job = self.job_of(frame);
        job.packages.retain(|(at, package)| *at != home || !names.iter().any(|name| name == bare_name(package)));
        if frame.environment.is_some() {
            job.without.extend(names.into_iter().map(|name| (home.clone(), name)));
        }
        self.put(&home, vec![Supply::Without(without)], frame);
    }

    /// What of an action may have put something there.
    pub(super) fn supplied_by_action(&mut self, call: &ActionCall, known: bool, frame: &Frame) {
        let same = |name: &str| matching::same_action(name, &call.name);
        self.activated_by_action(call, frame);
        let catalog = Catalog::builtin();
        for row in catalog.programs.installing_input.iter().filter(|row| same(&row.action)) {
            let Some(input) = call.inputs.get(&row.input) else { continue };
            let mut words: Vec<Word> = row.command.iter().map(|text| word(text, &call.place)).collect();
            words.extend(self.split(&input.text));
            self.supplies(&words, frame);
        }
        let idle = catalog.runners.idle_actions.iter().any(|idle| same(idle));
        if !known && !idle && !call.name.split('/').next().is_some_and(|owner| owner.eq_ignore_ascii_case("actions")) {
            let why = format!("the action `{}` is not read, and may install something", call.name);
            self.may_supply(Why::new(Reason::Remote, why).at(call.place.clone()), frame);
        }
    }

    /// Remembers that something which is not read may put anything there; once is enough.
    pub(super) fn may_supply(&mut self, why: Why, frame: &Frame) {
        let job = self.job_of(frame);
        if !job.laid.iter().any(|(home, supply)| *home == Home::Job && matches!(supply, Supply::Perhaps(_))) {
            job.laid.push((Home::Job, Supply::Perhaps(why)));
        }
    }

    pub(super) fn put(&mut self, home: &Home, found: Vec<Supply>, frame: &Frame) {
        let unsure = frame.conditions.first().cloned();
        let laid = &mut self.job_of(frame).laid;
        for supply in found {
            let supply = unsure.clone().map_or(supply, Supply::Perhaps);
            let one = (home.clone(), supply);
            // Once more counts from here on: something may have been taken out in between.
            laid.retain(|known| *known != one);
            if laid.len() < MOST {
                laid.push(one);
            }
        }
    }

    pub(super) fn job_of(&mut self, frame: &Frame) -> &mut OfJob {
        self.supplied.entry((frame.pipeline, frame.job)).or_default()
    }
}

/// What an installer's words name of the tree.
pub(super) fn installed(install: &Install<'_>, words: &[Word], frame: &Frame) -> Vec<Supply> {
    let place = words[0].place.clone();
    let mut found: Vec<Supply> = install.lists.iter().map(|list| list_of(list, frame, &place)).collect();
    if install.row.bare == Bare::List && install.lists.is_empty() {
        found.push(list_of(DEFAULT_LIST, frame, &place));
    }
    let alone = find_flag(&install.row.alone, None, words).is_some();
    for package in install.bare.iter().chain(&install.flagged).filter(|package| !alone || package.is_empty()) {
        let path = package.split(['[', ';']).next().unwrap_or_default().trim();
        if path.is_empty() {
            found.push(perhaps("a package that is installed is computed".to_owned(), &place));
        } else if MADE.iter().any(|ending| path.ends_with(ending)) || path.contains('*') {
            found.push(perhaps(format!("what `{path}` is made of is not read"), &place));
        } else if path.starts_with('.') || path.starts_with('/') || (path.contains('/') && !path.contains("://")) {
            found.push(project(path, frame, &place));
        }
    }
    found
}

/// A list by its name.
pub(super) fn list_of(name: &str, frame: &Frame, place: &Place) -> Supply {
    match frame.workdir.resolve(name).filter(|_| !name.is_empty()) {
        Some(path) if PROJECTS.contains(&path.file_name()) => Supply::Project(path.parent()),
        Some(path) => Supply::List(path),
        None => perhaps("a list of what is installed is computed, or not in the tree".to_owned(), place),
    }
}

/// A requirement's name.
pub(super) fn bare_name(requirement: &str) -> &str {
    requirement.split(['=', '<', '>', '!', '~', '[', '@', ' ', ';']).next().unwrap_or_default()
}

pub(super) fn word(text: &str, place: &Place) -> Word {
    Word {
        raw: text.to_owned(),
        value: Some(text.to_owned()),
        partial: None,
        span: crate::text::Span::default(),
        place: place.clone(),
        glob: false,
    }
}
