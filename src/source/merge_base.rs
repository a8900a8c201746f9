//! Owns the commit that two lines of history have in common, from the bytes of commit objects alone. Refuses grafts, shallow lists
//! and commit-graph files, any of which whoever wrote `.git` could have planted.

use std::collections::HashSet;

use git2::Oid;

use super::ancestry::{self, Ancestry};
use super::commit;
use super::objects::{ObjectError, Objects};

/// Commits walked at most on either side.
const MOST_COMMITS: usize = 20_000_000;
/// Common commits of which none lies in the history of another: more are not told apart.
const MOST_CANDIDATES: usize = 16;

/// Where two lines of history meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergeBase {
    /// At this commit, the only best one.
    At(Oid),
    /// Nowhere: they have no commit in common.
    Nowhere,
    /// At several commits, none of them better than another.
    Several,
    /// The history at hand ends before that is decided: this commit could not be read.
    Unknown(Oid, ObjectError),
}

/// The best common ancestor of `one` and `other`.
#[must_use]
pub fn merge_base(objects: &Objects, one: Oid, other: Oid) -> MergeBase {
    let theirs = match history(objects, other) {
        Ok(all) => all,
        Err((id, error)) => return MergeBase::Unknown(id, error),
    };
    let (mut seen, mut pending, mut met) = (HashSet::from([one]), vec![one], Vec::new());
    while let Some(id) = pending.pop() {
        if theirs.contains(&id) {
            met.push(id);
            continue;
        }
        match commit::read(objects, id) {
            Ok(read) => pending.extend(read.parents.into_iter().filter(|parent| seen.insert(*parent))),
            Err(error) => return MergeBase::Unknown(id, error),
        }
        if seen.len() > MOST_COMMITS {
            return MergeBase::Unknown(id, ObjectError::TooLarge(seen.len()));
        }
    }
    best(objects, met)
}

/// What is in no history of the others.
fn best(objects: &Objects, met: Vec<Oid>) -> MergeBase {
    if met.len() > MOST_CANDIDATES {
        return MergeBase::Several;
    }
    let below = |id: &Oid| {
        met.iter().any(|other| other != id && matches!(ancestry::within(objects, *id, *other), Ancestry::Within { .. }))
    };
    let best: Vec<Oid> = met.iter().filter(|id| !below(id)).copied().collect();
    match best.as_slice() {
        [] => MergeBase::Nowhere,
        [one] => MergeBase::At(*one),
        _ => MergeBase::Several,
    }
}

fn history(objects: &Objects, tip: Oid) -> Result<HashSet<Oid>, (Oid, ObjectError)> {
    let (mut all, mut pending) = (HashSet::from([tip]), vec![tip]);
    while let Some(id) = pending.pop() {
        let read = commit::read(objects, id).map_err(|error| (id, error))?;
        pending.extend(read.parents.into_iter().filter(|parent| all.insert(*parent)));
        if all.len() > MOST_COMMITS {
            return Err((id, ObjectError::TooLarge(all.len())));
        }
    }
    Ok(all)
}
