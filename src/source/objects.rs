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
use super::loose::{self, Loose};
use super::packs::Packs;

/// Bytes of an `info/alternates` file.
const ALTERNATES_BYTES: usize = 64 * 1024;
/// How deep one object directory borrows from the next; libgit2 goes no deeper.
const ALTERNATE_DEPTH: usize = 5;
/// How many object directories are used together.
const DIRECTORIES: usize = 64;
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

/// The place in the order of what is asked for objects: before all others.
const FIRST: i32 = 1000;

/// An object whose bytes are those that its id names.
pub struct Object<'a> {
    id: Oid,
    bytes: Bytes<'a>,
}

enum Bytes<'a> {
    Packed(OdbObject<'a>),
    Loose(Vec<u8>),
}

impl Object<'_> {
    /// Its id.
    pub fn id(&self) -> Oid {
        self.id
    }

    /// Its bytes, without header.
    pub fn data(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Packed(object) => object.data(),
            Bytes::Loose(bytes) => bytes,
        }
    }
}

/// An object database on disk.
pub struct Objects {
    odb: Odb<'static>,
    /// Its own directory, and those that it borrows from.
    directories: Vec<Directory>,
    packs: Packs,
}

/// A directory of objects that have files of their own.
struct Directory {
    path: PathBuf,
    /// By the first byte of their ids: whether there may be any.
    holds: Box<[bool; 256]>,
}

impl Directory {
    fn new(path: PathBuf) -> Self {
        // Where it cannot be listed any may be there.
        let Ok(entries) = fs::read_dir(&path) else { return Self { path, holds: Box::new([true; 256]) } };
        let mut holds = Box::new([false; 256]);
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        for first in names.filter(|name| name.len() == 2).filter_map(|name| u8::from_str_radix(&name, 16).ok()) {
            holds[usize::from(first)] = true;
        }
        Self { path, holds }
    }
}

impl Objects {
    /// Opens an `objects` directory.
    ///
    /// # Errors
    /// The directory, or its list of alternates, cannot be used.
    pub fn open(directory: &Path) -> Result<Self, Error> {
        let fail = |why: String| {
            let words = format!("the object directory {} cannot be read: {why}", directory.display());
            Error::incomplete(words).hint("run `git fsck`, and clone it anew if that does not help")
        };
        let directories = borrowed(directory).map_err(&fail)?;
        let packs = Packs::open(directories.iter().map(PathBuf::as_path)).map_err(&fail)?;
        let text = directory.to_str().ok_or_else(|| fail("its path is not UTF-8".to_owned()))?;
        let odb = Odb::new().and_then(|odb| odb.add_disk_alternate(text).map(|()| odb));
        let odb = odb.map_err(|error| fail(error.message().to_owned()))?;
        Ok(Self { odb, directories: directories.into_iter().map(Directory::new).collect(), packs })
    }

    /// Keeps objects in memory beside those on disk; nothing is written.
    pub(super) fn take_in(&self, kind: ObjectType, objects: &[Vec<u8>]) -> Result<(), Error> {
        if objects.is_empty() {
            return Ok(());
        }
        let kept = self
            .odb
            .add_new_mempack_backend(FIRST)
            .and_then(|_| objects.iter().try_for_each(|bytes| self.odb.write(kind, bytes).map(|_| ())));
        kept.map_err(|error| {
            Error::incomplete(format!("an object cannot be kept: {}", error.message())).hint("fetch it with git")
        })
    }

    /// Type and size of an object, before its bytes are looked at; not verified by hash.
    ///
    /// # Errors
    /// It is missing or damaged.
    pub fn header(&self, id: Oid) -> Result<(usize, ObjectType), ObjectError> {
        match self.loose(id)? {
            Some(loose) => Ok((loose.size, loose.kind)),
            None => self.packed(id),
        }
    }

    /// Type and size of an object of a pack.
    #[expect(clippy::disallowed_methods, reason = "the one place that catches its panic")]
    fn packed(&self, id: Oid) -> Result<(usize, ObjectType), ObjectError> {
        self.packs.end(id)?;
        // git2 unwraps the type that a pack file claims, and a damaged pack can claim one that does not exist.
        catch_unwind(AssertUnwindSafe(|| self.odb.read_header(id)))
            .map_err(|_| ObjectError::Broken("a pack file names an unknown type".to_owned()))?
            .map_err(ObjectError::from)
    }

