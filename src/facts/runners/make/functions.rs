//! Owns make's text functions, as far as they depend on text alone. Refuses those that look at the machine: their value is
//! not known.

use super::expand::{LOOKED_UP, Layer, Origin, UNKNOWN, UNKNOWN_TEXT, Variable, Variables, undecided};

/// Functions that only a run can answer, or whose effect is not text.
const OF_THE_MACHINE: &[&str] = &["wildcard", "realpath", "abspath", "file", "guile", "origin", "flavor"];

/// The value of a function call `name arguments`; `None` when it is not one.
pub(super) fn call(variables: &Variables, inner: &str, layer: &Layer, depth: usize) -> Option<String> {
    let (name, arguments) = inner.split_once(|c: char| c.is_ascii_whitespace())?;
    if OF_THE_MACHINE.contains(&name) {
        return Some(UNKNOWN_TEXT.to_owned());
    }
    let arguments = arguments.trim_start();
    match name {
        "shell" => Some(shell(variables, &variables.expand_at(arguments, layer, depth), layer, depth)),
        "eval" => {
            variables.evaluate(variables.expand_at(arguments, layer, depth));
            Some(String::new())
        }
        "info" | "warning" => Some(String::new()),
        // Where it counts, make stops as failed; nothing stands for it.
        "error" => Some(String::new()),
        "value" => Some(variables.get(arguments.trim()).map_or_else(String::new, |v| v.text.clone())),
        "if" | "or" | "and" => Some(conditional(variables, name, arguments, layer, depth)),
        "foreach" => Some(for_each(variables, arguments, layer, depth)),
        "call" => Some(user_function(variables, arguments, layer, depth)),
        _ => text_function(name, || {
            split_arguments(arguments).into_iter().map(|part| variables.expand_at(part, layer, depth)).collect()
        }),
    }
}

/// `$(shell …)` is not run; two questions to it have an answer: where make stands, and how a program is called.
fn shell(variables: &Variables, command: &str, layer: &Layer, depth: usize) -> String {
    let command = command.trim();
    if command == "pwd" {
        return variables.value("CURDIR", layer, depth);
    }
    let looked_up = ["command -v ", "which ", "type -P ", "type -p "].iter().find_map(|head| command.strip_prefix(head));
    let words: Vec<&str> = looked_up.unwrap_or("").split_ascii_whitespace().take(4).collect();
    match words.as_slice() {
        [name] | [name, "2>/dev/null" | "2>&1"] | [name, "2>", "/dev/null"]
            if name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+'))
                && !name.starts_with('-') =>
        {
            format!("{LOOKED_UP}{name}")
        }
        _ => UNKNOWN_TEXT.to_owned(),
    }
}

fn conditional(variables: &Variables, name: &str, arguments: &str, layer: &Layer, depth: usize) -> String {
    let parts = split_arguments(arguments);
    let value = |at: usize| parts.get(at).map_or_else(String::new, |part| variables.expand_at(part.trim(), layer, depth));
    if name == "if" {
        let condition = value(0);
        return match condition.as_str() {
            known if !undecided(known) => value(if known.is_empty() { 2 } else { 1 }),
            _ => {
                let (then, otherwise) = (value(1), value(2));
                if then == otherwise { then } else { UNKNOWN_TEXT.to_owned() }
            }
        };
    }
    let mut last = String::new();
    for at in 0..parts.len() {
        last = value(at);
        if undecided(&last) {
            return UNKNOWN_TEXT.to_owned();
        }
        if last.is_empty() == (name == "and") {
            return last;
        }
    }
    last
}

fn for_each(variables: &Variables, arguments: &str, layer: &Layer, depth: usize) -> String {
    let parts = split_arguments(arguments);
    let [name, list, body] = parts.as_slice() else { return UNKNOWN_TEXT.to_owned() };
    let name = variables.expand_at(name.trim(), layer, depth);
    let list = variables.expand_at(list, layer, depth);
    if list.contains(UNKNOWN) {
        return UNKNOWN_TEXT.to_owned();
    }
    if !variables.burn(layer.len() * 16) {
        return UNKNOWN_TEXT.to_owned();
    }
    let mut layer = layer.clone();
    let mut out = Vec::new();
    for word in list.split_ascii_whitespace() {
        if !variables.burn(body.len()) {
            return UNKNOWN_TEXT.to_owned();
        }
        layer.insert(name.clone(), simple(word));
        out.push(variables.expand_at(body, &layer, depth));
    }
    out.join(" ")
}

fn user_function(variables: &Variables, arguments: &str, layer: &Layer, depth: usize) -> String {
    let parts = split_arguments(arguments);
    if !variables.burn((layer.len() + parts.len()) * 16) {
        return UNKNOWN_TEXT.to_owned();
    }
    let mut inner = layer.clone();
    let mut name = String::new();
    for (at, part) in parts.iter().enumerate() {
        let value = variables.expand_at(part, layer, depth);
        if at == 0 {
            name = value.trim().to_owned();
        }
        inner.insert(at.to_string(), simple(if at == 0 { value.trim() } else { &value }));
    }
    if name.contains(UNKNOWN) {
        return UNKNOWN_TEXT.to_owned();
    }
    variables.value(&name, &inner, depth)
}

