//! Owns what stands inside the keys of the file, by the catalogue's rows: types, keys, words. Refuses what no row names.

use super::super::{BotProblem, zones};
use super::schema::Schema;
use crate::catalog::bot::{Restriction, Shape, ShapeKind};
use crate::doc::{Kind, Reading as Typed, Value};

/// Holds every row against the file.
pub(super) fn check(schema: &mut Schema<'_>, root: Value<'_>) {
    let bot = schema.bot;
    for shape in &bot.shape {
        for value in at(root, &shape.at).into_iter().filter(|value| value.kind() != Kind::Disputed) {
            one(schema, shape, value);
        }
    }
    for item in root.get("updates").into_iter().flat_map(Value::items) {
        let Some(ecosystem) = item.get("package-ecosystem").and_then(Value::scalar) else { continue };
        let mine = |row: &&Restriction| row.ecosystems.iter().any(|name| name == ecosystem);
        for row in bot.restriction.iter().filter(mine) {
            restricted(schema, row, item, ecosystem);
        }
    }
}

/// Every value that a way from the top leads to.
fn at<'d>(root: Value<'d>, way: &str) -> Vec<Value<'d>> {
    way.split('.').fold(vec![root], |values, step| {
        let next = |value: Value<'d>| -> Vec<Value<'d>> {
            match step {
                "[]" => value.items().collect(),
                "*" => value.entries().map(|entry| entry.value).collect(),
                key => value.get(key).into_iter().collect(),
            }
        };
        values.into_iter().flat_map(next).collect()
    })
}

fn one(schema: &mut Schema<'_>, shape: &Shape, value: Value<'_>) {
    let key = name(shape, value);
    if let Some(kind) = shape.is {
        typed(schema, &key, kind, value);
    }
    if value.kind() == Kind::Mapping {
        if !shape.keys.is_empty() {
            schema.keys(value, &shape.keys, &format!("of `{key}`"));
        }
        if !shape.one_of.is_empty() && !shape.one_of.iter().any(|key| value.get(key).is_some()) {
            let words = format!("`{key}` has no rule in it");
            schema.wrong_because(value.key_place().unwrap_or_else(|| value.place()), words, "patterns: [\"*\"]");
        }
    }
    let Some(text) = value.scalar() else {
        if !shape.words.is_empty() {
            schema.wrong_because(value.place(), format!("`{key}` is not a text"), format!("{key}: {}", shape.words[0]));
        }
        return;
    };
    if !shape.words.is_empty() && !shape.words.iter().any(|word| word == text) {
        schema.wrong_because(
            value.place(),
            format!("`{text}` is no value of `{key}`"),
            format!("one of: {}", shape.words.join(", ")),
        );
    }
    if shape.longest.is_some_and(|most| text.chars().count() > most) {
        let most = shape.longest.unwrap_or_default();
        schema.wrong_because(value.place(), format!("`{key}` is longer than {most} characters"), "shorten it");
    }
}

/// The key that people would look for.
fn name(shape: &Shape, value: Value<'_>) -> String {
    let last = shape.at.rsplit('.').find(|step| *step != "[]").unwrap_or(&shape.at);
    if last != "*" {
        return last.to_owned();
    }
    value.key().and_then(Value::scalar).unwrap_or("?").to_owned()
}

fn typed(schema: &mut Schema<'_>, key: &str, kind: ShapeKind, value: Value<'_>) {
    let is = value.kind();
    let text = value.scalar();
    let (fits, words) = match kind {
        // Numbers and the like are no texts to the service, but a plain `1.0` as a branch is common and accepted.
        ShapeKind::Text => (text.is_some(), "a text"),
        // `labels: null` and the like stand for nothing given.
        ShapeKind::List => (matches!(is, Kind::Sequence | Kind::Null), "a list"),
        ShapeKind::Map => (is == Kind::Mapping, "a map"),
        ShapeKind::Bool => (is == Kind::Bool, "true or false"),
        ShapeKind::Count => (!matches!(value.as_int(), Typed::Absent | Typed::Is(..0)), "a whole number, 0 or more"),
        ShapeKind::ListOrStar => (is == Kind::Sequence || text == Some("*"), "a list, or \"*\""),
        ShapeKind::Clock => (text.is_some_and(is_clock), "a time of the day of two and two digits"),
        ShapeKind::Zone => (text.is_some_and(is_zone), "the name of a time zone"),
    };
    if !fits {
        let message = format!("`{key}` is not {words}");
        let fix = match (kind, text) {
            (ShapeKind::Clock, _) => "time: \"05:00\"".to_owned(),
            (ShapeKind::List | ShapeKind::ListOrStar, Some(text)) => format!("{key}: [{text}]"),
            (ShapeKind::Bool, Some(text)) => format!("{key}: {}", matches!(text, "yes" | "on" | "1" | "True" | "TRUE" | "true")),
            (ShapeKind::Count, _) => format!("{key}: 5, or delete the key"),
            (ShapeKind::Zone, _) => format!("{key}: Etc/UTC"),
            _ => format!("write {words} behind `{key}:`, or delete the key"),
        };
        schema.wrong_because(value.place(), message, fix);
    }
}

/// `hh:mm`, of a day. Without quotes YAML may make a number of it: not judged.
fn is_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    let of_day = || text.split_once(':').is_some_and(|(hour, minute)| hour < "24" && minute < "60");
    matches!(bytes, [a, b, b':', c, d] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()) && of_day())
        || bytes.iter().all(u8::is_ascii_digit)
}

/// What the time zone database may name; it has no offsets.
fn is_zone(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && !text.contains(':') && zones::possible(text)
}

fn restricted(schema: &mut Schema<'_>, row: &Restriction, item: Value<'_>, ecosystem: &str) {
    let Some(value) = item.route(&row.key.split('.').collect::<Vec<_>>()) else { return };
    let key = row.key.rsplit('.').next().unwrap_or(&row.key);
    if row.words.is_empty() {
        let place = value.key_place().unwrap_or_else(|| value.place());
        return schema.wrong_because(place, format!("`{key}` is no key for `{ecosystem}`"), "remove it");
    }
    let Some(text) = value.scalar() else { return };
    if row.words.iter().any(|word| word == text) {
        return;
    }
    if let Some(why) = &row.contested {
        let words = format!("`{text}` may be no value of `{key}` for `{ecosystem}`: {why}");
        schema.push(BotProblem::note(value.place(), "contested-value", words));
    } else {
        let fix = format!("one of: {}", row.words.join(", "));
        schema.wrong_because(value.place(), format!("`{text}` is no value of `{key}` for `{ecosystem}`"), fix);
    }
}
