//! Owns what is expected of `make`: tables of makefile, command, and what runs.

use super::Make;
use crate::facts::runners::script_probe::{expand, told, tree};
use proptest::prelude::*;

/// Makefile, command, what runs.
type Row = (&'static str, &'static str, &'static [&'static str]);

const BASICS: &[Row] = &[
    ("lint:\n\tbandit -r src\n", "make lint", &["bandit -r src <- Makefile:2"]),
    ("lint:\n\tbandit -r src\n", "gmake -s -j 4 lint", &["bandit -r src <- Makefile:2"]),
    ("lint:\n\tbandit -r src\n", "/usr/bin/make", &["bandit -r src <- Makefile:2"]),
    (".PHONY: a\n.x:\n\tno\nfirst second:\n\t@echo $@\n", "make", &["echo first <- Makefile:5"]),
    (".DEFAULT_GOAL := b\na:\n\tno\nb:\n\tyes\n", "make -j", &["yes <- Makefile:5"]),
    ("lint:\n\tx\n", "make other", &[]),
    ("lint:\n\tx\n", "make --version", &[]),
    ("lint:\n\tx\n", "cmake lint", &["not known"]),
    ("a: ; one\nb: ; two\n", "make b a", &["two <- Makefile:2", "one <- Makefile:1"]),
    (
        "lint: check\n\towndo\ncheck: deep\n\tchk\ndeep:\n\tdp\n",
        "make lint",
        &["dp <- Makefile:1 Makefile:3 Makefile:6", "chk <- Makefile:1 Makefile:4", "owndo <- Makefile:2"],
    ),
    (
        "all: a b\na: c\n\ta\nb: c\n\tb\nc:\n\tc\n",
        "make",
        &["c <- Makefile:1 Makefile:2 Makefile:7", "a <- Makefile:1 Makefile:3", "b <- Makefile:1 Makefile:5"],
    ),
    ("all: | dirs\n\tgo\ndirs:\n\tmkdir x\n", "make", &["mkdir x <- Makefile:1 Makefile:4", "go <- Makefile:2"]),
    ("a: b\n\tx\nb: a\n\ty\n", "make a", &["y <- Makefile:1 Makefile:4", "x <- Makefile:2"]),
    (
        "lint:: one\n\ta\nlint::\n\tb\none: ; c\n",
        "make lint",
        &["c <- Makefile:1 Makefile:5", "a <- Makefile:2", "b <- Makefile:4"],
    ),
    ("lint:\n\told\nlint:\n\tnew\n", "make lint", &["new <- Makefile:4"]),
    (
        "lint: a\nlint: b\n\tx\na b:\n\techo $@\n",
        "make lint",
        &["echo b <- Makefile:2 Makefile:5", "echo a <- Makefile:1 Makefile:5", "x <- Makefile:3"],
    ),
    ("lint-%:\n\tlinter $* $@\n", "make lint-py", &["linter py lint-py <- Makefile:2"]),
    (
        "%:\n\tlong $*\nlint-%: dep-%\n\tshort $*\ndep-a:\n\tdep\n",
        "make lint-a",
        &["dep <- Makefile:3 Makefile:6", "short a <- Makefile:4"],
    ),
    (
        "X = lint-a lint-b\nall: $(X)\n$(X): lint-%:\n\tdo $*\n",
        "make all",
        &["do a <- Makefile:2 Makefile:4", "do b <- Makefile:2 Makefile:4"],
    ),
    ("lint:\n\tcd sub && \\\n\t  bandit . ; \\\n\ttrue\n", "make lint", &["cd sub && \\⏎  bandit . ; \\⏎true <- Makefile:2"]),
    ("lint:\r\n\tx\r\n", "make lint", &["x <- Makefile:2"]),
    ("\u{FEFF}lint:\n\tx\n", "make lint", &["x <- Makefile:2"]),
    ("lint:\n# why\n\n\tx # y\n\n\tz\n", "make lint", &["x # y <- Makefile:4", "z <- Makefile:6"]),
    (".RECIPEPREFIX = >\nlint:\n> x\n", "make lint", &["x <- Makefile:3"]),
    (".DEFAULT:\n\tfallback $@\n", "make odd", &["fallback odd <- Makefile:2"]),
];

