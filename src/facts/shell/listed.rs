//! Owns variables that a command is given as the lines of a file: `export $(cat FILE)`, `env $(grep -v '^#' FILE | xargs) CMD`. They are
//! data: what the tree's file says is known, of one that the machine alone has nothing is. Refuses what a file does that is sourced.

use super::UNKNOWN_CHAR;
use super::assign::{Assigned, export};
use super::ast::{CommandKind, List, Part, RawWord, Simple};
use super::source::Ctx;
use super::state::State;
use super::walk::{Walker, quoted};
use super::world::{Per, Val};
use crate::catalog::{Catalog, Trait};
use crate::text::Span;

/// Variables of one file, and bytes of it that are read.
const MOST: usize = 512;
const LONGEST: usize = 65_536;

/// The variable of which it matters that it may be one of them.
const PATH: &str = "PATH";

/// What lines hand on.
pub(super) enum Listed {
    /// These, each with its value where that is known.
    Known(Vec<(String, Option<String>)>),
    /// The tree has no such file.
    Elsewhere,
}

impl Walker<'_> {
    /// The variables that a word is, when it is what commands show of a file; `None` for any other word.
    pub(super) fn listed(&self, raw: &RawWord, st: &State) -> Option<Listed> {
        let [Part::Command { list, quoted: false }] = raw.parts.as_slice() else { return None };
        self.listed_in(list, st)
    }

    fn listed_in(&self, list: &List, st: &State) -> Option<Listed> {
        let [item] = list.items.as_slice() else { return None };
        if !item.chain.rest.is_empty() || item.chain.first.bang.is_some() {
            return None;
        }
        let (mut text, mut whole, mut named) = (None, true, false);
        for (at, command) in item.chain.first.commands.iter().enumerate() {
            let CommandKind::Simple(simple) = &command.kind else { return None };
            let program = simple.words.first().and_then(RawWord::bare)?;
            if !shows(program) {
                return None;
            }
            whole &= keeps_all(program, simple);
            let targets =
                command.redirects.iter().filter(|redirect| super::stdin::reads(redirect.op)).map(|redirect| &redirect.target);
            // Behind a pipe operands are patterns and programs.
            let operands = simple.words.iter().skip(1).filter(|_| at == 0);
            for file in operands.chain(targets) {
                let name = self.parts_val(&file.parts, st, None);
                let Some(name) = name.known() else {
                    named |= at == 0;
                    continue;
                };
                match self.file_text(name, st) {
                    Some(found) if text.is_none() => text = Some(found),
                    Some(_) => return None,
                    None => named |= looks_like_a_file(name),
                }
            }
        }
        match text {
            Some(text) => Some(Listed::Known(lines(text.text().get(..LONGEST).unwrap_or(text.text()), whole))),
            None => named.then_some(Listed::Elsewhere),
        }
    }

    /// `export $(cat FILE)`.
    pub(super) fn export_listed(&mut self, raw: &RawWord, st: &mut State, ctx: &Ctx) {
        let Some(listed) = self.listed(raw, st) else { return };
        let (place, shown) = (ctx.source.place(raw.span), ctx.source.line(raw.span, 60));
        let variables = match listed {
            Listed::Known(variables) => variables,
            Listed::Elsewhere => {
                let why = format!("`PATH` may be one of the variables of {}, which is not in the tree", quoted(&shown));
                return self.shadow_in("*", place, why, Some("$".to_owned()));
            }
        };
        for (name, value) in variables {
            self.pay(1);
            if name == PATH {
                let entries = value.as_deref().unwrap_or("$").split(':').take(MOST).map(str::to_owned).collect::<Vec<_>>();
                for entry in entries.into_iter().filter(|entry| !entry.starts_with("$PATH") && !entry.starts_with("${PATH")) {
                    let why = format!("`PATH` gets {} from {}", quoted(&entry), quoted(&shown));
                    self.shadow_in("*", place.clone(), why, Some(if entry.is_empty() { ".".to_owned() } else { entry }));
                }
                continue;
            }
            export(&name, st);
            let value = Per::same(value.map_or(Val::Unknown, |value| Val::text(&value)));
            self.assign(&Assigned { name, value, span: Span::new(raw.span.start, raw.span.start) }, st, ctx);
        }
    }

    /// The words that stand for such a word behind `env`.
    pub(super) fn listed_words(&self, raw: &RawWord, st: &State) -> Option<Vec<String>> {
        Some(match self.listed(raw, st)? {
            Listed::Known(variables) => {
                let word = |(name, value): (String, Option<String>)| {
                    format!("{name}={}", value.unwrap_or_else(|| UNKNOWN_CHAR.to_string()))
                };
                variables.into_iter().map(word).collect()
            }
            Listed::Elsewhere => vec![format!("{PATH}={UNKNOWN_CHAR}")],
        })
    }
}

/// Whether a program shows what lines of a file say, or hands them on.
fn shows(program: &str) -> bool {
    let programs = &Catalog::builtin().programs;
    matches!(program, "xargs" | "awk" | "egrep") || (programs.is(program, Trait::Sieves) || program == "cat")
}

/// Whether all variables come through: comments alone are left out.
fn keeps_all(program: &str, simple: &Simple) -> bool {
    let words: Vec<&str> = simple.words.iter().skip(1).filter_map(RawWord::bare).collect();
    match program {
        "cat" => true,
        "xargs" => simple.words.len() == 1,
        "grep" | "egrep" => words.first() == Some(&"-v") && simple.words.len() <= 4,
        _ => false,
    }
}

fn looks_like_a_file(name: &str) -> bool {
    !name.starts_with('-') && name.contains(['.', '/']) && !name.contains(['^', '*', '\\', ' ', '$'])
}

/// `NAME=value`, line by line; a value with blanks or quotes in it is cut elsewhere than here.
fn lines(text: &str, whole: bool) -> Vec<(String, Option<String>)> {
    let one = |line: &str| {
        let (name, value) = line.trim().split_once('=')?;
        let plain = !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        let odd = value.contains([' ', '\t', '"', '\'', '\\', '*', '?', '[']);
        plain.then(|| (name.to_owned(), (whole && !odd).then(|| value.to_owned())))
    };
    text.lines().filter_map(one).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_file() {
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        assert_eq!(
            lines("# c\nA=1\n export B=2\nC='x y'\nD=\n", true),
            [pair("A", Some("1")), pair("C", None), pair("D", Some(""))]
        );
        assert_eq!(lines("A=1\n", false), [pair("A", None)]);
    }
}
