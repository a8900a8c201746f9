//! Owns what is asked of `[[example]]`s before they are run: enough of them, of every kind, and places that exist. Refuses to
//! run them: the tests do.

use super::page::{Page, json, text};
use crate::catalog::example::Example;
use crate::doc::Value;

const RUNGS: [&str; 5] = ["absent", "configured", "runs", "gates", "required"];
/// A generator at work, one that is switched off, one of which it cannot be said, and none.
const EXPORTS: [&str; 4] = ["exported", "switched-off", "open", "absent"];
const FEWEST: usize = 3;

pub(super) fn of_a_tool(page: &Page, problems: &mut Vec<String>) {
    common(page, problems);
    let mut seen = Vec::new();
    for example in page.rows("example") {
        let expected = text(example, "expect");
        if !expected.is_some_and(|rung| RUNGS.contains(&rung)) {
            problems.push(page.at(example, &format!("`expect` is a rung: {}", RUNGS.join(", "))));
        }
        if example.get("may_be").is_some() && !text(example, "may_be").is_some_and(|rung| RUNGS.contains(&rung)) {
            problems.push(page.at(example, "`may_be` is a rung"));
        }
        let may_be = text(example, "may_be");
        seen.push((expected, may_be));
    }
    seen.dedup();
    let dead = matches!(text(page.root(), "status"), Some("retired" | "dead"));
    if seen.len() == 1 && !dead {
        problems.push(page.problem(1, "the examples all expect the same: which one shows the other side?"));
    }
}

pub(super) fn of_a_bot(page: &Page, problems: &mut Vec<String>) {
    common(page, problems);
    for example in page.rows("example") {
        let active = example.get("expect").and_then(|expect| expect.get("active"));
        if active.is_none() {
            problems.push(page.at(example, "`expect` says whether the bot is `active`"));
        }
    }
}

/// What wires it is shown at least once.
pub(super) fn of_a_generator(page: &Page, problems: &mut Vec<String>) {
    for example in page.rows("example") {
        shape(page, example, problems);
        if !text(example, "expect").is_some_and(|word| EXPORTS.contains(&word)) {
            problems.push(page.at(example, &format!("`expect` says how it is seen: {}", EXPORTS.join(", "))));
        }
    }
    if !page.rows("example").any(|example| text(example, "expect") == Some(EXPORTS[0])) {
        problems.push(page.problem(1, "no example shows it at work: an `[[example]]` that expects `exported`"));
    }
}

/// Rules' examples are counted by whoever runs them; here only what they are made of.
pub(super) fn of_a_rule(page: &Page, problems: &mut Vec<String>) {
    for example in page.rows("example") {
        shape(page, example, problems);
    }
}

fn common(page: &Page, problems: &mut Vec<String>) {
    let count = page.rows("example").count();
    if count < FEWEST {
        problems.push(
            page.problem(1, &format!("{count} examples; at least {FEWEST}: a pass, a fail, one that looks bad but is fine")),
        );
    }
    let mut names = Vec::new();
    for example in page.rows("example") {
        shape(page, example, problems);
        let name = text(example, "name").unwrap_or_default();
        if names.contains(&name) {
            problems.push(page.at(example, &format!("two examples are named `{name}`")));
        }
        names.push(name);
    }
}

fn shape(page: &Page, example: Value<'_>, problems: &mut Vec<String>) {
    match serde_json::from_value::<Example>(json(example)) {
        Err(refusal) => problems.push(page.at(example, &format!("[[example]]: {refusal}"))),
        Ok(read) => {
            if let Some(at) = read.at.as_deref().filter(|at| !is_there(&read, at)) {
                problems.push(page.at(example, &format!("`at = \"{at}\"` is no line of the example's files")));
            }
        }
    }
}

fn is_there(example: &Example, at: &str) -> bool {
    let Some((path, line)) = at.rsplit_once(':') else { return false };
    let Ok(line) = line.parse::<usize>() else { return false };
    // Files that only `tree` adds have no lines worth naming but the first.
    example.files.get(path).map_or(line == 1, |text| (1..=text.lines().count().max(1)).contains(&line))
}
