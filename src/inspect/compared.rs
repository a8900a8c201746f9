//! Owns the base beside the head: its tree opened, the same policy over it, which names moved between the two, and which evidence of the
//! base can no longer be read. Refuses to say what follows: `policy::compare` does.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;

use super::CheckRequest;
use super::road::Judged;
use crate::error::Error;
use crate::facts::Facts;
use crate::facts::components::Scope;
use crate::finding::{Finding, Verdict};
use crate::policy;
use crate::snapshot::{self, NotInspected, Snapshot};
use crate::source::{OpenOptions, fetching};
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
pub(super) fn open(request: &CheckRequest, commit: Oid, head: &Snapshot) -> Result<Snapshot, Error> {
    let options = OpenOptions { rev: Some(commit.to_string()), judge_commit: false, ..request.opening() };
    let base = snapshot::open_beside(&request.path, &options, head).map_err(|error| {
        let message = format!("the base {commit} cannot be read: {}", error.message);
        Error::incomplete(message).hint(fetching::base(&commit.to_string()))
    })?;
    Ok(base.sharing_documents_with(head).called(head.subject().repository.clone()))
}

/// What stood where in a tree, to tell at another one what was deleted from what is hidden.
#[derive(Default)]
pub(super) struct Subjects {
    components: Vec<Held>,
    manifests: BTreeMap<String, Vec<RepoPath>>,
}

/// A component.
struct Held {
    language: String,
    directory: RepoPath,
    /// It is part of the product.
    product: bool,
    /// Its source files.
    files: BTreeSet<RepoPath>,
    /// What makes it one.
    manifests: Vec<RepoPath>,
}

impl Held {
    fn is_of(&self, finding: &Finding) -> bool {
        self.language == finding.language() && finding.component.as_ref().is_none_or(|wanted| *wanted == self.directory)
    }
}

impl Subjects {
    /// Those of a tree.
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let inventory = &facts.inventory;
        let component = |one: &crate::facts::components::Component| Held {
            language: one.language.clone(),
            directory: one.directory.clone(),
            product: one.scope == Scope::Production,
            files: one.files.iter().cloned().collect(),
            manifests: one.declared_in.iter().chain(&one.manifest).cloned().collect(),
        };
        let mut manifests = BTreeMap::<_, Vec<_>>::new();
        for manifest in &inventory.manifests {
            manifests.entry(manifest.ecosystem.clone()).or_default().push(manifest.path.clone());
        }
        Self { components: inventory.components.iter().map(component).collect(), manifests }
    }

    /// All source files of the product.
    pub(super) fn product(&self) -> BTreeSet<&RepoPath> {
        self.components.iter().filter(|one| one.product).flat_map(|one| &one.files).collect()
    }

    /// Languages that product code is written in, and none at the head.
    pub(super) fn lost_languages<'s>(&'s self, now: &'s Self) -> BTreeSet<&'s str> {
        let written = |side: &'s Self| {
            let with_code = side.components.iter().filter(|one| one.product && !one.files.is_empty());
            with_code.map(|one| one.language.as_str()).collect::<BTreeSet<_>>()
        };
        written(self).difference(&written(now)).copied().collect()
    }

    /// Whether a file of what a finding is about is one of these.
    pub(super) fn holds_any(&self, finding: &Finding, files: &BTreeSet<&RepoPath>) -> bool {
        self.components.iter().filter(|one| one.is_of(finding)).flat_map(|one| &one.files).any(|file| files.contains(file))
    }

    /// Whether all that a finding was about is deleted at the head, or has become what another subject is about.
    pub(super) fn deleted(&self, finding: &Finding, head: &Snapshot, now: &Self) -> bool {
        let gone = |path: &RepoPath| head.entry(path).is_none();
        let mut held = self.components.iter().filter(|one| one.is_of(finding)).peekable();
        if held.peek().is_some() {
            return held.all(|one| one.files.iter().chain(&one.manifests).all(gone));
        }
        let places = || finding.places.iter().map(|one| &one.place.path);
        match (self.manifests.get(&finding.subject), RepoPath::new(&finding.subject)) {
            (Some(manifests), _) => manifests.iter().all(|path| gone(path) || now.names_elsewhere(path, &finding.subject)),
            (None, Some(path)) if places().any(|one| *one == path) => gone(&path),
            _ => finding.subject == "repository" && places().next().is_some() && places().all(gone),
        }
    }

    /// Where a component without a manifest lay before files came or went, so that the deepest directory of all of them is another: the base's
    /// directory by language and the head's.
    pub(super) fn spread(&self, before: &Self) -> impl Iterator<Item = ((String, RepoPath), RepoPath)> {
        let bare = |one: &&Held| one.manifests.is_empty();
        let has = |side: &Self, like: &Held| {
            side.components.iter().any(|one| one.language == like.language && one.directory == like.directory)
        };
        let here = self.components.iter().filter(bare).filter(move |one| !has(before, one));
        here.filter_map(move |one| {
            let mut old = before.components.iter().filter(bare).filter(|old| old.language == one.language && !has(self, old));
            let shared = old.find(|old| old.files.iter().any(|file| one.files.contains(file)));
            // The only one of its language is the only one still, whatever it is made of now.
            let was = shared.or_else(|| before.only(&one.language).filter(|_| self.only(&one.language).is_some()))?;
            Some(((one.language.clone(), one.directory.clone()), was.directory.clone()))
        })
    }

    /// The component of a language in the product that has one.
    fn only(&self, language: &str) -> Option<&Held> {
        let mut all = self.components.iter().filter(|one| one.product && one.language == language);
        all.next().filter(|_| all.next().is_none())
    }

    /// A manifest that is there under another ecosystem alone: its packages have another manager now.
    fn names_elsewhere(&self, path: &RepoPath, ecosystem: &str) -> bool {
        !self.manifests.contains_key(ecosystem) && self.manifests.values().flatten().any(|other| other == path)
    }

    /// Whether what is left of a base component's source files belongs, at the head, to the component of its language in `directory`, or to any.
    pub(super) fn took_over(&self, before: &Self, finding: &Finding, directory: Option<&RepoPath>, head: &Snapshot) -> bool {
        let here: Vec<&Held> = self
            .components
            .iter()
            .filter(|one| one.language == finding.language() && directory.is_none_or(|wanted| *wanted == one.directory))
            .collect();
        let files = before.components.iter().filter(|one| one.is_of(finding)).flat_map(|one| &one.files);
        files.filter(|file| head.entry(file).is_some()).all(|file| here.iter().any(|one| one.files.contains(file)))
    }
}

