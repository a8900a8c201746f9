//! Owns what `.dockerignore` makes of a build: whether it keeps every source file of the context, or all of a language, out of the image,
//! and which files a command reads there. Refuses what it keeps out of a language in part: which files a tool looks at is not known here.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use crate::answer::Reason;
use crate::facts::hold::{Hold, HoldEffect, Lost};
use crate::facts::kept_out::KeptOut;
use crate::facts::runners::World;
use crate::text::{Place, RepoPath};

/// Answers by context and Dockerfile: services and variants of a job build the same image again.
#[derive(Default)]
pub(in crate::facts::runners) struct Kept {
    sources: Mutex<Answers>,
    files: Mutex<Answers>,
}

type Answers = HashMap<(RepoPath, RepoPath), Option<Hold>>;

/// The answer that is known, or is found now.
fn once(known: &Mutex<Answers>, context: &RepoPath, dockerfile: &RepoPath, find: impl FnOnce() -> Option<Hold>) -> Option<Hold> {
    let key = (context.clone(), dockerfile.clone());
    let kept = known.lock().map_or(None, |kept| kept.get(&key).cloned());
    kept.unwrap_or_else(|| {
        let answer = find();
        if let Ok(mut kept) = known.lock() {
            kept.insert(key, answer.clone());
        }
        answer
    })
}

/// The line that keeps the last source file of a context out of the image, when none is left, or none of some languages.
pub(super) fn all_sources(context: &RepoPath, dockerfile: &RepoPath, world: &World<'_>) -> Option<Hold> {
    once(&world.seen.ignored.sources, context, dockerfile, || find(context, dockerfile, world))
}

/// Whatever of its context an ignore file keeps out of the image, for what reads it there. The Dockerfile is read outside.
pub(super) fn files(context: &RepoPath, dockerfile: &RepoPath, world: &World<'_>) -> Option<Hold> {
    once(&world.seen.ignored.files, context, dockerfile, || {
        let kept_out = Arc::new(read(context, dockerfile, world)?);
        let place = Place::file(dockerfile.clone());
        let lost = Lost { files: Some((kept_out, usize::MAX)), ..Lost::default() };
        Some(Hold::new(HoldEffect::Void, place, "does not get into the image with it").of(lost))
    })
}

/// The ignore file of a build: one of its own for the Dockerfile comes before that of the context (docker, "Build context").
fn read(context: &RepoPath, dockerfile: &RepoPath, world: &World<'_>) -> Option<KeptOut> {
    let snapshot = world.snapshot;
    let own = dockerfile.parent().join(&format!("{}.dockerignore", dockerfile.file_name()));
    let path = own.into_iter().chain(context.join(".dockerignore")).find(|path| snapshot.is_file(path))?;
    KeptOut::read(context, &snapshot.read(&path).ok()?)
}

fn find(context: &RepoPath, dockerfile: &RepoPath, world: &World<'_>) -> Option<Hold> {
    let snapshot = world.snapshot;
    let kept_out = read(context, dockerfile, world)?;
    let language = |path: &RepoPath| {
        let (_, ending) = path.file_name().rsplit_once('.')?;
        let mut rows = world.catalog.languages.language.iter().filter(|row| row.directories.is_empty());
        rows.find(|row| row.extensions.iter().any(|known| known == ending)).map(|row| row.id.as_str())
    };
    // By language: the line that keeps the last file out, or none when a file is left.
    let mut found: BTreeMap<&str, Option<Place>> = BTreeMap::new();
    for entry in snapshot.under(context).iter().filter(|entry| entry.is_file()) {
        let Some(language) = language(&entry.path) else { continue };
        if found.get(language) == Some(&None) {
            continue;
        }
        world.meter.spend(kept_out.cost());
        found.insert(language, kept_out.line(&entry.path));
    }
    let place = found.values().rev().find_map(Clone::clone)?;
    let (gone, left): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, place)| place.is_some());
    let [gone, left] = [gone, left].map(|rows| rows.into_iter().map(|(language, _)| language.to_owned()).collect::<Vec<_>>());
    let hold = |why: &str| Hold::new(HoldEffect::Void, place.clone(), why);
    Some(if left.is_empty() {
        hold("no source file of the tree gets into the image with it")
    } else {
        hold("none of the source files that it looks at gets into the image with it").of(Lost { gone, left, files: None })
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
