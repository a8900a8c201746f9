//! Owns what a script hands to the steps after it: what it writes to the files that `GITHUB_PATH` and `GITHUB_ENV` name, as far
//! as it is text. Refuses to say what that does.

use std::sync::Arc;

use super::ast::{Command, CommandKind, RedirectOp};
use super::interpreter::shell_named;
use super::printed::{LONGEST, at_home, echo, printf, shown};
use super::rewritten::{self, Sed};
use super::simple::Run;
use super::source::Ctx;
use super::state::State;
use super::stdin::MOST_SHOWN;
use super::walk::Walker;
use super::{Dialect, UNKNOWN_CHAR, Word};
use crate::catalog::{Catalog, Trait};
use crate::text::Place;

/// The variables that name the files which the steps to come read: what they are for is the order of [`HandedTo`].
pub const HANDED_FILES: [&str; 2] = ["GITHUB_PATH", "GITHUB_ENV"];

/// Where those files lie: the names of a hosted runner, with one that is made up at the end.
pub const HANDED_AT: [&str; 2] =
    ["/home/runner/work/_temp/_runner_file_commands/add_path_x", "/home/runner/work/_temp/_runner_file_commands/set_env_x"];

/// What no other name has in it, in the same order.
const UNMISTAKABLE: [&str; 2] = ["_runner_file_commands/add_path", "_runner_file_commands/set_env"];

/// Words of a program that are taken for names of files which it reads.
const SHOWN: usize = 8;

/// Writes that are remembered.
const MOST: usize = 256;

/// Of those, how many may be left when one that was made before is made again.
const AGAIN: usize = MOST / 2;

/// What lies there is none of the tree's.
const NO_FILES: [&str; 3] = ["/dev/", "/tmp/", "-"];

/// The shell's own commands that print nothing.
const SILENT: [&str; 4] = ["cd", "export", "set", "unset"];

/// What later steps make of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandedTo {
    /// Directories that programs are looked for in first.
    Path,
    /// Variables.
    Environment,
    /// A program among the others: its path is the text.
    Program,
    /// More than is remembered.
    Anything,
    /// Any other file: its path is the text.
    File,
    /// Any other file, and nothing is written to it: what it held is gone.
    Emptied,
}

/// One write for later steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// What it is for.
    pub to: HandedTo,
    /// Lines, with [`UNKNOWN_CHAR`] for every piece that is not known, and `~` in front of one that lies outside of any
    /// checkout; none when nothing of it is.
    pub text: Option<String>,
    /// Where it is written.
    pub place: Place,
    /// Of any other file, what is written to it, as [`Self::text`]; none when that is not known.
    pub content: Option<String>,
    /// It comes behind what the file holds.
    pub appended: bool,
    /// It is written under a condition that could not be decided.
    pub doubtful: bool,
    /// How many of the script's commands come before it.
    pub after: usize,
    /// Files of the tree that [`Self::content`] may be made of: all whose text was asked for so far.
    pub shown: Arc<Vec<String>>,
}

impl Handed {
    /// Whether another write is the same one again.
    fn is_again(&self, other: &Self) -> bool {
        let known = |one: &Self| (one.to, one.appended, one.doubtful);
        known(self) == known(other) && (&self.text, &self.content, &self.place) == (&other.text, &other.content, &other.place)
    }
}

/// What a command prints; none when that is not known.
pub(super) type Said = Option<String>;

/// The file that a word names, by a variable or by what it is worth.
fn file_in(raw: &str, value: &str) -> Option<HandedTo> {
    let names = HANDED_FILES.iter().zip(UNMISTAKABLE).zip([HandedTo::Path, HandedTo::Environment]);
    names.into_iter().find(|((name, at), _)| raw.contains(**name) || value.contains(*at)).map(|(_, to)| to)
}

/// Whether programs lie in a directory of this name.
#[must_use]
pub fn is_of_programs(directory: &str) -> bool {
    matches!(directory.trim_end_matches('/').rsplit('/').next(), Some("bin" | "sbin" | ".bin"))
}

/// The program that a word asks for where it lies: `$(which NAME)`.
#[must_use]
pub fn asked_for(raw: &str) -> Option<&str> {
    let raw = raw.trim_matches('"');
    let inner =
        raw.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')')).or_else(|| raw.strip_prefix('`')?.strip_suffix('`'));
    match inner?.split_ascii_whitespace().take(4).collect::<Vec<_>>().as_slice() {
        ["which", name] | ["command", "-v", name] | ["type", "-p" | "-P", name] => Some(name),
        _ => None,
    }
}

/// Whether a command prints nothing, whatever it is given: it has no words, or its program never does.
fn is_silent(command: &Command) -> bool {
    let CommandKind::Simple(simple) = &command.kind else { return false };
    let silent = |name: &str| Catalog::builtin().programs.is(name, Trait::Silent);
    simple.words.first().is_none_or(|word| word.bare().is_some_and(silent))
}

