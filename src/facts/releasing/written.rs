//! Owns a workflow of GitHub as it is written: conditions, environments, checkouts, for which the model of pipelines has no words. Refuses
//! to say what follows from them.

use super::meaning::expressions;
use crate::catalog::{Catalog, lists};
use crate::doc::{Document, Format, Value};
use crate::facts::ci::{Past, Said, never_holds};
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

    /// The file.
    pub(super) fn path(&self) -> &RepoPath {
        &self.file.path
    }

    /// All of it.
    pub(super) fn root(&self) -> Value<'_> {
        self.document.root()
    }

    pub(super) fn jobs(&self) -> impl Iterator<Item = (&str, Value<'_>, usize)> {
        let jobs = self.document.root().get("jobs");
        jobs.into_iter().flat_map(Value::entries).filter_map(|entry| Some((entry.name()?, entry.value, entry.key.place().line)))
    }

    /// A job by its id; of a called workflow's jobs the caller's.
    pub(super) fn job(&self, id: &str) -> Option<Value<'_>> {
        let own = id.split('/').next().unwrap_or(id);
        if own.is_empty() {
            // Of an action what it runs.
            return self.document.root().get("runs");
        }
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
        let Some(name) = self.environment_as_written(id).map(str::to_ascii_lowercase) else { return false };
        let (mut parts, data) = (name.split(['-', '_', '/', ' ']), &Catalog::builtin().releasing);
        let first = parts.clone().next().unwrap_or(&name);
        lists(&data.preview, first) && !parts.any(|part| lists(&data.production, part))
    }

    /// The environment of a job has a name that says that it is the product's, and none that says that it is a preview.
    pub(super) fn is_production(&self, id: &str) -> bool {
        let Some(name) = self.environment_as_written(id).map(str::to_ascii_lowercase) else { return false };
        name.split(['-', '_', '/', ' ']).any(|part| lists(&Catalog::builtin().releasing.production, part))
    }

    /// The patterns of tags that start it; any tag where it names none, or starts on something else that any tag may come with.
    pub(super) fn tag_patterns(&self) -> Vec<String> {
        let on = self.document.root().get("on");
        let tags = on.and_then(|on| on.get("push")).and_then(|push| push.get("tags"));
        let named = tags.into_iter().flat_map(|tags| tags.scalar().into_iter().chain(tags.items().filter_map(Value::scalar)));
        let mut all: Vec<String> = named.filter(|pattern| !pattern.starts_with('!')).map(str::to_owned).collect();
        let any = |name: &&str| on.is_some_and(|on| on.get(name).is_some());
        if all.is_empty() || ["release", "create", "deployment", "deployment_status", "registry_package"].iter().any(any) {
            all.push("**".to_owned());
        }
        all
    }

    /// The environment of a job, where its name is written out.
    pub(super) fn environment(&self, id: &str) -> Option<String> {
        self.environment_as_written(id).filter(|name| !name.contains("${{")).map(str::to_owned)
    }

    fn environment_as_written(&self, id: &str) -> Option<&str> {
        let value = self.job(id)?.get("environment")?;
        value.scalar().or_else(|| value.get("name")?.scalar())
    }

    /// A condition of the job or of the step lets it run of a tag and of no branch.
    pub(super) fn asks_for_tags(&self, id: &str, step: &Place) -> bool {
        let job = self.job(id).and_then(|job| job.get("if"));
        let own = self.step(id, step.line).and_then(|step| step.get("if"));
        job.into_iter().chain(own).any(|condition| {
            let never = |reference: &str, kind: &str, begins: &'static str| {
                let says = |root: &str, names: &[&str]| match (root, names) {
                    ("github", ["ref"]) if reference.is_empty() => Said::Begins(begins),
                    ("github", ["ref"]) => Said::Text(reference.to_owned()),
                    ("github", ["ref_type"]) => Said::Text(kind.to_owned()),
                    _ => Said::Free,
                };
                never_holds(Some(condition), &Past { success: true, failure: false, cancelled: false, says: &says })
            };
            // No branch is called so.
            never("refs/heads/-", "branch", "") && !never("", "tag", "refs/tags/")
        })
    }

    /// The text of a place, as the document has it; `None` where it has escapes that are not read here.
    pub(super) fn written(&self, place: &Place) -> Option<String> {
        const MOST_LINES: usize = 64;
        if place.path != self.file.path || place.line == 0 || place.end_line.saturating_sub(place.line) > MOST_LINES {
            return None;
        }
        let mut text = String::new();
        for line in place.line..=place.end_line {
            let whole = self.file.line_text(line);
            let skipped = if line == place.line { place.column.saturating_sub(1) } else { 0 };
            let end = if line == place.end_line { place.end_column.saturating_sub(1) } else { usize::MAX };
            text.extend(whole.chars().take(end).skip(skipped));
            if line < place.end_line {
                text.push('\n');
            }
        }
        let quote = self.quote_around(place);
        match quote {
            Some('\'') => Some(text.replace("''", "'")),
            Some(_) if text.contains('\\') => unescaped(&text),
            _ => Some(text),
        }
    }

    /// The quote in which the document has the script, or the value, at a place.
    fn quote_around(&self, place: &Place) -> Option<char> {
        let values = self.document.root().get("runs").or_else(|| self.document.root().get("jobs")).into_iter();
        let steps =
            values.flat_map(|all| all.get("steps").into_iter().chain(all.entries().filter_map(|job| job.value.get("steps"))));
        let step = steps.flat_map(Value::items).filter(|step| step.place().line <= place.line).last()?;
        let from = step.get("run")?.place();
        self.file.line_text(from.line).chars().nth(from.column.saturating_sub(1)).filter(|c| matches!(c, '"' | '\''))
    }

    /// All expressions of a line.
    pub(super) fn expressions(&self, line: usize) -> impl Iterator<Item = &str> {
        expressions(self.file.line_text(line))
    }

    /// The expression of a line, when it holds no other one.
    pub(super) fn expression(&self, line: usize) -> Option<&str> {
        let mut found = self.file.line_text(line).split("${{").skip(1).map(|rest| rest.split_once("}}").map(|(inner, _)| inner));
        let first = found.next()??;
        let start = self.file.line_text(line).find("${{")?;
        let whole = self.file.line_text(line).get(start..start + first.len() + 5)?;
        found.all(|other| other.is_some_and(|other| other.trim() == first.trim())).then_some(whole)
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

/// A text between the double quotes of a document, where its escapes are those of quotes and backslashes.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().filter(|next| matches!(next, '"' | '\\' | '/'))?),
            c => out.push(c),
        }
    }
    Some(out)
}
