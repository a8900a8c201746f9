//! Owns whether a branch that a pattern of the policy lets in is one that only a few can make and change (threats B8). Refuses to say
//! whether a release may lie on it.

use super::layers::Layer;
use super::{Protection, Seen, protection};
use crate::answer::Why;
use crate::source::forge::{Answers, Got, MOST_BRANCHES, segment};

/// What the forge says about who makes and changes a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Only some; by what, and who passes it by.
    By(String),
    /// Whoever may write makes it or changes it; why that is so.
    Free(String),
    /// It does not say; why.
    Unknown(Why),
}

/// What is asked of a branch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Creation,
    Update,
}

/// Who makes and changes a branch; `None`: the forge was not asked about it.
#[must_use]
pub fn guard(answers: &Answers, branch: &str) -> Option<Guard> {
    if answers.passed_over.contains(branch) {
        return Some(Guard::Free(format!("no more than {MOST_BRANCHES} branches that hold a release are asked about")));
    }
    answers.got.contains_key(&format!("rules/branches/{}", segment(branch))).then(|| asked(answers, branch))
}

fn asked(answers: &Answers, branch: &str) -> Guard {
    let mut protection = protection::of_branch(answers, branch, "the branch");
    // Rules hold for a branch before it is there; a branch that is not there has no protection of its own.
    let gone = matches!(answers.to(&format!("branches/{}", segment(branch))), Got::Missing(_));
    if gone && protection.hidden.len() == 1 && matches!(answers.to(&format!("rules/branches/{}", segment(branch))), Got::Is(_)) {
        protection.hidden.clear();
    }
    if let Some(words) = &protection.lacks {
        return Guard::Free(format!("it has no protection of branches: {words}"));
    }
    let (made, changed) = (held(&protection, Asked::Creation), held(&protection, Asked::Update));
    match (made, changed) {
        (Held::No(_), _) | (_, Held::No(_)) if gone => Guard::Free("it has no branch of that name".to_owned()),
        (Held::No(why), _) | (_, Held::No(why)) => Guard::Free(why),
        (Held::Unknown(why), _) | (_, Held::Unknown(why)) => Guard::Unknown(why),
        (Held::By(made), Held::By(changed)) if made == changed => Guard::By(format!("{made} restricts who makes and changes it")),
        (Held::By(made), Held::By(changed)) => Guard::By(format!("{made} restricts who makes it, and {changed} who changes it")),
    }
}

enum Held {
    By(String),
    No(String),
    Unknown(Why),
}

fn held(protection: &Protection, asked: Asked) -> Held {
    let those = || protection.layers.iter().filter(|layer| restricts(layer, asked));
    let wide = |layer: &&Layer| layer.wide.always || asked == Asked::Update && layer.wide.in_pulls;
    if let Some(layer) = those().find(|layer| !wide(layer)) {
        let who = match &layer.bypass {
            Seen::Is(who) if who.is_empty() => " (nobody passes it by)".to_owned(),
            Seen::Is(who) => format!(" ({} may pass it by)", who.join(", ")),
            Seen::Lacks(_) | Seen::Hidden(_) => " (who may pass it by is not shown to this token)".to_owned(),
        };
        return Held::By(format!("{}{who}", layer.name));
    }
    let hidden = protection.hidden.first().or_else(|| protection.layers.iter().find_map(|layer| layer.hidden.as_ref()));
    if let Some(why) = hidden {
        return Held::Unknown(why.clone());
    }
    Held::No(match (those().next(), asked) {
        (Some(layer), _) => {
            format!("more than a few pass {} by (a role that may write, every workflow, or a deploy key)", layer.name)
        }
        (None, Asked::Creation) => "nothing restricts who makes such a branch".to_owned(),
        (None, Asked::Update) => "nothing restricts who pushes to it, and no approval is asked for".to_owned(),
    })
}

/// An approval that is asked for keeps one person from changing a branch; it does not keep him from making one.
fn restricts(layer: &Layer, asked: Asked) -> bool {
    match asked {
        Asked::Creation => layer.creation,
        Asked::Update => layer.update || layer.reviews.is_some_and(|reviews| reviews.approvals > 0),
    }
}
