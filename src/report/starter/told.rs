//! Owns what `init` prints: what was found, in the manner of `facts`, then each file and what became of it. Refuses verdicts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::workflows::is_plain;
use super::{Action, Planned, Starter, policy};
use crate::report::facts::AnalyzerRow;
use crate::report::facts_text::{directory, may, scope, word};
use crate::report::{clean, counted};

/// A file, and what is or was at its place.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The file.
    pub file: Planned,
    /// Its place.
    pub place: Place,
}

/// What is at the place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing.
    Free,
    /// The file: it was written by this run.
    Written,
    /// Exactly this text.
    Same,
    /// A file with another text.
    Taken,
    /// Something that keeps a file from being written, as a clause.
    Barred(String),
}

/// Keys that are told one by one.
const KEYS: usize = 5;

impl Starter {
    /// Everything that `init` says.
    #[must_use]
    pub fn told(&self, placed: &[Placed], action: &Action) -> String {
        let mut out = String::new();
        for note in &self.facts.notes {
            line(&mut out, format_args!("note: {}", clean(note)));
        }
        self.found(&mut out);
        for one in placed {
            file(one, &mut out);
        }
        if let Some(held) = &self.owners {
            let lines = self.owner_lines();
            let add = if lines.is_empty() { "" } else { "; add at its end:" };
            line(&mut out, format_args!("{}: is there and left alone{add}", clean(held.path.as_str())));
            lines.iter().for_each(|text| line(&mut out, format_args!("  {}", clean(text))));
            out.push('\n');
        }
        self.next(placed, action, &mut out);
        out
    }

    fn found(&self, out: &mut String) {
        let facts = &self.facts;
        section(
            "components",
            facts
                .components
                .iter()
                .map(|row| format!("{} in {}{}", clean(&row.language), directory(&row.directory), scope(row.scope))),
            out,
        );
        let pipelines = facts.pipelines.iter().map(|row| {
            let triggers: Vec<String> = row.triggers.iter().map(|trigger| word(*trigger)).collect();
            format!("{} ({}): {}", clean(row.path.as_str()), clean(&row.system), triggers.join(", "))
        });
        section("pipelines", pipelines, out);
        section("analyzers", best(&facts.analyzers).into_iter(), out);
        let bots = facts.dependency_bots.iter().map(|row| {
            let state = row.inactive_because.as_ref().map(|why| format!(", inactive: {}", clean(why))).unwrap_or_default();
            format!("{} ({}){state}", clean(&row.bot), clean(row.path.as_str()))
        });
        section("dependency bots", bots, out);
        section("release tags", std::iter::once(self.releases()).chain(self.keys()), out);
        let branch = self
            .branch
            .as_ref()
            .map_or_else(|| "not known: `main` and `master` both count".to_owned(), |name| clean(name).into_owned());
        section("default branch", std::iter::once(branch), out);
        let owners = self.owners.as_ref().map_or_else(|| "none".to_owned(), |held| clean(held.path.as_str()).into_owned());
        section("code owners", std::iter::once(owners), out);
        section("policy", std::iter::once(if self.policy { "is there" } else { "none" }.to_owned()), out);
    }

    /// How many, and how many of them carry a signature of which kind.
    fn releases(&self) -> String {
        let tags = &self.facts.release_tags;
        if tags.is_empty() {
            return "none".to_owned();
        }
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for row in tags.iter().filter(|row| row.signature != "none") {
            *kinds.entry(row.signature.as_str()).or_default() += 1;
        }
        let signed = match kinds.is_empty() {
            true => "none signed".to_owned(),
            false => {
                let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {}", clean(kind))).collect();
                format!("signed: {}", kinds.join(", "))
            }
        };
        format!("{}, {signed}", counted(tags.len(), "release"))
    }

    fn keys(&self) -> impl Iterator<Item = String> {
        let more = self.makers.len().saturating_sub(KEYS);
        let shown = self.makers.iter().take(KEYS).map(|(maker, release)| policy::key(maker, release));
        shown.chain((more > 0).then(|| format!("and {}", counted(more, "more key"))))
    }

    fn next(&self, placed: &[Placed], action: &Action, out: &mut String) {
        let written = placed.iter().any(|one| one.place == Place::Written);
        let free = placed.iter().any(|one| one.place == Place::Free);
        let unpushed = self.branch.as_deref().is_some_and(|name| !is_plain(name));
        if unpushed {
            line(
                out,
                format_args!(
                    "note: the default branch's name has letters that are patterns elsewhere, so that pushes to it start no workflow"
                ),
            );
        }
        if written {
            line(
                out,
                format_args!(
                    "next: commit these on a branch and open a pull request: what the base has already does not close its gate"
                ),
            );
            line(out, format_args!("next: require the check `tollgate` on the default branch, and the review of code owners"));
        } else if free && action.is_unnamed() {
            line(
                out,
                format_args!(
                    "next: `tollgate init --write --action {action}`: where tollgate is published as an action, at which commit"
                ),
            );
        } else if free {
            line(out, format_args!("next: `tollgate init --write` writes the new files"));
        } else {
            line(out, format_args!("nothing to write"));
        }
        if self.makers.is_empty() && self.facts.release_tags.is_empty() {
            return;
        }
        line(out, format_args!("next: name who may sign releases: `tollgate keys add NAME --ssh FILE` or `--pgp FILE`"));
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // A text takes everything.
    let _ = writeln!(out, "{text}");
}

fn section(title: &str, rows: impl Iterator<Item = String>, out: &mut String) {
    let mut rows: Vec<String> = rows.collect();
    if rows.is_empty() {
        rows.push("none".to_owned());
    }
    line(out, format_args!("{title}"));
    rows.iter().for_each(|row| line(out, format_args!("  {row}")));
    out.push('\n');
}

/// For each language the tool that stands highest; of equals one with security rules, then the first by name.
fn best(rows: &[AnalyzerRow]) -> Vec<String> {
    let mut best: BTreeMap<&str, &AnalyzerRow> = BTreeMap::new();
    for row in rows {
        let higher = |held: &&AnalyzerRow| (row.rung, row.security_rules) > (held.rung, held.security_rules);
        if best.get(row.language.as_str()).is_none_or(higher) {
            best.insert(&row.language, row);
        }
    }
    let told =
        |row: &AnalyzerRow| format!("{}: {} {}{}", clean(&row.language), clean(&row.tool), row.rung.word(), may(row.may_be));
    best.into_values().map(told).collect()
}

fn file(one: &Placed, out: &mut String) {
    let path = clean(one.file.path);
    let shown = match &one.place {
        Place::Free => {
            line(out, format_args!("{path}: new"));
            true
        }
        Place::Written => {
            line(out, format_args!("{path}: written, {}", counted(one.file.text.lines().count(), "line")));
            false
        }
        Place::Same => {
            line(out, format_args!("{path}: is there already, just so"));
            false
        }
        Place::Taken => {
            line(out, format_args!("{path}: is there and left alone; what it would be, to add by hand what is missing:"));
            true
        }
        Place::Barred(why) => {
            line(out, format_args!("{path}: cannot be written: {}; it would be:", clean(why)));
            true
        }
    };
    if shown {
        one.file.text.lines().for_each(|text| line(out, format_args!("  {}", clean(text))));
    }
    out.push('\n');
}
