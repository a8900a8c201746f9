//! Owns the lines of a Dockerfile: instructions with continuations joined, comments dropped, here-documents attached, every
//! byte still in its place. Refuses to give instructions a meaning.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::text::{MappedText, Place, SourceFile, Span};

/// Instructions read from one file.
const MOST_INSTRUCTIONS: usize = 4_000;

/// One instruction.
pub(in crate::facts) struct Instruction {
    /// In upper case.
    pub keyword: String,
    /// What stands behind the keyword, continuations joined, without here-document bodies.
    pub rest: MappedText,
    /// Bodies of here-documents, in order, each with the text up to and including its end marker.
    pub bodies: Vec<Body>,
    /// The keyword's line.
    pub place: Place,
}

/// A here-document.
pub(in crate::facts) struct Body {
    /// Its lines.
    pub text: MappedText,
    /// Its lines and its end marker.
    pub whole: MappedText,
}

struct Reader {
    file: Arc<SourceFile>,
    lines: VecDeque<Span>,
    escape: char,
}

/// All instructions of a file; past a bound the rest is left out.
pub(in crate::facts) fn read(file: &Arc<SourceFile>) -> Vec<Instruction> {
    let mut lines = VecDeque::new();
    let mut at = file.text.len() - file.text.trim_start_matches('\u{FEFF}').len();
    for line in file.text[at..].split_inclusive('\n') {
        lines.push_back(Span::new(at, at + line.trim_end_matches(['\n', '\r']).len()));
        at += line.len();
    }
    let mut reader = Reader { file: Arc::clone(file), lines, escape: '\\' };
    reader.directives();
    let mut all = Vec::new();
    while all.len() < MOST_INSTRUCTIONS {
        let Some(instruction) = reader.instruction() else { break };
        all.push(instruction);
    }
    all
}

impl Reader {
    fn text(&self, span: Span) -> &str {
        self.file.text.get(span.start..span.end).unwrap_or("")
    }

    /// `# escape=…` counts in the comments before anything else.
    fn directives(&mut self) {
        let heads: Vec<String> = self.lines.iter().take(16).map(|span| self.text(*span).trim().to_ascii_lowercase()).collect();
        for line in heads.iter().take_while(|line| line.starts_with('#')) {
            let Some((name, value)) = line.trim_start_matches('#').split_once('=') else { break };
            if name.trim() == "escape" && value.trim() == "`" {
                self.escape = '`';
            }
        }
    }

    fn instruction(&mut self) -> Option<Instruction> {
        let first = loop {
            let span = self.lines.pop_front()?;
            let text = self.text(span).trim_start();
            if !text.is_empty() && !text.starts_with('#') {
                break span;
            }
        };
        let whole = self.joined(first);
        let head = whole.text().len() - whole.text().trim_start().len();
        let length = whole.text()[head..].find(char::is_whitespace).unwrap_or(whole.text().len() - head);
        let keyword = whole.text()[head..head + length].to_ascii_uppercase();
        let behind = &whole.text()[head + length..];
        let from = head + length + (behind.len() - behind.trim_start().len());
        let rest = whole.slice(from..whole.text().trim_end().len().max(from));
        let mut bodies = Vec::new();
        if matches!(keyword.as_str(), "RUN" | "COPY" | "ADD") && !rest.text().starts_with('[') {
            for (marker, tabs) in markers(rest.text()).into_iter().take(64) {
                bodies.push(self.body(&marker, tabs));
            }
        }
        let start = first.start + head;
        let place = self.file.place(Span::new(start, start + length));
        Some(Instruction { keyword, rest, bodies, place })
    }

    /// A line and those it goes on with; comments and empty lines in between are not part of it.
    fn joined(&mut self, first: Span) -> MappedText {
        let mut out = MappedText::empty(Arc::clone(&self.file));
        let mut span = first;
        loop {
            let text = self.text(span).trim_end();
            let end = span.start + text.len();
            if !text.ends_with(self.escape) {
                out.push_verbatim(Span::new(span.start, end));
                return out;
            }
            out.push_verbatim(Span::new(span.start, end - 1));
            loop {
                let Some(next) = self.lines.pop_front() else { return out };
                let text = self.text(next).trim_start();
                if !text.is_empty() && !text.starts_with('#') {
                    span = next;
                    break;
                }
            }
        }
    }

