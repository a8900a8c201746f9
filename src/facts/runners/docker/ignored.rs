//! Owns `.dockerignore`: whether it keeps every source file of the context, or all of a language, out of an image. Refuses what it
//! keeps out of one in part: which files a tool looks at is not known here.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use globset::GlobBuilder;

use crate::answer::Reason;
use crate::facts::hold::{Hold, HoldEffect, Lost};
use crate::facts::runners::World;
use crate::text::{RepoPath, Span};

/// Patterns of one file.
const PATTERNS: usize = 256;

/// The answers of [`all_sources`], by context and Dockerfile: services and variants of a job build the same image again.
#[derive(Default)]
pub(in crate::facts::runners) struct Kept(Mutex<HashMap<(RepoPath, RepoPath), Option<Hold>>>);

/// The line that keeps the last source file of a context out of the image, when none is left, or none of some languages.
pub(super) fn all_sources(context: &RepoPath, dockerfile: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let key = (context.clone(), dockerfile.clone());
    let kept = world.seen.ignored.0.lock().map_or(None, |kept| kept.get(&key).cloned());
    kept.unwrap_or_else(|| {
        let answer = find(context, dockerfile, world);
        if let Ok(mut kept) = world.seen.ignored.0.lock() {
            kept.insert(key, answer.clone());
        }
        answer
    })
}

fn find(context: &RepoPath, dockerfile: &RepoPath, world: &World<'_>) -> Option<Hold> {
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
    let language = |path: &RepoPath| {
        let (_, ending) = path.file_name().rsplit_once('.')?;
        let mut rows = world.catalog.languages.language.iter().filter(|row| row.directories.is_empty());
        rows.find(|row| row.extensions.iter().any(|known| known == ending)).map(|row| row.id.as_str())
    };
    let inside = if context.is_root() { String::new() } else { format!("{context}/") };
    // By language: the line that keeps the last file out, or none when a file is left.
    let mut found: BTreeMap<&str, Option<Span>> = BTreeMap::new();
    for entry in snapshot.under(context).iter().filter(|entry| entry.is_file()) {
        let (Some(language), Some(below)) = (language(&entry.path), entry.path.as_str().strip_prefix(&inside)) else { continue };
        if found.get(language) == Some(&None) {
            continue;
        }
        world.meter.spend(patterns.len());
        let heads = || below.match_indices('/').map(|(at, _)| &below[..at]).chain([below]);
        let last = patterns.iter().rfind(|(glob, ..)| heads().any(|head| glob.is_match(head)));
        found.insert(language, last.filter(|(_, kept, _)| !kept).map(|(.., span)| *span));
    }
    let place = found.values().rev().find_map(|span| *span)?;
    let (gone, left): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, span)| span.is_some());
    let [gone, left] = [gone, left].map(|rows| rows.into_iter().map(|(language, _)| language.to_owned()).collect::<Vec<_>>());
    let hold = |why: &str| Hold::new(HoldEffect::Void, file.place(place), why);
    Some(if left.is_empty() {
        hold("no source file of the tree gets into the image with it")
    } else {
        hold("none of the source files that it looks at gets into the image with it").of(Lost { gone, left })
    })
}

/// What is left of it in a container with these bind mounts: they bring the tree as it is, or something of it.
pub(in crate::facts::runners) fn in_container(
    holds: &[Hold],
    image: &[(String, RepoPath)],
    bound: &[(String, RepoPath)],
) -> Vec<Hold> {
    if bound.is_empty() {
        return holds.to_vec();
    }
    if bound.iter().any(|(_, bound)| image.iter().all(|(_, tree)| tree.is_in(bound))) {
        return Vec::new();
    }
    let doubted = |hold: Hold| {
        let why = format!("{}; a mount may bring them", hold.why);
        Hold { effect: HoldEffect::Unknown(Reason::Unsupported), why, ..hold }
    };
    holds.iter().cloned().map(doubted).collect()
}
