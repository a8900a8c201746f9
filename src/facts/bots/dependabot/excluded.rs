//! Owns `exclude-paths` of an entry: the line that takes a path out. Refuses to say what becomes of what is left.

use globset::{GlobBuilder, GlobMatcher};

use super::super::Remedy;
use super::super::targets::Target;
use crate::doc::Value;
use crate::text::{Place, RepoPath};

/// One pattern.
pub(super) struct Excluded<'d> {
    text: &'d str,
    glob: GlobMatcher,
    place: Place,
}

impl<'d> Excluded<'d> {
    /// A pattern past this bound takes nothing out; compiling it would be the cost.
    pub(super) fn read(value: Value<'d>) -> Option<Self> {
        let text = value.scalar()?;
        let path = text.trim_matches('/');
        let glob = (path.len() <= 512).then(|| GlobBuilder::new(path).literal_separator(true).build().ok()).flatten()?;
        Some(Self { text, glob: glob.compile_matcher(), place: value.place() })
    }

    /// Whether it takes a manifest of a target out: by its path, by what of it is below the target's directory, or by a directory above.
    fn takes(&self, path: &RepoPath, target: &Target<'_>) -> bool {
        let below = path.below(target.directory).unwrap_or_default();
        let glob = &self.glob;
        glob.is_match(path.as_str()) || glob.is_match(below) || path.ancestors().any(|above| glob.is_match(above.as_str()))
    }
}

/// The line that takes all manifests of a target out, and what to do about it. Workflows are taken out one by one: those that are left
/// are served.
pub(super) fn whole(list: &[Excluded<'_>], target: &Target<'_>) -> Option<(Place, Remedy)> {
    if target.ecosystem == "github-actions" {
        return None;
    }
    let mut hits = target.manifests.iter().map(|manifest| list.iter().find(|one| one.takes(&manifest.path, target)));
    let first = hits.next()??;
    let all = hits.all(|hit| hit.is_some());
    all.then(|| {
        let Excluded { text, place, .. } = first;
        let words = format!("`exclude-paths` of its entry has `{text}`");
        let fix = format!("take `{text}` out of `exclude-paths` at {}:{}", place.path, place.line);
        (place.clone(), Remedy { words, fix })
    })
}
