//! Owns what a script says as it is written: every command, redirection and value of a variable in it, whether or not the script comes to
//! them. Refuses to follow any of it: what a word becomes is asked elsewhere.

mod said;
#[cfg(test)]
mod tests;

pub use said::{Computed, How, Outline, Piece, Redirected, Said, Set, Spoken};

use super::ast::{
    Arm, Command, CommandKind, Item, List, Param, ParamOp, Part, Pipeline, RawWord, Redirect, RedirectOp, Script, TestToken,
};
use super::interpreter::shell_named;
use super::parse;
use crate::text::Span;

/// Scripts in words of scripts (`sh -c '…'`) that are read.
const MOST_NESTED: usize = 2;

/// Nesting that any stack at hand holds.
const MOST_DEPTH: usize = 24;

/// An operator by which a test compares numbers.
#[must_use]
pub fn is_comparison(word: &str) -> bool {
    matches!(word, "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge")
}

/// An operator by which a test asks whether there is a variable.
#[must_use]
pub fn asks_for_a_name(word: &str) -> bool {
    matches!(word, "-v" | "-R")
}

/// Reads a script. What is nested too deeply, or is no script, is not read.
#[must_use]
pub fn outline(text: &str) -> Outline {
    let mut reader = Reader { text, nested: 0, whole: None, here: Vec::new(), out: Outline::default(), pipelines: 0 };
    reader.script(text);
    reader.out
}

struct Reader<'t> {
    text: &'t str,
    nested: usize,
    /// The word that holds the script.
    whole: Option<Span>,
    here: Vec<Vec<Part>>,
    out: Outline,
    pipelines: usize,
}