const SOFT: &[Row] = &[
    (
        "lint:\n\t-@bandit\n\t@- x\n\ty\n",
        "make lint",
        &["bandit <- Makefile:2 !soften Makefile:2", "x <- Makefile:3 !soften Makefile:3", "y <- Makefile:4"],
    ),
    ("P = -\nlint:\n\t$(P)x\n", "make lint", &["x <- Makefile:3 !soften Makefile:3"]),
    ("lint:\n\tx\n", "make -i lint", &["x <- Makefile:2 !soften ci.yml:1"]),
    ("lint:\n\tx\n", "make -ki lint", &["x <- Makefile:2 !soften ci.yml:1"]),
    ("lint:\n\tx\n", "make --ignore-err lint", &["x <- Makefile:2 !soften ci.yml:1"]),
    ("lint:\n\tx\n", "make -k lint", &["x <- Makefile:2"]),
    ("lint:\n\tx\n", "MAKEFLAGS=i make lint", &["x <- Makefile:2 !soften ci.yml:1"]),
    ("lint:\n\tx\n", "MAKEFLAGS=$X make lint", &["x <- Makefile:2 !unknown ci.yml:1"]),
    ("MAKEFLAGS += --ignore-errors\nlint:\n\tx\n", "make lint", &["x <- Makefile:3 !soften Makefile:1"]),
    ("MAKEFLAGS = i\nlint:\n\tx\n", "make lint", &["x <- Makefile:3 !soften Makefile:1"]),
    ("MAKEFLAGS += -j$(shell nproc) --no-print-directory\nlint:\n\tx\n", "make lint", &["x <- Makefile:3"]),
    ("MAKEFLAGS += $(shell x)\nlint:\n\tx\n", "make lint", &["x <- Makefile:3 !unknown Makefile:1"]),
    (".IGNORE:\nlint:\n\tx\n", "make lint", &["x <- Makefile:3 !soften Makefile:1"]),
    (
        ".IGNORE: lint\nlint: a\n\tx\na:\n\ty\n",
        "make lint",
        &["y <- Makefile:2 Makefile:5", "x <- Makefile:3 !soften Makefile:1"],
    ),
    (
        "define run\n-one\ntwo\nendef\nlint:\n\t$(run)\n",
        "make lint",
        &["one <- Makefile:6 !soften Makefile:6", "two <- Makefile:6"],
    ),
    (
        "define run\none\ntwo\nendef\nlint:\n\t-$(run)\n",
        "make lint",
        &["one <- Makefile:6 !soften Makefile:6", "two <- Makefile:6 !soften Makefile:6"],
    ),
    ("lint:\n\tx\n", "make -n lint", &["x <- Makefile:2 !void ci.yml:1"]),
    (
        "lint:\n\tx\n\t+y\n\t$(MAKE) z\n",
        "make --dry-run lint",
        &["x <- Makefile:2 !void ci.yml:1", "y <- Makefile:3", "make z <- Makefile:4"],
    ),
    ("MAKEFLAGS += -n\nlint:\n\tx\n", "make lint", &["x <- Makefile:3 !void Makefile:1"]),
    ("SHELL = /bin/true\nlint:\n\tx\n", "make lint", &["x <- Makefile:3 !void Makefile:1"]),
    ("SHELL := ./bash\nlint:\n\tx\n", "make lint", &["x <- Makefile:3 !void Makefile:1"]),
    ("lint:\n\tx\n", "make SHELL=/bin/true lint", &["x <- Makefile:2 !void Makefile:1"]),
    ("SHELL := $(shell pick)\nlint:\n\tx\n", "make lint", &["x <- Makefile:3 !unknown Makefile:1"]),
    (".SHELLFLAGS = -nc\nlint:\n\tx\n", "make lint", &["x <- Makefile:3 !void Makefile:1"]),
    ("lint:\n\tx\n", "make lint $EXTRA", &["x <- Makefile:2 !unknown ci.yml:1"]),
    ("lint:\n\tx\nfmt:\n\ty\n", "make '$T'", &[]),
    ("lint:\n\tx\nfmt:\n\ty\n", "make $T", &["y <- Makefile:4 !unknown ci.yml:1 ?", "x <- Makefile:2 !unknown ci.yml:1 ?"]),
];

