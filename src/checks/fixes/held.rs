//! Owns what undoes the lines that hold a tool a rung short: the flag to add or to drop, the key to delete, at its line.
//! Refuses to say which of several holds decides.

use super::super::component_view::View;
use super::super::retired;
use crate::catalog::tool::{Does, Effect, Findings, Run};
use crate::facts::hold::{HeldBy, Hold, HoldEffect, Remedy};
use crate::facts::ladder::Rung;
use crate::finding::Finding;
use crate::text::Place;

/// What to do about the lines that hold a tool a rung short; `None` when nothing holds it there.
pub(in crate::checks) fn held_fix(finding: &Finding, view: &View<'_>) -> Option<String> {
    let first = finding.places.first();
    let start = || {
        let title = &view.tool.title;
        let by_trigger = view.holds().find(|hold| hold.by == HeldBy::Trigger);
        let what = match by_trigger.map(|hold| (&hold.remedy, &hold.place)) {
            Some((Remedy::Types(missing), at)) => {
                format!("add `{}` to `types` at {}:{}", missing.join("`, `"), at.path, at.line)
            }
            Some((Remedy::Branches, at)) => format!("let the filter at {}:{} pass the default branch", at.path, at.line),
            Some((_, at)) => format!("start that job on `pull_request` as well, among the events at {}:{}", at.path, at.line),
            None => "start that job on `pull_request` as well".to_owned(),
        };
        format!("{what}, so that {title} can stop a change before it is merged")
    };
    // Several lines may hold it: mending one of them leaves it where it is.
    let strong = |hold: &&Hold| matches!(hold.effect, HoldEffect::Soften | HoldEffect::Void);
    let by_trigger = || view.holds().filter(strong).any(|hold| hold.by == HeldBy::Trigger);
    let by_text = || view.holds().filter(strong).filter(|hold| matches!(hold.by, HeldBy::Text | HeldBy::Release));
    match finding.cause.rsplit(':').next().unwrap_or_default() {
        "path-filter" => {
            let at = first.map(|evidence| at(&evidence.place)).unwrap_or_default();
            Some(format!("widen the filter{at} so that a change of these files starts {}", view.tool.title))
        }
        "soft-fail" | "void" => {
            let decides = view.held_by()?;
            let all: Vec<&Hold> = std::iter::once(decides).chain(by_text().filter(|hold| *hold != decides)).collect();
            // Of what is said twice of one place the change that is known is enough.
            let better = |hold: &&&Hold| {
                let known =
                    |other: &&Hold| other.place == hold.place && other.effect == hold.effect && other.remedy != Remedy::Remove;
                hold.remedy != Remedy::Remove || !all.iter().any(known)
            };
            let all = all.iter().filter(better).copied();
            let start = by_trigger().then(start);
            Some(joined(all.map(|hold| undone(view, hold)).chain(start)))
        }
        "runs" => Some(joined(std::iter::once(start()).chain(by_text().map(|hold| undone(view, hold))))),
        _ => None,
    }
}

/// A tool with security rules that runs and cannot fail the change, and the one line that lets it pass.
pub(super) fn soft<'v>(all: &'v [View<'v>]) -> Option<(&'v View<'v>, &'v Hold)> {
    all.iter().find_map(|view| {
        let secure = view.on.rung == Rung::Runs && view.on.security.is_yes() && retired::lives(view.tool);
        let strong = |hold: &&Hold| matches!(hold.effect, HoldEffect::Soften | HoldEffect::Void);
        let mut holds = view.holds().filter(strong);
        let only = holds.next().filter(|hold| hold.by == HeldBy::Text && secure)?;
        holds.next().is_none().then_some((view, only))
    })
}

