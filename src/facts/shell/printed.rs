//! Owns what `echo` and `printf` print of the words that they are given. Refuses escapes and formats beyond the plain ones: what
//! they make is some text, not known which.

use super::{UNKNOWN_CHAR, Word};
use crate::catalog::Catalog;

/// Bytes of one text that are looked at.
pub(super) const LONGEST: usize = 16 * 1024;

/// What `echo` prints; `escapes`: it reads them without being asked (dash).
pub(super) fn echo(words: &[Word], escapes: bool) -> String {
    let is_flag = |word: &&Word| {
        let letters = word.value.as_deref().and_then(|text| text.strip_prefix('-'));
        letters.is_some_and(|letters| !letters.is_empty() && letters.bytes().all(|letter| matches!(letter, b'n' | b'e' | b'E')))
    };
    let flags = words.iter().take_while(is_flag).count();
    let letters = words[..flags].iter().map(Word::shape).collect::<String>();
    let asked = letters.chars().rev().find(|c| matches!(c, 'e' | 'E')) == Some('e');
    let text = words[flags..].iter().map(shown).collect::<Vec<_>>().join(" ");
    if asked || escapes { unescaped(&text) } else { text }
}

/// What `printf` prints; none when that is not known.
pub(super) fn printf(words: &[Word]) -> Option<String> {
    let words = if words.first()?.value.as_deref() == Some("--") { &words[1..] } else { words };
    let (format, mut words) = words.split_first()?;
    if format.value.is_none() && (format.partial.is_none() || !words.is_empty()) {
        return None;
    }
    let format = unescaped(&shown(format));
    let mut out = String::new();
    // The format is used again while words are left.
    loop {
        let before = words.len();
        let mut rest = format.chars().peekable();
        while let Some(c) = rest.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let mut letter = rest.next();
            let plain = matches!(letter, Some('%' | 's' | 'b'));
            while letter.is_some_and(|c| !c.is_ascii_alphabetic() && c != '%') {
                // A width that is a word itself.
                words = words.get(usize::from(letter == Some('*'))..).unwrap_or(&[]);
                letter = rest.next();
            }
            if letter == Some('%') {
                out.push(if plain { '%' } else { UNKNOWN_CHAR });
                continue;
            }
            let word = words.first().map(shown).unwrap_or_default();
            words = words.get(1..).unwrap_or(&[]);
            match letter.filter(|_| plain) {
                Some('s') => out.push_str(&word),
                Some('b') => out.push_str(&unescaped(&word)),
                _ => out.push(UNKNOWN_CHAR),
            }
        }
        if words.is_empty() || words.len() == before {
            return Some(out);
        }
        if out.len() > LONGEST {
            return None;
        }
    }
}

/// A text with its escapes read.
fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(match c {
            '\\' => match rest.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('\\') | None => '\\',
                // By number, or what the shells read differently: how much of what follows belongs to it is not known either.
                Some(_) => {
                    while rest.next_if(char::is_ascii_hexdigit).is_some() {}
                    UNKNOWN_CHAR
                }
            },
            c => c,
        });
    }
    out
}

/// A path that begins with a variable which is not known, and which names where settings of the machine lie: from `~` on.
#[must_use]
pub fn at_home(raw: &str, shape: &str) -> Option<String> {
    let raw = raw.trim_start_matches('"');
    let raw = raw.strip_prefix("${").or_else(|| raw.strip_prefix('$'))?;
    let named = |name: &str| {
        raw.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    };
    let rows = &Catalog::builtin().programs.settings_home;
    let home = rows.iter().find(|row| row.variable.as_deref().is_some_and(named))?;
    let tail = shape.strip_prefix(UNKNOWN_CHAR).filter(|tail| tail.starts_with('/') && !tail.contains(UNKNOWN_CHAR))?;
    Some(format!("{}{tail}", home.is))
}

/// A word as it is printed. What begins with something unknown that lies outside of any checkout keeps a `~`.
pub(super) fn shown(word: &Word) -> String {
    let shape = word.shape();
    let raw = word.raw.trim_matches(['"', '\'']);
    if word.value.is_some() || !shape.contains(UNKNOWN_CHAR) {
        return shape.into_owned();
    }
    let (name, value, raw) = match (shape.split_once('='), raw.split_once('=')) {
        (Some((name, value)), Some((_, raw))) if !name.contains(UNKNOWN_CHAR) => (format!("{name}="), value, raw),
        _ => (String::new(), &*shape, raw),
    };
    let homes = &Catalog::builtin().programs.tool_homes;
    let away = |part: &str, raw: &str| part.starts_with(UNKNOWN_CHAR) && homes.iter().any(|home| raw.starts_with(home.as_str()));
    let parts = (value.split(':').collect::<Vec<_>>(), raw.split(':').collect::<Vec<_>>());
    if parts.0.len() != parts.1.len() {
        return if away(value, raw) { format!("{name}~{value}") } else { shape.into_owned() };
    }
    let parts =
        parts.0.iter().zip(parts.1).map(|(part, raw)| if away(part, raw) { format!("~{part}") } else { (*part).to_owned() });
    format!("{name}{}", parts.collect::<Vec<_>>().join(":"))
}
