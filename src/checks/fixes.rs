//! Owns which fix fits a tool that does not gate: what to add, what to remove, which step to paste, in this repository.
//! Refuses to promise more than what was seen.

use super::Bench;
use super::component_view::View;
use super::eslint_fix;
use super::snippets::{beside, directory, run, run_in};
use crate::catalog::Tool;
use crate::catalog::tool::{Does, Effect, Findings, Security};
use crate::facts::components::Component;
use crate::facts::hold::{HeldBy, Hold, HoldEffect, Remedy};
use crate::facts::tool_config::Deciding;
use crate::finding::Finding;
use crate::text::Place;

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
        "configured" => {
            // Below the root the command names its directory, and what it needs may be installed in another.
            let ready = |command: String| match component.language.as_str() {
                "javascript" if component.directory.is_root() => {
                    format!("{} && {command}", eslint_fix::locked(component, bench))
                }
                _ => command,
            };
            let by_hand = view.hand_run().map(|command| run(&ready(command)));
            let own = by_hand.or_else(|| own_step(view, component, bench));
            let own = own.filter(|_| view.hand_run().is_some() || !runs(&step, view.tool));
            let Some(own) = own else { return format!("run {title} in a pull-request workflow:\n{step}") };
            let insecure = view.on.security.is_no() && view.tool.security == Security::Never;
            let second = if insecure {
                format!("\n{title} has no security rules; a second step that has some:\n{step}")
            } else {
                String::new()
            };
            format!("run {title} in a pull-request workflow:\n{own}{second}")
        }
        "elsewhere" => format!("run {title} there as well:\n{step}"),
        _ => held_fix(finding, view).unwrap_or_else(|| format!("add a step to a pull-request workflow:\n{step}")),
    }
}

/// Whether a step runs the tool.
fn runs(step: &str, tool: &Tool) -> bool {
    let words: Vec<&str> = step.split([' ', '/', '@', '\n']).collect();
    // All words: `mix` and `cargo` start many tools.
    let named = |argv: &Vec<String>| argv.iter().all(|word| words.contains(&word.as_str()));
    tool.run.iter().filter_map(|row| row.argv.as_ref()).any(named) || words.contains(&tool.id.as_str())
}

/// The tool's own command line, where the language has a way to run what it installs.
fn own_step(view: &View<'_>, component: &Component, bench: &Bench<'_>) -> Option<String> {
    let argv = view.tool.run.iter().find_map(|row| row.argv.as_ref())?.join(" ");
    match component.language.as_str() {
        "javascript" => Some(run_in(&format!("{} && npx {argv} .", eslint_fix::locked(component, bench)), component)),
        "python" => Some(run_in(&format!("{argv} ."), component)),
        "go" => Some(run_in(&format!("{argv} ./..."), component)),
        _ => gating_command(view.tool).map(|command| run_in(&command, component)),
    }
}

/// The tool's own command, with the flag by which findings fail where they pass by themselves.
fn gating_command(tool: &Tool) -> Option<String> {
    let row = tool.run.iter().find(|row| row.argv.is_some())?;
    let argv = row.argv.as_ref()?.join(" ");
    if !matches!(row.findings, Findings::Pass | Findings::Errors) {
        return Some(argv);
    }
    let plain =
        |effect: &&Effect| effect.does == Does::Harden && effect.env.is_none() && effect.key.is_none() && effect.input.is_none();
    let flag = tool.effect.iter().filter(plain).find_map(|effect| Some((effect.after.as_deref(), effect.flag.first()?)));
    Some(match flag {
        Some((Some(after), flag)) => format!("{argv} {after} {flag}"),
        Some((None, flag)) => format!("{argv} {flag}"),
        None => argv,
    })
}

/// Which check the forge must require, and where the policy says that it does.
pub(super) fn require(view: &View<'_>, bench: &Bench<'_>) -> Option<String> {
    let (path, id) = view.best()?.job.split_once('#')?;
    let pipeline = bench.facts.pipelines.iter().find(|pipeline| pipeline.path.as_str() == path)?;
    let job = pipeline.jobs.iter().find(|job| job.id == id)?;
    let title = &view.tool.title;
    Some(match job.checks.iter().flatten().next() {
        Some(check) => {
            let text = toml::Value::from(check.as_str());
            format!(
                "require the check `{check}` in the ruleset of the default branch, then say so in the policy:\n[ci]\nrequired_checks = [{text}]"
            )
        }
        None => format!(
            "require the check of the job `{id}`, which runs {title}, in the ruleset of the default branch, then name it in the policy at `ci.required_checks`"
        ),
    })
}

