//! Owns the functions of GitHub expressions that depend on their arguments alone. Refuses results longer than
//! [`TEXT_BYTES`].

use std::sync::Arc;

use super::value::{Open, TEXT_BYTES, Unknown, Val, equal};
use crate::answer::Reason;

/// The result; `None` for a function that depends on where it stands, or is not known.
pub(super) fn call(name: &str, arguments: &[Val]) -> Option<Val> {
    let pair = || arguments.first().zip(arguments.get(1));
    Some(match name {
        "contains" => pair().map_or_else(wrong, |(whole, part)| decided(contains(whole, part))),
        "startswith" => pair().map_or_else(wrong, |(whole, part)| decided(at_end(whole, part, true))),
        "endswith" => pair().map_or_else(wrong, |(whole, part)| decided(at_end(whole, part, false))),
        "format" => format(arguments),
        "join" => join(arguments),
        "tojson" => arguments.first().map_or_else(wrong, to_json),
        "fromjson" => arguments.first().map_or_else(wrong, from_json),
        "case" => case(arguments),
        "hashfiles" => Val::unknown("`hashFiles` is known only when it runs"),
        _ => return None,
    })
}

fn wrong() -> Val {
    Val::Unknown(Unknown::plain(Reason::Unsupported, "a function lacks an argument"))
}

fn decided(outcome: Result<bool, Unknown>) -> Val {
    match outcome {
        Ok(value) => Val::Bool(value),
        Err(unknown) => Val::Unknown(Unknown { truth: None, ..unknown }),
    }
}

/// A text, or nothing when it would be too long to carry on.
fn bounded(text: String) -> Val {
    if text.len() > TEXT_BYTES {
        return Val::Unknown(Unknown::plain(Reason::Unsupported, "an expression gives a very long text"));
    }
    Val::text(text)
}

fn unknown_in<'a>(values: impl IntoIterator<Item = &'a Val>) -> Option<Unknown> {
    values.into_iter().find_map(|value| match value {
        Val::Unknown(unknown) => Some(Unknown { truth: None, ..unknown.clone() }),
        Val::Open(_) => Some(Unknown::plain(Reason::Dynamic, "a name is known only in part")),
        _ => None,
    })
}

fn contains(whole: &Val, part: &Val) -> Result<bool, Unknown> {
    if let Val::Unknown(unknown) = whole {
        return Err(unknown.clone());
    }
    if let Val::List(items) = whole {
        let mut open = None;
        for item in items.iter() {
            match equal(item, part) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(unknown) => open = Some(unknown),
            }
        }
        return open.map_or(Ok(false), Err);
    }
    if let (Val::Open(open), Some(known)) = (part, whole.as_text()) {
        return open.lies_in(&known);
    }
    let part = lower(part)?;
    match whole {
        Val::Open(open) => open.contains(&part),
        other => Ok(other.as_text().is_some_and(|text| text.to_lowercase().contains(&part))),
    }
}

fn at_end(whole: &Val, part: &Val, start: bool) -> Result<bool, Unknown> {
    if let (Val::Open(open), Some(known)) = (part, whole.as_text()) {
        return open.lies_in(&known);
    }
    let part = lower(part)?;
    match whole {
        Val::Unknown(unknown) => Err(unknown.clone()),
        Val::Open(open) if start => open.starts_with(&part),
        Val::Open(open) => open.ends_with(&part),
        other => {
            let text = other.as_text().map(|text| text.to_lowercase()).unwrap_or_default();
            Ok(if start { text.starts_with(&part) } else { text.ends_with(&part) })
        }
    }
}

fn lower(value: &Val) -> Result<String, Unknown> {
    match unknown_in([value]) {
        Some(unknown) => Err(unknown),
        None => Ok(value.as_text().map(|text| text.to_lowercase()).unwrap_or_default()),
    }
}

