//! Owns reading git objects: hash-verified, size-checked first, from disk only. Refuses revision syntax, replace refs,
//! grafts, commit-graph files, object directories named by the environment, and promisor remotes.
//!
//! An object directory's own `info/alternates` is followed, as shared clones need it: an alternate can only add objects,
//! never change what an id means, because every object read is hashed and compared with its id.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use git2::{ErrorCode, ObjectType, Odb, OdbObject, Oid};

use crate::error::Error;

use super::disk::{self, DiskError};

/// Bytes of an `info/alternates` file.
const ALTERNATES_BYTES: usize = 64 * 1024;
/// Hops from a tag to the object it stands for.
const TAG_HOPS: usize = 8;

/// Why an object was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectError {
    /// The repository does not hold it.
    Missing,
    /// It has this many bytes, more than the bound.
    TooLarge(usize),
    /// It is of another type than the one asked for, e.g. `blob`.
    OtherType(&'static str),
    /// It is damaged: wrong hash, wrong header, bad compression, bad grammar.
    Broken(String),
}

impl std::fmt::Display for ObjectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("is not in the repository"),
            Self::TooLarge(bytes) => write!(f, "has {bytes} bytes, more than is read"),
            Self::OtherType(kind) => write!(f, "is a {kind}"),
            Self::Broken(why) => write!(f, "is damaged: {why}"),
        }
    }
}

impl From<git2::Error> for ObjectError {
    fn from(error: git2::Error) -> Self {
        match error.code() {
            ErrorCode::NotFound => Self::Missing,
            _ => Self::Broken(error.message().to_owned()),
        }
    }
}

/// What an abbreviated id stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Abbreviation {
    None,
    One(Oid),
    Many,
}

/// How many bytes one compressed byte can become at most (deflate's bound).
const INFLATION: u64 = 1032;

/// An object database on disk.
pub struct Objects {
    odb: Odb<'static>,
    directory: PathBuf,
}

impl Objects {
    /// Opens an `objects` directory.
    ///
    /// # Errors
    /// The directory, or its list of alternates, cannot be used.
    pub fn open(directory: &Path) -> Result<Self, Error> {
        let fail = |why: String| Error::incomplete(format!("the object directory {} cannot be read: {why}", directory.display()));
        match disk::read(&directory.join("info/alternates"), ALTERNATES_BYTES) {
            Ok(_) | Err(DiskError::Missing) => {}
            Err(error) => return Err(fail(format!("info/alternates: {error}"))),
        }
        let text = directory.to_str().ok_or_else(|| fail("its path is not UTF-8".to_owned()))?;
        let odb = Odb::new().and_then(|odb| odb.add_disk_alternate(text).map(|()| odb));
        Ok(Self { odb: odb.map_err(|error| fail(error.message().to_owned()))?, directory: directory.to_owned() })
    }

    /// Type and size of an object, before its bytes are looked at; not verified by hash.
    ///
    /// # Errors
    /// It is missing or damaged.
    #[expect(clippy::disallowed_methods, reason = "the one place that catches its panic")]
    pub fn header(&self, id: Oid) -> Result<(usize, ObjectType), ObjectError> {
        // git2 unwraps the type that a pack file claims, and a damaged pack can claim one that does not exist.
        catch_unwind(AssertUnwindSafe(|| self.odb.read_header(id)))
            .map_err(|_| ObjectError::Broken("a pack file names an unknown type".to_owned()))?
            .map_err(ObjectError::from)
    }

    /// The verified bytes of an object of type `kind` with at most `max_bytes` bytes.
    ///
    /// # Errors
    /// It is missing, damaged, of another type, or larger.
    pub fn read(&self, id: Oid, kind: ObjectType, max_bytes: usize) -> Result<OdbObject<'_>, ObjectError> {
        if !self.is_small(id, max_bytes)? {
            let (bytes, _) = self.header(id)?;
            if bytes > max_bytes {
                return Err(ObjectError::TooLarge(bytes));
            }
        }
        let object = self.odb.read(id)?;
        if object.kind() != kind {
            return Err(ObjectError::OtherType(object.kind().str()));
        }
        Ok(object)
    }

    /// Whether the object lies in a file of its own that cannot hold more than `max_bytes` bytes: its header need not be read
    /// first, which for a loose object costs as much as reading it. What is no regular file there (a pipe would never end) is damage.
    fn is_small(&self, id: Oid, max_bytes: usize) -> Result<bool, ObjectError> {
        let name = id.to_string();
        let Some((first, rest)) = name.split_at_checked(2) else { return Ok(false) };
        match fs::symlink_metadata(self.directory.join(first).join(rest)) {
            Ok(metadata) if !metadata.is_file() => Err(ObjectError::Broken("its file is no regular file".to_owned())),
            Ok(metadata) => Ok(metadata.len().saturating_mul(INFLATION) <= max_bytes as u64),
            Err(_) => Ok(false),
        }
    }

    /// The object that an abbreviated lower-case hex id of 4 to 39 digits names.
    pub(crate) fn abbreviated(&self, digits: &str) -> Result<Abbreviation, Error> {
        let Ok(short) = Oid::from_str(digits) else { return Ok(Abbreviation::None) };
        match self.odb.exists_prefix(short, digits.len()) {
            Ok(id) => Ok(Abbreviation::One(id)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(Abbreviation::None),
            Err(error) if error.code() == ErrorCode::Ambiguous => Ok(Abbreviation::Many),
            Err(error) => Err(Error::incomplete(format!("the object id {digits} cannot be looked up: {}", error.message()))),
        }
    }

    /// The object that `id` stands for once every tag object on the way is parsed, and its type.
    ///
    /// # Errors
    /// The id of the object that could not be read, and why.
    pub fn peel(&self, id: Oid, tag_bytes: usize) -> Result<(Oid, ObjectType), (Oid, ObjectError)> {
        let mut here = id;
        for _ in 0..TAG_HOPS {
            let (_, kind) = self.header(here).map_err(|error| (here, error))?;
            if kind != ObjectType::Tag {
                return Ok((here, kind));
            }
            let object = self.read(here, ObjectType::Tag, tag_bytes).map_err(|error| (here, error))?;
            let tag = crate::signing::tag_object::parse(object.data());
            let next = tag.map_err(|why| (here, ObjectError::Broken(why.to_string())))?.object;
            here = Oid::from_str(&next).map_err(|error| (here, error.into()))?;
        }
        Err((here, ObjectError::Broken(format!("more than {TAG_HOPS} tags point at one another"))))
    }
}
