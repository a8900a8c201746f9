//! Large inputs: the work grows with the input and not faster, counted and not timed.

use std::time::{Duration, Instant};

use super::*;
use tollgate::catalog::Catalog;
use tollgate::facts::gather;
use tollgate::terms::Terms;

/// Far above what any of these takes, far below what a quadratic scan would.
const SANE: Duration = Duration::from_secs(60);

#[test]
fn a_hundred_thousand_files_are_looked_at() {
    let start = Instant::now();
    let mut files = python(&[(WORKFLOW, &workflow("bandit -r ."))]);
    for at in 0..100_000 {
        files.push((format!("src/{}/{}/module{at}.py", at % 97, at % 89), String::new()));
    }
    files.push((".gitattributes".to_owned(), "src/1/** linguist-generated\n".to_owned()));
    let judged = judged(files);
    assert_eq!(verdict(&judged.decided.findings, "python-static-analysis", "python"), Some(Verdict::Pass));
    assert!(start.elapsed() < SANE, "{:?}", start.elapsed());
}

fn steps(count: usize) -> Vec<(String, String)> {
    let mut text = String::from(
        "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n",
    );
    for at in 0..count {
        text.push_str(&format!("      - run: make t{}\n", at % 7));
        text.push_str(&format!("      - run: bandit -r src/part{at}\n"));
    }
    let make: String = (0..7).map(|at| format!(".PHONY: t{at}\nt{at}:\n\tpylint src\n")).collect();
    python(&[(WORKFLOW, &text), ("Makefile", &make)])
}

#[test]
fn the_trace_grows_with_the_steps() {
    let start = Instant::now();
    let size = |count: usize, commands: usize| {
        let limits = Limits { trace_commands: commands, ..Limits::default() };
        let snapshot = Snapshot::in_memory(steps(count)).with_limits(limits);
        let facts = gather(&snapshot, Catalog::builtin(), &Terms::default()).expect("facts");
        assert!(
            facts.trace.opaque.is_empty(),
            "{count} steps went past {commands} commands: {:?}",
            facts.trace.opaque.first().map(|unit| &unit.why)
        );
        facts.trace.invocations.len()
    };
    // The bound on commands is the counter: eight times the steps fit into eight times the commands.
    let (few, many) = (size(250, 250 * 8), size(2_000, 2_000 * 8));
    assert_eq!(many, few * 8);
    assert!(start.elapsed() < SANE, "{:?}", start.elapsed());
}

#[test]
fn scripts_that_call_scripts_are_bounded() {
    let start = Instant::now();
    // Each script calls the next one ten times: 10^12 calls, if each were followed.
    let mut files = python(&[(WORKFLOW, &workflow("sh s0.sh"))]);
    for at in 0..12 {
        files.push((format!("s{at}.sh"), format!("sh s{}.sh\n", at + 1).repeat(10)));
    }
    files.push(("s12.sh".to_owned(), "bandit -r src\n".to_owned()));
    let judged = judged(files);
    assert!(verdict(&judged.decided.findings, "python-static-analysis", "python").is_some());
    assert!(start.elapsed() < SANE, "{:?}", start.elapsed());
}

#[test]
fn wide_files_are_read_in_one_pass() {
    let start = Instant::now();
    let many = |line: &str, count: usize| line.repeat(count);
    let jobs: String = (0..3_000)
        .map(|at| format!("  j{at}:\n    needs: j{}\n    runs-on: u\n    steps: [{{run: x}}]\n", (at + 1) % 3_000))
        .collect();
    let judged = judged(python(&[
        (WORKFLOW, &format!("on: pull_request\njobs:\n{jobs}")),
        (".github/workflows/run.yml", &workflow(&format!("|\n{}", many("          echo a | cat && true\n", 1_500)))),
        (".github/workflows/open.yml", &workflow(&format!("|\n          {}", many("$(", 20_000)))),
        ("Makefile", &many("a: b\n\tbandit -r src\n", 50_000)),
        ("requirements.txt", &many("flask==1.0 \\\n --hash=sha256:0\n", 20_000)),
        (".gitattributes", &many("*.x linguist-vendored\n", 20_000)),
        ("package.json", &format!("{{\"dependencies\": {{{} \"z\": \"1\"}}}}", many("\"a\": \"1\",", 50_000))),
        ("Dockerfile", &many("RUN true && \\\n", 30_000)),
        ("tox.ini", &many("[testenv]\ncommands = bandit\n", 10_000)),
    ]));
    assert!(!judged.decided.findings.is_empty());
    assert!(start.elapsed() < SANE, "{:?}", start.elapsed());
}
