//! Owns what protects a branch, over all layers: which of them holds something, and whether somebody may pass it by. Refuses to say what
//! ought to hold.

use serde_json::Value;

use super::layers::{self, Layer};
use super::owners::{CodeOwners, Objection};
use super::values::{enabled, flag};
use super::{Seen, hidden};
use crate::answer::{Answer, Why};
use crate::source::forge::{Answers, Got, segment};

/// What protects a branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    /// The layers that are seen.
    pub layers: Vec<Layer>,
    /// Why there may be more.
    pub hidden: Vec<Why>,
    /// The plan has no protection of branches; in the forge's words.
    pub lacks: Option<String>,
}

/// Whether something holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held<'p> {
    /// For everybody; by this layer.
    By(&'p Layer),
    /// For most: these may pass the layer by.
    But(&'p Layer, Vec<String>),
    /// It is not known.
    Unknown(Why),
    /// It does not.
    No,
}

impl Protection {
    /// Whether a layer has something, for everybody.
    #[must_use]
    pub fn holds(&self, has: impl Fn(&Layer) -> bool) -> Held<'_> {
        let those = || self.layers.iter().filter(|layer| has(layer));
        let free = |layer: &&Layer| matches!(&layer.bypass, Seen::Is(list) if list.is_empty());
        if let Some(layer) = those().find(free) {
            return Held::By(layer);
        }
        let unseen = those().find_map(|layer| match &layer.bypass {
            Seen::Hidden(why) => Some(why),
            _ => None,
        });
        let parts = self.layers.iter().filter_map(|layer| layer.hidden.as_ref());
        if let Some(why) = unseen.or_else(|| self.hidden.first()).or_else(|| parts.into_iter().next()) {
            return Held::Unknown(why.clone());
        }
        match those().next() {
            Some(layer) => Held::But(layer, layer.bypass.is().cloned().unwrap_or_default()),
            None => Held::No,
        }
    }

    /// As [`Self::holds`], whoever may pass it by.
    #[must_use]
    pub fn has(&self, has: impl Fn(&Layer) -> bool) -> Answer {
        let hidden = self.hidden.first().or_else(|| self.layers.iter().find_map(|layer| layer.hidden.as_ref()));
        match (self.layers.iter().any(has), hidden) {
            (true, _) => Answer::Yes(()),
            (false, Some(why)) => Answer::Unknown(why.clone()),
            (false, None) => Answer::No,
        }
    }

    /// Whether nobody changes a file alone: its code owners have to approve what is merged, as it is merged, and nobody passes that by.
    /// The clause of a `No` says what is missing.
    pub fn reviewed(&self, path: &str, owners: Option<&CodeOwners>, objections: &Seen<Vec<Objection>>) -> Result<(), Missing> {
        let asked = |layer: &Layer| layer.reviews.is_some_and(|reviews| reviews.code_owners && reviews.approvals > 0);
        let fresh = |layer: &Layer| asked(layer) && layer.reviews.is_some_and(|reviews| reviews.fresh);
        match self.holds(fresh) {
            Held::By(_) => {}
            Held::Unknown(why) => return Err(Missing::Unknown(why)),
            Held::But(layer, who) => return Err(Missing::No(format!("{} may pass {} by", who.join(", "), layer.name))),
            Held::No if self.has(asked).is_yes() => {
                return Err(Missing::No("what is pushed after an approval needs none".to_owned()));
            }
            Held::No => return Err(Missing::No("no review by code owners is asked for".to_owned())),
        }
        let Some(owners) = owners else { return Err(Missing::No("there is no CODEOWNERS".to_owned())) };
        let known = match objections {
            Seen::Is(known) => known.as_slice(),
            Seen::Lacks(_) => &[],
            Seen::Hidden(why) => return Err(Missing::Unknown(why.clone())),
        };
        match owners.owns(path, known) {
            Answer::Yes(_) => Ok(()),
            Answer::No => Err(Missing::No(format!("{path} has no owner in {}", owners.path))),
            Answer::Unknown(why) => Err(Missing::Unknown(why)),
        }
    }
}

/// What keeps something from being proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It does not hold; why.
    No(String),
    /// It is not known.
    Unknown(Why),
}

/// What protects the default branch.
pub(super) fn of(answers: &Answers, branch: Option<&str>) -> Protection {
    if let Some(branch) = branch {
        return of_branch(answers, branch, "its default branch");
    }
    let hidden = hidden(&answers.to(""), "the repository", "metadata: read");
    Protection { hidden: vec![hidden], ..Protection::default() }
}

/// What protects a branch; `whose` calls it by a name.
pub(super) fn of_branch(answers: &Answers, branch: &str, whose: &str) -> Protection {
    let mut protection = Protection::default();
    let name = segment(branch);
    match answers.to(&format!("rules/branches/{name}")) {
        Got::Is(Value::Array(rules)) => protection.layers.extend(layers::of_rules(&rules, answers)),
        Got::Is(_) => protection.hidden.push(super::odd("the rules of its branches")),
        Got::Plan(words) => protection.lacks = Some(words),
        got => protection.hidden.push(hidden(&got, "the rules of its branches", "metadata: read")),
    }
    let (outside, inside) = (answers.to(&format!("branches/{name}")), answers.to(&format!("branches/{name}/protection")));
    match (inside, outside) {
        (Got::Is(value), _) => protection.layers.push(layers::classic(branch, &value)),
        // A plan without it has none; rulesets of an organisation may be there all the same.
        (Got::Plan(words), _) => drop(protection.lacks.get_or_insert(words)),
        (_, Got::Is(value)) if is_free(&value) => {}
        // Documented nowhere, and what it says: go-github tells it by these words from a branch that may not be seen.
        (Got::Missing(words), _) if words == "Branch not protected" => {}
        (got, Got::Is(value)) => {
            let why = hidden(&got, &format!("the protection of {whose}"), "administration: read");
            let none = Value::Null;
            protection.layers.push(layers::classic_outside(branch, value.get("protection").unwrap_or(&none), why));
        }
        (got, _) => protection.hidden.push(hidden(&got, &format!("the protection of {whose}"), "administration: read")),
    }
    if !protection.layers.is_empty() {
        protection.lacks = None;
    }
    protection
}

/// A branch without classic protection says so to everybody.
fn is_free(branch: &Value) -> bool {
    flag(branch, "protected") == Some(false) || enabled(branch, "protection") == Some(false)
}
