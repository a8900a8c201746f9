//! Owns the question "does a live bot keep every dependency up to date?". Refuses history: only files decide.

mod absent;
mod ecosystem;
mod words;

use serde::Deserialize;

use super::{Bench, Check, question, snippets};
use crate::catalog::{Rule, Severity};
use crate::facts::bots::Uncovered;
use crate::facts::components::Scope;
use crate::finding::{Evidence, Finding, Verdict};
use crate::text::Place;

/// The question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// Ecosystems whose gaps are warnings, whatever the rule's severity.
    #[serde(default)]
    warnings: Vec<String>,
    /// Ecosystems whose gaps are only listed.
    #[serde(default)]
    notices: Vec<String>,
}

impl Question {
    /// How little a gap of the ecosystem weighs.
    fn weight(&self, ecosystem: &str) -> u8 {
        let listed = |list: &[String]| list.iter().any(|name| name == ecosystem);
        if listed(&self.notices) { 2 } else { u8::from(listed(&self.warnings)) }
    }
}

/// The check.
pub(super) struct BotCoverage;

impl Check for BotCoverage {
    fn kind(&self) -> &'static str {
        "bot-coverage"
    }

    fn accepts(&self, rule: &Rule) -> Result<(), String> {
        question::<Question>(rule).map(|_| ())
    }

    fn run(&self, rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
        let Ok(question) = question::<Question>(rule) else { return Vec::new() };
        let facts = bench.facts;
        if !facts.inventory.manifests.iter().any(|manifest| manifest.updatable) {
            let message = "no manifest with a dependency was found";
            return vec![Finding::new(rule, "repository", Verdict::NotApplicable, message).cause("no-manifest")];
        }
        let mut findings = broken_files(rule, bench);
        if let Some(external) = bench.terms.external_bots.first() {
            findings.push(
                Finding::new(
                    rule,
                    "repository",
                    Verdict::Declared,
                    format!("{external} is declared to run from outside this repository"),
                )
                .cause("declared"),
            );
            return findings;
        }
        // A file that is refused leaves everything to nobody: that is one finding, and mending the file is its remedy.
        let idle = idle(bench);
        if let Some(broken) = findings.iter_mut().find(|finding| {
            idle && facts.bots.iter().any(|bot| {
                !bot.active && bot.path.as_str() == finding.subject && bot.inactive_because.as_deref() != Some("retired")
            })
        }) {
            for gap in facts.uncovered.iter().filter(|gap| gap.may_be.is_none() && gap.scope == Scope::Production) {
                broken
                    .places
                    .push(Evidence::new(Place::file(gap.manifest.clone()), format!("nobody updates this ({})", gap.ecosystem)));
            }
            return findings;
        }
        if idle {
            findings.extend(absent::no_bot(rule, &question, bench));
            findings.extend(
                ecosystem::by_ecosystem(rule, &question, bench).into_iter().filter(|finding| finding.verdict == Verdict::Unknown),
            );
            return findings;
        }
        findings.extend(ecosystem::by_ecosystem(rule, &question, bench));
        findings
    }
}

/// Whether no bot acts on anything: all gaps have the reason that there is none, or that it is halted.
fn idle(bench: &Bench<'_>) -> bool {
    let facts = bench.facts;
    let covers = facts.bots.iter().any(|bot| bot.active && !bot.covers.is_empty());
    let certain = |gap: &&Uncovered| gap.may_be.is_none();
    !covers
        && facts.uncovered.iter().filter(certain).all(|gap| matches!(gap.why, "no-bot" | "disabled") && gap.remedy.is_none())
        && !facts.bots.iter().any(|bot| bot.active)
}

/// What the service would reject, or what has no effect, at its line.
fn broken_files(rule: &Rule, bench: &Bench<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for bot in bench.facts.bots.iter() {
        if bot.inactive_because.as_deref() == Some("retired") {
            continue;
        }
        let mut problems = bot.problems.iter();
        let Some(first) = problems.find(|problem| problem.fatal) else { continue };
        let title = title(bench, &bot.bot);
        let message = match first.code {
            "missing-directory" => format!("an entry of {title} does nothing: {}", first.message),
            "stale-directory" => {
                format!("a directory that an entry of {title} names beside others holds nothing: {}", first.message)
            }
            _ => format!("{title} does not act on this file as written: {}", first.message),
        };
        let mut finding = Finding::new(rule, bot.path.as_str(), Verdict::Fail, message).cause(first.code);
        finding.places.push(Evidence::new(first.place.clone(), first.message.clone()));
        finding.places.extend(
            problems.filter(|problem| problem.fatal).map(|problem| Evidence::new(problem.place.clone(), problem.message.clone())),
        );
        let (path, line) = (&first.place.path, first.place.line);
        let mend = || format!("mend {path}:{line} ({}): as long as {title} refuses the file, it updates nothing", first.message);
        let empty = bot.problems.iter().any(|problem| problem.fatal && problem.code == "no-updates");
        finding.fix = match whole(bench).filter(|_| empty && bot.bot == "dependabot") {
            Some(missing) => Some(snippets::entries(bench, &format!("let {} say:", bot.path), &missing, true)),
            None => Some(first.fix.clone().unwrap_or_else(mend)),
        };
        // An entry left over from a directory that is gone leaves nothing old, where all there is has a bot; one that still works for
        // its other directories leaves nothing old at all.
        let only =
            |codes: &[&str]| bot.active && bot.problems.iter().all(|problem| !problem.fatal || codes.contains(&problem.code));
        let up_to_date = || !bench.facts.uncovered.iter().any(|gap| gap.scope == Scope::Production && gap.why != "limit-0");
        if only(&["stale-directory"]) || (only(&["missing-directory", "stale-directory"]) && up_to_date()) {
            finding = finding.severity(Severity::Warning.min(rule.severity));
        }
        findings.push(finding);
    }
    findings
}

