//! Owns reading INI: sections, `key = value` and `key: value`, continuation by indentation, as Python's `configparser` does
//! with its defaults, which refuses a line before the first section; a file named `.npmrc` as npm does (`=` only, no continuation), and
//! settings without sections where files have none (`*.properties`, `*.conf`). Refuses interpolation and inline comments.

use std::sync::Arc;

use super::arena::Style;
use super::build::Builder;
use super::lines::{ending_width, lines};
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
    /// Lines may stand before the first section, and keys without a value.
    loose: bool,
    pending: Option<Pending>,
    /// Indentation of the last option or section line.
    indent: usize,
    in_section: bool,
}

/// Reads the file: a mapping of sections (`""` before the first) to mappings of options to strings.
pub(super) fn read(builder: &mut Builder<'_>) -> Result<(), DocError> {
    let text = Arc::clone(&builder.file);
    let name = text.path.file_name();
    let npm = name == ".npmrc";
    let loose = npm || name.ends_with(".properties") || name.ends_with(".conf");
    if !npm {
        builder.fold_keys();
    }
    let from = builder.text_start();
    builder.open_mapping(Span::new(from, from))?;
    let mut reader = Reader { builder, text: Arc::clone(&text), npm, loose, pending: None, indent: 0, in_section: false };
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
        if !self.in_section && !self.loose {
            // `configparser`: MissingSectionHeaderError.
            let opens = self.text.text[line.start..line.end].starts_with('[');
            let why = if opens { "the header of a section has no `]`" } else { "a line before the first `[section]`" };
            return Err(self.builder.error(line, why));
        }
        if !self.in_section {
            let none = Span::new(line.start, line.start);
            self.section(none, none)?;
        }
        let file = Arc::clone(&self.text);
        let raw = &file.text[line.start..line.end];
        let separators: &[char] = if self.npm { &['='] } else { &['=', ':'] };
        let Some(at) = raw.find(separators) else {
            if !self.loose {
                self.builder.problem(ProblemKind::KeyWithoutValue, line, "a key without a value");
            }
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
        if let Some(inner) = npm_unquoted(&text[value.start..value.end]).filter(|_| self.npm) {
            return self.builder.scalar(Kind::String, Style::Ini, value, inner).map(drop);
        }
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

/// npm takes the quotes off a value; one with escapes is left as it stands.
fn npm_unquoted(value: &str) -> Option<&str> {
    let inner = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))?;
    (!inner.contains('\\')).then_some(inner)
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
            let gap = text.get(last_end..line.start).unwrap_or("");
            let ending = last_end + gap.find(['\r', '\n']).unwrap_or(0);
            walk.newline(Span::new(ending, ending + ending_width(text.as_bytes(), ending)));
        }
        walk.verbatim(line.start, line.end);
        last_end = line.end;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::doc::{Document, Format, Kind, ProblemKind, Reading};
    use crate::limits::Limits;
    use crate::text::{RepoPath, SourceFile};

    fn parse(path: &str, text: &str) -> Document {
        let file = SourceFile::new(RepoPath::new(path).expect("a path"), text.to_owned());
        Document::parse(Arc::clone(&file), Format::Ini, &Limits::default()).expect("a document")
    }

    #[test]
    fn values_read_as_configparser_does() {
        let text = "[top]\ntop = 1\n[flake8]\nmax-line-length: 100\nignore =\n    E1,\n\n    # why\n    E2 # not cut\n\n\n[mypy]  # c\nStrict = True\nflag=yes\nurl = a=b:c\nnone =\n";
        let document = parse("setup.cfg", text);
        let root = document.root();
        assert_eq!(root.route(&["top", "top"]).map(|v| v.as_int()), Some(Reading::Is(1)));
        assert_eq!(root.route(&["flake8", "max-line-length"]).and_then(|v| v.as_str()), Some("100"));
        let ignore = root.route(&["flake8", "ignore"]).expect("a value");
        assert_eq!(ignore.as_str(), Some("\nE1,\n\nE2 # not cut"));
        let mapped = ignore.mapped().expect("text");
        let at = mapped.text().find("E2").expect("E2");
        assert_eq!(mapped.place(at..at + 2).line, 9);
        assert_eq!(mapped.span(at..at + 2).start, text.find("E2").expect("E2"));
        assert_eq!(root.route(&["mypy", "strict"]).map(|v| v.as_bool()), Some(Reading::Is(true)));
        assert!(matches!(root.route(&["mypy", "flag"]).map(|v| v.as_bool()), Some(Reading::Disputed(_))));
        assert_eq!(root.route(&["mypy", "url"]).and_then(|v| v.as_str()), Some("a=b:c"));
        assert_eq!(root.route(&["mypy", "none"]).and_then(|v| v.as_str()), Some(""));
        assert!(root.get("Mypy").is_none());
        let kinds: Vec<ProblemKind> = document.problems().iter().map(|p| p.kind).collect();
        assert_eq!(kinds, [ProblemKind::InlineComment]);
        assert_eq!(document.comments()[0].text, "why");
    }

    #[test]
    fn duplicates_and_sections_given_twice() {
        let document = parse("tox.ini", "[a]\nKey = 1\nkey = 2\n[b]\n[a]\nx = 1\n");
        assert_eq!(document.problems().len(), 2);
        assert_eq!(document.root().get("a").map(|v| v.kind()), Some(Kind::Disputed));
        let first = document.root().entries().next().expect("a section").value;
        assert_eq!(first.get("KEY").map(|v| v.kind()), Some(Kind::Disputed));
        assert_eq!(first.get("key").expect("key").place().line, 3);
    }

    #[test]
    fn npm_has_other_rules() {
        let text = "//registry.example/:_authToken=abc\n  ignore-scripts = \"true\"\nloose\n";
        let document = parse("web/.npmrc", text);
        let top = document.root().get("").expect("a section");
        assert_eq!(top.get("//registry.example/:_authToken").and_then(|v| v.as_str()), Some("abc"));
        assert_eq!(top.get("ignore-scripts").map(|v| v.as_bool()), Some(Reading::Is(true)));
        assert_eq!(top.get("loose").map(|v| v.kind()), Some(Kind::Null));
        assert!(top.get("LOOSE").is_none());
    }

    #[test]
    fn lines_without_a_meaning_are_errors() {
        let file = |text: &str| SourceFile::new(RepoPath::new("a.ini").expect("a path"), text.to_owned());
        let line = |text: &str| Document::parse(file(text), Format::Ini, &Limits::default()).map_err(|e| e.place.line);
        assert_eq!(line("[a]\n= 1\n").err(), Some(2));
        assert_eq!(line("[a]\nb\n c\n").err(), Some(3));
        // `configparser` refuses whatever stands before a section; behind one, a header without its end is an option like any other.
        assert_eq!(line("\n# c\n[testenv:lint\ncommands = x\n").err(), Some(3));
        assert_eq!(line("x = 1\n[a]\n").err(), Some(1));
        let option = line("[a]\n[b:c\nd = 1\n").expect("a document");
        assert_eq!(option.root().route(&["a", "[b"]).and_then(|value| value.as_str()), Some("c"));
        assert_eq!(line("[a]\n[b\n").expect("a document").problems()[0].kind, ProblemKind::KeyWithoutValue);
    }
}
