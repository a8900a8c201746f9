//! Owns the values that a noxfile computes with, three-valued: what only a run could tell is [`Value::Unknown`], or a hole in a
//! text or a list. Refuses to grow without end: what nests too deep is not known.

use std::rc::Rc;

use crate::facts::hold::Hold;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::text::Span;

use super::parametrize::Parameters;
use crate::facts::python::tree::Function;

/// Lists in lists.
const NESTED: usize = 8;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Nothing is known.
    Unknown,
    /// In a list: any number of values of which nothing is known.
    Rest,
    /// `None`.
    None,
    /// `True`, `False`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text, or a path.
    Text(Text),
    /// A list, tuple or set.
    List(Rc<List>),
    /// A dictionary of which all keys are known.
    Dict(Rc<List>),
    /// The session.
    Session,
    /// Something that a module, or the language, offers: its dotted path.
    Outside(Rc<str>),
    /// A function of the noxfile.
    Function(Rc<Callable>),
    /// A method of a value.
    Method(Rc<Value>, Rc<str>),
    /// A call that waits for more: what is called, and what it is given.
    Partial(Rc<str>, Rc<Given>),
}

/// A text; pieces of it that are not known are [`UNKNOWN_CHAR`].
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// What it says.
    pub(super) text: Rc<str>,
    /// Where it comes from.
    pub(super) at: At,
}

/// Where a text comes from.
#[derive(Clone, Debug)]
pub(super) enum At {
    /// The noxfile.
    Here(Span),
    /// The command line.
    Word(Rc<Word>),
}

/// Values, keys and values by turns in a dictionary.
#[derive(Clone, Debug)]
pub(super) struct List {
    /// The values.
    pub(super) items: Vec<Value>,
    depth: usize,
}

/// A function and what its definition adds to it.
#[derive(Debug)]
pub(super) struct Callable {
    /// Its text.
    pub(super) function: Rc<Function>,
    /// Defaults of its parameters, evaluated.
    pub(super) defaults: Vec<Value>,
    /// It is defined inside of another one, whose names it sees.
    pub(super) nested: bool,
    /// `@nox.parametrize`.
    pub(super) parameters: Option<Parameters>,
    /// Decorators that are not read.
    pub(super) holds: Vec<Hold>,
}

/// Arguments of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    /// By place; a spread that is not known is [`Value::Rest`].
    pub(super) plain: Vec<Value>,
    /// By name.
    pub(super) named: Vec<(Rc<str>, Value)>,
    /// `**something` that is not known.
    pub(super) open: bool,
}

impl Given {
    /// An argument by name, or else by place.
    pub(super) fn get(&self, name: &str, place: usize) -> Option<&Value> {
        self.by_name(name).or_else(|| self.plain.get(place))
    }

    /// An argument by name; not known when any name may have been given.
    pub(super) fn by_name(&self, name: &str) -> Option<&Value> {
        let found = self.named.iter().rev().find(|(own, _)| &**own == name).map(|(_, value)| value);
        found.or_else(|| self.open.then_some(&Value::Unknown))
    }

    /// Every value.
    pub(super) fn all(&self) -> impl Iterator<Item = &Value> {
        self.plain.iter().chain(self.named.iter().map(|(_, value)| value))
    }
}

impl Value {
    /// A text that stands in the noxfile.
    pub(super) fn text(text: &str, span: Span) -> Self {
        Self::Text(Text { text: text.into(), at: At::Here(span) })
    }

    /// Something of a module.
    pub(super) fn outside(path: &str) -> Self {
        Self::Outside(path.into())
    }

    /// A list.
    pub(super) fn list(items: Vec<Self>) -> Self {
        match depth(&items) {
            depth if depth < NESTED => Self::List(Rc::new(List { items, depth })),
            _ => Self::Unknown,
        }
    }

    /// A dictionary of keys and values by turns.
    pub(super) fn dict(items: Vec<Self>) -> Self {
        match depth(&items) {
            depth if depth < NESTED => Self::Dict(Rc::new(List { items, depth })),
            _ => Self::Unknown,
        }
    }

    /// A method.
    pub(super) fn method(&self, name: &str) -> Self {
        if own_depth(self) + 1 < NESTED { Self::Method(Rc::new(self.clone()), name.into()) } else { Self::Unknown }
    }

    /// A call that waits for more.
    pub(super) fn partial(path: &str, given: Given) -> Self {
        let deep = given.all().map(own_depth).max().unwrap_or(0) + 1 >= NESTED;
        if deep { Self::Unknown } else { Self::Partial(path.into(), Rc::new(given)) }
    }

