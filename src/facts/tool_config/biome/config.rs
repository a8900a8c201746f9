//! Owns which of Biome's configurations is in effect and what it says once all it extends is under it. Refuses to decide
//! which files that leaves.

use std::collections::BTreeMap;

use super::includes::{Includes, Key, Written};
use super::rules::Rules;
use crate::answer::{Reason, Why};
use crate::catalog::Catalog;
use crate::doc::{Format, Kind, Reading, Value};
use crate::facts::tool_config::{Query, arguments};
use crate::text::{Place, RepoPath};

/// Names of its configuration, the one that it takes before the others first.
fn names() -> impl Iterator<Item = &'static str> {
    Catalog::builtin().tool("biome").into_iter().flat_map(|tool| &tool.config).map(|place| place.path.as_str())
}

/// Files of one configuration.
const FILES: usize = 16;

/// Items of one list.
const ITEMS: usize = 400;

/// Settings for some files.
pub(super) struct Override {
    pub(super) includes: Includes,
    pub(super) enabled: Option<(bool, Place)>,
    pub(super) rules: Rules,
}

/// What the configuration says.
#[derive(Default)]
pub(super) struct Config {
    pub(super) files: Vec<Place>,
    /// What patterns are relative to.
    pub(super) base: RepoPath,
    /// `linter.enabled` and `javascript.linter.enabled`.
    pub(super) enabled: BTreeMap<&'static str, (bool, Place)>,
    pub(super) rules: Rules,
    /// Lists that must all take a file, by section and key.
    pub(super) lists: BTreeMap<(&'static str, &'static str), (Key, Written)>,
    pub(super) overrides: Vec<Override>,
    /// What could not be followed.
    pub(super) doubt: Option<Why>,
}

/// The configuration for the working directory.
pub(super) fn in_effect(query: &Query<'_>) -> Result<Config, Why> {
    let mut config = Config { base: query.directory.clone(), ..Config::default() };
    let Some(path) = located(query)? else { return Ok(config) };
    config.base = path.parent();
    read(query, &path, &mut config)?;
    Ok(config)
}

/// The configuration that lies in exactly this directory.
pub(super) fn own(query: &Query<'_>, directory: &RepoPath) -> Option<RepoPath> {
    names().filter_map(|name| directory.join(name)).find(|path| query.world.snapshot.is_file(path))
}

fn located(query: &Query<'_>) -> Result<Option<RepoPath>, Why> {
    let snapshot = query.world.snapshot;
    let in_directory = |directory: &RepoPath| own(query, directory);
    let flag = arguments::values(query.args, &["--config-path"]).pop().map(|given| (given.value, Some(given.place.clone())));
    let env = query.env.get("BIOME_CONFIG_PATH").map(|value| (value.as_deref(), None));
    let Some((value, place)) = flag.or(env) else {
        return Ok(query.directory.ancestors().find_map(|directory| in_directory(&directory)));
    };
    let why = |reason, text: &str| {
        let why = Why::new(reason, text);
        place.clone().map_or(why.clone(), |place| why.at(place))
    };
    let value = value.ok_or_else(|| why(Reason::Dynamic, "which configuration is read is computed"))?;
    let path = query.path(value);
    let found = path.and_then(|path| if snapshot.is_file(&path) { Some(path) } else { in_directory(&path) });
    found.map(Some).ok_or_else(|| why(Reason::Dynamic, "the configuration it names is not in this tree"))
}

/// Reads a file over what it extends.
fn read(query: &Query<'_>, path: &RepoPath, config: &mut Config) -> Result<(), Why> {
    let seen = config.files.iter().any(|place| place.path == *path);
    if seen || config.files.len() >= FILES {
        return Err(Why::new(Reason::Unreadable, "`extends` goes in a circle, or on for too long").at(Place::file(path.clone())));
    }
    config.files.push(Place::file(path.clone()));
    let document = query.document(path, Format::Json)?;
    let root = document.root();
    if root.kind() != Kind::Mapping {
        return Err(Why::new(Reason::Unreadable, "the configuration is not an object").at(root.place()));
    }
    if let Some(extends) = root.get("extends") {
        let items: Vec<Value<'_>> =
            if extends.kind() == Kind::Sequence { extends.items().take(FILES).collect() } else { vec![extends] };
        for item in items {
            extend(query, path, item, config)?;
        }
    }
    settings(root, config)
}

