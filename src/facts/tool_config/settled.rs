//! Owns reading a tool's own configuration only where it says one thing to all its readers: no key stands twice, nothing is merged
//! over what is asked, the bytes are those of one encoding. Refuses to choose between two readings.

use std::sync::Arc;

use super::unreadable;
use crate::answer::{Reason, Why};
use crate::doc::{Document, Format, ProblemKind, Value};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath};

/// The document of a file that a tool reads as a whole, which it refuses or reads otherwise than others where a key stands twice.
///
/// # Errors
/// Why it cannot be read, or both readings of it.
pub(super) fn document(snapshot: &Snapshot, path: &RepoPath, format: Format) -> Result<Arc<Document>, Why> {
    let document = snapshot.document(path, format).map_err(|unread| unreadable(&unread))?;
    match two_readings(&document) {
        Some(why) => Err(why),
        None => Ok(document),
    }
}

/// Why what a document says depends on who reads it.
pub(super) fn two_readings(document: &Document) -> Option<Why> {
    let twice = document.problems().iter().find(|problem| problem.kind == ProblemKind::DuplicateKey).map(|problem| {
        let words = format!("{}: some readers take the first, some the last, some refuse the file", problem.message);
        Why::new(Reason::Unreadable, words).at(problem.place.clone())
    });
    // `configparser` takes none of the file then, other readers of INI take the rest.
    let bare = document.problems().iter().find(|problem| problem.kind == ProblemKind::KeyWithoutValue).map(|problem| {
        Why::new(Reason::Unreadable, format!("{}: some readers refuse the file", problem.message)).at(problem.place.clone())
    });
    twice.or(bare).or_else(|| two_encodings(document))
}

/// Python's `configparser` reads INI in the encoding it is told, or in that of the machine, and takes a mark that it was not told of for
/// a part of the first line.
fn two_encodings(document: &Document) -> Option<Why> {
    let file = document.file();
    if document.format() != Format::Ini {
        return None;
    }
    let why = |words: &str, place: Place| Some(Why::new(Reason::Unreadable, words).at(place));
    if let Some(place) = file.first_foreign() {
        return why("this byte is not UTF-8: some readers refuse the file, some take it for another encoding", place);
    }
    let marked = file.text.starts_with('\u{FEFF}');
    marked.then(|| why("some readers take the byte order mark for a part of the first line", Place::file(file.path.clone())))?
}

/// What stands at a key of a mapping.
///
/// # Errors
/// It stands there twice, or not by itself but perhaps by what is merged into the mapping.
pub(super) fn said<'d>(mapping: Value<'d>, key: &str) -> Result<Option<Value<'d>>, Why> {
    match mapping.get(key) {
        Some(value) => value.disputed().map_or(Ok(Some(value)), Err),
        None => merged(mapping, key).map_or(Ok(None), Err),
    }
}

/// Why a key that a mapping does not have may come from what is merged into it.
pub(super) fn merged(mapping: Value<'_>, key: &str) -> Option<Why> {
    let merge = mapping.entries().find(|entry| entry.name() == Some("<<") && entry.key.is_plain())?;
    let why = format!("`{key}` may come from what is merged here");
    Some(Why::new(Reason::Unsupported, why).at(merge.key.place()))
}

/// Why what stands at a key depends on who reads the file: it, or a table above it, is given twice, or may come from a merge key.
pub(super) fn contested(document: &Document, prefix: Option<&str>, key: &str) -> Option<Why> {
    let whole = prefix.map_or_else(|| key.to_owned(), |prefix| format!("{prefix}.{key}"));
    let mut value = document.root();
    for (at, part) in whole.split('.').enumerate() {
        // A section of INI and a few keys hold dots themselves.
        let rest = whole.splitn(at + 1, '.').last().unwrap_or_default();
        if let Some(all) = value.get(rest).or_else(|| value.get("").and_then(|section| section.get(rest))) {
            return all.disputed();
        }
        match value.get(part) {
            Some(next) if next.disputed().is_some() => return next.disputed(),
            Some(next) => value = next,
            None => return merged(value, part),
        }
    }
    value.disputed()
}
