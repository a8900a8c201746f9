//! Owns whether a policy owner has approved a pull request by a review of exactly its head, as the forge tells. Refuses one that was taken back or
//! dismissed, one of another commit, one from before the pull request got the base that it has, and its author's.

use git2::Oid;
use jiff::civil::Date;

use super::approving::{Approving, is_account, owners, short};
use crate::answer::Why;
use crate::facts::forge::reviews::Reviews;
use crate::policy::protected::Approval;
use crate::snapshot::Snapshot;
use crate::source::commit;
use crate::terms::policy::Person;
use crate::terms::trust::POLICY_OWNER;

/// The pull request of a run, whichever event tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Under {
    /// Its number.
    pub(super) number: u64,
    /// The account that opened it, and its head; `None`: the run is a queue's, and the forge has to say.
    pub(super) told: Option<(Option<String>, String)>,
}

/// Why nobody is known to have approved it, and what to do.
type Refused = (String, String);

/// Whether it is approved by a review.
pub(super) fn approval(approving: &Approving<'_>, under: Option<&Under>, head: &Snapshot, today: Date) -> Approval {
    match look(approving, under, head, today) {
        Ok(how) => Approval::By(how),
        Err((why, fix)) => Approval::Not { why, fix },
    }
}

fn look(approving: &Approving<'_>, under: Option<&Under>, head: &Snapshot, today: Date) -> Result<String, Refused> {
    let owners: Vec<(&String, &Person)> = owners(approving.policy).collect();
    if owners.is_empty() {
        let fix = format!("take it back: the judging policy names no {POLICY_OWNER} who could approve it");
        return Err(("nobody may approve it".to_owned(), fix));
    }
    let names = owners.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let ask = format!(
        "take it back, or have a policy owner ({names}) who did not open the pull request approve it on the forge at its last commit, and run this again"
    );
    let untold =
        |why: String, fix: &str| (format!("whether a policy owner has approved it cannot be told: {why}"), fix.to_owned());
    let Some(answers) = head.forge() else {
        return Err(untold(
            "the forge was not asked".to_owned(),
            "run with --forge (`forge: true` of the action), which asks for its reviews",
        ));
    };
    let Some(under) = under else {
        return Err(untold("this run is about no pull request".to_owned(), &ask));
    };
    let hidden = |why: Why| untold(why.text, &format!("give the token what it lacks, and run this again; {ask}"));
    let reviews = Reviews::of(answers, under.number).map_err(hidden)?;
    let (author, commit) = match &under.told {
        Some((author, commit)) => (author.clone(), commit.clone()),
        None => (reviews.author.clone(), queued(head, &reviews).map_err(|why| untold(why, &ask))?),
    };
    let authors: Vec<&String> = author.iter().chain(&reviews.author).collect();
    if authors.is_empty() {
        return Err(untold("who opened the pull request is not told".to_owned(), &ask));
    }
    let mut refused = None;
    for (name, person) in owners {
        let Some(account) = &person.forge else { continue };
        let Some(opinion) = reviews.opinions.iter().find(|opinion| is_account(&opinion.login, account)) else { continue };
        let why = match () {
            () if !opinion.approves => format!("the review of {name} asks for changes, or was dismissed"),
            () if authors.iter().any(|author| is_account(author, account)) => {
                format!("{name} has opened the pull request as well")
            }
            () if opinion.commit.as_deref() != Some(&commit) => format!("{name} has approved another commit than its head"),
            () if !is_here(person, today) => format!("the time of {name} in the policy is over, or has not begun"),
            () if reviews.rebased.is_some_and(|rebased| opinion.at.is_none_or(|at| at <= rebased)) => {
                format!("{name} has approved it before it got the base that it has")
            }
            () => {
                return Ok(format!("{name} has approved it by a review of its head {}", short(&commit)));
            }
        };
        refused = refused.or(Some(why));
    }
    Err((refused.unwrap_or_else(|| "no policy owner has approved it by a review".to_owned()), ask))
}

/// The head of a pull request that a queue merges: what the forge says it is, where the queue's commit is the merge of exactly that.
fn queued(head: &Snapshot, reviews: &Reviews) -> Result<String, String> {
    let of = |id: &str| {
        let id = Oid::from_str(id).ok()?;
        commit::read(&head.repository()?.objects, id).ok()
    };
    let merge = head.subject().revision.as_deref().and_then(of);
    let second = merge.and_then(|merge| merge.parents.get(1).map(Oid::to_string));
    match (&reviews.head, second) {
        (Some(told), Some(merged)) if *told == merged => Ok(merged),
        _ => Err("the queue's commit is no merge of the pull request's head".to_owned()),
    }
}

/// Whether a person's time holds this day.
fn is_here(person: &Person, today: Date) -> bool {
    person.valid_after.is_none_or(|first| today >= first) && person.valid_before.is_none_or(|gone| today < gone)
}
