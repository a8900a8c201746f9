//! Owns what base and head share: files of the object database, each read once, and parsed documents, each text parsed once in each format. Refuses to keep a document whose
//! text has changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use crate::doc::{DocErrorKind, Document, Format};
use crate::text::{RepoPath, SourceFile};

use super::{Entry, Read, Snapshot, Unread, UnreadKind, lock};

/// A document, or why its text is none.
type Parsed = Result<Arc<Document>, Unread>;

/// Base and head may hold two texts under one path. Both come to a file at nearly the same moment: who comes second waits for what the first
/// one makes of it.
type Texts = Vec<(Arc<SourceFile>, Arc<OnceLock<Parsed>>)>;

/// Documents by path and format, and the files of object databases by path and id.
#[derive(Default)]
pub(super) struct Documents {
    parsed: Mutex<HashMap<(RepoPath, Format), Texts>>,
    files: Mutex<HashMap<(RepoPath, String), Arc<SourceFile>>>,
}

impl Documents {
    /// The file of an entry, read by the first that asks for it. Only texts are kept: what cannot be read is told to each.
    pub(super) fn shared(&self, entry: &Entry, max_bytes: usize, read: impl FnOnce() -> Read) -> Read {
        let Some(id) = entry.blob().filter(|_| entry.is_file()) else { return read() };
        let key = (entry.path.clone(), id);
        let known = lock(&self.files).get(&key).cloned();
        if let Some(file) = known.filter(|file| file.text.len() <= max_bytes && !file.is_foreign()) {
            return Ok(file);
        }
        let file = read()?;
        Ok(Arc::clone(lock(&self.files).entry(key).or_insert(file)))
    }
}

impl Snapshot {
    /// What an entry holds, as text.
    pub(super) fn read_entry(&self, entry: &Entry, max_bytes: usize) -> Read {
        let path = &entry.path;
        let bytes = self.source.read(entry, max_bytes)?;
        if let Some(at) = memchr::memchr(0, &bytes) {
            return Err(Unread::binary(path, &bytes[..at]));
        }
        if bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
            return Err(Unread::new(path.clone(), UnreadKind::LfsPointer, "a Git LFS pointer, its content is not read"));
        }
        Ok(SourceFile::from_bytes(path.clone(), bytes))
    }

    /// The file at `path` as a document: read as by [`Self::read`] (a larger file that was read before stays readable),
    /// parsed once.
    ///
    /// # Errors
    /// It was not read, or is no document, with the place where; both are listed by [`Self::not_inspected`].
    pub fn document(&self, path: &RepoPath, format: Format) -> Result<Arc<Document>, Unread> {
        let parsed = self.parsed(self.read(path)?, format);
        if let Err(unread) = &parsed {
            self.record(unread);
        }
        parsed
    }

    /// As [`Self::document`], for a look at a file that no rule asked for: what is none is not listed.
    ///
    /// # Errors
    /// As [`Self::document`].
    pub fn peek_document(&self, path: &RepoPath, format: Format) -> Result<Arc<Document>, Unread> {
        self.parsed(self.peek(path)?, format)
    }

    fn parsed(&self, file: Arc<SourceFile>, format: Format) -> Parsed {
        let slot = {
            let mut all = lock(&self.documents.parsed);
            let texts = all.entry((file.path.clone(), format)).or_default();
            match texts.iter().find(|(other, _)| Arc::ptr_eq(other, &file) || other.text == file.text) {
                Some((_, slot)) => Arc::clone(slot),
                None => {
                    let slot = Arc::new(OnceLock::new());
                    texts.push((Arc::clone(&file), Arc::clone(&slot)));
                    slot
                }
            }
        };
        slot.get_or_init(|| self.parse(file, format)).clone()
    }

    fn parse(&self, file: Arc<SourceFile>, format: Format) -> Parsed {
        let path = file.path.clone();
        // YAML, TOML and JSON are UTF-8 by their own rules; INI files have no such rule, and their readers take one byte or another.
        if file.is_foreign() && format != Format::Ini {
            let place = file.first_foreign();
            return Err(Unread { path, why: "is not UTF-8".to_owned(), kind: UnreadKind::NotText, place });
        }
        match Document::parse(file, format, self.limits()) {
            Ok(document) => Ok(Arc::new(document)),
            Err(error) => {
                let kind = match error.kind {
                    DocErrorKind::Malformed => UnreadKind::Malformed,
                    DocErrorKind::PastBound => UnreadKind::PastBound,
                    DocErrorKind::Disputed => UnreadKind::Disputed,
                };
                Err(Unread { path, why: error.message, kind, place: Some(error.place) })
            }
        }
    }

    /// Lets this snapshot and `other`, the other one of base and head, parse each text they share once, and know what the
    /// forge answered. Both must be under the same limits.
    #[must_use]
    pub fn sharing_documents_with(mut self, other: &Self) -> Self {
        self.documents = Arc::clone(&other.documents);
        self.forge = other.forge.clone();
        self
    }
}
