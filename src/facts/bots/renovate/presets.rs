//! Owns what `extends` brings: built-in presets by the catalogue, everything else unknown with its line. Refuses to fetch.

use crate::catalog::Bot;
use crate::catalog::bot::Preset;
use crate::doc::Value;
use crate::text::Place;

use super::super::BotProblem;

/// The sum of all presets.
#[derive(Default)]
pub(super) struct Presets {
    /// Paths they make the bot skip, with the line and the preset.
    pub(super) skip_paths: Option<(Vec<String>, Place, String)>,
    /// Managers they switch on.
    pub(super) enables: Vec<String>,
    /// Managers they switch off, with the line.
    pub(super) disables: Vec<(String, Place)>,
    /// They switch the whole bot off, at this line.
    pub(super) off: Option<Place>,
    /// Presets that are not known, with the line.
    pub(super) unknown: Vec<(String, Place)>,
    /// The key that one of them sets, with which somebody has to ask for each update, with the line.
    pub(super) on_request: Option<(String, Place)>,
    pub(super) notes: Vec<BotProblem>,
}

/// Reads `extends`, less what `ignorePresets` takes out.
pub(super) fn read(bot: &Bot, root: Value<'_>) -> Presets {
    let mut sum = Presets::default();
    let ignored: Vec<&str> = root.get("ignorePresets").into_iter().flat_map(Value::items).filter_map(Value::scalar).collect();
    // A text in place of the settings names the one preset.
    let Some(extends) = root.get("extends").or_else(|| root.as_str().map(|_| root)) else { return sum };
    let single = extends.as_str().map(|_| extends);
    for item in single.into_iter().chain(extends.items()) {
        // What is no text is dropped (`ExtendsMigration`).
        let Some(name) = item.as_str().filter(|name| !ignored.contains(name)) else { continue };
        // `:label(x)`: what is in brackets fills in a text.
        let base = name.split('(').next().unwrap_or(name).trim();
        add(bot, base, &item.place(), &mut sum);
    }
    sum
}

fn add(bot: &Bot, name: &str, place: &Place, sum: &mut Presets) {
    let switched_off = bot.off.iter().filter(|switch| switch.key == "extends");
    if switched_off.flat_map(|switch| &switch.value).any(|value| value.as_str() == Some(name)) {
        sum.off = Some(place.clone());
        return;
    }
    let named = |name: &str| bot.preset.iter().find(|preset| preset.name == name);
    if let Some(preset) = named(name) {
        apply(preset, name, place, sum);
        // One step: rows that stand for another name a plain one.
        if let Some(same) = preset.same_as.as_deref().and_then(named) {
            apply(same, name, place, sum);
        }
        return;
    }
    let short = name.strip_prefix("default").filter(|rest| rest.starts_with(':')).unwrap_or(name);
    let namespace = short.split_once(':').map(|(namespace, _)| namespace);
    let neutral = bot.neutral_presets.iter().any(|known| known == short)
        || namespace.is_some_and(|namespace| bot.neutral_namespaces.iter().any(|known| known == namespace));
    if !neutral {
        sum.unknown.push((name.to_owned(), place.clone()));
    }
}

fn apply(preset: &Preset, name: &str, place: &Place, sum: &mut Presets) {
    if let Some(paths) = &preset.skip_paths {
        sum.skip_paths = Some((paths.clone(), place.clone(), name.to_owned()));
    }
    sum.enables.extend(preset.enables.iter().cloned());
    sum.disables.extend(preset.disables.iter().map(|manager| (manager.clone(), place.clone())));
    if preset.off {
        sum.off = Some(place.clone());
    }
    if let Some(key) = &preset.on_request {
        sum.on_request = Some((key.clone(), place.clone()));
    }
    if preset.only_security {
        sum.notes.push(BotProblem::note(place.clone(), "only-security", "only updates that mend a known flaw are made"));
    }
}
