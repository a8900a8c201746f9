//! Owns reading JSON, JSONC and JSON5: the scanner's tokens into the arena, without recursion. Refuses missing commas,
//! strings across lines, and bare words as values.

use std::sync::Arc;

use jsonc_parser::errors::ParseError;
use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::arena::Style;
use super::build::Builder;
use super::{DocError, Kind, ProblemKind, quoted};
use crate::text::Span;

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// After `[`: an item or `]`. After `[ … ,` it is the same, as a trailing comma is accepted.
    ItemOrEnd,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
    EndOfFile,
}

struct Reader<'b, 'l> {
    builder: &'b mut Builder<'l>,
    expect: Expect,
    /// The last token was a comma.
    after_comma: bool,
    /// Something that strict JSON refuses was noted.
    noted: bool,
}

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) -> Result<(), DocError> {
    let file = Arc::clone(&builder.file);
    let base = builder.text_start();
    let mut scanner = Scanner::new(&file.text[base..], &ScannerOptions::default());
    let mut reader = Reader { builder, expect: Expect::Value, after_comma: false, noted: false };
    loop {
        let token = match scanner.scan() {
            Ok(token) => token,
            Err(error) => return Err(reader.fail(&error, base)),
        };
        let span = Span::new(base + scanner.token_start(), base + scanner.token_end());
        let Some(token) = token else { return reader.end(file.text.len()) };
        reader.token(&token, span)?;
    }
}

impl Reader<'_, '_> {
    fn fail(&self, error: &ParseError, base: usize) -> DocError {
        let span = Span::new(base + error.range().start, base + error.range().end);
        let mut message = error.kind().to_string();
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        self.builder.error(span, message)
    }

    fn end(&self, at: usize) -> Result<(), DocError> {
        if self.expect == Expect::EndOfFile {
            return Ok(());
        }
        Err(self.builder.error(Span::new(at, at), "the file ends before its value does"))
    }

    fn not_strict(&mut self, span: Span, what: &str) {
        if !self.noted {
            self.noted = true;
            let words = format!("strict JSON has no {what}");
            self.builder.problem(ProblemKind::NotStrictJson, span, words);
        }
    }

    fn token(&mut self, token: &Token<'_>, span: Span) -> Result<(), DocError> {
        let after_comma = std::mem::take(&mut self.after_comma);
        match (token, self.expect) {
            (Token::CommentLine(text) | Token::CommentBlock(text), _) => {
                self.after_comma = after_comma;
                self.not_strict(span, "comments");
                self.builder.comment(span, text);
            }
            (Token::CloseBrace, Expect::KeyOrEnd) | (Token::CloseBracket, Expect::ItemOrEnd) => {
                if after_comma {
                    self.not_strict(span, "trailing commas");
                }
                self.close(span);
            }
            (Token::CloseBrace, Expect::CommaOrEnd) if self.builder.in_mapping() => self.close(span),
            (Token::CloseBracket, Expect::CommaOrEnd) if !self.builder.in_mapping() => self.close(span),
            (Token::Comma, Expect::CommaOrEnd) => {
                self.expect = if self.builder.in_mapping() { Expect::KeyOrEnd } else { Expect::ItemOrEnd };
                self.after_comma = true;
            }
            (Token::Colon, Expect::Colon) => self.expect = Expect::Value,
            (_, Expect::KeyOrEnd) => self.key(token, span)?,
            (_, Expect::Value | Expect::ItemOrEnd) => self.value(token, span)?,
            (_, Expect::EndOfFile) => return Err(self.builder.error(span, "more than one value")),
            (_, Expect::Colon) => return Err(self.builder.error(span, "expected a colon after the key")),
            (_, Expect::CommaOrEnd) => return Err(self.builder.error(span, "expected a comma or the end")),
        }
        Ok(())
    }

    fn close(&mut self, span: Span) {
        self.builder.close(Some(span.end));
        self.after_value();
    }

    fn after_value(&mut self) {
        self.expect = if self.builder.depth() == 0 { Expect::EndOfFile } else { Expect::CommaOrEnd };
    }

    fn key(&mut self, token: &Token<'_>, span: Span) -> Result<(), DocError> {
        match token {
            Token::String(text) => self.string(text, span)?,
            Token::Word(_) | Token::Boolean(_) | Token::Null => {
                self.not_strict(span, "bare keys");
                let file = Arc::clone(&self.builder.file);
                self.builder.scalar(Kind::String, Style::Json, span, &file.text[span.start..span.end])?;
            }
            _ => return Err(self.builder.error(span, "expected a key or the end of the object")),
        }
        self.expect = Expect::Colon;
        Ok(())
    }

    fn value(&mut self, token: &Token<'_>, span: Span) -> Result<(), DocError> {
        match token {
            Token::OpenBrace => {
                self.builder.open_mapping(span)?;
                self.expect = Expect::KeyOrEnd;
                return Ok(());
            }
            Token::OpenBracket => {
                self.builder.open_sequence(span)?;
                self.expect = Expect::ItemOrEnd;
                return Ok(());
            }
            Token::String(text) => self.string(text, span)?,
            Token::Number(text) => {
                if !is_strict_number(text) {
                    self.not_strict(span, "numbers in this notation");
                }
                self.builder.scalar(Kind::Number, Style::Json, span, text)?;
            }
            Token::Boolean(value) => {
                let text = if *value { "true" } else { "false" };
                self.builder.scalar(Kind::Bool, Style::Json, span, text)?;
            }
            Token::Null => self.builder.scalar(Kind::Null, Style::Json, span, "").map(drop)?,
            _ => return Err(self.builder.error(span, "expected a value")),
        }
        self.after_value();
        Ok(())
    }

    fn string(&mut self, text: &str, span: Span) -> Result<(), DocError> {
        let file = Arc::clone(&self.builder.file);
        let raw = &file.text[span.start..span.end];
        if let Some(at) = raw_line_end(raw) {
            let at = span.start + at;
            return Err(self.builder.error(Span::new(at, at), "a string runs past the end of its line"));
        }
        if raw.starts_with('\'') {
            self.not_strict(span, "single quotes");
        } else if raw.contains('\t') {
            self.not_strict(span, "raw tabs in strings");
        } else if text.len() + 2 != raw.len() && has_extended_escape(raw) {
            self.not_strict(span, "escapes of this kind");
        }
        self.builder.scalar(Kind::String, Style::Json, span, text).map(drop)
    }
}

/// The first line end in a string that is not continued by a backslash.
fn raw_line_end(raw: &str) -> Option<usize> {
    memchr::memchr2(b'\n', b'\r', raw.as_bytes())?;
    let mut at = 0;
    while at < raw.len() {
        match raw.as_bytes()[at] {
            b'\n' | b'\r' => return Some(at),
            b'\\' => at += quoted::line_continuation(raw, at).max(2),
            _ => at += 1,
        }
    }
    None
}

fn has_extended_escape(raw: &str) -> bool {
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' {
            let is_json = matches!(bytes.next(), Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u'));
            if !is_json {
                return true;
            }
        }
    }
    false
}

fn is_strict_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && !digits.contains(['x', 'X'])
        && !digits.ends_with('.')
        && !digits.contains(".e")
        && !digits.contains(".E")
}
