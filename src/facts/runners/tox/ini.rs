//! Owns environments of an INI configuration: names, inheritance, factor lines, commands. Refuses to find the file.

use std::collections::BTreeMap;

use super::environment::{self, Environment, Step};
use super::interpreter;
use super::names;
use super::replace::{Context, Reference, Replacer};
use super::source::Ini;
use crate::answer::{Reason, Why};
use crate::facts::runners::quoted;
use crate::facts::shell::UNKNOWN_CHAR;
use crate::text::{MappedText, Place};

/// Sections followed through `base`.
const MOST_BASES: usize = 16;

/// Reads environments.
pub(super) struct Reader<'a> {
    /// The file.
    pub ini: &'a Ini,
    /// The call.
    pub context: &'a Context<'a>,
}

impl Reader<'_> {
    /// `env_list`, expanded.
    pub(super) fn listed(&self) -> Vec<String> {
        let list = ["envlist", "env_list"].iter().find_map(|key| self.ini.get(self.ini.core, key));
        list.map_or_else(Vec::new, |text| names::expand(self.core_value(text).text()))
    }

    /// Where that list stands.
    pub(super) fn list_place(&self) -> Option<Place> {
        let list = ["envlist", "env_list"].iter().find_map(|key| self.ini.get(self.ini.core, key))?;
        Some(list.place(0..list.text().len()))
    }

    /// All names that have a section of their own.
    pub(super) fn sections(&self) -> Vec<String> {
        self.ini
            .names()
            .filter_map(|name| name.strip_prefix("testenv:"))
            .flat_map(names::expand)
            .take(names::MOST_NAMES)
            .collect()
    }

    /// The environments with a label, said by tox's section or by their own.
    pub(super) fn labelled(&self, label: &str) -> Vec<String> {
        let mut found = Vec::new();
        for line in
            self.ini.get(self.ini.core, "labels").map(|text| self.core_value(text)).iter().flat_map(|text| text.text().lines())
        {
            if let Some((name, list)) = line.split_once('=').filter(|(name, _)| name.trim() == label) {
                let _ = name;
                found.extend(names::expand(list));
            }
        }
        for name in self.known() {
            let own = self.find(&name, &["labels"]).map(|text| names::expand(&text.text().replace('\n', ",")));
            if own.is_some_and(|labels| labels.iter().any(|own| own == label)) && !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }

    /// Listed names and those of sections, each once.
    pub(super) fn known(&self) -> Vec<String> {
        let mut all = self.listed();
        for name in self.sections() {
            if all.len() < names::MOST_NAMES && !all.contains(&name) {
                all.push(name);
            }
        }
        all
    }

    /// What the CI plugins' mapping selects (`[gh-actions] python`, `[gh] python`); `None` without one.
    pub(super) fn mapped(&self) -> Option<Vec<String>> {
        let plugin = ["gh-actions", "gh"].into_iter().find(|section| self.ini.get(section, "python").is_some())?;
        let groups = self.groups(plugin, "python", |_| true);
        // tox-gh names environments; tox-gh-actions takes those of the list that have the factors of the version and of every
        // variable that is set (its `plugin.py`: `get_factors`, `get_envlist_from_factors`).
        let mut chosen: Vec<String> = match plugin {
            "gh" => groups,
            _ => {
                let variables = self.variables();
                let has_one = |name: &str, groups: &[String]| groups.iter().any(|group| names::has_factors(name, group));
                let fits = |name: &String| has_one(name, &groups) && variables.iter().all(|groups| has_one(name, groups));
                self.listed().into_iter().filter(fits).collect()
            }
        };
        let mut seen = std::collections::HashSet::new();
        chosen.retain(|name| seen.insert(name.clone()));
        Some(chosen)
    }

    /// The names on the right of a mapping's lines whose left side is taken.
    fn groups(&self, section: &str, key: &str, takes: impl Fn(&str) -> bool) -> Vec<String> {
        self.ini
            .get(section, key)
            .into_iter()
            .flat_map(|text| text.text().lines().collect::<Vec<_>>())
            .filter_map(|line| line.split_once(':').or_else(|| line.split_once('=')))
            .filter(|(from, _)| takes(from.trim()))
            .flat_map(|(_, list)| names::expand(list))
            .take(names::MOST_NAMES)
            .collect()
    }

    /// What `[gh-actions:env]` makes of each variable that the environment sets; of one whose value is not known, all of it.
    fn variables(&self) -> Vec<Vec<String>> {
        const SECTION: &str = "gh-actions:env";
        // The plugin reads its keys as upper case, whatever their spelling.
        let set = self.ini.keys(SECTION).filter_map(|key| Some((key, self.context.env.get(&key.to_uppercase())?)));
        let mapped = set
            .take(names::MOST_NAMES)
            .map(|(key, value)| self.groups(SECTION, key, |from| value.as_deref().is_none_or(|value| value == from)));
        mapped.filter(|groups| !groups.is_empty()).collect()
    }

    /// A value of tox's own section, references replaced.
    fn core_value(&self, text: &MappedText) -> MappedText {
        let lookup = Lookup { reader: self, name: "", section: self.ini.core };
        let replacer = Replacer { context: self.context, name: "", variables: &BTreeMap::new(), reference: &lookup };
        replacer.replace(&filtered(text, None))
    }

    /// The section that is the environment's own.
    fn own_section(&self, name: &str) -> Option<&str> {
        let exact = self.ini.names().find(|section| section.strip_prefix("testenv:") == Some(name));
        let generated = || {
            let candidates = self.ini.names().filter(|section| section.contains(['{', ',']));
            candidates
                .filter_map(|section| Some((section, section.strip_prefix("testenv:")?)))
                .find(|(_, list)| names::expand(list).iter().any(|one| one == name))
        };
        exact.or_else(|| generated().map(|(section, _)| section))
    }

    /// The section of a written name: `testenv:lint` may stand in a generated one.
    fn section_named(&self, written: &str) -> String {
        let own = written.strip_prefix("testenv:").and_then(|name| self.own_section(name));
        own.unwrap_or(written).to_owned()
    }

    /// The sections a setting is looked for in, nearest first.
    fn lineage(&self, name: &str) -> Vec<String> {
        let mut lineage: Vec<String> = Vec::new();
        let mut waiting = vec![self.own_section(name).unwrap_or("testenv").to_owned()];
        while let Some(section) = waiting.pop() {
            if lineage.len() >= MOST_BASES || lineage.contains(&section) {
                continue;
            }
            let named = self.ini.get(&section, "base").map(|text| names::expand(text.text()));
            let bases = named.unwrap_or_else(|| if section == "testenv" { Vec::new() } else { vec!["testenv".to_owned()] });
            waiting.extend(bases.into_iter().rev().map(|base| self.section_named(&base)));
            lineage.push(section);
        }
        lineage
    }

    /// A setting of an environment, filtered for its factors.
    fn find(&self, name: &str, keys: &[&str]) -> Option<MappedText> {
        let lineage = self.lineage(name);
        let raw = lineage.iter().find_map(|section| keys.iter().find_map(|key| self.ini.get(section, key)))?;
        Some(filtered(raw, Some(name)))
    }

    /// Everything of one environment.
    pub(super) fn environment(&self, name: &str) -> Environment {
        let section = self.own_section(name).unwrap_or("testenv").to_owned();
        let lookup = Lookup { reader: self, name, section: &section };
        let mut variables = BTreeMap::new();
        let set = self.find(name, &["setenv", "set_env"]);
        for line in set.iter().flat_map(lines) {
            let replacer = Replacer { context: self.context, name, variables: &variables, reference: &lookup };
            let line = replacer.replace(&line);
            if let Some(file) = line.text().strip_prefix("file|") {
                self.context.variables_of(file, &mut variables);
            } else if let Some((key, value)) = line.text().split_once('=') {
                let value = (!value.contains(UNKNOWN_CHAR)).then(|| value.trim().to_owned());
                variables.insert(key.trim().to_owned(), value);
            }
        }
        let replacer = Replacer { context: self.context, name, variables: &variables, reference: &lookup };
        let value = |keys: &[&str]| {
            self.find(name, keys).map(|text| replacer.replace(&text)).filter(|text| !text.text().trim().is_empty())
        };
        let mut steps = Vec::new();
        for key in ["commands_pre", "commands", "commands_post"] {
            steps.extend(value(&[key]).iter().flat_map(lines).map(|line| command(&line)));
        }
        let workdir = value(&["changedir", "change_dir"])
            .map_or_else(|| self.context.root.clone(), |text| environment::directory(self.context, text.text()));
        let outcome = value(&["ignore_outcome"])
            .and_then(|text| environment::ignored_outcome(text.text(), text.place(0..text.text().len())));
        let condition = value(&["platform"]).map(|text| environment::platform(text.place(0..text.text().len())));
        let base = value(&["basepython", "base_python"]);
        let default = value(&["default_base_python"]);
        let text = |text: &Option<MappedText>| text.as_ref().map(|text| text.text().to_owned());
        let core = || self.ini.get(self.ini.core, "skip_missing_interpreters").map(|text| filtered(text, None));
        let setting = value(&["skip_missing_interpreters"]).or_else(core);
        let setting = setting.as_ref().map(|text| (text.text(), text.place(0..text.text().len())));
        let asked = interpreter::is_asked_for(name, text(&base).as_deref(), text(&default).as_deref());
        let skipped = environment::skipped(self.context, setting).filter(|_| asked);
        let packages = value(&["deps"]).iter().flat_map(lines).filter_map(|line| environment::package(line.text())).collect();
        let mut env = self.context.env.clone();
        env.extend(variables.clone());
        Environment { steps, workdir, env, holds: outcome.into_iter().collect(), condition, packages, skipped }
    }
}

