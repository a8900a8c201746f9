//! Owns the step that runs what people type: in its directory, behind what brings the programs that a new machine has not.
//! Refuses to choose the command.

use super::super::Bench;
use super::super::eslint_fix;
use super::super::snippets::run_at;
use crate::catalog::Tool;
use crate::facts::components::{Component, ManifestFact};
use crate::facts::invocations::ByHand;
use crate::facts::ladder::RankedInvocation;
use crate::text::RepoPath;

/// The step; `run` is what the command comes to.
pub(super) fn step(typed: &ByHand, run: &RankedInvocation, tool: &Tool, component: &Component, bench: &Bench<'_>) -> String {
    let mut before = Vec::new();
    let mut command = typed.command.clone();
    // GitHub's machines have make, npm and pipx, and none of these.
    match command.split(' ').next() {
        Some("tox" | "nox") => return run_at(&format!("pipx run {command}"), &typed.directory),
        Some("just") => before.push("pipx install rust-just".to_owned()),
        _ => {}
    }
    match component.language.as_str() {
        "javascript" if has_manifest(&typed.directory, bench) => {
            before.push(eslint_fix::locked_at(&typed.directory, bench).to_owned());
        }
        "python" => {
            let (install, environment) = python(typed, run, tool, bench);
            before.extend(install);
            command = format!("{environment}{command}");
        }
        _ => {}
    }
    before.push(command);
    run_at(&before.join(" && "), &typed.directory)
}

fn has_manifest(directory: &RepoPath, bench: &Bench<'_>) -> bool {
    let here = |one: &ManifestFact| one.language.as_deref() == Some("javascript") && one.path.parent() == *directory;
    bench.facts.inventory.manifests.iter().any(here)
}

/// What is run may be started by a manager, which then is to be brought; else the lock says which environment has the tool.
/// What to install, and what to start the command with.
fn python(typed: &ByHand, run: &RankedInvocation, tool: &Tool, bench: &Bench<'_>) -> (Option<String>, &'static str) {
    let last = run.chain.last().map(|hop| hop.text.trim_start_matches(['@', '-', '+']).trim_start()).unwrap_or_default();
    let program = last.split(' ').next().unwrap_or_default();
    let packages = tool.packages.get("pypi").map(Vec::as_slice).unwrap_or_default();
    let declared = bench.facts.dependencies.iter().any(|dependency| packages.contains(&dependency.name));
    let lock = bench.facts.locks.nearest(&typed.directory, "python").filter(|_| declared);
    let called = tool.run.iter().filter_map(|row| row.argv.as_ref()?.first()).any(|name| name == program);
    match (program, lock) {
        ("uv" | "uvx", _) => (Some("pipx install uv".to_owned()), ""),
        ("poetry", _) => (Some("pipx install poetry && poetry install".to_owned()), ""),
        (_, Some("uv.lock")) => (Some("pipx install uv".to_owned()), "uv run "),
        (_, Some("poetry.lock")) => (Some("pipx install poetry && poetry install".to_owned()), "poetry run "),
        _ => (packages.first().filter(|_| called).map(|package| format!("pipx install {package}")), ""),
    }
}
