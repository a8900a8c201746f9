//! Owns what the contexts of an expression hold: `github`, `env`, `inputs`, `matrix`, `needs`, `steps`, `runner`, in one
//! imagined run. Refuses to decide conditions: `condition` does, by asking in several such runs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::events::{EventInfo, Refs};
use super::expr::{Names, Nature, Unknown, Val};
use super::verdict::Verdict;
use crate::answer::{Answer, Reason};
use crate::facts::pipeline::{Env, PathFilter, Trigger};
use crate::facts::workdir::WORKSPACE;
use crate::snapshot::DefaultBranch;

/// Names that a person chooses freely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Free {
    /// Who acts.
    Actor,
    /// The head branch of a pull request.
    HeadRef,
    /// A branch that is pushed to.
    Branch,
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
}

/// What a workflow or an action was given.
#[derive(Clone, Debug)]
pub(super) enum Inputs {
    /// The file is not called: a person or a caller may give anything, other events give nothing.
    Uncalled,
    /// Given by a caller in the tree, defaults included.
    Bound(BTreeMap<String, Val>),
}

/// What an output of a step or a job is known to be.
#[derive(Clone, Debug)]
pub(super) enum Output {
    /// `true` when a changed file passes the filter.
    Changes(PathFilter),
    /// A value.
    Value(Val),
}

/// What is known of an earlier step, by its id.
#[derive(Clone, Debug, Default)]
pub(super) struct StepFacts {
    /// Its outputs, as far as they are known.
    pub(super) outputs: BTreeMap<String, Output>,
    /// Its failure is being imagined.
    pub(super) failed: bool,
}

/// What is known of a job by its id.
#[derive(Clone, Debug, Default)]
pub(super) struct JobFacts {
    /// Its outputs, as far as they are known.
    pub(super) outputs: BTreeMap<String, Output>,
    /// For every event, whether it runs.
    pub(super) verdicts: Vec<Verdict>,
    /// The same for it and all that it needs.
    pub(super) succeeds: Vec<Verdict>,
}

/// What is the same all over the repository.
#[derive(Debug)]
pub(super) struct Repository<'a> {
    /// `owner/name`, when it is known.
    pub(super) name: Option<&'a str>,
    /// The default branch.
    pub(super) default_branch: &'a DefaultBranch,
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
    /// The jobs that are needed.
    pub(super) needs: Option<&'a BTreeMap<&'a str, &'a JobFacts>>,
    /// The steps before.
    pub(super) steps: Option<&'a BTreeMap<String, StepFacts>>,
    /// `Linux`, `Windows`, `macOS`, when it is known.
    pub(super) os: Option<&'static str>,
    /// The directory of the composite action, on the virtual file system.
    pub(super) action_path: Option<&'a str>,
    /// Changed-files filters that were asked, by place.
    pub(super) asked: RefCell<Vec<PathFilter>>,
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
            needs: None,
            steps: None,
            os: None,
            action_path: None,
            asked: RefCell::default(),
        }
    }

    fn input(&self, name: Option<&str>) -> Val {
        match (self.inputs, name) {
            (Inputs::Bound(values), Some(name)) => values.get(name).cloned().unwrap_or(Val::Null),
            (Inputs::Bound(values), None) => Val::Map(Arc::new(values.iter().map(|(k, v)| (k.clone(), v.clone())).collect())),
            (Inputs::Uncalled, _) => match self.event {
                Some((_, info)) if !matches!(info.event.trigger, Trigger::Manual | Trigger::Call) => Val::Null,
                _ => Val::unknown(named("inputs", name)),
            },
        }
    }

    fn output(&self, output: &Output) -> Val {
        let filter = match output {
            Output::Value(value) => return value.clone(),
            Output::Changes(filter) => filter,
        };
        let mut asked = self.asked.borrow_mut();
        let known = asked.iter().position(|other| Arc::ptr_eq(&other.patterns, &filter.patterns));
        let number = known.unwrap_or_else(|| {
            asked.push(filter.clone());
            asked.len() - 1
        });
        let passes = self.imagined.only_change.is_none_or(|only| only == number);
        Val::text(if passes { "true" } else { "false" })
    }

    fn needed(&self, route: &[String]) -> Val {
        let Some(needs) = self.needs else { return Val::unknown("depends on another job") };
        let parts: Vec<&str> = route.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["*", "result"] => Val::List(Arc::new(needs.values().map(|job| self.result(job)).collect())),
            [job, "result"] => find(needs, job).map_or(Val::Null, |job| self.result(job)),
            [job, "outputs", name] => match find(needs, job).map(|job| job.outputs.get(*name)) {
                Some(Some(output)) => self.output(output),
                Some(None) => Val::unknown(format!("depends on the output `{name}` of the job `{job}`")),
                None => Val::Null,
            },
            _ => Val::present("depends on another job"),
        }
    }

    fn result(&self, job: &JobFacts) -> Val {
        let verdict = self.event.and_then(|(number, _)| job.verdicts.get(number));
        match verdict.map(|verdict| &verdict.answer) {
            Some(Answer::Yes(())) => Val::text("success"),
            Some(Answer::No) => Val::text("skipped"),
            _ => Val::present("depends on whether another job runs"),
        }
    }

    fn step(&self, route: &[String]) -> Val {
        let Some(steps) = self.steps else { return Val::unknown("depends on another step") };
        let parts: Vec<&str> = route.iter().map(String::as_str).collect();
        let Some(step) = parts.first().and_then(|id| steps.get(*id)) else { return Val::Null };
        match parts.as_slice() {
            [_, "outcome"] => Val::text(if step.failed { "failure" } else { "success" }),
            [_, "conclusion"] => Val::text("success"),
            [id, "outputs", name] => match step.outputs.get(*name) {
                Some(output) => self.output(output),
                None => Val::unknown(format!("depends on the output `{name}` of the step `{id}`")),
            },
            _ => Val::present("depends on another step"),
        }
    }

    fn environment(&self, name: Option<&str>) -> Val {
        let (Some(env), Some(name)) = (self.env, name) else { return Val::unknown("depends on the environment") };
        match env.get(name).or_else(|| env.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)) {
            Some(Some(value)) => Val::text(value.as_str()),
            Some(None) => Val::unknown(format!("depends on `env.{name}`")),
            // Actions and programs of earlier steps may have set it.
            None => Val::unknown(format!("depends on `env.{name}`, which is not set in the workflow")),
        }
    }
}

