//! Owns the question "does a live bot keep every dependency up to date?". Refuses history: only files decide.

use serde::Deserialize;

use super::{Bench, Check, question, snippets};
use crate::answer::Reason;
use crate::catalog::{Rule, Severity};
use crate::facts::bots::{Coverage, Uncovered};
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
            findings.extend(no_bot(rule, &question, bench));
            findings
                .extend(by_ecosystem(rule, &question, bench).into_iter().filter(|finding| finding.verdict == Verdict::Unknown));
            return findings;
        }
        findings.extend(by_ecosystem(rule, &question, bench));
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
    for bot in &bench.facts.bots {
        if bot.inactive_because.as_deref() == Some("retired") {
            continue;
        }
        let mut problems = bot.problems.iter();
        let Some(first) = problems.find(|problem| problem.fatal) else { continue };
        let title = title(bench, &bot.bot);
        let message = match first.code {
            "missing-directory" => format!("an entry of {title} does nothing: {}", first.message),
            _ => format!("{title} does not act on this file as written: {}", first.message),
        };
        let mut finding = Finding::new(rule, bot.path.as_str(), Verdict::Fail, message).cause(first.code);
        finding.places.push(Evidence::new(first.place.clone(), first.message.clone()));
        finding.places.extend(
            problems.filter(|problem| problem.fatal).map(|problem| Evidence::new(problem.place.clone(), problem.message.clone())),
        );
        finding.fix.clone_from(&first.fix);
        findings.push(finding);
    }
    findings
}

/// A bot's name as people write it.
fn title<'b>(bench: &'b Bench<'_>, id: &'b str) -> &'b str {
    bench.catalog.bots.iter().find(|bot| bot.id == id).map_or(id, |bot| bot.title.as_str())
}

/// No bot that acts is one finding, with the whole file to add, or the line that keeps a bot from acting.
fn no_bot(rule: &Rule, question: &Question, bench: &Bench<'_>) -> Option<Finding> {
    let facts = bench.facts;
    let mut missing: Vec<&Uncovered> = facts.uncovered.iter().filter(|gap| gap.may_be.is_none()).collect();
    // What makes it an error stands first.
    missing.sort_by_key(|gap| (gap.scope, question.weight(&gap.ecosystem)));
    let weight = question.weight(&missing.first()?.ecosystem);
    let inactive = |because: &[&str]| {
        facts.bots.iter().find(|bot| bot.inactive_because.as_deref().is_some_and(|reason| because.contains(&reason)))
    };
    let halted = missing[0].place.as_ref().filter(|_| missing[0].why == "disabled");
    let retired = inactive(&["retired"]);
    let (cause, message) = match (halted.and_then(|place| facts.bots.iter().find(|bot| bot.path == place.path)), retired) {
        (Some(bot), _) => {
            let said = bot
                .problems
                .iter()
                .find(|problem| Some(&problem.place) == halted)
                .map_or("it does nothing", |problem| problem.message.as_str());
            ("disabled", format!("{} is configured and updates nothing: {said}", title(bench, &bot.bot)))
        }
        (None, Some(bot)) => {
            ("retired", format!("the only dependency-update bot configured is {}, whose service is gone", title(bench, &bot.bot)))
        }
        (None, None) => ("no-bot", "no dependency-update bot is configured".to_owned()),
    };
    let mut finding = Finding::new(rule, "repository", Verdict::Fail, message).cause(cause);
    lower(&mut finding, rule, weight);
    if let Some(place) = halted {
        finding = finding.at(place.clone(), "this keeps the bot from acting");
    } else if let Some(bot) = retired {
        finding = finding.at(Place::file(bot.path.clone()), "nothing reads this file any more");
    }
    for gap in &missing {
        finding = finding.at(Place::file(gap.manifest.clone()), format!("nobody updates this ({})", gap.ecosystem));
    }
    finding.development = facts.uncovered.iter().all(|gap| gap.scope == Scope::Development);
    if halted.is_none() {
        finding.searched = bench.catalog.bots.iter().flat_map(|bot| bot.config.iter().map(|place| place.path.clone())).collect();
        finding.searched.sort();
        finding.searched.dedup();
    }
    let fix = match halted {
        Some(place) if facts.bots.iter().any(|bot| bot.path == place.path && bot.bot == "dependabot") => {
            format!("add to `updates:` in {}:\n{}", place.path, snippets::dependabot_block(&missing, false))
        }
        Some(place) => format!("switch it on at {}:{}", place.path, place.line),
        None => format!("add .github/dependabot.yml:\n{}", snippets::dependabot_block(&missing, true)),
    };
    Some(finding.fix(fix))
}

