//! Owns pieces of code that are looked for in source files. Refuses comments, and to parse any language.

use memchr::memmem::Finder;

use crate::catalog::language::CodeMark;
use crate::facts::runners::World;
use crate::text::{Place, SourceFile, Span};

/// Words in front of a name that is being defined.
const DEFINES: &[&str] = &["class", "def", "defmodule", "fn", "func", "function", "fun", "interface", "struct", "trait"];

/// A piece of code to look for.
pub(super) struct Mark<'c> {
    finder: Finder<'c>,
    length: usize,
    unless: &'c [String],
    pub(super) extensions: Vec<&'c str>,
}

impl<'c> Mark<'c> {
    /// Compiles one, for files of its own extensions or of all of `languages`.
    pub(super) fn new(world: &World<'c>, languages: &[String], mark: &'c CodeMark) -> Self {
        let own = mark.extensions.iter().map(String::as_str);
        let languages = world.catalog.languages.language.iter().filter(|language| languages.contains(&language.id));
        let extensions: Vec<&str> = if mark.extensions.is_empty() {
            languages.flat_map(|language| &language.extensions).map(String::as_str).collect()
        } else {
            own.collect()
        };
        Self { finder: Finder::new(mark.code.as_bytes()), length: mark.code.len(), unless: &mark.unless, extensions }
    }

    pub(super) fn is_for(&self, extension: &str) -> bool {
        self.extensions.contains(&extension)
    }

    /// The first place outside comments; `//go:generate` is a command although it looks like a comment. A mark that
    /// starts with a letter is a whole word there: `NotFastAPI(` is another name.
    pub(super) fn find(&self, file: &SourceFile) -> Option<Place> {
        self.spans(file).next().map(|span| file.place(span))
    }

    /// Whether the mark begins a call, whose arguments say more.
    pub(super) fn is_call(&self) -> bool {
        self.finder.needle().ends_with(b"(")
    }

    /// All places outside comments.
    pub(super) fn spans(&self, file: &SourceFile) -> impl Iterator<Item = Span> {
        let bytes = file.text.as_bytes();
        let needle = self.finder.needle();
        let starts_word = needle.first().is_some_and(|b| b.is_ascii_alphanumeric());
        let quoted = if file.path.as_str().ends_with(".py") { long_texts(bytes) } else { Vec::new() };
        self.finder.find_iter(bytes).filter_map(move |at| {
            let next = quoted.partition_point(|span| span.end <= at);
            if quoted.get(next).is_some_and(|span| span.start <= at) {
                return None;
            }
            let inside = starts_word && at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
            let line_start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
            let head = file.text.get(line_start..at).unwrap_or_default().trim_start();
            let comment =
                ["#", "//", "/*", "* ", "--", "<!--"].iter().any(|mark| head.starts_with(mark)) && !head.starts_with("#[");
            let comment = comment || head.contains("  # ") || head.contains(" // ");
            let line_end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
            let line = file.text.get(line_start..line_end).unwrap_or_default();
            if self.unless.iter().any(|words| says(line, words)) {
                return None;
            }
            // `class FastAPI(Starlette):` makes the name, it uses nothing.
            let word = head.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
            let defined = starts_word && DEFINES.contains(&word);
            (!inside && !defined && (!comment || head.starts_with("//go:generate"))).then(|| Span::new(at, at + self.length))
        })
    }
}

/// Texts between three quotes, which in Python are also its documentation.
fn long_texts(bytes: &[u8]) -> Vec<Span> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b'#' => memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length),
            b'"' | b'\'' if bytes[at..].starts_with(&[*byte; 3]) => {
                let end = memchr::memmem::find(&bytes[at + 3..], &[*byte; 3]).map_or(bytes.len(), |length| at + length + 6);
                found.push(Span::new(at, end));
                end
            }
            b'"' | b'\'' => {
                let mut end = at + 1;
                while bytes.get(end).is_some_and(|next| next != byte && *next != b'\n') {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                end + 1
            }
            _ => at + 1,
        };
    }
    found
}

/// Whether a line has these words, the last of them whole: `-generate client` is not in `-generate client,server`.
fn says(line: &str, words: &str) -> bool {
    line.match_indices(words).any(|(at, _)| {
        let next = line[at + words.len()..].chars().next();
        next.is_none_or(|c| !(c.is_alphanumeric() || c == ',' || c == '-' || c == '_'))
    })
}
