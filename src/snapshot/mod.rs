//! Owns the inspected tree, frozen: the path list at once, file bytes on first use, bounded, once. Refuses to judge, and to
//! read anything outside the tree.

mod branch;
mod documents;
mod exact;
mod paths;
mod tags;

pub use branch::DefaultBranch;
pub use paths::Children;
pub use tags::Tag;

pub use crate::source::{Entry, EntryKind, NotInspected, Subject, SubjectKind, Unread, UnreadKind};

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::answer::Why;
use crate::error::Error;
use crate::limits::Limits;
use crate::source::forge::Answers;
use crate::source::{self, OpenOptions, Source};
use crate::text::{RepoPath, SourceFile};

/// The result of reading a file as text.
pub type Read = Result<Arc<SourceFile>, Unread>;

/// A frozen tree.
pub struct Snapshot {
    source: Source,
    files: Mutex<HashMap<RepoPath, Read>>,
    unread: Mutex<BTreeMap<RepoPath, NotInspected>>,
    documents: Arc<documents::Documents>,
    index: OnceLock<paths::Index>,
    /// Where links and submodules stand in the list: what lies behind one has no entry of its own.
    detours: OnceLock<Vec<usize>>,
    forge: Option<Arc<Answers>>,
}

/// Opens a PATH and freezes what it holds.
///
/// # Errors
/// As [`source::open`].
pub fn open(path: &Path, options: &OpenOptions) -> Result<Snapshot, Error> {
    source::open(path, options).map(Snapshot::new)
}

/// As [`open`], beside another snapshot: what both have is listed and read once.
///
/// # Errors
/// As [`source::open`].
pub fn open_beside(path: &Path, options: &OpenOptions, other: &Snapshot) -> Result<Snapshot, Error> {
    source::open_beside(path, options, Some(&other.source)).map(Snapshot::new)
}

