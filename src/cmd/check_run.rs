//! Owns the check run of a run on GitHub that asks the forge anyway: with the right to write one, it has every annotation; without it, the ten
//! of a level that a step may show, and a note. Refuses to write anything anywhere else.

use super::environment::ActionsRun;
use super::event;
use crate::inspect::CheckRequest;
use crate::report::{Report, check_run};
use crate::source::forge::{self, CheckRun};

/// Never a job's own name: by that a job is required.
const NAME: &str = "tollgate: findings";

/// A whole id, and nothing else of an address.
fn is_full(id: &str) -> bool {
    id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Writes it, and notes what became of it; whether the annotations are there.
pub(super) fn publish(request: &CheckRequest, run: &ActionsRun, report: &mut Report) -> bool {
    let (Some(asked), true) = (&request.forge, run.inside) else { return false };
    let head = event::payload(run).ok().and_then(|event| Some(event.pointer("/pull_request/head/sha")?.as_str()?.to_owned()));
    let Some(commit) = head.or_else(|| run.commit.clone()).filter(|id| is_full(id)) else {
        return false;
    };
    let (title, summary, annotations) = check_run(report);
    let conclusion = if report.exit_status() == 0 { "success" } else { "failure" };
    let told = CheckRun { commit, name: NAME.to_owned(), conclusion, title, summary, annotations };
    let written = forge::write_check_run(&asked.forge, &told).unwrap_or_else(|error| Err(error.message));
    report.notes.push(match &written {
        Ok(()) => format!("all {} annotations are in the check run `{NAME}`", told.annotations.len()),
        Err(why) => format!("the check run `{NAME}` with all annotations was not written ({why}): the step shows ten of a level"),
    });
    written.is_ok()
}
