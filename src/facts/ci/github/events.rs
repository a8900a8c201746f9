//! Owns `on:`: which events start a workflow and how far each of them reaches. Refuses to look at jobs.

use std::sync::Arc;

use super::filters::{NameFilter, Passes, path_filter, texts};
use crate::answer::{Reason, Why};
use crate::doc::{Kind, Value};
use crate::facts::hold::{Hold, HoldEffect, Remedy};
use crate::facts::pipeline::{Event, Reach, Trigger};
use crate::snapshot::DefaultBranch;
use crate::text::Place;

/// An event, and what conditions in jobs may ask about it.
#[derive(Clone, Debug)]
pub(super) struct EventInfo {
    /// The event of the pipeline.
    pub(super) event: Event,
    /// Its activity types.
    pub(super) actions: Vec<String>,
    /// Which refs it carries.
    pub(super) refs: Refs,
    /// Which branches pull requests may go to, where not to all.
    bases: Option<Arc<NameFilter>>,
}

/// The refs that an event comes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refs {
    /// A pull request's merge ref.
    Pull,
    /// A branch of the merge queue.
    Queue,
    /// Any branch, and tags as well when told so.
    Branches {
        /// Whether tags start it too.
        tags: bool,
    },
    /// One of these branches.
    Named(Vec<String>),
    /// A tag.
    Tags,
    /// The default branch.
    Default,
}

impl Refs {
    /// Whether it may come with a ref of this name.
    pub(super) fn holds(&self, name: &str) -> bool {
        match self {
            Self::Named(names) => names.iter().any(|known| known == name),
            _ => true,
        }
    }
}

/// What was read from `on:`.
#[derive(Default)]
pub(super) struct Events {
    /// The events, each once, in the order of the file.
    pub(super) list: Vec<EventInfo>,
    /// What makes GitHub reject the file.
    pub(super) fatal: Vec<(Place, String)>,
    /// What GitHub reads otherwise.
    pub(super) problems: Vec<(Place, String)>,
}

/// Events that GitHub knows besides those treated by name.
const OTHERS: &[&str] = &[
    "branch_protection_rule",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "image_version",
    "issue_comment",
    "issues",
    "label",
    "milestone",
    "page_build",
    "project",
    "project_card",
    "project_column",
    "public",
    "pull_request_comment",
    "pull_request_review",
    "pull_request_review_comment",
    "registry_package",
    "repository_dispatch",
    "status",
    "watch",
    "workflow_run",
];

/// Reads `on:`.
pub(super) fn read(on: Value<'_>, branch: &DefaultBranch) -> Events {
    let mut events = Events::default();
    match on.kind() {
        Kind::String => events.add(on, on.as_str().unwrap_or_default(), on.place(), branch),
        Kind::Sequence => {
            for item in on.items() {
                events.add(item, item.scalar().unwrap_or_default(), item.place(), branch);
            }
        }
        Kind::Mapping => {
            for entry in on.entries() {
                events.add(entry.value, entry.name().unwrap_or_default(), entry.key.place(), branch);
            }
        }
        _ => events.fatal.push((on.place(), "`on` names no event".to_owned())),
    }
    events
}

impl Events {
    fn add(&mut self, value: Value<'_>, name: &str, place: Place, branch: &DefaultBranch) {
        if self.list.iter().any(|known| known.event.name == name) {
            return;
        }
        for key in ["branches", "tags", "paths"] {
            if value.get(key).is_some() && value.get(&format!("{key}-ignore")).is_some() {
                self.fatal.push((place.clone(), format!("`{key}` and `{key}-ignore` exclude each other")));
            }
        }
        let reader = Reader { value, name, place: place.clone(), branch };
        // Pushed tags are an event of their own beside pushes to branches.
        let tags = (name == "push" && value.get("tags").is_some() && NameFilter::read(value, "branches").is_some())
            .then(|| Reader { value, name, place, branch }.simple(Trigger::Tag, Reach::Runs, Refs::Tags, TAGS));
        let info = match name {
            "pull_request" | "pull_request_target" => reader.pull_request(),
            "push" => reader.push(),
            "merge_group" => reader.merge_group(),
            "schedule" => reader.schedule(),
            "release" => reader.simple(Trigger::Release, Reach::Runs, Refs::Tags, "only a release starts it"),
            "workflow_dispatch" => reader.simple(Trigger::Manual, Reach::Nothing, ANY, "only a person starts it"),
            "workflow_call" => reader.simple(Trigger::Call, Reach::Nothing, Refs::Default, "only another workflow starts it"),
            known if OTHERS.contains(&known) => reader.other(),
            unknown => {
                self.fatal.push((reader.place, format!("`{unknown}` is no event that GitHub knows")));
                return;
            }
        };
        self.list.push(info);
        self.list.extend(tags);
    }
}

