//! Owns the way from facts to the rows of the facts contract (design §4.3). Refuses to leave anything out that the contract
//! names, and to add a judgement.

use crate::answer::{Answer, Why};
use crate::facts::Facts;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::ladder::{RankedInvocation, Rung, Standing};
use crate::facts::pipeline::{Reach, Start};
use crate::report::Subject;
use crate::report::facts::{
    AnalyzerRow, ApiRow, BotRow, ComponentRow, CoverRow, FactsReport, HoldRow, HopRow, InvocationRow, LineRow, OpaqueRow,
    PipelineRow, StandingRow, TagRow, UncoveredRow, UnknownRow,
};
use crate::snapshot::Tag;
use crate::terms::Terms;

/// All rows, sorted as the contract says.
pub(super) fn fill(facts: &Facts<'_>, subject: Subject, terms: &Terms) -> FactsReport {
    let mut report = FactsReport::new(subject);
    report.declared = declared(terms);
    report.components = facts
        .inventory
        .components
        .iter()
        .map(|component| ComponentRow {
            directory: component.directory.clone(),
            language: component.language.clone(),
            ecosystem: component.ecosystem.clone(),
            manifest: component.manifest.clone(),
            members: component.members.clone(),
            scope: component.scope,
        })
        .collect();
    let pipelines = facts.pipelines.iter().filter(|one| !crate::facts::ci::hosted::is_hosted(one));
    report.pipelines = pipelines
        .map(|one| PipelineRow { system: one.system.to_owned(), path: one.path.clone(), triggers: one.triggers() })
        .collect();
    // What nothing starts by itself (a person, a caller that is not there) hides nothing that CI runs.
    let starts_by_itself = |unit: &&crate::facts::trace::OpaqueUnit| {
        let events = unit.pipeline.and_then(|at| facts.pipelines.get(at)).map(|pipeline| &pipeline.events);
        let comes = |start: &Start| {
            events
                .and_then(|events| events.get(start.event))
                .is_none_or(|event| event.reach != Reach::Nothing || event.may_reach.is_some())
        };
        unit.starts.is_empty() || unit.starts.iter().filter(|start| !start.answer.is_no()).any(comes)
    };
    let opaque = facts.trace.opaque.iter().filter(|unit| unit.settled.is_none()).filter(starts_by_itself);
    report.opaque = opaque
        .map(|unit| OpaqueRow { path: unit.place.path.clone(), line: unit.place.line, why: unit.why.text.clone() })
        .collect();
    report.analyzers = facts.standings.iter().map(analyzer).collect();
    report.dependency_bots = facts
        .bots
        .iter()
        .map(|bot| BotRow {
            bot: bot.bot.clone(),
            path: bot.path.clone(),
            active: bot.active,
            inactive_because: bot.inactive_because.clone(),
            covers: bot
                .covers
                .iter()
                .map(|(ecosystem, directory)| CoverRow { ecosystem: ecosystem.clone(), directory: directory.clone() })
                .collect(),
        })
        .collect();
    report.dependencies_uncovered = facts
        .uncovered
        .iter()
        // What a bot may cover is neither covered nor uncovered.
        .filter(|gap| gap.may_be.is_none())
        .map(|gap| UncoveredRow {
            ecosystem: gap.ecosystem.clone(),
            directory: gap.directory.clone(),
            why: gap.why.to_owned(),
            scope: gap.scope,
        })
        .collect();
    report.api_descriptions = facts
        .api
        .iter()
        .map(|api| ApiRow { path: api.path.clone(), kind: api.kind, version: api.version.clone(), valid: api.valid })
        .collect();
    report.release_tags = facts.release_tags.iter().filter_map(tag).collect();
    report.sort();
    report
}