/// The same finding, with the line of such a tool.
pub(in crate::checks) fn with_soft(finding: Finding, all: &[View<'_>]) -> Finding {
    match soft(all) {
        Some((soft, hold)) => {
            finding.at(hold.place.clone(), format!("{} runs here and has some, but {}", soft.tool.title, hold.why))
        }
        None => finding,
    }
}

/// Several changes, each of which is needed; one that stands there twice is made once.
fn joined(changes: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = Vec::new();
    for change in changes {
        if !all.contains(&change) {
            all.push(change);
        }
    }
    all.join("\nand ")
}

fn at(place: &Place) -> String {
    format!(" at {}:{}", place.path, place.line)
}

/// What makes a tool check and fail where a hold keeps it from that.
pub(super) fn undone(view: &View<'_>, hold: &Hold) -> String {
    let title = &view.tool.title;
    let (place, note) = (&hold.place, &hold.why);
    let settle = match view.tool.config.is_empty() {
        false => format!("settle false positives one by one in the configuration of {title}"),
        true => "settle what it finds one by one".to_owned(),
    };
    let aim = match hold.effect {
        HoldEffect::Void => format!("so that {title} itself checks this"),
        // What the forge decides fails no job.
        _ if goes_to_forge(view) && matches!(hold.remedy, Remedy::Write(_)) => {
            format!("so that what {title} finds stops a merge")
        }
        _ if goes_to_forge(view) => format!(
            "so that code scanning has what {title} finds; and require code scanning results for merging in the ruleset of the default branch"
        ),
        _ => format!("so that what {title} finds fails the job"),
    };
    match &hold.remedy {
        Remedy::Drop(word) => return format!("remove `{word}`{}; {settle}", dropped_at(view, hold, word)),
        // `shell: bash`, written out, is `bash -eo pipefail`; without it the step has `bash -e`.
        Remedy::StrictShell => {
            return "set `shell: bash` on this step, which turns `-e` and `pipefail` on: then each program can fail it"
                .to_owned();
        }
        Remedy::CheckOut => return "check the repository out before it:\n- uses: actions/checkout@v4".to_owned(),
        Remedy::Condition => {
            let which = if hold.effect == HoldEffect::Void { "pull requests" } else { "every pull request" };
            return format!("remove this condition, or let it hold for {which}, so that {title} runs");
        }
        Remedy::Reach => return format!("let it come to {title}: {}", hold.why),
        Remedy::Write(what) => return format!("{what}, {aim}"),
        // A change of a whole file names it.
        Remedy::Change(what) if what.contains(place.path.as_str()) => return format!("{what}, {aim}"),
        Remedy::Change(what) => return format!("{what}{}, {aim}", at(place)),
        Remedy::Harden(given) => {
            if let Some(what) = hardened(view, hold, given) {
                return format!("{what}, {aim}");
            }
        }
        Remedy::Remove | Remedy::Types(_) | Remedy::Branches | Remedy::Select => {}
    }
    match note.strip_prefix("without `").and_then(|rest| rest.split_once('`')) {
        Some((flag, _)) => format!("add `{flag}`"),
        None if note.starts_with("it looks at nothing") => format!("give {title} a path that exists"),
        None if hold.effect == HoldEffect::Void => format!("remove what keeps {title} from checking{} ({note})", at(place)),
        None => format!("remove what lets it pass{} ({note}); {settle}", at(place)),
    }
}

/// Whether what it finds fails no job, but goes to the forge, which decides.
fn goes_to_forge(view: &View<'_>) -> bool {
    let row = view.best().and_then(|best| view.tool.run.get(best.row));
    row.is_some_and(|row| row.findings == Findings::Forge)
}

/// Where the word to drop stands, when the finding's own place does not show it: another hold's line, or an earlier line of
/// the chain that hands the flag over (a variable, nothing).
fn dropped_at(view: &View<'_>, hold: &Hold, word: &str) -> String {
    let earlier = handed_over(view, hold, word);
    let own = || if hold.effect == HoldEffect::Void { at(&hold.place) } else { String::new() };
    earlier.unwrap_or_else(own)
}

/// Which earlier line of the chain a flag comes from, where its own place holds something else: a variable, nothing.
fn handed_over(view: &View<'_>, hold: &Hold, flag: &str) -> Option<String> {
    let chain = view.best().map(|best| best.chain.as_slice()).unwrap_or_default();
    let flag = flag.split([' ', '=']).next().unwrap_or_default();
    let width = hold.place.end_column.saturating_sub(hold.place.column);
    // A short flag of one program is often one of another's.
    let elsewhere = flag.starts_with("--") && width < flag.chars().count();
    let spells = |text: &str| text.split([' ', '\'', '"', '=']).any(|word| word == flag);
    let earlier = chain.split_last().map(|(_, earlier)| earlier).unwrap_or_default();
    earlier.iter().rev().find(|hop| elsewhere && spells(&hop.text)).map(|hop| at(&hop.place))
}

/// What a tool lacks that passes by default, or whose configuration makes warnings of its rules: the flag or the input that
/// makes findings fail it, as the catalogue knows it, and where to write it.
fn hardened(view: &View<'_>, hold: &Hold, given: &str) -> Option<String> {
    let best = view.best()?;
    let row = view.tool.run.get(best.row)?;
    let command = best.chain.last();
    // What the configuration softens is undone at the command.
    let place = command.map_or_else(|| at(&hold.place), |hop| at(&hop.place));
    let fits =
        |effect: &&Effect| effect.does == Does::Harden && effect.run.as_ref().is_none_or(|name| row.name.as_ref() == Some(name));
    let mut hardens = view.tool.effect.iter().filter(fits);
    if row.action.is_some()
        && let Some(effect) = hardens.clone().find(|effect| effect.input.is_some() && effect.before.is_none())
        && let Some(value) = effect.value.first()
    {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        return Some(format!("set `{}: {value}` under `with:`{place}", effect.input.as_deref()?));
    }
    let effect = hardens.find(|effect| effect.flag_to_write().is_some() && !effect.errors_only)?;
    let command = if row.action.is_some() { given } else { command.map(|hop| hop.text.as_str()).unwrap_or_default() };
    Some(format!("{}{place}", flag_to_add(effect, row, command)?))
}

/// The flag where its kind of command takes it: on the command line, in the input of an action, in the `args` of a hook.
fn flag_to_add(effect: &Effect, row: &Run, command: &str) -> Option<String> {
    let flag = effect.flag_to_write()?;
    let (after, flag) = match (effect.after.as_deref(), flag.strip_prefix("-- ")) {
        (None, Some(behind)) => (Some("--"), behind),
        (after, _) => (after, flag),
    };
    let dashed = after.map_or_else(|| flag.to_owned(), |after| format!("{after} {flag}"));
    let stands = |after: &str| command.split_whitespace().any(|word| word == after);
    Some(match (&row.argv_input, &row.hook, after) {
        // What the action is given stays.
        (Some(input), ..) if row.action.is_some() => {
            let more = if after.is_some_and(stands) { flag } else { &dashed };
            format!("set `{input}: {}` under `with:`", format!("{command} {more}").trim_start())
        }
        (_, Some(_), _) => format!("add to `args` of the hook `{}`", dashed.split(' ').collect::<Vec<_>>().join("`, `")),
        (_, _, Some(after)) if stands(after) => {
            format!("add `{flag}` behind `{after}`")
        }
        _ => format!("add `{dashed}` to the command"),
    })
}
