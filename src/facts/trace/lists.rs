//! Owns which lists of requirements commands write, what those name, and where they go: a file, the pipe behind the command. Refuses
//! to read what any other program makes of a list on its way.

use super::installer;
use super::manages::{Does, managed, perhaps, project, values_of};
use super::supplied::list_of;
use super::{Frame, Tracer, streams};
use crate::catalog::installing::Lister;
use crate::catalog::{Bare, Catalog};
use crate::facts::matching::{find_flag, program_name, take_row};
use crate::facts::shell::{Stream, Word};
use crate::facts::supplied::{Home, Supply, Written, list_in};
use crate::text::Place;

/// Writes of one job that are remembered.
const MOST: usize = 128;

/// A list, and where it goes besides the output of its command; whether it replaces that.
struct Made {
    supplies: Vec<Supply>,
    file: Option<Stream>,
    both: bool,
}

impl Tracer<'_> {
    /// Remembers a list that a command writes, and that something else is written where a list may be read from.
    pub(super) fn writes_list(&mut self, words: &[Word], frame: &Frame) {
        if frame.never_starts() {
            return;
        }
        let output = frame.streams.to.clone();
        let Some(made) = self.list_made(words, frame) else { return };
        let streams = match made.file {
            Some(file) if made.both => {
                vec![(file, false)].into_iter().chain(output.map(|to| (to, frame.streams.appends))).collect()
            }
            Some(file) => vec![(file, false)],
            None => output.into_iter().map(|to| (to, frame.streams.appends)).collect::<Vec<_>>(),
        };
        let unsure = frame.conditions.first().cloned();
        let supplies: Vec<Supply> =
            made.supplies.into_iter().map(|supply| unsure.clone().map_or(supply, Supply::Perhaps)).collect();
        for (to, appends) in streams {
            self.write(to, appends, supplies.clone(), frame);
        }
    }

    fn write(&mut self, to: Stream, appends: bool, supplies: Vec<Supply>, frame: &Frame) {
        // What comes behind a list of the tree leaves that as it is.
        let held = match &to {
            Stream::File(path) if appends => frame.workdir.resolve(path).filter(|path| self.world.snapshot.is_file(path)),
            _ => None,
        };
        let written = &mut self.job_of(frame).written;
        if !appends {
            written.retain(|known| known.to != to);
        }
        let first = held.filter(|_| written.iter().all(|known| known.to != to)).map(Supply::List);
        if written.len() < MOST {
            written.push(Written { to, supplies: first.into_iter().chain(supplies).collect() });
        }
    }

    fn list_made(&self, words: &[Word], frame: &Frame) -> Option<Made> {
        let place = &words[0].place;
        if let Some(command) = managed(words).filter(|command| command.does == Does::Export) {
            let file = command.manager.output.iter().find_map(|flag| values_of(flag, command.own).pop());
            let file = file.map(|name| streams::file(name.unwrap_or("\u{E000}"), &frame.workdir));
            // uv writes to its output all the same.
            return Some(Made { supplies: command.takes(frame).into_iter().collect(), file, both: false });
        }
        let rows = Catalog::builtin().programs.lister.iter();
        let lister = rows.flat_map(|row| row.commands.iter().map(move |argv| (row, argv)));
        if let Some((row, taken)) = lister.into_iter().find_map(|(row, argv)| Some((row, take_row(argv, words, &row.values)?))) {
            return Some(self.listed(row, &words[taken..], words, frame));
        }
        if let Some(built) = built(words, frame) {
            return Some(built);
        }
        let operands: Vec<&Word> = words[1..].iter().filter(|word| !word.head().starts_with('-')).collect();
        let name = program_name(words[0].value.as_deref()?);
        // Programs that only start the next one say nothing of their own.
        let launches =
            installer::read(words).is_some_and(|install| install.row.bare == Bare::Command) || managed(words).is_some();
        if launches {
            return None;
        }
        let piped = || frame.streams.from.as_ref().and_then(|from| self.taken_from(from, frame));
        match (name, operands.as_slice()) {
            ("tee", [file]) => {
                let file = streams::file(file.value.as_deref()?, &frame.workdir);
                Some(Made { supplies: piped().unwrap_or_else(|| unread(name, place)), file: Some(file), both: true })
            }
            ("cp" | "mv" | "install" | "ln", [from, to]) => {
                let (from, to) = (from.value.as_deref()?, streams::file(to.value.as_deref()?, &frame.workdir));
                let supplies = self.taken_from(&streams::file(from, &frame.workdir), frame);
                Some(Made { supplies: supplies.unwrap_or_else(|| unread(name, place)), file: Some(to), both: false })
            }
            ("cat", []) => Some(Made { supplies: piped()?, file: None, both: false }),
            ("cat", files) => {
                let each = files.iter().map(|file| {
                    let known = file.value.as_deref().filter(|_| !file.glob);
                    let taken = known.and_then(|name| self.taken_from(&streams::file(name, &frame.workdir), frame));
                    taken.unwrap_or_else(|| unread(name, place))
                });
                Some(Made { supplies: each.flatten().collect(), file: None, both: false })
            }
            ("sort" | "uniq", []) => Some(Made { supplies: piped()?, file: None, both: false }),
            _ => {
                frame.streams.to.as_ref()?;
                Some(Made { supplies: unread(name, place), file: None, both: false })
            }
        }
    }

    /// What a command of the catalogue lists.
    fn listed(&self, row: &Lister, own: &[Word], words: &[Word], frame: &Frame) -> Made {
        let place = &words[0].place;
        let named = row.output.iter().find_map(|flag| values_of(flag, own).pop());
        let file = named.map(|name| streams::file(name.unwrap_or("\u{E000}"), &frame.workdir));
        if let Some(like) = &row.of_environment {
            let installs = Catalog::builtin().programs.installer.iter().find(|row| row.commands.contains(like));
            let home = installs.map_or(Home::Somewhere, |row| self.installs_into(row, words, frame));
            let around = frame.environment.as_ref().map(|around| around.here.clone()).unwrap_or_default();
            let job = self.supplied.get(&(frame.pipeline, frame.job));
            let laid = job.into_iter().flat_map(|job| &job.laid).filter(|(at, _)| *at == home).map(|(_, supply)| supply.clone());
            return Made { supplies: around.into_iter().chain(laid).collect(), file, both: false };
        }
        let mut sources = operands_of(own, &row.values, &row.output);
        if sources.is_empty() {
            let there = |name: &&String| frame.workdir.resolve(name).is_some_and(|path| self.world.snapshot.is_file(&path));
            sources.extend(row.defaults.iter().find(there).map(|name| Some(name.as_str())));
        }
        let ending = row.ending.as_deref();
        let beside =
            || ending.and_then(|ending| Some(streams::file(&beside(sources.first().copied()??, ending, row), &frame.workdir)));
        let file = file.or_else(beside);
        if let Some(flag) = find_flag(&row.partly, None, own) {
            let why = format!("`{}` leaves packages out", flag.value.as_deref().unwrap_or_default());
            return Made { supplies: vec![perhaps(why, &flag.place)], file, both: false };
        }
        let of = |source: &Option<&str>| {
            source.map_or_else(|| perhaps("what is listed is computed".to_owned(), place), |name| list_of(name, frame, place))
        };
        Made { supplies: sources.iter().map(of).collect(), file, both: false }
    }

    /// What a file or a pipe holds of lists; `None` where nothing is known of it.
    fn taken_from(&self, from: &Stream, frame: &Frame) -> Option<Vec<Supply>> {
        let job = self.supplied.get(&(frame.pipeline, frame.job));
        job.and_then(|job| list_in(&job.written, from)).or_else(|| match from {
            Stream::File(path) => {
                let path = frame.workdir.resolve(path).filter(|path| self.world.snapshot.is_file(path))?;
                Some(vec![Supply::List(path)])
            }
            Stream::Pipe(_) => None,
        })
    }
}

