//! Owns the steps of a job in the order in which they begin, those of a `parallel` group among them, and which of those in the
//! background a `cancel` may stop. As the runner does it (`BackgroundStepCoordinator.cs` of `actions/runner`, 2026-08-17): who
//! begins in the background fails the job when it fails, waited for or not; only what is cancelled before its end does not.
//! Refuses to time them: what runs beside another is read as if it ran before it.

use crate::answer::Reason;
use crate::doc::{Reading, Value};
use crate::facts::hold::{Hold, HoldEffect};

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
    let names = |value: Value<'_>| match value.scalar() {
        Some(name) => name.eq_ignore_ascii_case(id),
        None => value.items().any(|item| item.scalar().is_some_and(|name| name.eq_ignore_ascii_case(id))),
    };
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
