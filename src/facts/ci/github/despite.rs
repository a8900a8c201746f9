//! Owns whether a condition lets something run although what it waits for has not gone well, or wherever another one does. Refuses to know
//! what that is: who asks says what became of jobs, steps and outputs.

use std::cell::Cell;

use super::condition::Condition;
use super::expr::{Names, Nature, Node, Step, Val, eval};
use crate::doc::Value;

/// What became of what a condition waits for.
pub(in crate::facts) struct Past<'a> {
    /// `success()`.
    pub(in crate::facts) success: bool,
    /// `failure()`.
    pub(in crate::facts) failure: bool,
    /// `cancelled()`.
    pub(in crate::facts) cancelled: bool,
    /// What a context says, by its name in lower case and the names behind it.
    pub(in crate::facts) says: &'a dyn Fn(&str, &[&str]) -> Said,
}

/// What a context says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::facts) enum Said {
    /// This.
    Text(String),
    /// A name that begins so.
    Begins(&'static str),
    /// These, behind `*`.
    All(Vec<Said>),
    /// What comes of what is waited for, and is not read.
    Tied,
    /// Anything: some run has it so.
    Free,
}

/// Whether it lets it run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::facts) enum Runs {
    /// In no run.
    No,
    /// In some run at least.
    Yes,
    /// That cannot be told: one clause.
    Unknown(String),
}

/// Asks the `if` of a job or a step, or the absence of one. Without a status function `success()` is implied.
pub(in crate::facts) fn runs_despite(condition: Option<Value<'_>>, past: &Past<'_>) -> Runs {
    let condition = Condition::read(condition);
    if !past.success && !condition.asks_status() {
        return match condition.unread() {
            Some(why) => Runs::Unknown(why.to_owned()),
            None => Runs::No,
        };
    }
    let told = Told { past, tied: Cell::new(false) };
    match condition.plain_truth(&told) {
        Ok(false) => Runs::No,
        Ok(true) => Runs::Yes,
        Err(_) if condition.unread().is_none() && !told.tied.get() => Runs::Yes,
        Err(unknown) => Runs::Unknown(unknown.why.to_string()),
    }
}

/// The condition asks for the status of what it waits for, so that it may hold where that has not gone well.
pub(in crate::facts) fn asks_status(condition: Option<Value<'_>>) -> bool {
    Condition::read(condition).asks_status()
}

/// It holds in no run of this past, with nothing implied.
pub(in crate::facts) fn never_holds(condition: Option<Value<'_>>, past: &Past<'_>) -> bool {
    Condition::read(condition).plain_truth(&Told { past, tied: Cell::new(false) }) == Ok(false)
}

/// Whether what one condition lets run has run wherever the others let something run: it surely holds, or all that it asks for they ask for,
/// too, of what does not change in between.
pub(in crate::facts) fn holds_wherever(one: Value<'_>, others: &[Value<'_>], past: &Past<'_>, same_job: bool) -> bool {
    let condition = Condition::read(Some(one));
    let told = Told { past, tied: Cell::new(false) };
    if condition.plain_truth(&told) == Ok(true) {
        return true;
    }
    let Some(node) = condition.node() else { return false };
    let others: Vec<Condition> = others.iter().map(|other| Condition::read(Some(*other))).collect();
    let asked: Vec<String> = others.iter().filter_map(Condition::node).flat_map(parts).map(as_asked).collect();
    parts(node).into_iter().all(|part| {
        let surely = eval(part, &told).truth() == Ok(true);
        surely || stays(part, same_job) && asked.contains(&as_asked(part))
    })
}

/// A condition by which two are told apart: GitHub compares names and texts without case. `github.event.inputs.x` is not `inputs.x`, which
/// has a type, and is the caller's own in a workflow that is called.
fn as_asked(node: &Node) -> String {
    format!("{node:?}").to_ascii_lowercase()
}

/// What all has to hold.
fn parts(node: &Node) -> Vec<&Node> {
    match node {
        Node::All(nodes) => nodes.iter().flat_map(parts).collect(),
        Node::Of(inner, steps) if steps.is_empty() => parts(inner),
        other => vec![other],
    }
}

/// It is worth the same wherever it is asked for in one job, or in one run, of which jobs are run again by themselves.
fn stays(node: &Node, same_job: bool) -> bool {
    let all = |nodes: &[Node]| nodes.iter().all(|node| stays(node, same_job));
    let of = |steps: &[Step]| steps.iter().all(|step| if let Step::Computed(node) = step { stays(node, same_job) } else { true });
    match node {
        Node::Literal(_) => true,
        Node::Path(root, steps) => {
            let first =
                steps.first().map(|step| if let Step::Name(name) = step { name.to_ascii_lowercase() } else { String::new() });
            let first = first.unwrap_or_default();
            let again = matches!(first.as_str(), "run_attempt" | "triggering_actor");
            let root = match root.as_str() {
                // What is about the action itself differs from step to step.
                "github" => !first.is_empty() && !first.starts_with("action") && (same_job || !again),
                "inputs" => true,
                "needs" | "matrix" | "vars" => same_job,
                _ => false,
            };
            root && of(steps)
        }
        Node::Call(name, nodes, steps) => PURE.contains(&name.as_str()) && all(nodes) && of(steps),
        Node::Of(inner, steps) => stays(inner, same_job) && of(steps),
        Node::Not(inner) | Node::Typed(_, inner) => stays(inner, same_job),
        Node::All(nodes) | Node::Any(nodes) => all(nodes),
        Node::Compare(_, left, right) => stays(left, same_job) && stays(right, same_job),
        Node::Changes(_) => false,
    }
}

/// Functions of what they are given alone.
const PURE: [&str; 7] = ["contains", "startswith", "endswith", "format", "join", "tojson", "fromjson"];

/// The names of a past.
struct Told<'a> {
    past: &'a Past<'a>,
    tied: Cell<bool>,
}

impl Told<'_> {
    fn value(&self, said: Said) -> Val {
        match said {
            Said::Text(text) => Val::text(text),
            Said::Begins(text) => Val::open(text, "", Nature::Any),
            Said::All(all) => Val::List(std::sync::Arc::new(all.into_iter().map(|one| self.value(one)).collect())),
            Said::Tied => {
                self.tied.set(true);
                Val::unknown("what comes of an earlier job or step is not read")
            }
            Said::Free => Val::unknown("it is known only when it runs"),
        }
    }
}

impl Names for Told<'_> {
    fn lookup(&self, root: &str, route: &[String]) -> Val {
        let lower: Vec<String> = route.iter().map(|name| name.to_ascii_lowercase()).collect();
        let names: Vec<&str> = lower.iter().map(String::as_str).collect();
        self.value((self.past.says)(root, &names))
    }

    fn status(&self, function: &str) -> Val {
        match function {
            "always" => Val::Bool(true),
            "success" => Val::Bool(self.past.success),
            "failure" => Val::Bool(self.past.failure),
            "cancelled" => Val::Bool(self.past.cancelled),
            _ => self.value(Said::Tied),
        }
    }
}
