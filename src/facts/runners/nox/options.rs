//! Owns nox's command line (nox 2026.8, `nox/_options.py`): argparse with lists that end at the next flag. Refuses to read the
//! noxfile's own options.

use crate::catalog;
use crate::facts::pipeline::Env;
use crate::facts::shell::Word;
use crate::text::Place;

/// What a command line asks for. Lists are of words, so that what is computed stays known as that.
#[derive(Default)]
pub(super) struct Options {
    /// `-f`
    pub(super) noxfile: Option<Word>,
    /// `-s`, or `NOXSESSION`.
    pub(super) sessions: Option<Vec<Word>>,
    /// `-k`
    pub(super) keywords: Option<Word>,
    /// `-t`
    pub(super) tags: Option<Vec<Word>>,
    /// `-p`, or `NOXPYTHON`.
    pub(super) pythons: Option<Vec<Word>>,
    /// `--extra-python`, or `NOXEXTRAPYTHON`.
    pub(super) extra: Vec<Word>,
    /// `-P`, or `NOXFORCEPYTHON`.
    pub(super) forced: bool,
    /// `-db`
    pub(super) backend: Option<Word>,
    /// `-fb`, `--no-venv`
    pub(super) forced_backend: Option<Word>,
    /// `--[no-]error-on-missing-interpreters`
    pub(super) error_on_missing: Option<(bool, Place)>,
    /// `--install-only`
    pub(super) install_only: bool,
    /// `--non-interactive`
    pub(super) non_interactive: bool,
    /// `--no-dependencies`
    pub(super) no_dependencies: bool,
    /// Nothing runs: it tells, or it refuses the line.
    pub(super) idle: bool,
    /// A word that may be any option, or none.
    pub(super) open: Option<Word>,
    /// The words behind `--`.
    pub(super) posargs: Vec<Word>,
}

/// Short flags that take nothing: they may stand together.
const SHORT: &[u8] = b"rRNxvlh";

/// Reads the words behind `nox`, and the variables that stand for flags.
pub(super) fn read(words: &[Word], env: &Env, place: &Place) -> Options {
    let mut options = Options::default();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let mut text = word.shape().into_owned();
        if text == "--" {
            options.posargs = words[at..].to_vec();
            break;
        }
        if word.may_vanish() {
            options.open = Some(word.clone());
            continue;
        }
        if !text.starts_with('-') {
            // An operand that stands before `--` is refused.
            options.idle |= !word.is_open();
            continue;
        }
        // `-rs lint`: flags that take nothing may stand together, in front of one that takes something.
        while let [b'-', letter, _, ..] = text.as_bytes()
            && SHORT.contains(letter)
        {
            options.flag(&text[..2], word);
            text = format!("-{}", &text[2..]);
        }
        let (name, attached) = split(&text);
        let part = |text: &str| Word {
            raw: text.to_owned(),
            value: word.value.as_ref().map(|_| text.to_owned()),
            partial: word.value.is_none().then(|| text.to_owned()),
            ..word.clone()
        };
        if catalog::lists(&catalog::commands().nox.list_flags, name) {
            let list = match attached {
                Some(value) => vec![part(value)],
                None => {
                    let length = words[at..].iter().take_while(|word| !word.shape().starts_with('-')).count();
                    at += length;
                    words[at - length..at].to_vec()
                }
            };
            options.list(name, list);
        } else if catalog::lists(&catalog::commands().nox.value_flags, name) {
            let value = attached.map(part).or_else(|| words.get(at).cloned());
            at += usize::from(attached.is_none());
            options.value(name, value);
        } else {
            options.flag(name, word);
        }
    }
    options.environment(env, place);
    options
}

/// A flag and the value that is attached to it.
fn split(text: &str) -> (&str, Option<&str>) {
    if let Some((name, value)) = text.split_once('=').filter(|(name, _)| name.starts_with("--")) {
        return (name, Some(value));
    }
    if catalog::lists(&catalog::commands().nox.list_flags, text)
        || catalog::lists(&catalog::commands().nox.value_flags, text)
        || text.starts_with("--")
        || !text.is_char_boundary(2)
    {
        return (text, None);
    }
    let head = &text[..2];
    let takes =
        catalog::lists(&catalog::commands().nox.list_flags, head) || catalog::lists(&catalog::commands().nox.value_flags, head);
    if takes && text.len() > 2 && text != "-ts" { (head, Some(text[2..].trim_start_matches('='))) } else { (text, None) }
}

impl Options {
    fn list(&mut self, name: &str, list: Vec<Word>) {
        match name {
            "-s" | "-e" | "--session" | "--sessions" => self.sessions = Some(list),
            "-t" | "--tags" => self.tags = Some(list),
            "-p" | "--python" | "--pythons" => self.pythons = Some(list),
            "-P" | "--force-python" | "--force-pythons" => self.force(list),
            _ => self.extra = list,
        }
    }

    fn force(&mut self, list: Vec<Word>) {
        self.pythons = Some(list.clone());
        self.extra = list;
        self.forced = true;
    }

    fn value(&mut self, name: &str, value: Option<Word>) {
        match name {
            "-f" | "--noxfile" => self.noxfile = value,
            "-k" | "--keywords" => self.keywords = value,
            "-db" | "--default-venv-backend" => self.backend = value,
            "-fb" | "--force-venv-backend" => self.forced_backend = value,
            _ => {}
        }
    }

    fn flag(&mut self, name: &str, word: &Word) {
        match name {
            "--error-on-missing-interpreters" => self.error_on_missing = Some((true, word.place.clone())),
            "--no-error-on-missing-interpreters" => self.error_on_missing = Some((false, word.place.clone())),
            "--install-only" => self.install_only = true,
            "--non-interactive" => self.non_interactive = true,
            "--no-dependencies" => self.no_dependencies = true,
            "--no-venv" => {
                let none = Some("none".to_owned());
                self.forced_backend = Some(Word { raw: "none".to_owned(), value: none, ..word.clone() });
            }
            _ => self.idle |= catalog::lists(&catalog::commands().nox.idle_flags, name),
        }
    }

    fn environment(&mut self, env: &Env, place: &Place) {
        let list = |name: &str| match env.get(name) {
            Some(Some(text)) if text.is_empty() => None,
            Some(Some(text)) => {
                Some(text.split(',').map(|one| crate::facts::runners::script_words::word_at(one, place)).collect::<Vec<_>>())
            }
            Some(None) => Some(vec![crate::facts::runners::quoted::added("\u{E000}", place)]),
            None => None,
        };
        if self.sessions.is_none() {
            self.sessions = list("NOXSESSION");
        }
        if !self.forced
            && let Some(forced) = list("NOXFORCEPYTHON")
        {
            self.force(forced);
        }
        if self.pythons.is_none() {
            self.pythons = list("NOXPYTHON");
        }
        if self.extra.is_empty() {
            self.extra = list("NOXEXTRAPYTHON").unwrap_or_default();
        }
        if self.backend.is_none() {
            self.backend = list("NOX_DEFAULT_VENV_BACKEND").and_then(|mut list| list.pop());
        }
    }
}
