//! Owns whether an argument that is not known could be a flag that lets findings pass. Refuses words that are known.

use super::hold::{Hold, HoldEffect};
use super::invocations::Invocation;
use super::shell::{Word, printers};
use super::tool_config::{Query, excluded};
use crate::answer::Reason;
use crate::catalog::program::{Programs, Trait};
use crate::catalog::tool::{Does, Tool};

/// The first argument that could be any flag, or one that softens.
pub(super) fn hold(tool: &Tool, invocation: &Invocation, query: &Query<'_>) -> Option<Hold> {
    let softens = tool.effect.iter().filter(|effect| matches!(effect.does, Does::Soften | Does::Void));
    let softening: Vec<&str> = softens.flat_map(|effect| &effect.flag).map(String::as_str).collect();
    if softening.is_empty() {
        return None;
    }
    let programs = &query.world.catalog.programs;
    let mut behind_value_flag = false;
    let word = invocation.args.iter().find(|word| {
        let takes = |flag: &String| Some(flag.as_str()) == word.value.as_deref();
        // What stands behind a flag that takes a value is that value.
        let is_value = std::mem::replace(&mut behind_value_flag, tool.value_flags.iter().any(takes));
        if is_value {
            return false;
        }
        match word.value.as_deref() {
            Some(pattern) => word.glob && names_a_flag(pattern, query),
            None => any_flag(word, programs) || begins_one(word, &softening, tool),
        }
    })?;
    Some(Hold::new(HoldEffect::Unknown(Reason::Dynamic), word.place.clone(), "an argument is computed and could be any flag"))
}

/// A whole word that is computed could be any flag. What lists files prints targets, and lists of arguments are targets.
fn any_flag(word: &Word, programs: &Programs) -> bool {
    let raw = word.raw.trim_start_matches('"');
    if raw.starts_with("$(") || raw.starts_with('`') {
        return !prints_names(&word.raw, programs);
    }
    (raw.starts_with('$') && !is_list(raw)) || raw.starts_with('\u{E000}')
}

/// `$@`, `${files[@]}`, `${@:2}`, and what the shell looks for in a directory that is not known (`$DIR/*.py`).
fn is_list(raw: &str) -> bool {
    let Some(inner) = raw.strip_prefix("${") else {
        return raw.starts_with("$@") || raw.contains('*');
    };
    let end = inner.find('}').unwrap_or(inner.len());
    let (inside, behind) = inner.split_at(end);
    let name = inside.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    inside.starts_with(['@', '*']) || name.starts_with("[@]") || name.starts_with("[*]") || behind.contains('*')
}

/// A flag whose name is computed (`--$F`) may be one that softens.
fn begins_one(word: &Word, softening: &[&str], tool: &Tool) -> bool {
    let head = word.head();
    let own_value = |flag: &String| !flag.starts_with("--") && flag.len() == 2 && head.starts_with(flag.as_str());
    head.starts_with('-')
        && !head.contains('=')
        && !tool.value_flags.iter().any(own_value)
        && softening.iter().any(|flag| flag.starts_with(&head))
}

/// Whether all that a substitution prints are names: the first command of each pipeline lists some, the others pass on what
/// they read.
fn prints_names(raw: &str, programs: &Programs) -> bool {
    let Some(pipelines) = printers(raw) else { return false };
    let is = |words: &[String], what| {
        words.first().is_some_and(|program| {
            programs.words_of(what).any(|mut known| {
                known.next() == Some(super::matching::program_name(program))
                    && known.all(|more| words.iter().any(|word| word == more))
            })
        })
    };
    let silent = |commands: &[Vec<String>]| matches!(commands, [only] if is(only, Trait::Silent) || only.first().is_some_and(|name| name == "cd"));
    let names = |commands: &[Vec<String>]| {
        commands.split_first().is_some_and(|(first, rest)| {
            is(first, Trait::ListsNames) && rest.iter().all(|words| is(words, Trait::Sieves) || is(words, Trait::ListsNames))
        })
    };
    pipelines.iter().any(|commands| names(commands)) && pipelines.iter().all(|commands| silent(commands) || names(commands))
}

/// Whether a file that a pattern stands for is called like a flag.
fn names_a_flag(pattern: &str, query: &Query<'_>) -> bool {
    pattern.starts_with(['*', '?', '[', '-'])
        && excluded::expanded(query, pattern)
            .iter()
            .any(|(path, _)| path.below(query.directory).is_some_and(|below| below.starts_with('-')))
}
