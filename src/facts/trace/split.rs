//! Owns what programs make of their own line first: `env -S`, a text that env divides into words, `go -C`, which may stand on either side
//! of the command, and the joined flags of Python. Refuses what it computes in it (escapes, variables): those words are not known.

use crate::facts::matching::{module_of_python, program_name};
use crate::facts::shell::Word;

/// Bytes of a text that are divided.
const MOST: usize = 64 * 1024;

/// Texts in texts that are divided; of more, what runs is not known.
const NESTED: usize = 8;

/// The words that a program makes of its own line before it looks at them; `None` where it makes no others.
pub(super) fn divided(words: &[Word]) -> Option<Vec<Word>> {
    directory_behind(words).or_else(|| by_env(words)).or_else(|| module_of_python(words))
}

/// `go -C DIR vet` is `go vet -C DIR` (cmd/go, `handleChdirFlag`: the flag is the first one, before or behind the command).
fn directory_behind(words: &[Word]) -> Option<Vec<Word>> {
    let value = |at: usize| words.get(at).and_then(|word| word.value.as_deref());
    if value(0).map(program_name) != Some("go") {
        return None;
    }
    let flag = value(1).map(|text| text.strip_prefix('-').filter(|rest| rest.starts_with('-')).unwrap_or(text))?;
    let taken = if flag == "-C" { 2 } else { usize::from(flag.starts_with("-C=")) };
    let command = words.get(1 + taken).filter(|_| taken > 0)?;
    let mut out = vec![words[0].clone(), command.clone()];
    out.extend(words[1..=taken].iter().chain(&words[2 + taken..]).cloned());
    Some(out)
}

/// The words that env makes of its own line; `None` where it divides nothing (env(1), `-S`).
fn by_env(words: &[Word]) -> Option<Vec<Word>> {
    let mut out = once(words)?;
    for _ in 1..NESTED {
        match once(&out) {
            Some(more) => out = more,
            None => return Some(out),
        }
    }
    once(&out).map_or(Some(out), |mut out| {
        out.iter_mut().for_each(|word| word.value = None);
        Some(out)
    })
}

fn once(words: &[Word]) -> Option<Vec<Word>> {
    if words.first()?.value.as_deref().map(program_name) != Some("env") {
        return None;
    }
    let mut at = 1;
    while let Some(flag) = words.get(at).and_then(|word| word.value.as_deref()).filter(|word| word.starts_with('-')) {
        let (text, taken) = match text_of(flag) {
            Flag::Divides(Some(text)) => (Some(text), 1),
            Flag::Divides(None) => (words.get(at + 1)?.value.as_deref(), 2),
            Flag::Takes => {
                at += 2;
                continue;
            }
            Flag::Other => {
                at += 1;
                continue;
            }
        };
        let like = &words[at + taken - 1];
        let mut out = words[..at].to_vec();
        match text.filter(|text| text.len() <= MOST) {
            Some(text) => {
                out.extend(parts(text).map(|value| Word { raw: value.clone().unwrap_or_default(), value, ..like.clone() }))
            }
            None => out.push(Word { value: None, ..like.clone() }),
        }
        out.extend_from_slice(&words[at + taken..]);
        return Some(out);
    }
    None
}

/// What a flag of env is.
enum Flag<'w> {
    /// `-S`, with its text where that stands in the word.
    Divides(Option<&'w str>),
    /// It takes the next word.
    Takes,
    Other,
}

fn text_of(flag: &str) -> Flag<'_> {
    if let Some(long) = flag.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        return match name {
            // The beginning of a long flag will do.
            _ if name.starts_with('s') && "split-string".starts_with(name) => Flag::Divides(value),
            "unset" | "chdir" if value.is_none() => Flag::Takes,
            _ => Flag::Other,
        };
    }
    let Some(at) = flag.find(['S', 'u', 'C']) else { return Flag::Other };
    let rest = Some(&flag[at + 1..]).filter(|rest| !rest.is_empty());
    match (&flag[at..=at], rest) {
        ("S", rest) => Flag::Divides(rest),
        (_, None) => Flag::Takes,
        (_, Some(_)) => Flag::Other,
    }
}

/// The words of a text; what is computed in one makes it unknown.
fn parts(text: &str) -> impl Iterator<Item = Option<String>> {
    let (mut words, mut word, mut quote, mut open) = (Vec::new(), None::<String>, None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(end), _) if c == end => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, _) if c.is_whitespace() => {
                words.extend(word.take().map(|word| Some(word).filter(|_| !std::mem::take(&mut open))))
            }
            _ => {
                open |= matches!(c, '\\' | '$' | '#') && quote != Some('\'');
                word.get_or_insert_default().push(c);
            }
        }
    }
    words.extend(word.map(|word| Some(word).filter(|_| !open)));
    words.into_iter()
}
