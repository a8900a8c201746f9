//! Owns the place from which a workflow file is looked at: by its own events, or called by another file of the tree. Refuses
//! files of other repositories, and says which calls GitHub refuses.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::DIRECTORY;
use super::draft::Files;
use super::jobs::{is_mapping, remote};
use super::scope::Inputs;
use super::verdict::Verdict;
use crate::answer::{Reason, Why};
use crate::doc::{Document, Format, Kind, Reading, Value};
use crate::facts::ci::Cause;
use crate::facts::hold::{Hold, Hop};
use crate::text::{Place, RepoPath};

/// GitHub follows calls to this depth, the first file included (ten levels since November 2025).
const DEPTH: usize = 10;

/// From where a workflow file is looked at.
pub(super) struct Site {
    /// For every event, whether the file is started.
    pub(super) verdicts: Vec<Verdict>,
    /// What it was given.
    pub(super) inputs: Inputs,
    /// The calls on the way.
    pub(super) hops: Vec<Hop>,
    /// What loses the failures of all its jobs.
    pub(super) holds: Vec<Hold>,
    /// The same under one event.
    pub(super) under: Vec<(usize, Hold)>,
    /// Names of the calling jobs, as they stand before ` / `; none when the file is not called.
    pub(super) callers: Option<Vec<Option<String>>>,
    /// Ids of the calling jobs.
    ids: Vec<String>,
    /// The files on the way, this one last.
    files: Vec<RepoPath>,
}

impl Site {
    /// A file started by its own events.
    pub(super) fn of_events(path: RepoPath, count: usize) -> Self {
        Self {
            verdicts: vec![Verdict::yes(); count],
            inputs: Inputs::Uncalled,
            hops: Vec::new(),
            holds: Vec::new(),
            under: Vec::new(),
            callers: None,
            ids: Vec::new(),
            files: vec![path],
        }
    }

    /// A file called by a job of this one.
    pub(super) fn inside(
        &self,
        path: RepoPath,
        job: &str,
        checks: Vec<Option<String>>,
        inputs: Inputs,
        verdicts: Vec<Verdict>,
        hop: Hop,
    ) -> Self {
        let mut hops = self.hops.clone();
        hops.push(hop);
        let mut ids = self.ids.clone();
        ids.push(job.to_owned());
        let mut files = self.files.clone();
        files.push(path);
        let (holds, under) = (self.holds.clone(), self.under.clone());
        Self { verdicts, inputs, hops, holds, under, callers: Some(checks), ids, files }
    }

    /// The id of a job here: those of its callers before it.
    pub(super) fn job_id(&self, id: &str) -> String {
        let mut parts: Vec<&str> = self.ids.iter().map(String::as_str).collect();
        parts.push(id);
        parts.join("/")
    }
}

/// Why a call is not followed.
pub(super) enum Lost {
    /// GitHub rejects the file with such a call in it.
    Refused(String),
    /// It may be fine.
    Opaque(Why),
}

/// The path of a workflow of this repository that is called by its full name, at the default branch: what this tree has there is
/// what it becomes.
///
/// # Errors
/// Why it is not to be found in this tree.
fn by_full_name<'u>(files: &Files<'_>, uses: &'u str) -> Result<&'u str, Why> {
    let (name, reference) = uses.rsplit_once('@').unwrap_or((uses, ""));
    let split = name.find(DIRECTORY).filter(|at| name[..*at].ends_with('/'));
    let Some((owner_and_name, path)) = split.map(|at| (&name[..at - 1], &name[at..])) else { return Err(remote(uses)) };
    let there = RepoPath::new(path).is_some_and(|path| files.snapshot.is_file(&path));
    match files.repository.home.told() {
        Some(own) if !own.eq_ignore_ascii_case(owner_and_name) => Err(remote(uses)),
        None if !there => Err(remote(uses)),
        None => {
            let why = format!("the reusable workflow `{uses}` is not in this tree, unless this repository is `{owner_and_name}`");
            Err(Why::new(Reason::Remote, why))
        }
        Some(_) => {
            let branch = reference.strip_prefix("refs/heads/").unwrap_or(reference);
            let default = files.repository.default_branch.names().iter().any(|name| name == branch);
            let why = || format!("the reusable workflow `{uses}` is this repository's own in another state than this tree's");
            default.then_some(path).ok_or_else(|| Why::new(Reason::Remote, why()))
        }
    }
}

