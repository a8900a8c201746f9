//! Owns `policy show`: every value in force, one a line, with where it comes from. Refuses to judge any.

use std::collections::BTreeMap;

use super::node::{Node, Value, quoted};
use super::policy::{Level, Policy};
use super::schema::{Key, Type, key};
use crate::catalog::Catalog;

/// One value in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its key: `release.check_last`, `waiver[0].rule`.
    pub key: String,
    /// Its value as TOML.
    pub value: String,
    /// `default`, or `path:line`.
    pub origin: String,
}

/// All values in force: the defaults and what the files set.
#[must_use]
pub fn lines(policy: &Policy) -> Vec<Line> {
    let mut out = BTreeMap::new();
    for key in super::keys::KEYS.iter().filter(|key| shows_default(key)) {
        out.insert(key.path.to_owned(), (key.default.to_owned(), "default".to_owned()));
    }
    walk(&policy.values, String::new(), &mut out);
    floors(policy, &mut out);
    out.into_iter().map(|(key, (value, origin))| Line { key: unpadded(&key), value, origin }).collect()
}

/// The keys that the files set and no rule of this version reads, as the table of keys names them, each with where it stands.
#[must_use]
pub fn unread(policy: &Policy) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    below(&policy.values, "", &mut out);
    out
}

fn below(node: &Node, path: &str, out: &mut Vec<(&'static str, String)>) {
    for (name, value) in node.table().into_iter().flatten() {
        let full = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match key(&full).or_else(|| key(&format!("{path}.*"))) {
            Some(entry) if entry.later => out.push((entry.path, format!("{}:{}", value.key.path, value.key.line))),
            Some(entry) => {
                below(value, entry.path, out);
                value.items().iter().for_each(|item| below(item, &format!("{}[]", entry.path), out));
            }
            None => {}
        }
    }
}

/// What an organisation's floor lifts has the floor's value and place: that is what judges.
fn floors(policy: &Policy, out: &mut BTreeMap<String, (String, String)>) {
    let catalog = Catalog::builtin();
    let named = |route: &str| policy.values.route(route).and_then(Node::table).into_iter().flatten();
    for (name, floor) in named("org.floors") {
        let Some(id) = catalog.rule(name).map(|rule| rule.id.as_str()) else { continue };
        let lifted = |stated: &Node| stated.text().and_then(Level::parse) < policy.level(id);
        for (own, node) in named("rules").filter(|(own, _)| catalog.rule(own).is_some_and(|rule| rule.id == id)) {
            let (key, stated) = match node.get("severity") {
                Some(severity) => (format!("rules.{}.severity", quoted(own)), severity),
                None => (format!("rules.{}", quoted(own)), node),
            };
            if stated.text().is_some() && lifted(stated) {
                out.insert(key, (floor.to_toml(), origin(floor)));
            }
        }
    }
}

fn origin(node: &Node) -> String {
    format!("{}:{}", node.place.path, node.place.line)
}

/// Items are padded while they are sorted, so that the tenth does not come before the second.
fn unpadded(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    let mut rest = key;
    while let Some(at) = rest.find('[') {
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = rest[..digits].trim_start_matches('0');
        out.push_str(if number.is_empty() && digits > 0 { "0" } else { number });
        rest = &rest[digits..];
    }
    out + rest
}

fn shows_default(key: &Key) -> bool {
    !key.default.is_empty() && !key.path.contains(['*', '[']) && !matches!(key.kind, Type::Table | Type::Map(_))
}

fn walk(node: &Node, path: String, out: &mut BTreeMap<String, (String, String)>) {
    match &node.value {
        Value::Table(table) => {
            for (name, value) in table {
                let name = quoted(name);
                let full = if path.is_empty() { name } else { format!("{path}.{name}") };
                walk(value, full, out);
            }
        }
        Value::List(items) if !items.is_empty() && items.iter().all(|item| item.table().is_some()) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, format!("{path}[{at:06}]"), out);
            }
        }
        _ => {
            out.insert(path, (node.to_toml(), origin(node)));
        }
    }
}
