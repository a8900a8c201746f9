//! Owns which of Pylint's messages are on: `disable`, `enable`, `fail-on` and `errors-only` of a configuration and the command line,
//! in the order in which Pylint takes them. Refuses comments in the code. (Facts: message_state_handler.py, `_order_all_first` of
//! config_initialization.py, `enable_fail_on_messages` of pylinter.py of 4.0.7.)

use super::super::{Query, arguments};
use super::{is_given, listed, options};
use crate::doc::Document;
use crate::text::Place;

/// What switches messages on again: by name, as failing ones, or all errors.
const ON: [&str; 3] = ["enable", "fail-on", "errors-only"];

/// The message that tells that a plugin is not there: code, symbol, checker. `all` leaves it on.
const NOT_INSTALLED: &str = "E0013 bad-plugin-value main";

/// What is said about messages.
pub(super) struct Said {
    /// On or off, and of which word, the last one deciding.
    words: Vec<(bool, String)>,
    /// Messages named to fail: they are switched on after everything else.
    failing: Vec<String>,
    errors_only: bool,
}

impl Said {
    pub(super) fn read(query: &Query<'_>, document: Option<&Document>) -> Self {
        let in_file = |key: &'static str| document.into_iter().flat_map(move |document| options(document, key));
        let lists = [("disable", false), ("enable", true)];
        let mut of_file: Vec<_> = lists.into_iter().flat_map(|(key, on)| in_file(key).map(move |value| (on, value))).collect();
        of_file.sort_by_key(|(_, value)| {
            let place = value.place();
            (!listed(*value).any(|word| word == "all"), place.line, place.column)
        });
        let mut words: Vec<(bool, String)> =
            of_file.iter().flat_map(|(on, value)| listed(*value).map(|word| (*on, word))).collect();
        let mut given = arguments::values(query.args, &["--disable", "-d", "--enable", "-e"]);
        given.sort_by_key(|given| !given.value.is_some_and(has_all));
        for given in given {
            let list = given.value.into_iter().flat_map(|list| list.split(','));
            words.extend(list.map(|word| (given.flag > 1, word.trim().to_owned())));
        }
        let mut failing: Vec<String> = in_file("fail-on").flat_map(listed).collect();
        let given = arguments::values(query.args, &["--fail-on"]);
        let given = given.iter().filter_map(|given| given.value).flat_map(|list| list.split(','));
        failing.extend(given.map(|word| word.trim().to_owned()));
        let errors_only =
            arguments::switch(query.args, &["--errors-only", "-E"]).is_some() || in_file("errors-only").any(is_given);
        Self { words, failing, errors_only }
    }

    /// Whether a message is on: given as its code, its symbol and its checker, with a blank between them.
    pub(super) fn is_on(&self, message: &str) -> bool {
        let code = message.split(' ').next().unwrap_or_default();
        if self.errors_only && !code.starts_with('E') {
            return false;
        }
        if self.failing.iter().any(|word| is_name(word, message)) {
            return true;
        }
        let last = self.words.iter().rev().find(|(_, word)| {
            word == "all" && message != NOT_INSTALLED
                || is_category(word, code)
                || is_name(word, message)
                || is_checker(word, message)
        });
        last.is_none_or(|(on, _)| *on)
    }

    /// Whether a plugin that is not installed is told.
    pub(super) fn misses_plugins(&self) -> bool {
        self.is_on(NOT_INSTALLED)
    }
}

/// The letter of its category, in any case.
fn is_category(word: &str, code: &str) -> bool {
    word.len() == 1 && code.get(..1).is_some_and(|letter| letter.eq_ignore_ascii_case(word))
}

/// A code in any case, or a symbol as it is written.
fn is_name(word: &str, message: &str) -> bool {
    let mut names = message.split(' ');
    names.next().is_some_and(|code| code.eq_ignore_ascii_case(word)) || names.next() == Some(word)
}

fn is_checker(word: &str, message: &str) -> bool {
    message.split(' ').nth(2).is_some_and(|checker| checker.eq_ignore_ascii_case(word))
}

/// Where every message is switched off.
pub(super) fn switched_off(query: &Query<'_>, document: Option<&Document>) -> Option<Place> {
    // Any word that is computed may be a flag.
    let computed = query.args.iter().any(|word| word.value.is_none());
    let on = arguments::switch(query.args, &["--enable", "-e", "--fail-on", "--errors-only", "-E"]);
    if computed || on.is_some() || !arguments::values(query.args, &["-e"]).is_empty() {
        return None;
    }
    let mut given = arguments::values(query.args, &["--disable", "-d"]).into_iter();
    // `all` comes first, wherever it stands, and other words take out only more.
    if let Some(given) = given.find(|given| given.value.is_some_and(has_all)) {
        return document.is_none_or(|document| !fails_on(document)).then(|| given.place.clone());
    }
    let document = document?;
    let off = options(document, "disable").find(|value| listed(*value).any(|word| word == "all"))?;
    (!ON.iter().any(|key| options(document, key).any(is_given))).then(|| off.place())
}

fn has_all(text: &str) -> bool {
    text.split(',').any(|word| word.trim() == "all")
}

/// `fail-on` switches on what it names after everything else.
fn fails_on(document: &Document) -> bool {
    ["fail-on", "errors-only"].iter().any(|key| options(document, key).any(is_given))
}
