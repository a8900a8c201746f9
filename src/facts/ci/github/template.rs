//! Owns text with `${{ }}` in it: where the expressions stand, and the text with what is known put in their places. Refuses
//! to guess: what is not known stands as [`UNKNOWN_CHAR`].

use std::ops::Range;

use super::budget::Budget;
use super::expr::{Names, Nature, Open, TEXT_BYTES, Unknown, Val, eval, parse};
use crate::doc::{Kind, Value};
use crate::facts::shell::UNKNOWN_CHAR;
use crate::text::MappedText;

/// The expressions of a text: the bytes from `${{` to `}}`, and the expression within. One without an end reaches to the end
/// of the text.
pub(super) fn expressions(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text.get(from..)?.find("${{")?;
        let body = start + 3;
        let end = closing(&text[body..]).map_or(text.len(), |length| body + length);
        from = (end + 2).min(text.len());
        Some((start..from, &text[body..end]))
    })
}

/// Where `}}` stands, outside of quoted texts.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quoted = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
    }
    None
}

/// The expression of a text that is one `${{ }}` and nothing else.
pub(super) fn whole_expression(text: &str) -> Option<&str> {
    let (range, inner) = expressions(text).next()?;
    (range == (0..text.len()) && text.ends_with("}}")).then_some(inner)
}

/// The value of one expression; what cannot be read is unknown.
pub(super) fn evaluate(expression: &str, names: &dyn Names) -> Val {
    match parse(expression) {
        Ok(node) => eval(&node, names),
        Err(why) => Val::unknown(format!("an expression cannot be read: {why}")),
    }
}

/// A scalar of the file as a value, its expressions evaluated. Lists and mappings too.
pub(super) fn value_of(value: Value<'_>, names: &dyn Names) -> Val {
    match value.kind() {
        Kind::Null => Val::Null,
        Kind::Bool => value.as_bool().is().map_or_else(|| Val::text(value.scalar().unwrap_or_default()), Val::Bool),
        Kind::Number => {
            let text = value.scalar().unwrap_or_default();
            super::matrix::number(text).map_or_else(|| Val::text(text), Val::Num)
        }
        Kind::String => text_value(value.scalar().unwrap_or_default(), names),
        Kind::Sequence => Val::List(std::sync::Arc::new(value.items().map(|item| value_of(item, names)).collect())),
        Kind::Mapping => {
            let entries = value.entries().filter_map(|entry| Some((entry.name()?.to_owned(), value_of(entry.value, names))));
            Val::Map(std::sync::Arc::new(entries.collect()))
        }
        Kind::Disputed => Val::unknown("a key is given twice"),
    }
}

/// A text with its expressions evaluated: the value itself when it is one expression, else a text.
pub(super) fn text_value(text: &str, names: &dyn Names) -> Val {
    if let Some(expression) = whole_expression(text) {
        return evaluate(expression, names);
    }
    if !text.contains("${{") {
        return Val::text(text);
    }
    let mut made = Made::default();
    let mut done = 0;
    for (range, expression) in expressions(text) {
        made.behind.push_str(&text[done..range.start]);
        made.add(evaluate(expression, names));
        if made.behind.len() > TEXT_BYTES.max(text.len()) {
            return Val::present("an expression gives a very long text");
        }
        done = range.end;
    }
    made.behind.push_str(&text[done..]);
    made.value()
}

/// A text in the making: what is known of it, and where something is not.
#[derive(Default)]
struct Made {
    /// What stands before the first part that is not known, and what the unknown parts are.
    open: Option<(String, Result<Nature, Unknown>)>,
    /// What stands behind the last of them.
    behind: String,
}

impl Made {
    fn add(&mut self, value: Val) {
        let (prefix, suffix, nature) = match value {
            Val::Open(Open { prefix, suffix, nature: Nature::Ordinary }) => (prefix, suffix, Ok(Nature::Ordinary)),
            Val::Open(Open { prefix, suffix, .. }) => (prefix, suffix, Ok(Nature::Any)),
            Val::Unknown(unknown) => (String::new(), String::new(), Err(unknown)),
            known => return self.behind.push_str(&known.as_text().unwrap_or_default()),
        };
        self.behind.push_str(&prefix);
        let before = std::mem::replace(&mut self.behind, suffix);
        self.open = Some(match self.open.take() {
            None => (before, nature),
            // Several of them are anything.
            Some((first, nature)) => (first, nature.map(|_| Nature::Any)),
        });
    }

    fn value(self) -> Val {
        match self.open {
            None => Val::text(self.behind),
            Some((before, Ok(nature))) => Val::open(&before, &self.behind, nature),
            // It may be empty as a whole.
            Some((before, Err(unknown))) if before.is_empty() && self.behind.is_empty() => Val::Unknown(unknown),
            Some((before, Err(_))) => Val::open(&before, &self.behind, Nature::Any),
        }
    }
}

/// A text of the file with its expressions replaced, mapped back to the file; and whether all of it is known.
pub(super) fn fill(text: MappedText, names: &dyn Names, budget: &Budget<'_>) -> (MappedText, bool) {
    if !budget.bytes(text.text().len()) {
        let span = text.span(0..text.text().len());
        let file = std::sync::Arc::clone(text.file());
        return (MappedText::standing_for(file, span, UNKNOWN_CHAR.encode_utf8(&mut [0; 4])), false);
    }
    if !text.text().contains("${{") {
        return (text, true);
    }
    let mut out = MappedText::empty(std::sync::Arc::clone(text.file()));
    let (mut done, mut known) = (0, true);
    for (range, expression) in expressions(text.text()) {
        out.push_part(&text, done..range.start);
        let span = text.span(range.clone());
        match evaluate(expression, names).shape() {
            Some(value) if budget.bytes(value.len()) => {
                known &= !value.contains(UNKNOWN_CHAR);
                out.push_standing_for(span, &value);
            }
            _ => {
                known = false;
                out.push_standing_for(span, UNKNOWN_CHAR.encode_utf8(&mut [0; 4]));
            }
        }
        done = range.end;
    }
    out.push_part(&text, done..text.text().len());
    (out, known)
}