const SHELLS: &[Row] = &[
    ("SHELL := /bin/bash\nlint:\n\tx\n", "make lint", &["[b] x <- Makefile:3"]),
    ("SHELL := /usr/bin/env bash\nlint:\n\tx\n", "make lint", &["[b] x <- Makefile:3"]),
    ("SHELL := /bin/bash -o pipefail\nlint:\n\tx\n", "make lint", &["[pb] x <- Makefile:3"]),
    ("SHELL := $(shell which bash)\n.SHELLFLAGS := -eu -o pipefail -c\nlint:\n\tx\n", "make lint", &["[epb] x <- Makefile:4"]),
    ("lint: SHELL := bash\nlint:\n\tx\n", "make lint", &["[b] x <- Makefile:3"]),
    ("lint:\n\tx\n", "SHELL=/bin/true make lint", &["x <- Makefile:2"]),
    (".POSIX:\nlint:\n\tx\n", "make lint", &["[e] x <- Makefile:3"]),
    (".ONESHELL:\nlint:\n\t@cd x\n\t@-y\n", "make lint", &["cd x⏎y <- Makefile:3"]),
    (".ONESHELL:\nlint:\n\t-x\n\ty\n", "make lint", &["x⏎y <- Makefile:3 !soften Makefile:3"]),
];

const VARIABLES: &[Row] = &[
    ("A = $(B)\nB = x\nlint:\n\t$(A) ${B} $B $$C $@\n", "make lint", &["x x x $C lint <- Makefile:4"]),
    ("B = x\nA := $(B)\nB = y\nlint:\n\t$(A)$(B)\n", "make lint", &["xy <- Makefile:5"]),
    ("A ?= d\nlint:\n\t$(A)\n", "make lint", &["d <- Makefile:3"]),
    ("A ?= d\nlint:\n\t$(A)\n", "A=e make lint", &["e <- Makefile:3"]),
    ("A = d\nlint:\n\t$(A)\n", "A=e make lint", &["d <- Makefile:3"]),
    ("A = d\nlint:\n\t$(A)\n", "A=e make -e lint", &["e <- Makefile:3"]),
    ("A = d\nlint:\n\t$(A)\n", "make A=f lint", &["f <- Makefile:3"]),
    ("override A = d\nlint:\n\t$(A)\n", "make A=f lint", &["d <- Makefile:3"]),
    ("A = d\nlint:\n\t$(A)\n", "make A=$X lint", &["<?> <- Makefile:3"]),
    ("A = a\nA += b\nlint:\n\t$(A)\n", "make lint", &["a b <- Makefile:4"]),
    ("A := $(shell ls)\nlint:\n\tx $(A) $(wildcard *.c)\n", "make lint", &["x <?> <?> <- Makefile:3"]),
    (
        "P := $(shell command -v poetry 2>/dev/null)\nifeq ($(P),)\nQ = x\nendif\nlint:\n\t$(P) run $(Q) $(shell pwd) $(if $(P),a,b)\n",
        "make lint",
        &["poetry run <?> /workspace <?> <- Makefile:6"],
    ),
    ("A := $(shell which a b)$(shell which c || which d)\nlint:\n\t$(A)\n", "make lint", &["<?><?> <- Makefile:3"]),
    ("B := $(shell command -v bandit)\nlint:\n\t$(B) -r .\n", "make lint", &["bandit -r . <- Makefile:3 !unknown Makefile:3"]),
    ("B ?= $(shell which bandit)\nlint:\n\t@$(B) -r .\n", "make lint", &["bandit -r . <- Makefile:3 !unknown Makefile:3"]),
    ("B = $(shell which ruff)\nlint:\n\t$(B) check .\n", "make lint", &["ruff check . <- Makefile:3"]),
    ("B = $(shell which ruff)\nlint:\n\tcd a && $(B) -q\n", "make lint", &["cd a && ruff -q <- Makefile:3"]),
    ("P := $(shell which python3)\nlint:\n\t$(P) -m bandit\n", "make lint", &["python3 -m bandit <- Makefile:3"]),
    ("A != ls\nlint:\n\tx $(A)\n", "make lint", &["x <?> <- Makefile:3"]),
    (
        "D = a b\nlint:\n\tx $(addprefix -r ,$(D)) $(D:a=c) $(D:%=%.py) $(subst a,z,$(D)) $(firstword $(D))\n",
        "make lint",
        &["x -r a -r b c b a.py b.py z b a <- Makefile:3"],
    ),
    (
        "f = run $(1) for $(2)\nlint:\n\t$(call f,a,b c)\n\t$(foreach v,a b,$(v);)\n\t$(if $(N),y,n)\n",
        "make lint",
        &["run a for b c <- Makefile:3", "a; b; <- Makefile:4", "n <- Makefile:5"],
    ),
    (
        "lint: F = -q\nlint: dep\n\tx $(F)\ndep:\n\ty $(F)\n",
        "make lint",
        &["y -q <- Makefile:2 Makefile:5", "x -q <- Makefile:3"],
    ),
    ("CURDIR = $(shell pwd)\nA = $(shell $(A))\nlint:\n\tx $(A) $(CURDIR)\n", "make lint", &["x <?> <?> <- Makefile:4"]),
    ("A = $(A)\nlint:\n\tx $(A)\n", "make lint", &["x <?> <- Makefile:3"]),
    ("lint: a.py b/c.py\n\tx $< : $^ : $(<D) $(@F)\n", "make lint", &["x a.py : a.py b/c.py : . lint <- Makefile:2"]),
    ("lint:\n\tx $(A\n", "make lint", &["x <?> <- Makefile:2"]),
    (
        "define T\n$(1)-lint:\n\trun $(1)\nendef\n$(foreach n,a b,$(eval $(call T,$(n))))\n",
        "make b-lint",
        &["run b <- Makefile:5"],
    ),
    ("lint: lint-$(shell x)\nlint-a:\n\ty\nother:\n\tz\n", "make lint", &["y <- Makefile:1 Makefile:3 ?"]),
    ("$(shell gen)\n", "make lint", &["opaque Dynamic: the makefile computes a rule"]),
];

