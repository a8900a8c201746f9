//! Owns the spellings that a tool's own parser takes for a flag: the beginning of a long one, short ones in one word. Refuses to
//! know what flags do.

use std::borrow::Cow;

use super::shell::Word;
use crate::catalog::Tool;

/// The arguments with every flag as the catalogue writes it, for tools whose parser abbreviates (argparse). The beginning of several
/// flags is an error of the tool's, and stays as it is.
#[must_use]
pub fn in_full<'w>(tool: &Tool, args: &'w [Word]) -> Cow<'w, [Word]> {
    if !tool.abbreviates {
        return Cow::Borrowed(args);
    }
    let end = args.iter().position(|word| word.value.as_deref() == Some("--")).unwrap_or(args.len());
    let mut out: Vec<Word> = Vec::with_capacity(args.len());
    let mut is_value = false;
    for word in &args[..end] {
        let text = word.value.as_deref().unwrap_or_default();
        let own = std::mem::take(&mut is_value);
        let before = out.len();
        if !own && text.starts_with("--") {
            let whole = long(tool, text);
            // A flag that ends the run does so with a value as well (`--help-msg=E1`).
            let name = whole.as_deref().unwrap_or(text).split_once('=');
            let name = name.map(|(name, _)| name.to_owned()).filter(|name| tool.no_run_flags.contains(name));
            let parts = name.or(whole).filter(|part| *part != text);
            out.extend(parts.map(|value| Word { value: Some(value), ..word.clone() }));
        } else if !own && text.len() > 2 && text.starts_with('-') && !is_flag(tool, text) {
            let parts = cluster(tool, text).unwrap_or_default();
            out.extend(parts.into_iter().map(|value| Word { value: Some(value), ..word.clone() }));
        }
        if out.len() == before {
            out.push(word.clone());
        }
        let last = out.last().and_then(|word| word.value.as_deref());
        // A value that was glued to its flag is no flag.
        let glued = out.len() > before + 1 && last.is_some_and(|last| !last.starts_with('-'));
        is_value = !own && !glued && tool.value_flags.iter().any(|flag| Some(flag.as_str()) == last);
    }
    out.extend_from_slice(&args[end..]);
    Cow::Owned(out)
}

fn flags(tool: &Tool) -> impl Iterator<Item = &str> {
    let of_effects = tool.effect.iter().flat_map(|effect| &effect.flag);
    let all = tool.value_flags.iter().chain(&tool.no_run_flags).chain(of_effects);
    // A row may name a flag together with its value.
    all.map(|flag| flag.split([' ', '=']).next().unwrap_or(flag))
}

fn is_flag(tool: &Tool, text: &str) -> bool {
    flags(tool).any(|flag| flag == text)
}

/// `--excl=x` as `--exclude=x`.
fn long(tool: &Tool, text: &str) -> Option<String> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    if name.len() < 3 || is_flag(tool, name) {
        return None;
    }
    let whole = whole_of(name, flags(tool))?;
    Some(value.map_or_else(|| whole.to_owned(), |value| format!("{whole}={value}")))
}

/// The one flag that begins with `name`; of flags that begin with each other the longest, as rows list abbreviations of their own.
pub(super) fn whole_of<'f>(name: &str, flags: impl Iterator<Item = &'f str>) -> Option<&'f str> {
    let mut whole: Option<&str> = None;
    for flag in flags.filter(|flag| flag.starts_with(name)) {
        match whole {
            Some(known) if flag.starts_with(known) => whole = Some(flag),
            Some(known) if !known.starts_with(flag) => return None,
            Some(_) => {}
            None => whole = Some(flag),
        }
    }
    whole
}

/// `-rxsrc` as `-r`, `-x`, `src`; `None` when a letter is not known.
fn cluster(tool: &Tool, text: &str) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let letters = text.strip_prefix('-')?;
    for (at, letter) in letters.char_indices() {
        let flag = format!("-{letter}");
        if tool.value_flags.contains(&flag) {
            let rest = letters[at + letter.len_utf8()..].trim_start_matches('=');
            out.push(flag);
            out.extend(Some(rest.to_owned()).filter(|rest| !rest.is_empty()));
            return Some(out);
        }
        if !tool.switches.contains(letter) {
            return None;
        }
        out.push(flag);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::text::{Place, RepoPath, Span};

    #[test]
    fn flags_of_argparse_are_written_in_full() {
        let tool = Catalog::builtin().tools.iter().find(|tool| tool.id == "bandit").expect("a tool");
        for (written, full) in [
            ("-r src --excl src", "-r src --exclude src"),
            ("-r src --excl=src", "-r src --exclude=src"),
            ("--ex src", "--ex src"),
            ("--he", "--help"),
            ("--vers", "--version"),
            ("-rh", "-r -h"),
            ("-rx src .", "-r -x src ."),
            ("-rxsrc .", "-r -x src ."),
            ("-rc b.yml", "-r -c b.yml"),
            ("--configf b.yml", "--configfile b.yml"),
            ("-ll -iii", "-ll -iii"),
            ("-x -rh", "-x -rh"),
            ("-zq", "-zq"),
            ("--exit-z", "--exit-z"),
            ("-- -rh", "-- -rh"),
        ] {
            let words: Vec<Word> = written.split(' ').map(word).collect();
            let told: Vec<String> = in_full(tool, &words).iter().filter_map(|word| word.value.clone()).collect();
            assert_eq!(told.join(" "), full, "{written}");
        }
    }

    fn word(text: &str) -> Word {
        Word {
            raw: text.to_owned(),
            value: Some(text.to_owned()),
            partial: None,
            span: Span::default(),
            place: Place::file(RepoPath::root()),
            glob: false,
        }
    }
}
