//! Owns where a judge of tags must not come from: the repository that whoever made the tag can write, its git directories, another work
//! tree of it, a commit that was never the default branch's tip, the tagged commit itself. Refuses to choose or to read a policy.

use std::path::Path;

use git2::Oid;

use super::tags_origin::{DefaultBranch, no_default};
use crate::error::Error;
use crate::limits::Limits;
use crate::policy::origin::Named;
use crate::source::ancestry::{self, Ancestry};
use crate::source::repository::OWN_BRANCHES;
use crate::source::{self, Repository, fetching, revision};

/// Where `actions/checkout` keeps what a pull request would become: whoever opens one writes it.
const PULLS: &str = "refs/remotes/pull/";
/// Where tags are.
const TAGS: &str = "refs/tags/";
/// Where the branches of others are.
const REMOTES: &str = "refs/remotes/";

/// Refuses a file, or the folder of one, that whoever writes the repository at `inspected` can change; `what` names it.
///
/// # Errors
/// A usage error.
pub(super) fn outside(what: &str, path: &Path, inspected: &Path, repository: &Repository) -> Result<(), Error> {
    if !source::belongs_to(path, inspected, repository) {
        return Ok(());
    }
    let error = Error::usage(format!("{what} names a file in the repository of the tag, which whoever wrote that can change"));
    Err(error.hint("name one outside of it and of its other work trees, or leave it out: the default branch's policy judges"))
}

/// The commit of a full reference name or id, of which only what was a tip of the default branch may judge; and whether that has a newer one.
///
/// # Errors
/// Usage: it is written by whoever made the tag. Incomplete: that cannot be told.
pub(super) fn named(
    repository: &Repository,
    reference: &str,
    default: Option<&DefaultBranch>,
    limits: &Limits,
) -> Result<(Oid, bool), Error> {
    if reference.starts_with(PULLS) {
        return refused(reference, "is a pull request's: whoever opens one would judge tags");
    }
    if reference.starts_with(OWN_BRANCHES) && !repository.is_git_dir {
        return refused(reference, "is a local branch: whoever made the tag could have written it");
    }
    let id = full(repository, reference, limits)?;
    let own = own_default(repository, reference)?;
    let Some(trusted) = own.as_ref().or(default) else {
        // Nothing says which branch is the default one, so that whoever runs this says it.
        let says = reference.starts_with(if repository.is_mirror()? { OWN_BRANCHES } else { REMOTES });
        return if says { Ok((id, false)) } else { Err(no_default(repository)) };
    };
    if reference == trusted.full || trusted.tip == Some(id) {
        return Ok((id, false));
    }
    let fetch = fetching::branches(repository);
    let Some(tip) = trusted.tip else {
        let error = Error::incomplete(format!(
            "whether {reference} was ever the tip of the default branch cannot be told: {} is not here",
            trusted.full
        ));
        return Err(error.hint(fetch));
    };
    match ancestry::within(&repository.objects, id, tip) {
        Ancestry::Within { first_parent: true } => Ok((id, true)),
        Ancestry::Within { first_parent: false } | Ancestry::Outside => refused(
            reference,
            &format!("was never the tip of the default branch ({}): whoever made the tag could have written it", trusted.full),
        ),
        Ancestry::Unknown(missing, error) => {
            let error = Error::incomplete(format!(
                "whether {reference} was ever the tip of the default branch cannot be told: the commit {missing} {error}"
            ));
            Err(error.hint(fetch))
        }
    }
}

/// The commit of `--policy-ref` where a tree is judged. What is not known to have been the default branch's tip may be of whoever wrote the
/// tree: any branch but that one may be his. In CI that is refused, and where nothing says which the default branch is, what certainly is his: a
/// pull request's reference or a tag.
///
/// # Errors
/// Usage: a name with several readings, or in CI one that the judged writes. Incomplete: it is not here.
pub(super) fn of_trees(
    repository: &Repository,
    reference: &str,
    ci: bool,
    told: Option<&str>,
    limits: &Limits,
) -> Result<Named, Error> {
    let his = [PULLS, "refs/pull/", "refs/merge-requests/", TAGS].iter().any(|prefix| reference.starts_with(prefix));
    let refuse = || {
        let error = Error::usage(format!("--policy-ref {reference} may be written by whoever wrote the inspected tree"));
        error.hint("name the protected branch, for example refs/remotes/origin/main")
    };
    if his && ci {
        return Err(refuse());
    }
    let id = if his { revision::exact(repository, reference, limits)? } else { full(repository, reference, limits)? };
    let outside = !his && (known(repository, reference, told, limits) || known(repository, &id.to_string(), told, limits));
    // Where the default branch is known, another one is whoever's it is.
    if ci && !outside && DefaultBranch::of(repository, told)?.is_some() {
        return Err(refuse());
    }
    Ok(Named { commit: id.to_string(), outside })
}

/// It might judge tags, too; `told`: the default branch, as the event of a run says.
pub(super) fn known(repository: &Repository, reference: &str, told: Option<&str>, limits: &Limits) -> bool {
    DefaultBranch::of(repository, told).is_ok_and(|default| named(repository, reference, default.as_ref(), limits).is_ok())
}

fn refused(reference: &str, why: &str) -> Result<(Oid, bool), Error> {
    Err(Error::usage(format!("--policy-ref {reference} {why}")).hint(
        "leave it out: the default branch's policy judges; one of another repository: check that out elsewhere and name the file by --policy",
    ))
}

/// The commit of a full reference name or id, whoever wrote it.
///
/// # Errors
/// Usage: it is a tag, or a name with several readings. Incomplete: it is not here.
pub(super) fn full(repository: &Repository, reference: &str, limits: &Limits) -> Result<Oid, Error> {
    if reference.starts_with(TAGS) {
        let error = Error::usage(format!("--policy-ref {reference} is a tag: who may push tags would judge them"));
        return Err(error.hint("name a protected branch, for example refs/remotes/origin/main"));
    }
    let id = reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !id && !reference.starts_with("refs/") {
        // A short name has several readings, and whoever may push a tag or branch could choose one.
        let hint = format!("write `refs/remotes/origin/{}`", reference.trim_start_matches("origin/"));
        let error = Error::usage(format!("--policy-ref takes the full name of a reference or an object id, not `{reference}`"));
        return Err(error.hint(hint));
    }
    revision::exact(repository, reference, limits)
}

/// The default branch of the remote that a reference belongs to, as that remote was fetched; a mirror has no remotes.
fn own_default(repository: &Repository, reference: &str) -> Result<Option<DefaultBranch>, Error> {
    if repository.is_mirror()? {
        return Ok(None);
    }
    let remote = reference.strip_prefix(REMOTES).and_then(|rest| rest.split_once('/'));
    remote.map_or(Ok(None), |(remote, _)| DefaultBranch::of_remote(repository, remote))
}
