//! Owns words and script texts that runners put together: arguments appended to a script, the text inside a quoted word.
//! Refuses to lose their places.

use std::sync::Arc;

use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::snapshot::Snapshot;
use crate::text::{MappedText, Place, SourceFile, Span};

/// A word of our own that stands at the place of another.
pub(super) fn literal(text: &str, like: &Word) -> Word {
    Word {
        raw: text.to_owned(),
        value: Some(text.to_owned()),
        partial: None,
        span: like.span,
        place: like.place.clone(),
        glob: false,
    }
}

/// A word of our own at a place.
pub(super) fn word_at(text: &str, place: &Place) -> Word {
    Word {
        raw: text.to_owned(),
        value: Some(text.to_owned()),
        partial: None,
        span: Span::default(),
        place: place.clone(),
        glob: false,
    }
}

/// The bytes of a place in its file.
pub(super) fn span_of(file: &SourceFile, place: &Place) -> Span {
    let offset = |line: usize, column: usize| {
        let text = file.line_text(line);
        let start = file.lines().start_of(line).unwrap_or(file.text.len());
        let bytes = text.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
        start + bytes
    };
    Span::new(offset(place.line, place.column), offset(place.end_line, place.end_column))
}

/// The text that a word hands to a shell (`bash -c "…"`), as far as it is known: what the outer shell would have replaced
/// stays written as it was, and is not known to the inner one either.
pub(super) fn text_of(word: &Word, snapshot: &Snapshot) -> Option<MappedText> {
    let file = snapshot.read(&word.place.path).ok()?;
    let span = span_of(&file, &word.place);
    let text = word.value.as_deref().unwrap_or_else(|| unquoted(&word.raw));
    let written = file.text.get(span.start..span.end).unwrap_or("");
    // Mostly the text stands in the file as it is, between quotes: then every command in it keeps its own place.
    Some(match written.find(text).filter(|_| !text.is_empty()) {
        Some(at) => MappedText::verbatim(file, Span::new(span.start + at, span.start + at + text.len())),
        None => MappedText::standing_for(file, span, text),
    })
}

fn unquoted(raw: &str) -> &str {
    ['"', '\''].iter().find_map(|quote| raw.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(raw)
}

/// A script with arguments behind it, as task runners append them: quoted, an unknown one as an unknown word.
pub(super) fn with_arguments(script: &MappedText, arguments: &[Word]) -> MappedText {
    let mut out = script.clone();
    let length = script.text().len();
    let end = script.span(length.saturating_sub(1)..length);
    let file = Arc::clone(script.file());
    for word in arguments {
        let span = if word.place.path == file.path { span_of(&file, &word.place) } else { end };
        out.push_standing_for(end, " ");
        match &word.value {
            Some(value) => out.push_standing_for(span, &quoted(value)),
            None => out.push_standing_for(span, UNKNOWN_CHAR.encode_utf8(&mut [0; 4])),
        }
    }
    out
}

/// A value as one word of a shell.
pub(super) fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '=' | ':' | '@' | ',' | '+' | '%');
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', "'\\''"))
}
