//! Owns what GitHub objects to in an expression before it runs anything: names of contexts and functions that are not there, or
//! not in this place, and functions with too few or too many arguments. Refuses to evaluate.

use super::super::expr::{Node, Step, Val, parse};
use super::super::template;
use super::table as see;

/// Characters of one expression that GitHub reads.
const LONGEST: usize = 21_000;

/// What is wrong with an expression that stands where `sees` can be asked.
pub(super) fn objection(text: &str, sees: u32) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return Some("an expression is empty".to_owned());
    }
    // A directive, not an expression: the mapping goes on with another one's entries.
    if text == "insert" {
        return None;
    }
    if text.len() > LONGEST && text.chars().count() > LONGEST {
        return Some(format!("an expression has more than {LONGEST} characters"));
    }
    match parse(text) {
        Ok(node) => names(&node, sees),
        Err(why) => Some(format!("an expression cannot be read: {why}")),
    }
}

/// The text of a scalar that is one quoted text in `${{ }}`.
pub(super) fn literal(text: &str) -> Option<String> {
    match parse(template::whole_expression(text)?) {
        Ok(Node::Literal(Val::Str(text))) => Some(text.to_string()),
        _ => None,
    }
}

fn names(node: &Node, sees: u32) -> Option<String> {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        match node {
            // No text has changed files in it: they come of reading outputs.
            Node::Literal(_) | Node::Changes(_) => {}
            Node::Path(root, steps) => {
                if let Some(why) = context(root, sees) {
                    return Some(why);
                }
                waiting.extend(computed(steps));
            }
            Node::Call(name, arguments, steps) => {
                if let Some(why) = function(name, arguments.len(), sees) {
                    return Some(why);
                }
                waiting.extend(arguments);
                waiting.extend(computed(steps));
            }
            Node::Of(inner, steps) => {
                waiting.push(inner);
                waiting.extend(computed(steps));
            }
            Node::Not(inner) | Node::Typed(_, inner) => waiting.push(inner),
            Node::All(nodes) | Node::Any(nodes) => waiting.extend(nodes),
            Node::Compare(_, left, right) => waiting.extend([&**left, &**right]),
        }
    }
    None
}

fn computed(steps: &[Step]) -> impl Iterator<Item = &Node> {
    steps.iter().filter_map(|step| match step {
        Step::Computed(node) => Some(&**node),
        Step::Name(_) | Step::Every => None,
    })
}

fn context(name: &str, sees: u32) -> Option<String> {
    let bit = match name {
        "github" => see::GITHUB,
        "inputs" => see::INPUTS,
        "vars" => see::VARS,
        "needs" => see::NEEDS,
        "strategy" => see::STRATEGY,
        "matrix" => see::MATRIX,
        "secrets" => see::SECRETS,
        "steps" => see::STEPS,
        "job" => see::JOB,
        "runner" => see::RUNNER,
        "env" => see::ENV,
        "jobs" => see::JOBS,
        _ => return Some(format!("there is no context `{name}`")),
    };
    (sees & bit == 0).then(|| format!("the context `{name}` is not there in this place"))
}

fn function(name: &str, given: usize, sees: u32) -> Option<String> {
    let (least, most, place) = match name {
        "contains" | "startswith" | "endswith" => (2, 2, u32::MAX),
        "format" => (1, 255, u32::MAX),
        "join" => (1, 2, u32::MAX),
        "tojson" | "fromjson" => (1, 1, u32::MAX),
        "case" => (3, 255, u32::MAX),
        "hashfiles" => (1, 255, see::HASH),
        "always" | "cancelled" => (0, 0, see::STATUS | see::JOB_STATUS),
        "success" | "failure" if sees & see::JOB_STATUS != 0 => (0, usize::MAX, see::JOB_STATUS),
        "success" | "failure" => (0, 0, see::STATUS),
        _ => return Some(format!("there is no function `{name}`")),
    };
    if sees & place == 0 {
        return Some(format!("the function `{name}` is not there in this place"));
    }
    (given < least || given > most).then(|| format!("the function `{name}` does not take {given} arguments"))
}