/// Languages have the rule's severity, what is around them less.
fn lower(finding: &mut Finding, rule: &Rule, weight: u8) {
    match weight {
        0 => {}
        1 => finding.severity = Severity::Warning.min(rule.severity),
        _ => finding.severity = Severity::Notice,
    }
}

fn by_ecosystem(rule: &Rule, question: &Question, bench: &Bench<'_>) -> Vec<Finding> {
    let facts = bench.facts;
    let updatable = facts.inventory.manifests.iter().filter(|manifest| manifest.updatable);
    let mut ecosystems: Vec<&str> = updatable.map(|manifest| manifest.ecosystem.as_str()).collect();
    ecosystems.sort_unstable();
    ecosystems.dedup();
    ecosystems.into_iter().map(|ecosystem| one(rule, question, bench, ecosystem)).collect()
}

fn one(rule: &Rule, question: &Question, bench: &Bench<'_>, ecosystem: &str) -> Finding {
    let facts = bench.facts;
    let gaps: Vec<&Uncovered> = facts.uncovered.iter().filter(|gap| gap.ecosystem == ecosystem).collect();
    if gaps.is_empty() {
        let covering = facts.bots.iter().filter(|bot| bot.active && bot.covers.iter().any(|(eco, _)| eco == ecosystem));
        let mut names: Vec<&str> = covering.clone().map(|bot| title(bench, &bot.bot)).collect();
        names.dedup();
        let update = if names.len() == 1 { "updates" } else { "update" };
        let entries: Vec<&Coverage> =
            covering.flat_map(|bot| &bot.entries).filter(|entry| entry.ecosystem == ecosystem).collect();
        let less = entries.iter().find_map(|entry| entry.less.first()).map(|(_, words)| format!("; {words}")).unwrap_or_default();
        let message = format!("{} {update} every {ecosystem} manifest{less}", names.join(" and "));
        let mut pass = Finding::new(rule, ecosystem, Verdict::Pass, message).cause("covered");
        for entry in entries {
            pass = pass.at(entry.place.clone(), "covers it");
            for (place, words) in &entry.less {
                pass = pass.at(place.clone(), words.clone());
            }
        }
        return pass;
    }
    let production: Vec<&Uncovered> = gaps.iter().copied().filter(|gap| gap.scope == Scope::Production).collect();
    let judged = if production.is_empty() { gaps.clone() } else { production.clone() };
    let certain: Vec<&Uncovered> = judged.iter().copied().filter(|gap| gap.may_be.is_none()).collect();
    let mut finding = if certain.is_empty() {
        let why = judged.iter().find_map(|gap| gap.may_be.clone());
        let said = why.as_ref().map_or("what it extends cannot be read", |why| why.text.as_str()).to_owned();
        let mut unknown =
            Finding::new(rule, ecosystem, Verdict::Unknown, format!("whether {ecosystem} is covered cannot be read: {said}"))
                .cause("may-cover");
        unknown.reason = Some(why.as_ref().map_or(Reason::Remote, |why| why.reason));
        if let Some(place) = why.and_then(|why| why.place) {
            unknown = unknown.at(place, said);
        }
        unknown
    } else {
        let message = format!("no bot updates {}", by_reason(&certain, ecosystem));
        let mut fail = Finding::new(rule, ecosystem, Verdict::Fail, message).cause(certain[0].why);
        lower(&mut fail, rule, question.weight(ecosystem));
        // The block to paste is the whole one: what is left out would be the next finding.
        let rest = gaps.iter().copied().filter(|gap| gap.may_be.is_none() && gap.scope > certain[0].scope);
        let all: Vec<&Uncovered> = certain.iter().copied().chain(rest).collect();
        for gap in &all {
            if let Some(place) = &gap.place {
                fail.places.push(Evidence::new(place.clone(), said(gap)));
            }
            fail.places.push(Evidence::new(Place::file(gap.manifest.clone()), "nobody updates this"));
        }
        fail.fix(fix(bench, &all))
    };
    finding.development = production.is_empty();
    finding
}

