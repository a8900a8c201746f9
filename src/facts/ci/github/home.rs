//! Owns what this repository is called: by the runner or the forge where one of them says so, else as its own workflows ask for it.
//! Refuses to take one of several names for granted, and a name that is only excluded for its own.

use std::sync::Arc;

use super::expr::{Nature, Node, Order, Step, Val, parse};
use super::template;
use crate::doc::{Kind, Value};

/// Names that are tried; a tree that asks for more asks for a computed one.
const MOST: usize = 8;
/// What a text that asks about the repository holds.
const WORD: &str = "repo";

/// What this repository may be called.
#[derive(Clone, Debug)]
pub(super) enum Home<'a> {
    /// `owner/name`.
    Told(&'a str),
    /// Nobody says; what its workflows ask for.
    Asked(Asked),
}

/// What conditions ask the name of the repository to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Asked {
    /// Whole names, in lower case.
    pub(super) names: Vec<Arc<str>>,
    /// How it is to begin, in lower case; `owner/` where the owner is asked for.
    pub(super) beginnings: Vec<Arc<str>>,
    /// The part behind the owner, in lower case.
    pub(super) bare: Vec<Arc<str>>,
    /// It is compared with some text, whichever way.
    pub(super) compares: bool,
}

/// Which part of the name is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// `owner/name`.
    Full,
    /// `owner`.
    Owner,
    /// `name`.
    Name,
}

impl Home<'_> {
    /// The name that somebody says.
    pub(super) fn told(&self) -> Option<&str> {
        match self {
            Self::Told(name) => Some(name),
            Self::Asked(_) => None,
        }
    }

    /// A part of the name; `imagined` is the whole of it in this run.
    pub(super) fn value(&self, part: Part, imagined: Option<&Arc<str>>) -> Val {
        let asked = match (imagined, self) {
            (Some(name), _) => return part.of(name),
            (None, Self::Told(name)) => return part.of(name),
            (None, Self::Asked(asked)) => asked,
        };
        match (part, asked.names.as_slice(), asked.bare.as_slice()) {
            (Part::Name, [], [only]) => return Val::Str(Arc::clone(only)),
            (Part::Name, [], [_, ..]) => return Val::open("", "", Nature::Any),
            (Part::Full, [], [only]) if asked.beginnings.is_empty() => return Val::open("", &format!("/{only}"), Nature::Own),
            _ => {}
        }
        match (asked.names.as_slice(), asked.beginnings.as_slice()) {
            ([only], _) => part.of(only),
            ([], [start]) => match (part, start.split_once('/')) {
                (Part::Owner, Some((owner, _))) => Val::text(owner),
                (Part::Full | Part::Owner, _) => Val::open(start, "", Nature::Own),
                (Part::Name, _) => Val::open("", "", Nature::Own),
            },
            ([], []) => Val::open("", "", Nature::Own),
            _ => Val::open("", "", Nature::Any),
        }
    }
}

impl Part {
    fn of(self, name: &str) -> Val {
        let (owner, bare) = name.split_once('/').unwrap_or((name, name));
        Val::text(match self {
            Self::Full => name,
            Self::Owner => owner,
            Self::Name => bare,
        })
    }

    /// Which part a path of the `github` context is.
    fn at(root: &str, steps: &[Step]) -> Option<Self> {
        let names: Option<Vec<String>> = steps
            .iter()
            .map(|step| match step {
                Step::Name(name) => Some(name.to_ascii_lowercase()),
                Step::Every | Step::Computed(_) => None,
            })
            .collect();
        let names = names.filter(|_| root == "github")?;
        match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["repository"] | ["event", "repository", "full_name"] => Some(Self::Full),
            ["event", "pull_request", "base", "repo", "full_name"] => Some(Self::Full),
            ["repository_owner"] | ["event", "repository", "owner", "login" | "name"] => Some(Self::Owner),
            ["event", "pull_request", "base", "repo", "owner", "login"] => Some(Self::Owner),
            ["event", "repository", "name"] | ["event", "pull_request", "base", "repo", "name"] => Some(Self::Name),
            _ => None,
        }
    }
}

impl Asked {
    /// Adds what an expression asks for.
    pub(super) fn collect(&mut self, node: &Node) {
        self.node(node, true);
    }

