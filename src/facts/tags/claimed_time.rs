//! Owns what a signature's time is worth: it is a claim of whoever holds the key, held against what that person could not date after
//! the fact: the release's commit, what else lies under the signature, and the branch as it stood when the key's time was over. Refuses
//! to believe the claim alone.

use std::cell::RefCell;
use std::collections::BTreeMap;

use git2::Oid;

use super::reach;
use super::verify::Verifying;
use crate::signing::refusal::{COUNTERSIGN, Refusal, Step};
use crate::signing::signed::Signer;
use crate::source::ancestry::{self, Ancestry, Stood};
use crate::source::commit::Commit;
use crate::source::fetching;
use crate::source::objects::ObjectError;

const DAY: i64 = 86_400;

/// Where branches stood at moments, asked once each.
#[derive(Default)]
pub struct Past(RefCell<BTreeMap<(Oid, i64), Stood>>);

impl Past {
    fn stood(&self, verifying: &Verifying<'_>, tip: Oid, end: i64) -> Stood {
        let known = self.0.borrow().get(&(tip, end)).cloned();
        known.unwrap_or_else(|| {
            let stood = ancestry::stood(&verifying.repository.objects, tip, end, verifying.trust.now);
            self.0.borrow_mut().insert((tip, end), stood.clone());
            stood
        })
    }
}

/// Whether a signature that counts was made in time, as far as anybody but its signer says. `id` is the release's commit.
///
/// # Errors
/// It was not, or the history at hand is too short to tell.
pub(super) fn judge(verifying: &Verifying<'_>, signer: &mut Signer, id: Oid, commit: &Commit) -> Result<(), Refusal> {
    let now = verifying.trust.now;
    for end in [signer.ends, signer.over].into_iter().flatten() {
        // A commit whose time cannot be read may be of any age.
        if commit.time.is_none_or(|committed| committed >= end) {
            return Err(late(signer, "the commit is younger than the end of the trust in this key of"));
        }
        // A time that has not come is no time before an end that is past.
        if let Some(made) = signer.covers.filter(|made| end <= now && *made >= end) {
            let what = match verifying.trust.is_future(made) {
                true => {
                    "what is signed claims a time that has not come, so that it may come after the end of the trust in this key of"
                }
                false => "what is signed was made after the end of the trust in this key of",
            };
            return Err(late(signer, what));
        }
        if end <= now {
            arrived(verifying, signer, id, end)?;
        }
    }
    let oldest = |days: i64| now.saturating_sub(days.saturating_mul(DAY));
    if verifying.release.max_age_days.is_some_and(|days| signer.time < oldest(days)) {
        return Err(Refusal::rejected(Step::Time, "the signature is older than [release].max_age", COUNTERSIGN));
    }
    if commit.time.is_some_and(|committed| signer.time < committed) {
        signer.notes.push("the signature claims a time before that of its commit".to_owned());
    }
    Ok(())
}

/// The commit must have been on its branch before the key's time was over: what came later can be made to look old.
fn arrived(verifying: &Verifying<'_>, signer: &Signer, id: Oid, end: i64) -> Result<(), Refusal> {
    let objects = &verifying.repository.objects;
    let cut = |at: Oid, error: &ObjectError| {
        let reason =
            format!("whether the commit is older than the end of the trust in a key cannot be told: the commit {at} {error}");
        Refusal::indeterminate(Step::Time, reason, fetching::history(verifying.repository, error))
    };
    let branches: Vec<_> = verifying.branches.iter().flat_map(|set| &set.here).collect();
    if branches.is_empty() {
        return match verifying.past.stood(verifying, id, end) {
            Stood::At(at) if at == id => Ok(()),
            Stood::Unknown(at, error) => Err(cut(at, &error)),
            Stood::At(_) | Stood::Nowhere => {
                Err(late(signer, "the commit comes after one that is younger than the end of the trust in this key of"))
            }
        };
    }
    let (mut unknown, mut came_late) = (None, None);
    for branch in branches {
        let then = match verifying.past.stood(verifying, branch.tip, end) {
            Stood::At(tip) => verifying.histories.within(objects, id, tip),
            Stood::Nowhere => Ancestry::Outside,
            Stood::Unknown(at, error) => Ancestry::Unknown(at, error),
        };
        match then {
            Ancestry::Within { .. } => return Ok(()),
            Ancestry::Unknown(at, error) => drop(unknown.get_or_insert((at, error))),
            Ancestry::Outside => match verifying.histories.within(objects, id, branch.tip) {
                Ancestry::Within { .. } => drop(came_late.get_or_insert(&branch.name)),
                Ancestry::Outside | Ancestry::Unknown(..) => {}
            },
        }
    }
    if let Some((at, error)) = unknown {
        return Err(cut(at, &error));
    }
    if let Some(name) = verifying.branches.iter().find_map(|set| set.missing.first()) {
        let reason = format!(
            "whether the commit is older than the end of the trust in a key cannot be told: the branch {name} is not here"
        );
        return Err(Refusal::indeterminate(Step::Time, reason, reach::bring(verifying.repository, name)));
    }
    // On none of the branches: that is said by the step of the branch.
    came_late
        .map_or(Ok(()), |name| Err(late(signer, &format!("the commit came to {name} after the end of the trust in this key of"))))
}

fn late(signer: &Signer, what: &str) -> Refusal {
    let who = signer.person.as_deref().unwrap_or_default();
    Refusal::rejected(Step::Time, format!("{what} {who}, whatever time the signature claims"), COUNTERSIGN)
}
