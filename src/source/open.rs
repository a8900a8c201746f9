//! Owns opening a PATH: which of the kinds of source it is, and which tree of it is inspected. Refuses to guess between two
//! trees.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::Oid;

use crate::error::{Error, Kind};
use crate::limits::Limits;
use crate::text::RepoPath;

use super::entry::{Entry, EntryKind, Listing, Origin, Subject, SubjectKind};
use super::forge::Base;
use super::locate::{self, GitDirs, Located};
use super::repository::Repository;
use super::worktree::{self, Untracked};
use super::{Source, commit, dirty, fetching, index, revision, tree};

/// How to open a PATH.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// The revision whose tree is inspected instead of the files.
    pub rev: Option<String>,
    /// Inspect the folder alone and not the root of its work tree.
    pub here: bool,
    /// Judge the tree of `HEAD` and only compare the files with it (`GITHUB_ACTIONS` is set).
    pub judge_commit: bool,
    /// The bounds.
    pub limits: Limits,
    /// What a forge told of commits that are not here.
    pub told: Option<Arc<Base>>,
}

/// Opens a work tree (or a folder in one), a git directory, or a plain folder.
///
/// # Errors
/// Usage: no such folder, or a revision that is malformed or ambiguous. Incomplete: anything that should be there and cannot
/// be read.
pub fn open(path: &Path, options: &OpenOptions) -> Result<Source, Error> {
    open_beside(path, options, None)
}

/// As [`open`]; of trees that another source has listed already nothing is read again.
///
/// # Errors
/// As [`open`].
pub fn open_beside(path: &Path, options: &OpenOptions, other: Option<&Source>) -> Result<Source, Error> {
    let folder = locate::folder(path)?;
    let mut source = open_or_alone(&folder, options, other)?;
    if source.entries.is_empty() && source.incomplete.is_none() {
        // A gate that is green because nothing was checked out is worse than none.
        source.incomplete = Some(format!("there is no file in {}: is the repository checked out?", folder.display()));
    }
    note_submodules(&mut source);
    Ok(source)
}

/// Opens the objects and references of the repository at or above `path`, and lists no tree.
///
/// # Errors
/// Usage: there is no such folder, or no repository. Incomplete: it cannot be read, or is stored in a way that is not read.
pub fn open_repository(path: &Path) -> Result<Repository, Error> {
    let folder = locate::folder(path)?;
    match locate::locate(&folder)? {
        Located::GitDir(dirs) => Repository::open(dirs, true),
        Located::WorkTree { dirs, .. } => Repository::open(dirs, false),
        Located::Folder => Err(Error::usage(format!("{} is no git repository", folder.display())).hint("name one with --repo")),
    }
}

/// The root of the work tree that a folder lies in; `None`: it lies in none that can be read.
#[must_use]
pub fn work_tree(path: &Path) -> Option<PathBuf> {
    match locate::locate(&locate::folder(path).ok()?).ok()? {
        Located::WorkTree { root, .. } => Some(root),
        Located::GitDir(_) | Located::Folder => None,
    }
}

/// The folder in which a change of what lies at `path` is made: the root of the work tree around it, or the plain folder itself.
///
/// # Errors
/// Usage: there is no such folder, or it is a git directory, which has no files to change.
pub fn files_root(path: &Path) -> Result<PathBuf, Error> {
    let folder = locate::folder(path)?;
    match locate::locate(&folder)? {
        Located::WorkTree { root, .. } => Ok(root),
        Located::Folder => Ok(folder),
        Located::GitDir(_) => Err(Error::usage(format!("{} is a git directory, which has no files", folder.display()))
            .hint("name a work tree: git clone, or git worktree add")),
    }
}

fn open_or_alone(folder: &Path, options: &OpenOptions, other: Option<&Source>) -> Result<Source, Error> {
    match open_folder(folder, options, other) {
        // Alone, a folder's files can be inspected whatever state the repository around it is in.
        Err(error) if options.here && options.rev.is_none() && error.kind == Kind::Incomplete => {
            let mut source = plain(folder, &options.limits);
            source.notes.insert(0, format!("the repository around it is not used: {}", error.message));
            Ok(source)
        }
        result => result,
    }
}

