//! Owns environment names: brace expansion, factors, and lines that hold for some factors only. Refuses to read files.

use std::collections::HashSet;
use std::ops::Range;

/// Names one text may expand to; a text past it keeps the first ones.
pub(super) const MOST_NAMES: usize = 512;

/// `py{38,39}-{a,b}, lint` (lines and commas) as all names it stands for, in order, each once.
pub(super) fn expand(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for line in text.lines() {
        for part in parts(line) {
            for name in variants(part, MOST_NAMES) {
                if names.len() < MOST_NAMES && !name.is_empty() && seen.insert(name.clone()) {
                    names.push(name);
                }
            }
        }
    }
    names
}

/// A text cut at the commas outside of braces.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0usize;
    text.split(move |c| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
}

fn variants(part: &str, most: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut rest = part;
    while !rest.is_empty() {
        let open = rest.find('{').unwrap_or(rest.len());
        let (literal, behind) = rest.split_at(open);
        let (choices, after) = match behind.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((inner, after)) => (inner.split(',').flat_map(range).collect(), after),
            // A brace that is never closed is text.
            None => (vec![behind.to_owned()], ""),
        };
        let mut next = Vec::new();
        for head in &all {
            for choice in &choices {
                if next.len() < most {
                    let text: String = head.chars().chain(literal.chars()).chain(choice.chars()).collect();
                    next.push(text.split_whitespace().collect::<String>());
                }
            }
        }
        all = next;
        rest = after;
    }
    all
}

/// `9-12` inside braces as its numbers; anything else as itself.
fn range(item: &str) -> Vec<String> {
    let item = item.trim();
    let numbers = item.split_once('-').and_then(|(from, to)| Some((from.parse::<u16>().ok()?, to.parse::<u16>().ok()?)));
    match numbers {
        Some((from, to)) if from <= to && to - from < 100 => (from..=to).map(|number| number.to_string()).collect(),
        _ => vec![item.to_owned()],
    }
}

/// Whether a factor expression (`py38,lint`, `!win`, `{a,b}-c`) holds for an environment.
fn holds(expression: &str, factors: &HashSet<&str>) -> bool {
    parts(expression).flat_map(|part| variants(part, 64)).any(|variant| {
        variant.split('-').all(|factor| match factor.strip_prefix('!') {
            Some(name) => !factors.contains(name),
            None => factors.contains(factor),
        })
    })
}

/// The part of a value's line that counts for an environment: all of it, or what stands behind its factors; `None` when they
/// do not hold.
pub(super) fn line_for(line: &str, environment: &str) -> Option<Range<usize>> {
    let whole = Some(0..line.len());
    let Some((head, behind)) = line.split_once(':') else { return whole };
    let is_factor = |c: char| c.is_alphanumeric() || "_ {}.!,-".contains(c);
    if head.is_empty() || !behind.starts_with(char::is_whitespace) || !head.chars().all(is_factor) {
        return whole;
    }
    let factors: HashSet<&str> = environment.split('-').collect();
    let from = line.len() - behind.trim_start().len();
    holds(head, &factors).then_some(from..line.len())
}

/// Whether every factor of `wanted` is one of the environment.
pub(super) fn has_factors(environment: &str, wanted: &str) -> bool {
    let factors: HashSet<&str> = environment.split('-').collect();
    wanted.split('-').all(|factor| factors.contains(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brace_expansion() {
        for (text, expected) in [
            ("py38, lint\ndocs", "py38 lint docs"),
            ("py{38,39}-{a,b}", "py38-a py38-b py39-a py39-b"),
            ("{py27,py36}-x, {a, b}", "py27-x py36-x a b"),
            ("py3{9-11}", "py39 py310 py311"),
            ("py39{,-dep}", "py39 py39-dep"),
            ("a{b", "a{b"),
            (",, ,", ""),
        ] {
            assert_eq!(expand(text).join(" "), expected, "{text}");
        }
        assert_eq!(expand(&"{a,b,c,d}".repeat(200)).len(), MOST_NAMES);
    }

    #[test]
    fn lines_for_factors() {
        for (line, environment, expected) in [
            ("lint: ruff check", "lint", Some("ruff check")),
            ("lint: ruff check", "py38-lint", Some("ruff check")),
            ("lint: ruff check", "py38", None),
            ("!lint: pytest", "py38", Some("pytest")),
            ("!lint: pytest", "lint", None),
            ("py{38,39}-x,docs: a", "x-py39", Some("a")),
            ("pytest {posargs:tests}", "lint", Some("pytest {posargs:tests}")),
            ("python -c 'print: x'", "lint", Some("python -c 'print: x'")),
        ] {
            assert_eq!(line_for(line, environment).map(|range| &line[range]), expected, "{line} in {environment}");
        }
    }
}
