//! Owns the three-valued answer: yes, no, or unknown with the reason. Refuses to turn unknown into either.

use serde::Serialize;

use crate::text::Place;

/// Why something could not be decided (`reason` in the JSON contract).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The text is computed when it runs.
    Dynamic,
    /// The text lies in another repository or service.
    Remote,
    /// The file could not be read or parsed.
    Unreadable,
    /// The construct is one this version does not model.
    Unsupported,
    /// The forge was not asked for lack of a token.
    NoToken,
    /// The network was not asked.
    Offline,
    /// The history at hand is too short.
    Shallow,
    /// A live endpoint would be needed.
    NeedsEndpoint,
}

/// A reason with its words and, where there is one, its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Why {
    /// The class of reason.
    pub reason: Reason,
    /// One clause, e.g. "the command word is computed".
    pub text: String,
    /// Where it was seen.
    pub place: Option<Place>,
}

impl Why {
    /// A reason without a place.
    pub fn new(reason: Reason, text: impl Into<String>) -> Self {
        Self { reason, text: text.into(), place: None }
    }

    /// The same reason at a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

/// A three-valued answer; `Yes` carries what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T = ()> {
    /// Proven.
    Yes(T),
    /// Refuted.
    No,
    /// Not decidable from what could be read.
    Unknown(Why),
}

impl<T> Answer<T> {
    /// Whether it is proven.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::Yes(_))
    }

    /// Whether it is refuted.
    #[must_use]
    pub fn is_no(&self) -> bool {
        matches!(self, Self::No)
    }

    /// What was found, if it is proven.
    pub fn yes(self) -> Option<T> {
        match self {
            Self::Yes(value) => Some(value),
            _ => None,
        }
    }
}

impl Answer<()> {
    /// `Yes` or `No` from a condition that was decided.
    #[must_use]
    pub fn from_bool(value: bool) -> Self {
        if value { Self::Yes(()) } else { Self::No }
    }

    /// Three-valued conjunction: `No` beats `Unknown` beats `Yes`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => Self::Unknown(why),
            _ => Self::Yes(()),
        }
    }

    /// Three-valued disjunction: `Yes` beats `Unknown` beats `No`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes(()), _) | (_, Self::Yes(())) => Self::Yes(()),
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => Self::Unknown(why),
            _ => Self::No,
        }
    }

    /// Three-valued negation.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Yes(()) => Self::No,
            Self::No => Self::Yes(()),
            unknown => unknown,
        }
    }
}
