//! Owns CI services that need no file but a key in another tool's file: pre-commit.ci. Whether the service is installed cannot
//! be seen, so what it runs is never proven. Refuses to guess that it is.

use crate::answer::{Reason, Why};
use crate::facts::hold::Hop;
use crate::facts::pipeline::{Event, Job, Pipeline, Reach, Trigger};
use crate::facts::runners::{self, World};
use crate::facts::trace::{self, Trace};
use crate::terms::Terms;

/// The system's id inside the facts; the contract lists no such system, so it is no row of `pipelines`.
pub const PRE_COMMIT_CI: &str = "pre-commit-ci";

/// The service's pipeline and what it would run, when a `ci:` key is there. `index` is where the pipeline will stand.
#[must_use]
pub fn gather(world: &World<'_>, terms: &Terms, index: usize) -> Option<(Pipeline, Trace)> {
    let (place, nexts) = runners::pre_commit_ci(world)?;
    let event = Event {
        trigger: Trigger::PullRequest,
        name: "pre-commit.ci".to_owned(),
        reach: Reach::Gates,
        may_reach: None,
        held_by: None,
        paths: None,
        place: place.clone(),
    };
    let checks = vec![Some("pre-commit.ci - pr".to_owned())];
    let job = Job { id: "pre-commit.ci".to_owned(), place: place.clone(), checks, required: None, needs: Vec::new() };
    let why = Why::new(Reason::NoToken, "pre-commit.ci runs hooks only where its app is installed").at(place.clone());
    let path = place.path.clone();
    let trace = trace::follow_all(nexts, vec![Hop::new(place, "ci:")], Some(why), index, world, terms);
    let pipeline =
        Pipeline { system: PRE_COMMIT_CI, path, events: vec![event], jobs: vec![job], units: Vec::new(), problems: Vec::new() };
    Some((pipeline, trace))
}
