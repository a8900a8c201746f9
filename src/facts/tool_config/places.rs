//! Owns where a tool's configuration lies: the nearest file of a catalogue row, whether it is in effect, and the value at a
//! key in it. Refuses tool-specific meaning: what names a configuration is data (`config_by`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Query, arguments, settled};
use crate::answer::{Reason, Why};
use crate::catalog::tool::{ConfigPlace, Effect};
use crate::doc::{Document, Format, Value};
use crate::facts::pipeline::Input;
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
        "neon" => Some(Format::Neon),
        _ if name.ends_with(".neon.dist") => Some(Format::Neon),
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

/// Why the file of a row that lies nearest, where there is one, cannot be read.
pub(super) fn unread(query: &Query<'_>, row: &ConfigPlace) -> Option<Why> {
    let snapshot = query.world.snapshot;
    let paths = query.directory.ancestors().filter_map(|directory| directory.join(&row.path));
    let path = paths.into_iter().find(|path| snapshot.is_file(path))?;
    let unread = snapshot.document(&path, format_in(snapshot, &path)?).err()?;
    Some(super::unreadable(&unread))
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

/// Which configuration an invocation reads.
pub enum Chosen {
    /// What lies where the tool looks by itself.
    ByItself,
    /// None.
    Nothing,
    /// This file, in place of all others.
    File(RepoPath),
}

/// Which configuration is read: of the last flag that names one, else of an input or a variable.
///
/// # Errors
/// Why the configuration that is named is not known.
pub fn chosen(query: &Query<'_>, inputs: &BTreeMap<String, Input>) -> Result<Chosen, Why> {
    let by = &query.tool.config_by;
    if super::super::matching::find_flag(&by.none, None, query.args).is_some() {
        return Ok(Chosen::Nothing);
    }
    let snapshot = query.world.snapshot;
    let named = |value: Option<&str>, place: &Place| {
        let why = |text: &str| Why::new(Reason::Dynamic, text).at(place.clone());
        let value = value.ok_or_else(|| why("the name of the configuration is computed"))?;
        let path = query.path(value.trim());
        // A directory stands for the tool's own file in it.
        let own = |directory: &RepoPath| {
            let files = query.tool.config.iter().filter_map(|row| directory.join(&row.path));
            files.into_iter().find(|file| snapshot.is_file(file))
        };
        let path = path.and_then(|path| if snapshot.is_dir(&path) { own(&path) } else { Some(path) });
        let path = path.filter(|path| snapshot.is_file(path));
        path.map(Chosen::File).ok_or_else(|| why("the configuration it names is not in this tree"))
    };
    let flags: Vec<&str> = by.flag.iter().map(String::as_str).collect();
    let mut given = arguments::values(query.args, &flags);
    // A setting in place of a file name (`--config key=value`) lies over the file.
    given.retain(|given| !given.value.is_some_and(|value| value.contains('=')));
    if let Some(given) = given.pop() {
        return named(given.value, given.place);
    }
    let rows = query.tool.config.iter().filter_map(|row| row.named_by_input.as_ref()).map(|of| &of.input);
    let input = rows.chain(&by.input).find_map(|name| inputs.get(name));
    if let Some(input) = input.filter(|input| input.value.as_deref().is_none_or(|value| !value.trim().is_empty())) {
        return named(input.value.as_deref(), &input.text.place(0..input.text.text().len()));
    }
    let variable = by.env.iter().find_map(|name| query.env.get(name));
    match variable.filter(|value| value.as_deref() != Some("")) {
        Some(value) => named(value.as_deref(), query.here),
        None => Ok(Chosen::ByItself),
    }
}

/// The value that a catalogue `key` effect asks for, where it is accepted: in the configuration that the invocation reads, or in
/// another file that the tool reads by itself.
///
/// # Errors
/// Why the configuration, or what stands at the key, has no one reading.
pub fn value_place(
    query: &Query<'_>,
    inputs: &BTreeMap<String, Input>,
    effect: &Effect,
    key: &str,
    accepts: impl Fn(Value<'_>) -> Result<bool, Why>,
) -> Result<Option<Place>, Why> {
    let own = |path: &str| query.tool.config.iter().any(|row| row.path == path);
    let path = effect.path.as_deref();
    let value = match chosen(query, inputs) {
        Ok(Chosen::Nothing) if path.is_none_or(own) => return Ok(None),
        Ok(Chosen::File(file)) if path.is_none_or(own) => {
            let named = in_file(query, &file, path)?;
            let said = named.as_ref().is_some_and(|(document, prefix)| at(document, prefix.as_deref(), key).is_some());
            if said || !query.tool.config_by.adds { named } else { found_value(query, path)? }
        }
        Err(why) if path.is_none_or(own) => return Err(why),
        _ => found_value(query, path)?,
    };
    let Some((document, prefix)) = value else { return Ok(None) };
    if let Some(why) = settled::contested(&document, prefix.as_deref(), key) {
        return Err(why);
    }
    match at(&document, prefix.as_deref(), key) {
        Some(value) if accepts(value)? => Ok(Some(value.place())),
        _ => Ok(None),
    }
}

/// A document, and the key in it below which the tool's settings lie.
pub type InForce = (Arc<Document>, Option<String>);

/// The document that an invocation reads, and the key in it below which the tool's settings lie; `None`: it reads none.
///
/// # Errors
/// Why the configuration that is named is not known.
pub fn in_force(query: &Query<'_>, inputs: &BTreeMap<String, Input>) -> Result<Option<InForce>, Why> {
    match chosen(query, inputs)? {
        Chosen::Nothing => Ok(None),
        Chosen::File(file) => in_file(query, &file, None),
        Chosen::ByItself => found_value(query, None),
    }
}

/// The file that is named. Its keys are those of the tool's file of the same name, else of one of the same format; a
/// name that tells no format has that of the tool's first file.
pub(super) fn in_file(query: &Query<'_>, file: &RepoPath, path: Option<&str>) -> Result<Option<InForce>, Why> {
    let format_of_row = |path: &str| RepoPath::new(path).as_ref().and_then(format_of);
    let usual = || query.tool.config.iter().find_map(|row| format_of_row(&row.path));
    let Some(format) = format_of(file).or_else(usual) else { return Ok(None) };
    // JSON is YAML as well.
    let family = |format: Format| if format == Format::Json { Format::Yaml } else { format };
    if path.and_then(format_of_row).is_some_and(|own| family(own) != family(format)) {
        return Ok(None);
    }
    let document = query.world.snapshot.document(file, format).map_err(|unread| super::unreadable(&unread))?;
    let same_name = |row: &&ConfigPlace| path.is_none() && row.path.rsplit('/').next() == Some(file.file_name());
    let prefix = query.tool.config.iter().find(same_name).and_then(|row| row.key.clone());
    Ok(Some((document, prefix)))
}

/// The value at a key below the one where the tool's settings lie.
#[must_use]
pub fn at<'d>(document: &'d Document, prefix: Option<&str>, key: &str) -> Option<Value<'d>> {
    match prefix {
        None => at_key(document, key),
        Some(prefix) => at_key(document, prefix)?.route(&key.split('.').collect::<Vec<_>>()),
    }
}

/// Of the tool's configuration files in effect the first one that exists, or `path` from the working directory upward; with the
/// key below which its settings lie.
///
/// # Errors
/// Why that file cannot be read.
fn found_value(query: &Query<'_>, path: Option<&str>) -> Result<Option<InForce>, Why> {
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
        None => query.tool.config.iter().filter(|row| row.named_by_input.is_none()).cloned().collect(),
    };
    for row in rows {
        let file_row = ConfigPlace { key: None, ..row.clone() };
        let Some(found) = nearest(snapshot, &file_row, query.directory).filter(|found| in_effect(&row, query, found)) else {
            continue;
        };
        let Some(document) = found.document else {
            // A file of many tools says nothing of this one as long as it cannot be read; one of its own is what it reads.
            let format = format_in(snapshot, &found.path).filter(|_| row.key.is_none() && path.is_none());
            match format.map(|format| snapshot.document(&found.path, format)) {
                Some(Err(unread)) => return Err(super::unreadable(&unread)),
                _ => continue,
            }
        };
        if row.key.as_deref().is_none_or(|prefix| at_key(&document, prefix).is_some()) {
            return Ok(Some((document, row.key)));
        }
    }
    Ok(None)
}
