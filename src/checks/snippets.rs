//! Owns the pieces that fixes are made of: steps, entries, words and scalars that can be pasted as they are. Refuses to say
//! which fix fits.

use super::Bench;
use crate::facts::bots::Uncovered;
use crate::facts::components::Component;
use crate::text::{RepoPath, escape};

/// A step that runs in the component's directory.
pub(super) fn run_in(command: &str, component: &Component) -> String {
    run_at(command, &component.directory)
}

/// A step that runs in a directory.
pub(super) fn run_at(command: &str, directory: &RepoPath) -> String {
    let cd = if directory.is_root() {
        String::new()
    } else {
        format!("\n  working-directory: {}", quoted(&no_expression(directory.as_str())))
    };
    format!("{}{cd}", run(command))
}

/// A file in the component's directory.
pub(super) fn beside(component: &Component, name: &str) -> String {
    component.directory.join(name).map_or_else(|| name.to_owned(), |path| path.to_string())
}

pub(super) fn directory(component: &Component) -> String {
    if component.directory.is_root() { ".".to_owned() } else { word(component.directory.as_str()) }
}

/// What to add so that somebody updates all that is missing: entries of Dependabot below `head`, and another bot for what it does
/// not know.
pub(super) fn entries(bench: &Bench<'_>, head: &str, missing: &[&Uncovered], whole_file: bool) -> String {
    let known = |ecosystem: &str| bench.catalog.bots.iter().any(|bot| bot.id == "dependabot" && bot.looks_at(ecosystem));
    let (its, other): (Vec<&Uncovered>, Vec<&Uncovered>) = missing.iter().copied().partition(|gap| known(&gap.ecosystem));
    let mut told = Vec::new();
    if !its.is_empty() {
        told.push(format!("{head}\n{}", dependabot_block(&its, whole_file)));
    }
    let mut names: Vec<&str> = other.iter().map(|gap| gap.ecosystem.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let bot = bench.catalog.bots.iter().find(|bot| bot.id == "renovate" && bot.looks_at(name));
        let file = "add renovate.json:\n{ \"extends\": [\"config:recommended\"] }";
        told.extend(bot.map(|bot| format!("let {} update {name}, which Dependabot does not know; {file}", bot.title)));
    }
    told.join("\n")
}

/// The missing block of `.github/dependabot.yml` for one ecosystem, all its directories in one entry.
fn dependabot_block(missing: &[&Uncovered], whole_file: bool) -> String {
    let mut out = String::new();
    if whole_file {
        out.push_str("version: 2\nupdates:\n");
    }
    let mut by_ecosystem: std::collections::BTreeMap<&str, Vec<String>> = std::collections::BTreeMap::new();
    // A root that is read with its projects has one entry for all of them.
    let there = |one: &Uncovered, root: &RepoPath| {
        missing.iter().any(|other| other.ecosystem == one.ecosystem && other.directory == *root)
    };
    for one in missing.iter().filter(|one| !one.served_from.iter().any(|root| there(one, root))) {
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

/// A TOML string that says exactly this text.
pub(super) fn text(text: &str) -> String {
    let quoted = quoted(text);
    if quoted.starts_with('"') { quoted } else { format!("\"{quoted}\"") }
}

/// A YAML scalar that says exactly this text, on one line whatever is in it.
pub(super) fn quoted(text: &str) -> String {
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
pub(super) fn run(command: &str) -> String {
    let plain = !command.chars().any(escape::is_steering) && !command.contains(": ") && !command.contains(" #");
    if plain { format!("- run: {command}") } else { format!("- run: {}", quoted(command)) }
}

/// A text as a workflow says it: GitHub fills expressions in before anything quotes them, in a name of the repository too.
fn no_expression(text: &str) -> String {
    text.replace("${{", "${{ '${{' }}")
}

/// A path as one word of a shell in a workflow that is no option.
pub(super) fn word(path: &str) -> String {
    let path = if path.starts_with('-') { format!("./{path}") } else { path.to_owned() };
    let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-@+,".contains(c));
    if plain { path } else { no_expression(&format!("'{}'", path.replace('\'', "'\\''"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_code_where_they_are_pasted() {
        let rows = [
            ("src/app", "src/app"),
            ("-r", "./-r"),
            ("it's", "'it'\\''s'"),
            ("$(id)", "'$(id)'"),
            ("j${{ github.event.issue.title }}", "'j${{ '${{' }} github.event.issue.title }}'"),
        ];
        for (path, said) in rows {
            assert_eq!(word(path), said);
        }
    }
}
