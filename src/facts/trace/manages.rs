//! Owns what a command of a program that looks after the environment of a project takes of that project: all that it needs, nothing,
//! or what is not read. Refuses to say where it goes.

use super::supplied::word;
use super::{Frame, Tracer, installer};
use crate::answer::{Reason, Why};
use crate::catalog::Catalog;
use crate::catalog::installing::Manager;
use crate::facts::matching::{find_flag, program_name, take_row};
use crate::facts::pipeline::Env;
use crate::facts::shell::Word;
use crate::facts::supplied::{Home, Supply};
use crate::facts::trace::homes;
use crate::facts::workdir::Workdir;
use crate::text::{Place, RepoPath};

/// Words of a command that tell what it is.
const TELLING: usize = 8;

/// What a command of a manager does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Install,
    Run,
    Export,
    InPlace,
}

/// A command of a manager.
pub(super) struct Managed<'w> {
    pub(super) manager: &'static Manager,
    pub(super) does: Does,
    /// The words of its own: of one that runs the rest, those in front of the program.
    pub(super) own: &'w [Word],
}

/// The manager whose command this is.
pub(super) fn managed(words: &[Word]) -> Option<Managed<'_>> {
    Catalog::builtin().programs.manager.iter().find_map(|manager| {
        let rows = [
            (&manager.in_place, Does::InPlace),
            (&manager.exports, Does::Export),
            (&manager.installs, Does::Install),
            (&manager.runs, Does::Run),
        ];
        let mut each = rows.into_iter().flat_map(|(rows, does)| rows.iter().map(move |row| (row, does)));
        let (taken, does) = each.find_map(|(row, does)| Some((take_row(row, words, &manager.values)?, does)))?;
        let end = if does == Does::Run { program_at(words, taken) } else { words.len() };
        Some(Managed { manager, does, own: &words[..end] })
    })
}

/// Where the program stands that a command runs.
fn program_at(words: &[Word], taken: usize) -> usize {
    let known = installer::read(words).map(|install| install.command);
    let first = || words[taken..].iter().position(|word| !word.head().starts_with('-')).map(|at| taken + at);
    known.or_else(first).unwrap_or(words.len())
}

impl Managed<'_> {
    /// What it takes of the project around it; `None` where that is nothing of what the product needs.
    pub(super) fn takes(&self, frame: &Frame) -> Option<Supply> {
        let (manager, name) = (self.manager, &self.manager.name);
        let place = &self.own[0].place;
        if manager.unread {
            return Some(perhaps(format!("what {name} installs is not read"), place));
        }
        if find_flag(&manager.besides, None, self.own).is_some() || is_set(&manager.besides_by, &frame.env) {
            return None;
        }
        let has = |group: &str| group.split([',', ' ']).any(|one| one.trim() == manager.group);
        for (flag, wanted) in [(&manager.only, true), (&manager.without, false)] {
            let groups: Vec<Option<&str>> = flag.iter().flat_map(|flag| values_of(flag, self.own)).collect();
            if groups.iter().any(Option::is_none) {
                return Some(perhaps(format!("which groups {name} takes is computed"), place));
            }
            if !groups.is_empty() && groups.iter().flatten().any(|group| has(group)) != wanted {
                return None;
            }
        }
        if let Some(flag) = find_flag(&manager.partly, None, self.own) {
            return Some(perhaps(format!("{name} is told to leave packages out"), &flag.place));
        }
        if let Some(flag) = find_flag(&manager.elsewhere, None, self.own) {
            return Some(perhaps(format!("which project {name} is told to use is not read"), &flag.place));
        }
        if is_set(&manager.elsewhere_by, &frame.env) {
            return Some(perhaps(format!("which project a variable tells {name} to use is not read"), place));
        }
        // Words of its own may be any of these flags.
        if let Some(word) = self.own.iter().find(|word| word.value.is_none() && word.may_vanish()) {
            return Some(perhaps(format!("an argument of {name} is computed"), &word.place));
        }
        Some(project(".", frame, place))
    }

    /// Whether it starts a program without a look at what is installed.
    pub(super) fn as_it_is(&self, frame: &Frame) -> bool {
        find_flag(&self.manager.as_it_is, None, self.own).is_some() || is_set(&self.manager.as_it_is_by, &frame.env)
    }
}

