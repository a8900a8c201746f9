//! Owns reading NEON as far as settings are written in it: blocks by indentation, `key: value` and `key=value`, `- item`, and lists
//! in square brackets. Refuses entities, maps in one line and maps below a dash: the first two stay text, the last is passed over.

use std::sync::Arc;

use super::arena::Style;
use super::build::Builder;
use super::lines::lines;
use super::{DocError, Kind};
use crate::text::{SourceFile, Span};

/// A line that says something, without its comment.
struct Line {
    indent: usize,
    span: Span,
}

struct Reader<'b, 'l> {
    builder: &'b mut Builder<'l>,
    text: Arc<SourceFile>,
    lines: Vec<Line>,
    at: usize,
}

/// Reads the file: maps, lists and text. A line that fits nowhere is passed over: what is not understood says nothing.
pub(super) fn read(builder: &mut Builder<'_>) -> Result<(), DocError> {
    let text = Arc::clone(&builder.file);
    let from = builder.text_start();
    let all = lines(&text.text, from, text.text.len());
    let said = all.filter_map(|line| Line::of(&text.text, line.content)).collect();
    let mut reader = Reader { builder, text, lines: said, at: 0 };
    match reader.lines.first().map(|line| line.indent) {
        Some(indent) => reader.block(indent),
        None => reader.builder.scalar(Kind::Null, Style::Ini, Span::new(from, from), "").map(drop),
    }
}

impl Line {
    fn of(text: &str, whole: Span) -> Option<Self> {
        let raw = text.get(whole.start..whole.end)?;
        let indent = raw.len() - raw.trim_start_matches([' ', '\t']).len();
        let end = code_end(&raw[indent..]);
        let said = raw[indent..indent + end].trim_end();
        let start = whole.start + indent;
        (!said.is_empty()).then(|| Self { indent, span: Span::new(start, start + said.len()) })
    }
}

/// Where a comment begins: a `#` at the start or behind white space, outside quotes.
fn code_end(line: &str) -> usize {
    let (mut quote, mut before) = (None, ' ');
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') if before.is_whitespace() => return at,
            (None, '\'' | '"') if !before.is_alphanumeric() => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        before = c;
    }
    line.len()
}

/// Where `:` or `=` ends the key of a line, and where its value begins.
fn key_end(line: &str) -> Option<(usize, usize)> {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        let ends = || line[at + 1..].chars().next().is_none_or(char::is_whitespace);
        match (quote, c) {
            (None, '\'' | '"') if at == 0 => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '[' | '(' | '{') => return None,
            (None, '=') => return Some((at, at + 1)),
            (None, ':') if ends() => return Some((at, at + 1)),
            _ => {}
        }
    }
    None
}

impl Reader<'_, '_> {
    fn is_item(&self, line: &Line) -> bool {
        let rest = self.text.text[line.span.start..line.span.end].strip_prefix('-');
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    }

    /// The lines of one indentation, and what is below them.
    fn block(&mut self, indent: usize) -> Result<(), DocError> {
        let Some(first) = self.lines.get(self.at) else { return Ok(()) };
        let (list, span) = (self.is_item(first), first.span);
        if list {
            self.builder.open_sequence(span)?
        } else {
            self.builder.open_mapping(span)?
        };
        while let Some(line) = self.lines.get(self.at).filter(|line| line.indent >= indent) {
            let (span, here) = (line.span, line.indent == indent);
            // A list may stand right below its key, which goes on behind it.
            if list && here && !self.is_item(line) {
                break;
            }
            let raw = &self.text.text[span.start..span.end];
            let item = self.is_item(line);
            let key = key_end(raw).filter(|_| !item);
            self.at += 1;
            match key {
                _ if !here => {}
                Some((end, value)) if !list => {
                    self.text_at(Span::new(span.start, span.start + end))?;
                    self.value(Span::new(span.start + value, span.end), indent)?;
                }
                None if list => self.value(Span::new(span.start + 1, span.end), indent)?,
                _ => {}
            }
        }
        self.builder.close(None);
        Ok(())
    }

    /// What stands behind a key or a dash, or in the lines below.
    fn value(&mut self, span: Span, indent: usize) -> Result<(), DocError> {
        let file = Arc::clone(&self.text);
        let raw = &file.text[span.start..span.end];
        let inner = raw.trim_start();
        let span = Span::new(span.end - inner.len(), span.end);
        let next = self.lines.get(self.at).map(|line| (line.indent, self.is_item(line)));
        match (inner.chars().next(), next) {
            (None, Some((deeper, _))) if deeper > indent => self.block(deeper),
            (None, Some((same, true))) if same == indent => self.block(indent),
            (None, _) => self.builder.scalar(Kind::Null, Style::Ini, Span::new(span.start, span.start), "").map(drop),
            (Some('['), _) => self.list(span),
            _ => self.text_at(span),
        }
    }

