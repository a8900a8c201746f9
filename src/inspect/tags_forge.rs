//! Owns the second look at releases that lie on a branch which only a pattern of the policy lets in: what the forge says about that branch
//! decides (threats B8), of where the release lies and of when it came there. Refuses to ask about any other branch.

use std::collections::BTreeSet;

use super::CheckRequest;
use super::opened::Opened;
use super::tags::Run;
use crate::error::Error;
use crate::facts::forge::branches::guard;
use crate::facts::tags::reach::Branches;
use crate::facts::tags::survey;
use crate::facts::tags::verify::TagVerdict;
use crate::source::Repository;
use crate::source::forge::{self, Forge};

/// Judges again what was verified by such a branch, and what was not since such a branch alone showed it to be in time.
///
/// # Errors
/// The forge's address or repository is none.
pub(super) fn hold(run: &Run<'_>, at: &Forge, verdicts: &mut [TagVerdict], repository: &Repository) -> Result<(), Error> {
    let verifying = run.verifying(repository, verdicts.len());
    let by_verdict: Vec<BTreeSet<String>> = verdicts.iter().map(|verdict| verifying.hinges_on(verdict)).collect();
    let names: BTreeSet<String> = by_verdict.iter().flatten().cloned().collect();
    if names.is_empty() {
        return Ok(());
    }
    let answers = forge::branches(at, &names)?;
    let branches: Vec<Branches> = run.branches.iter().map(|set| set.guarded(|name| guard(&answers, name))).collect();
    let run = run.over(&branches);
    let again = run.verifying(repository, verdicts.len());
    for (verdict, _) in verdicts.iter_mut().zip(&by_verdict).filter(|(_, names)| !names.is_empty()) {
        *verdict = again.tag(&verdict.name);
    }
    Ok(())
}

/// Asks about the branches on which the releases of a `check` hinge under the policies that judge; the answers lie with the others.
///
/// # Errors
/// As [`hold`], or references that cannot be read.
pub(super) fn ask(request: &CheckRequest, opened: &mut Opened) -> Result<(), Error> {
    let Some(at) = &request.forge else { return Ok(()) };
    let mut names = BTreeSet::new();
    for judging in std::iter::once(&opened.judging).chain(&opened.also) {
        let default = opened.snapshot.default_branch(judging.policy.terms.service.default_branch.as_deref())?;
        names.extend(survey::hinges_on(&opened.snapshot, &judging.policy, &judging.trust, &default, request.ci)?);
    }
    if names.is_empty() {
        return Ok(());
    }
    let more = forge::branches(&at.forge, &names)?;
    opened.snapshot.learn(more);
    Ok(())
}
