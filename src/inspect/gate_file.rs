//! Owns what an edit of a workflow does to the gate that it runs, by the text of both: what is not proven to be neutral or stricter weakens.
//! Refuses to look at what the gate does not rest on: names, comments, other jobs, what comes after it.

use std::collections::{BTreeMap, BTreeSet};

use super::gate_step::{self, Told, removed, same, uses};
use crate::catalog::Catalog;
use crate::doc::{Kind, Value};

/// Keys that lessen what a job does by being there: without them it does all.
const LESS: [&str; 6] = ["if", "continue-on-error", "needs", "concurrency", "services", "container"];
/// Events that may come: a run on one of them is judged no more mildly.
const MAY_COME: [&str; 4] = ["merge_group", "push", "schedule", "workflow_dispatch"];
/// Events of a change, whose filters only take changes out.
const OF_CHANGES: [&str; 3] = ["pull_request", "pull_request_target", "merge_group"];
/// What an event of a change starts on unless it says so.
const TYPES: [&str; 3] = ["opened", "synchronize", "reopened"];

/// What differs of what the gate rests on, where one of the lines runs it; nothing where that is the same.
pub(super) fn edit(before: Value<'_>, after: Value<'_>, lines: &BTreeSet<usize>) -> Vec<Told> {
    let mut told = Vec::new();
    for key in keys(before, after) {
        let (old, new) = (before.get(key), after.get(key));
        match key {
            "name" | "run-name" | "permissions" | "jobs" => {}
            "on" => events(old, new, after, &mut told),
            _ => told.extend(Told::unlike(key, old, new, after)),
        }
    }
    let all = before.get("jobs").into_iter().flat_map(Value::entries);
    let own: Vec<&str> = all.filter(|job| runs_within(job.value, lines)).filter_map(|job| job.name()).collect();
    if own.is_empty() {
        told.extend(Told::unlike("jobs", before.get("jobs"), after.get("jobs"), after));
    }
    let rest = needed(before, &own);
    for id in own {
        let (Some(old), new) = (before.route(&["jobs", id]), after.route(&["jobs", id])) else { continue };
        match new.or_else(|| renamed(before, after)) {
            Some(new) => {
                if new.key().and_then(Value::scalar) != Some(id) || !alike(old.get("name"), new.get("name")) {
                    told.push(Told::said(new.place(), "its check has another name, which the forge may not wait for"));
                }
                if let Some(right) = writes(after, new).difference(&writes(before, old)).next() {
                    told.push(Told::weaker(new.place(), format!("it may write `{right}`")));
                }
                job(old, new, lines, &mut told);
            }
            None => told.push(Told::weaker(after.place(), format!("its job `{id}` is gone"))),
        }
    }
    for id in rest {
        let (old, new) = (before.route(&["jobs", &id]), after.route(&["jobs", &id]));
        told.extend(Told::unlike(&format!("jobs.{id}"), old, new, after));
    }
    told
}

/// The keys of both, each once.
pub(super) fn keys<'d>(before: Value<'d>, after: Value<'d>) -> BTreeSet<&'d str> {
    before.entries().chain(after.entries()).filter_map(|entry| entry.name()).collect()
}

fn alike(old: Option<Value<'_>>, new: Option<Value<'_>>) -> bool {
    match (old, new) {
        (None, None) => true,
        (Some(old), Some(new)) => same(old, new),
        _ => false,
    }
}

/// Whether a step of the job stands on one of the lines, or the job itself where it has no steps.
fn runs_within(job: Value<'_>, lines: &BTreeSet<usize>) -> bool {
    let place = job.place();
    let first = job.key_place().map_or(place.line, |key| key.line);
    lines.range(first..=place.end_line.max(first)).next().is_some()
}

/// The one job of the head that the base does not have.
fn renamed<'d>(before: Value<'_>, after: Value<'d>) -> Option<Value<'d>> {
    let jobs = after.get("jobs")?.entries();
    let mut new = jobs.filter(|job| job.name().is_some_and(|id| before.route(&["jobs", id]).is_none()));
    let only = new.next()?;
    new.next().is_none().then_some(only.value)
}

/// Jobs that these need, and those that they need.
fn needed(root: Value<'_>, own: &[&str]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut open: Vec<String> = own.iter().map(|id| (*id).to_owned()).collect();
    while let Some(id) = open.pop() {
        let Some(needs) = root.route(&["jobs", &id, "needs"]) else { continue };
        let names: Vec<String> = needs.items().chain([needs]).filter_map(Value::scalar).map(str::to_owned).collect();
        open.extend(names.into_iter().filter(|name| all.insert(name.clone())));
    }
    all
}

