//! Owns the outputs of steps and jobs, as far as the text of the files gives them: changed files, literals that a script writes,
//! outputs of actions and workflows of the tree. Refuses to guess what a program writes.

use std::collections::BTreeMap;

use super::draft::Files;
use super::expr::{Node, Val};
use super::reuse::{self, Site};
use super::scope::{JobFacts, Scope, StepFacts};
use super::{background, changes, composite, inputs, residual};
use crate::doc::{Kind, Value};
use crate::facts::workdir::Workdir;

/// Local actions in one another that are looked into for their outputs.
const DEPTH: usize = 3;

/// Steps of one list whose outputs are kept.
const KEPT: usize = 64;

/// What is known of the outputs of a step.
pub(super) fn of_step(files: &Files<'_>, step: Value<'_>, scope: &Scope<'_>, depth: usize) -> Option<StepFacts> {
    let found = changes::outputs(files.snapshot, step)
        .or_else(|| of_script(step, scope))
        .or_else(|| of_action(files, step, scope, depth))?;
    let condition = step.get("if");
    let provided = |(name, node): (String, Node)| (name, residual::provided(condition, node, scope));
    Some(StepFacts { outputs: found.outputs.into_iter().map(provided).collect(), ..found })
}

/// Every output is a text, and every variable.
pub(super) fn text(node: Node) -> Node {
    match node {
        Node::Literal(Val::Str(_)) | Node::Changes(_) => node,
        other => Node::Typed("text".to_owned(), Box::new(other)),
    }
}

/// Whether a script may take a turn, so that not every line of it is run. What stands in an expression is no turn of the script.
pub(super) fn takes_turns(script: &str) -> bool {
    const TURNS: [&str; 14] =
        ["if ", "case ", "for ", "while ", "until ", "&&", "||", "; exit", "; return", "()", "function ", "trap ", "<<", "set -"];
    const ENDS: [&str; 2] = ["exit", "return"];
    let bare: String =
        super::template::expressions(script).fold(script.to_owned(), |bare, (range, _)| bare.replace(&script[range], "x"));
    let mut lines = bare.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    lines.any(|line| TURNS.iter().any(|turn| line.contains(turn)) || ENDS.iter().any(|end| line.starts_with(end)))
}

