//! Owns analyzers that a service runs on every change by a file of the tree, without a pipeline. Whether its app is installed the
//! tree does not say: what they find is never proven to stop anything. Refuses to read more of the file than what it names.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::answer::{Answer, Reason, Why};
use crate::catalog::Tool;
use crate::catalog::tool::Service;
use crate::doc::Value;
use crate::facts::hold::Hop;
use crate::facts::invocations::Invocation;
use crate::facts::pipeline::{Event, Input, Job, Pipeline, Reach, Start, Trigger};
use crate::facts::runners::World;
use crate::facts::tool_config::places;
use crate::facts::workdir::Workdir;
use crate::text::{MappedText, Place, RepoPath, SourceFile, Span};

/// The system's id inside the facts; the contract lists no such system, so it is no row of `pipelines`.
pub const SERVICE: &str = "service";

/// The input that holds what the file names.
pub const NAMES: &str = "names";

/// Names that are read out of one file.
const MOST: usize = 256;

/// Every service whose file is in the tree: a pipeline without steps, and the run of its tool. `first` is where the first of the
/// pipelines will stand.
#[must_use]
pub fn gather(world: &World<'_>, first: usize) -> Vec<(Pipeline, Invocation)> {
    let rows = world.catalog.tools.iter().flat_map(|tool| {
        let services = tool.run.iter().enumerate().filter_map(|(at, row)| Some((at, row.service.as_ref()?)));
        services.map(move |(at, service)| (tool, at, service))
    });
    let there = rows.filter_map(|(tool, at, service)| {
        let path = RepoPath::new(&service.file).filter(|path| world.snapshot.is_file(path))?;
        // A file that says nothing configures nothing; a template of comments may be all that somebody wanted to say.
        if world.snapshot.peek(&path).is_ok_and(|file| file.text.trim().is_empty()) {
            return None;
        }
        Some((tool, at, service, path))
    });
    there.enumerate().map(|(at, (tool, row, service, path))| one(world, tool, (row, service), path, first + at)).collect()
}

fn one(
    world: &World<'_>,
    tool: &Tool,
    (row, service): (usize, &Service),
    path: RepoPath,
    index: usize,
) -> (Pipeline, Invocation) {
    let place = Place::file(path.clone());
    let event = Event {
        trigger: Trigger::PullRequest,
        name: tool.title.clone(),
        reach: Reach::Gates,
        may_reach: None,
        held_by: None,
        paths: None,
        place: place.clone(),
    };
    let job =
        Job { id: tool.id.clone(), place: place.clone(), checks: Vec::new(), required: None, in_image: false, needs: Vec::new() };
    let pipeline = Pipeline {
        system: SERVICE,
        path: path.clone(),
        events: vec![event],
        jobs: vec![job],
        units: Vec::new(),
        problems: Vec::new(),
    };
    let inputs = names(world, service, &path).map(|names| {
        let text = names.join(",");
        let file = SourceFile::new(path.clone(), String::new());
        let input = Input { text: MappedText::standing_for(file, Span::new(0, 0), &text), value: Some(text) };
        (NAMES.to_owned(), input)
    });
    let why = format!("by `{}` {} runs only where its app is installed", service.file, tool.title);
    let start = Start { event: 0, answer: Answer::Yes(()), paths: Vec::new(), holds: Vec::new() };
    let invocation = Invocation {
        tool: tool.id.clone(),
        row,
        chain: vec![Hop::new(place.clone(), &service.file)],
        pipeline: index,
        job: 0,
        starts: Arc::new(vec![start]),
        args: Vec::new(),
        inputs: inputs.into_iter().collect::<BTreeMap<_, _>>(),
        env: Default::default(),
        workdir: Workdir::workspace(),
        holds: Vec::new(),
        conditions: vec![Why::new(Reason::NoToken, why).at(place)],
        taken: Vec::new(),
        reconfigured: false,
        packages: Vec::new(),
        isolated: true,
        supplied: None,
        wrapped: false,
        host_row: None,
        by_hand: None,
    };
    (pipeline, invocation)
}

/// What the file names; `None` where it says nothing about that, or cannot be read.
fn names(world: &World<'_>, service: &Service, path: &RepoPath) -> Option<Vec<String>> {
    let key = service.names_in.as_deref()?;
    let document = world.snapshot.document(path, places::format_of(path)?).ok()?;
    let table = if key.is_empty() { Some(document.root()) } else { places::at_key(&document, key) };
    let mut names: Vec<String> = service.unnamed.clone();
    let mut entry = |name: &str, value: Value<'_>| {
        let said = |word: &str| value.get("enabled").or_else(|| value.get("Enabled")).and_then(Value::scalar) == Some(word);
        names.retain(|known| known != name);
        if !said("false") && value.scalar() != Some("false") {
            names.push(name.to_owned());
        }
    };
    let Some(table) = table else { return (!service.unnamed.is_empty()).then_some(names) };
    for one in table.entries().take(MOST) {
        if let Some(name) = one.name() {
            entry(name, one.value());
        }
    }
    for item in table.items().take(MOST) {
        if let Some(name) = item.get("name").and_then(Value::scalar) {
            entry(name, item);
        }
    }
    Some(names)
}
