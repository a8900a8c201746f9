//! Owns where output goes: standard output, standard error, files written whole or not at all. A closed pipe is no error. Refuses
//! to know what is written.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind};
use crate::report::Neutral;
use crate::text::escape;

/// The streams of this process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Streams {
    /// The GitHub runner reads along: line starts are made harmless.
    pub neutral: bool,
}

impl Streams {
    /// Prints to standard output.
    ///
    /// # Errors
    /// An incomplete error when it cannot be written and nobody closed it on purpose.
    pub(super) fn print(self, bytes: &[u8]) -> Result<(), Error> {
        quiet_pipe(self.copy(bytes, &mut io::stdout().lock())).map_err(|problem| {
            Error::incomplete(format!("standard output cannot be written: {problem}")).hint("see where it leads")
        })
    }

    /// Prints commands for the runner to standard output, as they are.
    ///
    /// # Errors
    /// As [`Streams::print`].
    pub(super) fn command(self, bytes: &[u8]) -> Result<(), Error> {
        Self { neutral: false }.print(bytes)
    }

    /// Prints to standard error; what cannot be written there is lost.
    pub(super) fn tell(self, text: &str) {
        drop(self.copy(text.as_bytes(), &mut io::stderr().lock()));
    }

    /// Tells an error and the further ones it carries.
    pub(super) fn fail(self, error: &Error) {
        for one in error.each() {
            let mut text = format!("error: {}\n", escape::line(&one.message));
            if let Some(place) = &one.place {
                text.push_str(&format!("  --> {}:{}:{}\n", escape::line(place.path.as_str()), place.line, place.column));
            }
            if let Some(hint) = &one.hint {
                text.push_str(&format!("  = help: {}\n", escape::line(hint)));
            }
            self.tell(&text);
        }
    }

    fn copy(self, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        if !self.neutral {
            out.write_all(bytes)?;
            return out.flush();
        }
        let mut neutral = Neutral::new(out);
        neutral.write_all(bytes)?;
        neutral.finish()
    }
}

fn quiet_pipe(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(problem) if problem.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// The exit status of an error.
pub(super) fn status(error: &Error) -> u8 {
    match error.kind {
        Kind::Usage => 2,
        Kind::Incomplete => 3,
    }
}

/// One `--out F=FILE`.
#[derive(Clone, Debug)]
pub(super) struct OutFile {
    /// The format.
    pub format: String,
    path: PathBuf,
}

/// Appends the outputs of a step to the file that the runner names.
///
/// # Errors
/// It cannot be written.
pub(super) fn append(path: &Path, text: &str) -> Result<(), Error> {
    let written = OpenOptions::new().append(true).create(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|problem| {
        Error::incomplete(format!("GITHUB_OUTPUT ({}) cannot be written: {problem}", path.display())).hint("see where it leads")
    })
}

/// Writes the whole file, or leaves what was there; a link is replaced, not followed.
///
/// # Errors
/// It cannot be written.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_all(&[OutFile { format: String::new(), path: path.to_path_buf() }], |_| Ok(bytes.to_vec()))
}

/// Reads every `--out` of a command line.
///
/// # Errors
/// Usage errors: of one of them, or two that name the same file.
pub(super) fn parse_all(texts: &[String], known: impl Fn(&str) -> Result<(), Error>) -> Result<Vec<OutFile>, Error> {
    let files = texts.iter().map(|text| OutFile::parse(text, &known)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = BTreeSet::new();
    for file in files.iter().filter(|file| !file.is_special()) {
        if !seen.insert(file.beside().and_then(std::path::absolute).unwrap_or_default()) {
            let error = Error::usage(format!("--out names `{}` twice", file.path.display()));
            return Err(error.hint("give each format a file of its own"));
        }
    }
    Ok(files)
}

/// Writes all of the files, each with the content of its format, whole, or leaves what was there for each: nothing gets its name before everything is on disk. What is no
/// regular file is written last before that.
///
/// # Errors
/// An incomplete error: the inspection is done, its results could not be kept.
pub(super) fn write_all(files: &[OutFile], content: impl Fn(&str) -> Result<Vec<u8>, Error>) -> Result<(), Error> {
    let mut staged = Vec::new();
    let (special, regular): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.is_special());
    for file in regular.into_iter().chain(special) {
        let one = file.stage(&content(&file.format)?).map_err(|problem| file.failed(&problem))?;
        staged.extend(one.map(|one| (file, one)));
    }
    staged.into_iter().try_for_each(|(file, one)| fs::rename(&one.beside, &file.path).map_err(|problem| file.failed(&problem)))
}

