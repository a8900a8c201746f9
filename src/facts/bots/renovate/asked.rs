//! Owns settings with which nothing is opened before somebody asks for it. Refuses those of single rules, but for saying that some
//! lift it.
//!
//! From the bot's `workers/repository/update/branch/index.ts` and `update/pr/index.ts`; updates that mend a known flaw have settings
//! of their own, which lift it (`vulnerabilityAlerts` in `config/options/index.ts`).

use super::super::BotProblem;
use super::presets::Presets;
use crate::catalog::Bot;
use crate::catalog::bot::Limit;
use crate::doc::{Reading as Typed, Value};
use crate::text::Place;

/// What is said of such a setting, at its line.
pub(super) fn note(bot: &Bot, root: Value<'_>, presets: &Presets) -> Option<BotProblem> {
    let rows = || bot.limit.iter().filter(|row| row.means == "on-request");
    let own = rows().find_map(|row| Some((row, root.get(&row.key)?))).filter(|(row, value)| says(row, *value));
    // What the file says of the key itself comes after what a preset says of it.
    let preset = presets.on_request.as_ref().filter(|(key, _)| root.get(key).is_none());
    let (key, place): (&str, Place) = match (own, preset) {
        (Some((row, value)), _) => (&row.key, value.place()),
        (None, Some((key, place))) => (key, place.clone()),
        (None, None) => return None,
    };
    let row = rows().find(|row| row.key == key)?;
    let kinds = super::rules::KINDS.iter().filter_map(|kind| root.get(kind));
    let mut parts = root.get("packageRules").into_iter().flat_map(Value::items).chain(kinds);
    let lifted =
        if parts.any(|part| part.get(key).is_some_and(|value| !says(row, value))) { " or a rule lets through" } else { "" };
    let words = format!("nothing but what mends a known flaw{lifted} is opened before somebody asks for it");
    Some(BotProblem::note(place, "on-request", words))
}

fn says(row: &Limit, value: Value<'_>) -> bool {
    row.value.iter().any(|wanted| match wanted.as_bool() {
        Some(wanted) => value.as_bool() == Typed::Is(wanted),
        None => wanted.as_str().is_some_and(|wanted| value.scalar() == Some(wanted)),
    })
}