impl Reader<'_> {
    fn script(&mut self, text: &str) {
        match parse::script(text, MOST_DEPTH) {
            Ok(Script { list, here, .. }) => {
                self.here = here.into_iter().map(|document| document.parts).collect();
                self.list(&list, true);
            }
            Err(_) => self.out.unread = true,
        }
    }

    fn list(&mut self, list: &List, shown: bool) {
        for Item { chain, .. } in &list.items {
            self.pipeline(&chain.first, shown);
            chain.rest.iter().for_each(|(_, _, pipeline)| self.pipeline(pipeline, shown));
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, shown: bool) {
        self.pipelines += 1;
        let (number, last) = (self.pipelines, pipeline.commands.len().saturating_sub(1));
        for (at, command) in pipeline.commands.iter().enumerate() {
            self.command(command, shown && at == last, number);
        }
    }

    fn command(&mut self, command: &Command, shown: bool, pipeline: usize) {
        let away = |redirect: &Redirect| redirect.stdout && redirect.op != RedirectOp::Duplicate;
        let to_log = |redirect: &Redirect| redirect.stdout && redirect.op == RedirectOp::Duplicate;
        let shown = (shown || command.redirects.iter().any(to_log)) && !command.redirects.iter().any(away);
        let of = match &command.kind {
            CommandKind::Simple(simple) => {
                let only = simple.words.is_empty();
                for raw in &simple.assignments {
                    self.assignment(raw, if only { How::Alone } else { How::For });
                }
                self.words(&simple.words);
                let words: Vec<Said> = simple.words.iter().map(|raw| self.said(raw)).collect();
                self.held_script(&words);
                (!only).then(|| {
                    self.out.commands.push(Spoken { words, is_shown: shown, pipeline });
                    self.out.commands.len() - 1
                })
            }
            kind => {
                self.compound(kind, shown, pipeline);
                None
            }
        };
        for redirect in &command.redirects {
            self.redirect(redirect, of);
        }
    }

    fn compound(&mut self, kind: &CommandKind, shown: bool, pipeline: usize) {
        match kind {
            CommandKind::Simple(_) => {}
            CommandKind::Group(list) | CommandKind::Subshell(list) => self.list(list, shown),
            CommandKind::If { branches, otherwise } => {
                branches.iter().flat_map(|(condition, body)| [condition, body]).for_each(|list| self.list(list, shown));
                otherwise.iter().for_each(|list| self.list(list, shown));
            }
            CommandKind::Loop { condition, body, .. } => [condition, body].into_iter().for_each(|list| self.list(list, shown)),
            CommandKind::For { name, words, body } => {
                self.aside(name);
                let words = words.as_deref().unwrap_or_default();
                self.words(words);
                let said = words.iter().map(|raw| self.said(raw)).collect();
                self.out.turns.push((name.clone(), said));
                self.list(body, shown);
            }
            CommandKind::Rounds { name, header, body } => {
                self.arithmetic(header);
                self.parts(header);
                name.iter().for_each(|name| self.aside(name));
                self.list(body, shown);
            }
            CommandKind::Case { subject, arms } => {
                self.words(std::slice::from_ref(subject));
                for Arm { patterns, body, .. } in arms {
                    self.words(patterns);
                    self.list(body, shown);
                }
            }
            CommandKind::Function { name, body } => {
                self.out.functions.push(name.clone());
                self.command(body, shown, pipeline);
            }
            CommandKind::Test(tokens) => {
                let words = tokens.iter().map(|token| if let TestToken::Word(raw) = token { Some(raw) } else { None });
                let words: Vec<Option<&RawWord>> = words.collect();
                let bare = |at: Option<usize>| words.get(at?).copied().flatten()?.bare();
                for (at, raw) in words.iter().enumerate().filter_map(|(at, raw)| Some((at, (*raw)?))) {
                    // What `-eq` compares is arithmetic, and so is the index of what `-v` asks for.
                    self.out.computes |= raw.bare().is_some_and(is_comparison);
                    if [at.checked_sub(1), Some(at + 1)].into_iter().any(|at| bare(at).is_some_and(is_comparison)) {
                        self.computed(&raw.parts, true);
                    } else if bare(at.checked_sub(1)).is_some_and(asks_for_a_name) {
                        self.computed(&raw.parts, false);
                    }
                    self.assigned_within(&raw.parts);
                    self.parts(&raw.parts);
                }
            }
            CommandKind::Arithmetic(parts) => {
                self.out.computes = true;
                self.arithmetic(parts);
                self.parts(parts);
            }
            CommandKind::Coprocess(command) => self.command(command, shown, pipeline),
        }
    }

    fn redirect(&mut self, redirect: &Redirect, of: Option<usize>) {
        self.parts(&redirect.target.parts);
        if let Some(parts) = redirect.here.and_then(|at| self.here.get_mut(at)).map(std::mem::take) {
            self.parts(&parts);
        }
        let target = self.said(&redirect.target);
        self.out.redirects.push(Redirected {
            writes: matches!(redirect.op, RedirectOp::Output | RedirectOp::Append | RedirectOp::Duplicate),
            appends: redirect.op == RedirectOp::Append,
            duplicates: redirect.op == RedirectOp::Duplicate,
            here: matches!(redirect.op, RedirectOp::HereDocument { .. } | RedirectOp::HereString),
            target,
            of,
        });
    }

    fn words(&mut self, words: &[RawWord]) {
        for raw in words {
            self.parts(&raw.parts);
            if let Some(head) = &raw.assign {
                self.arithmetic(head.index.as_deref().unwrap_or_default());
                head.nested().for_each(|parts| self.parts(parts));
                let begins = |parts: &[Part]| matches!(parts.first(), Some(Part::Literal { text, .. }) if text.starts_with('['));
                for element in head.array.iter().flatten().filter(|element| begins(&element.parts)) {
                    self.computed(&element.parts, false);
                }
            }
        }
    }

    /// What runs, and what is set, within a word.
    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Literal { .. } => {}
                Part::Param { param, .. } => self.param(param),
                // What a substitution prints is the word's, and what it writes to a file is not.
                Part::Command { list, .. } | Part::Process { list, .. } => self.list(list, false),
                Part::Unread { .. } => self.out.unread = true,
                Part::Arithmetic { parts } => {
                    self.out.computes = true;
                    self.arithmetic(parts);
                    self.parts(parts);
                }
            }
        }
    }

    fn param(&mut self, param: &Param) {
        if param.op == ParamOp::Assign {
            self.aside(&param.name);
        }
        // An index, and the places of a substring, are arithmetic; so may be what follows another operator.
        if matches!(param.op, ParamOp::Other | ParamOp::Plain | ParamOp::Assign) {
            self.assigned_within(&param.word);
        }
        let begins = |start: &str| matches!(param.word.first(), Some(Part::Literal { text, .. }) if text.starts_with(start));
        if param.index == super::ast::Index::Other || param.op == ParamOp::Other && begins(":") {
            self.computed(&param.word, true);
        }
        // `${!name}` is expanded once more, and so is `${name@P}`.
        let is_list = param.index == super::ast::Index::All || begins("*") || begins("@");
        if param.indirect && !is_list || param.op == ParamOp::Other && begins("@P") {
            self.out.computed.push(Computed { pieces: vec![Piece::Variable(param.name.clone())], names: false });
        }
        self.parts(&param.word);
    }

    /// What a shell evaluates as arithmetic.
    fn arithmetic(&mut self, parts: &[Part]) {
        self.computed(parts, true);
        self.assigned_within(parts);
    }

    fn computed(&mut self, parts: &[Part], names: bool) {
        if !parts.is_empty() {
            self.out.computed.push(Computed { pieces: pieces(parts), names });
        }
    }

    /// The names that arithmetic gives values to: those beside `=`, `+=` and the like, `++` and `--`.
    fn assigned_within(&mut self, parts: &[Part]) {
        for part in parts {
            let Part::Literal { text, .. } = part else { continue };
            let named = |before: &str| {
                let is_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
                before.trim_end().rsplit(|c: char| !is_name(c)).next().unwrap_or_default().to_owned()
            };
            // `<<=` is the longest of them.
            let changed = |at: usize| {
                let before = text.get(..at).unwrap_or_default();
                let operators = before.bytes().rev().take(2).take_while(|byte| b"+-*/%&|^<>".contains(byte)).count();
                named(before.get(..before.len() - operators).unwrap_or_default())
            };
            let bytes = text.as_bytes();
            let sets = |at: usize| {
                let next = bytes.get(at + 1) == Some(&b'=');
                let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or_default();
                let shifts = at > 1 && matches!(bytes.get(at - 2..at), Some(b"<<" | b">>"));
                !next && (shifts || !matches!(before, b'=' | b'!' | b'<' | b'>'))
            };
            let names = text.match_indices('=').filter(|(at, _)| sets(*at)).map(|(at, _)| changed(at));
            let steps = text.match_indices("++").chain(text.match_indices("--")).flat_map(|(at, _)| {
                let behind = text.get(at + 2..).unwrap_or_default().trim_start();
                let end = behind.find(|c: char| !(c == '_' || c.is_ascii_alphanumeric())).unwrap_or(behind.len());
                [named(text.get(..at).unwrap_or_default()), behind.get(..end).unwrap_or_default().to_owned()]
            });
            let all: Vec<String> = names.chain(steps).filter(|name| !name.is_empty()).collect();
            let sets = all.into_iter().map(|name| Set { name, value: None, how: How::Counted });
            self.out.sets.extend(sets);
        }
    }

    fn aside(&mut self, name: &str) {
        self.out.sets.push(Set { name: name.to_owned(), value: None, how: How::Aside });
    }

    fn assignment(&mut self, raw: &RawWord, how: How) {
        self.words(std::slice::from_ref(raw));
        let Some(head) = &raw.assign else { return };
        let whole = head.array.is_none() && head.index.is_none() && !head.append;
        let value = whole.then(|| Said { span: self.span(raw), pieces: pieces(raw.value_parts()) });
        self.out.sets.push(Set { name: head.name.clone(), value, how });
    }

    /// The script that a word behind a shell is, where the whole of it is known.
    fn held_script(&mut self, words: &[Said]) {
        let is_shell =
            |word: &Said| word.text().is_some_and(|text| shell_named(text.rsplit('/').next().unwrap_or_default()).is_some());
        let Some(shell) = words.iter().position(is_shell) else { return };
        let is_flag = |word: &Said| word.head().starts_with('-') && !word.head().starts_with("--") && word.head().contains('c');
        let held =
            words.iter().skip(shell + 1).skip_while(|word| !is_flag(word)).skip(1).find(|word| !word.head().starts_with('-'));
        let Some((span, text)) = held.and_then(|word| Some((word.span, word.text()?))) else { return };
        if self.nested >= MOST_NESTED {
            self.out.unread = true;
            return;
        }
        let around = (self.nested, self.whole, std::mem::take(&mut self.here));
        (self.nested, self.whole) = (self.nested + 1, Some(self.whole.unwrap_or(span)));
        self.script(&text);
        (self.nested, self.whole, self.here) = around;
    }

    fn said(&self, raw: &RawWord) -> Said {
        let mut pieces = pieces(&raw.parts);
        if raw.assign.as_ref().is_some_and(|head| head.array.is_some()) {
            pieces.push(Piece::Computed);
        }
        Said { span: self.span(raw), pieces }
    }

    fn span(&self, raw: &RawWord) -> Span {
        self.whole.unwrap_or(Span::new(raw.span.start.min(self.text.len()), raw.span.end.min(self.text.len())))
    }
}