/// A whole file under a name that nobody knows; it goes when it does not get its own.
struct Staged {
    beside: PathBuf,
}

impl Drop for Staged {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.beside));
    }
}

impl OutFile {
    /// Reads `F=FILE` and sees whether the file can be written, before anything is inspected.
    ///
    /// # Errors
    /// Usage errors.
    pub(super) fn parse(text: &str, known: impl Fn(&str) -> Result<(), Error>) -> Result<Self, Error> {
        let Some((format, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
            return Err(Error::usage(format!("`--out {text}` names no file")).hint("for example --out json=tollgate.json"));
        };
        known(format)?;
        if path == "-" {
            let hint = format!("standard output has what `--format {format}` asks for");
            return Err(Error::usage("`-` is no file").hint(hint));
        }
        let out = Self { format: format.to_owned(), path: PathBuf::from(path) };
        out.probe().map_err(|problem| {
            let error = Error::usage(format!("`{path}` cannot be written: {problem}"));
            error.hint("--out needs a directory that exists and may be written")
        })?;
        Ok(out)
    }

    /// A file that is no regular one (a pipe, a device) is written as it is; replacing it would destroy it.
    fn is_special(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|data| !data.is_file() && !data.is_dir())
    }

    fn probe(&self) -> io::Result<()> {
        if self.is_special() {
            return Ok(());
        }
        if self.path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
        }
        let beside = self.beside()?;
        OpenOptions::new().write(true).create_new(true).open(&beside)?;
        fs::remove_file(beside)
    }

    fn failed(&self, problem: &io::Error) -> Error {
        let error = Error::incomplete(format!("`{}` cannot be written: {problem}", self.path.display()));
        error.hint("make room or name another place, and run it again")
    }

    /// Writes beside the file what is to become it; a file that is no regular one is written at once.
    fn stage(&self, bytes: &[u8]) -> io::Result<Option<Staged>> {
        if self.is_special() {
            return quiet_pipe(OpenOptions::new().write(true).open(&self.path)?.write_all(bytes)).map(|()| None);
        }
        let staged = Staged { beside: self.beside()? };
        fill(&staged.beside, bytes).map(|()| Some(staged))
    }

    /// A name in the same directory that nothing else uses.
    fn beside(&self) -> io::Result<PathBuf> {
        let name = self.path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it has no file name"))?;
        let mut beside = OsString::from(".");
        beside.push(name);
        beside.push(format!(".{}.partial", std::process::id()));
        Ok(self.path.parent().unwrap_or(Path::new("")).join(beside))
    }
}

fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_whole_and_nothing_is_left_beside() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("out.json");
        let text = format!("json={}", path.display());
        let out = OutFile::parse(&text, |_| Ok(())).expect("writable");
        assert!(!path.exists(), "probing leaves nothing");
        let out = [out];
        write_all(&out, |_| Ok(b"one".to_vec())).expect("written");
        write_all(&out, |_| Ok(b"two".to_vec())).expect("written again");
        assert_eq!(fs::read(&path).expect("there"), b"two");
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1);
        assert!(OutFile::parse("json", |_| Ok(())).is_err());
        assert!(OutFile::parse("json=", |_| Ok(())).is_err());
        assert!(OutFile::parse(&format!("json={}", dir.path().display()), |_| Ok(())).is_err());
    }
}
