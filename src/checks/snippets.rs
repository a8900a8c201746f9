//! Owns the fixes: text ready to paste, for this repository. Refuses to promise more than what was seen.

use super::Bench;
use super::component_view::View;
use crate::facts::bots::Uncovered;
use crate::facts::components::Component;
use crate::finding::Finding;
use crate::text::escape;

/// What to do about an analyzer that does not gate.
pub(super) fn analyzer_fix(finding: &Finding, all: &[View<'_>], component: &Component, bench: &Bench<'_>) -> String {
    let tool = finding.cause.split(':').next().unwrap_or_default();
    let title = all.iter().find(|view| view.tool.id == tool).map_or(tool, |view| view.tool.title.as_str());
    let step = step_for(component, all, bench);
    match finding.cause.rsplit(':').next().unwrap_or_default() {
        "no-security-rules" => security_rules(finding, component, all),
        "soft-fail" | "void" => {
            let note = finding.places.first().map_or("", |evidence| evidence.note.as_str());
            if note.starts_with("only error-level findings") {
                return "add `-- -D warnings` (or deny the lints in `Cargo.toml`)".to_owned();
            }
            format!("remove what lets it pass here ({note}); settle false positives one by one in {title}'s own configuration")
        }
        "configured" => format!("run {title} in a pull-request workflow:\n{step}"),
        "runs" => format!("start that job on `pull_request` as well, so that {title} can stop a change before it is merged"),
        _ => format!("add a step to a pull-request workflow:\n{step}"),
    }
}

/// The smallest step that gates the component's language.
fn step_for(component: &Component, all: &[View<'_>], bench: &Bench<'_>) -> String {
    let directory = directory(component);
    let known = |id: &str| all.iter().any(|view| view.tool.id == id);
    let command = match component.language.as_str() {
        "python" if known("ruff") => format!("pipx run ruff check --extend-select S {directory}"),
        "python" => format!("pipx run bandit -r {directory}"),
        "javascript" => "npx eslint --max-warnings 0 .".to_owned(),
        "go" => "go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@latest run --enable gosec ./...".to_owned(),
        "rust" => "cargo clippy --workspace --all-targets -- -D warnings".to_owned(),
        other => {
            let fits = |tool: &&crate::catalog::Tool| {
                crate::facts::standing::is_analyzer(tool) && tool.languages.iter().any(|language| language == other)
            };
            let tool = bench.catalog.tools.iter().filter(fits).find_map(|tool| tool.run.iter().find_map(|row| row.argv.as_ref()));
            tool.map_or_else(|| "semgrep scan --error --config auto .".to_owned(), |argv| argv.join(" "))
        }
    };
    let step = match component.language.as_str() {
        "javascript" | "go" | "rust" => run_in(&command, component),
        _ => run(&command),
    };
    if component.language == "javascript" && !known("eslint") {
        let file = beside(component, "eslint.config.mjs");
        return format!(
            "{step}\nafter `npm install --save-dev eslint eslint-plugin-no-unsanitized`, and with {file}:\n{NO_UNSANITIZED}"
        );
    }
    step
}

/// A step that runs in the component's directory.
pub(super) fn run_in(command: &str, component: &Component) -> String {
    let directory = &component.directory;
    let cd = if directory.is_root() { String::new() } else { format!("\n  working-directory: {}", quoted(directory.as_str())) };
    format!("{}{cd}", run(command))
}

/// Where and how the gating linter's security rules are switched on.
fn security_rules(finding: &Finding, component: &Component, all: &[View<'_>]) -> String {
    let gating = all.first().map(|view| view.tool.id.as_str());
    let configured = finding.places.first().map_or("", |evidence| evidence.place.path.as_str());
    let name = configured.rsplit('/').next().unwrap_or_default();
    let own = |known: &[&str], usual: &str| {
        if known.iter().any(|start| name.starts_with(start)) { configured.to_owned() } else { beside(component, usual) }
    };
    match (component.language.as_str(), gating) {
        ("python", Some("ruff")) if name == "pyproject.toml" => {
            format!("select Ruff's security rules, under `[tool.ruff.lint]` in {configured}:\nextend-select = [\"S\"]")
        }
        ("python", Some("ruff")) => {
            let file = own(&["ruff.toml", ".ruff.toml"], "ruff.toml");
            format!("select Ruff's security rules, under `[lint]` in {file}:\nextend-select = [\"S\"]")
        }
        ("python", _) => format!("add a step beside it:\n{}", run(&format!("pipx run bandit -r {}", directory(component)))),
        ("javascript", Some("eslint")) if name.starts_with(".eslintrc") || name == "package.json" => format!(
            "npm install --save-dev eslint-plugin-no-unsanitized, and in {configured}:\n\"extends\": [\"plugin:no-unsanitized/recommended-legacy\"]"
        ),
        ("javascript", Some("eslint")) => {
            let file = own(&["eslint.config."], "eslint.config.mjs");
            format!("npm install --save-dev eslint-plugin-no-unsanitized, and in {file}:\n{NO_UNSANITIZED}")
        }
        ("go", Some("golangci-lint")) => {
            let file = own(&[".golangci."], ".golangci.yml");
            format!("enable gosec in {file}:\nlinters:\n  enable:\n    - gosec")
        }
        ("go", _) => format!("add a step beside it:\n{}", run("go run github.com/securego/gosec/v2/cmd/gosec@latest ./...")),
        _ => "select the analyzer's security rules, or add one that has them".to_owned(),
    }
}

/// A flat configuration of ESLint with the rules that keep text from becoming markup.
const NO_UNSANITIZED: &str =
    "import nounsanitized from \"eslint-plugin-no-unsanitized\";\nexport default [nounsanitized.configs.recommended];";

/// A file in the component's directory.
fn beside(component: &Component, name: &str) -> String {
    component.directory.join(name).map_or_else(|| name.to_owned(), |path| path.to_string())
}

fn directory(component: &Component) -> String {
    if component.directory.is_root() { ".".to_owned() } else { word(component.directory.as_str()) }
}

/// The missing block of `.github/dependabot.yml` for one ecosystem, all its directories in one entry.
pub(super) fn dependabot_block(missing: &[&Uncovered], whole_file: bool) -> String {
    let mut out = String::new();
    if whole_file {
        out.push_str("version: 2\nupdates:\n");
    }
    let mut by_ecosystem: std::collections::BTreeMap<&str, Vec<String>> = std::collections::BTreeMap::new();
    for one in missing {
        let directory = format!("/{}", one.directory);
        let all = by_ecosystem.entry(&one.ecosystem).or_default();
        if !all.contains(&directory) {
            all.push(directory);
        }
    }
    for (ecosystem, directories) in by_ecosystem {
        out.push_str(&format!("  - package-ecosystem: {ecosystem}\n"));
        match directories.as_slice() {
            [one] => out.push_str(&format!("    directory: {}\n", quoted(one))),
            several => {
                out.push_str("    directories:\n");
                for directory in several {
                    out.push_str(&format!("      - {}\n", quoted(directory)));
                }
            }
        }
        out.push_str("    schedule:\n      interval: weekly\n");
    }
    out.trim_end().to_owned()
}

/// A YAML scalar that says exactly this text, on one line whatever is in it.
fn quoted(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    if plain {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if escape::is_steering(c) => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `run: …` with a command as one YAML scalar: plain where that is enough.
fn run(command: &str) -> String {
    let plain = !command.chars().any(escape::is_steering) && !command.contains(": ") && !command.contains(" #");
    if plain { format!("- run: {command}") } else { format!("- run: {}", quoted(command)) }
}

/// A path as one word of a shell that is no option.
pub(super) fn word(path: &str) -> String {
    let path = if path.starts_with('-') { format!("./{path}") } else { path.to_owned() };
    let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-@+,".contains(c));
    if plain { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}
