//! Owns the tests of queries: typed readings, disputes, aliases, keys, tags, and errors of each syntax.

use super::*;
use crate::text::RepoPath;

fn read(text: &str, format: Format) -> Result<Document, DocError> {
    let file = SourceFile::new(RepoPath::new("some/file").expect("a path"), text.to_owned());
    Document::parse(file, format, &Limits::default())
}

fn yaml(text: &str) -> Document {
    read(text, Format::Yaml).expect("a document")
}

#[test]
fn booleans_of_two_yaml_versions() {
    for text in ["yes", "No", "ON", "off", "y", "N"] {
        let document = yaml(text);
        assert!(matches!(document.root().as_bool(), Reading::Disputed(_)), "{text}");
        assert_eq!(document.root().as_str(), Some(text));
    }
    for (text, reading) in [
        ("true", Reading::Is(true)),
        ("FALSE", Reading::Is(false)),
        ("'yes'", Reading::Absent),
        ("\"true\"", Reading::Absent),
        ("yEs", Reading::Absent),
        ("!!str yes", Reading::Absent),
        ("!!bool true", Reading::Is(true)),
        ("1", Reading::Absent),
        ("[]", Reading::Absent),
        ("", Reading::Absent),
    ] {
        assert_eq!(yaml(text).root().as_bool(), reading, "{text}");
    }
    assert!(matches!(yaml("!env FLAG").root().as_bool(), Reading::Disputed(why) if why.text.contains("`!env`")));
}

#[test]
fn integers_of_two_yaml_versions() {
    for text in ["010", "1_000", "1:30", "0o17", "08", "0b1", "99999999999999999999"] {
        assert!(matches!(yaml(text).root().as_int(), Reading::Disputed(_)), "{text}");
        assert_eq!(yaml(text).root().scalar(), Some(text));
    }
    assert!(matches!(yaml("!!int 010").root().as_int(), Reading::Disputed(_)));
    assert!(matches!(yaml("!!bool yes").root().as_bool(), Reading::Disputed(_)));
    assert_eq!(yaml("!!int '12'").root().as_int(), Reading::Is(12));
    for text in ["010", "1_000", "1:30", "0o17"] {
        assert_eq!(yaml(text).root().as_str(), Some(text));
    }
    for (text, reading) in [
        ("12", Reading::Is(12)),
        ("-7", Reading::Is(-7)),
        ("0x1f", Reading::Is(31)),
        ("3.10", Reading::Absent),
        ("'12'", Reading::Absent),
        ("12a", Reading::Absent),
    ] {
        assert_eq!(yaml(text).root().as_int(), reading, "{text}");
        assert_eq!(yaml("12").root().as_str(), None);
    }
    assert_eq!(yaml("3.10").root().scalar(), Some("3.10"));
}

#[test]
fn a_duplicated_key_is_disputed_however_many_keys_there_are() {
    for others in [0, 3, 40] {
        let filler: String = (0..others).map(|n| format!("k{n}: 1\n")).collect();
        let document = yaml(&format!("a: 1\n{filler}\"a\": 2\n"));
        let value = document.root().get("a").expect("a");
        assert_eq!(value.kind(), Kind::Disputed);
        let why = value.disputed().expect("why");
        assert_eq!(why.place.map(|place| place.line), Some(others + 2));
        assert!(matches!(value.as_bool(), Reading::Disputed(_)));
        assert_eq!((value.as_str(), value.scalar(), value.len()), (None, None, 0));
        assert_eq!(value.path(), "a");
        assert_eq!(document.root().entries().filter(|entry| entry.name() == Some("a")).count(), 2);
        assert_eq!(document.problems().len(), 1);
        assert_eq!(document.root().route(&["a", "b"]).map(Value::kind), Some(Kind::Disputed));
    }
}

#[test]
fn merge_and_complex_keys_are_noted_and_kept() {
    let document = yaml("base: &b {x: 1}\na:\n  <<: *b\n  ? [c]\n  : d\n  y: 2\n");
    let kinds: Vec<(ProblemKind, usize)> = document.problems().iter().map(|p| (p.kind, p.place.line)).collect();
    assert_eq!(kinds, [(ProblemKind::MergeKey, 3), (ProblemKind::ComplexKey, 4)]);
    let a = document.root().get("a").expect("a");
    assert!(a.get("x").is_none());
    assert_eq!(a.route(&["<<", "x"]).map(Value::as_int), Some(Reading::Is(1)));
    assert_eq!(a.entries().nth(1).map(|entry| (entry.name(), entry.value.path())), Some((None, "a[?]".to_owned())));
    assert!(yaml("'<<': 1\n").problems().is_empty());
}

