//! Owns whether Pylint's messages are all switched off (`disable=all` of a configuration or the command line, with nothing switched
//! on again), and whether a plugin is loaded with messages of its own left. Refuses which messages stay otherwise. (Facts:
//! config_initialization.py, find_default_config_files.py, config_file_parser.py and message_state_handler.py of 4.0.)

use std::collections::BTreeMap;
use std::sync::Arc;

use super::places::Chosen;
use super::{Query, Reader, Settings, arguments, places, unreadable};
use crate::answer::{Answer, Reason, Why};
use crate::doc::{Document, Format, Value};
use crate::text::{Place, RepoPath};

/// The reader.
pub(super) struct Pylint;

const NOTHING: &str = "selects-nothing";
const MARK: &str = "passes-below-the-mark";

/// The full score, which is the mark where none is set.
const FULL: f64 = 10.0;

/// What switches messages on again: by name, as failing ones, or all errors.
const ON: [&str; 3] = ["enable", "fail-on", "errors-only"];

impl Reader for Pylint {
    fn id(&self) -> &'static str {
        "pylint"
    }

    fn read(&self, query: &Query<'_>) -> Settings {
        let document = match in_effect(query) {
            Ok(document) => document,
            Err(why) => return Settings::undecided(query.names, &[NOTHING, MARK], &why),
        };
        let document = document.as_deref();
        let mut settings = Settings::default();
        settings.answer(NOTHING, switched_off(query, document).map_or(Answer::No, Answer::Yes));
        settings.answer(MARK, low_mark(query, document).map_or(Answer::No, Answer::Yes));
        for name in query.names {
            settings.selects.insert(name.clone(), loaded(query, document, name));
        }
        settings
    }
}

/// Whether a plugin's module is loaded, by the configuration or the command line: the two add up. A plugin that is not installed is
/// an error of its own, so what is loaded is there.
fn loaded(query: &Query<'_>, document: Option<&Document>, module: &str) -> Answer<Place> {
    let given = arguments::values(query.args, &["--load-plugins"]);
    let by_word = given.iter().find(|given| given.value.is_some_and(|value| value.split(',').any(|one| one.trim() == module)));
    let by_file = || {
        let lists = document.into_iter().flat_map(|document| options(document, "load-plugins"));
        lists.filter(|value| listed(*value).any(|one| one == module)).map(|value| value.place()).next()
    };
    match by_word.map(|given| given.place.clone()).or_else(by_file) {
        Some(place) if says_something(query, document, module) => Answer::Yes(place),
        Some(_) => Answer::No,
        None => match given.iter().find(|given| given.value.is_none()) {
            Some(given) => Answer::Unknown(Why::new(Reason::Dynamic, "the plugins to load are computed").at(given.place.clone())),
            None => Answer::No,
        },
    }
}

/// Whether one of the plugin's messages is left on: each is named by its code, its symbol, or the letter of its category. What the
/// command line says comes after the configuration, and `all` before everything else of its place.
fn says_something(query: &Query<'_>, document: Option<&Document>, module: &str) -> bool {
    let of_plugin = |tool: &&crate::catalog::Tool| {
        tool.run.iter().any(|row| {
            row.inside.as_ref().is_some_and(|inside| inside.tool == query.tool.id) && row.select.iter().any(|one| one == module)
        })
    };
    let plugin = query.world.catalog.tools.iter().find(of_plugin);
    let Some(plugin) = plugin.filter(|plugin| !plugin.rules.is_empty()) else { return true };
    let mut words: Vec<(bool, &str)> = Vec::new();
    for (key, on) in [("disable", false), ("enable", true), ("fail-on", true)] {
        words.extend(document.into_iter().flat_map(|document| options(document, key)).flat_map(listed).map(|word| (on, word)));
    }
    words.sort_by_key(|(_, word)| *word != "all");
    let given = arguments::values(query.args, &["--disable", "-d", "--enable", "-e", "--fail-on"]);
    let given = given
        .iter()
        .flat_map(|given| given.value.into_iter().flat_map(|list| list.split(',')).map(|word| (given.flag > 1, word.trim())));
    let mut given: Vec<(bool, &str)> = given.collect();
    given.sort_by_key(|(_, word)| *word != "all");
    words.extend(given);
    let errors_only = arguments::switch(query.args, &["--errors-only", "-E"]).is_some()
        || document.is_some_and(|document| options(document, "errors-only").any(is_given));
    plugin.rules.iter().any(|rule| {
        let code = rule.split(' ').next().unwrap_or_default();
        let named =
            |word: &str| word == "all" || rule.split(' ').any(|name| name == word) || word.len() == 1 && code.starts_with(word);
        let last = words.iter().rev().find(|(_, word)| named(word));
        last.is_none_or(|(on, _)| *on) && (!errors_only || code.starts_with('E'))
    })
}

