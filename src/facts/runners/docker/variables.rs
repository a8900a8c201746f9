//! Owns variables of a Dockerfile: `ARG`, `ENV`, and their use in other instructions. Refuses what a shell would do with them.

use std::collections::BTreeMap;

use super::instructions::Instruction;
use crate::facts::pipeline::Env;

/// A text with `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` replaced; `None` when a value is not known.
pub(in crate::facts::runners) fn expand(text: &str, known: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(inner) = rest.strip_prefix('{') {
            let (inner, behind) = inner.split_once('}')?;
            rest = behind;
            let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
            let (name, operator) = inner.split_at(end);
            let value = known(name);
            out.push_str(&match operator.trim_start_matches(':').split_at_checked(1) {
                None => value?,
                Some(("-", default)) => {
                    value.filter(|value| !value.is_empty() || !operator.starts_with(':')).unwrap_or_else(|| default.to_owned())
                }
                Some(("?", _)) => value?,
                Some(("+", other)) => value.map_or_else(String::new, |_| other.to_owned()),
                Some(_) => return None,
            });
        } else if let Some(behind) = rest.strip_prefix('$') {
            out.push('$');
            rest = behind;
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            out.push_str(&known(&rest[..end])?);
            rest = &rest[end..];
        }
        if out.len() > 4096 {
            return None;
        }
    }
    out.push_str(rest);
    Some(out)
}

/// A value without one pair of quotes around it.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inner = ['"', '\''].iter().find_map(|mark| text.strip_prefix(*mark)?.strip_suffix(*mark));
    inner.unwrap_or(text)
}

/// `ARG NAME[=default] …`: what is given wins over the default.
pub(super) fn argument(one: &Instruction, given: &BTreeMap<String, Option<String>>, args: &mut BTreeMap<String, Option<String>>) {
    for word in one.rest.text().split_whitespace().take(64) {
        let (name, default) = word.split_once('=').map_or((word, None), |(name, default)| (name, Some(unquoted(default))));
        let value = match given.get(name) {
            Some(value) => value.clone(),
            None => default.and_then(|default| expand(default, &|name| args.get(name).cloned().flatten())),
        };
        args.insert(name.to_owned(), value);
    }
}

/// `ENV NAME=value …` and the old `ENV NAME value`.
pub(super) fn environment(one: &Instruction, before: &Env, args: &BTreeMap<String, Option<String>>) -> Env {
    let known = |name: &str| before.get(name).or_else(|| args.get(name)).cloned().flatten();
    let mut env = before.clone();
    let text = one.rest.text();
    let first = text.split_whitespace().next().unwrap_or("");
    if !first.contains('=') {
        env.insert(first.to_owned(), expand(unquoted(&text[first.len()..]), &known));
        return env;
    }
    for word in crate::facts::runners::quoted::split(&one.rest).unwrap_or_default() {
        let Some(value) = word.value else { continue };
        if let Some((name, value)) = value.split_once('=') {
            env.insert(name.to_owned(), expand(value, &known));
        }
    }
    env
}
