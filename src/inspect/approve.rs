//! Owns what a policy owner signs to approve a weaker policy: the digests of exactly the change that is checked out, on exactly the base it is to
//! be merged into. Refuses to sign, to run anything, and to print the way to a signature that could not count.

use std::collections::BTreeSet;
use std::path::PathBuf;

use git2::Oid;

use super::policy_set::PolicySet;
use super::tags_origin::{self, TagJudging, TagOrigin};
use super::{Moment, approving, watched};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::facts;
use crate::limits::Limits;
use crate::snapshot::{self, Snapshot};
use crate::source::merge_base::{MergeBase, merge_base};
use crate::source::{self, OpenOptions, fetching};
use crate::terms::change::{self, Direction};
use crate::terms::trust;
use crate::text::RepoPath;

/// What is asked.
#[derive(Clone, Debug)]
pub struct ApproveRequest {
    /// The repository whose `HEAD` is the change.
    pub repository: PathBuf,
    /// What it is to be merged into; `None`: the default branch.
    pub base: Option<String>,
    /// `--org-policy`, below both policies.
    pub org_policy: Option<PathBuf>,
    /// Now.
    pub now: Moment,
    /// The bounds.
    pub limits: Limits,
}

/// What is to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approve {
    /// The commit that is approved.
    pub commit: Oid,
    /// The policy that it is held against.
    pub base: String,
    /// The digests of what the change starts from, and of what it makes of that.
    pub digests: (String, String),
    /// Files that differ, each with what the change does there.
    pub files: Vec<(RepoPath, &'static str)>,
    /// What is weaker, one clause each.
    pub weaker: Vec<String>,
    /// Whoever may sign, by name.
    pub owners: Vec<String>,
    /// What the base's policy says of `gate.policy_review`.
    pub review: Option<String>,
}

/// Looks at the change.
///
/// # Errors
/// Usage: there is nothing to approve, or the base has gone on. Incomplete: something cannot be read.
pub fn approve(request: &ApproveRequest) -> Result<Approve, Error> {
    let repository = source::open_repository(&request.repository)?;
    let head = repository.head()?.ok_or_else(|| Error::usage("nothing is committed here").hint("check out the pull request"))?;
    let id = head.to_string();
    let read = |reference: Option<&str>| {
        let origin = TagOrigin {
            repository: &request.repository,
            file: None,
            reference,
            org: request.org_policy.as_deref(),
            told: None,
            judges: false,
        };
        tags_origin::choose(&origin, &repository, &request.limits, request.now.date(), request.now.at.as_second())
    };
    let (from, to) = (read(request.base.as_deref())?, read(Some(&id))?);
    let tip = from.commit.ok_or_else(|| Error::usage("the base is no commit").hint("name a branch in full"))?;
    let started = match merge_base(&repository.objects, head, tip) {
        MergeBase::At(id) => id,
        MergeBase::Nowhere | MergeBase::Several => {
            let error = Error::usage(format!("where {head} left {tip} is not one commit, so nothing says what it changes"));
            return Err(error.hint("merge the base into the change, and approve that"));
        }
        MergeBase::Unknown(missing, error) => {
            let told = Error::incomplete(format!("where {head} left {tip} cannot be told: the commit {missing} {error}"));
            return Err(told.hint(fetching::history(&repository, &error)));
        }
    };
    let open = |id: Oid| -> Result<Snapshot, Error> {
        let options = OpenOptions { rev: Some(id.to_string()), limits: request.limits.clone(), ..OpenOptions::default() };
        snapshot::open(&request.repository, &options)
    };
    let (base, tree) = (open(tip)?, open(head)?);
    let gates = |side: &Snapshot| facts::gather(side, Catalog::builtin(), &from.judging.policy.terms).map(|facts| facts.gates);
    let of_base = gates(&base)?;
    let set = PolicySet::of(&tree, &base, &named(&from, &to), [&gates(&tree)?, &of_base]);
    let held = |id: Oid| set.held_by(&repository.objects, id).map_err(Error::incomplete);
    if held(started)? != held(tip)? {
        let error = Error::usage(format!("what the gate rests on has changed on the base ({tip}) since {head} left it"));
        return Err(error.hint("merge the base into the change first: an approval is for the base as it is"));
    }
    let files = set.differences(&tree, &base);
    if files.is_empty() {
        let error = Error::usage(format!("{head} changes nothing that the gate rests on, so there is nothing to approve"));
        return Err(error.hint("check out the head of the pull request"));
    }
    let digests = set.digests(&tree, &base).map_err(|why| {
        Error::incomplete(format!("nobody can sign exactly this change: {why}")).hint("what is approved has to be readable")
    })?;
    let owners: Vec<String> = approving::owners(&from.judging.policy).map(|(name, _)| name.clone()).collect();
    if owners.is_empty() {
        let error = Error::usage(format!("{} names no {}", from.judging.title, trust::POLICY_OWNER));
        return Err(error.hint(
            "the base's policy says who may approve: give the role to people who have keys, by a change that is merged first",
        ));
    }
    let values = change::changes(&from.judging.policy, &to.judging.policy, Catalog::builtin());
    let values = values.into_iter().filter(|change| change.direction == Direction::Weaker).map(|change| {
        let shown = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
        format!("{}: {} -> {}", change.key, shown(change.from), shown(change.to))
    });
    let watched = watched::changed(&tree, &base, &named(&from, &to), &of_base);
    let weaker = values.chain(watched.into_iter().filter(|file| file.weakens).map(|file| file.what)).collect();
    let review = from.judging.policy.gate.policy_review.clone();
    Ok(Approve { commit: head, base: from.judging.title, digests, files, weaker, owners, review })
}

/// Files that are trust wherever they lie.
fn named(from: &TagJudging, to: &TagJudging) -> BTreeSet<RepoPath> {
    let both = [from, to].into_iter().flat_map(|side| trust::named_files(&side.judging.policy));
    both.filter_map(|name| RepoPath::new(&name)).collect()
}
