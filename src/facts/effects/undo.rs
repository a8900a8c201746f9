//! Owns what undoes an effect that was found: the word to drop, the key or the input to change, the flag that outweighs it.
//! Refuses to say whether it applies.

use crate::catalog::tool::{Does, Effect, Tool};
use crate::facts::hold::Remedy;
use crate::facts::invocations::Invocation;
use crate::facts::matching::flag_matches;
use crate::text::Place;

/// What undoes an effect at the place where it was found.
pub(super) fn of(effect: &Effect, tool: &Tool, invocation: &Invocation, place: &Place) -> Remedy {
    if let Some(word) = dropped(effect, invocation, place) {
        return Remedy::Drop(word);
    }
    if let Some(change) = &effect.undo {
        return Remedy::Change(change.clone());
    }
    if effect.setting.is_some() {
        let outweighs = |row: &Effect| row.does == Does::Harden && !row.errors_only && row.flag_to_write().is_some();
        return match effect.does {
            Does::Soften if tool.effect.iter().any(outweighs) => {
                Remedy::Harden(invocation.args.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" "))
            }
            Does::Void if effect.setting.as_deref() == Some("selects-nothing") => Remedy::Select,
            _ => Remedy::Remove,
        };
    }
    let given = effect.input.as_ref().and_then(|name| invocation.inputs.get(name)).and_then(|input| input.value.as_deref());
    match (&effect.env, &effect.input, &effect.key) {
        (Some(name), ..) => Remedy::Change(format!("take `{name}` out of the environment of the command")),
        (_, Some(name), _) => given.map_or(Remedy::Remove, |value| turned(name, value.trim())),
        (.., Some(key)) => {
            let name = key.rsplit('.').next().unwrap_or(key);
            match effect.value.as_slice() {
                [one] if effect.flag.is_empty() && !place.path.as_str().ends_with("toml") => turned(name, &one.to_string()),
                _ => Remedy::Change(format!("delete `{name}`")),
            }
        }
        _ => Remedy::Remove,
    }
}

/// A switch is turned; of anything else the default is better.
fn turned(name: &str, value: &str) -> Remedy {
    Remedy::Change(match value {
        "true" => format!("set `{name}: false`"),
        "false" => format!("set `{name}: true`"),
        value if value.lines().count() == 1 && value.len() <= 60 => format!("delete `{name}: {value}`"),
        _ => format!("delete `{name}`"),
    })
}

/// The flag that an effect was found at, with the value behind it where the row asks for one.
fn dropped(effect: &Effect, invocation: &Invocation, place: &Place) -> Option<String> {
    let by_flag = effect.env.is_none() && effect.key.is_none() && effect.input.is_none();
    let values = || invocation.args.iter().map(|word| word.value.as_deref());
    // Several words may come from one place: the one that the row knows.
    let known = |(word, next): &(&str, Option<&str>)| effect.flag.iter().any(|row| flag_matches(row, word, *next));
    let at = |index: &usize| invocation.args[*index].place == *place;
    let pair = |index: usize| Some((values().nth(index)??, values().nth(index + 1).flatten()));
    let all = || (0..invocation.args.len()).filter(at).filter_map(pair);
    let (word, next) = all().find(known).or_else(|| all().next()).filter(|(word, _)| by_flag && word.starts_with('-'))?;
    // A reader that puts flags in order names the flag; the row does not know which of them take a value.
    let open = effect.setting.is_some() && next.is_some_and(|next| !next.starts_with('-')) && !word.starts_with("--");
    let behind = open || effect.flag.iter().any(|row| row.split_once(' ').is_some_and(|(flag, _)| flag == word));
    Some(next.filter(|_| behind).map_or_else(|| word.to_owned(), |next| format!("{word} {next}")))
}
