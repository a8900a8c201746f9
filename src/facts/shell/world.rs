//! Owns values that depend on which command has failed: one for the ordinary run, and one for every failure that changes
//! it. Refuses to know how they come about.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::facts::matching::program_name;

/// A failure: the index of the command that returned non-zero.
pub(super) type Fail = u32;

/// The made-up failure a trap is read with: "the script is ending with a non-zero status".
pub(super) const ENDING: Fail = u32::MAX;

/// A value in the ordinary run and in every failure's run where it differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Per<T> {
    pub usual: T,
    pub failed: Rc<BTreeMap<Fail, T>>,
}

impl<T: Clone + Join> Per<T> {
    pub(super) fn same(usual: T) -> Self {
        Self { usual, failed: Rc::new(BTreeMap::new()) }
    }

    /// The value in one run; `None` is the ordinary one.
    pub(super) fn get(&self, world: Option<Fail>) -> &T {
        world.and_then(|fail| self.failed.get(&fail)).unwrap_or(&self.usual)
    }

    pub(super) fn set(&mut self, fail: Fail, value: T) {
        // "Unknown" is kept even where the ordinary run is unknown too: the failure may still show in it.
        if value == self.usual && !value.is_vague() {
            if self.failed.contains_key(&fail) {
                Rc::make_mut(&mut self.failed).remove(&fail);
            }
        } else {
            Rc::make_mut(&mut self.failed).insert(fail, value);
        }
    }

    pub(super) fn map<U: Clone + Join>(&self, change: impl Fn(&T) -> U) -> Per<U> {
        let mut out = Per::same(change(&self.usual));
        for (fail, value) in self.failed.iter() {
            out.set(*fail, change(value));
        }
        out
    }
}

/// An exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stat {
    Zero,
    Nonzero,
    Unknown,
}

impl Stat {
    pub(super) fn of(success: Option<bool>) -> Self {
        match success {
            Some(true) => Self::Zero,
            Some(false) => Self::Nonzero,
            None => Self::Unknown,
        }
    }

    pub(super) fn inverted(self) -> Self {
        match self {
            Self::Zero => Self::Nonzero,
            Self::Nonzero => Self::Zero,
            Self::Unknown => Self::Unknown,
        }
    }

    /// Non-zero if either is.
    pub(super) fn worst(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nonzero, _) | (_, Self::Nonzero) => Self::Nonzero,
            (Self::Zero, Self::Zero) => Self::Zero,
            _ => Self::Unknown,
        }
    }
}

/// Texts that a value may be one of before it counts as unknown.
const MAX_TEXTS: usize = 4;

/// The value of a variable or of one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Val {
    Text(Rc<str>),
    /// Some number other than 0.
    Nonzero,
    Unset,
    Unknown,
    /// Known in part: [`super::UNKNOWN_CHAR`] stands for every piece that is not.
    Part(Rc<str>),
    /// Where a program of this name was found; empty where it was not.
    Found(Rc<str>),
    /// One of a few known texts.
    OneOf(Rc<[Rc<str>]>),
    /// Elements of a literal array.
    Array(Rc<Vec<Val>>),
    /// The process id of a background job.
    Job(usize),
}

impl Val {
    pub(super) fn text(text: &str) -> Self {
        if !text.contains(super::UNKNOWN_CHAR) {
            Self::Text(Rc::from(text))
        } else if text.chars().all(|c| c == super::UNKNOWN_CHAR) {
            Self::Unknown
        } else {
            Self::Part(Rc::from(text))
        }
    }

    /// The program that it is where a command names it: a path that is not known, of a name that is.
    pub(super) fn program(&self) -> Option<String> {
        match self {
            Self::Found(name) => Some(format!("{}/{name}", super::UNKNOWN_CHAR)),
            Self::Part(text) => Some(text.to_string()),
            _ => None,
        }
    }

