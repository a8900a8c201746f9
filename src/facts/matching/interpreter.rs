//! Owns the line of a Python interpreter: its own flags, apart from the module that it runs and from what that one is given. Refuses to look
//! at the module.

use super::program_name;
use crate::facts::shell::Word;

/// Flags that take a value: the rest of their word, else the next one (`SHORT_OPTS` in CPython's Python/getopt.c).
const TAKE: [char; 4] = ['c', 'm', 'W', 'X'];

/// The one long flag that takes a value (`longoptions` in the same file).
const TAKES: &str = "--check-hash-based-pycs";

/// `python -EsmX ARGS` as `python -E -s -m X ARGS`: each flag a word, without those that say how to warn and other
/// implementation-specific ones, whose values are no flags. `None` where no module is run, where the words say so already, or where one
/// before the module is not known.
#[must_use]
pub fn module_of_python(words: &[Word]) -> Option<Vec<Word>> {
    let (program, rest) = words.split_first()?;
    let name = program.value.as_deref()?;
    if program_name(name) != "python" {
        return None;
    }
    let one = |word: &Word, text: &str| Word { raw: text.to_owned(), value: Some(text.to_owned()), ..word.clone() };
    let mut out = vec![program.clone()];
    let mut at = 0;
    loop {
        let word = rest.get(at)?;
        at += 1;
        let text = word.value.as_deref()?;
        if text.starts_with("--") {
            at += usize::from(text == TAKES);
            if matches!(text, "--" | "--help" | "--version") {
                return None;
            }
            continue;
        }
        let letters = text.strip_prefix('-').filter(|letters| !letters.is_empty())?;
        // The launcher of Windows chooses a version so (`py -3.12`, `py -V:3.12`; PEP 397).
        if letters.starts_with(|c: char| c.is_ascii_digit()) || letters.starts_with("V:") {
            continue;
        }
        for (from, letter) in letters.char_indices() {
            // It tells about itself and runs nothing.
            if matches!(letter, 'V' | 'h' | '?') {
                return None;
            }
            if !TAKE.contains(&letter) {
                out.push(one(word, &format!("-{letter}")));
                continue;
            }
            let joined = &letters[from + letter.len_utf8()..];
            if letter == 'm' {
                out.push(one(word, "-m"));
                out.extend((!joined.is_empty()).then(|| one(word, joined)));
                out.extend(rest[at..].iter().cloned());
                return (out.len() > 2 && !same(&out, words)).then_some(out);
            }
            if letter == 'c' {
                return None;
            }
            at += usize::from(joined.is_empty());
            break;
        }
    }
}

fn same(a: &[Word], b: &[Word]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.value == b.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Place, RepoPath, Span};

    fn word(text: &str) -> Word {
        let place = Place::file(RepoPath::new("a").expect("a path"));
        Word { raw: text.to_owned(), value: Some(text.to_owned()), partial: None, span: Span::default(), place, glob: false }
    }

    #[test]
    fn every_flag_is_a_word() {
        for (line, expected) in [
            ("python -Im bandit -r src", "python -I -m bandit -r src"),
            ("python3.12 -Esm bandit", "python3.12 -E -s -m bandit"),
            ("python -mbandit -r src", "python -m bandit -r src"),
            ("python -W error -Xdev -m bandit", "python -m bandit"),
            ("python --check-hash-based-pycs never -m bandit", "python -m bandit"),
            ("py -3.12 -m bandit", "py -m bandit"),
            ("pypy3 -Ombandit", "pypy3 -O -m bandit"),
            // These say it already, or run no module.
            ("python -m bandit", "-"),
            ("python -I -m bandit -r", "-"),
            ("python -c x -m bandit", "-"),
            ("python -Vm bandit", "-"),
            ("python -hm bandit", "-"),
            ("python -I?m bandit", "-"),
            ("python -Ic -m bandit", "-"),
            ("python x.py -m bandit", "-"),
            ("python -- -m bandit", "-"),
            ("python -W -m bandit", "-"),
            ("python -", "-"),
            ("python -m", "-"),
            ("ruby -Im bandit", "-"),
        ] {
            let words: Vec<Word> = line.split(' ').map(word).collect();
            let told =
                module_of_python(&words).map(|words| words.iter().map(|word| word.raw.clone()).collect::<Vec<_>>().join(" "));
            assert_eq!(told.as_deref().unwrap_or("-"), expected, "{line}");
        }
    }
}