fn extend(query: &Query<'_>, from: &RepoPath, item: Value<'_>, config: &mut Config) -> Result<(), Why> {
    let text = item.as_str().ok_or_else(|| wrong(item, "`extends` is not a path"))?;
    let snapshot = query.world.snapshot;
    let target = if text == "//" {
        // The project's root configuration, above this one.
        let above = from.parent().parent();
        let root = |path: &RepoPath| {
            snapshot
                .document(path, Format::Json)
                .is_ok_and(|document| document.root().get("root").is_none_or(|root| root.as_bool() != Reading::Is(false)))
        };
        let mut candidates =
            above.ancestors().flat_map(|directory| names().filter_map(move |name| directory.join(name)).collect::<Vec<_>>());
        candidates.find(|path| snapshot.is_file(path) && root(path))
    } else {
        from.parent().join(text).filter(|path| snapshot.is_file(path))
    };
    match target {
        Some(target) => read(query, &target, config),
        None => {
            let package = !text.starts_with('.') && !text.starts_with('/') && text != "//";
            let reason = if package { Reason::Remote } else { Reason::Dynamic };
            let why = Why::new(reason, "what it extends is not in this tree").at(item.place());
            config.doubt = config.doubt.take().or(Some(why));
            Ok(())
        }
    }
}

fn wrong(value: Value<'_>, text: &str) -> Why {
    value.disputed().unwrap_or_else(|| Why::new(Reason::Unreadable, text).at(value.place()))
}

/// Lays a file's own settings over what is there.
fn settings(root: Value<'_>, config: &mut Config) -> Result<(), Why> {
    let linter = root.get("linter");
    for (key, value) in [("linter", linter), ("javascript", root.route(&["javascript", "linter"]))] {
        if let Some(enabled) = enabled(value)? {
            config.enabled.insert(key, enabled);
        }
    }
    config
        .rules
        .merge(&Rules::read(linter.and_then(|linter| linter.get("rules")), linter.and_then(|linter| linter.get("domains")))?);
    for (section, table) in [("files", root.get("files")), ("linter", linter)] {
        let Some(table) = table else { continue };
        for (key, name) in Key::ALL {
            let Some(value) = table.get(name) else { continue };
            let mut items = texts(value)?;
            let place = value.key_place().unwrap_or_else(|| value.place());
            // What a file extends stands in front of its own (biome_deserialize/src/merge.rs).
            let slot = config.lists.remove(&(section, name));
            let before = slot.map(|(_, written)| written.items).unwrap_or_default();
            items.splice(0..0, before);
            if items.len() > ITEMS {
                return Err(wrong(value, "too long a list of patterns"));
            }
            config.lists.insert((section, name), (key, Written { place, items }));
        }
    }
    for item in root.get("overrides").into_iter().flat_map(Value::items).take(ITEMS) {
        let Some(linter) = item.get("linter") else { continue };
        let of = |(key, name): &(Key, &'static str)| Some((*key, item.get(name)?)).filter(|(key, _)| *key != Key::Ignore);
        let Some((key, patterns)) = Key::ALL.iter().find_map(of) else { continue };
        let written = Written { place: patterns.place(), items: texts(patterns)? };
        let Some(includes) = Includes::of(key, written, false, false) else { continue };
        let rules = Rules::read(linter.get("rules"), linter.get("domains"))?;
        config.overrides.push(Override { includes, enabled: enabled(Some(linter))?, rules });
    }
    Ok(())
}

fn enabled(linter: Option<Value<'_>>) -> Result<Option<(bool, Place)>, Why> {
    let Some(value) = linter.and_then(|linter| linter.get("enabled")) else { return Ok(None) };
    match value.as_bool() {
        Reading::Is(enabled) => Ok(Some((enabled, value.place()))),
        Reading::Absent if value.kind() == Kind::Null => Ok(None),
        _ => Err(wrong(value, "not a boolean")),
    }
}

fn texts(value: Value<'_>) -> Result<Vec<(String, Place)>, Why> {
    if value.kind() != Kind::Sequence || value.len() > ITEMS {
        return Err(wrong(value, "not a list of patterns, or too long a one"));
    }
    value.items().map(|item| Ok((item.as_str().ok_or_else(|| wrong(item, "not a pattern"))?.to_owned(), item.place()))).collect()
}
