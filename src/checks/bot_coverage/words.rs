//! Owns the words of a gap and what to change about it. Refuses to decide whether there is one.

use super::super::{Bench, snippets};
use super::title;
use crate::facts::bots::Uncovered;

/// A gap as people name it: workflows by their directory, everything else by its file.
pub(super) fn named(gap: &Uncovered) -> String {
    let workflows = gap.manifest.directory() == ".github/workflows";
    if workflows { ".github/workflows".to_owned() } else { gap.manifest.to_string() }
}

/// What to change where the reason stands; the missing entries when there are none.
pub(super) fn fix(bench: &Bench<'_>, gaps: &[&Uncovered]) -> String {
    if let Some(remedy) = gaps.first().and_then(|gap| gap.remedy.as_ref()) {
        return remedy.fix.clone();
    }
    let said = |gap: &&Uncovered| match gap.why {
        "ignored" => Some("let the entry ignore single dependencies or versions, not all of them"),
        "disabled" => Some("switch the bot on for it"),
        "target-branch" => Some("delete `target-branch` from the entry, or name the default branch"),
        _ => None,
    };
    if let Some((said, gap)) = gaps.first().and_then(|gap| Some((said(gap)?, gap))) {
        return match &gap.place {
            Some(place) => format!("{said} ({}:{})", place.path, place.line),
            None => said.to_owned(),
        };
    }
    let missing: Vec<&Uncovered> = gaps.iter().copied().filter(|gap| said(gap).is_none()).collect();
    let live = |bot: &&crate::facts::bots::BotFact| bot.active || !bot.may_cover.is_empty();
    let mut bots = bench.facts.bots.iter().filter(live);
    if let Some(bot) = bots.clone().find(|bot| bot.bot == "dependabot") {
        return format!("add to `updates:` in {}:\n{}", bot.path, snippets::dependabot_block(&missing, false));
    }
    let own = bots.next().map(|bot| format!("let {} find it ({}), or ", title(bench, &bot.bot), bot.path));
    format!("{}add .github/dependabot.yml:\n{}", own.unwrap_or_default(), snippets::dependabot_block(&missing, true))
}

/// The reason in the words of the bot's own file, when they are known.
pub(super) fn said(gap: &Uncovered) -> &str {
    gap.remedy.as_ref().map_or_else(|| reason_words(gap.why), |remedy| remedy.words.as_str())
}

pub(super) fn reason_words(why: &str) -> &'static str {
    match why {
        "limit-0" => "its entry has `open-pull-requests-limit: 0`",
        "ignored" => "its entry ignores everything",
        "disabled" => "the bot is switched off for it",
        "target-branch" => "its entry targets another branch than the default one",
        "no-bot" => "no bot is configured",
        _ => "no entry names it",
    }
}