fn analyzer(standing: &Standing) -> AnalyzerRow {
    let line = |place: &crate::text::Place| LineRow { path: place.path.clone(), line: place.line };
    let mut invocations: Vec<InvocationRow> = standing.invocations.iter().map(invocation).collect();
    invocations.sort_by(|a, b| b.rung.cmp(&a.rung).then_with(|| a.cmp(b)));
    invocations.dedup();
    let mut configured: Vec<LineRow> = standing.configured.iter().map(line).collect();
    configured.sort();
    configured.dedup();
    AnalyzerRow {
        tool: standing.tool.clone(),
        language: standing.language.clone(),
        rung: standing.rung,
        may_be: may_be(standing.rung, standing.may_be, standing.raised),
        security_rules: match &standing.security {
            Answer::Yes(()) => Some(true),
            Answer::No => Some(false),
            Answer::Unknown(_) => None,
        },
        components: standing
            .components
            .iter()
            .map(|one| StandingRow {
                directory: one.directory.clone(),
                rung: one.rung,
                may_be: may_be(one.rung, one.may_be, one.raised),
            })
            .collect(),
        configured,
        unknown: standing.unknown.iter().map(unknown).collect(),
        invocations,
    }
}

/// What a tool may be: its own upper bound, raised by what is not read.
fn may_be(rung: Rung, own: Option<Rung>, raised: bool) -> Option<Rung> {
    own.max((raised && rung < Rung::Gates).then_some(Rung::Gates))
}

fn invocation(one: &RankedInvocation) -> InvocationRow {
    let holds = one.held_by.iter().filter(|hold| !matches!(hold.effect, HoldEffect::Note | HoldEffect::Narrow));
    InvocationRow {
        rung: one.rung,
        triggers: one.triggers.clone(),
        chain: one
            .chain
            .iter()
            .map(|hop| HopRow { path: hop.place.path.clone(), line: hop.place.line, text: hop.text.clone() })
            .collect(),
        held_by: holds
            .map(|hold: &Hold| HoldRow { path: hold.place.path.clone(), line: hold.place.line, why: hold.why.clone() })
            .collect(),
    }
}

fn unknown(why: &Why) -> UnknownRow {
    let place = why.place.as_ref();
    UnknownRow { path: place.map(|place| place.path.clone()), line: place.map(|place| place.line), why: why.text.clone() }
}

/// A reference that leads to no object has no row: there is nothing of it to name.
fn tag(tag: &Tag) -> Option<TagRow> {
    Some(TagRow {
        name: tag.name.clone(),
        object: tag.object.clone(),
        target: tag.target.clone()?,
        annotated: tag.annotated,
        signature: tag.signature.word().to_owned(),
    })
}

/// What the policy states as facts, under the keys it uses.
fn declared(terms: &Terms) -> serde_json::Map<String, serde_json::Value> {
    let service = &terms.service;
    let mut out = serde_json::Map::new();
    let mut text = |key: &str, value: &Option<String>| {
        if let Some(value) = value {
            out.insert(key.to_owned(), value.clone().into());
        }
    };
    text("name", &service.name);
    text("kind", &service.kind);
    text("api_style", &service.api_style);
    text("openapi", &service.openapi);
    text("default_branch", &service.default_branch);
    text("owner", &service.owner);
    text("risk", &service.risk);
    if let Some(web) = service.web {
        out.insert("web".to_owned(), web.into());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::snapshot::Snapshot;

    #[test]
    fn what_nothing_starts_is_not_listed_as_unseen() {
        let step = "jobs:\n  x:\n    runs-on: windows-latest\n    steps:\n      - run: iex x\n";
        let files = [
            ("manual", "workflow_dispatch"),
            ("called", "workflow_call"),
            ("nightly", "{schedule: [{cron: 0 0 * * *}]}"),
            ("ci", "push"),
        ];
        let file = |(name, on): (&str, &str)| (format!(".github/workflows/{name}.yml"), format!("on: {on}\n{step}"));
        let snapshot = Snapshot::in_memory(files.map(file));
        let terms = Terms::default();
        let facts = crate::facts::gather(&snapshot, Catalog::builtin(), &terms).expect("facts");
        let subject = crate::inspect::subject(&snapshot, &terms);
        let listed: Vec<String> = fill(&facts, subject, &terms).opaque.iter().map(|row| row.path.to_string()).collect();
        assert_eq!(listed, [".github/workflows/ci.yml", ".github/workflows/nightly.yml"]);
    }
}
