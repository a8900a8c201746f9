//! Owns what a source hands over about each path, and why a path could not be read. Refuses to open anything.

use serde::Serialize;

use crate::answer::Reason;
use crate::text::{Place, RepoPath, SourceFile};

/// Where the inspected tree came from (`subject.kind` in the JSON contract).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// Tracked and untracked files on disk.
    WorkTree,
    /// A commit's tree, read from the object database.
    Git,
    /// A directory that is no repository, or a part of one taken alone.
    Folder,
    /// Read from a forge.
    Forge,
}

/// What is being inspected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// Where the tree came from.
    pub kind: SubjectKind,
    /// `owner/name` on a forge, when a forge was asked, or a runner says so.
    pub repository: Option<String>,
    /// The commit: the one inspected, or the one checked out for a work tree. None without a commit.
    pub revision: Option<String>,
    /// The commit's tree was judged although files on disk differ from it.
    pub dirty: bool,
}

impl Subject {
    /// A plain folder.
    #[must_use]
    pub fn folder() -> Self {
        Self { kind: SubjectKind::Folder, repository: None, revision: None, dirty: false }
    }
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A regular file that its owner may execute.
    Executable,
    /// A symbolic link, never followed.
    Link,
    /// A gitlink: another repository's commit, never entered.
    Submodule,
}

/// Where an entry's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Index into the texts of an in-memory snapshot.
    Memory(usize),
    /// On disk under the root, at the entry's own path.
    Disk,
    /// On disk under the root, at a path whose bytes are not UTF-8.
    DiskBytes(Box<[u8]>),
    /// A blob of the object database.
    Blob(git2::Oid),
    /// Nothing to read: a submodule.
    Nothing,
}

/// One path of the inspected tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies.
    pub path: RepoPath,
    /// What it is.
    pub kind: EntryKind,
    pub(crate) origin: Origin,
}

impl Entry {
    /// Whether it is a regular file, executable or not.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self.kind, EntryKind::File | EntryKind::Executable)
    }

    /// The blob's id in lower-case hex, when the bytes come from the object database: equal ids mean equal bytes.
    #[must_use]
    pub fn blob(&self) -> Option<String> {
        match &self.origin {
            Origin::Blob(id) => Some(id.to_string()),
            _ => None,
        }
    }
}

/// Everything strictly below `directory`, a contiguous run because the list is sorted by bytes.
pub(crate) fn under<'a>(entries: &'a [Entry], directory: &RepoPath) -> &'a [Entry] {
    if directory.is_root() {
        return entries;
    }
    let directory = directory.as_str();
    let below = |entry: &Entry, bound: u8| {
        let path = entry.path.as_str().as_bytes();
        let head = path.len().min(directory.len());
        // Compares the path with `directory` followed by the bound byte, without building that text.
        match path[..head].cmp(&directory.as_bytes()[..head]) {
            std::cmp::Ordering::Equal => path.get(head).is_none_or(|next| path.len() <= directory.len() || *next < bound),
            unequal => unequal.is_lt(),
        }
    };
    let start = entries.partition_point(|entry| below(entry, b'/'));
    let rest = &entries[start..];
    &rest[..rest.partition_point(|entry| below(entry, b'/' + 1))]
}

/// The class of a failure to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnreadKind {
    /// There is no file at the path.
    Missing,
    /// More bytes than the limit.
    TooLarge,
    /// Not UTF-8, or with a NUL byte.
    NotText,
    /// A symbolic link.
    Link,
    /// A submodule, or a path inside one.
    Submodule,
    /// A Git LFS pointer stands for the content.
    LfsPointer,
    /// The file system or the object database failed.
    Io,
    /// The text is not valid in its format.
    Malformed,
    /// The text exceeds a bound on what is read of it: depth, nodes, aliases.
    PastBound,
    /// Readers of the format differ about its very lines.
    Disputed,
}

