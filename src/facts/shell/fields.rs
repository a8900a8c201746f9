//! Owns splitting: pieces of one word to the fields it becomes, and braces. Refuses to know where the pieces come from.

use super::ast::{Part, RawWord};
use super::world::Val;

/// Fields one word may become.
pub(super) const MAX_FIELDS: usize = 256;

/// One word after expansion, in one run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub val: Val,
    pub glob: bool,
}

/// Builds fields from pieces.
#[derive(Default)]
pub(super) struct Split {
    done: Vec<Field>,
    now: Option<(String, bool)>,
    odd: Option<Val>,
    pub unknown: bool,
}

impl Split {
    pub(super) fn literal(&mut self, text: &str, quoted: bool) {
        let (now, glob) = self.now.get_or_insert_default();
        *glob |= !quoted && text.contains(['*', '?', '[']);
        now.push_str(text);
        // Values that double in a loop must not grow without bound.
        self.unknown |= now.len() > 65_536;
    }

    pub(super) fn unquoted(&mut self, text: &str) {
        let blank = |c: char| matches!(c, ' ' | '\t' | '\n');
        for (index, word) in text.split(blank).enumerate() {
            if index > 0 {
                self.close();
            }
            if !word.is_empty() {
                self.literal(word, false);
            }
        }
    }

    /// A piece that is not known, or only in part.
    pub(super) fn computed(&mut self, piece: &str) {
        self.unknown = true;
        self.literal(piece, true);
    }

    pub(super) fn odd(&mut self, val: Val) {
        self.unknown |= self.odd.is_some() || self.now.as_ref().is_some_and(|(text, _)| !text.is_empty());
        self.odd = Some(val);
    }

    fn close(&mut self) {
        if let Some((text, glob)) = self.now.take() {
            self.done.push(Field { val: Val::text(&text), glob });
            self.unknown |= self.done.len() > MAX_FIELDS;
        }
    }

    pub(super) fn finish(mut self) -> Vec<Field> {
        let beside = self.now.as_ref().is_some_and(|(text, _)| !text.is_empty()) || !self.done.is_empty();
        self.close();
        if self.unknown || (self.odd.is_some() && beside) {
            // What is known of a single word is kept; one that may be several is not known at all.
            let val = match self.done.as_slice() {
                [only] if self.odd.is_none() => only.val.clone(),
                _ => Val::Unknown,
            };
            let whole = matches!(&val, Val::Part(text) if !text.contains(char::is_whitespace));
            return vec![Field { val: if whole { val } else { Val::Unknown }, glob: false }];
        }
        match self.odd {
            Some(val) => vec![Field { val, glob: false }],
            None => self.done,
        }
    }
}

/// Brace expansion of a plain word; anything beyond one list between literal text is not known.
pub(super) fn braces(raw: &RawWord) -> Option<Vec<Field>> {
    let text = raw.bare();
    let braced = |text: &str| {
        let open = text.find('{')?;
        let close = open + text[open..].find('}')?;
        let inner = &text[open + 1..close];
        (inner.contains(',') || inner.contains("..")).then_some((open, close))
    };
    if text.is_none() {
        let any = raw.parts.iter().any(|part| matches!(part, Part::Literal { text, quoted: false } if braced(text).is_some()));
        return any.then(|| vec![Field { val: Val::Unknown, glob: false }]);
    }
    let text = text?;
    let (open, close) = braced(text)?;
    let (inner, rest) = (&text[open + 1..close], &text[close + 1..]);
    if inner.contains(['{', '.']) && inner.contains("..") || inner.contains('{') || braced(rest).is_some() || raw.assign.is_some()
    {
        return Some(vec![Field { val: Val::Unknown, glob: false }]);
    }
    let glob = text.contains(['*', '?', '[']);
    let items = inner.split(',').take(MAX_FIELDS);
    Some(items.map(|item| Field { val: Val::text(&format!("{}{item}{rest}", &text[..open])), glob }).collect())
}
