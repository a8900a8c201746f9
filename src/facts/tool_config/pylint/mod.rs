//! Owns which configuration Pylint reads, and whether a plugin is loaded with messages of its own left; the parts are below. Refuses
//! what plugins do. (Facts: config_initialization.py, find_default_config_files.py and config_file_parser.py of 4.0.7.)

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::places::Chosen;
use super::{Query, Reader, Settings, arguments, places, settled, unreadable};
use crate::answer::{Answer, Reason, Why};
use crate::catalog::tool::ConfigPlace;
use crate::doc::{Document, Format, Value};
use crate::snapshot::UnreadKind;
use crate::text::{Place, RepoPath};

mod ignored;
mod messages;
mod status;
#[cfg(test)]
mod tests;

/// The reader.
pub(super) struct Pylint;

const NOTHING: &str = "selects-nothing";
const MARK: &str = "passes-below-the-mark";

const NEVER: &str = "never-fails";
const SCORE: &str = "scores-by-itself";
const CODE: &str = "runs-own-code";
const SOME: &str = "fails-for-some";

impl Reader for Pylint {
    fn id(&self) -> &'static str {
        "pylint"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let document = match in_effect(query) {
            Ok(document) => document,
            Err(why) => return Settings::undecided(query.names, &[NOTHING, MARK, NEVER, SCORE, CODE, SOME], &why),
        };
        let document = document.as_deref();
        let mut settings = Settings::default();
        let off = messages::switched_off(query, document).map_or(Answer::No, Answer::Yes);
        let nothing = if off.is_yes() { off } else { ignored::everything(query, document) };
        settings.answer(NOTHING, nothing);
        settings.answer(MARK, status::low_mark(query, document).map_or(Answer::No, Answer::Yes));
        settings.answer(SOME, status::fails_for_some(query, document).map_or(Answer::No, Answer::Yes));
        settings.answer(NEVER, status::never_fails(document).map_or(Answer::No, Answer::Yes));
        settings.answer(SCORE, status::own_score(query, document));
        settings.answer(CODE, status::own_code(query, document));
        for name in query.names {
            settings.selects.insert(name.clone(), loaded(query, document, name));
        }
        settings
    }
}

/// Whether a plugin's module is loaded, by the configuration or the command line: the two add up. A plugin that is not installed is
/// an error of its own, so what is loaded is there while that error is on.
fn loaded(query: &Query<'_>, document: Option<&Document>, module: &str) -> Answer<Place> {
    let given = arguments::values(query.args, &["--load-plugins"]);
    let by_word = given.iter().find(|given| given.value.is_some_and(|value| value.split(',').any(|one| one.trim() == module)));
    let by_file = || {
        let lists = document.into_iter().flat_map(|document| options(document, "load-plugins"));
        lists.filter(|value| listed(*value).any(|one| one == module)).map(|value| value.place()).next()
    };
    match by_word.map(|given| given.place.clone()).or_else(by_file) {
        Some(place) => says_something(query, document, module, place),
        None => match given.iter().find(|given| given.value.is_none()) {
            Some(given) => Answer::Unknown(Why::new(Reason::Dynamic, "the plugins to load are computed").at(given.place.clone())),
            None => Answer::No,
        },
    }
}

/// Whether one of the plugin's messages is left on.
fn says_something(query: &Query<'_>, document: Option<&Document>, module: &str, place: Place) -> Answer<Place> {
    let of_plugin = |tool: &&crate::catalog::Tool| {
        tool.run.iter().any(|row| {
            row.inside.as_ref().is_some_and(|inside| inside.tool == query.tool.id) && row.select.iter().any(|one| one == module)
        })
    };
    let rules = query.world.catalog.tools.iter().find(of_plugin).map(|plugin| plugin.rules.as_slice()).unwrap_or_default();
    let said = messages::Said::read(query, document);
    if !rules.is_empty() && !rules.iter().any(|rule| said.is_on(rule)) {
        return Answer::No;
    }
    if !said.misses_plugins() {
        let why = "whether the plugin is installed is not told: `bad-plugin-value` is switched off";
        return Answer::Unknown(Why::new(Reason::Unsupported, why).at(place));
    }
    Answer::Yes(place)
}

fn is_given(value: Value<'_>) -> bool {
    listed(value).any(|word| !matches!(word.as_str(), "no" | "n" | "false"))
}

/// The words of a list, or of a text with commas and new lines.
fn listed(value: Value<'_>) -> impl Iterator<Item = String> {
    let words = |text: Cow<'_, str>| -> Vec<String> {
        text.split([',', '\n']).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    texts(value).into_iter().flat_map(words)
}

