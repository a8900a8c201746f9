//! Owns the comparison of invocations: per tool, language and component the best proven rung, what it may be, and where the
//! tool is configured. Refuses to judge.

use std::collections::{BTreeMap, BTreeSet};

use super::audited;
use super::audits;
use super::best;
use super::components::{Component, Inventory};
use super::configured;
use super::dependencies::Dependency;
use super::filtered::{Filtered, Part, Sight};
use super::hold::{Hold, HoldEffect};
use super::hosts;
use super::invocations::Invocation;
use super::ladder::{ComponentStanding, RankedInvocation, Rung, Standing};
use super::pipeline::Pipeline;
use super::rank::{self, Belongs, Bound, Ranked, seen};
use super::runners::World;
use super::secured::{self, ByHome};
use super::spoken_for::speaks;
use super::tool_config::{self, Query, Settings};
use super::trace::Trace;
use crate::answer::{Answer, Why};
use crate::catalog::Tool;
use crate::catalog::tool::ToolKind;
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
    /// What path filters keep out.
    pub filtered: &'a Filtered<'a>,
    /// What opaque units raise.
    pub raised: &'a super::unseen::Raised,
}

/// One standing per (tool, language) that has any evidence, sorted by (tool, language).
#[must_use]
pub fn stand(evidence: &Evidence<'_>) -> Vec<Standing> {
    let languages = evidence.inventory.languages();
    let derived = hosts::inside(evidence);
    let mut by_tool: BTreeMap<&str, Vec<(&Invocation, bool)>> = BTreeMap::new();
    for invocation in evidence.trace.invocations.iter().chain(&derived) {
        by_tool.entry(&invocation.tool).or_default().push((invocation, true));
    }
    // What a pipeline reaches as well is told once.
    fn end(invocation: &Invocation) -> (&str, Option<&Place>) {
        (&invocation.tool, invocation.chain.last().map(|hop| &hop.place))
    }
    let reached: BTreeSet<_> = evidence.trace.invocations.iter().map(end).collect();
    for invocation in evidence.local.invocations.iter().filter(|invocation| !reached.contains(&end(invocation))) {
        by_tool.entry(&invocation.tool).or_default().push((invocation, false));
    }
    let mut all = Vec::new();
    for tool in evidence.world.catalog.tools.iter() {
        let invocations = by_tool.get(tool.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        if tool.languages.iter().any(|language| language == "*") {
            all.extend(standing(evidence, tool, "*", invocations));
            continue;
        }
        for language in languages.iter().filter(|language| tool.languages.iter().any(|own| own == *language)) {
            all.extend(standing(evidence, tool, language, invocations));
        }
    }
    all.sort_by(|a, b| (&a.tool, &a.language).cmp(&(&b.tool, &b.language)));
    all
}

struct Prepared<'i> {
    ranked: Ranked<'i>,
    pipeline: Option<usize>,
    settings: Settings,
    /// Whether security rules are in force, by the directory whose configuration says so.
    by_home: ByHome,
}

fn standing(evidence: &Evidence<'_>, tool: &Tool, language: &str, invocations: &[(&Invocation, bool)]) -> Option<Standing> {
    let everywhere = language == "*";
    let components: Vec<&Component> = evidence.inventory.of(language).collect();
    let configured = configured::places_of(evidence, tool, &components, invocations, |one| speaks(evidence, tool, language, one));
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
    let mut bests: Vec<Best> = vec![Best::default(); prepared.len()];
    for component in &components {
        rows.push(on_component(evidence, tool, component, &components, &prepared, &mut bests, !configured.is_empty()));
    }
    if components.is_empty() {
        // A tool of no language looks at whatever lies there: one component that a filter passes is enough.
        let sights: Vec<Option<Sight<'_>>> =
            evidence.inventory.components.iter().map(|component| Some(Sight { component, part: Part::of(tool) })).collect();
        let sights = if everywhere && !sights.is_empty() { sights } else { vec![None] };
        for (at, one) in prepared.iter().enumerate() {
            for sight in &sights {
                let on = one.ranked.on(one.pipeline.map(|index| &evidence.pipelines[index]), *sight, evidence.filtered);
                bests[at].take(on.bound, on.held);
            }
        }
    }
    if everywhere && tool.is(ToolKind::Sca) {
        let each = prepared.iter().map(|one| (&one.ranked, one.pipeline.map(|index| &evidence.pipelines[index])));
        rows = audits::on_manifests(evidence, &each.collect::<Vec<_>>());
    }
    let floor = Bound::exactly(if configured.is_empty() { Rung::Absent } else { Rung::Configured });
    let own = rows.iter().filter(|_| !everywhere);
    let over = bests
        .iter()
        .map(|best| best.bound)
        .chain(own.map(|row| Bound { lower: row.rung, upper: row.may_be.unwrap_or(row.rung) }));
    let bound = over.fold(floor, Bound::best);
    if bound == Bound::exactly(Rung::Absent) {
        return None;
    }
    let ranked = ranked_invocations(evidence, &prepared, &bests);
    let unknown = unknowns(&prepared);
    let own = rows.iter().filter(|_| !everywhere);
    let security = own.max_by_key(|row| (row.rung, row.security.is_yes())).map(|row| row.security.clone());
    let security = security.or_else(|| prepared.first().map(|one| one.ranked.security.clone())).unwrap_or(Answer::No);
    Some(Standing {
        tool: tool.id.clone(),
        language: language.to_owned(),
        rung: bound.lower,
        may_be: bound.may_be(),
        security,
        raised: if rows.is_empty() || everywhere { evidence.raised.is(None) } else { rows.iter().any(|row| row.raised) },
        components: rows,
        configured,
        unknown,
        invocations: ranked,
    })
}

