//! Owns what is handed to a step: environment, inputs, `continue-on-error`. Refuses to know what becomes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::budget::Budget;
use super::draft::{Files, Lost, each_event};
use super::events::EventInfo;
use super::expr::{Names, Node, Val, parse};
use super::imagined::{Other, others};
use super::lane::Lane;
use super::mentions::Mentions;
use super::residual;
use super::scope::{Free, Inputs, Scope};
use super::state::State;
use super::template;
use super::variables::Variables;
use crate::answer::Reason;
use crate::doc::{Kind, Reading, Value};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::{Env, Input};
use crate::facts::shadow;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::facts::workdir::Workdir;
use crate::text::{MappedText, Span};

/// Adds an `env:` to an environment; returns what in it gives names another meaning.
pub(super) fn add_env(value: Option<Value<'_>>, names: &dyn Names, env: &mut Env, budget: &Budget<'_>) -> Vec<Hold> {
    let mut shadows = Vec::new();
    for entry in value.into_iter().flat_map(Value::entries) {
        let Some(name) = entry.name() else { continue };
        let text = template::value_of(entry.value, names).as_text().map(|text| text.to_string());
        if !budget.entry(name, text.as_deref()) {
            break;
        }
        let first = shadow::runs_first(name, text.as_deref());
        let unseen = shadow::runs_unseen(name, text.as_deref());
        let effect = if unseen { HoldEffect::Unknown(Reason::Dynamic) } else { HoldEffect::Void };
        shadows.extend(first.map(|why| Hold::new(effect, entry.key.place(), why)));
        env.insert(name.to_owned(), text);
    }
    shadows
}

/// The environment of a step.
pub(super) struct StepEnv {
    /// What is known under every event.
    pub(super) known: Arc<Env>,
    /// What stands behind the rest.
    pub(super) variables: Variables,
    /// Of what is not known, what scripts before it set.
    pub(super) handed: Arc<BTreeSet<String>>,
    /// What in it gives names another meaning.
    pub(super) shadows: Vec<Hold>,
}

/// Reads the environment of a step, as it is under an event or under all.
pub(super) fn step_env(files: &Files<'_>, lane: &Lane<'_>, state: &mut State, step: Value<'_>) -> StepEnv {
    let mut shadows = lane.shadows.clone();
    let base = merged(lane, state);
    let variables = lane.variables.without(state.env.keys());
    let variables = state.written.iter().fold(variables, |all, (name, written)| all.with(name, &written.node));
    let unknown = state.env.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name.clone());
    let mut handed: BTreeSet<String> = unknown.collect();
    let Some(own) = step.get("env").filter(|own| !own.is_empty()) else {
        return StepEnv { known: base, variables, handed: Arc::new(handed), shadows };
    };
    handed.retain(|name| own.get(name).is_none());
    let mut env = (*base).clone();
    let scope = lane.scope(files, &base, &variables, state);
    shadows.extend(add_env(Some(own), &scope, &mut env, &files.repository.budget));
    let variables = variables.and(Some(own), &env, &scope);
    StepEnv { known: Arc::new(env), variables, handed: Arc::new(handed), shadows }
}

/// The lane's environment with what earlier steps added.
fn merged(lane: &Lane<'_>, state: &mut State) -> Arc<Env> {
    if state.env.is_empty() {
        return Arc::clone(&lane.env);
    }
    if let Some((base, merged)) = &state.merged
        && Arc::ptr_eq(base, &lane.env)
    {
        return Arc::clone(merged);
    }
    let mut env = (*lane.env).clone();
    env.extend(state.env.iter().map(|(name, value)| (name.clone(), value.clone())));
    let env = Arc::new(env);
    state.merged = Some((Arc::clone(&lane.env), Arc::clone(&env)));
    env
}

