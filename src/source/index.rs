//! Owns the list of tracked files, read from git's index. Refuses to refresh or write it, and to believe its paths: only what
//! a walk of the disk finds is ever opened.

use std::fs;
use std::path::Path;

use git2::Oid;

use crate::error::Error;

/// Bytes of the index: about ten million entries.
const INDEX_BYTES: u64 = 1024 * 1024 * 1024;
/// Bytes that an entry takes at least.
const ENTRY_BYTES: u64 = 62;
/// The extended flag of an entry that a sparse checkout leaves out.
const SKIP_WORKTREE: u16 = 1 << 14;

/// A tracked file.
pub(crate) struct Tracked {
    pub(crate) path: Vec<u8>,
    pub(crate) mode: u32,
    pub(crate) id: Oid,
    pub(crate) skip_worktree: bool,
    pub(crate) size: u32,
    /// Seconds and nanoseconds of the file's last change when git looked.
    pub(crate) modified: (i64, u32),
}

impl Tracked {
    pub(crate) fn is_submodule(&self) -> bool {
        self.mode & 0o170_000 == 0o160_000
    }
}

/// The tracked files in order of path, each path once; none without an index.
pub(crate) fn read(git_dir: &Path) -> Result<Vec<Tracked>, Error> {
    let path = git_dir.join("index");
    let fail = |why: &str| {
        let error = Error::incomplete(format!("the index {} cannot be read: {why}", path.display()));
        error.hint("inspect the commit with `--rev HEAD`, or have git write the index again: delete it, then `git reset`")
    };
    let metadata = match fs::symlink_metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fail(&error.to_string())),
    };
    if !metadata.is_file() || metadata.len() > INDEX_BYTES {
        return Err(fail("it is not a regular file of a plausible size"));
    }
    check_count(&path, metadata.len()).map_err(|why| fail(&why))?;
    let index = git2::Index::open(&path).map_err(|error| {
        let error = fail(error.message());
        let remedy = "write a plain index: `git update-index --no-split-index`, `git sparse-checkout init --no-sparse-index`";
        if error.message.contains("mandatory extension") { error.hint(remedy) } else { error }
    })?;
    let mut all: Vec<Tracked> = index
        .iter()
        .map(|entry| Tracked {
            mode: entry.mode,
            id: entry.id,
            skip_worktree: entry.flags_extended & SKIP_WORKTREE != 0,
            size: entry.file_size,
            modified: (i64::from(entry.mtime.seconds()), entry.mtime.nanoseconds()),
            path: entry.path,
        })
        .collect();
    if !all.is_sorted_by(|a, b| a.path < b.path) {
        all.sort_by(|a, b| a.path.cmp(&b.path));
        all.dedup_by(|next, kept| next.path == kept.path);
    }
    Ok(all)
}

/// libgit2 reserves room for as many entries as the header claims, so the claim must fit the file.
fn check_count(path: &Path, bytes: u64) -> Result<(), String> {
    use std::io::Read;
    let mut header = [0; 12];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "it is cut off".to_owned(),
        _ => error.to_string(),
    })?;
    let count = u32::from_be_bytes([header[8], header[9], header[10], header[11]]);
    if u64::from(count) * ENTRY_BYTES > bytes { Err("its header claims more entries than it has".to_owned()) } else { Ok(()) }
}
