//! Owns which questions show where the commit lies at which an action is pinned: the action's repository, the tip of its default branch, and where
//! that and the pin before meet the new one. Refuses names that are no repository, and to judge an answer.

use super::questions::Asking;
use super::{Answers, Forge, Got, segment};
use crate::error::Error;

/// Pins that are asked about, four questions each.
pub const MOST: usize = 5;

/// An action that is run at another commit than before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pin {
    /// `owner/name`.
    pub repository: String,
    /// The commit before, in lower-case hex.
    pub old: String,
    /// The commit now.
    pub new: String,
}

impl Pin {
    /// Of an action's name as it is written, and two references; `None`: one of them is no commit, or it is no repository.
    #[must_use]
    pub fn of(name: &str, old: &str, new: &str) -> Option<Self> {
        let id = |text: &str| text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let plain =
            |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        let parts: Vec<&str> = name.split('/').take(2).collect();
        let named = parts.len() == 2 && parts.iter().all(plain) && !parts.iter().any(|part| *part == "." || *part == "..");
        (named && id(old) && id(new)).then(|| Self { repository: parts.join("/"), old: old.to_owned(), new: new.to_owned() })
    }
}

/// The question about a pin's repository.
fn repository(pin: &Pin) -> String {
    format!("/repos/{}", pin.repository)
}

/// The question about its default branch, as the answers name that.
fn branch(answers: &Answers, pin: &Pin) -> Option<String> {
    let name = answers.value(&repository(pin))?.get("default_branch")?.as_str()?;
    Some(format!("{}/branches/{}", repository(pin), segment(name)))
}

/// The tip of its default branch.
#[must_use]
pub fn tip(answers: &Answers, pin: &Pin) -> Option<String> {
    let tip = answers.value(&branch(answers, pin)?)?.get("commit")?.get("sha")?.as_str()?;
    (tip.len() == 40 && tip.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| tip.to_owned())
}

/// The question where two commits of it meet. Of the second page on an answer lists no files.
#[must_use]
pub fn compared(pin: &Pin, one: &str, other: &str) -> String {
    format!("{}/compare/{one}...{other}?per_page=1&page=2", repository(pin))
}

/// Asks about pins, [`MOST`] of them. An action that the token may not see, or that lies elsewhere, has no answer.
///
/// # Errors
/// As [`super::answers`].
pub fn ask(forge: &Forge, pins: &[Pin]) -> Result<Answers, Error> {
    Asking::with(forge, async |asking| {
        for pin in pins.iter().take(MOST) {
            asking.one(&repository(pin)).await;
            let Some(branch) = branch(&asking.answers, pin) else { continue };
            asking.one(&branch).await;
            let Some(tip) = tip(&asking.answers, pin) else { continue };
            asking.one(&compared(pin, &pin.new, &tip)).await;
            asking.one(&compared(pin, &pin.old, &pin.new)).await;
        }
        // What does not come about somebody else's repository leaves a pin unproven, and nothing about this one unread.
        for got in asking.answers.got.values_mut() {
            if let Got::Failed(why) = got {
                *got = Got::Missing(std::mem::take(why));
            }
        }
    })
}