/// Where the configuration sets a mark below the full score; a flag decides over it.
fn low_mark(query: &Query<'_>, document: Option<&Document>) -> Option<Place> {
    if arguments::switch(query.args, &["--fail-under"]).is_some() {
        return None;
    }
    let mark = options(document?, "fail-under").last()?;
    mark.scalar()?.trim().parse::<f64>().is_ok_and(|mark| mark < FULL).then(|| mark.place())
}

fn switched_off(query: &Query<'_>, document: Option<&Document>) -> Option<Place> {
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

fn is_given(value: Value<'_>) -> bool {
    listed(value).any(|word| !matches!(word, "no" | "n" | "false"))
}

/// The words of a list, or of a text with commas and new lines.
fn listed(value: Value<'_>) -> impl Iterator<Item = &str> {
    let texts: Vec<&str> = value.items().filter_map(Value::scalar).chain(value.scalar()).collect();
    texts.into_iter().flat_map(|text| text.split([',', '\n'])).map(str::trim).filter(|word| !word.is_empty())
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
        snapshot.document(path, format).map(Some).map_err(|unread| unreadable(&unread))
    };
    match places::chosen(query, &BTreeMap::new())? {
        Chosen::File(path) => return parsed(&path),
        Chosen::Nothing => return Ok(None),
        Chosen::ByItself => {}
    }
    // Sections of other tools' files count by their beginning: `[pylint.main]` alone is a configuration.
    let sections = |name: &str| {
        let path = query.directory.join(name).filter(|path| snapshot.is_file(path))?;
        let document = snapshot.document(&path, Format::Ini).ok()?;
        let own = |name: &str| name == "pylint" || name.starts_with("pylint.");
        let has = document.root().entries().any(|section| section.name().is_some_and(own));
        has.then_some(document)
    };
    let here = query.tool.config.iter().find_map(|row| match row.path.as_str() {
        "setup.cfg" | "tox.ini" => sections(&row.path),
        _ => places::exactly(snapshot, row, query.directory)?.document,
    });
    let above = || {
        let row = query.tool.config.iter().find(|row| row.path == "pyproject.toml")?;
        places::nearest(snapshot, row, query.directory)?.document
    };
    let found = here.or_else(above);
    // Only what is not found by itself is looked for in the variable, and only where it names a file.
    match query.env.get("PYLINTRC") {
        Some(value) if found.is_none() => match value.as_deref() {
            Some(value) => query.path(value).filter(|path| snapshot.is_file(path)).map_or(Ok(None), |path| parsed(&path)),
            None => Err(Why::new(Reason::Dynamic, "the configuration that `PYLINTRC` names is computed").at(query.here.clone())),
        },
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{Case, Files, told};
    use super::*;

    #[test]
    fn plugins_that_are_loaded() {
        const NAME: &str = "pylint_secure_coding_standard";
        let rc: (&str, &str) =
            (".pylintrc", "[MAIN]\nload-plugins=pylint.extensions.mccabe,\n    pylint_secure_coding_standard\n");
        let toml: (&str, &str) = ("pyproject.toml", "[tool.pylint.main]\nload-plugins = [\"pylint_secure_coding_standard\"]\n");
        let setup: (&str, &str) = ("setup.cfg", "[pylint.MASTER]\nload-plugins=pylint_secure_coding_standard\n");
        let off: (&str, &str) = (".pylintrc", "[MAIN]\nload-plugins=pylint_secure_coding_standard\ndisable=all\nenable=W0611\n");
        let cases: &[(Files<'_>, &str, &str)] = &[
            (&[], "src", "no"),
            (&[], "--load-plugins=pylint_secure_coding_standard src", "yes ci.yml:1"),
            (&[], "--load-plugins a,pylint_secure_coding_standard src", "yes ci.yml:1"),
            (&[], "--load-plugins=pylint_secure_coding src", "no"),
            (&[], "--load-plugins=$PLUGINS src", "unknown dynamic ci.yml:1"),
            (&[], "$(files)", "no"),
            (&[rc], "src", "yes .pylintrc:2"),
            (&[rc], "--load-plugins=other src", "yes .pylintrc:2"),
            (&[rc], "--rcfile=other src", "unknown dynamic ci.yml:1"),
            (&[rc, ("other", "[MAIN]\n")], "--rcfile=other src", "no"),
            (&[rc], "-E src", "yes .pylintrc:2"),
            (&[rc], "--disable=C,R src", "yes .pylintrc:2"),
            (&[rc], "--disable=all --enable=E src", "yes .pylintrc:2"),
            (&[rc], "--enable=avoid-eval-exec --disable=all src", "yes .pylintrc:2"),
            (&[rc], "--disable=all --enable=unused-import src", "no"),
            (&[rc], "-d E,W,R,C src", "no"),
            (&[toml], "src", "yes pyproject.toml:2"),
            (&[setup], "src", "yes setup.cfg:2"),
            (&[off], "src", "no"),
            (&[off], "--enable=E8003 src", "yes .pylintrc:2"),
        ];
        for (files, args, wanted) in cases {
            let settings = Case::new("pylint", files, args).names(&[NAME]).read(&Pylint);
            assert_eq!(told(settings.selects.get(NAME)), *wanted, "{args} {files:?}");
        }
    }

    #[test]
    fn everything_switched_off() {
        let off: (&str, &str) = (".pylintrc", "[MESSAGES CONTROL]\ndisable=all\n");
        let some: (&str, &str) = (".pylintrc", "[MESSAGES CONTROL]\ndisable=all\nenable=E\n");
        let toml: (&str, &str) = ("pyproject.toml", "[tool.pylint.\"messages control\"]\ndisable = [\"all\"]\n");
        let cases: &[(Files<'_>, &str, &str)] = &[
            (&[], "src", "no"),
            (&[], "--disable=C,R src", "no"),
            (&[], "--disable=all src", "yes ci.yml:1"),
            (&[], "-d all src", "yes ci.yml:1"),
            (&[], "--disable C,all src", "yes ci.yml:1"),
            (&[], "--disable=all --enable=E src", "no"),
            (&[], "--enable E --disable=all src", "no"),
            (&[], "-d all -eE src", "no"),
            (&[], "-E --disable=all src", "no"),
            (&[], "--disable=all --fail-on=E src", "no"),
            (&[], "--disable=all $MORE src", "no"),
            (&[off], "src", "yes .pylintrc:2"),
            (&[off], "--enable=W src", "no"),
            (&[some], "src", "no"),
            (&[some], "--disable=all src", "yes ci.yml:1"),
            (&[off], "--rcfile=other src", "unknown dynamic ci.yml:1"),
            (&[off, ("other", "[MAIN]\n")], "--rcfile=other src", "no"),
            (&[(".pylintrc", "[MAIN]\nfail-on=E\n")], "--disable=all src", "no"),
            (&[toml], "src", "yes pyproject.toml:2"),
            (&[("pyproject.toml", "[tool.pylint]\ndisable = \"all\"\n")], "src", "yes pyproject.toml:2"),
            (&[("setup.cfg", "[pylint.x]\ndisable=all\n")], "src", "yes setup.cfg:2"),
            (&[("setup.cfg", "[pylint]\njobs=1\n[other]\ndisable=all\n")], "src", "no"),
        ];
        for (files, args, wanted) in cases {
            let settings = Case::new("pylint", files, args).read(&Pylint);
            assert_eq!(told(settings.settings.get(NOTHING)), *wanted, "{args} {files:?}");
        }
    }
}
