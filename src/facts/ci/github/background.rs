//! Owns the steps of a job in the order in which they begin, those of a `parallel` group among them, and which of those in the
//! background a `cancel` may stop. As the runner does it (`BackgroundStepCoordinator.cs` of `actions/runner`, 2026-08-17): who
//! begins in the background fails the job when it fails, waited for or not; only what is cancelled before its end does not.
//! What they hand on (variables, search path, outputs) is there from the `wait` on, not before (`FlushDeferredEnvironment` there).
//! Refuses to time them: what they do to files may or may not be done beside another.

use crate::answer::Reason;
use crate::doc::{Reading, Value};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::Turn;

/// The steps of a list in order, groups opened, and groups in groups; a document is no deeper than its bound.
pub(super) fn in_order(list: Value<'_>) -> Vec<Value<'_>> {
    let mut out = Vec::new();
    let mut pending: Vec<Value<'_>> = list.items().collect();
    pending.reverse();
    while let Some(step) = pending.pop() {
        match step.get("parallel") {
            Some(group) => {
                let first = pending.len();
                pending.extend(group.items());
                pending[first..].reverse();
            }
            None => out.push(step),
        }
    }
    out
}

/// When each of the steps that [`in_order`] lists runs.
pub(super) fn turns(list: Value<'_>, steps: &[Value<'_>], controls: &[usize]) -> Vec<Turn> {
    let mut out = Vec::new();
    for step in list.items() {
        let first = out.len();
        match step.get("parallel") {
            Some(_) => {
                let members = group_size(step);
                out.extend((first..first + members).map(|step| Turn { step, begins: first, ends: first + members }));
            }
            None => out.push(Turn { ends: ends(steps, controls, first), ..Turn::alone(first) }),
        }
    }
    out
}

/// The steps of a group, and of the groups in it.
fn group_size(group: Value<'_>) -> usize {
    let (mut size, mut pending) = (0, vec![group]);
    while let Some(step) = pending.pop() {
        match step.get("parallel") {
            Some(inner) => pending.extend(inner.items()),
            None => size += 1,
        }
    }
    size
}

/// The number of the step that a step has ended before: one in the background, when something waits for it or cancels it.
fn ends(steps: &[Value<'_>], controls: &[usize], at: usize) -> usize {
    let step = steps.get(at);
    let background = step.and_then(|step| step.get("background")).is_some_and(|value| value.as_bool() != Reading::Is(false));
    if !background {
        return at + 1;
    }
    let id = step.and_then(|step| step.get("id")).and_then(Value::scalar);
    let behind = &controls[controls.partition_point(|control| *control <= at)..];
    let ended = |step: &Value<'_>| {
        let named = |key: &str| step.get(key).zip(id).is_some_and(|(value, id)| names(value, id));
        named("wait") || named("cancel") || step.get("wait-all").is_some_and(|all| all.as_bool() != Reading::Is(false))
    };
    behind.iter().copied().find(|control| steps.get(*control).is_some_and(ended)).unwrap_or(usize::MAX)
}

/// Whether a `wait` or a `cancel` names a step.
fn names(value: Value<'_>, id: &str) -> bool {
    match value.scalar() {
        Some(name) => name.eq_ignore_ascii_case(id),
        None => value.items().any(|item| item.scalar().is_some_and(|name| name.eq_ignore_ascii_case(id))),
    }
}

/// The numbers of the steps that wait for others or cancel them.
pub(super) fn controls(steps: &[Value<'_>]) -> Vec<usize> {
    let is_one = |step: &Value<'_>| ["wait", "wait-all", "cancel"].iter().any(|key| step.get(key).is_some());
    steps.iter().enumerate().filter(|(_, step)| is_one(step)).map(|(at, _)| at).collect()
}

/// What a later step of the list may stop of the step of a number.
pub(super) fn cancelled(steps: &[Value<'_>], controls: &[usize], at: usize) -> Option<Hold> {
    let step = steps.get(at)?;
    let id = step.get("id").and_then(Value::scalar)?;
    if step.get("background")?.as_bool() == Reading::Is(false) {
        return None;
    }
    let names = |value: Value<'_>| names(value, id);
    let behind = &controls[controls.partition_point(|control| *control <= at)..];
    for later in behind.iter().filter_map(|control| steps.get(*control)) {
        let waited =
            later.get("wait").is_some_and(names) || later.get("wait-all").is_some_and(|all| all.as_bool() != Reading::Is(false));
        if waited {
            return None;
        }
        if let Some(cancel) = later.get("cancel").filter(|cancel| names(*cancel)) {
            let why = format!("a later step cancels `{id}`: what is stopped before its end fails nothing");
            let hold = Hold::new(HoldEffect::Unknown(Reason::Unsupported), cancel.place(), why);
            return Some(hold.mended(format!("wait for `{id}` instead (`wait: {id}`)")));
        }
    }
    None
}
