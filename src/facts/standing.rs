//! Owns the comparison of invocations: per tool, language and component the best proven rung, what it may be, and where the
//! tool is configured. Refuses to judge.

use std::collections::BTreeMap;

use super::components::{Component, Inventory};
use super::dependencies::Dependency;
use super::filtered::Filtered;
use super::hold::HoldEffect;
use super::invocations::Invocation;
use super::ladder::{ComponentStanding, RankedInvocation, Rung, Standing};
use super::pipeline::{Env, Pipeline, Reach};
use super::rank::{self, Bound, Ranked};
use super::runners::World;
use super::tool_config::{self, Query, Settings, places};
use super::trace::{OpaqueUnit, ReachedAction, Trace};
use crate::answer::{Answer, Why};
use crate::catalog::Tool;
use crate::catalog::tool::{Run, ToolKind};
use crate::text::{Place, RepoPath};

/// What standings are made of.
pub struct Evidence<'a> {
    /// The tree and the catalogue.
    pub world: &'a World<'a>,
    /// Pipelines.
    pub pipelines: &'a [Pipeline],
    /// What CI reaches.
    pub trace: &'a Trace,
    /// What only people and local hooks reach.
    pub local: &'a Trace,
    /// Components.
    pub inventory: &'a Inventory,
    /// Dependencies of all manifests in sight.
    pub dependencies: &'a [Dependency],
}

