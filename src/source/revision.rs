//! Owns REV: full or abbreviated id, `HEAD`, or a reference name under five prefixes, exactly one answer. Refuses revision
//! syntax and any preference between two answers.

use git2::{ObjectType, Oid};

use crate::error::Error;
use crate::limits::Limits;

use super::objects::Abbreviation;
use super::refs::full_id;
use super::repository::Repository;

/// Where a name is looked for, in the order in which answers are told.
const PREFIXES: [&str; 5] = ["", "refs/tags/", "refs/heads/", "refs/remotes/", "refs/remotes/origin/"];

/// The commit that `rev` names, tags peeled by their objects.
///
/// # Errors
/// Usage: revision syntax, or two different answers. Incomplete: no answer, or one that cannot be read.
pub fn resolve(repository: &Repository, rev: &str, limits: &Limits) -> Result<Oid, Error> {
    if rev.is_empty() || rev.contains(['~', '^', ':']) || rev.contains("@{") || rev == "@" || rev.contains("..") {
        return Err(Error::usage(format!("`{rev}` is not a revision that is read"))
            .hint("give an object id, HEAD, or the name of a tag or branch; ~ ^ : .. and @{} are not read"));
    }
    let mut answers: Vec<(String, Oid)> = Vec::new();
    if let Some(id) = object_id(repository, rev)? {
        answers.push((id.to_string(), id));
    }
    for prefix in PREFIXES {
        let name = format!("{prefix}{rev}");
        if let Some(id) = repository.refs.resolve(&name)? {
            answers.push((name, id));
        }
    }
    let mut commits = Vec::new();
    for (name, id) in answers {
        commits.push((commit(repository, &name, id, limits)?, name));
    }
    let Some((first, _)) = commits.first() else {
        return Err(Error::incomplete(format!("there is no revision `{rev}`"))
            .hint("fetch it first (`git fetch origin <name>`), or check the spelling"));
    };
    if commits.iter().any(|(other, _)| other != first) {
        let names: Vec<&str> = commits.iter().map(|(_, name)| name.as_str()).collect();
        return Err(Error::usage(format!("`{rev}` is ambiguous: {}", names.join(", "))).hint("give the full name of one of them"));
    }
    Ok(*first)
}

fn object_id(repository: &Repository, rev: &str) -> Result<Option<Oid>, Error> {
    if let Some(id) = full_id(&rev.to_ascii_lowercase()) {
        return Ok(repository.objects.header(id).is_ok().then_some(id));
    }
    if !(4..40).contains(&rev.len()) || !rev.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    match repository.objects.abbreviated(&rev.to_ascii_lowercase())? {
        Abbreviation::None => Ok(None),
        Abbreviation::One(id) => Ok(Some(id)),
        Abbreviation::Many => {
            Err(Error::usage(format!("`{rev}` abbreviates several object ids")).hint("give more digits of the one you mean"))
        }
    }
}

/// The commit that the object named by `name` is or leads to.
pub(crate) fn commit(repository: &Repository, name: &str, id: Oid, limits: &Limits) -> Result<Oid, Error> {
    match repository.objects.peel(id, limits.tag_bytes) {
        Ok((commit, ObjectType::Commit)) => Ok(commit),
        Ok((_, other)) => Err(Error::usage(format!("`{name}` is a {}, not a commit", other.str()))),
        Err((id, error)) => Err(Error::incomplete(format!("`{name}` cannot be read: object {id} {error}"))
            .hint("fetch the missing history (`git fetch --unshallow`, or clone without --filter)")),
    }
}
