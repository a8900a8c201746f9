//! Owns the vendor-neutral facts of one tree: components, pipelines, invocations, ladder, bots, API descriptions, tags.
//! Refuses to judge.

mod audited;
mod audits;
mod best;
pub mod bots;
pub mod bound;
mod by_hand;
pub mod ci;
pub mod code_owners;
pub mod compiler;
pub mod components;
mod computed_flags;
mod configured;
pub mod dependencies;
pub mod effects;
pub mod env;
pub mod filtered;
pub mod forge;
pub mod gate;
pub mod hold;
mod hosts;
pub mod invocations;
pub mod kept_out;
pub mod ladder;
mod listed_files;
pub mod local;
pub mod locks;
pub mod matching;
pub mod meter;
pub mod openapi;
pub mod pipeline;
pub mod python;
pub mod rank;
pub mod releases;
pub mod releasing;
pub mod required;
pub mod runners;
mod secured;
pub mod settle;
pub mod shadow;
pub mod shell;
pub mod spelling;
mod spoken_for;
pub mod standing;
pub mod starts;
pub mod supplied;
pub mod tags;
mod targets;
pub mod tool_config;
pub mod trace;
pub mod unseen;
pub mod workdir;

use crate::answer::Why;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::snapshot::{DefaultBranch, Snapshot, Tag};
use crate::terms::Terms;
use crate::text::RepoPath;

/// Everything that was found in one tree. Rules judge this and nothing else.
pub struct Facts<'s> {
    /// The tree; only facts may look into it.
    pub snapshot: &'s Snapshot,
    /// The default branch, as far as it is known.
    pub default_branch: DefaultBranch,
    /// The default branch that the repository or the forge itself tells, whatever the policy says; none where neither does.
    pub seen_default_branch: Option<String>,
    /// What the forge knows, where it was asked.
    pub forge: Option<forge::ForgeFacts>,
    /// Who owns which files, by GitHub's file of code owners.
    pub owners: Option<forge::CodeOwners>,
    /// Components and manifests.
    pub inventory: components::Inventory,
    /// Declared dependencies.
    pub dependencies: Vec<dependencies::Dependency>,
    /// Lock files.
    pub locks: locks::Locks,
    /// CI pipelines.
    pub pipelines: Vec<pipeline::Pipeline>,
    /// CI files that could not be read or parsed, or that their platform refuses.
    pub unreadable_ci: Vec<ci::Unreadable>,
    /// What CI reaches.
    pub trace: trace::Trace,
    /// What path filters keep out of each component, as far as it was asked.
    pub filtered: filtered::Filtered<'s>,
    /// The ladder, per tool and language.
    pub standings: Vec<ladder::Standing>,
    /// Dependency-update bots.
    pub bots: Vec<bots::BotFact>,
    /// Manifests that no live bot covers.
    pub uncovered: Vec<bots::Uncovered>,
    /// Whether the repository is a service.
    pub service: openapi::ServiceFact,
    /// API descriptions.
    pub api: Vec<openapi::ApiDescription>,
    /// Jobs that run this gate.
    pub gates: Vec<gate::GateJob>,
    /// Jobs that deploy.
    pub deploys: Vec<releasing::DeployJob>,
    /// All tags whose name matches the policy's pattern, newest first.
    pub release_tags: Vec<Tag>,
}

impl Facts<'_> {
    /// What judges which checks a merge waits for.
    #[must_use]
    pub fn required_by<'a>(&'a self, terms: &'a Terms) -> required::Judge<'a> {
        required::Judge { declared: &terms.ci.required_checks, forge: self.forge.as_ref(), owners: self.owners.as_ref() }
    }

    /// Whether golangci-lint finds a file for its version 1 in a directory, at which later releases end.
    #[must_use]
    pub fn has_first_golangci(&self, directory: &RepoPath) -> bool {
        tool_config::golangci::reads_first(directory, self.snapshot)
    }
}