#[test]
fn what_ends_a_line_for_some_readers_is_no_document() {
    for (text, column) in [("a: b # c\u{85}    d: e\n", 9), ("a: \u{2028}b\n", 4), ("a: \"\u{2029}\"\n", 5)] {
        let error = read(text, Format::Yaml).expect_err("refused");
        assert_eq!((error.kind, error.place.column), (DocErrorKind::Disputed, column), "{text:?}");
    }
    assert_eq!(yaml("a: \"\\L\\P\\N\\u2028\"\n").root().get("a").and_then(Value::as_str).map(|v| v.chars().count()), Some(4));
    let json = read("{\"a\": \"\u{2028}\"}", Format::Json);
    assert!(json.is_ok(), "JSON has no such rule");
}

#[test]
fn aliases_are_followed() {
    let document = yaml("a: &a [x, &y {k: v}]\nb: *a\nc: [*y, *a]\nd: &d v\n*d : e\n");
    let root = document.root();
    let items = |key: &str| root.get(key).expect("a value").items().map(|v| v.kind()).collect::<Vec<_>>();
    assert_eq!(items("b"), [Kind::String, Kind::Mapping]);
    assert_eq!(items("c"), [Kind::Mapping, Kind::Sequence]);
    assert_eq!(root.get("v").and_then(Value::as_str), Some("e"));
    assert_eq!(root.get("b").map(|v| v.place().line), Some(2));
    assert_eq!(yaml("a: &x 1\nb: &x 2\nc: *x\n").root().get("c").map(Value::as_int), Some(Reading::Is(2)));
}

#[test]
fn keys_and_paths() {
    let document = yaml("on: {3: a, true: b, 'x y': [c], 'a.b': d}\n");
    let on = document.root().get("on").expect("on");
    assert_eq!(on.key().and_then(Value::as_str), Some("on"));
    assert_eq!(on.get("3").and_then(Value::as_str), Some("a"));
    assert_eq!(on.get("true").and_then(Value::as_str), Some("b"));
    let paths: Vec<String> = on.entries().map(|entry| entry.value.path()).collect();
    assert_eq!(paths, ["on.3", "on.true", "on[\"x y\"]", "on[\"a.b\"]"]);
    assert_eq!(on.get("x y").and_then(|v| v.items().next()).map(Value::path), Some("on[\"x y\"][0]".to_owned()));
    assert_eq!(document.root().path(), "");
    assert!(document.root().key_place().is_none());
}

#[test]
fn block_scalars_of_every_kind() {
    for (text, value) in [
        ("a: |\n  x\n   y\n\n", "x\n y\n"),
        ("a: |+\n  x\n\n", "x\n\n"),
        ("a: |-\r\n  x\r\n  y\r\n", "x\ny"),
        ("a: |2-\n    x\n  y", "  x\ny"),
        ("a: >\n\n  x\n  y\n\n  z\n   w\n  v\n", "\nx y\nz\n w\nv\n"),
        ("a: >-\n  é\n  x", "é x"),
        ("a: |\n  x", "x\n"),
        ("- |\n x\n- y", "x\n"),
    ] {
        let document = yaml(text);
        let root = document.root();
        let scalar = root.get("a").or_else(|| root.items().next()).expect("a value");
        assert_eq!(scalar.as_str(), Some(value), "{text:?}");
        let mapped = scalar.mapped().expect("text");
        for (at, c) in value.char_indices().filter(|(_, c)| !c.is_whitespace()) {
            let span = mapped.span(at..at + c.len_utf8());
            assert_eq!(&text[span.start..span.end], c.to_string(), "{text:?}");
        }
    }
}

#[test]
fn errors_have_their_place() {
    for (format, text, line, column) in [
        (Format::Yaml, "a: b\nc: [1,\nd: e\n", 2, 4),
        (Format::Yaml, "é: 'x\n", 1, 4),
        (Format::Yaml, "a: b: c\n", 1, 5),
        (Format::Toml, "a = 1\né = 2\n", 2, 1),
        (Format::Toml, "a = 1\nb = 1\na = 2\n", 3, 1),
        (Format::Json, "{\"a\": 1\n \"b\": 2}", 2, 2),
        (Format::Json, "{\"é\": word}", 1, 7),
        (Format::Json, "[1]\n[2]", 2, 1),
        (Format::Json, "{\"a\": \"x\ny\"}", 1, 9),
        (Format::Json, "[1,,2]", 1, 4),
        (Format::Json, "[1}", 1, 3),
        (Format::Json, "{\"a\" 1}", 1, 6),
    ] {
        let error = read(text, format).expect_err(text);
        assert_eq!((error.place.line, error.place.column), (line, column), "{text:?}: {error}");
    }
}
