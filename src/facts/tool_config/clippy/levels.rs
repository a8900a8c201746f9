//! Owns the levels of the lint groups that decide whether a warning can pass. Refuses single lints: one allowed or warned
//! beside a denial is an exception, not a hole.

use crate::answer::Answer;
use crate::text::Place;

/// A lint level, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Allow,
    Warn,
    Deny,
    Forbid,
}

impl Level {
    /// From its name in a manifest or an attribute; `expect` lets findings pass as `allow` does.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "allow" | "expect" => Some(Self::Allow),
            "warn" => Some(Self::Warn),
            "deny" => Some(Self::Deny),
            "forbid" => Some(Self::Forbid),
            _ => None,
        }
    }
}

/// The groups that `clippy::all` is made of.
const GROUPS: [&str; 5] = ["clippy::complexity", "clippy::correctness", "clippy::perf", "clippy::style", "clippy::suspicious"];

/// Levels set so far: of `warnings`, and of each group.
#[derive(Clone, Debug, Default)]
pub(super) struct Levels {
    warnings: Option<(Level, Place)>,
    groups: [Option<(Level, Place)>; GROUPS.len()],
}

impl Levels {
    /// Whether setting a lint can change the answer.
    pub(super) fn matters(lint: &str) -> bool {
        lint == "warnings" || lint == "clippy::all" || GROUPS.contains(&lint)
    }

    /// Sets a lint or group, over what was set before; what is forbidden stays so.
    pub(super) fn set(&mut self, lint: &str, level: Level, place: &Place) {
        let put = |slot: &mut Option<(Level, Place)>| {
            if !matches!(slot, Some((Level::Forbid, _))) {
                *slot = Some((level, place.clone()));
            }
        };
        if lint == "warnings" {
            put(&mut self.warnings);
        }
        for (group, slot) in GROUPS.iter().zip(&mut self.groups) {
            if lint == *group || lint == "clippy::all" {
                put(slot);
            }
        }
    }

    /// Where every finding is allowed: the four groups that warn and the one that denies by itself.
    pub(super) fn silent(&self) -> Option<&Place> {
        let off = |slot: &&Option<(Level, Place)>| matches!(slot, Some((Level::Allow, _)));
        let all = self.groups.iter().filter(off).count() == GROUPS.len();
        all.then(|| self.groups[0].as_ref().map(|(_, place)| place)).flatten()
    }

    /// Whether a crate of its own will has no warnings: an exception beside others that are checked.
    pub(super) fn is_exempt(&self) -> bool {
        self.silent().is_some() || matches!(self.warnings, Some((Level::Allow, _)))
    }

    /// Whether every finding fails: each group denied, or left to warn where warnings are denied. One group allowed is an
    /// exception; all of them allowed is none.
    pub(super) fn denies(&self) -> Answer<Place> {
        let warnings = self.warnings.as_ref().filter(|(level, _)| *level >= Level::Deny);
        if matches!(&self.warnings, Some((Level::Allow, _))) {
            return Answer::No;
        }
        let mut first = None;
        for (group, slot) in GROUPS.iter().zip(&self.groups) {
            // clippy::correctness denies by itself.
            let by_default = if *group == "clippy::correctness" { Level::Deny } else { Level::Warn };
            let (level, place) = slot.as_ref().map_or((by_default, None), |(level, place)| (*level, Some(place)));
            match level {
                Level::Allow => {}
                Level::Warn => match warnings {
                    Some((_, place)) => first = first.or(Some(place)),
                    None => return Answer::No,
                },
                Level::Deny | Level::Forbid => first = first.or(place),
            }
        }
        first.map_or(Answer::No, |place| Answer::Yes(place.clone()))
    }
}
