//! Owns what making a target runs: the recipes of its prerequisites first, each target once, then its own. Refuses to look
//! into the recipes' commands.

use std::collections::{HashMap, HashSet};

use super::evaluate::Evaluation;
use super::expand::{Layer, UNKNOWN, UNKNOWN_TEXT, Variable};
use super::functions::{simple, stem};
use super::options::Options;
use super::recipe;
use super::rules::Rule;
use super::syntax::Binding;
use crate::answer::{Reason, Why};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::pipeline::Env;
use crate::facts::runners::{Next, Target};
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;

/// Targets looked at for one call.
const MAX_STEPS: usize = 20_000;
/// Prerequisites of prerequisites; also bounds the stack.
const MAX_DEPTH: usize = 64;

/// What holds on the way to a target.
#[derive(Clone, Default)]
pub(super) struct Way {
    /// Rules that ask for it.
    pub(super) hops: Vec<Hop>,
    /// Variables set for a target above it.
    pub(super) layer: Layer,
    /// Variables exported for a target above it.
    pub(super) exported: Vec<String>,
    /// An undecided condition.
    pub(super) condition: Option<Why>,
}

/// The order in which recipes run.
pub(super) struct Plan<'e> {
    /// The evaluated files.
    pub(super) evaluation: &'e Evaluation<'e>,
    /// The command line.
    pub(super) options: &'e Options,
    /// The tree.
    pub(super) snapshot: &'e Snapshot,
    /// Where make stands.
    pub(super) workdir: &'e Workdir,
    /// What every recipe has in its environment.
    pub(super) env: Env,
    /// Holds of every recipe.
    pub(super) holds: Vec<Hold>,
    /// What runs, in order.
    pub(super) out: Vec<Next>,
    done: HashSet<String>,
}

impl<'e> Plan<'e> {
    /// An empty plan.
    pub(super) fn new(
        evaluation: &'e Evaluation<'e>,
        options: &'e Options,
        snapshot: &'e Snapshot,
        workdir: &'e Workdir,
    ) -> Self {
        Self { evaluation, options, snapshot, workdir, env: Env::new(), holds: Vec::new(), out: Vec::new(), done: HashSet::new() }
    }

    /// Whether a file or directory of that name is in the tree, where make would look for it.
    fn exists(&self, name: &str) -> bool {
        let here = |path: &str| {
            self.workdir.resolve(path).is_some_and(|path| self.snapshot.entry(&path).is_some() || self.snapshot.is_dir(&path))
        };
        here(name) || self.evaluation.search.iter().take(32).any(|folder| here(&format!("{folder}/{name}")))
    }

    /// Adds what making `target` runs.
    pub(super) fn make(&mut self, target: &str, way: &Way) {
        if !self.done.insert(target.to_owned()) {
            return;
        }
        if way.hops.len() > MAX_DEPTH || self.done.len() > MAX_STEPS {
            if self.done.len() <= MAX_STEPS + 1 {
                self.give_up(way);
            }
            return;
        }
        let evaluation = self.evaluation;
        let rules = evaluation.rules.making(target, &|name| self.exists(name));
        let way = self.with_own_variables(target, way);
        let recipes = with_recipe(&rules);
        let hold = self.freshness(target, &rules);
        if rules.iter().any(|rule| rule.double_colon) {
            for rule in &rules {
                self.prerequisites(target, rule, &way);
                self.recipe(target, rule, &rules, &way, hold.clone());
            }
            return;
        }
        for rule in rules.iter().filter(|rule| !rule.recipe.is_empty()).chain(rules.iter().filter(|rule| rule.recipe.is_empty()))
        {
            self.prerequisites(target, rule, &way);
        }
        for rule in recipes {
            self.recipe(target, rule, &rules, &way, hold.clone());
        }
    }

    fn give_up(&mut self, way: &Way) {
        let why = Why::new(Reason::Unsupported, "the makefile's targets need more than is followed");
        let place = way.hops.last().map(|hop| hop.place.clone());
        let why = Why { place, ..why };
        self.out.push(self.next(Target::Opaque(why), way, Vec::new()));
    }

    /// Something that runs, with what holds for all.
    pub(super) fn next(&self, target: Target, way: &Way, holds: Vec<Hold>) -> Next {
        let mut all = self.holds.clone();
        all.extend(holds);
        Next {
            target,
            hops: way.hops.clone(),
            holds: all,
            condition: way.condition.clone(),
            workdir: self.workdir.clone(),
            env: self.env.clone(),
            packages: Vec::new(),
        }
    }

    fn prerequisites(&mut self, target: &str, rule: &Rule, way: &Way) {
        let found = rule.stem(target).unwrap_or("").to_owned();
        let mut below = way.clone();
        below.hops.push(Hop::new(rule.place.clone(), &rule.text));
        below.condition = way.condition.clone().or_else(|| rule.condition.clone());
        for name in rule.prerequisites(&found, true) {
            if !name.contains(UNKNOWN) {
                self.make(&name, &below);
                continue;
            }
            // `lint-$(…)`: any target that the known part fits. A wholly computed list is one of files.
            let pattern = name.replacen(UNKNOWN, "%", 1).replace(UNKNOWN, "");
            if pattern == "%" || self.done.len() > MAX_STEPS {
                continue;
            }
            let mut maybe = below.clone();
            maybe.condition.get_or_insert_with(|| Why::new(Reason::Dynamic, "a prerequisite is computed").at(rule.place.clone()));
            let mut fitting: Vec<String> =
                self.evaluation.rules.targets().filter(|name| stem(&pattern, name).is_some()).cloned().collect();
            fitting.sort();
            for name in fitting {
                self.make(&name, &maybe);
            }
        }
    }

