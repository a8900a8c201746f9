//! Owns which lists and projects of the tree commands install into the environment of their job, into one that a manager or a
//! launcher makes, or write to a list. Refuses to say what an audit makes of it: `audited` does.

use std::sync::Arc;

use super::{Frame, Tracer, installer};
use crate::answer::{Reason, Why};
use crate::catalog::program::Manager;
use crate::catalog::tool::Tool;
use crate::catalog::{Bare, Catalog};
use crate::facts::matching::{self, find_flag, take_row};
use crate::facts::pipeline::ActionCall;
use crate::facts::shell::Word;
use crate::facts::supplied::{Supplied, Supply};
use crate::text::Place;

/// Whose packages.
const ECOSYSTEM: &str = "pypi";
/// Supplies of one job that are remembered.
const MOST: usize = 64;
/// The list that an installer of lists takes where none is named.
const DEFAULT_LIST: &str = "requirements.txt";
/// Lists that are the project itself.
const PROJECTS: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];

impl Tracer<'_> {
    /// Remembers what a command puts into an environment, or to a list.
    pub(super) fn supplies(&mut self, words: &[Word], frame: &Frame) {
        if frame.never_starts() {
            return;
        }
        if let Some((manager, _, Does::Install | Does::Export | Does::InPlace)) = managed(words) {
            return self.manager_supplies(manager, words, frame);
        }
        let Some(install) = installer::read(words).filter(|install| install.row.ecosystem == ECOSYSTEM) else { return };
        if install.row.bare == Bare::Command {
            return;
        }
        if install.row.apart {
            let names = install.bare.iter().map(|name| (*name).to_owned());
            self.job_of(frame).apart.extend(names.collect::<Vec<_>>());
            return;
        }
        let found = installed(&install, words, frame);
        self.put(found, frame, |job| &mut job.here);
    }

    /// What of an action may have put something there.
    pub(super) fn supplied_by_action(&mut self, call: &ActionCall, known: bool, frame: &Frame) {
        let same = |name: &str| matching::same_action(name, &call.name);
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
        if !job.here.iter().any(|supply| matches!(supply, Supply::Perhaps(_))) {
            job.here.push(Supply::Perhaps(why));
        }
    }

    /// What lies around a tool that audits an environment.
    pub(super) fn supplied_to(&self, tool: &Tool, frame: &Frame) -> Supplied {
        let job = self.supplied.get(&(frame.pipeline, frame.job)).cloned().unwrap_or_default();
        if let Some(own) = &frame.environment {
            return Supplied { managed: job.anywhere().cloned().collect(), written: job.written, ..(**own).clone() };
        }
        let packages = tool.packages.get(ECOSYSTEM).map(Vec::as_slice).unwrap_or_default();
        let is_tool = |name: &String| packages.iter().any(|package| bare_name(name) == package);
        let beside = job.packages.iter().any(is_tool);
        if frame.isolated || (job.apart.iter().any(is_tool) && !beside) {
            return Supplied {
                managed: job.anywhere().cloned().collect(),
                written: job.written,
                own: true,
                ..Supplied::default()
            };
        }
        job
    }

    /// The environment that a launcher makes for the command behind it, or that a manager keeps; `None` where it is the caller's.
    pub(super) fn environment_of(&self, words: &[Word], frame: &Frame) -> Option<Arc<Supplied>> {
        if let Some(install) = installer::read(words).filter(|install| install.row.ecosystem == ECOSYSTEM && install.row.apart) {
            let launches = install.row.bare == Bare::Command;
            return launches.then(|| Arc::new(Supplied::only(installed(&install, words, frame))));
        }
        let (manager, row, does) = managed(words)?;
        if does != Does::Run {
            return None;
        }
        let place = words[0].place.clone();
        let name = &manager.name;
        if manager.unread {
            let why = format!("what {name} installs into the environment it makes is not read");
            return Some(Arc::new(Supplied::only(vec![perhaps(why, &place)])));
        }
        let job = self.supplied.get(&(frame.pipeline, frame.job)).cloned().unwrap_or_default();
        if find_flag(&manager.besides, None, own_words(words, row)).is_some() {
            return Some(Arc::new(Supplied::only(Vec::new())));
        }
        if let Some(flag) = find_flag(&manager.elsewhere, None, own_words(words, row)) {
            return Some(Arc::new(Supplied::only(vec![of_another(manager, flag)])));
        }
        let mut here = job.managed.clone();
        if manager.syncs && find_flag(&manager.as_it_is, None, own_words(words, row)).is_none() {
            here.push(project(".", frame, &place));
        }
        // Packages of the system are in sight of some, and a program of it is started where the environment has none.
        here.extend(job.here.iter().filter(|supply| manager.syncs || matches!(supply, Supply::Perhaps(_))).cloned());
        Some(Arc::new(Supplied::only(here)))
    }

    fn manager_supplies(&mut self, manager: &'static Manager, words: &[Word], frame: &Frame) {
        let Some((_, row, does)) = managed(words) else { return };
        if find_flag(&manager.besides, None, own_words(words, row)).is_some() {
            return;
        }
        let place = words[0].place.clone();
        let found = match find_flag(&manager.elsewhere, None, own_words(words, row)) {
            _ if manager.unread => perhaps(format!("what {} installs is not read", manager.name), &place),
            Some(flag) => of_another(manager, flag),
            None => project(".", frame, &place),
        };
        let by_variable = manager.in_place_by.iter().any(|name| frame.env.contains_key(name));
        match does {
            Does::InPlace => self.job_of(frame).in_place.push(&manager.name),
            Does::Export => self.put(vec![found], frame, |job| &mut job.written),
            _ if manager.always_in_place || by_variable || self.job_of(frame).in_place.contains(&manager.name.as_str()) => {
                self.put(vec![found.clone()], frame, |job| &mut job.managed);
                self.put(vec![found], frame, |job| &mut job.here);
            }
            _ => self.put(vec![found], frame, |job| &mut job.managed),
        }
    }

    fn put(&mut self, found: Vec<Supply>, frame: &Frame, into: impl Fn(&mut Supplied) -> &mut Vec<Supply>) {
        let unsure = frame.conditions.first().cloned();
        let into = into(self.job_of(frame));
        for supply in found {
            let supply = unsure.clone().map_or(supply, Supply::Perhaps);
            if into.len() < MOST && !into.contains(&supply) {
                into.push(supply);
            }
        }
    }

    pub(super) fn job_of(&mut self, frame: &Frame) -> &mut Supplied {
        self.supplied.entry((frame.pipeline, frame.job)).or_default()
    }
}

