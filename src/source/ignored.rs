//! Owns which untracked paths `.gitignore` files and `info/exclude` hide, compiled on first need. Refuses ignore files of
//! the user or the system, and links in place of ignore files.

use std::cell::OnceCell;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::disk::{self, DiskError};

/// Bytes of one ignore file; a larger one hides nothing, which shows more rather than less.
const IGNORE_BYTES: usize = 256 * 1024;
/// Bytes of all ignore files of one tree together: one blob can stand in any number of directories.
const ALL_BYTES: usize = 4 * 1024 * 1024;

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
    bytes: usize,
    refused: usize,
    first_refusal: Option<String>,
}

impl Ignored {
    /// Takes the patterns of `file` into force for the directory whose path has `prefix` bytes.
    pub(crate) fn enter(&mut self, file: &Path, prefix: usize) {
        let why = match disk::read(file, IGNORE_BYTES.min(ALL_BYTES - self.bytes)) {
            Ok(bytes) => {
                self.bytes += bytes.len();
                let text = String::from_utf8_lossy(&bytes).into_owned();
                self.rules.push(Rules { prefix, text, compiled: OnceCell::new() });
                return;
            }
            Err(DiskError::Missing) => return,
            Err(error) => error,
        };
        self.refused += 1;
        self.first_refusal.get_or_insert_with(|| format!("{}: {why}", file.display()));
    }

    /// What a report should say about ignore files that hide nothing because they were not read.
    pub(crate) fn note(&self) -> Option<String> {
        let first = self.first_refusal.as_ref()?;
        Some(format!("{} ignore files are not applied, the first is {first}", self.refused))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_large_file_in_many_directories_is_bounded() {
        let directory = tempfile::tempdir().expect("temp");
        let file = directory.path().join("rules");
        std::fs::write(&file, "*.log\n".repeat(40_000)).expect("written");
        let mut ignored = Ignored::default();
        for _ in 0..100 {
            ignored.enter(&file, 0);
        }
        assert!(ignored.depth() < 20 && ignored.note().expect("said").starts_with("8"));
        assert!(ignored.hides(b"a.log", false) && !ignored.hides(b"a.txt", false));
    }
}
