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

/// A plain tree of what was read, to compare with what was written.
fn plain(value: Value<'_>) -> serde_json::Value {
    match value.kind() {
        Kind::Null | Kind::Disputed => serde_json::Value::Null,
        Kind::Bool => value.as_bool().is().into(),
        Kind::Number => value.as_int().is().into(),
        Kind::String => value.as_str().into(),
        Kind::Sequence => value.items().map(plain).collect(),
        Kind::Mapping => value.entries().map(|e| (e.name().unwrap_or("?").to_owned(), plain(e.value))).collect(),
    }
}

fn any_tree() -> impl Strategy<Value = serde_json::Value> {
    let text = prop_oneof!["[a-zé😀\"'#: \\\\\n\t-]{0,6}", "(yes|010|null|true|~|<<|1:30)"];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        text.prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 12, |inner| {
        let key = "[a-zé \"\\\\.]{0,5}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Into::into),
            prop::collection::btree_map(key, inner, 0..12).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

const SAMPLES: [(Format, &str); 4] = [
    (Format::Yaml, sample_tests::YAML),
    (Format::Toml, sample_tests::TOML),
    (Format::Json, sample_tests::JSON),
    (Format::Ini, sample_tests::INI),
];

const FORMATS: [Format; 5] = [Format::Yaml, Format::Toml, Format::Json, Format::Ini, Format::Neon];

/// Texts that the parser reads as one scalar, though a comment ends it.
#[test]
fn a_comment_inside_a_plain_scalar_is_refused() {
    for text in [": --- \r\n\t#\n  --- \n\n  ", "a: b\n\t# c\n  d\n", "- b\n\n\t#\n  d\n"] {
        assert!(!check(text, Format::Yaml), "{text:?}");
    }
    for text in ["a: b\n\t\n  d\n", "a: b\n  d#e\n", "a: b\n\t# c\n", "a: b\n\t# c\nd: e\n"] {
        assert!(check(text, Format::Yaml), "{text:?}");
    }
}

proptest! {
    // `PROPTEST_CASES` may ask for more.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

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
    fn any_ini(text in r##"([\[\]=:;# \n\t]|[a-cé]{1,3}|\[[a-c]\]\n|[a-c] = |\n    |\r\n){0,60}"##) {
        check(&text, Format::Ini);
    }

    #[test]
    fn json_is_read_as_it_was_written_and_as_yaml_too(tree in any_tree(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&tree) } else { serde_json::to_string(&tree) };
        let text = text.expect("text");
        for format in [Format::Json, Format::Yaml] {
            let document = Document::parse(source(&text), format, &Limits::default()).expect("a document");
            check_value(document.root(), 0);
            prop_assert_eq!(&plain(document.root()), &tree);
        }
    }

    #[test]
    fn toml_is_read_as_it_was_written(tree in any_tree()) {
        let Ok(table) = ::toml::Table::try_from(serde_json::json!({ "a": tree, "b": { "c": 1 } })) else { return Ok(()) };
        let text = ::toml::to_string_pretty(&table).expect("text");
        let document = Document::parse(source(&text), Format::Toml, &Limits::default()).expect("a document");
        check_value(document.root(), 0);
        prop_assert_eq!(plain(document.root()), serde_json::to_value(&table).expect("json"));
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(at in 0..1000usize, cut in 0..20usize, put in "[-:\\[\\]{}'\"#&*|>\\\\ \n\t\ra=]{0,3}") {
        for (format, sample) in SAMPLES {
            let bytes = sample.as_bytes();
            let at = at % bytes.len();
            let rest = &bytes[(at + cut).min(bytes.len())..];
            let damaged = [&bytes[..at], put.as_bytes(), rest].concat();
            check(&String::from_utf8_lossy(&damaged), format);
        }
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
