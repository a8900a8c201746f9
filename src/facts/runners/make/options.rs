//! Owns make's command line and `MAKEFLAGS`. Refuses to act on them.

use crate::facts::shell::Word;
use crate::text::Place;

/// What a command line asks for.
#[derive(Default)]
pub(super) struct Options {
    /// `-f`, each with whether it is known.
    pub(super) files: Vec<Option<String>>,
    /// `-C`, in order; `None` when one is computed.
    pub(super) directories: Vec<Option<String>>,
    /// `VAR=value`; `None` when the value is computed.
    pub(super) variables: Vec<(String, Option<String>)>,
    /// Targets; `None` when one is computed.
    pub(super) targets: Vec<Option<String>>,
    /// `-i`
    pub(super) ignores: Option<Place>,
    /// `-n`, `-q`, `-t`: nothing is run.
    pub(super) dry: Option<Place>,
    /// A word that could be any option.
    pub(super) unclear: Option<Place>,
    /// `-e`
    pub(super) environment_wins: bool,
    /// `-B`
    pub(super) always: bool,
    /// `--help`, `--version`: no makefile is read.
    pub(super) only_tells: bool,
    /// `-o`, each with whether it is known: targets that are not made.
    pub(super) old: Vec<(Option<String>, Place)>,
    /// `--eval`
    pub(super) evaluates: Option<Place>,
}

/// One word with what is known of it.
struct Given {
    value: Option<String>,
    raw: String,
    place: Place,
}

/// Long options, each with the short one that does the same; `_` has no effect here.
const LONG: &[(&str, char)] = &[
    ("always-make", 'B'),
    ("assume-new", 'W'),
    ("assume-old", 'o'),
    ("check-symlink-times", '_'),
    ("debug", '_'),
    ("directory", 'C'),
    ("dry-run", 'n'),
    ("environment-overrides", 'e'),
    ("eval", 'E'),
    ("file", 'f'),
    ("help", 'h'),
    ("ignore-errors", 'i'),
    ("include-dir", 'I'),
    ("jobs", '_'),
    ("just-print", 'n'),
    ("keep-going", 'k'),
    ("load-average", '_'),
    ("makefile", 'f'),
    ("max-load", '_'),
    ("new-file", 'W'),
    ("no-builtin-rules", '_'),
    ("no-builtin-variables", '_'),
    ("no-keep-going", '_'),
    ("no-print-directory", '_'),
    ("old-file", 'o'),
    ("output-sync", '_'),
    ("print-data-base", '_'),
    ("print-directory", '_'),
    ("question", 'q'),
    ("quiet", '_'),
    ("recon", 'n'),
    ("silent", '_'),
    ("stop", '_'),
    ("touch", 't'),
    ("trace", '_'),
    ("version", 'v'),
    ("warn-undefined-variables", '_'),
    ("what-if", 'W'),
];

impl Options {
    /// Reads the words behind `make`.
    pub(super) fn words(words: &[Word]) -> Self {
        let mut options = Self::default();
        let given =
            words.iter().map(|word| Given { value: word.value.clone(), raw: word.raw.clone(), place: word.place.clone() });
        options.read(given.collect());
        options
    }

    /// Takes in the value of `MAKEFLAGS`, found at `place`.
    pub(super) fn flags(&mut self, value: &str, place: &Place) {
        let mut words: Vec<Given> = split_flags(value)
            .into_iter()
            .map(|text| Given { value: Some(text.clone()), raw: text, place: place.clone() })
            .collect();
        if let Some(first) = words.first_mut()
            && !first.raw.starts_with('-')
            && !first.raw.contains('=')
        {
            first.raw.insert(0, '-');
            first.value = Some(first.raw.clone());
        }
        self.read(words);
    }

