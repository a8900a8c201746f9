//! Owns what an edit does to the steps that run the gate and to those before it. Refuses to look at what comes after: a job that has failed
//! stays so.

use std::collections::BTreeSet;

use super::gate_file::keys;
use crate::catalog::Catalog;
use crate::doc::{Kind, Value};
use crate::facts::forge::pins::{self, Belongs};
use crate::source::forge::Answers;
use crate::source::forge::pins::Pin;
use crate::text::Place;

/// Inputs of the gate's own action that say where and how it tells, not what it judges.
const TELLS: [&str; 3] = ["sarif", "summary", "annotations"];
/// Options that only ask for more, or for another way of telling.
const MORE: [&str; 5] = ["--strict", "--block-existing", "--all", "--sarif-all", "--forge"];
/// From the mildest on.
const FAIL_ON: [&str; 4] = ["never", "error", "warning", "notice"];
/// Options of installers before the revision.
const PIN_FLAGS: [&str; 4] = ["--rev", "--tag", "--version", "--branch"];

/// What differs, and whether that weakens; else it is said only.
pub(super) struct Told {
    pub(super) place: Place,
    pub(super) what: String,
    pub(super) weakens: bool,
    /// It is another commit of the same action.
    pub(super) pin: Option<Pin>,
}

impl Told {
    pub(super) fn weaker(place: Place, what: impl Into<String>) -> Self {
        Self { place, what: what.into(), weakens: true, pin: None }
    }

    pub(super) fn said(place: Place, what: impl Into<String>) -> Self {
        Self { place, what: what.into(), weakens: false, pin: None }
    }

    /// That a value came, went or is another one.
    pub(super) fn unlike(key: &str, old: Option<Value<'_>>, new: Option<Value<'_>>, around: Value<'_>) -> Option<Self> {
        let (verb, at) = match (old, new) {
            (Some(old), Some(new)) if same(old, new) => return None,
            (None, None) => return None,
            (Some(_), Some(new)) => ("is another one", new),
            (None, Some(new)) => ("is new", new),
            (Some(_), None) => ("is gone", around),
        };
        let route = new.map(Value::path).unwrap_or_default();
        let name = if route.is_empty() { key } else { route.as_str() };
        Some(Self::weaker(at.key_place().filter(|_| new.is_some()).unwrap_or_else(|| at.place()), format!("`{name}` {verb}")))
    }
}

/// Whether two values say the same, whatever the style and the order of their keys. What readers dispute says nothing.
pub(super) fn same(one: Value<'_>, other: Value<'_>) -> bool {
    if one.tag() != other.tag() {
        return false;
    }
    match (one.kind(), other.kind()) {
        (Kind::Disputed, _) | (_, Kind::Disputed) => false,
        (Kind::Mapping, Kind::Mapping) => {
            let each = |entry: crate::doc::Entry<'_>| {
                let name = entry.name()?;
                Some(one.get(name).zip(other.get(name)).is_some_and(|(one, other)| same(one, other)))
            };
            one.len() == other.len() && one.entries().all(|entry| each(entry) == Some(true))
        }
        (Kind::Sequence, Kind::Sequence) => {
            one.len() == other.len() && one.items().zip(other.items()).all(|(one, other)| same(one, other))
        }
        (Kind::Mapping | Kind::Sequence, _) | (_, Kind::Mapping | Kind::Sequence) => false,
        _ => one.scalar() == other.scalar(),
    }
}

/// Whether a key is gone, or says what holds without it.
pub(super) fn removed(key: &str, new: Option<Value<'_>>) -> bool {
    new.is_none_or(|new| key == "continue-on-error" && new.scalar() == Some("false"))
}

/// The steps up to the last one that runs the gate.
pub(super) fn steps(
    before: Option<Value<'_>>,
    after: Option<Value<'_>>,
    lines: &BTreeSet<usize>,
    around: Value<'_>,
    told: &mut Vec<Told>,
) {
    let (Some(old), new) = (before.map(items), after.map(items).unwrap_or_default()) else {
        return told.extend(Told::unlike("steps", before, after, around));
    };
    let at = |line: &usize| old.iter().rposition(|step| (step.place().line..=step.place().end_line).contains(line));
    let own: BTreeSet<usize> = lines.iter().filter_map(at).collect();
    let last = own.last().copied().unwrap_or(old.len().saturating_sub(1));
    for (number, old) in old.iter().enumerate().take(last + 1) {
        let Some(new) = new.get(number) else {
            let what = if own.contains(&number) { "the step that runs it is gone" } else { "a step before it is gone" };
            return told.push(Told::weaker(after.unwrap_or(around).place(), what));
        };
        step(*old, *new, own.contains(&number), told);
    }
}

fn items(list: Value<'_>) -> Vec<Value<'_>> {
    list.items().collect()
}

fn step(before: Value<'_>, after: Value<'_>, runs: bool, told: &mut Vec<Told>) {
    for key in keys(before, after) {
        let (old, new) = (before.get(key), after.get(key));
        match key {
            "name" | "id" | "timeout-minutes" => {}
            "continue-on-error" if removed(key, new) => {}
            "if" if runs && new.is_none() => {}
            "uses" => told.extend(uses(old, new, runs, after)),
            "with" if [old, new].iter().flatten().all(|with| with.kind() == Kind::Mapping) => {
                told.extend(inputs(after.get("uses"), old, new, runs, after));
            }
            "run" => told.extend(script(old, new, runs, after)),
            _ => told.extend(Told::unlike(key, old, new, after)),
        }
    }
}

/// What is named: the same, the same by another pin, or something else.
pub(super) fn uses(old: Option<Value<'_>>, new: Option<Value<'_>>, runs: bool, around: Value<'_>) -> Option<Told> {
    let otherwise = Told::unlike("uses", old, new, around)?;
    let split = |value: Option<Value<'_>>| {
        let (name, reference) = value?.scalar()?.split_once('@')?;
        Some((name.to_owned(), reference.to_owned()))
    };
    let (Some((was, before)), Some((name, pin))) = (split(old), split(new)) else { return Some(otherwise) };
    if !was.eq_ignore_ascii_case(&name) {
        return Some(Told { what: format!("it is `{name}` and no longer `{was}`"), ..otherwise });
    }
    let what = format!("{}, not proven to belong to {name}", new_pin(&name, &pin));
    Some(Told { what, weakens: runs, pin: Pin::of(&name, &before, &pin), ..otherwise })
}

