//! Owns what a step needs before it: what brings the programs that a new machine has not. Refuses to know any: the catalogue does.

use super::super::Bench;
use crate::catalog::program::Brought;
use crate::text::RepoPath;

/// A step for a workflow that is there, with what it needs before it; a job that has a program already, or calls it, needs it no more.
pub(super) fn with(step: &str, bench: &Bench<'_>) -> String {
    let [head, steps, tail] = parts(step);
    let workflows = bench.facts.pipelines.iter().filter(|one| one.system == "github-actions");
    let more = if workflows.count() == 0 { Vec::new() } else { lines(&steps, bench, |row| !is_there(row, bench)) };
    let all = head.into_iter().chain(more.iter().map(String::as_str)).chain(steps).chain(tail);
    all.collect::<Vec<_>>().join("\n")
}

/// What stands before the steps of a text, the steps, and what stands behind them.
pub(super) fn parts(step: &str) -> [Vec<&str>; 3] {
    let is_step = |line: &&str| line.starts_with("- ") || line.starts_with("  ");
    let head: Vec<&str> = step.lines().take_while(|line| !line.starts_with("- ")).collect();
    let steps: Vec<&str> = step.lines().skip(head.len()).take_while(is_step).collect();
    let tail = step.lines().skip(head.len() + steps.len()).collect();
    [head, steps, tail]
}

/// Whether some job uses an action that brings what a row does, or calls or installs it: then it has it, from wherever.
fn is_there(row: &Brought, bench: &Bench<'_>) -> bool {
    let texts = row.steps.lines().chain(row.steps_named.iter().flat_map(|steps| steps.lines()));
    let actions: Vec<&str> = texts.filter_map(|line| line.trim().strip_prefix("- uses: ")?.split('@').next()).collect();
    let used = |name: &str| actions.iter().any(|action| action.eq_ignore_ascii_case(name));
    let there = &bench.facts.trace.there;
    let mut programs = row.commands.iter().filter_map(|words| words.first());
    bench.facts.trace.actions.iter().any(|action| used(&action.call.name)) || programs.any(|name| there.contains(name))
}

/// The lines of the steps that bring what these steps call.
pub(super) fn before(steps: &[&str], bench: &Bench<'_>) -> Vec<String> {
    lines(steps, bench, |_| true)
}

fn lines(steps: &[&str], bench: &Bench<'_>, wanted: impl Fn(&Brought) -> bool) -> Vec<String> {
    let given = |key: &str| steps.iter().find_map(|line| line.trim_start().strip_prefix(key));
    let directory = given("working-directory: ").map(|text| text.trim_matches('"')).and_then(RepoPath::new).unwrap_or_default();
    let (mut lines, mut seen): (Vec<String>, Vec<Vec<&str>>) = (Vec::new(), Vec::new());
    for command in steps.iter().filter_map(|line| line.trim_start().strip_prefix("- run: ")).flat_map(commands) {
        for row in
            bench.catalog.programs.brought.iter().filter(|row| wanted(row) && is_needed(row, &command, &seen, &directory, bench))
        {
            let more = steps_of(row, &directory, bench);
            if !more.iter().all(|line| lines.contains(line)) {
                lines.extend(more);
            }
        }
        seen.push(command);
    }
    lines
}

/// The commands of a line, each as its words, without variables in front.
fn commands(line: &str) -> Vec<Vec<&str>> {
    line.trim_matches('"')
        .split(['&', ';', '|'])
        .map(|part| part.split_whitespace().skip_while(|word| word.contains('=')).collect::<Vec<_>>())
        .filter(|words| !words.is_empty())
        .collect()
}

/// Whether a command needs what a row brings, and no earlier one has installed it.
fn is_needed(row: &Brought, command: &[&str], earlier: &[Vec<&str>], directory: &RepoPath, bench: &Bench<'_>) -> bool {
    let begins = |words: &Vec<String>| words.len() <= command.len() && words.iter().zip(command).all(|(word, said)| word == said);
    let Some(program) = row.commands.iter().find(|words| begins(words)).and_then(|words| words.first()) else { return false };
    let installed = |words: &Vec<&str>| words.contains(&"install") && words.contains(&program.as_str());
    let lock = || bench.facts.locks.nearest(directory, "javascript");
    row.lock.as_deref().is_none_or(|wanted| lock() == Some(wanted)) && !earlier.iter().any(installed)
}

fn steps_of(row: &Brought, directory: &RepoPath, bench: &Bench<'_>) -> Vec<String> {
    let home = bench.facts.locks.nearest_in(directory, "javascript").map(|(home, _)| home);
    let manager = home.as_ref().and_then(|home| bench.facts.locks.manager(home));
    let named = row.steps_named.as_ref().filter(|_| row.named.is_some() && row.named.as_deref() == manager);
    let manifest = home.and_then(|home| home.join("package.json"));
    let manifest = manifest.map(|path| super::super::snippets::quoted(path.as_str())).unwrap_or_default();
    let text = named.map_or_else(|| row.steps.clone(), |steps| steps.replace("{manifest}", &manifest));
    text.trim().lines().map(str::to_owned).collect()
}
