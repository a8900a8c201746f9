//! Owns what the contexts of an expression hold: `github`, `env`, `inputs`, `matrix`, `needs`, `steps`, `runner`, in one
//! imagined run. Refuses to decide conditions: `condition` does, by asking in several such runs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::budget::Budget;
use super::changes::{Changes, Filter, Says};
use super::events::EventInfo;
use super::expr::{Names, Nature, Node, Unknown, Val, eval};
use super::home::Home;
use super::residual;
use super::variables::Variables;
use super::verdict::Verdict;
use crate::answer::{Answer, Reason};
use crate::facts::pipeline::{Env, Trigger};
use crate::snapshot::DefaultBranch;

/// Larger collections are not searched for a name in another case: every expression would walk through all of them.
const LOOKED_THROUGH: usize = 256;

/// Names that a person chooses freely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Free {
    /// Who acts.
    Actor,
    /// The head branch of a pull request.
    HeadRef,
    /// A branch that is pushed to.
    Branch,
    /// The branch that a pull request is to be merged into: the default one, where no other is imagined.
    Base,
    /// A label of a pull request.
    Label,
    /// A title, a description, a comment, a commit message.
    Words,
}

/// The run that is imagined: an ordinary one, or one that differs in one respect.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Imagined {
    /// The pull request comes from a fork.
    pub(super) fork: bool,
    /// The pull request is a draft.
    pub(super) draft: bool,
    /// The pull request was merged.
    pub(super) merged: bool,
    /// A tag was pushed.
    pub(super) tag: bool,
    /// The push went to the default branch.
    pub(super) default_branch: bool,
    /// The activity type.
    pub(super) action: Option<String>,
    /// A freely chosen name is this one.
    pub(super) free: Option<(Free, Arc<str>)>,
    /// No changed-files filter passes but the one of this number; `None`: all pass.
    pub(super) only_change: Option<usize>,
    /// A job that is needed did not succeed.
    pub(super) unsuccessful: bool,
    /// Of the names that the default branch may have, the one of this number.
    pub(super) default_name: Option<usize>,
    /// The repository is called so.
    pub(super) home: Option<Arc<str>>,
}

/// What a workflow or an action was given.
#[derive(Clone, Debug)]
pub(super) enum Inputs {
    /// The file is not called: a person or a caller may give anything, other events give nothing.
    Uncalled,
    /// Given by a caller in the tree, defaults included.
    Bound(BTreeMap<String, Node>),
}

/// What is known of an earlier step, by its id.
#[derive(Clone, Debug, Default)]
pub(super) struct StepFacts {
    /// Its outputs, as far as they are known.
    pub(super) outputs: BTreeMap<String, Node>,
    /// It has no others.
    pub(super) complete: bool,
    /// Its failure is being imagined.
    pub(super) failed: bool,
    /// Whether it runs, by the number of the event; none where that was not asked.
    pub(super) ran: Vec<Answer>,
}

/// What is known of a job by its id.
#[derive(Clone, Debug, Default)]
pub(super) struct JobFacts {
    /// Its outputs, as far as they are known.
    pub(super) outputs: BTreeMap<String, Node>,
    /// It has no others.
    pub(super) complete: bool,
    /// For every event, whether it runs.
    pub(super) verdicts: Vec<Verdict>,
    /// The same for it and all that it needs.
    pub(super) succeeds: Vec<Verdict>,
}

/// What is the same all over the repository.
#[derive(Debug)]
pub(super) struct Repository<'a> {
    /// What it is called.
    pub(super) home: &'a Home<'a>,
    /// The default branch.
    pub(super) default_branch: &'a DefaultBranch,
    /// What is left to unfold and to evaluate.
    pub(super) budget: Budget<'a>,
}

