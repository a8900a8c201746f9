//! Owns which commits and branches the run of a CI system is held against and that are not here: a checkout is one commit deep where nobody
//! says otherwise, and a forge that is asked anyway has them. Refuses to choose a base: `base` does, by the same rules wherever the objects
//! came from.

use git2::Oid;

use super::CheckRequest;
use super::base::Event;
use crate::error::Error;
use crate::source::forge::{self, Base, Forge, Wanted};
use crate::source::repository::ORIGINS_BRANCHES;
use crate::source::{Repository, commit, open_repository, revision};

/// Reads from a forge what is lacking; `None`: nothing is.
///
/// # Errors
/// Usage: the forge's address, name, token, proxy or certificates cannot be used.
pub fn of(request: &CheckRequest, forge: &Forge) -> Result<Option<Base>, Error> {
    // What cannot be opened is said where it is needed.
    let Ok(repository) = open_repository(&request.path) else { return Ok(None) };
    let Some(wanted) = wanted(request, &repository) else { return Ok(None) };
    forge::base(forge, &wanted, &repository.objects, request.limits.file_bytes).map(Some)
}

fn wanted(request: &CheckRequest, repository: &Repository) -> Option<Wanted> {
    let run = request.run.as_ref()?;
    let inspected = match &request.rev {
        Some(rev) => revision::resolve(repository, rev, &request.limits).ok()?,
        None => repository.head().ok()??,
    };
    let id = |text: &str| Oid::from_str(text).ok().filter(|id| !id.is_zero());
    let default = run.default_branch.as_deref();
    let mut wanted = Wanted::default();
    let mut branches: Vec<&str> = default.into_iter().collect();
    match &run.event {
        Event::PullRequest { base, head, .. } if *head == inspected.to_string() => wanted.commits.extend(id(base)),
        Event::PullRequest { branch, .. } => {
            let merged = commit::read(&repository.objects, inspected).ok()?.parents.first().copied();
            wanted.commits.extend(merged);
            branches.push(branch);
            wanted.on_branch = merged.map(|merged| (merged, branch.clone()));
        }
        Event::MergeGroup { branch, base } => {
            wanted.commits.extend(id(base));
            branches.push(branch);
        }
        Event::Push { branch, before } => {
            wanted.commits.extend(id(before));
            wanted.before = id(before).map(|before| (before, inspected));
            // The default branch's own push is held against what stood there.
            branches.retain(|name| name != branch);
        }
        Event::Tag | Event::Other => {}
    }
    wanted.commits.retain(|id| commit::read(&repository.objects, *id).is_err());
    let here = |branch: &str| repository.refs.resolve(&format!("{ORIGINS_BRANCHES}{branch}")).ok().flatten().is_some();
    wanted.branches = branches.into_iter().filter(|name| !here(name)).map(str::to_owned).collect();
    (!wanted.commits.is_empty() || !wanted.branches.is_empty()).then_some(wanted)
}
