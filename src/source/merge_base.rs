//! Owns the commit that two lines of history have in common, from the bytes of commit objects alone. Refuses grafts, shallow lists
//! and commit-graph files, any of which whoever wrote `.git` could have planted.
//!
//! Both histories are walked at once, the newest commit first, until all that is left lies below a commit of both: how far the two have moved
//! apart decides what is read, never how long their history is. Times are claims, and order the walk only.

use std::collections::{BinaryHeap, HashMap};

use git2::Oid;

use super::commit;
use super::objects::{ObjectError, Objects};

/// Commits walked at most.
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
    decided(objects, one, other).unwrap_or_else(|(id, error)| MergeBase::Unknown(id, error))
}

/// A commit that had to be read, and why it was not.
pub type Lost = (Oid, ObjectError);

/// What the history of `one` has and that of `other` has not, in no order. None of them is left out; one that the other has as well can be
/// among them where times are wrong.
///
/// # Errors
/// A commit of it cannot be read.
pub fn apart(objects: &Objects, one: Oid, other: Oid) -> Result<Vec<Oid>, Lost> {
    let walk = Walk::walked(objects, one, other)?.0;
    let mut own: Vec<Oid> = walk.nodes.iter().filter(|(_, node)| node.marks == ONE).map(|(id, _)| *id).collect();
    own.sort_unstable();
    Ok(own)
}

fn decided(objects: &Objects, one: Oid, other: Oid) -> Result<MergeBase, Lost> {
    let met = Walk::between(objects, one, other)?;
    if met.len() > MOST_CANDIDATES {
        return Ok(MergeBase::Several);
    }
    let mut best = Vec::new();
    for id in &met {
        let mut below = false;
        for better in met.iter().filter(|better| *better != id) {
            // Of a commit and one of its descendants the commit itself is what both have.
            below = below || Walk::between(objects, *id, *better)?.contains(id);
        }
        if !below {
            best.push(*id);
        }
    }
    Ok(match best.as_slice() {
        [] => MergeBase::Nowhere,
        [one] => MergeBase::At(*one),
        _ => MergeBase::Several,
    })
}

/// In the history of the one.
const ONE: u8 = 1;
/// In the history of the other.
const OTHER: u8 = 2;
/// Below a commit that both have: it is no best one.
const BELOW: u8 = 4;

struct Node {
    marks: u8,
    waits: bool,
    time: i64,
    parents: Result<Vec<Oid>, ObjectError>,
}

/// A walk down from both sides.
struct Walk<'o> {
    objects: &'o Objects,
    nodes: HashMap<Oid, Node>,
    waiting: BinaryHeap<(i64, Oid)>,
    /// Of those that wait, what may still be or lead to a best one.
    open: usize,
}

impl<'o> Walk<'o> {
    /// Commits that both have, with all of the best ones among them. A best one is never missed, whatever times are claimed: what stands
    /// above it on either side is not below anything that both have, and is walked to the end.
    fn between(objects: &'o Objects, one: Oid, other: Oid) -> Result<Vec<Oid>, Lost> {
        let (walk, mut met) = Self::walked(objects, one, other)?;
        met.sort_unstable();
        met.dedup();
        met.retain(|id| walk.nodes.get(id).is_some_and(|node| node.marks & BELOW == 0));
        Ok(met)
    }

    /// The walk, and the commits at which it met.
    fn walked(objects: &'o Objects, one: Oid, other: Oid) -> Result<(Self, Vec<Oid>), Lost> {
        let mut walk = Self { objects, nodes: HashMap::new(), waiting: BinaryHeap::new(), open: 0 };
        walk.mark(one, ONE);
        walk.mark(other, OTHER);
        let mut met = Vec::new();
        while walk.open > 0 {
            let Some((_, id)) = walk.waiting.pop() else { break };
            if let Some(id) = walk.visit(id)? {
                met.push(id);
            }
        }
        Ok((walk, met))
    }

