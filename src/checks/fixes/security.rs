//! Owns where and how a linter's security rules are switched on. Refuses to say whether they are.

use super::super::Bench;
use super::super::component_view::View;
use super::super::eslint_fix;
use super::super::snippets::{beside, directory, run, run_in};
use crate::facts::components::Component;
use crate::facts::tool_config::Deciding;

/// Where and how the gating linter's security rules are switched on.
pub(super) fn security_rules(view: &View<'_>, component: &Component, all: &[View<'_>], bench: &Bench<'_>) -> String {
    let (decides, _) = view.rules_line(component);
    let configured = decides.path.as_str();
    let name = configured.rsplit('/').next().unwrap_or_default();
    let own = |known: &[&str], usual: &str| {
        // A file that a flag names may be called as it likes.
        let own = view.judged().is_some() || known.iter().any(|start| name.starts_with(start));
        if own { configured.to_owned() } else { beside(component, usual) }
    };
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
    match (component.language.as_str(), view.tool.id.as_str()) {
        ("python", "ruff") if name == "pyproject.toml" => {
            format!("select Ruff's security rules, under `[tool.ruff.lint]` in {configured}:\nextend-select = [\"S\"]")
        }
        ("python", "ruff") => {
            let file = own(&["ruff.toml", ".ruff.toml"], "ruff.toml");
            format!("select Ruff's security rules, under `[lint]` in {file}:\nextend-select = [\"S\"]")
        }
        ("python", _) => {
            format!("add a step beside it:\n{}", run(&format!("pipx run bandit -r {} -x /tests/,/test/", directory(component))))
        }
        ("javascript", "eslint" | "standard" | "xo") => eslint_fix::rules(view, component, all, bench),
        ("go", "golangci-lint") => {
            let file = own(&[".golangci."], ".golangci.yml");
            format!("enable gosec in {file}:\nlinters:\n  enable:\n    - gosec")
        }
        ("go", _) => {
            format!("add a step beside it:\n{}", run_in("go run github.com/securego/gosec/v2/cmd/gosec@latest ./...", component))
        }
        _ => "select the analyzer's security rules, or add one that has them".to_owned(),
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