fn find<'a, 'b>(needs: &'b BTreeMap<&'a str, &'a JobFacts>, name: &str) -> Option<&'b &'a JobFacts> {
    needs.get(name).or_else(|| needs.iter().find(|(id, _)| id.eq_ignore_ascii_case(name)).map(|(_, job)| job))
}

fn named(root: &str, name: Option<&str>) -> String {
    name.map_or_else(|| format!("depends on `{root}`"), |name| format!("depends on `{root}.{name}`"))
}

impl Names for Scope<'_> {
    fn lookup(&self, root: &str, route: &[String]) -> Val {
        let first = route.first().map(String::as_str);
        match root {
            "github" => match first {
                Some("event") => self.payload(&route[1..]),
                Some(name) => self.github(name),
                None => Val::present("depends on `github`"),
            },
            "matrix" => match self.matrix {
                Some(matrix) => matrix.walk(route),
                None => Val::unknown(named("matrix", first)),
            },
            "inputs" => self.input(first).walk(route.get(1..).unwrap_or(&[])),
            "env" => self.environment(first),
            "needs" => self.needed(route),
            "steps" => self.step(route),
            "runner" if first == Some("os") => match self.os {
                Some(os) => Val::text(os),
                None => Val::present("depends on `runner.os`"),
            },
            "job" if first == Some("status") => Val::text("success"),
            "secrets" | "vars" => Val::unknown(named(root, first)),
            "runner" | "job" | "strategy" | "jobs" => Val::present(named(root, first)),
            other => Val::Unknown(Unknown::plain(Reason::Unsupported, &format!("`{other}` is no context that is read"))),
        }
    }

    fn status(&self, function: &str) -> Val {
        match function {
            "always" => Val::Bool(true),
            "success" => Val::Bool(!self.imagined.unsuccessful),
            "failure" | "cancelled" => Val::Bool(false),
            other => Val::Unknown(Unknown::plain(Reason::Unsupported, &format!("`{other}` is no function that is read"))),
        }
    }
}

