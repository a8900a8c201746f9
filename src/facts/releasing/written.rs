//! Owns a workflow of GitHub as it is written: conditions, environments, checkouts, for which the model of pipelines has no words. Refuses
//! to say what follows from them.

use crate::catalog::Catalog;
use crate::doc::{Document, Format, Value};
use crate::snapshot::Snapshot;
use crate::text::{Place, RepoPath, SourceFile};

/// The workflow as it is written: conditions, environments, checkouts, for which the model of pipelines has no words.
pub(super) struct Written {
    document: std::sync::Arc<Document>,
    file: std::sync::Arc<SourceFile>,
}

impl Written {
    pub(super) fn read(snapshot: &Snapshot, path: &RepoPath) -> Option<Self> {
        let document = snapshot.peek_document(path, Format::Yaml).ok()?;
        Some(Self { document, file: snapshot.peek(path).ok()? })
    }

    pub(super) fn jobs(&self) -> impl Iterator<Item = (&str, Value<'_>, usize)> {
        let jobs = self.document.root().get("jobs");
        jobs.into_iter().flat_map(Value::entries).filter_map(|entry| Some((entry.name()?, entry.value, entry.key.place().line)))
    }

    /// A job by its id; of a called workflow's jobs the caller's.
    pub(super) fn job(&self, id: &str) -> Option<Value<'_>> {
        let own = id.split('/').next().unwrap_or(id);
        self.jobs().find(|(name, ..)| name.eq_ignore_ascii_case(own)).map(|(_, value, _)| value)
    }

    /// The job that calls a workflow at this line.
    pub(super) fn calls_at(&self, line: usize) -> Option<String> {
        let calls = |job: Value<'_>| job.get("uses").is_some_and(|uses| uses.place().line == line);
        self.jobs().find(|(_, job, _)| calls(*job)).map(|(id, ..)| id.to_owned())
    }

    pub(super) fn is_in(&self, id: &str, line: usize) -> bool {
        let mut starts: Vec<(usize, &str)> = self.jobs().map(|(name, _, line)| (line, name)).collect();
        starts.sort_unstable();
        starts.iter().rev().find(|(start, _)| *start <= line).is_some_and(|(_, name)| name.eq_ignore_ascii_case(id))
    }

    /// The step of a job that holds a line.
    pub(super) fn step(&self, id: &str, line: usize) -> Option<Value<'_>> {
        let steps = self.job(id)?.get("steps")?;
        steps.items().filter(|step| step.place().line <= line).last()
    }

    pub(super) fn is_preview(&self, id: &str) -> bool {
        let environment = self.job(id).and_then(|job| job.get("environment"));
        let name = environment.and_then(|value| value.scalar().or_else(|| value.get("name")?.scalar()));
        let Some(name) = name.map(str::to_ascii_lowercase) else { return false };
        let first = name.split(['-', '_', '/', ' ']).next().unwrap_or(&name);
        Catalog::builtin().releasing.preview.iter().any(|known| known == first)
    }

    /// A condition of the job or of the step asks for a tag or a release.
    pub(super) fn asks_for_tags(&self, id: &str, step: &Place) -> bool {
        let job = self.job(id).and_then(|job| job.get("if"));
        let own = self.step(id, step.line).and_then(|step| step.get("if"));
        let asks = |text: &str| ["refs/tags/", "ref_type", "event.release", "'release'"].iter().any(|word| text.contains(word));
        job.into_iter().chain(own).filter_map(Value::scalar).any(asks)
    }

    /// The condition by which the deployment goes on although an earlier job, or an earlier step of its job, failed.
    pub(super) fn goes_on(&self, verifies_in: &str, deploys_in: &str, step: &Place) -> Option<Place> {
        let of_job = self.job(deploys_in).and_then(|job| job.get("if")).filter(|_| verifies_in != deploys_in);
        let of_step = self.step(deploys_in, step.line).and_then(|step| step.get("if")).filter(|_| verifies_in == deploys_in);
        let goes_on = |text: &str| {
            let text = text.to_ascii_lowercase();
            ["always()", "failure()", "cancelled()"].iter().any(|status| text.contains(status))
        };
        of_job.into_iter().chain(of_step).find(|value| value.scalar().is_some_and(goes_on)).map(Value::place)
    }

    /// A checkout between two lines of the deploying job that does not take the verified commit, and whether it names a revision.
    pub(super) fn checks_out_again(&self, id: &str, after: usize, until: usize, same_job: bool) -> Option<(Place, bool)> {
        let steps = self.job(id)?.get("steps")?;
        for step in steps.items() {
            let Some(uses) = step.get("uses").filter(|uses| uses.scalar().is_some_and(crate::facts::ci::fetches_the_tree)) else {
                continue;
            };
            let line = step.place().line;
            if line > until || (same_job && line <= after) {
                continue;
            }
            let reference = step.route(&["with", "ref"]).and_then(Value::scalar).unwrap_or_default();
            let other = step.route(&["with", "repository"]).is_some();
            let pinned = reference.contains(".outputs.") || reference.contains("github.sha") || reference.contains("GITHUB_SHA");
            if !other && !pinned {
                return Some((uses.place(), !reference.is_empty()));
            }
        }
        None
    }

    /// The step, or a variable that the word names, says the tag of the event.
    pub(super) fn names_the_tag(&self, id: &str, step: &Place, raw: &str) -> bool {
        let words = &Catalog::builtin().releasing.event_tags;
        let says = |text: &str| words.iter().any(|word| text.contains(word.as_str()));
        let own = self.step(id, step.line);
        let script = own.and_then(|step| step.get("run")).and_then(Value::scalar);
        if says(self.file.line_text(step.line)) || script.is_some_and(says) {
            return true;
        }
        let holders = [own, self.job(id), Some(self.document.root())];
        let named = |name: &str| raw.contains(name);
        let variables = holders.into_iter().flatten().filter_map(|holder| holder.get("env")).flat_map(Value::entries);
        let mut variables = variables.filter(|entry| entry.name().is_some_and(named));
        variables.any(|entry| entry.value.scalar().is_some_and(says))
    }
}
