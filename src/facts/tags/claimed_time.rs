//! Owns what a signature's time is worth: it is a claim of whoever holds the key, held against what that person could not date after
//! the fact: the release's commit, what else lies under the signature, and the branch as it stood when the key's time was over. Refuses
//! to believe the claim alone.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;

use super::reach::{self, Branch, Branches};
use super::verify::Verifying;
use crate::facts::forge::branches::Guard;
use crate::signing::refusal::{COUNTERSIGN, Refusal, Step};
use crate::signing::signed::Signer;
use crate::source::ancestry::{self, Ancestry, Stood};
use crate::source::commit::Commit;
use crate::source::fetching;
use crate::source::objects::ObjectError;

const DAY: i64 = 86_400;

/// Where branches stood at moments, asked once each.
#[derive(Default)]
pub struct Past {
    stood: RefCell<BTreeMap<(Oid, i64), Stood>>,
    unasked: RefCell<BTreeSet<String>>,
}

impl Past {
    fn stood(&self, verifying: &Verifying<'_>, tip: Oid, end: i64) -> Stood {
        let known = self.stood.borrow().get(&(tip, end)).cloned();
        known.unwrap_or_else(|| {
            let stood = ancestry::stood(&verifying.repository.objects, tip, end, verifying.trust.now);
            self.stood.borrow_mut().insert((tip, end), stood.clone());
            stood
        })
    }

    /// Branches that would have told that something was in time, had the forge been asked who makes them; since this was last called.
    pub(super) fn unasked(&self) -> BTreeSet<String> {
        self.unasked.take()
    }

    /// What is said against a branch as a witness of when a commit came; else what it is known to be protected by, if it needs that.
    fn witness(&self, branch: &Branch) -> Result<Option<String>, String> {
        match &branch.guard {
            Some(Guard::By(what)) => Ok(Some(what.clone())),
            Some(Guard::Free(why)) => Err(format!("the forge does not protect it: {why}")),
            Some(Guard::Unknown(why)) => Err(format!("it is not known to be protected: {}", why.text)),
            None if branch.by_pattern => {
                self.unasked.borrow_mut().insert(branch.name.clone());
                Err("it is not known to be protected".to_owned())
            }
            None => Ok(None),
        }
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
fn arrived(verifying: &Verifying<'_>, signer: &mut Signer, id: Oid, end: i64) -> Result<(), Refusal> {
    let mut sets = verifying.branches.iter().filter(|set| !set.here.is_empty()).peekable();
    if sets.peek().is_some() {
        return sets.try_for_each(|set| arrived_on(verifying, set, signer, id, end));
    }
    match verifying.past.stood(verifying, id, end) {
        Stood::At(at) if at == id => Ok(()),
        Stood::Unknown(at, error) => Err(cut(verifying, at, &error)),
        Stood::At(_) | Stood::Nowhere => {
            Err(late(signer, "the commit comes after one that is younger than the end of the trust in this key of"))
        }
    }
}

/// The same for branches of which one must hold the release. One that whoever may create branches may create, at any commit, is no witness
/// (threats B8).
fn arrived_on(verifying: &Verifying<'_>, set: &Branches, signer: &mut Signer, id: Oid, end: i64) -> Result<(), Refusal> {
    let objects = &verifying.repository.objects;
    let (mut unknown, mut came_late, mut no_witness) = (None, None, None);
    for branch in set.in_order() {
        let then = match verifying.past.stood(verifying, branch.tip, end) {
            Stood::At(tip) => verifying.histories.within(objects, id, tip),
            Stood::Nowhere => Ancestry::Outside,
            Stood::Unknown(at, error) => Ancestry::Unknown(at, error),
        };
        match then {
            Ancestry::Within { .. } => match verifying.past.witness(branch) {
                Ok(protected) => {
                    let note = |what| format!("in time by {}, which the forge protects: {what}", branch.name);
                    signer.notes.extend(protected.map(note));
                    return Ok(());
                }
                Err(why) => drop(no_witness.get_or_insert((branch, why))),
            },
            Ancestry::Unknown(at, error) => drop(unknown.get_or_insert((at, error))),
            Ancestry::Outside => match verifying.histories.within(objects, id, branch.tip) {
                Ancestry::Within { .. } => drop(came_late.get_or_insert(&branch.name)),
                Ancestry::Outside | Ancestry::Unknown(..) => {}
            },
        }
    }
    if let Some((at, error)) = unknown {
        return Err(cut(verifying, at, &error));
    }
    if let Some(name) = set.missing.first() {
        let reason = format!(
            "whether the commit is older than the end of the trust in a key cannot be told: the branch {name} is not here"
        );
        return Err(Refusal::indeterminate(Step::Time, reason, reach::bring(verifying.repository, name)));
    }
    if let Some((branch, why)) = no_witness {
        let reason = format!(
            "only {}, which a pattern of [release].branches lets in, held the commit before the end of the trust in this key of {}, and {why}",
            branch.name,
            signer.person.as_deref().unwrap_or_default()
        );
        let rules = "have a ruleset of the forge restrict who creates and who updates such branches, and verify with --fetch (check: --forge); or ";
        return Err(Refusal::rejected(Step::Time, reason, format!("{rules}{COUNTERSIGN}")));
    }
    // On none of the branches: that is said by the step of the branch.
    came_late
        .map_or(Ok(()), |name| Err(late(signer, &format!("the commit came to {name} after the end of the trust in this key of"))))
}

fn cut(verifying: &Verifying<'_>, at: Oid, error: &ObjectError) -> Refusal {
    let reason =
        format!("whether the commit is older than the end of the trust in a key cannot be told: the commit {at} {error}");
    Refusal::indeterminate(Step::Time, reason, fetching::history(verifying.repository, error))
}

fn late(signer: &Signer, what: &str) -> Refusal {
    let who = signer.person.as_deref().unwrap_or_default();
    Refusal::rejected(Step::Time, format!("{what} {who}, whatever time the signature claims"), COUNTERSIGN)
}
