//! Owns how Python source falls into tokens, lines and blocks. Refuses to know what they mean.

use super::{Broken, DEEPEST, quoted};
use crate::text::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Name,
    Number,
    Text,
    Mark,
    NewLine,
    Indent,
    Dedent,
    End,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) sort: Sort,
    pub(super) span: Span,
}

/// Whether ends of lines mean something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Lines,
    /// Inside of brackets.
    None,
}

/// Marks of more than one character, longest first.
const MARKS: &[&str] = &[
    "**=", "//=", ">>=", "<<=", "...", "->", ":=", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=",
    "**", "//", "<<", ">>",
];

/// All tokens of a range, [`Sort::End`] as the last.
pub(super) fn tokens(text: &str, range: Span, layout: Layout) -> Result<Vec<Token>, Broken> {
    let start = if range.start == 0 && text.starts_with('\u{FEFF}') { 3 } else { range.start };
    let inside = layout == Layout::None;
    let mut lexer = Lexer { text, at: start, end: range.end, open: Vec::new(), indents: vec![0], out: Vec::new(), inside };
    lexer.run()?;
    Ok(lexer.out)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    end: usize,
    open: Vec<u8>,
    indents: Vec<usize>,
    out: Vec<Token>,
    inside: bool,
}

impl Lexer<'_> {
    fn run(&mut self) -> Result<(), Broken> {
        let bytes = self.text.as_bytes();
        let mut line_start = !self.inside;
        while self.at < self.end {
            if line_start {
                line_start = !self.indentation()?;
                continue;
            }
            match bytes[self.at] {
                b' ' | b'\t' | b'\x0c' | b'\r' => self.at += 1,
                b'\n' => {
                    if self.open.is_empty() && !self.inside {
                        self.push(Sort::NewLine, 1);
                        line_start = true;
                    } else {
                        self.at += 1;
                    }
                }
                b'\\' => {
                    let rest = &bytes[self.at + 1..self.end];
                    let width = [&b"\n"[..], b"\r\n"].iter().find(|end| rest.starts_with(end)).map(|end| end.len());
                    self.at += 1 + width.ok_or(Broken { at: self.at, why: "a backslash stands inside of a line" })?;
                }
                b'#' => self.at = self.line_end(),
                _ => self.token(bytes)?,
            }
        }
        if !self.open.is_empty() {
            return Err(Broken { at: self.at, why: "a bracket is not closed" });
        }
        if !self.inside {
            if self.out.last().is_some_and(|last| last.sort != Sort::NewLine) {
                self.push(Sort::NewLine, 0);
            }
            for _ in 1..self.indents.len() {
                self.push(Sort::Dedent, 0);
            }
        }
        self.push(Sort::End, 0);
        Ok(())
    }

    fn push(&mut self, sort: Sort, width: usize) {
        self.out.push(Token { sort, span: Span::new(self.at, self.at + width) });
        self.at += width;
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', &self.text.as_bytes()[self.at..self.end]).map_or(self.end, |length| self.at + length)
    }

    /// Reads the indentation of a line; false when the line holds nothing.
    fn indentation(&mut self) -> Result<bool, Broken> {
        let bytes = &self.text.as_bytes()[..self.end];
        let mut width = 0;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' => width += 1,
                b'\t' => width = (width / 8 + 1) * 8,
                b'\x0c' => width = 0,
                _ => break,
            }
            self.at += 1;
        }
        match bytes.get(self.at) {
            None => return Ok(false),
            Some(b'#' | b'\n' | b'\r') => {
                self.at = (self.line_end() + 1).min(self.end);
                return Ok(false);
            }
            Some(_) => {}
        }
        let last = self.indents.last().copied().unwrap_or(0);
        if width > last {
            if self.indents.len() > DEEPEST {
                return Err(Broken { at: self.at, why: "it nests deeper than is read" });
            }
            self.indents.push(width);
            self.push(Sort::Indent, 0);
        }
        while self.indents.last().is_some_and(|last| width < *last) {
            self.indents.pop();
            self.push(Sort::Dedent, 0);
        }
        if self.indents.last() != Some(&width) {
            return Err(Broken { at: self.at, why: "the indentation fits no block" });
        }
        Ok(true)
    }

    fn token(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        if let Some(prefix) = quoted::prefix(&bytes[..self.end], self.at) {
            let literal = quoted::literal(&bytes[..self.end], self.at, prefix)?;
            self.push(Sort::Text, literal.end - self.at);
            return Ok(());
        }
        let rest = &self.text[self.at..self.end];
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let first = rest.chars().next().unwrap_or(' ');
        if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            let length = rest.find(|c: char| !word(c) && c != '.').unwrap_or(rest.len());
            self.push(Sort::Number, length);
        } else if word(first) {
            let length = rest.find(|c: char| !word(c)).unwrap_or(rest.len());
            self.push(Sort::Name, length);
        } else {
            self.mark(rest, first)?;
        }
        Ok(())
    }

    fn mark(&mut self, rest: &str, first: char) -> Result<(), Broken> {
        let broken = |why| Err(Broken { at: self.at, why });
        match first {
            '(' | '[' | '{' if self.open.len() >= DEEPEST => return broken("it nests deeper than is read"),
            '(' => self.open.push(b')'),
            '[' => self.open.push(b']'),
            '{' => self.open.push(b'}'),
            ')' | ']' | '}' if self.open.pop().map(char::from) != Some(first) => {
                return broken("a bracket is closed that is not open");
            }
            ')' | ']' | '}' | '+' | '-' | '*' | '/' | '%' | '@' | '&' | '|' | '^' | '~' | '<' | '>' | '=' | '!' | '.' | ','
            | ':' | ';' => {}
            _ => return broken("a character that Python does not know"),
        }
        let width = MARKS.iter().find(|mark| rest.starts_with(**mark)).map_or(1, |mark| mark.len());
        self.push(Sort::Mark, width);
        Ok(())
    }
}
