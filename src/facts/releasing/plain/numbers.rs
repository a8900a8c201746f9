//! Owns whether what a script computes with is its own: a shell that evaluates a number, or a name with an index, runs the commands that stand in an
//! index there, also where the text is a variable's value. Refuses to compute anything.

use super::super::assigned;
use super::given::{self, Given};
use super::values::{Bit, Script};
use super::{Way, When};
use crate::catalog::Catalog;
use crate::facts::shell::{Computed, Piece, Said, asks_for_a_name};

/// Variables in one another that are followed.
const DEPTH: usize = 4;

/// What a shell itself says in numbers.
const OWN: [&str; 12] = ["#", "?", "$", "!", "SECONDS", "RANDOM", "LINENO", "UID", "EUID", "PPID", "BASHPID", "OPTIND"];

impl Way<'_> {
    /// Something that is evaluated and may hold what others have written: a clause.
    pub(super) fn computes(&self, script: &Script<'_>) -> Option<String> {
        let found = script.outline.computed.iter().find_map(|computed| self.computed(computed, script));
        let found = found.or_else(|| self.asked_for(script)).or_else(|| self.declared(script))?;
        let what = found.map_or_else(|| "what it computes with".to_owned(), |name| format!("`{name}`"));
        Some(format!("{what} is evaluated by the shell, which runs the commands that others may have written there"))
    }

    /// The first part that may: `Some(None)` where it has no name.
    fn computed(&self, computed: &Computed, script: &Script<'_>) -> Option<Option<String>> {
        self.odd_part(&computed.pieces, computed.names, script, DEPTH)
    }

    fn odd_part(&self, pieces: &[Piece], names: bool, script: &Script<'_>, depth: usize) -> Option<Option<String>> {
        let numbers = &Catalog::builtin().plain.numbers;
        let counted = |name: &str| self.is_counted(name, script, depth);
        pieces.iter().find_map(|piece| match piece {
            Piece::Number => None,
            Piece::Printed(words) => {
                let prints = numbers.iter().any(|own| own == words)
                    || words.first().is_some_and(|first| numbers.iter().any(|own| own.len() == 1 && own[0] == *first));
                (!prints).then_some(None)
            }
            Piece::Computed => Some(None),
            Piece::Variable(name) => (!counted(name)).then(|| Some(name.clone())),
            Piece::Text(text) if names => named(text).find(|name| !counted(name)).map(|name| Some(name.to_owned())),
            Piece::Text(_) => None,
        })
    }

    /// All that a variable may hold is the script's own, or the owner's.
    fn is_counted(&self, name: &str, script: &Script<'_>, depth: usize) -> bool {
        if OWN.contains(&name) {
            return true;
        }
        if name.is_empty() || depth == 0 || !self.reading.spends(script.given.len() / 16 + 1) {
            return false;
        }
        if name.chars().all(|c| c.is_ascii_digit() || matches!(c, '@' | '*')) {
            return script.outline.functions.is_empty();
        }
        let is = |given: &&Given| !given.is_mark() && given.name.as_deref().is_none_or(|given| given == name);
        let mut sets = script.given.iter().filter(is).peekable();
        if sets.peek().is_none() {
            return self.is_given_counted(name);
        }
        let turns = script.outline.turns.iter().filter(|(of, _)| of == name).flat_map(|(_, words)| words);
        let aside = script.given.iter().filter(is).filter(|given| given.by == Some(given::ASIDE) && !given.counted).count();
        let loops = script.outline.turns.iter().filter(|(of, _)| of == name).count();
        let own = |said: &Said| self.is_own(said, script, depth - 1);
        turns.clone().all(own)
            && aside <= loops
            && sets.all(|given| match &given.value {
                Some(value) => given.by.is_none() && own(value),
                None => given.counted || given.by == Some(given::ASIDE),
            })
    }

    /// A value of which nothing is evaluated that others have written.
    fn is_own(&self, said: &Said, script: &Script<'_>, depth: usize) -> bool {
        let held = said.pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if text.contains(['[', '`', '$'])));
        let open = || self.said(said, script).contains(&Bit::Other);
        let expressions = said.pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if !text.is_ascii()));
        !(held || expressions && open()) && self.odd_part(&said.pieces, true, script, depth).is_none()
    }

    /// The same of one that the script does not set.
    fn is_given_counted(&self, name: &str) -> bool {
        if !self.has(name) {
            return !assigned::hands_on(self.site, self.line, name);
        }
        match self.variable(name, DEPTH) {
            Bit::Text(text) => !text.contains(['[', '`', '$']),
            Bit::Owned => true,
            // A name of git's has no index.
            Bit::Told => self.when == When::After,
            Bit::Other => false,
        }
    }

    /// The name that `test -v` asks for.
    fn asked_for(&self, script: &Script<'_>) -> Option<Option<String>> {
        let tests = script.outline.commands.iter().filter(|command| matches!(command.word(0), "test" | "["));
        let pairs = tests.flat_map(|command| command.words.windows(2));
        let names = pairs.filter(|pair| pair[0].text().is_some_and(|word| asks_for_a_name(&word)));
        names.into_iter().find_map(|pair| self.odd_part(&pair[1].pieces, false, script, DEPTH))
    }

    /// What is given to a variable that is declared to hold numbers, or several values.
    fn declared(&self, script: &Script<'_>) -> Option<Option<String>> {
        let mut numbers = Vec::new();
        for command in &script.outline.commands {
            let words = given::own(command);
            let declares = words.first().and_then(Said::text).is_some_and(|name| given::DECLARING.contains(&name.as_str()));
            let flags = || words.iter().skip(1).filter_map(Said::text).filter(|word| word.starts_with('-'));
            if !declares || !flags().any(|flag| flag.contains(['i', 'a', 'A'])) {
                continue;
            }
            let is_number = flags().any(|flag| flag.contains('i'));
            for word in words.iter().skip(1).filter(|word| !word.head().starts_with('-')) {
                let name = word.split().map_or_else(|| word.text(), |(name, _)| Some(name.to_owned()));
                numbers.extend(name.filter(|_| is_number));
                // What is written as a list is asked for its indices.
                let value = word.split().map(|(_, value)| value.pieces).filter(|pieces| *pieces != [Piece::Computed]);
                if let Some(odd) = value.and_then(|pieces| self.odd_part(&pieces, is_number, script, DEPTH)) {
                    return Some(odd);
                }
            }
        }
        let mut later = script.given.iter().filter(|given| given.name.as_ref().is_some_and(|name| numbers.contains(name)));
        later.find_map(|given| self.odd_part(&given.value.as_ref()?.pieces, true, script, DEPTH))
    }
}

/// The names in a text that is evaluated.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c == '_' || c == '#' || c.is_ascii_alphanumeric();
    text.split(move |c: char| !is_part(c)).filter(|word| given::is_name(word))
}