/// A cache left by a thread that panicked still holds whole values only.
fn lock<T>(cache: &Mutex<T>) -> MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Snapshot {
    /// Freezes a source.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self {
            source,
            files: Mutex::default(),
            unread: Mutex::default(),
            documents: Arc::default(),
            index: OnceLock::new(),
            detours: OnceLock::new(),
            forge: None,
        }
    }

    /// A plain folder made of texts, for tests and examples. The last text given for a path wins.
    #[must_use]
    pub fn in_memory(files: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::new(Source::in_memory(files))
    }

    /// The same snapshot under other bounds; what was read before is forgotten.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.source.limits = limits;
        Self::new(self.source)
    }

    /// The same tree, in which these texts stand at these paths: as a command may leave it behind. Nothing of it is told.
    #[must_use]
    pub fn overlaid(&self, files: Vec<(RepoPath, String)>) -> Self {
        let mut read = lock(&self.files).clone();
        files.iter().for_each(|(path, _)| drop(read.remove(path)));
        let source = self.source.overlaid(files);
        let (documents, forge) = (Arc::clone(&self.documents), self.forge.clone());
        Self { files: Mutex::new(read), documents, forge, ..Self::new(source) }
    }

    /// Whether a file was read.
    #[must_use]
    pub fn was_read(&self, path: &RepoPath) -> bool {
        lock(&self.files).contains_key(path)
    }

    /// A file counts as not read; whoever asks for it reads it again.
    pub fn forget(&self, path: &RepoPath) {
        lock(&self.files).remove(path);
    }

    /// The same snapshot with what a forge answered about its repository.
    #[must_use]
    pub fn with_forge(self, forge: Option<Arc<Answers>>) -> Self {
        Self { forge, ..self }
    }

    /// Adds what a forge answered to more questions.
    pub fn learn(&mut self, more: Answers) {
        let before = self.forge.take().map(Arc::unwrap_or_clone).unwrap_or_default();
        self.forge = Some(Arc::new(before.with(more)));
    }

    /// The same snapshot, whose repository a runner or a forge calls so.
    #[must_use]
    pub fn called(mut self, name: Option<String>) -> Self {
        self.source.subject.repository = name.or(self.source.subject.repository);
        self
    }

    /// What a forge answered about its repository, where one was asked.
    #[must_use]
    pub fn forge(&self) -> Option<&Answers> {
        self.forge.as_deref()
    }

    /// The same snapshot in which these files may be run.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn with_executables(mut self, paths: &[&str]) -> Self {
        let named = self.source.entries.iter_mut().filter(|entry| paths.contains(&entry.path.as_str()));
        named.for_each(|entry| entry.kind = EntryKind::Executable);
        Self::new(self.source)
    }

    /// What is inspected.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.source.subject
    }

    /// The bounds in force.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.source.limits
    }

    /// What a report should say about how the source was opened.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.source.notes
    }

    /// Why the path list is not whole, when it is not: a run over it is incomplete.
    #[must_use]
    pub fn incomplete(&self) -> Option<&str> {
        self.source.incomplete.as_deref()
    }

    /// What was to be listed and was not, when something at `path` may be hidden by it: nobody can say then that nothing is there.
    #[must_use]
    pub fn unlisted(&self, path: &RepoPath) -> Option<&NotInspected> {
        self.source.left_out.iter().find(|one| path.is_in(&one.path))
    }

    /// Every path, sorted by its bytes.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.source.entries
    }

    /// What stands at `path`; none for directories, which are not listed.
    #[must_use]
    pub fn entry(&self, path: &RepoPath) -> Option<&Entry> {
        paths::find(self.entries(), path).map(|(_, entry)| entry)
    }

    /// Whether a program that opens `path` finds a file: a regular one, or a link, by itself or on the way, to one of the tree or to what is
    /// not known here. What a link leads to is not read: who asks for it by [`Self::read`] hears that.
    #[must_use]
    pub fn is_file(&self, path: &RepoPath) -> bool {
        match self.entry(path) {
            Some(entry) if entry.kind == EntryKind::Link => !self.leads_to_directory(entry),
            Some(entry) => entry.is_file(),
            None => self.linked(path).is_some(),
        }
    }

    /// Whether `path` is the root, a directory with something listed below it, or a link to one.
    #[must_use]
    pub fn is_dir(&self, path: &RepoPath) -> bool {
        let link = || self.entry(path).filter(|entry| entry.kind == EntryKind::Link);
        path.is_root() || !self.under(path).is_empty() || link().is_some_and(|link| self.leads_to_directory(link))
    }

    /// Whether the text of a link names a directory of the tree.
    fn leads_to_directory(&self, link: &Entry) -> bool {
        let target = self.source.link_text(link).and_then(|text| link.path.parent().join(&text));
        target.is_some_and(|target| target.is_root() || !self.under(&target).is_empty())
    }

    /// Whether `path` lies behind a link or in a submodule: neither lists what is there.
    #[must_use]
    pub fn is_behind_link(&self, path: &RepoPath) -> bool {
        self.detour(path).is_some()
    }

    /// The link or the submodule behind which `path` lies.
    fn detour(&self, path: &RepoPath) -> Option<&Entry> {
        let away = |entry: &Entry| matches!(entry.kind, EntryKind::Submodule | EntryKind::Link);
        let detours = self.detours.get_or_init(|| (0..self.entries().len()).filter(|at| away(&self.entries()[*at])).collect());
        paths::above(self.entries(), detours, path)
    }

    /// Everything below a directory, in order.
    #[must_use]
    pub fn under(&self, directory: &RepoPath) -> &[Entry] {
        source::under(self.entries(), directory)
    }

    /// The names right below a directory, each with whether it is a directory itself.
    #[must_use]
    pub fn children(&self, directory: &RepoPath) -> Children<'_> {
        Children::new(self.entries(), directory)
    }

    /// The names of what stands right in a directory but other directories, in order.
    pub fn names_in(&self, directory: &RepoPath) -> impl Iterator<Item = &str> {
        self.index().names_in(self.entries(), directory)
    }

    /// The directories with this last name that hold something else than directories, sorted by path.
    #[must_use]
    pub fn directories_named(&self, name: &str) -> &[RepoPath] {
        self.index().directories_named(name)
    }

    fn index(&self) -> &paths::Index {
        self.index.get_or_init(|| paths::Index::new(self.entries()))
    }

    /// The text of an ordinary file, read once, at most `limits.file_bytes` bytes without NUL. Bytes that are not UTF-8 are
    /// spelled out ([`SourceFile::is_foreign`]): make, shells and their like read bytes.
    ///
    /// # Errors
    /// Why it was not read; everything but a missing file and a submodule is also listed by [`Self::not_inspected`].
    pub fn read(&self, path: &RepoPath) -> Read {
        self.read_bounded(path, self.source.limits.file_bytes)
    }

    /// As [`Self::read`], with the caller's bound in bytes. A text is read once, whatever the bounds of later callers.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_bounded(&self, path: &RepoPath, max_bytes: usize) -> Read {
        if let Some(known) = lock(&self.files).get(path) {
            match known {
                Err(unread) if unread.kind == UnreadKind::TooLarge => {}
                other => return other.clone(),
            }
        }
        let result = self.read_now(path, max_bytes);
        if let Err(unread) = &result {
            self.record(unread);
        } else {
            lock(&self.unread).remove(path);
        }
        lock(&self.files).insert(path.clone(), result.clone());
        result
    }

    /// As [`Self::read`], for a look at a file that no rule asked for: what cannot be read is not listed.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn peek(&self, path: &RepoPath) -> Read {
        if let Some(known) = lock(&self.files).get(path) {
            return known.clone();
        }
        let result = self.read_now(path, self.source.limits.file_bytes);
        if result.is_ok() {
            lock(&self.files).insert(path.clone(), result.clone());
        }
        result
    }

    /// As [`Self::read`], for what a pipeline runs: what is no text is a program or data, which was never to be read, and is not
    /// listed. A link whose text names a regular file of the tree is that file, unless that asks for its own name; no other link is listed.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_code(&self, path: &RepoPath) -> Read {
        let peeked = self.peek(path);
        if peeked.as_ref().is_err_and(|unread| unread.kind == UnreadKind::Link) {
            // To a script its name is the link's, and what lies beside it lies there.
            let asks = |file: &SourceFile| ["$0", "${0", "BASH_SOURCE"].iter().any(|name| file.text.contains(name));
            let target = self.linked(path).map(|target| self.read_code(&target));
            return target.filter(|read| !read.as_ref().is_ok_and(|file| asks(file))).unwrap_or(peeked);
        }
        if peeked.as_ref().is_err_and(|unread| unread.kind == UnreadKind::NotText) { peeked } else { self.read(path) }
    }

    /// The regular file of the tree that the text of a link, or of one above the path, names: nothing is followed where the tree
    /// lies, and no link behind a link.
    #[must_use]
    pub fn linked(&self, path: &RepoPath) -> Option<RepoPath> {
        let link = self.entry(path).or_else(|| self.detour(path))?;
        let text = self.source.link_text(link)?;
        let target = link.path.parent().join(&text)?;
        let target = target.join(path.below(&link.path).unwrap_or_default())?;
        self.entry(&target).is_some_and(Entry::is_file).then_some(target)
    }

    fn read_now(&self, path: &RepoPath, max_bytes: usize) -> Read {
        let refuse = |kind, why: &str| Err(Unread::new(path.clone(), kind, why));
        let Some(entry) = self.entry(path) else {
            return match self.detour(path) {
                Some(above) if above.kind == EntryKind::Link => {
                    refuse(UnreadKind::Link, "lies behind a symbolic link, not followed")
                }
                Some(_) => refuse(UnreadKind::Submodule, "lies in a submodule, not read"),
                None => refuse(UnreadKind::Missing, "there is no such file"),
            };
        };
        self.documents.shared(entry, max_bytes, || self.read_entry(entry, max_bytes))
    }

    /// As [`Self::read`] for a file whose reader obeys a byte order mark of UTF-16, as pip does for lists of requirements.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_marked(&self, path: &RepoPath) -> Read {
        let read = self.read(path);
        let marked = |bytes: &[u8]| -> Option<String> {
            let units =
                |order: fn([u8; 2]) -> u16| bytes[2..].chunks(2).map(move |unit| order([unit[0], *unit.get(1).unwrap_or(&0)]));
            let units: Vec<u16> = match bytes.get(..2)? {
                [0xff, 0xfe] => units(u16::from_le_bytes).collect(),
                [0xfe, 0xff] => units(u16::from_be_bytes).collect(),
                _ => return None,
            };
            String::from_utf16(&units).ok().filter(|text| !text.contains('\0'))
        };
        let Some(entry) = self.entry(path).filter(|_| read.as_ref().is_err_and(|unread| unread.kind == UnreadKind::NotText))
        else {
            return read;
        };
        let Some(text) = self.source.read(entry, self.source.limits.file_bytes).ok().and_then(|bytes| marked(&bytes)) else {
            return read;
        };
        let file = SourceFile::new(path.clone(), text);
        lock(&self.unread).remove(path);
        lock(&self.files).insert(path.clone(), Ok(Arc::clone(&file)));
        Ok(file)
    }

    /// Lists a file whose text was read and that its reader does not take: too large for it, nested too deeply, or no script.
    pub fn given_up(&self, path: &RepoPath, why: &Why) {
        let place = why.place.clone().filter(|place| place.path == *path);
        let next = "repair it at this line, or make it smaller";
        lock(&self.unread).insert(path.clone(), NotInspected { path: path.clone(), why: why.text.clone(), place, next });
    }

    fn record(&self, unread: &Unread) {
        // A submodule is another repository: no reader can read it here, so that nothing of this tree is left uninspected.
        if !matches!(unread.kind, UnreadKind::Missing | UnreadKind::Submodule) {
            lock(&self.unread).insert(unread.path.clone(), unread.into());
        }
    }

    /// Every path that was asked for, or had to be listed, and could not be read: sorted by path, once each.
    #[must_use]
    pub fn not_inspected(&self) -> Vec<NotInspected> {
        let mut all: Vec<NotInspected> = lock(&self.unread).values().cloned().collect();
        all.extend(self.source.left_out.iter().cloned());
        all.sort();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests;
