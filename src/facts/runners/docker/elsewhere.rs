//! Owns whether a container holds nothing of the tree that a task runner would read: an image that nothing here makes, with
//! mounts that bring no task file. Refuses to know what such an image holds.

use std::sync::OnceLock;

use crate::facts::meter::COPY;
use crate::facts::runners::{self, World};
use crate::facts::shell::Word;
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;
use crate::source::EntryKind;
use crate::text::RepoPath;

/// Files that are looked into for what builds an image, and entries of mounts that are looked at.
const LOOKED: usize = 512;

/// Whether task runners that start in the container, wherever, find nothing of the tree.
pub(super) fn is_apart(image: &Word, workdir: &Workdir, world: &World<'_>) -> bool {
    image.value.as_deref().is_some_and(|name| !is_made_here(name, image, world))
        && workdir.mounts().iter().all(|(_, tree)| !holds_tasks(tree, world))
}

/// Files of a tree that may build images, once they were asked for.
#[derive(Default)]
pub(in crate::facts::runners) struct MayBuild(OnceLock<Vec<RepoPath>>);

impl MayBuild {
    fn of(&self, snapshot: &Snapshot) -> &[RepoPath] {
        self.0.get_or_init(|| {
            let files = snapshot.entries().iter().filter(|entry| entry.is_file() && may_build(&entry.path));
            files.map(|entry| entry.path.clone()).collect()
        })
    }
}

/// Whether a file that builds images names this one, other than where it is run.
fn is_made_here(name: &str, run: &Word, world: &World<'_>) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name).split([':', '@']).next().unwrap_or_default();
    if last.is_empty() || name.contains(crate::facts::shell::UNKNOWN_CHAR) {
        return true;
    }
    let makes = &world.catalog.programs.image_makers;
    for (count, path) in world.seen.may_build.of(world.snapshot).iter().enumerate() {
        let Ok(file) = world.snapshot.peek(path) else { return true };
        if count >= LOOKED || !world.meter.spend(COPY + file.text.len() / 64) {
            return true;
        }
        let elsewhere = |(at, _): (usize, &str)| {
            *path != run.place.path || !(run.place.line..=run.place.end_line).contains(&file.lines().line(at))
        };
        let named = || file.text.match_indices(last).any(elsewhere);
        if makes.iter().any(|word| file.text.contains(word)) && named() {
            return true;
        }
    }
    false
}

/// Whether a file may be one that builds images: pipelines, task files, compose and bake files.
fn may_build(path: &RepoPath) -> bool {
    let name = path.file_name();
    let pipeline =
        (name.ends_with(".yml") || name.ends_with(".yaml")) && (path.as_str().starts_with('.') || !path.as_str().contains('/'));
    pipeline || name.starts_with("docker-bake") || runners::is_task_file(path)
}

/// Whether a task runner would read something there.
fn holds_tasks(tree: &RepoPath, world: &World<'_>) -> bool {
    let entries = world.snapshot.under(tree);
    let task = |path: &RepoPath| runners::is_task_file(path);
    entries.len() > LOOKED * 8
        || world.snapshot.entry(tree).is_some_and(|entry| entry.is_file() && task(tree))
        || entries.iter().any(|entry| !entry.is_file() || entry.kind == EntryKind::Executable || task(&entry.path))
}