/// Everything that nobody updates, where there is anything.
fn whole<'b>(bench: &Bench<'b>) -> Option<Vec<&'b Uncovered>> {
    let missing: Vec<&Uncovered> = bench.facts.uncovered.iter().filter(|gap| gap.may_be.is_none()).collect();
    (!missing.is_empty()).then_some(missing)
}

/// A bot's name as people write it.
fn title<'b>(bench: &'b Bench<'_>, id: &'b str) -> &'b str {
    bench.catalog.bots.iter().find(|bot| bot.id == id).map_or(id, |bot| bot.title.as_str())
}

/// Languages have the rule's severity, what is around them less.
fn lower(finding: &mut Finding, rule: &Rule, weight: u8) {
    match weight {
        0 => {}
        1 => finding.severity = Severity::Warning.min(rule.severity),
        _ => finding.severity = Severity::Notice,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::facts::gather;
    use crate::snapshot::Snapshot;
    use crate::terms::Terms;

    /// Subject, verdict and severity of each finding that holds or fails.
    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
        let (catalog, terms) = (Catalog::builtin(), Terms::default());
        let facts = gather(&snapshot, catalog, &terms).expect("in memory");
        let rule = catalog.rule("dependency-update-bot").expect("a rule");
        let findings =
            BotCoverage.run(rule, &Bench { facts: &facts, terms: &terms, catalog, signing: &Default::default(), literal: false });
        findings.iter().map(|one| format!("{} {} {}", one.subject, one.verdict.word(), one.severity.word())).collect()
    }

    #[test]
    fn a_gap_weighs_as_much_as_its_ecosystem() {
        const DOCKER: (&str, &str) = ("Dockerfile", "FROM python:3.12\n");
        const NPM: (&str, &str) = ("package.json", "{\"dependencies\":{\"a\":\"1\"}}");
        const CI: (&str, &str) =
            (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{ uses: a/b@v1 }]\n");
        const HOOKS: (&str, &str) =
            (".pre-commit-config.yaml", "repos: [{ repo: 'https://x.example/a', rev: v1, hooks: [{ id: a }] }]\n");
        let bot = |ecosystem: &str| {
            format!(
                "version: 2\nupdates: [{{ package-ecosystem: {ecosystem}, directory: /, schedule: {{ interval: weekly }} }}]\n"
            )
        };
        let npm = bot("npm");
        let npm = (".github/dependabot.yml", npm.as_str());
        // Without any bot, the heaviest of what nobody updates decides.
        assert_eq!(told(&[DOCKER]), ["repository fail warning"]);
        assert_eq!(told(&[CI]), ["repository fail warning"]);
        assert_eq!(told(&[HOOKS]), ["repository fail notice"]);
        assert_eq!(told(&[DOCKER, HOOKS]), ["repository fail warning"]);
        assert_eq!(told(&[DOCKER, NPM]), ["repository fail error"]);
        // With one, each gap has its own.
        assert_eq!(told(&[DOCKER, NPM, npm]), ["docker fail warning", "npm pass error"]);
        assert_eq!(told(&[("Dockerfile", "FROM scratch\n")]), ["repository not-applicable error"]);
    }

    #[test]
    fn a_bot_that_updates_another_branch_warns() {
        const NPM: (&str, &str) = ("package.json", "{\"dependencies\":{\"a\":\"1\"}}");
        const MORE: (&str, &str) = ("x/package.json", NPM.1);
        let entry = "version: 2\nupdates: [{ package-ecosystem: npm, directory: /, target-branch: dev, schedule: { interval: weekly } }]\n";
        let dependabot = (".github/dependabot.yml", entry);
        let renovate = ("renovate.json", r#"{"baseBranchPatterns": ["/^release/"]}"#);
        for bot in [dependabot, renovate] {
            assert_eq!(told(&[NPM, bot]), ["npm fail warning"], "{bot:?}");
        }
        assert_eq!(told(&[NPM, MORE, dependabot]), ["npm fail error"]);
    }
}
