//! Owns where a step stands: all that its job, its variant and the actions around it give it. Refuses to read a step.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::draft::Files;
use super::expr::Val;
use super::scope::{Inputs, Scope};
use super::shells::Written;
use super::state::State;
use super::variables::Variables;
use super::verdict::Verdict;
use crate::facts::hold::{Hold, Hop};
use crate::facts::pipeline::{Env, Turn};
use crate::text::RepoPath;

/// Where a step stands: a job in one class of its variants, or an action in it.
#[derive(Clone)]
pub(super) struct Lane<'a> {
    /// Index of the job in the pipeline.
    pub(super) job: usize,
    /// When the step of the job runs.
    pub(super) turn: Turn,
    /// From the caller of the workflow to the step that uses the action.
    pub(super) hops: Vec<Hop>,
    /// For every event, whether what holds the step runs.
    pub(super) verdicts: Vec<Verdict>,
    /// What loses the failures of what holds the step.
    pub(super) holds: Vec<Hold>,
    /// The same under one event.
    pub(super) under: Vec<(usize, Hold)>,
    /// The environment.
    pub(super) env: Arc<Env>,
    /// What stands behind variables that are not known without an event.
    pub(super) variables: Variables,
    /// Names in an environment of the workflow that give every program's name another meaning.
    pub(super) shadows: Vec<Hold>,
    /// What the workflow or the action was given.
    pub(super) inputs: &'a Inputs,
    /// The variant.
    pub(super) matrix: Option<&'a Val>,
    /// The runner's system.
    pub(super) os: Option<&'static str>,
    /// A machine of GitHub's without a container: nothing lies in its workspace but what steps bring.
    pub(super) bare: bool,
    /// The steps run in a container of the job.
    pub(super) container: bool,
    /// `defaults.run.shell`.
    pub(super) shell: Option<Written>,
    /// `defaults.run.working-directory`.
    pub(super) directory: Option<Val>,
    /// The jobs that the job needs.
    pub(super) needs: &'a BTreeMap<&'a str, &'a super::scope::JobFacts>,
    /// Directories of the composite actions on the way, outermost first; empty in a job.
    pub(super) actions: Vec<RepoPath>,
    /// The directory of the innermost action, on the virtual file system.
    pub(super) action_path: Option<String>,
}

impl<'a> Lane<'a> {
    /// What expressions of its steps see.
    pub(super) fn scope(&'a self, files: &'a Files<'a>, env: &'a Env, variables: &Variables, state: &'a State) -> Scope<'a> {
        Scope {
            variables: variables.clone(),
            matrix: self.matrix,
            env: Some(env),
            needs: Some(self.needs),
            steps: Some(&state.steps),
            all_steps: state.knows_all_steps(),
            os: self.os,
            action_path: self.action_path.as_deref(),
            ..Scope::new(&files.repository, self.inputs)
        }
    }
}
