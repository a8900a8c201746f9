//! Owns the byte map of decoded scalars: a walk over the raw text that is guided by, and checked against, what the parser
//! decoded. Refuses to trust itself: a walk that ends with another text gives way to "stands for the whole scalar".

use std::sync::Arc;

use super::arena::{Style, TextAt};
use super::{Document, ini, quoted, toml_text, yaml_block};
use crate::text::{MappedText, Span};

/// A walk under way: what is mapped so far, and the text it has to become.
pub(super) struct Walk<'a> {
    out: MappedText,
    /// The whole file.
    pub(super) raw: &'a str,
    /// What the parser decoded.
    pub(super) decoded: &'a str,
}

impl Walk<'_> {
    /// The decoded text that is not mapped yet.
    pub(super) fn rest(&self) -> &str {
        self.decoded.get(self.out.text().len()..).unwrap_or("")
    }

    /// `from..to` stands in the decoded text as it does in the file.
    pub(super) fn verbatim(&mut self, from: usize, to: usize) {
        self.out.push_verbatim(Span::new(from, to));
    }

    /// The next decoded character was decoded from `from..to` (an escape).
    pub(super) fn one_char(&mut self, from: usize, to: usize) {
        let Some(c) = self.rest().chars().next() else { return };
        self.stand_for(from, to, c.encode_utf8(&mut [0; 4]));
    }

    /// `text` was decoded from `from..to`.
    pub(super) fn stand_for(&mut self, from: usize, to: usize, text: &str) {
        self.out.push_standing_for(Span::new(from, to), text);
    }

    /// A decoded `\n` for the line end `ending`, verbatim where the file has just that.
    pub(super) fn newline(&mut self, ending: Span) {
        if self.raw.get(ending.start..ending.end).is_some_and(|raw| raw.ends_with('\n')) {
            self.verbatim(ending.end - 1, ending.end);
        } else {
            self.stand_for(ending.start, ending.end, "\n");
        }
    }
}

/// The text at `at`, written in `style` at `span`, with its map.
pub(super) fn mapped(doc: &Document, span: Span, style: Style, at: TextAt) -> MappedText {
    let file = doc.file();
    if !at.decoded {
        let start = at.start as usize;
        return MappedText::verbatim(Arc::clone(file), Span::new(start, start + at.len as usize));
    }
    let decoded = doc.arena.text(&file.text, at);
    let mut walk = Walk { out: MappedText::empty(Arc::clone(file)), raw: &file.text, decoded };
    match style {
        Style::YamlPlain => quoted::yaml(&mut walk, span, None),
        Style::YamlSingle => quoted::yaml(&mut walk, quoted::inside(span), Some(b'\'')),
        Style::YamlDouble => quoted::yaml(&mut walk, quoted::inside(span), Some(b'"')),
        Style::YamlBlock => yaml_block::map(&mut walk, span),
        Style::Json => quoted::json(&mut walk, quoted::inside(span)),
        Style::Toml => toml_text::map(&mut walk, span),
        Style::Ini => ini::map(&mut walk, span),
    }
    if walk.out.text() == decoded { walk.out } else { MappedText::standing_for(Arc::clone(file), span, decoded) }
}
