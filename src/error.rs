//! Owns errors that a person can act on: what happened, where, what to do next. Refuses to decide which exit status wins.

use std::fmt;

use crate::text::Place;

/// What kind of failure it is; the kind alone decides the exit status (design §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Usage or policy error, nothing inspected: exit 2.
    Usage,
    /// Something that was asked for could not be read: exit 3.
    Incomplete,
}

/// An error with its place and the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind.
    pub kind: Kind,
    /// What happened; may hold hostile text, so it is escaped by whoever prints it.
    pub message: String,
    /// Where, when it is about a file.
    pub place: Option<Place>,
    /// What to do next.
    pub hint: Option<String>,
    /// Further problems found at the same time, in the order of the file; none of them has `more` of its own.
    pub more: Box<[Self]>,
}

impl Error {
    /// How many problems of one list are told.
    pub const MOST: usize = 50;

    /// A usage or policy error (exit 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self { kind: Kind::Usage, message: message.into(), place: None, hint: None, more: Box::default() }
    }

    /// Something asked for could not be read (exit 3).
    pub fn incomplete(message: impl Into<String>) -> Self {
        Self { kind: Kind::Incomplete, message: message.into(), place: None, hint: None, more: Box::default() }
    }

    /// One error that carries the problems of a list, in the order of their places, the first [`Self::MOST`] of them and, at the
    /// place of the next, how many more there are; `None` for an empty list.
    #[must_use]
    pub fn all(mut problems: Vec<Self>) -> Option<Self> {
        problems.sort_by(|a, b| a.place.cmp(&b.place));
        problems.dedup();
        let left = problems.len().saturating_sub(Self::MOST);
        let next = problems.drain(problems.len().min(Self::MOST)..).next();
        if let Some(next) = next {
            let last = Self::usage(format!("… and {left} more"));
            problems.push(Self { place: next.place, ..last.hint("mend these first") });
        }
        let mut rest = problems.into_iter();
        let mut first = rest.next()?;
        first.more = rest.collect();
        Some(first)
    }

    /// This error and the further ones it carries.
    pub fn each(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.more)
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(place) = &self.place {
            write!(f, " ({}:{}:{})", place.path, place.line, place.column)?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::RepoPath;

    #[test]
    fn a_long_list_is_told_in_part() {
        let problem = |line: usize| {
            let mut place = Place::file(RepoPath::new("a").unwrap_or_default());
            place.line = line;
            Error::usage(format!("{line}")).at(place)
        };
        let told = |n: usize| Error::all((1..=n).rev().map(problem).collect()).map_or(0, |error| error.each().count());
        assert_eq!([told(0), told(1), told(50), told(51), told(100_000)], [0, 1, 50, 51, 51]);
        let all = Error::all((1..=60).map(problem).collect()).expect("a list");
        let last = all.each().last().expect("not empty");
        assert_eq!((last.message.as_str(), last.place.as_ref().map(|place| place.line)), ("… and 10 more", Some(51)));
    }
}