/// What a script writes for certain: literals, each name once, in a script that takes no turn.
fn of_script(step: Value<'_>, scope: &Scope<'_>) -> Option<StepFacts> {
    let run = step.get("run")?.scalar()?;
    if !run.contains("GITHUB_OUTPUT") || run.len() > 4096 {
        return None;
    }
    let mut outputs: BTreeMap<String, Node> = BTreeMap::new();
    if takes_turns(run) {
        return None;
    }
    for line in run.lines().map(str::trim).filter(|line| line.contains("GITHUB_OUTPUT")) {
        let (command, file) = line.rsplit_once(">>")?;
        if !matches!(file.trim(), "$GITHUB_OUTPUT" | "\"$GITHUB_OUTPUT\"" | "${GITHUB_OUTPUT}" | "\"${GITHUB_OUTPUT}\"") {
            return None;
        }
        let words = command.trim().strip_prefix("echo ")?.trim();
        let inner = ['"', '\''].iter().find_map(|quote| words.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(words);
        let (name, value) = inner.split_once('=')?;
        let outside: String =
            super::template::expressions(value).fold(value.to_owned(), |text, (range, _)| text.replace(&value[range], ""));
        if name.contains(['$', ' ', '"']) || outside.contains(['$', '`', '"', '\'', '\\', ';', '|', '&']) {
            return None;
        }
        if outputs.insert(name.to_ascii_lowercase(), text(residual::of_text(value, scope))).is_some() {
            return None;
        }
    }
    Some(StepFacts { outputs, ..StepFacts::default() })
}

/// The outputs of a local composite action.
fn of_action(files: &Files<'_>, step: Value<'_>, scope: &Scope<'_>, depth: usize) -> Option<StepFacts> {
    let uses = step.get("uses")?.scalar().filter(|uses| uses.starts_with("./"))?;
    let directory = Workdir::workspace().resolve(uses).filter(|_| depth < DEPTH)?;
    let document = composite::find(files, &[], &directory).ok()?;
    let root = document.root();
    let declared = root.get("outputs").filter(|declared| !declared.is_empty())?;
    let bound = inputs::bind(root.get("inputs"), step.get("with"), scope);
    let inner = Scope { inputs: &bound, steps: None, ..scope.clone() };
    let list = root.route(&["runs", "steps"]).map(|list| list.items().collect()).unwrap_or_default();
    let steps = of_steps(files, list, &inner, depth + 1);
    let inner = Scope { steps: Some(&steps), ..inner };
    let each = declared.entries().filter_map(|entry| Some((entry.name()?.to_ascii_lowercase(), entry.value.get("value")?)));
    let outputs = each.map(|(name, value)| (name, text(residual::of_value(value, &inner)))).collect();
    Some(StepFacts { outputs, complete: true, ..StepFacts::default() })
}

/// The steps of a list of which the outputs are known, by id.
fn of_steps(files: &Files<'_>, list: Vec<Value<'_>>, scope: &Scope<'_>, depth: usize) -> BTreeMap<String, StepFacts> {
    let mut found: BTreeMap<String, StepFacts> = BTreeMap::new();
    for step in list.into_iter().filter(|step| step.get("id").is_some()) {
        let facts = of_step(files, step, &Scope { steps: Some(&found), ..scope.clone() }, depth);
        if let Some((id, facts)) = step.get("id").and_then(Value::scalar).zip(facts)
            && found.len() < KEPT
        {
            found.insert(id.to_ascii_lowercase(), facts);
        }
    }
    found
}

/// The outputs of a job, and whether it has no others.
pub(super) fn of_job(files: &Files<'_>, job: Value<'_>, scope: &Scope<'_>, site: &Site) -> (BTreeMap<String, Node>, bool) {
    let (outputs, complete) = match job.get("uses").and_then(Value::scalar) {
        Some(uses) => (of_call(files, job, uses, scope, site).unwrap_or_default(), false),
        None => (declared(files, job, scope), true),
    };
    let condition = job.get("if");
    let provided = |(name, node): (String, Node)| (name, residual::provided(condition, node, scope));
    (outputs.into_iter().map(provided).collect(), complete)
}

fn declared(files: &Files<'_>, job: Value<'_>, scope: &Scope<'_>) -> BTreeMap<String, Node> {
    let Some(declared) = job.get("outputs").filter(|declared| !declared.is_empty()) else { return BTreeMap::new() };
    let steps = of_steps(files, job.get("steps").map(background::in_order).unwrap_or_default(), scope, 0);
    let unknown = Val::unknown("depends on the variant of a matrix");
    let matrix = job.route(&["strategy", "matrix"]).map(|_| &unknown);
    let scope = Scope { steps: Some(&steps), matrix, ..scope.clone() };
    let each = declared.entries().filter_map(|entry| Some((entry.name()?.to_ascii_lowercase(), entry.value)));
    each.filter(|(_, value)| value.kind() != Kind::Disputed)
        .map(|(name, value)| (name, text(residual::of_value(value, &scope))))
        .collect()
}

/// The outputs of a called workflow of the tree, when jobs of its own give them.
fn of_call(files: &Files<'_>, job: Value<'_>, uses: &str, scope: &Scope<'_>, site: &Site) -> Option<BTreeMap<String, Node>> {
    let callee = reuse::find(files, site, uses.trim()).ok()?;
    let root = callee.root();
    let outputs = root.route(&["on", "workflow_call", "outputs"]).filter(|outputs| !outputs.is_empty())?;
    let bound = inputs::bind(root.route(&["on", "workflow_call", "inputs"]), job.get("with"), scope);
    let inner = Scope { repository: scope.repository, ..Scope::new(scope.repository, &bound) };
    let mut jobs: BTreeMap<&str, JobFacts> = BTreeMap::new();
    for entry in root.get("jobs").into_iter().flat_map(Value::entries).take(KEPT) {
        let Some(id) = entry.name().filter(|_| entry.value.get("outputs").is_some()) else { continue };
        // What it needs decides whether it runs: not followed here.
        let needs = entry.value.get("needs").is_some();
        let condition = entry.value.get("if").filter(|_| !needs);
        let own = declared(files, entry.value, &inner).into_iter();
        let own = own.map(|(name, node)| (name, residual::provided(condition, node, &inner)));
        if !(needs && entry.value.get("if").is_some()) {
            jobs.insert(id, JobFacts { outputs: own.collect(), complete: true, ..JobFacts::default() });
        }
    }
    let needed: BTreeMap<&str, &JobFacts> = jobs.iter().map(|(id, facts)| (*id, facts)).collect();
    // `jobs.x.outputs` here is what `needs.x.outputs` is in a job.
    let inner = Scope { needs: Some(&needed), ..inner };
    let each = outputs.entries().filter_map(|entry| Some((entry.name()?.to_ascii_lowercase(), entry.value.get("value")?)));
    Some(each.map(|(name, value)| (name, text(residual::of_value(value, &inner)))).collect())
}
