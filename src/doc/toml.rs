//! Owns reading TOML: the parser's tables into the arena, in the order of their keys. Refuses
//! files with too many table headers, over which the parser is slow; duplicate keys are the parser's errors.

use std::ops::Range;
use std::sync::Arc;

use toml_edit::{Document, InlineTable, Item, Key, Table, Value};

use super::arena::Style;
use super::build::Builder;
use super::lines::lines;
use super::{DocError, Kind};
use crate::text::Span;

/// Headers `[a]` of one file. The parser moves all siblings of a table that a header names after it was implied (`[a.b]`,
/// then `[a]`): 0.3 s for 10,000 such headers, 48 s for 120,000, measured. `[[a]]` does not cost that.
const TABLE_HEADERS: usize = 10_000;

/// Reads the file. Recursion is bounded by the parser (80 levels) and by the builder.
pub(super) fn read(builder: &mut Builder<'_>) -> Result<(), DocError> {
    let file = Arc::clone(&builder.file);
    let base = builder.text_start();
    let mut headers = lines(&file.text, base, file.text.len()).filter(|line| is_table_header(&file.text, line.content));
    if let Some(line) = headers.nth(TABLE_HEADERS) {
        return Err(builder.past_bound(line.content, format!("more than {TABLE_HEADERS} tables")));
    }
    let document = match Document::parse(&file.text[base..]) {
        Ok(document) => document,
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            let message = error.message().lines().collect::<Vec<_>>().join("; ");
            return Err(builder.error(Span::new(base + span.start, base + span.end), message));
        }
    };
    let mut reader = Reader { builder, base };
    reader.table(document.as_table(), Span::new(base, file.text.len()))?;
    comments(reader.builder, &file.text, base);
    Ok(())
}

/// Whether the line may be a header `[a]`; a row of a nested array may be taken for one.
fn is_table_header(text: &str, line: Span) -> bool {
    let line = text[line.start..line.end].trim_start();
    line.starts_with('[') && !line.starts_with("[[")
}

struct Reader<'b, 'l> {
    builder: &'b mut Builder<'l>,
    base: usize,
}

impl Reader<'_, '_> {
    fn span(&self, range: Option<Range<usize>>, otherwise: Span) -> Span {
        range.map_or(otherwise, |range| Span::new(self.base + range.start, self.base + range.end))
    }

    fn table(&mut self, table: &Table, span: Span) -> Result<(), DocError> {
        self.builder.open_mapping(span)?;
        for (name, item) in table.iter() {
            let key = self.key(name, table.key(name), span)?;
            match item {
                Item::None => self.builder.scalar(Kind::Null, Style::Toml, key, "").map(drop)?,
                Item::Value(value) => self.value(value, key)?,
                Item::Table(table) => self.table(table, self.span(table.span(), key))?,
                Item::ArrayOfTables(tables) => {
                    self.builder.open_sequence(key)?;
                    for table in tables {
                        self.table(table, self.span(table.span(), key))?;
                    }
                    self.builder.close(None);
                }
            }
        }
        self.builder.close(Some(span.end));
        Ok(())
    }

    fn key(&mut self, name: &str, key: Option<&Key>, otherwise: Span) -> Result<Span, DocError> {
        let span = self.span(key.and_then(Key::span), otherwise);
        self.builder.scalar(Kind::String, Style::Toml, span, name)?;
        Ok(span)
    }

    fn value(&mut self, value: &Value, key: Span) -> Result<(), DocError> {
        let span = self.span(value.span(), key);
        let file = Arc::clone(&self.builder.file);
        let written = file.text.get(span.start..span.end).unwrap_or("");
        let (kind, text) = match value {
            Value::Array(array) => {
                self.builder.open_sequence(span)?;
                for item in array {
                    self.value(item, span)?;
                }
                self.builder.close(Some(span.end));
                return Ok(());
            }
            Value::InlineTable(table) => return self.inline_table(table, span),
            Value::String(text) => (Kind::String, text.value().as_str()),
            Value::Integer(_) | Value::Float(_) => (Kind::Number, written),
            Value::Boolean(_) => (Kind::Bool, written),
            Value::Datetime(_) => (Kind::String, written),
        };
        self.builder.scalar(kind, Style::Toml, span, text).map(drop)
    }

    fn inline_table(&mut self, table: &InlineTable, span: Span) -> Result<(), DocError> {
        self.builder.open_mapping(span)?;
        for (name, value) in table.iter() {
            let key = self.key(name, table.key(name), span)?;
            self.value(value, key)?;
        }
        self.builder.close(Some(span.end));
        Ok(())
    }
}

/// Finds the comments of a text that is known to be TOML.
fn comments(builder: &mut Builder<'_>, text: &str, base: usize) {
    let bytes = text.as_bytes();
    let mut at = base;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'#', b'"', b'\'', rest)) {
        at += found;
        if bytes[at] == b'#' {
            let end = memchr::memchr(b'\n', &bytes[at..]).map_or(text.len(), |found| at + found);
            let comment = text[at..end].trim_end_matches('\r');
            builder.comment(Span::new(at, at + comment.len()), &comment[1..]);
            at = end;
        } else {
            at = string_end(bytes, at);
        }
    }
}

/// The offset after the string that starts at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let long = bytes[at..].starts_with(&[quote; 3]);
    let fence = if long { 3 } else { 1 };
    let mut next = at + fence;
    while next < bytes.len() {
        if bytes[next] == b'\\' && quote == b'"' {
            next += 2;
        } else if bytes[next..].starts_with(&[quote; 3][..fence]) {
            next += fence;
            // A long string may end in up to two quotes of its own.
            while long && bytes.get(next) == Some(&quote) {
                next += 1;
            }
            return next;
        } else {
            next += 1;
        }
    }
    next
}
