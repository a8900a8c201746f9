//! Owns where a tool is configured: files and keys, dependencies, and what only people run. Refuses to say whether it runs.

use super::components::Component;
use super::hosts::same_package;
use super::invocations::Invocation;
use super::standing::Evidence;
use super::tool_config::places;
use crate::catalog::Tool;
use crate::text::{Place, RepoPath};

/// Where the tool is configured: files and keys at a component or above it; after them dependencies, and what only people run.
pub(super) fn places_of(
    evidence: &Evidence<'_>,
    tool: &Tool,
    components: &[&Component],
    invocations: &[(&Invocation, bool)],
    speaks: impl Fn(&Invocation) -> bool,
) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    // A file that an action names is about the languages that the action is about.
    let silent = !invocations.is_empty() && !invocations.iter().any(|(invocation, _)| speaks(invocation));
    let rows = || tool.config.iter().filter(|row| row.named_by_input.is_none() || !silent);
    let root = RepoPath::root();
    let directories = components.iter().map(|component| &component.directory).chain(components.is_empty().then_some(&root));
    for directory in directories {
        places.extend(rows().filter_map(|row| Some(places::nearest(evidence.world.snapshot, row, directory)?.place)));
    }
    places.sort();
    let files = places.len();
    for dependency in evidence.dependencies {
        let listed = tool.packages.get(dependency.registry).is_some_and(|names| {
            names.iter().any(|name| {
                if dependency.registry == "pypi" { same_package(name, &dependency.name) } else { *name == dependency.name }
            })
        });
        if listed {
            places.push(dependency.place.clone());
        }
    }
    places.extend(
        invocations.iter().filter(|(_, ci)| !ci).filter_map(|(invocation, _)| Some(invocation.chain.last()?.place.clone())),
    );
    places[files..].sort();
    let mut seen = std::collections::BTreeSet::new();
    places.retain(|place| seen.insert(place.clone()));
    places
}

/// Whether it is configured at a component or above it, or is a dependency of the component itself: what a component in a directory
/// below declares is that one's.
pub(super) fn here(evidence: &Evidence<'_>, tool: &Tool, component: &Component, all: &[&Component]) -> bool {
    let file = tool.config.iter().any(|row| places::nearest(evidence.world.snapshot, row, &component.directory).is_some());
    file || evidence.dependencies.iter().any(|dependency| {
        let known = tool
            .packages
            .get(dependency.registry)
            .is_some_and(|names| names.iter().any(|name| same_package(name, &dependency.name)));
        let path = &dependency.place.path;
        let nearer = |other: &&&Component| other.directory != component.directory && other.directory.is_in(&component.directory);
        known && path.is_in(&component.directory) && !all.iter().filter(nearer).any(|other| path.is_in(&other.directory))
    })
}