/// A variable that holds exactly this text.
pub(super) fn simple(text: &str) -> Variable {
    Variable { text: text.to_owned(), simple: true, origin: Origin::Override }
}

fn text_function(name: &str, arguments: impl Fn() -> Vec<String>) -> Option<String> {
    let wanted: usize = match name {
        "strip" | "sort" | "words" | "firstword" | "lastword" | "dir" | "notdir" | "suffix" | "basename" => 1,
        "findstring" | "filter" | "filter-out" | "word" | "addsuffix" | "addprefix" | "join" => 2,
        "subst" | "patsubst" | "wordlist" => 3,
        _ => return None,
    };
    let mut arguments = arguments();
    while arguments.len() > wanted {
        // Commas beyond the last argument belong to it.
        let extra = arguments.pop().unwrap_or_default();
        if let Some(last) = arguments.last_mut() {
            last.push(',');
            last.push_str(&extra);
        }
    }
    let list = arguments.last().cloned().unwrap_or_default();
    if name == "strip" {
        return Some(list.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
    }
    if arguments.len() < wanted || arguments.iter().any(|part| part.contains(UNKNOWN)) {
        return Some(UNKNOWN_TEXT.to_owned());
    }
    let first = arguments.first().cloned().unwrap_or_default();
    let second = arguments.get(1).cloned().unwrap_or_default();
    let words = || list.split_ascii_whitespace();
    Some(match name {
        "sort" => words().collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" "),
        "words" => words().count().to_string(),
        "firstword" => words().next().unwrap_or("").to_owned(),
        "lastword" => words().next_back().unwrap_or("").to_owned(),
        "word" => first.trim().parse::<usize>().ok().and_then(|at| words().nth(at.checked_sub(1)?)).unwrap_or("").to_owned(),
        "wordlist" => {
            let (from, to) = (first.trim().parse().unwrap_or(1_usize), second.trim().parse().unwrap_or(0_usize));
            words().take(to).skip(from.saturating_sub(1)).collect::<Vec<_>>().join(" ")
        }
        "findstring" => {
            if list.contains(&first) {
                first
            } else {
                String::new()
            }
        }
        "filter" | "filter-out" => filter(&first, words(), name == "filter"),
        "subst" if first.is_empty() => list + &second,
        "subst" => bounded_replace(&list, &first, &second),
        "patsubst" => each(words(), |word| substitute(word, &first, &second)),
        "addsuffix" => each(words(), |word| format!("{word}{first}")),
        "addprefix" => each(words(), |word| format!("{first}{word}")),
        "dir" => each(words(), |word| word.rfind('/').map_or("./", |at| &word[..=at]).to_owned()),
        "notdir" => each(words(), |word| word.rsplit('/').next().unwrap_or("").to_owned()),
        "basename" => each(words(), |word| word[..extension(word)].to_owned()),
        "suffix" => each(words().filter(|word| extension(word) < word.len()), |word| word[extension(word)..].to_owned()),
        // `join`: word by word; rare in what names a command.
        _ => UNKNOWN_TEXT.to_owned(),
    })
}

fn extension(word: &str) -> usize {
    let name = word.rfind('/').map_or(0, |at| at + 1);
    word[name..].rfind('.').map_or(word.len(), |dot| name + dot)
}

fn each<'a>(words: impl Iterator<Item = &'a str>, change: impl Fn(&str) -> String) -> String {
    // A long prefix put before many words would grow as their product.
    let mut out = String::new();
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&change(word));
        if out.len() > 1 << 20 {
            return UNKNOWN_TEXT.to_owned();
        }
    }
    out
}

fn bounded_replace(text: &str, from: &str, to: &str) -> String {
    if text.len() / from.len() * to.len() > 1 << 20 {
        return UNKNOWN_TEXT.to_owned();
    }
    text.replace(from, to)
}

fn filter<'a>(patterns: &str, words: impl Iterator<Item = &'a str>, keep: bool) -> String {
    let patterns: Vec<&str> = patterns.split_ascii_whitespace().take(1000).collect();
    words
        .take(10_000)
        .filter(|word| patterns.iter().any(|pattern| stem(pattern, word).is_some()) == keep)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What `%` of a pattern stands for in a word; a pattern without `%` matches itself with an empty stem.
pub(super) fn stem<'a>(pattern: &str, word: &'a str) -> Option<&'a str> {
    match pattern.split_once('%') {
        None => (pattern == word).then_some(""),
        Some((head, tail)) => word.strip_prefix(head)?.strip_suffix(tail),
    }
}

fn substitute(word: &str, from: &str, to: &str) -> String {
    match stem(from, word) {
        Some(found) if from.contains('%') => to.replacen('%', found, 1),
        Some(_) => to.to_owned(),
        None => word.to_owned(),
    }
}

/// `$(VAR:from=to)`.
pub(super) fn substitute_reference(value: &str, from: &str, to: &str) -> String {
    if value.contains(UNKNOWN) {
        return UNKNOWN_TEXT.to_owned();
    }
    if from.contains('%') {
        return each(value.split_ascii_whitespace(), |word| substitute(word, from, to));
    }
    each(value.split_ascii_whitespace(), |word| {
        word.strip_suffix(from).map_or_else(|| word.to_owned(), |head| format!("{head}{to}"))
    })
}

/// Splits at commas outside of brackets.
fn split_arguments(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'{' => depth += 1,
            b')' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