    /// Hands a commit's marks on to its parents; the commit, when both have it and nothing below which it stands is known yet.
    fn visit(&mut self, id: Oid) -> Result<Option<Oid>, Lost> {
        let most = self.nodes.len() > MOST_COMMITS;
        let Some(node) = self.nodes.get_mut(&id) else { return Ok(None) };
        node.waits = false;
        let open = node.marks & BELOW == 0;
        self.open -= usize::from(open);
        let parents = match &node.parents {
            Ok(_) if open && most => return Err((id, ObjectError::TooLarge(MOST_COMMITS))),
            Ok(parents) => parents.clone(),
            Err(error) if open => return Err((id, error.clone())),
            // Whatever stands below it is below the others, too.
            Err(_) => Vec::new(),
        };
        let both = node.marks == ONE | OTHER;
        let marks = if both { node.marks | BELOW } else { node.marks };
        for parent in parents {
            self.mark(parent, marks);
        }
        Ok(both.then_some(id))
    }

    /// Marks a commit, which has to be looked at once more where that is news.
    fn mark(&mut self, id: Oid, marks: u8) {
        let node = self.nodes.entry(id).or_insert_with(|| match commit::read(self.objects, id) {
            Ok(read) => Node { marks: 0, waits: false, time: read.time.unwrap_or(0), parents: Ok(read.parents) },
            // The last one to be asked: it may turn out to be below what both have.
            Err(error) => Node { marks: 0, waits: false, time: i64::MIN, parents: Err(error) },
        });
        if node.marks | marks == node.marks {
            return;
        }
        let was_open = node.waits && node.marks & BELOW == 0;
        node.marks |= marks;
        let is_open = node.marks & BELOW == 0;
        if !node.waits {
            node.waits = true;
            self.waiting.push((node.time, id));
        }
        self.open = self.open + usize::from(is_open) - usize::from(was_open);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use git2::ObjectType;
    use proptest::prelude::*;

    use super::*;

    /// Commits of a time upon others, earlier ones, by their places.
    fn written(folder: &std::path::Path, commits: &[(i64, Vec<usize>)]) -> Vec<Oid> {
        let writer = git2::Repository::init_bare(folder).expect("a repository");
        let store = writer.odb().expect("objects");
        let mut ids: Vec<Oid> = Vec::new();
        for (at, (time, parents)) in commits.iter().enumerate() {
            let parents: String = parents.iter().map(|at| format!("parent {}\n", ids[*at])).collect();
            let tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
            let text = format!("tree {tree}\n{parents}author a <a> {time} +0000\ncommitter a <a> {time} +0000\n\n{at}\n");
            ids.push(store.write(ObjectType::Commit, text.as_bytes()).expect("written"));
        }
        ids
    }

    /// A commit and all of its ancestors.
    fn history(commits: &[(i64, Vec<usize>)], at: usize) -> HashSet<usize> {
        let (mut all, mut pending) = (HashSet::from([at]), vec![at]);
        while let Some(at) = pending.pop() {
            pending.extend(commits[at].1.iter().filter(|parent| all.insert(**parent)));
        }
        all
    }

    /// By what the words mean: common ancestors that are in the history of no other one.
    fn meant(commits: &[(i64, Vec<usize>)], one: usize, other: usize) -> Vec<usize> {
        let common: HashSet<usize> = history(commits, one).intersection(&history(commits, other)).copied().collect();
        let above = |at: &usize| common.iter().any(|other| other != at && history(commits, *other).contains(at));
        common.iter().filter(|at| !above(at)).copied().collect()
    }

    /// Up to three parents each, near or far, times in order, skewed or all alike.
    fn dag() -> impl Strategy<Value = Vec<(i64, Vec<usize>)>> {
        let one = (0_i64..40, prop::collection::vec(0_usize..1000, 0..4), any::<bool>(), 0_u8..8);
        (prop::collection::vec(one, 2..40), 0_i64..3).prop_map(|(list, kind)| {
            let commit = |(at, (skew, parents, near, root)): (usize, (i64, Vec<usize>, bool, u8))| {
                let step = i64::try_from(at).expect("small") * 10;
                let time = [step, step - skew * 20, 7][usize::try_from(kind).expect("small")];
                let far = |parent: usize| if near { at - 1 - parent % at.min(3) } else { parent % at };
                let parents = if at == 0 || root == 0 { Vec::new() } else { parents.into_iter().map(far).collect() };
                (time, parents)
            };
            list.into_iter().enumerate().map(commit).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_best_is_what_the_words_mean_whatever_times_are_claimed(commits in dag(), one in 0_usize..1000, other in 0_usize..1000) {
            let folder = tempfile::tempdir().expect("a folder");
            let ids = written(folder.path(), &commits);
            let objects = Objects::open(&folder.path().join("objects")).expect("objects");
            let (one, other) = (one % ids.len(), other % ids.len());
            let wanted = match meant(&commits, one, other).as_slice() {
                [] => MergeBase::Nowhere,
                [at] => MergeBase::At(ids[*at]),
                _ => MergeBase::Several,
            };
            prop_assert_eq!(merge_base(&objects, ids[one], ids[other]), wanted.clone());
            prop_assert_eq!(merge_base(&objects, ids[other], ids[one]), wanted);
        }

        #[test]
        fn what_only_one_has_is_not_left_out(commits in dag(), one in 0_usize..1000, other in 0_usize..1000) {
            let folder = tempfile::tempdir().expect("a folder");
            let ids = written(folder.path(), &commits);
            let objects = Objects::open(&folder.path().join("objects")).expect("objects");
            let (one, other) = (one % ids.len(), other % ids.len());
            let found = apart(&objects, ids[one], ids[other]).expect("all is here");
            let of_one = history(&commits, one);
            let of_other = history(&commits, other);
            for at in of_one.difference(&of_other) {
                prop_assert!(found.contains(&ids[*at]));
            }
            prop_assert!(found.iter().all(|id| of_one.iter().any(|at| ids[*at] == *id)));
        }
    }

    /// A line of commits from which two branches go off near its end: what lies far below is not read, and need not be there.
    #[test]
    fn only_what_moved_apart_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut commits: Vec<(i64, Vec<usize>)> =
            (0..200).map(|at: usize| (i64::try_from(at).expect("small"), at.checked_sub(1).into_iter().collect())).collect();
        commits.extend([(300, vec![180]), (301, vec![200])]);
        let ids = written(folder.path(), &commits);
        let forget = |at: usize| {
            let name = ids[at].to_string();
            std::fs::remove_file(folder.path().join("objects").join(&name[..2]).join(&name[2..])).expect("there");
        };
        (0..170).for_each(forget);
        let objects = Objects::open(&folder.path().join("objects")).expect("objects");
        assert_eq!(merge_base(&objects, ids[201], ids[199]), MergeBase::At(ids[180]));
        let nodes = |one: usize, other: usize| {
            let mut walk = Walk { objects: &objects, nodes: HashMap::new(), waiting: BinaryHeap::new(), open: 0 };
            walk.mark(ids[one], ONE);
            walk.mark(ids[other], OTHER);
            while walk.open > 0 {
                let (_, id) = walk.waiting.pop().expect("something waits");
                walk.visit(id).expect("read");
            }
            walk.nodes.len()
        };
        assert!(nodes(201, 199) < 30, "{}", nodes(201, 199));
        // What leads on and is not there keeps the answer open.
        forget(190);
        let objects = Objects::open(&folder.path().join("objects")).expect("objects");
        assert!(
            matches!(merge_base(&objects, ids[201], ids[199]), MergeBase::Unknown(at, ObjectError::Missing) if at == ids[190])
        );
    }
}
