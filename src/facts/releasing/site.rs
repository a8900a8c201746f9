//! Owns where a text of a workflow stands: a job, the job that calls its workflow, the step that uses its action. Refuses to say what the text
//! stands for.

use std::rc::Rc;

use super::written::Written;
use crate::doc::Value;
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;
use crate::text::RepoPath;

/// A job of a workflow, and the job that calls the workflow.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) text: Rc<Written>,
    pub(super) job: String,
    pub(super) caller: Option<Box<Site>>,
    /// Of an action of the tree the line of the caller's step that uses it.
    pub(super) call: Option<usize>,
}

impl Site {
    /// The job of this id in the workflow; of `caller/inner` the inner one in the workflow that is called.
    pub(super) fn find(snapshot: &Snapshot, text: Rc<Written>, id: &str) -> Option<Self> {
        let (first, rest) = id.split_once('/').map_or((id, None), |(first, rest)| (first, Some(rest)));
        let mut site = Self { text, job: first.to_owned(), caller: None, call: None };
        for inner in rest.into_iter().flat_map(|rest| rest.split('/')) {
            site = site.called(snapshot, inner)?;
        }
        Some(site)
    }

    /// A job of the workflow of the tree that this one calls.
    pub(super) fn called(&self, snapshot: &Snapshot, inner: &str) -> Option<Self> {
        let uses = self.value()?.get("uses")?.scalar().filter(|uses| uses.starts_with("./"))?;
        let path = Workdir::workspace().resolve(uses)?;
        let text = Rc::new(Written::read(snapshot, &path)?);
        Some(Self { text, job: inner.to_owned(), caller: Some(Box::new(self.clone())), call: None })
    }

    /// The steps of an action of the tree that a step of this job, at a line, uses.
    pub(super) fn within(&self, snapshot: &Snapshot, path: &RepoPath, line: usize) -> Option<Self> {
        let text = Rc::new(Written::read(snapshot, path)?);
        Some(Self { text, job: String::new(), caller: Some(Box::new(self.clone())), call: Some(line) })
    }

    /// The line at which the step begins that holds a line.
    pub(super) fn step_at(&self, line: usize) -> usize {
        self.text.step(&self.job, line).map_or(line, |step| step.place().line)
    }

    /// The lines at which the steps of the job begin, in order.
    pub(super) fn step_lines(&self) -> Vec<usize> {
        let steps = self.value().and_then(|job| job.get("steps"));
        let mut lines: Vec<usize> = steps.into_iter().flat_map(Value::items).map(|step| step.place().line).collect();
        lines.sort_unstable();
        lines
    }

    /// The job as it is written.
    pub(super) fn value(&self) -> Option<Value<'_>> {
        self.text.job(&self.job)
    }

    /// It is the same job, or one of those that call it is.
    pub(super) fn is_in(&self, other: &Self) -> bool {
        self.is(other) || self.caller.as_ref().is_some_and(|caller| caller.is_in(other))
    }

    /// They are jobs of one workflow, called by the same one.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        let callers = match (&self.caller, &other.caller) {
            (Some(own), Some(other)) => own.is(other),
            (None, None) => true,
            _ => false,
        };
        let around = || self.caller.as_ref().is_some_and(|caller| caller.is_beside(other));
        callers && self.text.path() == other.text.path() || around()
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.text.path() == other.text.path() && self.job.eq_ignore_ascii_case(&other.job)
    }
}
