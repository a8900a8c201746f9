//! Owns the base beside the head: its tree opened, the same policy over it, which names moved between the two, and which evidence of the
//! base can no longer be read. Refuses to say what follows: `policy::compare` does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use git2::Oid;

use super::road::Judged;
use crate::error::Error;
use crate::facts::Facts;
use crate::finding::{Finding, Verdict};
use crate::limits::Limits;
use crate::snapshot::{self, Snapshot};
use crate::source::OpenOptions;
use crate::text::RepoPath;

/// Files that are looked at for the old place of one.
const MOST_CANDIDATES: usize = 200;
/// Files of a directory that are looked at for its old place.
const MOST_FILES: usize = 20;
/// Of a hundred lines so many must be the same for a file to be the old one.
const SAME: usize = 90;

/// Opens the tree of the commit that the inspected one is compared with.
///
/// # Errors
/// Its objects are not all here.
pub(super) fn open(path: &Path, here: bool, commit: Oid, head: &Snapshot, limits: &Limits) -> Result<Snapshot, Error> {
    let options = OpenOptions { rev: Some(commit.to_string()), here, judge_commit: false, limits: limits.clone() };
    let base = snapshot::open(path, &options).map_err(|error| {
        let message = format!("the base {commit} cannot be read: {}", error.message);
        Error::incomplete(message)
            .hint(format!("git fetch --refetch --depth=1 origin {commit} (with actions/checkout: fetch-depth: 2)"))
    })?;
    Ok(base.sharing_documents_with(head))
}

/// What stood where at the base, to tell what was deleted from what is hidden.
#[derive(Default)]
pub(super) struct Subjects {
    components: Vec<(String, RepoPath, Vec<RepoPath>)>,
    manifests: BTreeMap<String, Vec<RepoPath>>,
}

impl Subjects {
    /// Those of a tree.
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let inventory = &facts.inventory;
        let component = |one: &crate::facts::components::Component| {
            let files = one.files.iter().chain(&one.declared_in).chain(&one.manifest).cloned().collect();
            (one.language.clone(), one.directory.clone(), files)
        };
        let mut manifests = BTreeMap::<_, Vec<_>>::new();
        for manifest in &inventory.manifests {
            manifests.entry(manifest.ecosystem.clone()).or_default().push(manifest.path.clone());
        }
        Self { components: inventory.components.iter().map(component).collect(), manifests }
    }

    /// Whether all that a finding was about is deleted at the head.
    pub(super) fn deleted(&self, finding: &Finding, head: &Snapshot) -> bool {
        let language = finding.subject.split(':').next().unwrap_or_default();
        let of_component = |(other, directory, _): &&(String, RepoPath, Vec<RepoPath>)| {
            other == language && finding.component.as_ref().is_none_or(|wanted| wanted == directory)
        };
        let mut files = self.components.iter().filter(of_component).flat_map(|(_, _, files)| files).peekable();
        if files.peek().is_some() {
            return files.all(|file| head.entry(file).is_none());
        }
        match (self.manifests.get(&finding.subject), RepoPath::new(&finding.subject)) {
            (Some(manifests), _) => manifests.iter().all(|file| head.entry(file).is_none()),
            (None, Some(path)) => finding.places.iter().any(|one| one.place.path == path) && head.entry(&path).is_none(),
            (None, None) => false,
        }
    }
}

/// Names of the head's files and component directories under which the base had them.
#[derive(Default)]
pub(super) struct Moves {
    pub(super) files: BTreeMap<RepoPath, RepoPath>,
    pub(super) directories: BTreeMap<RepoPath, RepoPath>,
}