/// What comes with the branch or the tag that it is about (GitHub's documentation, "Events that trigger workflows": `GITHUB_REF`).
const ANY: Refs = Refs::Branches { tags: true };

/// The words of the hold on what only a pushed tag starts.
const TAGS: &str = "only pushed tags start it";

struct Reader<'d, 'a> {
    value: Value<'d>,
    name: &'a str,
    place: Place,
    branch: &'a DefaultBranch,
}

impl Reader<'_, '_> {
    fn info(self, trigger: Trigger, reach: Reach, refs: Refs, actions: Vec<String>) -> EventInfo {
        let (paths, unread) = match path_filter(self.value) {
            Ok(paths) => (paths, None),
            Err(place) => (None, Some(place)),
        };
        let name = self.name.to_owned();
        let event = Event { trigger, name, reach, may_reach: None, held_by: None, paths, place: self.place };
        let mut info = EventInfo { event, actions, refs, bases: None };
        if let Some(place) = unread {
            info.doubt(Why::new(Reason::Unreadable, "the path filter cannot be read").at(place));
        }
        info
    }

    fn simple(self, trigger: Trigger, reach: Reach, refs: Refs, why: &str) -> EventInfo {
        let hold = Hold::new(HoldEffect::Soften, self.place.clone(), why);
        let mut info = self.info(trigger, reach, refs, Vec::new());
        info.event.held_by = Some(hold);
        info
    }

    fn other(self) -> EventInfo {
        let refs = match self.name {
            "pull_request_review" | "pull_request_review_comment" => Refs::Pull,
            "create" | "deployment" | "deployment_status" | "registry_package" => ANY,
            _ => Refs::Default,
        };
        let why = format!("`{}` is not what a change to merge starts", self.name);
        let actions = self.value.get("types").and_then(texts).unwrap_or_default();
        let mut info = self.simple(Trigger::Other, Reach::Runs, refs, &why);
        info.actions = actions;
        info
    }

    fn schedule(self) -> EventInfo {
        let reach = if self.value.is_empty() { Reach::Nothing } else { Reach::Runs };
        self.simple(Trigger::Schedule, reach, Refs::Default, "a clock starts it, no change does")
    }

    fn merge_group(self) -> EventInfo {
        let filter = NameFilter::read(self.value, "branches");
        let branch = self.branch;
        let mut info = self.info(Trigger::MergeGroup, Reach::Gates, Refs::Queue, vec!["checks_requested".to_owned()]);
        info.base_branch(filter.as_ref(), branch, "merge groups");
        info
    }

    fn pull_request(self) -> EventInfo {
        let types = self.value.get("types");
        let actions = types.map_or_else(|| Some(default_types()), texts).filter(|types| !types.is_empty());
        let filter = NameFilter::read(self.value, "branches");
        let branch = self.branch;
        let unread = actions.is_none();
        let mut info = self.info(Trigger::PullRequest, Reach::Gates, Refs::Pull, actions.unwrap_or_else(default_types));
        info.base_branch(filter.as_ref(), branch, "pull requests");
        info.bases = filter.map(Arc::new);
        let place = types.and_then(Value::key_place).unwrap_or_else(|| info.event.place.clone());
        if unread {
            info.doubt(Why::new(Reason::Unreadable, "the activity types cannot be read").at(place.clone()));
        }
        let lacks = |name: &str| !info.actions.iter().any(|action| action == name);
        let why = match (lacks("opened"), lacks("synchronize")) {
            (false, false) => return info,
            (true, false) => "opening a pull request does not start it (`types` lacks `opened`)",
            (false, true) => "new commits do not start it (`types` lacks `synchronize`)",
            (true, true) => "neither opening a pull request nor new commits start it (`types`)",
        };
        let missing = ["opened", "synchronize"].into_iter().filter(|name| lacks(name)).map(str::to_owned).collect();
        info.limit(Hold::new(HoldEffect::Soften, place, why).undone(Remedy::Types(missing)));
        info
    }

