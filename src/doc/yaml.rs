//! Owns reading YAML: the parser's events into the arena, spans in bytes of the file, errors with their place. Refuses
//! further documents of a stream (noted), anchors that expand without bound, and characters that end a line for some
//! readers only.

use std::sync::Arc;

use granit_parser::{Event, Options, Parser, ScalarStyle, StructureStyle, Tag};

use super::arena::{NodeId, Style};
use super::build::Builder;
use super::lines::lines;
use super::reading::{core_bool, core_int, core_kind};
use super::yaml_anchors::Anchors;
use super::{DocError, DocErrorKind, Kind, ProblemKind};
use crate::limits::Limits;
use crate::text::Span;

/// Comments in a row that the parser may hold back; its default of 96 refuses files with a long header.
const COMMENTS_IN_A_ROW: usize = 100_000;

struct Reader<'b, 'l> {
    builder: &'b mut Builder<'l>,
    anchors: Anchors,
    /// Bytes before the text that the parser sees.
    base: usize,
    documents: usize,
    /// Whether each open collection is written with brackets.
    flow: Vec<bool>,
}

/// Reads the first document of the file.
pub(super) fn read(builder: &mut Builder<'_>, limits: &Limits) -> Result<(), DocError> {
    let file = Arc::clone(&builder.file);
    let base = builder.text_start();
    refuse_separators(builder, &file.text)?;
    let mut options = Options::default();
    options.max_buffered_comment_events = COMMENTS_IN_A_ROW;
    options.flow_nesting_limit = limits.depth;
    options.block_nesting_limit = limits.depth;
    let anchors = Anchors::new(limits);
    let mut reader = Reader { builder, anchors, base, documents: 0, flow: Vec::new() };
    for next in Parser::new_from_str_with_options(&file.text[base..], options) {
        let (event, span) = match next {
            Ok(found) => found,
            Err(error) => return Err(reader.fail(&error, &file.text)),
        };
        if reader.event(&event, &span)? {
            break;
        }
    }
    Ok(())
}

/// Readers that follow YAML 1.1 here, as those of GitHub Actions (`YamlDotNet`'s `IsBreak`), pre-commit (`PyYAML`) and Dependabot
/// (libyaml) do, end the line at these characters, in comments and scalars of every style alike.
fn refuse_separators(builder: &Builder<'_>, text: &str) -> Result<(), DocError> {
    if text.is_ascii() {
        return Ok(());
    }
    match text.char_indices().find(|(_, c)| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}')) {
        None => Ok(()),
        Some((at, c)) => {
            let words = format!(
                "U+{:04X} ends the line in YAML 1.1 and is text in YAML 1.2: what stands behind it is read in two ways",
                u32::from(c)
            );
            let span = Span::new(at, at + c.len_utf8());
            Err(DocError { kind: DocErrorKind::Disputed, ..builder.error(span, words) })
        }
    }
}

impl Reader<'_, '_> {
    fn fail(&self, error: &granit_parser::ScanError, text: &str) -> DocError {
        let at = error.marker().byte_offset().map_or(0, |at| at + self.base).min(text.len());
        let span = Span::new(at, at);
        match error.kind() {
            granit_parser::ErrorKind::RecursionLimitExceeded => self.builder.too_deep(span),
            kind => self.builder.error(span, kind.to_string()),
        }
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        Span::new(self.base + range.start, self.base + range.end)
    }

    /// Takes one event; `true` when the first document and what is to know of the rest has been read.
    fn event(&mut self, event: &Event<'_>, at: &granit_parser::Span) -> Result<bool, DocError> {
        let span = self.span(at);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    let words = "a second document starts here; only the first was read";
                    self.builder.problem(ProblemKind::SecondDocument, span, words);
                    return Ok(true);
                }
            }
            Event::Comment(text, _) => self.builder.comment(span, text),
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(span, text, *style, tag.as_deref())?;
                self.anchors.scalar(*anchor, node);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let node = self.builder.open_sequence(Span::new(span.start, span.start))?;
                self.open(node, *style, *anchor, tag.as_deref());
            }
            Event::MappingStart(style, anchor, tag) => {
                let node = self.builder.open_mapping(Span::new(span.start, span.start))?;
                self.open(node, *style, *anchor, tag.as_deref());
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let is_flow = self.flow.pop().unwrap_or(false);
                self.builder.close(is_flow.then_some(span.end));
                self.anchors.close();
            }
            Event::Alias(id) => {
                let target = self.anchors.follow(self.builder, *id, span)?;
                self.builder.alias(span, target)?;
            }
            _ => {}
        }
        Ok(false)
    }

    fn open(&mut self, node: NodeId, style: StructureStyle, anchor: usize, tag: Option<&Tag>) {
        self.flow.push(style == StructureStyle::Flow);
        self.anchors.open(anchor, node);
        if let Some(tag) = tag {
            self.builder.tag(node, &tag.original());
        }
    }

    fn scalar(&mut self, span: Span, text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<NodeId, DocError> {
        let is_plain = style == ScalarStyle::Plain;
        // The parser says `~` for a value that is not there.
        let text = if is_plain && span.start == span.end { "" } else { text };
        if is_plain {
            self.refuse_comment_inside(span)?;
        }
        let kind = match tag {
            Some(tag) => tagged_kind(tag, text),
            None if is_plain => core_kind(text),
            None => Kind::String,
        };
        let (style, span) = match style {
            ScalarStyle::Plain => (Style::YamlPlain, span),
            ScalarStyle::SingleQuoted => (Style::YamlSingle, span),
            ScalarStyle::DoubleQuoted => (Style::YamlDouble, span),
            ScalarStyle::Literal | ScalarStyle::Folded => (Style::YamlBlock, self.trimmed(span)),
        };
        let node = self.builder.scalar(kind, style, span, text)?;
        if let Some(tag) = tag {
            self.builder.tag(node, &tag.original());
        }
        Ok(node)
    }

    /// A comment ends a plain scalar, and one cannot go on behind it; the parser passes over those that stand behind a tab.
    fn refuse_comment_inside(&self, span: Span) -> Result<(), DocError> {
        let comment = lines(&self.builder.file.text, span.start, span.end).skip(1).find(|line| {
            let content = self.builder.file.text.get(line.content.start..line.content.end).unwrap_or("");
            content.trim_start_matches([' ', '\t']).starts_with('#')
        });
        match comment {
            Some(line) => Err(self.builder.error(line.content, "a comment inside an unquoted text of several lines")),
            None => Ok(()),
        }
    }

    /// A block scalar's span reaches to the next token; its content ends earlier.
    fn trimmed(&self, span: Span) -> Span {
        let text = self.builder.file.text.get(span.start..span.end).unwrap_or("");
        Span::new(span.start, span.start + text.trim_end_matches([' ', '\t', '\r', '\n']).len())
    }
}

/// Kind of a scalar with a tag: a core tag decides, any other leaves text.
fn tagged_kind(tag: &Tag, text: &str) -> Kind {
    match tag.core_suffix() {
        Some("null") => Kind::Null,
        Some("bool") if core_bool(text).is_some() => Kind::Bool,
        Some("int") if core_int(text).is_some() => Kind::Number,
        Some("float") if core_kind(text) == Kind::Number => Kind::Number,
        _ => Kind::String,
    }
}
