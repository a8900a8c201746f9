//! Owns what exactly is approved where a change weakens a policy: every file that `policy-protected` looks at, to the byte, at the base and at the
//! head, as two digests. Refuses to approve what cannot be read.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;
use sha2::{Digest as _, Sha256};

use super::watched::{self, WORKFLOWS};
use crate::facts::code_owners::OF_GITHUB;
use crate::facts::gate::GateJob;
use crate::policy::origin::POLICY_FILE;
use crate::snapshot::{EntryKind, Snapshot};
use crate::source::{commit, objects::Objects, tree};
use crate::text::RepoPath;

/// Files that are approved together.
const MOST: usize = 10_000;
/// What the digest of a base begins with: no other bytes that somebody signs are taken for it.
const OF_BASE: &[u8] = b"tollgate policy set 1: base\0";
/// The same of a head; the base's digest follows.
const OF_HEAD: &[u8] = b"tollgate policy set 1: head\0";

/// The paths, whether anything stands there or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PolicySet {
    paths: BTreeSet<RepoPath>,
}

/// What stands at each path of one commit, as its trees name it.
pub(super) type Held = BTreeMap<RepoPath, Option<(u32, Oid)>>;

impl PolicySet {
    /// Of a head and a base; `named`: what their policies name, wherever it lies; `gates`: the jobs of both that run the gate.
    pub(super) fn of(head: &Snapshot, base: &Snapshot, named: &BTreeSet<RepoPath>, gates: [&[GateJob]; 2]) -> Self {
        let mut paths: BTreeSet<RepoPath> = watched::below(watched::OF_POLICY, head, base);
        paths.extend(named.iter().cloned());
        paths.extend([POLICY_FILE].into_iter().chain(OF_GITHUB).filter_map(RepoPath::new));
        // One that the change leaves alone needs no approval, and may be too large for one.
        let programs = gates.into_iter().flatten().flat_map(|job| &job.programs);
        paths.extend(programs.filter(|path| !watched::is_same(path, head, base)).cloned());
        paths.extend(gates.into_iter().flatten().flat_map(|job| &job.chains).flatten().map(|hop| hop.place.path.clone()));
        let tells = |path: &RepoPath| [head, base].into_iter().any(|side| watched::names_the_gate(side, path));
        paths.extend(watched::below(WORKFLOWS, head, base).into_iter().filter(tells));
        Self { paths }
    }

    /// The digests of the base's set and of the head's, in hex. The same set on another base has another one.
    ///
    /// # Errors
    /// Something of it has no bytes that could be approved: which, and why.
    pub(super) fn digests(&self, head: &Snapshot, base: &Snapshot) -> Result<(String, String), String> {
        if self.paths.len() > MOST {
            return Err(format!("it is made of more than {MOST} files"));
        }
        let before = self.digest(base, OF_BASE)?;
        let after = self.digest(head, &[OF_HEAD, before.as_slice()].concat())?;
        Ok((hex(&before), hex(&after)))
    }

    /// Every part is preceded by its length, so that no two sets give the same bytes.
    fn digest(&self, side: &Snapshot, domain: &[u8]) -> Result<Vec<u8>, String> {
        let mut hash = Sha256::new();
        hash.update(domain);
        hash.update(length(self.paths.len()));
        for path in &self.paths {
            let held = side.exact(path).map_err(|unread| format!("{path} {}", unread.why))?;
            let (kind, bytes) = held.map_or((0_u8, Vec::new()), |(kind, bytes)| (number(kind), bytes));
            hash.update(length(path.as_str().len()));
            hash.update(path.as_str());
            hash.update([kind]);
            hash.update(length(bytes.len()));
            hash.update(&bytes);
        }
        Ok(hash.finalize().to_vec())
    }

    /// The paths at which the two differ, each with what the head does there.
    pub(super) fn differences(&self, head: &Snapshot, base: &Snapshot) -> Vec<(RepoPath, &'static str)> {
        let does = |path: &RepoPath| match (base.exact(path), head.exact(path)) {
            (Ok(before), Ok(after)) if before == after => None,
            (Ok(None), _) => Some((path.clone(), "adds")),
            (_, Ok(None)) => Some((path.clone(), "deletes")),
            _ => Some((path.clone(), "changes")),
        };
        self.paths.iter().filter_map(does).collect()
    }

    /// What stands at the paths in a commit, and the folder whose every file counts.
    ///
    /// # Errors
    /// The commit or a tree of it cannot be read.
    pub(super) fn held_by(&self, objects: &Objects, id: Oid) -> Result<Held, String> {
        let root = commit::read(objects, id).map_err(|error| format!("the commit {id} {error}"))?.tree;
        let folder = RepoPath::new(watched::OF_POLICY);
        let find = |path: &RepoPath| {
            let found = tree::find(objects, root, path.as_str()).map_err(|error| error.message)?;
            Ok((path.clone(), found))
        };
        self.paths.iter().chain(&folder).map(find).collect()
    }
}

fn length(count: usize) -> [u8; 8] {
    u64::try_from(count).unwrap_or(u64::MAX).to_be_bytes()
}

fn number(kind: EntryKind) -> u8 {
    match kind {
        EntryKind::File => 1,
        EntryKind::Executable => 2,
        EntryKind::Link => 3,
        EntryKind::Submodule => 4,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(files: &[(&str, &str)]) -> (PolicySet, Snapshot) {
        let side = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
        (PolicySet::of(&side, &side, &BTreeSet::new(), [&[], &[]]), side)
    }

    #[test]
    fn no_two_changes_have_the_same_digests() {
        let trees: [&[(&str, &str)]; 8] = [
            &[],
            &[(".tollgate.toml", "")],
            &[(".tollgate.toml", "a")],
            &[("CODEOWNERS", "a")],
            &[("docs/CODEOWNERS", "a")],
            &[(".tollgate/a", "b"), (".tollgate/c", "")],
            &[(".tollgate/a", ""), (".tollgate/c", "b")],
            &[(".github/workflows/gate.yml", "run: tollgate check")],
        ];
        let mut seen = BTreeSet::new();
        for before in trees {
            for after in trees {
                let (base, head) = (set(before).1, set(after).1);
                let both = PolicySet::of(&head, &base, &BTreeSet::new(), [&[], &[]]);
                let (one, other) = both.digests(&head, &base).expect("read");
                assert_ne!(one, other, "{before:?} {after:?}");
                assert!(seen.insert(other.clone()), "{before:?} {after:?}");
                assert!(!seen.contains(&one));
            }
        }
        let named = BTreeSet::from([RepoPath::new("keys/ada.asc").expect("a path")]);
        let of = |text: &str| {
            let side = set(&[("keys/ada.asc", text), ("src/a.py", text)]).1;
            PolicySet::of(&side, &side, &named, [&[], &[]]).digests(&side, &side).expect("read")
        };
        assert_ne!(of("a"), of("b"));
        let other = |text: &str| {
            let (set, side) = set(&[("src/a.py", text), (".github/workflows/ci.yml", text)]);
            set.digests(&side, &side).expect("read")
        };
        assert_eq!(other("a"), other("b"), "what is no part of it");
    }
}
