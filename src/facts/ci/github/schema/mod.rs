//! Owns what GitHub holds a workflow file against before it runs any of it: keys, kinds of values, tags, ids, expressions.
//! Refuses to know what any of it does. One objection anywhere, and GitHub runs nothing of the file (read in the sources of
//! `actions/runner`: `TemplateReader`, `YamlObjectReader`, `WorkflowTemplateConverter`).

mod expressions;
mod table;

use std::collections::HashSet;

use self::table::{Def, Map, Scalar};
use super::{background, template};
use crate::doc::{Kind, Reading, Value};
use crate::terms::nearest::nearest;
use crate::text::Place;

/// Objections told of one file.
const MOST: usize = 50;

/// An id has fewer characters.
const ID_LENGTH: usize = 100;

/// What GitHub objects to; empty when it takes the file.
pub(super) fn check(root: Value<'_>) -> Vec<(Place, String)> {
    let mut schema = Schema { found: Vec::new() };
    schema.plain(root);
    schema.value(root, &table::ROOT, 0);
    schema.ids(root);
    schema.found
}

struct Schema {
    found: Vec<(Place, String)>,
}

impl Schema {
    fn wrong(&mut self, place: Place, words: impl Into<String>) {
        if self.found.len() < MOST {
            self.found.push((place, words.into()));
        }
    }

    /// What holds everywhere: no tags but those of scalars in the core schema, no two keys that differ in case alone.
    fn plain(&mut self, value: Value<'_>) {
        if self.found.len() >= MOST {
            return;
        }
        match value.kind() {
            // Tags of lists and mappings are not looked at.
            Kind::Sequence => value.items().for_each(|item| self.plain(item)),
            Kind::Mapping => {
                let mut seen: HashSet<String> = HashSet::new();
                let mut exact: HashSet<&str> = HashSet::new();
                for entry in value.entries() {
                    let name = entry.name().unwrap_or_default();
                    if !seen.insert(name.to_lowercase()) && !exact.contains(name) {
                        self.wrong(entry.key.place(), format!("`{name}` is there twice: case makes no difference to GitHub"));
                    }
                    exact.insert(name);
                    self.plain(entry.key);
                    self.plain(entry.value);
                }
            }
            _ => {
                if let Some(tag) = value.tag().filter(|tag| !fits(value, tag)) {
                    self.wrong(value.place(), format!("GitHub knows no tag `{tag}` here"));
                }
            }
        }
    }

    fn value(&mut self, value: Value<'_>, def: &'static Def, around: u32) {
        if self.found.len() >= MOST || matches!(def.scalar, Scalar::Elsewhere) {
            return;
        }
        let sees = around | def.sees;
        match (value.kind(), def.list) {
            (Kind::Disputed, _) => {}
            (Kind::Sequence, Some(item)) => value.items().for_each(|value| self.value(value, item, sees)),
            (Kind::Sequence, None) => self.wrong(value.place(), format!("{} is no list", subject(value))),
            (Kind::Mapping, _) if def.maps.is_empty() => self.wrong(value.place(), format!("{} is no mapping", subject(value))),
            (Kind::Mapping, _) => self.mapping(value, def.maps, sees),
            _ => self.scalar(value, def, sees),
        }
    }

    fn mapping(&mut self, value: Value<'_>, maps: &'static [Map], sees: u32) {
        let mut left: Vec<&'static Map> = maps.iter().collect();
        let mut computed = false;
        for entry in value.entries() {
            let Some(name) = entry.name() else { continue };
            if name == "<<" && entry.key.is_plain() {
                continue;
            }
            let rest = left.first().and_then(|map| map.rest);
            if name.contains("${{") {
                computed = true;
                self.expressions(entry.key, name, sees);
                if let Some(rest) = rest {
                    self.value(entry.value, rest, sees);
                }
                continue;
            }
            if let Some(next) = left.iter().find_map(|map| map.under(name)) {
                left.retain(|map| map.under(name).is_some());
                self.value(entry.value, next, sees);
            } else if let Some(rest) = rest {
                if name.is_empty() {
                    self.wrong(entry.key.place(), "a key is empty");
                }
                self.value(entry.value, rest, sees);
            } else {
                self.wrong(entry.key.place(), unknown_key(name, &left, maps));
            }
        }
        let missing: Vec<&str> = match left.as_slice() {
            [one] => one.needs.iter().copied().filter(|need| !computed && value.get(need).is_none()).collect(),
            several => several.iter().flat_map(|map| map.needs.iter().copied()).take(2).collect(),
        };
        if !missing.is_empty() {
            let place = value.key_place().unwrap_or_else(|| value.place());
            self.wrong(place, format!("{} lacks `{}`", subject(value), missing.join("` or `")));
        }
    }