fn open_folder(folder: &Path, options: &OpenOptions, other: Option<&Source>) -> Result<Source, Error> {
    match locate::locate(folder)? {
        Located::Folder => match &options.rev {
            Some(rev) => Err(Error::usage(format!("{} is no repository, so it has no revision `{rev}`", folder.display()))
                .hint("leave --rev out to inspect the files")),
            None => Ok(plain(folder, &options.limits)),
        },
        Located::GitDir(dirs) => {
            let repository = repository_beside(dirs, true, options, other)?;
            revision_of(repository, options.rev.as_deref().unwrap_or("HEAD"), &options.limits, other)
        }
        Located::WorkTree { root, dirs, notes } => {
            let raw = folder.strip_prefix(&root).unwrap_or(Path::new("")).as_os_str().as_encoded_bytes();
            let below = RepoPath::from_git_bytes(raw);
            let mut source = match &options.rev {
                Some(rev) => revision_of(repository_beside(dirs, false, options, other)?, rev, &options.limits, other)?,
                None if options.judge_commit => judged_commit(root.clone(), dirs, options)?,
                None => of_work_tree(root.clone(), dirs, options)?,
            };
            source.notes.splice(0..0, notes);
            if options.here && !below.is_root() {
                narrow(&mut source, &below, raw.len());
                if source.subject.kind == SubjectKind::WorkTree && source.entries.is_empty() {
                    // Ignored as a whole by the repository around it, and asked for all the same.
                    return Ok(plain(folder, &options.limits));
                }
                if source.subject.kind == SubjectKind::WorkTree {
                    source.subject = Subject::folder();
                    source.root = Some(folder.to_path_buf());
                }
            } else if !below.is_root() {
                source.notes.insert(0, format!("the root {} of the work tree is inspected, not only `{below}`", root.display()));
            }
            Ok(source)
        }
    }
}

/// A repository with what a forge told of it.
fn repository(dirs: GitDirs, is_git_dir: bool, options: &OpenOptions) -> Result<Repository, Error> {
    let mut repository = Repository::open(dirs, is_git_dir)?;
    if let Some(told) = &options.told {
        repository.take_in_base(told)?;
    }
    Ok(repository)
}

/// The same, which the other source has open already, with all that was read of its objects.
fn repository_beside(
    dirs: GitDirs,
    is_git_dir: bool,
    options: &OpenOptions,
    other: Option<&Source>,
) -> Result<Arc<Repository>, Error> {
    match other.and_then(|other| other.repository.as_ref()).filter(|open| options.told.is_none() && open.dirs == dirs) {
        Some(open) => Ok(Arc::clone(open)),
        None => repository(dirs, is_git_dir, options).map(Arc::new),
    }
}

fn source(subject: Subject, listing: Listing, limits: &Limits) -> Source {
    Source {
        subject,
        limits: limits.clone(),
        notes: listing.notes,
        entries: listing.entries,
        left_out: listing.left_out,
        incomplete: listing.incomplete,
        repository: None,
        tree: None,
        root: None,
        memory: Vec::new(),
    }
}

fn plain(folder: &Path, limits: &Limits) -> Source {
    let listing = worktree::list(folder, &[], &Untracked::All, limits);
    Source { root: Some(folder.to_path_buf()), ..source(Subject::folder(), listing, limits) }
}

fn revision_of(repository: Arc<Repository>, rev: &str, limits: &Limits, other: Option<&Source>) -> Result<Source, Error> {
    let id = revision::resolve(&repository, rev, limits)?;
    let tree = tree_of(&repository, id)?;
    let listed = other.and_then(|other| Some((other.tree?, &*other.entries)));
    let listing = listed.and_then(|listed| tree::list_beside(&repository.objects, tree, listed, limits));
    let listing = listing.map_or_else(|| tree::list(&repository.objects, tree, limits), Ok)?;
    let whole = listing.left_out.is_empty() && listing.incomplete.is_none();
    let subject = Subject { kind: SubjectKind::Git, repository: None, revision: Some(id.to_string()), dirty: false };
    let source = source(subject, listing, limits);
    Ok(Source { repository: Some(repository), tree: whole.then_some(tree), ..source })
}

