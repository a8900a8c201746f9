//! Owns which fix fits a tool that does not gate: what to add, what to remove, which step to paste, in this repository.
//! Refuses to promise more than what was seen.

mod brought;
mod by_hand;
mod held;
mod open;
mod security;

pub(super) use self::held::{held_fix, with_soft};
use self::held::{soft, undone};
pub(super) use self::open::{open_fix, read_there};
use self::security::security_rules;
use super::Bench;
use super::analyzer;
use super::component_view::View;
use super::eslint_fix;
use super::snippets::{directory, run, run_in, word};
use crate::catalog::Tool;
use crate::catalog::tool::{Does, Findings, Security, Step};
use crate::facts::components::Component;
use crate::facts::hold::Remedy;
use crate::facts::pipeline::Trigger;
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
    let add = || add_step(&finding.rule, true, &step, bench);
    let Some(view) = about else { return add() };
    let title = &view.tool.title;
    let run_it = |step: &str| {
        let whole = whole_workflow(&finding.rule, true, step, bench).map(|whole| format!("to run {title}, {whole}"));
        whole.unwrap_or_else(|| format!("run {title} in a pull-request workflow:\n{}", brought::with(step, bench)))
    };
    match finding.cause.rsplit(':').next().unwrap_or_default() {
        "no-security-rules" => secured(view, component, all, bench),
        "void" if view.held_by().is_some_and(|hold| hold.remedy == Remedy::Select) => security_rules(view, component, all, bench),
        "configured" => {
            let by_hand = view.hand_run(component).map(|(typed, run)| by_hand::step(typed, run, view.tool, component, bench));
            let typed = by_hand.is_some();
            let own = by_hand.or_else(|| own_step(view, component, bench));
            let own = own.filter(|_| typed || !view.tool.step.is_empty() || !runs(&step, view.tool));
            let Some(own) = own else {
                return if runs(&step, view.tool) { run_it(&step) } else { add() };
            };
            let insecure = view.on.security.is_no() && view.tool.security == Security::Never;
            let second = if insecure {
                format!("\n{title} has no security rules; a second step that has some:\n{}", brought::with(&step, bench))
            } else {
                String::new()
            };
            format!("{}{second}", run_it(&own))
        }
        "elsewhere" if runs(&step, view.tool) => format!("run {title} there as well:\n{}", brought::with(&step, bench)),
        "elsewhere" => format!("add a step that looks there:\n{}", brought::with(&step, bench)),
        _ => held_fix(finding, view).unwrap_or_else(add),
    }
}

/// Where a step is to be pasted: into a workflow that changes to merge start, or a clock does; the whole of one where there is none.
pub(super) fn add_step(rule: &str, on_changes: bool, step: &str, bench: &Bench<'_>) -> String {
    let what = if on_changes { "a pull-request workflow" } else { "a scheduled workflow" };
    whole_workflow(rule, on_changes, step, bench)
        .unwrap_or_else(|| format!("add a step to {what}:\n{}", brought::with(step, bench)))
}

/// A workflow of its own for a step, with what stands around it, where no pipeline is there to take it.
fn whole_workflow(rule: &str, on_changes: bool, step: &str, bench: &Bench<'_>) -> Option<String> {
    let (on, trigger) = match on_changes {
        true => ("on: pull_request\n", Trigger::PullRequest),
        false => ("on:\n  schedule:\n    - cron: \"17 4 * * 1\"\n", Trigger::Schedule),
    };
    let facts = bench.facts;
    let path = format!(".github/workflows/{rule}.yml");
    let starts = facts.pipelines.iter().any(|one| one.triggers().contains(&trigger));
    let taken = facts.pipelines.iter().any(|one| one.path.as_str() == path);
    // Where something is not read, a workflow may be there.
    if starts || taken || !facts.trace.opaque.is_empty() {
        return None;
    }
    let [before, steps, after] = brought::parts(step);
    if steps.is_empty() {
        return None;
    }
    let mut out: Vec<String> = before.iter().map(|line| (*line).to_owned()).collect();
    out.push(format!(
        "add {path}:\n{on}permissions:\n  contents: read\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4"
    ));
    out.extend(brought::before(&steps, bench).iter().map(|line| format!("      {line}")));
    out.extend(steps.iter().map(|line| format!("      {line}")));
    out.extend(after.into_iter().map(str::to_owned));
    Some(out.join("\n"))
}

/// What gives a linter that gates without security rules some, or company that has some.
fn secured(view: &View<'_>, component: &Component, all: &[View<'_>], bench: &Bench<'_>) -> String {
    if let Some((soft, hold)) = soft(all) {
        let (title, place) = (&soft.tool.title, &hold.place);
        return format!("let {title} stop a change, at {}:{}: {}", place.path, place.line, undone(soft, hold));
    }
    let selects =
        view.on.to_select.is_some() || matches!(view.on.deciding, Some(Deciding::Selects(_) | Deciding::TakesOut { .. }));
    // What has none to select, or none that this program knows how to select, gets company.
    if !selects && recommended(component, bench).is_some() {
        return format!("add a step beside it:\n{}", brought::with(&step_for(component, all, bench), bench));
    }
    security_rules(view, component, all, bench)
}

/// Whether a step runs the tool.
fn runs(step: &str, tool: &Tool) -> bool {
    let words: Vec<&str> = step.split([' ', '/', '@', '\n']).collect();
    // All words: `mix` and `cargo` start many tools.
    let named = |argv: &Vec<String>| argv.iter().all(|word| words.contains(&word.as_str()));
    tool.run.iter().filter_map(|row| row.argv.as_ref()).any(named) || words.contains(&tool.id.as_str())
}

