//! Owns the shape of a bot's table of options: their names by the type of their value. Refuses what only one of them takes.

use serde::Deserialize;

/// The options of a bot, by what it accepts as a value.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// True or false.
    #[serde(default)]
    pub bool: Vec<String>,
    /// Numbers, 0 or more.
    #[serde(default)]
    pub count: Vec<String>,
    /// Numbers.
    #[serde(default)]
    pub number: Vec<String>,
    /// Texts.
    #[serde(default)]
    pub text: Vec<String>,
    /// A text, or true or false, of which older files wrote one for the other.
    #[serde(default)]
    pub scalar: Vec<String>,
    /// Lists.
    #[serde(default)]
    pub list: Vec<String>,
    /// Lists, or the text of their one item.
    #[serde(default)]
    pub list_or_text: Vec<String>,
    /// Maps of options.
    #[serde(default)]
    pub map: Vec<String>,
    /// Maps of other names.
    #[serde(default)]
    pub closed: Vec<String>,
    /// Whatever value.
    #[serde(default)]
    pub other: Vec<String>,
}

/// What an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// See [`Options::bool`].
    Bool,
    /// See [`Options::count`].
    Count,
    /// See [`Options::number`].
    Number,
    /// See [`Options::text`].
    Text,
    /// See [`Options::scalar`].
    Scalar,
    /// See [`Options::list`].
    List,
    /// See [`Options::list_or_text`].
    ListOrText,
    /// See [`Options::map`].
    Map,
    /// See [`Options::closed`].
    Closed,
    /// See [`Options::other`].
    Other,
}

impl Options {
    /// Every option with what it takes.
    pub fn all(&self) -> impl Iterator<Item = (&str, OptionKind)> {
        use OptionKind::{Bool, Closed, Count, List, ListOrText, Map, Number, Other, Scalar, Text};
        let rows = [
            (&self.bool, Bool),
            (&self.count, Count),
            (&self.number, Number),
            (&self.text, Text),
            (&self.scalar, Scalar),
            (&self.list, List),
            (&self.list_or_text, ListOrText),
            (&self.map, Map),
            (&self.closed, Closed),
            (&self.other, Other),
        ];
        rows.into_iter().flat_map(|(names, kind)| names.iter().map(move |name| (name.as_str(), kind)))
    }
}
