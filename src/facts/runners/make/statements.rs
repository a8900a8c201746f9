//! Owns the statements of a makefile that bring rules in: rules, variables of one target, includes. Refuses to choose what
//! runs.

use super::evaluate::{Evaluation, TargetVariable};
use super::expand::{UNKNOWN, UNKNOWN_TEXT};
use super::rules::{RecipeLine, Rule};
use super::syntax::{Assignment, Binding, assignment, find_outside};
use super::wildcard;
use crate::text::{MappedText, Place};

/// Makefiles read for one call, included ones counted.
const MAX_FILES: usize = 128;
/// Includes inside includes.
pub(super) const MAX_INCLUDES: usize = 16;

impl Evaluation<'_> {
    pub(super) fn include(&mut self, names: &str, required: bool, place: &Place, depth: usize) {
        self.current = None;
        let names = wildcard::replace(names);
        let expanded = self.variables.expand(&names, &self.nothing);
        for name in expanded.split_ascii_whitespace() {
            if name.contains(UNKNOWN) {
                self.maybe_more("the makefile includes a file whose name is computed", place);
                continue;
            }
            let paths = wildcard::matches(self.snapshot, self.workdir, name);
            if paths.is_empty() && self.absent.len() < MAX_FILES {
                self.absent.push((name.to_owned(), place.clone()));
            }
            if paths.is_empty() && required {
                self.maybe_more("the makefile includes a file that is not in the tree", place);
            }
            for path in paths {
                if depth >= MAX_INCLUDES || self.files >= MAX_FILES {
                    self.maybe_more("the makefile includes more files than are read", place);
                    return;
                }
                match self.snapshot.read(&path) {
                    Ok(file) => self.file(&file, depth + 1),
                    Err(_) => self.maybe_more("the makefile includes a file that could not be read", place),
                }
            }
        }
    }

    pub(super) fn rule(&mut self, text: &str, inline: Option<MappedText>, place: &Place) {
        self.current = None;
        let Some(colon) = find_outside(text, b":") else {
            let expanded = self.variables.expand(text, &self.nothing);
            if expanded.contains(UNKNOWN) {
                self.maybe_more("the makefile computes a rule", place);
            } else if expanded.contains(':') {
                self.written_rule(&expanded, inline, place);
            }
            return;
        };
        let targets = self.variables.expand(&text[..colon], &self.nothing);
        let behind = text[colon + 1..].trim_start_matches([':', '&']).trim_start();
        if let Some(found) = assignment(behind) {
            return self.target_variable(&targets, &found);
        }
        self.written_rule(text, inline, place);
    }

    fn target_variable(&mut self, targets: &str, found: &Assignment<'_>) {
        let export = found.export == Some(true);
        // A simple one is expanded now; the others when the recipe is.
        let value = if found.binding == Binding::Simple {
            self.variables.expand(found.value, &self.nothing).replace('$', "$$")
        } else {
            found.value.to_owned()
        };
        let value = if self.conditions.undecided().is_some() { UNKNOWN_TEXT.to_owned() } else { value };
        for target in targets.split_ascii_whitespace() {
            let variable = TargetVariable { name: found.name.to_owned(), value: value.clone(), binding: found.binding, export };
            if target.contains('%') && self.of_patterns.len() < 64 && !self.of_targets.contains_key(target) {
                self.of_patterns.push(target.to_owned());
            }
            self.of_targets.entry(target.to_owned()).or_default().push(variable);
        }
    }

    fn written_rule(&mut self, text: &str, inline: Option<MappedText>, place: &Place) {
        let head = find_outside(text, b";").map_or(text, |at| &text[..at]);
        let Some(colon) = find_outside(head, b":") else { return };
        let targets = self.variables.expand(head[..colon].trim_end_matches('&'), &self.nothing);
        let double_colon = head[colon + 1..].starts_with(':');
        let behind = head[colon + 1..].trim_start_matches(':');
        let expanded = self.variables.expand(behind, &self.nothing);
        let (pattern, needs) = match expanded.split_once(':') {
            Some((pattern, needs)) => (Some(pattern.trim().to_owned()), needs),
            None => (None, expanded.as_str()),
        };
        let (needs, order_only) = needs.split_once('|').unwrap_or((needs, ""));
        let words = |list: &str| list.split_ascii_whitespace().map(secondary).collect::<Vec<String>>();
        let targets = words(&targets);
        if targets.iter().any(|target| target.contains(UNKNOWN)) {
            self.maybe_more("the makefile computes the name of a target", place);
        }
        let mut rule = Rule {
            patterned: pattern.is_some() || targets.iter().any(|target| target.contains('%')),
            targets,
            pattern,
            prerequisites: words(needs),
            order_only: words(order_only),
            double_colon,
            recipe: Vec::new(),
            place: place.clone(),
            text: text.to_owned(),
            condition: self.conditions.undecided(),
        };
        if let Some(text) = inline.filter(|text| !text.text().trim().is_empty()) {
            rule.recipe.push(RecipeLine { text, condition: None });
        }
        self.current = Some(self.rules.add(rule));
    }
}

/// A reference left in a prerequisite is expanded a second time, with variables that only the target's search knows.
fn secondary(word: &str) -> String {
    if word.contains('$') { UNKNOWN_TEXT.to_owned() } else { word.to_owned() }
}