/// What a job's token may write; `*`: what nobody says.
fn writes(root: Value<'_>, job: Value<'_>) -> BTreeSet<String> {
    let Some(said) = job.get("permissions").or_else(|| root.get("permissions")) else { return BTreeSet::from(["*".to_owned()]) };
    match (said.kind(), said.scalar()) {
        (Kind::Mapping, _) => {
            let writes = said.entries().filter(|entry| !matches!(entry.value.scalar(), Some("read" | "none")));
            writes.filter_map(|entry| entry.name().map(str::to_owned)).collect()
        }
        (_, Some("read-all")) | (Kind::Null, None) => BTreeSet::new(),
        _ => BTreeSet::from(["*".to_owned()]),
    }
}

fn job(before: Value<'_>, after: Value<'_>, lines: &BTreeSet<usize>, told: &mut Vec<Told>) {
    for key in keys(before, after) {
        let (old, new) = (before.get(key), after.get(key));
        match key {
            "name" | "permissions" | "timeout-minutes" => {}
            "steps" => gate_step::steps(old, new, lines, after, told),
            "runs-on" if hosted(old) && hosted(new) => {}
            "uses" => told.extend(uses(old, new, true, after)),
            _ if LESS.contains(&key) && removed(key, new) => {}
            _ => told.extend(Told::unlike(key, old, new, after)),
        }
    }
}

fn hosted(label: Option<Value<'_>>) -> bool {
    label.and_then(Value::scalar).is_some_and(|label| Catalog::builtin().runners.is_hosted(label))
}

/// What starts it.
fn events(before: Option<Value<'_>>, after: Option<Value<'_>>, head: Value<'_>, told: &mut Vec<Told>) {
    let (Some(old), Some(new)) = (before.and_then(named), after.and_then(named)) else {
        return told.extend(Told::unlike("on", before, after, head));
    };
    let here = after.map_or_else(|| head.place(), Value::place);
    for (name, how) in &old {
        match new.get(name) {
            None if *name == "workflow_dispatch" => {}
            None => told.push(Told::weaker(here.clone(), format!("`{name}` does not start it any more"))),
            Some(now) if covers(name, *how, *now) => {}
            Some(now) => {
                let place = now.map_or_else(|| here.clone(), Value::place);
                told.push(Told::weaker(place, format!("`{name}` is not proven to start it as often")));
            }
        }
    }
    for name in new.keys().filter(|name| !old.contains_key(*name) && !MAY_COME.contains(name)) {
        told.push(Told::weaker(here.clone(), format!("`{name}` starts it as well")));
    }
}

/// Events by name, with what is said of them.
fn named<'d>(on: Value<'d>) -> Option<BTreeMap<&'d str, Option<Value<'d>>>> {
    let said = |value: Value<'d>| Some(value).filter(|value| value.kind() != Kind::Null);
    match on.kind() {
        Kind::Mapping => on.entries().map(|entry| Some((entry.name()?, said(entry.value)))).collect(),
        Kind::Sequence => on.items().map(|item| Some((item.scalar()?, None))).collect(),
        Kind::Disputed => None,
        _ => Some(BTreeMap::from([(on.scalar()?, None)])),
    }
}

/// Whether an event starts it at least as often.
fn covers(event: &str, before: Option<Value<'_>>, after: Option<Value<'_>>) -> bool {
    let of = |side: Option<Value<'_>>, key: &str| side.and_then(|side| side.get(key)).map(list);
    if alike(before, after) {
        return true;
    }
    let of_changes = OF_CHANGES.contains(&event);
    if [before, after].iter().flatten().any(|side| side.kind() != Kind::Mapping) || !(of_changes || event == "push") {
        return false;
    }
    let all = before.iter().chain(&after).flat_map(|side| side.entries()).map(|entry| entry.name().unwrap_or_default());
    all.collect::<BTreeSet<_>>().into_iter().all(|key| {
        let (old, new) = (of(before, key), of(after, key));
        match (key, &old, &new) {
            ("types", _, _) if of_changes => {
                let usual = || TYPES.iter().map(|word| Some((*word).to_owned())).collect::<BTreeSet<_>>();
                let (old, new) = (old.unwrap_or_else(usual), new.unwrap_or_else(usual));
                !new.contains(&None) && old.is_subset(&new)
            }
            // A filter of tags alone leaves the branches out.
            ("branches" | "branches-ignore" | "paths" | "paths-ignore", Some(_), None) => of_changes,
            ("branches" | "paths", Some(old), Some(new)) => plain(old) && plain(new) && old.is_subset(new),
            ("branches-ignore" | "paths-ignore", Some(old), Some(new)) => plain(old) && plain(new) && new.is_subset(old),
            _ => old == new && old.is_some_and(|list| !list.contains(&None)),
        }
    })
}

/// The words of a list, or the one; `None` for what is no word.
fn list(value: Value<'_>) -> BTreeSet<Option<String>> {
    let word = |value: Value<'_>| value.scalar().map(str::to_owned);
    if value.kind() == Kind::Sequence { value.items().map(word).collect() } else { BTreeSet::from([word(value)]) }
}

/// Words of which none takes another one back.
fn plain(words: &BTreeSet<Option<String>>) -> bool {
    words.iter().all(|word| word.as_ref().is_some_and(|word| !word.starts_with('!')))
}
