//! Owns where a tool's configuration lies: the nearest file of a catalogue row, whether it is in effect, and the value at a
//! key in it. Refuses tool-specific meaning.

use std::sync::Arc;

use super::Query;
use crate::catalog::tool::ConfigPlace;
use crate::doc::{Document, Format, Value};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// The format that a file name promises.
#[must_use]
pub fn format_of(path: &RepoPath) -> Option<Format> {
    let name = path.file_name();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "toml" => Some(Format::Toml),
        "yml" | "yaml" => Some(Format::Yaml),
        "json" | "jsonc" | "json5" | "pyre_configuration" => Some(Format::Json),
        "cfg" | "ini" | "conf" | "properties" => Some(Format::Ini),
        _ if matches!(name, ".bandit" | ".flake8" | ".pylintrc" | "pylintrc" | ".npmrc") => Some(Format::Ini),
        _ if matches!(name, ".renovaterc" | ".eslintrc" | ".jshintrc") => Some(Format::Json),
        _ if matches!(name, ".clang-tidy") => Some(Format::Yaml),
        _ if matches!(name, "config") => Some(Format::Toml),
        _ => None,
    }
}

/// The format that a file is written in, where its name leaves that open: `.eslintrc` is JSON with comments, or YAML.
#[must_use]
pub fn format_in(snapshot: &Snapshot, path: &RepoPath) -> Option<Format> {
    let format = format_of(path)?;
    if path.file_name() != ".eslintrc" {
        return Some(format);
    }
    let braced = snapshot.read(path).is_ok_and(|file| {
        let lines = file.text.lines().map(str::trim);
        let mut said = lines.filter(|line| !line.is_empty() && !["//", "/*", "*"].iter().any(|mark| line.starts_with(mark)));
        said.next().is_none_or(|line| line.starts_with('{'))
    });
    Some(if braced { Format::Json } else { Format::Yaml })
}

/// The value at a dotted key (`tool.bandit`, `lints.clippy`); INI sections hold dots themselves, so the whole key is tried
/// as a section first.
#[must_use]
pub fn at_key<'d>(document: &'d Document, key: &str) -> Option<Value<'d>> {
    let root = document.root();
    // INI keys before any section lie in the section without a name.
    if let Some(value) = root.get(key).or_else(|| root.get("").and_then(|section| section.get(key))) {
        return Some(value);
    }
    let mut value = document.root();
    let mut rest = key;
    while !rest.is_empty() {
        // A key may hold dots itself (`[tool:pytest]`, `"lint.select"`): the longest one that exists wins.
        let mut cut = rest.len();
        loop {
            if let Some(found) = value.get(&rest[..cut]) {
                value = found;
                rest = rest[cut..].trim_start_matches('.');
                break;
            }
            cut = rest[..cut].rfind('.')?;
        }
    }
    Some(value)
}

/// A configuration file found for a row.
pub struct Found {
    /// The file.
    pub path: RepoPath,
    /// Its document, when its format is known and it parses.
    pub document: Option<Arc<Document>>,
    /// The key's place, or the file's first line.
    pub place: Place,
}

/// The nearest file of a row from `directory` up to the root, its key present.
#[must_use]
pub fn nearest(snapshot: &Snapshot, row: &ConfigPlace, directory: &RepoPath) -> Option<Found> {
    directory.ancestors().find_map(|dir| exactly(snapshot, row, &dir))
}

/// The file of a row in exactly this directory, its key present.
#[must_use]
pub fn exactly(snapshot: &Snapshot, row: &ConfigPlace, directory: &RepoPath) -> Option<Found> {
    let path = directory.join(&row.path)?;
    if row.path.ends_with('/') {
        return snapshot.is_dir(&path).then(|| Found { place: Place::file(path.clone()), path, document: None });
    }
    if !snapshot.is_file(&path) {
        return None;
    }
    let document = format_in(snapshot, &path).and_then(|format| snapshot.document(&path, format).ok());
    let place = match &row.key {
        Some(key) => {
            let value = at_key(document.as_deref()?, key)?;
            value.key_place().unwrap_or_else(|| value.place())
        }
        None => Place::file(path.clone()),
    };
    Some(Found { path, document, place })
}

/// Whether a row's file is in effect for an invocation: read by itself, or named by a flag.
#[must_use]
pub fn in_effect(row: &ConfigPlace, query: &Query<'_>, found: &Found) -> bool {
    let has = |flags: &[String]| super::super::matching::find_flag(flags, None, query.args).is_some();
    if !row.with.is_empty() && !has(&row.with) {
        return false;
    }
    if row.named_by.is_empty() {
        return true;
    }
    query.args.iter().enumerate().any(|(at, word)| {
        let Some(value) = word.value.as_deref() else { return false };
        row.named_by.iter().any(|flag| {
            let named = match value.strip_prefix(flag.as_str()) {
                Some("") => query.args.get(at + 1).and_then(|next| next.value.as_deref()),
                Some(rest) => rest.strip_prefix('=').or_else(|| (!flag.starts_with("--")).then_some(rest)),
                None => None,
            };
            named.is_some_and(|name| {
                query.directory.join(name).as_ref() == Some(&found.path) || name.ends_with(found.path.file_name())
            })
        })
    })
}

/// The value at a key of a file that an action's input names.
#[must_use]
pub fn value_in(query: &Query<'_>, name: &str, key: &str, accepts: impl Fn(Value<'_>) -> bool) -> Option<Place> {
    let path = query.path(name.trim()).filter(|path| query.world.snapshot.is_file(path))?;
    let document = query.world.snapshot.document(&path, format_of(&path)?).ok()?;
    at_key(&document, key).filter(|value| accepts(*value)).map(Value::place)
}

/// The document that holds a catalogue `key` effect for an invocation: of the tool's configuration files in effect the first
/// one that exists, or the named `path` from the working directory upward.
#[must_use]
pub fn value_place(query: &Query<'_>, path: Option<&str>, key: &str, accepts: impl Fn(Value<'_>) -> bool) -> Option<Place> {
    let snapshot = query.world.snapshot;
    let rows: Vec<ConfigPlace> = match path {
        Some(path) => vec![ConfigPlace {
            path: path.to_owned(),
            key: None,
            with: vec![],
            named_by: vec![],
            named_by_input: None,
            note: None,
        }],
        None => query.tool.config.clone(),
    };
    for row in rows {
        let file_row = ConfigPlace { key: None, ..row.clone() };
        let Some(found) = nearest(snapshot, &file_row, query.directory) else { continue };
        if !in_effect(&row, query, &found) {
            continue;
        }
        let Some(document) = &found.document else { continue };
        let value = match row.key.as_deref() {
            None => at_key(document, key),
            Some(prefix) => {
                let Some(base) = at_key(document, prefix) else { continue };
                base.route(&key.split('.').collect::<Vec<_>>())
            }
        };
        return value.filter(|value| accepts(*value)).map(Value::place);
    }
    None
}
