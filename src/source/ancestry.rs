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

/// Where a branch stood at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stood {
    /// At this commit.
    At(Oid),
    /// The branch did not exist: its first commit is younger.
    Nowhere,
    /// The history at hand ends before that is decided: this commit could not be read.
    Unknown(Oid, ObjectError),
}

/// Where the branch with this `tip` stood at `end`: the newest commit of its line of first parents in whose history nothing is younger. A
/// commit is as young as the youngest of its ancestors, by any parent: whatever time it claims, it was made after all of them. Times
/// after `now` are of wrong clocks and tell nothing.
#[must_use]
pub fn stood(objects: &Objects, tip: Oid, end: i64, now: i64) -> Stood {
    let mut line = vec![tip];
    let mut on_line = HashSet::from([tip]);
    loop {
        let id = line[line.len() - 1];
        match commit::read(objects, id) {
            Err(error) => return Stood::Unknown(id, error),
            Ok(read) => match read.parents.first() {
                Some(parent) if line.len() > MOST_COMMITS => return Stood::Unknown(*parent, ObjectError::TooLarge(line.len())),
                Some(parent) if on_line.insert(*parent) => line.push(*parent),
                Some(_) | None => break,
            },
        }
    }
    // From the first commit on: each brings the ancestors that those before it lack.
    let mut seen = HashSet::new();
    let mut stood = Stood::Nowhere;
    let mut missing = None;
    for id in line.into_iter().rev() {
        let mut pending = vec![id];
        seen.insert(id);
        while let Some(one) = pending.pop() {
            match commit::read(objects, one) {
                Ok(read) if read.time.is_some_and(|time| time >= end && time <= now) => return stood,
                Ok(read) => pending.extend(read.parents.into_iter().filter(|parent| seen.insert(*parent))),
                Err(error) => drop(missing.get_or_insert((one, error))),
            }
            if seen.len() > MOST_COMMITS {
                missing.get_or_insert((one, ObjectError::TooLarge(seen.len())));
                pending.clear();
            }
        }
        stood = missing.as_ref().map_or(Stood::At(id), |(at, error)| Stood::Unknown(*at, error.clone()));
    }
    stood
}

enum Line {
    Found,
    Ended,
    Cut,
}

/// Walks the line of first parents. Below an ancestor of `commit` it cannot come to it any more, so that ancestors are read along with the
/// line, as far as their times say that it may have come so far; how far that is changes what is read, never the answer.
fn on_first_parents(objects: &Objects, commit: Oid, tip: Oid) -> Line {
    let mut line = HashSet::new();
    let mut before = Before { seen: HashSet::new(), pending: BinaryHeap::from([(i64::MAX, commit)]) };
    let mut id = tip;
    for _ in 0..MOST_COMMITS {
        if id == commit {
            return Line::Found;
        }
        let Ok(read) = commit::read(objects, id) else { return Line::Cut };
        line.insert(id);
        if before.reaches(objects, read.time.unwrap_or(0), id, &line) {
            return Line::Ended;
        }
        match read.parents.first().filter(|parent| !line.contains(*parent)) {
            Some(parent) => id = *parent,
            None => return Line::Ended,
        }
    }
    Line::Cut
}

/// Ancestors of a commit, the newest first, as far as they were needed.
struct Before {
    seen: HashSet<Oid>,
    pending: BinaryHeap<(i64, Oid)>,
}