    /// A text without holes.
    pub(super) fn known(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.text.contains(UNKNOWN_CHAR) => Some(&text.text),
            _ => None,
        }
    }

    /// The text, a hole where nothing is known.
    pub(super) fn shape(&self) -> String {
        match self {
            Self::Text(text) => text.text.to_string(),
            Self::Int(number) => number.to_string(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::None => "None".to_owned(),
            _ => UNKNOWN_CHAR.to_string(),
        }
    }

    /// The values of a list, with [`Value::Rest`] where it is not known how many there are; `None` when it may be no list.
    pub(super) fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(&list.items),
            _ => None,
        }
    }

    /// Keys and values.
    pub(super) fn pairs(&self) -> Option<impl Iterator<Item = (&Self, &Self)>> {
        match self {
            Self::Dict(list) => Some(list.items.chunks_exact(2).map(|pair| (&pair[0], &pair[1]))),
            _ => None,
        }
    }

    /// Whether it counts as true.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Unknown | Self::Rest | Self::Outside(_) => None,
            Self::None => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Int(number) => Some(*number != 0),
            Self::Text(text) if text.text.is_empty() => Some(false),
            Self::Text(text) => text.text.chars().any(|c| c != UNKNOWN_CHAR).then_some(true),
            Self::List(list) if list.items.is_empty() => Some(false),
            Self::List(list) => list.items.iter().any(|item| !matches!(item, Self::Rest)).then_some(true),
            Self::Dict(list) => Some(!list.items.is_empty()),
            Self::Session | Self::Function(_) | Self::Method(..) | Self::Partial(..) => Some(true),
        }
    }

    /// Whether the session is in it.
    pub(super) fn holds_session(&self) -> bool {
        match self {
            Self::Session => true,
            Self::Method(inner, _) => inner.holds_session(),
            Self::List(list) | Self::Dict(list) => list.items.iter().any(Self::holds_session),
            Self::Partial(_, given) => given.all().any(Self::holds_session),
            _ => false,
        }
    }

    /// Whether two values are the same; `None` when that is not known.
    pub(super) fn same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Unknown | Self::Rest | Self::Outside(_), _) | (_, Self::Unknown | Self::Rest | Self::Outside(_)) => None,
            (Self::Text(a), Self::Text(b)) => match (a.text.contains(UNKNOWN_CHAR), b.text.contains(UNKNOWN_CHAR)) {
                (false, false) => Some(a.text == b.text),
                _ => None,
            },
            (Self::List(a), Self::List(b)) => {
                let open = a.items.iter().chain(&b.items).any(|item| matches!(item, Self::Rest));
                if open {
                    return None;
                }
                let mut all = a.items.iter().zip(&b.items).map(|(a, b)| a.same(b));
                if a.items.len() != b.items.len() { Some(false) } else { all.try_fold(true, |all, one| Some(all && one?)) }
            }
            (Self::None, Self::None) | (Self::Session, Self::Session) => Some(true),
            (Self::Bool(a), Self::Bool(b)) => Some(a == b),
            (Self::Int(a), Self::Int(b)) => Some(a == b),
            (Self::Bool(a), Self::Int(b)) | (Self::Int(b), Self::Bool(a)) => Some(i64::from(*a) == *b),
            (Self::Dict(_), Self::Dict(_)) | (Self::Function(_), Self::Function(_)) | (Self::Partial(..), Self::Partial(..)) => {
                None
            }
            (Self::Method(..), Self::Method(..)) => None,
            _ => Some(false),
        }
    }

    /// What is known when it may be either.
    pub(super) fn join(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::List(a), Self::List(b)) if Rc::ptr_eq(a, b) => self.clone(),
            (Self::Dict(a), Self::Dict(b)) if Rc::ptr_eq(a, b) => self.clone(),
            (Self::Function(a), Self::Function(b)) if Rc::ptr_eq(a, b) => self.clone(),
            (Self::Outside(a), Self::Outside(b)) if a == b => self.clone(),
            (Self::Text(a), Self::Text(b)) if a.text == b.text => self.clone(),
            (Self::List(a), Self::List(b)) if self.same(other) != Some(true) => {
                let shared = a.items.iter().zip(&b.items).take_while(|(a, b)| a.same(b) == Some(true)).count();
                let mut items = a.items[..shared].to_vec();
                items.push(Self::Rest);
                Self::list(items)
            }
            _ if self.same(other) == Some(true) => self.clone(),
            _ => Self::Unknown,
        }
    }

    /// About how much of it there is.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Text(text) => 1 + text.text.len() / 8,
            Self::List(list) | Self::Dict(list) => 1 + list.items.len(),
            _ => 1,
        }
    }
}

fn own_depth(value: &Value) -> usize {
    match value {
        Value::List(list) | Value::Dict(list) => list.depth + 1,
        Value::Method(inner, _) => own_depth(inner) + 1,
        Value::Partial(_, given) => given.all().map(own_depth).max().unwrap_or(0) + 1,
        Value::Function(callable) => callable.defaults.iter().map(own_depth).max().unwrap_or(0) + 1,
        _ => 0,
    }
}

fn depth(items: &[Value]) -> usize {
    items.iter().map(own_depth).max().unwrap_or(0)
}

/// Whether a default may be kept in a function without nesting too deep.
pub(super) fn keeps(value: Value) -> Value {
    if own_depth(&value) + 1 < NESTED { value } else { Value::Unknown }
}