/// One standing per (tool, language) that has any evidence, sorted by (tool, language).
#[must_use]
pub fn stand(evidence: &Evidence<'_>) -> Vec<Standing> {
    let languages = evidence.inventory.languages();
    let filtered = Filtered::new(evidence.world.meter);
    let derived = inside(evidence);
    let mut by_tool: BTreeMap<&str, Vec<(&Invocation, bool)>> = BTreeMap::new();
    for invocation in evidence.trace.invocations.iter().chain(&derived) {
        by_tool.entry(&invocation.tool).or_default().push((invocation, true));
    }
    for invocation in &evidence.local.invocations {
        by_tool.entry(&invocation.tool).or_default().push((invocation, false));
    }
    let mut all = Vec::new();
    for tool in &evidence.world.catalog.tools {
        let invocations = by_tool.get(tool.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        if tool.languages.iter().any(|language| language == "*") {
            all.extend(standing(evidence, tool, "*", invocations, &filtered));
            continue;
        }
        for language in languages.iter().filter(|language| tool.languages.iter().any(|own| own == *language)) {
            all.extend(standing(evidence, tool, language, invocations, &filtered));
        }
    }
    all.sort_by(|a, b| (&a.tool, &a.language).cmp(&(&b.tool, &b.language)));
    all
}

/// Invocations of tools that run inside a host: a flake8 with the Bandit plugin runs Bandit's rules, golangci-lint runs the
/// linters it enables, an aggregator what its switches say.
fn inside(evidence: &Evidence<'_>) -> Vec<Invocation> {
    let mut derived = Vec::new();
    for tool in &evidence.world.catalog.tools {
        for (at, row) in tool.run.iter().enumerate() {
            let Some(host) = &row.inside else { continue };
            for invocation in evidence.trace.invocations.iter().filter(|invocation| invocation.tool == host.tool) {
                let runs = match (&host.package, &host.switch) {
                    (Some(package), _) => {
                        let beside = invocation.packages.iter().any(|name| same_package(name, package));
                        beside || evidence.dependencies.iter().any(|dependency| same_package(&dependency.name, package))
                    }
                    (None, Some(switch)) => switched_on(switch, &invocation.env),
                    (None, None) => selected(evidence, tool, row, invocation),
                };
                if runs {
                    derived.push(Invocation {
                        tool: tool.id.clone(),
                        row: at,
                        host_row: Some(invocation.row),
                        ..invocation.clone()
                    });
                }
            }
        }
    }
    derived
}

/// Whether an aggregator's switches, as the step's environment sets them, run a linter: all linters run unless one is asked
/// for by name (`VALIDATE_X: true`, `ENABLE_LINTERS: X`), or this one is left out.
fn switched_on(switch: &str, env: &Env) -> bool {
    let value = |name: &str| env.get(name).and_then(|value| value.as_deref());
    let lists = |name: &str| value(name).is_some_and(|list| list.split([',', ' ', '\n']).any(|one| one == switch));
    if value(switch).is_some_and(|value| value.eq_ignore_ascii_case("false")) || lists("DISABLE_LINTERS") {
        return false;
    }
    let prefix = switch.split('_').next().unwrap_or(switch);
    let asked =
        |name: &&String| name.starts_with("VALIDATE_") && value(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let chosen = prefix == "VALIDATE" && env.keys().any(|name| asked(&name));
    let enabled = env.contains_key("ENABLE_LINTERS") && !lists("ENABLE_LINTERS");
    !enabled && (!chosen || value(switch).is_some_and(|value| value.eq_ignore_ascii_case("true")))
}

/// Whether the host's configuration selects the tool that has no package of its own.
fn selected(evidence: &Evidence<'_>, tool: &Tool, row: &Run, invocation: &Invocation) -> bool {
    let Some(host) = row.inside.as_ref().and_then(|inside| evidence.world.catalog.tool(&inside.tool)) else { return false };
    let names = if row.select.is_empty() { &tool.select } else { &row.select };
    let directory = invocation.workdir.dir().unwrap_or_default();
    let query = Query {
        world: evidence.world,
        tool: host,
        args: &invocation.args,
        env: &invocation.env,
        directory: &directory,
        packages: &invocation.packages,
        names,
    };
    tool_config::settings(&query).selects.values().any(|answer| !answer.is_no())
}

/// Package names as PyPI compares them; npm and Go names have no such spellings.
fn same_package(a: &str, b: &str) -> bool {
    let plain = |name: &str| {
        name.split(['=', '<', '>', '~', '!', '[', ';', ' ', '@'])
            .next()
            .unwrap_or(name)
            .to_ascii_lowercase()
            .replace(['_', '.'], "-")
    };
    plain(a) == plain(b)
}

struct Prepared<'i> {
    ranked: Ranked<'i>,
    pipeline: Option<usize>,
    settings: Settings,
}

fn standing<'a>(
    evidence: &Evidence<'a>,
    tool: &Tool,
    language: &str,
    invocations: &[(&Invocation, bool)],
    filtered: &Filtered<'a>,
) -> Option<Standing> {
    let components: Vec<&'a Component> = evidence.inventory.of(language).collect();
    let configured = configured(evidence, tool, &components, invocations);
    if invocations.is_empty() && configured.is_empty() {
        return None;
    }
    let prepared: Vec<Prepared<'_>> = invocations
        .iter()
        .filter(|(invocation, _)| speaks(evidence, tool, language, invocation))
        .map(|(invocation, ci)| prepare(evidence, tool, invocation, *ci))
        .collect();
    if prepared.is_empty() && configured.is_empty() {
        return None;
    }
    let mut rows = Vec::new();
    let mut bests: Vec<(Bound, usize)> = vec![(Bound::exactly(Rung::Absent), 0); prepared.len()];
    for component in &components {
        rows.push(on_component(evidence, tool, component, (&prepared, filtered), &mut bests, !configured.is_empty()));
    }
    if components.is_empty() {
        for (at, one) in prepared.iter().enumerate() {
            let (bound, ..) = one.ranked.on(one.pipeline.map(|index| &evidence.pipelines[index]), None, filtered);
            bests[at].0 = bests[at].0.best(bound);
        }
    }
    let floor = Bound::exactly(if configured.is_empty() { Rung::Absent } else { Rung::Configured });
    let over = bests
        .iter()
        .map(|(bound, _)| *bound)
        .chain(rows.iter().map(|row| Bound { lower: row.rung, upper: row.may_be.unwrap_or(row.rung) }));
    let bound = over.fold(floor, Bound::best);
    if bound == Bound::exactly(Rung::Absent) {
        return None;
    }
    let ranked = ranked_invocations(evidence, (&prepared, filtered), &bests);
    let unknown = unknowns(&prepared);
    let security = rows.iter().max_by_key(|row| (row.rung, row.security.is_yes())).map(|row| row.security.clone());
    let security = security.or_else(|| prepared.first().map(|one| one.ranked.security.clone())).unwrap_or(Answer::No);
    Some(Standing {
        tool: tool.id.clone(),
        language: language.to_owned(),
        rung: bound.lower,
        may_be: bound.may_be(),
        security,
        components: rows,
        configured,
        unknown,
        invocations: ranked,
    })
}

