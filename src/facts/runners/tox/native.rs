//! Owns environments of a TOML configuration: `env_list`, `env_run_base`, `env.NAME`, commands as lists, replacement tables.
//! Refuses to find the file.

use std::collections::BTreeMap;

use super::environment::{self, Environment, Step};
use super::interpreter;
use super::names::MOST_NAMES;
use super::replace::{Context, Reference, Replacer};
use crate::answer::{Reason, Why};
use crate::doc::{Kind, Value};
use crate::facts::runners::quoted;
use crate::facts::shell::{UNKNOWN_CHAR, Word};
use crate::text::MappedText;

/// References followed from one value.
const DEEPEST: usize = 16;

/// Reads environments.
pub(super) struct Reader<'a> {
    /// tox's own table.
    pub table: Value<'a>,
    /// The call.
    pub context: &'a Context<'a>,
}

impl<'a> Reader<'a> {
    /// `env_list`, products expanded.
    pub(super) fn listed(&self) -> Vec<String> {
        let mut all = Vec::new();
        for item in self.table.get("env_list").iter().flat_map(|list| list.items()) {
            match item.as_str() {
                Some(name) => all.extend(super::names::expand(name)),
                None => all.extend(product(item)),
            }
        }
        all.truncate(MOST_NAMES);
        all
    }

    /// Listed names and those with a table.
    pub(super) fn known(&self) -> Vec<String> {
        let mut all = self.listed();
        for name in
            self.table.get("env").iter().flat_map(|table| table.entries()).filter_map(|entry| entry.name()).take(MOST_NAMES)
        {
            if !all.iter().any(|known| known == name) {
                all.push(name.to_owned());
            }
        }
        all
    }

    /// The environments with a label.
    pub(super) fn labelled(&self, label: &str) -> Vec<String> {
        let listed = self.table.route(&["labels", label]).into_iter().flat_map(|list| list.items().collect::<Vec<_>>());
        let mut found: Vec<String> = listed.filter_map(|item| item.as_str()).flat_map(super::names::expand).collect();
        for name in self.known() {
            let own = self.find(&name, &["labels"]);
            let has = own.is_some_and(|list| list.items().any(|item| item.as_str() == Some(label)));
            if has && !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }

    /// What tox-gh's mapping selects; `None` without one.
    pub(super) fn mapped(&self) -> Option<Vec<String>> {
        let mapping = self.table.route(&["gh", "python"])?;
        let mut found: Vec<String> = Vec::new();
        for item in mapping.entries().flat_map(|entry| entry.value.items().collect::<Vec<_>>()).filter_map(|item| item.as_str()) {
            for name in super::names::expand(item) {
                if found.len() < MOST_NAMES && !found.contains(&name) {
                    found.push(name);
                }
            }
        }
        Some(found)
    }

    /// A setting of an environment: its own table, then its bases.
    fn find(&self, name: &str, keys: &[&str]) -> Option<Value<'a>> {
        let mut table = self.table.route(&["env", name]);
        let mut waiting: Vec<&str> = Vec::new();
        for round in 0..DEEPEST {
            if let Some(found) = table.and_then(|table| keys.iter().find_map(|key| table.get(key))) {
                return Some(found);
            }
            match table.and_then(|table| table.get("base")) {
                Some(base) => waiting.extend(base.items().filter_map(|item| item.as_str()).chain(base.as_str())),
                None if round == 0 => waiting.push("env_run_base"),
                None => {}
            }
            if waiting.is_empty() {
                return None;
            }
            let base = waiting.remove(0);
            table = if base == "env_run_base" { self.table.get(base) } else { self.table.route(&["env", base]) };
        }
        None
    }

    /// Everything of one environment.
    pub(super) fn environment(&self, name: &str) -> Environment {
        let lookup = Lookup { reader: self, name };
        let mut variables = BTreeMap::new();
        for entry in self.find(name, &["set_env", "setenv"]).iter().flat_map(|table| table.entries()) {
            let replacer = Replacer { context: self.context, name, variables: &variables, reference: &lookup };
            let value = entry.value.mapped().map(|text| replacer.replace(&text).text().to_owned());
            if entry.name() == Some("file") {
                self.context.variables_of(value.as_deref().unwrap_or_default(), &mut variables);
                continue;
            }
            let value = value.filter(|text| !text.contains(UNKNOWN_CHAR));
            variables.insert(entry.name().unwrap_or_default().to_owned(), value);
        }
        let words =
            Words { reader: self, replacer: Replacer { context: self.context, name, variables: &variables, reference: &lookup } };
        let mut steps = Vec::new();
        for key in ["commands_pre", "commands", "commands_post"] {
            if let Some(list) = self.find(name, &[key]) {
                words.commands(list, 0, &mut steps);
            }
        }
        let text =
            |keys: &[&str]| self.find(name, keys).and_then(|value| Some((value, words.replacer.replace(&value.mapped()?))));
        let workdir = text(&["change_dir", "changedir"])
            .map_or_else(|| self.context.root.clone(), |(_, text)| environment::directory(self.context, text.text()));
        let outcome =
            text(&["ignore_outcome"]).and_then(|(value, text)| environment::ignored_outcome(text.text(), value.place()));
        let condition = text(&["platform"])
            .filter(|(_, text)| !text.text().is_empty())
            .map(|(value, _)| environment::platform(value.place()));
        let listed = |keys: &[&str]| {
            let value = self.find(name, keys)?;
            let all: Vec<String> = value.scalar().into_iter().map(str::to_owned).collect();
            let items = value.items().filter_map(|item| item.as_str().map(str::to_owned));
            Some(all.into_iter().chain(items).collect::<Vec<_>>().join(" "))
        };
        let (base, default) = (listed(&["base_python", "basepython"]), listed(&["default_base_python"]));
        let setting = self.find(name, &["skip_missing_interpreters"]).or_else(|| self.table.get("skip_missing_interpreters"));
        let setting = setting.and_then(|value| Some((value.scalar()?, value.place())));
        let asked = interpreter::is_asked_for(name, base.as_deref(), default.as_deref());
        let skipped = environment::skipped(self.context, setting).filter(|_| asked);
        let mut deps = Vec::new();
        match self.find(name, &["deps"]) {
            Some(list) if list.scalar().is_none() => words.words(list, 0, &mut deps),
            Some(text) => deps.extend(
                text.mapped().iter().flat_map(super::ini::lines).map(|line| quoted::whole(&words.replacer.replace(&line))),
            ),
            None => {}
        }
        let packages = deps.iter().filter_map(|word| environment::package(word.value.as_deref()?)).collect();
        let mut env = self.context.env.clone();
        env.extend(variables.clone());
        Environment { steps, workdir, env, holds: outcome.into_iter().collect(), condition, packages, skipped }
    }
}

