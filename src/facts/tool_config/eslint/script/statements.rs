//! Owns statements that are run for what they do: those that change nothing which is configured, and those that add elements to a
//! list after its literal (`list.push({ … })`). Refuses lists whose name stands anywhere else than in one use behind the last of them.

use std::collections::{BTreeMap, BTreeSet};

use oxc_ast::ast::{Expression, Statement};

use super::super::node::{Binding, Node, What};
use super::{Reader, arguments, span};
use crate::text::Span;

/// One statement that adds elements.
pub(super) struct Push {
    name: String,
    elements: Vec<Node>,
    at: Span,
}

/// Calls that change nothing that is configured.
pub(super) fn is_harmless_call(callee: &str) -> bool {
    let object = ["Object.freeze", "Object.seal", "Object.preventExtensions"];
    callee == "require" || callee.starts_with("console.") || callee.starts_with("process.") || object.contains(&callee)
}

/// Where each name stands that is no member of another value.
pub(super) fn places(words: &[(&str, Span)]) -> BTreeMap<String, Vec<usize>> {
    let mut seen: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, (text, span)) in words.iter().enumerate() {
        if at == 0 || !matches!(words[at - 1].0, "." | "?.") {
            seen.entry((*text).to_owned()).or_default().push(span.start);
        }
    }
    seen
}

impl Reader {
    /// Whether a statement only sets variables of the environment, or tells something.
    pub(super) fn is_harmless(&self, statement: &Statement<'_>) -> bool {
        match statement {
            Statement::BlockStatement(block) => block.body.iter().all(|one| self.is_harmless(one)),
            Statement::IfStatement(one) => {
                let other = one.alternate.as_ref().is_none_or(|other| self.is_harmless(other));
                !self.source(span(&one.test)).contains('(') && self.is_harmless(&one.consequent) && other
            }
            Statement::ExpressionStatement(one) => match one.expression.get_inner_expression() {
                Expression::AssignmentExpression(set) => self.source(span(&set.left)).starts_with("process.env"),
                Expression::CallExpression(call) => is_harmless_call(self.source(span(&call.callee))),
                _ => false,
            },
            Statement::EmptyStatement(_) => true,
            _ => false,
        }
    }

    /// What a statement adds, where it does nothing else; a name is no list yet of which anything was exported.
    pub(super) fn pushes(&self, statement: &Statement<'_>) -> Option<Vec<Push>> {
        if self.module.export.is_some() {
            return None;
        }
        let found = self.added(statement)?;
        (!found.is_empty()).then_some(found)
    }

    fn added(&self, statement: &Statement<'_>) -> Option<Vec<Push>> {
        if self.is_harmless(statement) {
            return Some(Vec::new());
        }
        match statement {
            Statement::BlockStatement(block) => {
                let each: Option<Vec<Vec<Push>>> = block.body.iter().map(|one| self.added(one)).collect();
                Some(each?.into_iter().flatten().collect())
            }
            Statement::IfStatement(one) if !self.source(span(&one.test)).contains('(') => {
                let mut all = self.added(&one.consequent)?;
                if let Some(other) = &one.alternate {
                    all.extend(self.added(other)?);
                }
                for push in &mut all {
                    let list = Node { what: What::List(std::mem::take(&mut push.elements)), span: push.at };
                    push.elements.push(Node { what: What::Either(vec![list]), span: push.at });
                }
                Some(all)
            }
            Statement::ExpressionStatement(one) => {
                let Expression::CallExpression(call) = one.expression.get_inner_expression() else { return None };
                let Expression::StaticMemberExpression(member) = call.callee.get_inner_expression() else { return None };
                let Expression::Identifier(name) = member.object.get_inner_expression() else { return None };
                let push =
                    || Push { name: name.name.to_string(), elements: arguments(&call.arguments, 0), at: span(call.as_ref()) };
                (member.property.name == "push").then(|| vec![push()])
            }
            _ => None,
        }
    }

    /// Lists with what is added to them; of the others it is a change.
    pub(super) fn add(&mut self, pushed: Vec<Push>) {
        let names: BTreeSet<String> = pushed.iter().map(|push| push.name.clone()).collect();
        for name in names {
            let own: Vec<&Push> = pushed.iter().filter(|push| push.name == name).collect();
            let Some(last) = own.last() else { continue };
            let seen = self.seen.get(&name).map(Vec::as_slice).unwrap_or_default();
            // Declared, pushed to, and used once.
            let plain = seen.len() == own.len() + 2 && seen.last().is_some_and(|at| *at > last.at.end);
            match self.module.names.get_mut(&name) {
                Some(Binding::Value(Node { what: What::List(items), .. })) if plain => {
                    items.extend(own.iter().flat_map(|push| push.elements.clone()));
                    self.module.touched.remove(&name);
                }
                _ => self.called.push((name, last.at)),
            }
        }
    }
}