/// Finds referenced values for one environment.
struct Lookup<'a> {
    reader: &'a Reader<'a>,
    name: &'a str,
    section: &'a str,
}

impl Reference for Lookup<'_> {
    fn look_up(&self, section: Option<&str>, key: &str) -> Option<MappedText> {
        let ini = self.reader.ini;
        let key = key.to_ascii_lowercase();
        let name = (!self.name.is_empty()).then_some(self.name);
        let raw = match section {
            Some(section) => {
                // A section of an environment inherits as the environment does.
                let own = ini.get(&self.reader.section_named(section), &key);
                own.or_else(|| section.strip_prefix("testenv:").and_then(|_| ini.get("testenv", &key)))
            }
            None => ini.get(self.section, &key).or_else(|| ini.get("testenv", &key)).or_else(|| ini.get(ini.core, &key)),
        };
        raw.map(|text| filtered(text, name))
    }
}

fn command(line: &MappedText) -> Step {
    let place = line.place(0..line.text().len());
    match quoted::split(line) {
        Some(words) => environment::step(words, place),
        None => {
            let why = Why::new(Reason::Unreadable, "a quote of this tox command is not closed").at(place.clone());
            Step { words: Err(why), place, hold: None }
        }
    }
}

/// The non-empty lines of a value.
pub(super) fn lines(text: &MappedText) -> Vec<MappedText> {
    let mut out = Vec::new();
    let mut at = 0;
    for line in text.text().split('\n') {
        let start = at + (line.len() - line.trim_start().len());
        let trimmed = line.trim();
        if !trimmed.is_empty() {
            out.push(text.slice(start..start + trimmed.len()));
        }
        at += line.len() + 1;
    }
    out
}

/// A raw value as tox takes it: comments cut, lines of other factors left out, lines that end in `\` joined.
fn filtered(text: &MappedText, environment: Option<&str>) -> MappedText {
    let mut out = MappedText::empty(text.file().clone());
    let mut at = 0;
    let mut joined = true;
    for line in text.text().split('\n') {
        let start = at;
        at += line.len() + 1;
        let line = uncommented(line);
        let Some(range) = environment.map_or(Some(0..line.len()), |name| names::line_for(line, name)) else { continue };
        if !joined {
            let end = start.saturating_sub(1);
            out.push_part(text, end..start.max(end));
        }
        let kept = line[range.clone()].trim_end_matches('\r');
        joined = kept.ends_with('\\');
        let kept_end = range.start + kept.len() - usize::from(joined);
        out.push_part(text, start + range.start..start + kept_end);
    }
    out
}

/// A line up to its comment: tox cuts at every `#` that no backslash escapes.
fn uncommented(line: &str) -> &str {
    let cut = line.match_indices('#').map(|(at, _)| at).find(|at| !line[..*at].ends_with('\\'));
    cut.map_or(line, |at| line[..at].trim_end())
}
