//! Owns keeping output lines from being read as commands by the GitHub runner. Refuses to change anything but what it reads.

use std::io::{self, Write};

use crate::text::escape;

/// A writer that passes lines on, each made harmless.
pub struct Neutral<'a> {
    inner: &'a mut dyn Write,
    line: Vec<u8>,
}

impl<'a> Neutral<'a> {
    /// Over another writer; call [`Neutral::finish`] at the end.
    pub fn new(inner: &'a mut dyn Write) -> Self {
        Self { inner, line: Vec::new() }
    }

    /// Passes on what stands after the last line break.
    ///
    /// # Errors
    /// What the inner writer says.
    pub fn finish(mut self) -> io::Result<()> {
        self.pass()?;
        self.inner.flush()
    }

    fn pass(&mut self) -> io::Result<()> {
        let text = String::from_utf8_lossy(&self.line);
        self.inner.write_all(escape::neutral_line(&text).as_bytes())?;
        self.line.clear();
        Ok(())
    }
}

impl Write for Neutral<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.pass()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command() {
        let mut out = Vec::new();
        let mut neutral = Neutral::new(&mut out);
        neutral.write_all(b"a\n::er").expect("a vector");
        neutral.write_all(b"ror::x\n  ##[group]y # ##[error]z\n::stop").expect("a vector");
        neutral.finish().expect("a vector");
        let text = String::from_utf8(out).expect("text");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::") && !line.contains("##[")));
        assert_eq!(text.replace('\u{200B}', ""), "a\n::error::x\n  ##[group]y # ##[error]z\n::stop");
    }
}
