//! Owns looking values up as golangci-lint's loader does: keys without regard to case, lists given as one text. Refuses
//! merge keys and keys given twice: what counts then depends on the reader.

use crate::answer::{Reason, Why};
use crate::doc::{Kind, Reading, Value};
use crate::text::Place;

/// Items of one list taken at most.
const ITEMS: usize = 2_000;

/// A mapping, or nothing at all.
#[derive(Clone, Copy, Default)]
pub(super) struct Tree<'d>(Option<Value<'d>>);

/// A text of the configuration or the command line.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) text: String,
    pub(super) place: Place,
}

/// A configuration that does not have the shape it should.
pub(super) fn wrong(text: &str, place: Place) -> Why {
    Why::new(Reason::Unreadable, text).at(place)
}

impl<'d> Tree<'d> {
    /// A mapping; null is an empty one.
    pub(super) fn of(value: Value<'d>) -> Result<Self, Why> {
        match value.kind() {
            Kind::Null => Ok(Self(None)),
            Kind::Mapping => Ok(Self(Some(value))),
            _ => Err(value.disputed().unwrap_or_else(|| wrong("not a table", value.place()))),
        }
    }

    /// The value of a key.
    pub(super) fn value(self, key: &str) -> Result<Option<Value<'d>>, Why> {
        let Some(value) = self.0 else { return Ok(None) };
        let mut found = None;
        for entry in value.entries() {
            let Some(name) = entry.name() else { continue };
            if name == "<<" {
                return Err(Why::new(Reason::Unsupported, "a merge key is not followed here").at(entry.key.place()));
            }
            if name.eq_ignore_ascii_case(key) && found.replace(entry.value).is_some() {
                return Err(wrong(&format!("`{key}` is given twice"), entry.key.place()));
            }
        }
        Ok(found)
    }

    /// The names of its keys.
    pub(super) fn names(self) -> impl Iterator<Item = &'d str> {
        self.0.into_iter().flat_map(Value::entries).map(|entry| entry.name().unwrap_or_default())
    }

    /// The mapping at a key.
    pub(super) fn table(self, key: &str) -> Result<Self, Why> {
        self.value(key)?.map_or(Ok(Self(None)), Self::of)
    }

    /// The mapping at a path of keys.
    pub(super) fn route(self, keys: &[&str]) -> Result<Self, Why> {
        keys.iter().try_fold(self, |tree, key| tree.table(key))
    }

    /// The text at a key, with its place.
    pub(super) fn text(self, key: &str) -> Result<Option<Item>, Why> {
        let Some(value) = self.value(key)? else { return Ok(None) };
        if value.kind() == Kind::Null {
            return Ok(None);
        }
        let text = value.scalar().ok_or_else(|| wrong("not a text", value.place()))?;
        Ok(Some(Item { text: text.to_owned(), place: value.place() }))
    }

    /// The boolean at a key; where it is given, its place.
    pub(super) fn flag(self, key: &str) -> Result<Option<Place>, Why> {
        let Some(value) = self.value(key)? else { return Ok(None) };
        match value.as_bool() {
            Reading::Is(true) => Ok(Some(value.place())),
            Reading::Is(false) => Ok(None),
            Reading::Absent if value.kind() == Kind::Null => Ok(None),
            Reading::Absent => Err(wrong("not a boolean", value.place())),
            Reading::Disputed(why) => Err(why),
        }
    }

    /// The list at a key; one text is split at commas.
    pub(super) fn list(self, key: &str) -> Result<Vec<Item>, Why> {
        let Some(value) = self.value(key)? else { return Ok(Vec::new()) };
        let bad = || wrong("not a list of texts, or too long a one", value.place());
        match value.kind() {
            Kind::Null => Ok(Vec::new()),
            Kind::Sequence if value.len() <= ITEMS => value
                .items()
                .map(|item| Ok(Item { text: item.scalar().ok_or_else(bad)?.to_owned(), place: item.place() }))
                .collect(),
            Kind::String => {
                let texts = value.scalar().unwrap_or_default().split(',');
                Ok(texts.take(ITEMS).map(|text| Item { text: text.trim().to_owned(), place: value.place() }).collect())
            }
            _ => Err(value.disputed().unwrap_or_else(bad)),
        }
    }

    /// The mappings in a list at a key.
    pub(super) fn tables(self, key: &str) -> Result<Vec<Self>, Why> {
        let Some(value) = self.value(key)? else { return Ok(Vec::new()) };
        match value.kind() {
            Kind::Null => Ok(Vec::new()),
            Kind::Sequence => value.items().map(Self::of).collect(),
            _ => Err(value.disputed().unwrap_or_else(|| wrong("not a list of tables", value.place()))),
        }
    }

    /// Where it stands, when it is there.
    pub(super) fn place(self) -> Option<Place> {
        self.0.map(Value::place)
    }
}
