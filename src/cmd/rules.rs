//! Owns `rules`: the catalogue as a list. Refuses to explain: `explain` does.

use serde_json::json;

use super::check::unknown_format;
use super::{Context, request};
use crate::catalog::{Catalog, Profile, Rule};
use crate::cli::RulesArgs;
use crate::error::Error;
use crate::report::RULES_FORMATS;
use crate::text::escape::{markdown, markdown_code};

/// Runs it.
pub(super) fn run(context: &Context, args: &RulesArgs) -> Result<u8, Error> {
    let catalog = Catalog::builtin();
    let name = request::profile(&args.profile, catalog)?;
    let profile = catalog.profile(&name);
    let mut rules: Vec<&Rule> = catalog.rules.iter().collect();
    rules.sort_by_key(|rule| (&rule.section, &rule.id));
    let text = match args.format.as_deref().unwrap_or("text") {
        "text" => text(&rules, profile, &name),
        "markdown" => table(&rules, profile, &name),
        "json" => document(&rules, profile, &name),
        other => return Err(unknown_format(other, &RULES_FORMATS)),
    };
    context.streams.print(text.as_bytes())?;
    Ok(0)
}

/// The severity of a rule in a profile.
pub(super) fn severity(rule: &Rule, profile: Option<&Profile>) -> String {
    match profile.and_then(|profile| profile.rules.get(&rule.id)).map(String::as_str) {
        Some("on") => rule.severity.word().to_owned(),
        Some(word) => word.to_owned(),
        None => "off".to_owned(),
    }
}

/// The names of a rule: `literal`, which takes the checklist word for word, shows those that its items had.
fn names<'r>(rule: &'r Rule, profile: &str) -> Vec<&'r str> {
    let older = rule.aliases.iter().filter(|_| profile == "literal");
    std::iter::once(&rule.id).chain(older).map(String::as_str).collect()
}

fn text(rules: &[&Rule], profile: Option<&Profile>, name: &str) -> String {
    let width = rules.iter().map(|rule| names(rule, name).join(", ").len()).max().unwrap_or(0);
    let mut out = String::new();
    let mut section = "";
    for rule in rules {
        if rule.section != section {
            if !section.is_empty() {
                out.push('\n');
            }
            section = &rule.section;
            out.push_str(&format!("{section}\n"));
        }
        out.push_str(&format!("  {:<width$}  {:<7}  {}\n", names(rule, name).join(", "), severity(rule, profile), rule.title));
    }
    out.push_str("\n`tollgate explain ID` tells more about one of them\n");
    out
}

fn table(rules: &[&Rule], profile: Option<&Profile>, name: &str) -> String {
    let mut out = String::from("| Rule | Severity | Section | What holds |\n| --- | --- | --- | --- |\n");
    for rule in rules {
        let ids: Vec<String> = names(rule, name).into_iter().map(markdown_code).collect();
        let row = [ids.join(", "), severity(rule, profile), markdown(&rule.section), markdown(&rule.title)];
        out.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    out
}

fn document(rules: &[&Rule], profile: Option<&Profile>, name: &str) -> String {
    let mut sorted = rules.to_vec();
    sorted.sort_by_key(|rule| &rule.id);
    let row = |rule: &&Rule| {
        json!({
            "id": rule.id, "aliases": rule.aliases, "section": rule.section, "severity": severity(rule, profile),
            "title": rule.title, "since": rule.since, "mapping": rule.mapping,
        })
    };
    let document = json!({
        "schema": 1,
        "tool": { "name": "tollgate", "version": env!("CARGO_PKG_VERSION"), "catalogue": Catalog::digest() },
        "profile": name,
        "rules": sorted.iter().map(row).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}
