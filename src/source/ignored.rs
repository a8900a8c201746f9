//! Owns which untracked paths `.gitignore` files and `info/exclude` hide, compiled on first need. Refuses ignore files of
//! the user or the system, and links in place of ignore files.

use std::cell::{Cell, OnceCell};
use std::path::Path;

use super::disk::{self, DiskError};
use super::wildmatch::{Wild, is_special};

/// Bytes of one ignore file; a larger one hides nothing, which shows more rather than less.
const IGNORE_BYTES: usize = 256 * 1024;
/// Bytes of all ignore files of one tree together: one blob can stand in any number of directories.
const ALL_BYTES: usize = 4 * 1024 * 1024;

/// Steps of matching for one tree; past them nothing is hidden any more, which shows more rather than less.
const WORK: usize = 400_000_000;

/// The patterns of one file, for paths below one directory.
struct Rules {
    /// Bytes of the directory's path with its final slash; 0 at the root.
    prefix: usize,
    text: Vec<u8>,
    compiled: OnceCell<Vec<Pattern>>,
}

/// One line.
struct Pattern {
    /// It shows again what an earlier one hides.
    shows: bool,
    only_directories: bool,
    /// It has no slash, so that it is about the last name wherever it stands.
    last_name: bool,
    what: What,
}

enum What {
    Exactly(Vec<u8>),
    EndingIn(Vec<u8>),
    Wild(Wild),
    Nothing,
}

/// The rules in force on the way down a tree, weakest first.
#[derive(Default)]
pub(crate) struct Ignored {
    rules: Vec<Rules>,
    bytes: usize,
    work: Cell<usize>,
    refused: usize,
    first_refusal: Option<String>,
}

impl Ignored {
    /// Takes the patterns of `file` into force for the directory whose path has `prefix` bytes.
    pub(crate) fn enter(&mut self, file: &Path, prefix: usize) {
        let why = match disk::read(file, IGNORE_BYTES.min(ALL_BYTES - self.bytes)) {
            Ok(bytes) => {
                self.bytes += bytes.len();
                self.rules.push(Rules { prefix, text: bytes, compiled: OnceCell::new() });
                return;
            }
            Err(DiskError::Missing) => return,
            Err(error) => error,
        };
        self.refused += 1;
        self.first_refusal.get_or_insert_with(|| format!("{}: {why}", file.display()));
    }

    /// What a report should say about ignore files that hide nothing because they were not read, or not wholly applied.
    pub(crate) fn note(&self) -> Option<String> {
        if self.work.get() >= WORK {
            return Some("ignore files take more work than is done: some of what they hide is inspected".to_owned());
        }
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
            let Some(relative) = path.get(rules.prefix..) else { continue };
            let last = relative.rsplit(|byte| *byte == b'/').next().unwrap_or(relative);
            for pattern in rules.compiled.get_or_init(|| compile(&rules.text)).iter().rev() {
                if self.work.get() >= WORK {
                    return false;
                }
                let (hit, work) = pattern.matches(relative, last, is_dir);
                self.work.set(self.work.get() + work);
                if hit {
                    return !pattern.shows;
                }
            }
        }
        false
    }
}

impl Pattern {
    /// Reads a line without its end; as git does, blanks at the end count only when escaped.
    fn new(line: &[u8]) -> Self {
        let line = without_trailing_blanks(line);
        let (shows, line) = line.strip_prefix(b"!").map_or((false, line), |rest| (true, rest));
        let (only_directories, line) = line.strip_suffix(b"/").map_or((false, line), |rest| (true, rest));
        let last_name = !line.contains(&b'/');
        let text = line.strip_prefix(b"/").unwrap_or(line);
        let literal = |text: &[u8]| !text.iter().any(|byte| is_special(*byte));
        let what = match text.strip_prefix(b"*") {
            _ if literal(text) => What::Exactly(text.to_vec()),
            Some(ending) if last_name && literal(ending) => What::EndingIn(ending.to_vec()),
            _ => Wild::new(text, !last_name).map_or(What::Nothing, What::Wild),
        };
        Self { shows, only_directories, last_name, what }
    }

    /// Whether it is about a path below its directory, and the work of the answer.
    fn matches(&self, relative: &[u8], last: &[u8], is_dir: bool) -> (bool, usize) {
        let text = if self.last_name { last } else { relative };
        match &self.what {
            _ if self.only_directories && !is_dir => (false, 1),
            What::Exactly(wanted) => (text == wanted.as_slice(), 1),
            What::EndingIn(ending) => (text.ends_with(ending), 1),
            What::Wild(wild) => wild.matches(text),
            What::Nothing => (false, 1),
        }
    }
}

fn without_trailing_blanks(line: &[u8]) -> &[u8] {
    let mut end = 0;
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        at += if *byte == b'\\' { 2 } else { 1 };
        if *byte != b' ' {
            end = at;
        }
    }
    &line[..end.min(line.len())]
}

fn compile(text: &[u8]) -> Vec<Pattern> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let lines = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(|line| !line.is_empty() && !line.starts_with(b"#")).map(Pattern::new).collect()
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