/// Whether the job hands what the invocation writes as SARIF to code scanning (`github/codeql-action/upload-sarif`): the forge
/// decides then, as with CodeQL.
fn sarif_uploaded(evidence: &Evidence<'_>, invocation: &Invocation) -> bool {
    let words = invocation.args.iter().map(|word| word.value.as_deref().unwrap_or(&word.raw));
    let inputs = invocation.inputs.values().map(|input| input.text.text());
    let last = invocation.chain.last().map(|hop| hop.text.as_str());
    let mut said = words.chain(inputs).chain(last);
    if !said.any(|text| text.to_ascii_lowercase().contains("sarif")) {
        return false;
    }
    evidence.trace.actions.iter().any(|reached| {
        let same_job = reached.pipeline == invocation.pipeline && reached.job == invocation.job;
        same_job && super::matching::same_action("github/codeql-action/upload-sarif", &reached.call.name)
    })
}

/// What is asked of the configuration; for a plugin, that of its host.
fn query<'q>(
    evidence: &'q Evidence<'_>,
    tool: &'q Tool,
    invocation: &'q Invocation,
    directory: &'q RepoPath,
    here: &'q Place,
    files: &'q [RepoPath],
) -> Query<'q> {
    let row = &tool.run[invocation.row];
    let host = row.inside.as_ref().and_then(|inside| evidence.world.catalog.tool(&inside.tool));
    Query {
        world: evidence.world,
        tool: host.unwrap_or(tool),
        args: &invocation.args,
        env: &invocation.env,
        directory,
        run: Some(invocation),
        packages: &invocation.packages,
        here,
        names: if row.select.is_empty() { &tool.select } else { &row.select },
        files,
    }
}

/// What the configuration leaves out of one of several components. `None` where that is no question.
fn on_its_files(evidence: &Evidence<'_>, tool: &Tool, component: &Component, one: &Prepared<'_>) -> Option<Vec<Hold>> {
    let invocation = one.ranked.invocation;
    let directory = invocation.workdir.dir()?;
    let files = one.ranked.of_files(component);
    let here = rank::place_of(invocation);
    let query = query(evidence, tool, invocation, &directory, &here, &files);
    if files.is_empty() || query.tool.reader.is_none() {
        return None;
    }
    let settings = tool_config::settings(&query);
    let row = match tool.run[invocation.row].inside {
        Some(_) => invocation.host_row.and_then(|at| query.tool.run.get(at)),
        None => tool.run.get(invocation.row),
    };
    let holds = super::effects::on_files(query.tool, row, &one.settings, &settings);
    Some(holds)
}

fn prepare<'i>(evidence: &Evidence<'_>, tool: &Tool, invocation: &'i Invocation, ci: bool) -> Prepared<'i> {
    let directory = invocation.workdir.dir().unwrap_or_default();
    let row = &tool.run[invocation.row];
    let host = row.inside.as_ref().and_then(|inside| evidence.world.catalog.tool(&inside.tool));
    let here = rank::place_of(invocation);
    let query = query(evidence, tool, invocation, &directory, &here, &[]);
    let mut settings = tool_config::settings(&query);
    if invocation.workdir.dir().is_none() {
        settings.elsewhere();
    }
    let mut ranked = rank::prepare(tool, invocation, &query, &settings);
    if ci && sarif_uploaded(evidence, invocation) {
        ranked.uploads();
    }
    if row.inside.is_some() {
        ranked.inside(host, &query, &settings);
    }
    Prepared { ranked, pipeline: ci.then_some(invocation.pipeline), settings, by_home: ByHome::default() }
}

/// The best bound of one invocation over all components, and what holds it there.
#[derive(Clone)]
struct Best {
    bound: Bound,
    held: Vec<Hold>,
}

