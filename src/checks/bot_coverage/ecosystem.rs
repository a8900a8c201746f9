//! Owns the verdict on one ecosystem where some bot acts. Refuses repositories without any.

use super::super::Bench;
use super::words::{at_manifest, by_reason, fix, reason_words, said};
use super::{Question, lower, title};
use crate::answer::Reason;
use crate::catalog::{Rule, Severity};
use crate::facts::bots::{BotFact, Coverage, Uncovered};
use crate::facts::components::Scope;
use crate::facts::forge::{ForgeFacts, Seen};
use crate::finding::{Evidence, Finding, Verdict};
use crate::text::{Place, RepoPath};

pub(super) fn by_ecosystem(rule: &Rule, question: &Question, bench: &Bench<'_>) -> Vec<Finding> {
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
    if let Some(partly) = partly(rule, question, bench, ecosystem).filter(|_| gaps.is_empty()) {
        return partly;
    }
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
    // Security updates come whatever the limit is, if the forge is told so.
    let (only_security, certain): (Vec<&Uncovered>, Vec<&Uncovered>) =
        judged.iter().copied().filter(|gap| gap.may_be.is_none()).partition(|gap| gap.why == "limit-0");
    let mut finding = if certain.is_empty() && !only_security.is_empty() {
        security_only(rule, ecosystem, &only_security, facts.forge.as_ref())
    } else if certain.is_empty() {
        let why = judged.iter().find_map(|gap| gap.may_be.clone());
        let said = why.as_ref().map_or("what it extends cannot be read", |why| why.text.as_str()).to_owned();
        let mut unknown =
            Finding::new(rule, ecosystem, Verdict::Unknown, format!("whether {ecosystem} is covered cannot be read: {said}"))
                .cause("may-cover");
        unknown.reason = Some(why.as_ref().map_or(Reason::Remote, |why| why.reason));
        let reader =
            facts.bots.iter().find(|bot| why.as_ref().and_then(|why| why.place.as_ref()).is_some_and(|at| at.path == bot.path));
        if let (Some(Reason::Remote), Some(bot)) = (unknown.reason, reader) {
            unknown.fix = Some(format!(
                "write what it says about {ecosystem} into {}, or vouch for the bot in the policy:\n[bots]\nexternal = [\"{}\"]",
                bot.path, bot.bot
            ));
        }
        if let Some(place) = why.and_then(|why| why.place) {
            unknown = unknown.at(place, said);
        }
        unknown
    } else {
        let told: Vec<&Uncovered> = certain.iter().chain(&only_security).copied().collect();
        // Where a bot works for the branch that releases come from, what is left open is the default one: no reason to stop.
        let elsewhere = told.iter().all(|gap| gap.why == "target-branch");
        let which = if elsewhere { "on the default branch no bot updates" } else { "no bot updates" };
        let message = format!("{which} {}", by_reason(&told, ecosystem));
        let mut fail = Finding::new(rule, ecosystem, Verdict::Fail, message).cause(certain[0].why);
        lower(&mut fail, rule, question.weight(ecosystem).max(u8::from(elsewhere)));
        // The block to paste is the whole one: what is left out would be the next finding.
        let rest = gaps.iter().copied().filter(|gap| gap.may_be.is_none() && gap.scope > certain[0].scope);
        let all: Vec<&Uncovered> = told.into_iter().chain(rest).collect();
        for gap in &all {
            if let Some(place) = &gap.place {
                fail.places.push(Evidence::new(place.clone(), said(gap)));
            }
            fail.places.push(Evidence::new(Place::file(gap.manifest.clone()), at_manifest(gap)));
        }
        fail.fix(fix(bench, &all))
    };
    finding.development = production.is_empty();
    finding
}