    fn body(&mut self, marker: &str, tabs: bool) -> Body {
        let mut text = MappedText::empty(Arc::clone(&self.file));
        while let Some(line) = self.lines.pop_front() {
            let raw = self.text(line);
            let cut = if tabs { raw.len() - raw.trim_start_matches('\t').len() } else { 0 };
            if &raw[cut..] == marker {
                let mut whole = text.clone();
                whole.push_verbatim(Span::new(line.start + cut, line.end));
                return Body { text, whole };
            }
            text.push_verbatim(Span::new(line.start + cut, line.end));
            text.push_standing_for(Span::new(line.end, line.end), "\n");
        }
        Body { whole: text.clone(), text }
    }
}

/// The end markers of the here-documents a line opens, and whether leading tabs go.
fn markers(line: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for word in line.split_whitespace() {
        let Some(rest) = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<") else { continue };
        let (rest, tabs) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
        let marker = rest.trim_matches(['"', '\'']);
        if !marker.is_empty() && !marker.contains('<') {
            found.push((marker.to_owned(), tabs));
        }
    }
    found
}

impl Instruction {
    /// The leading `--name=value` flags, and where the rest starts.
    pub(in crate::facts) fn flags(&self) -> (Vec<(&str, &str)>, usize) {
        let text = self.rest.text();
        let mut flags = Vec::new();
        let mut at = 0;
        while text[at..].starts_with("--") {
            let word = text[at..].split_whitespace().next().unwrap_or("");
            flags.push(word[2..].split_once('=').unwrap_or((&word[2..], "")));
            at += word.len();
            at += text[at..].len() - text[at..].trim_start().len();
        }
        (flags, at)
    }

    /// The strings of an exec form (`["a", "b"]`) behind the flags; `None` for a shell form.
    pub(in crate::facts) fn exec_form(&self, from: usize) -> Option<Vec<String>> {
        let text = self.rest.text()[from..].trim();
        if text.starts_with('[') { serde_json::from_str(text).ok() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::RepoPath;

    fn parsed(text: &str) -> Vec<(String, String, usize, Vec<String>)> {
        let file = SourceFile::new(RepoPath::new("Dockerfile").expect("path"), text.to_owned());
        let bodies = |one: &Instruction| one.bodies.iter().map(|body| body.text.text().to_owned()).collect();
        read(&file).iter().map(|one| (one.keyword.clone(), one.rest.text().to_owned(), one.place.line, bodies(one))).collect()
    }

    #[test]
    fn lines_and_here_documents() {
        let one = |keyword: &str, rest: &str, line, bodies: &[&str]| {
            (keyword.to_owned(), rest.to_owned(), line, bodies.iter().map(|body| (*body).to_owned()).collect::<Vec<_>>())
        };
        for (text, expected) in [
            ("\u{feff}# c\r\nfrom a\r\n\r\n  RUN x  \r\n", vec![one("FROM", "a", 2, &[]), one("RUN", "x", 4, &[])]),
            ("RUN a && \\\n  # no\n\n  b\nRUN c", vec![one("RUN", "a &&   b", 1, &[]), one("RUN", "c", 5, &[])]),
            ("RUN <<EOF\na\n b\nEOF\nRUN d", vec![one("RUN", "<<EOF", 1, &["a\n b\n"]), one("RUN", "d", 5, &[])]),
            ("RUN sh -e <<-'X' y\n\ta\n\tX\nCMD z", vec![one("RUN", "sh -e <<-'X' y", 1, &["a\n"]), one("CMD", "z", 4, &[])]),
            ("# escape=`\nRUN a `\n b\\", vec![one("RUN", "a  b\\", 2, &[])]),
            ("RUN cat <<< x $((1<<2))\nRUN y", vec![one("RUN", "cat <<< x $((1<<2))", 1, &[]), one("RUN", "y", 2, &[])]),
            ("RUN <<EOF\nnever closed", vec![one("RUN", "<<EOF", 1, &["never closed\n"])]),
            ("RUN a \\", vec![one("RUN", "a", 1, &[])]),
            ("", vec![]),
            ("RUN", vec![one("RUN", "", 1, &[])]),
        ] {
            assert_eq!(parsed(text), expected, "{text:?}");
        }
    }
}
