//! Owns whether conditions that cannot be decided cover all cases together. Refuses to decide any of them.

use super::expr::{Node, Order, Val, eval};
use super::residual;
use super::scope::Scope;

/// Questions that are open in one set of conditions: each doubles the cases.
const OPEN: usize = 6;

/// Parts of one set of conditions.
const SIZE: usize = 200;

/// Whether one of the conditions holds whatever the open questions are answered, under the event of the scope.
pub(super) fn covers(conditions: &[&Node], scope: &Scope<'_>) -> bool {
    if !conditions.iter().all(|node| residual::lasts(node)) {
        return false;
    }
    let size: usize = conditions.iter().map(|node| node.size()).sum();
    if size > SIZE || !scope.repository.budget.evaluations(size << OPEN) {
        return false;
    }
    let mut cases = Cases { scope, open: Vec::new(), answers: 0 };
    // The first round finds the questions.
    let mut case = 0;
    loop {
        cases.answers = case;
        let holds = conditions.iter().map(|node| cases.holds(node)).fold(false, |any, one| any | one);
        if !holds || cases.open.len() > OPEN {
            return false;
        }
        case += 1;
        if case >= 1 << cases.open.len() {
            return true;
        }
    }
}

struct Cases<'s, 'a> {
    scope: &'s Scope<'a>,
    open: Vec<String>,
    answers: u32,
}

impl Cases<'_, '_> {
    /// Whether a condition holds in the present case; all parts are looked at, so that every round meets the same questions.
    fn holds(&mut self, node: &Node) -> bool {
        match node {
            Node::All(nodes) => nodes.iter().map(|node| self.holds(node)).fold(true, |all, one| all & one),
            Node::Any(nodes) => nodes.iter().map(|node| self.holds(node)).fold(false, |any, one| any | one),
            Node::Not(inner) => !self.holds(inner),
            Node::Of(inner, steps) if steps.is_empty() => self.holds(inner),
            Node::Compare(Order::NotEqual, left, right) => !self.holds(&Node::Compare(Order::Equal, left.clone(), right.clone())),
            other => match eval(other, self.scope).truth() {
                Ok(known) => known,
                Err(_) => self.compared(other).unwrap_or_else(|| self.answer(other)),
            },
        }
    }

    /// `X == 'true'`, where X is the text of a condition.
    fn compared(&mut self, node: &Node) -> Option<bool> {
        let Node::Compare(Order::Equal, left, right) = node else { return None };
        let (Node::Typed(kind, inner), Node::Literal(Val::Str(text))) = (left.as_ref(), right.as_ref()) else { return None };
        let is_test = matches!(inner.as_ref(), Node::Compare(..) | Node::Not(_));
        match (kind.as_str(), &**text) {
            ("text", "true") if is_test => Some(self.holds(inner)),
            ("text", "false") if is_test => Some(!self.holds(inner)),
            _ => None,
        }
    }

    fn answer(&mut self, node: &Node) -> bool {
        // Neither names nor texts mind case.
        let question = format!("{node:?}").to_lowercase();
        let number = self.open.iter().position(|known| *known == question).unwrap_or_else(|| {
            self.open.push(question);
            self.open.len() - 1
        });
        number < OPEN && self.answers >> number & 1 == 1
    }
}
