//! Owns countersignatures: tags `countersign/<tag>/<anything>` whose signed object is the release itself. Each is verified as a tag
//! of its own; who signed is known by key. Refuses the last part of the name as an identity.

use git2::{ObjectType, Oid};

use super::verify::{TagVerdict, Verifying};
use crate::signing::refusal::{Refusal, Step};
use crate::signing::signed::Signer;
use crate::signing::tag_name::{COUNTERSIGN, TAGS};
use crate::signing::tag_object::{self, SignatureKind, TargetType};
use crate::source::commit::Commit;
use crate::source::objects::ObjectError;
use crate::source::refs::Ref;

/// References looked at as countersignatures of one release: each costs reading one object, and most who may push tags can make some.
const MOST: usize = 10_000;
/// Of those that do not count, so many are told one by one.
const TOLD: usize = 8;

/// What countersignatures of a release may be over.
pub(super) struct Target {
    /// The tag object, or the commit of a lightweight tag.
    pub(super) id: Oid,
    /// The commit of that tag object may be signed in its place.
    pub(super) commit_too: bool,
    /// When the tag object was made, by what its bytes say: no signature over it is older, and none that vouches for it by its commit.
    pub(super) made: Option<i64>,
}

/// Adds those who countersigned the release `name` to the verdict; what does not hold is a note.
pub(super) fn gather(verifying: &Verifying<'_>, name: &str, target: &Target, commit: &Commit, verdict: &mut TagVerdict) {
    let prefix = format!("{TAGS}{COUNTERSIGN}{name}/");
    let listed = match verifying.repository.refs.list(&prefix, MOST) {
        Ok(listed) => listed,
        Err(error) => {
            let reason = format!("the countersignatures cannot be listed: {}", error.message);
            verdict.unclear = Some(Refusal::indeterminate(Step::Threshold, reason, unlisted(&prefix)));
            return;
        }
    };
    if let Some(why) = verifying.repository.told.unlisted.get(name) {
        let reason = format!("the forge does not list the countersignatures: {why}");
        verdict.unclear = Some(Refusal::indeterminate(Step::Threshold, reason, BY_GIT));
    }
    let mut without = Vec::new();
    for (full, held) in listed {
        let short = full.strip_prefix(TAGS).unwrap_or(&full).to_owned();
        let id = match held {
            Ok(Ref::Direct(id)) => id,
            Ok(Ref::Symbolic(_)) => {
                without.push(format!("{short} does not count: it is a symbolic reference"));
                continue;
            }
            Err(error) => {
                without.push(format!("{short} does not count: {}", error.message));
                continue;
            }
        };
        match one(verifying, &short, id, target, verdict.commit.unwrap_or(target.id), commit) {
            Ok(signers) => {
                for signer in &signers {
                    if !signer.counted {
                        let who = signer.person.clone().unwrap_or_else(|| signer.primary.clone());
                        without.push(format!("{short} does not count: {who} has no release role in the policy"));
                    }
                }
                verdict.signers.extend(signers);
            }
            Err(Without::Counting(why)) => without.push(format!("{short} does not count: {why}")),
            Err(Without::Knowing(refusal)) => {
                without.push(format!("whether {short} counts cannot be told: {}", refusal.reason));
                let reason = format!("{short}: {}", refusal.reason);
                verdict.unclear.get_or_insert(Refusal { reason, ..refusal });
            }
        }
    }
    let more = without.len().saturating_sub(TOLD);
    verdict.notes.extend(without.into_iter().take(TOLD));
    if more > 0 {
        verdict.notes.push(format!("{more} more below {COUNTERSIGN}{name}/ do not count either"));
    }
}

fn one(
    verifying: &Verifying<'_>,
    name: &str,
    id: Oid,
    target: &Target,
    release: Oid,
    commit: &Commit,
) -> Result<Vec<Signer>, Without> {
    let refused = |why: String| Err(Without::Counting(why));
    let objects = &verifying.repository.objects;
    let object = match objects.read(id, ObjectType::Tag, verifying.limits.tag_bytes) {
        Ok(object) => object,
        Err(ObjectError::Missing) if verifying.repository.told.unread.contains(&id) => return Err(Without::Knowing(untold())),
        Err(error) => return refused(format!("its object {error}")),
    };
    let tag = match tag_object::parse_strict(object.data()) {
        Ok(tag) => tag,
        Err(why) => return refused(why.to_string()),
    };
    if tag.name != name {
        return refused(format!("it was signed as `{}`", tag.name));
    }
    // Where the release is a tag object, that is no commit, whatever the header says.
    let fits = |named: &Oid| match *named {
        named if named == release => (target.id == release || target.commit_too) && tag.target == TargetType::Commit,
        named => named == target.id && tag.target == TargetType::Tag,
    };
    if !Oid::from_str(&tag.object).is_ok_and(|named| fits(&named)) {
        return refused("it signs another object than this release".to_owned());
    }
    // Nobody of a policy has a key of that kind.
    if tag.signature == SignatureKind::X509 {
        return refused("it is signed with X.509, which is not verified".to_owned());
    }
    match verifying.signed(object.data(), &tag, release, commit, target.made) {
        Ok(mut signed) => {
            signed.signers.iter_mut().for_each(|signer| signer.countersign = Some(id.to_string()));
            Ok(signed.signers)
        }
        Err(refusal) if !refusal.rejected => Err(Without::Knowing(refusal)),
        Err(refusal) => Err(Without::Counting(refusal.reason)),
    }
}

/// Whoever may push tags can hide a countersignature among others; then nobody can tell that it is missing.
fn unlisted(prefix: &str) -> String {
    format!(
        "delete at the origin what nobody needs below {prefix}, let only maintainers create tags there, and fetch again with --prune"
    )
}

/// What helps where a forge tells too little.
const BY_GIT: &str = "fetch the tags with git, and leave --fetch out";

fn untold() -> Refusal {
    Refusal::indeterminate(
        Step::Threshold,
        "the forge's answer does not hold its object, or too many were to be asked for",
        BY_GIT,
    )
}

/// How a countersignature adds nobody.
enum Without {
    /// It counts for nobody.
    Counting(String),
    /// Whether it counts cannot be told.
    Knowing(Refusal),
}