    /// Adds what the conditions of a document ask for.
    pub(super) fn read(&mut self, value: Value<'_>) {
        match value.kind() {
            Kind::Mapping => value.entries().for_each(|entry| match entry.name() {
                Some("if") => self.text(entry.value.scalar().unwrap_or_default(), true),
                _ => self.read(entry.value),
            }),
            Kind::Sequence => value.items().for_each(|item| self.read(item)),
            Kind::String => self.text(value.scalar().unwrap_or_default(), false),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, bare: bool) {
        if !text.contains(WORD) {
            return;
        }
        let inside: Vec<&str> = template::expressions(text).map(|(_, inner)| inner).collect();
        let all = if bare && inside.is_empty() { vec![text] } else { inside };
        all.into_iter().filter_map(|text| parse(text).ok()).for_each(|node| self.node(&node, true));
    }

    fn node(&mut self, node: &Node, wanted: bool) {
        match node {
            Node::Not(inner) => self.node(inner, !wanted),
            Node::Of(inner, _) | Node::Typed(_, inner) => self.node(inner, wanted),
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|node| self.node(node, wanted)),
            Node::Compare(order, left, right) => {
                let pair = [(left, right), (right, left)];
                let pair = pair.into_iter().find_map(|(path, other)| Some((part(path)?, texts(other)?)));
                match (pair, order) {
                    (Some((part, texts)), Order::Equal | Order::NotEqual) => {
                        self.compared(part, &texts, wanted == (*order == Order::Equal));
                    }
                    (Some(_), _) => {}
                    // `(… == 'a/b') == true`
                    (None, _) => {
                        let refuses = [left, right].iter().any(|side| matches!(***side, Node::Literal(Val::Bool(false))));
                        let wanted = wanted == ((*order == Order::NotEqual) == refuses);
                        self.node(left, wanted);
                        self.node(right, wanted);
                    }
                }
            }
            Node::Call(name, arguments, _) => self.call(name, arguments, wanted),
            Node::Literal(_) | Node::Path(..) | Node::Changes(_) => {}
        }
    }

    fn call(&mut self, name: &str, arguments: &[Node], wanted: bool) {
        let [one, other] = arguments else { return arguments.iter().for_each(|argument| self.node(argument, wanted)) };
        match (name, part(one), part(other)) {
            // One of a list.
            ("contains", None, Some(part)) => self.compared(part, &texts(one).unwrap_or_default(), wanted),
            ("startswith", Some(Part::Full | Part::Owner), _) => {
                let start = texts(other).unwrap_or_default();
                self.compares |= !start.is_empty();
                let started = start.into_iter().filter(|_| wanted);
                started.for_each(|start| keep(&mut self.beginnings, &start));
            }
            ("startswith" | "endswith" | "contains", Some(_), _) => self.compares |= texts(other).is_some(),
            _ => arguments.iter().for_each(|argument| self.node(argument, wanted)),
        }
    }

    fn compared(&mut self, part: Part, texts: &[Arc<str>], wanted: bool) {
        self.compares |= !texts.is_empty();
        for text in texts.iter().filter(|_| wanted) {
            match part {
                Part::Full if text.contains('/') => keep(&mut self.names, text),
                Part::Owner if !text.is_empty() => keep(&mut self.beginnings, &format!("{text}/")),
                Part::Name if !text.is_empty() => keep(&mut self.bare, text),
                Part::Full | Part::Owner | Part::Name => {}
            }
        }
    }

    /// No text is one that it is to be.
    pub(super) fn is_never_wanted(&self) -> bool {
        self.names.is_empty() && self.beginnings.is_empty() && self.bare.is_empty()
    }

    /// The names that are tried: those that the tree asks for, and those that this condition does.
    pub(super) fn with(&self, own: &Self) -> Vec<Arc<str>> {
        let mut all = self.names.clone();
        own.names.iter().for_each(|name| keep(&mut all, name));
        all
    }
}

fn keep(list: &mut Vec<Arc<str>>, text: &str) {
    let text = text.to_lowercase();
    if list.len() < MOST && !list.iter().any(|known| **known == *text) {
        list.push(Arc::from(text));
    }
}

fn part(node: &Node) -> Option<Part> {
    match node {
        Node::Path(root, steps) => Part::at(root, steps),
        Node::Of(inner, steps) if steps.is_empty() => part(inner),
        _ => None,
    }
}

/// A literal's text, or those of a list in `fromJSON`.
fn texts(node: &Node) -> Option<Vec<Arc<str>>> {
    match node {
        Node::Literal(Val::Str(text)) => Some(vec![Arc::clone(text)]),
        Node::Call(name, arguments, _) if name == "fromjson" => match arguments.as_slice() {
            [Node::Literal(Val::Str(text))] => {
                let list: Vec<String> = serde_json::from_str(text).ok()?;
                Some(list.into_iter().map(Arc::from).collect())
            }
            _ => None,
        },
        Node::Of(inner, steps) if steps.is_empty() => texts(inner),
        _ => None,
    }
}
