//! Owns variables of a Dockerfile: `ARG`, `ENV`, and their use in other instructions. Refuses what a shell would do with them.

use std::collections::BTreeMap;

use super::instructions::Instruction;
use crate::facts::pipeline::Env;

/// Variables; `None` is a value that is not known.
pub(super) type Known = BTreeMap<String, Option<String>>;

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

/// `ARG NAME[=default] …`: what the build is given wins over the default, the default over an `ARG` before the first stage.
/// Without any of them it is empty, as an unset variable is; the builder's own platform names are not known.
pub(super) fn argument(one: &Instruction, given: &Known, outer: &Known, args: &mut Known) {
    for word in one.rest.text().split_whitespace().take(64) {
        let (name, default) = word.split_once('=').map_or((word, None), |(name, default)| (name, Some(unquoted(default))));
        let value = match (given.get(name), default, outer.get(name)) {
            (Some(value), _, _) => value.clone(),
            (None, Some(default), _) => expand(default, &|name| args.get(name).cloned().flatten()),
            (None, None, Some(value)) => value.clone(),
            (None, None, None) => (!is_builders_own(name)).then(String::new),
        };
        args.insert(name.to_owned(), value);
    }
}

fn is_builders_own(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    ["TARGET", "BUILD"]
        .iter()
        .any(|head| upper.strip_prefix(head).is_some_and(|rest| matches!(rest, "PLATFORM" | "OS" | "ARCH" | "VARIANT" | "STAGE")))
        || upper.ends_with("_PROXY")
        || upper == "SOURCE_DATE_EPOCH"
}

/// `ENV NAME=value …` and the old `ENV NAME value`.
pub(super) fn environment(one: &Instruction, before: &Env, args: &Known) -> Env {
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
