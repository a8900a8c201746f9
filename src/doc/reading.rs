//! Owns the typed readings of scalars: YAML 1.2 core against YAML 1.1, and the number syntaxes of the other formats.
//! Refuses to choose between two readings: where they differ the answer is disputed.

use super::Kind;
use crate::answer::{Reason, Why};
use crate::text::Place;

/// A scalar asked for as a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading<T> {
    /// All readers agree on this value.
    Is(T),
    /// It is not of that type.
    Absent,
    /// Readers differ, or the value does not fit.
    Disputed(Why),
}

impl<T> Reading<T> {
    /// The value, if all readers agree on one.
    pub fn is(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Disputed(_) => None,
        }
    }

    pub(super) fn disputed(text: String, place: Place) -> Self {
        Self::Disputed(Why::new(Reason::Unreadable, text).at(place))
    }
}

/// Kind of a plain, untagged YAML scalar (YAML 1.2.2, 10.3.2 core schema).
pub(super) fn core_kind(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        _ if core_bool(text).is_some() => Kind::Bool,
        _ if core_int(text).is_some() || is_core_float(text) => Kind::Number,
        _ => Kind::String,
    }
}

/// A boolean of the core schema.
pub(super) fn core_bool(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// A boolean of YAML 1.1 (yaml.org/type/bool).
pub(super) fn old_bool(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => core_bool(text),
    }
}

/// An integer of the core schema; a number past 128 bits stays at the edge of them.
pub(super) fn core_int(text: &str) -> Option<i128> {
    if let Some(octal) = text.strip_prefix("0o") {
        return digits(octal, 8, false);
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return digits(hex, 16, false);
    }
    let (negative, rest) = sign(text);
    digits(rest, 10, false).map(|number| apply(negative, number))
}

/// An integer of YAML 1.1 (yaml.org/type/int): octal by a leading zero, `0b`, underscores, base 60.
pub(super) fn old_int(text: &str) -> Option<i128> {
    let (negative, rest) = sign(text);
    let number = if rest.contains(':') {
        base_60(rest)
    } else if let Some(binary) = rest.strip_prefix("0b") {
        digits(binary, 2, true)
    } else if let Some(hex) = rest.strip_prefix("0x") {
        digits(hex, 16, true)
    } else if rest == "0" {
        Some(0)
    } else if let Some(octal) = rest.strip_prefix('0') {
        digits(octal, 8, true)
    } else if rest.starts_with('_') {
        None
    } else {
        digits(rest, 10, true)
    };
    number.map(|number| apply(negative, number))
}

/// An integer of TOML (underscores; `0x`, `0o`, `0b`) or JSON5 (`0x`, any case), already accepted by its parser.
pub(super) fn plain_int(text: &str) -> Option<i128> {
    let (negative, rest) = sign(text);
    let prefixed = [("0x", 16), ("0X", 16), ("0o", 8), ("0b", 2)]
        .iter()
        .find_map(|(prefix, radix)| rest.strip_prefix(prefix).map(|rest| digits(rest, *radix, true)));
    prefixed.unwrap_or_else(|| digits(rest, 10, true)).map(|number| apply(negative, number))
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, infinities and not-a-numbers.
fn is_core_float(text: &str) -> bool {
    let (_, rest) = sign(text);
    if matches!(rest, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (rest, None),
    };
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => number(fraction),
        Some((whole, fraction)) => number(whole) && (fraction.is_empty() || number(fraction)),
        None => number(mantissa),
    };
    mantissa_fits && exponent.is_none_or(number)
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn apply(negative: bool, number: i128) -> i128 {
    if negative { -number } else { number }
}

/// Saturates; `None` without a digit or with anything else in it.
fn digits(text: &str, radix: u32, underscores: bool) -> Option<i128> {
    let mut number: i128 = 0;
    let mut seen = false;
    for c in text.chars() {
        if underscores && c == '_' {
            continue;
        }
        let digit = c.to_digit(radix)?;
        number = number.saturating_mul(i128::from(radix)).saturating_add(i128::from(digit));
        seen = true;
    }
    seen.then_some(number)
}

/// `[1-9][0-9_]*(:[0-5]?[0-9])+`
fn base_60(text: &str) -> Option<i128> {
    let (first, rest) = text.split_once(':')?;
    if !first.starts_with(|c: char| matches!(c, '1'..='9')) {
        return None;
    }
    let mut number = digits(first, 10, true)?;
    for part in rest.split(':') {
        let value = digits(part, 10, false).filter(|value| part.len() <= 2 && *value < 60)?;
        number = number.saturating_mul(60).saturating_add(value);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_the_core_schema() {
        for (text, kind) in [
            ("", Kind::Null),
            ("~", Kind::Null),
            ("nul", Kind::String),
            ("True", Kind::Bool),
            ("tRUE", Kind::String),
            ("yes", Kind::String),
            ("12", Kind::Number),
            ("-0", Kind::Number),
            ("+.5e-3", Kind::Number),
            ("3.", Kind::Number),
            (".", Kind::String),
            ("1e", Kind::String),
            ("1.2.3", Kind::String),
            ("0o17", Kind::Number),
            ("0o18", Kind::String),
            ("-0x1f", Kind::String),
            (".NaN", Kind::Number),
            ("+.nan", Kind::String),
            ("-.Inf", Kind::Number),
            ("1_000", Kind::String),
            ("1:30", Kind::String),
            ("é", Kind::String),
        ] {
            assert_eq!(core_kind(text), kind, "{text:?}");
        }
    }

    #[test]
    fn integers_by_both_versions() {
        for (text, new, old) in [
            ("010", Some(10), Some(8)),
            ("007", Some(7), Some(7)),
            ("08", Some(8), None),
            ("0o17", Some(15), None),
            ("0x1F", Some(31), Some(31)),
            ("-0x1F", None, Some(-31)),
            ("1_000", None, Some(1000)),
            ("1:30", None, Some(90)),
            ("190:20:30", None, Some(685_230)),
            ("1:60", None, None),
            ("0:30", None, None),
            ("0b11", None, Some(3)),
            ("+12", Some(12), Some(12)),
            ("_1", None, None),
            ("0_", None, None),
            ("1e3", None, None),
            ("--1", None, None),
            ("", None, None),
        ] {
            assert_eq!((core_int(text), old_int(text)), (new, old), "{text:?}");
        }
        assert_eq!(core_int(&"9".repeat(4000)), Some(i128::MAX));
        assert_eq!(plain_int("-0xFF"), Some(-255));
        assert_eq!(plain_int("1_000"), Some(1000));
        assert_eq!(plain_int("1.5"), None);
    }
}
