//! Owns the second look at releases that lie on a branch which only a pattern of the policy lets in: what the forge says about that branch
//! decides (threats B8), of where the release lies and of when it came there. Refuses to ask about any other branch.

use std::collections::{BTreeMap, BTreeSet};

use super::tags::Run;
use crate::error::Error;
use crate::facts::forge::branches::{Guard, guard};
use crate::facts::tags::reach::Branches;
use crate::facts::tags::verify::TagVerdict;
use crate::source::Repository;
use crate::source::forge::{self, Forge};

/// Branches that the forge is asked about, with three questions each. Whoever may create branches may create more.
const MOST: usize = 30;

/// Judges again what was verified by such a branch, and what was not since such a branch alone showed it to be in time.
///
/// # Errors
/// The forge's address or repository is none.
pub(super) fn hold(run: &Run<'_>, at: &Forge, verdicts: &mut [TagVerdict], repository: &Repository) -> Result<(), Error> {
    let verifying = run.verifying(repository, verdicts.len());
    let through = |verdict: &TagVerdict| -> BTreeSet<String> {
        let in_time: BTreeSet<String> = verdict.unasked.iter().filter(|_| verdict.outcome.is_err()).cloned().collect();
        let commit = verdict.commit.filter(|_| verdict.outcome.is_ok() || !in_time.is_empty());
        let of = |(set, commit): (&Branches, _)| -> Vec<String> {
            let names = set.through_patterns(repository, verifying.release, &verifying.histories, commit);
            names.into_iter().map(str::to_owned).collect()
        };
        run.branches.iter().zip(commit.into_iter().cycle()).flat_map(of).chain(in_time).collect()
    };
    let by_verdict: Vec<BTreeSet<String>> = verdicts.iter().map(through).collect();
    let names: BTreeSet<&String> = by_verdict.iter().flatten().collect();
    if names.is_empty() {
        return Ok(());
    }
    let asked: Vec<String> = names.iter().take(MOST).map(|name| (*name).clone()).collect();
    let answers = forge::branches(at, &asked)?;
    let mut says: BTreeMap<&str, Guard> = asked.iter().map(|name| (name.as_str(), guard(&answers, name))).collect();
    for name in names.iter().skip(MOST) {
        says.insert(name.as_str(), Guard::Free(format!("no more than {MOST} branches that hold a release are asked about")));
    }
    let branches: Vec<Branches> = run.branches.iter().map(|set| set.guarded(|name| says.get(name).cloned())).collect();
    let run = run.over(&branches);
    let again = run.verifying(repository, verdicts.len());
    for (verdict, _) in verdicts.iter_mut().zip(&by_verdict).filter(|(_, names)| !names.is_empty()) {
        *verdict = again.tag(&verdict.name);
    }
    Ok(())
}
