//! Owns the steps of a job in the order in which they begin, those of a `parallel` group among them, and which of those in the
//! background a `cancel` may stop. As the runner does it (`BackgroundStepCoordinator.cs` of `actions/runner`, 2026-08-17): who
//! begins in the background fails the job when it fails, waited for or not; only what is cancelled before its end does not.
//! Refuses to time them: what runs beside another is read as if it ran before it.

use crate::answer::Reason;
use crate::doc::{Reading, Value};
use crate::facts::hold::{Hold, HoldEffect};

/// The steps of a list in order, groups opened: a group holds `run` and `uses` alone, and no group.
pub(super) fn in_order<'d>(list: Value<'d>) -> Vec<Value<'d>> {
    let opened = |step: Value<'d>| match step.get("parallel") {
        Some(group) => group.items().collect(),
        None => vec![step],
    };
    list.items().flat_map(opened).collect()
}

/// What a later step of the list may stop of the step of a number.
pub(super) fn cancelled(steps: &[Value<'_>], at: usize) -> Option<Hold> {
    let step = steps.get(at)?;
    let id = step.get("id").and_then(Value::scalar)?;
    if step.get("background")?.as_bool() == Reading::Is(false) {
        return None;
    }
    let names = |value: Value<'_>| match value.scalar() {
        Some(name) => name.eq_ignore_ascii_case(id),
        None => value.items().any(|item| item.scalar().is_some_and(|name| name.eq_ignore_ascii_case(id))),
    };
    for later in &steps[at + 1..] {
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
