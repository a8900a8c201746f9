//! Owns what all rules that switch something come to for one manifest: for each dependency that it declares, and each kind of
//! new version. Refuses to read rules.

use crate::text::Place;

use super::patterns::Hit;
use super::rules::{KINDS, Part, Rule, Subject};

/// What the rules together say about a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    On,
    /// Only some of what it has, by this line.
    Some(Place),
    Off(Place),
    /// A pattern cannot be read, or some of what was off is on again.
    Unknown(Place, &'static str),
}

/// Of one dependency and one kind of new version; the number is that of the rule. The order is from what is best to what is worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    On,
    Some(usize),
    Unknown(usize, &'static str),
    Off(usize),
}

const SOME_ON: &str = "a rule switches everything off, and this one only some of it on again";
const PATTERN: &str = "a pattern of `packageRules` cannot be read";

/// Applies the rules in order, the last one that speaks of something decides; `names` are the dependencies of the manifest,
/// none when they are not known.
pub(super) fn judge(rules: &[Rule], subject: &Subject<'_>, names: &[String]) -> Verdict {
    let hits: Vec<(usize, &Rule, Hit, Part)> = rules
        .iter()
        .enumerate()
        .map(|(at, rule)| (at, rule, rule.is_for(subject), rule.part(subject)))
        .filter(|(_, _, hit, _)| *hit != Hit::No)
        .collect();
    if hits.is_empty() {
        return Verdict::On;
    }
    let sum: Vec<State> = match names {
        [] => vec![fate(&hits, None, subject)],
        names => names.iter().map(|name| fate(&hits, Some(name), subject)).collect(),
    };
    let place = |at: usize| rules[at].place.clone();
    // Names that a rule singles out are left alone; what only it leaves is some.
    let general = sum.iter().find_map(|state| match state {
        State::Off(at) if hits.iter().any(|(rule, .., part)| rule == at && *part != Part::Some) => Some(*at),
        _ => None,
    });
    match (sum.into_iter().min().unwrap_or(State::On), general) {
        (State::On, Some(at)) | (State::Some(at), _) => Verdict::Some(place(at)),
        (State::On, None) => Verdict::On,
        (State::Unknown(at, words), _) => Verdict::Unknown(place(at), words),
        (State::Off(at), _) => Verdict::Off(place(at)),
    }
}

/// The best of the kinds of new versions of one dependency, or of any when no name is known.
fn fate(hits: &[(usize, &Rule, Hit, Part)], name: Option<&str>, subject: &Subject<'_>) -> State {
    let mut kinds = [State::On; KINDS.len()];
    for (at, rule, hit, part) in hits {
        let (hit, part) = match name.map(|name| rule.names(subject, name)) {
            None => (*hit, *part),
            Some(Hit::No) => continue,
            Some(Hit::Yes) => (*hit, Part::All),
            Some(Hit::Unknown) => (*hit, Part::Some),
        };
        for (kind, state) in kinds.iter_mut().enumerate() {
            *state = match (rule.says(kind), hit, part, *state) {
                (None, _, _, state) => state,
                (Some(true), Hit::Yes, Part::All, _) => State::On,
                (Some(true), _, _, State::On) => State::On,
                (Some(true), ..) => State::Unknown(*at, SOME_ON),
                (Some(false), Hit::Yes, Part::All, _) => State::Off(*at),
                (Some(false), _, Part::Some, state) => state,
                (Some(false), Hit::Yes, Part::Most, State::Off(known)) => State::Off(known),
                (Some(false), Hit::Yes, Part::Most, _) => State::Some(*at),
                (Some(false), ..) => State::Unknown(*at, PATTERN),
            };
        }
    }
    kinds.into_iter().min().unwrap_or(State::On)
}