/// What every manifest has a bot for, of which no bot updates more than some dependencies.
fn partly(rule: &Rule, question: &Question, bench: &Bench<'_>, ecosystem: &str) -> Option<Finding> {
    let live = || bench.facts.bots.iter().filter(|bot| bot.active);
    let whole = |bot: &BotFact, directory: &RepoPath| {
        bot.covers.iter().any(|(eco, dir)| eco == ecosystem && dir == directory)
            && bot.leaves_alone(ecosystem, directory).is_none()
    };
    let some = |bot: &'_ BotFact| bot.some_only.iter().filter(|(eco, ..)| eco == ecosystem).cloned().collect::<Vec<_>>();
    let held = live().map(|bot| {
        let left: Vec<_> = some(bot).into_iter().filter(|(_, dir, _)| !live().any(|other| whole(other, dir))).collect();
        (bot, left)
    });
    let (bot, left) = held.into_iter().find(|(_, left)| !left.is_empty())?;
    let words =
        |place: &Place| bot.entries.iter().flat_map(|entry| &entry.less).find(|(at, _)| at == place).map(|(_, words)| words);
    let (_, directory, place) = &left[0];
    let why = words(place).map_or("the others are left alone", String::as_str);
    let message = format!("{} updates some dependencies of {ecosystem} only; {why}", title(bench, &bot.bot));
    let mut finding = Finding::new(rule, ecosystem, Verdict::Fail, message).cause("some-only");
    finding.severity = Severity::Warning.min(rule.severity);
    lower(&mut finding, rule, question.weight(ecosystem).max(1));
    // Several entries may name what the others leave out.
    if left.iter().filter(|(_, dir, _)| dir == directory).count() > 1 {
        finding.verdict = Verdict::Unknown;
        finding.message = format!("whether the entries together update every dependency of {ecosystem} is not read; {why}");
        finding = finding.reason(Reason::Unsupported);
    }
    for (_, _, place) in &left {
        finding = finding.at(place.clone(), words(place).map_or("it leaves the others alone", String::as_str));
    }
    let manifests = || {
        let at = |dir: &RepoPath| left.iter().any(|(_, other, _)| other == dir);
        bench.facts.inventory.manifests.iter().filter(move |one| one.ecosystem == ecosystem && at(&one.directory))
    };
    for manifest in manifests().take(3) {
        finding = finding.at(Place::file(manifest.path.clone()), "not all of this is updated");
    }
    finding.development = manifests().all(|manifest| manifest.scope == Scope::Development);
    Some(finding.fix(format!("let {}:{} take in every dependency, or take it out", place.path, place.line)))
}

/// Version updates are switched off by a limit of 0: what is left is a setting of the forge.
fn security_only(rule: &Rule, ecosystem: &str, gaps: &[&Uncovered], forge: Option<&ForgeFacts>) -> Finding {
    let off = format!("version updates of {ecosystem} are switched off");
    let one = |verdict, words: &str| Finding::new(rule, ecosystem, verdict, format!("{off}{words}")).cause("limit-0");
    let mut unknown = match forge.map(|forge| &forge.security_updates) {
        Some(Seen::Is(true)) => one(Verdict::Pass, "; the forge raises updates for what is known to be vulnerable"),
        Some(Seen::Is(false)) => one(Verdict::Fail, ", and so are security updates"),
        Some(Seen::Lacks(words)) => one(Verdict::Fail, &format!(", and the plan has no security updates: {words}")),
        Some(Seen::Hidden(why)) => one(Verdict::Unknown, &format!("; {}", why.text)).reason(why.reason),
        None => one(Verdict::Unknown, "; whether security updates run is a setting of the forge").reason(Reason::Offline),
    };
    for gap in gaps {
        if let Some(place) = &gap.place {
            unknown.places.push(Evidence::new(place.clone(), reason_words(gap.why)));
        }
        unknown.places.push(Evidence::new(Place::file(gap.manifest.clone()), "nobody opens version updates for this"));
    }
    if unknown.verdict == Verdict::Pass {
        return unknown;
    }
    unknown.fix("delete `open-pull-requests-limit: 0` from the entry, or make sure that security updates are on")
}
