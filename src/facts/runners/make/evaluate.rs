//! Owns the reading of makefiles in order, as make does it: conditions, includes, assignments, rules. Refuses to choose what
//! runs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::conditions::Conditions;
use super::expand::{Layer, Origin, UNKNOWN, UNKNOWN_TEXT, Variable, Variables};
use super::lines::{Line, logical};
use super::rules::{RecipeLine, Rules};
use super::statements::MAX_INCLUDES;
use super::syntax::{Assignment, Binding, assignment, find_outside, first_word};
use crate::answer::{Reason, Why};
use crate::facts::workdir::Workdir;
use crate::snapshot::Snapshot;
use crate::text::{MappedText, Place, RepoPath, SourceFile};

/// A variable set for one target and what it needs.
pub(super) struct TargetVariable {
    /// The name.
    pub(super) name: String,
    /// The value, unexpanded.
    pub(super) value: String,
    /// How it binds.
    pub(super) binding: Binding,
    /// Whether recipes see it in their environment.
    pub(super) export: bool,
}

/// Everything one call of make knows after reading its files.
pub(super) struct Evaluation<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) workdir: &'a Workdir,
    /// All variables.
    pub(super) variables: Variables,
    /// All rules.
    pub(super) rules: Rules,
    /// Variables of single targets or patterns.
    pub(super) of_targets: HashMap<String, Vec<TargetVariable>>,
    /// The patterns among them, in order.
    pub(super) of_patterns: Vec<String>,
    /// Where a variable that steers make itself was set last.
    pub(super) places: HashMap<String, Place>,
    /// Exported variables.
    pub(super) exported: HashSet<String>,
    /// `export` alone.
    pub(super) exports_all: bool,
    /// Why there may be rules beyond those read.
    pub(super) incomplete: Option<Why>,
    /// Directories that targets are also looked for in.
    pub(super) search: Vec<String>,
    pub(super) files: usize,
    /// Included files that are not in the tree.
    pub(super) absent: Vec<(String, Place)>,
    pub(super) conditions: Conditions,
    pub(super) current: Option<usize>,
    define: Option<Define>,
    prefix: char,
    pub(super) nothing: Layer,
}

/// Variables whose place a hold may name.
const STEERING: &[&str] = &["SHELL", ".SHELLFLAGS", "MAKEFLAGS", "GNUMAKEFLAGS"];

struct Define {
    name: String,
    binding: Binding,
    body: String,
    nested: usize,
    counts: bool,
}

impl<'a> Evaluation<'a> {
    /// Starts with the variables of the environment and the command line.
    pub(super) fn new(snapshot: &'a Snapshot, workdir: &'a Workdir, variables: Variables) -> Self {
        Self {
            snapshot,
            workdir,
            variables,
            rules: Rules::default(),
            of_targets: HashMap::new(),
            of_patterns: Vec::new(),
            places: HashMap::new(),
            exported: HashSet::new(),
            exports_all: false,
            incomplete: None,
            search: Vec::new(),
            files: 0,
            absent: Vec::new(),
            conditions: Conditions::default(),
            current: None,
            define: None,
            prefix: '\t',
            nothing: Layer::new(),
        }
    }

    /// Reads one file.
    pub(super) fn file(&mut self, file: &Arc<SourceFile>, depth: usize) {
        self.files += 1;
        self.variables.burn(file.text.len() / 4);
        let list = self.variables.get("MAKEFILE_LIST").map_or_else(String::new, |known| known.text.clone());
        let name = file.path.as_str();
        self.assign("MAKEFILE_LIST", format!("{list} {name}").trim_start().to_owned(), true, Origin::File);
        for line in logical(file) {
            self.line(file, line, depth);
        }
        self.current = None;
        self.define = None;
    }

    fn line(&mut self, file: &Arc<SourceFile>, line: Line, depth: usize) {
        let raw = line.raw(file);
        if self.define.is_some() {
            return self.define_line(raw);
        }
        if raw.starts_with(self.prefix) && self.current.is_some() {
            return self.recipe_line(line.recipe(file, self.prefix));
        }
        let joined = line.joined(file);
        if joined.trim().is_empty() {
            return;
        }
        let inline = find_outside(raw, b";#").filter(|at| raw.as_bytes()[*at] == b';').map(|at| {
            let rest = Line { span: crate::text::Span::new(line.span.start + at + 1, line.span.end) };
            rest.recipe(file, self.prefix)
        });
        let place = file.place(line.span);
        self.statement(joined.trim_start(), inline, &place, depth);
        self.evaluated(file, line, &place, depth);
    }

    /// What `$(eval …)` of the statement just read adds.
    fn evaluated(&mut self, file: &Arc<SourceFile>, line: Line, place: &Place, depth: usize) {
        let texts = self.variables.take_evaluated();
        for text in texts {
            if text.contains("define") || depth > MAX_INCLUDES {
                self.maybe_more("the makefile makes rules by $(eval)", place);
                continue;
            }
            for part in text.replace("\\\n", " ").lines() {
                if part.starts_with(self.prefix) && self.current.is_some() {
                    let recipe = MappedText::standing_for(Arc::clone(file), line.span, part.trim_start());
                    self.recipe_line(recipe);
                } else if !part.trim().is_empty() && !part.trim_start().starts_with('#') {
                    let (head, inline) = find_outside(part, b";").map_or((part, None), |at| (part, Some(&part[at + 1..])));
                    let inline = inline.map(|text| MappedText::standing_for(Arc::clone(file), line.span, text));
                    self.statement(head.trim_start(), inline, place, depth + 1);
                }
            }
            self.current = None;
        }
    }