/// What a word is made of; texts that follow one another are one.
fn pieces(parts: &[Part]) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for part in parts {
        match part {
            Part::Literal { text, .. } => match all.last_mut() {
                Some(Piece::Text(before)) => before.push_str(text),
                _ => all.push(Piece::Text(text.clone())),
            },
            Part::Param { param, .. } if param.op == ParamOp::Plain && param.index == super::ast::Index::None => {
                all.push(Piece::Variable(param.name.clone()));
            }
            Part::Arithmetic { .. } => all.push(Piece::Number),
            Part::Param { param, .. } if param.op == ParamOp::Length => all.push(Piece::Number),
            Part::Command { list, .. } => all.push(printed(list).map_or(Piece::Computed, Piece::Printed)),
            _ => all.push(Piece::Computed),
        }
    }
    all
}

/// The words of the command whose output a substitution is, where all are known.
fn printed(list: &List) -> Option<Vec<String>> {
    let [Item { chain, .. }] = list.items.as_slice() else { return None };
    let last = chain.first.commands.last().filter(|_| chain.rest.is_empty())?;
    let CommandKind::Simple(simple) = &last.kind else { return None };
    let text = |raw: &RawWord| Said { span: raw.span, pieces: pieces(&raw.parts) }.text();
    simple.words.iter().map(text).collect()
}
