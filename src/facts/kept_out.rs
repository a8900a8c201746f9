//! Owns which files of a build context an ignore file keeps out of an image. Refuses to say what the image holds instead.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use crate::text::{Place, RepoPath, SourceFile, Span};

/// Patterns of one file.
const PATTERNS: usize = 256;

/// The patterns of a `.dockerignore` over its context.
#[derive(Clone, Debug)]
pub struct KeptOut {
    context: RepoPath,
    file: Arc<SourceFile>,
    patterns: Vec<(GlobMatcher, bool, Span)>,
}

impl KeptOut {
    /// Reads an ignore file; `None` where a pattern is not understood, since it may keep anything in.
    #[must_use]
    pub fn read(context: &RepoPath, file: &Arc<SourceFile>) -> Option<Self> {
        let mut patterns = Vec::new();
        let mut offset = 0;
        for line in file.text.split_inclusive('\n') {
            let span = Span::new(offset, offset + line.trim_end().len());
            offset += line.len();
            let text = line.trim();
            if text.is_empty() || text.starts_with('#') || patterns.len() >= PATTERNS {
                continue;
            }
            let (kept, pattern) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
            let pattern = pattern.trim().trim_start_matches("./").trim_matches('/');
            let glob = GlobBuilder::new(pattern).literal_separator(true).build().ok()?;
            patterns.push((glob.compile_matcher(), kept, span));
        }
        Some(Self { context: context.clone(), file: Arc::clone(file), patterns })
    }

    /// How many patterns a path is held against.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.patterns.len()
    }

    /// The line that keeps a file of the context out.
    #[must_use]
    pub fn line(&self, path: &RepoPath) -> Option<Place> {
        let below = path.below(&self.context)?;
        let heads = || below.match_indices('/').map(|(at, _)| &below[..at]).chain([below]);
        let last = self.patterns.iter().rfind(|(glob, ..)| heads().any(|head| glob.is_match(head)))?;
        (!last.1).then(|| self.file.place(last.2))
    }

    fn key(&self) -> (&RepoPath, &RepoPath) {
        (&self.context, &self.file.path)
    }
}

impl PartialEq for KeptOut {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for KeptOut {}

impl PartialOrd for KeptOut {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for KeptOut {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for KeptOut {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
