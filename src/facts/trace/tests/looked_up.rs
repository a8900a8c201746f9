//! Tests of programs that a script looks up before it runs them.

use super::*;

#[test]
fn what_is_printed_where_no_program_was_found() {
    let rows = [
        ("bandit", "$(command -v bandit || true) -r src", "gates"),
        ("bandit", "$(command -v bandit || echo true) -r src", "configured (gates)"),
        ("bandit", "B=$(which bandit || echo true)\n\"$B\" -r src", "configured (gates)"),
        ("bandit", "B=$(which bandit || command -v true)\n$B -r src", "configured (gates)"),
        ("bandit", "B=$(which bandit || which bandit3)\n$B -r src", "configured (gates)"),
        ("bandit", "B=$(which bandit || printf true)\n$B -r src", "absent, opaque 1"),
        ("bandit", "B=$(which bandit || some-program)\n$B -r src", "absent, opaque 1"),
        ("bandit", "$(command -v bandit || echo ./venv/bin/bandit) -r src", "gates"),
        ("bandit", "$(command -v pylint || command -v bandit || command -v ruff) -r src", "configured (gates)"),
        ("bandit", "B=$(command -v pylint || command -v bandit)\n[ -z \"$B\" ] && exit 0\nbandit -r src", "configured (gates)"),
        ("bandit", "B=$(which bandit || exit 1)\n$B -r src", "gates"),
        ("bandit", "B=$(which bandit || echo bandit)\n$B -r src", "gates"),
        ("bandit", "B=$(which bandit || { echo missing >&2; exit 1; })\n$B -r src", "gates"),
        ("bandit", "B=$(which bandit || { echo true; exit 1; })\n$B -r src", "configured (gates)"),
        ("bandit", "$(command -v bandit >/dev/null && echo bandit) -r src", "gates"),
        ("bandit", "$(command -v bandit >/dev/null) -r src", "absent, opaque 1"),
        ("bandit", "$(command -v python3 || command -v python) -m bandit -r src", "gates"),
        ("bandit", "$(cd x && echo bandit || echo true) -r src", "configured (gates)"),
        ("bandit", "cd $(git rev-parse --show-toplevel || pwd)\nbandit -r src", "gates"),
    ];
    check(&rows, &[]);
}

#[test]
fn programs_that_a_makefile_looks_up() {
    let rows = [
        ("B := $(shell command -v bandit)\nlint:\n\t$(B) -r src\n", "runs (gates)"),
        ("B := $(shell which golangci-lint)\nlint:\n\t$(B) run\n\tbandit -r src\n", "gates"),
        ("B := $(shell which bandit || echo true)\nlint:\n\t$(B) -r src\n", "absent, opaque 1"),
        ("B := $(shell pick)\nlint:\n\t$(B) -r src\n", "absent, opaque 1"),
        ("B := $(shell pick)\nlint:\n\t$(B) bandit -r src\n", "absent, opaque 1"),
        ("B := $(shell pick)\nlint:\n\t$(B)bandit -r src\n", "absent, opaque 1"),
    ];
    for (makefile, expected) in rows {
        assert_eq!(told("bandit", "make lint", &[("Makefile", makefile)]), expected, "{makefile}");
    }
}

#[test]
fn a_path_whose_name_begins_with_text() {
    let rows = [
        ("bandit", "for OS in a b; do\n  interop/bin/client_\"${OS}\"_amd64\"${EXT}\"\ndone\nbandit -r src", "gates"),
        ("bandit", "for OS in $ALL; do\n  ${DIR}/bin/client_\"${OS}\"_amd64\ndone\nbandit -r src", "gates"),
        ("bandit", "bin/client_$OS bandit -r src", "configured (gates)"),
        ("bandit", "tools/lint_$OS", "absent, opaque 1"),
        ("bandit", "bin/$OS -r src", "absent, opaque 1"),
        ("bandit", "bin/ban$OS -r src", "absent, opaque 1"),
        ("bandit", "bin/py$V -m bandit", "absent, opaque 1"),
    ];
    check(&rows, &[("tools/lint_linux", "#!/bin/sh\nbandit -r src\n")]);
}

#[test]
fn variables_that_a_command_is_given_as_lines() {
    let files: &[(&str, &str)] = &[
        ("known.env", "# c\nOPTS=-q\n"),
        ("soft.env", "OPTS=--exit-zero\n"),
        ("path.env", "PATH=ci:/usr/bin\n"),
        ("ci/bandit", "x"),
    ];
    let none: &[(&str, &str)] = &[];
    type Files<'f> = &'f [(&'f str, &'f str)];
    let rows: &[(&str, &str, Files<'_>)] = &[
        ("export $(cat known.env)\nbandit $OPTS -r src", "gates", files),
        ("export $(cat soft.env | xargs)\nbandit $OPTS -r src", "runs", files),
        ("export $(grep -v '^#' soft.env | xargs)\nbandit $OPTS -r src", "runs", files),
        ("export $(grep OPTS known.env)\nbandit $OPTS -r src", "runs (gates)", files),
        ("export $(cat path.env | xargs)\nbandit -r src", "configured", files),
        ("env $(cat path.env) bandit -r src", "configured", files),
        ("env $(grep -v '^#' known.env | xargs) bandit -r src", "gates", files),
        // A file that the machine alone has may set the search path: that matters where the tree has a program of the name.
        ("export $(cat .env | xargs)\nbandit -r src", "configured (gates)", files),
        ("export $(cat .env | xargs)\nbandit -r src", "gates", none),
        ("env $(grep -v '^#' .env | xargs) bandit -r src", "configured (gates)", files),
        ("env $(grep -v '^#' .env | xargs) bandit -r src", "gates", none),
        ("env $(pick) bandit -r src", "configured (gates), opaque 1", none),
        // What is sourced is code.
        ("set -a; . ./.env; set +a\nbandit -r src", "configured (gates)", none),
        ("set -a; . ./path.env; bandit -r src", "configured", files),
    ];
    for (step, expected, files) in rows {
        assert_eq!(told("bandit", step, files), *expected, "{step}");
    }
}
