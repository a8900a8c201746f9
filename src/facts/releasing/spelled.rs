//! Owns how a text is put together: what is written out in it, and what its other parts stand for, in their order; of a word of a script as
//! a shell reads it. Refuses to run anything: what a command prints, and what a pattern leaves, stands for nothing that is known.

use std::ops::Range;

use super::meaning::Meaning;
use crate::facts::shell::UNKNOWN_CHAR;

/// Parts of one text that are kept apart.
const MOST_PARTS: usize = 256;

/// Bytes of one text.
const MOST_BYTES: usize = 1 << 14;

/// A text with [`UNKNOWN_CHAR`] for every part that is not written out, and what those stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Spelled {
    text: String,
    parts: Vec<Meaning>,
}

/// A part of a word that is not written out.
pub(super) enum Piece<'a> {
    /// A variable, and what is done to its value.
    Variable(&'a str, &'a str),
    /// An expression of the platform, with its braces.
    Expression(&'a str),
}

impl Spelled {
    /// One part alone.
    pub(super) fn of(meaning: Meaning) -> Self {
        match meaning {
            Meaning::Nothing => Self::default(),
            meaning => Self { text: UNKNOWN_CHAR.to_string(), parts: vec![meaning] },
        }
    }

    /// What is not known at all.
    pub(super) fn unclear() -> Self {
        Self::of(Meaning::Unclear)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn parts(&self) -> &[Meaning] {
        &self.parts
    }

    /// Something is not written out.
    pub(super) fn is_open(&self) -> bool {
        !self.parts.is_empty()
    }

    /// What it stands for, where it is one part and nothing else.
    pub(super) fn single(&self) -> Option<&Meaning> {
        let text = self.text.strip_prefix("refs/tags/").unwrap_or(&self.text);
        let mut chars = text.chars();
        (chars.next() == Some(UNKNOWN_CHAR) && chars.next().is_none()).then_some(self.parts.first()).flatten()
    }

    /// Appends what is written out.
    pub(super) fn push(&mut self, text: &str) {
        for c in text.chars() {
            self.letter(c);
        }
    }

    fn letter(&mut self, c: char) {
        if self.text.len() >= MOST_BYTES || self.parts.len() >= MOST_PARTS {
            return self.cut();
        }
        self.text.push(c);
        if c == UNKNOWN_CHAR {
            self.parts.push(Meaning::Unclear);
        }
    }

    /// Appends another text.
    pub(super) fn add(&mut self, other: Self) {
        if self.text.len() + other.text.len() > MOST_BYTES || self.parts.len() + other.parts.len() > MOST_PARTS {
            return self.cut();
        }
        self.text.push_str(&other.text);
        self.parts.extend(other.parts);
    }

    /// What follows is not kept.
    fn cut(&mut self) {
        if !self.text.ends_with(UNKNOWN_CHAR) || self.parts.last() != Some(&Meaning::Unclear) {
            self.text.push(UNKNOWN_CHAR);
            self.parts.push(Meaning::Unclear);
        }
    }

    /// A part of it, at boundaries of characters.
    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        let text = self.text.get(range.clone()).unwrap_or_default().to_owned();
        let count = |text: &str| text.chars().filter(|c| *c == UNKNOWN_CHAR).count();
        let before = count(self.text.get(..range.start).unwrap_or_default());
        let parts = self.parts.iter().skip(before).take(count(&text)).cloned().collect();
        Self { text, parts }
    }

    /// Its pieces between characters of a kind, without empty ones.
    pub(super) fn split(&self, at: impl Fn(char) -> bool) -> Vec<Self> {
        let (mut pieces, mut start) = (Vec::new(), 0);
        for (end, c) in self.text.char_indices().filter(|(_, c)| at(*c)).chain([(self.text.len(), '\n')]) {
            if start < end {
                pieces.push(self.slice(start..end));
            }
            start = end + c.len_utf8();
        }
        pieces
    }

