//! Owns how the lines of a recipe reach the shell: expansion, prefixes, one shell or many. Refuses to read shell.

use super::expand::{LOOKED_UP, Layer};
use super::plan::{Plan, Way};
use super::rules::{RecipeLine, Rule};
use super::shell_mode::shell_mode;
use crate::answer::{Reason, Why};
use crate::facts::hold::{Hold, HoldEffect, Hop};
use crate::facts::matching::program_name;
use crate::facts::runners::Target;
use crate::facts::shell::ShellMode;
use crate::text::{MappedText, Place};

/// The characters before a command that speak to make.
struct Prefix {
    /// Bytes to drop.
    length: usize,
    /// Where `-` stands.
    ignores: Option<usize>,
    /// `+`: runs even when make only shows.
    always: bool,
}

fn prefix(text: &str) -> Prefix {
    let length = text.find(|c: char| !matches!(c, '@' | '-' | '+' | ' ' | '\t')).unwrap_or(text.len());
    Prefix { length, ignores: text[..length].find('-'), always: text[..length].contains('+') }
}

/// Adds what a rule's recipe runs for `target` to the plan.
pub(super) fn run(plan: &mut Plan<'_>, rule: &Rule, target: &str, layer: &Layer, way: &Way, hold: Option<Hold>) {
    let variables = &plan.evaluation.variables;
    let value = |name: &str| variables.plain(name, layer);
    let place_of = |name: &str| plan.evaluation.places.get(name).cloned();
    let shell_place = place_of("SHELL").or_else(|| place_of(".SHELLFLAGS")).unwrap_or_else(|| rule.place.clone());
    let (shell, mut flags) = (value("SHELL"), value(".SHELLFLAGS"));
    if plan.evaluation.rules.posix && !plan.evaluation.places.contains_key(".SHELLFLAGS") {
        flags = "-ec".to_owned();
    }
    let (mode, shell_hold) = shell_mode(&shell, &flags, &shell_place);
    let mut holds: Vec<Hold> = shell_hold.into_iter().chain(hold).collect();
    let ignored = &plan.evaluation.rules.ignored;
    if let Some(place) = ignored.get("").or_else(|| ignored.get(target)) {
        holds.push(Hold::new(HoldEffect::Soften, place.clone(), "`.IGNORE` drops the failure").mended("delete `.IGNORE`"));
    }
    if plan.evaluation.rules.one_shell {
        let lines: Vec<MappedText> = rule.recipe.iter().map(|line| variables.expand_mapped(&line.text, layer)).collect();
        if let (Some(text), Some(first)) = (joined(&lines), rule.recipe.first()) {
            let condition = rule.recipe.iter().find_map(|line| line.condition.clone());
            let line = RecipeLine { text: first.text.clone(), condition };
            emit(plan, &Written { line: &line, rule, mode }, text, way, &holds);
        }
        return;
    }
    for line in &rule.recipe {
        let expanded = variables.expand_mapped(&line.text, layer);
        // A prefix before `$(canned)` is one of every line of it.
        let head = prefix(line.text.text());
        let outer = head.ignores.map(|at| line.text.place(at..at + 1));
        for text in commands(&expanded) {
            let mut holds = holds.clone();
            if let Some(place) = &outer {
                holds.push(
                    Hold::new(HoldEffect::Soften, place.clone(), "the `-` prefix drops the failure")
                        .mended("delete the `-` before the command"),
                );
            }
            emit(plan, &Written { line, rule, mode }, text, way, &holds);
        }
    }
}

/// A line that begins with a program which the makefile looked up, and goes on with a flag: where the program is not found, make
/// takes the flag's `-` for its own and drops the failure (GNU make, `job.c`: prefixes are those of the expanded line). Python
/// is on every machine that is not one's own.
fn dropped_where_not_found(text: &MappedText) -> Option<Hold> {
    let line = text.text();
    let at = prefix(line).length;
    let behind = line[at..].strip_prefix(LOOKED_UP)?;
    let (name, rest) = behind.split_at(behind.find(char::is_whitespace)?);
    let flag = prefix(rest).ignores.is_some() && program_name(name) != "python";
    flag.then(|| {
        let place = text.place(at..line.len() - rest.len());
        let why = format!("where `{name}` is not found the line begins with `-`, which drops the failure");
        Hold::new(HoldEffect::Unknown(Reason::Dynamic), place, why).mended(format!("begin the line with `{name}`"))
    })
}

