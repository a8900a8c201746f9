//! Owns environments that tox leaves out where their interpreter is missing: one of several then passes, and only a call that leaves
//! out all of them fails (tox ccb12fc, `tox_env/python/api.py`, `session/cmd/run/common.py`). Refuses to say which interpreters
//! a machine has.

use std::collections::{HashMap, HashSet};

use super::super::command_line::CommandLine;
use super::super::{Call, Next};
use super::identity;
use crate::answer::Reason;
use crate::catalog;
use crate::facts::hold::{Hold, HoldEffect};
use crate::text::Place;

/// What the command line says, which counts for more than any setting.
pub(super) fn of_line(call: &Call<'_>, line: &CommandLine) -> Option<(bool, Place)> {
    let flag = line.last(&["-s", "--skip-missing-interpreters"])?;
    let behind = call.words.iter().skip_while(|word| word.place != flag.word.place).nth(1);
    let joined = flag.word.value.as_deref().and_then(|text| text.split_once('=')).map(|(_, value)| value);
    match joined.or_else(|| behind.and_then(|word| word.value.as_deref())) {
        Some("config") => None,
        Some(text) if text.eq_ignore_ascii_case("false") => Some((false, flag.word.place.clone())),
        _ => Some((true, flag.word.place.clone())),
    }
}

/// Whether an environment asks for an interpreter that a machine may not have: one of a version, or one that is not CPython.
pub(super) fn is_asked_for(name: &str, base: Option<&str>, default: Option<&str>) -> bool {
    match base.or_else(|| name.split('-').find(|factor| is_factor(factor))).or(default) {
        Some(asked) => asked.split([',', ' ', '\n', '\t']).filter(|one| !one.is_empty()).all(is_of_a_version),
        None => false,
    }
}

fn is_factor(factor: &str) -> bool {
    let rest = catalog::commands().tox.interpreters.iter().find_map(|head| factor.strip_prefix(head.as_str()));
    let version = rest.unwrap_or(factor).trim_end_matches(['t', 'd']);
    let digits = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    factor != "py" && digits && (rest.is_some() || version.contains('.'))
}

fn is_of_a_version(asked: &str) -> bool {
    let own = ["cpython", "python", "py"].iter().find_map(|head| asked.strip_prefix(head));
    !matches!(own.unwrap_or(asked), "" | "2" | "3")
}

/// The steps of several environments, each step once. A line that only environments bring which may be left out is held, unless
/// all environments bring it: those that differ in the interpreter only run the same commands.
pub(super) fn once(environments: Vec<(Option<Place>, Vec<Next>)>) -> Vec<Next> {
    let all = environments.len();
    let line = |next: &Next| next.hops.last().map(|hop| (hop.place.path.clone(), hop.place.line, hop.place.column));
    // Of each line: how many environments bring it, and what may leave all of these out.
    let mut brought: HashMap<_, (usize, Option<Place>)> = HashMap::new();
    for (skipped, nexts) in &environments {
        for at in nexts.iter().map(line).collect::<HashSet<_>>() {
            let (count, by) = brought.entry(at).or_insert((0, skipped.clone()));
            *count += 1;
            *by = by.take().filter(|_| skipped.is_some());
        }
    }
    let mut seen = HashSet::new();
    let nexts = environments.into_iter().flat_map(|(_, nexts)| nexts).filter(|next| seen.insert(identity(next)));
    let held = nexts.map(|mut next| {
        if let Some((_, Some(place))) = brought.get(&line(&next)).filter(|(count, _)| *count < all) {
            let why = "tox leaves an environment out where its interpreter is missing, and passes then";
            next.holds.push(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why));
        }
        next
    });
    held.collect()
}
