//! Owns GitHub Actions: `.github/workflows` turned into pipelines. Refuses to follow commands, actions of other repositories
//! and anything that only a run could tell.

mod background;
mod beside;
mod budget;
mod changes;
mod checkout;
mod composite;
mod condition;
mod covered;
mod despite;
mod draft;
mod equal;
mod events;
mod expr;
mod filters;
mod graph;
mod grouped;
mod home;
mod imagined;
mod inputs;
mod jobs;
mod lane;
mod matrix;
mod mentions;
mod names;
mod outputs;
mod pattern;
mod payload;
mod recorded;
mod recover;
mod residual;
mod reuse;
mod schema;
mod scope;
mod shells;
mod state;
mod steps;
mod template;
mod variables;
mod variants;
mod verdict;
mod volumes;
mod workflows;
mod written;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

pub(in crate::facts) use self::checkout::is_used as fetches_the_tree;
pub(in crate::facts) use self::despite::{Past, Runs, Said, asks_status, holds_wherever, never_holds, runs_despite};

use self::draft::{Draft, Files};
use self::reuse::Site;
use super::{Cause, CiFacts, CiSystem, CiWorld, Unreadable};
use crate::doc::{Document, Kind};
use crate::facts::pipeline::Pipeline;
use crate::text::{Place, RepoPath};

/// The directory that GitHub reads; nothing below it.
pub(super) const DIRECTORY: &str = ".github/workflows";

/// GitHub Actions.
pub struct GithubActions;

impl CiSystem for GithubActions {
    fn id(&self) -> &'static str {
        "github-actions"
    }

    fn read(&self, world: &CiWorld<'_>) -> CiFacts {
        workflows::read(world)
    }
}

/// What in the mere text of a file makes GitHub reject it: what its reader of YAML refuses, and what its schema does.
fn rejected(document: &Document) -> Vec<(Place, String)> {
    let mut found: Vec<_> = document.problems().iter().map(|problem| (problem.place.clone(), problem.message.clone())).collect();
    if document.root().kind() == Kind::Mapping {
        found.extend(schema::check(document.root()));
    }
    found
}

fn refused(fatal: Vec<(Place, String)>) -> impl Iterator<Item = Unreadable> {
    fatal.into_iter().map(|(place, why)| Unreadable { place, why, cause: Cause::Refused })
}

impl GithubActions {
    fn pipeline(&self, files: &Files<'_>, path: RepoPath, document: &Arc<Document>, facts: &mut CiFacts) {
        let root = document.root();
        if root.kind() == Kind::Null && document.problems().is_empty() {
            // Nothing but comments: GitHub finds no event in it, and nothing runs.
            return;
        }
        let mut fatal = files.rejected(document).to_vec();
        if root.kind() != Kind::Mapping {
            fatal.push((Place::file(path), "the workflow is no mapping".to_owned()));
            facts.unreadable.extend(refused(fatal));
            return;
        }
        let read = match root.get("on") {
            Some(on) => events::read(on, files.repository.default_branch),
            None => {
                fatal.push((Place::file(path.clone()), "the workflow has no `on`".to_owned()));
                events::Events::default()
            }
        };
        let mut draft = Draft {
            events: &read.list,
            file: Arc::clone(document.file()),
            jobs: Vec::new(),
            units: Vec::new(),
            problems: read.problems,
            fatal: read.fatal,
            refused: Vec::new(),
            full: false,
            numbers: HashMap::new(),
        };
        let site = Site::of_events(path.clone(), read.list.len());
        jobs::lower(files, &mut draft, root, &site);
        let Draft { jobs, mut units, problems, fatal: own, refused: mut actions, .. } = draft;
        fatal.extend(own);
        if !fatal.is_empty() {
            // GitHub runs nothing of a file that it rejects.
            units.clear();
        }
        fatal.append(&mut actions);
        fatal.sort();
        fatal.dedup();
        facts.unreadable.extend(refused(fatal));
        let events = read.list.into_iter().map(|info| info.event).collect();
        facts.pipelines.push(Pipeline { system: self.id(), path, events, jobs, units, problems });
    }
}
