//! Owns local actions: found in the tree, and unfolded when they are composite. Refuses actions in other languages.

use std::sync::Arc;

use super::draft::{Draft, Files};
use super::lane::Lane;
use super::recover::{Later, Told};
use super::state::State;
use super::steps;
use crate::answer::{Reason, Why};
use crate::doc::{Document, Format};
use crate::snapshot::UnreadKind;
use crate::text::{Place, RepoPath};

/// GitHub unfolds composite actions in one another to this depth.
const DEPTH: usize = 10;

/// The file of a composite action in a directory; `outer` are the directories of those it is used in.
///
/// # Errors
/// Why its steps cannot be known.
pub(super) fn find(files: &Files<'_>, outer: &[RepoPath], directory: &RepoPath) -> Result<Arc<Document>, Why> {
    if outer.len() >= DEPTH || outer.contains(directory) {
        return Err(Why::new(Reason::Unsupported, "composite actions use one another too deeply"));
    }
    let shown = if directory.is_root() { "." } else { directory.as_str() };
    for name in ["action.yml", "action.yaml"] {
        let Some(path) = directory.join(name) else { continue };
        match files.snapshot.document(&path, Format::Yaml) {
            Ok(document) => {
                let span = document.root().span();
                if !files.repository.budget.bytes(span.end - span.start) {
                    return Err(Why::new(Reason::Unsupported, "the workflows unfold to more than the limits allow"));
                }
                let using =
                    document.root().route(&["runs", "using"]).and_then(|using| using.scalar()).unwrap_or_default().to_owned();
                return match using.as_str() {
                    "composite" => Ok(document),
                    _ => Err(Why::new(Reason::Unsupported, format!("the local action `{shown}` (`using: {using}`) is not read"))),
                };
            }
            Err(unread) if unread.kind == UnreadKind::Missing => {}
            Err(unread) => return Err(Why::new(unread.reason(), format!("`{path}` {}", unread.why))),
        }
    }
    match directory.join("Dockerfile").is_some_and(|path| files.snapshot.is_file(&path)) {
        true => Err(Why::new(Reason::Unsupported, format!("the local action `{shown}` is a container, which is not read"))),
        false => Err(Why::new(Reason::Unreadable, format!("there is no `action.yml` in `{shown}`"))),
    }
}

/// What the runner objects to in a composite action, which it then never begins (`run-step` and `uses-step` of `action_yaml.json` in
/// `actions/runner`).
pub(super) fn refused(root: crate::doc::Value<'_>) -> Option<(Place, String)> {
    root.route(&["runs", "steps"])?.items().find_map(|step| match (step.get("run"), step.get("uses")) {
        (Some(_), _) if step.get("shell").is_none() && step.get("<<").is_none() => {
            Some((step.place(), "a step of a composite action needs a `shell` beside `run`".to_owned()))
        }
        (None, None) if step.get("<<").is_none() => {
            Some((step.place(), "a step of a composite action has neither `run` nor `uses`".to_owned()))
        }
        _ => None,
    })
}

/// The file that a local action in another language runs.
pub(super) fn code(files: &Files<'_>, directory: &RepoPath) -> Option<RepoPath> {
    let described = ["action.yml", "action.yaml"].iter().filter_map(|name| directory.join(name));
    let document = described.into_iter().find_map(|path| files.snapshot.document(&path, Format::Yaml).ok())?;
    let main = document.root().route(&["runs", "main"])?.scalar()?;
    directory.join(main).filter(|path| files.snapshot.is_file(path))
}

/// Unfolds the steps of a composite action. Its steps see no ids but their own.
pub(super) fn lower(files: &Files<'_>, draft: &mut Draft<'_>, lane: &Lane<'_>, state: &mut State, root: crate::doc::Value<'_>) {
    let outer = state.inside_action();
    if let Some(list) = root.route(&["runs", "steps"]) {
        // Whoever uses it may ask for what it hands on.
        let beyond = root.get("outputs").map(Told::of).unwrap_or_default();
        let list: Vec<_> = list.items().collect();
        let later = Later::of(files, lane.inputs, &list, &beyond);
        for (at, step) in list.into_iter().enumerate() {
            if draft.full {
                break;
            }
            steps::lower(files, draft, lane, state, step, later.of_step(at));
        }
    }
    state.steps = outer;
}
