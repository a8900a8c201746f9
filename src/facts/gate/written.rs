//! Owns what the text of the gate's job has beside the gate: keys, steps, commands of the same script. Refuses to follow any of it.

use std::sync::Arc;

use super::run::Step;
use super::{Gap, sure};
use crate::catalog::Catalog;
use crate::catalog::releasing::Verifies;
use crate::doc::{Document, Entry, Value};
use crate::facts::pipeline::Job;
use crate::facts::releasing::odd_inside;
use crate::facts::shell::{Said, outline};

/// Keys of a job with which it may be passed by, or run among what the change brings.
const KEYS: [(&str, &str); 9] = [
    ("if", "a job that is skipped counts as passed"),
    ("needs", "where a job that it needs is skipped it is skipped as well, which counts as passed"),
    ("strategy", "of a matrix without entries nothing runs"),
    ("container", "it runs in an image that the change may name"),
    ("services", "another container runs beside it"),
    ("env", "variables may change what it does"),
    ("defaults", "its shell may be another one"),
    ("uses", "it is a workflow, which may come from the change"),
    ("concurrency", "a run of it may be cancelled by another one"),
];
/// What the text of the job has beside the gate.
pub(super) fn written(document: &Arc<Document>, job: &Job, step: &Step<'_>) -> Vec<Gap> {
    let root = document.root();
    let id = job.id.split('/').next().unwrap_or(&job.id);
    let jobs = root.get("jobs");
    let Some(text) = jobs.into_iter().flat_map(Value::entries).find(|entry| entry.name() == Some(id)).map(|entry| entry.value)
    else {
        return Vec::new();
    };
    let mut gaps = Vec::new();
    for (key, why) in KEYS {
        if let Some(value) = text.get(key) {
            let minor = matches!(key, "env" | "concurrency" | "services");
            gaps.push(Gap { minor, ..sure("key", value.place(), why, format!("take `{key}` out of the job")) });
        }
    }
    for (holder, key) in [(root, "env"), (root, "defaults")] {
        if let Some(value) = holder.get(key) {
            let why = "it is set for the gate's job as well";
            gaps.push(Gap { minor: true, ..sure("key", value.place(), why, format!("set `{key}` in the jobs that need it")) });
        }
    }
    let label = text.get("runs-on");
    let hosted = |label: &str| Catalog::builtin().runners.is_hosted(label);
    if let Some(value) = label.filter(|value| !value.scalar().is_some_and(hosted)) {
        let why = "the machine is not one that GitHub runs, and keeps what earlier runs left on it";
        gaps.push(Gap { minor: true, ..sure("runner", value.place(), why, "run it on a machine of GitHub") });
    }
    let own = step.chain.iter().rev().find(|hop| hop.place.path == document.file().path).map_or(0, |hop| hop.place.line);
    gaps.extend(beside(text.get("steps"), own));
    gaps
}

/// Steps between the checkout and the gate run among the files of the change, and may run them.
fn beside(steps: Option<Value<'_>>, gate: usize) -> Vec<Gap> {
    let steps: Vec<Value<'_>> = steps.into_iter().flat_map(Value::items).filter(|step| step.place().line <= gate).collect();
    let Some((own, before)) = steps.split_last() else { return Vec::new() };
    let uses = |step: &Value<'_>| step.get("uses").and_then(Value::scalar).unwrap_or_default().to_ascii_lowercase();
    let checkout = |step: &Value<'_>| uses(step).split('@').next() == Some("actions/checkout");
    // Another action of that name, or git itself, brings the files as well.
    let brings = |step: &Value<'_>| {
        let clones =
            |script: &str| ["git clone", "git checkout", "git pull", "gh repo clone"].iter().any(|words| script.contains(words));
        uses(step).split('@').next().is_some_and(|name| name.ends_with("/checkout"))
            || step.get("run").and_then(Value::scalar).is_some_and(clones)
    };
    let Some(first) = before.iter().position(brings) else { return Vec::new() };
    let mut gaps = Vec::new();
    let before_it = |step: &Value<'_>, what: &str| {
        let why = format!("{what} among the files of the change before the gate may change what the gate reads, or is");
        sure("before", step.place(), why, "move it in front of the checkout, or into another job")
    };
    let ruled = |entry: &Entry<'_>| entry.name().is_none_or(|name| odd_inside(name).is_some());
    if let Some(entry) = own.get("env").into_iter().flat_map(Value::entries).find(ruled) {
        let why = format!("`{}` is set for it, which rules what runs, or what it judges", entry.name().unwrap_or_default());
        gaps.push(sure("variable", entry.key.place(), why, "leave it out of the step"));
    }
    if let Some(command) = own.get("run").and_then(Value::scalar).and_then(ahead) {
        gaps.push(before_it(own, &format!("`{command}`, which runs")));
    }
    for step in &before[first..] {
        if !checkout(step) {
            gaps.push(before_it(step, "what runs"));
            continue;
        }
        let kept = step.get("with").and_then(|with| with.get("persist-credentials")).and_then(Value::scalar);
        if kept != Some("false") {
            let why = "the checkout leaves its token where later steps find it";
            gaps.push(Gap { minor: true, ..sure("token", step.place(), why, "persist-credentials: false") });
        }
    }
    gaps
}

/// The first command of a script that stands before the gate in it and may have a say in it.
fn ahead(script: &str) -> Option<String> {
    let catalog = &Catalog::builtin().releasing;
    let outline = outline(script);
    let says = |words: &[&str], row: &[String]| row.iter().zip(words).all(|(row, word)| row == word) && row.len() <= words.len();
    let own = catalog.verify.iter().filter(|row| row.what == Some(Verifies::Gate));
    let (gate, idle): (Vec<_>, Vec<_>) = own.map(|row| (&row.argv, &row.idle_before)).unzip();
    for spoken in &outline.commands {
        let words: Vec<&str> = spoken.words.iter().map(Said::head).collect();
        // Another program may stand before it and start it.
        let starts = |at: usize| {
            let program = words[at].rsplit('/').next().unwrap_or_default();
            let named: Vec<&str> = [program].into_iter().chain(words[at + 1..].iter().copied()).collect();
            gate.iter().copied().flatten().any(|argv| says(&named, argv))
        };
        if let Some(at) = (0..words.len()).find(|at| starts(*at)) {
            let ruled = words[..at].iter().any(|word| word.starts_with('-'));
            return ruled.then(|| words[..at].join(" "));
        }
        if !words.is_empty() && !idle.iter().copied().flatten().any(|argv| says(&words, argv)) {
            return Some(words[..words.len().min(2)].join(" "));
        }
    }
    None
}