/// What to do about the line that holds a tool a rung short; `None` when nothing holds it there.
pub(super) fn held_fix(finding: &Finding, view: &View<'_>) -> Option<String> {
    let first = finding.places.first();
    let start = || {
        let title = &view.tool.title;
        let by_trigger = view.holds().find(|hold| hold.by == HeldBy::Trigger);
        let what = match by_trigger.map(|hold| (&hold.remedy, &hold.place)) {
            Some((Remedy::Types(missing), at)) => {
                format!("add `{}` to `types` at {}:{}", missing.join("`, `"), at.path, at.line)
            }
            Some((Remedy::Branches, at)) => format!("let the filter at {}:{} pass the default branch", at.path, at.line),
            _ => "start that job on `pull_request` as well".to_owned(),
        };
        format!("{what}, so that {title} can stop a change before it is merged")
    };
    // Both an event and the text may hold it: mending one of the two leaves it where it is.
    let strong = |hold: &&Hold| matches!(hold.effect, HoldEffect::Soften | HoldEffect::Void);
    let by_trigger = || view.holds().filter(strong).any(|hold| hold.by == HeldBy::Trigger);
    let by_text = || view.holds().filter(strong).find(|hold| hold.by == HeldBy::Text);
    match finding.cause.rsplit(':').next().unwrap_or_default() {
        "path-filter" => {
            let at = first.map(|evidence| format!("{}:{}", evidence.place.path, evidence.place.line)).unwrap_or_default();
            Some(format!("widen the filter at {at} so that a change of these files starts {}", view.tool.title))
        }
        "soft-fail" | "void" => {
            let own = harder(view, view.held_by()?);
            Some(if by_trigger() { format!("{own}\nand {}", start()) } else { own })
        }
        "runs" => Some(match by_text() {
            Some(hold) => format!("{}\nand {}", start(), harder(view, hold)),
            None => start(),
        }),
        _ => None,
    }
}

/// What makes a tool fail where a hold lets it pass.
fn harder(view: &View<'_>, hold: &Hold) -> String {
    let title = &view.tool.title;
    let (place, note) = (&hold.place, &hold.why);
    let settle = format!("settle false positives one by one in the configuration of {title}");
    match &hold.remedy {
        Remedy::Drop(flag) => return format!("remove `{flag}`{}; {settle}", handed_over(view, hold, flag)),
        // `shell: bash`, written out, is `bash -eo pipefail`; without it the step has `bash -e`.
        Remedy::Pipefail if place.path.as_str().starts_with(".github/") => {
            return "set `shell: bash` on this step, which turns `pipefail` on: then each program of the pipe can fail it"
                .to_owned();
        }
        Remedy::Pipefail => return "write `set -o pipefail` before the pipe, and run it with bash".to_owned(),
        Remedy::CheckOut => return "check the repository out before it:\n- uses: actions/checkout@v4".to_owned(),
        Remedy::Condition => return format!("remove this condition, or let it hold for pull requests, so that {title} runs"),
        Remedy::Reach => return format!("let it come to {title}: {}", hold.why),
        Remedy::Remove | Remedy::Types(_) | Remedy::Branches => {}
    }
    match missing(view, place, note) {
        Some(what) => format!("{what}, so that what {title} finds fails the job"),
        None => match note.strip_prefix("without `").and_then(|rest| rest.split_once('`')) {
            Some((flag, _)) => format!("add `{flag}`"),
            None if note.starts_with("it looks at nothing") => format!("give {title} a path that exists"),
            None => format!("remove what lets it pass here ({note}); {settle}"),
        },
    }
}

/// Which earlier line of the chain a flag comes from, where its own place holds something else: a variable, nothing.
fn handed_over(view: &View<'_>, hold: &Hold, flag: &str) -> String {
    let chain = view.best().map(|best| best.chain.as_slice()).unwrap_or_default();
    let flag = flag.split([' ', '=']).next().unwrap_or_default();
    let width = hold.place.end_column.saturating_sub(hold.place.column);
    // A short flag of one program is often one of another's.
    let elsewhere = flag.starts_with("--") && width < flag.chars().count();
    let spells = |text: &str| text.split([' ', '\'', '"', '=']).any(|word| word == flag);
    let earlier = chain.split_last().map(|(_, earlier)| earlier).unwrap_or_default();
    match earlier.iter().rev().find(|hop| elsewhere && spells(&hop.text)) {
        Some(hop) => format!(" at {}:{}", hop.place.path, hop.place.line),
        None => String::new(),
    }
}

/// What a tool lacks that passes by default: the flag or the input that makes findings fail it, as the catalogue knows it.
fn missing(view: &View<'_>, place: &Place, note: &str) -> Option<String> {
    let best = view.best()?;
    let here = best.chain.last().map(|hop| &hop.place);
    // Only what the command lacks is held at the command itself; a flag that softens is held at its own word.
    let by_default = note == "exits 0 whatever it finds" || note.starts_with("only error-level findings");
    let row = view.tool.run.get(best.row).filter(|_| by_default && Some(place) == here)?;
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
            let own = bench.catalog.tools.iter().filter(fits).find_map(gating_command);
            run(&own.unwrap_or_else(|| "semgrep scan --error --config auto .".to_owned()))
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