/// Reads `continue-on-error`.
pub(super) fn continue_on_error(holder: Value<'_>, events: &[EventInfo], scope: &Scope<'_>) -> Lost {
    let Some(value) = holder.get("continue-on-error") else { return Lost::default() };
    let place = value.place();
    let computed = value.scalar().filter(|text| text.contains("${{"));
    let mended = computed.map_or_else(
        || "delete `continue-on-error: true`".to_owned(),
        |text| format!("let `{}` be false, or delete `continue-on-error`", text.trim()),
    );
    let soft = || Hold::new(HoldEffect::Soften, value.place(), "continues on error").mended(mended.clone());
    let doubt =
        |reason, why: &str| Hold::new(HoldEffect::Unknown(reason), value.place(), format!("may continue on error: {why}"));
    let always = |hold| Lost { always: Some(hold), under: Vec::new() };
    match (value.kind(), value.as_bool()) {
        (Kind::Bool, Reading::Is(true)) => return always(soft()),
        (Kind::Bool, Reading::Is(false)) | (Kind::Null, _) => return Lost::default(),
        (Kind::String, _) if value.scalar().is_some_and(|text| text.contains("${{")) => {}
        (Kind::String, _) if value.scalar() == Some("true") => return always(soft()),
        (Kind::String, _) if value.scalar() == Some("false") => return Lost::default(),
        (_, Reading::Disputed(why)) => return always(doubt(Reason::Unreadable, &why.text)),
        _ => return always(doubt(Reason::Unreadable, "it is no boolean")),
    }
    // In a text a value is no boolean any more: `"false"` is a true text, but GitHub refuses or converts it.
    let truth = |scope: &Scope<'_>| match template::value_of(value, scope) {
        Val::Str(text) if &*text == "false" => Ok(false),
        other => other.truth(),
    };
    let asked = value.scalar().and_then(template::whole_expression).and_then(|text| parse(text).ok());
    let mut mentions = Mentions::default();
    asked.iter().for_each(|node| mentions.collect(node));
    if mentions.home.compares && scope.repository.home.told().is_none() {
        return always(doubt(Reason::Dynamic, "what this repository is called is not known"));
    }
    match truth(scope) {
        Ok(true) => return always(soft()),
        Ok(false) if !mentions.is_of_runs() => return Lost::default(),
        _ => {}
    }
    let each = each_event(events, scope, |_, scope| truth(scope));
    if let Some(unknown) = each.iter().find_map(|truth| truth.as_ref().err())
        && each.iter().all(Result::is_err)
    {
        return always(doubt(unknown.reason, &unknown.why));
    }
    let mut lost = Lost::default();
    for (event, answer) in each.into_iter().enumerate() {
        match answer {
            Ok(true) => lost.under.push((event, soft())),
            Ok(false) => {
                let of_event = Scope { event: events.get(event).map(|info| (event, info)), ..scope.clone() };
                let some = others(&mentions, &of_event)
                    .into_iter()
                    .find(|other| truth(&Scope { imagined: other.imagined.clone(), ..of_event.clone() }) == Ok(true));
                // A bot is no person who looks for a way round; whoever opens a change chooses its words, branch and labels.
                let weight = |other: &Other| match other.imagined.free {
                    Some((Free::Actor, _)) => HoldEffect::Note,
                    _ => HoldEffect::Unknown(Reason::Dynamic),
                };
                let told = some.map(|other| Hold::new(weight(&other), place.clone(), format!("{} continue on error", other.who)));
                lost.under.extend(told.map(|hold| (event, hold.mended(mended.clone()))));
            }
            Err(unknown) => {
                let why = format!("may continue on error: {}", unknown.why);
                lost.under.push((event, Hold::new(HoldEffect::Unknown(unknown.reason), place.clone(), why)));
            }
        }
    }
    lost
}

/// `with:` of an action.
pub(super) fn read(with: Option<Value<'_>>, names: &dyn Names, budget: &Budget<'_>) -> BTreeMap<String, Input> {
    let mut out = BTreeMap::new();
    for entry in with.into_iter().flat_map(Value::entries) {
        let Some(name) = entry.name() else { continue };
        let (text, known) = match entry.value.mapped() {
            Some(text) => template::fill(text, names, budget),
            None => {
                let file = Arc::clone(entry.value.document().file());
                let is_null = entry.value.kind() == Kind::Null;
                let stand_in = if is_null { String::new() } else { UNKNOWN_CHAR.to_string() };
                (MappedText::standing_for(file, entry.value.span(), &stand_in), is_null)
            }
        };
        let value = known.then(|| text.text().to_owned());
        out.insert(name.to_owned(), Input { text, value });
    }
    out
}

/// The inputs that an action or a reusable workflow declares, with what the caller gives, or else their defaults.
pub(super) fn bind(declared: Option<Value<'_>>, with: Option<Value<'_>>, scope: &Scope<'_>) -> Inputs {
    let given: BTreeMap<String, Value<'_>> = with
        .into_iter()
        .flat_map(Value::entries)
        .filter_map(|entry| Some((entry.name()?.to_ascii_lowercase(), entry.value)))
        .collect();
    let mut bound = BTreeMap::new();
    for entry in declared.into_iter().flat_map(Value::entries) {
        let Some(name) = entry.name() else { continue };
        let lower = name.to_ascii_lowercase();
        let value = given.get(&lower).copied().or_else(|| entry.value.get("default"));
        let value = value.map_or(Node::Literal(Val::Null), |value| residual::of_value(value, scope));
        let kind = entry.value.get("type").and_then(|kind| kind.scalar()).unwrap_or("string");
        bound.insert(lower, Node::Typed(kind.to_owned(), Box::new(value)));
    }
    Inputs::Bound(bound)
}

/// Entry point and arguments of a container image.
pub(super) fn image_words(with: Option<Value<'_>>, names: &dyn Names, files: &Files<'_>) -> Vec<Word> {
    let mut words = Vec::new();
    for key in ["entrypoint", "args"] {
        let Some(text) = with.and_then(|with| with.get(key)).and_then(Value::mapped) else { continue };
        let (text, _) = template::fill(text, names, &files.repository.budget);
        words.extend(split(&text));
    }
    words
}

/// Words between blanks; one with quotes or with something unknown in it has no known value.
fn split(text: &MappedText) -> Vec<Word> {
    let whole = text.text();
    let mut words = Vec::new();
    let mut at = 0;
    for raw in whole.split_inclusive(char::is_whitespace) {
        let word = raw.trim_end();
        let span = at..at + word.len();
        at += raw.len();
        if word.is_empty() {
            continue;
        }
        let known = !word.contains(['"', '\'', '\\', UNKNOWN_CHAR]);
        let value = known.then(|| word.to_owned());
        let place = text.place(span.clone());
        words.push(Word {
            raw: word.to_owned(),
            value,
            partial: None,
            span: Span::new(span.start, span.end),
            place,
            glob: false,
        });
    }
    words
}

/// The directory that a step stands in, of one that it names.
pub(super) fn enter(from: &Workdir, directory: Option<&Val>) -> Workdir {
    match directory {
        None | Some(Val::Null) => from.clone(),
        Some(Val::Open(open)) => from.enter(&format!("{}{UNKNOWN_CHAR}{}", open.prefix, open.suffix)),
        Some(value) => value.as_text().map_or_else(|| from.unknown(), |path| from.enter(&path)),
    }
}