impl Walker<'_> {
    /// What a command with these redirections writes goes to later steps.
    pub(super) fn hands_on(&mut self, said: Vec<Said>, command: &Command, st: &State, ctx: &Ctx) {
        let nothing = said.iter().all(|text| text.as_deref() == Some("")) && (!said.is_empty() || is_silent(command));
        for redirect in command.redirects.iter().filter(|redirect| matches!(redirect.op, RedirectOp::Output | RedirectOp::Append))
        {
            let raw = ctx.source.raw(redirect.target.span);
            let value = self.parts_val(&redirect.target.parts, st, None).piece();
            let place = || ctx.source.place(redirect.target.span);
            // `${!name}`
            let behind = raw.trim_matches('"').strip_prefix("${!").and_then(|rest| rest.strip_suffix('}'));
            let behind = behind.map(|name| self.var(st, name).usual.piece());
            match file_in(behind.as_deref().unwrap_or(raw), &value) {
                Some(to) => self.hand(to, said.clone(), place(), st),
                None => self.puts_program(&value, raw, &said, (nothing, redirect.op == RedirectOp::Append), place(), st),
            }
        }
    }

    /// Text that is known, and nothing that was fetched, goes where a program lies.
    /// `nothing`: nothing is written to it; `appended`: it comes behind what is there.
    fn puts_program(
        &mut self,
        value: &str,
        raw: &str,
        said: &[Said],
        (nothing, appended): (bool, bool),
        place: Place,
        st: &State,
    ) {
        let home = at_home(raw, value);
        let value = home.as_deref().unwrap_or(value);
        let lies = value.rsplit_once('/').is_some_and(|(directory, _)| is_of_programs(directory));
        let path = asked_for(raw).map(|name| format!("/bin/{name}")).or_else(|| lies.then(|| value.to_owned()));
        if let Some(path) = path.filter(|_| said.iter().any(Option::is_some)) {
            self.hand(HandedTo::Program, vec![Some(path)], place, st);
        } else if !value.contains(UNKNOWN_CHAR) && !NO_FILES.iter().any(|head| value.starts_with(head)) {
            let to = if nothing && !appended { HandedTo::Emptied } else { HandedTo::File };
            let texts: Option<Vec<&str>> = if nothing { Some(Vec::new()) } else { said.iter().map(Option::as_deref).collect() };
            let content = texts.filter(|texts| nothing || !texts.is_empty()).map(|texts| texts.join("\n"));
            let shown = Arc::clone(&self.shown.borrow());
            let content = content.filter(|text| text.len() <= LONGEST && shown.len() <= MOST_SHOWN);
            self.pay(content.as_ref().map_or(0, String::len) / 64);
            let (text, doubtful) = (Some(self.standing(value, st)), st.reach.condition().is_some());
            self.keep(Handed { to, text, content, appended, place, doubtful, after: self.out.commands.len(), shown });
        }
    }

    fn hand(&mut self, to: HandedTo, said: Vec<Said>, place: Place, st: &State) {
        let doubtful = st.reach.condition().is_some();
        for text in said {
            self.pay(text.as_ref().map_or(0, String::len) / 64);
            let text = text.filter(|text| text.len() <= LONGEST);
            let after = self.out.commands.len();
            self.keep(Handed {
                to,
                text,
                content: None,
                appended: true,
                place: place.clone(),
                doubtful,
                after,
                shown: Arc::default(),
            });
        }
    }

    fn keep(&mut self, handed: Handed) {
        // Past the bound one text that is not known stands for all the rest.
        let full = self.out.handed.len() >= MOST;
        let handed = match full {
            true => Handed { to: HandedTo::Anything, text: None, content: None, ..handed },
            false => handed,
        };
        if self.silent > 0 || self.out.handed.len() > MOST {
            return;
        }
        // Of a file the order of writes counts.
        let again = self.out.handed.iter().rev().find(|known| known.is_again(&handed));
        let of_file = matches!(handed.to, HandedTo::File | HandedTo::Emptied) && self.out.handed.len() < AGAIN;
        if again.is_none_or(|known| of_file && known.after < handed.after) {
            self.out.handed.push(handed);
        }
    }

    /// A program is about to run: what it prints, and what it writes to a file that it is given.
    pub(super) fn tells(&mut self, run: &Run<'_>, st: &State, ctx: &Ctx) {
        let known = |word: &Word| word.value.as_deref().map(|name| name.rsplit('/').next().unwrap_or(name).to_owned());
        let name = run.words.first().and_then(known).unwrap_or_default();
        if self.flow.is_heard() {
            for said in self.prints(&name, run, st, ctx) {
                self.pay(said.as_ref().map_or(0, String::len) / 64);
                self.flow.say(said.filter(|text| text.len() <= LONGEST));
            }
        }
        let named = |test: &dyn Fn(&str) -> bool| run.words.iter().any(|word| known(word).is_some_and(|name| test(&name)));
        let tee = named(&|name| name == "tee");
        let appends = run.words.iter().any(|word| matches!(word.value.as_deref(), Some("-a" | "--append")));
        // What a shell is given is read as a script.
        if !tee && (Catalog::builtin().programs.is(&name, Trait::Looks) || named(&|name| shell_named(name).is_some())) {
            return;
        }
        for word in run.words.iter().skip(1) {
            let to = file_in(&word.raw, &word.shape());
            if to.is_none() && !tee {
                continue;
            }
            let said = if tee { self.handed_in(run, st, ctx) } else { vec![None] };
            match to {
                Some(to) => self.hand(to, said, word.place.clone(), st),
                None => self.puts_program(&word.shape(), &word.raw, &said, (false, appends), word.place.clone(), st),
            }
        }
    }

    /// What a program is given to read.
    fn handed_in(&self, run: &Run<'_>, st: &State, ctx: &Ctx) -> Vec<Said> {
        match self.input_shape(&run.command.redirects, st, ctx) {
            Some(text) => vec![Some(text)],
            None if run.command.redirects.iter().any(|redirect| super::stdin::reads(redirect.op)) => vec![None],
            None => self.flow.heard.clone(),
        }
    }

    fn prints(&self, name: &str, run: &Run<'_>, st: &State, ctx: &Ctx) -> Vec<Said> {
        let operands = run.words.get(1..).unwrap_or(&[]);
        let is_flag = |word: &&Word| word.head().starts_with('-');
        let one = |text: String| vec![Some(text)];
        match name {
            name if SILENT.contains(&name) || Catalog::builtin().programs.is(name, Trait::Silent) => Vec::new(),
            "echo" => one(echo(operands, self.input.mode.dialect == Dialect::Posix)),
            "printf" => vec![printf(operands)],
            "pwd" => one(self.directory(st).piece().to_string()),
            "realpath" | "readlink" | "cygpath" => {
                let paths = operands.iter().filter(|word| !is_flag(word)).map(|word| self.standing(&shown(word), st));
                one(paths.collect::<Vec<_>>().join("\n"))
            }
            "cat" | "tee" => match operands.iter().find(|word| name == "cat" && word.value.as_deref() != Some("-")) {
                None => self.handed_in(run, st, ctx),
                Some(file) if file.value.as_deref() == Some("/dev/null") => one(String::new()),
                Some(file) => {
                    let text = file.value.as_deref().filter(|_| operands.len() == 1).and_then(|file| self.file_text(file, st));
                    vec![text.map(|text| text.text().to_owned()).or_else(|| self.made_of(run, st))]
                }
            },
            "envsubst" => {
                let given = self.handed_in(run, st, ctx).into_iter();
                given.map(|text| text.map(|text| rewritten::with_variables(&text))).collect()
            }
            "sed" => match self.edited(operands, run, st, ctx) {
                Some(text) => one(text),
                None => vec![self.made_of(run, st)],
            },
            _ => vec![self.made_of(run, st)],
        }
    }

    /// What a substitution makes of the file that it is shown, or of what it is given to read.
    fn edited(&self, operands: &[Word], run: &Run<'_>, st: &State, ctx: &Ctx) -> Said {
        let sed = Sed::of(operands)?;
        let text = match sed.file {
            Some(at) => self.file_text(operands[at].value.as_deref()?, st)?.text().to_owned(),
            None => self.handed_in(run, st, ctx).into_iter().collect::<Option<Vec<_>>>()?.join("\n"),
        };
        Some(sed.of_text(&text)).filter(|made| made.len() <= LONGEST)
    }

    /// What a program may print that is shown files of the tree: none of their lines is known, but the names in them are, and
    /// those in its own words. None where it is shown none.
    fn made_of(&self, run: &Run<'_>, st: &State) -> Said {
        let words = || run.words.iter().map(Word::shape);
        // `git show REVISION:FILE`
        let file = |word: &str| self.file_text(word.rsplit(':').next().unwrap_or(word), st);
        let texts = words().take(SHOWN).filter_map(|word| file(&word)).collect::<Vec<_>>();
        if texts.is_empty() {
            return None;
        }
        let is_variable = |name: &&str| {
            name.len() > 2 && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        let mut out = String::new();
        for text in texts.iter().map(|text| text.text().to_owned()).chain(words().map(std::borrow::Cow::into_owned)) {
            let names = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(is_variable);
            names.filter(|name| !HANDED_FILES.contains(name)).for_each(|name| {
                let line = format!("{name}={UNKNOWN_CHAR}\n");
                if out.len() + line.len() < LONGEST && !out.contains(&line) {
                    out.push_str(&line);
                }
            });
        }
        out.push(UNKNOWN_CHAR);
        Some(out)
    }

    /// A path seen from where the shell stands.
    fn standing(&self, path: &str, st: &State) -> String {
        if path.starts_with(['/', '~', UNKNOWN_CHAR]) {
            return path.to_owned();
        }
        format!("{}/{path}", self.directory(st).piece())
    }
}
