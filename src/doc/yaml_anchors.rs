//! Owns anchors: what they name, and how large and deep the document is with every alias followed. Refuses aliases that
//! exceed the bounds, and those that lie inside what they name; so nobody who walks a document needs a budget.

use std::collections::HashMap;

use super::DocError;
use super::arena::NodeId;
use super::build::Builder;
use crate::limits::Limits;
use crate::text::Span;

/// Size and height of a subtree, aliases in it followed.
#[derive(Clone, Copy, Default)]
struct Extent {
    nodes: usize,
    height: usize,
}

struct Open {
    anchor: usize,
    node: NodeId,
    extent: Extent,
}

/// The anchors of one document. The parser numbers them from 1; 0 is "no anchor".
pub(super) struct Anchors {
    known: HashMap<usize, (NodeId, Extent)>,
    open: Vec<Open>,
    /// Nodes that a walk of the whole document visits through aliases.
    visited: usize,
    most: usize,
    depth: usize,
}

impl Anchors {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { known: HashMap::new(), open: Vec::new(), visited: 0, most: limits.alias_nodes, depth: limits.depth }
    }

    pub(super) fn scalar(&mut self, anchor: usize, node: NodeId) {
        let extent = Extent { nodes: 1, height: 0 };
        if anchor != 0 {
            self.known.insert(anchor, (node, extent));
        }
        self.add(extent);
    }

    pub(super) fn open(&mut self, anchor: usize, node: NodeId) {
        self.open.push(Open { anchor, node, extent: Extent { nodes: 1, height: 1 } });
    }

    pub(super) fn close(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        if closed.anchor != 0 {
            self.known.insert(closed.anchor, (closed.node, closed.extent));
        }
        self.add(closed.extent);
    }

    fn add(&mut self, extent: Extent) {
        if let Some(parent) = self.open.last_mut() {
            parent.extent.nodes = parent.extent.nodes.saturating_add(extent.nodes);
            parent.extent.height = parent.extent.height.max(extent.height + 1);
        }
    }

    /// The node that the alias at `span` stands for.
    pub(super) fn follow(&mut self, builder: &Builder<'_>, anchor: usize, span: Span) -> Result<NodeId, DocError> {
        let Some((node, extent)) = self.known.get(&anchor).copied() else {
            return Err(builder.error(span, "an alias inside the value it stands for"));
        };
        self.visited = self.visited.saturating_add(extent.nodes);
        if self.visited > self.most {
            return Err(builder.past_bound(span, format!("alias expansion exceeds {} nodes", self.most)));
        }
        if builder.depth() + extent.height > self.depth {
            return Err(builder.too_deep(span));
        }
        self.add(extent);
        Ok(node)
    }
}
