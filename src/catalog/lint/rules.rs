//! Owns what is asked of the checklist's files: rules, profiles and sentences that name each other, and severities that are
//! no stronger than what the sentences ask. Refuses to parse a rule's question: its check does.

use super::page::{Page, is_kebab, text, texts};
use super::{Shelf, examples};
use crate::catalog::Severity;
use crate::doc::Value;

pub(super) fn lint(page: &Page, shelf: &Shelf<'_>, problems: &mut Vec<String>) {
    let root = page.root();
    let id = page.stem();
    let kind = root.route(&["check", "kind"]);
    if !kind.and_then(Value::as_str).is_some_and(|kind| shelf.known.kinds.contains(&kind)) {
        problems.push(page.at(kind.unwrap_or(root), "no kind of question has this name"));
    }
    for (at, alias) in texts(root, "aliases") {
        let taken = shelf.folder("checklist").any(|other| {
            other.stem() == alias || (other.name != page.name && texts(other.root(), "aliases").any(|(_, word)| word == alias))
        });
        if taken || !is_kebab(alias) {
            problems.push(page.at(at, &format!("the alias `{alias}` is taken or no id")));
        }
    }
    if ["tools", "bots"].iter().any(|folder| shelf.folder(folder).any(|other| other.stem() == id)) {
        problems.push(page.problem(1, "a tool or a bot has this id, and `explain` could not tell them apart"));
    }
    if !text(root, "since").is_some_and(is_version) {
        problems.push(page.at(root.get("since").unwrap_or(root), "`since` is a version, as 0.1.0"));
    }
    for key in ["why", "fix"] {
        if root.route(&["text", key]).and_then(Value::as_str).is_none_or(|prose| prose.trim().is_empty()) {
            problems.push(page.at(root.get("text").unwrap_or(root), &format!("`text.{key}` is empty")));
        }
    }
    in_profiles(page, shelf, problems);
    within_its_sentences(page, shelf, problems);
    examples::of_a_rule(page, problems);
}

fn in_profiles(page: &Page, shelf: &Shelf<'_>, problems: &mut Vec<String>) {
    let id = page.stem();
    let listed = |profile: &&Page| profile.root().get("rules").is_some_and(|rules| rules.get(id).is_some());
    if !shelf.folder("profiles").any(|profile| listed(&profile)) {
        problems.push(page.problem(1, "no profile lists this rule, so nothing ever runs it"));
    }
}

/// The strongest sentence a rule answers bounds its severity, in the file and in every profile but `literal`, which takes the
/// original at its word.
fn within_its_sentences(page: &Page, shelf: &Shelf<'_>, problems: &mut Vec<String>) {
    let id = page.stem();
    let Some(sentences) = shelf.page("sentences.toml") else { return };
    let answered = sentences.rows("sentence").filter(|row| texts(*row, "rules").any(|(_, rule)| rule == id));
    let cap = answered.map(|row| cap(text(row, "strength").unwrap_or_default())).max();
    let Some(cap) = cap else {
        if !shelf.known.guards.contains(&id) {
            problems.push(page.problem(1, "no sentence of rules/sentences.toml names this rule"));
        }
        return;
    };
    let severities = page.root().get("severity").into_iter().map(|value| (page, value));
    let profiles = shelf.folder("profiles").filter(|profile| profile.stem() != "literal");
    let profiled = profiles.filter_map(|profile| Some((profile, profile.root().get("rules")?.get(id)?)));
    for (where_, value) in severities.chain(profiled) {
        if severity(value.as_str().unwrap_or_default()).is_some_and(|severity| severity > cap) {
            let words = format!("`{id}` may be `{}` at most: its sentences ask no more", cap.word());
            problems.push(where_.at(value, &words));
        }
    }
}

/// Profiles and sentences: every name they mention exists, and a sentence without rules says why.
pub(super) fn sentences(shelf: &Shelf<'_>, problems: &mut Vec<String>) {
    for profile in shelf.folder("profiles") {
        for entry in profile.root().get("rules").into_iter().flat_map(Value::entries) {
            let name = entry.name().unwrap_or_default();
            if !shelf.has_rule(name) {
                problems.push(profile.at(entry.key, &format!("`{name}` is no rule")));
            }
            let word = entry.value.as_str().unwrap_or_default();
            if !matches!(word, "on" | "off") && severity(word).is_none() {
                problems.push(profile.at(entry.value, "a rule is `on`, `off`, or has a severity"));
            }
        }
    }
    let Some(page) = shelf.page("sentences.toml") else { return };
    let mut numbers = Vec::new();
    for row in page.rows("sentence") {
        let number = row.get("number").and_then(Value::scalar).unwrap_or_default();
        if numbers.contains(&number) {
            problems.push(page.at(row, &format!("two sentences have the number {number}")));
        }
        numbers.push(number);
        for (at, rule) in texts(row, "rules").filter(|(_, rule)| !shelf.has_rule(rule)) {
            problems.push(page.at(at, &format!("`{rule}` is no rule")));
        }
        let why = text(row, "not_taken").is_some_and(|why| !why.trim().is_empty());
        if texts(row, "rules").next().is_none() && !why {
            problems.push(page.at(row, &format!("sentence {number} has neither `rules` nor a reason in `not_taken`")));
        }
    }
}

/// The worst severity that a sentence of this strength bears.
fn cap(strength: &str) -> Severity {
    match strength {
        "must" => Severity::Error,
        "should" => Severity::Warning,
        _ => Severity::Notice,
    }
}

fn severity(word: &str) -> Option<Severity> {
    [Severity::Notice, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.word() == word)
}

fn is_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}
