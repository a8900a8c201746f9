//! Owns which tools run inside a host that a pipeline reaches: plugins of flake8, linters of golangci-lint, what an aggregator's
//! switches say. Refuses to rank them.

use super::invocations::Invocation;
use super::pipeline::Env;
use super::rank;
use super::standing::Evidence;
use super::tool_config::{self, Query};
use crate::catalog::Tool;
use crate::catalog::tool::Run;

/// Invocations of tools that run inside a host: a flake8 with the Bandit plugin runs Bandit's rules, golangci-lint runs the
/// linters it enables, an aggregator what its switches say.
pub(super) fn inside(evidence: &Evidence<'_>) -> Vec<Invocation> {
    let mut derived = Vec::new();
    for tool in evidence.world.catalog.tools.iter() {
        for (at, row) in tool.run.iter().enumerate() {
            let Some(host) = &row.inside else { continue };
            for invocation in evidence.trace.invocations.iter().filter(|invocation| invocation.tool == host.tool) {
                let runs = match (&host.package, &host.switch) {
                    (Some(package), _) => {
                        let beside = invocation.packages.iter().any(|name| same_package(name, package));
                        // A hook's environment holds what the hook says, nothing that the project installs.
                        beside
                            || !invocation.isolated
                                && evidence.dependencies.iter().any(|dependency| same_package(&dependency.name, package))
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
    let here = rank::place_of(invocation);
    let query = Query {
        world: evidence.world,
        tool: host,
        args: &invocation.args,
        env: &invocation.env,
        directory: &directory,
        run: Some(invocation),
        packages: &invocation.packages,
        here: &here,
        names,
        files: &[],
    };
    tool_config::settings(&query).selects.values().any(|answer| !answer.is_no())
}

/// Package names as PyPI compares them; npm and Go names have no such spellings.
pub(super) fn same_package(a: &str, b: &str) -> bool {
    let plain = |name: &str| {
        name.split(['=', '<', '>', '~', '!', '[', ';', ' ', '@'])
            .next()
            .unwrap_or(name)
            .to_ascii_lowercase()
            .replace(['_', '.'], "-")
    };
    plain(a) == plain(b)
}