    fn push(self) -> EventInfo {
        let branches = NameFilter::read(self.value, "branches");
        let tags = NameFilter::read(self.value, "tags");
        match (&branches, &tags) {
            (None, None) => self.info(Trigger::Push, Reach::Gates, Refs::Branches { tags: true }, Vec::new()),
            (None, Some(_)) => self.simple(Trigger::Tag, Reach::Runs, Refs::Tags, TAGS),
            (Some(filter), _) => {
                let refs = match filter.only_names() {
                    Some(names) => Refs::Named(names.to_vec()),
                    None => Refs::Branches { tags: false },
                };
                let mut info = self.info(Trigger::Push, Reach::Gates, refs, Vec::new());
                if filter.broken {
                    info.doubt(Why::new(Reason::Unreadable, "the branch filter cannot be read").at(filter.place.clone()));
                } else if !filter.passes_every_branch() {
                    let why = format!("only pushes to {} start it", filter.listed());
                    info.limit(Hold::new(HoldEffect::Soften, filter.place.clone(), why));
                } else if let Some(except) = filter.open_exception() {
                    // Whoever opens a branch gives it its name.
                    let why = format!("pushes to branches named like `{except}` do not start it");
                    info.limit(Hold::new(HoldEffect::Soften, filter.place.clone(), why));
                } else if filter.excepts() {
                    let why = "pushes to some branches do not start it";
                    info.event.held_by = Some(Hold::new(HoldEffect::Note, filter.place.clone(), why));
                }
                info
            }
        }
    }
}

fn default_types() -> Vec<String> {
    ["opened", "synchronize", "reopened"].map(str::to_owned).to_vec()
}

impl EventInfo {
    fn limit(&mut self, hold: Hold) {
        self.event.reach = self.event.reach.min(Reach::Runs);
        self.event.may_reach = None;
        self.event.held_by = Some(hold);
    }

    fn doubt(&mut self, why: Why) {
        let most = self.event.reach;
        let hold = Hold::unknown(&why, &self.event.place);
        self.limit(hold);
        self.event.may_reach = Some((most, why));
    }

    /// Whether it starts for the default branch as base.
    fn base_branch(&mut self, filter: Option<&NameFilter>, branch: &DefaultBranch, what: &str) {
        let Some(filter) = filter else { return };
        match filter.passes_default(branch) {
            Passes::Yes => {}
            Passes::No => {
                let why = format!("only {what} to {} start it", filter.listed());
                self.limit(Hold::new(HoldEffect::Soften, filter.place.clone(), why).undone(Remedy::Branches));
            }
            Passes::Perhaps => {
                let why = format!("only {what} to {} start it, and the name of the default branch is not known", filter.listed());
                self.doubt(Why::new(Reason::Unsupported, why).at(filter.place.clone()));
            }
        }
    }

    /// Whether a pull request to a branch of this name may start it; of no name: to one that nobody had in mind.
    pub(super) fn may_go_to(&self, branch: &str) -> bool {
        let Some(filter) = self.bases.as_deref().filter(|filter| !filter.broken) else { return true };
        if branch.is_empty() { filter.only_names().is_none() } else { filter.passes(branch) }
    }

    /// The branches that pull requests have to go to, where they are listed by name.
    pub(super) fn bases(&self) -> &[String] {
        self.bases.as_deref().and_then(NameFilter::only_names).unwrap_or_default()
    }

    /// Whether it is a pull request's own event.
    pub(super) fn is_pull_request(&self) -> bool {
        self.event.trigger == Trigger::PullRequest
    }
}