/// The workflow file that `uses` names.
///
/// # Errors
/// Why it cannot be followed.
pub(super) fn find(files: &Files<'_>, site: &Site, uses: &str) -> Result<Arc<Document>, Lost> {
    // `$/` is this repository at the running commit, as `./` is for workflows.
    let plain = uses.strip_prefix("./").or_else(|| uses.strip_prefix("$/"));
    let local = plain.map_or_else(|| by_full_name(files, uses).map_err(Lost::Opaque), Ok)?;
    let path = RepoPath::new(local).filter(|path| path.parent().as_str() == DIRECTORY);
    let Some(path) = path else {
        return Err(Lost::Refused(format!("`{uses}` is no file of `{DIRECTORY}`")));
    };
    if site.files.contains(&path) || site.files.len() >= DEPTH {
        return Err(Lost::Opaque(Why::new(Reason::Unsupported, "workflows call one another too deeply")));
    }
    let document = files.snapshot.document(&path, Format::Yaml).map_err(|unread| {
        let why = format!("the called workflow `{path}` cannot be read: {}", unread.why);
        match Cause::of(unread.kind) {
            Cause::Refused => Lost::Refused(why),
            _ => Lost::Opaque(Why::new(Reason::Unreadable, why)),
        }
    })?;
    let span = document.root().span();
    if !files.repository.budget.bytes(span.end - span.start) {
        return Err(Lost::Opaque(Why::new(Reason::Unsupported, "the workflows unfold to more than the limits allow")));
    }
    let on = document.root().get("on");
    let callable = on.is_some_and(|on| {
        on.scalar() == Some("workflow_call")
            || on.items().any(|item| item.scalar() == Some("workflow_call"))
            || (is_mapping(on) && on.get("workflow_call").is_some())
    });
    match on.and_then(Value::disputed) {
        Some(why) => Err(Lost::Opaque(why)),
        None if callable => Ok(document),
        None => Err(Lost::Refused(format!("`{path}` has no `workflow_call` among its events: no workflow may call it"))),
    }
}

/// What makes GitHub reject a file for what a job of it gives to the workflow that it calls (actions/languageservices,
/// workflow-parser: converter/job/inputs.ts and secrets.ts). A default does not stand in for what is required.
pub(super) fn objections(job: Value<'_>, uses: Value<'_>, callee: &Document) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    for (kind, key, declared) in [("input", "with", "inputs"), ("secret", "secrets", "secrets")] {
        let given = job.get(key);
        let declared = callee.root().route(&["on", "workflow_call", declared]);
        let plain = |value: Option<Value<'_>>| value.is_none_or(|value| matches!(value.kind(), Kind::Mapping | Kind::Null));
        // `secrets: inherit` hands on whatever there is; a shape that is no mapping is held against the schema.
        if !plain(given) || !plain(declared) {
            continue;
        }
        let names = |value: Option<Value<'_>>| -> BTreeSet<String> {
            let names = value.into_iter().flat_map(Value::entries).filter_map(|entry| Some(entry.name()?.to_ascii_lowercase()));
            names.collect()
        };
        let (has, may) = (names(given), names(declared));
        for entry in declared.into_iter().flat_map(Value::entries) {
            let required = entry.value.get("required").is_some_and(|required| matches!(required.as_bool(), Reading::Is(true)));
            if let Some(name) = entry.name().filter(|name| required && !has.contains(&name.to_ascii_lowercase())) {
                found.push((uses.place(), format!("the called workflow requires the {kind} `{name}`, which is not given")));
            }
        }
        for entry in given.into_iter().flat_map(Value::entries) {
            if let Some(name) = entry.name().filter(|name| !may.contains(&name.to_ascii_lowercase())) {
                found.push((entry.key.place(), format!("the called workflow declares no {kind} `{name}`")));
            }
        }
    }
    found
}