fn new_pin(name: &str, pin: &str) -> String {
    let shown: String = pin.chars().take(12).collect();
    format!("`{name}@{shown}` is a new pin")
}

/// What a forge's answers make of a new pin. One that comes later on the default branch of its repository is what was agreed on already; a commit
/// of a fork, which the forge shows in the repository's name, is not, and neither is one that goes back.
pub(super) fn held(told: Told, answers: Option<&Answers>) -> Told {
    let Some(pin) = &told.pin else { return told };
    let (name, pin_of) = (&pin.repository, new_pin(&pin.repository, &pin.new));
    let what = match pins::belongs(answers, pin) {
        Belongs::Later => {
            let what = format!("{pin_of}, a later commit of the default branch of {name}");
            return Told { what, weakens: false, ..told };
        }
        Belongs::Otherwise => format!("{pin_of}, not proven to come after the one before"),
        Belongs::Elsewhere => format!("{pin_of}, not proven to belong to {name}: it does not lie on its default branch"),
        Belongs::Unknown => return told,
    };
    Told { what, ..told }
}

fn inputs(uses: Option<Value<'_>>, old: Option<Value<'_>>, new: Option<Value<'_>>, runs: bool, around: Value<'_>) -> Vec<Told> {
    let name = uses.and_then(Value::scalar).and_then(|uses| uses.split('@').next()).unwrap_or_default();
    let own = runs && Catalog::builtin().releasing.is_own_action(name);
    let checkout = name.eq_ignore_ascii_case("actions/checkout");
    let all: BTreeSet<&str> = [old, new].iter().flatten().flat_map(|with| with.entries()).filter_map(|one| one.name()).collect();
    let unlike = |key: &str| {
        let (old, new) = (old.and_then(|with| with.get(key)), new.and_then(|with| with.get(key)));
        let word = new.and_then(Value::scalar);
        let meant = |side: Option<Value<'_>>| side.map_or(Some(usual(key)), Value::scalar).map(str::to_owned);
        let fine = match key {
            _ if own && meant(old).is_some() && meant(old) == meant(new) => true,
            "fetch-depth" => checkout,
            "persist-credentials" => checkout && word == Some("false"),
            "strict" | "forge" => own && word == Some("true"),
            "fail-on" => own && rank(word) > rank(old.map_or(Some("error"), Value::scalar)),
            "mode" => own && meant(new).as_deref() == Some("gate"),
            "binary" => own && meant(new).as_deref() == Some(""),
            _ => own && TELLS.contains(&key),
        };
        Told::unlike(key, old, new, around).filter(|_| !fine)
    };
    all.into_iter().filter_map(unlike).collect()
}

/// What an input of the gate's own action is where nobody sets it.
fn usual(input: &str) -> &'static str {
    match input {
        "command" => "check",
        "path" => ".",
        "mode" => "gate",
        "strict" | "forge" => "false",
        _ => "",
    }
}

/// How much `fail-on` asks for; `None` for what is no word of it.
fn rank(word: Option<&str>) -> Option<usize> {
    FAIL_ON.iter().position(|known| Some(*known) == word)
}

/// A script: the same, one that asks the gate for more, or another one.
fn script(old: Option<Value<'_>>, new: Option<Value<'_>>, runs: bool, around: Value<'_>) -> Option<Told> {
    let otherwise = Told::unlike("run", old, new, around)?;
    let (Some(before), Some(after)) = (old.and_then(Value::scalar), new.and_then(Value::scalar)) else { return Some(otherwise) };
    if [before, after].iter().any(|text| text.trim().contains('\n')) {
        return Some(otherwise);
    }
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (words(before), words(after));
    let plain = |word: &String| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./=".contains(&byte));
    let more = after.strip_prefix(before.as_slice()).filter(|_| runs && before.iter().all(plain));
    if more.is_some_and(|more| more.iter().all(|word| MORE.contains(&word.as_str()))) {
        return None;
    }
    Some(match repinned(&before, &after) {
        Some((pin, of)) => Told { what: format!("`{pin}` is a new pin, not proven to belong to {of}"), ..otherwise },
        None => otherwise,
    })
}

/// The only word that differs, where it follows an option of an installer, and what is installed.
fn repinned<'w>(before: &[String], after: &'w [String]) -> Option<(&'w str, &'w str)> {
    if before.len() != after.len() {
        return None;
    }
    let mut unlike = (0..after.len()).filter(|at| before[*at] != after[*at]);
    let at = unlike.next().filter(|at| *at > 0)?;
    let flag = PIN_FLAGS.contains(&after[at - 1].as_str());
    let of = after.windows(2).find(|pair| pair[0] == "--git").map_or("what is installed", |pair| pair[1].as_str());
    (flag && unlike.next().is_none()).then_some((after[at].as_str(), of))
}
