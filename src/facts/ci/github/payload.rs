//! Owns the `github` context: refs, names, and the event's payload, in one imagined run. Refuses to decide conditions.

use std::sync::Arc;

use super::events::{EventInfo, Refs};
use super::expr::{Nature, Val};
use super::home::Part;
use super::scope::{Free, Scope};
use crate::facts::pipeline::Trigger;
use crate::facts::shell::HANDED_AT;
use crate::facts::workdir::WORKSPACE;
use crate::snapshot::DefaultBranch;

/// What only some runs hold: steps of an action, runs of a called workflow.
const AT_TIMES: [&str; 4] = ["action_path", "action_ref", "action_repository", "job_workflow_sha"];

/// What the `github` context holds in every run besides what is answered by name (docs of the `github` context; actions/runner,
/// GitHubContext.cs); any other name is null.
const ALWAYS_SET: [&str; 28] = [
    "action",
    "action_status",
    "actor_id",
    "api_url",
    "artifact_cache_size_limit",
    "env",
    "event_path",
    "graphql_url",
    "job",
    "output",
    "path",
    "repository_id",
    "repository_owner_id",
    "repository_visibility",
    "repositoryurl",
    "retention_days",
    "run_id",
    "run_number",
    "secret_source",
    "sha",
    "state",
    "step_summary",
    "token",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workflow_sha",
    "event",
];

impl Scope<'_> {
    fn free(&self, kind: Free, prefix: &str) -> Val {
        match &self.imagined.free {
            Some((chosen, name)) if *chosen == kind => {
                let bare = ["refs/heads/", "refs/tags/"].iter().find_map(|refs| name.strip_prefix(refs)).unwrap_or(name);
                Val::text(format!("{prefix}{bare}"))
            }
            _ => Val::open(prefix, "", Nature::Ordinary),
        }
    }

    fn home(&self, part: Part) -> Val {
        self.repository.home.value(part, self.imagined.home.as_ref())
    }

    fn default_branch(&self, prefix: &str) -> Val {
        let imagined = self.imagined.default_name.and_then(|number| self.repository.default_branch.names().get(number));
        match (self.repository.default_branch, imagined) {
            (DefaultBranch::Known(name), _) | (_, Some(name)) => Val::text(format!("{prefix}{name}")),
            (DefaultBranch::OneOf(_), None) => Val::open(prefix, "", Nature::Any),
        }
    }

    /// The branch that a pull request is to be merged into; imagined without a name, it is one that nobody asks for.
    fn base_branch(&self) -> Val {
        match &self.imagined.free {
            Some((Free::Base, name)) if name.is_empty() => Val::open("", "", Nature::Ordinary),
            Some((Free::Base, _)) => self.free(Free::Base, ""),
            _ => self.default_branch(""),
        }
    }

    /// `github.NAME`.
    pub(super) fn github(&self, name: &str) -> Val {
        match name {
            "actor" | "triggering_actor" => return self.free(Free::Actor, ""),
            "repository" => return self.home(Part::Full),
            "repository_owner" => return self.home(Part::Owner),
            "workspace" => return Val::text(WORKSPACE),
            "path" => return Val::text(HANDED_AT[0]),
            "env" => return Val::text(HANDED_AT[1]),
            "action_path" if self.action_path.is_some() => return self.action_path.map_or(Val::Null, Val::text),
            _ if AT_TIMES.contains(&name) => {
                return Val::unknown(format!("depends on `github.{name}`, which most runs have not"));
            }
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
            "base_ref" if info.is_pull_request() || info.refs == Refs::Pull => self.base_branch(),
            "head_ref" if info.is_pull_request() || info.refs == Refs::Pull => self.free(Free::HeadRef, ""),
            "base_ref" | "head_ref" => Val::text(""),
            // No ruleset protects `refs/pull/N/merge`.
            "ref_protected" if info.refs == Refs::Pull && info.event.name != "pull_request_target" => Val::Bool(false),
            "ref_protected" => Val::unknown("depends on `github.ref_protected`, which the forge decides"),
            "server_url" => Val::text("https://github.com"),
            "run_attempt" => Val::text("1"),
            other if !ALWAYS_SET.contains(&other) => Val::Null,
            _ => Val::present(format!("depends on `github.{name}`")),
        }
    }

    fn git_ref(&self, info: &EventInfo, heads: &str, tags: &str) -> Val {
        if self.imagined.tag || info.refs == Refs::Tags {
            return self
                .imagined
                .free
                .as_ref()
                .map_or_else(|| Val::open(tags, "", Nature::Ordinary), |_| self.free(Free::Branch, tags));
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
    pub(super) fn payload(&self, route: &[String]) -> Val {
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
                ["full_name"] => self.home(Part::Full),
                ["name"] => self.home(Part::Name),
                ["owner", "login" | "name"] => self.home(Part::Owner),
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
            // Those of the event, whatever a called workflow was given.
            ["inputs", name, ..] if matches!(info.event.trigger, Trigger::Manual | Trigger::Call) => {
                Val::unknown(format!("depends on `inputs.{name}`"))
            }
            ["inputs", ..] => Val::Null,
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
            ["base", "ref"] => self.base_branch(),
            ["base", "repo", "full_name" | "id"] => self.home(Part::Full),
            ["base", "repo", "name"] => self.home(Part::Name),
            ["base", "repo", "owner", "login"] | ["base", "user", "login"] => self.home(Part::Owner),
            ["head", "ref"] => self.free(Free::HeadRef, ""),
            ["head", "repo", "fork"] => Val::Bool(self.imagined.fork),
            ["head", "repo", "full_name" | "name" | "id"] | ["head", "repo", "owner", "login"] | ["head", "user", "login"]
                if self.imagined.fork =>
            {
                Val::open("", "", Nature::Fork)
            }
            ["head", "repo", "full_name" | "id"] => self.home(Part::Full),
            ["head", "repo", "name"] => self.home(Part::Name),
            ["head", "repo", "owner", "login"] | ["head", "user", "login"] => self.home(Part::Owner),
            ["user", "login" | "type"] => self.free(Free::Actor, ""),
            ["title" | "body"] => self.free(Free::Words, ""),
            ["labels", rest @ ..] => {
                let label = |name: &Arc<str>| Val::Map(Arc::new(vec![("name".to_owned(), Val::Str(Arc::clone(name)))]));
                let labels: Vec<Val> = match &self.imagined.free {
                    Some((Free::Label, name)) => vec![label(name)],
                    _ => Vec::new(),
                };
                let rest: Vec<String> = rest.iter().map(|name| (*name).to_owned()).collect();
                Val::List(Arc::new(labels)).walk(&rest)
            }
            _ => Val::unknown(format!("depends on `github.event.pull_request.{}`", parts.join("."))),
        }
    }
}
