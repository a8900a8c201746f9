//! Owns whether the inspected commit is what the event of a run is about, and what `--base` may name in CI. Refuses to choose a base.

use git2::Oid;

use super::base::{Event, Question};
use crate::error::Error;
use crate::source::{Repository, commit, fetching, revision};

/// Refuses a tree that the event is not about: a verdict on it would stand at another commit.
///
/// # Errors
/// Incomplete: it is another one.
pub(super) fn fits(question: &Question<'_>, repository: &Repository) -> Result<(), Error> {
    let (Some(run), Some(inspected)) = (question.run, question.inspected) else { return Ok(()) };
    let is_run = run.commit.as_deref() == Some(inspected.to_string().as_str());
    match &run.event {
        Event::PullRequest { head, .. } if inspected.to_string() == *head => Ok(()),
        Event::PullRequest { head, of_base: true, .. } => {
            let error = Error::incomplete(format!(
                "{inspected} is not the pull request's head {head}: a run on pull_request_target is about the base"
            ));
            Err(error.hint("fetch the head as objects and name it: --rev ${{ github.event.pull_request.head.sha }}"))
        }
        Event::PullRequest { head, .. } if is_run => merge_of(repository, inspected, head),
        Event::PullRequest { head, .. } => {
            let error = Error::incomplete(format!("{inspected} is neither the merge of the pull request nor its head {head}"));
            Err(error.hint("check out what the event is about, without `ref:`, or name the revision with --rev"))
        }
        Event::MergeGroup { .. } | Event::Push { .. } if !is_run => {
            let about = run.commit.as_deref().unwrap_or("no commit");
            let error = Error::incomplete(format!("{inspected} is inspected, and this run is about {about}"));
            Err(error.hint("check out what the event is about, without `ref:` and without --rev"))
        }
        _ => Ok(()),
    }
}

/// The forge's merge has two parents, and the second is the pull request's head.
fn merge_of(repository: &Repository, merge: Oid, head: &str) -> Result<(), Error> {
    let read = read(repository, merge)?;
    let &[_, second] = read.parents.as_slice() else {
        let error = Error::incomplete(format!("{merge} is not the merge of the pull request's head {head} into its base"));
        return Err(error.hint("run again: the forge makes that merge when the pull request changes"));
    };
    if second.to_string() == head {
        return Ok(());
    }
    let error = Error::incomplete(format!("{merge} merges {second}, not the pull request's head {head}"));
    Err(error.hint("run again: the pull request has changed since this run began"))
}

fn read(repository: &Repository, id: Oid) -> Result<commit::Commit, Error> {
    commit::read(&repository.objects, id)
        .map_err(|error| Error::incomplete(format!("commit {id} {error}")).hint(fetching::object(&error)))
}

/// What the forge merged into.
///
/// # Errors
/// Incomplete: it is not here.
pub(super) fn first_parent(repository: &Repository, merge: Oid) -> Result<Oid, Error> {
    let parents = read(repository, merge)?.parents;
    let first = parents.first().copied().ok_or_else(|| Error::incomplete(format!("{merge} has no parent")))?;
    commit::read(&repository.objects, first).map_err(|error| {
        let error = Error::incomplete(format!("the base commit {first} {error}"));
        error.hint(format!("git fetch --depth=1 origin {first} (with actions/checkout: fetch-depth: 2)"))
    })?;
    Ok(first)
}

/// The commit of `--base`. In CI a short name has several readings, and whoever may push a tag or branch could choose one.
///
/// # Errors
/// Usage: it is no full name there. Incomplete: it is not here.
pub(super) fn full(repository: &Repository, named: &str, question: &Question<'_>) -> Result<Oid, Error> {
    let id = named.len() == 40 && named.bytes().all(|byte| byte.is_ascii_hexdigit());
    let branch = named.starts_with("refs/") && !named.starts_with("refs/tags/") && !named.starts_with("refs/remotes/pull/");
    if question.ci && !id && !branch {
        let error = Error::usage(format!("in CI --base takes the full name of a branch or an object id, not `{named}`"));
        return Err(error.hint(format!("write `refs/remotes/origin/{}`", named.rsplit('/').next().unwrap_or("main"))));
    }
    revision::resolve(repository, named, question.limits)
}
