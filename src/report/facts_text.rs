//! Owns `facts` for a reader: one paragraph for each kind of fact. Refuses verdicts.

use std::io::{self, Write};

use super::facts::{AnalyzerRow, FactsReport, InvocationRow};
use super::{View, clean};
use crate::facts::components::Scope;
use crate::facts::ladder::Rung;
use crate::facts::pipeline::Trigger;
use crate::text::RepoPath;

/// Writes the facts.
pub(super) fn write(facts: &FactsReport, view: &View, out: &mut dyn Write) -> io::Result<()> {
    for note in &facts.notes {
        writeln!(out, "note: {}", clean(note))?;
    }
    let found = [
        facts.components.len(),
        facts.pipelines.len(),
        facts.opaque.len(),
        facts.analyzers.len(),
        facts.dependency_bots.len(),
        facts.dependencies_uncovered.len(),
        facts.api_descriptions.len(),
        facts.release_tags.len(),
    ];
    if found.iter().all(|count| *count == 0) {
        return writeln!(out, "no code, no CI, no manifests and no releases were found");
    }
    let components = facts.components.iter().map(|row| {
        let manifest = row.manifest.as_ref().map(|path| format!(" ({})", clean(path.as_str()))).unwrap_or_default();
        format!("{} in {}{manifest}{}", clean(&row.language), directory(&row.directory), scope(row.scope))
    });
    list("components", components, out)?;
    let pipelines = facts.pipelines.iter().map(|row| {
        let triggers: Vec<String> = row.triggers.iter().map(|trigger| word(*trigger)).collect();
        format!("{} ({}): {}", clean(row.path.as_str()), clean(&row.system), triggers.join(", "))
    });
    list("pipelines", pipelines, out)?;
    list("not looked into", facts.opaque.iter().map(|row| at(&row.path, row.line, &row.why)), out)?;
    if !facts.analyzers.is_empty() {
        writeln!(out, "analyzers")?;
        for row in &facts.analyzers {
            analyzer(row, view, out)?;
        }
        writeln!(out)?;
    }
    let bots = facts.dependency_bots.iter().map(|row| {
        let state = match &row.inactive_because {
            Some(why) => format!("inactive, {}", clean(why)),
            None => {
                format!("covers {}", super::counted(row.covers.len(), "manifest directory").replace("directorys", "directories"))
            }
        };
        format!("{} ({}): {state}", clean(&row.bot), clean(row.path.as_str()))
    });
    list("dependency bots", bots, out)?;
    let uncovered = facts.dependencies_uncovered.iter().map(|row| {
        format!("{} in {}: {}{}", clean(&row.ecosystem), directory(&row.directory), clean(&row.why), scope(row.scope))
    });
    list("dependencies no bot covers", uncovered, out)?;
    let api = facts.api_descriptions.iter().map(|row| {
        let version = row.version.as_ref().map(|version| format!(" {}", clean(version))).unwrap_or_default();
        format!("{}{version}{}", clean(row.path.as_str()), if row.valid { "" } else { ", not valid" })
    });
    list("API descriptions", api, out)?;
    let tags = facts.release_tags.iter().take(if view.all || view.verbose { usize::MAX } else { 5 });
    let kind = |annotated: bool| if annotated { "annotated" } else { "lightweight" };
    let tags = tags.map(|row| format!("{}: {}, signature {}", clean(&row.name), kind(row.annotated), clean(&row.signature)));
    list("release tags", tags, out)
}

fn list(title: &str, rows: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<String> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "{title}")?;
    for row in rows {
        writeln!(out, "  {row}")?;
    }
    writeln!(out)
}

fn analyzer(row: &AnalyzerRow, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let security = match row.security_rules {
        Some(true) => ", security rules on",
        Some(false) => "",
        None => ", security rules unknown",
    };
    writeln!(out, "  {} ({}): {}{}{security}", clean(&row.tool), clean(&row.language), row.rung.word(), may(row.may_be))?;
    let shown = if view.all || view.verbose { usize::MAX } else { 1 };
    for invocation in row.invocations.iter().take(shown) {
        invocation_lines(invocation, out)?;
    }
    Ok(())
}

fn invocation_lines(row: &InvocationRow, out: &mut dyn Write) -> io::Result<()> {
    let hops: Vec<String> =
        row.chain.iter().map(|hop| format!("{}:{} `{}`", clean(hop.path.as_str()), hop.line, clean(&hop.text))).collect();
    writeln!(out, "    {}: {}", row.rung.word(), hops.join(" -> "))?;
    for hold in &row.held_by {
        writeln!(out, "      held by {}", at(&hold.path, hold.line, &hold.why))?;
    }
    Ok(())
}

pub(super) fn may(rung: Option<Rung>) -> String {
    rung.map(|rung| format!(", may be {}", rung.word())).unwrap_or_default()
}

fn at(path: &RepoPath, line: usize, why: &str) -> String {
    format!("{}:{line}: {}", clean(path.as_str()), clean(why))
}

pub(super) fn directory(path: &RepoPath) -> String {
    if path.is_root() { "the root".to_owned() } else { clean(path.as_str()).into_owned() }
}

pub(super) fn scope(scope: Scope) -> &'static str {
    if scope == Scope::Development { ", development" } else { "" }
}

pub(super) fn word(trigger: Trigger) -> String {
    serde_json::to_value(trigger).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
