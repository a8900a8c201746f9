//! Owns one realistic file per format and what has to be read from it, positions included.

use super::*;
use crate::text::RepoPath;

pub(super) const YAML: &str = r##"# build and test
name: CI
on:
  push: {branches: [main, 'release/*']}
  pull_request:
env: &env
  RUST_LOG: "a\tb"
jobs:
  lint:
    runs-on: [ubuntu-latest] # pinned
    env: *env
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
          persist-credentials: no
      - name: >-
          Lint é

          all
        run: |
          cargo fmt --check

          if [ "$X" = 'ü' ]; then
            make lint
          fi
      - run: cargo clippy
          --all-targets
      - run: !reference [.setup, script]
"##;

pub(super) const TOML: &str = r##"# top
title = "a\u00e9b"   # "c"
[tool.ruff]
line-length = 1_00
select = ["E", 'F', """
multi \
   line""", 0x1F]
fix.unsafe = true
when = 2024-01-02
[[package]]
name = "x#y"
[package.meta]
deep = { a = [1, { b = 2 }], "c d" = 3 }
[[package]]
name = '''z'''
[tool]
other = 1
"##;

pub(super) const JSON: &str = r##"{
  // why
  "name": "caf\u00e9 \ud83d\ude00 x",
  'single': [1, -2.5e3, 0x1F, +.5, null, true,],
  bare: "a\
b", /* block */
  "dup": 1,
  "dup": 2
}
"##;

pub(super) const INI: &str = "[flake8]\nmax-line-length = 100\nignore =\n    E1,\n    # c\n    E2\n[a:b]\nx: y ; z\n";

fn parse(text: &str, format: Format) -> Document {
    let file = SourceFile::new(RepoPath::new("some/file").expect("a path"), text.to_owned());
    Document::parse(file, format, &Limits::default()).expect("a document")
}

fn at<'d>(document: &'d Document, keys: &[&str]) -> Value<'d> {
    document.root().route(keys).expect("a value")
}

fn raw(value: Value<'_>) -> &str {
    let span = value.span();
    &value.document().file().text[span.start..span.end]
}

