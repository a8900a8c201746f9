//! Owns what is expected of `just`: tables of justfile, command, and what runs.

use super::Just;
use crate::facts::runners::script_probe::{expand, told, tree};
use proptest::prelude::*;

/// Justfile, command, what runs.
type Row = (&'static str, &'static str, &'static [&'static str]);

const ROWS: &[Row] = &[
    ("lint:\n  bandit -r src\n", "just lint", &["bandit -r src <- justfile:2"]),
    ("# x\n\nlint:\n\tbandit\nother:\n\tx\n", "just", &["bandit <- justfile:4"]),
    ("a:\n  x\n[default]\nb:\n  y\n", "just", &["y <- justfile:5"]),
    ("a:\n  x\n", "just missing", &[]),
    ("a:\n  x\n", "just --list", &[]),
    ("a:\n  x\n", "just $X", &["x <- justfile:2 ?"]),
    ("a:\n  x\n", "make a", &["not known"]),
    (
        "@a:\n  @-x\n  -y\n  @z\n",
        "just a",
        &["x <- justfile:2 !soften justfile:2", "y <- justfile:3 !soften justfile:3", "z <- justfile:4"],
    ),
    (
        "a: b && c\n  x\nb:\n  y\nc: b\n  z\n",
        "just a",
        &["y <- justfile:1 justfile:4", "x <- justfile:2", "z <- justfile:1 justfile:6"],
    ),
    ("a: b\n  x\nb:\n  y\n", "just --no-deps a", &["x <- justfile:2"]),
    ("a: (b 'q' v)\nv := \"w\"\nb one two:\n  x {{one}} {{ two }}\n", "just a", &["x q w <- justfile:1 justfile:4"]),
    ("a one two='d':\n  x {{one}} {{two}}\nb:\n  y\n", "just a 1 b", &["x 1 b <- justfile:2"]),
    ("a one:\n  x {{one}}\nb:\n  y\n", "just a 1 b", &["x 1 <- justfile:2", "y <- justfile:4"]),
    ("a *args:\n  eslint {{args}} .\n", "just a --fix 'b c'", &["eslint --fix b c . <- justfile:2"]),
    ("a +args='src':\n  x {{args}}\n", "just a", &["x src <- justfile:2"]),
    ("a one:\n  x {{one}}\n", "just a $V", &["x <?> <- justfile:2"]),
    ("v := `ls`\na:\n  x {{v}} {{{{raw}} {{'a' + \"b\"}}\n", "just a", &["x <?> {{raw}} ab <- justfile:3"]),
    ("v := 'one'\na:\n  x {{v}}\n", "just v=two a", &["x two <- justfile:3"]),
    ("v := 'one'\na:\n  x {{v}}\n", "just --set v two a", &["x two <- justfile:3"]),
    ("v:='one'\na:\n  x {{v\n", "just a", &["x <?> <- justfile:3"]),
    ("a:\n  one \\\n    two\n  three\n", "just a", &["one two <- justfile:2", "three <- justfile:4"]),
    ("set shell := [\"bash\", \"-euo\", \"pipefail\", \"-c\"]\na:\n  x\n", "just a", &["[epb] x <- justfile:3"]),
    ("set shell := [\n  'bash',\n  '-c',\n]\na:\n  x\n", "just a", &["[b] x <- justfile:6"]),
    ("set shell := ['/bin/true']\na:\n  x\n", "just a", &["x <- justfile:3 !void justfile:1"]),
    ("a:\n  x\n", "just --shell /bin/true --shell-arg -c a", &["x <- justfile:2 !void ci.yml:1"]),
    ("a:\n  x\n", "just -n a", &["x <- justfile:2 !void ci.yml:1"]),
    ("a:\n  #!/usr/bin/env bash\n  set -e\n    x\n", "just a", &["[b] #!/usr/bin/env bash⏎set -e⏎  x <- justfile:2"]),
    ("a:\n  #!/usr/bin/env python3\n  x\n", "just a", &[]),
    ("[script]\na:\n  x\n  y\n", "just a", &["[e] x⏎y <- justfile:3"]),
    ("[script('bash')]\na:\n  x\n", "just a", &["[b] x <- justfile:3"]),
    ("alias l := lint\nlint:\n  x\n", "just l", &["x <- justfile:3"]),
    ("[linux]\n[group: 'q']\na:\n  x\n[windows]\na:\n  y\n", "just a", &["x <- justfile:4"]),
    ("set positional-arguments\na one *two:\n  x $1\n", "just a 1 2 3", &["x $1 (1) (2 3) <- justfile:3"]),
    ("a: a\n  x\n", "just a", &["x <- justfile:2"]),
    ("v := '''\n  multi\n'''\na:\n  x\n", "just a", &["x <- justfile:5"]),
    ("a:\r\n  x\r\n\r\n  y\r\n", "just a", &["x <- justfile:2", "y <- justfile:4"]),
    ("a:\n  x\n", "just -c make lint", &["$ make lint"]),
];

#[test]
fn recipes() {
    for (justfile, command, expected) in ROWS {
        assert_eq!(told(&Just, &[("justfile", justfile)], "", command), *expected, "{command} with\n{justfile}");
    }
}

