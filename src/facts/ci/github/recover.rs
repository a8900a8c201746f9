//! Owns one idiom: a step continues on error, and a later step fails the job when it has failed. Where
//! a later step asks how it ended in another way, it may do so. Refuses to follow it further.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Condition;
use super::draft::Files;
use super::recorded;
use super::scope::{Inputs, Scope, StepFacts};
use crate::doc::{Kind, Reading, Value};

/// Steps of either kind that are looked at in one list.
const LOOKED_AT: usize = 64;

/// What a later step makes of a step that continues on error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// It fails the job when the step has failed.
    Fails,
    /// It asks how the step ended, and might fail.
    Asked,
}

/// What later steps make of the failures of earlier ones.
pub(super) struct Later {
    saved: BTreeMap<usize, Judged>,
    recorded: BTreeSet<usize>,
}

/// What later steps make of the failure of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct OfStep {
    /// Of one that continues on error.
    pub(super) saved: Option<Judged>,
    /// Of one that its script only writes down: it may fail the job.
    pub(super) recorded: bool,
}

impl Later {
    /// Looks at a list of steps; `beyond` is what is handed on to others.
    pub(super) fn of(files: &Files<'_>, inputs: &Inputs, steps: &[Value<'_>], beyond: &Told) -> Self {
        Self { saved: saved(files, inputs, steps, beyond), recorded: recorded::recorded(steps, beyond) }
    }

    /// What becomes of the step of a number.
    pub(super) fn of_step(&self, at: usize) -> OfStep {
        OfStep { saved: self.saved.get(&at).copied(), recorded: self.recorded.contains(&at) }
    }
}

/// The numbers of the steps whose `continue-on-error` is made good by a later step of the list, or may be.
fn saved(files: &Files<'_>, inputs: &Inputs, steps: &[Value<'_>], beyond: &Told) -> BTreeMap<usize, Judged> {
    let mut saved = BTreeMap::new();
    let mut softened: Vec<(usize, &str)> = Vec::new();
    let mut judges = 0;
    for (at, step) in steps.iter().copied().enumerate() {
        if judges < LOOKED_AT && !softened.is_empty() && fails(step) {
            judges += 1;
            let condition = Condition::read(step.get("if"));
            softened.retain(|(number, id)| {
                let holds = condition.is_written() && turns_on(&condition, files, inputs, id);
                if holds {
                    saved.insert(*number, Judged::Fails);
                }
                !holds
            });
        }
        if !softened.is_empty() && may_fail(step) {
            let told = Told::of(step);
            let asked = softened.iter().filter(|(_, id)| told.asks(id)).map(|(number, _)| *number);
            asked.for_each(|number| {
                saved.entry(number).or_insert(Judged::Asked);
            });
        }
        let soft = step.get("continue-on-error").is_some_and(|value| value.as_bool() == Reading::Is(true));
        if let Some(id) = step.get("id").and_then(Value::scalar).filter(|_| soft && softened.len() < LOOKED_AT) {
            softened.push((at, id));
        }
    }
    for (number, _) in softened.iter().filter(|(_, id)| beyond.asks(id)) {
        saved.entry(*number).or_insert(Judged::Asked);
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
    let shell = step.get("shell").and_then(Value::scalar).unwrap_or("bash");
    exits && straight && !soft && matches!(shell, "bash" | "sh")
}

/// Whether the step can fail the job at all: not when it continues on error, or does nothing but tell.
pub(super) fn may_fail(step: Value<'_>) -> bool {
    let soft = step.get("continue-on-error").is_some_and(|value| value.as_bool() == Reading::Is(true));
    let tells = |line: &str| match line.split_whitespace().next().unwrap_or_default() {
        // What is put into their words changes nothing, unless it is run.
        "echo" | "printf" => !line.contains(['&', '|', ';', '`']) && !line.contains("$("),
        "exit" | "true" | ":" => !line.contains(['$', '&', '|', ';', '`']) && !fails_by(line),
        _ => false,
    };
    let script = step.get("run").and_then(Value::scalar);
    !soft && !script.is_some_and(|script| script.lines().map(str::trim).filter(|line| !line.is_empty()).all(tells))
}

fn fails_by(line: &str) -> bool {
    line.strip_prefix("exit").is_some_and(|code| code.trim() != "0")
}

/// What a part of a file says, all its texts in one, in lower case.
#[derive(Default)]
pub(super) struct Told(String);

impl Told {
    /// Of everything below a value.
    pub(super) fn of(step: Value<'_>) -> Self {
        let mut text = String::new();
        gather(step, &mut text);
        Self(text.to_lowercase())
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Whether it holds a text of lower case.
    pub(super) fn mentions(&self, text: &str) -> bool {
        self.0.contains(text)
    }

    /// Whether it asks how the step of this id ended.
    fn asks(&self, id: &str) -> bool {
        let id = id.to_lowercase();
        let asked =
            [format!("steps.{id}.outcome"), format!("steps['{id}'].outcome"), format!("steps.{id}["), format!("steps['{id}']['")];
        let all = ["steps.*.outcome", "tojson(steps)", "tojson( steps"];
        asked.iter().map(String::as_str).chain(all).any(|asked| self.0.contains(asked))
    }
}

fn gather(value: Value<'_>, out: &mut String) {
    match value.kind() {
        Kind::Mapping => value.entries().for_each(|entry| gather(entry.value, out)),
        Kind::Sequence => value.items().for_each(|item| gather(item, out)),
        _ => {
            out.push_str(value.scalar().unwrap_or_default());
            out.push(' ');
        }
    }
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
