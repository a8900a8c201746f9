//! Owns reading INI: sections, `key = value` and `key: value`, continuation by indentation, as Python's `configparser` does
//! with its defaults; a file named `.npmrc` as npm does (`=` only, no continuation). Refuses interpolation and inline comments.

use std::sync::Arc;

use super::arena::Style;
use super::build::Builder;
use super::lines::lines;
use super::walk::Walk;
use super::{DocError, Kind, ProblemKind};
use crate::text::{SourceFile, Span};

/// An option whose value may go on.
struct Pending {
    key: Span,
    /// From the first byte of its first line's value to the last byte of its last line's; `None` without a separator.
    value: Option<Span>,
}

struct Reader<'b, 'l> {
    builder: &'b mut Builder<'l>,
    text: Arc<SourceFile>,
    npm: bool,
    pending: Option<Pending>,
    /// Indentation of the last option or section line.
    indent: usize,
    in_section: bool,
}

/// Reads the file: a mapping of sections (`""` before the first) to mappings of options to strings.
pub(super) fn read(builder: &mut Builder<'_>) -> Result<(), DocError> {
    let text = Arc::clone(&builder.file);
    let npm = text.path.file_name() == ".npmrc";
    if !npm {
        builder.fold_keys();
    }
    let from = builder.text_start();
    builder.open_mapping(Span::new(from, from))?;
    let mut reader = Reader { builder, text: Arc::clone(&text), npm, pending: None, indent: 0, in_section: false };
    for line in lines(&text.text, from, text.text.len()) {
        reader.line(line.content)?;
    }
    reader.finish_option()?;
    if reader.in_section {
        reader.builder.close(None);
    }
    builder.close(Some(text.text.len()));
    Ok(())
}

/// `span` without white space at its ends.
fn trim(text: &str, span: Span) -> Span {
    let raw = text.get(span.start..span.end).unwrap_or("");
    let start = span.start + (raw.len() - raw.trim_start().len());
    Span::new(start, start + raw.trim().len())
}

fn is_comment(line: &str) -> bool {
    line.starts_with(['#', ';'])
}

impl Reader<'_, '_> {
    fn line(&mut self, whole: Span) -> Result<(), DocError> {
        let file = Arc::clone(&self.text);
        let text = file.text.as_str();
        let span = trim(text, whole);
        let line = &text[span.start..span.end];
        if line.is_empty() {
            return Ok(());
        }
        if is_comment(line) {
            self.builder.comment(span, &line[1..]);
            return Ok(());
        }
        let indent = text[whole.start..span.start].chars().count();
        if let Some(Pending { value, .. }) = self.pending.as_mut().filter(|_| indent > self.indent && !self.npm) {
            let Some(value) = value else {
                return Err(self.builder.error(span, "a line continues an option that has no value"));
            };
            value.end = span.end;
            return Ok(());
        }
        self.finish_option()?;
        self.indent = indent;
        match section_name(text, span, self.npm) {
            Some(name) => self.section(span, name),
            None => self.option(span),
        }
    }

    fn section(&mut self, line: Span, name: Span) -> Result<(), DocError> {
        if self.in_section {
            self.builder.close(None);
        }
        self.in_section = true;
        let file = Arc::clone(&self.text);
        self.builder.scalar(Kind::String, Style::Ini, name, &file.text[name.start..name.end])?;
        self.builder.open_mapping(line).map(drop)
    }

    fn option(&mut self, line: Span) -> Result<(), DocError> {
        if !self.in_section {
            let none = Span::new(line.start, line.start);
            self.section(none, none)?;
        }
        let file = Arc::clone(&self.text);
        let raw = &file.text[line.start..line.end];
        let separators: &[char] = if self.npm { &['='] } else { &['=', ':'] };
        let Some(at) = raw.find(separators) else {
            self.builder.problem(ProblemKind::KeyWithoutValue, line, "a key without a value");
            self.pending = Some(Pending { key: line, value: None });
            return Ok(());
        };
        let key = trim(&file.text, Span::new(line.start, line.start + at));
        if key.start == key.end {
            return Err(self.builder.error(line, "a line without a key"));
        }
        let value = trim(&file.text, Span::new(line.start + at + 1, line.end));
        self.pending = Some(Pending { key, value: Some(value) });
        Ok(())
    }

    fn finish_option(&mut self) -> Result<(), DocError> {
        let Some(Pending { key, value }) = self.pending.take() else { return Ok(()) };
        let file = Arc::clone(&self.text);
        let text = file.text.as_str();
        self.builder.scalar(Kind::String, Style::Ini, key, &text[key.start..key.end])?;
        let Some(value) = value else {
            return self.builder.scalar(Kind::Null, Style::Ini, Span::new(key.end, key.end), "").map(drop);
        };
        let mut decoded = String::new();
        for (at, line) in value_lines(text, value).enumerate() {
            if at > 0 {
                decoded.push('\n');
            }
            let line_text = &text[line.start..line.end];
            decoded.push_str(line_text);
            let starts_comment = |cut: &usize| *cut == 0 || line_text[..*cut].ends_with([' ', '\t']);
            if let Some(cut) = line_text.match_indices([';', '#']).map(|(cut, _)| cut).find(starts_comment) {
                let span = Span::new(line.start + cut, line.end);
                self.builder.problem(ProblemKind::InlineComment, span, "some readers take the rest of the line for a comment");
            }
        }
        self.builder.scalar(Kind::String, Style::Ini, value, &decoded).map(drop)
    }
}

/// The name in a section header; what follows the bracket is ignored, as `configparser` does.
fn section_name(text: &str, line: Span, npm: bool) -> Option<Span> {
    let raw = &text[line.start..line.end];
    let inner = raw.strip_prefix('[')?;
    let end = if npm { inner.strip_suffix(']')?.len() } else { inner.rfind(']')? };
    (end > 0).then(|| Span::new(line.start + 1, line.start + 1 + end))
}

/// The lines of a value as `configparser` joins them: trimmed, comment lines dropped, empty ones kept.
fn value_lines(text: &str, value: Span) -> impl Iterator<Item = Span> {
    let trimmed = lines(text, value.start, value.end).map(|line| trim(text, line.content)).enumerate();
    let kept = trimmed.filter(|(at, line)| *at == 0 || !is_comment(&text[line.start..line.end]));
    kept.map(|(_, line)| line)
}

/// Maps a value of several lines.
pub(super) fn map(walk: &mut Walk<'_>, span: Span) {
    let text = walk.raw;
    let mut last_end = span.start;
    for (at, line) in value_lines(text, span).enumerate() {
        if at > 0 {
            let gap = &text[last_end..line.start];
            let width = if gap.contains("\r\n") { 2 } else { 1 };
            let ending = last_end + gap.find(['\r', '\n']).unwrap_or(0);
            walk.newline(Span::new(ending, ending + width));
        }
        walk.verbatim(line.start, line.end);
        last_end = line.end;
    }
}