impl Before {
    /// Whether `at`, of this time, or what stands before it on the `line` is an ancestor: known to be, once those are read that may be newer.
    fn reaches(&mut self, objects: &Objects, time: i64, at: Oid, line: &HashSet<Oid>) -> bool {
        while let Some((made, id)) = self.pending.pop() {
            if made < time {
                self.pending.push((made, id));
                break;
            }
            let Ok(read) = commit::read(objects, id) else { continue };
            for parent in read.parents {
                if line.contains(&parent) {
                    return true;
                }
                if self.seen.len() < MOST_COMMITS && self.seen.insert(parent) {
                    let made = commit::read(objects, parent).ok().and_then(|read| read.time);
                    self.pending.push((made.unwrap_or(i64::MAX), parent));
                }
            }
        }
        self.seen.contains(&at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use git2::ObjectType;

    /// Commits by name and time upon others, the first parent first.
    fn history(folder: &std::path::Path, commits: &[(&str, i64, &[usize])]) -> Vec<Oid> {
        let writer = git2::Repository::init_bare(folder).expect("a repository");
        let store = writer.odb().expect("objects");
        let mut ids: Vec<Oid> = Vec::new();
        for (name, time, parents) in commits {
            let parents: String = parents.iter().map(|at| format!("parent {}\n", ids[*at])).collect();
            let text = format!(
                "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n{parents}author a <a> {time} +0000\ncommitter a <a> {time} +0000\n\n{name}\n"
            );
            ids.push(store.write(ObjectType::Commit, text.as_bytes()).expect("written"));
        }
        ids
    }

    /// Whatever times are claimed, and however many parents there are: one commit at a time or the whole history, the answer is one.
    #[test]
    fn one_alone_and_all_at_once_have_the_same_answers() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = 7_u64;
        let mut below = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % most
        };
        let mut commits: Vec<(String, i64, Vec<usize>)> = Vec::new();
        for at in 0..60_usize {
            let near = |back: u64| at.saturating_sub(1 + usize::try_from(back).expect("small"));
            let parents: Vec<usize> = if at == 0 { Vec::new() } else { (0..=below(3)).map(|_| near(below(6))).collect() };
            let clock = [0, 40, 4000].map(|days| days * 86_400)[usize::try_from(below(3)).expect("small")];
            commits.push((at.to_string(), 1_700_000_000 + i64::try_from(at).expect("small") - clock, parents));
        }
        let listed: Vec<(&str, i64, &[usize])> =
            commits.iter().map(|(name, time, on)| (name.as_str(), *time, on.as_slice())).collect();
        let ids = history(folder.path(), &listed);
        let objects = Objects::open(&folder.path().join("objects")).expect("objects");
        let mut sides = 0;
        for tip in ids.iter().skip(40) {
            let whole = History::of(&objects, *tip);
            for commit in &ids {
                let alone = within(&objects, *commit, *tip);
                assert_eq!(alone, whole.holds(*commit), "{commit} under {tip}");
                sides += usize::from(alone == Ancestry::Within { first_parent: false });
            }
        }
        assert!(sides > 50, "{sides} lie beside the line");
    }

    #[test]
    fn a_commit_is_as_young_as_its_youngest_ancestor_by_any_parent() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().join("objects");
        // A merge that claims to be old has a dated-back commit for its first parent, and the branch as it was for its second.
        let ids = history(
            folder.path(),
            &[
                ("one", 10, &[]),
                ("two", 20, &[0]),
                ("young", 60, &[1]),
                ("dated back", 21, &[1]),
                ("foxtrot", 22, &[3, 2]),
                ("later", 70, &[4]),
                ("ordinary merge", 72, &[2, 3]),
                ("wrong clock", 900, &[1]),
                ("upon a wrong clock", 30, &[1, 7]),
            ],
        );
        let objects = Objects::open(&at).expect("objects");
        let stood = |tip: usize| stood(&objects, ids[tip], 50, 100);
        assert_eq!(stood(4), Stood::At(ids[3]), "the merge was made after the young one");
        assert_eq!(stood(5), Stood::At(ids[3]));
        assert_eq!(stood(6), Stood::At(ids[1]), "what was merged later had not come to the branch");
        assert_eq!(stood(2), Stood::At(ids[1]));
        assert_eq!(stood(8), Stood::At(ids[8]), "a time that has not come tells nothing");
        assert_eq!(super::stood(&objects, ids[4], 5, 100), Stood::Nowhere);
        // What cannot be read may be young, but for what is proven young without it.
        let lost = ids[2].to_string();
        std::fs::remove_file(at.join(&lost[..2]).join(&lost[2..])).expect("there");
        assert!(matches!(stood(4), Stood::Unknown(at, _) if at == ids[2]));
        assert!(matches!(stood(5), Stood::Unknown(at, _) if at == ids[2]));
        assert_eq!(stood(3), Stood::At(ids[3]));
    }
}
