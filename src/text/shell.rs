//! Owns words of commands that a person may copy into a shell: names of repositories are written by others, and git lets a name hold
//! `$`, `(`, `;` and the like. Refuses what no quotes make harmless for every shell and reader: such a word gets no command.

use std::borrow::Cow;

use super::escape;

/// The word as a shell takes it for itself and nothing else; `None`: it cannot be written so.
#[must_use]
pub fn word(text: &str) -> Option<Cow<'_, str>> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '+' | '@' | '=' | ',' | ':');
    if !text.is_empty() && text.chars().all(plain) {
        return Some(Cow::Borrowed(text));
    }
    // What is shown escaped would be copied as another word.
    let quotable = !text.contains(['\'', '\\', '!']) && text.chars().all(|c| !c.is_control() && !c.is_whitespace() || c == ' ');
    (quotable && escape::line(text) == text).then(|| Cow::Owned(format!("'{text}'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_itself_or_none() {
        for plain in ["v1.0", "refs/tags/pkg@1.0:refs/tags/pkg@1.0", "v1.0+build"] {
            assert_eq!(word(plain).as_deref(), Some(plain));
        }
        for (text, quoted) in [
            ("v1.2$(id)", "'v1.2$(id)'"),
            ("v1;id", "'v1;id'"),
            ("v1`id`", "'v1`id`'"),
            ("v1&id|id>x<y", "'v1&id|id>x<y'"),
            ("~root", "'~root'"),
            ("v1#", "'v1#'"),
            ("v1\"", "'v1\"'"),
            ("countersign v1", "'countersign v1'"),
            ("v1{a,b}", "'v1{a,b}'"),
            ("é1.0", "'é1.0'"),
            ("", "''"),
        ] {
            assert_eq!(word(text).as_deref(), Some(quoted));
        }
        for none in ["v1'id'", "v1\n", "v1\u{202e}", "v1\u{1b}[0m", "v1\\", "v1!id", "v1\u{a0}x"] {
            assert_eq!(word(none), None, "{none:?}");
        }
    }
}
