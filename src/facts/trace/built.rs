//! Owns what was done to an image before something runs in it: its build takes files away or puts programs in place for what runs in
//! it, and for nothing else. Refuses to count the steps of the build as runs: they are followed where the image is built.

use super::before::{Change, What};
use super::{Frame, Tracer};
use crate::facts::runners::{Step, Target};
use crate::facts::supplied::Supplied;
use crate::text::{Place, RepoPath};

/// What stands for the commands of a build.
const BUILD: &str = "the build of the image";

/// What is known of a job outside of the image.
pub(super) struct Aside {
    changes: Vec<Change>,
    variables: Vec<Change>,
    edits: Vec<Change>,
    supplied: Supplied,
    whole: bool,
}

impl Tracer<'_> {
    /// What runs, and what is to be brought back when it has run.
    pub(super) fn in_its_image(&mut self, target: Target, frame: &Frame) -> (Target, Option<Aside>) {
        let Target::Built(target, steps) = target else { return (target, None) };
        if frame.never_starts() {
            return (*target, None);
        }
        let job = (frame.pipeline, frame.job);
        let of = |changes: &std::collections::BTreeMap<_, Vec<Change>>| changes.get(&job).cloned().unwrap_or_default();
        let aside = Aside {
            changes: of(&self.before.changes),
            variables: of(&self.before.variables),
            edits: of(&self.before.edits),
            supplied: self.supplied.get(&job).cloned().unwrap_or_default(),
            whole: !self.changed.contains(&job),
        };
        let out = std::mem::take(&mut self.out);
        let outside = aside.edits.len();
        let mut runs = Vec::new();
        for step in steps {
            match step {
                Step::Runs(next) => runs.push(*next),
                Step::Brings(paths) => {
                    self.follow(std::mem::take(&mut runs), BUILD.to_owned(), None, frame);
                    self.put_again(&paths, outside, frame);
                }
            }
        }
        self.follow(runs, BUILD.to_owned(), None, frame);
        let built = std::mem::replace(&mut self.out, out);
        // A step of the build stands before what runs in the image, not behind the line that runs it.
        let length = frame.chain.len();
        let all = [&mut self.before.changes, &mut self.before.variables, &mut self.before.edits];
        for change in all.into_iter().filter_map(|changes| changes.get_mut(&job)).flatten() {
            if change.chain.len() > length && change.chain[..length] == frame.chain[..] {
                change.chain.truncate(length + 1);
                change.chain.swap_remove(length.saturating_sub(1));
            }
        }
        if self.budget == 0 {
            // That no more is followed is said once.
            self.out.opaque.extend(built.opaque);
        }
        (*target, Some(aside))
    }

    /// Parts of the tree are as they are outside of the image again: what was done to them in it is undone.
    fn put_again(&mut self, paths: &[RepoPath], outside: usize, frame: &Frame) {
        let Some(edits) = self.before.edits.get_mut(&(frame.pipeline, frame.job)) else { return };
        // A file that the tree has not is brought by nothing, and taken away by nothing that is put beside it.
        let snapshot = self.world.snapshot;
        let has = |edited: &RepoPath| snapshot.is_file(edited) || snapshot.is_dir(edited);
        let inside = |edited: &RepoPath| has(edited) && paths.iter().any(|path| edited.is_in(path));
        let undone = |change: &&Change| matches!(&change.what, What::Edit(edit) if edit.path().is_some_and(inside));
        // The same lines have run where the image was built.
        let lines: Vec<Place> = edits.iter().skip(outside).filter(undone).map(|change| change.hold.place.clone()).collect();
        edits.retain(|change| !(undone(&change) && lines.contains(&change.hold.place)));
    }

    /// What runs next runs outside of the image.
    pub(super) fn leaves_image(&mut self, aside: Option<Aside>, frame: &Frame) {
        let Some(aside) = aside else { return };
        let job = (frame.pipeline, frame.job);
        self.before.changes.insert(job, aside.changes);
        self.before.variables.insert(job, aside.variables);
        self.before.edits.insert(job, aside.edits);
        self.supplied.insert(job, aside.supplied);
        if aside.whole {
            self.changed.remove(&job);
        }
    }
}
