//! Owns what depends on which programs a makefile finds when it looks them up (`$(if $(shell command -v X),…)`): it is read once for each
//! way in which they are there, and what is the same in all of them is certain. Refuses more of them than a few.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Next, Target};
use crate::answer::{Reason, Why};
use crate::text::Place;

/// Programs that conditions may ask for; each doubles the work.
const MOST: usize = 2;

/// Every way in which what was asked for may be there, all of it first; none when that is too much to ask.
pub(super) fn ways(asked: &BTreeSet<String>) -> Vec<BTreeMap<String, bool>> {
    if asked.is_empty() || asked.len() > MOST {
        return Vec::new();
    }
    let way = |bits: usize| asked.iter().enumerate().map(|(at, name)| (name.clone(), bits & (1 << at) == 0)).collect();
    (0..1_usize << asked.len()).map(way).collect()
}

/// What runs in all ways as it is, and the rest under a condition.
pub(super) fn joined(ways: Vec<Vec<Next>>, asked: &BTreeSet<String>, place: &Place) -> Vec<Next> {
    let names: Vec<String> = asked.iter().map(|name| format!("`{name}`")).collect();
    let text = format!("what make runs here depends on whether {} is found", names.join(" or "));
    let why = Why::new(Reason::Dynamic, text).at(place.clone());
    let keys: Vec<BTreeSet<String>> = ways.iter().map(|way| way.iter().map(key).collect()).collect();
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for mut next in ways.into_iter().flatten() {
        let key = key(&next);
        let certain = keys.iter().all(|way| way.contains(&key));
        if seen.insert(key) {
            next.condition = next.condition.or_else(|| (!certain).then(|| why.clone()));
            out.push(next);
        }
    }
    out
}

/// All that tells one run from another.
fn key(next: &Next) -> String {
    let target = match &next.target {
        Target::Script { text, .. } => text.text().to_owned(),
        Target::Argv(words) => words.iter().map(|word| format!("{} ", word.raw)).collect(),
        Target::Opaque(why) => why.text.clone(),
        _ => String::new(),
    };
    let mut env: Vec<String> = (&next.env).into_iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    env.sort();
    format!("{target}\n{:?}\n{:?}\n{:?}\n{env:?}", next.hops, next.holds, next.condition)
}
