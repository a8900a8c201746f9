//! Owns reading the event of a GitHub Actions run. Refuses to believe it about anything but which commits and branches the run is about.
//!
//! Sources: GitHub's pages "Events that trigger workflows" and "Webhook events and payloads".

use serde_json::Value;

use super::environment::ActionsRun;
use super::request;
use crate::error::Error;
use crate::inspect::base::{Event, Run};
use crate::limits::Limits;

/// The run that GitHub Actions tells of; `None` outside of it.
///
/// # Errors
/// Incomplete: it is a run about a change, and its event cannot be read.
pub(super) fn read(run: &ActionsRun, limits: &Limits) -> Result<Option<Run>, Error> {
    let Some(name) = &run.name else { return Ok(None) };
    let changes = ["pull_request", "pull_request_target", "merge_group", "push"].contains(&name.as_str());
    let payload = payload(run, limits);
    if !changes {
        let default_branch = payload.ok().as_ref().and_then(default_branch);
        return Ok(Some(Run { event: Event::Other, commit: run.commit.clone(), default_branch }));
    }
    let payload = payload?;
    let lacking = |what: &str| {
        let error = Error::incomplete(format!("the event of this run ({name}) does not say {what}"));
        error.hint("name the base with --base")
    };
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let branch = |full: String| full.strip_prefix("refs/heads/").map(str::to_owned).unwrap_or(full);
    let event = match name.as_str() {
        "pull_request" | "pull_request_target" => Event::PullRequest {
            branch: text("/pull_request/base/ref").ok_or_else(|| lacking("its base branch"))?,
            base: text("/pull_request/base/sha").ok_or_else(|| lacking("its base commit"))?,
            head: text("/pull_request/head/sha").ok_or_else(|| lacking("its head"))?,
        },
        "merge_group" => Event::MergeGroup {
            branch: text("/merge_group/base_ref").map(branch).ok_or_else(|| lacking("its base branch"))?,
            base: text("/merge_group/base_sha").ok_or_else(|| lacking("its base commit"))?,
        },
        _ => match text("/ref").ok_or_else(|| lacking("what was pushed"))? {
            tag if tag.starts_with("refs/tags/") => Event::Tag,
            full => {
                Event::Push { branch: branch(full), before: text("/before").ok_or_else(|| lacking("what stood there before"))? }
            }
        },
    };
    Ok(Some(Run { event, commit: run.commit.clone(), default_branch: default_branch(&payload) }))
}

fn payload(run: &ActionsRun, limits: &Limits) -> Result<Value, Error> {
    let unread = |why: String| {
        Error::incomplete(format!("the event of this run cannot be read: {why}"))
            .hint("it is the file that GITHUB_EVENT_PATH names, which the runner writes; or name the base with --base")
    };
    let path = run.event.as_deref().ok_or_else(|| unread("GITHUB_EVENT_PATH is not set".to_owned()))?;
    let text = request::read_file(path, limits).map_err(|error| unread(error.message))?;
    serde_json::from_str(&text).map_err(|error| unread(error.to_string()))
}

fn default_branch(payload: &Value) -> Option<String> {
    payload.pointer("/repository/default_branch").and_then(Value::as_str).map(str::to_owned)
}