/// Packages that a command makes of a project, by the directory that they lie in.
fn built(words: &[Word], frame: &Frame) -> Option<Made> {
    let rows = Catalog::builtin().programs.builder.iter().flat_map(|row| row.commands.iter().map(move |argv| (row, argv)));
    let (row, taken) = rows.into_iter().find_map(|(row, argv)| Some((row, take_row(argv, words, &row.values)?)))?;
    let (own, place) = (&words[taken..], &words[0].place);
    let of = match operands_of(own, &row.values, &row.output).as_slice() {
        [] => ".",
        [Some(directory)] => directory,
        _ => return None,
    };
    let into = match row.output.iter().find_map(|flag| values_of(flag, own).pop()) {
        Some(named) => named?.to_owned(),
        None => format!("{of}/{}", row.into),
    };
    Some(Made { supplies: vec![project(of, frame, place)], file: Some(streams::file(&into, &frame.workdir)), both: false })
}

/// The words that are no flags; `None` for one that is computed.
fn operands_of<'w>(words: &'w [Word], values: &[String], output: &[String]) -> Vec<Option<&'w str>> {
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.value.as_deref() {
            Some(value) if values.iter().chain(output).any(|flag| flag == value) => drop(words.next()),
            Some(value) if value.starts_with('-') && value != "-" => {}
            value => found.push(value),
        }
    }
    found
}

fn unread(name: &str, place: &Place) -> Vec<Supply> {
    vec![perhaps(format!("`{name}` writes it, and what it writes is not read"), place)]
}

/// The list that is written beside what it is made of.
fn beside(source: &str, ending: &str, row: &Lister) -> String {
    let (directory, name) = source.rsplit_once('/').map_or(("", source), |(directory, name)| (directory, name));
    let of_project = row.defaults.iter().any(|known| known == name && !known.ends_with(".in"));
    let stem = if of_project { "requirements" } else { name.rsplit_once('.').map_or(name, |(stem, _)| stem) };
    if directory.is_empty() { format!("{stem}{ending}") } else { format!("{directory}/{stem}{ending}") }
}