/// Whether the invocation is about the language at all: an action that lists languages must list it. The list may be an input
/// of an earlier step of the same job (`init` of CodeQL).
fn speaks(evidence: &Evidence<'_>, tool: &Tool, language: &str, invocation: &Invocation) -> bool {
    let Some(of) = &tool.run[invocation.row].languages_input else { return true };
    let same_job = |reached: &&ReachedAction| {
        let same = reached.pipeline == invocation.pipeline && reached.job == invocation.job;
        same && super::matching::same_action(&of.action, &reached.call.name)
    };
    let earlier = evidence.trace.actions.iter().filter(same_job).map(|reached| &reached.call.inputs);
    let mut lists = std::iter::once(&invocation.inputs).chain(earlier).filter_map(|inputs| inputs.get(&of.input)).peekable();
    if lists.peek().is_none() {
        return true;
    }
    lists.any(|input| {
        let Some(value) = &input.value else { return true };
        let names = value.split([',', '\n', ' ', '[', ']', '"', '\'']).filter(|name| !name.is_empty());
        names.into_iter().any(|name| tool.language_names.get(name).map_or(name, String::as_str) == language)
    })
}

fn prepare<'i>(evidence: &Evidence<'_>, tool: &Tool, invocation: &'i Invocation, ci: bool) -> Prepared<'i> {
    let directory = invocation.workdir.dir().unwrap_or_default();
    let row = &tool.run[invocation.row];
    // The host's configuration decides what a plugin inside it does.
    let host = row.inside.as_ref().and_then(|inside| evidence.world.catalog.tool(&inside.tool));
    let names = if row.select.is_empty() { &tool.select } else { &row.select };
    let query = Query {
        world: evidence.world,
        tool: host.unwrap_or(tool),
        args: &invocation.args,
        env: &invocation.env,
        directory: &directory,
        packages: &invocation.packages,
        names,
    };
    let settings = tool_config::settings(&query);
    let mut ranked = rank::prepare(tool, invocation, &query, &settings);
    if row.inside.is_some() {
        ranked.inside(host, &query, &settings);
    }
    Prepared { ranked, pipeline: ci.then_some(invocation.pipeline), settings }
}

fn on_component<'a>(
    evidence: &Evidence<'a>,
    tool: &Tool,
    component: &'a Component,
    (prepared, filtered): (&[Prepared<'_>], &Filtered<'a>),
    bests: &mut [(Bound, usize)],
    configured: bool,
) -> ComponentStanding {
    let mut bound =
        Bound::exactly(if configured && configured_for(evidence, tool, component) { Rung::Configured } else { Rung::Absent });
    let (mut best, mut missed, mut security) = (None, 0, Answer::No);
    for (at, one) in prepared.iter().enumerate() {
        if !one.ranked.belongs(component) {
            continue;
        }
        let (own, misses, _) = one.ranked.on(one.pipeline.map(|index| &evidence.pipelines[index]), Some(component), filtered);
        bests[at].0 = bests[at].0.best(own);
        // At one rung, security rules win; then the earlier invocation.
        let better = (own.lower, one.ranked.security.is_yes()) > (bound.lower, security.is_yes()) || best.is_none();
        if better {
            (best, missed, security) = (Some(at), misses, one.ranked.security.clone());
        }
        bound = bound.best(own);
    }
    ComponentStanding {
        directory: component.directory.clone(),
        rung: bound.lower,
        may_be: bound.may_be(),
        security,
        best,
        missed_files: missed,
    }
}

