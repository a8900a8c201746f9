//! Owns what a forge says of a commit at which an action is pinned: whether it is later on the default branch of the action's own repository. Refuses
//! to take a commit for the repository's because the forge shows it there: it shows those of every fork.
//!
//! Source: GitHub's REST API ("Compare two commits": `merge_base_commit`).

use serde_json::Value;

use super::values;
use crate::source::forge::Answers;
use crate::source::forge::pins::{self, Pin};

/// What is known of a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// It lies on the default branch, after the pin before.
    Later,
    /// It lies there, and the pin before does not lie before it.
    Otherwise,
    /// It does not lie there.
    Elsewhere,
    /// The forge was not asked, or does not say.
    Unknown,
}

/// Where a pin lies.
#[must_use]
pub fn belongs(answers: Option<&Answers>, pin: &Pin) -> Belongs {
    let Some(answers) = answers else { return Belongs::Unknown };
    let Some(tip) = pins::tip(answers, pin) else { return Belongs::Unknown };
    match (met(answers, pin, &pin.new, &tip), met(answers, pin, &pin.old, &pin.new)) {
        (Some(met), _) if met != pin.new => Belongs::Elsewhere,
        (Some(_), Some(met)) if met == pin.old => Belongs::Later,
        (Some(_), Some(_)) => Belongs::Otherwise,
        _ => Belongs::Unknown,
    }
}

/// Where two commits of the repository meet.
fn met(answers: &Answers, pin: &Pin, one: &str, other: &str) -> Option<String> {
    let found: &Value = answers.value(&pins::compared(pin, one, other))?;
    values::text(found.get("merge_base_commit")?, "sha").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::forge::Got;
    use serde_json::json;

    #[test]
    fn only_a_later_commit_of_the_default_branch_belongs() {
        let [old, new, tip] = ["a", "b", "c"].map(|digit| digit.repeat(40));
        let pin = Pin { repository: "acme/tollgate".to_owned(), old: old.clone(), new: new.clone() };
        let of = |on_branch: &str, since: &str| {
            let mut answers = Answers::default();
            let mut put = |question: String, value: Value| drop(answers.got.insert(question, Got::Is(value)));
            put("/repos/acme/tollgate".to_owned(), json!({ "default_branch": "main" }));
            put("/repos/acme/tollgate/branches/main".to_owned(), json!({ "commit": { "sha": tip } }));
            put(pins::compared(&pin, &new, &tip), json!({ "status": "ahead", "merge_base_commit": { "sha": on_branch } }));
            put(pins::compared(&pin, &old, &new), json!({ "merge_base_commit": { "sha": since } }));
            belongs(Some(&answers), &pin)
        };
        assert_eq!(of(&new, &old), Belongs::Later);
        assert_eq!(of(&new, &new), Belongs::Otherwise, "an older one");
        assert_eq!(of(&old, &old), Belongs::Elsewhere, "of a fork that went on from there");
        assert_eq!(of(&tip, &old), Belongs::Elsewhere, "upon the tip");
        assert_eq!(belongs(None, &pin), Belongs::Unknown);
        assert_eq!(belongs(Some(&Answers::default()), &pin), Belongs::Unknown);
    }
}
