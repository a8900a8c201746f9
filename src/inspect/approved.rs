//! Owns whether a policy owner has signed exactly what a change does to the policy: a commit of the change's own, read from its bytes, verified
//! by whom the judging policy trusts. Refuses a signature that names another base or another outcome, one that was used before, one by a key that
//! is over, and one by whoever made the change.

use std::collections::BTreeSet;

use git2::Oid;

use super::approving::{Approving, is_account, owners, short};
use super::policy_set::PolicySet;
use crate::policy::protected::Approval;
use crate::signing::approval::{self, TRAILER};
use crate::signing::signed_commit;
use crate::snapshot::Snapshot;
use crate::source::ancestry::{Ancestry, History};
use crate::source::merge_base::apart;
use crate::source::{Repository, commit, fetching};
use crate::terms::policy::Person;
use crate::terms::trust::POLICY_OWNER;

/// Commits of a change that are looked at.
const MOST_OWN: usize = 1000;
/// Signatures that are verified.
const MOST_SIGNED: usize = 64;
/// Commits of the base's line that are looked at, from its tip down to where the approval was made.
const MOST_SINCE: usize = 10_000;
/// Why a commit does not count, the more telling the greater.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Refused(u8, String);

/// A commit that says what it should, signed by somebody who may.
struct Signed {
    commit: Oid,
    person: String,
}

