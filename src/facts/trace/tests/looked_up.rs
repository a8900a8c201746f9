//! Tests of programs that a script looks up before it runs them.

use super::*;

#[test]
fn what_is_printed_where_no_program_was_found() {
    let rows = [
        ("bandit", "$(command -v bandit || true) -r src", "gates"),
        ("bandit", "$(command -v bandit || echo true) -r src", "absent, opaque 1"),
        ("bandit", "B=$(which bandit || echo true)\n\"$B\" -r src", "absent, opaque 1"),
        ("bandit", "B=$(which bandit || command -v true)\n$B -r src", "absent, opaque 1"),
        ("bandit", "B=$(which bandit || which bandit3)\n$B -r src", "absent, opaque 1"),
        ("bandit", "B=$(which bandit || printf true)\n$B -r src", "absent, opaque 1"),
        ("bandit", "B=$(which bandit || some-program)\n$B -r src", "absent, opaque 1"),
        ("bandit", "B=$(which bandit || exit 1)\n$B -r src", "gates"),
        ("bandit", "B=$(which bandit || echo bandit)\n$B -r src", "gates"),
        ("bandit", "B=$(which bandit || { echo missing >&2; exit 1; })\n$B -r src", "gates"),
        ("bandit", "B=$(which bandit || { echo true; exit 1; })\n$B -r src", "absent, opaque 1"),
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
