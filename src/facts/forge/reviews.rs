//! Owns what a forge says of the reviews of one pull request: who thinks what of which commit, and since when its base is what it is. Refuses to
//! say whose opinion counts.
//!
//! Sources: GitHub's REST API ("Pull request reviews": in chronological order; a dismissed one keeps its place), its page "Issue event types".

use jiff::Timestamp;
use serde_json::Value;

use super::{hidden, odd, values};
use crate::answer::Why;
use crate::source::forge::{Answers, Got};

/// The right that reading reviews needs.
const NEEDS: &str = "pull-requests: read";
/// Events by which a pull request has another base.
const REBASED: [&str; 2] = ["base_ref_changed", "automatic_base_change_succeeded"];

/// The reviews of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviews {
    /// The account that opened it.
    pub author: Option<String>,
    /// Its newest commit.
    pub head: Option<String>,
    /// What each account thinks of it now, the newest opinion of each alone.
    pub opinions: Vec<Opinion>,
    /// When it last got another base.
    pub rebased: Option<Timestamp>,
}

/// An account's newest review that is more than a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// The account.
    pub login: String,
    /// It approves; else it asks for changes, or was dismissed.
    pub approves: bool,
    /// The commit that was looked at.
    pub commit: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

impl Reviews {
    /// The questions whose answers these are made of: the pull request, its reviews, its events.
    #[must_use]
    pub fn questions(number: u64) -> [String; 3] {
        [format!("pulls/{number}"), format!("pulls/{number}/reviews"), format!("issues/{number}/events")]
    }

    /// Reads them.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn of(answers: &Answers, number: u64) -> Result<Self, Why> {
        let [pull, reviews, events] = Self::questions(number);
        let list = |question: &str, what: &str, needs: &str| match answers.to(question) {
            Got::Is(Value::Array(rows)) => Ok(rows),
            Got::Is(_) => Err(odd(what)),
            got => Err(hidden(&got, what, needs)),
        };
        let pull = match answers.to(&pull) {
            Got::Is(value) => value,
            got => return Err(hidden(&got, "the pull request", NEEDS)),
        };
        let mut opinions: Vec<Opinion> = Vec::new();
        for row in list(&reviews, "the reviews of the pull request", NEEDS)? {
            let state = values::text(&row, "state").ok_or_else(|| odd("the reviews of the pull request"))?;
            if matches!(state, "COMMENTED" | "PENDING") {
                continue;
            }
            // Whoever left has no account by which the policy could name him.
            let Some(login) = row.get("user").and_then(|user| values::text(user, "login")) else { continue };
            opinions.retain(|older| !older.login.eq_ignore_ascii_case(login));
            opinions.push(Opinion {
                login: login.to_owned(),
                approves: state == "APPROVED",
                commit: values::text(&row, "commit_id").map(str::to_owned),
                at: moment(&row, "submitted_at"),
            });
        }
        let mut rebased = None;
        for row in list(&events, "the events of the pull request", "issues: read")? {
            if values::text(&row, "event").is_some_and(|event| REBASED.contains(&event)) {
                let at = moment(&row, "created_at").ok_or_else(|| odd("the events of the pull request"))?;
                rebased = rebased.max(Some(at));
            }
        }
        let head = pull.get("head").and_then(|head| values::text(head, "sha")).map(str::to_owned);
        let author = pull.get("user").and_then(|user| values::text(user, "login")).map(str::to_owned);
        Ok(Self { author, head, opinions, rebased })
    }
}

fn moment(row: &Value, key: &str) -> Option<Timestamp> {
    values::text(row, key)?.parse().ok()
}
