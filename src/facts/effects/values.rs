//! Owns whether a value of a configuration, an input or a variable is what a row of the catalogue asks for. Refuses to choose between two
//! readings of one.

use super::{compares, fits, flags_in_value};
use crate::answer::Why;
use crate::catalog::tool::Effect;
use crate::doc::{Reading, Value};

/// Whether what stands at a key is what the row asks for.
///
/// # Errors
/// Two readings of it.
pub(super) fn key_value_matches(effect: &Effect, value: Value<'_>) -> Result<bool, Why> {
    let texts: Vec<&str> = match value.scalar() {
        Some(text) => vec![text],
        None => value.items().filter_map(Value::scalar).collect(),
    };
    if compares(effect) {
        return Ok(fits(effect, &texts.join(" ")));
    }
    if !effect.flag.is_empty() {
        return Ok(flags_in_value(effect, &texts.join(" ")));
    }
    if effect.value.is_empty() || texts.iter().any(|text| effect.value.iter().any(|wanted| same_scalar(wanted, text))) {
        return Ok(true);
    }
    // What one reader takes for the value that is asked about, and another for a text.
    for wanted in &effect.value {
        match wanted {
            serde_json::Value::Bool(wanted) => match value.as_bool() {
                Reading::Disputed(why) if value.scalar().is_some_and(|text| may_mean(text) == Some(*wanted)) => return Err(why),
                Reading::Is(own) if own == *wanted => return Ok(true),
                _ => {}
            },
            serde_json::Value::Number(wanted) => match value.as_int() {
                Reading::Disputed(why) => return Err(why),
                Reading::Is(own) if wanted.as_i64() == Some(own) => return Ok(true),
                _ => {}
            },
            _ => {}
        }
    }
    Ok(false)
}

/// What a word stands for where it is taken for a boolean.
fn may_mean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "on" | "1" | "true" => Some(true),
        "n" | "no" | "off" | "0" | "false" => Some(false),
        _ => None,
    }
}

/// A catalogue value and a text: booleans and numbers by their text, strings exactly (case-insensitive for true/false words).
pub(super) fn same_scalar(wanted: &serde_json::Value, text: &str) -> bool {
    match wanted {
        serde_json::Value::String(wanted) => wanted == text,
        serde_json::Value::Bool(wanted) => text.eq_ignore_ascii_case(if *wanted { "true" } else { "false" }),
        serde_json::Value::Number(wanted) => wanted.to_string() == text,
        _ => false,
    }
}
