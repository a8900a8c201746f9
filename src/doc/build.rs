//! Owns the building of an arena: depth and node bounds, text storage, closing of collections, duplicate keys. Refuses to
//! know any syntax; each format's reader drives it with offsets into the file.

use std::collections::HashMap;
use std::sync::Arc;

use super::arena::{Arena, Data, INDEXED_FROM, NO_NODE, Node, NodeId, Style, TextAt, compare_keys};
use super::{Comment, DocError, DocErrorKind, Kind, Problem, ProblemKind};
use crate::limits::Limits;
use crate::text::{SourceFile, Span};

/// A collection that is still open.
struct Frame {
    node: NodeId,
    /// Where its children start in `Builder::pending`.
    first: usize,
}

/// Problems of one kind that are noted; a hostile file must not cost a report of half a million lines.
const PROBLEMS_OF_A_KIND: usize = 1_000;

/// An arena under construction.
pub(super) struct Builder<'l> {
    pub(super) file: Arc<SourceFile>,
    limits: &'l Limits,
    arena: Arena,
    open: Vec<Frame>,
    /// Children of all open collections, the innermost last.
    pending: Vec<NodeId>,
    noted: HashMap<ProblemKind, usize>,
}

impl<'l> Builder<'l> {
    pub(super) fn new(file: &Arc<SourceFile>, limits: &'l Limits) -> Self {
        Self {
            file: Arc::clone(file),
            limits,
            arena: Arena::default(),
            open: Vec::new(),
            pending: Vec::new(),
            noted: HashMap::new(),
        }
    }