struct Lookup<'a> {
    reader: &'a Reader<'a>,
    name: &'a str,
}

impl Reference for Lookup<'_> {
    fn look_up(&self, section: Option<&str>, key: &str) -> Option<MappedText> {
        let value = match section {
            Some(section) => {
                section.split('.').try_fold(self.reader.table, |table, step| table.get(step)).and_then(|table| table.get(key))
            }
            None => self.reader.find(self.name, &[key]).or_else(|| self.reader.table.get(key)),
        };
        value.and_then(|value| value.mapped())
    }
}

/// Lists of strings and replacement tables as words.
struct Words<'a> {
    reader: &'a Reader<'a>,
    replacer: Replacer<'a>,
}

impl<'a> Words<'a> {
    fn commands(&self, list: Value<'a>, depth: usize, out: &mut Vec<Step>) {
        for item in list.items() {
            let place = item.place();
            match item.kind() {
                Kind::Sequence => {
                    let mut words = Vec::new();
                    self.words(item, depth, &mut words);
                    out.push(environment::step(words, place));
                }
                // A command given as one text is split as in INI.
                Kind::String => {
                    let words = item.mapped().and_then(|text| quoted::split(&self.replacer.replace(&text)));
                    out.extend(words.map(|words| environment::step(words, place)));
                }
                _ => match self.referenced(item).filter(|_| depth < DEEPEST) {
                    Some(list) => self.commands(list, depth + 1, out),
                    None => {
                        let why = Why::new(Reason::Unsupported, "these tox commands are computed").at(place.clone());
                        out.push(Step { words: Err(why), place, hold: None });
                    }
                },
            }
        }
    }

    fn words(&self, list: Value<'a>, depth: usize, out: &mut Vec<Word>) {
        for item in list.items() {
            if let Some(text) = item.mapped() {
                out.push(quoted::whole(&self.replacer.replace(&text)));
                continue;
            }
            match item.get("replace").and_then(|kind| kind.as_str()) {
                Some("posargs") => match (&self.replacer.context.posargs, item.get("default")) {
                    (Some(given), _) => out.extend(given.iter().cloned()),
                    (None, Some(default)) if depth < DEEPEST => self.words(default, depth + 1, out),
                    _ => {}
                },
                Some("ref") if depth < DEEPEST => match self.referenced(item) {
                    Some(list) => self.words(list, depth + 1, out),
                    None => out.push(quoted::added(&UNKNOWN_CHAR.to_string(), &item.place())),
                },
                _ => out.push(quoted::added(&UNKNOWN_CHAR.to_string(), &item.place())),
            }
        }
    }

    /// What `{ replace = "ref", … }` stands for.
    fn referenced(&self, item: Value<'a>) -> Option<Value<'a>> {
        if item.get("replace")?.as_str()? != "ref" {
            return None;
        }
        if let (Some(env), Some(key)) = (item.get("env"), item.get("key")) {
            return self.reader.find(env.as_str()?, &[key.as_str()?]);
        }
        item.get("of")?.items().try_fold(self.reader.table, |table, step| table.get(step.as_str()?))
    }
}

/// `{ product = [["py312", "py313"], { prefix = "django", start = 4, stop = 5 }] }`.
fn product(item: Value<'_>) -> Vec<String> {
    let Some(lists) = item.get("product") else { return Vec::new() };
    let mut all = vec![String::new()];
    for list in lists.items().take(16) {
        let choices: Vec<String> = match list.kind() {
            Kind::Sequence => list.items().filter_map(|one| one.scalar().map(str::to_owned)).collect(),
            _ => numbered(list),
        };
        let mut next = Vec::new();
        for head in &all {
            for choice in &choices {
                if next.len() < MOST_NAMES {
                    next.push(if head.is_empty() { choice.clone() } else { format!("{head}-{choice}") });
                }
            }
        }
        all = next;
    }
    let excluded: Vec<&str> = item.get("exclude").iter().flat_map(|list| list.items()).filter_map(|one| one.as_str()).collect();
    all.retain(|name| !name.is_empty() && !excluded.contains(&name.as_str()));
    all
}

fn numbered(range: Value<'_>) -> Vec<String> {
    let number = |key: &str| range.get(key).and_then(|value| value.as_int().is());
    let prefix = range.get("prefix").and_then(|value| value.as_str()).unwrap_or_default();
    let (Some(start), Some(stop)) = (number("start"), number("stop")) else { return Vec::new() };
    (start..=stop).take(100).map(|one| format!("{prefix}{one}")).collect()
}
