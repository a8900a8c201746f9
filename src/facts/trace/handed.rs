//! Owns what texts that scripts hand to later steps mean: directories, variables (`NAME=VALUE`, `NAME<<END`), programs. Refuses
//! to say whom it reaches.

use super::before::{What, shown};
use super::{Frame, Tracer};
use crate::answer::Reason;
use crate::facts::shadow;
use crate::facts::shell::{Handed, HandedTo, UNKNOWN_CHAR};

/// A value of several lines that is being written: `NAME<<END`.
pub(super) struct Block {
    name: String,
    end: String,
    /// A line of it is written already.
    begun: bool,
}

impl Tracer<'_> {
    /// A script hands something to later steps.
    pub(super) fn handed(&mut self, handed: &Handed, frame: &Frame) {
        let place = &handed.place;
        let (to, file) = match handed.to {
            HandedTo::Path => (true, "$GITHUB_PATH"),
            HandedTo::Environment => (false, "$GITHUB_ENV"),
            HandedTo::Anything => {
                let why = "the script writes more for later steps than is remembered".to_owned();
                self.change(What::Every, Some(Reason::Unsupported), why.clone(), place, frame);
                return self.change(What::Somewhere(String::new()), Some(Reason::Unsupported), why, place, frame);
            }
            HandedTo::File | HandedTo::Emptied => {
                let path = handed.text.as_deref().unwrap_or_default();
                self.release_redirection(path, place, frame);
                let of = handed.shown.iter().filter_map(|path| frame.workdir.resolve(path));
                let committed = of.into_iter().all(|path| self.is_committed(&path, frame));
                let content = handed.content.clone().filter(|_| committed);
                self.lays(path, (content, handed.appended || handed.doubtful), "the script", place, frame);
                if path.starts_with('~') {
                    return;
                }
                self.script_writes(path, place, frame);
                return self.writes(path, handed.to == HandedTo::Emptied, place, frame);
            }
            HandedTo::Program => {
                self.release_redirection(handed.text.as_deref().unwrap_or_default(), place, frame);
                self.script_writes(handed.text.as_deref().unwrap_or_default(), place, frame);
                let package = handed.text.as_deref().and_then(|path| self.write_to_package(path));
                if let Some(edit) = package {
                    return self.remember_edit(edit, "the script", place, frame);
                }
                let target = handed.text.as_deref().and_then(|path| path.rsplit_once('/'));
                let Some((_, name)) = target.filter(|(directory, _)| self.is_searched(directory, frame)) else { return };
                let why = format!("a text is written where {} lies", shown(name));
                return self.change(What::Name(name.to_owned()), Some(Reason::Unsupported), why, place, frame);
            }
        };
        let Some(text) = &handed.text else {
            if let Some(block) = self.block.as_ref().filter(|_| !to).map(|block| block.name.clone()) {
                return self.variable(&block, None, handed, frame);
            }
            let why = format!("what is written to `{file}` is not read");
            return self.change(What::Somewhere(String::new()), Some(Reason::Unsupported), why, place, frame);
        };
        self.world.meter.spend(text.len() / 8);
        for line in text.lines() {
            if to {
                self.entry(line.trim(), handed, frame);
            } else if let Some(block) = self.block.take() {
                if line != block.end {
                    let value = Some(line).filter(|_| !block.begun || block.name == "PATH");
                    self.variable(&block.name, value, handed, frame);
                    self.block = Some(Block { begun: true, ..block });
                }
            } else {
                self.line(line, handed, frame);
            }
        }
    }

    /// A line that is written to the file of variables.
    fn line(&mut self, line: &str, handed: &Handed, frame: &Frame) {
        let name = line.split_once('=').map_or(line, |(name, _)| name);
        if let Some((name, end)) = name.split_once("<<") {
            self.block = Some(Block { name: name.to_owned(), end: end.to_owned(), begun: false });
            // What is not seen of it may be anything.
            if name.contains(UNKNOWN_CHAR) || end.contains(UNKNOWN_CHAR) {
                self.block = None;
                self.variable(name, None, handed, frame);
            }
        } else if let Some((name, value)) = line.split_once('=') {
            self.variable(name, Some(value), handed, frame);
        } else if line.contains(UNKNOWN_CHAR) {
            self.variable(line, None, handed, frame);
        }
    }

    /// A variable that later steps have.
    fn variable(&mut self, name: &str, value: Option<&str>, handed: &Handed, frame: &Frame) {
        let (place, doubt) = (&handed.place, handed.doubtful.then_some(Reason::Dynamic));
        match value {
            _ if name.contains(UNKNOWN_CHAR) => {
                let why = "which variables are written to `$GITHUB_ENV` is not known".to_owned();
                self.change(What::Somewhere(String::new()), Some(Reason::Dynamic), why, place, frame);
            }
            Some(value) if name == "PATH" => value.split(':').for_each(|entry| self.entry(entry, handed, frame)),
            None if name == "PATH" => self.entry(&UNKNOWN_CHAR.to_string(), handed, frame),
            _ => {
                if let Some(why) = shadow::runs_first(name, value) {
                    let doubt =
                        doubt.or_else(|| value.is_some_and(|value| value.starts_with(UNKNOWN_CHAR)).then_some(Reason::Dynamic));
                    return self.change(What::Every, doubt, why, place, frame);
                }
                let told = |value: &&str| !value.contains(UNKNOWN_CHAR) || shadow::is_told_by_parts(name);
                let value = value.filter(told).map(str::to_owned);
                self.change(What::Variable(name.to_owned(), value), doubt, String::new(), place, frame);
            }
        }
    }

    /// A directory that is added to the search path.
    fn entry(&mut self, entry: &str, handed: &Handed, frame: &Frame) {
        // Directories of the machine: what lies there is none of the tree's.
        if entry.starts_with('~') || entry.is_empty() {
            return;
        }
        let place = &handed.place;
        let doubt = handed.doubtful.then_some(Reason::Dynamic);
        let relative = !entry.starts_with(['/', UNKNOWN_CHAR]) && !frame.workdir.is_known();
        if let Some((_, tail)) = entry.rsplit_once(UNKNOWN_CHAR).or(relative.then_some(("", entry))) {
            if relative || !frame.workdir.enter(entry).is_known() {
                let why = format!("the search path gets {}, a directory that is not known", shown(entry));
                self.change(What::Somewhere(tail.trim_end_matches('/').to_owned()), Some(Reason::Dynamic), why, place, frame);
            }
            return;
        }
        // It may be made on the way, or lie in the tree of another revision.
        if let Some(directory) = frame.workdir.resolve(entry) {
            let name = if directory.is_root() { "the root".to_owned() } else { format!("`{directory}`") };
            self.change(What::Directory(directory), doubt, format!("{name} of the tree stands on the search path"), place, frame);
        }
    }
}
