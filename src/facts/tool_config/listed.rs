//! Owns the targets that a tool's own configuration lists for a command that names none. Refuses what lies beside them: what is
//! excluded is `excluded`.

use std::collections::BTreeMap;

use super::{Query, places};
use crate::answer::Why;
use crate::catalog::tool::Targets;
use crate::doc::Value;
use crate::facts::matching::find_flag;
use crate::facts::pipeline::Input;
use crate::text::{Place, RepoPath};

/// Paths taken.
const PATHS: usize = 500;

/// Directories in which modules are looked for by their names.
const SOURCES: &[&str] = &["", "src"];

/// What a configuration lists.
pub struct Listed {
    /// The paths that are known.
    pub paths: Vec<RepoPath>,
    /// Whether all are.
    pub whole: bool,
    /// Where the list stands.
    pub place: Place,
}

/// What the configuration in force lists; `None`: it lists nothing, or the command says that it does not count.
///
/// # Errors
/// Why the configuration that is named is not known.
pub fn listed(shape: &Targets, query: &Query<'_>, inputs: &BTreeMap<String, Input>) -> Result<Option<Listed>, Why> {
    if shape.listed_in.is_empty() || find_flag(&shape.unlisted_by, None, query.args).is_some() {
        return Ok(None);
    }
    let Some((document, prefix)) = places::in_force(query, inputs)? else { return Ok(None) };
    let base = if shape.listed_from_file { document.file().path.parent() } else { query.directory.clone() };
    let mut found: Option<Listed> = None;
    let keys = shape.listed_in.iter().map(|key| (key, false)).chain(shape.listed_modules.iter().map(|key| (key, true)));
    for (key, modules) in keys {
        let Some(value) = places::at(&document, prefix.as_deref(), key) else { continue };
        let texts: Vec<&str> =
            value.scalar().map_or_else(|| value.items().filter_map(Value::scalar).collect(), |text| vec![text]);
        for text in texts.into_iter().flat_map(|text| text.split([',', '\n'])).map(str::trim).filter(|text| !text.is_empty()) {
            let known = if modules { module(text, query) } else { path(text, &base, query) };
            let list = found.get_or_insert_with(|| Listed { paths: Vec::new(), whole: true, place: value.place() });
            list.whole &= known.is_some() && list.paths.len() < PATHS;
            list.paths.extend(known.filter(|_| list.whole));
        }
    }
    Ok(found)
}

/// A path as it is written; of a pattern the directory that it begins with.
fn path(text: &str, base: &RepoPath, query: &Query<'_>) -> Option<RepoPath> {
    let (base, text) = match text.strip_prefix("%currentWorkingDirectory%") {
        Some(rest) => (query.directory, rest.trim_start_matches('/')),
        None => (base, text),
    };
    if text.starts_with(['/', '~', '!']) || text.contains(['$', '%']) {
        return None;
    }
    let fixed = text.split(['*', '?', '[', '{']).next().unwrap_or(text);
    let fixed = if fixed.len() < text.len() { fixed.rsplit_once('/').map_or(".", |(head, _)| head) } else { fixed };
    base.join(fixed)
}

/// Where a module lies that is named with dots; `None`: it is no part of the tree, or elsewhere in it.
fn module(name: &str, query: &Query<'_>) -> Option<RepoPath> {
    let snapshot = query.world.snapshot;
    let below = name.replace('.', "/");
    let mut named = SOURCES.iter().filter_map(|source| query.directory.join(source)?.join(&below));
    named.find_map(|path| match snapshot.is_dir(&path) {
        true => Some(path),
        false => RepoPath::new(&format!("{path}.py")).filter(|file| snapshot.is_file(file)),
    })
}