impl UnreadKind {
    /// What to do so that the file can be read.
    #[must_use]
    pub fn next_step(self) -> &'static str {
        match self {
            Self::TooLarge | Self::PastBound => "make it smaller, or raise the bound with --limit",
            Self::NotText => "store it as UTF-8",
            Self::Missing | Self::Link | Self::Submodule | Self::Io => "make it a regular file that can be read",
            Self::LfsPointer => "store the file itself, not with Git LFS",
            Self::Malformed => "repair it at this line",
            Self::Disputed => "remove the character, or write it as an escape in double quotes",
        }
    }
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file that was asked for.
    pub path: RepoPath,
    /// One clause, e.g. "3145728 bytes exceed the limit file-bytes of 2097152".
    pub why: String,
    /// The class of failure.
    pub kind: UnreadKind,
    /// Where in the file, when it was read but not understood.
    pub place: Option<Place>,
}

impl Unread {
    /// A failure without a place inside the file.
    pub fn new(path: RepoPath, kind: UnreadKind, why: impl Into<String>) -> Self {
        Self { path, why: why.into(), kind, place: None }
    }

    /// A file with a NUL byte behind these first ones.
    pub(crate) fn binary(path: &RepoPath, before: &[u8]) -> Self {
        let why = "has a NUL byte, so it is not text".to_owned();
        let place = SourceFile::place_behind(path, before);
        Self { path: path.clone(), why, kind: UnreadKind::NotText, place: Some(place) }
    }

    /// The class of what is not known for it: a submodule is another repository, and nothing of this one was not read.
    #[must_use]
    pub fn reason(&self) -> Reason {
        if self.kind == UnreadKind::Submodule { Reason::Remote } else { Reason::Unreadable }
    }
}

/// A path that was to be read and was not (`not_inspected` in the JSON contract, which has path and reason).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct NotInspected {
    /// The path; the root when it is about the tree as a whole.
    pub path: RepoPath,
    /// Why not.
    pub why: String,
    /// Where in the file, when that is known.
    #[serde(skip)]
    pub place: Option<Place>,
    /// What to do so that it can be read.
    #[serde(skip)]
    pub next: &'static str,
}

impl NotInspected {
    /// A path that was left out of the list of paths.
    pub(crate) fn left_out(path: RepoPath, why: impl Into<String>, next: &'static str) -> Self {
        Self { path, why: why.into(), place: None, next }
    }

    /// Where to act: its place, else the file as a whole; none for the tree.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let whole = || (!self.path.is_root()).then(|| Place::file(self.path.clone()));
        self.place.clone().or_else(whole)
    }
}

impl From<&Unread> for NotInspected {
    fn from(unread: &Unread) -> Self {
        Self { path: unread.path.clone(), why: unread.why.clone(), place: unread.place.clone(), next: unread.kind.next_step() }
    }
}

/// What listing a tree gives.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) entries: Vec<Entry>,
    pub(crate) left_out: Vec<NotInspected>,
    pub(crate) notes: Vec<String>,
    pub(crate) incomplete: Option<String>,
}

impl Listing {
    pub(crate) fn leave_out(&mut self, path: &[u8], why: impl Into<String>) {
        let next = "make it something that can be read, under a name that git checks out";
        self.left_out.push(NotInspected::left_out(RepoPath::from_git_bytes(path), why, next));
    }

    /// Records that the tree has more paths than the bound, or would need more steps to list.
    pub(crate) fn truncated(&mut self, paths: usize) {
        let why = format!("the tree has more than {paths} paths; those after the first {} are not inspected", self.entries.len());
        self.left_out.push(NotInspected::left_out(RepoPath::root(), &*why, "raise the bound with --limit"));
        self.incomplete = Some(why);
    }

    /// Sorts by path; of several entries shown by one path the first stays and the others are said to be left out.
    pub(crate) fn settle(&mut self) {
        let in_order = self.entries.is_sorted_by(|a, b| a.path < b.path);
        if in_order {
            return;
        }
        self.entries.sort_by(|a, b| a.path.cmp(&b.path));
        let left_out = &mut self.left_out;
        self.entries.dedup_by(|next, kept| {
            let same = next.path == kept.path;
            if same {
                let (path, why) = (next.path.clone(), "a second entry of the same path");
                left_out.push(NotInspected::left_out(path, why, "rename or remove one of the two"));
            }
            same
        });
    }
}
