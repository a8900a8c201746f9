//! Owns HEAD, loose references and `packed-refs`, read as data: bounded, no link followed. Refuses the peeled lines of
//! `packed-refs`, short names and reflogs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use git2::Oid;

use crate::error::Error;
use crate::text::RepoPath;

use super::disk::{self, DiskError};
use super::locate::GitDirs;

/// Bytes of `packed-refs`: about two million references.
const PACKED_BYTES: usize = 128 * 1024 * 1024;
/// Bytes of a loose reference.
const LOOSE_BYTES: usize = 4 * 1024;
/// Symbolic references followed in a row, as git has it.
const SYMBOLIC_HOPS: usize = 5;
/// Directories below `refs/` in a row.
const DEPTH: usize = 32;
/// What to do about references that cannot be read.
const MEND: &str = "`git fsck` tells more; a fresh clone mends it";

/// What a reference holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ref {
    /// An object id.
    Direct(Oid),
    /// Another reference's full name.
    Symbolic(String),
}

/// A reference's full name, and what it holds or why it could not be read.
pub type Listed = (String, Result<Ref, Error>);

/// The references of one repository.
pub struct Refs {
    /// What a forge said, which wins.
    told: BTreeMap<String, Option<Oid>>,
    dirs: GitDirs,
    packed: OnceLock<Result<BTreeMap<String, Oid>, Error>>,
}

impl Refs {
    pub(crate) fn new(dirs: GitDirs) -> Self {
        Self { told: BTreeMap::new(), dirs, packed: OnceLock::new() }
    }

    /// Takes what a forge says about references for what they hold; `None`: there is none.
    pub(super) fn take_in(&mut self, told: &BTreeMap<String, Option<Oid>>) {
        self.told.extend(told.iter().map(|(name, id)| (name.clone(), *id)));
    }

    /// What `HEAD` or a full name (`refs/…`) holds; `None` when there is no such reference.
    ///
    /// # Errors
    /// It is there and cannot be read or is malformed.
    pub fn read(&self, name: &str) -> Result<Option<Ref>, Error> {
        if !is_well_formed(name) {
            return Ok(None);
        }
        if let Some(told) = self.told.get(name) {
            return Ok(told.map(Ref::Direct));
        }
        let directory = if name == "HEAD" { &self.dirs.own } else { &self.dirs.common };
        match disk::read_below(directory, name.as_bytes(), LOOSE_BYTES) {
            Ok(bytes) => parse(&bytes).map(Some).ok_or_else(|| broken(name, "neither an object id nor a symbolic reference")),
            // A directory of longer names may stand where a packed name is.
            Err(DiskError::Missing | DiskError::NotAFile) => Ok(self.packed()?.get(name).copied().map(Ref::Direct)),
            Err(error) => Err(broken(name, &error.to_string())),
        }
    }

    /// The object a reference leads to through at most five symbolic ones; `None` when it or its target does not exist.
    ///
    /// # Errors
    /// As [`Self::read`], or a longer chain.
    pub fn resolve(&self, name: &str) -> Result<Option<Oid>, Error> {
        self.follow(name).map(|(_, id)| id)
    }

    /// The name at the end of a reference's symbolic ones, whether it exists or not: its own where it is none. An alias is no branch.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn last_name(&self, name: &str) -> Result<String, Error> {
        self.follow(name).map(|(name, _)| name)
    }

    fn follow(&self, name: &str) -> Result<(String, Option<Oid>), Error> {
        let mut name = name.to_owned();
        for _ in 0..=SYMBOLIC_HOPS {
            match self.read(&name)? {
                Some(Ref::Direct(id)) => return Ok((name, Some(id))),
                Some(Ref::Symbolic(target)) => name = target,
                None => return Ok((name, None)),
            }
        }
        Err(broken(&name, "too many symbolic references in a row"))
    }

    /// Every reference below `prefix` (a full name ending in `/`), in order of name, each with what it holds or why it could
    /// not be read.
    ///
    /// # Errors
    /// `packed-refs` or a directory could not be read, or there are more than `max` references.
    pub fn list(&self, prefix: &str, max: usize) -> Result<Vec<Listed>, Error> {
        let mut all: BTreeMap<String, Result<Ref, Error>> = self
            .packed()?
            .range(prefix.to_owned()..)
            .take_while(|(name, _)| name.starts_with(prefix))
            .map(|(name, id)| (name.clone(), Ok(Ref::Direct(*id))))
            .collect();
        let mut loose = Vec::new();
        self.loose_names(prefix.trim_end_matches('/'), max, &mut loose)?;
        for name in loose {
            let found = self.read(&name).transpose();
            let found = found.unwrap_or_else(|| Err(broken(&name, "git does not allow that name")));
            all.insert(name, found);
        }
        for (name, told) in self.told.range(prefix.to_owned()..).take_while(|(name, _)| name.starts_with(prefix)) {
            match told {
                Some(id) => drop(all.insert(name.clone(), Ok(Ref::Direct(*id)))),
                None => drop(all.remove(name)),
            }
        }
        if all.len() > max {
            return Err(Error::incomplete(format!("there are more than {max} references below {prefix}"))
                .hint("delete what nobody needs, or raise the bound"));
        }
        Ok(all.into_iter().collect())
    }

    fn loose_names(&self, directory: &str, max: usize, names: &mut Vec<String>) -> Result<(), Error> {
        let mut pending = vec![(directory.to_owned(), 0)];
        while let Some((directory, depth)) = pending.pop() {
            let fail = |why: &str| Error::incomplete(format!("the references in {directory} cannot be listed: {why}")).hint(MEND);
            let path = match disk::locate_below(&self.dirs.common, directory.as_bytes()) {
                Ok(path) if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) => {
                    return Err(fail("a link"));
                }
                Ok(path) => path,
                Err(DiskError::Missing) => continue,
                Err(error) => return Err(fail(&error.to_string())),
            };
            let listing = match fs::read_dir(&path) {
                Ok(listing) => listing,
                Err(error) => match DiskError::from(error) {
                    DiskError::Missing => continue,
                    error => return Err(fail(&error.to_string())),
                },
            };
            for item in listing {
                let item = item.map_err(|error| fail(&error.to_string()))?;
                let kind = item.file_type().map_err(|error| fail(&error.to_string()))?;
                let name = item.file_name();
                let name = format!("{directory}/{}", RepoPath::from_git_bytes(name.as_encoded_bytes()));
                if kind.is_dir() && depth < DEPTH {
                    pending.push((name, depth + 1));
                } else if !name.ends_with(".lock") {
                    names.push(name);
                }
                if names.len() + pending.len() > max {
                    return Err(fail("there are too many"));
                }
            }
        }
        Ok(())
    }

    fn packed(&self) -> Result<&BTreeMap<String, Oid>, Error> {
        self.packed.get_or_init(|| read_packed(&self.dirs.common)).as_ref().map_err(Clone::clone)
    }
}