/// What a command of a manager does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Install,
    Run,
    Export,
    InPlace,
}

/// The manager whose command this is, with the words of it.
fn managed(words: &[Word]) -> Option<(&'static Manager, &'static [String], Does)> {
    Catalog::builtin().programs.manager.iter().find_map(|manager| {
        let rows = [
            (&manager.in_place, Does::InPlace),
            (&manager.exports, Does::Export),
            (&manager.installs, Does::Install),
            (&manager.runs, Does::Run),
        ];
        let mut each = rows.into_iter().flat_map(|(rows, does)| rows.iter().map(move |row| (row, does)));
        let (row, does) = each.find(|(row, _)| take_row(row, words, &[]).is_some())?;
        Some((manager, row.as_slice(), does))
    })
}

/// The words of a manager's own: of one that runs the rest, those in front of the program.
fn own_words<'w>(words: &'w [Word], row: &[String]) -> &'w [Word] {
    let runs = Catalog::builtin().programs.manager.iter().any(|manager| manager.runs.iter().any(|known| known == row));
    let from = row.len().min(words.len());
    let program = words[from..].iter().position(|word| !word.head().starts_with('-'));
    let end = program.filter(|_| runs).map_or(words.len(), |at| from + at + 1);
    &words[..end]
}

/// What an installer's words name of the tree.
fn installed(install: &installer::Install<'_>, words: &[Word], frame: &Frame) -> Vec<Supply> {
    let place = words[0].place.clone();
    let mut found: Vec<Supply> = install.lists.iter().map(|list| list_of(list, frame, &place)).collect();
    if install.row.bare == Bare::List && install.lists.is_empty() {
        found.push(list_of(DEFAULT_LIST, frame, &place));
    }
    for package in install.bare.iter().chain(&install.flagged) {
        let path = package.split(['[', ';']).next().unwrap_or_default().trim();
        if path.is_empty() {
            found.push(perhaps("a package that is installed is computed".to_owned(), &place));
        } else if path.starts_with('.')
            || path.starts_with('/')
            || (path.contains('/') && !path.contains("://"))
            || path.ends_with(".whl")
        {
            found.push(project(path, frame, &place));
        }
    }
    found
}

/// A list by its name.
fn list_of(name: &str, frame: &Frame, place: &Place) -> Supply {
    match frame.workdir.resolve(name).filter(|_| !name.is_empty()) {
        Some(path) if PROJECTS.contains(&path.file_name()) => Supply::Project(path.parent()),
        Some(path) => Supply::List(path),
        None => perhaps("a list of what is installed is computed, or not in the tree".to_owned(), place),
    }
}

/// A project by its directory.
fn project(path: &str, frame: &Frame, place: &Place) -> Supply {
    let made = path.ends_with(".whl") || path.ends_with(".gz") || path.contains('*');
    match frame.workdir.resolve(path).filter(|_| !made) {
        Some(directory) => Supply::Project(directory),
        None => perhaps("what is installed lies outside the tree, or is made before".to_owned(), place),
    }
}

/// The project that a flag names.
fn of_another(manager: &Manager, flag: &Word) -> Supply {
    perhaps(format!("which project {} is told to use is not read", manager.name), &flag.place)
}

fn perhaps(why: String, place: &Place) -> Supply {
    Supply::Perhaps(Why::new(Reason::Dynamic, why).at(place.clone()))
}

/// A requirement's name.
pub(super) fn bare_name(requirement: &str) -> &str {
    requirement.split(['=', '<', '>', '!', '~', '[', '@', ' ', ';']).next().unwrap_or_default()
}

fn word(text: &str, place: &Place) -> Word {
    Word {
        raw: text.to_owned(),
        value: Some(text.to_owned()),
        partial: None,
        span: crate::text::Span::default(),
        place: place.clone(),
        glob: false,
    }
}
