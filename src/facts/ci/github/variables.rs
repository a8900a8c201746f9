//! Owns environment variables whose values are expressions: what is left of each, to be asked under an event. Refuses variables
//! that a script sets.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expr::{Node, Val, eval};
use super::outputs::text;
use super::residual;
use super::scope::Scope;
use crate::doc::{Kind, Value};
use crate::facts::pipeline::Env;

/// Variables of one step that are kept.
const KEPT: usize = 32;

/// Expressions by the name of the variable that they give a value to; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables(Arc<BTreeMap<String, Arc<Node>>>);

impl Variables {
    /// The expression of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.0.get(name).map(Arc::as_ref)
    }

    /// With those of an `env:` above them. `env` is what is known without an event, the same `env:` included.
    pub(super) fn and(&self, own: Option<Value<'_>>, env: &Env, scope: &Scope<'_>) -> Self {
        let mut all = self.clone();
        for entry in own.into_iter().flat_map(Value::entries) {
            let Some(name) = entry.name() else { continue };
            let written = entry.value.scalar().filter(|text| entry.value.kind() == Kind::String && text.contains("${{"));
            let node = written.filter(|_| env.get(name) == Some(&None)).map(|written| text(residual::of_text(written, scope)));
            match node {
                Some(Node::Typed(_, inner)) if matches!(*inner, Node::Literal(_)) => all.forget(name),
                Some(node) if all.0.len() < KEPT || all.0.contains_key(name) => {
                    Arc::make_mut(&mut all.0).insert(name.to_owned(), Arc::new(node));
                }
                _ => all.forget(name),
            }
        }
        all
    }

    /// With one more above them.
    pub(super) fn with(&self, name: &str, node: &Arc<Node>) -> Self {
        let mut all = self.clone();
        if all.0.len() < KEPT || all.0.contains_key(name) {
            Arc::make_mut(&mut all.0).insert(name.to_owned(), Arc::clone(node));
        }
        all
    }

    /// Without those that earlier steps set.
    pub(super) fn without<'n>(&self, names: impl Iterator<Item = &'n String>) -> Self {
        let mut all = self.clone();
        if !all.0.is_empty() {
            names.for_each(|name| all.forget(name));
        }
        all
    }

    fn forget(&mut self, name: &str) {
        if self.0.contains_key(name) {
            Arc::make_mut(&mut self.0).remove(name);
        }
    }

    /// The expressions of the variables that `mentioned` is true of.
    pub(super) fn nodes(&self, mentioned: impl Fn(&str) -> bool) -> impl Iterator<Item = &Node> {
        self.0.iter().filter(move |(name, _)| mentioned(name)).map(|(_, node)| node.as_ref())
    }

    /// The values under the event of a scope, of the variables that `mentioned` is true of.
    pub(super) fn values(&self, scope: &Scope<'_>, mentioned: impl Fn(&str) -> bool) -> Vec<(String, Option<String>)> {
        let asked = self.0.iter().filter(|(name, _)| mentioned(name));
        let value = |node: &Node| match scope.repository.budget.evaluations(node.size()) {
            true => eval(node, scope),
            false => Val::unknown("there are too many conditions to decide"),
        };
        asked.map(|(name, node)| (name.clone(), value(node).as_text().map(|text| text.to_string()))).collect()
    }
}
