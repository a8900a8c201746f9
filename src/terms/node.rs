//! Owns a TOML value with its place, free of the parser's lifetimes: what validation, merging and `policy show` walk. Refuses to
//! know any key.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::Error;
use crate::text::{Place, SourceFile, Span};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value's place.
    pub place: Place,
    /// Its key's place; the value's own for items of a list.
    pub key: Place,
    /// The value.
    pub value: Value,
}

/// A TOML value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// An integer.
    Number(i64),
    /// A float; no key takes one.
    Float,
    /// A boolean.
    Flag(bool),
    /// A local date.
    Date(Date),
    /// A date with a time, or a time; no key takes one.
    Moment,
    /// An array.
    List(Vec<Node>),
    /// A table.
    Table(BTreeMap<String, Node>),
}

impl Value {
    /// What it is, for messages.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "a whole number",
            Self::Float => "a number with a fraction",
            Self::Flag(_) => "true or false",
            Self::Date(_) => "a date",
            Self::Moment => "a date with a time",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    /// Parses a file. Syntax errors of several lines are all reported; of one line only the first, as what follows it on the
    /// line is mostly its echo.
    ///
    /// # Errors
    /// Usage errors with their places.
    pub fn parse(file: &Arc<SourceFile>) -> Result<Self, Vec<Error>> {
        let text = file.text.strip_prefix('\u{FEFF}').unwrap_or(&file.text);
        let shift = file.text.len() - text.len();
        let (root, problems) = DeTable::parse_recoverable(text);
        let at = |span: std::ops::Range<usize>| file.place(Span::new(span.start + shift, span.end + shift));
        if !problems.is_empty() {
            let error = |problem: &toml::de::Error| {
                let message = problem.message().lines().collect::<Vec<_>>().join("; ");
                let error = Error::usage(format!("this is not TOML: {message}")).at(at(problem.span().unwrap_or(0..0)));
                error.hint(match message.as_str() {
                    twice if twice.contains("duplicate") => "a key may stand once in its table",
                    deep if deep.contains("recurs") => "no key of a policy lies that deep",
                    _ => "a line is `[table]`, `[[table]]` or `key = value`, with text in quotes",
                })
            };
            let mut errors: Vec<Error> = problems.iter().map(error).collect();
            errors.sort_by(|a, b| a.place.cmp(&b.place));
            errors.dedup_by_key(|error| error.place.as_ref().map(|place| place.line));
            return Err(errors);
        }
        let whole = file.place(Span::new(0, 0));
        let mut wrong = Vec::new();
        let value = table(root.get_ref(), &at, &mut wrong);
        if wrong.is_empty() { Ok(Self { place: whole.clone(), key: whole, value }) } else { Err(wrong) }
    }

    /// The table, when it is one.
    #[must_use]
    pub fn table(&self) -> Option<&BTreeMap<String, Self>> {
        if let Value::Table(table) = &self.value { Some(table) } else { None }
    }

    /// The items, when it is a list.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// The value at a dotted route of table keys.
    #[must_use]
    pub fn route(&self, route: &str) -> Option<&Self> {
        route.split('.').try_fold(self, |node, name| node.get(name))
    }

    /// A table's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.table()?.get(name)
    }

    /// Text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// A table's text.
    #[must_use]
    pub fn text_at(&self, name: &str) -> Option<String> {
        self.get(name)?.text().map(str::to_owned)
    }

    /// A table's flag.
    #[must_use]
    pub fn flag_at(&self, name: &str) -> Option<bool> {
        if let Value::Flag(flag) = self.get(name)?.value { Some(flag) } else { None }
    }

    /// A table's number.
    #[must_use]
    pub fn number_at(&self, name: &str) -> Option<i64> {
        if let Value::Number(number) = self.get(name)?.value { Some(number) } else { None }
    }

    /// A table's date.
    #[must_use]
    pub fn date_at(&self, name: &str) -> Option<Date> {
        if let Value::Date(date) = self.get(name)?.value { Some(date) } else { None }
    }

    /// The texts of a table's list; empty when it is absent.
    #[must_use]
    pub fn texts_at(&self, name: &str) -> Vec<String> {
        self.get(name).map(Self::texts).unwrap_or_default()
    }

    /// The texts of this list.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.items().iter().filter_map(Self::text).map(str::to_owned).collect()
    }

    /// The items of a table's list of tables.
    #[must_use]
    pub fn tables_at(&self, name: &str) -> &[Self] {
        self.get(name).map_or(&[], Self::items)
    }

    /// The value as TOML on one line.
    #[must_use]
    pub fn to_toml(&self) -> String {
        match &self.value {
            Value::Text(text) => toml::Value::String(text.clone()).to_string(),
            Value::Number(number) => number.to_string(),
            Value::Flag(flag) => flag.to_string(),
            Value::Date(date) => date.to_string(),
            Value::Float | Value::Moment => String::from("?"),
            Value::List(items) => format!("[{}]", items.iter().map(Self::to_toml).collect::<Vec<_>>().join(", ")),
            Value::Table(table) => {
                let pairs: Vec<String> =
                    table.iter().map(|(key, node)| format!("{} = {}", quoted(key), node.to_toml())).collect();
                format!("{{ {} }}", pairs.join(", "))
            }
        }
    }

    /// The value as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Text(text) => text.clone().into(),
            Value::Number(number) => (*number).into(),
            Value::Flag(flag) => (*flag).into(),
            Value::Date(date) => date.to_string().into(),
            Value::Float | Value::Moment => serde_json::Value::Null,
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Table(table) => {
                serde_json::Value::Object(table.iter().map(|(key, node)| (key.clone(), node.to_json())).collect())
            }
        }
    }
}

/// A key as TOML writes it.
#[must_use]
pub fn quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if bare { key.to_owned() } else { toml::Value::String(key.to_owned()).to_string() }
}

type At<'a> = dyn Fn(std::ops::Range<usize>) -> Place + 'a;

fn table(source: &DeTable<'_>, at: &At<'_>, wrong: &mut Vec<Error>) -> Value {
    let mut out = BTreeMap::new();
    for (key, value) in source {
        let node = node(value, Some(at(key.span())), at, wrong);
        out.insert(key.get_ref().to_string(), node);
    }
    Value::Table(out)
}

/// The parser bounds the nesting (its own recursion limit), so this recursion is bounded, too.
fn node(source: &Spanned<DeValue<'_>>, key: Option<Place>, at: &At<'_>, wrong: &mut Vec<Error>) -> Node {
    let place = at(source.span());
    let value = match source.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Number(number),
            Err(_) => {
                let error = Error::usage(format!("`{}` is too large a number", number.as_str())).at(place.clone());
                wrong.push(error.hint("`tollgate policy schema` has the bounds of each key"));
                Value::Number(0)
            }
        },
        DeValue::Float(_) => Value::Float,
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(datetime) => moment(datetime),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, None, at, wrong)).collect()),
        DeValue::Table(inner) => table(inner, at, wrong),
    };
    Node { key: key.unwrap_or_else(|| place.clone()), place, value }
}

fn moment(datetime: &toml::value::Datetime) -> Value {
    match (datetime.date, datetime.time, datetime.offset) {
        (Some(date), None, None) => {
            let year = i16::try_from(date.year).unwrap_or(i16::MAX);
            let (month, day) = (i8::try_from(date.month).unwrap_or(0), i8::try_from(date.day).unwrap_or(0));
            Date::new(year, month, day).map_or(Value::Moment, Value::Date)
        }
        _ => Value::Moment,
    }
}