/// The texts of a list, or the one text.
fn texts(value: Value<'_>) -> Vec<Cow<'_, str>> {
    value.items().filter_map(Value::scalar).map(Cow::Borrowed).chain(text(value)).collect()
}

/// A text. In INI a comment may stand behind it in each line, after white space (`inline_comment_prefixes`).
fn text(value: Value<'_>) -> Option<Cow<'_, str>> {
    let text = value.scalar()?;
    if value.document().format() != Format::Ini || !text.contains(['#', ';']) {
        return Some(Cow::Borrowed(text));
    }
    let plain = |line: &str| {
        let begins = |at: &usize| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
        let end = line.match_indices(['#', ';']).map(|(at, _)| at).find(begins).unwrap_or(line.len());
        line[..end].trim_end().to_owned()
    };
    Some(Cow::Owned(text.lines().map(plain).collect::<Vec<_>>().join("\n")))
}

/// An option of a configuration: in files of other tools, of sections named `pylint…`; elsewhere of any section.
fn options<'d>(document: &'d Document, name: &'d str) -> impl Iterator<Item = Value<'d>> {
    let file = document.file().path.file_name();
    let shared = matches!(file, "setup.cfg" | "tox.ini");
    let base = if file.ends_with(".toml") { document.root().route(&["tool", "pylint"]) } else { Some(document.root()) };
    let sections = base.into_iter().flat_map(Value::entries);
    let own = sections.filter(move |section| !shared || section.name().is_some_and(|name| name.starts_with("pylint")));
    own.filter_map(move |section| if section.name() == Some(name) { Some(section.value) } else { section.value.get(name) })
}

/// The configuration in effect: the one that is named, the first of the working directory, a project's above it, or that of the
/// variable.
fn in_effect(query: &Query<'_>) -> Result<Option<Arc<Document>>, Why> {
    let snapshot = query.world.snapshot;
    let parsed = |path: &RepoPath| {
        let format = places::format_of(path).unwrap_or(Format::Ini);
        query.document(path, format).map(Some)
    };
    match places::chosen(query, &BTreeMap::new())? {
        Chosen::File(path) => return parsed(&path),
        Chosen::Nothing => return Ok(None),
        Chosen::ByItself => {}
    }
    let mut here = query.tool.config.iter().filter_map(|row| in_directory(query, row, query.directory).transpose());
    let found = match here.next() {
        Some(found) => Some(found?),
        None => {
            let shared = query.tool.config.iter().find(|row| row.path == "pyproject.toml");
            let mut above = query.directory.ancestors().filter_map(|dir| in_directory(query, shared?, &dir).transpose());
            above.next().transpose()?
        }
    };
    // Only what is not found by itself is looked for in the variable, and only where it names a file.
    match query.env.get("PYLINTRC") {
        Some(value) if found.is_none() => match value.as_deref() {
            Some(value) => query.path(value).filter(|path| snapshot.is_file(path)).map_or(Ok(None), |path| parsed(&path)),
            None => Err(Why::new(Reason::Dynamic, "the configuration that `PYLINTRC` names is computed").at(query.here.clone())),
        },
        _ => Ok(found),
    }
}

/// The file of a row in exactly this directory, where it speaks of Pylint. One that other tools have their part in is passed over where
/// it is broken, as Pylint does.
fn in_directory(query: &Query<'_>, row: &ConfigPlace, directory: &RepoPath) -> Result<Option<Arc<Document>>, Why> {
    let snapshot = query.world.snapshot;
    let Some(path) = directory.join(&row.path).filter(|path| snapshot.is_file(path)) else { return Ok(None) };
    let format = places::format_of(&path).unwrap_or(Format::Ini);
    let sections = matches!(row.path.as_str(), "setup.cfg" | "tox.ini");
    let document = match snapshot.document(&path, format) {
        Ok(document) => document,
        Err(unread) if unread.kind == UnreadKind::Malformed && (sections || row.key.is_some()) => return Ok(None),
        Err(unread) => return Err(unreadable(&unread)),
    };
    // Sections of other tools' files count by their beginning: `[pylint.main]` alone is a configuration.
    let own = |name: &str| name == "pylint" || name.starts_with("pylint.");
    let speaks = match &row.key {
        _ if sections => document.root().entries().any(|section| section.name().is_some_and(own)),
        Some(key) => places::at_key(&document, key).is_some(),
        None => true,
    };
    let disputed = settled::two_readings(&document).filter(|_| speaks);
    disputed.map_or_else(|| Ok(speaks.then_some(document)), Err)
}
