//! Owns what lies between two policies beside their values, for `policy diff`: the files that the gate rests on, as `policy-protected` watches
//! them. Refuses to look where a policy is not that of a tree.

use std::collections::BTreeSet;

use super::policy_diff::DiffRequest;
use super::tags_origin::TagJudging;
use super::watched;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::facts;
use crate::policy::PolicySource;
use crate::policy::protected::Watched;
use crate::snapshot::{self, Snapshot};
use crate::source::OpenOptions;
use crate::terms::change::{Change, Direction};
use crate::terms::trust;
use crate::text::RepoPath;

/// Changed files, but those whose keys are told one by one.
///
/// # Errors
/// A tree that cannot be read.
pub(super) fn changes(request: &DiffRequest, from: &TagJudging, to: &TagJudging) -> Result<Vec<Change>, Error> {
    let commit = |side: &TagJudging| side.judging.revision.clone().filter(|_| side.judging.source == PolicySource::Ref);
    let Some(before) = commit(from) else { return Ok(Vec::new()) };
    let after = match (commit(to), &request.to) {
        (Some(revision), _) => Some(revision),
        (None, None) => None,
        (None, Some(_)) => return Ok(Vec::new()),
    };
    let open = |rev: Option<String>| -> Result<Snapshot, Error> {
        let options = OpenOptions { rev, limits: request.limits.clone(), ..OpenOptions::default() };
        snapshot::open(&request.repository, &options)
    };
    let (base, head) = (open(Some(before))?, open(after)?);
    let gates = facts::gather(&base, Catalog::builtin(), &from.judging.policy.terms)?.gates;
    let named = [from, to].into_iter().flat_map(|side| trust::named_files(&side.judging.policy));
    let named: BTreeSet<RepoPath> = named.filter_map(|name| RepoPath::new(&name)).collect();
    let all = watched::changed(&head, &base, &BTreeSet::new(), &gates);
    let told = |file: Watched| Change {
        direction: if file.weakens { Direction::Weaker } else { Direction::Neutral },
        key: file.path.to_string(),
        from: None,
        to: Some(file.what),
    };
    Ok(all.into_iter().filter(|file| !named.contains(&file.path)).map(told).collect())
}
