//! Owns the one finding of a repository in which no bot acts: none is there, or a line keeps it from acting. Refuses single
//! ecosystems.

use super::super::{Bench, snippets};
use super::{Question, lower, title};
use crate::catalog::Rule;
use crate::facts::bots::Uncovered;
use crate::facts::components::Scope;
use crate::finding::{Finding, Verdict};
use crate::text::Place;

/// No bot that acts is one finding, with the whole file to add, or the line that keeps a bot from acting.
pub(super) fn no_bot(rule: &Rule, question: &Question, bench: &Bench<'_>) -> Option<Finding> {
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
    // What the bot's own reader says about the line that halts it.
    let switch = |place: &Place| {
        let bot = facts.bots.iter().find(|bot| bot.path == place.path)?;
        let problem = bot.problems.iter().find(|problem| problem.place == *place)?;
        Some((title(bench, &bot.bot), problem.fix.as_deref()?))
    };
    let fix = match halted {
        Some(place) if facts.bots.iter().any(|bot| bot.path == place.path && bot.bot == "dependabot") => {
            snippets::entries(bench, &format!("let {} say:", place.path), &missing, true)
        }
        Some(place) if switch(place).is_some() => {
            let (bot, change) = switch(place).unwrap_or_default();
            format!("{change} at {}:{}, so that {bot} acts", place.path, place.line)
        }
        Some(place) => format!("switch it on at {}:{}", place.path, place.line),
        None => snippets::entries(bench, "add .github/dependabot.yml:", &missing, true),
    };
    Some(finding.fix(fix))
}