fn without_marks(text: MappedText) -> MappedText {
    if !text.text().contains(LOOKED_UP) {
        return text;
    }
    let mut out = MappedText::empty(std::sync::Arc::clone(text.file()));
    let mut from = 0;
    for (at, mark) in text.text().match_indices(LOOKED_UP) {
        out.push_part(&text, from..at);
        from = at + mark.len();
    }
    out.push_part(&text, from..text.text().len());
    out
}

struct Written<'r> {
    line: &'r RecipeLine,
    rule: &'r Rule,
    mode: ShellMode,
}

fn emit(plan: &mut Plan<'_>, written: &Written<'_>, text: MappedText, way: &Way, holds: &[Hold]) {
    let not_found = dropped_where_not_found(&text);
    let text = without_marks(text);
    let head = prefix(text.text());
    let rest = text.slice(head.length..text.text().len());
    if rest.text().trim().is_empty() {
        return;
    }
    let raw = written.line.text.text();
    let place: Place = written.line.text.place(raw.len() - raw.trim_start().len()..raw.trim_end().len());
    let mut holds = holds.to_vec();
    holds.extend(not_found);
    if let Some(at) = head.ignores
        && !holds.iter().any(|hold| hold.why.starts_with("the `-` prefix"))
    {
        holds.push(
            Hold::new(HoldEffect::Soften, text.place(at..at + 1), "the `-` prefix drops the failure")
                .mended("delete the `-` before the command"),
        );
    }
    let runs_anyway = head.always || raw.contains("$(MAKE)") || raw.contains("${MAKE}");
    if let Some(dry) = plan.options.dry.clone().filter(|_| !runs_anyway) {
        holds.push(Hold::new(HoldEffect::Void, dry, "make only shows or marks what it would run"));
    }
    for (old, at) in &plan.options.old {
        match old {
            Some(old)
                if !written.rule.targets.iter().any(|target| target.trim_start_matches("./") == old.trim_start_matches("./")) => {
            }
            Some(_) => holds.push(Hold::new(HoldEffect::Void, at.clone(), "make takes this target as made")),
            None => {
                let why = "which target make takes as made is computed";
                holds.push(Hold::new(HoldEffect::Unknown(Reason::Dynamic), at.clone(), why));
            }
        }
    }
    let mut way = way.clone();
    way.hops.push(Hop::new(place, raw));
    way.condition = first_of(&[&way.condition, &written.rule.condition, &written.line.condition]);
    let target = Target::Script { text: rest, mode: written.mode, args: Some(Vec::new()) };
    let mut next = plan.next(target, &way, holds);
    for name in &way.exported {
        let value = plan.evaluation.variables.plain(name, &way.layer);
        next.env.insert(name.clone(), Some(value).filter(|value| !value.contains(super::expand::UNKNOWN)));
    }
    plan.out.push(next);
}

fn first_of(all: &[&Option<Why>]) -> Option<Why> {
    all.iter().find_map(|one| (*one).clone())
}

/// The lines of an expanded recipe line: a canned recipe (`define`) brings several.
fn commands(text: &MappedText) -> Vec<MappedText> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, _) in text.text().match_indices('\n') {
        let escaped = text.text()[start..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
        if !escaped {
            out.push(text.slice(start..at));
            start = at + 1;
        }
    }
    out.push(text.slice(start..text.text().len()));
    out
}

/// All lines as one script: the first line's prefixes count, those of the others are dropped.
fn joined(lines: &[MappedText]) -> Option<MappedText> {
    let first = lines.first()?;
    let mut out = MappedText::empty(std::sync::Arc::clone(first.file()));
    for (index, line) in lines.iter().enumerate() {
        let skip = if index == 0 { 0 } else { prefix(line.text()).length };
        if index > 0 {
            out.push_standing_for(line.span(0..0), "\n");
        }
        out.push_part(line, skip..line.text().len());
    }
    Some(out)
}