    /// The texts that it may be, as a command understands them: a program that was found is its name, and nothing where it was not.
    fn readings(&self) -> Vec<Rc<str>> {
        match self {
            Self::Found(name) => vec![Rc::from(""), Rc::clone(name)],
            known => known.texts().to_vec(),
        }
    }

    /// One of these texts.
    pub(super) fn one_of(mut texts: Vec<Rc<str>>) -> Self {
        texts.sort_unstable();
        texts.dedup();
        match texts.len() {
            1 => Self::Text(Rc::clone(&texts[0])),
            2..=MAX_TEXTS if texts.iter().all(|text| !text.contains(super::UNKNOWN_CHAR)) => Self::OneOf(texts.into()),
            _ => Self::Unknown,
        }
    }

    /// The texts it may be, when all of them are known.
    pub(super) fn texts(&self) -> &[Rc<str>] {
        match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::OneOf(texts) => texts,
            _ => &[],
        }
    }

    /// As a piece of a longer word: its text, with the mark for what is not known.
    pub(super) fn piece(&self) -> Rc<str> {
        match self {
            Self::Text(text) | Self::Part(text) => Rc::clone(text),
            Self::Unset => Rc::from(""),
            _ => Rc::from(super::UNKNOWN_CHAR.to_string()),
        }
    }

    pub(super) fn known(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// As text in a word: unset is empty, an array is its first element.
    pub(super) fn as_word(&self) -> Self {
        match self {
            Self::Unset => Self::text(""),
            Self::Array(items) => items.first().cloned().unwrap_or(Self::text("")),
            other => other.clone(),
        }
    }

    /// The status `exit` would give with this word.
    pub(super) fn as_stat(&self) -> Stat {
        match self {
            Self::Nonzero => Stat::Nonzero,
            Self::Text(text) => match text.trim().parse::<i64>() {
                Ok(number) if number & 255 == 0 => Stat::Zero,
                _ => Stat::Nonzero,
            },
            _ => Stat::Unknown,
        }
    }

    pub(super) fn from_stat(stat: Stat) -> Self {
        match stat {
            Stat::Zero => Self::text("0"),
            Stat::Nonzero => Self::Nonzero,
            Stat::Unknown => Self::Unknown,
        }
    }

    fn is_nonzero(&self) -> bool {
        match self {
            Self::Nonzero => true,
            Self::Text(text) => text.parse::<i64>().is_ok_and(|number| number != 0),
            _ => false,
        }
    }
}

/// What is left to know of a value that is one of two.
pub(super) trait Join: PartialEq {
    fn join(&self, other: &Self) -> Self;
    fn is_vague(&self) -> bool;
}

impl Join for Stat {
    fn join(&self, other: &Self) -> Self {
        if self == other { *self } else { Self::Unknown }
    }

    fn is_vague(&self) -> bool {
        *self == Self::Unknown
    }
}

impl Join for Val {
    fn join(&self, other: &Self) -> Self {
        if self == other {
            self.clone()
        } else if self.is_nonzero() && other.is_nonzero() {
            Self::Nonzero
        } else if let (Self::Found(name), Self::Part(path)) | (Self::Part(path), Self::Found(name)) = (self, other)
            && path.rsplit('/').next() == Some(name)
        {
            Self::Found(Rc::clone(name))
        } else if let (Self::Found(name), Self::Text(path)) | (Self::Text(path), Self::Found(name)) = (self, other)
            && path.rsplit('/').next() == Some(name)
        {
            Self::Found(Rc::clone(name))
        } else if let (Self::Found(name), Self::Found(second)) = (self, other)
            && program_name(name) == program_name(second)
        {
            Self::Found(Rc::clone(name))
        } else {
            let (one, two) = (self.readings(), other.readings());
            if one.is_empty() || two.is_empty() { Self::Unknown } else { Self::one_of([one, two].concat()) }
        }
    }

    fn is_vague(&self) -> bool {
        matches!(self, Self::Unknown | Self::Part(_) | Self::Found(_) | Self::OneOf(_))
    }
}
