//! Owns `.dockerignore`: whether it keeps every source file of the context out of an image. Refuses what it keeps out in part:
//! which files a tool looks at is not known here.

use globset::GlobBuilder;

use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::runners::World;
use crate::text::{RepoPath, Span};

/// Patterns of one file.
const PATTERNS: usize = 256;

/// The line that keeps the last source file of a context out of the image, when none is left.
pub(super) fn all_sources(context: &RepoPath, dockerfile: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let snapshot = world.snapshot;
    // A file of its own for the Dockerfile comes before that of the context (docker, "Build context").
    let own = dockerfile.parent().join(&format!("{}.dockerignore", dockerfile.file_name()));
    let path = own.into_iter().chain(context.join(".dockerignore")).find(|path| snapshot.is_file(path))?;
    let file = snapshot.read(&path).ok()?;
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
        // A pattern that is not read may keep anything in.
        let glob = GlobBuilder::new(pattern).literal_separator(true).build().ok()?;
        patterns.push((glob.compile_matcher(), kept, span));
    }
    let languages = &world.catalog.languages.language;
    let is_source = |path: &RepoPath| {
        let ending = path.file_name().rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| {
            languages.iter().any(|row| row.directories.is_empty() && row.extensions.iter().any(|known| known == ending))
        })
    };
    let inside = if context.is_root() { String::new() } else { format!("{context}/") };
    let mut last = None;
    for entry in snapshot.under(context).iter().filter(|entry| entry.is_file() && is_source(&entry.path)) {
        let Some(below) = entry.path.as_str().strip_prefix(&inside) else { continue };
        world.meter.spend(patterns.len());
        let heads = || below.match_indices('/').map(|(at, _)| &below[..at]).chain([below]);
        let (_, kept, span) = patterns.iter().rfind(|(glob, ..)| heads().any(|head| glob.is_match(head)))?;
        if *kept {
            return None;
        }
        last = Some(*span);
    }
    let why = "no source file of the tree gets into the image with it";
    Some(Hold::new(HoldEffect::Void, file.place(last?), why))
}
