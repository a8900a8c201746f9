//! Owns parsed documents, each parsed once. Refuses to hide a file that does not parse: it is listed as not inspected.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::{Snapshot, Unread, UnreadKind, lock};
use crate::doc::{Document, Format};
use crate::text::RepoPath;

/// The result of parsing a file.
pub type Parsed = Result<Arc<Document>, Unread>;

/// Documents parsed so far.
#[derive(Default)]
pub(super) struct Documents(Mutex<HashMap<(RepoPath, u8), Parsed>>);

impl Snapshot {
    /// The document of a file, read and parsed once.
    ///
    /// # Errors
    /// Why it was not read or does not parse, with the place.
    pub fn document(&self, path: &RepoPath, format: Format) -> Parsed {
        let key = (path.clone(), format as u8);
        if let Some(known) = lock(&self.documents.0).get(&key) {
            return known.clone();
        }
        let parsed = self.read(path).and_then(|file| {
            Document::parse(file, format, self.limits()).map(Arc::new).map_err(|problem| {
                let mut unread = Unread::new(path.clone(), UnreadKind::Malformed, &problem.message);
                unread.place = Some(problem.place);
                self.record(&unread);
                unread
            })
        });
        lock(&self.documents.0).insert(key, parsed.clone());
        parsed
    }
}