fn format(arguments: &[Val]) -> Val {
    let Some(pattern) = arguments.first() else { return wrong() };
    if let Some(Val::Unknown(unknown)) = arguments.iter().find(|value| matches!(value, Val::Unknown(_))) {
        return Val::Unknown(Unknown { truth: None, ..unknown.clone() });
    }
    let Some(pattern) = pattern.as_text() else { return Val::unknown("a format is computed") };
    let (mut out, mut open): (String, Option<Open>) = (String::new(), None);
    let mut rest: &str = &pattern;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..];
        if brace.starts_with("{{") || brace.starts_with("}}") {
            out.push_str(&brace[..1]);
            rest = &brace[2..];
            continue;
        }
        let Some((index, behind)) = brace[1..].split_once('}') else { return wrong() };
        let Some(value) = index.trim().parse::<usize>().ok().and_then(|index| arguments.get(index + 1)) else { return wrong() };
        match (value, &open) {
            (Val::Open(part), None) => {
                open = Some(Open { prefix: format!("{out}{}", part.prefix), ..part.clone() });
                out = part.suffix.clone();
            }
            (Val::Open(_), Some(_)) => return Val::unknown("two names are put together"),
            (value, _) => out.push_str(&value.as_text().unwrap_or_default()),
        }
        if out.len() > TEXT_BYTES {
            return bounded(out);
        }
        rest = behind;
    }
    out.push_str(rest);
    match open {
        Some(open) if open.prefix.len() + out.len() <= TEXT_BYTES => Val::Open(Open { suffix: out, ..open }),
        Some(_) => Val::unknown("an expression gives a very long text"),
        None => bounded(out),
    }
}

fn join(arguments: &[Val]) -> Val {
    if let Some(unknown) = unknown_in(arguments) {
        return Val::Unknown(unknown);
    }
    let separator = arguments.get(1).map_or_else(|| Some(Arc::from(",")), Val::as_text).unwrap_or_default();
    let items: &[Val] = match arguments.first() {
        Some(Val::List(items)) => items,
        Some(single) => std::slice::from_ref(single),
        None => return wrong(),
    };
    if let Some(unknown) = unknown_in(items) {
        return Val::Unknown(unknown);
    }
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(&separator);
        }
        out.push_str(&item.as_text().unwrap_or_default());
        if out.len() > TEXT_BYTES {
            break;
        }
    }
    bounded(out)
}

/// `case(predicate, value, predicate, value, …, otherwise)`.
fn case(arguments: &[Val]) -> Val {
    let mut rest = arguments;
    while let [predicate, value, others @ ..] = rest {
        match predicate.truth() {
            Ok(true) => return value.clone(),
            Ok(false) => rest = others,
            Err(unknown) => return Val::Unknown(unknown),
        }
    }
    rest.first().cloned().unwrap_or_else(wrong)
}

fn to_json(value: &Val) -> Val {
    let mut budget = TEXT_BYTES;
    let Some(json) = json_of(value, &mut budget) else {
        return unknown_in([value]).map_or_else(|| Val::present("`toJSON` is known only when it runs"), Val::Unknown);
    };
    serde_json::to_string_pretty(&json).map_or_else(|_| wrong(), bounded)
}

fn json_of(value: &Val, budget: &mut usize) -> Option<serde_json::Value> {
    *budget = budget.checked_sub(1)?;
    Some(match value {
        Val::Null => serde_json::Value::Null,
        Val::Bool(value) => (*value).into(),
        Val::Num(value) if value.fract() == 0.0 && value.abs() < 9e15 => (*value as i64).into(),
        Val::Num(value) => (*value).into(),
        Val::Str(text) => text.to_string().into(),
        Val::List(items) => items.iter().map(|item| json_of(item, budget)).collect::<Option<Vec<_>>>()?.into(),
        Val::Map(entries) => {
            let pairs = entries.iter().map(|(key, value)| Some((key.clone(), json_of(value, budget)?)));
            serde_json::Value::Object(pairs.collect::<Option<serde_json::Map<_, _>>>()?)
        }
        Val::Open(_) | Val::Unknown(_) => return None,
    })
}

/// Reads a literal; anything computed stays unknown.
fn from_json(value: &Val) -> Val {
    if let Some(unknown) = unknown_in([value]) {
        return Val::Unknown(unknown);
    }
    let text = value.as_text().unwrap_or_default();
    match serde_json::from_str(&text) {
        Ok(json) => of_json(json),
        Err(_) => Val::Unknown(Unknown::plain(Reason::Unreadable, "`fromJSON` of a text that is no JSON")),
    }
}

fn of_json(json: serde_json::Value) -> Val {
    match json {
        serde_json::Value::Null => Val::Null,
        serde_json::Value::Bool(value) => Val::Bool(value),
        serde_json::Value::Number(number) => Val::Num(number.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::String(text) => Val::text(text),
        serde_json::Value::Array(items) => Val::List(Arc::new(items.into_iter().map(of_json).collect())),
        serde_json::Value::Object(entries) => {
            Val::Map(Arc::new(entries.into_iter().map(|(key, value)| (key, of_json(value))).collect()))
        }
    }
}
