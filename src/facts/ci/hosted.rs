//! Owns CI that needs no workflow: pre-commit.ci, for which a key in another tool's file is enough, and the default setup of code scanning,
//! which the forge alone knows. Whether the service is installed only the forge can say; without it what it runs is never proven. Refuses to
//! guess that it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::answer::{Answer, Reason, Why};
use crate::facts::forge::ForgeFacts;
use crate::facts::hold::Hop;
use crate::facts::pipeline::{ActionCall, Event, Input, Job, Pipeline, Reach, Start, Trigger, Turn, Unit, Work};
use crate::facts::runners::{self, World};
use crate::facts::trace::{self, OpaqueUnit, Trace};
use crate::facts::workdir::Workdir;
use crate::terms::Terms;
use crate::text::{MappedText, Place, RepoPath, SourceFile, Span};

/// The system's id inside the facts; the contract lists no such system, so it is no row of `pipelines`.
pub const PRE_COMMIT_CI: &str = "pre-commit-ci";

/// Its app.
const PRE_COMMIT_APP: &str = "pre-commit-ci";

/// The default setup of code scanning, which is no row of `pipelines` either.
pub const CODE_SCANNING: &str = "code-scanning";

/// Whether a pipeline has a file of its own.
#[must_use]
pub fn is_hosted(pipeline: &Pipeline) -> bool {
    matches!(pipeline.system, PRE_COMMIT_CI | CODE_SCANNING | super::services::SERVICE)
}

/// The pipeline of code scanning's default setup, where the forge says that it is on: an analysis of its languages on pull requests and
/// pushes to the default branch. It lies in no file.
#[must_use]
pub fn default_setup(world: &World<'_>) -> Option<Pipeline> {
    let languages = world.forge()?.default_setup.is().filter(|languages| !languages.is_empty())?;
    let place = Place::file(RepoPath::root());
    let text = languages.join(",");
    let input = Input {
        text: MappedText::standing_for(SourceFile::new(RepoPath::root(), String::new()), Span::new(0, 0), &text),
        value: Some(text),
    };
    let event = |trigger, name: &str, reach| Event {
        trigger,
        name: name.to_owned(),
        reach,
        may_reach: None,
        held_by: None,
        paths: None,
        place: place.clone(),
    };
    let events = vec![event(Trigger::PullRequest, "pull_request", Reach::Gates), event(Trigger::Push, "push", Reach::Runs)];
    let start = |event| Start { event, answer: Answer::Yes(()), paths: Vec::new(), holds: Vec::new() };
    let unit = |name: &str, inputs: BTreeMap<String, Input>| Unit {
        chain: vec![Hop::new(place.clone(), "the default setup of code scanning")],
        job: 0,
        work: Work::Action(ActionCall { name: name.to_owned(), reference: None, inputs, place: place.clone() }),
        workdir: Workdir::workspace(),
        env: Arc::default(),
        handed: Arc::default(),
        starts: (0..2).map(start).collect(),
        holds: Vec::new(),
        shadows: Vec::new(),
        search: Vec::new(),
        recorded: None,
        turn: Turn::default(),
    };
    let analyze = BTreeMap::from([("languages".to_owned(), input)]);
    let units = vec![unit("actions/checkout", BTreeMap::new()), unit("github/codeql-action/analyze", analyze)];
    let job = Job {
        id: "analyze".to_owned(),
        place: place.clone(),
        checks: Vec::new(),
        required: None,
        in_image: false,
        needs: Vec::new(),
    };
    Some(Pipeline { system: CODE_SCANNING, path: RepoPath::root(), events, jobs: vec![job], units, problems: Vec::new() })
}

/// Workflows of other repositories that the forge runs on every change. They are not read, and may run anything.
pub fn required_elsewhere(forge: &ForgeFacts) -> impl Iterator<Item = OpaqueUnit> {
    let all = forge.protection.layers.iter().flat_map(|layer| layer.workflows.iter().map(move |one| (layer, one)));
    all.map(|(layer, one)| {
        let why = format!("{} runs `{}` of the repository {}, which is not read", layer.name, one.path, one.repository);
        OpaqueUnit::unread(RepoPath::root(), Why::new(Reason::Remote, why))
    })
}

/// The service's pipeline and what it would run, when a `ci:` key is there. `index` is where the pipeline will stand.
#[must_use]
pub fn gather(world: &World<'_>, terms: &Terms, index: usize) -> Option<(Pipeline, Trace)> {
    let apps = world.forge().and_then(|forge| forge.apps.is());
    let everywhere = apps.map(|apps| apps.iter().find(|(app, _)| app == PRE_COMMIT_APP).map(|(_, everywhere)| *everywhere));
    if everywhere == Some(None) {
        // Nobody installed it.
        return None;
    }
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
    let job =
        Job { id: "pre-commit.ci".to_owned(), place: place.clone(), checks, required: None, in_image: false, needs: Vec::new() };
    let why = Why::new(Reason::NoToken, "pre-commit.ci runs hooks only where its app is installed").at(place.clone());
    let path = place.path.clone();
    let doubt = Some(why).filter(|_| everywhere != Some(Some(true)));
    let trace = trace::follow_all(nexts, vec![Hop::new(place, "ci:")], doubt, index, world, terms);
    let pipeline =
        Pipeline { system: PRE_COMMIT_CI, path, events: vec![event], jobs: vec![job], units: Vec::new(), problems: Vec::new() };
    Some((pipeline, trace))
}