    fn recipe_line(&mut self, text: MappedText) {
        if !self.conditions.active() || text.text().trim().is_empty() {
            return;
        }
        let condition = self.conditions.undecided();
        if let Some(rule) = self.current.and_then(|at| self.rules.all.get_mut(at)) {
            rule.recipe.push(RecipeLine { text, condition });
        }
    }

    fn statement(&mut self, text: &str, inline: Option<MappedText>, place: &Place, depth: usize) {
        let (word, rest) = first_word(text);
        if self.conditions.read(word, rest, &self.variables, place) {
            return;
        }
        if self.starts_define(text) || !self.conditions.active() {
            return;
        }
        if let Some(found) = assignment(text) {
            self.current = None;
            return self.assignment(&found, place);
        }
        match word {
            "include" | "-include" | "sinclude" => self.include(rest, word == "include", place, depth),
            "export" | "unexport" => self.export(rest, word == "export"),
            "undefine" => self.variables.remove(rest.trim()),
            "vpath" => {
                let words = self.variables.expand(rest, &self.nothing);
                self.search.extend(words.split_ascii_whitespace().skip(1).flat_map(|list| list.split(':')).map(str::to_owned));
            }
            "override" | "private" | "load" | "-load" => {}
            _ => self.rule(text, inline, place),
        }
    }

    fn starts_define(&mut self, text: &str) -> bool {
        let mut rest = text;
        loop {
            let (word, behind) = first_word(rest);
            match word {
                "override" | "export" => rest = behind.trim_start(),
                "define" => {
                    rest = behind.trim_start();
                    break;
                }
                _ => return false,
            }
        }
        let (name, behind) = first_word(rest);
        let (name, binding) = match super::syntax::operator(behind.trim_start()) {
            Some((binding, _)) => (name, binding),
            None => (name.trim_end_matches('='), Binding::Recursive),
        };
        self.current = None;
        let name = self.variables.expand(name, &self.nothing);
        self.define = Some(Define { name, binding, body: String::new(), nested: 0, counts: self.conditions.active() });
        true
    }

    fn define_line(&mut self, raw: &str) {
        let Some(define) = &mut self.define else { return };
        let (word, _) = first_word(raw.trim());
        match word {
            "define" => define.nested += 1,
            "endef" if define.nested > 0 => define.nested -= 1,
            "endef" => {
                let Some(done) = self.define.take() else { return };
                if done.counts {
                    let body = done.body.strip_suffix('\n').unwrap_or(&done.body).to_owned();
                    let assignment =
                        Assignment { name: &done.name, binding: done.binding, value: &body, overrides: false, export: None };
                    let nowhere = Place::file(RepoPath::root());
                    self.assignment(&assignment, &nowhere);
                }
                return;
            }
            _ => {}
        }
        define.body.push_str(raw);
        define.body.push('\n');
    }

    fn assignment(&mut self, found: &Assignment<'_>, place: &Place) {
        let name = self.variables.expand(found.name, &self.nothing);
        let origin = if found.overrides { Origin::Override } else { Origin::File };
        if let Some(export) = found.export {
            self.export(&name, export);
        }
        if self.variables.get(&name).is_some_and(|old| old.origin > origin) {
            return;
        }
        if STEERING.contains(&name.as_str()) {
            self.places.insert(name.clone(), place.clone());
        }
        let decided = self.conditions.undecided().is_none();
        if !(found.binding == Binding::Append && decided && self.variables.append(&name, found.value, &self.nothing)) {
            let old = self.variables.get(&name);
            if let Some((text, simple)) = self.variables.bound(old, &name, found.binding, found.value, &self.nothing) {
                self.assign(&name, text, simple, origin);
            }
        }
        match name.as_str() {
            ".RECIPEPREFIX" => self.prefix = self.value(&name).chars().next().unwrap_or('\t'),
            "VPATH" => {
                let list = self.value(&name);
                self.search
                    .extend(list.split(|c: char| c == ':' || c.is_whitespace()).filter(|s| !s.is_empty()).map(str::to_owned));
            }
            _ => {}
        }
    }

    /// Sets a variable; under an undecided condition it may hold either text.
    fn assign(&mut self, name: &str, text: String, simple: bool, origin: Origin) {
        let old = self.variables.get(name).map_or("", |known| known.text.as_str());
        let maybe = self.conditions.undecided().is_some() && old != text;
        let text = match maybe {
            true if !old.is_empty() && text.starts_with(old) => format!("{old} {UNKNOWN}"),
            true => UNKNOWN_TEXT.to_owned(),
            false => text,
        };
        self.variables.set(name, Variable { text, simple, origin });
    }

    /// The expanded value of a global variable.
    pub(super) fn value(&self, name: &str) -> String {
        self.variables.plain(name, &self.nothing)
    }

    fn export(&mut self, names: &str, on: bool) {
        let names = self.variables.expand(names, &self.nothing);
        if names.trim().is_empty() {
            self.exports_all = on;
        }
        for name in names.split_ascii_whitespace() {
            if on {
                self.exported.insert(name.to_owned());
            } else {
                self.exported.remove(name);
            }
        }
    }

    /// Notes that rules may exist that were not read.
    pub(super) fn maybe_more(&mut self, why: &str, place: &Place) {
        self.incomplete.get_or_insert_with(|| Why::new(Reason::Dynamic, why).at(place.clone()));
    }
}
