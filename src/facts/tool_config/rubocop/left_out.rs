//! Owns whether `AllCops` of a configuration, with what it inherits, leaves out every file of the product. Refuses what lies behind
//! something that is not known: that may say otherwise.
//!
//! Facts of RuboCop 1.89.0: lib/rubocop/path_util.rb `match_path?` (`File.fnmatch?` by path); lib/rubocop/config.rb
//! `base_dir_for_path_parameters` (patterns are relative to a file called `.rubocop…`, else to the working directory);
//! lib/rubocop/config_loader_resolver.rb `should_union?` (what is nearer replaces a list, but where `inherit_mode` merges it).

use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::super::{Query, coverage};
use crate::answer::Why;
use crate::doc::{Document, Value};
use crate::text::{Place, RepoPath};

/// A pattern, and the directory it is relative to.
struct Pattern {
    glob: GlobMatcher,
    base: RepoPath,
}

/// The list that leaves no file of those below `directory`, to which the configuration is nearest; `layers`: what is nearer first.
pub(super) fn every_file(layers: &[Result<Arc<Document>, Why>], query: &Query<'_>, directory: &RepoPath) -> Option<Place> {
    let files: Vec<RepoPath> =
        coverage::files(query, &["ruby"], &RepoPath::root()).iter().filter_map(|path| RepoPath::new(path)).collect();
    let files: Vec<RepoPath> = files.into_iter().filter(|file| file.is_in(directory)).collect();
    if files.is_empty() {
        return None;
    }
    let meets = |patterns: &[Pattern], file: &RepoPath| {
        patterns.iter().any(|one| file.below(&one.base).is_some_and(|path| one.glob.is_match(path)))
    };
    let (excluded, place) = listed(layers, query, "Exclude");
    if files.iter().all(|file| meets(&excluded, file)) {
        return place;
    }
    let (included, place) = listed(layers, query, "Include");
    place.filter(|_| !files.iter().any(|file| meets(&included, file)))
}

/// The patterns of a list of `AllCops` that are in force, and where the nearest stands.
fn listed(layers: &[Result<Arc<Document>, Why>], query: &Query<'_>, key: &str) -> (Vec<Pattern>, Option<Place>) {
    let (mut patterns, mut place, mut merges) = (Vec::new(), None, false);
    for document in layers.iter().map_while(|layer| layer.as_ref().ok()) {
        let file = &document.file().path;
        let base = if file.file_name().starts_with(".rubocop") { file.parent() } else { query.directory.clone() };
        let (root, all) = (document.root(), document.root().get("AllCops"));
        let mode = all.and_then(|all| all.get("inherit_mode")).or_else(|| root.get("inherit_mode"));
        let merged = mode.and_then(|mode| mode.get("merge")).into_iter().flat_map(Value::items);
        merges |= merged.filter_map(Value::scalar).any(|name| name == key);
        let Some(list) = all.and_then(|all| all.get(key)).filter(|list| key == "Exclude" || !list.is_empty()) else { continue };
        let glob = |text: &str| GlobBuilder::new(text).literal_separator(true).build().ok().map(|glob| glob.compile_matcher());
        let globs = list.items().filter_map(Value::scalar).filter_map(glob);
        patterns.extend(globs.map(|glob| Pattern { glob, base: base.clone() }));
        place.get_or_insert_with(|| list.place());
        if !merges {
            break;
        }
    }
    (patterns, place)
}
