//! Owns the place from which a workflow file is looked at: by its own events, or called by another file of the tree. Refuses
//! files of other repositories.

use std::sync::Arc;

use super::draft::Files;
use super::jobs::{is_mapping, remote};
use super::scope::Inputs;
use super::verdict::Verdict;
use crate::answer::{Reason, Why};
use crate::doc::{Document, Format};
use crate::facts::hold::{Hold, Hop};
use crate::text::RepoPath;

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

/// The workflow file that `uses` names.
///
/// # Errors
/// Why it cannot be followed.
pub(super) fn find(files: &Files<'_>, site: &Site, uses: &str) -> Result<Arc<Document>, Why> {
    // `$/` is this repository at the running commit, as `./` is for workflows.
    let Some(local) = uses.strip_prefix("./").or_else(|| uses.strip_prefix("$/")) else { return Err(remote(uses)) };
    let path = RepoPath::new(local).filter(|path| path.parent().as_str() == ".github/workflows");
    let Some(path) = path else {
        return Err(Why::new(Reason::Unreadable, format!("`{uses}` is no file of `.github/workflows`")));
    };
    if site.files.contains(&path) || site.files.len() >= DEPTH {
        return Err(Why::new(Reason::Unsupported, "workflows call one another too deeply"));
    }
    let document = files
        .snapshot
        .document(&path, Format::Yaml)
        .map_err(|unread| Why::new(Reason::Unreadable, format!("the called workflow `{path}` {}", unread.why)))?;
    let span = document.root().span();
    if !files.repository.budget.bytes(span.end - span.start) {
        return Err(Why::new(Reason::Unsupported, "the workflows unfold to more than the limits allow"));
    }
    let on = document.root().get("on");
    let callable = on.is_some_and(|on| {
        on.scalar() == Some("workflow_call")
            || on.items().any(|item| item.scalar() == Some("workflow_call"))
            || (is_mapping(on) && on.get("workflow_call").is_some())
    });
    if callable { Ok(document) } else { Err(Why::new(Reason::Unreadable, format!("`{path}` is not made to be called"))) }
}
