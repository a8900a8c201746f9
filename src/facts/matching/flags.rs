//! Owns whether a command line has a flag of the catalogue, in every spelling of it. Refuses to know what a flag does.

use crate::facts::shell::Word;

/// The word at which a flag row is satisfied: `--f`, `--f=v`, `--f v`, `-Dv`, `-D v`; with `after`, only behind that word.
/// Words behind `--` never count unless `after` is `--`.
#[must_use]
pub fn find_flag<'w>(rows: &[String], after: Option<&str>, args: &'w [Word]) -> Option<&'w Word> {
    let args = match after {
        Some(marker) => {
            let at = args.iter().position(|word| word.value.as_deref() == Some(marker))?;
            &args[at + 1..]
        }
        None => {
            let end = args.iter().position(|word| word.value.as_deref() == Some("--")).unwrap_or(args.len());
            &args[..end]
        }
    };
    args.iter().enumerate().find_map(|(at, word)| {
        let value = word.value.as_deref()?;
        let next = args.get(at + 1).and_then(|word| word.value.as_deref());
        rows.iter().any(|row| flag_matches(row, value, next)).then_some(word)
    })
}

/// Whether a flag row is satisfied by a word and the one behind it.
#[must_use]
pub fn flag_matches(row: &str, word: &str, next: Option<&str>) -> bool {
    let (flag, wanted) = match row.split_once(' ').or_else(|| row.split_once('=')) {
        Some((flag, value)) => (flag, Some(value.trim_matches('\''))),
        None => (row, None),
    };
    match wanted {
        None => {
            word == flag
                || word.strip_prefix(flag).and_then(|rest| rest.strip_prefix('=')).is_some_and(|value| is_given(flag, value))
        }
        Some(wanted) => {
            if word == flag {
                return next == Some(wanted);
            }
            let Some(rest) = word.strip_prefix(flag) else { return false };
            rest.strip_prefix('=') == Some(wanted) || (!flag.starts_with("--") && rest == wanted)
        }
    }
}

/// Whether `FLAG=VALUE` is the flag: a long one with a value, unless that takes it back; with one dash, as Go's flags may be written, one
/// that says yes (`strconv.ParseBool`).
fn is_given(flag: &str, value: &str) -> bool {
    match flag.starts_with("--") {
        true => !matches!(value, "false" | "False" | "FALSE"),
        false => flag.len() > 2 && matches!(value, "1" | "t" | "T" | "TRUE" | "true" | "True"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_match_in_every_spelling() {
        assert!(flag_matches("--exit-zero", "--exit-zero", None));
        assert!(!flag_matches("--exit-zero", "--exit-zero-x", None));
        assert!(flag_matches("-D warnings", "-Dwarnings", None));
        assert!(flag_matches("-D warnings", "-D", Some("warnings")));
        assert!(!flag_matches("-D warnings", "-D", Some("clippy::all")));
        assert!(flag_matches("--issues-exit-code=0", "--issues-exit-code", Some("0")));
        assert!(flag_matches("--issues-exit-code=0", "--issues-exit-code=0", None));
        assert!(!flag_matches("--issues-exit-code=0", "--issues-exit-code=01", None));
        for (flag, word, hit) in [
            ("-no-fail", "-no-fail=true", true),
            ("-no-fail", "-no-fail=1", true),
            ("-no-fail", "-no-fail=false", false),
            ("-no-fail", "-no-failing=true", false),
            ("--exit-zero", "--exit-zero=x", true),
            ("--set-status", "--set-status=false", false),
            ("-q", "-q=true", false),
        ] {
            assert_eq!(flag_matches(flag, word, None), hit, "{flag} {word}");
        }
    }
}
