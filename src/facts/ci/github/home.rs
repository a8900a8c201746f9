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
    Asked(Box<AskedFor>),
}

/// What a tree asks the name of the repository to be.
#[derive(Clone, Debug, Default)]
pub(super) struct AskedFor {
    /// By its conditions and its values.
    all: Asked,
    /// By its conditions alone: a value may ask about any repository.
    guards: Asked,
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
    /// How it is to end, and what is to stand in it.
    ends: Vec<Arc<str>>,
    holds: Vec<Arc<str>>,
    /// Whole names that it is not to be, in lower case.
    excluded: Vec<Arc<str>>,
    /// What the repository of a change's branch is compared with: most changes come from this one.
    heads: Vec<Arc<str>>,
    /// It is compared with some text, whichever way.
    pub(super) compares: bool,
}

/// What stands for the part of a name that nothing asks for.
const REST: char = '…';

/// The names that a condition is tried under.
pub(super) struct Tried {
    /// Each is what this repository may be called; what is not asked for is [`REST`].
    pub(super) names: Vec<Arc<str>>,
    /// They are whole names, and one of them is this repository's.
    pub(super) whole: bool,
}

/// In place of a name: nothing is known of it.
pub(super) fn any_name() -> Arc<str> {
    Arc::from(REST.to_string())
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
            (None, Self::Asked(asked)) => &asked.all,
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
        if name.chars().eq([REST]) {
            return Val::open("", "", Nature::Any);
        }
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

impl AskedFor {
    /// Adds what a document asks for.
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

    fn text(&mut self, text: &str, guard: bool) {
        if !text.contains(WORD) {
            return;
        }
        let inside: Vec<&str> = template::expressions(text).map(|(_, inner)| inner).collect();
        let all = if guard && inside.is_empty() { vec![text] } else { inside };
        for node in all.into_iter().filter_map(|text| parse(text).ok()) {
            self.all.collect(&node);
            if guard {
                self.guards.collect(&node);
            }
        }
    }

    /// The names under which a condition that asks for this is tried.
    pub(super) fn tried(&self, own: &Asked) -> Tried {
        let mut asked = self.guards.clone();
        asked.add(own);
        if asked.is_never_wanted() {
            // Whoever is excluded by a condition is not wanted by a value.
            let excluded = std::mem::take(&mut asked.excluded);
            asked.add(&Asked { excluded: Vec::new(), ..self.all.clone() });
            asked.excluded = excluded;
        }
        asked.tried()
    }
}

impl Asked {
    /// Adds what an expression asks for.
    pub(super) fn collect(&mut self, node: &Node) {
        self.node(node, true);
    }

    fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.names, &other.names),
            (&mut self.beginnings, &other.beginnings),
            (&mut self.bare, &other.bare),
            (&mut self.ends, &other.ends),
            (&mut self.holds, &other.holds),
            (&mut self.excluded, &other.excluded),
            (&mut self.heads, &other.heads),
        ];
        pairs.into_iter().for_each(|(own, other)| other.iter().for_each(|text| keep(own, text)));
    }

    fn tried(&self) -> Tried {
        let names: Vec<Arc<str>> = self.names.iter().filter(|name| !self.excluded.contains(name)).cloned().collect();
        if !names.is_empty() {
            return Tried { names, whole: true };
        }
        let parts: Vec<Arc<str>> = self.parts();
        if !self.names.is_empty() && parts.is_empty() {
            // What is asked for here and excluded there: a template and its copies have the same workflows.
            return Tried { names: vec![any_name()], whole: true };
        }
        if parts.is_empty() && !self.heads.is_empty() {
            return Tried { names: self.heads.clone(), whole: self.heads.iter().all(|name| !name.contains(REST)) };
        }
        let names = if parts.is_empty() { vec![Arc::from(format!("{REST}/{REST}"))] } else { parts };
        Tried { names, whole: false }
    }

    /// Names of which parts are asked for: each way to begin with each way to go on.
    fn parts(&self) -> Vec<Arc<str>> {
        let bare = self.bare.iter().map(|name| format!("/{name}"));
        let ends = self.ends.iter().map(|end| if end.contains('/') { end.to_string() } else { format!("/{REST}{end}") });
        let holds = self.holds.iter().map(|text| match text.split_once('/') {
            Some(_) => format!("{REST}{text}{REST}"),
            None => format!("/{REST}{text}{REST}"),
        });
        let behind: Vec<String> = bare.chain(ends).chain(holds).take(MOST).collect();
        let started = |start: &Arc<str>| -> Vec<String> {
            let joined = behind
                .iter()
                .filter_map(|rest| Some(format!("{start}{}", rest.strip_prefix('/').filter(|_| start.ends_with('/'))?)));
            let all: Vec<String> = joined.collect();
            if all.is_empty() { vec![format!("{start}{REST}")] } else { all }
        };
        let all: Vec<String> = match self.beginnings.as_slice() {
            [] => behind.iter().map(|rest| format!("{REST}{rest}")).collect(),
            starts => starts.iter().flat_map(started).collect(),
        };
        all.into_iter().take(MOST).map(Arc::from).collect()
    }

    fn node(&mut self, node: &Node, wanted: bool) {
        match node {
            Node::Not(inner) => self.node(inner, !wanted),
            Node::Of(inner, _) | Node::Typed(_, inner) => self.node(inner, wanted),
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|node| self.node(node, wanted)),
            Node::Compare(order, left, right) => {
                let pair = [(left, right), (right, left)];
                if let Some((part, texts)) = pair.into_iter().find_map(|(path, other)| Some((head(path)?, texts(other)?))) {
                    return self.headed(part, &texts);
                }
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
            ("endswith" | "contains", Some(Part::Full), _) => {
                let list = if name == "contains" { &mut self.holds } else { &mut self.ends };
                let texts = texts(other).unwrap_or_default();
                self.compares |= !texts.is_empty();
                texts.iter().filter(|text| wanted && !text.is_empty()).for_each(|text| keep(list, text));
            }
            ("startswith" | "endswith" | "contains", Some(_), _) => self.compares |= texts(other).is_some(),
            _ => arguments.iter().for_each(|argument| self.node(argument, wanted)),
        }
    }

    fn compared(&mut self, part: Part, texts: &[Arc<str>], wanted: bool) {
        self.compares |= !texts.is_empty();
        if !wanted && part == Part::Full {
            texts.iter().for_each(|text| keep(&mut self.excluded, text));
        }
        for text in texts.iter().filter(|_| wanted) {
            match part {
                Part::Full if text.contains('/') => keep(&mut self.names, text),
                Part::Owner if !text.is_empty() => keep(&mut self.beginnings, &format!("{text}/")),
                Part::Name if !text.is_empty() => keep(&mut self.bare, text),
                Part::Full | Part::Owner | Part::Name => {}
            }
        }
    }

    /// What the repository of a branch is compared with, whichever way: `!=` asks for changes from others.
    fn headed(&mut self, part: Part, texts: &[Arc<str>]) {
        self.compares |= !texts.is_empty();
        for text in texts.iter().filter(|text| !text.is_empty()) {
            match part {
                Part::Full if text.contains('/') => keep(&mut self.heads, text),
                Part::Owner => keep(&mut self.heads, &format!("{text}/{REST}")),
                Part::Name => keep(&mut self.heads, &format!("{REST}/{text}")),
                Part::Full => {}
            }
        }
    }

    /// No text is one that it is to be.
    pub(super) fn is_never_wanted(&self) -> bool {
        let all = [&self.names, &self.beginnings, &self.bare, &self.ends, &self.holds, &self.heads];
        all.iter().all(|list| list.is_empty())
    }
}

/// Which part of the name of the repository that a change's branch lies in.
fn head(node: &Node) -> Option<Part> {
    let Node::Path(root, steps) = node else { return None };
    let name = |step: &Step| match step {
        Step::Name(name) => Some(name.to_ascii_lowercase()),
        Step::Every | Step::Computed(_) => None,
    };
    let names: Vec<String> = steps.iter().map(name).collect::<Option<_>>().filter(|_| root == "github")?;
    match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["event", "pull_request", "head", "repo", "full_name"] => Some(Part::Full),
        ["event", "pull_request", "head", "repo", "owner", "login"] => Some(Part::Owner),
        ["event", "pull_request", "head", "repo", "name"] => Some(Part::Name),
        _ => None,
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