const CONDITIONS: &[Row] = &[
    ("ifeq ($(A),1)\nX = a\nelse\nX = b\nendif\nlint:\n\t$(X)\n", "make lint", &["b <- Makefile:7"]),
    ("ifeq ($(A),1)\nX = a\nelse\nX = b\nendif\nlint:\n\t$(X)\n", "make A=1 lint", &["a <- Makefile:7"]),
    ("ifdef A\nX = a\nelse ifneq \"$(B)\" ''\nX = b\nelse\nX = c\nendif\nlint:\n\t$(X)\n", "make B=2 lint", &["b <- Makefile:9"]),
    ("ifeq ($(shell uname),Linux)\nX = a\nelse\nX = b\nendif\nlint:\n\t$(X)\n", "make lint", &["<?> <- Makefile:7"]),
    (
        "lint:\nifdef CI\n\tx\nelse\n\ty\nendif\n\tz\n",
        "make lint",
        &["x <- Makefile:3 ?", "y <- Makefile:5 ?", "z <- Makefile:7"],
    ),
    ("lint:\nifdef CI\n\tx\nelse\n\ty\nendif\n", "CI=true make lint", &["x <- Makefile:3"]),
    ("ifdef CI\nlint:\n\tx\nelse\nlint:\n\ty\nendif\n", "make lint", &["x <- Makefile:3 ?", "y <- Makefile:6 ?"]),
    ("ifdef NO\nifdef ALSO\nelse\nlint:\n\tx\nendif\nendif\nlint:\n\ty\n", "make lint", &["y <- Makefile:9"]),
];

fn check(rows: &[Row]) {
    for (makefile, command, expected) in rows {
        let runs = told(&Make, &[("Makefile", makefile)], "", command);
        assert_eq!(runs, *expected, "{command} with\n{makefile}");
    }
}

#[test]
fn rules_and_targets() {
    check(BASICS);
}

#[test]
fn what_loses_a_failure() {
    check(SOFT);
}

#[test]
fn shells_of_recipes() {
    check(SHELLS);
}

#[test]
fn variables_and_functions() {
    check(VARIABLES);
}

#[test]
fn conditions() {
    check(CONDITIONS);
}

