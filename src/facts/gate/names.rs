//! Owns who else publishes a check by the name of the gate's. Refuses to say which of them a forge takes.

use super::{Gap, GateJob, sure};
use crate::answer::{Reason, Why};
use crate::doc::{Format, Value};
use crate::facts::pipeline::{Job, Pipeline, Trigger};
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// What begins expressions whose text is up to whoever opens the change.
const CHOSEN: [&str; 4] = ["github.head_ref", "github.event", "github.ref", "github.actor"];
/// What to do about it.
const FIX: &str = "give that job another name";

/// Another job that publishes its check, or may do so, where a merge would take it for the gate's.
pub(super) fn shadowed(gate: &GateJob, pipelines: &[Pipeline], found: &[GateJob], snapshot: &Snapshot) -> Option<Gap> {
    let on_changes = |pipeline: &&Pipeline| {
        let reaches = |trigger| matches!(trigger, Trigger::PullRequest | Trigger::Push | Trigger::MergeGroup | Trigger::Manual);
        pipeline.system == "github-actions" && pipeline.events.iter().any(|event| reaches(event.trigger))
    };
    let sound = |path: &RepoPath, id: &str| {
        let own = found.iter().find(|other| other.path == *path && other.job.id == id);
        own.is_some_and(|own| own.gaps.iter().all(|gap| gap.minor || gap.unknown.is_some() || gap.code == "events"))
    };
    let jobs = pipelines.iter().filter(on_changes).flat_map(|pipeline| pipeline.jobs.iter().map(move |job| (pipeline, job)));
    let others = jobs.filter(|(pipeline, job)| (&pipeline.path, &job.id) != (&gate.path, &gate.job.id));
    let others: Vec<(&Pipeline, &Job)> = others.filter(|(pipeline, job)| !sound(&pipeline.path, &job.id)).collect();
    let own = || gate.job.checks.iter().flatten();
    let same = others.iter().find_map(|(_, job)| {
        let name = job.checks.iter().flatten().find(|name| own().any(|own| own == *name))?;
        Some((name, job.place.clone()))
    });
    if let Some((name, place)) = same {
        let why = format!("another job publishes a check of the same name, `{name}`, which a merge takes for the gate's");
        return Some(sure("name", place, why, FIX));
    }
    others.iter().filter(|(_, job)| job.checks.iter().any(Option::is_none)).find_map(|(pipeline, job)| {
        let written = written(pipeline, job, snapshot);
        let name = own().find(|name| may_be(&written, name))?;
        let text = format!(
            "another job publishes a check whose name is computed and may be `{name}`, which a merge takes for the gate's"
        );
        let why = Why::new(Reason::Dynamic, text.clone()).at(job.place.clone());
        let chosen = CHOSEN.iter().any(|start| written.to_ascii_lowercase().contains(start));
        Some(Gap { unknown: (!chosen).then_some(why), ..sure("name", job.place.clone(), text, FIX) })
    })
}

/// The name as it is written in the workflow's own file, of the job or of the one that calls it.
fn written(pipeline: &Pipeline, job: &Job, snapshot: &Snapshot) -> String {
    let id = job.id.split('/').next().unwrap_or(&job.id);
    let document = snapshot.peek_document(&pipeline.path, Format::Yaml).ok();
    let name = document.as_ref().and_then(|document| document.root().route(&["jobs", id, "name"]).and_then(Value::scalar));
    name.filter(|name| !name.is_empty()).unwrap_or(id).to_owned()
}

/// Whether a name that is written so may become this one: an expression may be any text, and behind all of it may stand what a matrix or a
/// called job adds.
fn may_be(written: &str, name: &str) -> bool {
    let mut parts = written.split("${{").enumerate().map(|(at, part)| match (at, part.split_once("}}")) {
        (0, _) => part,
        (_, Some((_, rest))) => rest,
        (_, None) => "",
    });
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let literal: Vec<&str> = parts.collect();
    if literal.is_empty() {
        return rest.is_empty() || rest.starts_with(" (") || rest.starts_with(" / ");
    }
    // Each part as early as it stands: what comes behind is any text.
    literal.iter().all(|part| rest.find(part).map(|at| rest = &rest[at + part.len()..]).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_may_be_any_text() {
        for (written, name, may) in [
            ("${{ github.head_ref }}", "tollgate", true),
            ("toll${{ x }}", "tollgate", true),
            ("${{ x }}gate", "tollgate", true),
            ("t${{ x }}l${{ y }}e", "tollgate", true),
            ("test ${{ x }}", "tollgate", false),
            ("${{ x }} tests", "tollgate", false),
            ("tollgate", "tollgate (3.12)", true),
            ("tollgate", "tollgate / check", true),
            ("tollgate", "tollgate", true),
            ("toll", "tollgate", false),
            ("${{ x", "tollgate", true),
            ("", "tollgate", false),
        ] {
            assert_eq!(may_be(written, name), may, "{written}");
        }
    }
}
