//! Owns the rules of an evaluated makefile and the search for those that make a target. Refuses to order their recipes.

use std::collections::{HashMap, HashSet};

use super::functions::stem;
use crate::answer::Why;
use crate::text::{MappedText, Place};

/// One line of a recipe, not yet expanded.
#[derive(Clone)]
pub(super) struct RecipeLine {
    /// The text behind the prefix.
    pub(super) text: MappedText,
    /// Set when an undecided condition stands around it.
    pub(super) condition: Option<Why>,
}

/// One rule as it is written.
#[derive(Clone)]
pub(super) struct Rule {
    /// What it makes, expanded.
    pub(super) targets: Vec<String>,
    /// The pattern that targets are held against (`targets: pattern: prerequisites`).
    pub(super) pattern: Option<String>,
    /// Whether `%` in the prerequisites stands for the stem.
    pub(super) patterned: bool,
    /// What must be made first.
    pub(super) prerequisites: Vec<String>,
    /// What must be made first without making the target old.
    pub(super) order_only: Vec<String>,
    /// `::`
    pub(super) double_colon: bool,
    /// Its lines.
    pub(super) recipe: Vec<RecipeLine>,
    /// Where it is written.
    pub(super) place: Place,
    /// Its first line.
    pub(super) text: String,
    /// Set when an undecided condition stands around it.
    pub(super) condition: Option<Why>,
}

impl Rule {
    /// What `%` stands for when the rule makes `target`; `None` when it does not.
    pub(super) fn stem<'t>(&self, target: &'t str) -> Option<&'t str> {
        match &self.pattern {
            Some(pattern) => stem(pattern, target),
            None if self.patterned => self.targets.iter().take(64).find_map(|own| stem(own, target)),
            None => Some(""),
        }
    }

    /// Its prerequisites (order-only ones too when asked for) for a stem.
    pub(super) fn prerequisites(&self, found: &str, order_only: bool) -> Vec<String> {
        let all = self.prerequisites.iter().chain(if order_only { self.order_only.iter() } else { [].iter() });
        all.map(|name| if self.patterned { name.replacen('%', found, 1) } else { name.clone() }).collect()
    }
}

/// All rules of one evaluation.
#[derive(Default)]
pub(super) struct Rules {
    /// In the order of the files.
    pub(super) all: Vec<Rule>,
    by_target: HashMap<String, Vec<usize>>,
    patterns: Vec<usize>,
    /// Targets that are no files.
    pub(super) phony: HashSet<String>,
    /// Targets whose failures are ignored, where that is said; the empty name stands for all.
    pub(super) ignored: HashMap<String, Place>,
    /// The first target that a bare `make` would make.
    pub(super) default_goal: Option<String>,
    /// `.ONESHELL`
    pub(super) one_shell: bool,
    /// `.POSIX`
    pub(super) posix: bool,
}

impl Rules {
    /// Takes a rule in; its index.
    pub(super) fn add(&mut self, rule: Rule) -> usize {
        let index = self.all.len();
        for target in &rule.targets {
            match target.as_str() {
                ".PHONY" => self.phony.extend(rule.prerequisites.iter().cloned()),
                ".ONESHELL" => self.one_shell = true,
                ".POSIX" => self.posix = true,
                ".IGNORE" if rule.prerequisites.is_empty() => {
                    self.ignored.insert(String::new(), rule.place.clone());
                }
                ".IGNORE" => {
                    for name in &rule.prerequisites {
                        self.ignored.insert(name.clone(), rule.place.clone());
                    }
                }
                _ => {}
            }
            let patterned = rule.pattern.is_none() && target.contains('%');
            if patterned {
                self.patterns.push(index);
            } else {
                self.by_target.entry(target.clone()).or_default().push(index);
            }
            let hidden = target.starts_with('.') && !target.contains('/');
            if self.default_goal.is_none() && !hidden && !patterned {
                self.default_goal = Some(target.clone());
            }
        }
        self.all.push(rule);
        index
    }

    /// Whether some rule names the target.
    pub(super) fn names(&self, target: &str) -> bool {
        self.by_target.contains_key(target)
    }

    /// Names of targets that are written out, for words of which only a part is known.
    pub(super) fn targets(&self) -> impl Iterator<Item = &String> {
        self.by_target.keys()
    }

    /// The rules that make a target, in the order in which their prerequisites are made. The recipe is that of the last one
    /// that has one; double-colon rules each keep theirs. `exists` says whether a file stands in the tree.
    pub(super) fn making(&self, target: &str, exists: &dyn Fn(&str) -> bool) -> Vec<&Rule> {
        let explicit: Vec<&Rule> = self.by_target.get(target).into_iter().flatten().filter_map(|at| self.all.get(*at)).collect();
        let has_recipe = explicit.iter().any(|rule| !rule.recipe.is_empty());
        // Make looks for no pattern rule for a phony target.
        if has_recipe || self.phony.contains(target) {
            return explicit;
        }
        let mut found = explicit;
        found.extend(self.implicit(target, exists));
        if found.is_empty() {
            found.extend(self.by_target.get(".DEFAULT").into_iter().flatten().filter_map(|at| self.all.get(*at)));
        }
        found
    }

    /// The pattern rule with the shortest stem whose prerequisites exist or can be made.
    fn implicit(&self, target: &str, exists: &dyn Fn(&str) -> bool) -> Option<&Rule> {
        let rules = self.patterns.iter().filter_map(|at| self.all.get(*at)).filter(|rule| !rule.recipe.is_empty());
        let fitting = rules.filter_map(|rule| Some((rule.stem(target)?, rule)));
        fitting
            .filter(|(found, rule)| rule.prerequisites(found, true).iter().all(|name| self.names(name) || exists(name)))
            .min_by_key(|(found, _)| found.len())
            .map(|(_, rule)| rule)
    }
}
