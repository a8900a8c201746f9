//! Owns what is certainly no regular expression to the bot, which stops at one that does not compile. Refuses to understand the others:
//! what may be one is taken for one.
//!
//! From the bot's own `regex-glob-matchers.ts`, `string-match.ts` and `PackageRulesMigration`. It compiles with RE2, by way of node-re2,
//! which takes no look-around and no back-reference.

use super::super::BotProblem;
use crate::doc::Value;

/// Patterns past so many bytes are not looked at.
const MOST: usize = 4096;

/// Every text of a list, or the one text, that is a pattern between slashes and certainly no regular expression; and what matches everything
/// beside other patterns.
pub(super) fn between_slashes(name: &str, value: Value<'_>) -> Vec<BotProblem> {
    let everything = |item: &Value<'_>| matches!(item.as_str(), Some("*" | "**"));
    let texts = value.len() > 1 && value.items().all(|item| item.as_str().is_some());
    let beside = value.items().find(everything).filter(|_| texts).map(|item| {
        let text = item.as_str().unwrap_or_default();
        let words = format!("`{text}` in `{name}` matches everything and stands beside other patterns: the bot refuses the file");
        BotProblem::fatal(item.place(), "schema", words).fix(format!("take `{text}` out, or the others"))
    });
    let mut all = refused(name, value, |text| {
        let body = text.strip_prefix('!').unwrap_or(text).strip_prefix('/')?;
        let ends = text.ends_with('/') || text.ends_with("/i");
        ends.then(|| body.strip_suffix("/i").or_else(|| body.strip_suffix('/')).unwrap_or(body))
    });
    all.extend(beside);
    all
}

/// The same of texts that are regular expressions as a whole; `*` alone stands for every name.
pub(super) fn whole(name: &str, value: Value<'_>) -> Vec<BotProblem> {
    refused(name, value, |text| (text != "*").then_some(text))
}

fn refused(name: &str, value: Value<'_>, body: impl Fn(&str) -> Option<&str>) -> Vec<BotProblem> {
    let single = value.as_str().map(|_| value);
    let told = single.into_iter().chain(value.items()).filter_map(|item| {
        let text = item.as_str()?;
        let (why, fix) = odd(body(text)?)?;
        let words = format!("`{text}` in `{name}` is no regular expression to the bot ({why}): it refuses the file");
        Some(BotProblem::fatal(item.place(), "schema", words).fix(fix))
    });
    told.collect()
}

/// What stands in front of a repetition.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    Thing,
    /// A place between characters, which some engines repeat.
    Edge,
    Repetition,
}

/// Why a text certainly does not compile, and what to write.
fn odd(text: &str) -> Option<(&'static str, &'static str)> {
    // Of a template nothing is known.
    if text.len() > MOST || text.contains("{{") {
        return None;
    }
    let bytes = text.as_bytes();
    let (mut at, mut open, mut before) = (0, 0_usize, Before::Nothing);
    while let Some(byte) = bytes.get(at) {
        let mut width = 1;
        before = match byte {
            b'\\' => {
                width = 2;
                match bytes.get(at + 1) {
                    None => return Some(("it ends in a backslash", "write two backslashes, or none")),
                    // What stands between this and `\E` is text to one engine.
                    Some(b'Q') => return None,
                    // RE2 takes two digits of eight for a character.
                    Some(b'1'..=b'7') if matches!(bytes.get(at + 2), Some(b'0'..=b'7')) => Before::Thing,
                    Some(b'1'..=b'9' | b'k') => {
                        return Some(("RE2 takes no back-reference", "write out what it refers to"));
                    }
                    Some(b'b' | b'B') => Before::Edge,
                    Some(_) => Before::Thing,
                }
            }
            b'[' => {
                width = class(&bytes[at..])?;
                if width == 0 {
                    return Some(("a `[` is not closed", "close the `[`, or write a backslash in front of it"));
                }
                Before::Thing
            }
            b'(' => {
                let rest = &bytes[at + 1..];
                if [&b"?="[..], b"?!", b"?<=", b"?<!"].iter().any(|look| rest.starts_with(look)) {
                    let fix = "write it without; a second pattern with `!` in front takes names out";
                    return Some(("RE2 takes no look-ahead and no look-behind", fix));
                }
                let head = head(rest)?;
                width = 1 + head;
                if rest.get(..head).is_some_and(|head| head.ends_with(b")")) {
                    Before::Edge
                } else {
                    open += 1;
                    Before::Nothing
                }
            }
            b')' if open == 0 => {
                return Some(("a `)` closes nothing", "take the `)` out, or write a backslash in front of it"));
            }
            b')' => {
                open -= 1;
                Before::Thing
            }
            b'|' => Before::Nothing,
            b'^' | b'$' => Before::Edge,
            b'*' | b'+' | b'?' => match before {
                Before::Nothing => return Some(("it repeats nothing", "write `.*` for any text, or a backslash in front")),
                Before::Repetition if *byte != b'?' => {
                    return Some(("it repeats a repetition", "take one of the two signs out, or write `.*` for any text"));
                }
                Before::Edge => Before::Edge,
                Before::Thing | Before::Repetition => Before::Repetition,
            },
            _ => Before::Thing,
        };
        at += width;
    }
    (open > 0).then_some(("a `(` is not closed", "close the `(`, or write a backslash in front of it"))
}

/// How long a class is; 0 where nothing closes it, `None` where engines differ.
fn class(bytes: &[u8]) -> Option<usize> {
    let mut at = if bytes.get(1) == Some(&b'^') { 2 } else { 1 };
    if bytes.get(at) == Some(&b']') {
        return None;
    }
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'[' if matches!(bytes.get(at + 1), Some(b':')) => return None,
            b']' => return Some(at + 1),
            _ => at += 1,
        }
    }
    Some(0)
}

/// How long what stands behind `(` is before its content: `?:`, `?<name>`, flags; with the `)` of flags for the rest.
fn head(rest: &[u8]) -> Option<usize> {
    let Some(rest) = rest.strip_prefix(b"?") else { return Some(0) };
    if rest.starts_with(b"<") || rest.starts_with(b"P<") {
        return rest.iter().position(|byte| *byte == b'>').map(|at| at + 2);
    }
    let flags = rest.iter().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'^')).count();
    matches!(rest.get(flags), Some(b':' | b')')).then_some(flags + 2)
}

#[cfg(test)]
mod tests {
    use super::odd;

    #[test]
    fn what_certainly_does_not_compile() {
        for text in [
            "^(a",
            "a)",
            "[a-z",
            "*a",
            "a|*",
            "(*a)",
            "a**",
            "a+*",
            "a*?*",
            "a\\",
            "(?=a)",
            "a(?!b)",
            "(?<!a)b",
            "(?<=a)b",
            "(a)\\1",
            "(?<x>a)\\k<x>",
            "(?:a",
            "([)]",
            "^foo\\",
        ] {
            assert!(odd(text).is_some(), "{text}");
        }
        for text in [
            "",
            "^(a|b)?$",
            "[)(]",
            "[]a]",
            "[^]]",
            "[\\]a]",
            "(?i)a",
            "(?<name>a)",
            "(?P<name>a)",
            "(?:a)+?",
            "a{2,3}",
            "a{",
            "\\(",
            "\\)",
            "\\[",
            "^*",
            "\\b?",
            "[[:alpha:]]",
            "()",
            "()*",
            "a??",
            "\\Q(\\E",
            "a\\/b",
            "é*",
            "{{arg0}}(",
            "(?#a",
            "\\p{L}+",
            "(?i:a)",
        ] {
            assert!(odd(text).is_none(), "{text}");
        }
    }
}
