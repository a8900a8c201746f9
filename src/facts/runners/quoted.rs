//! Owns the splitting of a command text into words where no shell reads it: tox commands, hook entries, compose commands
//! (POSIX quoting, no expansion, no operators). Refuses to run a shell's grammar.

use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::text::{MappedText, Place, Span};

/// The words of a text; `None` when a quote is not closed.
pub(super) fn split(text: &MappedText) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut open: Option<(usize, String)> = None;
    let mut quote: Option<char> = None;
    let mut characters = text.text().char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if quote.is_none() && c.is_whitespace() {
            if let Some((start, value)) = open.take() {
                words.push(made(text, start, at, value));
            }
            continue;
        }
        let (_, value) = open.get_or_insert_with(|| (at, String::new()));
        match (quote, c) {
            (Some(mark), _) if c == mark => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (Some('"'), '\\') => match characters.peek().copied() {
                Some((_, next @ ('"' | '\\'))) => {
                    value.push(next);
                    characters.next();
                }
                _ => value.push(c),
            },
            (None, '\\') => value.push(characters.next()?.1),
            _ => value.push(c),
        }
    }
    if let Some((start, value)) = open {
        words.push(made(text, start, text.text().len(), value));
    }
    quote.is_none().then_some(words)
}

fn made(text: &MappedText, start: usize, end: usize, value: String) -> Word {
    Word {
        raw: text.text()[start..end].to_owned(),
        partial: value.contains(UNKNOWN_CHAR).then(|| value.clone()),
        value: (!value.contains(UNKNOWN_CHAR)).then_some(value),
        span: Span::new(start, end),
        place: text.place(start..end),
        glob: false,
    }
}

/// A text that is one word as it stands: an item of a list.
pub(super) fn whole(text: &MappedText) -> Word {
    made(text, 0, text.text().len(), text.text().to_owned())
}

/// A word that is not written anywhere: what a program adds by itself.
pub(super) fn added(value: &str, place: &Place) -> Word {
    let known = (!value.contains(UNKNOWN_CHAR)).then(|| value.to_owned());
    let partial = known.is_none().then(|| value.to_owned());
    Word { raw: value.to_owned(), value: known, partial, span: Span::default(), place: place.clone(), glob: false }
}

/// The words as one text that splits into the same words again.
pub(super) fn joined(words: &[Word]) -> String {
    let quoted = words.iter().map(|word| match word.value.as_deref() {
        None => UNKNOWN_CHAR.to_string(),
        Some(value) if !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c)) => {
            value.to_owned()
        }
        Some(value) => format!("'{}'", value.replace('\'', "'\"'\"'")),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{RepoPath, SourceFile};

    fn values(text: &str) -> Option<Vec<Option<String>>> {
        let file = SourceFile::new(RepoPath::new("f").expect("path"), text.to_owned());
        let end = file.text.len();
        split(&MappedText::verbatim(file, Span::new(0, end))).map(|words| words.into_iter().map(|word| word.value).collect())
    }

    fn some(words: &[&str]) -> Option<Vec<Option<String>>> {
        Some(words.iter().map(|word| Some((*word).to_owned())).collect())
    }

    #[test]
    fn quoting() {
        for (text, expected) in [
            ("a b\tc", some(&["a", "b", "c"])),
            ("a 'b c'\"d e\"", some(&["a", "b cd e"])),
            (r#"a "\"\x" \' '' "#, some(&["a", "\"\\x", "'", ""])),
            ("a || true; b#c", some(&["a", "||", "true;", "b#c"])),
            ("a 'b", None),
            ("a \\", None),
            ("", some(&[])),
        ] {
            assert_eq!(values(text), expected, "{text:?}");
        }
        assert_eq!(values("a x\u{E000} \u{E000}"), Some(vec![Some("a".into()), None, None]));
    }

    #[test]
    fn joined_words_split_again() {
        let place = Place::file(RepoPath::root());
        let words: Vec<Word> = ["a b", "", "it's", "-x=1"].iter().map(|value| added(value, &place)).collect();
        assert_eq!(values(&joined(&words)), some(&["a b", "", "it's", "-x=1"]));
    }
}
