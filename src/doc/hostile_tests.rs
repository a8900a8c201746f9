//! Owns the hostile inputs that every reader must survive: bombs, depth, size, controls, self-reference.

use std::sync::Arc;

use super::*;
use crate::text::RepoPath;

fn parse_with(text: &str, format: Format, limits: &Limits) -> Result<Document, DocError> {
    let file = SourceFile::new(RepoPath::new("some/file").expect("a path"), text.to_owned());
    Document::parse(Arc::clone(&file), format, limits)
}

fn parse(text: &str, format: Format) -> Result<Document, DocError> {
    parse_with(text, format, &Limits::default())
}

fn refused(text: &str, format: Format) -> (String, usize, usize) {
    match parse(text, format) {
        Ok(document) => panic!("{:.80} was read as {:?}", text, document.root()),
        Err(error) => (error.message, error.place.line, error.place.column),
    }
}

#[test]
fn alias_bombs_are_refused_at_the_alias_that_goes_too_far() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let (message, line, _) = refused(&text, Format::Yaml);
    assert_eq!((message.as_str(), line), ("alias expansion exceeds 10000 nodes", 5));
}

#[test]
fn a_deep_chain_of_aliases_is_refused() {
    let mut text = "a0: &a0 x\n".to_owned();
    for level in 1..400 {
        text.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    let (message, line, _) = refused(&text, Format::Yaml);
    assert_eq!((message.as_str(), line), ("nested deeper than 128 levels", 129));
}

#[test]
fn a_self_reference_is_refused() {
    assert_eq!(refused("a: &a [*a]\n", Format::Yaml), ("an alias inside the value it stands for".to_owned(), 1, 8));
    assert_eq!(refused("&a {b: [{c: *a}]}\n", Format::Yaml).0, "an alias inside the value it stands for");
    assert!(refused("a: *b\n", Format::Yaml).0.contains("unknown anchor"));
}

#[test]
fn depth_is_bounded_in_every_format() {
    let deep = 100_000;
    for text in ["[".repeat(deep), "- ".repeat(deep), "{a: ".repeat(deep), "? ".repeat(deep), "[{a: ".repeat(deep)] {
        assert_eq!(refused(&text, Format::Yaml).0, "nested deeper than 128 levels", "{:.10}", text);
    }
    let stairs: String = (0..2000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert_eq!(refused(&stairs, Format::Yaml).0, "nested deeper than 128 levels");
    for text in ["[".repeat(deep), "{\"a\":".repeat(deep)] {
        assert_eq!(refused(&text, Format::Json).0, "nested deeper than 128 levels");
    }
    for text in [
        format!("a = {}", "[".repeat(deep)),
        format!("a = {}", "{a = ".repeat(deep)),
        format!("{}a = 1", "a.".repeat(deep)),
        format!("[{}a]", "a.".repeat(deep)),
        format!("[[{}a]]", "a.".repeat(deep)),
    ] {
        assert!(refused(&text, Format::Toml).0.contains("recurs"), "{:.10}", text);
    }
}

#[test]
fn depth_within_the_bound_is_read() {
    let text = format!("{}{}", "[".repeat(128), "]".repeat(128));
    assert!(parse(&text, Format::Yaml).is_ok());
    assert!(parse(&text, Format::Json).is_ok());
    let limits = Limits { depth: 512, ..Limits::default() };
    let text = format!("{}{}", "[".repeat(512), "]".repeat(512));
    assert!(parse_with(&text, Format::Yaml, &limits).is_ok());
    assert!(parse_with(&text, Format::Json, &limits).is_ok());
}

#[test]
fn nodes_are_bounded() {
    let limits = Limits { nodes: 100, ..Limits::default() };
    for (text, format) in [
        ("- a\n".repeat(200), Format::Yaml),
        (format!("[{}]", "1,".repeat(200)), Format::Json),
        (format!("a = [{}]", "1,".repeat(200)), Format::Toml),
        ((0..200).map(|n| format!("[s{n}]\n")).collect(), Format::Ini),
    ] {
        let error = parse_with(&text, format, &limits).expect_err("too many nodes");
        assert_eq!(error.message, "more than 100 nodes");
    }
}

#[test]
fn controls_are_refused_with_their_place() {
    for format in [Format::Yaml, Format::Toml, Format::Json, Format::Ini] {
        assert_eq!(refused("a\n b\0", format), ("control character U+0000".to_owned(), 2, 3));
        assert_eq!(refused("\u{1b}[0m", format).0, "control character U+001B");
    }
    assert_eq!(refused("a: x\u{7f}\n", Format::Yaml).1, 1);
    assert_eq!(refused("a = \"\u{7f}\"\n", Format::Toml).1, 1);
}

#[test]
fn tabs_do_not_indent_yaml() {
    let (_, line, _) = refused("a:\n\tb: 1\n", Format::Yaml);
    assert_eq!(line, 2);
    // The parser points at the scalar that the tab's line would go on.
    assert_eq!(refused("a:\n  - b\n\t- c\n", Format::Yaml).1, 2);
    assert_eq!(refused("a:\n  b: |\n\tc\n", Format::Yaml).1, 2);
}

#[test]
fn a_byte_order_mark_is_counted_but_not_read() {
    for (text, format) in
        [("\u{FEFF}a: 1\n", Format::Yaml), ("\u{FEFF}a = 1\n", Format::Toml), ("\u{FEFF}{\"a\": 1}", Format::Json)]
    {
        let document = parse(text, format).expect("a document");
        let value = document.root().get("a").expect("a");
        assert_eq!(&text[value.span().start..value.span().end], "1", "{format:?}");
        assert_eq!(value.place().line, 1);
        assert_eq!(value.key_place().expect("key").column, if format == Format::Json { 2 } else { 1 });
    }
}

#[test]
fn many_lines_are_read_in_linear_time() {
    let lines: String = (0..60_000).map(|n| format!("key{n}: [a, \"b\", {{c: d}}]\n")).collect();
    let document = parse(&lines, Format::Yaml).expect("a document");
    assert_eq!(document.root().get("key59999").map(Value::len), Some(3));
    let comments = "# c\n".repeat(50_000) + "a: 1\n";
    assert_eq!(parse(&comments, Format::Yaml).expect("a document").comments().len(), 50_000);
}

#[test]
fn many_duplicates_are_found_in_linear_time() {
    let text = "a: 1\n".repeat(50_000);
    let document = parse(&text, Format::Yaml).expect("a document");
    assert_eq!(document.problems().len(), 1_000);
    assert_eq!(document.root().get("a").map(Value::kind), Some(Kind::Disputed));
    let text = format!("{{{}}}", "\"a\":1,".repeat(50_000));
    assert_eq!(parse(&text, Format::Json).expect("a document").root().get("a").map(Value::kind), Some(Kind::Disputed));
}

#[test]
fn the_first_document_of_a_stream_is_read() {
    let document = parse("a: 1\n---\na: 2\n", Format::Yaml).expect("a document");
    assert_eq!(document.root().get("a").map(Value::as_int), Some(Reading::Is(1)));
    assert_eq!(document.problems()[0].kind, ProblemKind::SecondDocument);
    assert_eq!(document.problems()[0].place.line, 2);
    assert!(parse("---\na: 1\n...\n", Format::Yaml).expect("a document").problems().is_empty());
}

#[test]
fn empty_files() {
    for text in ["", "\u{FEFF}", "\n\n", "# only a comment\n", "---\n"] {
        assert_eq!(parse(text, Format::Yaml).expect("a document").root().kind(), Kind::Null, "{text:?}");
    }
    for format in [Format::Toml, Format::Ini] {
        assert_eq!(parse("", format).expect("a document").root().kind(), Kind::Mapping);
    }
    assert_eq!(refused("", Format::Json).0, "the file ends before its value does");
}

#[test]
fn toml_headers_that_cost_quadratic_time_are_refused() {
    let implied = |count: usize| -> String {
        let below = (0..count).map(|n| format!("[t{n}.a]\n"));
        below.chain((0..count).map(|n| format!("[t{n}]\n"))).collect()
    };
    assert!(parse(&implied(500), Format::Toml).is_ok());
    let (message, line, _) = refused(&implied(6_000), Format::Toml);
    assert_eq!((message.as_str(), line), ("more than 10000 tables", 10_001));
    assert!(parse(&"[[a]]\nb = 1\n".repeat(20_000), Format::Toml).is_ok());
}
