//! Owns which files a bundler wrote, by names alone: hashes in them, and what lies beside them. Refuses file contents.

use std::collections::HashMap;

use crate::catalog::Languages;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// Chunks in a directory that make a build of it: one name with a hash may be somebody's own.
const CHUNKS: usize = 3;
/// Characters of a hash: webpack cuts at 20, Sprockets writes 64.
const HASH: std::ops::RangeInclusive<usize> = 8..=64;

/// By what a file is known to be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// This lies beside it.
    Beside(RepoPath),
    /// Its name and those around it have hashes.
    Hashes,
}

/// The built files of a tree.
pub(super) fn files(snapshot: &Snapshot, languages: &Languages) -> HashMap<RepoPath, Sign> {
    let mut built = HashMap::new();
    let mut chunks: HashMap<&str, Vec<&RepoPath>> = HashMap::new();
    for path in snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| &entry.path) {
        let Some((stem, extension)) = path.file_name().rsplit_once('.') else { continue };
        if !languages.chunk_extensions.iter().any(|known| known == extension) {
            continue;
        }
        if has_hash(stem) {
            chunks.entry(path.directory()).or_default().push(path);
        }
        let beside = |ending: &String| RepoPath::new(&format!("{path}{ending}")).filter(|path| snapshot.is_file(path));
        if let Some(beside) = languages.built_beside.iter().find_map(beside) {
            built.insert(path.clone(), Sign::Beside(beside));
        }
    }
    for chunk in chunks.into_values().filter(|all| all.len() >= CHUNKS).flatten() {
        built.entry(chunk.clone()).or_insert(Sign::Hashes);
    }
    built
}

/// `app.0c74d8ffd9bf568a`, `12.5f3e9c1a.chunk`, `application-<hash>`. Dates of migrations have no letters, words no digits.
fn has_hash(stem: &str) -> bool {
    let stem = stem.strip_suffix(".chunk").unwrap_or(stem);
    let hash = stem.rsplit_once(['.', '-']).map_or("", |(_, hash)| hash);
    let hex = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    HASH.contains(&hash.len())
        && hash.bytes().all(hex)
        && hash.bytes().any(|byte| byte.is_ascii_digit())
        && hash.bytes().any(|byte| byte.is_ascii_lowercase())
}
