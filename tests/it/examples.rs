//! Runs every `[[example]]` of every tool: the rung, what it may be, and the place.

use tollgate::catalog::example::Example;
use tollgate::catalog::{Catalog, Tool};
use tollgate::facts::hold::HoldEffect;
use tollgate::facts::ladder::{Rung, Standing};
use tollgate::facts::{Facts, gather};
use tollgate::snapshot::Snapshot;
use tollgate::terms::Terms;

#[test]
fn every_tool_example_holds() {
    let catalog = Catalog::builtin();
    let only = std::env::var("TOLLGATE_EXAMPLE").unwrap_or_default();
    let (mut count, mut wrong) = (0, Vec::new());
    for tool in catalog.tools.iter().filter(|tool| only.is_empty() || tool.id == only) {
        let examples = Example::of(&format!("tools/{}.toml", tool.id)).expect("examples parse");
        for example in &examples {
            count += 1;
            if let Err(problem) = holds(tool, example) {
                wrong.push(format!("{} / {}: {problem}", tool.id, example.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} examples are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn holds(tool: &Tool, example: &Example) -> Result<(), String> {
    let language = tool.languages.first().map(String::as_str).filter(|id| *id != "*");
    let snapshot = Snapshot::in_memory(example.tree(language));
    let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).map_err(|problem| problem.to_string())?;
    let standings: Vec<&Standing> = facts.standings.iter().filter(|standing| standing.tool == tool.id).collect();
    let best = standings.iter().max_by_key(|standing| (standing.rung, standing.may_be));
    let rung = best.map_or(Rung::Absent, |best| best.rung);
    let may_be = best.and_then(|best| best.may_be);
    let wanted = example.expect.as_str().unwrap_or_default();
    if rung.word() != wanted {
        return Err(format!("expected {wanted}, found {}{}", rung.word(), told(best.copied(), &facts)));
    }
    let wanted = example.may_be.as_deref();
    if may_be.map(Rung::word) != wanted {
        return Err(format!("may be {wanted:?} expected, found {may_be:?}{}", told(best.copied(), &facts)));
    }
    match (&example.at, best) {
        (Some(at), Some(best)) => place(at, best),
        _ => Ok(()),
    }
}

/// `at` names a hold when the tool is held, else a hop of the best chain.
fn place(at: &str, standing: &Standing) -> Result<(), String> {
    let mut seen = Vec::new();
    for invocation in &standing.invocations {
        let holds = invocation.held_by.iter().filter(|hold| !matches!(hold.effect, HoldEffect::Note)).map(|hold| &hold.place);
        for place in holds.chain(invocation.chain.iter().map(|hop| &hop.place)) {
            seen.push(format!("{}:{}", place.path, place.line));
        }
    }
    seen.extend(standing.configured.iter().map(|place| format!("{}:{}", place.path, place.line)));
    if seen.iter().any(|one| one == at) { Ok(()) } else { Err(format!("{at} expected among {seen:?}")) }
}

fn told(standing: Option<&Standing>, facts: &Facts<'_>) -> String {
    let mut out = String::new();
    for invocation in standing.into_iter().flat_map(|standing| &standing.invocations) {
        let chain: Vec<String> =
            invocation.chain.iter().map(|hop| format!("{}:{} `{}`", hop.place.path, hop.place.line, hop.text)).collect();
        let holds: Vec<String> = invocation
            .held_by
            .iter()
            .map(|hold| format!("{:?} {}:{} {}", hold.effect, hold.place.path, hold.place.line, hold.why))
            .collect();
        out.push_str(&format!(
            "\n      {} {:?}: {} | {}",
            invocation.rung.word(),
            invocation.triggers,
            chain.join(" -> "),
            holds.join("; ")
        ));
    }
    for unit in facts.trace.opaque.iter().take(2) {
        out.push_str(&format!("\n      opaque: {} {}", unit.place.path, unit.why.text));
    }
    for (place, why) in facts.unreadable_ci.iter().take(2) {
        out.push_str(&format!("\n      unreadable: {}:{} {why}", place.path, place.line));
    }
    out
}
