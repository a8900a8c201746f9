//! Owns whether `AllCops` of one file leaves out every file of the product. Refuses lists of files that it inherits: those are relative to
//! another place.

use globset::{GlobBuilder, GlobMatcher};

use super::super::{Query, coverage};
use crate::doc::Value;
use crate::text::{Place, RepoPath};

/// The list that leaves no file (lib/rubocop/path_util.rb `match_path?`: `File.fnmatch?` by path; `Include` names what is looked at).
pub(super) fn every_file(root: Value<'_>, query: &Query<'_>, directory: &RepoPath) -> Option<Place> {
    let all = root.get("AllCops")?;
    let files = coverage::files(query, &["ruby"], directory);
    if files.is_empty() {
        return None;
    }
    let globs = |list: Value<'_>| -> Vec<GlobMatcher> {
        let glob = |text: &str| GlobBuilder::new(text).literal_separator(true).build().ok().map(|glob| glob.compile_matcher());
        list.items().filter_map(Value::scalar).filter_map(glob).collect()
    };
    let meets = |globs: &[GlobMatcher], file: &String| globs.iter().any(|glob| glob.is_match(file));
    if let Some(list) = all.get("Exclude") {
        let globs = globs(list);
        if files.iter().all(|file| meets(&globs, file)) {
            return Some(list.place());
        }
    }
    let list = all.get("Include").filter(|list| !list.is_empty())?;
    let globs = globs(list);
    (!files.iter().any(|file| meets(&globs, file))).then(|| list.place())
}