fn tree_of(repository: &Repository, id: Oid) -> Result<Oid, Error> {
    let commit = commit::read(&repository.objects, id)
        .map_err(|error| Error::incomplete(format!("commit {id} {error}")).hint(fetching::object(&error)))?;
    Ok(commit.tree)
}

fn of_work_tree(root: PathBuf, dirs: GitDirs, options: &OpenOptions) -> Result<Source, Error> {
    let (repository, limits) = (repository(dirs, false, options)?, &options.limits);
    let head = repository.head()?;
    let tracked = index::read(&repository.dirs.own)?;
    let exclude = repository.dirs.common.join("info/exclude");
    let mut listing = worktree::list(&root, &tracked, &Untracked::Visible(&exclude), limits);
    if head.is_some() && tracked.is_empty() && !repository.dirs.own.join("index").exists() {
        let why = "nothing of `HEAD` is checked out here: check it out (`git checkout`), or inspect the commit with `--rev HEAD`";
        listing.incomplete.get_or_insert_with(|| why.to_owned());
    }
    let subject =
        Subject { kind: SubjectKind::WorkTree, repository: None, revision: head.map(|id| id.to_string()), dirty: false };
    Ok(Source { repository: Some(Arc::new(repository)), root: Some(root), ..source(subject, listing, limits) })
}

/// The tree of `HEAD`, and whether the files differ from it; the files themselves before the first commit.
fn judged_commit(root: PathBuf, dirs: GitDirs, options: &OpenOptions) -> Result<Source, Error> {
    let (repository, limits) = (repository(dirs.clone(), false, options)?, &options.limits);
    if repository.head()?.is_none() {
        return of_work_tree(root, dirs, options);
    }
    let tracked = index::read(&repository.dirs.own)?;
    let work = worktree::list(&root, &tracked, &Untracked::Visible(&repository.dirs.common.join("info/exclude")), limits);
    let mut source = revision_of(Arc::new(repository), "HEAD", limits, None)?;
    let differing = dirty::differences(&source.entries, &work.entries, &tracked, &root);
    if !differing.is_empty() || work.incomplete.is_some() {
        source.subject.dirty = true;
        let shown: Vec<&str> = differing.iter().take(3).map(RepoPath::as_str).collect();
        let more = if differing.len() > 3 { ", …" } else { "" };
        source.notes.push(format!(
            "the commit is judged, not the work tree, which differs from it in {}: {}{more}",
            if differing.len() == 1 { "1 path".to_owned() } else { format!("{} paths", differing.len()) },
            shown.join(", ")
        ));
    }
    Ok(source)
}

/// Says which submodules are not read: their content is no part of what was judged.
fn note_submodules(source: &mut Source) {
    let all: Vec<&str> =
        source.entries.iter().filter(|entry| entry.kind == EntryKind::Submodule).map(|entry| entry.path.as_str()).collect();
    if let Some(first) = all.first() {
        let more = if all.len() > 1 { format!(" and {} more", all.len() - 1) } else { String::new() };
        source.notes.push(format!("submodules are not read: {first}{more}"));
    }
}

/// Keeps what lies below `directory`, told relative to it; `raw` is the length of its path on disk.
fn narrow(source: &mut Source, directory: &RepoPath, raw: usize) {
    let below = |path: &RepoPath| {
        path.below(directory).filter(|below| !below.is_empty()).map(|below| RepoPath::from_git_bytes(below.as_bytes()))
    };
    let strip = |entry: Entry| {
        let path = below(&entry.path)?;
        let origin = match entry.origin {
            Origin::DiskBytes(bytes) => Origin::DiskBytes(bytes.get(raw + 1..)?.into()),
            other => other,
        };
        Some(Entry { path, kind: entry.kind, origin })
    };
    source.entries = std::mem::take(&mut source.entries).into_iter().filter_map(strip).collect();
    source.tree = None;
    source.left_out.retain(|item| item.path.is_root() || item.path.is_in(directory));
    for item in &mut source.left_out {
        item.path = below(&item.path).unwrap_or_default();
    }
}
