//! Owns the only ways hostile text reaches an output. Refuses to shorten or to judge what it escapes.

use std::borrow::Cow;

/// Letters and marks that show as nothing, by which two different names look alike (Unicode, `Default_Ignorable_Code_Point`, and the
/// blank of braille). Variation selectors are left out: emoji are written with them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}')
}

/// Whether a character may steer a terminal or reorder what a reader sees (C0, C1, DEL, bidi controls, line separators,
/// invisible tags).
#[must_use]
pub fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
        || is_invisible(c)
}

/// Text for one line of a terminal or a log: every steering character (newlines and tabs too) becomes a visible `\u{…}`.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_steering) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_steering(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// A source excerpt for a terminal: as [`line()`], but a tab becomes one space, so that columns hold.
#[must_use]
pub fn excerpt(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            c if is_steering(c) => '\u{FFFD}',
            c => c,
        })
        .collect()
}

/// Makes a finished output line harmless for the GitHub runner, which reads `::name::` at the start of a line (leading blanks
/// are skipped by it) and `##[name]` anywhere in it (`actions/runner`, `src/Runner.Common/ActionCommand.cs`).
#[must_use]
pub fn neutral_line(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim_start();
    let starts = trimmed.starts_with("::");
    if !starts && !text.contains("##[") {
        return Cow::Borrowed(text);
    }
    let blanks = text.len() - trimmed.len();
    let (first, rest) = trimmed.split_at(usize::from(starts));
    let gap = if starts { "\u{200B}" } else { "" };
    Cow::Owned(format!("{}{first}{gap}{}", &text[..blanks], rest.replace("##[", "#\u{200B}#[")))
}

/// The message part of a workflow command (`actions/toolkit`, `packages/core/src/command.ts`: `%`, CR, LF).
#[must_use]
pub fn workflow_message(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            c if is_steering(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// A property value of a workflow command: as the message, and `:` and `,`.
#[must_use]
pub fn workflow_property(text: &str) -> String {
    workflow_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// What a forge may not join over: no width, and no part of a name.
const APART: &str = "&#8203;";

/// Text inside a Markdown paragraph or table cell: no markup, no HTML, no mentions, no references, no links. Forges look for
/// `@name`, `#12`, `!12`, `GH-12`, `www.` and `://` in the text that is left when escapes are undone, so these are parted.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let flat = line(text);
    let mut rest = flat.chars();
    let ends = |out: &str, word: &str| {
        out.len() >= word.len() && out.as_bytes()[out.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes())
    };
    while let Some(c) = rest.next() {
        let next = rest.as_str();
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '.' if ends(&out, "www") => {
                out.push_str(APART);
                out.push(c);
            }
            c => out.push(c),
        }
        let apart = match c {
            '@' | '#' | '!' | '$' | '%' | '~' | '&' => next.starts_with(|c: char| !c.is_whitespace()),
            ':' => next.starts_with("//"),
            '-' => ends(&out, "gh-") && next.starts_with(|c: char| c.is_ascii_digit()),
            _ => false,
        };
        if apart {
            out.push_str(APART);
        }
    }
    out
}

/// Text as a Markdown code span, usable in a table cell; mentions and references inside a code span are inert.
#[must_use]
pub fn markdown_code(text: &str) -> String {
    let flat = line(text).replace('|', "\u{2502}");
    let longest = flat.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if flat.starts_with('`') || flat.ends_with('`') || flat.is_empty() { " " } else { "" };
    format!("{fence}{pad}{flat}{pad}{fence}")
}

/// Text as the content of an XML element or of an attribute between double quotes: what XML 1.0 cannot hold, and what steers a reader,
/// becomes visible; lines stay lines.
#[must_use]
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            c if is_steering(c) || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// A path as a relative URI reference (RFC 3986): what is not unreserved is written as its bytes, and no first segment reads as a scheme.
#[must_use]
pub fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 16);
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A text as TOML writes it in one line, with its quotes: it reads back as the very same text.
#[must_use]
pub fn toml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_steering(c) => {
                let code = u32::from(c);
                out.push_str(&if code > 0xFFFF { format!("\\U{code:08X}") } else { format!("\\u{code:04X}") });
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_reads_back_from_one_harmless_line_of_toml() {
        for text in ["main", "", "a\"b\\c", "x\r\n[gate]\nstrict = false", "\u{7f}\u{202e}\u{e0041}", "'''\"\"\"", "${{ x }}"] {
            let line = toml(text);
            assert!(!line.chars().any(is_steering), "{line}");
            let read: ::toml::Table = format!("a = {line}").parse().expect("TOML");
            assert_eq!(read["a"].as_str(), Some(text));
        }
    }
    use proptest::prelude::*;

    /// What a forge sees once escapes and entities are undone.
    fn shown(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let entity = [("&#8203;", '\u{200B}'), ("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&')].into_iter();
            if let Some((word, c)) = entity.clone().find(|(word, _)| rest.starts_with(word)) {
                out.push(c);
                rest = &rest[word.len()..];
                continue;
            }
            rest = &rest[c.len_utf8()..];
            if c == '\\' {
                let escaped = rest.chars().next().expect("something is escaped");
                out.push(escaped);
                rest = &rest[escaped.len_utf8()..];
            } else {
                out.push(c);
            }
        }
        out
    }

    proptest! {
        #[test]
        fn a_line_is_one_line_and_steers_nothing(text in any::<String>()) {
            prop_assert!(!line(&text).chars().any(is_steering));
            prop_assert!(!excerpt(&text).chars().any(is_steering));
        }

        #[test]
        fn a_workflow_message_is_one_line(text in any::<String>()) {
            let message = workflow_message(&text);
            let steers = message.contains(['\n', '\r', '\u{1b}']);
            prop_assert!(!steers);
            let property = workflow_property(&text);
            let breaks_out = property.contains([':', ',', '\n', '\r']);
            prop_assert!(!breaks_out);
        }

        #[test]
        fn markdown_has_no_markup_left(text in any::<String>()) {
            let out = markdown(&text);
            let raw = out.contains(['<', '\n']);
            prop_assert!(!raw);
            let code = markdown_code(&text);
            let broken = code.contains(['\n', '|']);
            prop_assert!(!broken);
        }

        #[test]
        fn markdown_links_and_mentions_nothing(text in "([a-z]{0,3}|[Ww]{2,3}\\.|[@#!$%~&]|://|[Gg][Hh]-|[0-9]|[\\\\&;_]|amp;|\u{200b}){0,12}") {
            let shown = shown(&markdown(&text));
            let found = regex::Regex::new(r"(?i)[@#!$%~&][a-z0-9_]|www\.|://|gh-[0-9]").expect("a pattern").find(&shown).map(|hit| hit.start());
            prop_assert_eq!(found, None, "{}", shown);
            prop_assert_eq!(shown.replace('\u{200B}', ""), line(&text).replace('\u{200B}', ""), "nothing is lost");
        }

        #[test]
        fn no_line_is_a_command(text in "[ \t]*(::|##\\[|a###\\[|)[a-z]{0,5}(::|##\\[)*.*") {
            let out = neutral_line(&text);
            prop_assert!(!out.trim_start().starts_with("::") && !out.contains("##["), "{}", out);
            prop_assert_eq!(out.replace('\u{200B}', ""), text.replace('\u{200B}', ""));
        }
    }
}
