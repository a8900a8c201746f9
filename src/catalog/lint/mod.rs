//! Owns the linter of the catalogue: what the types cannot say about the files under `rules/`, each problem with file and
//! line. Refuses to know any check or reader by name: who has their rosters passes the names in.

mod bots;
mod commands;
mod examples;
mod launchers;
mod page;
mod programs;
mod rules;
mod tools;

#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;

use self::page::Page;
use super::{
    Bot, Commands, Exporter, Frameworks, Languages, Launchers, Plain, Profile, Programs, Releasing, Rule, Runners, Sentences,
    Tool, Words,
};

/// Names that live to the right of the catalogue: the linter is told them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'k> {
    /// Readers of tools' configuration.
    pub tool_readers: &'k [&'k str],
    /// Readers of bots' configuration.
    pub bot_readers: &'k [&'k str],
    /// Kinds of question.
    pub kinds: &'k [&'k str],
    /// Rules that answer no sentence of the checklist because they guard the gate itself.
    pub guards: &'k [&'k str],
}

/// What is wrong with the built-in catalogue, as `rules/<file>:<line>: <problem>`, sorted; empty when nothing is.
#[must_use]
pub fn lint(known: &Known<'_>) -> Vec<String> {
    lint_files(super::sources(), known)
}

/// Lints files given as (name below `rules/`, text).
fn lint_files(files: &[(&str, &str)], known: &Known<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    let mut pages = Vec::new();
    for (name, text) in files {
        match Page::read(name, text) {
            Ok(page) => pages.push(page),
            Err(problem) => problems.push(problem),
        }
    }
    let shelf = Shelf { pages: &pages, known };
    for page in &pages {
        shelf.shape(page, &mut problems);
        page.named_by_its_file(&mut problems);
        match page.folder() {
            "tools" => tools::lint(page, &shelf, &mut problems),
            "bots" => bots::lint(page, &shelf, &mut problems),
            "checklist" => rules::lint(page, &shelf, &mut problems),
            "openapi" => {
                page.verified(&mut problems);
                examples::of_a_generator(page, &mut problems);
            }
            "" if page.stem() == "commands" => commands::lint(page, &mut problems),
            "" if page.stem() == "launchers" => launchers::lint(page, &mut problems),
            "" if page.stem() == "programs" => programs::lint(page, &mut problems),
            _ => {}
        }
    }
    rules::sentences(&shelf, &mut problems);
    problems.sort_by_key(|problem| page::sort_key(problem));
    problems.dedup();
    problems
}

/// All pages, and what is known outside them.
struct Shelf<'s> {
    pages: &'s [Page],
    known: &'s Known<'s>,
}

impl<'s> Shelf<'s> {
    fn folder(&self, folder: &str) -> impl Iterator<Item = &'s Page> {
        self.pages.iter().filter(move |page| page.folder() == folder)
    }

    fn page(&self, name: &str) -> Option<&'s Page> {
        self.pages.iter().find(|page| page.name == name)
    }

    fn has_tool(&self, id: &str) -> bool {
        self.folder("tools").any(|page| page.stem() == id)
    }

    fn has_rule(&self, id: &str) -> bool {
        self.folder("checklist").any(|page| page.stem() == id)
    }

    /// Whether `rules/languages.toml` lists it; without that page nothing can be said.
    fn has_language(&self, id: &str) -> bool {
        self.page("languages.toml").is_none_or(|page| page.rows("language").any(|row| page::text(row, "id") == Some(id)))
    }

    /// Unknown keys, missing keys and unknown words: what the types refuse, with the line of the offending word.
    fn shape(&self, page: &Page, problems: &mut Vec<String>) {
        let refusal = match (page.folder(), page.name.as_str()) {
            ("tools", _) => fits::<Tool>(page),
            ("bots", _) => fits::<Bot>(page),
            ("checklist", _) => fits::<Rule>(page),
            ("openapi", _) => fits::<Exporter>(page),
            ("profiles", _) => fits::<Profile>(page),
            (_, "languages.toml") => fits::<Languages>(page),
            (_, "frameworks.toml") => fits::<Frameworks>(page),
            (_, "runners.toml") => fits::<Runners>(page),
            (_, "launchers.toml") => fits::<Launchers>(page),
            (_, "releasing.toml") => fits::<Releasing>(page),
            (_, "words.toml") => fits::<Words>(page),
            (_, "plain.toml") => fits::<Plain>(page),
            (_, "commands.toml") => fits::<Commands>(page),
            (_, "programs.toml") => fits::<Programs>(page),
            (_, "sentences.toml") => fits::<Sentences>(page),
            _ => Some("no part of the catalogue has this name".to_owned()),
        };
        if let Some(refusal) = refusal {
            let line = page.line_of_refusal(&refusal);
            problems.push(page.problem(line, &refusal));
        }
    }
}

fn fits<T: DeserializeOwned>(page: &Page) -> Option<String> {
    // From text, as the catalogue itself is read: a second kind of reader would double the code of every entry's type.
    let refusal = serde_json::from_str::<T>(&page.table().to_string()).err()?;
    let place = format!(" at line {} column {}", refusal.line(), refusal.column());
    let said = refusal.to_string();
    Some(said.strip_suffix(&place).unwrap_or(&said).to_owned())
}