/// Tree, directory, command, what runs.
type InTree = (&'static [(&'static str, &'static str)], &'static str, &'static str, &'static [&'static str]);

const TREES: &[InTree] = &[
    (&[("Justfile", "a:\n x\n"), ("sub/x", "")], "sub", "just a", &["x <- Justfile:2"]),
    (&[(".justfile", "a:\n x\n")], "", "just a", &["x <- .justfile:2"]),
    (&[("justfile", "b:\n y\n"), ("sub/justfile", "a:\n x\n")], "sub", "just b", &[]),
    (&[("justfile", "b:\n y\n"), ("sub/justfile", "set fallback\na:\n x\n")], "sub", "just b", &["y <- justfile:2"]),
    (&[("ci/j", "a:\n x\n")], "", "just -f ci/j a", &["x <- ci/j:2 in ci"]),
    (&[("ci/j", "a:\n x\n")], "", "just --justfile=ci/j -d . a", &["x <- ci/j:2"]),
    (&[("justfile", "a:\n x\n")], "", "just -f $F a", &["opaque Dynamic: the justfile's name is computed"]),
    (&[("justfile", "a:\n x\n")], "?", "just a", &["opaque Dynamic: just runs in a directory that is computed in ?"]),
    (
        &[("justfile", "import 'ci.just'\na:\n x\n"), ("ci.just", "import 'justfile'\nb:\n y\na:\n no\n")],
        "",
        "just a b",
        &["x <- justfile:3", "y <- ci.just:3"],
    ),
    (&[("justfile", "mod ci\na:\n x\n"), ("ci.just", "b:\n y\n")], "", "just ci b", &["y <- ci.just:2"]),
    (&[("justfile", "mod ci\na: ci::b\n"), ("ci/mod.just", "b:\n y\n")], "", "just a", &["y <- justfile:2 ci/mod.just:2 in ci"]),
    (&[("justfile", "mod ci 'x/y.just'\n"), ("x/y.just", "b:\n y\n")], "", "just ci::b", &["y <- x/y.just:2 in x"]),
    (&[("justfile", "mod ci\n")], "", "just ci b", &["opaque Dynamic: the module `ci` of the justfile is not in the tree"]),
    (
        &[("justfile", "[no-cd]\na:\n x\n[working-directory: 'w']\nb:\n y\n"), ("sub/x", "")],
        "sub",
        "just a b",
        &["x <- justfile:3 in sub", "y <- justfile:6 in w"],
    ),
    (
        &[("justfile", "set working-directory := 'w'\na:\n x {{justfile_directory()}}\n")],
        "",
        "just a",
        &["x /workspace <- justfile:3 in w"],
    ),
];

#[test]
fn justfiles_in_a_tree() {
    for (files, directory, command, expected) in TREES {
        assert_eq!(told(&Just, files, directory, command), *expected, "{command} in {directory:?} with {files:?}");
    }
}

#[test]
fn exported_names_reach_the_environment() {
    let justfile = "export A := '1'\nB := '2'\nexport C := `ls`\nlint $D='4':\n  x\n";
    let all = expand(&Just, &tree(&[("justfile", justfile)]), "", "just lint").expect("just");
    let env: Vec<(&str, Option<&str>)> = all[0].env.iter().map(|(name, value)| (name.as_str(), value.as_deref())).collect();
    assert_eq!(env, [("A", Some("1")), ("C", None), ("D", Some("4"))]);
}

#[test]
fn hostile_justfiles_end() {
    let deep: String = (0..3000).map(|n| format!("t{n}: t{}\n  x\n", n + 1)).collect();
    let runs = told(&Just, &[("justfile", &deep)], "", "just t0");
    assert!(runs.iter().any(|line| line.starts_with("opaque Unsupported")));
    let doubling: String = (1..60).map(|n| format!("a{n} := a{0} + a{0}\n", n - 1)).collect();
    told(&Just, &[("justfile", &format!("a0 := 'xxxx'\n{doubling}lint:\n  {{{{a59}}}}\n"))], "", "just lint");
    for text in [
        "x := '\n".repeat(50_000),
        "x := (\n".repeat(50_000),
        "{{".repeat(200_000),
        "a: ".repeat(100_000),
        "[[".repeat(100_000),
        "a='".repeat(100_000),
    ] {
        told(&Just, &[("justfile", &text)], "", "just a");
        told(&Just, &[("justfile", &format!("a:\n  {text}\n"))], "", "just a");
    }
}

proptest! {
    #[test]
    fn no_justfile_panics(text in "([a-z:='\"`(){}\\[\\]+*$@&\\\\\t\n -]|:=|\\{\\{|\\}\\}|set shell|alias |mod |import |#!|é|\r\n){0,100}") {
        told(&Just, &[("justfile", &text)], "", "just a b");
        told(&Just, &[("justfile", &text)], "", "just");
    }

    #[test]
    fn no_command_line_panics(command in "just( (-{0,2}[a-zA-Z=$é:/]{0,8}|--set|-f|a)){0,6}") {
        told(&Just, &[("justfile", "a x:\n y\n")], "", &command);
    }
}
