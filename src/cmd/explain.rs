//! Owns `explain`: a rule, a tool, a bot or a generator from its data, ending with what a bug report needs. Refuses repository text.

use super::rules::severity;
use super::{Context, explain_tool};
use crate::catalog::language::Exporter;
use crate::catalog::{Catalog, Rule, examples};
use crate::cli::ExplainArgs;
use crate::error::Error;
use crate::terms::nearest;

/// Runs it.
pub(super) fn run(context: &Context, args: &ExplainArgs) -> Result<u8, Error> {
    let catalog = Catalog::builtin();
    let id = args.id.as_str();
    // A product may be a tool and a bot: all that has the name is told.
    let parts: Vec<(String, String)> = [
        catalog.rule(id).map(|rule| (explain_rule(rule, catalog), format!("rule {}", rule.id))),
        catalog.tool(id).map(|tool| (explain_tool::tool(tool), format!("tool {}", tool.id))),
        catalog.bot(id).map(|bot| (explain_tool::bot(bot), format!("bot {}", bot.id))),
        exporter(id, catalog).map(|exporter| (explain_tool::exporter(exporter), format!("generator {}", exporter.id))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        return Err(unknown(id, catalog));
    }
    let (texts, names): (Vec<String>, Vec<String>) = parts.into_iter().unzip();
    context.streams.print(format!("{}\n{}", texts.join("\n"), bug_report(&names.join(", "))).as_bytes())?;
    Ok(0)
}

/// What makes an OpenAPI document out of code.
fn exporter<'c>(id: &str, catalog: &'c Catalog) -> Option<&'c Exporter> {
    catalog.exporters.iter().find(|exporter| exporter.id == id)
}

fn unknown(id: &str, catalog: &Catalog) -> Error {
    let rules = catalog.rules.iter().flat_map(|rule| std::iter::once(&rule.id).chain(&rule.aliases));
    let all = rules
        .chain(catalog.tools.iter().map(|tool| &tool.id))
        .chain(catalog.bots.iter().map(|bot| &bot.id))
        .chain(catalog.exporters.iter().map(|exporter| &exporter.id));
    let hint = match nearest::nearest(id, all.map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`tollgate rules` lists the rules".to_owned(),
    };
    Error::usage(format!("there is no rule, tool, bot or generator `{id}`")).hint(hint)
}

fn explain_rule(rule: &Rule, catalog: &Catalog) -> String {
    let mut out = format!("{}: {}\n\n", rule.id, rule.title);
    out.push_str(&format!("section     {}\n", rule.section));
    for profile in catalog.profiles.iter() {
        out.push_str(&format!("{:<11} {}\n", profile.id, severity(rule, Some(profile))));
    }
    out.push_str(&format!("since       {}\n", rule.since));
    if !rule.aliases.is_empty() {
        out.push_str(&format!("also called {}\n", rule.aliases.join(", ")));
    }
    for (catalogue, ids) in &rule.mapping {
        out.push_str(&format!("{catalogue:<11} {}\n", ids.join(", ")));
    }
    out.push_str(&format!("\nWhy\n{}\n\nWhat to do\n{}\n", indent(&rule.text.why), indent(&rule.text.fix)));
    if let Some(literal) = &rule.text.literal {
        out.push_str(&format!("\nIn the literal profile\n{}\n", indent(literal)));
    }
    let sentences = catalog.sentences.sentence.iter().filter(|sentence| sentence.rules.contains(&rule.id));
    let lines: Vec<String> = sentences.map(|sentence| format!("  {}. {}\n", sentence.number, sentence.words)).collect();
    if !lines.is_empty() {
        out.push_str(&format!("\nAnswers these sentences of the checklist\n{}", lines.concat()));
    }
    out.push_str("\nWhat is asked\n");
    for (key, value) in &rule.check {
        out.push_str(&format!("  {key}: {}\n", plain(value)));
    }
    out.push_str(&explained_examples(&format!("checklist/{}.toml", rule.id)));
    out
}

/// Names, verdicts and files of a file's examples.
pub(super) fn explained_examples(file: &str) -> String {
    let all = examples();
    let Some(list) = all.get(file).and_then(|value| value.as_array()).filter(|list| !list.is_empty()) else {
        return String::new();
    };
    let mut out = String::from("\nExamples\n");
    for example in list {
        let name = example.get("name").and_then(|name| name.as_str()).unwrap_or("an example");
        let expect = example.get("expect").map(plain).unwrap_or_default();
        let at = example.get("at").and_then(|at| at.as_str()).map(|at| format!(" at {at}")).unwrap_or_default();
        out.push_str(&format!("  {name}: {expect}{at}\n"));
        for (path, text) in example.get("files").and_then(|files| files.as_object()).into_iter().flatten() {
            out.push_str(&format!("    {path}\n"));
            for line in text.as_str().unwrap_or("").trim_matches('\n').lines() {
                out.push_str(format!("      {line}").trim_end());
                out.push('\n');
            }
        }
    }
    out
}

/// A value of a data file in words.
pub(super) fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        serde_json::Value::Object(map) => {
            map.iter().map(|(key, value)| format!("{key} = {}", plain(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn indent(text: &str) -> String {
    text.trim().lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn bug_report(what: &str) -> String {
    format!(
        "Wrong about your repository? Paste this into a report, and fill in the shape of the chain; no text of the repository is needed:\n  \
         tollgate {}, catalogue {}\n  {what}\n  chain: <trigger> -> <kind of file> -> <kind of command> (what was said, what is true)\n",
        env!("CARGO_PKG_VERSION"),
        Catalog::digest()
    )
}
