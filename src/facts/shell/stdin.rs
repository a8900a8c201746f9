//! Owns the text that a shell (or an interpreter) reads its script from when that is standard input: here-documents and here-strings, files, and what
//! a known command prints into a pipe. Refuses texts that any other program prints.

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::facts::matching::program_name;
use crate::facts::workdir::normalise;
use crate::text::MappedText;

use super::ast::{Command, CommandKind, Redirect, RedirectOp};
use super::flow::plain;
use super::interpreter::shell_named;
use super::lex::Lexer;
use super::source::Ctx;
use super::state::{Here, State};
use super::walk::Walker;
use super::world::Val;
use super::{UNKNOWN_CHAR, Word};

/// Files that are remembered as read.
pub(super) const MOST_SHOWN: usize = 64;

/// Files that are remembered.
const MOST_FILES: usize = 256;

/// Whether one of the words is a shell, or an interpreter of another language, that reads its script from standard input.
fn reads_script(words: &[Word]) -> Option<bool> {
    let first: Vec<&str> = words.iter().take(2).map(|word| word.value.as_deref().unwrap_or_default()).collect();
    // What a patch says is as good as commands.
    if matches!(first.as_slice(), ["patch", ..] | ["git", "apply" | "am"]) {
        return Some(true);
    }
    let interpreters = &Catalog::builtin().runners.interpreter;
    let reads = |name: &str| {
        let known = || interpreters.iter().any(|row| row.program == program_name(name));
        shell_named(name).is_some() || known()
    };
    let shell = words.iter().position(|word| word.value.as_deref().is_some_and(reads))?;
    let mut operands = words.get(shell + 1..)?.iter();
    while let Some(word) = operands.next() {
        match word.value.as_deref()? {
            "-" | "-s" | "/dev/stdin" => break,
            "-o" | "+o" | "-O" => {
                operands.next();
            }
            "-c" => return None,
            // `-euo pipefail`.
            option if option.starts_with(['-', '+']) && !option.starts_with("--") && option.ends_with(['o', 'O']) => {
                operands.next();
            }
            option if option.starts_with(['-', '+']) => {}
            _ => return None,
        }
    }
    Some(true)
}