/// Tree, directory, command, what runs.
type InTree = (&'static [(&'static str, &'static str)], &'static str, &'static str, &'static [&'static str]);

const TREES: &[InTree] = &[
    (&[("GNUmakefile", "l: ; a"), ("makefile", "l: ; b"), ("Makefile", "l: ; c")], "", "make l", &["a <- GNUmakefile:1"]),
    (&[("makefile", "l: ; b"), ("Makefile", "l: ; c")], "", "make l", &["b <- makefile:1"]),
    (&[("Makefile", "l: ; c"), ("ci.mk", "l: ; d")], "", "make -f ci.mk l", &["d <- ci.mk:1"]),
    (&[("Makefile", "l: ; c")], "", "make -f $F l", &["opaque Dynamic: the makefile's name is computed"]),
    (&[("Makefile", "l: ; c")], "", "make -f none.mk l", &[]),
    (&[("a/b/Makefile", "l: ; c $(CURDIR)")], "", "make -C a --directory=b l", &["c /workspace/a/b <- a/b/Makefile:1 in a/b"]),
    (&[("a/Makefile", "l: ; c")], "a", "make l", &["c <- a/Makefile:1 in a"]),
    (&[("a/Makefile", "l: ; c")], "", "make l", &[]),
    (&[("a/Makefile", "l: ; c")], "?", "make l", &["opaque Dynamic: make runs in a directory that is computed in ?"]),
    (&[("a/Makefile", "l: ; c")], "..", "make l", &[]),
    (&[("Makefile", "l:\n\t@$(MAKE) -C sub l\n")], "", "make l", &["make -C sub l <- Makefile:2"]),
    (&[("Makefile", "lint:\n\tx\n"), ("lint", "")], "", "make lint", &["x <- Makefile:2 !void Makefile:1"]),
    (&[("Makefile", "lint:\n\tx\n"), ("lint/x.py", "")], "", "make lint", &["x <- Makefile:2 !void Makefile:1"]),
    (&[("Makefile", ".PHONY: lint\nlint:\n\tx\n"), ("lint", "")], "", "make lint", &["x <- Makefile:3"]),
    (&[("Makefile", "lint:\n\tx\n"), ("lint", "")], "", "make -B lint", &["x <- Makefile:2"]),
    (&[("Makefile", "lint: FORCE\n\tx\nFORCE:\n"), ("lint", "")], "", "make lint", &["x <- Makefile:2"]),
    (&[("Makefile", "lint: a.py\n\tx\n"), ("lint", ""), ("a.py", "")], "", "make lint", &["x <- Makefile:2 !unknown Makefile:1"]),
    (&[("Makefile", "VPATH = out\nlint:\n\tx\n"), ("out/lint", "")], "", "make lint", &["x <- Makefile:3 !void Makefile:2"]),
    (
        &[("Makefile", "include mk/*.mk\n-include none.mk\nl: m"), ("mk/a.mk", "m:\n\tx\n")],
        "",
        "make l",
        &["x <- Makefile:3 mk/a.mk:2"],
    ),
    (&[("Makefile", "include $(wildcard mk/*.mk)\n"), ("mk/a.mk", "m:\n\tx\n")], "", "make", &["x <- mk/a.mk:2"]),
    (
        &[("Makefile", "include gone.mk\nl: ; x\n")],
        "",
        "make l m",
        &["x <- Makefile:2", "opaque Dynamic: the makefile includes a file that is not in the tree"],
    ),
    (&[("Makefile", "include g.mk\ng.mk:\n\techo > $@\nl: ; x\n")], "", "make l", &["x <- Makefile:4 !unknown Makefile:1"]),
    (&[("Makefile", "l: ; x\n")], "", "make -o l l", &["x <- Makefile:1 !void ci.yml:1"]),
    (&[("Makefile", "l: ; x\n")], "", "make --assume-old=l l", &["x <- Makefile:1 !void ci.yml:1"]),
    (&[("Makefile", "l: ; x\n")], "", "make -o m l", &["x <- Makefile:1"]),
    (&[("Makefile", "l: ; x\n")], "", "make MAKEFLAGS=i l", &["x <- Makefile:1 !soften ci.yml:1"]),
    (&[("Makefile", "l: ; x\n")], "", "make 'MAKEFLAGS = i' l", &["x <- Makefile:1 !soften ci.yml:1"]),
    (&[("Makefile", "l: ; x\n")], "", "make GNUMAKEFLAGS=-i l", &["x <- Makefile:1 !soften ci.yml:1"]),
    (&[("Makefile", "l: ; x\n")], "", "make -o ./l l", &["x <- Makefile:1 !void ci.yml:1"]),
    (&[("Makefile", "l: ; x\n")], "", "make MAKEFLAGS=-n l", &["x <- Makefile:1 !void ci.yml:1"]),
    (&[("Makefile", "include Makefile\nl: ; x\n")], "", "make l", &["x <- Makefile:2"]),
];

#[test]
fn makefiles_in_a_tree() {
    for (files, directory, command, expected) in TREES {
        let runs = told(&Make, files, directory, command);
        assert_eq!(runs, *expected, "{command} in {directory:?} with {files:?}");
    }
}

#[test]
fn recipes_get_their_environment() {
    let makefile = "export A = 1\nB = 2\nexport B\nC = 3\nD := $(shell x)\nexport D\nlint: export E = 5\nlint:\n\tx\n";
    let all = expand(&Make, &tree(&[("Makefile", makefile)]), "", "C=0 make F=6 -i lint").expect("make");
    let env: Vec<(&str, Option<&str>)> = all[0].env.iter().map(|(name, value)| (name.as_str(), value.as_deref())).collect();
    assert_eq!(
        env,
        [
            ("A", Some("1")),
            ("B", Some("2")),
            ("C", Some("3")),
            ("D", None),
            ("E", Some("5")),
            ("F", Some("6")),
            ("MAKEFLAGS", Some("i -- F=6"))
        ]
    );
}

#[test]
fn a_value_keeps_the_place_of_its_reference() {
    let all = expand(&Make, &tree(&[("Makefile", "F = --exit-zero\nlint:\n\tbandit $(F) src\n")]), "", "make").expect("make");
    let crate::facts::runners::Target::Script { text, .. } = &all[0].target else { panic!("a script") };
    assert_eq!(text.text(), "bandit --exit-zero src");
    assert_eq!((text.place(7..18).column, text.place(19..22).column), (9, 14));
    assert_eq!(all[0].hops[0].text, "bandit $(F) src");
}

#[test]
fn hostile_makefiles_end() {
    let deep: String = (0..5000).map(|n| format!("t{n}: t{}\n\tx\n", n + 1)).collect();
    let runs = told(&Make, &[("Makefile", &deep)], "", "make t0");
    assert!(runs.iter().any(|line| line.starts_with("opaque Unsupported")));
    let doubling: String = (1..60).map(|n| format!("A{n} = $(A{0})$(A{0})\n", n - 1)).collect();
    let bomb = format!("A0 = xxxxxxxx\n{doubling}lint:\n\t$(A59)\n");
    let told_of = told(&Make, &[("Makefile", &bomb)], "", "make lint");
    assert!(told_of.len() <= 2 && told_of.iter().any(|line| line.starts_with("opaque Unsupported")), "{told_of:?}");
    for text in [
        "$(".repeat(200_000),
        "ifdef X\n".repeat(50_000),
        "define x\n".repeat(50_000),
        "a:".repeat(100_000),
        "$(foreach a,b c d,".repeat(20_000),
    ] {
        told(&Make, &[("Makefile", &text)], "", "make lint");
        told(&Make, &[("Makefile", &format!("lint:\n\t{text}\n"))], "", "make lint");
    }
    let list: String = (0..20_000).map(|n| format!("A += file{n}.c\n")).collect();
    told(&Make, &[("Makefile", &format!("{list}lint: $(A)\n\tx $^\n$(A):\n\techo $@\n"))], "", "make lint");
}

proptest! {
    #[test]
    fn no_makefile_panics(text in "([a-z%:=$(){}#;|\\\\\t\n ,+?!-]|ifeq|endif|else|define|endef|include|\\$\\(|foreach |call |eval |é){0,120}") {
        told(&Make, &[("Makefile", &text)], "", "make a");
        told(&Make, &[("Makefile", &text)], "", "make");
    }

    #[test]
    fn no_command_line_panics(command in "make( (-{0,2}[a-zA-Z=$é]{0,8}|--file|-C|a)){0,6}") {
        told(&Make, &[("Makefile", "a:\n\tx\n")], "", &command);
    }
}
