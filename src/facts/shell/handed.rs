//! Owns what a script hands to the steps after it: what it writes to the files that `GITHUB_PATH` and `GITHUB_ENV` name, as far
//! as it is text. Refuses to say what that does.

use super::assign::TOOL_HOMES;
use super::ast::{Redirect, RedirectOp};
use super::interpreter::shell_named;
use super::simple::Run;
use super::source::Ctx;
use super::state::State;
use super::walk::Walker;
use super::{UNKNOWN_CHAR, Word};
use crate::catalog::{Catalog, Trait};
use crate::text::Place;

/// The variables that name the files which the steps to come read: what they are for is the order of [`HandedTo`].
pub const HANDED_FILES: [&str; 2] = ["GITHUB_PATH", "GITHUB_ENV"];

/// Writes that are remembered.
const MOST: usize = 256;

/// Bytes of one text that are looked at.
const LONGEST: usize = 16 * 1024;

/// The shell's own commands that print nothing.
const SILENT: [&str; 4] = ["cd", "export", "set", "unset"];

/// What later steps make of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandedTo {
    /// Directories that programs are looked for in first.
    Path,
    /// Variables.
    Environment,
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
    /// It is written under a condition that could not be decided.
    pub doubtful: bool,
}

/// What a command prints; none when that is not known.
pub(super) type Said = Option<String>;

fn file_in(raw: &str) -> Option<HandedTo> {
    let to = HANDED_FILES.iter().zip([HandedTo::Path, HandedTo::Environment]);
    to.into_iter().find(|(name, _)| raw.contains(**name)).map(|(_, to)| to)
}

impl Walker<'_> {
    /// What a command with these redirections writes goes to later steps.
    pub(super) fn hands_on(&mut self, said: Vec<Said>, redirects: &[Redirect], st: &State, ctx: &Ctx) {
        for redirect in redirects.iter().filter(|redirect| matches!(redirect.op, RedirectOp::Output | RedirectOp::Append)) {
            if let Some(to) = file_in(ctx.source.raw(redirect.target.span)) {
                self.hand(to, said.clone(), ctx.source.place(redirect.target.span), st);
            }
        }
    }

    fn hand(&mut self, to: HandedTo, said: Vec<Said>, place: Place, st: &State) {
        let doubtful = st.reach.condition().is_some();
        for text in said {
            self.pay(text.as_ref().map_or(0, String::len) / 64);
            let text = text.filter(|text| text.len() <= LONGEST);
            let handed = Handed { to, text, place: place.clone(), doubtful };
            if self.silent == 0 && self.out.handed.len() < MOST && !self.out.handed.contains(&handed) {
                self.out.handed.push(handed);
            }
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
        // What a shell is given is read as a script.
        if !tee && (Catalog::builtin().programs.is(&name, Trait::Looks) || named(&|name| shell_named(name).is_some())) {
            return;
        }
        for word in run.words.iter().skip(1) {
            let Some(to) = file_in(&word.raw) else { continue };
            let said = if tee { self.handed_in(run, st, ctx) } else { vec![None] };
            self.hand(to, said, word.place.clone(), st);
        }
    }

    /// What a program is given to read.
    fn handed_in(&self, run: &Run<'_>, st: &State, ctx: &Ctx) -> Vec<Said> {
        match self.input_text(&run.command.redirects, st, ctx) {
            Some(text) => vec![Some(text.text().to_owned())],
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
            "echo" => {
                let flags =
                    operands.iter().take_while(|word| matches!(word.value.as_deref(), Some("-n" | "-e" | "-E" | "-ne" | "-en")));
                let flags = flags.count();
                let escapes = operands[..flags].iter().any(|word| word.head().contains('e'));
                let text = operands[flags..].iter().map(shown).collect::<Vec<_>>().join(" ");
                one(if escapes { text.replace("\\n", "\n") } else { text })
            }
            "printf" => match operands {
                [format] if !format.shape().contains('%') => one(shown(format).replace("\\n", "\n")),
                [format, rest @ ..] if matches!(format.value.as_deref(), Some("%s" | "%s\\n")) => {
                    one(rest.iter().map(shown).collect::<Vec<_>>().join("\n"))
                }
                [format, rest @ ..] if format.value.is_some() => one(filled(&format.shape(), rest)),
                _ => vec![None],
            },
            "pwd" => one(self.directory(st).piece().to_string()),
            "realpath" | "readlink" | "cygpath" => {
                let paths = operands.iter().filter(|word| !is_flag(word)).map(|word| self.standing(&shown(word), st));
                one(paths.collect::<Vec<_>>().join("\n"))
            }
            "cat" | "tee" => match operands.iter().find(|word| name == "cat" && word.value.as_deref() != Some("-")) {
                None => self.handed_in(run, st, ctx),
                Some(file) => {
                    let text = file.value.as_deref().filter(|_| operands.len() == 1).and_then(|file| self.file_text(file, st));
                    vec![text.map(|text| text.text().to_owned())]
                }
            },
            _ => vec![None],
        }
    }

    /// A path seen from where the shell stands.
    fn standing(&self, path: &str, st: &State) -> String {
        if path.starts_with(['/', '~', UNKNOWN_CHAR]) {
            return path.to_owned();
        }
        format!("{}/{path}", self.directory(st).piece())
    }
}

/// A format of `printf` with its words put in.
fn filled(format: &str, words: &[Word]) -> String {
    let mut words = words.iter();
    let mut pieces = format.split("%s");
    let mut out = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        out.push_str(&words.next().map(shown).unwrap_or_default());
        out.push_str(piece);
    }
    out.replace("\\n", "\n")
}

/// A word as it is printed. What begins with something unknown that lies outside of any checkout keeps a `~`.
fn shown(word: &Word) -> String {
    let shape = word.shape();
    let raw = word.raw.trim_matches(['"', '\'']);
    if word.value.is_some() || !shape.contains(UNKNOWN_CHAR) {
        return shape.into_owned();
    }
    let (name, value, raw) = match (shape.split_once('='), raw.split_once('=')) {
        (Some((name, value)), Some((_, raw))) if !name.contains(UNKNOWN_CHAR) => (format!("{name}="), value, raw),
        _ => (String::new(), &*shape, raw),
    };
    let away = |part: &str, raw: &str| part.starts_with(UNKNOWN_CHAR) && TOOL_HOMES.iter().any(|home| raw.starts_with(home));
    let parts = (value.split(':').collect::<Vec<_>>(), raw.split(':').collect::<Vec<_>>());
    if parts.0.len() != parts.1.len() {
        return if away(value, raw) { format!("{name}~{value}") } else { shape.into_owned() };
    }
    let parts =
        parts.0.iter().zip(parts.1).map(|(part, raw)| if away(part, raw) { format!("~{part}") } else { (*part).to_owned() });
    format!("{name}{}", parts.collect::<Vec<_>>().join(":"))
}
