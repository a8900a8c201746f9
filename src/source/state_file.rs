//! Owns the file of the state log: locked against a second writer, only ever appended to, whole whenever the process is killed. A
//! line that was torn is no line, and the next writer cuts it off. Refuses to know what a line says.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::error::Error;

/// Bytes of a log: about 200,000 releases.
const LOG_BYTES: u64 = 64 * 1024 * 1024;

/// An open, locked log.
pub struct StateFile {
    file: File,
    shown: String,
    /// The whole lines in it.
    pub lines: Vec<String>,
    /// What stands behind the last whole line; the next line takes its place.
    pub torn: Vec<u8>,
    /// Bytes up to the end of the last whole line.
    whole: u64,
}

impl StateFile {
    /// Opens the log, makes it when there is none, and takes its lock.
    ///
    /// # Errors
    /// It is no regular file, someone else holds it, or it cannot be read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let shown = path.display().to_string();
        let fail = |why: &dyn std::fmt::Display| {
            Error::incomplete(format!("the state log {shown} cannot be used: {why}"))
                .hint("see to the file, or name another with --state: an empty one knows no earlier release")
        };
        if std::fs::symlink_metadata(path).is_ok_and(|data| !data.is_file()) {
            return Err(Error::usage(format!("the state log {shown} is no regular file")).hint("name a file of its own"));
        }
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(|problem| fail(&problem))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(
                    fail(&"another verification holds it").hint("wait for it to end; two deploys at once are not ordered")
                );
            }
            Err(TryLockError::Error(problem)) => return Err(fail(&problem)),
        }
        let mut bytes = Vec::new();
        Read::by_ref(&mut file).take(LOG_BYTES + 1).read_to_end(&mut bytes).map_err(|problem| fail(&problem))?;
        if bytes.len() as u64 > LOG_BYTES {
            return Err(fail(&format!("it has more than {LOG_BYTES} bytes")));
        }
        let whole = memchr::memrchr(b'\n', &bytes).map_or(0, |at| at + 1);
        let text = std::str::from_utf8(&bytes[..whole]).map_err(|_| fail(&"it is not UTF-8"))?;
        let lines = text.lines().map(str::to_owned).collect();
        Ok(Self { lines, torn: bytes[whole..].to_vec(), file, shown, whole: whole as u64 })
    }

    /// Appends one line and has it on disk before it returns.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn append(&mut self, line: &str) -> Result<(), Error> {
        let text = format!("{line}\n");
        let written = self.write(text.as_bytes());
        written.map_err(|problem| {
            Error::incomplete(format!("the state log {} cannot be written: {problem}", self.shown))
                .hint("see to its disk and run it again")
        })?;
        self.torn.clear();
        self.whole += text.len() as u64;
        self.lines.push(line.to_owned());
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        // What an earlier process left torn is cut off, so that its rest does not join the new line.
        if self.file.metadata()?.len() != self.whole {
            self.file.set_len(self.whole)?;
        }
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_no_line_and_a_second_writer_waits() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("log");
        let mut log = StateFile::open(&path).expect("opens");
        log.append("one").expect("appends");
        assert!(StateFile::open(&path).is_err(), "locked");
        drop(log);
        std::fs::write(&path, "one\ntw").expect("torn");
        let mut log = StateFile::open(&path).expect("opens");
        assert_eq!((log.lines.as_slice(), log.torn.as_slice()), (&["one".to_owned()][..], &b"tw"[..]));
        log.append("three").expect("appends");
        assert_eq!(std::fs::read_to_string(&path).expect("reads"), "one\nthree\n");
        drop(log);
        std::os::unix::fs::symlink(&path, dir.path().join("link")).expect("a link");
        assert!(StateFile::open(&dir.path().join("link")).is_err());
    }
}