fn broken(name: &str, why: &str) -> Error {
    Error::incomplete(format!("the reference {name} cannot be read: {why}")).hint(MEND)
}

/// Whether a full reference name is one that git would write; anything else never becomes a path.
pub(crate) fn is_well_formed(name: &str) -> bool {
    let bad = |c: char| c.is_ascii_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    (name == "HEAD" || name.starts_with("refs/"))
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(bad)
        && !name.ends_with('.')
        && name.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
}

fn parse(bytes: &[u8]) -> Option<Ref> {
    let text = std::str::from_utf8(bytes).ok()?;
    if let Some(target) = text.strip_prefix("ref:") {
        let target = target.trim();
        return (target.starts_with("refs/") && is_well_formed(target)).then(|| Ref::Symbolic(target.to_owned()));
    }
    full_id(text.trim_end()).map(Ref::Direct)
}

/// An object id of 40 lower-case hex digits.
pub(crate) fn full_id(digits: &str) -> Option<Oid> {
    let hex = digits.len() == 40 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if hex { Oid::from_str(digits).ok() } else { None }
}

fn read_packed(common: &Path) -> Result<BTreeMap<String, Oid>, Error> {
    let bytes = match disk::read(&common.join("packed-refs"), PACKED_BYTES) {
        Ok(bytes) => bytes,
        Err(DiskError::Missing) => return Ok(BTreeMap::new()),
        Err(error) => return Err(broken("packed-refs", &error.to_string())),
    };
    parse_packed(&bytes)
}

fn parse_packed(bytes: &[u8]) -> Result<BTreeMap<String, Oid>, Error> {
    let mut all = BTreeMap::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        // A peeled line (`^`) says what a tag stands for, which only the tag object can say.
        if line.is_empty() || line.starts_with(b"#") || line.starts_with(b"^") {
            continue;
        }
        let line = RepoPath::from_git_bytes(line);
        let entry =
            line.as_str().split_once(' ').and_then(|(digits, name)| Some((full_id(digits)?, name.trim_end_matches('\r'))));
        let Some((id, name)) = entry.filter(|(_, name)| name.starts_with("refs/")) else {
            return Err(broken("packed-refs", &format!("line {} is malformed", at + 1)));
        };
        if all.insert(name.to_owned(), id).is_some_and(|other| other != id) {
            return Err(broken("packed-refs", &format!("line {} repeats a name with another object", at + 1)));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "0123456789abcdef0123456789abcdef01234567";
    const B: &str = "1123456789abcdef0123456789abcdef01234567";

    #[test]
    fn peeled_lines_are_not_believed() {
        let text = format!("# pack-refs with: peeled fully-peeled sorted \n{A} refs/tags/v1\n^{B}\n{B} refs/tags/v2\n");
        let all = parse_packed(text.as_bytes()).expect("well formed");
        assert_eq!(all["refs/tags/v1"].to_string(), A);
        assert_eq!(all.len(), 2);
        assert!(parse_packed(format!("{A}\n").as_bytes()).is_err());
        assert!(parse_packed(format!("{A} HEAD\n").as_bytes()).is_err());
    }

    #[test]
    fn a_packed_name_has_one_object() {
        assert!(parse_packed(format!("{A} refs/tags/v1\n{B} refs/tags/v1\n").as_bytes()).is_err());
        let two = [A.as_bytes(), b" refs/tags/\xff\n", B.as_bytes(), b" refs/tags/\xfe\n"].concat();
        assert_eq!(parse_packed(&two).expect("well formed").len(), 2);
    }

    #[test]
    fn names_that_leave_the_directory_are_none() {
        for bad in [
            "refs/../config",
            "refs//x",
            "config",
            "refs/heads/.x",
            "refs/heads/x.lock",
            "refs/heads/a\nb",
            "refs/x@{1}",
            "refs/heads/",
        ] {
            assert!(!is_well_formed(bad), "{bad}");
        }
        assert!(is_well_formed("HEAD") && is_well_formed("refs/heads/übel/x-1.0"));
        assert_eq!(parse(b"ref: refs/heads/main\n"), Some(Ref::Symbolic("refs/heads/main".to_owned())));
        assert_eq!(parse(b"ref: ../../etc/passwd\n"), None);
        assert_eq!(parse(b"ref: HEAD\n"), None);
        assert_eq!(parse(&A.as_bytes()[1..]), None);
    }
}
