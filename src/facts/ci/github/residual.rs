//! Owns expressions that are handed on: an input, an output or a variable as what is left of its expression when all that only
//! its own place knows has been put in. Refuses to decide: what is left still asks about the event and the changed files.

use std::sync::Arc;

use super::expr::{Names, Node, Step, Val, parse};
use super::scope::{Inputs, Scope};
use super::template;
use crate::doc::{Kind, Value};

/// Larger ones are not handed on.
const SIZE: usize = 400;

/// What an expression becomes in another place of the same run.
pub(super) fn moved(node: &Node, scope: &Scope<'_>) -> Node {
    bounded(Putting { scope, moved: true }.node(node), scope)
}

/// An expression in its own place, with what inputs and outputs stand for.
pub(super) fn within(node: &Node, scope: &Scope<'_>) -> Node {
    Putting { scope, moved: false }.node(node)
}

/// A scalar of the file that is handed on.
pub(super) fn of_value(value: Value<'_>, scope: &Scope<'_>) -> Node {
    match (value.kind(), value.scalar()) {
        (Kind::String, Some(text)) => of_text(text, scope),
        _ => Node::Literal(template::value_of(value, scope)),
    }
}

/// A text with expressions that is handed on.
pub(super) fn of_text(text: &str, scope: &Scope<'_>) -> Node {
    match unmoved(text) {
        Some(Node::Literal(value)) => Node::Literal(value),
        Some(node) => moved(&node, scope),
        None => Node::Literal(Val::unknown("an expression cannot be read")),
    }
}

/// A text with expressions as one expression; `None` when one of them cannot be read.
fn unmoved(text: &str) -> Option<Node> {
    if let Some(whole) = template::whole_expression(text) {
        return parse(whole).ok();
    }
    if !text.contains("${{") {
        return Some(Node::Literal(Val::text(text)));
    }
    let (mut format, mut done) = (String::new(), 0);
    let mut arguments = vec![Node::Literal(Val::Null)];
    for (range, expression) in template::expressions(text) {
        let node = parse(expression).ok()?;
        format.push_str(&escaped(&text[done..range.start]));
        format.push_str(&format!("{{{}}}", arguments.len() - 1));
        arguments.push(node);
        done = range.end;
    }
    format.push_str(&escaped(&text[done..]));
    arguments[0] = Node::Literal(Val::text(format));
    Some(Node::Call("format".to_owned(), arguments, Vec::new()))
}

/// A text with expressions as it stands, when what it asks about is the same all through a job in one variant.
pub(super) fn lasting(text: &str) -> Option<Node> {
    let node = unmoved(text)?;
    lasts(&node).then_some(node)
}

/// A condition of which the same is true.
pub(super) fn lasting_condition(text: &str) -> Option<Node> {
    let single = template::whole_expression(text);
    let node = match single {
        None if text.contains("${{") => return None,
        single => parse(single.unwrap_or(text)).ok()?,
    };
    lasts(&node).then_some(node)
}

/// Whether an expression is worth the same all through a job in one variant.
pub(super) fn lasts(node: &Node) -> bool {
    let named = |steps: &[Step]| steps.iter().all(|step| !matches!(step, Step::Computed(_)));
    match node {
        Node::Literal(_) => true,
        Node::Path(root, steps) => {
            matches!(root.as_str(), "matrix" | "github" | "inputs" | "needs" | "vars" | "secrets") && named(steps)
        }
        Node::Call(name, nodes, steps) => {
            let constant = matches!(
                name.as_str(),
                "contains"
                    | "startswith"
                    | "endswith"
                    | "format"
                    | "join"
                    | "tojson"
                    | "fromjson"
                    | "success"
                    | "always"
                    | "case"
            );
            constant && named(steps) && nodes.iter().all(lasts)
        }
        Node::Of(inner, steps) => named(steps) && lasts(inner),
        Node::Not(inner) | Node::Typed(_, inner) => lasts(inner),
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().all(lasts),
        Node::Compare(_, left, right) => lasts(left) && lasts(right),
        Node::Changes(_) => false,
    }
}

/// What is there only if a condition holds: else it is the empty text.
pub(super) fn provided(condition: Option<Value<'_>>, node: Node, scope: &Scope<'_>) -> Node {
    let Some(condition) = condition else { return node };
    let text = condition.scalar().unwrap_or_default();
    let holds = match (condition.kind(), template::whole_expression(text)) {
        (Kind::Bool | Kind::Null, _) => return if text == "false" { empty() } else { node },
        (_, None) if text.contains("${{") => return node,
        (_, single) => parse(single.unwrap_or(text)),
    };
    let holds = holds.unwrap_or_else(|_| Node::Literal(Val::unknown("a condition cannot be read")));
    Node::Call("case".to_owned(), vec![moved(&holds, scope), node, empty()], Vec::new())
}

