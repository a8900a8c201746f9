//! Owns which tags are releases and their order. Refuses to verify them.

pub mod claimed_time;
mod claims;
mod countersign;
mod owners;
pub mod reach;
pub mod survey;
mod target;
pub mod verify;

use crate::error::Error;
use crate::snapshot::{Snapshot, Tag};
use crate::terms::policy::whole_name;

/// The default `[release].tag_pattern` (design §4.4), over the whole name.
pub const TAG_PATTERN: &str = r"^(.+[@/])?v?\d+\.\d+(\.\d+)?([-.+].+)?$";

/// Tags whose whole name matches the pattern (`None`: the default), newest first by tagger date (lightweight: committer
/// date), then name descending. `countersign/` is never a release.
///
/// # Errors
/// A pattern that does not compile, or references that cannot be read.
pub fn releases(snapshot: &Snapshot, pattern: Option<&str>) -> Result<Vec<Tag>, Error> {
    let pattern = pattern.unwrap_or(TAG_PATTERN);
    let whole =
        whole_name(pattern).map_err(|problem| Error::usage(format!("[release].tag_pattern does not compile: {problem}")))?;
    let mut tags: Vec<Tag> = snapshot.tags()?;
    tags.retain(|tag| !tag.name.starts_with("countersign/") && whole.is_match(&tag.name));
    tags.sort_by(|a, b| (b.date, &b.name).cmp(&(a.date, &a.name)));
    Ok(tags)
}
