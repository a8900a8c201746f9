//! Owns the words of a gap and what to change about it. Refuses to decide whether there is one.

use super::super::{Bench, snippets};
use super::title;
use crate::facts::bots::Uncovered;
use crate::text::Place;

/// A gap as people name it: workflows by their directory, everything else by its file.
pub(super) fn named(gap: &Uncovered) -> String {
    let workflows = gap.manifest.directory() == ".github/workflows";
    if workflows { ".github/workflows".to_owned() } else { gap.manifest.to_string() }
}

/// What to change where the reason stands; the missing entries when there are none.
pub(super) fn fix(bench: &Bench<'_>, gaps: &[&Uncovered]) -> String {
    let said = |gap: &Uncovered| match gap.why {
        "limit-0" => Some("delete `open-pull-requests-limit: 0` from the entry"),
        "ignored" => Some("let the entry ignore single dependencies or versions, not all of them"),
        "disabled" => Some("switch the bot on for it"),
        "never" => Some("give the entry's schedule a day that comes"),
        _ => None,
    };
    // One remedy for each reason, with every line where it stands: what is left out would be the next finding.
    let mut remedies: Vec<(&str, Vec<&Place>)> = Vec::new();
    let mut missing: Vec<&Uncovered> = Vec::new();
    for gap in gaps {
        // A remedy of the bot's own names the key; the plain one needs the line.
        let (fix, place) = match (&gap.remedy, said(gap)) {
            (Some(remedy), _) => (remedy.fix.as_str(), None),
            (None, Some(fix)) => (fix, gap.place.as_ref()),
            (None, None) => {
                missing.push(gap);
                continue;
            }
        };
        // Several gaps may share some of what is to be done, not all of it.
        for line in fix.lines() {
            match remedies.iter_mut().find(|(known, _)| *known == line) {
                Some((_, places)) => places.extend(place.filter(|place| !places.contains(place))),
                None => remedies.push((line, place.into_iter().collect())),
            }
        }
    }
    let mut told: Vec<String> = remedies.into_iter().map(|(fix, places)| format!("{fix}{}", lines(&places))).collect();
    if !missing.is_empty() {
        told.push(entries(bench, &missing));
    }
    told.join("\n")
}

/// Where it is to be done: " (path:line, path:line and 3 more)".
fn lines(places: &[&Place]) -> String {
    let list: Vec<String> = places.iter().take(3).map(|place| format!("{}:{}", place.path, place.line)).collect();
    let more = if places.len() > 3 { format!(" and {} more", places.len() - 3) } else { String::new() };
    if list.is_empty() { more } else { format!(" ({}{more})", list.join(", ")) }
}

/// The entries to add for what no entry names.
fn entries(bench: &Bench<'_>, missing: &[&Uncovered]) -> String {
    let live = |bot: &&crate::facts::bots::BotFact| bot.active || !bot.may_cover.is_empty();
    let mut bots = bench.facts.bots.iter().filter(live);
    if let Some(bot) = bots.clone().find(|bot| bot.bot == "dependabot") {
        return snippets::entries(bench, &format!("add to `updates:` in {}:", bot.path), missing, false);
    }
    // One that does not look at all of it cannot be told to.
    let all = |id: &str| {
        let row = bench.catalog.bots.iter().find(|row| row.id == id);
        row.is_some_and(|row| missing.iter().all(|gap| row.looks_at(&gap.ecosystem)))
    };
    let own = bots.find(|bot| all(&bot.bot)).map(|bot| format!("let {} find it ({}), or ", title(bench, &bot.bot), bot.path));
    format!("{}{}", own.unwrap_or_default(), snippets::entries(bench, "add .github/dependabot.yml:", missing, true))
}

/// Gaps by what they share, the reasons in the order in which they are met: "a, b (cargo): no entry names them; c: …".
pub(super) fn by_reason(gaps: &[&Uncovered], ecosystem: &str) -> String {
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
        let unnamed = all.len() > 1 && all[0].remedy.is_none() && all[0].why == "no-entry";
        let words = if unnamed { "no entry names them" } else { words };
        parts.push(format!("{}{more}{ecosystem}: {words}", list.join(", ")));
    }
    let rest: usize = groups.iter().skip(3).map(|(_, all)| all.len()).sum();
    if rest > 0 {
        parts.push(format!("{rest} more for other reasons"));
    }
    parts.join("; ")
}

/// The reason in the words of the bot's own file, when they are known.
pub(super) fn said(gap: &Uncovered) -> &str {
    gap.remedy.as_ref().map_or_else(|| reason_words(gap.why), |remedy| remedy.words.as_str())
}

/// What is to be said at a manifest with a gap.
pub(super) fn at_manifest(gap: &Uncovered) -> &'static str {
    if gap.why == "target-branch" { "a bot updates this on another branch only" } else { "nobody updates this" }
}

pub(super) fn reason_words(why: &str) -> &'static str {
    match why {
        "limit-0" => "its entry has `open-pull-requests-limit: 0`",
        "ignored" => "its entry ignores everything",
        "disabled" => "the bot is switched off for it",
        "never" => "its schedule names no moment that ever comes",
        "target-branch" => "it updates another branch than the default one",
        "no-bot" => "no bot that looks at it is configured",
        _ => "no entry names it",
    }
}
