//! Owns which variables a script gives a value to, by which words, and whether programs get it. Refuses to judge them.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::facts::shell::{How, Outline, Piece, Said, Spoken};

/// A variable that a script gives a value to.
pub(super) struct Given {
    /// Whose; `None`: that is not written there.
    pub(super) name: Option<String>,
    /// What it is, where that is written as one word.
    pub(super) value: Option<Said>,
    /// Programs get it.
    pub(super) exported: bool,
    /// It is a number that the shell computes.
    pub(super) counted: bool,
    /// By which command, where it is one that does not say a value.
    pub(super) by: Option<&'static str>,
}

/// Commands that give the variables they name a value, or take it.
const NAMING: [&str; 3] = ["read", "unset", "getopts"];
/// What gives one a value beside commands.
pub(super) const ASIDE: &str = "an expansion, arithmetic or a loop";
/// Those that declare variables.
pub(super) const DECLARING: [&str; 5] = ["export", "declare", "typeset", "local", "readonly"];

impl Given {
    /// It only says that programs get what the variable has (`export NAME`).
    pub(super) fn is_mark(&self) -> bool {
        self.value.is_none() && self.by.is_none()
    }
}

/// All that a script gives a value to.
pub(super) fn of(outline: &Outline) -> Vec<Given> {
    let declared: Vec<Given> = outline.commands.iter().flat_map(by_command).collect();
    let all_exported = outline.commands.iter().any(exports_all);
    let marked: BTreeSet<&str> =
        declared.iter().filter(|given| given.exported).filter_map(|given| given.name.as_deref()).collect();
    let sets = outline.sets.iter().map(|set| Given {
        name: Some(set.name.clone()),
        value: set.value.clone(),
        exported: set.how == How::For || all_exported || marked.contains(set.name.as_str()),
        counted: set.how == How::Counted,
        by: match set.how {
            How::Aside | How::Counted => Some(ASIDE),
            _ => set.value.is_none().then_some("an assignment to a part of it"),
        },
    });
    let mut all: Vec<Given> = sets.collect();
    all.extend(declared);
    all
}

/// The words of a command behind `command`, without quotes.
pub(super) fn own(spoken: &Spoken) -> &[Said] {
    let skipped = spoken
        .words
        .iter()
        .take_while(|word| matches!(word.text().as_deref(), Some("command" | "builtin" | "-p" | "--")))
        .count();
    spoken.words.get(skipped..).unwrap_or_default()
}

fn exports_all(spoken: &Spoken) -> bool {
    let [first, rest @ ..] = own(spoken) else { return false };
    let flag = |word: &Said| {
        let text = word.text();
        text.is_none_or(|text| text == "allexport" || text.starts_with('-') && text.contains('a'))
    };
    let mut flags = rest.iter().take_while(|word| !matches!(word.text().as_deref(), Some("--" | "-")));
    first.text().as_deref() == Some("set") && flags.any(flag)
}

fn by_command(spoken: &Spoken) -> Vec<Given> {
    let words = own(spoken);
    let Some((first, rest)) = words.split_first() else { return Vec::new() };
    let Some(program) = first.text() else { return Vec::new() };
    if let Some(by) = NAMING.iter().find(|name| **name == program) {
        return named(rest, by);
    }
    if let Some(by) = DECLARING.iter().find(|name| **name == program) {
        return declared(rest, by);
    }
    if program == "printf" {
        return match rest {
            [flag, name, ..] if flag.text().as_deref() == Some("-v") => vec![aside(name.text(), "printf -v")],
            [flag, ..] if flag.head().starts_with("-v") => vec![aside(None, "printf -v")],
            _ => Vec::new(),
        };
    }
    // What stands in front of the command that another one runs.
    let launches = Catalog::builtin().words.words.iter().filter(|row| row.launches).flat_map(|row| &row.argv);
    if launches.filter(|argv| argv.len() == 1).flatten().any(|name| *name == program) {
        let assigned = rest.iter().filter_map(|word| word.split());
        return assigned.filter(|(name, _)| is_name(name)).map(|(name, value)| exported(name, value)).collect();
    }
    // A program may take such a word for a variable of what it runs.
    Vec::new()
}

fn named(words: &[Said], by: &'static str) -> Vec<Given> {
    let words = words.iter().filter(|word| !word.head().starts_with('-'));
    let name = |word: &Said| match word.text() {
        Some(text) if is_name(&text) => Some(aside(Some(text), by)),
        // A prompt, a number.
        Some(_) => None,
        None => Some(aside(None, by)),
    };
    words.filter_map(name).collect()
}

fn declared(words: &[Said], by: &'static str) -> Vec<Given> {
    let is_flag = |word: &&Said| word.head().starts_with(['-', '+']);
    let flags: Vec<String> = words.iter().filter(is_flag).map(|word| word.text().unwrap_or_else(|| "-n".to_owned())).collect();
    let exports = by == "export" || flags.iter().any(|flag| flag.contains('x'));
    // Another name for one, or a command.
    if flags.iter().any(|flag| flag.contains(['n', 'f'])) {
        return vec![aside(None, by)];
    }
    let given = |word: &Said| match word.split() {
        Some((name, value)) => {
            let name = name.strip_suffix('+').unwrap_or(name);
            if is_name(name) { Given { exported: exports, ..exported(name, value) } } else { aside(None, by) }
        }
        None => match word.text().filter(|text| is_name(text)) {
            Some(name) => Given { name: Some(name), value: None, exported: exports, counted: false, by: None },
            None => aside(None, by),
        },
    };
    words.iter().filter(|word| !is_flag(word)).map(given).collect()
}

fn exported(name: &str, value: Said) -> Given {
    Given { name: Some(name.to_owned()), value: Some(value), exported: true, counted: false, by: None }
}

fn aside(name: Option<String>, by: &'static str) -> Given {
    Given { name, value: None, exported: false, counted: false, by: Some(by) }
}

pub(super) fn is_name(text: &str) -> bool {
    let is = |c: char| c == '_' || c.is_ascii_alphanumeric();
    !text.is_empty() && text.chars().all(is) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Words of the form `NAME=…` of any command, which may take them for variables of what it runs.
pub(super) fn in_words(outline: &Outline) -> impl Iterator<Item = &str> {
    let words = outline.commands.iter().flat_map(|spoken| &spoken.words);
    words.filter_map(|word| match word.pieces.first() {
        Some(Piece::Text(text)) => text.split_once('=').map(|(name, _)| name).filter(|name| is_name(name)),
        _ => None,
    })
}