impl Walker<'_> {
    /// The script that a shell among the words reads from its standard input.
    pub(super) fn script_input(&self, words: &[Word], redirects: &[Redirect], st: &State, ctx: &Ctx) -> Option<MappedText> {
        if redirects.is_empty() && self.piped.is_none() {
            return None;
        }
        reads_script(words)?;
        match self.input_text(redirects, st, ctx) {
            Some(text) => Some(text),
            None if redirects.iter().any(|redirect| reads(redirect.op)) => None,
            None => self.piped.clone(),
        }
    }

    /// The text that the last redirection of the input brings in.
    pub(super) fn input_text(&self, redirects: &[Redirect], st: &State, ctx: &Ctx) -> Option<MappedText> {
        let redirect = redirects.iter().rev().find(|redirect| reads(redirect.op))?;
        match redirect.op {
            RedirectOp::HereString => Some(self.word_source(&redirect.target, st, ctx)?.text.clone()),
            RedirectOp::Input => {
                let Val::Text(name) = self.parts_val(&redirect.target.parts, st, None) else { return None };
                self.file_text(&name, st)
            }
            _ => self.document(redirect.here?, false, st, ctx),
        }
    }

    /// As [`Self::input_text`], for what is written as it is: of a line that is known in part, that part.
    pub(super) fn input_shape(&self, redirects: &[Redirect], st: &State, ctx: &Ctx) -> Option<String> {
        match redirects.iter().rev().find(|redirect| reads(redirect.op)) {
            Some(Redirect { op: RedirectOp::HereDocument { .. }, here: Some(here), .. }) => {
                Some(self.document(*here, true, st, ctx)?.text().to_owned())
            }
            Some(Redirect { op: RedirectOp::HereString, target, .. }) => Some(self.pieces(&target.parts, st)),
            _ => Some(self.input_text(redirects, st, ctx)?.text().to_owned()),
        }
    }

    pub(super) fn file_text(&self, name: &str, st: &State) -> Option<MappedText> {
        let Val::Text(here) = self.directory(st) else { return None };
        let path = normalise(&here, name)?;
        let text = self.input.files.data(&path)?;
        let mut shown = self.shown.borrow_mut();
        if shown.len() <= MOST_SHOWN && !shown.contains(&path) {
            Arc::make_mut(&mut shown).push(path);
        }
        Some(text)
    }

    /// Remembers the files that a command was redirected to.
    pub(super) fn note_made(&mut self, command: &Command, st: &State, ctx: &Ctx) {
        for redirect in &command.redirects {
            let Val::Text(name) = self.parts_val(&redirect.target.parts, st, None) else { continue };
            let text = match redirect.op {
                RedirectOp::Output => self.said(command, st, ctx),
                RedirectOp::Append => None,
                _ => continue,
            };
            // What is written on one of the ways here only may be what is there, or not.
            let certain = st.reach.usual == Here::Yes && st.reach.condition().is_none();
            if self.made.len() < MOST_FILES && !name.starts_with("/dev/") {
                self.made.insert(made_name(&name, &self.directory(st)), text.filter(|_| certain));
            }
        }
    }

    /// Whether the script has written a file of this name.
    pub(super) fn has_written(&self, name: &str, st: &State) -> bool {
        self.made.contains_key(&made_name(name, &self.directory(st))) || self.flow.has_file(name)
    }

    /// The first word that names a file which was written before.
    pub(super) fn made_before(&self, words: &[Word], st: &State) -> Option<(usize, Option<MappedText>)> {
        if self.made.is_empty() {
            return None;
        }
        let here = self.directory(st);
        let made = |word: &Word| self.made.get(&made_name(word.value.as_deref()?, &here));
        words.iter().enumerate().find_map(|(at, word)| Some((at, made(word)?.clone())))
    }

    /// What goes into a pipe from a command.
    pub(super) fn printed(&self, command: &Command, st: &State, ctx: &Ctx) -> Option<MappedText> {
        let elsewhere = |redirect: &Redirect| !reads(redirect.op) && redirect.op != RedirectOp::Duplicate;
        if command.redirects.iter().any(elsewhere) { None } else { self.said(command, st, ctx) }
    }

    /// What a command prints, when it is `cat` or `echo` of something known.
    fn said(&self, command: &Command, st: &State, ctx: &Ctx) -> Option<MappedText> {
        let CommandKind::Simple(simple) = &command.kind else { return None };
        let [name, operands @ ..] = simple.words.as_slice() else { return None };
        match (name.bare()?, operands) {
            ("cat", []) => self.input_text(&command.redirects, st, ctx),
            ("cat", [file]) => match self.parts_val(&file.parts, st, None) {
                Val::Text(name) if &*name == "-" => self.input_text(&command.redirects, st, ctx),
                Val::Text(name) => self.file_text(&name, st),
                _ => None,
            },
            ("echo" | "printf", [text]) => {
                let source = self.word_source(text, st, ctx)?;
                let plain = !source.text.text().contains(['\\', '%']) && !source.text.text().starts_with('-');
                plain.then(|| source.text.clone())
            }
            ("printf", [format, text]) if matches!(format.bare().or(literal(format)), Some("%s" | "%s\\n")) => {
                Some(self.word_source(text, st, ctx)?.text.clone())
            }
            _ => None,
        }
    }

    /// The text of a here-document, as far as it is known: of a line that is known in part nothing, or that part.
    fn document(&self, index: usize, by_parts: bool, st: &State, ctx: &Ctx) -> Option<MappedText> {
        let here = ctx.source.here.get(index)?;
        let text = &ctx.source.text;
        let mut out = MappedText::empty(Arc::clone(text.file()));
        let mut start = here.span.start;
        let body = text.text().get(here.span.start..here.span.end)?;
        for line in body.split_inclusive('\n') {
            let tabs = if here.tabs { line.len() - line.trim_start_matches('\t').len() } else { 0 };
            let range = start + tabs..start + line.len();
            if here.literal || !line.contains(['$', '`', '\\']) {
                out.push_part(text, range);
            } else {
                let mut lexer = Lexer::new(&line[tabs..], 16);
                let parts = lexer.quoted_parts(None).unwrap_or_default();
                let whole = lexer.pos == line.len() - tabs;
                let value = if whole { self.parts_val(&parts, st, None) } else { Val::Unknown };
                let known = match value.known() {
                    Some(known) => known.to_owned(),
                    None if by_parts && whole => self.pieces(&parts, st),
                    None => format!("{UNKNOWN_CHAR}\n"),
                };
                out.push_standing_for(text.span(range), &known);
            }
            start += line.len();
        }
        Some(out)
    }
}

/// A file by its path, where that is known.
fn made_name(name: &str, here: &Val) -> String {
    here.known().and_then(|from| normalise(from, name)).unwrap_or_else(|| plain(name).to_owned())
}

pub(super) fn reads(op: RedirectOp) -> bool {
    matches!(op, RedirectOp::Input | RedirectOp::HereString | RedirectOp::HereDocument { .. })
}

/// The text of a word that is one literal, quoted or not.
fn literal(raw: &super::ast::RawWord) -> Option<&str> {
    match raw.parts.as_slice() {
        [super::ast::Part::Literal { text, .. }] => Some(text),
        _ => None,
    }
}
