//! Owns how a makefile falls into logical lines: continuations, comments, recipe lines. Refuses to give them a meaning.

use std::sync::Arc;

use crate::text::{MappedText, SourceFile, Span};

/// One logical line: physical lines joined by a backslash at their ends, without the last line's ending.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// Where it stands.
    pub(super) span: Span,
}

impl Line {
    /// The bytes as they stand in the file.
    pub(super) fn raw<'a>(&self, file: &'a SourceFile) -> &'a str {
        file.text.get(self.span.start..self.span.end).unwrap_or("")
    }

    /// The line as make reads it outside of recipes: continuations become one blank, a comment is cut off.
    pub(super) fn joined(&self, file: &SourceFile) -> String {
        cut_comment(&join(self.raw(file)))
    }

    /// The line as a recipe: the prefix of every physical line is dropped, continuations stay for the shell.
    pub(super) fn recipe(&self, file: &Arc<SourceFile>, prefix: char) -> MappedText {
        let mut text = MappedText::empty(Arc::clone(file));
        let mut at = self.span.start;
        for piece in self.raw(file).split_inclusive('\n') {
            let drop = if piece.starts_with(prefix) { prefix.len_utf8() } else { 0 };
            let (body, ending) = split_ending(piece);
            let end = at + body.len();
            text.push_verbatim(Span::new((at + drop).min(end), end));
            if !ending.is_empty() {
                text.push_verbatim(Span::new(at + piece.len() - 1, at + piece.len()));
            }
            at += piece.len();
        }
        text
    }
}

/// All logical lines of a file, in one pass.
pub(super) fn logical(file: &SourceFile) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut at, mut start) = (0, None);
    for piece in file.text.split_inclusive('\n') {
        let (body, ending) = split_ending(piece);
        let from = *start.get_or_insert(at + if at == 0 && body.starts_with('\u{FEFF}') { 3 } else { 0 });
        at += piece.len();
        if ends_in_continuation(body) && !ending.is_empty() {
            continue;
        }
        lines.push(Line { span: Span::new(from, at - ending.len()) });
        start = None;
    }
    if let Some(from) = start {
        lines.push(Line { span: Span::new(from, at) });
    }
    lines
}

fn split_ending(piece: &str) -> (&str, &str) {
    let body = piece.strip_suffix('\n').map_or(piece, |body| body.strip_suffix('\r').unwrap_or(body));
    piece.split_at(body.len())
}

/// Whether an odd number of backslashes ends the text.
fn ends_in_continuation(body: &str) -> bool {
    body.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
}

fn join(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for (index, piece) in raw.split('\n').enumerate() {
        let body = piece.strip_suffix('\r').unwrap_or(piece);
        let body = if index > 0 { body.trim_start() } else { body };
        match body.strip_suffix('\\') {
            Some(rest) if ends_in_continuation(body) => {
                out.push_str(rest.trim_end());
                out.push(' ');
            }
            _ => out.push_str(body),
        }
    }
    out
}

/// The text before an unescaped `#`; `\#` is a plain `#`. A `#` inside a reference is make's comment too, but within a
/// function call (`$(shell … '#')`) authors mean the character, and make agrees since 4.3.
fn cut_comment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut escaped, mut depth) = (false, 0_usize);
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '#' if escaped => {
                out.pop();
            }
            '#' if depth == 0 => break,
            '(' | '{' if before == '$' || depth > 0 => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::RepoPath;

    fn read(text: &str) -> Vec<String> {
        let file = SourceFile::new(RepoPath::new("Makefile").expect("path"), text.to_owned());
        logical(&file).iter().map(|line| line.joined(&file)).collect()
    }

    #[test]
    fn lines_are_joined_and_comments_cut() {
        assert_eq!(read("\u{FEFF}A = b \\\r\n   c # no\r\nx: y\\#z\n"), ["A = b c ", "x: y#z"]);
        assert_eq!(read("a\\\\\nb\\"), ["a\\\\", "b "]);
        assert_eq!(read("V := $(subst #,x,y)"), ["V := $(subst #,x,y)"]);
        assert!(read("").is_empty());
    }

    #[test]
    fn a_recipe_keeps_its_continuations_and_places() {
        let file = SourceFile::new(RepoPath::new("Makefile").expect("path"), "t:\n\ta \\\r\n\t  b\n".to_owned());
        let text = logical(&file)[1].recipe(&file, '\t');
        assert_eq!(text.text(), "a \\\n  b");
        assert_eq!(text.place(6..7).line, 3);
    }
}
