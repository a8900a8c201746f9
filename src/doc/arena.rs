//! Owns the stored shape of a document: flat nodes, children by index, text as slices of the file or of one buffer.
//! Refuses to build itself (see `build`) and to interpret text.

use std::collections::HashMap;

use super::{Comment, Kind, Problem};
use crate::text::Span;

/// Index of a node. The root is node 0.
pub(super) type NodeId = u32;

/// "No node": the parent of the root.
pub(super) const NO_NODE: NodeId = u32::MAX;

/// Mappings with more entries than this have a sorted index.
pub(super) const INDEXED_FROM: usize = 8;

/// Where a scalar's decoded text is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextAt {
    pub(super) start: u32,
    pub(super) len: u32,
    /// In the arena's buffer; otherwise verbatim in the file.
    pub(super) decoded: bool,
}

/// How a scalar is written, which decides how its decoded text maps back to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    YamlPlain,
    YamlSingle,
    YamlDouble,
    YamlBlock,
    Json,
    Toml,
    Ini,
}

/// What a node holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Data {
    Scalar {
        kind: Kind,
        style: Style,
        text: TextAt,
    },
    Sequence {
        first: u32,
        len: u32,
    },
    /// `len` pairs: children `first`, `first + 2` … are keys, each followed by its value. `index` is 0 for none, otherwise
    /// one more than its position in `Arena::indexes`.
    Mapping {
        first: u32,
        len: u32,
        index: u32,
    },
    Alias {
        target: NodeId,
    },
    /// A duplicated key: the key nodes of the first two occurrences.
    Disputed {
        first: NodeId,
        again: NodeId,
    },
}

/// One node. `slot` is its position among its parent's children.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) parent: NodeId,
    pub(super) slot: u32,
    pub(super) data: Data,
}

impl Node {
    pub(super) fn span(&self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }
}

/// All nodes of one document and what was noted on the way.
#[derive(Debug, Default)]
pub(super) struct Arena {
    pub(super) nodes: Vec<Node>,
    pub(super) children: Vec<NodeId>,
    /// Per large mapping: the slots of its keys, sorted by key text, ties in file order.
    pub(super) indexes: Vec<Box<[u32]>>,
    /// First key node of a duplicated key → the `Disputed` node that a lookup gives.
    pub(super) disputes: HashMap<NodeId, NodeId>,
    pub(super) decoded: String,
    /// Tags as written, sorted by node.
    pub(super) tags: Vec<(NodeId, Box<str>)>,
    pub(super) problems: Vec<Problem>,
    pub(super) comments: Vec<Comment>,
    /// Keys below the root are compared without regard to ASCII case (`configparser`).
    pub(super) folds_keys: bool,
}

impl Arena {
    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// The node an alias stands for; any other node is itself. Targets are never aliases.
    pub(super) fn resolve(&self, id: NodeId) -> NodeId {
        match self.node(id).data {
            Data::Alias { target } => target,
            _ => id,
        }
    }

    /// The children of a collection, `&[]` for anything else; keys and values alternate in a mapping.
    pub(super) fn children_of(&self, id: NodeId) -> &[NodeId] {
        let (first, count) = match self.node(id).data {
            Data::Sequence { first, len } => (first as usize, len as usize),
            Data::Mapping { first, len, .. } => (first as usize, 2 * len as usize),
            _ => return &[],
        };
        &self.children[first..first + count]
    }

    /// The decoded text at `at`, in the file's `text` or in the buffer.
    pub(super) fn text<'a>(&'a self, text: &'a str, at: TextAt) -> &'a str {
        let from = if at.decoded { &self.decoded } else { text };
        from.get(at.start as usize..at.start as usize + at.len as usize).unwrap_or("")
    }

    /// The text of a scalar key, aliases followed; `None` for a complex key.
    pub(super) fn key_text<'a>(&'a self, text: &'a str, key: NodeId) -> Option<&'a str> {
        match self.node(self.resolve(key)).data {
            Data::Scalar { text: at, .. } => Some(self.text(text, at)),
            _ => None,
        }
    }

    /// Whether the keys of this mapping are compared without regard to ASCII case.
    pub(super) fn folds(&self, mapping: NodeId) -> bool {
        self.folds_keys && mapping != 0
    }

    /// The slot of the first key with that text.
    pub(super) fn find(&self, text: &str, mapping: NodeId, wanted: &str) -> Option<usize> {
        let Data::Mapping { index, .. } = self.node(mapping).data else { return None };
        let children = self.children_of(mapping);
        let fold = self.folds(mapping);
        let order = |slot: usize| {
            let key = self.key_text(text, children[slot]);
            key.map_or(std::cmp::Ordering::Greater, |key| compare_keys(key, wanted, fold))
        };
        if index == 0 {
            return (0..children.len()).step_by(2).find(|slot| order(*slot).is_eq());
        }
        let sorted = &self.indexes[index as usize - 1];
        let at = sorted.partition_point(|slot| order(*slot as usize).is_lt());
        let slot = *sorted.get(at)? as usize;
        order(slot).is_eq().then_some(slot)
    }
}

/// The order of key texts in an index.
pub(super) fn compare_keys(a: &str, b: &str, fold: bool) -> std::cmp::Ordering {
    if fold {
        let lower = |b: u8| b.to_ascii_lowercase();
        return a.bytes().map(lower).cmp(b.bytes().map(lower));
    }
    a.cmp(b)
}
