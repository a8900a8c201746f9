//! Owns the values of GitHub expressions, with what is not known kept apart from what is. Refuses to guess a truth.

use std::sync::Arc;

use super::lexer::number_value;
use crate::answer::Reason;
use crate::facts::shell::UNKNOWN_CHAR;

/// Known texts longer than this count as unknown, so that no expression multiplies its input.
pub(in crate::facts::ci::github) const TEXT_BYTES: usize = 4096;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::facts::ci::github) enum Val {
    /// `null`, or something that is not there.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Num(f64),
    /// A known text.
    Str(Arc<str>),
    /// A text of which a part is known.
    Open(Open),
    /// A list.
    List(Arc<Vec<Val>>),
    /// An object; keys compare without case.
    Map(Arc<Vec<(String, Val)>>),
    /// Known only when it runs.
    Unknown(Unknown),
}

/// What is not known, and why.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::facts::ci::github) struct Unknown {
    /// The class.
    pub(in crate::facts::ci::github) reason: Reason,
    /// One clause.
    pub(in crate::facts::ci::github) why: Arc<str>,
    /// Its truth, when at least that is known.
    pub(in crate::facts::ci::github) truth: Option<bool>,
}

/// A text that begins and ends in a known way; it is never empty.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::facts::ci::github) struct Open {
    /// How it begins.
    pub(in crate::facts::ci::github) prefix: String,
    /// How it ends.
    pub(in crate::facts::ci::github) suffix: String,
    /// What the rest is.
    pub(in crate::facts::ci::github) nature: Nature,
}

/// What the unknown part of an [`Open`] text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::facts::ci::github) enum Nature {
    /// A name that nobody chose with the workflow in mind: it equals no literal of it.
    Ordinary,
    /// Anything.
    Any,
    /// The name of this repository, which nobody says and no workflow asks for: it equals no literal, and what is in it is not known.
    Own,
    /// A whole number above zero.
    Count,
    /// The name of a fork: it equals no literal and not the name of this repository.
    Fork,
}

