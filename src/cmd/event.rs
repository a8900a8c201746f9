//! Owns reading the event of a GitHub Actions run. Refuses to believe it about anything but which commits and branches the run is about.
//!
//! Sources: GitHub's pages "Events that trigger workflows" and "Webhook events and payloads".

use serde_json::Value;

use super::environment::ActionsRun;
use crate::error::Error;
use crate::inspect::Called;
use crate::inspect::base::{Event, Pull, Run};
use crate::source;

/// GitHub's bound of a payload is 25 MB ("Webhook events and payloads"); the runner writes it with blanks.
const BYTES: usize = 64 << 20;
/// The prefix of a branch.
const HEADS: &str = "refs/heads/";
/// The prefix of a tag.
const TAGS: &str = "refs/tags/";

/// The run that GitHub Actions tells of; `None` outside of it.
///
/// # Errors
/// Incomplete: it is a run about a change, and its event cannot be read.
pub(super) fn read(run: &ActionsRun) -> Result<Option<Run>, Error> {
    // Where nothing but the name of the system is set, no runner is at work: a runner sets all of these, and no step can unset them.
    if run.name.is_none() && run.event.is_none() && run.commit.is_none() {
        return Ok(None);
    }
    let Some(name) = run.name.as_deref().or(run.inside.then_some("")) else { return Ok(None) };
    let of = |event: Event, default_branch: Option<String>| {
        let (commit, reference) = (run.commit.clone(), run.reference.clone());
        Ok(Some(Run { event, commit, default_branch, reference, from_fork: false, pull: None }))
    };
    let reference = run.reference.as_deref().unwrap_or_default();
    let payload = match payload(run) {
        Ok(payload) => payload,
        // A clock needs no event: it starts what the default branch has, and nothing else.
        Err(_) if name == "schedule" => return of(Event::Other, reference.strip_prefix(HEADS).map(str::to_owned)),
        Err(_) if name.is_empty() => return of(Event::Other, None),
        Err(error) => return Err(error),
    };
    let lacking = |what: &str| {
        let error = Error::incomplete(format!("the event of this run ({name}) does not say {what}"));
        error.hint("run on the event itself, with GITHUB_EVENT_NAME and GITHUB_EVENT_PATH as the runner sets them")
    };
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let branch = |full: String| full.strip_prefix(HEADS).map(str::to_owned).unwrap_or(full);
    // Where nothing says what started the run, nothing says that it was not a change.
    let mut default = text("/repository/default_branch").filter(|_| !name.is_empty());
    let event = match name {
        // Reviews and comments on one, too: whoever writes the pull request can start them.
        _ if name.starts_with("pull_request") || payload.pointer("/pull_request/head/sha").is_some() => Event::PullRequest {
            branch: text("/pull_request/base/ref").ok_or_else(|| lacking("its base branch"))?,
            base: text("/pull_request/base/sha").ok_or_else(|| lacking("its base commit"))?,
            head: text("/pull_request/head/sha").ok_or_else(|| lacking("its head"))?,
            of_base: name == "pull_request_target",
        },
        "merge_group" => Event::MergeGroup {
            branch: text("/merge_group/base_ref").map(branch).ok_or_else(|| lacking("its base branch"))?,
            base: text("/merge_group/base_sha").ok_or_else(|| lacking("its base commit"))?,
        },
        "push" => match text("/ref").ok_or_else(|| lacking("what was pushed"))? {
            tag if tag.starts_with(TAGS) => Event::Tag,
            full => {
                Event::Push { branch: branch(full), before: text("/before").ok_or_else(|| lacking("what stood there before"))? }
            }
        },
        _ if reference.starts_with(TAGS) => Event::Tag,
        "schedule" => {
            default = default.or(reference.strip_prefix(HEADS).map(str::to_owned));
            Event::Other
        }
        _ => Event::Other,
    };
    let side = |side: &str| text(&format!("/pull_request/{side}/repo/full_name"));
    let from_fork = side("base").is_some_and(|base| side("head").as_ref() != Some(&base));
    let pull = match event {
        Event::PullRequest { .. } => Some(Pull {
            number: payload.pointer("/pull_request/number").and_then(Value::as_u64),
            author: text("/pull_request/user/login"),
        }),
        Event::MergeGroup { .. } => text("/merge_group/head_ref").and_then(|head| queued(&head)),
        _ => None,
    };
    Ok(of(event, default)?.map(|run| Run { from_fork, pull, ..run }))
}

/// The pull request that a queue's branch is named after: `gh-readonly-queue/BRANCH/pr-NUMBER-COMMIT`. Who opened it is not told.
fn queued(head: &str) -> Option<Pull> {
    let last = head.strip_prefix(HEADS).unwrap_or(head).strip_prefix("gh-readonly-queue/")?.rsplit('/').next()?;
    let number = last.strip_prefix("pr-")?.split('-').next()?.parse().ok()?;
    Some(Pull { number: Some(number), author: None })
}

/// What the runner calls the repository: of the commit that the run is about, and of the head of its pull request.
pub(super) fn called(run: &ActionsRun) -> Option<Called> {
    let name = run.repository.clone().filter(|name| name.split('/').count() == 2)?;
    let head = payload(run).ok().and_then(|payload| Some(payload.pointer("/pull_request/head/sha")?.as_str()?.to_owned()));
    Some(Called { name, commits: run.commit.clone().into_iter().chain(head).collect() })
}

/// The payload of a run.
///
/// # Errors
/// Incomplete: the file is not there, or is none.
pub(super) fn payload(run: &ActionsRun) -> Result<Value, Error> {
    let unread = |why: String| {
        Error::incomplete(format!("the event of this run cannot be read: {why}"))
            .hint("it is the file that GITHUB_EVENT_PATH names, which the runner writes")
    };
    let path = run.event.as_deref().ok_or_else(|| unread("GITHUB_EVENT_PATH is not set".to_owned()))?;
    let file = source::read_named_stream(path, BYTES).map_err(|error| unread(error.message))?;
    serde_json::from_str(&file.text).map_err(|error| unread(error.to_string()))
}
