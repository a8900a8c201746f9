//! Tests of when files are written: before the tool or behind it, in targets, functions and scripts; and of what is taken away again or written over.

use super::check;
use super::laid_over::{FILES, rows};
use crate::catalog::Catalog;
use crate::facts::gather;
use crate::limits::Limits;
use crate::terms::Terms;

const WRITES: &str = "echo script-shell=/bin/true > .npmrc";

fn lint(steps: &[(String, &str)], makefile: &str) {
    let files: Vec<(&str, &str)> = [("Makefile", makefile), ("w.sh", "#!/bin/sh\necho script-shell=/bin/true > .npmrc\n")]
        .into_iter()
        .chain(FILES.iter().filter(|(path, _)| *path != "Makefile").copied())
        .collect();
    let rows: Vec<(&str, &str, &str)> = steps.iter().map(|(step, expected)| ("bandit", step.as_str(), *expected)).collect();
    check(&rows, &files);
}

#[test]
fn targets_run_in_the_order_in_which_they_are_needed() {
    for write in [WRITES, "cp ci/npmrc .npmrc"] {
        let makefile = format!(
            "first: write lint\nlast: lint write\nboth:\n\t{write}\n\tnpm run lint\nlint:\n\tnpm run lint\nwrite:\n\t{write}\nafter:\n\tnpm run lint\n\t{write}\n"
        );
        let steps = [
            ("make first", "configured (gates)"),
            ("make last", "gates"),
            ("make both", "configured (gates)"),
            ("make after", "gates"),
            ("make write\nmake lint", "configured (gates)"),
            ("make lint\nmake write", "gates"),
            ("make write\n---\nmake lint", "configured (gates)"),
        ];
        lint(&steps.map(|(step, expected)| (step.to_owned(), expected)), &makefile);
    }
}

#[test]
fn functions_and_scripts_run_where_they_are_called() {
    let steps = [
        ("w() { WRITE; }\nnpm run lint\nw", "gates"),
        ("w() { WRITE; }\nw\nnpm run lint", "configured (gates)"),
        ("l() { npm run lint; }\nWRITE\nl", "configured (gates)"),
        ("l() { npm run lint; }\nl\nWRITE", "gates"),
        ("sh w.sh\nnpm run lint", "configured (gates)"),
        ("npm run lint\nsh w.sh", "gates"),
        ("cat ci/plain.npmrc > .npmrc\nnpm run lint\nWRITE", "gates"),
    ];
    lint(&steps.map(|(step, expected)| (step.replace("WRITE", WRITES), expected)), "x:\n");
}

/// Whether it is really taken away is not asked: a command that would do it may not run, or fail, or mean another file.
#[test]
fn what_is_taken_away_again_stays_written() {
    let steps = [
        ("WRITE\nrm .npmrc\nnpm run lint", "configured (gates)"),
        ("WRITE\nfor f in $LIST; do rm .npmrc; done\nnpm run lint", "configured (gates)"),
        ("WRITE\ndocker run --rm alpine rm -f .npmrc\nnpm run lint", "configured (gates)"),
        ("WRITE\nrm -f .npmrc &\nnpm run lint", "configured (gates)"),
        ("WRITE\nmv .npmrc /tmp/x\nmv /tmp/x .npmrc\nnpm run lint", "configured (gates)"),
        ("WRITE\n---\nif: inputs.x\nrm .npmrc\n---\nnpm run lint", "configured (gates)"),
        ("npm run lint\nWRITE", "gates"),
    ];
    lint(&steps.map(|(step, expected)| (step.replace("WRITE", WRITES), expected)), "x:\n");
    let tracked = [(".npmrc", "registry=https://x.test\n"), FILES[1]];
    for step in ["git checkout .npmrc", "git reset --hard", "git restore .npmrc", "git commit -am x\ngit checkout ."] {
        check(&[("bandit", &format!("{WRITES}\n{step}\nnpm run lint"), "configured (gates)")], &tracked);
    }
}

/// What is written over it is no more, where it is certain that it is written over.
#[test]
fn what_is_written_over_for_sure() {
    let steps = [
        ("WRITE\necho registry=x > .npmrc\nnpm run lint", "gates"),
        ("WRITE\ncp ci/plain.npmrc .npmrc\n---\nnpm run lint", "gates"),
        ("WRITE\nif [ -n \"$X\" ]; then echo registry=x > .npmrc; fi\nnpm run lint", "configured (gates)"),
        ("WRITE\n[ -n \"$X\" ] && cp ci/plain.npmrc .npmrc\nnpm run lint", "configured (gates)"),
        ("WRITE\ncp -n ci/plain.npmrc .npmrc\nnpm run lint", "configured (gates)"),
        ("WRITE\nrsync -a --ignore-existing ci/plain.npmrc .npmrc\nnpm run lint", "configured (gates)"),
        ("WRITE\n---\nif: inputs.x\necho registry=x > .npmrc\n---\nnpm run lint", "configured (gates)"),
    ];
    lint(&steps.map(|(step, expected)| (step.replace("WRITE", WRITES), expected)), "x:\n");
}

/// More files than are remembered: what was written beside them is not known.
#[test]
fn past_the_bound_nothing_is_known() {
    let many: String = (0..70).map(|at| format!("touch d{at}/.npmrc\n")).collect();
    let before = format!("{many}touch bandit.py");
    rows(&[(&before, "python -m bandit -r src")], "configured (gates)");
    let few: String = (0..10).map(|at| format!("touch d{at}/.npmrc\n")).collect();
    rows(&[(&few, "bandit -r src")], "gates");
}

/// What is said of them is that there are more, not that the last one was meant.
#[test]
fn past_the_bound_it_is_said_that_there_are_more() {
    let many: String = (0..70).map(|at| format!("touch d{at}/.npmrc\n")).collect();
    let step = format!("{many}python -m bandit -r src");
    assert_eq!(
        super::conditions("bandit", &step, FILES),
        ["earlier steps write to more files that programs look for by themselves than are remembered"]
    );
}

/// Which files of a tree may be looked for is asked once; each of them counts as often as it is put somewhere.
#[test]
fn copies_of_many_files_cost_what_they_put() {
    let step = format!("{}bandit -r src", "cp -r big/. .\n".repeat(30));
    let limit = |name: &str| {
        let big: Vec<(String, String)> = (0..4_000).map(|at| (format!("big/d{at}/{name}"), String::new())).collect();
        let files: Vec<(&str, &str)> = FILES.iter().copied().chain(big.iter().map(|(path, text)| (&**path, &**text))).collect();
        let limits = Limits { work_steps: 8_000_000, ..Limits::default() };
        let snapshot = super::tree(super::workflow(&step), &files).with_limits(limits);
        let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
        facts.trace.opaque.iter().any(|unit| unit.why.text.contains("`work-steps`"))
    };
    assert!(limit("__init__.py"));
    assert!(!limit("a.py"));
}
