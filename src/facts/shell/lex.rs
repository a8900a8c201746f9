//! Owns the characters of a script: blanks, operators, look-ahead. Refuses grammar.

use crate::text::Span;

use super::ast::HereDocument;

/// Why a script could not be read.
#[derive(Debug)]
pub(super) enum ParseError {
    /// Nested deeper than allowed.
    TooDeep(usize),
    /// Not shell, or not the shell this reader knows; the byte and what was expected.
    Syntax(usize, &'static str),
}

pub(super) type Parsed<T> = Result<T, ParseError>;

/// A cursor over one script. `end` is moved in while the inside of something delimited is read.
pub(super) struct Lexer<'a> {
    pub text: &'a str,
    pub pos: usize,
    pub end: usize,
    /// One past the last byte that was part of a token.
    pub token_end: usize,
    pub here: Vec<HereDocument>,
    pub pending: Vec<usize>,
    /// The first thing that only bash reads so.
    pub bashism: Option<(Span, &'static str)>,
    depth: usize,
    max_depth: usize,
    scans: usize,
}

/// Whether a byte ends a word.
pub(super) fn is_meta(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}

pub(super) fn is_name_start(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphabetic()
}

pub(super) fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, max_depth: usize) -> Self {
        Self {
            text,
            pos: 0,
            end: text.len(),
            token_end: 0,
            here: Vec::new(),
            pending: Vec::new(),
            bashism: None,
            depth: 0,
            max_depth,
            scans: text.len().saturating_mul(8).saturating_add(4096),
        }
    }

    /// What was read from `start` on means something else to a POSIX shell, or nothing.
    pub(super) fn only_bash(&mut self, start: usize, what: &'static str) {
        self.bashism.get_or_insert((Span::new(start, (start + what.len()).min(self.end)), what));
    }

    pub(super) fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > self.max_depth { Err(ParseError::TooDeep(self.pos)) } else { Ok(()) }
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn fail<T>(&self, what: &'static str) -> Parsed<T> {
        Err(ParseError::Syntax(self.pos, what))
    }

    pub(super) fn at(&self, ahead: usize) -> Option<u8> {
        let at = self.pos + ahead;
        if at < self.end { self.text.as_bytes().get(at).copied() } else { None }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.at(0)
    }

    pub(super) fn looking_at(&self, token: &str) -> bool {
        self.text.as_bytes()[self.pos..self.end].starts_with(token.as_bytes())
    }

    /// Takes an operator.
    pub(super) fn take(&mut self, token: &str) -> bool {
        let found = self.looking_at(token);
        if found {
            self.pos += token.len();
            self.token_end = self.pos;
        }
        found
    }

    pub(super) fn expect(&mut self, token: &'static str) -> Parsed<()> {
        if self.take(token) { Ok(()) } else { self.fail(token) }
    }

    /// The next character, moving past it.
    pub(super) fn next_char(&mut self) -> Option<char> {
        let c = self.text[self.pos..self.end].chars().next()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    /// Blanks, continued lines and a comment.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            match (self.peek(), self.at(1)) {
                (Some(b' ' | b'\t'), _) => self.pos += 1,
                (Some(b'\r'), next) if next == Some(b'\n') || next.is_none() => self.pos += 1,
                (Some(b'\\'), Some(b'\n')) => self.pos += 2,
                (Some(b'\\'), Some(b'\r')) if self.at(2) == Some(b'\n') => self.pos += 3,
                (Some(b'#'), _) => {
                    let rest = &self.text.as_bytes()[self.pos..self.end];
                    self.pos += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                _ => break,
            }
        }
    }

    /// Blanks, comments and line ends; here-documents are read where they stand.
    pub(super) fn skip_lines(&mut self) -> Parsed<()> {
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'\n') {
                return Ok(());
            }
            self.line_end()?;
        }
    }

    /// Takes one line end and the here-documents that begin after it.
    pub(super) fn line_end(&mut self) -> Parsed<()> {
        self.pos += 1;
        for index in std::mem::take(&mut self.pending) {
            self.here_document(index)?;
        }
        Ok(())
    }

    fn here_document(&mut self, index: usize) -> Parsed<()> {
        let start = self.pos;
        let (tabs, literal) = (self.here[index].tabs, self.here[index].literal);
        let body_end = loop {
            let rest = &self.text[self.pos..self.end];
            let length = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            let line = rest[..length].trim_end_matches('\r');
            let line = if tabs { line.trim_start_matches('\t') } else { line };
            let line_start = self.pos;
            self.pos = (line_start + length + 1).min(self.end);
            if line == self.here[index].delimiter {
                break line_start;
            }
            if line_start + length >= self.end {
                break self.end;
            }
        };
        self.here[index].span = Span::new(start, body_end);
        if !literal {
            let after = self.pos;
            self.here[index].parts = self.inside(Span::new(start, body_end), |lexer| lexer.quoted_parts(None))?;
            self.pos = after;
        }
        Ok(())
    }

    /// Reads the inside of `span` as if the text ended there.
    pub(super) fn inside<T>(&mut self, span: Span, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let outer = (self.pos, self.end, std::mem::take(&mut self.pending));
        (self.pos, self.end) = (span.start, span.end);
        let result = read(self);
        (self.pos, self.end, self.pending) = outer;
        result
    }

    /// Whether the bare word `word` stands here.
    pub(super) fn at_word(&self, word: &str) -> bool {
        self.looking_at(word) && self.at(self.continued(word.len())).is_none_or(is_meta)
    }

    /// How far ahead the text goes on where a line is continued in the midst of it: a continued line is no blank, and ends no word.
    fn continued(&self, mut ahead: usize) -> usize {
        loop {
            match (self.at(ahead), self.at(ahead + 1)) {
                (Some(b'\\'), Some(b'\n')) => ahead += 2,
                (Some(b'\\'), Some(b'\r')) if self.at(ahead + 2) == Some(b'\n') => ahead += 3,
                _ => return ahead,
            }
        }
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        self.at_word(word) && self.take(word)
    }

    pub(super) fn expect_word(&mut self, word: &'static str) -> Parsed<()> {
        if self.take_word(word) { Ok(()) } else { self.fail(word) }
    }

    /// A name that stands here, not moving.
    pub(super) fn peek_name(&self) -> &'a str {
        let bytes = &self.text.as_bytes()[self.pos..self.end];
        if !bytes.first().is_some_and(|byte| is_name_start(*byte)) {
            return "";
        }
        let length = bytes.iter().position(|byte| !is_name(*byte)).unwrap_or(bytes.len());
        &self.text[self.pos..self.pos + length]
    }

    /// The end of an arithmetic text that starts here, if `))` ends it before its parentheses go out of balance.
    pub(super) fn arithmetic_end(&mut self) -> Parsed<Option<usize>> {
        let bytes = self.text.as_bytes();
        let (mut at, mut open) = (self.pos, 0_usize);
        while at < self.end {
            self.scans = self.scans.saturating_sub(1);
            if self.scans == 0 {
                return Err(ParseError::TooDeep(self.pos));
            }
            match bytes[at] {
                b'\\' => at += 1,
                b'(' => open += 1,
                b')' if open > 0 => open -= 1,
                b')' => return Ok((at + 1 < self.end && bytes[at + 1] == b')').then_some(at)),
                _ => {}
            }
            at += 1;
        }
        Ok(None)
    }
}
