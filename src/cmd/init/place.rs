//! Owns new files in a folder: what is at their places, and writing all of them or none. Refuses to follow a link, to write over anything and
//! to leave something half-written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::report::starter::{Place, Planned};

/// What is at the place of a file below `root`.
pub(super) fn of(root: &Path, file: &Planned) -> Place {
    let mut here = root.to_path_buf();
    let mut parts = file.path.split('/').peekable();
    while let Some(part) = parts.next() {
        here.push(part);
        let last = parts.peek().is_none();
        let shown = here.strip_prefix(root).unwrap_or(&here).display();
        let kind = match fs::symlink_metadata(&here) {
            Ok(data) => data.file_type(),
            Err(problem) if problem.kind() == ErrorKind::NotFound => return Place::Free,
            Err(problem) => return Place::Barred(format!("{shown} cannot be looked at: {problem}")),
        };
        match last {
            _ if kind.is_symlink() => return Place::Barred(format!("{shown} is a link")),
            true if kind.is_file() => return if is_same(&here, file) { Place::Same } else { Place::Taken },
            true if kind.is_dir() => return Place::Barred(format!("{shown} is a folder")),
            false if kind.is_dir() => {}
            _ => return Place::Barred(format!("{shown} is no {}", if last { "file" } else { "folder" })),
        }
    }
    Place::Free
}

fn is_same(path: &Path, wanted: &Planned) -> bool {
    let mut held = String::new();
    let read = File::open(path).and_then(|file| file.take(wanted.most() as u64 + 1).read_to_string(&mut held));
    read.is_ok() && held.len() <= wanted.most() && wanted.is(&held)
}

/// Makes all files before the first gets a byte; what fails takes everything back.
///
/// # Errors
/// Incomplete: one of them cannot be made or written.
pub(super) fn write<'a>(root: &Path, files: impl Iterator<Item = &'a Planned>) -> Result<(), Error> {
    let mut made = Made::default();
    let mut open = Vec::new();
    for file in files {
        open.push((made.file(root, file.path).map_err(|problem| failed(file, &problem))?, file));
    }
    for (mut handle, file) in open {
        handle.write_all(file.text.as_bytes()).and_then(|()| handle.sync_all()).map_err(|problem| failed(file, &problem))?;
    }
    made.paths.clear();
    Ok(())
}

fn failed(file: &Planned, problem: &io::Error) -> Error {
    Error::incomplete(format!("{} cannot be written: {problem}; nothing was written", file.path)).hint("see who may write there")
}

/// What was made so far, in that order; it goes again unless all is well.
#[derive(Default)]
struct Made {
    paths: Vec<(PathBuf, bool)>,
}

impl Made {
    fn file(&mut self, root: &Path, path: &str) -> io::Result<File> {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut here = root.to_path_buf();
        for part in folders.split('/').filter(|part| !part.is_empty()) {
            here.push(part);
            match fs::create_dir(&here) {
                Ok(()) => self.paths.push((here.clone(), true)),
                Err(problem) if problem.kind() == ErrorKind::AlreadyExists => {}
                Err(problem) => return Err(problem),
            }
            if !fs::symlink_metadata(&here)?.is_dir() {
                return Err(io::Error::new(ErrorKind::NotADirectory, "a link is on the way"));
            }
        }
        here.push(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&here)?;
        self.paths.push((here, false));
        Ok(file)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for (path, folder) in self.paths.drain(..).rev() {
            drop(if folder { fs::remove_dir(&path) } else { fs::remove_file(&path) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_made_takes_the_others_back() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = |path| Planned { path, text: "x\n".to_owned(), runs: false };
        fs::write(dir.path().join("taken"), "theirs").expect("written");
        let files = [file("a/b/one"), file("two"), file("taken")];
        let error = write(dir.path(), files.iter()).expect_err("one is there");
        assert!(error.message.starts_with("taken cannot be written") && error.message.ends_with("nothing was written"));
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1, "files and folders are gone again");
        assert_eq!(fs::read(dir.path().join("taken")).expect("there"), b"theirs");
        write(dir.path(), files[..2].iter()).expect("written");
        assert_eq!(of(dir.path(), &files[0]), Place::Same);
        assert_eq!(of(dir.path(), &files[2]), Place::Taken);
    }
}
