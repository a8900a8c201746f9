//! Owns who is asked about what a change weakens: by the judging policy the code owners, a policy owner's signature, or a policy owner's review.
//! Refuses to believe anything that the change itself says about that.

use git2::Oid;
use jiff::civil::Date;

use super::CheckRequest;
use super::base::{Event, Pull, Run};
use super::opened::Opened;
use super::policy_set::PolicySet;
use super::reviewed::{self, Under};
use crate::error::Error;
use crate::facts::forge::reviews::Reviews;
use crate::policy::Judging;
use crate::policy::protected::Approval;
use crate::signing::trust::Trust;
use crate::snapshot::Snapshot;
use crate::source::forge;
use crate::terms::policy::{Person, Policy};
use crate::terms::trust::POLICY_OWNER;

/// The word of `gate.policy_review` that asks for a review.
pub(super) const BY_REVIEW: &str = "forge";
/// Digits of a commit's id that are shown.
const SHORT: usize = 7;

/// How it is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Signature,
    Review,
}

/// What a change is, to whoever approves it.
pub(super) struct Approving<'a> {
    by: By,
    /// The policy that judges: its owners are asked.
    pub(super) policy: &'a Policy,
    /// Their keys.
    pub(super) trust: &'a Trust,
    /// The commit whose policy judges.
    pub(super) tip: Option<Oid>,
    /// Who opened it, where it is a pull request.
    pub(super) pull: Option<&'a Pull>,
    /// The pull request whose reviews count.
    under: Option<Under>,
    /// The day.
    today: Date,
}

/// Whom the judging policy asks, where it is not the code owners.
pub(super) fn asked<'a>(request: &'a CheckRequest, opened: &Opened, judged: &'a Judging) -> Option<Approving<'a>> {
    let by = match judged.policy.gate.policy_review.as_deref() {
        Some("signed") => By::Signature,
        Some(BY_REVIEW) => By::Review,
        _ => return None,
    };
    let tip = opened.chosen.as_ref().and_then(|chosen| Oid::from_str(&chosen.judge.revision).ok());
    let of_change = |run: &&Run| matches!(run.event, Event::PullRequest { .. });
    let pull = request.run.as_ref().filter(of_change).and_then(|run| run.pull.as_ref());
    let (under, today) = (under(request), request.now.date());
    Some(Approving { by, policy: &judged.policy, trust: &judged.trust, tip, pull, under, today })
}

/// The pull request whose reviews may approve what it weakens.
fn under(request: &CheckRequest) -> Option<Under> {
    let run = request.run.as_ref()?;
    match &run.event {
        Event::PullRequest { head, .. } => {
            let pull = run.pull.as_ref()?;
            Some(Under { number: pull.number?, told: Some((pull.author.clone(), head.clone())) })
        }
        Event::MergeGroup { .. } => Some(Under { number: run.pull.as_ref()?.number?, told: None }),
        _ => None,
    }
}

/// Asks about the reviews of the pull request, where a policy that judges asks for one; the answers lie with the others.
///
/// # Errors
/// The forge's address or repository is none.
pub(super) fn ask(request: &CheckRequest, opened: &mut Opened) -> Result<(), Error> {
    let by_review = |judged: &Judging| judged.policy.gate.policy_review.as_deref() == Some(BY_REVIEW);
    let (Some(at), Some(under)) = (&request.forge, under(request)) else { return Ok(()) };
    if std::iter::once(&opened.judging).chain(&opened.also).any(by_review) {
        let more = forge::lists(&at.forge, &Reviews::questions(under.number))?;
        opened.snapshot.learn(more);
    }
    Ok(())
}

impl Approving<'_> {
    /// Whether it is approved.
    pub(super) fn approval(&self, set: &PolicySet, head: &Snapshot, base: &Snapshot) -> Approval {
        match self.by {
            By::Signature => self.signed(set, head, base),
            By::Review => reviewed::approval(self, self.under.as_ref(), head, self.today),
        }
    }
}

/// The policy owners of a policy.
pub(super) fn owners(policy: &Policy) -> impl Iterator<Item = (&String, &Person)> {
    policy.people.iter().filter(|(_, person)| person.roles.iter().any(|role| role == POLICY_OWNER))
}

/// Whether an account is the one that a policy names.
pub(super) fn is_account(login: &str, named: &str) -> bool {
    named.strip_prefix('@').unwrap_or(named).eq_ignore_ascii_case(login)
}

/// The beginning of a commit's id.
pub(super) fn short(id: impl ToString) -> String {
    id.to_string().chars().take(SHORT).collect()
}