impl Scope<'_> {
    fn free(&self, kind: Free, prefix: &str) -> Val {
        match &self.imagined.free {
            Some((chosen, name)) if *chosen == kind => {
                let bare = name.strip_prefix(prefix).unwrap_or(name);
                Val::text(format!("{prefix}{bare}"))
            }
            _ => Val::open(prefix, "", Nature::Ordinary),
        }
    }

    fn home(&self, owner_only: bool) -> Val {
        match self.repository.name {
            Some(name) if owner_only => Val::text(name.split('/').next().unwrap_or(name)),
            Some(name) => Val::text(name),
            None => Val::open("", "", Nature::Home),
        }
    }

    fn default_branch(&self, prefix: &str) -> Val {
        match self.repository.default_branch {
            DefaultBranch::Known(name) => Val::text(format!("{prefix}{name}")),
            DefaultBranch::OneOf(_) => Val::open(prefix, "", Nature::Any),
        }
    }

    fn github(&self, name: &str) -> Val {
        match name {
            "actor" | "triggering_actor" => return self.free(Free::Actor, ""),
            "repository" => return self.home(false),
            "repository_owner" => return self.home(true),
            "workspace" => return Val::text(WORKSPACE),
            "action_path" => return self.action_path.map_or_else(|| Val::present("depends on `github.action_path`"), Val::text),
            _ => {}
        }
        let Some((_, info)) = self.event else { return Val::unknown(format!("depends on `github.{name}`")) };
        match name {
            "event_name" => Val::text(info.event.name.as_str()),
            "ref" => self.git_ref(info, "refs/heads/", "refs/tags/"),
            "ref_name" => self.git_ref(info, "", ""),
            "ref_type" => match (&info.refs, self.imagined.tag) {
                (Refs::Tags, _) | (_, true) => Val::text("tag"),
                _ => Val::text("branch"),
            },
            "base_ref" if info.is_pull_request() || info.refs == Refs::Pull => self.default_branch(""),
            "head_ref" if info.is_pull_request() || info.refs == Refs::Pull => self.free(Free::HeadRef, ""),
            "base_ref" | "head_ref" => Val::text(""),
            "server_url" => Val::text("https://github.com"),
            _ => Val::present(format!("depends on `github.{name}`")),
        }
    }

    fn git_ref(&self, info: &EventInfo, heads: &str, tags: &str) -> Val {
        if self.imagined.tag || info.refs == Refs::Tags {
            return self
                .imagined
                .free
                .as_ref()
                .map_or_else(|| Val::open(tags, "", Nature::Any), |_| self.free(Free::Branch, tags));
        }
        if self.imagined.default_branch {
            return self.default_branch(heads);
        }
        match &info.refs {
            // With `pull_request_target` the ref is the base branch.
            Refs::Pull if info.event.name == "pull_request_target" => self.default_branch(heads),
            Refs::Pull if heads.is_empty() => Val::open("", "/merge", Nature::Ordinary),
            Refs::Pull => Val::open("refs/pull/", "/merge", Nature::Ordinary),
            Refs::Queue => Val::open(&format!("{heads}gh-readonly-queue/"), "", Nature::Ordinary),
            Refs::Branches { .. } => self.free(Free::Branch, heads),
            Refs::Named(names) => match names.as_slice() {
                [only] => Val::text(format!("{heads}{only}")),
                _ => self.named_branch(names, heads),
            },
            Refs::Tags | Refs::Default => self.default_branch(heads),
        }
    }

    /// One of several branches: each in turn is imagined by `condition`; without that, the default branch stands for all.
    fn named_branch(&self, names: &[String], heads: &str) -> Val {
        match (&self.imagined.free, self.repository.default_branch) {
            (Some((Free::Branch, _)), _) => self.free(Free::Branch, heads),
            (_, DefaultBranch::Known(name)) if names.contains(name) => Val::text(format!("{heads}{name}")),
            _ => Val::open(heads, "", Nature::Any),
        }
    }

    /// `github.event.…`.
    fn payload(&self, route: &[String]) -> Val {
        let parts: Vec<&str> = route.iter().map(String::as_str).collect();
        let Some((_, info)) = self.event else { return Val::unknown("depends on the event") };
        match parts.as_slice() {
            [] => Val::present("depends on the event"),
            ["action"] => match (&self.imagined.action, info.actions.as_slice()) {
                (Some(action), _) => Val::text(action.as_str()),
                (None, [only]) => Val::text(only.as_str()),
                (None, []) if info.event.trigger == Trigger::Other => Val::present("depends on the activity type"),
                (None, []) => Val::Null,
                _ => Val::present("depends on the activity type"),
            },
            ["repository", rest @ ..] => match rest {
                ["full_name" | "name"] => self.home(false),
                ["owner", "login" | "name"] => self.home(true),
                ["default_branch"] => self.default_branch(""),
                ["fork"] => Val::Bool(false),
                _ => Val::unknown("depends on settings of the repository"),
            },
            ["sender", "login"] | ["pusher", "name"] => self.free(Free::Actor, ""),
            ["sender", "type"] => self.free(Free::Actor, ""),
            ["pull_request", rest @ ..] if info.refs == Refs::Pull => self.pull_request(rest),
            ["pull_request", ..] => Val::Null,
            ["number"] if info.is_pull_request() => Val::present("depends on the number of the pull request"),
            ["label", "name"] if info.is_pull_request() => match (&self.imagined.free, &self.imagined.action) {
                (Some((Free::Label, name)), _) => Val::Str(Arc::clone(name)),
                (_, Some(action)) if action.ends_with("labeled") => self.free(Free::Label, ""),
                _ => Val::Null,
            },
            ["head_commit", "message"] if info.event.trigger == Trigger::Push => self.free(Free::Words, ""),
            ["head_commit" | "commits", ..] if matches!(info.event.trigger, Trigger::Push | Trigger::Tag) => {
                Val::present("depends on the pushed commits")
            }
            ["created" | "deleted" | "forced"] if info.event.trigger == Trigger::Push => Val::Bool(false),
            ["workflow_run", "conclusion"] if info.event.name == "workflow_run" => Val::text("success"),
            ["comment" | "review", "body"] if info.event.trigger == Trigger::Other => self.free(Free::Words, ""),
            ["inputs", name] => self.input(Some(name)),
            [first, ..] if self.is_absent(first, info) => Val::Null,
            _ => Val::unknown(format!("depends on `github.event.{}`", parts.join("."))),
        }
    }

    /// Parts of a payload that an event surely does not carry.
    fn is_absent(&self, part: &str, info: &EventInfo) -> bool {
        let carrier = match part {
            "issue" | "comment" | "review" | "workflow_run" | "discussion" | "client_payload" | "check_run" | "check_suite"
            | "deployment" => Trigger::Other,
            "release" => Trigger::Release,
            "schedule" => Trigger::Schedule,
            "merge_group" => Trigger::MergeGroup,
            "number" | "label" => Trigger::PullRequest,
            "head_commit" | "commits" => Trigger::Push,
            _ => return false,
        };
        info.event.trigger != carrier
    }

    fn pull_request(&self, parts: &[&str]) -> Val {
        match parts {
            [] => Val::present("depends on the pull request"),
            ["draft"] => Val::Bool(self.imagined.draft),
            ["merged"] => Val::Bool(self.imagined.merged),
            ["state"] => Val::text(if self.imagined.merged { "closed" } else { "open" }),
            ["base", "ref"] => self.default_branch(""),
            ["base", "repo", "full_name" | "name"] => self.home(false),
            ["base", "repo", "owner", "login"] | ["base", "user", "login"] => self.home(true),
            ["head", "ref"] => self.free(Free::HeadRef, ""),
            ["head", "repo", "fork"] => Val::Bool(self.imagined.fork),
            ["head", "repo", "full_name" | "name" | "id"] | ["head", "repo", "owner", "login"] | ["head", "user", "login"]
                if self.imagined.fork =>
            {
                Val::open("", "", Nature::Fork)
            }
            ["head", "repo", "full_name" | "name" | "id"] => self.home(false),
            ["base", "repo", "id"] => self.home(false),
            ["head", "repo", "owner", "login"] | ["head", "user", "login"] => self.home(true),
            ["user", "login" | "type"] => self.free(Free::Actor, ""),
            ["title" | "body"] => self.free(Free::Words, ""),
            ["labels", rest @ ..] => match (&self.imagined.free, rest) {
                (Some((Free::Label, name)), ["*", "name"]) => Val::List(Arc::new(vec![Val::Str(Arc::clone(name))])),
                (_, ["*", "name"]) => Val::List(Arc::default()),
                _ => Val::present("depends on the labels of the pull request"),
            },
            _ => Val::unknown(format!("depends on `github.event.pull_request.{}`", parts.join("."))),
        }
    }
}