/// Gaps by what they share, the reasons in the order in which they are met: "a, b (cargo): no entry names them; c: …".
fn by_reason(gaps: &[&Uncovered], ecosystem: &str) -> String {
    let mut groups: Vec<(&str, Vec<&Uncovered>)> = Vec::new();
    for gap in gaps {
        match groups.iter_mut().find(|(words, _)| *words == said(gap)) {
            Some((_, all)) => all.push(gap),
            None => groups.push((said(gap), vec![gap])),
        }
    }
    let mut parts = Vec::new();
    for (at, (words, all)) in groups.iter().take(3).enumerate() {
        let list: Vec<String> = all.iter().take(5).map(|gap| named(gap)).collect();
        let more = if all.len() > 5 { format!(" and {} more", all.len() - 5) } else { String::new() };
        let ecosystem = if at == 0 { format!(" ({ecosystem})") } else { String::new() };
        let words =
            if all.len() > 1 && all[0].remedy.is_none() && all[0].why == "no-entry" { "no entry names them" } else { words };
        parts.push(format!("{}{more}{ecosystem}: {words}", list.join(", ")));
    }
    let rest: usize = groups.iter().skip(3).map(|(_, all)| all.len()).sum();
    if rest > 0 {
        parts.push(format!("{rest} more for other reasons"));
    }
    parts.join("; ")
}

/// A gap as people name it: workflows by their directory, everything else by its file.
fn named(gap: &Uncovered) -> String {
    let workflows = gap.manifest.directory() == ".github/workflows";
    if workflows { ".github/workflows".to_owned() } else { gap.manifest.to_string() }
}

/// What to change where the reason stands; the missing entries when there are none.
fn fix(bench: &Bench<'_>, gaps: &[&Uncovered]) -> String {
    let said = |gap: &&Uncovered| match gap.why {
        "limit-0" => Some("delete `open-pull-requests-limit: 0` from the entry"),
        "ignored" => Some("let the entry ignore single dependencies or versions, not all of them"),
        "disabled" => Some("switch the bot on for it"),
        "target-branch" => Some("delete `target-branch` from the entry, or name the default branch"),
        _ => None,
    };
    // One remedy for each reason: what is left out would be the next finding.
    let mut remedies: Vec<String> = Vec::new();
    let mut missing: Vec<&Uncovered> = Vec::new();
    for gap in gaps {
        match gap.remedy.as_ref().map(|remedy| remedy.fix.as_str()).or_else(|| said(gap)) {
            None => missing.push(gap),
            Some(fix) => remedies.push(fix.to_owned()),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    remedies.retain(|fix| seen.insert(fix.clone()));
    if !missing.is_empty() {
        remedies.push(entries(bench, &missing));
    }
    remedies.join("\n")
}

/// The entries to add for what no entry names.
fn entries(bench: &Bench<'_>, missing: &[&Uncovered]) -> String {
    let live = |bot: &&crate::facts::bots::BotFact| bot.active || !bot.may_cover.is_empty();
    let mut bots = bench.facts.bots.iter().filter(live);
    if let Some(bot) = bots.clone().find(|bot| bot.bot == "dependabot") {
        return format!("add to `updates:` in {}:\n{}", bot.path, snippets::dependabot_block(missing, false));
    }
    let own = bots.next().map(|bot| format!("let {} find it ({}), or ", title(bench, &bot.bot), bot.path));
    format!("{}add .github/dependabot.yml:\n{}", own.unwrap_or_default(), snippets::dependabot_block(missing, true))
}

/// The reason in the words of the bot's own file, when they are known.
fn said(gap: &Uncovered) -> &str {
    gap.remedy.as_ref().map_or_else(|| reason_words(gap.why), |remedy| remedy.words.as_str())
}

fn reason_words(why: &str) -> &'static str {
    match why {
        "limit-0" => "its entry has `open-pull-requests-limit: 0`",
        "ignored" => "its entry ignores everything",
        "disabled" => "the bot is switched off for it",
        "target-branch" => "its entry targets another branch than the default one",
        "no-bot" => "no bot is configured",
        _ => "no entry names it",
    }
}