impl Default for Best {
    fn default() -> Self {
        Self { bound: Bound::exactly(Rung::Absent), held: Vec::new() }
    }
}

impl Best {
    fn take(&mut self, bound: Bound, held: Vec<Hold>) {
        if bound > self.bound {
            self.held = held;
        }
        self.bound = self.bound.best(bound);
    }
}

fn on_component<'a>(
    evidence: &Evidence<'a>,
    tool: &Tool,
    component: &Component,
    all: &[&Component],
    prepared: &[Prepared<'_>],
    bests: &mut [Best],
    configured: bool,
) -> ComponentStanding {
    let here = configured && configured::here(evidence, tool, component, all);
    let mut bound = Bound::exactly(if here { Rung::Configured } else { Rung::Absent });
    let mut all_on = Vec::new();
    let sight = Sight { component, part: Part::of(tool) };
    for (at, one) in prepared.iter().enumerate() {
        let belongs = one.ranked.belongs(component, all, evidence.world.snapshot);
        if belongs == Belongs::No {
            continue;
        }
        let mut on = one.ranked.on(one.pipeline.map(|index| &evidence.pipelines[index]), Some(sight), evidence.filtered);
        if tool.is(ToolKind::Sca) {
            one.ranked.put_aside(&mut on);
        }
        if let Some(hold) = audited::unseen(evidence, tool, one.ranked.invocation, component) {
            on.bound = on.bound.held(&hold);
            on.held.push(hold);
        }
        if let Belongs::Perhaps(hold) = belongs {
            on.bound = on.bound.held(&hold);
            on.held.push(hold);
        }
        if all.len() > 1
            && on.bound.upper > Rung::Configured
            && let Some(holds) = on_its_files(evidence, tool, component, one)
        {
            on.bound = holds.iter().fold(on.bound, Bound::held);
            on.held.extend(holds);
        }
        let taken = one.ranked.lost_of(component);
        on.bound = taken.iter().fold(on.bound, Bound::held);
        on.held.extend(taken);
        let (secure, by_files) = secured::on_component(evidence.world, tool, &one.ranked, &one.by_home, component, all.len() > 1);
        all_on.push((at, on, secure, by_files));
    }
    let left_out = match is_analyzer(tool) {
        true => seen::left_out(component, &mut all_on, |at| &prepared[at].ranked),
        false => 0,
    };
    for (at, on, ..) in &all_on {
        bests[*at].take(on.bound, on.held.clone());
        bound = bound.best(on.bound);
    }
    let chosen = best::of(bound, all_on, |at| {
        let Prepared { ranked, pipeline, .. } = &prepared[at];
        (best::on_pull(evidence.pipelines, ranked.invocation, *pipeline), best::is_wide(&ranked.holds))
    });
    let (best, missed, mut security, held_by, told) = match chosen {
        Some((at, on, secure, by_files)) => {
            let settings = &prepared[at].settings;
            let deciding = by_files.deciding.or_else(|| settings.deciding.clone());
            let to_select = by_files.to_select.or_else(|| settings.to_select.clone());
            (Some(at), on.missed, secure, on.held, secured::Told { deciding, to_select })
        }
        None => (None, 0, Answer::No, Vec::new(), secured::Told::default()),
    };
    if best.is_none() && bound.lower == Rung::Configured {
        security = secured::configured(evidence.world, tool, component);
    }
    ComponentStanding {
        directory: component.directory.clone(),
        rung: bound.lower,
        may_be: bound.may_be(),
        security,
        best,
        missed_files: missed,
        left_out,
        held_by,
        deciding: told.deciding,
        to_select: told.to_select,
        raised: evidence.raised.is(Some(sight)),
    }
}

fn ranked_invocations(evidence: &Evidence<'_>, prepared: &[Prepared<'_>], bests: &[Best]) -> Vec<RankedInvocation> {
    prepared
        .iter()
        .zip(bests)
        .map(|(one, best)| {
            let bound = best.bound;
            let invocation = one.ranked.invocation;
            let pipeline = one.pipeline.map(|index| &evidence.pipelines[index]);
            let mut held_by = one.ranked.holds.clone();
            if bound.lower < Rung::Gates {
                held_by.extend(best.held.iter().cloned());
                held_by.extend(invocation.conditions.iter().filter_map(|why| {
                    let place = why.place.clone().or_else(|| invocation.chain.last().map(|hop| hop.place.clone()))?;
                    Some(Hold::new(HoldEffect::Unknown(why.reason), place, why.text.clone()))
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
                row: invocation.row,
                by_hand: invocation.by_hand.clone(),
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

/// Whether a tool looks at code for rules about analyzers (hosts do not; what they run does).
#[must_use]
pub fn is_analyzer(tool: &Tool) -> bool {
    tool.is(ToolKind::Sast) || tool.is(ToolKind::Lint)
}