/// Names of the head's files and component directories under which the base had them.
#[derive(Default)]
pub(super) struct Moves {
    pub(super) files: BTreeMap<RepoPath, RepoPath>,
    /// By language.
    pub(super) directories: BTreeMap<(String, RepoPath), RepoPath>,
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
        let mut directories = BTreeMap::<&RepoPath, BTreeSet<&str>>::new();
        for (directory, finding) in findings.iter().filter_map(|one| Some((one.component.as_ref()?, one))) {
            directories.entry(directory).or_default().insert(finding.language());
        }
        for (directory, languages) in directories.into_iter().filter(|(directory, _)| !base.is_dir(directory)) {
            if let Some(old) = old_directory(directory, &gone, head, base) {
                moves.directories.extend(languages.iter().map(|one| (((*one).to_owned(), directory.clone()), old.clone())));
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
    similar(&file.text, &before.text, |line| line)
}

/// The same for two texts, whose lines are compared as `seen` has them.
pub(super) fn similar(file: &str, before: &str, seen: impl Fn(&str) -> &str) -> bool {
    if file == before {
        return !file.is_empty();
    }
    let mut counts = BTreeMap::<&str, usize>::new();
    before.lines().for_each(|line| *counts.entry(seen(line)).or_default() += 1);
    let mut same = 0;
    for line in file.lines().map(&seen) {
        if let Some(left) = counts.get_mut(line).filter(|left| **left > 0) {
            *left -= 1;
            same += 1;
        }
    }
    let all = file.lines().count().max(before.lines().count());
    all > 0 && same * 100 >= all * SAME
}

/// Evidence of the base that is still there and can no longer be read: what a larger file, a link or a submodule would hide.
pub(super) fn hidden(base: &Judged, head: &Snapshot) -> BTreeMap<RepoPath, Error> {
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
            let why = format!("the base's evidence: {}", unread.why);
            let one = NotInspected::from(&unread);
            Some((path.clone(), policy::gap(path, &why, one.place(), one.next)))
        })
        .collect()
}
