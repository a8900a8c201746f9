//! Owns where and how a linter's security rules are switched on. Refuses to say whether they are.

use super::super::Bench;
use super::super::component_view::View;
use super::super::eslint_fix;
use super::super::snippets::{directory, run, run_in};
use super::{brought, step_for};
use crate::facts::components::Component;
use crate::facts::tool_config::Deciding;

/// Where and how the gating linter's security rules are switched on.
pub(super) fn security_rules(view: &View<'_>, component: &Component, all: &[View<'_>], bench: &Bench<'_>) -> String {
    if let Some(Deciding::TakesOut { place, change, .. }) = &view.on.deciding {
        return format!("{change}, at {}:{}", place.path, place.line);
    }
    // A selection on the command line replaces the configured one.
    if let Some(Deciding::Selects(place)) = &view.on.deciding
        && view.chain().iter().any(|hop| hop.place.path == place.path)
    {
        let names = view.tool.select.first().map_or("", String::as_str);
        return format!("add `{names}` to the selection at {}:{}", place.path, place.line);
    }
    if let Some(Deciding::Without { place, .. }) = &view.on.deciding
        && let Some(flag) = selecting_flag(&view.tool.id)
    {
        return format!("add `{flag}` to the command at {}:{}", place.path, place.line);
    }
    if let Some(change) = &view.on.to_select {
        return change.clone();
    }
    match (component.language.as_str(), view.tool.id.as_str()) {
        ("python", _) => {
            format!("add a step beside it:\n{}", run(&format!("pipx run bandit -r {} -x /tests/,/test/", directory(component))))
        }
        ("javascript", "eslint" | "standard" | "xo") => eslint_fix::rules(view, component, all, bench),
        ("go", _) => {
            format!("add a step beside it:\n{}", run_in("go run github.com/securego/gosec/v2/cmd/gosec@latest ./...", component))
        }
        _ => format!("add a step beside it:\n{}", brought::with(&step_for(component, all, bench), bench)),
    }
}

/// The flag that selects a linter's security rules where it reads no configuration.
fn selecting_flag(tool: &str) -> Option<&'static str> {
    match tool {
        "ruff" => Some("--extend-select S"),
        "golangci-lint" => Some("--enable gosec"),
        _ => None,
    }
}
