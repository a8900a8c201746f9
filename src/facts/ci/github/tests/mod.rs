//! Owns the tests of GitHub Actions: what workflows of every shape are lowered to.

mod background;
mod bases;
mod changes;
mod conditions;
mod covered;
mod events;
mod grouped;
mod hostile;
mod jobs;
mod matrix;
mod recorded;
mod reuse;
mod schema;
mod steps;

use super::GithubActions;
use crate::answer::Answer;
use crate::facts::ci::{CiFacts, CiSystem, CiWorld};
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::pipeline::{Pipeline, Start, Unit, Work};
use crate::snapshot::{DefaultBranch, Snapshot};
use crate::terms::Terms;

/// What is read from files of a repository whose default branch is `main`.
fn read(files: &[(&str, &str)]) -> CiFacts {
    read_with(files, &DefaultBranch::Known("main".to_owned()))
}

fn read_with(files: &[(&str, &str)], default_branch: &DefaultBranch) -> CiFacts {
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    GithubActions.read(&CiWorld {
        snapshot: &snapshot,
        default_branch,
        terms: &Terms::default(),
        meter: &crate::facts::meter::Meter::default(),
    })
}

/// The only pipeline of one workflow file.
fn pipeline(text: &str) -> Pipeline {
    let facts = read(&[(".github/workflows/ci.yml", text)]);
    assert_eq!(facts.unreadable, [], "{text}");
    facts.pipelines.into_iter().next().expect("a pipeline")
}

/// What makes GitHub reject a workflow file.
fn rejected(text: &str) -> Vec<String> {
    let facts = read(&[(".github/workflows/ci.yml", text)]);
    assert!(facts.unreadable.is_empty() || facts.pipelines.iter().all(|pipeline| pipeline.units.is_empty()));
    facts.unreadable.into_iter().map(|file| format!("{}: {}", file.place.line, file.why)).collect()
}

/// Units that do something else than check out.
fn units(pipeline: &Pipeline) -> Vec<&Unit> {
    let is_checkout = |unit: &&Unit| matches!(&unit.work, Work::Action(call) if call.name == "actions/checkout");
    pipeline.units.iter().filter(|unit| !is_checkout(unit)).collect()
}

fn effect(hold: &Hold) -> &'static str {
    match hold.effect {
        HoldEffect::Void => "void",
        HoldEffect::Soften => "soft",
        HoldEffect::Unknown(_) => "unknown",
        HoldEffect::Narrow => "narrow",
        HoldEffect::Note => "note",
    }
}

/// `pull_request yes soft(only …); push no`.
fn starts(pipeline: &Pipeline, starts: &[Start]) -> String {
    let each = starts.iter().map(|start| {
        let answer = match &start.answer {
            Answer::Yes(()) => "yes".to_owned(),
            Answer::No => "no".to_owned(),
            Answer::Unknown(why) => format!("unknown({})", why.text),
        };
        // What keeps a unit from starting is shown by a test of its own.
        let told = start.holds.iter().filter(|_| !start.answer.is_no());
        let holds: String = told.map(|hold| format!(" {}({})", effect(hold), hold.why)).collect();
        let paths: String = start
            .paths
            .iter()
            .map(|filter| format!(" paths({})", filter.patterns.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(",")))
            .collect();
        format!("{} {answer}{holds}{paths}", pipeline.events[start.event].name)
    });
    each.collect::<Vec<_>>().join("; ")
}

/// What a unit does, where, and what holds it.
fn shown(unit: &Unit) -> String {
    let work = match &unit.work {
        Work::Script { text, mode } => {
            let flags = format!("{}{}", if mode.errexit { "e" } else { "" }, if mode.pipefail { "p" } else { "" });
            let plain = if mode.dialect == crate::facts::shell::Dialect::Posix { "plain " } else { "" };
            format!("{plain}sh[{flags}] {}", text.text().trim().replace('\n', "\\n").replace('\u{E000}', "…"))
        }
        Work::Action(call) => {
            let inputs: String =
                call.inputs.iter().map(|(name, input)| format!(" {name}={}", input.value.as_deref().unwrap_or("…"))).collect();
            format!("uses {}@{}{inputs}", call.name, call.reference.as_deref().unwrap_or(""))
        }
        Work::Image { image, argv } => {
            let words: String = argv.iter().map(|word| format!(" {}", word.value.as_deref().unwrap_or("…"))).collect();
            format!("image {image}{words}")
        }
        Work::Remote { why, .. } | Work::Opaque(why) | Work::Foreign { why, .. } => format!("opaque({})", why.text),
    };
    let directory = match unit.workdir.dir() {
        Some(directory) if directory.is_root() => String::new(),
        Some(directory) => format!(" @{directory}"),
        None => " @?".to_owned(),
    };
    let noise = "the job checks nothing out before it";
    let holds: String = unit
        .holds
        .iter()
        .filter(|hold| !hold.why.starts_with(noise))
        .map(|hold| format!(" {}({})", effect(hold), hold.why))
        .collect();
    let shadows: String = unit.shadows.iter().map(|hold| format!(" shadow-{}({})", effect(hold), hold.why)).collect();
    let search: String = unit.search.iter().map(|found| format!(" search({})", found.directory)).collect();
    format!("{work}{directory}{holds}{shadows}{search}")
}

fn all_shown(pipeline: &Pipeline) -> Vec<String> {
    units(pipeline).into_iter().map(shown).collect()
}

/// The chain of a unit: `line text` of every hop.
fn chain(unit: &Unit) -> Vec<String> {
    unit.chain.iter().map(|hop| format!("{}:{} {}", hop.place.path.file_name(), hop.place.line, hop.text)).collect()
}
