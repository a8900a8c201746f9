//! Owns which of ESLint's configurations is in effect, flat or legacy, and which releases read no legacy one. Refuses to read them.

use std::sync::Arc;

use super::module_of;
use super::node::What;
use super::resolve::Files;
use crate::answer::{Reason, Why};
use crate::catalog::Catalog;
use crate::doc::{Document, Format};
use crate::facts::releases;
use crate::facts::tool_config::{Misread, Query, arguments};
use crate::text::{Place, RepoPath};

/// Names of ESLint's own configurations of one kind, the one that it takes before the others first.
fn config_files(flat: bool) -> impl Iterator<Item = &'static str> {
    let places = Catalog::builtin().tool("eslint").into_iter().flat_map(|tool| &tool.config);
    places.map(|place| place.path.as_str()).filter(move |path| path.starts_with("eslint.config.") == flat)
}

/// Which files are in effect.
pub(super) enum Located {
    /// None, and none is looked for: the place of the flag that says so.
    Off(Place),
    /// None.
    Missing,
    /// One flat file.
    Flat(RepoPath),
    /// Legacy files, the farthest first.
    Legacy(Vec<RepoPath>),
}

impl Located {
    pub(super) fn is_flat(&self) -> bool {
        matches!(self, Self::Flat(_))
    }
}

pub(super) fn locate(query: &Query<'_>, files: &mut Files<'_>) -> Result<Located, Why> {
    let snapshot = query.world.snapshot;
    if let Some(given) = arguments::values(query.args, &["-c", "--config"]).pop() {
        let why = |reason, text: &str| Why::new(reason, text).at(given.place.clone());
        let value = given.value.ok_or_else(|| why(Reason::Dynamic, "the value of `--config` is computed"))?;
        let path = query.path(value).filter(|path| snapshot.is_file(path));
        let path = path.ok_or_else(|| why(Reason::Dynamic, "the configuration it names is not in this tree"))?;
        let legacy = is_legacy(&path, files);
        return Ok(if legacy { Located::Legacy(vec![path]) } else { Located::Flat(path) });
    }
    if let Some(word) = arguments::switch(query.args, &["--no-config-lookup", "--no-eslintrc"]) {
        return Ok(Located::Off(word.place.clone()));
    }
    let target = arguments::first_positional(query.args, &query.tool.value_flags);
    let target = target.and_then(|target| query.directory.join(target)).filter(|path| snapshot.is_dir(path));
    let starts = [Some(query.directory.clone()), target];
    let flat_off = matches!(query.env.get("ESLINT_USE_FLAT_CONFIG"), Some(Some(value)) if value == "false");
    if !flat_off {
        for start in starts.iter().flatten() {
            let found = start.ancestors().find_map(|directory| own_flat(query, &directory));
            if let Some(path) = found {
                return Ok(Located::Flat(path));
            }
        }
    }
    for start in starts.iter().flatten() {
        let found = cascade(query, files, start)?;
        if !found.is_empty() {
            return Ok(Located::Legacy(found));
        }
    }
    Ok(Located::Missing)
}

/// A file named by a flag: legacy by its name, or by keys that only legacy has.
fn is_legacy(path: &RepoPath, files: &mut Files<'_>) -> bool {
    let name = path.file_name();
    if name.starts_with(".eslintrc") || name.ends_with(".json") || name.ends_with(".yml") || name.ends_with(".yaml") {
        return true;
    }
    let Ok(module) = files.module(path) else { return false };
    let Some(export) = module.export.as_ref().filter(|export| matches!(export.what, What::Map(_))) else { return false };
    ["env", "root", "parserOptions", "overrides", "ignorePatterns"].iter().any(|key| export.get(key).is_some())
}

/// Legacy files from a directory upward to `root: true`, one a directory; the farthest first.
fn cascade(query: &Query<'_>, files: &mut Files<'_>, start: &RepoPath) -> Result<Vec<RepoPath>, Why> {
    let mut found = Vec::new();
    for directory in start.ancestors() {
        let Some(path) = own_legacy(query, &directory) else { continue };
        let root = module_of(files, query, &path)?
            .export
            .as_ref()
            .is_some_and(|export| matches!(export.get("root"), Some(node) if matches!(node.what, What::Bool(true))));
        found.push(path);
        if root {
            break;
        }
    }
    found.reverse();
    Ok(found)
}

/// The flat file that lies in exactly this directory.
pub(super) fn own_flat(query: &Query<'_>, directory: &RepoPath) -> Option<RepoPath> {
    config_files(true).filter_map(|name| directory.join(name)).find(|path| query.world.snapshot.is_file(path))
}

/// The legacy file that lies in exactly this directory.
pub(super) fn own_legacy(query: &Query<'_>, directory: &RepoPath) -> Option<RepoPath> {
    let mut candidates =
        config_files(false).filter_map(|name| directory.join(name)).filter(|path| query.world.snapshot.is_file(path));
    candidates.find(|path| path.file_name() != "package.json" || package_config(query, path).is_some())
}

fn package_config(query: &Query<'_>, path: &RepoPath) -> Option<Arc<Document>> {
    let document = query.world.snapshot.document(path, Format::Json).ok()?;
    document.root().get("eslintConfig").is_some().then_some(document)
}

/// Which releases read no legacy configuration (lib/eslint/eslint.js `shouldUseFlatConfig` and `locateConfigFileToUse` of 9.39;
/// docs/src/use/migrate-to-10.0.0.md): 9 reads it where a variable says so, 10 never.
pub(super) fn unread_since(query: &Query<'_>, place: Place) -> Misread {
    let kept = query.env.get_or_open("ESLINT_USE_FLAT_CONFIG").map(|value| value.as_deref().map(|value| value == "false"));
    let first = if kept == Some(Some(true)) { 10 } else { 9 };
    Misread {
        ends: vec![releases::from((first, 0, 0), None)],
        otherwise: Vec::new(),
        sure: kept != Some(None),
        unless_known: true,
        place,
        mend: Some("ask for release 8 of ESLint, or write an `eslint.config.mjs` in place of what stands".to_owned()),
        always: false,
        why: format!(
            "ESLint from version {first} on does not read this configuration, and ends with an error where there is no other"
        ),
    }
}
