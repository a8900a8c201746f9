//! Hostile bytes in files, cycles, links and names.

use std::os::unix::fs::symlink;

use super::*;
use tollgate::policy::Outcome;
use tollgate::report::{SubjectKind, View, reporters};

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let mut out = if big { vec![0xfe, 0xff] } else { vec![0xff, 0xfe] };
    for unit in text.encode_utf16() {
        out.extend(if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
    }
    out
}

fn alias_bomb() -> String {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for at in 1..12 {
        let list = vec![format!("*a{}", at - 1); 9].join(", ");
        text.push_str(&format!("a{at}: &a{at} [{list}]\n"));
    }
    text + &workflow("bandit -r src")
}

fn indented(levels: usize) -> String {
    (0..levels).map(|at| format!("{}a:\n", " ".repeat(at))).collect()
}

#[test]
fn a_workflow_that_cannot_be_read_closes_the_gate() {
    let gate = workflow("bandit -r src");
    let with = |text: &str| text.as_bytes().to_vec();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("alias bomb", with(&alias_bomb())),
        ("flow sequences 100,000 deep", with(&"[".repeat(100_000))),
        ("flow mappings 100,000 deep", with(&"{a: ".repeat(100_000))),
        ("closed flow sequences", with(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)))),
        ("block sequences 100,000 deep", with(&"- ".repeat(100_000))),
        ("keys 100,000 deep", with(&"? ".repeat(100_000))),
        ("block mappings 1,500 deep", with(&indented(1_500))),
        ("a line of 10 MB", with(&format!("{gate}# {}\n", "x".repeat(10_000_000)))),
        ("a value of 10 MB", with(&format!("name: {}\n{gate}", "x".repeat(10_000_000)))),
        ("a NUL byte", with(&gate.replace("bandit", "ban\0dit"))),
        ("bytes that are not UTF-8", gate.replace("src", "\u{1}").bytes().map(|b| if b == 1 { 0xff } else { b }).collect()),
        ("UTF-16, little end first", utf16(&gate, false)),
        ("UTF-16, big end first", utf16(&gate, true)),
        ("UTF-16 without a mark", utf16(&gate, false).split_off(2)),
        ("tabs for blanks", with(&gate.replace("      - run", "\t\t\t- run"))),
        ("an anchor that holds itself", with(&format!("a: &a [*a]\n{gate}"))),
        ("an alias to nothing", with(&format!("a: *nothing\n{gate}"))),
        ("a merge of itself", with(&format!("a: &a\n  <<: *a\n{gate}"))),
        ("an open quote", with(&format!("name: \"x\n{gate}"))),
        ("two documents", with(&format!("{gate}---\n{gate}"))),
    ];
    let mut wrong = Vec::new();
    for (name, bytes) in cases {
        let dir = with_workflow(&bytes);
        let report = report(&dir);
        let readable = verdict(&report.findings, "ci-config-readable", WORKFLOW);
        let python = verdict(&report.findings, "python-static-analysis", "python");
        if readable != Some(Verdict::Fail) || python == Some(Verdict::Pass) || report.exit_status() != 1 {
            wrong.push(format!("{name}: exit {}{}", report.exit_status(), told(&report.findings)));
        }
        let only = CheckRequest { only: vec!["python-static-analysis".to_owned()], ..request(dir.path()) };
        let without = inspect::check(&only).expect("a report");
        if python != Some(Verdict::Fail) && without.outcome != Outcome::Incomplete {
            wrong.push(format!("{name}: with its rule switched off the run is {:?}", without.outcome));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What only our own reading refuses may run on GitHub: no analyzer can be called absent.
#[test]
fn what_github_may_run_is_unknown_and_what_it_refuses_is_absent() {
    let gate = workflow("bandit -r src");
    let cases: Vec<(&str, Vec<u8>, Verdict)> = vec![
        ("over the bound", format!("{gate}# {}\n", "x".repeat(3_000_000)).into_bytes(), Verdict::Unknown),
        ("too deep", format!("{gate}env: {}\n", "[".repeat(1_000)).into_bytes(), Verdict::Unknown),
        ("no UTF-8", utf16(&gate, false), Verdict::Unknown),
        ("a line that ends for some", format!("{gate}# a\u{2028}b\n").into_bytes(), Verdict::Unknown),
        ("no YAML", b"on: [".to_vec(), Verdict::Fail),
        ("an unknown key", format!("{gate}nope: 1\n").into_bytes(), Verdict::Fail),
    ];
    for (name, bytes, expected) in cases {
        let report = report(&with_workflow(&bytes));
        assert_eq!(verdict(&report.findings, "ci-config-readable", WORKFLOW), Some(Verdict::Fail), "{name}");
        let python = verdict(&report.findings, "python-static-analysis", "python");
        assert_eq!(python, Some(expected), "{name}: {}", told(&report.findings));
    }
}

#[test]
fn a_file_over_the_bound_is_named() {
    let dir = with_workflow(format!("{}# {}\n", workflow("bandit -r src"), "x".repeat(3_000_000)).as_bytes());
    let report = report(&dir);
    assert!(report.not_inspected.iter().any(|one| one.path.as_str() == WORKFLOW), "{:?}", report.not_inspected);
    let off = format!("{}\n[rules]\nci-config-readable = \"off\"\n", "");
    write(dir.path(), ".tollgate.toml", off.as_bytes());
    write(dir.path(), ".github/workflows/lint.yml", workflow("bandit -r src").as_bytes());
    write(dir.path(), ".github/dependabot.yml", b"version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n    schedule:\n      interval: weekly\n  - package-ecosystem: github-actions\n    directory: /\n    schedule:\n      interval: weekly\n");
    let report = super::report(&dir);
    assert_eq!(report.exit_status(), 3, "{}", told(&report.findings));
}

#[test]
fn what_only_looks_strange_is_read() {
    let gate = workflow("bandit -r src");
    let cases: Vec<(&str, String)> = vec![
        ("a byte order mark", format!("\u{feff}{gate}")),
        ("CRLF", gate.replace('\n', "\r\n")),
        ("no line break at the end", gate.trim_end().to_owned()),
        ("a document start", format!("---\n{gate}")),
        ("`on` in quotes", gate.replacen("on:", "\"on\":", 1)),
        ("`on` as a list", gate.replace("on: pull_request", "on: [push, pull_request]")),
        ("an anchor used twice", format!("env: {{A: &x a, B: *x, C: *x}}\n{gate}")),
        ("wide letters", format!("name: 鳥 🐦\n{gate}")),
    ];
    let mut wrong = Vec::new();
    for (name, text) in cases {
        let report = report(&with_workflow(text.as_bytes()));
        if verdict(&report.findings, "python-static-analysis", "python") != Some(Verdict::Pass) {
            wrong.push(format!("{name}:{}", told(&report.findings)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A link inside of the tree is not followed here, but by the tool.
#[test]
fn a_link_among_the_targets_is_not_nothing() {
    let dir = with_workflow(workflow("bandit -r linked").as_bytes());
    symlink("src", dir.path().join("linked")).expect("linked");
    let one = report(&dir);
    assert_eq!(verdict(&one.findings, "python-static-analysis", "python"), Some(Verdict::Unknown), "{}", told(&one.findings));
}

/// A script that is a link to a file of the tree is that file; where a link leads out of it, nothing is read and nothing is missing.
#[test]
fn a_linked_script_is_the_file_that_it_names() {
    for (link, target, expected) in [
        ("ci/run", "../scripts/lint.sh", Verdict::Pass),
        ("ci", "scripts", Verdict::Pass),
        ("ci/run", "../../elsewhere.sh", Verdict::Unknown),
        ("ci/run", "/etc/passwd", Verdict::Unknown),
        ("ci/run", "other", Verdict::Unknown),
    ] {
        let run = if link == "ci" { "./ci/lint.sh" } else { "./ci/run" };
        let dir = with_workflow(workflow(run).as_bytes());
        write(dir.path(), "scripts/lint.sh", b"#!/bin/sh -e\nbandit -r src\n");
        if link != "ci" {
            write(dir.path(), "ci/kept", b"");
            symlink("run", dir.path().join("ci/other")).expect("linked");
        }
        symlink(target, dir.path().join(link)).expect("linked");
        let one = report(&dir);
        let found = verdict(&one.findings, "python-static-analysis", "python");
        assert_eq!(found, Some(expected), "{target}: {}", told(&one.findings));
        assert!(one.not_inspected.is_empty(), "{target}: {:?}", one.not_inspected);
    }
}

/// What an unknown program is given is looked at for a script, and nothing that had to be read.
#[test]
fn data_that_cannot_be_read_leaves_the_run_whole() {
    let steps = "bandit -r src\n      - run: prettier 'linked/**/*.ts' --write\n      - run: viewer ./logo.png\n      - run: sometool ./linked/x\n      - run: sometool ./dist/index.js";
    let dir = with_workflow(workflow(steps).as_bytes());
    symlink("../elsewhere", dir.path().join("linked")).expect("linked");
    write(dir.path(), "logo.png", b"\x89PNG\0");
    write(dir.path(), "dist/index.js", &b"const a = 1;\n".repeat(200_000));
    let one = report(&dir);
    assert!(one.not_inspected.is_empty(), "{:?}", one.not_inspected);
    assert_eq!(verdict(&one.findings, "python-static-analysis", "python"), Some(Verdict::Pass), "{}", told(&one.findings));
}

/// Programs that read bytes do not mind Latin-1, and pip obeys a mark of UTF-16: what stands in ASCII is certain.
#[test]
fn comments_in_another_encoding_hide_nothing() {
    let latin = |text: &str| -> Vec<u8> { text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect() };
    let dir = with_workflow(workflow("make lint").as_bytes());
    write(dir.path(), "Makefile", &latin("# vérifie\nlint: # très\n\t./scripts/lint.sh\n"));
    write(dir.path(), "scripts/lint.sh", &latin("#!/bin/sh -e\n# à voir\nbandit -r src/é src\n"));
    write(dir.path(), "setup.cfg", &latin("# é\n[metadata]\nname = kestrel\n[options]\ninstall_requires =\n  flask\n"));
    write(dir.path(), "setup.py", &latin("# -*- coding: latin-1 -*-\n# é\nfrom setuptools import setup\nsetup()\n"));
    write(dir.path(), "requirements.txt", &utf16("# vérifié\ndjango==5.0\n", false));
    write(dir.path(), "requirements-dev.txt", &utf16("pytest\n", true));
    write(dir.path(), "constraints.txt", &latin("# é\n"));
    let one = report(&dir);
    assert_eq!(verdict(&one.findings, "python-static-analysis", "python"), Some(Verdict::Pass), "{}", told(&one.findings));
    assert!(one.not_inspected.is_empty() && one.exit_status() != 3, "{:?}", one.not_inspected);
    let lines: Vec<usize> = one.findings.iter().flat_map(|one| &one.finding.chain).map(|hop| hop.place.line).collect();
    assert!(lines.contains(&3), "{lines:?}");
    let http = told(&one.findings);
    assert!(http.contains("django") || http.contains("Django"), "{http}");
    // A reader that asks for UTF-8 refuses the file, and so nothing of it is certain.
    write(dir.path(), "pyproject.toml", &latin("# é\n[project]\nname = 'x'\n"));
    let two = report(&dir);
    assert!(two.not_inspected.iter().any(|one| one.path.as_str() == "pyproject.toml"), "{:?}", two.not_inspected);
}

/// Where this reader and the platform's may differ, the answer is not a pass.
#[test]
fn disputed_texts_are_no_proof() {
    let gate = workflow("bandit -r src");
    let step = |more: &str| format!("{gate}        {more}\n");
    let cases: Vec<(&str, String)> = vec![
        ("a soft fail of YAML 1.1", step("continue-on-error: yes")),
        ("a soft fail of YAML 1.1 in capitals", step("continue-on-error: ON")),
        ("the same key twice, the good one last", step("continue-on-error: true\n        continue-on-error: false")),
        ("the same key twice, the good one first", step("continue-on-error: false\n        continue-on-error: true")),
        ("two `run`s", step("run: bandit -r src || true")),
        ("two `jobs`", format!("{gate}jobs: {{}}\n")),
        ("two `on`s", format!("{gate}on: workflow_dispatch\n")),
        ("`on: yes`", gate.replace("on: pull_request", "on: yes")),
        ("`on: ~`", gate.replace("on: pull_request", "on: ~")),
        ("`on: {}`", gate.replace("on: pull_request", "on: {}")),
        ("a merge key", format!("x: &x {{continue-on-error: true}}\n{}", step("<<: *x"))),
        ("an octal number of YAML 1.1 as condition", step("if: 00")),
        ("a tagged value", step("continue-on-error: !!bool \"true\"")),
    ];
    let mut wrong = Vec::new();
    for (name, text) in cases {
        let judged = judged(python(&[(WORKFLOW, &text)]));
        let findings = &judged.decided.findings;
        if verdict(findings, "python-static-analysis", "python") == Some(Verdict::Pass) {
            wrong.push(format!("{name}:{}", told(findings)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn cycles_end() {
    let package = |scripts: &str| format!("{{\"name\": \"k\", \"dependencies\": {{\"a\": \"1\"}}, \"scripts\": {{{scripts}}}}}");
    let npm = package("\"lint\": \"npm run check\", \"check\": \"npm run lint; true\"");
    let pre = package("\"prelint\": \"npm run lint\", \"lint\": \"npm run lint\", \"postlint\": \"npm run prelint\"");
    let reusable = "on: [workflow_call, pull_request]\njobs:\n  a:\n    uses: ./.github/workflows/OTHER.yml\n";
    let action = |other: &str| format!("runs:\n  using: composite\n  steps:\n    - uses: ./actions/{other}\n");
    let uses = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ./actions/a\n";
    let make = ".PHONY: lint check\nlint: check\n\tmake check\ncheck: lint\n\tmake lint\n";
    let include = "include Makefile\ninclude other.mk\nlint:\n\tmake -f other.mk lint\n";
    let cases: Vec<(&str, Vec<(String, String)>)> = vec![
        ("npm scripts", python(&[(WORKFLOW, &workflow("npm run lint")), ("package.json", &npm)])),
        ("npm hooks", python(&[(WORKFLOW, &workflow("npm run lint")), ("package.json", &pre)])),
        ("make targets", python(&[(WORKFLOW, &workflow("make lint")), ("Makefile", make)])),
        ("make includes", python(&[(WORKFLOW, &workflow("make lint")), ("Makefile", include), ("other.mk", include)])),
        ("scripts", python(&[(WORKFLOW, &workflow("sh a.sh")), ("a.sh", "sh b.sh\n"), ("b.sh", ". ./a.sh\nsh a.sh\n")])),
        (
            "reusable workflows",
            python(&[
                (".github/workflows/a.yml", &reusable.replace("OTHER", "b")),
                (".github/workflows/b.yml", &reusable.replace("OTHER", "a")),
            ]),
        ),
        (
            "composite actions",
            python(&[(WORKFLOW, uses), ("actions/a/action.yml", &action("b")), ("actions/b/action.yml", &action("a"))]),
        ),
        (
            "just recipes",
            python(&[(WORKFLOW, &workflow("just lint")), ("justfile", "lint: check\n  just check\ncheck: lint\n  just lint\n")]),
        ),
        (
            "tox environments",
            python(&[
                (WORKFLOW, &workflow("tox -e a")),
                ("tox.ini", "[testenv:a]\ncommands = tox -e b\n[testenv:b]\ncommands = tox -e a\n"),
            ]),
        ),
        (
            "needs",
            python(&[(
                WORKFLOW,
                "on: pull_request\njobs:\n  a:\n    needs: b\n    runs-on: u\n    steps: [{run: bandit -r src}]\n  b:\n    needs: a\n    runs-on: u\n    steps: [{run: x}]\n",
            )]),
        ),
    ];
    for (name, files) in cases {
        let judged = judged(files);
        let verdict = verdict(&judged.decided.findings, "python-static-analysis", "python");
        assert_ne!(verdict, Some(Verdict::Pass), "{name}:{}", told(&judged.decided.findings));
    }
}

/// Every rendering of a report, in one text.
fn all_formats(report: &Report) -> String {
    let mut out = Vec::new();
    let mut report = report.clone();
    // Every format speaks of a commit; what it says is the folder's.
    (report.subject.kind, report.subject.revision) = (SubjectKind::Git, Some("0".repeat(40)));
    for reporter in reporters() {
        reporter.write(&report, &View { all: true, verbose: true, ..View::default() }, &mut out).expect("a vector");
    }
    String::from_utf8(out).expect("text")
}

#[test]
fn links_are_not_followed() {
    let secret = folder(&[("ci.yml", b"TOP-SECRET: [\n"), ("tree/deep.py", b"TOP-SECRET\n")]);
    let dir = folder(&[("pyproject.toml", b"[project]\nname = \"kestrel\"\n"), ("src/app.py", b"import os\n")]);
    fs::create_dir_all(dir.path().join(".github/workflows")).expect("made");
    symlink(secret.path().join("ci.yml"), dir.path().join(WORKFLOW)).expect("linked");
    symlink("/etc/passwd", dir.path().join(".github/dependabot.yml")).expect("linked");
    symlink("/etc/passwd", dir.path().join("Makefile")).expect("linked");
    symlink(secret.path().join("tree"), dir.path().join("linked")).expect("linked");
    symlink("../../..", dir.path().join("up")).expect("linked");
    symlink("loop", dir.path().join("loop")).expect("linked");
    symlink("b", dir.path().join("a")).expect("linked");
    symlink("a", dir.path().join("b")).expect("linked");
    symlink(".", dir.path().join("here")).expect("linked");
    write(
        dir.path(),
        ".github/workflows/lint.yml",
        workflow("make lint && sh linked/x.sh && sh up/x.sh && bandit -r loop").as_bytes(),
    );
    let report = report(&dir);
    let out = all_formats(&report);
    assert!(!out.contains("TOP-SECRET") && !out.contains("root:"), "{out}");
    assert_ne!(report.outcome, Outcome::Pass);
    assert_eq!(verdict(&report.findings, "ci-config-readable", WORKFLOW), Some(Verdict::Fail), "{}", told(&report.findings));
    assert!(report.sources.keys().all(|path| !path.as_str().starts_with("here/") && !path.as_str().starts_with("linked/")));
}

#[test]
fn a_linked_policy_is_refused() {
    let outside = folder(&[("policy.toml", b"[rules]\npython-static-analysis = \"off\"\n")]);
    let dir = with_workflow(workflow("true").as_bytes());
    symlink(outside.path().join("policy.toml"), dir.path().join(".tollgate.toml")).expect("linked");
    let error = inspect::check(&request(dir.path())).expect_err("refused");
    assert!(error.message.contains("a policy is a regular file"), "{}", error.message);
}

#[test]
fn a_folder_in_place_of_the_policy_is_refused() {
    let dir = with_workflow(workflow("true").as_bytes());
    write(dir.path(), ".tollgate.toml/x", b"");
    let error = inspect::check(&request(dir.path())).expect_err("refused");
    assert!(error.message.contains("a policy is a regular file"), "{}", error.message);
}