    /// The verified bytes of an object of type `kind` with at most `max_bytes` bytes.
    ///
    /// # Errors
    /// It is missing, damaged, of another type, or larger.
    pub fn read(&self, id: Oid, kind: ObjectType, max_bytes: usize) -> Result<Object<'_>, ObjectError> {
        let loose = self.loose(id)?;
        let (bytes, found) = match &loose {
            Some(loose) => (loose.size, loose.kind),
            None => self.packed(id)?,
        };
        if bytes > max_bytes {
            return Err(ObjectError::TooLarge(bytes));
        }
        if found != kind {
            return Err(ObjectError::OtherType(found.str()));
        }
        if let Some(loose) = loose {
            return Ok(Object { id, bytes: Bytes::Loose(loose.read(id)?) });
        }
        let object = self.odb.read(id)?;
        if object.kind() != kind {
            return Err(ObjectError::OtherType(object.kind().str()));
        }
        Ok(Object { id, bytes: Bytes::Packed(object) })
    }

    /// The object's file of its own, in the first directory that has a sound one.
    fn loose(&self, id: Oid) -> Result<Option<Loose>, ObjectError> {
        let name = id.to_string();
        let Some((first, rest)) = name.split_at_checked(2) else { return Ok(None) };
        let mut damage = None;
        let byte = id.as_bytes().first().map_or(0, |byte| usize::from(*byte));
        for directory in self.directories.iter().filter(|directory| directory.holds.get(byte) != Some(&false)) {
            match loose::open(&directory.path.join(first).join(rest)) {
                Ok(None) => {}
                Ok(found) => return Ok(found),
                Err(error) => damage = damage.or(Some(error)),
            }
        }
        damage.map_or(Ok(None), Err)
    }

    /// The object that an abbreviated lower-case hex id of 4 to 39 digits names.
    pub(crate) fn abbreviated(&self, digits: &str) -> Result<Abbreviation, Error> {
        let Ok(short) = Oid::from_str(digits) else { return Ok(Abbreviation::None) };
        match self.odb.exists_prefix(short, digits.len()) {
            Ok(id) => Ok(Abbreviation::One(id)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(Abbreviation::None),
            Err(error) if error.code() == ErrorCode::Ambiguous => Ok(Abbreviation::Many),
            Err(error) => {
                let error = Error::incomplete(format!("the object id {digits} cannot be looked up: {}", error.message()));
                Err(error.hint("`git fsck` tells more; name the whole id"))
            }
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

/// An object directory and all that it borrows from, once each, in none of which anything waits to be opened that never ends.
fn borrowed(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = vec![directory.to_path_buf()];
    let mut level = 0..1;
    for depth in 0..=ALTERNATE_DEPTH {
        for at in level.clone() {
            let here = found[at].clone();
            packs_are_files(&here)?;
            for next in alternates(&here, depth)? {
                if !found.contains(&next) && next.is_dir() {
                    found.push(next);
                }
            }
            if found.len() > DIRECTORIES {
                return Err(format!("it borrows from more than {DIRECTORIES} others"));
            }
        }
        level = level.end..found.len();
    }
    Ok(found)
}

/// The directories that `info/alternates` names; like libgit2, a path that begins with `.` counts in the first of them alone.
fn alternates(directory: &Path, depth: usize) -> Result<Vec<PathBuf>, String> {
    let list = directory.join("info/alternates");
    let bytes = match disk::read(&list, ALTERNATES_BYTES) {
        Ok(bytes) => bytes,
        Err(DiskError::Missing) => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", list.display())),
    };
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    let lines = lines.filter(|line| depth == 0 || !line.starts_with(b"."));
    Ok(lines.filter_map(|line| disk::native(line.trim_ascii_end())).map(|path| directory.join(path)).collect())
}

/// Pack files and their indexes are opened by libgit2, which does not look at what they are.
fn packs_are_files(directory: &Path) -> Result<(), String> {
    let Ok(entries) = fs::read_dir(directory.join("pack")) else { return Ok(()) };
    for entry in entries.flatten() {
        // A link to a pack is used by some mirrors; where it leads is what counts. One that leads nowhere is not opened.
        let path = entry.path();
        if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            return Err(format!("{} is no regular file", path.display()));
        }
    }
    Ok(())
}
