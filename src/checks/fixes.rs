//! Owns which fix fits a tool that does not gate: what to add, what to remove, which step to paste, in this repository.
//! Refuses to promise more than what was seen.

use super::Bench;
use super::component_view::View;
use super::eslint_fix;
use super::snippets::{beside, directory, run, run_in};
use crate::catalog::Tool;
use crate::catalog::tool::{Does, Effect};
use crate::facts::components::Component;
use crate::facts::tool_config::Deciding;
use crate::finding::Finding;

/// What to do about an analyzer that does not gate; `about` is the tool that the finding is about.
pub(super) fn analyzer_fix(
    finding: &Finding,
    about: Option<&View<'_>>,
    all: &[View<'_>],
    component: &Component,
    bench: &Bench<'_>,
) -> String {
    let step = step_for(component, all, bench);
    let Some(view) = about else { return format!("add a step to a pull-request workflow:\n{step}") };
    let title = &view.tool.title;
    match finding.cause.rsplit(':').next().unwrap_or_default() {
        "no-security-rules" => security_rules(finding, view, component, all, bench),
        "configured" => match view.hand_run() {
            Some(command) => format!("run it in a pull-request workflow:\n{}", run(&command)),
            None => format!("run {title} in a pull-request workflow:\n{step}"),
        },
        "elsewhere" => format!("run {title} there as well:\n{step}"),
        _ => held_fix(finding, view).unwrap_or_else(|| format!("add a step to a pull-request workflow:\n{step}")),
    }
}

/// What to do about the line that holds a tool a rung short; `None` when nothing holds it there.
pub(super) fn held_fix(finding: &Finding, view: &View<'_>) -> Option<String> {
    let title = &view.tool.title;
    let first = finding.places.first();
    let note = first.map_or("", |evidence| evidence.note.as_str());
    match finding.cause.rsplit(':').next().unwrap_or_default() {
        "path-filter" => {
            let at = first.map(|evidence| format!("{}:{}", evidence.place.path, evidence.place.line)).unwrap_or_default();
            Some(format!("widen the filter at {at} so that a change of these files starts {title}"))
        }
        "soft-fail" | "void" => Some(match missing(view, finding) {
            Some(what) => format!("{what}, so that what {title} finds fails the job"),
            None => match note.strip_prefix("without `").and_then(|rest| rest.split_once('`')) {
                Some((flag, _)) => format!("add `{flag}`"),
                None if flag(view, finding).is_some() => format!(
                    "remove `{}`; settle false positives one by one in {title}'s own configuration",
                    flag(view, finding).unwrap_or_default()
                ),
                None if note.starts_with("it looks at nothing") => format!("give {title} a path that exists"),
                None => format!(
                    "remove what lets it pass here ({note}); settle false positives one by one in {title}'s own configuration"
                ),
            },
        }),
        "runs" => {
            Some(format!("start that job on `pull_request` as well, so that {title} can stop a change before it is merged"))
        }
        _ => None,
    }
}

/// The flag that the finding points to, in the command that the last hop shows.
fn flag(view: &View<'_>, finding: &Finding) -> Option<String> {
    let hop = view.best()?.chain.last()?;
    let place = &finding.places.first()?.place;
    let here = place.path == hop.place.path && (place.line, place.end_line) == (hop.place.line, hop.place.line);
    let from = place.column.checked_sub(hop.place.column).filter(|_| here)?;
    let text: String = hop.text.chars().skip(from).take(place.end_column.saturating_sub(place.column)).collect();
    (text.starts_with('-') && text.len() > 1 && !text.ends_with('…')).then_some(text)
}

/// What a tool lacks that passes by default: the flag or the input that makes findings fail it, as the catalogue knows it.
fn missing(view: &View<'_>, finding: &Finding) -> Option<String> {
    let best = view.best()?;
    let here = best.chain.last().map(|hop| &hop.place);
    // Only what the command lacks is held at the command itself; a flag that softens is held at its own word.
    let first = finding.places.first().filter(|evidence| Some(&evidence.place) == here)?;
    let by_default = first.note == "exits 0 whatever it finds" || first.note.starts_with("only error-level findings");
    let row = view.tool.run.get(best.row).filter(|_| by_default)?;
    let fits =
        |effect: &&Effect| effect.does == Does::Harden && effect.run.as_ref().is_none_or(|name| row.name.as_ref() == Some(name));
    let mut hardens = view.tool.effect.iter().filter(fits);
    if row.action.is_some() {
        let input = hardens.clone().find(|effect| effect.input.is_some());
        if let Some(effect) = input {
            let value = effect.value.first().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))?;
            return Some(format!("set `{}: {value}` under `with:`", effect.input.as_deref()?));
        }
    }
    let effect = hardens
        .find(|effect| effect.env.is_none() && effect.input.is_none() && !effect.flag.is_empty() && effect.key.is_none())?;
    let dashes = effect.after.as_ref().map(|after| format!("{after} ")).unwrap_or_default();
    Some(format!("add `{dashes}{}`", effect.flag.first()?))
}

/// The smallest step that gates the component's language.
pub(super) fn step_for(component: &Component, all: &[View<'_>], bench: &Bench<'_>) -> String {
    let directory = directory(component);
    let known = |id: &str| all.iter().any(|view| view.tool.id == id);
    match component.language.as_str() {
        "python" if known("ruff") => run(&format!("pipx run ruff check --extend-select S {directory}")),
        // Tests are full of `assert`, which it reports; what its `-x` names may be any part of a path.
        "python" => run(&format!("pipx run bandit -r {directory} -x /tests/,/test/")),
        "javascript" => eslint_fix::step(component, all, bench),
        "go" => {
            run_in("go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@latest run --enable gosec ./...", component)
        }
        "rust" => run_in("cargo clippy --workspace --all-targets -- -D warnings", component),
        other => {
            let fits = |tool: &&Tool| {
                crate::facts::standing::is_analyzer(tool) && tool.languages.iter().any(|language| language == other)
            };
            let tool = bench.catalog.tools.iter().filter(fits).find_map(|tool| tool.run.iter().find_map(|row| row.argv.as_ref()));
            run(&tool.map_or_else(|| "semgrep scan --error --config auto .".to_owned(), |argv| argv.join(" ")))
        }
    }
}

/// Where and how the gating linter's security rules are switched on.
fn security_rules(finding: &Finding, view: &View<'_>, component: &Component, all: &[View<'_>], bench: &Bench<'_>) -> String {
    let configured = finding.places.first().map_or("", |evidence| evidence.place.path.as_str());
    let name = configured.rsplit('/').next().unwrap_or_default();
    let own = |known: &[&str], usual: &str| {
        if known.iter().any(|start| name.starts_with(start)) { configured.to_owned() } else { beside(component, usual) }
    };
    if let Some(Deciding::TakesOut(place)) = &view.on.deciding {
        let names = view.tool.select.join("`, `");
        return format!("take `{names}` out of what is disabled at {}:{}", place.path, place.line);
    }
    // A selection on the command line replaces the configured one.
    if let Some(Deciding::Selects(place)) = &view.on.deciding
        && view.chain().iter().any(|hop| hop.place.path == place.path)
    {
        let names = view.tool.select.first().map_or("", String::as_str);
        return format!("add `{names}` to the selection at {}:{}", place.path, place.line);
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