/// The empty text.
pub(super) fn empty() -> Node {
    Node::Literal(Val::text(""))
}

fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

fn bounded(node: Node, scope: &Scope<'_>) -> Node {
    let size = node.size();
    if size > SIZE || !scope.repository.budget.evaluations(size) {
        return Node::Literal(Val::unknown("an expression is put together from very many parts"));
    }
    node
}

struct Putting<'s, 'a> {
    scope: &'s Scope<'a>,
    /// Nothing of this place but the event is known where the expression goes.
    moved: bool,
}

impl Putting<'_, '_> {
    fn node(&self, node: &Node) -> Node {
        let boxed = |node: &Node| Box::new(self.node(node));
        let each = |nodes: &[Node]| nodes.iter().map(|node| self.node(node)).collect();
        match node {
            Node::Literal(_) | Node::Changes(_) => node.clone(),
            Node::Path(root, steps) => self.path(root, steps),
            Node::Call(name, arguments, _) if arguments.is_empty() && self.moved => match name.as_str() {
                // A step or a job whose outputs are asked ran in an ordinary run.
                "always" | "success" => Node::Literal(Val::Bool(true)),
                "failure" | "cancelled" => Node::Literal(Val::Bool(false)),
                _ => Node::Literal(Val::unknown("a function is known only where it stands")),
            },
            Node::Call(name, arguments, steps) => Node::Call(name.clone(), each(arguments), self.steps(steps)),
            Node::Of(inner, steps) => Node::Of(boxed(inner), self.steps(steps)),
            Node::Typed(kind, inner) => Node::Typed(kind.clone(), boxed(inner)),
            Node::Not(inner) => Node::Not(boxed(inner)),
            Node::All(nodes) => Node::All(each(nodes)),
            Node::Any(nodes) => Node::Any(each(nodes)),
            Node::Compare(order, left, right) => Node::Compare(*order, boxed(left), boxed(right)),
        }
    }

    fn steps(&self, steps: &[Step]) -> Vec<Step> {
        let one = |step: &Step| match step {
            Step::Computed(node) => Step::Computed(Box::new(self.node(node))),
            other => other.clone(),
        };
        steps.iter().map(one).collect()
    }

    fn path(&self, root: &str, steps: &[Step]) -> Node {
        let names: Option<Vec<&str>> = steps
            .iter()
            .map(|step| match step {
                Step::Name(name) => Some(name.as_str()),
                Step::Every => Some("*"),
                Step::Computed(_) => None,
            })
            .collect();
        let keep = || Node::Path(root.to_owned(), self.steps(steps));
        let Some(names) = names else {
            let known = Node::Literal(Val::unknown("an index is computed"));
            return if self.moved && root != "github" { known } else { keep() };
        };
        if let Some(known) = self.scope.handed(root, &names) {
            if !self.scope.repository.budget.evaluations(known.size()) {
                return Node::Literal(Val::unknown("there are too many conditions to decide"));
            }
            return known;
        }
        let first = names.first().map(|name| name.to_ascii_lowercase());
        match (self.moved, root) {
            (false, _) => keep(),
            (true, "github") if first.as_deref() != Some("action_path") => keep(),
            // An event hands its inputs over in its payload too.
            (true, "inputs") if matches!(self.scope.inputs, Inputs::Uncalled) => {
                let names = ["event", "inputs"].into_iter().chain(names);
                Node::Path("github".to_owned(), names.map(|name| Step::Name(name.to_owned())).collect())
            }
            (true, _) => {
                let route: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
                Node::Literal(self.scope.lookup(root, &route))
            }
        }
    }
}

/// What a name of a value is taken out of, when it is an expression that was handed on.
pub(super) fn taken(node: &Node, rest: &[&str]) -> Node {
    if rest.is_empty() {
        return node.clone();
    }
    Node::Of(Box::new(node.clone()), rest.iter().map(|name| Step::Name((*name).to_owned())).collect())
}

/// A list of names with their filters is handed on as one.
pub(super) fn changes(changes: super::changes::Changes) -> Node {
    Node::Changes(Arc::new(changes))
}
