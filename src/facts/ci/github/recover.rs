//! Owns one idiom: a step continues on error, and a later step fails the job when it has failed. Refuses any other way of
//! making a lost failure good.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Condition;
use super::draft::Files;
use super::scope::{Inputs, Scope, StepFacts};
use crate::doc::{Reading, Value};

/// Steps of either kind that are looked at in one list.
const LOOKED_AT: usize = 64;

/// The numbers of the steps whose `continue-on-error` is made good by a later step of the list.
pub(super) fn saved(files: &Files<'_>, inputs: &Inputs, steps: Value<'_>) -> BTreeSet<usize> {
    let mut saved = BTreeSet::new();
    let mut softened: Vec<(usize, &str)> = Vec::new();
    let mut judges = 0;
    for (at, step) in steps.items().enumerate() {
        if judges < LOOKED_AT && !softened.is_empty() && fails(step) {
            judges += 1;
            let condition = Condition::read(step.get("if"));
            softened.retain(|(number, id)| {
                let holds = condition.is_written() && turns_on(&condition, files, inputs, id);
                if holds {
                    saved.insert(*number);
                }
                !holds
            });
        }
        let soft = step.get("continue-on-error").is_some_and(|value| value.as_bool() == Reading::Is(true));
        if let Some(id) = step.get("id").and_then(Value::scalar).filter(|_| soft && softened.len() < LOOKED_AT) {
            softened.push((at, id));
        }
    }
    saved
}

/// Whether the step does nothing but fail.
fn fails(step: Value<'_>) -> bool {
    let Some(run) = step.get("run").and_then(Value::scalar) else { return false };
    let soft = step.get("continue-on-error").is_some();
    let last = run.trim_end().lines().last().unwrap_or_default().trim();
    let exits =
        last == "false" || last.strip_prefix("exit ").is_some_and(|code| code.trim().parse::<u8>().is_ok_and(|code| code != 0));
    let straight = run.len() < 4096 && !run.contains("if ") && !run.contains("exit 0");
    exits && straight && !soft && step.get("shell").is_none()
}

/// Whether the condition holds exactly when the step of this id has failed.
fn turns_on(condition: &Condition, files: &Files<'_>, inputs: &Inputs, id: &str) -> bool {
    let truth = |failed: bool| {
        let facts = StepFacts { failed, ..StepFacts::default() };
        let steps = BTreeMap::from([(id.to_ascii_lowercase(), facts)]);
        let scope = Scope { steps: Some(&steps), ..Scope::new(&files.repository, inputs) };
        condition.truth(&scope)
    };
    truth(true) == Ok(true) && truth(false) == Ok(false)
}
