//! Owns lists of patterns that take files in and out. Refuses to know which key they stand at.

use globset::GlobSet;

use crate::facts::tool_config::coverage;
use crate::text::Place;

/// Patterns in order; those with `!` take out.
#[derive(Clone, Debug)]
pub(super) struct Includes {
    negated: Vec<bool>,
    globs: GlobSet,
    /// The last pattern's place.
    pub(super) place: Place,
}

impl Includes {
    /// `includes` of version 2. A list that begins with an exception excepts from everything.
    pub(super) fn of(patterns: &[(String, Place)]) -> Option<Self> {
        let place = patterns.last()?.1.clone();
        let all = patterns[0].0.starts_with('!').then(|| "**".to_owned());
        Some(Self::build(all.into_iter().chain(patterns.iter().map(|(text, _)| text.clone())), place))
    }

    /// `ignore` of version 1, whose patterns hold at any depth.
    pub(super) fn ignoring(patterns: &[(String, Place)]) -> Option<Self> {
        let place = patterns.last()?.1.clone();
        let each = patterns.iter().flat_map(|(text, _)| [format!("!{text}"), format!("!**/{text}")]);
        Some(Self::build(std::iter::once("**".to_owned()).chain(each), place))
    }

    fn build(texts: impl Iterator<Item = String>, place: Place) -> Self {
        let (mut negated, mut bare) = (Vec::new(), Vec::new());
        for text in texts {
            negated.push(text.starts_with('!'));
            let plain = text.trim_start_matches('!').trim_start_matches("./").trim_end_matches('/');
            bare.push(if matches!(plain, "" | ".") { "**".to_owned() } else { plain.to_owned() });
        }
        Self { negated, globs: coverage::globs(bare.iter().map(String::as_str), true), place }
    }

    /// Whether a path is taken: the last pattern that matches it, or a directory above it, decides.
    pub(super) fn passes(&self, path: &str) -> bool {
        let last = |part: &str| self.globs.matches(part).into_iter().max();
        let above = path.match_indices('/').filter_map(|(at, _)| last(&path[..at]));
        let latest = above.chain(last(path)).max();
        latest.is_some_and(|at| !self.negated.get(at).copied().unwrap_or(true))
    }
}
