//! Owns whether one commit lies in the history of another, from the bytes of commit objects alone. Refuses grafts, shallow lists,
//! replace references and commit-graph files, any of which whoever wrote `.git` could have planted.

use std::collections::{BinaryHeap, HashSet};

use git2::Oid;

use super::commit;
use super::objects::{ObjectError, Objects};

/// Commits walked at most; the largest public histories have a tenth of that.
const MOST_COMMITS: usize = 20_000_000;

/// How a commit lies to a tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ancestry {
    /// In its history; `first_parent`: on the line of first parents too.
    Within {
        /// On the tip's own line.
        first_parent: bool,
    },
    /// Not in its history, all of which was read.
    Outside,
    /// The history at hand ends before that is decided: this commit could not be read.
    Unknown(Oid, ObjectError),
}

/// Whether `commit` is `tip` or an ancestor of it.
#[must_use]
pub fn within(objects: &Objects, commit: Oid, tip: Oid) -> Ancestry {
    match on_first_parents(objects, commit, tip) {
        Line::Found => return Ancestry::Within { first_parent: true },
        Line::Ended | Line::Cut => {}
    }
    let mut seen = HashSet::from([tip]);
    // The newest first: a release is near the tip. A time that lies changes the order, never the answer.
    let mut pending = BinaryHeap::from([(i64::MAX, tip)]);
    let mut missing = None;
    while let Some((_, id)) = pending.pop() {
        if id == commit {
            return Ancestry::Within { first_parent: false };
        }
        match commit::read(objects, id) {
            Ok(read) => {
                let time = read.time.unwrap_or(0);
                pending.extend(read.parents.into_iter().filter(|parent| seen.insert(*parent)).map(|parent| (time, parent)));
            }
            Err(error) => drop(missing.get_or_insert((id, error))),
        }
        if seen.len() > MOST_COMMITS {
            return Ancestry::Unknown(id, ObjectError::TooLarge(seen.len()));
        }
    }
    missing.map_or(Ancestry::Outside, |(id, error)| Ancestry::Unknown(id, error))
}

/// The whole history of one tip, read once where many commits are asked about: the answers are those of [`within`].
#[derive(Debug)]
pub struct History {
    line: HashSet<Oid>,
    all: HashSet<Oid>,
    missing: Option<(Oid, ObjectError)>,
}

impl History {
    /// Reads it.
    #[must_use]
    pub fn of(objects: &Objects, tip: Oid) -> Self {
        let mut history = Self { line: HashSet::new(), all: HashSet::from([tip]), missing: None };
        let mut next = Some(tip);
        let mut pending = vec![tip];
        while let Some(id) = pending.pop() {
            match commit::read(objects, id) {
                Ok(read) => pending.extend(read.parents.into_iter().filter(|parent| history.all.insert(*parent))),
                Err(error) => drop(history.missing.get_or_insert((id, error))),
            }
            if history.all.len() > MOST_COMMITS {
                history.missing.get_or_insert((id, ObjectError::TooLarge(history.all.len())));
                break;
            }
        }
        while let Some(id) = next.filter(|id| history.line.insert(*id)) {
            next = commit::read(objects, id).ok().and_then(|read| read.parents.first().copied());
        }
        history
    }

    /// As [`within`], of its tip.
    #[must_use]
    pub fn holds(&self, commit: Oid) -> Ancestry {
        match (self.all.contains(&commit), &self.missing) {
            (true, _) => Ancestry::Within { first_parent: self.line.contains(&commit) },
            (false, None) => Ancestry::Outside,
            (false, Some((id, error))) => Ancestry::Unknown(*id, error.clone()),
        }
    }
}

/// Where a line of first parents stood at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stood {
    /// At this commit.
    At(Oid),
    /// The line did not exist: its first commit is younger.
    Nowhere,
    /// The history at hand ends before that is decided: this commit could not be read.
    Unknown(Oid, ObjectError),
}

/// Where the line of `tip` stood at `end`: the newest of its commits below which nothing is younger. A commit that claims an early time
/// above one of a later time was made after that one. Times after `now` are of wrong clocks and tell nothing.
#[must_use]
pub fn stood(objects: &Objects, tip: Oid, end: i64, now: i64) -> Stood {
    let (mut id, mut stood) = (tip, Stood::At(tip));
    for walked in 0.. {
        let read = match commit::read(objects, id) {
            Ok(read) => read,
            Err(error) => return Stood::Unknown(id, error),
        };
        let parent = read.parents.first().copied();
        if read.time.is_some_and(|time| time >= end && time <= now) {
            stood = parent.map_or(Stood::Nowhere, Stood::At);
        }
        match parent {
            Some(parent) if walked < MOST_COMMITS => id = parent,
            Some(parent) => return Stood::Unknown(parent, ObjectError::TooLarge(walked)),
            None => break,
        }
    }
    stood
}

enum Line {
    Found,
    Ended,
    Cut,
}

fn on_first_parents(objects: &Objects, commit: Oid, tip: Oid) -> Line {
    let floor = commit::read(objects, commit).ok().and_then(|read| read.time);
    let mut id = tip;
    for _ in 0..MOST_COMMITS {
        if id == commit {
            return Line::Found;
        }
        let Ok(read) = commit::read(objects, id) else { return Line::Cut };
        // A week below the commit's own time the line has passed it; the whole walk decides then.
        if read.time.zip(floor).is_some_and(|(time, floor)| time.saturating_add(7 * 86_400) < floor) {
            return Line::Ended;
        }
        match read.parents.first() {
            Some(parent) => id = *parent,
            None => return Line::Ended,
        }
    }
    Line::Cut
}