impl Val {
    /// A known text.
    pub(in crate::facts::ci::github) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Str(text.into())
    }

    /// Something known only when it runs.
    pub(in crate::facts::ci::github) fn unknown(why: impl Into<Arc<str>>) -> Self {
        Self::Unknown(Unknown { reason: Reason::Dynamic, why: why.into(), truth: None })
    }

    /// Something known only when it runs, but surely there.
    pub(in crate::facts::ci::github) fn present(why: impl Into<Arc<str>>) -> Self {
        Self::Unknown(Unknown { reason: Reason::Dynamic, why: why.into(), truth: Some(true) })
    }

    /// A text with a known beginning.
    pub(in crate::facts::ci::github) fn open(prefix: &str, suffix: &str, nature: Nature) -> Self {
        Self::Open(Open { prefix: prefix.to_owned(), suffix: suffix.to_owned(), nature })
    }

    /// Whether a condition takes it for true.
    pub(in crate::facts::ci::github) fn truth(&self) -> Result<bool, Unknown> {
        match self {
            Self::Null => Ok(false),
            Self::Bool(value) => Ok(*value),
            Self::Num(value) => Ok(*value != 0.0 && !value.is_nan()),
            Self::Str(text) => Ok(!text.is_empty()),
            Self::Open(_) | Self::List(_) | Self::Map(_) => Ok(true),
            Self::Unknown(unknown) => unknown.truth.ok_or_else(|| unknown.clone()),
        }
    }

    /// The text that it becomes inside other text; `None` when it is not known.
    pub(in crate::facts::ci::github) fn as_text(&self) -> Option<Arc<str>> {
        match self {
            Self::Null => Some(Arc::from("")),
            Self::Bool(value) => Some(Arc::from(if *value { "true" } else { "false" })),
            Self::Num(value) => Some(Arc::from(number_text(*value))),
            Self::Str(text) => Some(Arc::clone(text)),
            Self::List(_) => Some(Arc::from("Array")),
            Self::Map(_) => Some(Arc::from("Object")),
            Self::Open(_) | Self::Unknown(_) => None,
        }
    }

    /// As [`Self::as_text`], with [`UNKNOWN_CHAR`] for the part of a text that is not known.
    pub(in crate::facts::ci::github) fn shape(&self) -> Option<String> {
        match self {
            Self::Open(open) => Some(format!("{}{UNKNOWN_CHAR}{}", open.prefix, open.suffix)),
            other => other.as_text().map(|text| text.to_string()),
        }
    }

    /// The number that a comparison of unlike values makes of it.
    fn as_number(&self) -> f64 {
        match self {
            Self::Null => 0.0,
            Self::Bool(value) => f64::from(u8::from(*value)),
            Self::Num(value) => *value,
            Self::Str(text) if text.trim().is_empty() => 0.0,
            Self::Str(text) => number_value(text.trim()).unwrap_or(f64::NAN),
            _ => f64::NAN,
        }
    }

    /// What stands under a name, an index or `*`.
    pub(in crate::facts::ci::github) fn step(&self, name: &str) -> Self {
        match self {
            Self::Map(entries) if name == "*" => Self::List(Arc::new(entries.iter().map(|(_, value)| value.clone()).collect())),
            Self::Map(entries) if entries.len() > 1024 => Self::unknown("depends on a very large object"),
            Self::Map(entries) => {
                entries.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or(Self::Null, |(_, value)| value.clone())
            }
            Self::List(_) if name == "*" => self.clone(),
            Self::List(items) => name.parse::<usize>().ok().and_then(|at| items.get(at).cloned()).unwrap_or(Self::Null),
            Self::Unknown(unknown) => Self::Unknown(Unknown { truth: None, ..unknown.clone() }),
            _ => Self::Null,
        }
    }

    /// What stands at a route; behind `*` every item is asked.
    pub(in crate::facts::ci::github) fn walk(&self, route: &[String]) -> Self {
        let mut value = self.clone();
        for (at, name) in route.iter().enumerate() {
            value = value.step(name);
            if name == "*"
                && let Self::List(items) = &value
            {
                let rest = &route[at + 1..];
                let found = items.iter().map(|item| item.walk(rest)).filter(|item| *item != Self::Null).collect();
                return Self::List(Arc::new(found));
            }
        }
        value
    }
}

impl Unknown {
    /// Its class and clause alone.
    pub(in crate::facts::ci::github) fn plain(reason: Reason, why: &str) -> Self {
        Self { reason, why: Arc::from(why), truth: None }
    }
}

/// A number as text, without a fraction where there is none.
pub(in crate::facts::ci::github) fn number_text(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    format!("{value}")
}

/// `==`, which compares texts without case and unlike values as numbers.
pub(in crate::facts::ci::github) fn equal(left: &Val, right: &Val) -> Result<bool, Unknown> {
    match (left, right) {
        (Val::Unknown(unknown), other) | (other, Val::Unknown(unknown)) => match (unknown.truth, other.truth()) {
            // Something that is there is neither null nor the empty text.
            (Some(true), Ok(false)) if matches!(other, Val::Null) || *other == Val::text("") => Ok(false),
            _ => Err(unknown.clone()),
        },
        (Val::Open(left), Val::Open(right)) => open_pair(left, right),
        (Val::Open(Open { nature: Nature::Count, .. }), other) | (other, Val::Open(Open { nature: Nature::Count, .. })) => {
            if other.as_number() >= 1.0 {
                Err(Unknown::plain(Reason::Dynamic, "a count is known only when it runs"))
            } else {
                Ok(false)
            }
        }
        (Val::Open(open), Val::Str(text)) | (Val::Str(text), Val::Open(open)) => open.may_equal(text),
        (Val::Open(_), _) | (_, Val::Open(_)) => Ok(false),
        (Val::Str(left), Val::Str(right)) => Ok(same_text(left, right)),
        (Val::Null, Val::Null) => Ok(true),
        (Val::List(left), Val::List(right)) => Ok(Arc::ptr_eq(left, right)),
        (Val::Map(left), Val::Map(right)) => Ok(Arc::ptr_eq(left, right)),
        _ => Ok(left.as_number() == right.as_number()),
    }
}

