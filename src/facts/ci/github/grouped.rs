//! Owns which events a step cannot tell apart: those under which its expressions and variables have equal values. Refuses to
//! lower anything.

use super::draft::each_event;
use super::events::EventInfo;
use super::expr::{Names, eval, parse};
use super::mentions::Mentions;
use super::scope::Scope;
use super::template;
use super::variables::Variables;
use super::verdict::Verdict;
use crate::doc::{Kind, Value};

/// Groups of events of one step.
const MOST: usize = 4;

/// Variables of the runner that tell events or machines apart, with the context and the name in it that have the same value
/// (docs of the default environment variables).
const OF_RUNNER: [(&str, &str, &str); 7] = [
    ("GITHUB_EVENT_NAME", "github", "event_name"),
    ("GITHUB_REF", "github", "ref"),
    ("GITHUB_REF_NAME", "github", "ref_name"),
    ("GITHUB_REF_TYPE", "github", "ref_type"),
    ("GITHUB_HEAD_REF", "github", "head_ref"),
    ("GITHUB_BASE_REF", "github", "base_ref"),
    ("RUNNER_OS", "runner", "os"),
];

/// Events that are alike, and the number of one that stands for them.
pub(super) struct Group {
    /// One that starts the step.
    pub(super) event: usize,
    /// All of them.
    pub(super) events: Vec<usize>,
}

/// What a step says, but for its name and its condition.
fn texts<'d>(step: Value<'d>) -> Vec<&'d str> {
    fn gather<'d>(value: Value<'d>, out: &mut Vec<&'d str>) {
        match value.kind() {
            Kind::Mapping => value.entries().for_each(|entry| gather(entry.value, out)),
            Kind::Sequence => value.items().for_each(|item| gather(item, out)),
            _ => out.extend(value.scalar()),
        }
    }
    let mut out = Vec::new();
    let says = |name: Option<&str>| !matches!(name, Some("name" | "if" | "id" | "uses" | "continue-on-error"));
    step.entries().filter(|entry| says(entry.name())).for_each(|entry| gather(entry.value, &mut out));
    out
}

/// Whether a step names a variable.
pub(super) fn mentions(step: Value<'_>, name: &str) -> bool {
    names_variable(&texts(step), name)
}

fn names_variable(texts: &[&str], name: &str) -> bool {
    let marks = ["$", "${", "env.", "env:", "env['"];
    texts.iter().any(|text| text.contains(name) && marks.iter().any(|mark| text.contains(&format!("{mark}{name}"))))
}

/// The variables of the runner that a step names, with as much of their values as the event of the scope decides.
pub(super) fn of_runner(step: Value<'_>, scope: &Scope<'_>) -> Vec<(&'static str, Option<String>)> {
    let texts = texts(step);
    let named = OF_RUNNER.iter().filter(|(name, ..)| names_variable(&texts, name));
    named.map(|(name, root, of)| (*name, scope.lookup(root, &[(*of).to_owned()]).shape())).collect()
}

/// The events that start a step in groups; none when there is nothing to tell them apart by, or too much.
pub(super) fn groups(
    step: Value<'_>,
    events: &[EventInfo],
    verdicts: &[Verdict],
    variables: &Variables,
    scope: &Scope<'_>,
) -> Vec<Group> {
    let texts = texts(step);
    let expressions: Vec<&str> = texts.iter().flat_map(|text| template::expressions(text)).map(|(_, inner)| inner).collect();
    let names_runners = OF_RUNNER.iter().any(|(name, ..)| names_variable(&texts, name));
    let named = |name: &str| names_variable(&texts, name);
    let size: usize = expressions.iter().map(|expression| expression.len()).sum();
    if !names_runners && expressions.is_empty() && variables.values(scope, named).is_empty()
        || !scope.repository.budget.evaluations(size / 4 * events.len())
    {
        return Vec::new();
    }
    let nodes: Vec<_> = expressions.iter().filter_map(|expression| parse(expression).ok()).collect();
    let mut asked = Mentions::default();
    nodes.iter().chain(variables.nodes(named)).for_each(|node| asked.collect(node));
    // Those who may least be trusted would see other values than everybody else.
    if asked.fork {
        return Vec::new();
    }
    let seen = each_event(events, scope, |_, scope| {
        let scope = Scope { all_well: false, ..scope.clone() };
        let mut seen: Vec<Option<String>> = nodes.iter().map(|node| eval(node, &scope).shape()).collect();
        seen.extend(variables.values(&scope, named).into_iter().map(|(_, value)| value));
        if names_runners {
            seen.extend(of_runner(step, &scope).into_iter().map(|(_, value)| value));
        }
        seen
    });
    let starting = |number: &usize| verdicts.get(*number).is_some_and(|verdict| !verdict.answer.is_no());
    let mut found: Vec<Group> = Vec::new();
    for number in (0..events.len()).filter(starting) {
        match found.iter_mut().find(|group| seen[group.event] == seen[number]) {
            Some(group) => group.events.push(number),
            None => found.push(Group { event: number, events: vec![number] }),
        }
    }
    if found.len() > MOST { Vec::new() } else { found }
}

/// A verdict for every event, of which only those of a group count.
pub(super) fn masked(verdicts: &[Verdict], group: &Group) -> Vec<Verdict> {
    let one = |(number, verdict): (usize, &Verdict)| match group.events.contains(&number) {
        true => verdict.clone(),
        false => Verdict::no(),
    };
    verdicts.iter().enumerate().map(one).collect()
}
