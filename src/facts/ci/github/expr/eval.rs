//! Owns what an expression is worth. Refuses to know any context: [`Names`] answers for them.

use std::cmp::Ordering;

use super::super::changes::Changes;
use super::functions;
use super::parser::{Node, Order, Step};
use super::value::{Unknown, Val, compare, equal};
use crate::answer::Reason;

/// Answers for the contexts and the functions that depend on where the expression stands.
pub(in crate::facts::ci::github) trait Names {
    /// The value at `root.route`; `*` stands for every item. The root is in lower case, the rest as written.
    fn lookup(&self, root: &str, route: &[String]) -> Val;

    /// The value of `success()`, `failure()`, `always()`, `cancelled()` and of functions not known here.
    fn status(&self, function: &str) -> Val;

    /// What an output says that depends on the changed files.
    fn changed(&self, _changes: &Changes) -> Val {
        Val::unknown("depends on the changed files")
    }
}

/// The value of an expression. All operands are looked at: what decides is not lost to an early end.
pub(in crate::facts::ci::github) fn eval(node: &Node, names: &dyn Names) -> Val {
    match node {
        Node::Literal(value) => value.clone(),
        Node::Path(root, steps) => match route(steps, names) {
            Ok(route) => names.lookup(root, &route),
            Err(unknown) => Val::Unknown(unknown),
        },
        Node::Of(inner, steps) => taken(eval(inner, names), steps, names),
        Node::Call(name, arguments, steps) => {
            let values: Vec<Val> = arguments.iter().map(|argument| eval(argument, names)).collect();
            taken(functions::call(name, &values).unwrap_or_else(|| names.status(name)), steps, names)
        }
        Node::Not(inner) => match eval(inner, names).truth() {
            Ok(value) => Val::Bool(!value),
            Err(unknown) => Val::Unknown(unknown),
        },
        Node::All(nodes) => chain(nodes, false, names),
        Node::Any(nodes) => chain(nodes, true, names),
        Node::Changes(changes) => names.changed(changes),
        Node::Typed(kind, inner) => typed(eval(inner, names), kind),
        Node::Compare(order, left, right) => compared(*order, &eval(left, names), &eval(right, names)),
    }
}

/// `&&` stops at the first false value, `||` at the first true one; the value it stops at is the result.
fn chain(nodes: &[Node], stop: bool, names: &dyn Names) -> Val {
    let values: Vec<Val> = nodes.iter().map(|node| eval(node, names)).collect();
    let mut open: Option<Unknown> = None;
    let mut last = Val::Null;
    for value in values {
        match (value.truth(), &open) {
            (Ok(truth), Some(_)) if truth == stop && nodes.iter().all(is_boolean) => return Val::Bool(stop),
            (Ok(truth), Some(unknown)) if truth == stop => {
                return Val::Unknown(Unknown { truth: Some(stop), ..unknown.clone() });
            }
            (Ok(truth), None) if truth == stop => return value,
            (Err(unknown), None) => open = Some(unknown),
            _ => {}
        }
        last = value;
    }
    open.map_or(last, Val::Unknown)
}

/// Whether its value is a boolean whatever its operands are.
fn is_boolean(node: &Node) -> bool {
    match node {
        Node::Compare(..) | Node::Not(_) | Node::Literal(Val::Bool(_)) => true,
        Node::Call(name, _, steps) => steps.is_empty() && matches!(name.as_str(), "contains" | "startswith" | "endswith"),
        Node::Of(inner, steps) => steps.is_empty() && is_boolean(inner),
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().all(is_boolean),
        _ => false,
    }
}

fn compared(order: Order, left: &Val, right: &Val) -> Val {
    let outcome = match order {
        Order::Equal => equal(left, right),
        Order::NotEqual => equal(left, right).map(|same| !same),
        Order::Less => compare(left, right).map(|found| found == Some(Ordering::Less)),
        Order::Greater => compare(left, right).map(|found| found == Some(Ordering::Greater)),
        Order::LessEqual => compare(left, right).map(|found| matches!(found, Some(Ordering::Less | Ordering::Equal))),
        Order::GreaterEqual => compare(left, right).map(|found| matches!(found, Some(Ordering::Greater | Ordering::Equal))),
    };
    match outcome {
        Ok(value) => Val::Bool(value),
        Err(unknown) => Val::Unknown(Unknown { truth: None, ..unknown }),
    }
}

/// An input as its declared type has it.
fn typed(value: Val, kind: &str) -> Val {
    match (kind, value) {
        // `false` is a text that is there.
        ("text", Val::Unknown(unknown)) => Val::Unknown(Unknown { truth: unknown.truth.filter(|truth| *truth), ..unknown }),
        (_, unknown @ (Val::Unknown(_) | Val::Open(_))) => unknown,
        ("boolean", Val::Null) => Val::Bool(false),
        ("boolean", Val::Str(text)) => match &*text {
            "true" => Val::Bool(true),
            "false" | "" => Val::Bool(false),
            _ => Val::unknown("an input is no boolean"),
        },
        ("boolean", other) => other,
        ("number", Val::Null) => Val::Num(0.0),
        ("number", other) => other,
        (_, other) => other.as_text().map_or(Val::Null, Val::Str),
    }
}

fn taken(value: Val, steps: &[Step], names: &dyn Names) -> Val {
    if steps.is_empty() {
        return value;
    }
    match route(steps, names) {
        Ok(route) => value.walk(&route),
        Err(unknown) => Val::Unknown(unknown),
    }
}

fn route(steps: &[Step], names: &dyn Names) -> Result<Vec<String>, Unknown> {
    let mut out = Vec::with_capacity(steps.len());
    for step in steps {
        out.push(match step {
            Step::Name(name) => name.clone(),
            Step::Every => "*".to_owned(),
            Step::Computed(node) => match eval(node, names) {
                Val::Unknown(unknown) => return Err(Unknown { truth: None, ..unknown }),
                value => match value.as_text() {
                    Some(text) => text.to_string(),
                    None => return Err(Unknown::plain(Reason::Dynamic, "an index is computed")),
                },
            },
        });
    }
    Ok(out)
}