/// Where an expression stands.
#[derive(Clone)]
pub(super) struct Scope<'a> {
    /// The repository.
    pub(super) repository: &'a Repository<'a>,
    /// The event and its number; `None` when it stands for all of them.
    pub(super) event: Option<(usize, &'a EventInfo)>,
    /// The run.
    pub(super) imagined: Imagined,
    /// The values of the job's variant.
    pub(super) matrix: Option<&'a Val>,
    /// What the file was given.
    pub(super) inputs: &'a Inputs,
    /// The environment, where it may be asked.
    pub(super) env: Option<&'a Env>,
    /// What stands behind variables of the environment that are not known without an event.
    pub(super) variables: Variables,
    /// The jobs that are needed.
    pub(super) needs: Option<&'a BTreeMap<&'a str, &'a JobFacts>>,
    /// The steps before.
    pub(super) steps: Option<&'a BTreeMap<String, StepFacts>>,
    /// They are all steps before that have an id.
    pub(super) all_steps: bool,
    /// `Linux`, `Windows`, `macOS`, when it is known.
    pub(super) os: Option<&'static str>,
    /// Outcomes of steps are those of a run in which all goes well: true of conditions, not of scripts, which may be there for
    /// the other case.
    pub(super) all_well: bool,
    /// The directory of the composite action, on the virtual file system.
    pub(super) action_path: Option<&'a str>,
    /// Changed-files filters that were asked, by place.
    pub(super) asked: RefCell<Vec<Filter>>,
    /// Changed-files filters may be asked: who asks looks at which of them decide.
    pub(super) weighs_changes: bool,
}

impl<'a> Scope<'a> {
    /// A scope in which nothing but the repository and the inputs is known.
    pub(super) fn new(repository: &'a Repository<'a>, inputs: &'a Inputs) -> Self {
        Self {
            repository,
            event: None,
            imagined: Imagined::default(),
            matrix: None,
            inputs,
            env: None,
            variables: Variables::default(),
            needs: None,
            steps: None,
            all_steps: false,
            os: None,
            all_well: true,
            action_path: None,
            asked: RefCell::default(),
            weighs_changes: false,
        }
    }

    /// `inputs.NAME`, or all of them.
    pub(super) fn input(&self, name: Option<&str>) -> Val {
        match (self.inputs, name) {
            (Inputs::Bound(values), Some(name)) => {
                values.get(&name.to_ascii_lowercase()).map_or(Val::Null, |value| eval(value, self))
            }
            (Inputs::Bound(values), None) => {
                Val::Map(Arc::new(values.iter().map(|(name, value)| (name.clone(), eval(value, self))).collect()))
            }
            (Inputs::Uncalled, _) => match self.event {
                Some((_, info)) if !matches!(info.event.trigger, Trigger::Manual | Trigger::Call) => Val::Null,
                _ => Val::unknown(named("inputs", name)),
            },
        }
    }

    /// What stands under a name, when it is an expression that was handed on: an input, an output of a step or a job.
    pub(super) fn handed(&self, root: &str, names: &[&str]) -> Option<Node> {
        let output = |outputs: &BTreeMap<String, Node>, complete: bool, name: &str| {
            outputs.get(&name.to_ascii_lowercase()).cloned().or_else(|| complete.then(residual::empty))
        };
        match (root, names) {
            ("inputs", [name, rest @ ..]) => match self.inputs {
                Inputs::Bound(values) => values.get(&name.to_ascii_lowercase()).map(|node| residual::taken(node, rest)),
                Inputs::Uncalled => None,
            },
            ("env", [name]) if self.env.and_then(|env| env.get(name)) == Some(&None) => self.variables.get(name).cloned(),
            ("needs" | "jobs", [job, outputs, name]) if outputs.eq_ignore_ascii_case("outputs") => {
                let job = find(self.needs?, job)?;
                output(&job.outputs, job.complete, name)
            }
            ("steps", [id, outputs, name]) if outputs.eq_ignore_ascii_case("outputs") => {
                let step = self.steps?.get(&id.to_ascii_lowercase())?;
                output(&step.outputs, step.complete, name)
            }
            _ => None,
        }
    }

