//! Owns what settles a question that the text leaves open: what to write so that it can be read, or what to state in the policy
//! where the forge decides. Refuses to answer the question.

use super::super::Bench;
use super::super::component_view::View;
use super::super::eslint_fix;
use super::held::undone;
use super::{brought, secured, step_for};
use crate::answer::{Answer, Reason};
use crate::catalog::tool::Security;
use crate::facts::components::Component;
use crate::facts::hold::{HeldBy, Hold, HoldEffect, Remedy};
use crate::facts::ladder::Rung;
use crate::finding::Finding;

/// What settles whether a tool gates with its security rules.
pub(in crate::checks) fn open_fix(
    view: &View<'_>,
    wanted: Rung,
    component: &Component,
    all: &[View<'_>],
    bench: &Bench<'_>,
) -> String {
    let (title, step) = (&view.tool.title, brought::with(&step_for(component, all, bench), bench));
    // One that gates already lacks its security rules only.
    let gates = all.iter().find(|other| other.on.rung >= wanted && other.on.security.is_no() && other.tool.id != view.tool.id);
    let itself = match gates.filter(|other| other.tool.security == Security::Selected) {
        Some(linter) => secured(linter, component, all, bench),
        None => format!("add a step that fails by itself:\n{step}"),
    };
    let by_forge = view.may_be() == Rung::Required && wanted <= Rung::Gates;
    let hold = view.held_by().filter(|hold| matches!(hold.effect, HoldEffect::Unknown(_)) && !by_forge);
    match (&view.on.security, hold) {
        (Answer::Unknown(_), _) if view.on.rung >= wanted => rules_that_can_be_read(view, component, all, bench),
        (_, Some(hold)) if hold.by == HeldBy::Files => {
            format!("let {title} look at the rest as well, or add a step that does:\n{step}")
        }
        (_, Some(hold)) => match &hold.remedy {
            Remedy::Remove => format!("{}, or add a step that does not hang on it:\n{step}", settled(hold)),
            _ => undone(view, hold),
        },
        _ => format!(
            "{itself}\nor, if a ruleset of the forge stops merges on what {title} finds, say so in the policy:\n[[ci.external]]\nprovides = [\"{}\"]\nwhere = \"ruleset of the default branch\"",
            view.tool.id
        ),
    }
}

/// How security rules are named so that it can be read which they are.
fn rules_that_can_be_read(view: &View<'_>, component: &Component, all: &[View<'_>], bench: &Bench<'_>) -> String {
    let title = &view.tool.title;
    match (view.tool.id.as_str(), view.tool.pack_flags.last(), view.tool.security_packs.first()) {
        ("eslint", ..) => eslint_fix::rules(view, component, all, bench),
        (_, Some(flag), Some(_)) => {
            // `auto` needs the service's metrics, and names no rules that one could read.
            let known = view.tool.security_packs.iter().find(|pack| pack.contains('/'));
            let pack = known.map_or("", String::as_str);
            format!("name rules of this tree, or a pack that is known to hold security rules, as in `{flag} {pack}`")
        }
        _ if view.tool.select.is_empty() => {
            format!("add a step beside it:\n{}", brought::with(&step_for(component, all, bench), bench))
        }
        _ => format!("select `{}` of {title} in a file of this repository", view.tool.select.join("` or `")),
    }
}

/// What to do at the line of something that is not decided.
fn settled(hold: &Hold) -> String {
    let at = format!("{}:{}", hold.place.path, hold.place.line);
    match hold.effect {
        HoldEffect::Unknown(Reason::Dynamic) => format!("write out at {at} what is known only when it runs"),
        HoldEffect::Unknown(Reason::Remote) => format!("read what stands behind {at}, and bring it into this repository"),
        HoldEffect::Unknown(Reason::Unreadable) => format!("mend {at}, so that it can be read"),
        _ => format!("write {at} without what is not followed there"),
    }
}

/// What settles a finding for which nothing better is known: where to look, and what to state.
pub(in crate::checks) fn read_there(finding: &Finding, bench: &Bench<'_>) -> Option<String> {
    let place = &finding.places.first()?.place;
    let at = format!("{}:{}", place.path, place.line);
    let bot = bench.facts.bots.iter().find(|bot| bot.path == place.path);
    let state = match bot {
        Some(bot) => format!("; what is settled in another way is stated in the policy:\n[bots]\nexternal = [\"{}\"]", bot.bot),
        None => String::new(),
    };
    // What the reader of the bot's file says about the line itself is better than anything that can be said of its kind.
    let own = bot.and_then(|bot| bot.problems.iter().find(|problem| problem.place == *place)?.fix.as_ref());
    if let Some(fix) = own {
        return Some(format!("{at}: {fix}{state}"));
    }
    Some(match finding.reason {
        Some(Reason::Dynamic) => format!("write out at {at} what is known only when it runs{state}"),
        Some(Reason::Remote) => format!("read what {at} takes from elsewhere, and write it into this repository{state}"),
        Some(Reason::Unreadable) => format!("mend {at}, so that it can be read{state}"),
        Some(Reason::Unsupported) => format!("read at {at} what it means there, and write it in a plainer way{state}"),
        _ => return None,
    })
}
