//! Owns which variables a script sets, and what it plainly gives to one, or to an output of its step: one line for it, and nothing else that may.
//! Refuses to run the script: whether it comes to that line is not known, and without it there is nothing.

use super::site::Site;
use crate::catalog::Catalog;
use crate::catalog::words::Class;
use crate::doc::Value;

/// The word that a script gives to a variable which it sets on one line of its own.
pub(super) fn variable<'s>(script: &'s str, name: &str) -> Option<&'s str> {
    let mut lines = script.lines().filter_map(|line| line.trim_end().strip_prefix(name)?.strip_prefix('='));
    let word = lines.next().filter(|word| is_one(word))?;
    let all = script.match_indices(name).filter(|(at, _)| is_whole(script, *at) && assigns(script, at + name.len())).count();
    (all == 1).then_some(word)
}

/// The word that a script writes as an output of its step, where all that it writes there are lines of their own.
pub(super) fn output<'s>(script: &'s str, name: &str) -> Option<&'s str> {
    const FILE: [&str; 3] = ["\"$GITHUB_OUTPUT\"", "$GITHUB_OUTPUT", "${GITHUB_OUTPUT}"];
    let mut found = None;
    for line in script.lines().filter(|line| line.contains("GITHUB_OUTPUT")) {
        let said = line.trim().strip_prefix("echo ")?;
        let (said, file) = said.rsplit_once(">>")?;
        let said = said.trim();
        let inner = said.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(said);
        let (own, value) = inner.split_once('=')?;
        let plain = own.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        if !FILE.contains(&file.trim()) || !plain || inner.contains(['"', '\'', ';', '&', '|', '<', '>']) {
            return None;
        }
        if own == name && found.replace(value).is_some() {
            return None;
        }
    }
    found.filter(|_| !script.contains("set-output") && !script.contains("set-env"))
}

/// A word of a shell, to its end.
fn is_one(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) => !inner.contains(['"', '`', '\\']) && !inner.contains("$("),
        None => !text
            .contains(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '<' | '>' | '(' | '`' | '"' | '\'' | '\\')),
    }
}

fn is_whole(script: &str, at: usize) -> bool {
    let before = script.get(..at).and_then(|before| before.chars().next_back());
    !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn assigns(script: &str, end: usize) -> bool {
    let behind = script.get(end..).unwrap_or_default();
    ["=", "+=", ":=", "["].iter().any(|sign| behind.starts_with(sign))
}

/// A step before hands a variable of this name on, as far as its script says so.
pub(super) fn hands_on(site: &Site, line: usize, name: &str) -> bool {
    let steps = site.value().and_then(|job| job.get("steps"));
    let before = steps.into_iter().flat_map(Value::items).take_while(|step| step.place().line < line);
    let mut scripts = before.filter_map(|step| step.get("run")).filter_map(Value::scalar);
    scripts.any(|script| script.contains("GITHUB_ENV") && script.contains(name))
}

/// Commands that give a value to a variable which they name.
const ASSIGN: [&str; 9] = ["for", "read", "mapfile", "readarray", "getopts", "unset", "eval", "select", "let"];

/// The script of a step sets a variable.
pub(super) fn sets(site: &Site, line: usize, name: &str) -> bool {
    let script = site.text.step(&site.job, line).and_then(|step| step.get("run")).and_then(Value::scalar).unwrap_or_default();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    // In front of a command it is that command's alone.
    script.match_indices(&format!("{name}=")).any(|(at, _)| {
        let before = script.get(..at).unwrap_or_default();
        !before.ends_with(is_name) && !is_of_a_flag(before)
    }) || sets_by_words(script, name)
}

/// The same otherwise than by a word that begins with its name.
pub(super) fn sets_by_words(script: &str, name: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    script.split(|c: char| !is_name(c)).any(|word| ASSIGN.contains(&word))
        || script.split("((").skip(1).any(|rest| rest.split("))").next().is_some_and(|inner| inner.contains(name)))
        || script.contains(&format!("${{{name}:="))
        || script.contains(&format!("{name}+="))
        || script.split("printf").skip(1).any(|rest| rest.trim_start().starts_with("-v"))
}

/// What stands behind a text is the value of a flag that takes a setting (`--build-arg NAME=VALUE`).
fn is_of_a_flag(before: &str) -> bool {
    let behind = before.trim_end_matches(['"', '\'']);
    let flag = behind.split_whitespace().next_back().filter(|_| behind.ends_with([' ', '\t']));
    let takes = |flag: &str| {
        let rows = || Catalog::builtin().words.words.iter();
        flag.starts_with("--")
            && rows().any(|row| row.values.get(&Class::Setting).is_some_and(|flags| flags.iter().any(|own| own == flag)))
    };
    flag.is_some_and(takes)
}
