//! Owns what code that is not read may hand to later steps, as far as it names how. Refuses to follow any of it.

use std::collections::BTreeSet;

use super::before::{What, shown};
use super::edited::Edit;
use super::{Frame, Tracer};
use crate::answer::Reason;
use crate::facts::matching::program_name;
use crate::facts::pipeline::Code;
use crate::facts::shell::{self, Word};
use crate::snapshot::UnreadKind;
use crate::text::{Place, RepoPath};

/// Names by which code hands something on: the files, what `@actions/core` calls it, and the commands that a runner takes only
/// where it is told to.
const BY_CODE: [&str; 4] = ["GITHUB_PATH", "GITHUB_ENV", "core.addPath", "core.exportVariable"];
const BY_COMMAND: [&str; 2] = ["::add-path::", "::set-env "];
const TAKES_COMMANDS: &str = "ACTIONS_ALLOW_UNSECURE_COMMANDS";

/// Variables that code may name before it counts as a bundle.
const MOST_NAMES: usize = 64;

/// Words of a command line among which code is looked for.
const CODE_WORDS: usize = 6;

impl Tracer<'_> {
    /// Code that is not read may hand something to later steps: it names how that is done.
    pub(super) fn hands_on(&mut self, code: &str, place: &Place, frame: &Frame) {
        self.world.meter.spend(code.len() / 8);
        let Some(name) = BY_CODE.iter().find(|name| code.contains(**name)) else { return };
        let why = format!("what is written to `{name}` is not read");
        self.change(What::Somewhere(String::new()), Some(Reason::Unsupported), why, place, frame);
        // Variables that it names may be those.
        let names = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let is_variable = |name: &&str| {
            name.len() > 2 && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        let names = names.filter(is_variable).filter(|name| *name != "PATH" && !shell::HANDED_FILES.contains(name));
        let names = names.collect::<BTreeSet<_>>();
        let few = names.len() <= MOST_NAMES;
        // A bundle names more than it sets.
        for name in names.into_iter().filter(|_| few) {
            self.change(What::Variable(name.to_owned(), None), Some(Reason::Unsupported), String::new(), place, frame);
        }
    }

    /// Code in another language.
    pub(super) fn foreign(&mut self, code: &Code, frame: &Frame) {
        let Some(place) = frame.chain.last().map(|hop| hop.place.clone()) else { return };
        match code {
            Code::Text(text) => self.hands_on(text.text(), &place, frame),
            Code::File(path) => self.code_of(path, &place, frame),
        }
    }

    /// A command that prints what a runner takes as a command.
    fn says_command(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        let taken = || frame.env.get(TAKES_COMMANDS).is_some_and(|value| !matches!(value.as_deref(), Some("" | "false")));
        let says = |word: &Word| BY_COMMAND.iter().any(|command| word.shape().contains(command));
        let Some(word) = words.iter().find(|word| says(word)).filter(|_| taken()) else { return };
        let text = word.shape().into_owned();
        let why = format!("the runner is told {}", shown(&text));
        self.change(What::Somewhere(String::new()), Some(Reason::Unsupported), why, place, frame);
        if let Some(name) = text.split("name=").nth(1).and_then(|rest| rest.split([':', ',']).next()) {
            self.change(What::Variable(name.to_owned(), None), Some(Reason::Unsupported), String::new(), place, frame);
        }
    }

    /// Code of the tree that names one of the files which later steps read: it is not read.
    pub(super) fn code(&mut self, words: &[Word], place: &Place, frame: &Frame) {
        let rows = &self.world.catalog.runners.interpreter;
        let values = words.iter().take(CODE_WORDS).filter_map(|word| word.value.as_deref());
        let interpreted = values.clone().next().is_some_and(|name| rows.iter().any(|row| row.program == program_name(name)));
        let is_code = |path: &RepoPath| rows.iter().any(|row| path.file_name().ends_with(&format!(".{}", row.extension)));
        let files = values.enumerate().filter(|(at, value)| (interpreted && *at > 0) || value.contains('/'));
        let files = files.filter_map(|(_, value)| frame.workdir.resolve(value)).filter(is_code).collect::<Vec<_>>();
        for path in files.iter().filter(|path| self.world.snapshot.is_file(path)) {
            self.code_of(path, place, frame);
        }
        self.says_command(words, place, frame);
    }

    fn code_of(&mut self, path: &RepoPath, place: &Place, frame: &Frame) {
        // Bundled code is often larger than what is read: looked at, not asked for.
        match self.world.snapshot.peek(path) {
            Ok(file) => {
                self.hands_on(&file.text, place, frame);
                let rows = self.world.catalog.runners.interpreter.iter();
                let edits: Vec<Edit> = rows.flat_map(|row| self.code_writes_into(&file.text, &row.writes)).collect();
                edits.into_iter().for_each(|edit| self.remember_edit(edit, &shown(path.as_str()), place, frame));
            }
            Err(unread) if unread.kind == UnreadKind::NotText => {}
            Err(unread) => {
                let why = format!("whether {} writes to `$GITHUB_PATH` cannot be seen: {}", shown(path.as_str()), unread.why);
                self.change(What::Somewhere(String::new()), Some(Reason::Unsupported), why, place, frame);
            }
        }
    }
}