    fn scalar(&mut self, value: Value<'_>, def: &'static Def, sees: u32) {
        let (mut text, kind) = (value.scalar().unwrap_or_default(), value.kind());
        if matches!(def.scalar, Scalar::Raw) {
            return;
        }
        let literal = expressions::literal(text).filter(|_| kind == Kind::String);
        match &literal {
            // A text in an expression and nothing else is that text, wherever it stands.
            Some(literal) => text = literal,
            None if kind == Kind::String && text.contains("${{") => return self.expressions(value, text, sees),
            None => {}
        }
        let what = match def.scalar {
            Scalar::Null if kind != Kind::Null => "not empty, and no mapping",
            Scalar::NullOrBool if !matches!(kind, Kind::Null | Kind::Bool) => "neither empty nor a boolean",
            Scalar::Bool if kind != Kind::Bool => "no boolean",
            Scalar::Number if kind != Kind::Number => "no number",
            Scalar::Filled if text.is_empty() => "empty",
            Scalar::Words(words) if !words.contains(&text) => "none of the words that GitHub knows here",
            Scalar::Nothing if text.is_empty() => "empty",
            Scalar::Nothing => "a mere text",
            // `True` is a boolean of YAML, which GitHub writes down as `true` before it reads it as an expression.
            Scalar::If if kind != Kind::Bool && !text.trim().is_empty() => {
                if let Some(why) = expressions::objection(text, sees) {
                    self.wrong(value.place(), why);
                }
                return;
            }
            _ => return,
        };
        let readings = both_readings(value).map_or_else(String::new, |both| format!(": {both}"));
        self.wrong(value.place(), format!("{} is {what}{readings}", subject(value)));
    }

    fn expressions(&mut self, value: Value<'_>, text: &str, sees: u32) {
        if sees == 0 {
            return self.wrong(value.place(), format!("{} takes no expression", subject(value)));
        }
        for (range, inner) in template::expressions(text) {
            let closed = text.get(range.clone()).is_some_and(|whole| whole.len() >= 5 && whole.ends_with("}}"));
            let why = if closed { expressions::objection(inner, sees) } else { Some("an expression has no end".to_owned()) };
            if let Some(why) = why {
                let place = value.mapped().map_or_else(|| value.place(), |text| text.place(range));
                return self.wrong(place, why);
            }
        }
    }

    /// Ids of jobs and steps, and the form of `uses`.
    fn ids(&mut self, root: Value<'_>) {
        for job in root.get("jobs").into_iter().flat_map(Value::entries) {
            self.id(job.key);
            let mut known: HashSet<String> = HashSet::new();
            for step in job.value.get("steps").into_iter().flat_map(background::in_order) {
                if let Some(id) = step.get("id") {
                    self.id(id);
                    let name = id.scalar().unwrap_or_default();
                    if !known.insert(name.to_lowercase()) {
                        self.wrong(id.place(), format!("a second step has the id `{name}`: case makes no difference to GitHub"));
                    }
                }
                if let Some(uses) = step.get("uses").filter(|uses| uses.scalar().is_some_and(|text| !names_an_action(text))) {
                    let words = "`uses` names an action as `owner/repository@reference`, or by `./` or `docker://`";
                    self.wrong(uses.place(), words);
                }
            }
        }
    }

    fn id(&mut self, id: Value<'_>) {
        let name = id.scalar().unwrap_or_default();
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !name.starts_with("__");
        let holds = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        // Empty ones and computed ones are told as such.
        let told = name.is_empty() || name.contains("${{");
        let fits = starts && holds && name.len() < ID_LENGTH;
        if !told && !fits {
            let words = "is no id: letters, digits, `_` and `-`, a letter or one `_` first, fewer than 100 characters";
            self.wrong(id.place(), format!("`{name}` {words}"));
        }
    }
}

impl Map {
    fn under(&self, name: &str) -> Option<&'static Def> {
        self.keys.iter().find(|(key, _)| *key == name).map(|(_, def)| *def)
    }
}

/// Whether GitHub takes a scalar with this tag.
fn fits(value: Value<'_>, tag: &str) -> bool {
    let core = tag.strip_prefix("!!").or_else(|| tag.strip_prefix("tag:yaml.org,2002:"));
    match core {
        Some("str") => true,
        Some("bool" | "float" | "int" | "null") => value.is_plain(),
        _ => false,
    }
}

fn unknown_key(name: &str, left: &[&'static Map], all: &'static [Map]) -> String {
    if all.iter().any(|map| map.under(name).is_some()) {
        return format!("`{name}` does not go with the keys before it");
    }
    let known = left.iter().flat_map(|map| map.keys.iter().map(|(key, _)| *key));
    match nearest(name, known) {
        Some(near) => format!("GitHub knows no key `{name}` here; did you mean `{near}`?"),
        None => format!("GitHub knows no key `{name}` here"),
    }
}

/// The key that holds a value, in words.
fn subject(value: Value<'_>) -> String {
    match value.key().and_then(Value::scalar) {
        Some(name) => format!("`{name}`"),
        None => "an item".to_owned(),
    }
}

/// What YAML 1.1 and 1.2 make of the same text; GitHub reads 1.2.
fn both_readings(value: Value<'_>) -> Option<String> {
    match (value.as_bool(), value.as_int()) {
        (Reading::Disputed(why), _) | (_, Reading::Disputed(why)) => Some(why.text),
        _ => None,
    }
}

/// `owner/repository[/path]@reference`, or something that is found without one.
fn names_an_action(text: &str) -> bool {
    if text.is_empty() || text.contains("${{") || text == "." {
        return true;
    }
    if ["docker://", "./", ".\\", "$/"].iter().any(|start| text.starts_with(start)) {
        return true;
    }
    let mut parts = text.split('@');
    let (path, reference, more) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let segments = path.split(['/', '\\']).filter(|segment| !segment.is_empty()).count();
    segments >= 2 && more.is_none() && reference.is_some_and(|reference| !reference.is_empty())
}