/// Gathers the facts of a tree: reads, follows, never runs.
///
/// # Errors
/// A reference of the repository that is there and cannot be read.
pub fn gather<'s>(snapshot: &'s Snapshot, catalog: &Catalog, terms: &Terms) -> Result<Facts<'s>, Error> {
    let default_branch = snapshot.default_branch(terms.service.default_branch.as_deref())?;
    let seen_default_branch = match snapshot.default_branch(None)? {
        DefaultBranch::Known(name) => Some(name),
        DefaultBranch::OneOf(_) => None,
    };
    let inventory = components::take_stock(snapshot, catalog, &terms.scope);
    let dependencies = dependencies::gather(snapshot, &inventory);
    let meter = meter::Meter::new(snapshot.limits());
    let ci_world = ci::CiWorld { snapshot, default_branch: &default_branch, terms, meter: &meter };
    let (mut pipelines, unreadable_ci, unread) = of_ci(&ci_world, catalog);
    let seen = runners::Seen::default();
    let world = runners::World { snapshot, catalog, meter: &meter, seen: &seen };
    pipelines.extend(ci::hosted::default_setup(&world));
    let packages: Vec<_> = inventory
        .manifests
        .iter()
        .filter(|manifest| manifest.path.file_name() == "package.json")
        .map(|manifest| manifest.path.clone())
        .collect();
    let locks = locks::gather(snapshot, &catalog.languages);
    let of_people = |world: &runners::World<'_>| {
        let mut local = local::trace(world, terms, &packages, &locks);
        local.invocations.extend(by_hand::trace(world, terms, &inventory).invocations);
        local
    };
    let (mut trace, local) = trace::beside(&world, |world| trace::trace(&pipelines, world, terms), of_people);
    if let Some((pipeline, more)) = ci::hosted::gather(&world, terms, pipelines.len()) {
        pipelines.push(pipeline);
        trace.invocations.extend(more.invocations);
    }
    for (pipeline, invocation) in ci::services::gather(&world, pipelines.len()) {
        pipelines.push(pipeline);
        trace.invocations.push(invocation);
    }
    let owners = forge::CodeOwners::of(snapshot);
    let forge = world.forge();
    required::mark(&mut pipelines, &required::Judge { declared: &terms.ci.required_checks, forge, owners: owners.as_ref() });
    trace.opaque.extend(unread.into_iter().map(|(path, why)| trace::OpaqueUnit::unread(path, why)));
    trace.opaque.extend(unreadable_ci.iter().filter(|file| file.cause.may_run()).map(trace::OpaqueUnit::not_read));
    trace.opaque.extend(forge.into_iter().flat_map(ci::hosted::required_elsewhere));
    trace.opaque.sort_by(|a, b| (&a.place, &a.why).cmp(&(&b.place, &b.why)));
    let filtered = filtered::Filtered::new(snapshot);
    let raised = unseen::raised(&trace, &pipelines, &inventory, &filtered);
    let stand = |world: &runners::World<'_>| {
        standing::stand(&standing::Evidence {
            world,
            pipelines: &pipelines,
            trace: &trace,
            local: &local,
            inventory: &inventory,
            dependencies: &dependencies,
            filtered: &filtered,
            raised: &raised,
        })
    };
    let others = |world: &runners::World<'_>| {
        (
            bots::gather(world, &inventory, (&trace, &pipelines), &default_branch),
            openapi::gather(world, &inventory, &dependencies, &trace, terms),
            tags::releases(snapshot, terms.tag_pattern.as_deref()),
            releasing::gather(world, terms, &pipelines, &trace),
            gate::gather(snapshot, &pipelines, &trace),
        )
    };
    let (standings, ((bots, uncovered), (service, api), release_tags, deploys, gates)) = trace::beside(&world, stand, others);
    let release_tags = release_tags?;
    Ok(Facts {
        gates,
        deploys,
        snapshot,
        default_branch,
        seen_default_branch,
        forge: forge.cloned(),
        owners,
        inventory,
        dependencies,
        locks,
        pipelines,
        unreadable_ci,
        trace,
        filtered,
        standings,
        bots,
        uncovered,
        service,
        api,
        release_tags,
    })
}

/// What the CI systems' files say: pipelines, files that are not read for a reason of theirs, files of systems that are not read.
fn of_ci(world: &ci::CiWorld<'_>, catalog: &Catalog) -> (Vec<pipeline::Pipeline>, Vec<ci::Unreadable>, Vec<(RepoPath, Why)>) {
    let (mut pipelines, mut unreadable, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    for system in ci::ROSTER {
        let facts = system.read(world);
        pipelines.extend(facts.pipelines);
        unreadable.extend(facts.unreadable);
        unread.extend(facts.unsupported);
    }
    // Several workflows may use an action that is refused.
    let mut told = std::collections::BTreeSet::new();
    unreadable.retain(|one: &ci::Unreadable| told.insert((one.place.clone(), one.why.clone())));
    unread.extend(ci::unread::gather(world.snapshot, catalog, &world.terms.scope));
    (pipelines, unreadable, unread)
}