/// `<`: `None` when neither is less (a text that is no number).
pub(in crate::facts::ci::github) fn compare(left: &Val, right: &Val) -> Result<Option<std::cmp::Ordering>, Unknown> {
    match (left, right) {
        (Val::Unknown(unknown), _) | (_, Val::Unknown(unknown)) => Err(unknown.clone()),
        (Val::Open(Open { nature: Nature::Count, .. }), other) if other.as_number() <= 0.0 => {
            Ok(Some(std::cmp::Ordering::Greater))
        }
        (other, Val::Open(Open { nature: Nature::Count, .. })) if other.as_number() <= 0.0 => Ok(Some(std::cmp::Ordering::Less)),
        (Val::Open(_), _) | (_, Val::Open(_)) => Err(Unknown::plain(Reason::Dynamic, "a name is compared by order")),
        (Val::Str(left), Val::Str(right)) => Ok(Some(left.to_uppercase().cmp(&right.to_uppercase()))),
        _ => Ok(left.as_number().partial_cmp(&right.as_number())),
    }
}

/// Equality of texts without case.
fn same_text(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right) || (!left.is_ascii() && left.to_uppercase() == right.to_uppercase())
}

fn open_pair(left: &Open, right: &Open) -> Result<bool, Unknown> {
    let undecided = || Err(Unknown::plain(Reason::Dynamic, "two names are compared"));
    let apart = |a: &str, b: &str| !a.starts_with(b) && !b.starts_with(a);
    match (left.nature, right.nature) {
        (Nature::Own, Nature::Own) => Ok(true),
        (Nature::Own, Nature::Fork) | (Nature::Fork, Nature::Own) => Ok(false),
        (Nature::Own | Nature::Fork, _) | (_, Nature::Own | Nature::Fork) => undecided(),
        _ if apart(&left.prefix, &right.prefix) => Ok(false),
        _ => undecided(),
    }
}

impl Open {
    fn decide(&self) -> Result<bool, Unknown> {
        match self.nature {
            Nature::Own => Err(Unknown::plain(Reason::Dynamic, "what this repository is called is not known")),
            Nature::Ordinary | Nature::Fork => Ok(false),
            Nature::Any | Nature::Count => Err(Unknown::plain(Reason::Dynamic, "a name is known only in part")),
        }
    }

    fn may_equal(&self, text: &str) -> Result<bool, Unknown> {
        let (lower, prefix, suffix) = (text.to_lowercase(), self.prefix.to_lowercase(), self.suffix.to_lowercase());
        let fits = lower.len() > prefix.len() + suffix.len() && lower.starts_with(&prefix) && lower.ends_with(&suffix);
        if fits && self.nature != Nature::Own { self.decide() } else { Ok(false) }
    }

    /// Whether it is a part of a known text.
    pub(super) fn lies_in(&self, text: &str) -> Result<bool, Unknown> {
        let text = text.to_lowercase();
        let may = text.contains(&self.prefix.to_lowercase()) && text.contains(&self.suffix.to_lowercase()) && !text.is_empty();
        if may { self.decide() } else { Ok(false) }
    }

    /// Whether it begins with `text` (in lower case).
    pub(super) fn starts_with(&self, text: &str) -> Result<bool, Unknown> {
        let prefix = self.prefix.to_lowercase();
        match () {
            () if prefix.starts_with(text) => Ok(true),
            () if text.starts_with(&prefix) => self.decide(),
            () => Ok(false),
        }
    }

    /// Whether it ends with `text` (in lower case).
    pub(super) fn ends_with(&self, text: &str) -> Result<bool, Unknown> {
        let suffix = self.suffix.to_lowercase();
        match () {
            () if suffix.ends_with(text) => Ok(true),
            () if text.ends_with(&suffix) => self.decide(),
            () => Ok(false),
        }
    }

    /// Whether it holds `text` (in lower case).
    pub(super) fn contains(&self, text: &str) -> Result<bool, Unknown> {
        if self.prefix.to_lowercase().contains(text) || self.suffix.to_lowercase().contains(text) {
            return Ok(true);
        }
        self.decide()
    }
}
