//! Owns reading flags and their values in an argument list. Refuses to know what a flag means.

use crate::facts::shell::Word;
use crate::text::Place;

/// A value given to a flag.
#[derive(Clone, Debug)]
pub(super) struct Given<'w> {
    /// The text; `None` when it is computed.
    pub(super) value: Option<&'w str>,
    /// Where it stands.
    pub(super) place: &'w Place,
    /// Which of the flags asked for it is given to.
    pub(super) flag: usize,
}

/// The words in front of `--`.
pub(super) fn own(args: &[Word]) -> &[Word] {
    let end = args.iter().position(|word| word.value.as_deref() == Some("--")).unwrap_or(args.len());
    &args[..end]
}

/// What is given to any of `flags`, in order: `--f=v`, `--f v`, `-fv`, `-f v`.
pub(super) fn values<'w>(args: &'w [Word], flags: &[&str]) -> Vec<Given<'w>> {
    let mut found = Vec::new();
    let mut words = own(args).iter();
    while let Some(word) = words.next() {
        // `--select=$CODES` shows its flag, not its value.
        let text = word.value.as_deref().unwrap_or(&word.raw);
        let found_flag = flags.iter().enumerate().find_map(|(at, flag)| given_inline(text, flag).map(|inline| (at, inline)));
        let Some((flag, inline)) = found_flag else { continue };
        if let Some(value) = inline {
            found.push(Given { value: word.value.is_some().then_some(value), place: &word.place, flag });
        } else if let Some(next) = words.next() {
            found.push(Given { value: next.value.as_deref(), place: &next.place, flag });
        }
    }
    found
}

/// `None`: another word. `Some(None)`: the flag alone. `Some(Some(value))`: the flag with its value.
fn given_inline<'t>(text: &'t str, flag: &str) -> Option<Option<&'t str>> {
    let rest = text.strip_prefix(flag)?;
    if rest.is_empty() {
        return Some(None);
    }
    if let Some(value) = rest.strip_prefix('=') {
        return Some(Some(value));
    }
    (!flag.starts_with("--") && flag.len() == 2).then_some(Some(rest))
}

/// The first word that is one of `flags`, alone or with `=value`.
pub(super) fn switch<'w>(args: &'w [Word], flags: &[&str]) -> Option<&'w Word> {
    own(args).iter().find(|word| {
        let text = word.value.as_deref().unwrap_or(&word.raw);
        flags.iter().any(|flag| text.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
    })
}

/// The first word that is neither a flag nor the value of one of `value_flags`.
pub(super) fn first_positional<'w>(args: &'w [Word], value_flags: &[String]) -> Option<&'w str> {
    let mut skip = false;
    for word in own(args) {
        if std::mem::take(&mut skip) {
            continue;
        }
        let text = word.value.as_deref()?;
        if !text.starts_with('-') || text == "-" {
            return Some(text);
        }
        skip = value_flags.iter().any(|flag| flag == text);
    }
    None
}

/// The parts of a list separated by commas or white space, each with its offset.
pub(super) fn listed(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let start = text.as_ptr() as usize;
    let parts = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty());
    parts.map(move |part| (part.as_ptr() as usize - start, part))
}

#[cfg(test)]
mod tests {
    use super::super::bench::words;
    use super::*;

    #[test]
    fn values_in_every_spelling() {
        let args = words("--select=S -cfile.toml -c other --select $CODES --select=$CODES --selected x -- --select E");
        let given: Vec<Option<&str>> = values(&args, &["--select"]).iter().map(|given| given.value).collect();
        assert_eq!(given, [Some("S"), None, None]);
        let given: Vec<Option<&str>> = values(&args, &["-c", "--config"]).iter().map(|given| given.value).collect();
        assert_eq!(given, [Some("file.toml"), Some("other")]);
        assert!(switch(&args, &["--isolated"]).is_none() && switch(&args, &["--select"]).is_some());
        assert_eq!(first_positional(&words("-c x ./svc/... y"), &["-c".to_owned()]), Some("./svc/..."));
        assert_eq!(listed("E, F\n S").collect::<Vec<_>>(), [(0, "E"), (3, "F"), (6, "S")]);
    }
}
