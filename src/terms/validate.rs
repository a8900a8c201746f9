//! Owns holding one policy file against the table of keys: unknown keys with the nearest known one, wrong types, missing keys.
//! Every problem is collected. Refuses what needs two values or a clock: `meaning` does that.

use std::collections::BTreeMap;

use super::node::{Node, Value};
use super::schema::{Key, Names, Type, key, keys_in};
use super::{keys, nearest, units};
use crate::catalog::Catalog;
use crate::error::Error;

/// Collects the problems of one file.
pub(super) struct Validation<'a> {
    catalog: &'a Catalog,
    problems: Vec<Error>,
    /// The name in a map whose value is looked at.
    name: String,
}

/// The problems of a file's tree.
pub(super) fn validate(root: &Node, catalog: &Catalog) -> Vec<Error> {
    let mut validation = Validation { catalog, problems: Vec::new(), name: String::new() };
    if let Some(table) = root.table() {
        validation.table("", root, table);
    }
    validation.problems
}

impl Validation<'_> {
    fn wrong(&mut self, node: &Node, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Error::usage(message).at(node.place.clone()).hint(hint));
    }

    /// The key as its file writes it.
    fn label(&self, entry: &'static Key) -> String {
        if entry.name() == "*" { self.name.clone() } else { entry.name().to_owned() }
    }

    fn table(&mut self, path: &str, node: &Node, table: &BTreeMap<String, Node>) {
        for (name, value) in table {
            let full = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match key(&full).filter(|_| name != "*") {
                Some(entry) => self.value(entry, value),
                None => self.unknown(path, name, &full, value),
            }
        }
        for entry in keys_in(path).filter(|entry| entry.required && !table.contains_key(entry.name())) {
            let problem = Error::usage(format!("{} lacks `{}`", title(path), entry.name())).at(node.place.clone());
            self.problems.push(problem.hint(format!("{}: {}", entry.name(), lower_first(entry.about))));
        }
    }

    fn unknown(&mut self, path: &str, name: &str, full: &str, value: &Node) {
        let names: Vec<&str> = keys_in(path).map(Key::name).collect();
        let gone = keys::GONE.iter().find(|(gone, _)| *gone == full).map(|(_, why)| (*why).to_owned());
        let hint = gone.unwrap_or_else(|| nearest::hint(name, names, "known keys here"));
        let within = if path.is_empty() { String::from("a policy") } else { title(path) };
        self.problems.push(Error::usage(format!("`{name}` is not a key of {within}")).at(value.key.clone()).hint(hint));
    }

    fn value(&mut self, entry: &'static Key, node: &Node) {
        match (entry.kind, &node.value) {
            (Type::Table, Value::Table(table)) => self.table(entry.path, node, table),
            (Type::SeverityOrTable, Value::Table(table)) => self.table(entry.path, node, table),
            (Type::SeverityOrTable, Value::Text(word)) => self.word(entry, node, word, &super::schema::SEVERITIES),
            (Type::Tables, Value::List(items)) => items.iter().for_each(|item| self.item(entry, item)),
            (Type::Map(names), Value::Table(table)) => self.map(entry, names, table),
            (kind, _) => self.scalar(entry, kind, node),
        }
    }

    fn item(&mut self, entry: &'static Key, item: &Node) {
        match item.table() {
            Some(table) => self.table(&format!("{}[]", entry.path), item, table),
            None => self.type_error(entry, item),
        }
    }

    fn map(&mut self, entry: &'static Key, names: Names, table: &BTreeMap<String, Node>) {
        let Some(value_entry) = key(&format!("{}.*", entry.path)) else { return };
        for (name, node) in table {
            let known = match names {
                Names::Any => true,
                Names::Rules => self.rule(name, &node.key),
                Names::Tools => self.member(name, &node.key, "tool"),
            };
            if known {
                self.name.clone_from(name);
                self.value(value_entry, node);
            }
        }
    }

    fn scalar(&mut self, entry: &'static Key, kind: Type, node: &Node) {
        match (kind, &node.value) {
            (Type::Flag, Value::Flag(_)) | (Type::Date | Type::DateOrCommit, Value::Date(_)) => {}
            (Type::Number(least, most), Value::Number(number)) => {
                if !(least..=most).contains(number) {
                    let hint = if least == most { format!("it is {least}") } else { format!("from {least} to {most}") };
                    self.wrong(node, format!("`{}` cannot be {number}", self.label(entry)), hint);
                }
            }
            (Type::Bytes, Value::Number(number)) if *number >= 0 => {}
            (_, Value::Text(text)) => self.text(entry, kind, node, text),
            (_, Value::List(items)) => self.list(entry, kind, node, items),
            _ => self.type_error(entry, node),
        }
    }

    fn text(&mut self, entry: &'static Key, kind: Type, node: &Node, text: &str) {
        match kind {
            Type::Text | Type::Person => {
                if text.trim().is_empty() {
                    self.wrong(node, format!("`{}` is empty", self.label(entry)), lower_first(entry.about));
                }
            }
            Type::Word(words) => self.word(entry, node, text, words),
            Type::Rule => drop(self.rule(text, &node.place)),
            Type::Duration if units::days(text).is_some() => {}
            Type::Bytes if units::bytes(text).is_some() => {}
            Type::DateOrCommit if is_hex(text, 40) || is_hex(text, 64) => {}
            Type::Hex(40) if is_hex(text, 40) || is_hex(text, 64) => {}
            Type::Hex(length) if is_hex(text, length) => {}
            Type::Fingerprint if is_hex(&text.to_ascii_lowercase(), 40) || is_hex(&text.to_ascii_lowercase(), 64) => {}
            Type::Pattern => self.pattern(entry, node, text),
            _ => self.type_error(entry, node),
        }
    }

    fn list(&mut self, entry: &'static Key, kind: Type, node: &Node, items: &[Node]) {
        for item in items {
            match (kind, &item.value) {
                (Type::Texts, Value::Text(_)) => {}
                (Type::Words(words), Value::Text(text)) => self.word(entry, item, text, words),
                (Type::Globs, Value::Text(text)) => self.glob(item, text),
                (Type::Rules, Value::Text(text)) => drop(self.rule(text, &item.place)),
                (Type::Tools, Value::Text(text)) => drop(self.member(text, &item.place, "tool")),
                (Type::Bots, Value::Text(text)) => drop(self.member(text, &item.place, "bot")),
                (Type::Commands, Value::List(words)) if !words.is_empty() && words.iter().all(|word| word.text().is_some()) => {}
                (Type::Texts | Type::Words(_) | Type::Globs | Type::Rules | Type::Tools | Type::Bots | Type::Commands, _) => {
                    self.type_error(entry, item);
                }
                _ => return self.type_error(entry, node),
            }
        }
        let takes_lists =
            matches!(kind, Type::Texts | Type::Words(_) | Type::Globs | Type::Rules | Type::Tools | Type::Bots | Type::Commands);
        if items.is_empty() && !takes_lists {
            self.type_error(entry, node);
        }
    }

    fn word(&mut self, entry: &'static Key, node: &Node, text: &str, words: &'static [&'static str]) {
        if !words.contains(&text) {
            let hint = nearest::hint(text, words.iter().copied(), "it is one of");
            let label = self.label(entry);
            self.wrong(node, format!("`{label}` cannot be `{text}`"), hint);
        }
    }

    fn glob(&mut self, node: &Node, text: &str) {
        if let Some((message, hint)) = glob_problem(text) {
            self.wrong(node, message, hint);
        }
    }

    fn pattern(&mut self, entry: &'static Key, node: &Node, text: &str) {
        if let Err(problem) = super::policy::whole_name(text) {
            let message = problem.to_string();
            let last = message.lines().last().unwrap_or("").trim().trim_start_matches("error: ").to_owned();
            self.wrong(node, format!("`{}` is not a regular expression: {last}", self.label(entry)), "close what it opens, put `\\` before a character that stands for itself, and write it in single quotes: 'v[0-9]+\\.[0-9]+'");
        }
    }

    fn rule(&mut self, id: &str, place: &crate::text::Place) -> bool {
        let known = self.catalog.rule(id).is_some();
        if !known {
            let hint = nearest::nearest(id, rule_names(self.catalog))
                .map_or_else(|| "`tollgate rules` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
            self.problems.push(Error::usage(format!("there is no rule `{id}`")).at(place.clone()).hint(hint));
        }
        known
    }

    fn member(&mut self, id: &str, place: &crate::text::Place, what: &str) -> bool {
        let ids: Vec<&str> = match what {
            "tool" => self.catalog.tools.iter().map(|tool| tool.id.as_str()).collect(),
            _ => self.catalog.bots.iter().map(|bot| bot.id.as_str()).collect(),
        };
        let known = ids.contains(&id);
        if !known {
            let hint = nearest::nearest(id, ids.iter().copied()).map_or_else(
                || format!("a {what} is named as in `tollgate explain {what}`"),
                |near| format!("did you mean `{near}`?"),
            );
            self.problems.push(Error::usage(format!("there is no {what} `{id}`")).at(place.clone()).hint(hint));
        }
        known
    }

    fn type_error(&mut self, entry: &'static Key, node: &Node) {
        let (wanted, example) = wanted(entry.kind);
        let example = tables_example(entry).unwrap_or_else(|| example.to_owned());
        let got = match &node.value {
            Value::Text(text) if text.chars().count() <= 60 => format!("`{text}`"),
            other => other.word().to_owned(),
        };
        self.wrong(node, format!("`{}` needs {wanted}, not {got}", self.label(entry)), format!("for example {example}"));
    }
}

/// What is wrong with a glob, and what to write instead. Paths and names of branches start at the root, have no `.` or `..` in
/// them and no `/` at an end: a glob that asks for one matches nothing, and whoever wrote it meant something.
pub(super) fn glob_problem(text: &str) -> Option<(String, String)> {
    if let Err(problem) = globset::Glob::new(text) {
        return Some((format!("`{text}` is not a glob: {}", problem.kind()), "for example src/**/*.py".to_owned()));
    }
    let parts = || text.split('/');
    if parts().all(|part| !matches!(part, "" | "." | "..")) {
        return None;
    }
    let mut meant: Vec<&str> = parts().filter(|part| !matches!(*part, "" | ".")).collect();
    let hint = if meant.is_empty() || meant.contains(&"..") {
        "a path from the root of the repository, for example src/**".to_owned()
    } else {
        if text.ends_with('/') {
            meant.push("**");
        }
        format!("write `{}`: paths start at the root of the repository", meant.join("/"))
    };
    Some((format!("`{text}` can match nothing"), hint))
}

/// Ids and aliases of all rules.
pub(super) fn rule_names(catalog: &Catalog) -> impl Iterator<Item = &str> {
    catalog.rules.iter().flat_map(|rule| std::iter::once(&rule.id).chain(&rule.aliases)).map(String::as_str)
}

/// A table as its file writes it.
fn title(path: &str) -> String {
    match path.strip_suffix("[]") {
        Some(list) => format!("[[{list}]]"),
        None => format!("[{path}]"),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// How a list of tables is written; inside of a table by the first key that its entries must have.
fn tables_example(entry: &'static Key) -> Option<String> {
    if entry.kind == Type::Tables && !entry.path.contains('.') {
        return Some(format!("[[{}]] on a line of its own, with the keys below it", entry.name()));
    }
    let inner = format!("{}[]", entry.path);
    let first = keys_in(&inner).find(|key| key.required).filter(|_| entry.kind == Type::Tables && entry.path.contains('.'))?;
    Some(format!("{} = [{{ {} = \"…\" }}]", entry.name(), first.name()))
}

fn wanted(kind: Type) -> (&'static str, &'static str) {
    match kind {
        Type::Flag => ("true or false", "true"),
        Type::Number(..) => ("a whole number", "90"),
        Type::Text | Type::Rule | Type::Person | Type::Word(_) => ("text", "\"api\""),
        Type::Texts | Type::Words(_) | Type::Rules | Type::Tools | Type::Bots => ("a list of texts", "[\"one\", \"two\"]"),
        Type::Date => ("a date without time or quotes", "2026-12-31"),
        Type::DateOrCommit => ("a date or a full commit id", "2026-12-31"),
        Type::Duration => ("a duration in days, weeks or years", "\"90d\""),
        Type::Bytes => ("a number of bytes", "500_000 or \"20MB\""),
        Type::Pattern => ("a regular expression", r"'^v\d+\.\d+\.\d+$'"),
        Type::Globs => ("a list of globs", "[\"vendor/**\"]"),
        Type::Hex(64) => ("64 lower-case hexadecimal digits", "the output of sha256sum"),
        Type::Hex(_) => ("a full commit id", "the output of git rev-parse"),
        Type::Fingerprint => ("a full fingerprint of 40 or 64 hexadecimal digits", "gpg --fingerprint, without the blanks"),
        Type::SeverityOrTable => ("a severity or a table", "\"warning\""),
        Type::Table | Type::Map(_) => ("a table", "{ key = \"value\" }"),
        Type::Tables => ("a list of tables", "[[waiver]] on a line of its own, with the keys below it"),
        Type::Commands => ("a list of commands, each a list of words", "[[\"make\", \"lint\"]]"),
    }
}
