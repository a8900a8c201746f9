//! Owns reading one word into its parts: quotes, parameters, substitutions. Refuses to expand any.

use std::rc::Rc;

use crate::text::Span;

use super::ast::{AssignHead, Part, RawWord};
use super::lex::{Lexer, Parsed, is_meta};

/// Bytes of an index that are looked at.
const MOST_INDEX: usize = 256;

impl Lexer<'_> {
    /// The word that stands here; an error when none does.
    pub(super) fn word(&mut self) -> Parsed<RawWord> {
        let start = self.pos;
        let mut parts = Vec::new();
        let mut assign = self.assign_head(&mut parts)?;
        if let Some(head) = &mut assign
            && self.peek() == Some(b'(')
        {
            head.array = Some(self.array()?);
        } else {
            self.parts(&mut parts, false)?;
        }
        if self.pos == start {
            return self.fail("a word");
        }
        self.token_end = self.pos;
        Ok(RawWord { span: Span::new(start, self.pos), parts, assign })
    }

    /// The right side of `=~`, where parentheses and bars belong to the word.
    pub(super) fn regex_word(&mut self) -> Parsed<RawWord> {
        let start = self.pos;
        let mut parts = Vec::new();
        self.parts(&mut parts, true)?;
        if self.pos == start {
            return self.fail("a pattern");
        }
        Ok(RawWord { span: Span::new(start, self.pos), parts, assign: None })
    }

    fn assign_head(&mut self, parts: &mut Vec<Part>) -> Parsed<Option<Box<AssignHead>>> {
        let name = self.peek_name();
        if name.is_empty() {
            return Ok(None);
        }
        let mut ahead = name.len();
        let mut index = None;
        if self.at(ahead) == Some(b'[') {
            // An index is a few characters in practice; a long one is read as an ordinary word.
            let Some(close) = self.index_end(ahead + 1) else { return Ok(None) };
            index = Some(Span::new(self.pos + ahead + 1, self.pos + close));
            ahead = close + 1;
        }
        let append = self.at(ahead) == Some(b'+');
        ahead += usize::from(append);
        if self.at(ahead) != Some(b'=') {
            return Ok(None);
        }
        if append {
            self.only_bash(self.pos + ahead - 1, "+=");
        }
        let name = name.to_owned();
        parts.push(Part::Literal { text: self.text[self.pos..=self.pos + ahead].to_owned(), quoted: false });
        let index = index.map(|span| self.index(span)).transpose()?;
        self.pos += ahead + 1;
        Ok(Some(Box::new(AssignHead { name, append, index, array: None })))
    }

    /// How far ahead the `]` stands that ends an index: brackets nest, and those in quotes and in expansions are none of its own
    /// (bash, `skipsubscript`).
    fn index_end(&self, start: usize) -> Option<usize> {
        let mut open = Vec::new();
        let mut ahead = start;
        while ahead < start + MOST_INDEX {
            let byte = self.at(ahead)?;
            match (byte, open.last()) {
                (b'\\', last) if last != Some(&b'\'') => ahead += 1,
                (_, Some(close)) if byte == *close => {
                    open.pop();
                }
                (b']', None) => return Some(ahead),
                (b'\n', None) => return None,
                (_, Some(b'\'')) => {}
                (b'{' | b'(', last) if last != Some(&b'"') || self.at(ahead - 1) == Some(b'$') => {
                    open.push(if byte == b'{' { b'}' } else { b')' });
                }
                (_, Some(b'"')) => {}
                (b'[', _) => open.push(b']'),
                (b'\'' | b'"' | b'`', _) => open.push(byte),
                _ => {}
            }
            ahead += 1;
        }
        None
    }

    fn index(&mut self, span: Span) -> Parsed<Vec<Part>> {
        self.enter()?;
        let parts = self.inside(span, |lexer| lexer.quoted_parts(None))?;
        self.leave();
        Ok(parts)
    }

    fn array(&mut self) -> Parsed<Vec<RawWord>> {
        self.expect("(")?;
        let mut words = Vec::new();
        loop {
            self.skip_lines()?;
            if self.take(")") {
                return Ok(words);
            }
            words.push(self.word()?);
        }
    }

    fn parts(&mut self, parts: &mut Vec<Part>, regex: bool) -> Parsed<()> {
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.escaped(parts),
                b'\'' => self.single_quoted(parts)?,
                b'"' => self.double_quoted(parts)?,
                b'$' if self.at(1) == Some(b'\'') => self.ansi_quoted(parts)?,
                b'$' if self.at(1) == Some(b'"') => {
                    self.pos += 1;
                    self.double_quoted(parts)?;
                }
                b'$' => {
                    let part = self.dollar(false)?;
                    push(parts, part);
                }
                b'`' => {
                    let part = self.backquoted(false)?;
                    parts.push(part);
                }
                b'(' if regex => {
                    open += 1;
                    self.literal_byte(parts);
                }
                b')' if regex && open > 0 => {
                    open -= 1;
                    self.literal_byte(parts);
                }
                b'|' | b' ' | b'<' | b'>' if regex && (open > 0 || byte == b'|') => self.literal_byte(parts),
                b'(' if self.after_extglob(parts) => self.extglob(parts)?,
                b'<' | b'>' if self.at(1) == Some(b'(') && !regex => self.process(parts)?,
                b'\r' if !matches!(self.at(1), Some(b'\n') | None) => self.literal_run(parts),
                byte if is_meta(byte) => break,
                _ => self.literal_run(parts),
            }
        }
        Ok(())
    }

    fn literal_byte(&mut self, parts: &mut Vec<Part>) {
        let text = self.text[self.pos..=self.pos].to_owned();
        self.pos += 1;
        push(parts, Part::Literal { text, quoted: false });
    }

    fn literal_run(&mut self, parts: &mut Vec<Part>) {
        let start = self.pos;
        self.next_char();
        while let Some(byte) = self.peek() {
            if is_meta(byte) || matches!(byte, b'\\' | b'\'' | b'"' | b'$' | b'`') {
                break;
            }
            self.next_char();
        }
        push(parts, Part::Literal { text: self.text[start..self.pos].to_owned(), quoted: false });
    }

    pub(super) fn escaped(&mut self, parts: &mut Vec<Part>) {
        self.pos += 1;
        match self.next_char() {
            Some('\n') => {}
            Some(c) => push(parts, Part::Literal { text: c.to_string(), quoted: true }),
            None => push(parts, Part::Literal { text: "\\".to_owned(), quoted: true }),
        }
    }

    pub(super) fn single_quoted(&mut self, parts: &mut Vec<Part>) -> Parsed<()> {
        let rest = &self.text[self.pos + 1..self.end];
        let Some(length) = memchr::memchr(b'\'', rest.as_bytes()) else { return self.fail("a closing '") };
        push(parts, Part::Literal { text: rest[..length].to_owned(), quoted: true });
        self.pos += length + 2;
        Ok(())
    }

    fn ansi_quoted(&mut self, parts: &mut Vec<Part>) -> Parsed<()> {
        self.pos += 2;
        let mut text = String::new();
        loop {
            match self.next_char() {
                None => return self.fail("a closing '"),
                Some('\'') => break,
                Some('\\') => match self.next_char() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some(c @ ('\\' | '\'' | '"' | '?')) => text.push(c),
                    // Numeric and control escapes: known to be some text, not which.
                    _ => text.push(super::UNKNOWN_CHAR),
                },
                Some(c) => text.push(c),
            }
        }
        push(parts, Part::Literal { text, quoted: true });
        Ok(())
    }

    pub(super) fn double_quoted(&mut self, parts: &mut Vec<Part>) -> Parsed<()> {
        self.pos += 1;
        let inner = self.quoted_parts(Some(b'"'))?;
        self.expect("\"")?;
        if inner.is_empty() {
            push(parts, Part::Literal { text: String::new(), quoted: true });
        }
        for part in inner {
            push(parts, part);
        }
        Ok(())
    }

    /// Parts as between double quotes, up to `stop` or the end; `}` stops only the word of a parameter.
    pub(super) fn quoted_parts(&mut self, stop: Option<u8>) -> Parsed<Vec<Part>> {
        let mut parts = Vec::new();
        while let Some(byte) = self.peek() {
            if Some(byte) == stop {
                return Ok(parts);
            }
            match byte {
                b'\\' => {
                    let next = self.at(1);
                    let escapes = matches!(next, Some(b'$' | b'`' | b'"' | b'\\' | b'\n')) || (next.is_some() && next == stop);
                    self.pos += usize::from(escapes);
                    let c = self.next_char().unwrap_or('\\');
                    if !(escapes && c == '\n') {
                        push(&mut parts, Part::Literal { text: c.to_string(), quoted: true });
                    }
                }
                b'$' => {
                    let part = self.dollar(true)?;
                    push(&mut parts, part);
                }
                b'`' => {
                    let part = self.backquoted(true)?;
                    parts.push(part);
                }
                _ => {
                    let start = self.pos;
                    let rest = &self.text.as_bytes()[start..self.end];
                    let special = |byte: &u8| matches!(byte, b'\\' | b'$' | b'`') || Some(*byte) == stop;
                    self.pos += rest.iter().position(special).unwrap_or(rest.len());
                    push(&mut parts, Part::Literal { text: self.text[start..self.pos].to_owned(), quoted: true });
                }
            }
        }
        if stop.is_some() { self.fail("a closing quote") } else { Ok(parts) }
    }

    fn after_extglob(&self, parts: &[Part]) -> bool {
        matches!(parts.last(), Some(Part::Literal { text, quoted: false }) if text.ends_with(['?', '*', '+', '@', '!']))
    }

    fn extglob(&mut self, parts: &mut Vec<Part>) -> Parsed<()> {
        let start = self.pos;
        let mut open = 0_usize;
        while let Some(c) = self.next_char() {
            match c {
                '\\' => {
                    self.next_char();
                }
                '(' => open += 1,
                ')' => open -= 1,
                '\n' => break,
                _ => {}
            }
            if open == 0 {
                push(parts, Part::Literal { text: self.text[start..self.pos].to_owned(), quoted: false });
                return Ok(());
            }
        }
        self.fail("a closing ) of a pattern")
    }

    fn process(&mut self, parts: &mut Vec<Part>) -> Parsed<()> {
        let start = self.pos;
        self.pos += 2;
        let list = self.list()?;
        self.expect(")")?;
        parts.push(Part::Process { list: Rc::new(list), span: Span::new(start, self.pos) });
        Ok(())
    }
}

/// Adds a part; literals of the same kind flow together, but never into the `name=` of an assignment.
pub(super) fn push(parts: &mut Vec<Part>, part: Part) {
    if let Part::Literal { text, quoted } = &part
        && let Some(Part::Literal { text: last, quoted: same }) = parts.last_mut()
        && same == quoted
        && (*quoted || !last.ends_with('='))
    {
        last.push_str(text);
        return;
    }
    parts.push(part);
}
