//! Owns whether Pylint's exit status can tell of findings: its mark and the expression of its score, `exit-zero`, and code that is
//! run before it looks at anything (`init-hook`). Refuses to run that code: it is known for harmless by its words, or not at all.
//! (Facts: lint/run.py, config_initialization.py, config_file_parser.py and base_options.py of 4.0.7.)

use super::super::{Query, arguments};
use super::{options, text};
use crate::answer::{Answer, Reason, Why};
use crate::doc::{Document, Value};
use crate::text::Place;

/// The full score, which is the mark where none is set.
const FULL: f64 = 10.0;

/// The counts that an expression of the usual form may take off.
const COUNTS: [&str; 6] = ["fatal", "error", "warning", "refactor", "convention", "info"];

/// The last mark that is set, and where; a flag decides over the file.
fn mark(query: &Query<'_>, document: Option<&Document>) -> Option<(f64, Place)> {
    if let Some(given) = arguments::values(query.args, &["--fail-under"]).pop() {
        return Some((given.value?.trim().parse().ok()?, given.place.clone()));
    }
    let mark = options(document?, "fail-under").last()?;
    Some((text(mark)?.trim().parse().ok()?, mark.place()))
}

/// Where the configuration sets a mark below the full score; a flag decides over it.
pub(super) fn low_mark(query: &Query<'_>, document: Option<&Document>) -> Option<Place> {
    if arguments::switch(query.args, &["--fail-under"]).is_some() || named_to_fail(query, document).is_some() {
        return None;
    }
    mark(query, document).filter(|(mark, _)| *mark < FULL).map(|(_, place)| place)
}

/// Where messages are named that fail it whatever the score, and the mark lets others pass (lint/run.py: `any_fail_on_issues` decides
/// before the score).
pub(super) fn fails_for_some(query: &Query<'_>, document: Option<&Document>) -> Option<Place> {
    mark(query, document).filter(|(mark, _)| *mark < FULL).and_then(|_| named_to_fail(query, document))
}

/// Where `fail-on` names any message.
fn named_to_fail(query: &Query<'_>, document: Option<&Document>) -> Option<Place> {
    if let Some(given) = arguments::values(query.args, &["--fail-on"]).pop() {
        return given.value.is_none_or(|value| !value.trim().is_empty()).then(|| given.place.clone());
    }
    let named = options(document?, "fail-on").last()?;
    text(named).is_none_or(|text| !text.trim().is_empty()).then(|| named.place())
}

/// Where a file says `exit-zero`: it is a switch, and one that takes no value.
pub(super) fn never_fails(document: Option<&Document>) -> Option<Place> {
    options(document?, "exit-zero").last().map(Value::place)
}

/// Whether the score stays above the mark by an expression of its own.
pub(super) fn own_score(query: &Query<'_>, document: Option<&Document>) -> Answer<Place> {
    let given = arguments::values(query.args, &["--evaluation"]).pop();
    let given = given.map(|given| (given.value.map(str::to_owned), given.place.clone()));
    let in_file = || document.and_then(|document| options(document, "evaluation").last());
    let said = given.or_else(|| in_file().map(|value| (text(value).map(Into::into), value.place())));
    let Some((said, place)) = said else { return Answer::No };
    let full = mark(query, document).map_or(FULL, |(mark, _)| mark);
    match said.as_deref().map(str::trim) {
        Some(text) if takes_off(text) => Answer::No,
        Some(text) if text.parse::<f64>().is_ok_and(|score| score >= full) => Answer::Yes(place),
        Some(text) if text.parse::<f64>().is_ok() => Answer::No,
        _ => Answer::Unknown(Why::new(Reason::Unsupported, "the score is an expression of its own (`evaluation`)").at(place)),
    }
}

/// The usual form: ten, less what errors and warnings weigh for each statement.
fn takes_off(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).collect();
    let fatal = text.strip_prefix("max(0,").and_then(|rest| rest.strip_suffix(')')).unwrap_or(&text);
    let inner = fatal.strip_prefix("0iffatalelse").unwrap_or(fatal);
    let sum = ["10.0-((float(", "10-((float("].iter().find_map(|head| inner.strip_prefix(head));
    let Some(sum) = sum.and_then(|rest| rest.strip_suffix(")/statement)*10)")) else { return false };
    let term = |term: &str| {
        let (weight, name) = term.split_once('*').unwrap_or(("1", term));
        weight.parse::<f64>().is_ok_and(|weight| weight > 0.0) && COUNTS.contains(&name)
    };
    let names = |name: &str| sum.split('+').any(|term| term.rsplit('*').next() == Some(name));
    sum.split('+').all(term) && names("error") && names("warning")
}

/// Whether code of the repository's own runs first, of which it is not known what it does.
pub(super) fn own_code(query: &Query<'_>, document: Option<&Document>) -> Answer<Place> {
    let given = arguments::values(query.args, &["--init-hook"]);
    let given = given.iter().map(|given| (given.value.map(str::to_owned), given.place.clone()));
    let in_file = document.into_iter().flat_map(|document| options(document, "init-hook"));
    let in_file = in_file.map(|value| (text(value).map(|text| unquoted(&text).to_owned()), value.place()));
    let mut open = given.chain(in_file).filter(|(code, _)| !code.as_deref().is_some_and(|code| is_harmless(query, code)));
    open.next().map_or(Answer::No, |(_, place)| {
        Answer::Unknown(Why::new(Reason::Unsupported, "code of the repository's own runs first (`init-hook`)").at(place))
    })
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix(['"', '\'']).unwrap_or(text);
    text.strip_suffix(['"', '\'']).unwrap_or(text)
}

/// Whether every word of the code outside its strings is a harmless one.
fn is_harmless(query: &Query<'_>, code: &str) -> bool {
    let names = &query.world.catalog.programs.python_paths;
    let mut quote: Option<char> = None;
    let mut word = String::new();
    let known = |word: &mut String| {
        let word = std::mem::take(word);
        word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) || names.contains(&word)
    };
    let mut escaped = false;
    for c in code.chars() {
        match quote {
            Some(_) if std::mem::take(&mut escaped) => {}
            Some(_) if c == '\\' => escaped = true,
            Some(end) if c == end => quote = None,
            Some(_) => {}
            None if c.is_alphanumeric() || c == '_' => word.push(c),
            None => {
                if !known(&mut word) {
                    return false;
                }
                quote = matches!(c, '"' | '\'').then_some(c);
            }
        }
    }
    known(&mut word) && quote.is_none()
}
