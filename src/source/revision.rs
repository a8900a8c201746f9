//! Owns REV: full or abbreviated id, `HEAD` (of this repository alone), or a reference name under five prefixes, exactly one answer. Refuses revision
//! syntax and any preference between two answers.

use git2::{ObjectType, Oid};

use crate::error::Error;
use crate::limits::Limits;

use super::objects::{Abbreviation, ObjectError};
use super::refs::full_id;
use super::repository::Repository;

/// Where a name is looked for, in the order in which answers are told.
const PREFIXES: [&str; 5] = ["", "refs/tags/", "refs/heads/", "refs/remotes/", "refs/remotes/origin/"];

/// The commit that `rev` names, tags peeled by their objects.
///
/// # Errors
/// Usage: revision syntax, or two different answers. Incomplete: no answer, or one that cannot be read.
pub fn resolve(repository: &Repository, rev: &str, limits: &Limits) -> Result<Oid, Error> {
    plain(rev)?;
    if rev == "HEAD" {
        return head(repository, limits);
    }
    let mut commits = Vec::new();
    for prefix in PREFIXES {
        let name = format!("{prefix}{rev}");
        if let Some(id) = repository.refs.resolve(&name)? {
            commits.push((commit(repository, &name, id, limits)?, name));
        }
    }
    commits.extend(by_id(repository, rev, !commits.is_empty(), limits)?);
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

fn plain(rev: &str) -> Result<(), Error> {
    if rev.is_empty() || rev.contains(['~', '^', ':']) || rev.contains("@{") || rev == "@" || rev.contains("..") {
        return Err(Error::usage(format!("`{rev}` is not a revision that is read"))
            .hint("give an object id, HEAD, or the name of a tag or branch; ~ ^ : .. and @{} are not read"));
    }
    Ok(())
}

/// The commit of a full reference name or a full id, which has one reading: whoever may push tags may push one that ends in it.
///
/// # Errors
/// Incomplete: it is not here, or cannot be read. Usage: it is no commit.
pub fn exact(repository: &Repository, name: &str, limits: &Limits) -> Result<Oid, Error> {
    plain(name)?;
    let id = match full_id(&name.to_ascii_lowercase()) {
        Some(id) => Some(id),
        None => repository.refs.resolve(name)?,
    };
    let id = id.ok_or_else(|| {
        Error::incomplete(format!("there is no reference `{name}`"))
            .hint("fetch it first (`git fetch origin <name>`), or check the spelling")
    })?;
    commit(repository, name, id, limits)
}

/// The commit of `HEAD` itself: a branch, a tag or a remote's `HEAD` of the same name is another thing, which whoever may push could make.
///
/// # Errors
/// Incomplete: there is no commit yet, or it cannot be read.
pub(crate) fn head(repository: &Repository, limits: &Limits) -> Result<Oid, Error> {
    let id = repository.head()?.ok_or_else(|| {
        Error::incomplete("`HEAD` names no commit: the repository has none yet, or not of this branch")
            .hint("fetch or commit first, or name another revision with --rev")
    })?;
    commit(repository, "HEAD", id, limits)
}

/// The commit of a full or unique abbreviated id. `named`: a reference of this name answers already, so that digits which
/// abbreviate several objects, or none that is a commit, are a name and nothing else.
fn by_id(repository: &Repository, rev: &str, named: bool, limits: &Limits) -> Result<Option<(Oid, String)>, Error> {
    let digits = rev.to_ascii_lowercase();
    if let Some(id) = full_id(&digits) {
        return match repository.objects.header(id) {
            Err(ObjectError::Missing) => Ok(None),
            Err(_) if named => Ok(None),
            // What is damaged is said by whoever reads it.
            _ => Ok(Some((commit(repository, rev, id, limits)?, id.to_string()))),
        };
    }
    if !(4..40).contains(&rev.len()) || !rev.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    match repository.objects.abbreviated(&digits)? {
        Abbreviation::None => Ok(None),
        Abbreviation::One(id) => match commit(repository, rev, id, limits) {
            Ok(found) => Ok(Some((found, id.to_string()))),
            Err(_) if named => Ok(None),
            Err(error) => Err(error),
        },
        Abbreviation::Many if named => Ok(None),
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
        Err((id, error)) => {
            let hint = super::fetching::history(repository, &error);
            Err(Error::incomplete(format!("`{name}` cannot be read: object {id} {error}")).hint(hint))
        }
    }
}
