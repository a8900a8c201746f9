//! Owns what `envsubst` and a substitution of `sed` make of a text. Refuses any other command of `sed`, and patterns that are no plain
//! text: what those make is not known.

use super::printed::shown;
use super::{UNKNOWN_CHAR, Word};

/// Substitutions of one command.
const MOST: usize = 16;

/// A `sed` that does nothing but put one text in the place of another.
pub struct Sed {
    rules: Vec<Rule>,
    /// Which of the words names the file that it reads; none where it reads what it is given.
    pub file: Option<usize>,
}

struct Rule {
    from: String,
    to: String,
    /// Wherever it stands in a line, and not only where it does first.
    all: bool,
}

impl Sed {
    /// Reads the words behind the program: one file at most, and each script one substitution (`sed(1)`, "The s Command").
    #[must_use]
    pub fn of(words: &[Word]) -> Option<Self> {
        let (mut scripts, mut operands, mut at) = (Vec::new(), Vec::new(), 0);
        while let Some(word) = words.get(at) {
            match word.value.as_deref() {
                Some("-e" | "--expression") => {
                    at += 1;
                    scripts.push(shown(words.get(at)?));
                }
                Some("-E" | "-r" | "--regexp-extended" | "-i" | "--in-place" | "-i.bak" | "--") => {}
                // BSD's: the ending of the copy that is kept.
                Some("") => {}
                _ if word.head().starts_with('-') => return None,
                _ => operands.push(at),
            }
            at += 1;
        }
        if scripts.is_empty() && !operands.is_empty() {
            scripts.push(shown(&words[operands.remove(0)]));
        }
        let rules: Option<Vec<Rule>> = scripts.iter().map(|script| Rule::of(script)).collect();
        let rules = rules.filter(|rules| !rules.is_empty() && rules.len() <= MOST)?;
        (operands.len() <= 1).then(|| Self { rules, file: operands.first().copied() })
    }

    /// What becomes of a text.
    #[must_use]
    pub fn of_text(&self, text: &str) -> String {
        let line = |line: &str| {
            self.rules.iter().fold(line.to_owned(), |line, rule| match rule.all {
                true => line.replace(&rule.from, &rule.to),
                false => line.replacen(&rule.from, &rule.to, 1),
            })
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Rule {
    fn of(script: &str) -> Option<Self> {
        let rest = script.trim().strip_prefix('s')?;
        let mark = rest.chars().next().filter(char::is_ascii_punctuation)?;
        let parts: Vec<&str> = rest[mark.len_utf8()..].split(mark).collect();
        let [from, to, flags] = parts.as_slice() else { return None };
        let is_text =
            |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '@' | ':' | ',' | '"' | '\'' | ' ' | '#' | '%');
        let plain = !from.is_empty() && from.chars().all(|c| is_text(c) && c != UNKNOWN_CHAR);
        let written = !to.contains(['\\', '&', '\n']);
        let known = flags.chars().all(|flag| flag == 'g');
        (plain && written && known).then(|| Self { from: (*from).to_owned(), to: (*to).to_owned(), all: *flags == "g" })
    }
}

/// What `envsubst` makes of a text: for each variable something that is not known.
pub(super) fn with_variables(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let braced = rest.strip_prefix('{');
        let body = braced.unwrap_or(rest);
        let name = body.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(body.len());
        let closed = braced.is_none() || body[name..].starts_with('}');
        if name == 0 || !closed {
            out.push('$');
            continue;
        }
        out.push(UNKNOWN_CHAR);
        rest = &body[name + usize::from(braced.is_some())..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_something() {
        for (text, made) in [
            ("//x/:_authToken=${T}\n", "//x/:_authToken=?\n"),
            ("a=$T-b $ ${X", "a=?-b $ ${X"),
            ("$A$B", "??"),
            ("${A:-b}", "${A:-b}"),
        ] {
            assert_eq!(with_variables(text).replace(UNKNOWN_CHAR, "?"), made, "{text}");
        }
    }

    #[test]
    fn a_substitution_of_plain_text() {
        for (script, made) in [
            ("s/TOKEN/x/", Some("a=x TOKEN\nb")),
            ("s|TOKEN|x/y|g", Some("a=x/y x/y\nb")),
            ("s/T.K/x/", None),
            ("s/TOKEN/&x/", None),
            ("s/TOKEN/x/e", None),
            ("1i x", None),
            ("/a/d", None),
            ("s/a/x/;s/b/y/", None),
        ] {
            let rule = Rule::of(script).map(|rule| Sed { rules: vec![rule], file: None });
            assert_eq!(rule.map(|sed| sed.of_text("a=TOKEN TOKEN\nb")).as_deref(), made, "{script}");
        }
    }
}