    /// The number of a changed-files filter among those that were asked, and whether a file of the imagined change passes it.
    fn passes(&self, filter: &Filter) -> bool {
        let mut asked = self.asked.borrow_mut();
        let known = asked.iter().position(|other| Arc::ptr_eq(&other.passes.patterns, &filter.passes.patterns));
        let number = known.unwrap_or_else(|| {
            asked.push(filter.clone());
            asked.len() - 1
        });
        self.imagined.only_change.is_none_or(|only| only == number)
    }

    fn needed(&self, route: &[String]) -> Val {
        let Some(needs) = self.needs else { return Val::unknown("depends on another job") };
        let parts = lowered(route);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["*", "result"] => Val::List(Arc::new(needs.values().map(|job| self.result(job)).collect())),
            [job, "result"] => find(needs, job).map_or(Val::Null, |job| self.result(job)),
            [job, "outputs", name] => match (self.handed("needs", &parts), find(needs, job)) {
                (Some(node), _) => eval(&node, self),
                (None, Some(_)) => Val::unknown(format!("depends on the output `{name}` of the job `{job}`")),
                (None, None) => Val::Null,
            },
            _ => Val::present("depends on another job"),
        }
    }

    fn result(&self, job: &JobFacts) -> Val {
        // A script may be there for the case that it failed.
        let verdict = self.event.filter(|_| self.all_well).and_then(|(number, _)| job.verdicts.get(number));
        match verdict.map(|verdict| &verdict.answer) {
            Some(Answer::Yes(())) => Val::text("success"),
            Some(Answer::No) => Val::text("skipped"),
            _ => Val::present("depends on whether another job runs"),
        }
    }

    fn step(&self, route: &[String]) -> Val {
        let Some(steps) = self.steps else { return Val::unknown("depends on another step") };
        let parts = lowered(route);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let step = parts.first().and_then(|id| steps.get(*id));
        let ran = step.and_then(|step| step.ran.get(self.event?.0));
        match parts.as_slice() {
            // A step that does not exist, or stands further down, has not ended in any way.
            [_, "outcome" | "conclusion"] if step.is_none() && self.all_steps => Val::Null,
            [id, "outcome" | "conclusion"] if !self.all_well => Val::present(format!("depends on how the step `{id}` ends")),
            [id, "outcome" | "conclusion"] if ran.is_some_and(|ran| !ran.is_yes()) => match ran.is_some_and(Answer::is_no) {
                true => Val::text("skipped"),
                false => Val::present(format!("depends on whether the step `{id}` runs")),
            },
            [_, "outcome"] => Val::text(if step.is_some_and(|step| step.failed) { "failure" } else { "success" }),
            [_, "conclusion"] => Val::text("success"),
            [id, "outputs", name] => match self.handed("steps", &parts) {
                Some(node) => eval(&node, self),
                None => Val::unknown(format!("depends on the output `{name}` of the step `{id}`")),
            },
            _ => Val::present("depends on another step"),
        }
    }

    fn environment(&self, name: Option<&str>) -> Val {
        let (Some(env), Some(name)) = (self.env, name) else { return Val::unknown("depends on the environment") };
        match env.get(name) {
            // The runner gives these to programs; the context has what the workflow sets.
            Some(Some(_)) if RUNNERS_OWN.contains(&name) => {
                Val::unknown(format!("depends on `env.{name}`, which expressions see only where the workflow sets it"))
            }
            Some(Some(value)) => Val::text(value.as_str()),
            Some(None) => match self.variables.get(name) {
                Some(node) if self.event.is_some() => eval(node, self),
                _ => Val::unknown(format!("depends on `env.{name}`")),
            },
            // Actions and programs of earlier steps may have set it.
            None => Val::unknown(format!("depends on `env.{name}`, which is not set in the workflow")),
        }
    }
}

