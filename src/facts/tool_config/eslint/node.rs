//! Owns the values that a configuration is written in, whichever syntax it came from: literals, lists, maps, names, calls.
//! Refuses to evaluate them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::doc::{Kind, Value};
use crate::text::{Place, SourceFile, Span};

/// A value and its bytes.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) what: What,
    pub(super) span: Span,
}

/// What it is.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A string.
    Text(String),
    /// A number, as written.
    Number(String),
    /// A boolean.
    Bool(bool),
    /// `null`, `undefined`.
    Nothing,
    /// A list.
    List(Vec<Node>),
    /// A map.
    Map(Vec<Member>),
    /// A name.
    Name(String),
    /// `of.name`.
    Of(Box<Node>, String),
    /// `callee(arguments)`, `new callee(arguments)`.
    Call(Box<Node>, Vec<Node>),
    /// `...of`.
    Spread(Box<Node>),
    /// A module: `require("x")`, `import("x")`.
    Module(String),
    /// One of these, by a condition.
    Either(Vec<Node>),
    /// Anything that is computed.
    Computed,
}

/// One entry of a map; without a key it is a spread, or has a computed key.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) key: Option<String>,
    pub(super) span: Span,
    pub(super) value: Node,
}

/// What a name of a module stands for.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    /// Something of another module: its default export, the whole of it, or a named part.
    Import { source: String, part: Option<String> },
    /// A value of this one.
    Value(Node),
}

/// A file of configuration.
#[derive(Clone, Debug)]
pub(super) struct Module {
    pub(super) file: Arc<SourceFile>,
    pub(super) names: BTreeMap<String, Binding>,
    /// Names whose value is changed after it is made.
    pub(super) touched: BTreeSet<String>,
    /// What it exports.
    pub(super) export: Option<Node>,
    /// Statements that may change anything (loops, conditions).
    pub(super) loose: Option<Span>,
    /// Where the process is ended, or its status set.
    pub(super) exits: Option<Span>,
    /// Files of the tree that are loaded.
    pub(super) sources: Vec<String>,
    /// It is a CommonJS module: `module.exports = …`.
    pub(super) common: bool,
}

impl Binding {
    /// The module that it is a part of.
    pub(super) fn source(&self) -> Option<&str> {
        let mut node = match self {
            Self::Import { source, .. } => return Some(source),
            Self::Value(node) => node,
        };
        loop {
            node = match &node.what {
                What::Module(source) => return Some(source),
                What::Of(of, _) => of,
                _ => return None,
            };
        }
    }
}

impl Module {
    /// Where a value stands.
    pub(super) fn place(&self, span: Span) -> Place {
        self.file.place(span)
    }

    /// A module of which nothing is read yet.
    pub(super) fn empty(file: &Arc<SourceFile>) -> Self {
        Self {
            file: Arc::clone(file),
            names: BTreeMap::new(),
            touched: BTreeSet::new(),
            export: None,
            loose: None,
            exits: None,
            sources: Vec::new(),
            common: false,
        }
    }

    /// Whether what it exports is what a call returns.
    pub(super) fn exports_call(&self) -> bool {
        let mut node = self.export.as_ref();
        for _ in 0..4 {
            node = match node.map(|node| &node.what) {
                Some(What::Call(..)) => return true,
                Some(What::Name(name)) => match self.names.get(name) {
                    Some(Binding::Value(value)) => Some(value),
                    _ => None,
                },
                _ => None,
            };
        }
        false
    }

    /// A document as a module that exports it.
    pub(super) fn of_document(file: &Arc<SourceFile>, value: Value<'_>) -> Self {
        Self { export: Some(of_value(value)), ..Self::empty(file) }
    }
}

impl Node {
    /// The value at a key of a map; the last one given counts. `None` also where a spread behind it may replace it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let What::Map(members) = &self.what else { return None };
        members.iter().rev().find(|member| member.key.as_deref() == Some(key)).map(|member| &member.value)
    }

    /// The items of a list, or the value itself.
    pub(super) fn items(&self) -> &[Self] {
        match &self.what {
            What::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// The text, when it is a string.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.what {
            What::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Document nesting is bounded by its parser.
fn of_value(value: Value<'_>) -> Node {
    let what = match value.kind() {
        Kind::Null => What::Nothing,
        Kind::Bool => What::Bool(value.scalar().is_some_and(|text| text.eq_ignore_ascii_case("true"))),
        Kind::Number => What::Number(value.scalar().unwrap_or_default().to_owned()),
        Kind::String => What::Text(value.scalar().unwrap_or_default().to_owned()),
        Kind::Sequence => What::List(value.items().map(of_value).collect()),
        Kind::Mapping => What::Map(members(value)),
        Kind::Disputed => What::Computed,
    };
    Node { what, span: value.span() }
}

fn members(map: Value<'_>) -> Vec<Member> {
    let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
    for name in map.entries().filter_map(|entry| entry.name()) {
        if !seen.insert(name) {
            twice.insert(name);
        }
    }
    let each = map.entries().map(|entry| {
        let value = of_value(entry.value);
        // Which of two counts depends on the reader.
        let disputed = entry.name().is_some_and(|name| twice.contains(name));
        let value = if disputed { Node { what: What::Computed, ..value } } else { value };
        // A YAML merge key puts keys of another map here.
        let key = entry.name().filter(|name| *name != "<<").map(str::to_owned);
        Member { key, span: entry.key.span(), value }
    });
    each.collect()
}