impl Tracer<'_> {
    /// The environment that a manager keeps for the project around a command.
    pub(super) fn home_of_manager(&self, manager: &'static Manager, frame: &Frame) -> Home {
        let in_place =
            self.supplied.get(&(frame.pipeline, frame.job)).is_some_and(|job| job.in_place.contains(&manager.name.as_str()));
        if manager.always_in_place || in_place {
            return self.around(frame);
        }
        match manager.in_place_by.iter().find_map(|name| frame.env.get(name)) {
            // Of `POETRY_VIRTUALENVS_CREATE` the value is none of a directory.
            Some(Some(path)) if manager.home.is_some() => homes::at(path, &frame.workdir),
            Some(_) => Home::Job,
            None => manager.home.as_ref().map_or(Home::Of(&manager.name), |home| homes::at(home, &frame.workdir)),
        }
    }
}

/// A project by its directory.
pub(super) fn project(path: &str, frame: &Frame, place: &Place) -> Supply {
    match frame.workdir.resolve(path) {
        Some(directory) => Supply::Project(directory),
        None => perhaps("what is installed lies outside the tree".to_owned(), place),
    }
}

pub(super) fn perhaps(why: String, place: &Place) -> Supply {
    Supply::Perhaps(Why::new(Reason::Dynamic, why).at(place.clone()))
}

/// One of these variables is set, and does not say no.
pub(super) fn is_set(names: &[String], env: &Env) -> bool {
    let says_no = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "false" | "f" | "no" | "n" | "off");
    names.iter().filter_map(|name| env.get(name)).any(|value| !value.as_deref().is_some_and(says_no))
}

/// The environment that tells where its packages lie: `$(poetry run python -c …)`, `$(which python)`. `around` is that of the job.
pub(in crate::facts) fn home_that_tells(raw: &str, around: &Home, workdir: &Workdir) -> Option<Home> {
    let place = Place::file(RepoPath::root());
    let words: Vec<Word> = raw.split_once("$(")?.1.split_whitespace().take(TELLING).map(|text| word(text, &place)).collect();
    if let Some(command) = managed(&words).filter(|command| command.does == Does::Run && !command.manager.unread) {
        let manager = command.manager;
        return Some(manager.home.as_ref().map_or(Home::Of(&manager.name), |home| homes::at(home, workdir)));
    }
    let first = words.first()?.value.as_deref()?;
    let asked = match first {
        "which" => words.get(1)?.value.as_deref()?.trim_end_matches(')'),
        first => first,
    };
    program_name(asked).starts_with("python").then(|| homes::home_by_path(asked, workdir).unwrap_or_else(|| around.clone()))
}

/// The values of a flag; `None` for one that is not known.
pub(super) fn values_of<'w>(flag: &str, words: &'w [Word]) -> Vec<Option<&'w str>> {
    words_of(flag, words).into_iter().map(|(value, _)| value).collect()
}

/// The same, with the words that they stand in.
pub(in crate::facts) fn words_of<'w>(flag: &str, words: &'w [Word]) -> Vec<(Option<&'w str>, &'w Word)> {
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let head = word.head();
        let Some(rest) = head.strip_prefix(flag) else { continue };
        if rest.is_empty() && word.value.is_some() {
            let next = words.next().unwrap_or(word);
            found.push((next.value.as_deref().filter(|_| next.span != word.span || next.raw != word.raw), next));
        } else if rest.starts_with('=') {
            found.push((word.value.as_deref().map(|value| &value[flag.len() + 1..]), word));
        } else if flag.len() == 2 {
            found.push((word.value.as_deref().map(|value| &value[flag.len()..]), word));
        }
    }
    found
}
