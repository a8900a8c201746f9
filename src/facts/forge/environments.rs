//! Owns what guards deployments on the forge: rules about tags in force, environments with who has to approve and which references may
//! deploy. Refuses to say whether that is enough.

use serde_json::Value;

use super::values::{flag, rows, text, texts};
use super::{Seen, hidden, layers, odd};
use crate::source::forge::{Answers, Got, segment};

/// A ruleset about tags that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagRules {
    /// What to call it.
    pub name: String,
    /// Patterns of references that it is about, as the forge writes them.
    pub include: Vec<String>,
    /// Patterns of those that it leaves out.
    pub exclude: Vec<String>,
    /// Only those who may pass it by make such a tag.
    pub creation: bool,
    /// Only they move one.
    pub update: bool,
    /// Who they are.
    pub bypass: Seen<Vec<String>>,
    /// Everybody who may write may be among them: a role that is not the administrators'.
    pub wide: bool,
}

impl TagRules {
    /// Whether it is about every tag that a pattern of a workflow (`v*`) lets through: the patterns are the same, or it is about all.
    #[must_use]
    pub fn covers(&self, pattern: &str) -> bool {
        let same = |include: &String| include == "~ALL" || include.strip_prefix("refs/tags/") == Some(pattern);
        let all = |include: &String| matches!(include.as_str(), "refs/tags/**/*" | "refs/tags/**");
        self.exclude.is_empty() && self.include.iter().any(|include| same(include) || all(include))
    }
}

/// An environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// People have to approve a deployment.
    pub reviewers: bool,
    /// An app has to.
    pub app: bool,
    /// Which references may deploy, with whether each is a tag; `None`: all, or not known.
    pub references: Option<Vec<(String, bool)>>,
}

/// The rulesets about tags.
pub(super) fn tag_rules(answers: &Answers) -> Seen<Vec<TagRules>> {
    const WHAT: &str = "the rules of its tags";
    const NEEDS: &str = "metadata: read";
    let list = match answers.to("rulesets?includes_parents=true") {
        Got::Is(Value::Array(list)) => list,
        Got::Is(_) => return Seen::Hidden(odd(WHAT)),
        Got::Plan(words) => return Seen::Lacks(words),
        got => return Seen::Hidden(hidden(&got, WHAT, NEEDS)),
    };
    let in_force = |row: &&Value| text(row, "target") == Some("tag") && text(row, "enforcement") == Some("active");
    let mut all = Vec::new();
    for row in list.iter().filter(in_force) {
        let Some(id) = row.get("id").and_then(Value::as_u64) else { return Seen::Hidden(odd(WHAT)) };
        let ruleset = match answers.to(&format!("rulesets/{id}")) {
            Got::Is(ruleset) => ruleset,
            got => return Seen::Hidden(hidden(&got, WHAT, NEEDS)),
        };
        let none = Value::Null;
        let names = ruleset.get("conditions").and_then(|conditions| conditions.get("ref_name")).unwrap_or(&none);
        let has = |kind: &str| rows(&ruleset, "rules").iter().any(|rule| text(rule, "type") == Some(kind));
        all.push(TagRules {
            name: format!("the ruleset `{}`", text(row, "name").unwrap_or_default()),
            include: texts(names, "include"),
            exclude: texts(names, "exclude"),
            creation: has("creation"),
            update: has("update"),
            bypass: layers::bypass(Some(id), answers),
            wide: layers::Wide::of(&ruleset) != layers::Wide::default(),
        });
    }
    Seen::Is(all)
}

/// The environments.
pub(super) fn of(answers: &Answers) -> Seen<Vec<Environment>> {
    const WHAT: &str = "its environments";
    match answers.to("environments") {
        Got::Is(Value::Array(list)) => Seen::Is(list.iter().filter_map(|row| environment(row, answers)).collect()),
        Got::Is(_) => Seen::Hidden(odd(WHAT)),
        Got::Plan(words) => Seen::Lacks(words),
        got => Seen::Hidden(hidden(&got, WHAT, "actions: read")),
    }
}

fn environment(row: &Value, answers: &Answers) -> Option<Environment> {
    let name = text(row, "name")?;
    let below = |what: &str| answers.value(&format!("environments/{}/{what}", segment(name)));
    let people = |rule: &Value| text(rule, "type") == Some("required_reviewers") && !rows(rule, "reviewers").is_empty();
    let apps = below("deployment_protection_rules").map(|value| rows(value, "custom_deployment_protection_rules"));
    let policy = row.get("deployment_branch_policy").filter(|policy| policy.is_object());
    let own = policy.is_some_and(|policy| flag(policy, "custom_branch_policies") == Some(true));
    let reference = |row: &Value| Some((text(row, "name")?.to_owned(), text(row, "type") == Some("tag")));
    let references = below("deployment-branch-policies").and_then(Value::as_array).filter(|_| own);
    Some(Environment {
        name: name.to_owned(),
        reviewers: rows(row, "protection_rules").iter().any(people),
        app: apps.unwrap_or_default().iter().any(|rule| flag(rule, "enabled") == Some(true)),
        references: references.map(|rows| rows.iter().filter_map(reference).collect()),
    })
}
