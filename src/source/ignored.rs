//! Owns which untracked paths `.gitignore` files and `info/exclude` hide, compiled on first need. Refuses ignore files of
//! the user or the system, and links in place of ignore files.

use std::cell::OnceCell;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::disk::{self, DiskError};

/// Bytes of one ignore file; a larger one hides nothing, which shows more rather than less.
const IGNORE_BYTES: usize = 256 * 1024;

/// The patterns of one file, for paths below one directory.
struct Rules {
    /// Bytes of the directory's path with its final slash; 0 at the root.
    prefix: usize,
    text: String,
    compiled: OnceCell<Gitignore>,
}

/// The rules in force on the way down a tree, weakest first.
#[derive(Default)]
pub(crate) struct Ignored {
    rules: Vec<Rules>,
    pub(crate) notes: Vec<String>,
}

impl Ignored {
    /// Takes the patterns of `file` into force for the directory whose path has `prefix` bytes.
    pub(crate) fn enter(&mut self, file: &Path, prefix: usize) {
        match disk::read(file, IGNORE_BYTES) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                self.rules.push(Rules { prefix, text, compiled: OnceCell::new() });
            }
            Err(DiskError::Missing) => {}
            Err(error) => self.notes.push(format!("{} is not applied: {error}", file.display())),
        }
    }

    /// How many rules are in force, to come back to with [`Self::leave`].
    pub(crate) fn depth(&self) -> usize {
        self.rules.len()
    }

    /// Drops the rules of directories that were left.
    pub(crate) fn leave(&mut self, depth: usize) {
        self.rules.truncate(depth);
    }

    /// Whether the path itself is hidden; a path in a hidden directory is hidden too, which the caller remembers.
    pub(crate) fn hides(&self, path: &[u8], is_dir: bool) -> bool {
        for rules in self.rules.iter().rev() {
            let Some(relative) = path.get(rules.prefix..).and_then(disk::native) else { continue };
            let matched = rules.compiled.get_or_init(|| compile(&rules.text)).matched(&*relative, is_dir);
            if !matched.is_none() {
                return matched.is_ignore();
            }
        }
        false
    }
}

/// Patterns that do not compile hide nothing.
fn compile(text: &str) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    for line in text.trim_start_matches('\u{FEFF}').lines() {
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
