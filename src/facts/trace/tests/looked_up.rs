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
fn zz_probe() {
    for step in [
        "set -a; . ./.env; set +a\nbandit -r src",
        "set -a\n. x.env\nbandit -r src",
        "export $(cat .env)\nbandit -r src",
        "export $(grep -v '^#' .env | xargs)\nbandit -r src",
        "env $(grep -v '^#' .env | xargs) bandit -r src",
        "env $(cat .env) bandit -r src",
        "source .env && bandit -r src",
        "export $(cat known.env)\nbandit -r src",
        "env $(grep -v '^#' known.env | xargs) bandit -r src",
        "env $(cat path.env) bandit -r src",
        "export $(cat path.env | xargs)\nbandit -r src",
        "set -a; . ./path.env; bandit -r src",
        "set -a; . ./known.env; bandit -r src",
        "export $(cat path.env | xargs) && bandit -r src",
        "export $(cat .env | sed 's/#.*//' | xargs)\nbandit -r src",
        "eval $(cat .env)\nbandit -r src",
        "export $(cat known.env)\nbandit $OPTS -r src",
        "export $(cat .env)\nbandit $OPTS -r src",
        "parallel ::: x\nmake lint",
    ] {
        for files in [
            &[
                ("known.env", "OPTS=-q\nB=x\n"),
                ("path.env", "PATH=ci:/usr/bin\n"),
                ("ci/bandit", "x"),
                ("Makefile", "lint:\n\tbandit -r src\n"),
            ][..],
            &[("known.env", "OPTS=--exit-zero\n"), ("path.env", "PATH=ci:/usr/bin\n"), ("Makefile", "lint:\n\tbandit -r src\n")]
                [..],
        ] {
            println!("{:?} => {}", step, told("bandit", step, files));
        }
    }
}
