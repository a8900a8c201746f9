//! Owns what one must sign to vouch for a release: the very object that its tag names, under a name that is free. Refuses to sign, to run
//! anything, and to print the way to a signature that could not count.

use std::path::Path;

use git2::{ObjectType, Oid};

use super::Moment;
use super::tags::{self, TagRequest};
use crate::error::Error;
use crate::facts::tags::verify;
use crate::limits::Limits;
use crate::report::tags::TagReport;
use crate::signing::refusal::{Refusal, Step};
use crate::signing::tag_name::{self, COUNTERSIGN, TAGS};
use crate::signing::tag_object::{self, TagObject};
use crate::source::refs::Ref;
use crate::source::{self, commit, fetching};

/// Countersignatures looked at for a free name.
const MOST: usize = 10_000;

/// What is to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countersign {
    /// The release, without `refs/tags/`.
    pub release: String,
    /// The name of the tag to make, without `refs/tags/`.
    pub name: String,
    /// What it must name: the tag object, or the commit of a lightweight tag.
    pub object: Oid,
    /// The release is a lightweight tag.
    pub lightweight: bool,
    /// The commit that the release stands for.
    pub commit: Oid,
    /// The release has no signature that counts, so that this one counts only where the policy accepts it in its place.
    pub alone: bool,
    /// The remote that it goes to.
    pub remote: String,
    /// Why it could not be told whether the release itself holds.
    pub untold: Option<String>,
}

/// Looks the release up. `own` is the last part of the new tag's name; without it the first free number is taken.
///
/// # Errors
/// Usage: there is no such release, or none that a countersignature could help. Incomplete: it cannot be read.
pub fn countersign(path: &Path, argument: &str, own: Option<&str>, now: Moment) -> Result<Countersign, Error> {
    let release = tag_name::parse(argument).map_err(|why| Error::usage(format!("`{argument}` is no tag: {why}")))?.to_owned();
    if release.starts_with(COUNTERSIGN) {
        return Err(Error::usage(format!("`{release}` is a countersignature itself")).hint("name the release"));
    }
    let repository = source::open_repository(path)?;
    let full = format!("{TAGS}{release}");
    let fetch = || fetching::tag(&release).unwrap_or_else(|| fetching::BY_HAND.to_owned());
    let object = match repository.refs.read(&full)? {
        Some(Ref::Direct(id)) => id,
        Some(Ref::Symbolic(target)) => {
            return Err(Error::usage(format!("{full} is a symbolic reference to {target}")).hint("name the tag that it leads to"));
        }
        None => return Err(Error::usage(format!("there is no tag `{release}`")).hint(fetch())),
    };
    let unread = |error: &dyn std::fmt::Display| Error::incomplete(format!("the object {object} {error}")).hint(fetch());
    let (_, kind) = repository.objects.header(object).map_err(|error| unread(&error))?;
    let (commit, tag) = match kind {
        ObjectType::Commit => (object, None),
        ObjectType::Tag => {
            let bytes = repository.objects.read(object, ObjectType::Tag, Limits::default().tag_bytes);
            let bytes = bytes.map_err(|error| unread(&error))?.data().to_vec();
            let (commit, tag) = annotated(&bytes, &release, &unread)?;
            (commit, Some(tag))
        }
        other => {
            return Err(Error::usage(format!("`{release}` names a {}, which no countersignature makes a release", other.str()))
                .hint("name a tag of a commit"));
        }
    };
    commit::read(&repository.objects, commit).map_err(|error| {
        let hint = fetching::history(&repository, &error);
        Error::incomplete(format!("the commit {commit} {error}")).hint(hint)
    })?;
    let name = match own {
        Some(own) => format!("{COUNTERSIGN}{release}/{own}"),
        None => free(&repository, &release)?,
    };
    tag_name::check(&name)
        .map_err(|why| Error::usage(format!("`{name}` is no name of a tag: {why}")).hint("give another --as NAME"))?;
    if repository.refs.read(&format!("{TAGS}{name}"))?.is_some() {
        return Err(Error::usage(format!("there is a tag `{name}` already"))
            .hint("give another --as NAME; a published tag is never moved"));
    }
    let request =
        TagRequest { tags: vec![release.clone()], all: false, ..TagRequest::every_release(path.into(), now, Limits::default()) };
    let (alone, untold) = helps(&release, tag.as_ref(), tags::verify(&request))?;
    let remote = fetching::remote(&repository);
    Ok(Countersign { release, name, remote, object, lightweight: tag.is_none(), commit, alone, untold })
}

/// Whether a countersignature can help what verification says of the release today: it has to stand alone, or that cannot be told.
///
/// # Errors
/// Usage: it cannot.
fn helps(release: &str, tag: Option<&TagObject>, report: Result<TagReport, Error>) -> Result<(bool, Option<String>), Error> {
    let refusal = match report {
        Err(error) => return Ok((tag.is_none(), Some(error.message))),
        Ok(report) => report.tags.into_iter().find_map(|row| row.refusal),
    };
    match refusal {
        None => Ok((false, None)),
        Some(Refusal { rejected: false, reason, .. }) => Ok((tag.is_none(), Some(reason))),
        Some(refusal) => match (refusal.step, tag) {
            (Step::Threshold, _) => Ok((false, None)),
            (Step::Object, None) => Ok((true, None)),
            (_, Some(tag)) if verify::curable(&refusal, tag) => Ok((true, None)),
            _ => Err(never(release, &refusal.reason)),
        },
    }
}

fn never(release: &str, why: &str) -> Error {
    Error::usage(format!("no countersignature can help `{release}`: {why}")).hint("tag and sign the next version")
}

/// The commit of an annotated tag that verification would look at any further.
fn annotated(bytes: &[u8], release: &str, unread: &dyn Fn(&dyn std::fmt::Display) -> Error) -> Result<(Oid, TagObject), Error> {
    let tag = tag_object::parse_strict(bytes).map_err(|why| never(release, &format!("its object is not well formed: {why}")))?;
    if tag.name != release {
        return Err(never(release, &format!("its object is called `{}`", tag.name)));
    }
    if tag.target != tag_object::TargetType::Commit {
        return Err(never(release, "it names no commit"));
    }
    let commit = Oid::from_str(&tag.object).map_err(|error| unread(&error.message()))?;
    Ok((commit, tag))
}

fn free(repository: &source::Repository, release: &str) -> Result<String, Error> {
    let taken = repository.refs.list(&format!("{TAGS}{COUNTERSIGN}{release}/"), MOST)?;
    let names = (1..).map(|number| format!("{COUNTERSIGN}{release}/{number}"));
    let mut open = names.filter(|name| !taken.iter().any(|(full, _)| full.strip_prefix(TAGS) == Some(name)));
    open.next().ok_or_else(|| Error::usage("there is no free number").hint("give --as NAME"))
}