    fn read(&mut self, words: Vec<Given>) {
        let mut words = words.into_iter().peekable();
        let mut only_operands = false;
        while let Some(word) = words.next() {
            let text = word.value.clone().unwrap_or_else(|| word.raw.clone());
            if only_operands || !text.starts_with('-') || text == "-" {
                self.operand(&word, &text);
            } else if text == "--" {
                only_operands = true;
            } else if let Some(long) = text.strip_prefix("--") {
                let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_owned())));
                let known =
                    LONG.iter().find(|(full, _)| *full == name).or_else(|| LONG.iter().find(|(full, _)| full.starts_with(name)));
                let letter = known.map_or('_', |(_, letter)| *letter);
                let value = match value {
                    Some(value) => Some(value).filter(|_| word.value.is_some()),
                    None if takes_value(letter) => words.next().and_then(|next| next.value),
                    None => None,
                };
                self.option(letter, value, &word);
            } else {
                for (at, letter) in text[1..].char_indices() {
                    if takes_value(letter) {
                        let rest = &text[1 + at + letter.len_utf8()..];
                        let value = if rest.is_empty() {
                            words.next().and_then(|next| next.value)
                        } else {
                            Some(rest.to_owned()).filter(|_| word.value.is_some())
                        };
                        self.option(letter, value, &word);
                        break;
                    }
                    if matches!(letter, 'j' | 'l' | 'O') {
                        let attached = text.len() > 2 + at;
                        let number = |given: &Given| given.raw.starts_with(|c: char| c.is_ascii_digit() || c == '$' || c == '"');
                        if !attached && letter != 'O' && words.peek().is_some_and(number) {
                            words.next();
                        }
                        break;
                    }
                    self.option(letter, None, &word);
                }
            }
        }
    }

    fn operand(&mut self, word: &Given, text: &str) {
        if let Some((name, value)) = text.split_once('=') {
            // Blanks around the sign are no part of either side.
            let (name, value) =
                (name.trim_end_matches([':', '?', '+', '!', ' ', '\t']).to_owned(), value.trim_start_matches([' ', '\t']));
            // Make takes its own flags from there too.
            if matches!(name.as_str(), "MAKEFLAGS" | "GNUMAKEFLAGS") {
                match &word.value {
                    Some(_) => self.flags(value, &word.place),
                    None => self.unclear = Some(word.place.clone()),
                }
                return;
            }
            self.variables.push((name, Some(value.to_owned()).filter(|_| word.value.is_some())));
        } else if word.value.is_none() && text.starts_with('$') {
            // `make $EXTRA lint`: targets, options, or nothing at all.
            self.unclear = Some(word.place.clone());
            self.targets.push(None);
        } else {
            self.targets.push(word.value.clone());
        }
    }

    fn option(&mut self, letter: char, value: Option<String>, word: &Given) {
        match letter {
            'f' => self.files.push(value),
            'C' => self.directories.push(value),
            'i' => self.ignores = Some(word.place.clone()),
            'n' | 'q' | 't' => self.dry = Some(word.place.clone()),
            'e' => self.environment_wins = true,
            'B' => self.always = true,
            'o' => self.old.push((value, word.place.clone())),
            'h' | 'v' => self.only_tells = true,
            'E' => self.evaluates = Some(word.place.clone()),
            super::expand::UNKNOWN => self.unclear = Some(word.place.clone()),
            _ => {}
        }
    }

    /// `MAKEFLAGS` as a make started by a recipe would get it.
    pub(super) fn inherited(&self) -> String {
        let mut out: String =
            [(self.ignores.is_some(), 'i'), (self.dry.is_some(), 'n'), (self.environment_wins, 'e'), (self.always, 'B')]
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, letter)| *letter)
                .collect();
        let known = self.variables.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let assignments: Vec<String> = known.map(|(name, value)| format!("{name}={}", escape(value))).collect();
        if !assignments.is_empty() {
            out.push_str(" -- ");
            out.push_str(&assignments.join(" "));
        }
        out
    }
}

fn takes_value(letter: char) -> bool {
    matches!(letter, 'C' | 'f' | 'I' | 'o' | 'W' | 'E')
}

fn escape(value: &str) -> String {
    value.chars().flat_map(|c| [Some('\\').filter(|_| c.is_whitespace() || c == '\\'), Some(c)]).flatten().collect()
}

/// Words of `MAKEFLAGS`: blanks separate, a backslash keeps the next character.
fn split_flags(value: &str) -> Vec<String> {
    let (mut words, mut word, mut escaped) = (Vec::new(), String::new(), false);
    for c in value.chars() {
        match c {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            c if c.is_whitespace() && !escaped => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
        escaped = false;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
