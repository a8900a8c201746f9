//! Owns a word after expansion: its value, or as much of it as is known. Refuses to expand anything.

use std::borrow::Cow;

use super::UNKNOWN_CHAR;
use crate::text::{MappedText, Place, Span};

/// One word after expansion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it stands in the script.
    pub raw: String,
    /// After quote removal and expansion, when all of it is known.
    pub value: Option<String>,
    /// When only a part of it is known: its text with [`UNKNOWN_CHAR`] for every piece that is not.
    pub partial: Option<String>,
    /// Decoded bytes in the script text.
    pub span: Span,
    /// Where it lies in the file.
    pub place: Place,
    /// It holds an unquoted `*`, `?` or `[`; `value` then is the pattern.
    pub glob: bool,
}

impl Word {
    /// The text this word stands for, mapped to where it lies: to be read as a script (`sh -c 'TEXT'`). `script` is the text
    /// the word was found in. `None` when its value is not known.
    #[must_use]
    pub fn text(&self, script: &MappedText) -> Option<MappedText> {
        let value = self.value.as_deref()?;
        let here = script.text().get(self.span.start..self.span.end);
        for open in [0, 1] {
            let (start, end) = (self.span.start + open, self.span.end.saturating_sub(open));
            if here == Some(self.raw.as_str()) && script.text().get(start..end) == Some(value) {
                return Some(script.slice(start..end));
            }
        }
        let whole = script.span(self.span.start..self.span.end);
        Some(MappedText::standing_for(std::sync::Arc::clone(script.file()), whole, value))
    }

    /// The value, with [`UNKNOWN_CHAR`] for every piece that is not known.
    #[must_use]
    pub fn shape(&self) -> Cow<'_, str> {
        if let Some(known) = self.value.as_deref().or(self.partial.as_deref()) {
            return Cow::Borrowed(known);
        }
        // Not every reader of words keeps the shape; what is written before the first expansion is known all the same.
        let raw = self.raw.trim_start_matches(['"', '\'']);
        let end = raw.find(['$', '`', UNKNOWN_CHAR]).unwrap_or(raw.len());
        Cow::Owned(format!("{}{UNKNOWN_CHAR}", &raw[..end]))
    }

    /// The text that the value certainly begins with.
    #[must_use]
    pub fn head(&self) -> String {
        let shape = self.shape();
        shape.split(UNKNOWN_CHAR).next().unwrap_or("").to_owned()
    }

    /// The text that the value certainly ends with; empty when it is known as a whole.
    #[must_use]
    pub fn tail(&self) -> String {
        let shape = self.shape();
        shape.rsplit_once(UNKNOWN_CHAR).map_or("", |(_, tail)| tail).to_owned()
    }

    /// Whether it may stand for a name, as far as is known of it: as one word, or as the first of several where no quotes keep it together.
    pub fn may_name(&self) -> impl Fn(&str) -> bool + use<> {
        let (head, tail) = (self.head(), self.tail());
        // Behind a sign of a pattern anything may follow.
        let pattern = head.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.' | ':'));
        let is_one = pattern.is_none() && self.is_one();
        let (value, head) = (self.value.clone(), head[..pattern.unwrap_or(head.len())].to_owned());
        move |name| match &value {
            Some(value) => value == name,
            None => name.strip_prefix(head.as_str()).is_some_and(|rest| !is_one || rest.ends_with(&tail)),
        }
    }

    /// Nothing is known of how it begins: it may be an option, an operand, anything.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.value.is_none() && self.head().is_empty()
    }

    /// It may be no word at all, or several: nothing of it is known and no quotes keep it together.
    #[must_use]
    pub fn may_vanish(&self) -> bool {
        self.is_open() && self.tail().is_empty() && !self.raw.starts_with(['"', '\'']) && !self.is_script()
    }

    /// `$0`: the script that is being read, wherever it lies.
    #[must_use]
    pub fn is_script(&self) -> bool {
        matches!(self.raw.trim_matches('"'), "$0" | "${0}")
    }

    /// Quotes keep it one word, whatever it is.
    #[must_use]
    pub fn is_one(&self) -> bool {
        let inner = self.raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        self.value.is_some() || inner.is_some_and(|inner| !inner.contains(['"', '@']))
    }

    /// The base name of the program it names in a directory that is not known (`"$VENV"/bin/ruff`).
    #[must_use]
    pub fn program_somewhere(&self) -> Option<String> {
        if self.value.is_some() || self.glob {
            return None;
        }
        let tail = self.tail();
        let (_, name) = tail.rsplit_once('/')?;
        let plain = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || matches!(c, '*' | '?' | '[' | '{'));
        plain.then(|| name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::RepoPath;

    #[test]
    fn a_computed_word_names_what_agrees_with_it() {
        let may = |raw: &str, partial: Option<&str>, name: &str| {
            let partial = partial.map(|text| text.replace('?', &UNKNOWN_CHAR.to_string()));
            let place = Place::file(RepoPath::root());
            Word { raw: raw.to_owned(), value: None, partial, span: Span::new(0, 0), place, glob: false }.may_name()(name)
        };
        let quoted = |name: &str| may("\"lint:$X:fix\"", Some("lint:?:fix"), name);
        assert!(quoted("lint:a:fix") && quoted("lint::fix") && !quoted("lint:a") && !quoted("test:a:fix") && !quoted("lint:fix"));
        // What is not quoted may be several words, and the first of them ends anywhere.
        assert!(may("lint:$X:fix", Some("lint:?:fix"), "lint:a") && !may("lint:$X:fix", None, "test"));
        assert!(may("lint{:a,$X}", Some("lint{:a,?}"), "lint:a") && may("$X", None, "anything"));
        let place = Place::file(RepoPath::root());
        let known =
            Word { raw: "a".to_owned(), value: Some("a".to_owned()), partial: None, span: Span::new(0, 0), place, glob: false };
        assert!(known.may_name()("a") && !known.may_name()("ab"));
        // A pattern of names says nothing of them.
        assert!(may("\"/^(lint|test)$X/\"", Some("/^(lint|test)?/"), "test") && may("\"lint -- $X\"", Some("lint -- ?"), "lint"));
    }
}
