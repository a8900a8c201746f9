//! Owns failures that a script only writes down, in an output or a variable: a later step or job that asks for what was written
//! may fail for it. Refuses to decide whether it does.

use std::collections::BTreeSet;

use super::recover::{Told, may_fail};
use crate::doc::Value;

/// Steps of one list that are looked at.
const LOOKED_AT: usize = 64;

/// The files by which a script hands something on.
pub(super) const FILES: [&str; 2] = ["GITHUB_OUTPUT", "GITHUB_ENV"];

/// A step that may write something down.
struct Writer {
    at: usize,
    id: Option<String>,
    /// Names of outputs in lower case; `None` when they may be any.
    outputs: Option<BTreeSet<String>>,
    variables: BTreeSet<String>,
}

impl Writer {
    fn of(at: usize, step: Value<'_>) -> Option<Self> {
        let run = step.get("run")?.scalar()?;
        let id = step.get("id").and_then(Value::scalar).map(str::to_ascii_lowercase);
        let variables = match run.contains("GITHUB_ENV") {
            true => names(run, "GITHUB_ENV").unwrap_or_else(|| assigned(run)),
            false => BTreeSet::new(),
        };
        // A script that does not mention the file may call one that does.
        let outputs = if run.contains("GITHUB_OUTPUT") { names(run, "GITHUB_OUTPUT") } else { None };
        (id.is_some() || !variables.is_empty()).then_some(Self { at, id, outputs, variables })
    }

    fn asked(&self, told: &Told) -> bool {
        let output = |id: &String| match &self.outputs {
            Some(names) => names.iter().any(|name| told.mentions(&format!("steps.{id}.outputs.{name}"))),
            None => told.mentions(&format!("steps.{id}.outputs")),
        };
        let indexed = |id: &String| told.mentions(&format!("steps.{id}[")) || told.mentions(&format!("steps['{id}']"));
        self.id.as_ref().is_some_and(|id| output(id) || indexed(id))
            || self.variables.iter().any(|name| ["env.", "$", "${"].iter().any(|mark| told.mentions(&format!("{mark}{name}"))))
    }
}

/// The numbers of the steps that may write down a failure for which something later may fail. `beyond` is what else is handed on.
pub(super) fn recorded(steps: &[Value<'_>], beyond: &Told) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut writers: Vec<Writer> = Vec::new();
    for (at, step) in steps.iter().copied().enumerate() {
        if !writers.is_empty() && may_fail(step) {
            let told = Told::of(step);
            writers.retain(|writer| !writer.asked(&told) || !found.insert(writer.at));
        }
        writers.extend(Writer::of(at, step).filter(|_| writers.len() < LOOKED_AT));
    }
    found.extend(writers.iter().filter(|writer| writer.asked(beyond)).map(|writer| writer.at));
    found
}

/// The names that the lines of a script write to one of the files; `None` when one of them cannot be told.
fn names(text: &str, file: &str) -> Option<BTreeSet<String>> {
    let lines = text.lines().filter(|line| line.contains(file));
    let name = |line: &str| {
        let from = ["echo ", "printf "].iter().filter_map(|program| line.rfind(program).map(|at| at + program.len())).max()?;
        let words =
            line.get(from..)?.trim_start_matches(['"', '\'', ' ']).trim_start_matches("-n ").trim_start_matches(['"', '\'']);
        let end = words.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')?;
        let rest = words.get(end..)?;
        (end > 0 && (rest.starts_with('=') || rest.starts_with("<<"))).then(|| words[..end].to_ascii_lowercase())
    };
    lines.map(name).collect()
}

/// Every name before a `=`.
fn assigned(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices('=').take(LOOKED_AT) {
        let before = &text[..at];
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        // A character that ends a name may be of several bytes.
        if let Some(name) = before.get(start..).filter(|name| !name.is_empty()) {
            found.insert(name.to_ascii_lowercase());
        }
    }
    found
}

/// The ids of the jobs of a file that others ask about, in lower case.
pub(super) fn jobs_asked(root: Value<'_>) -> BTreeSet<String> {
    let told = Told::of(root);
    let mut found = BTreeSet::new();
    for mark in ["needs.", "jobs."] {
        for (at, _) in told.text().match_indices(mark) {
            let id = &told.text()[at + mark.len()..];
            let end = id.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(id.len());
            found.insert(id[..end].to_owned());
        }
    }
    found
}