    /// A word as a shell reads it: quotes and backslashes keep what they keep from being read, but for expressions, which are put in before.
    pub(super) fn word(raw: &str, of: &mut dyn FnMut(Piece<'_>) -> Self) -> Self {
        let mut out = Self::default();
        let (mut rest, mut quote) = (raw, None::<char>);
        if raw.len() > MOST_BYTES {
            return Self::unclear();
        }
        while let Some(c) = rest.chars().next() {
            if rest.starts_with("${{") {
                let Some(end) = rest.find("}}") else { return out.and_unclear() };
                let (expression, behind) = rest.split_at(end + 2);
                out.add(of(Piece::Expression(expression)));
                rest = behind;
                continue;
            }
            let behind = rest.get(c.len_utf8()..).unwrap_or_default();
            rest = behind;
            match (c, quote) {
                ('\'', Some('\'')) | ('"', Some('"')) => quote = None,
                ('\'' | '"', None) => quote = Some(c),
                (c, Some('\'')) => out.letter(c),
                ('\\', quote) => {
                    let next = behind.chars().next();
                    let kept = quote.is_some() && !next.is_some_and(|next| matches!(next, '$' | '`' | '"' | '\\'));
                    if kept {
                        out.letter('\\');
                    }
                    next.into_iter().for_each(|next| out.letter(next));
                    rest = behind.get(next.map_or(0, char::len_utf8)..).unwrap_or_default();
                }
                // Other words may come of it, or what a command prints.
                ('`', _) | ('{', None) => return out.and_unclear(),
                ('$', _) => match variable(behind) {
                    Some((name, operation, behind)) => {
                        out.add(of(Piece::Variable(name, operation)));
                        rest = behind;
                    }
                    None if behind.is_empty() || behind.starts_with([' ', '"', '\'']) && quote.is_some() => out.letter(c),
                    None => return out.and_unclear(),
                },
                (c, _) => out.letter(c),
            }
        }
        out
    }

    fn and_unclear(mut self) -> Self {
        self.cut();
        self
    }
}

/// A variable behind its `$`: its name, what is done to its value, and what follows.
fn variable(text: &str) -> Option<(&str, &str, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let length = |text: &str| text.find(|c: char| !is_name(c)).unwrap_or(text.len());
    let begins = |name: &str| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let Some(inner) = text.strip_prefix('{') else {
        let (name, behind) = text.split_at(length(text));
        return begins(name).then_some((name, "", behind));
    };
    let (name, behind) = inner.split_at(length(inner));
    let (operation, behind) = behind.split_once('}')?;
    let plain = !operation.contains(['{', '$', '`', '"', '\'']);
    (begins(name) && plain).then_some((name, operation, behind))
}

/// What is done to the value of a variable leaves what it stands for: a beginning without digits, or all directories, are taken from it, one
/// sign stands in place of another, or of a commit's id its first digits are left.
pub(super) fn keeps(operation: &str, meaning: &Meaning) -> bool {
    let is_tag = matches!(meaning, Meaning::Named(_));
    if let Some(start) = operation.strip_prefix("##").or_else(|| operation.strip_prefix('#')) {
        let plain = start.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '-' | '_' | '@'));
        return is_tag && (start == "*/" || plain && !start.is_empty());
    }
    if let Some(digits) = operation.strip_prefix(":0:").and_then(|digits| digits.trim().parse::<usize>().ok()) {
        return matches!(meaning, Meaning::Verified | Meaning::Sha) && (7..=64).contains(&digits);
    }
    if let Some(rest) = operation.strip_prefix("//").or_else(|| operation.strip_prefix('/')) {
        let rest = rest.strip_prefix('\\').unwrap_or(rest);
        let mut chars = rest.chars();
        let signs = (chars.next(), chars.next(), chars.next(), chars.next());
        let sign = |c: char| matches!(c, '+' | '/' | '.' | '_' | '-' | '~' | '@');
        return is_tag && matches!(signs, (Some(from), Some('/'), Some('-' | '_' | '.'), None) if sign(from));
    }
    false
}
