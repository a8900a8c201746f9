//! Owns the command line of just. Refuses to tell recipes from their arguments: that needs the justfile.

use std::collections::HashMap;

use crate::catalog;
use crate::facts::shell::Word;
use crate::text::Place;

/// What a command line asks for.
#[derive(Default)]
pub(super) struct Options {
    /// `-f`; `None` inside when computed.
    pub(super) justfile: Option<Option<String>>,
    /// `-d`
    pub(super) directory: Option<Option<String>>,
    /// `NAME=value` and `--set NAME value`; `None` when computed.
    pub(super) given: HashMap<String, Option<String>>,
    /// `--shell`
    pub(super) shell: Option<(String, Place)>,
    /// `--shell-arg`
    pub(super) shell_arguments: Vec<String>,
    /// `--dry-run`
    pub(super) dry: Option<Place>,
    /// `--no-deps`
    pub(super) no_dependencies: bool,
    /// `--list` and the like: nothing is run.
    pub(super) only_tells: bool,
    /// `--command`: a command instead of recipes.
    pub(super) command: Option<Vec<Word>>,
    /// Recipes and their arguments.
    pub(super) operands: Vec<Word>,
}

/// Reads the words behind `just`.
pub(super) fn read(words: &[Word]) -> Options {
    let mut options = Options::default();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.value.as_deref().unwrap_or(&word.raw);
        at += 1;
        if text == "--" {
            break;
        }
        if !text.starts_with('-') {
            if let Some((name, _)) = text.split_once('=').filter(|(name, _)| is_name(name)) {
                let value = word.value.as_deref().and_then(|text| Some(text.split_once('=')?.1.to_owned()));
                options.given.insert(name.to_owned(), value);
                continue;
            }
            at -= 1;
            break;
        }
        let (flag, attached) = match text.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None if text.len() > 2 && ["-f", "-d"].iter().any(|short| text.starts_with(short)) => {
                (&text[..2], Some(text[2..].to_owned()))
            }
            None => (text, None),
        };
        let known = word.value.is_some();
        let mut value = || match &attached {
            Some(value) => Some(value.clone()).filter(|_| known),
            None => {
                at += 1;
                words.get(at - 1).and_then(|word| word.value.clone())
            }
        };
        match flag {
            "-f" | "--justfile" => options.justfile = Some(value()),
            "-d" | "--working-directory" => options.directory = Some(value()),
            "--set" => {
                let name = value();
                let set = words.get(at).and_then(|word| word.value.clone());
                at += 1;
                options.given.extend(name.map(|name| (name, set)));
            }
            "--shell" => options.shell = Some((value().unwrap_or_default(), word.place.clone())),
            "--shell-arg" => options.shell_arguments.extend(value()),
            "-n" | "--dry-run" => options.dry = Some(word.place.clone()),
            "--no-deps" => options.no_dependencies = true,
            "-c" | "--command" => {
                options.command = Some(words.get(at..).unwrap_or(&[]).to_vec());
                return options;
            }
            _ if catalog::lists(&catalog::commands().just.idle_flags, flag) => options.only_tells = true,
            _ if catalog::lists(&catalog::commands().just.value_flags, flag) => drop(value()),
            _ => {}
        }
    }
    options.operands = words.get(at..).unwrap_or(&[]).to_vec();
    options
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
