//! Owns countersignatures: tags `countersign/<tag>/<anything>` whose signed object is the release itself. Each is verified as a tag
//! of its own; who signed is known by key. Refuses the last part of the name as an identity.

use git2::{ObjectType, Oid};

use super::verify::{TagVerdict, Verifying};
use crate::signing::refusal::Refusal;
use crate::signing::signed::Signer;
use crate::signing::tag_name::{COUNTERSIGN, TAGS};
use crate::signing::tag_object::{self, TargetType};
use crate::source::commit::Commit;
use crate::source::refs::Ref;

/// References looked at as countersignatures of one release: each costs reading one object, and most who may push tags can make some.
const MOST: usize = 10_000;
/// Of those that do not count, so many are told one by one.
const TOLD: usize = 8;

/// Adds those who countersigned the release `name`, which is one of `targets`, to the verdict; what does not hold is a note.
pub(super) fn gather(verifying: &Verifying<'_>, name: &str, targets: &[Oid], commit: &Commit, verdict: &mut TagVerdict) {
    let prefix = format!("{TAGS}{COUNTERSIGN}{name}/");
    let listed = match verifying.repository.refs.list(&prefix, MOST) {
        Ok(listed) => listed,
        Err(error) => {
            verdict.cut = Some(format!("the countersignatures cannot be listed: {}", error.message));
            return;
        }
    };
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
        match one(verifying, &short, id, targets, verdict.commit.unwrap_or(id), commit) {
            Ok(signers) => {
                for signer in &signers {
                    if !signer.counted {
                        let who = signer.person.clone().unwrap_or_else(|| signer.primary.clone());
                        without.push(format!("{short} does not count: {who} has no release role in the policy"));
                    }
                }
                verdict.signers.extend(signers);
            }
            Err(why) => without.push(format!("{short} does not count: {why}")),
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
    targets: &[Oid],
    release: Oid,
    commit: &Commit,
) -> Result<Vec<Signer>, String> {
    let objects = &verifying.repository.objects;
    let object = objects.read(id, ObjectType::Tag, verifying.limits.tag_bytes).map_err(|error| format!("its object {error}"))?;
    let tag = tag_object::parse_strict(object.data()).map_err(|why| why.to_string())?;
    if tag.name != name {
        return Err(format!("it was signed as `{}`", tag.name));
    }
    let named = Oid::from_str(&tag.object).map_err(|error| error.message().to_owned())?;
    // Where the release is a tag object, that is no commit, whatever the header says.
    let kind = if named == release { TargetType::Commit } else { TargetType::Tag };
    if !targets.contains(&named) || tag.target != kind {
        return Err("it signs another object than this release".to_owned());
    }
    let told = |refusal: Refusal| refusal.reason;
    verifying.signed(object.data(), &tag, release, commit).map(|signed| signed.signers).map_err(told)
}
