//! Owns the properties every format must keep on any text: no panic, spans inside the file on character boundaries, and a
//! byte map that lands on the same character.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::text::RepoPath;

fn source(text: &str) -> Arc<SourceFile> {
    SourceFile::new(RepoPath::new("some/file").expect("a path"), text.to_owned())
}

fn check_span(text: &str, span: Span) {
    assert!(text.get(span.start..span.end).is_some(), "{span:?} is no slice of {text:?}");
}

/// Each decoded byte is a blank, or the file's byte at its place, or part of an escape.
fn check_map(value: Value<'_>) {
    let Some(mapped) = value.mapped() else { return };
    let text = &value.document().file().text;
    assert_eq!(Some(mapped.text()), value.scalar());
    for (at, byte) in mapped.text().bytes().enumerate() {
        let span = mapped.span(at..at + 1);
        assert!(span.end <= text.len());
        if byte.is_ascii_whitespace() {
            continue;
        }
        let raw = &text.as_bytes()[span.start..span.end];
        let is_escape = matches!(raw, [b'\\', ..] | [b'\'', b'\'']);
        assert!(raw == [byte] || is_escape, "byte {at} of {:?} maps to {raw:?} in {text:?}", mapped.text());
    }
}

fn check_value(value: Value<'_>, depth: usize) {
    assert!(depth <= Limits::default().depth + 1);
    check_span(&value.document().file().text, value.span());
    check_map(value);
    let _ = (value.as_bool(), value.as_int(), value.place(), value.key_place(), value.path(), value.disputed());
    for entry in value.entries() {
        check_value(entry.key, depth + 1);
        check_value(entry.value, depth + 1);
        if let Some(name) = entry.name() {
            let found = value.get(name).expect("a listed key is found");
            let same = found.kind() == Kind::Disputed || found.span() == entry.value.span();
            assert!(same, "{name:?} in {:?}", value.document().file().text);
        }
    }
    for item in value.items() {
        check_value(item, depth + 1);
    }
}

fn check(text: &str, format: Format) -> bool {
    match Document::parse(source(text), format, &Limits::default()) {
        Ok(document) => {
            check_value(document.root(), 0);
            for comment in document.comments() {
                check_span(text, comment.span);
            }
            true
        }
        Err(error) => {
            assert!(error.place.line >= 1 && !error.message.is_empty());
            false
        }
    }
}

const FORMATS: [Format; 4] = [Format::Yaml, Format::Toml, Format::Json, Format::Ini];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        for format in FORMATS {
            check(&text, format);
        }
    }

    #[test]
    fn any_yaml(text in r##"([ \n]|[-:?,#&*!|>%@\[\]{}'"\\] ?|[abé~0-9.]{1,3}|: |- |\n  |<<: |\t|\r\n|--- |&a |\*a ){0,60}"##) {
        check(&text, Format::Yaml);
    }

    #[test]
    fn any_json(text in r##"([\[\]{},:"'\\/*\n ]|[a-z0-9.+-]|true|null|"[a-zé]{0,3}":?|\\u[0-9a-fD]{4}|\r\n|//|0x){0,60}"##) {
        check(&text, Format::Json);
    }

    #[test]
    fn any_toml(text in r##"([\[\]{}=,.#"'\\\n ]|[a-z0-9.+-]|[a-c] = |"""|'''|\[[a-c]\]\n|\[\[[a-c]\]\]\n|\\u00e9|\r\n|é){0,60}"##) {
        check(&text, Format::Toml);
    }

    #[test]
    fn any_ini(text in r##"([\[\]=:;# \n\t]|[a-cé]{1,3}|\[[a-c]\]\n|[a-c] = |\n    |\r\n){0,60}"##) {
        prop_assert!(check(&text, Format::Ini) || text.contains(['=', ':']) || !text.trim().is_empty());
    }

    #[test]
    fn a_block_scalar_maps_back(
        header in "[|>]([1-3]?[+-]?|[+-][1-3])( # c)?",
        lines in prop::collection::vec("( {0,5}|\t)([a-zé\u{1F600}#:'\"\\\\-]{1,6}( {1,2}[a-z]{1,2})?)?[ \t]?", 0..8),
        tail in "(\n){0,3}( {0,3}|next: x\n)",
        crlf in any::<bool>(),
    ) {
        let mut text = format!("a:\n  run: {header}\n");
        for line in &lines {
            text.push_str(&format!("     {line}\n"));
        }
        text.push_str(&tail);
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        check(&text, Format::Yaml);
    }

    #[test]
    fn a_quoted_scalar_maps_back(
        quote in "['\"]",
        parts in prop::collection::vec(r##"[a-zé😀#:]{1,4}| {1,2}|\n {0,3}|\n\n  |\r\n|''|\\n|\\u00e9|\\x41|\\\n {0,2}|\\"|\\ud83d\\ude00|\\U0001F600|\t"##, 0..12),
    ) {
        check(&format!("a: {quote}{}{quote}\n", parts.concat()), Format::Yaml);
        check(&format!("[{quote}{}{quote}, x]\n", parts.concat()), Format::Yaml);
        check(&format!("[{quote}{}{quote}, 1]\n", parts.concat()), Format::Json);
        check(&format!("a = {quote}{}{quote}\n", parts.concat()), Format::Toml);
        let fence = quote.repeat(3);
        check(&format!("a = {fence}{}{fence}\nb = [1]\n", parts.concat()), Format::Toml);
    }

    #[test]
    fn a_plain_scalar_maps_back(words in prop::collection::vec(r"[a-zé#:,]{1,4}( {1,2}|\t|\n  |\n\n   |\r\n  |\r\n\r\n  )", 1..10)) {
        check(&format!("a:\n  b: x{}\n", words.concat()), Format::Yaml);
    }

    #[test]
    fn an_ini_value_maps_back(lines in prop::collection::vec(" {0,4}[a-zé#;:=]{0,5}( [a-z]{1,2})?\r?\n", 0..8)) {
        check(&format!("[s]\nkey = {}", lines.concat()), Format::Ini);
    }
}