impl Moves {
    /// Looks for the old names of what the head's findings are about.
    pub(super) fn of(findings: &[Finding], head: &Snapshot, base: &Snapshot) -> Self {
        let gone: Vec<&RepoPath> =
            base.entries().iter().map(|entry| &entry.path).filter(|path| head.entry(path).is_none()).collect();
        let mut moves = Self::default();
        if gone.is_empty() {
            return moves;
        }
        let directories: BTreeSet<&RepoPath> = findings.iter().filter_map(|one| one.component.as_ref()).collect();
        for directory in directories.into_iter().filter(|directory| !base.is_dir(directory)) {
            if let Some(old) = old_directory(directory, &gone, head, base) {
                moves.directories.insert(directory.clone(), old);
            }
        }
        let files: BTreeSet<&RepoPath> =
            findings.iter().filter_map(|one| one.places.first()).map(|one| &one.place.path).collect();
        for file in files.into_iter().filter(|file| base.entry(file).is_none()) {
            if let Some(old) = old_file(file, &gone, head, base) {
                moves.files.insert(file.clone(), old);
            }
        }
        moves
    }
}

/// The one directory of the base whose files lie, the same, below this one.
fn old_directory(directory: &RepoPath, gone: &[&RepoPath], head: &Snapshot, base: &Snapshot) -> Option<RepoPath> {
    let mut old = BTreeSet::new();
    for entry in head.under(directory).iter().filter(|entry| entry.is_file()).take(MOST_FILES) {
        let Some(below) = entry.path.below(directory) else { continue };
        for path in gone {
            let Some(before) =
                path.as_str().strip_suffix(below).and_then(|rest| rest.strip_suffix('/').or(rest.is_empty().then_some("")))
            else {
                continue;
            };
            if alike(&entry.path, path, head, base) {
                old.insert(before.to_owned());
            }
        }
    }
    let only = (old.len() == 1).then(|| old.pop_first()).flatten()?;
    Some(RepoPath::from_git_bytes(only.as_bytes()))
}

/// The one file of the base, of the same kind, that this one was.
fn old_file(file: &RepoPath, gone: &[&RepoPath], head: &Snapshot, base: &Snapshot) -> Option<RepoPath> {
    let kind = |path: &RepoPath| path.file_name().rsplit_once('.').map(|(_, kind)| kind.to_owned());
    let same_kind = gone.iter().filter(|path| path.file_name() == file.file_name() || kind(path) == kind(file));
    let mut found = same_kind.take(MOST_CANDIDATES).filter(|path| alike(file, path, head, base));
    let first = found.next()?;
    found.next().is_none().then(|| (*first).clone())
}

/// Whether nine tenths of the lines are the same, counted as often as they stand there.
fn alike(file: &RepoPath, before: &RepoPath, head: &Snapshot, base: &Snapshot) -> bool {
    let (Ok(file), Ok(before)) = (head.peek(file), base.peek(before)) else { return false };
    if file.text == before.text {
        return !file.text.is_empty();
    }
    let mut counts = BTreeMap::<&str, usize>::new();
    before.text.lines().for_each(|line| *counts.entry(line).or_default() += 1);
    let mut same = 0;
    for line in file.text.lines() {
        if let Some(left) = counts.get_mut(line).filter(|left| **left > 0) {
            *left -= 1;
            same += 1;
        }
    }
    let all = file.text.lines().count().max(before.text.lines().count());
    all > 0 && same * 100 >= all * SAME
}

/// Evidence of the base that is still there and can no longer be read: what a larger file, a link or a submodule would hide.
pub(super) fn hidden(base: &Judged, head: &Snapshot) -> BTreeMap<RepoPath, String> {
    let proofs = base
        .decided
        .findings
        .iter()
        .filter(|one| matches!(one.finding.verdict, Verdict::Pass | Verdict::Attested | Verdict::Declared | Verdict::Fail));
    let paths: BTreeSet<&RepoPath> = proofs.flat_map(|one| &one.finding.places).map(|evidence| &evidence.place.path).collect();
    let was_read = paths.into_iter().filter(|path| base.sources.contains_key(*path) && head.entry(path).is_some());
    was_read
        .filter_map(|path| {
            let unread = head.peek(path).err()?;
            Some((path.clone(), format!("the base's evidence: {}", unread.why)))
        })
        .collect()
}
