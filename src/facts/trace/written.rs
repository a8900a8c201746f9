//! Owns which files a command writes that its own words name, by the rows `writer` of `rules/programs.toml`. Refuses to know what is
//! written, editors that write back what they read, and programs that put files from one place to another.

use crate::catalog::Catalog;
use crate::catalog::program::Writer;
use crate::facts::matching::program_name;
use crate::facts::shell::Word;

/// The files that flags and addresses name, as they are written.
pub(super) fn named(words: &[Word], catalog: &Catalog) -> Vec<String> {
    let Some((program, rest)) = words.split_first() else { return Vec::new() };
    let Some(program) = program.value.as_deref().map(program_name) else { return Vec::new() };
    let rows = catalog.programs.writer.iter().filter(|row| row.programs.iter().any(|name| name == program));
    let shapes: Vec<String> = rest.iter().map(|word| word.shape().into_owned()).collect();
    rows.flat_map(|row| of_row(row, &shapes)).filter(|file| !file.is_empty() && file != "-").collect()
}

fn of_row(row: &Writer, words: &[String]) -> Vec<String> {
    let mut out: Vec<String> = words
        .iter()
        .enumerate()
        .filter_map(|(at, word)| row.flags.iter().find_map(|flag| behind(flag, word, words.get(at + 1))))
        .collect();
    let by_address = row.named_by_address.as_ref().is_some_and(|flags| match flags.is_empty() {
        true => out.is_empty(),
        false => words.iter().any(|word| flags.iter().any(|flag| word == flag || letter(flag, word).is_some())),
    });
    if by_address {
        let addresses = words.iter().filter(|word| word.contains("://") && !word.starts_with('-'));
        let last = |word: &String| word.split(['?', '#']).next()?.rsplit('/').next().map(str::to_owned);
        out.extend(addresses.filter_map(last));
    }
    out
}

/// What a word says behind a flag, or the next one where it says nothing more.
fn behind(flag: &str, word: &str, next: Option<&String>) -> Option<String> {
    if word == flag && flag.starts_with('-') {
        return next.cloned();
    }
    if let Some(joined) = word.strip_prefix(flag).and_then(|rest| rest.strip_prefix('=')) {
        return Some(joined.to_owned());
    }
    match letter(flag, word)? {
        "" => next.cloned(),
        rest => Some(rest.to_owned()),
    }
}

/// What stands behind a flag of one letter in a word of several (`-fsSLo`).
fn letter<'w>(flag: &str, word: &'w str) -> Option<&'w str> {
    let one = flag.strip_prefix('-').filter(|letter| letter.len() == 1)?;
    let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'))?;
    Some(&letters[letters.find(one)? + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::trace::leaf::by_default;
    use crate::text::{Place, RepoPath};

    #[test]
    fn what_the_words_name() {
        for (line, wanted) in [
            ("curl -o a https://x.test/b", vec!["a"]),
            ("curl -fsSLo a https://x.test/b", vec!["a"]),
            ("curl -oa https://x.test/b", vec!["a"]),
            ("curl --output=a https://x.test/b", vec!["a"]),
            ("curl --output a https://x.test/b -o c", vec!["a", "c"]),
            ("curl -sSLO https://x.test/b?c=d", vec!["b"]),
            ("curl -s https://x.test/b", vec![]),
            ("curl -o - https://x.test/b", vec![]),
            ("/usr/bin/wget -qO a https://x.test/b", vec!["a"]),
            ("wget -qO- https://x.test/b", vec![]),
            ("wget https://x.test/c/b", vec!["b"]),
            ("dd if=a of=b", vec!["b"]),
            ("openssl enc -d -in a -out b", vec!["b"]),
            ("sed -i s/x/y/ a", vec![]),
            ("sed s/x/y/ a", vec![]),
            ("echo -o a", vec![]),
        ] {
            let words = by_default((line, Place::file(RepoPath::root())));
            assert_eq!(named(&words, Catalog::builtin()), wanted, "{line}");
        }
    }
}