    /// A list in brackets, over as many lines as it takes; without an end it is text.
    fn list(&mut self, span: Span) -> Result<(), DocError> {
        let file = Arc::clone(&self.text);
        let Some((items, end)) = items_of(&file.text, span.start) else { return self.text_at(span) };
        self.builder.open_sequence(span)?;
        for item in items {
            self.text_at(item)?;
        }
        self.builder.close(Some(end));
        while self.lines.get(self.at).is_some_and(|line| line.span.start < end) {
            self.at += 1;
        }
        Ok(())
    }

    fn text_at(&mut self, span: Span) -> Result<(), DocError> {
        let file = Arc::clone(&self.text);
        let raw = &file.text[span.start..span.end];
        let said = raw.trim();
        let start = span.start + (raw.len() - raw.trim_start().len());
        let inner = ['"', '\''].iter().find_map(|quote| said.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(said);
        self.builder.scalar(Kind::String, Style::Ini, Span::new(start, start + said.len()), inner).map(drop)
    }
}

/// The items of a list that begins at `start`, and the offset behind its bracket.
fn items_of(text: &str, start: usize) -> Option<(Vec<Span>, usize)> {
    let (mut items, mut depth, mut quote, mut comment) = (Vec::new(), 0_usize, None, false);
    let (mut from, mut before) = (start + 1, '[');
    for (at, c) in text[start..].char_indices().map(|(at, c)| (start + at, c)) {
        match (quote, c) {
            (_, '\n') if comment => (comment, from) = (false, at + 1),
            _ if comment => {}
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if !before.is_alphanumeric() => quote = Some(c),
            (None, '[' | '(' | '{') => depth += 1,
            (None, ',' | '\n' | '#' | ']' | ')' | '}') => {
                let closes = matches!(c, ']' | ')' | '}');
                let ends = closes || matches!(c, ',' | '\n') || before.is_whitespace();
                if depth == 1 && ends {
                    let item = Span::new(from, at);
                    items.extend(Some(item).filter(|item| !text[item.start..item.end].trim().is_empty()));
                    from = at + 1;
                }
                comment = c == '#' && before.is_whitespace();
                depth -= usize::from(closes);
                if depth == 0 {
                    return Some((items, at + 1));
                }
            }
            _ => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::doc::{Document, Format, Value};
    use crate::limits::Limits;
    use crate::text::{RepoPath, SourceFile};

    fn paths(text: &str) -> Vec<String> {
        let file = SourceFile::new(RepoPath::new("phpstan.neon").expect("a path"), text.to_owned());
        let document = Document::parse(Arc::clone(&file), Format::Neon, &Limits::default()).expect("a document");
        let value = document.root().route(&["parameters", "paths"]);
        value.into_iter().flat_map(Value::items).filter_map(Value::scalar).map(str::to_owned).collect()
    }

    #[test]
    fn lists_of_paths() {
        for (text, wanted) in [
            ("parameters:\n\tlevel: 5\n\tpaths:\n\t\t- src\n\t\t- tests # both\n\ttmpDir: x\n", vec!["src", "tests"]),
            (
                "includes:\n    - a.neon\n\nparameters:\n    paths:\n    - 'src'\n    - \"lib\"\n    level: max\n",
                vec!["src", "lib"],
            ),
            ("parameters:\n    paths: [src, 'a b', lib] # c\n    level: 3\n", vec!["src", "a b", "lib"]),
            ("parameters:\n    paths: [\n        src # one, two\n        lib,\n    ]\n    level: 3\n", vec!["src", "lib"]),
            (
                "parameters:\n    ignoreErrors:\n        - '#^a: b (c$#'\n        -\n            message: '#x#'\n            paths:\n                - no\n        - message: y\n          path: z\n    paths:\n        - src\n",
                vec!["src"],
            ),
            ("parameters:\n    paths: %currentWorkingDirectory%\n", vec![]),
            ("services:\n    -\n        class: A(1, 2)\n        tags: [x]\n", vec![]),
            ("parameters:\n    level: 5\n", vec![]),
            ("", vec![]),
            ("parameters:\n    paths: [src\n", vec![]),
        ] {
            assert_eq!(paths(text), wanted, "{text}");
        }
    }
}
