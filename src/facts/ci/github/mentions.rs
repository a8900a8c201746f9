//! Owns which questions a condition asks, so that only runs are imagined in which the answer could differ. Refuses to answer.

use std::sync::Arc;

use super::expr::{Node, Step, Val};
use super::home::Asked;
use super::scope::Free;

/// Literals of one condition that are tried as names.
pub(super) const TRIED: usize = 8;

/// What an expression asks about.
#[derive(Clone, Debug, Default)]
pub(super) struct Mentions {
    /// How many parts it has.
    pub(super) size: usize,
    /// A status function.
    pub(super) status: bool,
    /// Whether the head is a fork.
    pub(super) fork: bool,
    /// Whether it is a draft.
    pub(super) draft: bool,
    /// Whether it was merged.
    pub(super) merged: bool,
    /// The activity type.
    pub(super) action: bool,
    /// Which branch or tag it is.
    pub(super) refs: bool,
    /// Other jobs.
    pub(super) needs: bool,
    /// What the repository is to be called.
    pub(super) home: Asked,
    /// Freely chosen names.
    pub(super) free: Vec<Free>,
    /// Literals, tried as names.
    pub(super) literals: Vec<Arc<str>>,
}

impl Mentions {
    /// Adds what an expression asks about.
    pub(super) fn collect(&mut self, node: &Node) {
        self.home.collect(node);
        self.node(node);
    }

    /// Whether the answer may differ between runs of one event.
    pub(super) fn is_of_runs(&self) -> bool {
        self.fork || self.draft || self.merged || self.action || self.refs || !self.free.is_empty()
    }

    fn node(&mut self, node: &Node) {
        self.size += 1;
        match node {
            Node::Literal(Val::Str(text)) => self.literal(text),
            Node::Literal(_) | Node::Changes(_) => {}
            Node::Typed(_, inner) => self.node(inner),
            Node::Path(root, steps) => {
                self.path(root, steps);
                self.steps(steps);
            }
            Node::Call(name, arguments, steps) => {
                self.status |= matches!(name.as_str(), "always" | "success" | "failure" | "cancelled");
                arguments.iter().for_each(|argument| self.node(argument));
                self.steps(steps);
            }
            Node::Of(inner, steps) => {
                self.node(inner);
                self.steps(steps);
            }
            Node::Not(inner) => self.node(inner),
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|node| self.node(node)),
            Node::Compare(_, left, right) => {
                self.node(left);
                self.node(right);
            }
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            if let Step::Computed(node) = step {
                self.node(node);
            }
        }
    }

    fn literal(&mut self, text: &Arc<str>) {
        // `fromJSON('["a", "b"]')` holds several.
        let items = serde_json::from_str::<Vec<String>>(text).unwrap_or_default();
        let texts = if items.is_empty() { vec![Arc::clone(text)] } else { items.into_iter().map(Arc::from).collect() };
        for text in texts {
            if self.literals.len() < TRIED && !self.literals.contains(&text) {
                self.literals.push(text);
            }
        }
    }

    fn path(&mut self, root: &str, steps: &[Step]) {
        let lower: Vec<String> = steps
            .iter()
            .map(|step| match step {
                Step::Name(name) => name.to_ascii_lowercase(),
                Step::Every | Step::Computed(_) => "*".to_owned(),
            })
            .collect();
        let names: Vec<&str> = lower.iter().map(String::as_str).collect();
        self.needs |= root == "needs";
        if root != "github" {
            return;
        }
        match names.as_slice() {
            ["actor" | "triggering_actor"] | ["event", "sender", ..] | ["event", "pusher", ..] => self.free(Free::Actor),
            ["event", "pull_request", "user", ..] => self.free(Free::Actor),
            ["head_ref"] | ["event", "pull_request", "head", "ref"] => self.free(Free::HeadRef),
            ["base_ref"] | ["event", "pull_request", "base", "ref"] => self.free(Free::Base),
            ["ref" | "ref_name" | "ref_type"] => {
                self.refs = true;
                self.free(Free::Branch);
            }
            ["event", "pull_request", "labels", ..] | ["event", "label", ..] => self.free(Free::Label),
            ["event", "pull_request", "title" | "body"] | ["event", "head_commit" | "comment" | "review", ..] => {
                self.free(Free::Words)
            }
            ["event", "pull_request", "draft"] => self.draft = true,
            ["event", "pull_request", "merged" | "state"] => self.merged = true,
            ["event", "pull_request", "head", "repo" | "user", ..] => self.fork = true,
            ["event", "action"] => self.action = true,
            _ => {}
        }
    }

    fn free(&mut self, kind: Free) {
        if !self.free.contains(&kind) {
            self.free.push(kind);
        }
    }
}