fn ranked_invocations<'a>(
    evidence: &Evidence<'a>,
    (prepared, filtered): (&[Prepared<'_>], &Filtered<'a>),
    bests: &[(Bound, usize)],
) -> Vec<RankedInvocation> {
    prepared
        .iter()
        .zip(bests)
        .map(|(one, (bound, _))| {
            let invocation = one.ranked.invocation;
            let pipeline = one.pipeline.map(|index| &evidence.pipelines[index]);
            let (_, _, held) = one.ranked.on(pipeline, None, filtered);
            let mut held_by = one.ranked.holds.clone();
            if bound.lower < Rung::Gates {
                held_by.extend(held);
                held_by.extend(invocation.conditions.iter().filter_map(|why| {
                    let place = why.place.clone().or_else(|| invocation.chain.last().map(|hop| hop.place.clone()))?;
                    Some(super::hold::Hold::new(HoldEffect::Unknown(why.reason), place, why.text.clone()))
                }));
            }
            held_by.sort();
            held_by.dedup();
            let triggers = pipeline.map(|pipeline| {
                let started = invocation.starts.iter().filter(|start| !start.answer.is_no());
                let mut all: Vec<_> = started.filter_map(|start| Some(pipeline.events.get(start.event)?.trigger)).collect();
                all.sort_unstable();
                all.dedup();
                all
            });
            let job = pipeline.and_then(|pipeline| Some(format!("{}#{}", pipeline.path, pipeline.jobs.get(invocation.job)?.id)));
            RankedInvocation {
                rung: bound.lower.max(Rung::Configured),
                may_be: bound.may_be(),
                triggers: triggers.unwrap_or_default(),
                chain: invocation.chain.clone(),
                held_by,
                security: one.ranked.security.clone(),
                job: job.unwrap_or_default(),
            }
        })
        .collect()
}

fn unknowns(prepared: &[Prepared<'_>]) -> Vec<Why> {
    let mut all: Vec<Why> = Vec::new();
    for one in prepared {
        all.extend(one.settings.selects.values().chain(one.settings.settings.values()).filter_map(|answer| match answer {
            Answer::Unknown(why) => Some(why.clone()),
            _ => None,
        }));
        all.extend(one.ranked.invocation.conditions.iter().cloned());
    }
    all.sort();
    all.dedup();
    all
}

/// Where the tool is configured: files and keys at a component or above it; after them dependencies, and what only people run.
fn configured(
    evidence: &Evidence<'_>,
    tool: &Tool,
    components: &[&Component],
    invocations: &[(&Invocation, bool)],
) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    let root = RepoPath::root();
    let directories = components.iter().map(|component| &component.directory).chain(components.is_empty().then_some(&root));
    for directory in directories {
        places.extend(tool.config.iter().filter_map(|row| Some(places::nearest(evidence.world.snapshot, row, directory)?.place)));
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

fn configured_for(evidence: &Evidence<'_>, tool: &Tool, component: &Component) -> bool {
    let file = tool.config.iter().any(|row| places::nearest(evidence.world.snapshot, row, &component.directory).is_some());
    file || evidence.dependencies.iter().any(|dependency| {
        let known = tool
            .packages
            .get(dependency.registry)
            .is_some_and(|names| names.iter().any(|name| same_package(name, &dependency.name)));
        known && dependency.place.path.is_in(&component.directory)
    })
}

/// Opaque units that are reached on the way of a pull request and that the policy does not settle.
pub fn opaque_on_gate<'t>(trace: &'t Trace, pipelines: &'t [Pipeline]) -> impl Iterator<Item = &'t OpaqueUnit> {
    trace.opaque.iter().filter(move |unit| {
        if unit.settled.is_some() {
            return false;
        }
        let Some(pipeline) = unit.pipeline else { return true };
        let events = &pipelines[pipeline].events;
        unit.starts.iter().any(|start| {
            let reaches = |event: &super::pipeline::Event| event.reach == Reach::Gates || event.may_reach.is_some();
            !start.answer.is_no() && events.get(start.event).is_some_and(reaches)
        })
    })
}

/// Whether a tool looks at code for rules about analyzers (hosts do not; what they run does).
#[must_use]
pub fn is_analyzer(tool: &Tool) -> bool {
    tool.is(ToolKind::Sast) || tool.is(ToolKind::Lint)
}