/// A step of the tool's own: the one that the catalogue has, else its command as the language runs what it installs.
fn own_step(view: &View<'_>, component: &Component, bench: &Bench<'_>) -> Option<String> {
    let tool = view.tool;
    let config = view.configured_for(component).map(|place| place.path.file_name().to_owned());
    let has_config = |step: &&Step| config.is_some() || !step.run.contains("{config}");
    let mut known =
        tool.step.iter().filter(|step| step.language == component.language || step.language == "*").filter(has_config);
    // The one for where nothing is in sight names rules of its own.
    if let Some(step) = known.clone().find(|step| !step.recommended).or_else(|| known.next()) {
        let name = config.as_deref().map(word).unwrap_or_default();
        return Some(written(&Step { run: step.run.replace("{config}", &name), ..step.clone() }, component));
    }
    let argv = gating_command(tool)?;
    let program = argv.split(' ').next().unwrap_or_default();
    let packages = |registry: &str| tool.packages.get(registry).and_then(|names| names.first());
    let depends = |registry: &str| {
        let names = tool.packages.get(registry).map(Vec::as_slice).unwrap_or_default();
        bench.facts.dependencies.iter().any(|dependency| names.contains(&dependency.name))
    };
    let command = match component.language.as_str() {
        "javascript" => packages("npm").map(|_| format!("{}npx {argv} .", eslint_fix::installed(component, bench)))?,
        "python" => match packages("pypi")? {
            package if package == program => format!("pipx run {argv} ."),
            package => format!("pipx run --spec {package} {argv} ."),
        },
        "go" => match argv.split_once(' ') {
            None => format!("go run {}@latest ./...", packages("go")?),
            Some((_, rest)) => format!("go run {}@latest {rest} ./...", packages("go")?),
        },
        "ruby" if depends("gem") => format!("bundle install && bundle exec {argv}"),
        "ruby" => format!("gem install {} && {argv}", packages("gem")?),
        "php" if depends("composer") => format!("composer install && vendor/bin/{argv}"),
        "rust" => argv,
        _ => return None,
    };
    Some(run_in(&command, component))
}

/// The step that the catalogue recommends for a language.
fn recommended<'b>(component: &Component, bench: &Bench<'b>) -> Option<&'b Step> {
    let steps = bench.catalog.tools.iter().flat_map(|tool| &tool.step);
    steps.filter(|step| step.recommended).find(|step| step.language == component.language)
}

/// A step as it is pasted, with what it needs.
fn written(step: &Step, component: &Component) -> String {
    let before = step.before.as_ref().map(|before| format!("{}\n", before.trim_end())).unwrap_or_default();
    let after = step.after.as_ref().map(|after| format!("\nafter {after}")).unwrap_or_default();
    format!("{before}{}{after}", run_in(&step.run, component))
}

/// The tool's own command, with the flag by which findings fail where they pass by themselves.
fn gating_command(tool: &Tool) -> Option<String> {
    let row = tool.run.iter().find(|row| row.argv.is_some())?;
    let argv = row.argv.as_ref()?.join(" ");
    if !matches!(row.findings, Findings::Pass | Findings::Errors) {
        return (row.findings == Findings::Fail).then_some(argv);
    }
    let hardens = tool.effect.iter().filter(|effect| effect.does == Does::Harden);
    let flag = hardens.filter_map(|effect| Some((effect.after.as_deref(), effect.flag_to_write()?))).next();
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

/// The smallest step that gates the component's language.
pub(super) fn step_for(component: &Component, all: &[View<'_>], bench: &Bench<'_>) -> String {
    let directory = directory(component);
    let known = |id: &str| all.iter().any(|view| view.tool.id == id);
    match component.language.as_str() {
        "python" if known("ruff") => run(&format!("pipx run ruff check --extend-select S {directory}")),
        // Tests are full of `assert`, which it reports; what its `-x` names may be any part of a path.
        "python" => run(&format!("pipx run bandit -r {directory} -x /tests/,/test/")),
        "javascript" => {
            // A script of its own has its flags and what it looks at.
            let eslint = all.iter().find(|view| view.tool.id == "eslint");
            let typed = eslint.and_then(|view| Some((view.hand_run(component)?, view.tool)));
            // What is typed below a component is about a part of it.
            let typed = typed.filter(|((typed, _), _)| component.directory.is_in(&typed.directory));
            let own = typed.map(|((typed, run), tool)| by_hand::step(typed, run, tool, component, bench));
            own.unwrap_or_else(|| eslint_fix::step(component, all, bench))
        }
        "go" => {
            let first = bench.facts.has_first_golangci(&component.directory);
            let package = if first { "golangci-lint" } else { "golangci-lint/v2" };
            let command = format!("go run github.com/golangci/{package}/cmd/golangci-lint@latest run --enable gosec ./...");
            run_in(&command, component)
        }
        "rust" => run_in("cargo clippy --workspace --all-targets -- -D warnings", component),
        _ => match recommended(component, bench) {
            Some(step) => written(step, component),
            None => {
                let title = analyzer::title(bench, &component.language);
                format!(
                    "(no analyzer of {title} is known that one line installs and that fails by itself; one that runs elsewhere, CodeQL with its check required for example, is named in the policy at `ci.external`)"
                )
            }
        },
    }
}
