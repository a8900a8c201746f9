//! Owns where a tree comes from: work tree, git revision, bare mirror, plain folder. Refuses repository configuration,
//! hooks, links and child processes, and the network but where `forge` is asked to.

pub mod ancestry;
pub mod checkout;
pub mod commit;
mod content;
mod dirty;
mod disk;
pub mod entry;
pub mod fetching;
pub mod forge;
mod format;
mod ignored;
mod index;
mod locate;
mod loose;
pub mod merge_base;
mod named;
pub mod objects;
mod open;
mod packs;
mod policy_file;
pub mod refs;
pub mod repository;
pub mod revision;
pub mod state_file;
pub(crate) mod tree;
mod wildmatch;
mod worktree;

pub(crate) use entry::under;
pub use entry::{Entry, EntryKind, NotInspected, Subject, SubjectKind, Unread, UnreadKind};
pub use named::{belongs_to, lies_in, read_named_file, read_named_stream, text};
pub use open::{OpenOptions, files_root, open, open_beside, open_repository, work_tree};
pub use policy_file::{file_at, file_beside};
pub use repository::Repository;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::limits::Limits;
use crate::text::RepoPath;

/// A tree laid open: its paths, and where their bytes are.
pub struct Source {
    /// What it is.
    pub subject: Subject,
    /// The bounds it is read under.
    pub limits: Limits,
    /// What a report should say about how it was opened.
    pub notes: Vec<String>,
    /// Every path, sorted by its bytes.
    pub entries: Vec<Entry>,
    /// Paths that stand in the tree but are left out of `entries`, with why.
    pub left_out: Vec<NotInspected>,
    /// Why the list of paths is not whole, when it is not.
    pub incomplete: Option<String>,
    /// Objects and references, when there is a repository.
    pub repository: Option<Arc<Repository>>,
    /// The tree object of which `entries` are all there is to say.
    pub(crate) tree: Option<git2::Oid>,
    pub(crate) root: Option<PathBuf>,
    pub(crate) memory: Vec<String>,
}

impl Source {
    /// The same source, in which these texts stand at these paths.
    #[must_use]
    pub fn overlaid(&self, files: impl IntoIterator<Item = (RepoPath, String)>) -> Self {
        let (mut memory, mut entries) = (self.memory.clone(), self.entries.clone());
        for (path, text) in files {
            let entry = Entry { path, kind: EntryKind::File, origin: entry::Origin::Memory(memory.len()) };
            memory.push(text);
            match entries.binary_search_by(|other| other.path.cmp(&entry.path)) {
                Ok(at) => entries[at] = entry,
                Err(at) => entries.insert(at, entry),
            }
        }
        Self {
            subject: self.subject.clone(),
            limits: self.limits.clone(),
            notes: Vec::new(),
            entries,
            left_out: self.left_out.clone(),
            incomplete: self.incomplete.clone(),
            repository: self.repository.clone(),
            tree: None,
            root: self.root.clone(),
            memory,
        }
    }

    /// A source from texts, for tests and examples. The last text given for a path wins.
    #[must_use]
    pub fn in_memory(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut memory = Vec::new();
        let mut paths = BTreeMap::new();
        for (path, text) in files {
            let path = RepoPath::new(&path).unwrap_or_else(|| RepoPath::from_git_bytes(path.as_bytes()));
            paths.insert(path, memory.len());
            memory.push(text);
        }
        let entry = |(path, at)| Entry { path, kind: EntryKind::File, origin: entry::Origin::Memory(at) };
        let entries = paths.into_iter().map(entry).collect();
        Self {
            subject: Subject::folder(),
            limits: Limits::default(),
            notes: Vec::new(),
            entries,
            left_out: Vec::new(),
            incomplete: None,
            repository: None,
            tree: None,
            root: None,
            memory,
        }
    }
}