fn item(value: Value<'_>, index: usize) -> Value<'_> {
    value.items().nth(index).expect("an item")
}

#[test]
fn a_workflow() {
    let document = parse(YAML, Format::Yaml);
    assert!(document.problems().is_empty());
    let comments: Vec<&str> = document.comments().iter().map(|c| c.text.as_str()).collect();
    assert_eq!(comments, ["build and test", "pinned"]);
    assert_eq!(at(&document, &["on", "pull_request"]).kind(), Kind::Null);
    let branches = at(&document, &["on", "push", "branches"]);
    assert_eq!(raw(branches), "[main, 'release/*']");
    assert_eq!(item(branches, 1).as_str(), Some("release/*"));
    assert_eq!(item(branches, 1).path(), "on.push.branches[1]");
    let log = at(&document, &["jobs", "lint", "env", "RUST_LOG"]);
    assert_eq!((log.as_str(), log.place().line), (Some("a\tb"), 7));
    let env = at(&document, &["jobs", "lint", "env"]);
    assert_eq!((raw(env), env.path().as_str(), env.place().line), ("*env", "jobs.lint.env", 11));
    let steps = at(&document, &["jobs", "lint", "steps"]);
    let with = item(steps, 0).get("with").expect("with");
    assert_eq!(with.get("fetch-depth").map(Value::as_int), Some(Reading::Is(0)));
    let keep = with.get("persist-credentials").expect("a value");
    assert_eq!(keep.as_str(), Some("no"));
    assert!(matches!(keep.as_bool(), Reading::Disputed(why) if why.text.contains("1.1 reads `no` as false")));
    assert_eq!(keep.key_place().map(|place| (place.line, place.column)), Some((16, 11)));
    assert_eq!(
        raw(item(steps, 0)),
        "uses: actions/checkout@v4\n        with:\n          fetch-depth: 0\n          persist-credentials: no"
    );
}

#[test]
fn scripts_of_a_workflow_map_back() {
    let document = parse(YAML, Format::Yaml);
    let steps = at(&document, &["jobs", "lint", "steps"]);
    assert_eq!(item(steps, 1).get("name").and_then(Value::as_str), Some("Lint é\nall"));
    let run = item(steps, 1).get("run").expect("run");
    assert_eq!((run.path().as_str(), run.place().line, run.place().column), ("jobs.lint.steps[1].run", 22, 11));
    assert!(raw(run).ends_with("fi"));
    let mapped = run.mapped().expect("text");
    let command = mapped.text().find("make lint").expect("the command");
    let place = mapped.place(command..command + 9);
    assert_eq!((place.line, place.column, place.end_column), (25, 13, 22));
    let clippy = item(steps, 2).get("run").expect("run");
    assert_eq!(clippy.as_str(), Some("cargo clippy --all-targets"));
    let mapped = clippy.mapped().expect("text");
    assert_eq!((mapped.place(13..26).line, mapped.place(13..26).column), (28, 11));
    let reference = item(steps, 3).get("run").expect("run");
    assert_eq!((reference.tag(), reference.len()), (Some("!reference"), 2));
}

#[test]
fn a_toml_file() {
    let document = parse(TOML, Format::Toml);
    assert_eq!(at(&document, &["title"]).as_str(), Some("aéb"));
    let ruff = at(&document, &["tool", "ruff"]);
    assert_eq!((raw(ruff), ruff.place().line), ("[tool.ruff]", 3));
    assert_eq!(ruff.get("line-length").map(Value::as_int), Some(Reading::Is(100)));
    assert_eq!(ruff.route(&["fix", "unsafe"]).map(Value::as_bool), Some(Reading::Is(true)));
    assert_eq!(ruff.get("when").and_then(Value::as_str), Some("2024-01-02"));
    let select = ruff.get("select").expect("select");
    assert_eq!(item(select, 2).as_str(), Some("multi line"));
    assert_eq!(item(select, 3).as_int(), Reading::Is(31));
    let mapped = item(select, 2).mapped().expect("text");
    assert_eq!(mapped.place(6..10).line, 7);
    let packages = at(&document, &["package"]);
    assert_eq!(packages.len(), 2);
    let deep = item(packages, 0).route(&["meta", "deep"]).expect("a table");
    assert_eq!(deep.get("c d").map(Value::as_int), Some(Reading::Is(3)));
    let b = item(deep.get("a").expect("a"), 1).get("b").expect("b");
    assert_eq!((b.path().as_str(), raw(b)), ("package[0].meta.deep.a[1].b", "2"));
    assert_eq!(item(packages, 1).get("name").and_then(Value::as_str), Some("z"));
    let comments: Vec<&str> = document.comments().iter().map(|c| c.text.as_str()).collect();
    assert_eq!(comments, ["top", "\"c\""]);
}

#[test]
fn a_json5_file() {
    let document = parse(JSON, Format::Json);
    let name = at(&document, &["name"]);
    assert_eq!(name.as_str(), Some("café 😀 x"));
    let mapped = name.mapped().expect("text");
    let x = mapped.text().len() - 1;
    assert_eq!(mapped.span(x..x + 1).start, JSON.find(" x\"").expect("x") + 1);
    assert_eq!(at(&document, &["bare"]).as_str(), Some("ab"));
    let single = at(&document, &["single"]);
    let ints: Vec<Reading<i64>> = single.items().map(Value::as_int).collect();
    assert_eq!(ints[..3], [Reading::Is(1), Reading::Absent, Reading::Is(31)]);
    assert_eq!(single.items().last().map(Value::as_bool), Some(Reading::Is(true)));
    let kinds: Vec<(ProblemKind, usize)> = document.problems().iter().map(|p| (p.kind, p.place.line)).collect();
    assert_eq!(kinds, [(ProblemKind::NotStrictJson, 2), (ProblemKind::DuplicateKey, 8)]);
    assert_eq!(document.comments().len(), 2);
    let dup = at(&document, &["dup"]);
    assert!(dup.disputed().is_some_and(|why| why.text.contains("line 7 and again on line 8")));
}
