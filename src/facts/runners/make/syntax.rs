//! Owns the shapes of one makefile line: assignment, rule, condition. Refuses to expand or to remember anything.

use super::expand::closing;

/// How an assignment binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// `=`
    Recursive,
    /// `:=`, `::=`, `:::=`
    Simple,
    /// `?=`
    IfUnset,
    /// `+=`
    Append,
    /// `!=`
    Shell,
}

/// An assignment, its name and value not yet expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignment<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// The operator.
    pub(super) binding: Binding,
    /// The value, without the blanks before it.
    pub(super) value: &'a str,
    /// `override`.
    pub(super) overrides: bool,
    /// `export` (true) or `unexport` (false).
    pub(super) export: Option<bool>,
}

/// Reads `[override|export|private …] NAME op value`.
pub(super) fn assignment(line: &str) -> Option<Assignment<'_>> {
    let mut rest = line.trim_start();
    let (mut overrides, mut export) = (false, None);
    loop {
        let (word, behind) = first_word(rest);
        match word {
            "override" => overrides = true,
            "export" => export = Some(true),
            "unexport" => export = Some(false),
            "private" => {}
            _ => break,
        }
        // `export = x` is a variable called `export`.
        if operator(behind.trim_start()).is_some() {
            break;
        }
        rest = behind.trim_start();
    }
    let end = name_end(rest);
    let behind = rest[end..].trim_start();
    let (binding, length) = operator(behind)?;
    let name = &rest[..end];
    (!name.is_empty()).then(|| Assignment { name, binding, value: behind[length..].trim_start(), overrides, export })
}

/// The end of a variable's name: a blank or an operator outside of references.
fn name_end(text: &str) -> usize {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c == '$' && text[at + 1..].starts_with(['(', '{']) {
            match closing(&text[at + 1..]) {
                Some(close) => at += close + 2,
                None => return text.len(),
            }
            continue;
        }
        if c.is_ascii_whitespace() || c == ':' || operator(&text[at..]).is_some() {
            return at;
        }
        at += c.len_utf8();
    }
    text.len()
}

/// The operator that the text begins with, and its length.
pub(super) fn operator(text: &str) -> Option<(Binding, usize)> {
    const OPERATORS: &[(&str, Binding)] = &[
        ("=", Binding::Recursive),
        (":=", Binding::Simple),
        ("::=", Binding::Simple),
        (":::=", Binding::Simple),
        ("?=", Binding::IfUnset),
        ("+=", Binding::Append),
        ("!=", Binding::Shell),
    ];
    OPERATORS.iter().find(|(sign, _)| text.starts_with(sign)).map(|(sign, binding)| (*binding, sign.len()))
}

/// The first word and what is behind it.
pub(super) fn first_word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len());
    text.split_at(end)
}

/// The offset of the first of `signs` outside of references.
pub(super) fn find_outside(text: &str, signs: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'$' && matches!(bytes.get(at + 1), Some(b'(' | b'{')) {
            at += closing(&text[at + 1..])? + 2;
            continue;
        }
        if signs.contains(&bytes[at]) && (at == 0 || bytes[at - 1] != b'\\') {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The two sides of `ifeq (a,b)`, `ifeq "a" "b"`, `ifeq 'a' "b"`.
pub(super) fn two_sides(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    if text.starts_with('(') {
        let inner = &text[1..closing(text)?];
        let comma = comma_outside(inner)?;
        return Some((inner[..comma].trim_end(), inner[comma + 1..].trim_start()));
    }
    let (left, rest) = quoted(text)?;
    let (right, _) = quoted(rest.trim_start())?;
    Some((left, right))
}

fn comma_outside(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'(' | b'{' => depth += 1,
            b')' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        byte == b',' && depth == 0
    })
}

fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text[1..].split_once(quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_and_what_only_looks_like_one() {
        let read = |line| assignment(line).map(|a| (a.name.to_owned(), a.binding, a.value.to_owned()));
        assert_eq!(read("A = b c"), Some(("A".into(), Binding::Recursive, "b c".into())));
        assert_eq!(read("A:=b"), Some(("A".into(), Binding::Simple, "b".into())));
        assert_eq!(read("A ::= b"), Some(("A".into(), Binding::Simple, "b".into())));
        assert_eq!(read("$(X)_A?=b"), Some(("$(X)_A".into(), Binding::IfUnset, "b".into())));
        assert_eq!(read("export override A+=b"), Some(("A".into(), Binding::Append, "b".into())));
        assert_eq!(read("export = x").map(|a| a.0), Some("export".into()));
        assert_eq!(read("lint: A = b"), None);
        assert_eq!(read("a b = c"), None);
        assert_eq!(read("lint::"), None);
        assert_eq!(read("A $(B = c"), None);
    }

    #[test]
    fn conditions_have_two_sides() {
        assert_eq!(two_sides("($(A), b)"), Some(("$(A)", "b")));
        assert_eq!(two_sides("(,$(findstring a,b))"), Some(("", "$(findstring a,b)")));
        assert_eq!(two_sides("\"a\" 'b'"), Some(("a", "b")));
        assert_eq!(two_sides("(a"), None);
    }
}