impl Approving<'_> {
    /// Whether it is approved by a signature.
    pub(super) fn signed(&self, set: &PolicySet, head: &Snapshot, base: &Snapshot) -> Approval {
        match self.look(set, head, base) {
            Ok(by) => Approval::By(by),
            Err(Refused(_, why)) => Approval::Not { why, fix: self.remedy() },
        }
    }

    fn look(&self, set: &PolicySet, head: &Snapshot, base: &Snapshot) -> Result<String, Refused> {
        let untold = |why: &str| Refused(9, format!("whether a policy owner has signed this change cannot be told: {why}"));
        let commit_of = |side: &Snapshot| side.subject().revision.as_deref().and_then(|id| Oid::from_str(id).ok());
        let (Some(repository), Some(to), Some(from)) = (head.repository(), commit_of(head), commit_of(base)) else {
            return Err(untold("it is no commit"));
        };
        let digests = set.digests(head, base).map_err(|why| Refused(9, format!("nobody can sign exactly this change: {why}")))?;
        let own = apart(&repository.objects, to, from).map_err(|(id, error)| {
            untold(&format!(
                "the commit {id} {error}; {} (with actions/checkout: fetch-depth: 0)",
                fetching::history(repository, &error)
            ))
        })?;
        if own.len() > MOST_OWN {
            return Err(untold(&format!("it has more than {MOST_OWN} commits")));
        }
        let mut refused = Vec::new();
        let mut verified = 0;
        for id in &own {
            let bytes = commit::bytes(&repository.objects, *id).map_err(|error| untold(&format!("the commit {id} {error}")))?;
            let short = short(*id);
            match approval::read(&bytes) {
                None => {}
                Some(Err(why)) => refused.push(Refused(1, format!("the commit {short} approves nothing: it {why}"))),
                Some(Ok(said)) if (&said.base, &said.head) != (&digests.0, &digests.1) => {
                    let why = format!(
                        "the commit {short} approves something else: its {TRAILER} was made for another base or another outcome"
                    );
                    refused.push(Refused(2, why));
                }
                Some(Ok(_)) => {
                    verified += 1;
                    if verified > MOST_SIGNED {
                        return Err(untold(&format!("more than {MOST_SIGNED} commits say so")));
                    }
                    let counts = self.signer(*id, &bytes).and_then(|signed| {
                        self.is_another(&signed, repository, &own)?;
                        self.is_fresh(&signed, repository, set, from)?;
                        Ok(signed)
                    });
                    match counts {
                        Ok(Signed { person, .. }) => {
                            return Ok(format!("{person} has signed exactly this change in commit {short}"));
                        }
                        Err(why) => refused.push(why),
                    }
                }
            }
        }
        Err(refused.into_iter().max().unwrap_or_else(|| Refused(0, "no policy owner has signed this change".to_owned())))
    }

    /// Who signed, if that is a policy owner whose key counts then and now.
    fn signer(&self, id: Oid, bytes: &[u8]) -> Result<Signed, Refused> {
        let short = short(id);
        let refuse = |why: String| Err(Refused(3, format!("the commit {short} does not count: {why}")));
        let time = commit::parse(bytes).and_then(|commit| commit.time);
        let Some(time) = time.filter(|time| !self.trust.is_future(*time)) else {
            return refuse("its time is none, or has not come".to_owned());
        };
        let signer = match signed_commit::verify(bytes, time, self.trust) {
            Ok(signer) => signer,
            Err(refusal) => return refuse(refusal.reason),
        };
        let Some(person) = signer.person else { return refuse("nobody of the policy signed it".to_owned()) };
        if !self.owners().any(|(name, _)| *name == person) {
            return refuse(format!("{person} signed it, who is no {POLICY_OWNER} in the judging policy"));
        }
        // Who may not sign today approves nothing by a time of yesterday: a commit's time is what its maker writes.
        if signer.over.is_some() || signer.ends.is_some_and(|end| end <= self.trust.now) {
            return refuse(format!("the key by which {person} signed it is over"));
        }
        Ok(Signed { commit: id, person })
    }

    /// Four eyes: whoever signs has neither opened the pull request nor written any of it.
    fn is_another(&self, signed: &Signed, repository: &Repository, own: &[Oid]) -> Result<(), Refused> {
        let (name, at) = (&signed.person, short(signed.commit));
        let refuse = |why: String| Err(Refused(4, format!("{name} has signed this change in commit {at}, {why}")));
        let Some(person) = self.policy.people.get(name) else { return refuse("and is nobody in the policy".to_owned()) };
        if let Some(pull) = self.pull {
            match (&pull.author, &person.forge) {
                (None, _) => return refuse("and who opened the pull request is not told".to_owned()),
                (_, None) => {
                    return refuse(format!(
                        "and may have opened the pull request: the policy names no account (people.{name}.forge)"
                    ));
                }
                (Some(author), Some(account)) if is_account(author, account) => {
                    return refuse("and has opened the pull request as well".to_owned());
                }
                _ => {}
            }
        }
        for id in own.iter().filter(|id| **id != signed.commit) {
            let Ok(bytes) = commit::bytes(&repository.objects, *id) else {
                return refuse(format!("and the commit {id} cannot be read"));
            };
            if changes_something(repository, &bytes) && self.wrote(name, person, &bytes) {
                return refuse(format!("and has written commit {} of it", short(*id)));
            }
        }
        Ok(())
    }

    /// By the address or by the signature: either is a claim that its author makes, and here it can only refuse.
    fn wrote(&self, name: &str, person: &Person, bytes: &[u8]) -> bool {
        let mail = address(bytes);
        let time = commit::parse(bytes).and_then(|commit| commit.time).unwrap_or(0);
        mail.is_some_and(|mail| person.email.iter().any(|own| own.eq_ignore_ascii_case(&mail)))
            || signed_commit::verify(bytes, time, self.trust).is_ok_and(|signer| signer.person.as_deref() == Some(name))
    }

    /// It was made for the base as it is: what the base's line has had since then is the same, and the commit itself is none of it. So an
    /// approval that was used is none for doing the same again.
    fn is_fresh(&self, signed: &Signed, repository: &Repository, set: &PolicySet, from: Oid) -> Result<(), Refused> {
        let at = short(signed.commit);
        let untold = |why: String| Refused(5, format!("whether the approval in commit {at} is fresh cannot be told: {why}"));
        let used = || {
            Refused(4, format!("the approval in commit {at} was used: the base has had it, or another policy, since it was made"))
        };
        let before = History::of(&repository.objects, signed.commit);
        let meant = set.held_by(&repository.objects, from).map_err(untold)?;
        for start in BTreeSet::from([from, self.tip.unwrap_or(from)]) {
            match repository.lies_in(signed.commit, start) {
                Ancestry::Outside => {}
                Ancestry::Within { .. } => return Err(used()),
                Ancestry::Unknown(id, error) => return Err(untold(format!("the commit {id} {error}"))),
            }
            let (mut next, mut left) = (start, MOST_SINCE);
            loop {
                if set.held_by(&repository.objects, next).map_err(untold)? != meant {
                    return Err(used());
                }
                if matches!(before.holds(next), Ancestry::Within { .. }) {
                    break;
                }
                left -= 1;
                let parents = commit::read(&repository.objects, next)
                    .map_err(|error| untold(format!("the commit {next} {error}")))?
                    .parents;
                match parents.first() {
                    Some(parent) if left > 0 => next = *parent,
                    _ => return Err(untold("it does not come from the base's line".to_owned())),
                }
            }
        }
        Ok(())
    }

    /// Whoever may approve.
    fn owners(&self) -> impl Iterator<Item = (&String, &Person)> {
        owners(self.policy)
    }

    fn remedy(&self) -> String {
        let names: Vec<&str> = self.owners().map(|(name, _)| name.as_str()).collect();
        match names.as_slice() {
            [] => format!("take it back: the judging policy names no {POLICY_OWNER} who could approve it"),
            names => format!(
                "take it back, or have a policy owner ({}) who did not write it sign exactly this change: `tollgate policy approve` prints how",
                names.join(", ")
            ),
        }
    }
}

/// The address of a commit's author.
fn address(bytes: &[u8]) -> Option<String> {
    let line = bytes.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"author "))?;
    let line = String::from_utf8_lossy(line);
    let (_, rest) = line.split_once('<')?;
    Some(rest.rsplit_once('>')?.0.trim().to_owned())
}

/// Whether a commit is more than its parents: neither a merge nor one without a change. What cannot be read may be.
fn changes_something(repository: &Repository, bytes: &[u8]) -> bool {
    let Some(read) = commit::parse(bytes) else { return true };
    match read.parents.as_slice() {
        [parent] => commit::read(&repository.objects, *parent).map_or(true, |parent| parent.tree != read.tree),
        parents => parents.len() < 2,
    }
}