/// Variables that programs have from the runner (actions/runner, Handler and JobExtension: the `env` context is filled from the
/// workflow alone).
const RUNNERS_OWN: [&str; 3] = ["CI", "GITHUB_ACTIONS", "GITHUB_WORKSPACE"];

fn find<'a, 'b>(needs: &'b BTreeMap<&'a str, &'a JobFacts>, name: &str) -> Option<&'b &'a JobFacts> {
    let alike = || needs.iter().filter(|_| needs.len() <= LOOKED_THROUGH).find(|(id, _)| id.eq_ignore_ascii_case(name));
    needs.get(name).or_else(|| alike().map(|(_, job)| job))
}

/// Names below a context, of which the case makes no difference; only `env` minds it.
fn lowered(route: &[String]) -> Vec<String> {
    route.iter().map(|name| name.to_ascii_lowercase()).collect()
}

fn named(root: &str, name: Option<&str>) -> String {
    name.map_or_else(|| format!("depends on `{root}`"), |name| format!("depends on `{root}.{name}`"))
}

impl Names for Scope<'_> {
    fn lookup(&self, root: &str, route: &[String]) -> Val {
        let first = route.first().map(String::as_str);
        match root {
            "github" => {
                let lower = lowered(route);
                match lower.first().map(String::as_str) {
                    Some("event") => self.payload(&lower[1..]),
                    Some(name) => self.github(name),
                    None => Val::present("depends on `github`"),
                }
            }
            "matrix" => match self.matrix {
                Some(matrix) => matrix.walk(route),
                None => Val::unknown(named("matrix", first)),
            },
            "inputs" => self.input(first).walk(route.get(1..).unwrap_or(&[])),
            "env" => self.environment(first),
            "needs" => self.needed(route),
            "steps" => self.step(route),
            "runner" if first.is_some_and(|name| name.eq_ignore_ascii_case("os")) => match self.os {
                Some(os) => Val::text(os),
                None => Val::present("depends on `runner.os`"),
            },
            // Beside the workspace, as the variable of that name in a script.
            "runner" if first.is_some_and(|name| name.eq_ignore_ascii_case("temp")) => Val::open("/tmp/", "", Nature::Ordinary),
            // Set only while somebody looks for a fault.
            "runner" if first.is_some_and(|name| name.eq_ignore_ascii_case("debug")) => Val::Null,
            "job" if first.is_some_and(|name| name.eq_ignore_ascii_case("status")) && self.all_well => Val::text("success"),
            "secrets" | "vars" => Val::unknown(named(root, first)),
            "runner" | "job" | "strategy" | "jobs" => Val::present(named(root, first)),
            other => Val::Unknown(Unknown::plain(Reason::Unsupported, &format!("`{other}` is no context that is read"))),
        }
    }

    fn changed(&self, changes: &Changes) -> Val {
        if !self.weighs_changes {
            return Val::unknown("depends on the changed files");
        }
        let passing: Vec<&str> =
            changes.filters.iter().filter(|filter| self.passes(filter)).map(|filter| filter.name.as_str()).collect();
        match (changes.says, passing.is_empty()) {
            (Says::Whether, none) => Val::text(if none { "false" } else { "true" }),
            (Says::Count, true) => Val::text("0"),
            (Says::Count, false) => Val::open("", "", Nature::Count),
            (Says::Files, true) => Val::text(""),
            (Says::Files, false) => Val::open("", "", Nature::Any),
            (Says::Names, _) => Val::text(serde_json::to_string(&passing).unwrap_or_default()),
        }
    }

    fn status(&self, function: &str) -> Val {
        match function {
            "always" => Val::Bool(true),
            "success" | "failure" | "cancelled" if !self.all_well => Val::unknown("depends on how the job goes"),
            "success" => Val::Bool(!self.imagined.unsuccessful),
            "failure" | "cancelled" => Val::Bool(false),
            other => Val::Unknown(Unknown::plain(Reason::Unsupported, &format!("`{other}` is no function that is read"))),
        }
    }
}
