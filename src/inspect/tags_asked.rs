//! Owns what a run of `verify-tag` is about: which names, by which pattern a name is a release, and on which branches a release must lie.
//! Refuses to verify anything.

use regex::Regex;

use super::tags::TagRequest;
use super::tags_origin::TagJudging;
use crate::error::Error;
use crate::facts::tags::reach::{self, Branches, Wanted};
use crate::signing::tag_name;
use crate::source::{Repository, fetching};
use crate::terms::policy::whole_name;

/// Releases of one repository.
const MOST_TAGS: usize = 200_000;

pub(super) fn pattern(judged: &TagJudging) -> Result<Regex, Error> {
    let pattern = &judged.judging.policy.release.tag_pattern;
    whole_name(pattern).map_err(|problem| Error::usage(format!("[release].tag_pattern does not compile: {problem}")))
}

/// The name that an argument means, without `refs/tags/`.
///
/// # Errors
/// It is none.
pub fn name(argument: &str) -> Result<String, Error> {
    tag_name::parse(argument).map(str::to_owned).map_err(|why| {
        Error::usage(format!("`{argument}` is no tag: {why}")).hint("give NAME or refs/tags/NAME; revisions and ids are not read")
    })
}

/// The names to verify: as given, or every release.
pub(super) fn names(request: &TagRequest, repository: &Repository, pattern: &Regex) -> Result<Vec<String>, Error> {
    if !request.all {
        let mut names = Vec::new();
        for argument in &request.tags {
            let name = name(argument)?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        return Ok(names);
    }
    let listed = repository.refs.list(tag_name::TAGS, MOST_TAGS)?;
    let names = listed.into_iter().filter_map(|(full, _)| full.strip_prefix(tag_name::TAGS).map(str::to_owned));
    Ok(names.filter(|name| !name.starts_with(tag_name::COUNTERSIGN) && pattern.is_match(name)).collect())
}

/// Who asked for every release and got none was answered nothing: a clone without its tags looks the same.
pub(super) fn none(repository: &Repository) -> Error {
    Error::incomplete("there is no release tag here, so nothing was verified")
        .hint(format!("{} (with actions/checkout: fetch-depth: 0)", fetching::tags(repository)))
}

/// The sets of branches on each of which a release must lie: the policy's, and the one asked for, which never replaces them.
pub(super) fn branches(request: &TagRequest, repository: &Repository, judged: &TagJudging) -> Result<Vec<Branches>, Error> {
    let release = &judged.judging.policy.release;
    let mut sets: Vec<Wanted> = request.require_branch.iter().map(|branch| Wanted::Patterns(vec![branch.clone()])).collect();
    let default = judged.judging.policy.terms.service.default_branch.as_ref().or(judged.default_branch.as_ref());
    match (&release.branches, default) {
        (Some(patterns), _) if patterns.is_empty() => {}
        (Some(patterns), _) => sets.push(Wanted::Patterns(patterns.clone())),
        (None, Some(name)) => sets.push(Wanted::Name(name.clone())),
        (None, None) => {
            let error = Error::incomplete(
                "no branch is known on which a release must lie: neither the policy nor refs/remotes/origin/HEAD names one",
            );
            return Err(
                error.hint(format!("list [release].branches in the policy, or: {}", fetching::default_branch(repository)))
            );
        }
    }
    let mut all = Vec::new();
    for wanted in sets {
        let found = reach::branches(repository, &wanted)?;
        // Patterns that match none of the branches here are an answer, where there are any.
        let answered =
            found.missing.is_empty() && !repository.refs.list(repository.branches_below()?, 1).is_ok_and(|all| all.is_empty());
        if found.here.is_empty() && !answered {
            return Err(reach::nowhere(repository, &wanted));
        }
        all.push(found);
    }
    Ok(all)
}