    fn recipe(&mut self, target: &str, rule: &Rule, rules: &[&Rule], way: &Way, hold: Option<Hold>) {
        let found = rule.stem(target).unwrap_or("").to_owned();
        let needs: Vec<String> =
            rules.iter().take(64).flat_map(|rule| rule.prerequisites(rule.stem(target).unwrap_or(""), false)).collect();
        let mut layer = way.layer.clone();
        let all = needs.join(" ");
        let first = needs.first().cloned().unwrap_or_default();
        for (name, value) in
            [("@", target), ("*", found.as_str()), ("<", first.as_str()), ("^", all.as_str()), ("+", all.as_str())]
        {
            layer.insert(format!("{name}D"), simple(value.rfind('/').map_or(".", |at| &value[..at])));
            layer.insert(format!("{name}F"), simple(value.rsplit('/').next().unwrap_or("")));
            layer.insert(name.to_owned(), simple(value));
        }
        layer.insert("?".to_owned(), simple(UNKNOWN_TEXT));
        recipe::run(self, rule, target, &layer, way, hold);
    }

    /// The way below `target`, its target-specific variables added.
    fn with_own_variables(&self, target: &str, way: &Way) -> Way {
        let mut way = way.clone();
        let patterns = self.evaluation.of_patterns.iter().filter(|name| stem(name, target).is_some());
        let mut names: Vec<&str> = patterns.map(String::as_str).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.push(target);
        for own in names.iter().filter_map(|name| self.evaluation.of_targets.get(*name)).flatten() {
            let variables = &self.evaluation.variables;
            let global = variables.get(&own.name);
            if global.is_some_and(|known| known.origin > super::expand::Origin::File) {
                continue;
            }
            let old = way.layer.get(&own.name).or(global).cloned();
            if let Some((text, simple)) = variables.bound(old.as_ref(), &own.name, own.binding, &own.value, &way.layer) {
                let simple = simple || own.binding == Binding::Simple;
                way.layer.insert(own.name.clone(), Variable { text, simple, origin: super::expand::Origin::File });
            }
            if own.export {
                way.exported.push(own.name.clone());
            }
        }
        way
    }

    /// What keeps make from making a target that stands in the tree already.
    fn freshness(&self, target: &str, rules: &[&Rule]) -> Option<Hold> {
        let phony = &self.evaluation.rules.phony;
        if phony.contains(target) || self.options.always || rules.is_empty() || !self.exists(target) {
            return None;
        }
        let place = &rules.iter().find(|rule| !rule.recipe.is_empty()).or_else(|| rules.first())?.place;
        let needs: Vec<String> =
            rules.iter().take(64).flat_map(|rule| rule.prerequisites(rule.stem(target).unwrap_or(""), false)).collect();
        let declared = format!("declare `.PHONY: {target}` above the rule");
        if needs.is_empty() {
            if rules.iter().any(|rule| rule.double_colon) {
                return None;
            }
            let why = format!("`{target}` exists in the tree, so make considers it up to date");
            return Some(Hold::new(HoldEffect::Void, place.clone(), why).mended(declared));
        }
        let remade = |name: &String| phony.contains(name) || (!name.contains(UNKNOWN) && !self.exists(name));
        if needs.iter().any(remade) {
            return None;
        }
        let why = format!("`{target}` exists in the tree; whether make considers it up to date depends on file times");
        Some(Hold::new(HoldEffect::Unknown(Reason::Dynamic), place.clone(), why).mended(declared))
    }
}

/// The rules whose recipes may be the one that runs: the last one, and those an undecided condition puts beside it.
fn with_recipe<'r>(rules: &[&'r Rule]) -> Vec<&'r Rule> {
    let mut out = Vec::new();
    for rule in rules.iter().rev().filter(|rule| !rule.recipe.is_empty()) {
        out.push(*rule);
        if rule.condition.is_none() {
            break;
        }
    }
    out.reverse();
    out
}

/// Exported variables, as far as they are known.
pub(super) fn exported(evaluation: &Evaluation<'_>, names: &HashMap<String, Option<String>>, env: &Env) -> Env {
    let mut out = env.clone();
    for (name, value) in names {
        out.insert(name.clone(), value.clone());
    }
    for (name, known) in evaluation.variables.names() {
        let set_here = known.origin >= super::expand::Origin::File && known.origin != super::expand::Origin::EnvironmentOverride;
        let leaves = evaluation.exported.contains(name) || env.contains_key(name) || (evaluation.exports_all && is_name(name));
        if set_here && leaves && name != "MAKEFILE_LIST" && name != "SHELL" {
            let value = evaluation.value(name);
            out.insert(name.clone(), Some(value).filter(|value| !value.contains(UNKNOWN)));
        }
    }
    out
}

fn is_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