    /// Where the text starts: after a byte order mark.
    pub(super) fn text_start(&self) -> usize {
        if self.file.text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 }
    }

    pub(super) fn error(&self, span: Span, message: impl Into<String>) -> DocError {
        DocError { message: message.into(), place: self.file.place(span), kind: DocErrorKind::Malformed }
    }

    /// A bound of ours was met.
    pub(super) fn past_bound(&self, span: Span, message: impl Into<String>) -> DocError {
        DocError { kind: DocErrorKind::PastBound, ..self.error(span, message) }
    }

    /// No format has a use for raw C0 controls other than tab and line ends; NUL ends the input of some readers.
    pub(super) fn refuse_raw_controls(&self) -> Result<(), DocError> {
        let text = self.file.text.as_bytes();
        if u32::try_from(text.len()).is_err() {
            return Err(self.past_bound(Span::default(), "the file is larger than 4 GiB"));
        }
        match text.iter().position(|b| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) {
            Some(at) => Err(self.error(Span::new(at, at + 1), format!("control character U+{:04X}", text[at]))),
            None => Ok(()),
        }
    }

    pub(super) fn problem(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        let noted = self.noted.entry(kind).or_default();
        *noted += 1;
        if *noted > PROBLEMS_OF_A_KIND {
            return;
        }
        self.arena.problems.push(Problem { place: self.file.place(span), message: message.into(), kind });
    }

    pub(super) fn comment(&mut self, span: Span, text: &str) {
        self.arena.comments.push(Comment { span, text: text.trim().to_owned() });
    }

    pub(super) fn tag(&mut self, node: NodeId, tag: &str) {
        self.arena.tags.push((node, Box::from(tag)));
    }

    pub(super) fn fold_keys(&mut self) {
        self.arena.folds_keys = true;
    }

    /// How many collections are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether the innermost open collection is a mapping.
    pub(super) fn in_mapping(&self) -> bool {
        self.open.last().is_some_and(|frame| matches!(self.arena.node(frame.node).data, Data::Mapping { .. }))
    }

    fn push(&mut self, span: Span, data: Data) -> Result<NodeId, DocError> {
        if self.arena.nodes.len() >= self.limits.nodes {
            return Err(self.past_bound(span, format!("more than {} nodes", self.limits.nodes)));
        }
        let node = Node { start: narrow(span.start), end: narrow(span.end), parent: NO_NODE, slot: 0, data };
        self.arena.nodes.push(node);
        let id = narrow(self.arena.nodes.len() - 1);
        self.pending.push(id);
        Ok(id)
    }

    /// Adds a scalar whose decoded text is `text`; it is kept as a slice of the file where the file says it verbatim.
    pub(super) fn scalar(&mut self, kind: Kind, style: Style, span: Span, text: &str) -> Result<NodeId, DocError> {
        let raw = self.file.text.get(span.start..span.end).unwrap_or("");
        let inner = if raw.starts_with(['"', '\'']) { raw.get(1..raw.len().max(2) - 1) } else { None };
        let at = if raw == text {
            TextAt { start: narrow(span.start), len: narrow(text.len()), decoded: false }
        } else if inner == Some(text) {
            TextAt { start: narrow(span.start + 1), len: narrow(text.len()), decoded: false }
        } else {
            let start = narrow(self.arena.decoded.len());
            self.arena.decoded.push_str(text);
            TextAt { start, len: narrow(text.len()), decoded: true }
        };
        self.push(span, Data::Scalar { kind, style, text: at })
    }

    /// Adds an alias of a finished node.
    pub(super) fn alias(&mut self, span: Span, target: NodeId) -> Result<NodeId, DocError> {
        let target = self.arena.resolve(target);
        self.push(span, Data::Alias { target })
    }

    /// Opens a list; what is added until [`Self::close`] is in it.
    pub(super) fn open_sequence(&mut self, span: Span) -> Result<NodeId, DocError> {
        self.open(span, Data::Sequence { first: 0, len: 0 })
    }

    /// Opens a map; what is added until [`Self::close`] is its key, value, key, value …
    pub(super) fn open_mapping(&mut self, span: Span) -> Result<NodeId, DocError> {
        self.open(span, Data::Mapping { first: 0, len: 0, index: 0 })
    }

    fn open(&mut self, span: Span, data: Data) -> Result<NodeId, DocError> {
        if self.open.len() >= self.limits.depth {
            return Err(self.too_deep(span));
        }
        let node = self.push(span, data)?;
        self.open.push(Frame { node, first: self.pending.len() });
        Ok(node)
    }

    pub(super) fn too_deep(&self, span: Span) -> DocError {
        self.past_bound(span, format!("nested deeper than {} levels", self.limits.depth))
    }

    /// Closes the innermost collection. `end` is the offset after its closing bracket; without one it ends where its last
    /// child does.
    pub(super) fn close(&mut self, end: Option<usize>) {
        let Some(frame) = self.open.pop() else { return };
        let first = self.arena.children.len();
        let children = self.pending.drain(frame.first..);
        let count = children.len();
        let mut last = None;
        for (slot, id) in children.enumerate() {
            let child = &mut self.arena.nodes[id as usize];
            (child.parent, child.slot) = (frame.node, narrow(slot));
            last = Some(child.end);
            self.arena.children.push(id);
        }
        let node = &mut self.arena.nodes[frame.node as usize];
        node.end = end.map(narrow).or(last).unwrap_or(node.end).max(node.start);
        match &mut node.data {
            Data::Sequence { first: at, len } => (*at, *len) = (narrow(first), narrow(count)),
            Data::Mapping { first: at, len, .. } => {
                (*at, *len) = (narrow(first), narrow(count / 2));
                self.check_keys(frame.node);
            }
            _ => {}
        }
    }

    /// Finds duplicated, merge and complex keys of a closed mapping, and indexes a large one.
    fn check_keys(&mut self, mapping: NodeId) {
        let file = Arc::clone(&self.file);
        let text = file.text.as_str();
        let fold = self.arena.folds(mapping);
        let children = self.arena.children_of(mapping).to_vec();
        let mut keys: Vec<(u32, &str)> = Vec::with_capacity(children.len() / 2);
        let mut odd: Vec<(NodeId, ProblemKind, &str)> = Vec::new();
        for slot in (0..children.len()).step_by(2) {
            let key = children[slot];
            match self.arena.key_text(text, key) {
                Some(name) => keys.push((narrow(slot), name)),
                None => odd.push((key, ProblemKind::ComplexKey, "a key that is a list or a map")),
            }
            if self.is_merge_key(text, key) {
                odd.push((key, ProblemKind::MergeKey, "`<<` merges in some readers and is an ordinary key in others"));
            }
        }
        let twice = if keys.len() <= INDEXED_FROM {
            repeated_few(&keys, fold)
        } else {
            keys.sort_by(|a, b| compare_keys(a.1, b.1, fold).then(a.0.cmp(&b.0)));
            repeated_sorted(&keys, fold)
        };
        let index = (keys.len() > INDEXED_FROM).then(|| keys.iter().map(|(slot, _)| *slot).collect::<Box<[u32]>>());
        for (key, kind, words) in odd {
            let span = self.arena.node(key).span();
            self.problem(kind, span, words);
        }
        if let Some(sorted) = index {
            self.arena.indexes.push(sorted);
            let at = narrow(self.arena.indexes.len());
            if let Data::Mapping { index, .. } = &mut self.arena.nodes[mapping as usize].data {
                *index = at;
            }
        }
        for (first, again) in twice {
            self.dispute(mapping, &children, first as usize, again as usize);
        }
    }

    fn is_merge_key(&self, text: &str, key: NodeId) -> bool {
        match self.arena.node(key).data {
            Data::Scalar { style: Style::YamlPlain, text: at, .. } => self.arena.text(text, at) == "<<",
            _ => false,
        }
    }

    fn dispute(&mut self, mapping: NodeId, children: &[NodeId], first: usize, again: usize) {
        let (first_key, again_key) = (children[first], children[again]);
        let (first_span, span) = (self.arena.node(first_key).span(), self.arena.node(again_key).span());
        let lines = (self.file.lines().line(first_span.start), self.file.lines().line(span.start));
        let file = Arc::clone(&self.file);
        let name = self.arena.key_text(&file.text, first_key).unwrap_or("").to_owned();
        let message = format!("`{name}` is given on line {} and again on line {}", lines.0, lines.1);
        self.problem(ProblemKind::DuplicateKey, span, message);
        if self.arena.disputes.contains_key(&first_key) {
            return;
        }
        let data = Data::Disputed { first: first_key, again: again_key };
        let node = Node { start: narrow(span.start), end: narrow(span.end), parent: mapping, slot: narrow(first + 1), data };
        self.arena.nodes.push(node);
        self.arena.disputes.insert(first_key, narrow(self.arena.nodes.len() - 1));
    }

    /// The finished arena; a document without any node is one null.
    pub(super) fn finish(mut self) -> Arena {
        if self.arena.nodes.is_empty() {
            let text = TextAt { start: 0, len: 0, decoded: false };
            let data = Data::Scalar { kind: Kind::Null, style: Style::YamlPlain, text };
            self.arena.nodes.push(Node { start: 0, end: 0, parent: NO_NODE, slot: 0, data });
        }
        self.arena.problems.sort_by(|a, b| a.place.cmp(&b.place).then(a.kind.cmp(&b.kind)));
        self.arena.comments.sort_by_key(|comment| comment.span);
        self.arena
    }
}

/// Pairs (first slot, later slot) of equal keys among a few keys in file order.
fn repeated_few(keys: &[(u32, &str)], fold: bool) -> Vec<(u32, u32)> {
    let mut twice = Vec::new();
    for (at, (slot, name)) in keys.iter().enumerate() {
        let equal = |other: &&(u32, &str)| if fold { other.1.eq_ignore_ascii_case(name) } else { other.1 == *name };
        if let Some((first, _)) = keys[..at].iter().find(equal) {
            twice.push((*first, *slot));
        }
    }
    twice
}

/// As [`repeated_few`], for keys that are sorted.
fn repeated_sorted(keys: &[(u32, &str)], fold: bool) -> Vec<(u32, u32)> {
    let mut twice = Vec::new();
    let mut first = 0;
    for at in 1..keys.len() {
        if compare_keys(keys[first].1, keys[at].1, fold).is_eq() {
            twice.push((keys[first].0, keys[at].0));
        } else {
            first = at;
        }
    }
    twice
}

/// Offsets and counts fit 32 bits: `refuse_raw_controls` turned larger files away, and nodes need at least a byte each.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
