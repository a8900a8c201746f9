//! Owns the query API: one copyable handle on a node, aliases followed. Refuses to choose among duplicated keys: they come
//! out as disputed. Typed readings are in `typed`.

use std::fmt;

use super::arena::{Data, NO_NODE, Node, NodeId, Style};
use super::{Document, Kind, walk};
use crate::answer::{Reason, Why};
use crate::text::{MappedText, Place, Span};

/// A handle on one value of a document. What it holds is read through aliases; where it is ([`Self::place`],
/// [`Self::span`], [`Self::path`]) is where it stands, so the use of an alias and not its anchor. Values below an alias
/// stand where they are written, at the anchor.
#[derive(Clone, Copy)]
pub struct Value<'d> {
    doc: &'d Document,
    id: NodeId,
}

/// One key and its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'d> {
    /// The key; usually a string, its text is [`Entry::name`].
    pub key: Value<'d>,
    /// The value.
    pub value: Value<'d>,
}

impl<'d> Entry<'d> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> Value<'d> {
        self.key
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> Value<'d> {
        self.value
    }

    /// The key's text, whatever scalar it is (`3`, `true`, `on`); `None` for a list or a map as key.
    #[must_use]
    pub fn name(&self) -> Option<&'d str> {
        self.key.doc.arena.key_text(&self.key.doc.file.text, self.key.id)
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({:?} `{}` {:?})", self.kind(), self.path(), self.scalar())
    }
}

impl<'d> Value<'d> {
    pub(super) fn root(doc: &'d Document) -> Self {
        Self { doc, id: 0 }
    }

    fn at(self, id: NodeId) -> Self {
        Self { doc: self.doc, id }
    }

    fn own(self) -> &'d Node {
        self.doc.arena.node(self.id)
    }

    fn content(self) -> &'d Node {
        self.doc.arena.node(self.content_id())
    }

    fn content_id(self) -> NodeId {
        self.doc.arena.resolve(self.id)
    }

    fn file_text(self) -> &'d str {
        &self.doc.file.text
    }

    /// The document it belongs to.
    #[must_use]
    pub fn document(self) -> &'d Document {
        self.doc
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.content().data {
            Data::Scalar { kind, .. } => kind,
            Data::Sequence { .. } => Kind::Sequence,
            Data::Mapping { .. } => Kind::Mapping,
            // An alias of an alias is resolved when it is parsed.
            Data::Disputed { .. } | Data::Alias { .. } => Kind::Disputed,
        }
    }

    /// The value of a key of a mapping; `None` without it or when this is no mapping. A key that is given twice gives a value
    /// of [`Kind::Disputed`]. Keys are compared by text: YAML `on`, `3` and `"3"` are found as `on` and `3`. Keys below an
    /// INI section are compared without regard to ASCII case, but in `.npmrc`.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        let arena = &self.doc.arena;
        let mapping = self.content_id();
        let slot = arena.find(self.file_text(), mapping, key)?;
        let children = arena.children_of(mapping);
        if let Some(disputed) = arena.disputes.get(children.get(slot)?) {
            return Some(self.at(*disputed));
        }
        children.get(slot + 1).map(|id| self.at(*id))
    }

    /// [`Self::get`] key after key. A disputed value on the way is the answer: nothing below it is certain.
    #[must_use]
    pub fn route(self, keys: &[&str]) -> Option<Self> {
        let mut value = self;
        for key in keys {
            if value.kind() == Kind::Disputed {
                return Some(value);
            }
            value = value.get(key)?;
        }
        Some(value)
    }

    /// Keys and values of a mapping in file order, duplicates and `<<` included; nothing for anything else.
    pub fn entries(self) -> impl Iterator<Item = Entry<'d>> {
        let is_mapping = matches!(self.content().data, Data::Mapping { .. });
        let children = if is_mapping { self.doc.arena.children_of(self.content_id()) } else { &[] };
        children.chunks_exact(2).map(move |pair| Entry { key: self.at(pair[0]), value: self.at(pair[1]) })
    }

    /// The items of a sequence; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let is_sequence = matches!(self.content().data, Data::Sequence { .. });
        let children = if is_sequence { self.doc.arena.children_of(self.content_id()) } else { &[] };
        children.iter().map(move |id| self.at(*id))
    }

    /// How many items or entries there are; 0 for anything but a collection.
    #[must_use]
    pub fn len(self) -> usize {
        match self.content().data {
            Data::Sequence { len, .. } | Data::Mapping { len, .. } => len as usize,
            _ => 0,
        }
    }

    /// Whether it is a collection without items, or no collection.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The text of any scalar, decoded, a number or a boolean as written; `None` for null, collections and disputed values.
    #[must_use]
    pub fn scalar(self) -> Option<&'d str> {
        match self.content().data {
            Data::Scalar { kind, text, .. } if kind != Kind::Null => Some(self.doc.arena.text(self.file_text(), text)),
            _ => None,
        }
    }

    /// For [`Kind::Disputed`]: both readings in words.
    #[must_use]
    pub fn disputed(self) -> Option<Why> {
        let Data::Disputed { first, again } = self.content().data else { return None };
        let arena = &self.doc.arena;
        let name = arena.key_text(self.file_text(), first).unwrap_or("");
        let line = |id: NodeId| self.doc.file.lines().line(arena.node(id).start as usize);
        let words = format!(
            "`{name}` is given on line {} and again on line {}: some readers take the first, some the last, some refuse the file",
            line(first),
            line(again)
        );
        Some(Why::new(Reason::Unreadable, words).at(self.place()))
    }

    /// Where it stands; for a disputed value the key's second occurrence. A TOML table stands at its header.
    #[must_use]
    pub fn place(self) -> Place {
        self.doc.file.place(self.span())
    }

    /// Whether it is a YAML alias, which stands for what is written at its anchor.
    #[must_use]
    pub fn is_alias(self) -> bool {
        matches!(self.own().data, Data::Alias { .. })
    }

    /// The bytes of [`Self::place`]. A quoted scalar includes its quotes; a block scalar starts at its first content byte.
    #[must_use]
    pub fn span(self) -> Span {
        self.own().span()
    }

    /// The place of the key that holds this value; `None` for list items, keys and the root.
    #[must_use]
    pub fn key_place(self) -> Option<Place> {
        Some(self.doc.file.place(self.key()?.span()))
    }

    /// The key that holds this value; `None` for list items, keys and the root.
    #[must_use]
    pub fn key(self) -> Option<Self> {
        let node = self.own();
        if let Data::Disputed { first, .. } = node.data {
            return Some(self.at(first));
        }
        if node.parent == NO_NODE || node.slot.is_multiple_of(2) {
            return None;
        }
        if !matches!(self.doc.arena.node(node.parent).data, Data::Mapping { .. }) {
            return None;
        }
        let key = self.doc.arena.children_of(node.parent).get(node.slot as usize - 1)?;
        Some(self.at(*key))
    }

    /// The text of a scalar with its byte map back to the file (an alias's text maps to its anchor); `None` where
    /// [`Self::scalar`] is.
    #[must_use]
    pub fn mapped(self) -> Option<MappedText> {
        let node = self.content();
        match node.data {
            Data::Scalar { kind, style, text } if kind != Kind::Null => Some(walk::mapped(self.doc, node.span(), style, text)),
            _ => None,
        }
    }

    /// The tag as written, such as `!reference` or `!!str`.
    #[must_use]
    pub fn tag(self) -> Option<&'d str> {
        let tags = &self.doc.arena.tags;
        let at = tags.binary_search_by_key(&self.content_id(), |(id, _)| *id).ok()?;
        Some(&tags[at].1)
    }

    /// Whether this is an unquoted YAML scalar.
    #[must_use]
    pub fn is_plain(self) -> bool {
        matches!(self.content().data, Data::Scalar { style: Style::YamlPlain, .. })
    }

    /// The route of keys to where it stands, such as `jobs.lint.steps[2].run`; `""` for the root. Keys that are not words
    /// are quoted (`on.push["a b"]`), complex keys are `[?]`. A key has the path of its value.
    #[must_use]
    pub fn path(self) -> String {
        let arena = &self.doc.arena;
        let mut steps = Vec::new();
        let mut node = self.own();
        while node.parent != NO_NODE {
            let parent = arena.node(node.parent);
            let siblings = arena.children_of(node.parent);
            steps.push(match parent.data {
                Data::Mapping { .. } => {
                    let key = siblings.get(node.slot as usize & !1).and_then(|key| arena.key_text(self.file_text(), *key));
                    key.map_or("[?]".to_owned(), step)
                }
                _ => format!("[{}]", node.slot),
            });
            node = parent;
        }
        steps.reverse();
        let path = steps.concat();
        path.strip_prefix('.').map_or(path.clone(), str::to_owned)
    }
}

fn step(key: &str) -> String {
    let is_word = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if is_word { format!(".{key}") } else { format!("[{key:?}]") }
}
