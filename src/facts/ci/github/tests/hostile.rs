//! Owns the tests of hostile workflows: nothing panics, and work grows with the input alone.

use proptest::prelude::*;

use super::super::budget::Budget;
use super::super::draft::{Files, Rejections};
use super::super::expr::parse;
use super::super::home::Home;
use super::super::scope::Repository;
use super::*;
use crate::doc::Format;
use crate::text::RepoPath;

fn fragments() -> impl Strategy<Value = String> {
    let words = [
        "on:",
        "push",
        "pull_request:",
        "jobs:",
        " a:",
        "  b:",
        "needs: [a, b]",
        "if: ${{ ",
        "}}",
        "github.event.x",
        "&& ",
        "|| ",
        "!",
        "contains(",
        ")",
        "'",
        "\"",
        "steps:",
        "  - run: ",
        "- uses: ./",
        "matrix:",
        "include: [",
        "]",
        "{",
        "}",
        "\n",
        "\n  ",
        "\n    ",
        "*a",
        "&a ",
        "<<: ",
        "${{ matrix.x }}",
        "fromJSON('[1]')",
        "strategy:",
        "env:",
        "[*]",
        ".*",
        "[0]",
        "é",
        "\u{E000}",
        ": ",
        "true",
        "continue-on-error:",
        "\t",
        "\r\n",
        "|",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        let _ = read(&[(".github/workflows/a.yml", &text), ("act/action.yml", &text)]);
    }

    #[test]
    fn any_likely_text_is_read(text in fragments()) {
        let _ = read(&[(".github/workflows/a.yml", &text)]);
    }

    #[test]
    fn any_values_are_read(on in fragments(), condition in fragments(), body in fragments(), matrix in fragments()) {
        let quote = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let text = format!(
            "on: [push, pull_request]\njobs:\n  a:\n    name: {0}\n    runs-on: {1}\n    if: {1}\n    strategy: {{matrix: {{x: [{2}], y: {0}, include: [{{x: {1}}}]}}}}\n    continue-on-error: {1}\n    steps:\n    - run: {2}\n      if: {1}\n      shell: {0}\n      working-directory: {2}\n      env: {{A: {1}}}\n    - uses: {0}\n      with: {{a: {1}}}\n",
            quote(&on), quote(&condition), quote(&body)
        );
        let _ = matrix;
        let facts = read(&[(".github/workflows/a.yml", &text)]);
        prop_assert_eq!(facts.pipelines.len(), 1);
    }

    #[test]
    fn any_expression_is_parsed(text in "[a-z.()\\[\\]!&|=<>', *0-9é\"-]{0,60}") {
        let _ = parse(&text);
    }
}

#[test]
fn deep_and_long_expressions() {
    for text in [
        "(".repeat(100_000),
        "!".repeat(100_000),
        "a[".repeat(100_000),
        "f(".repeat(100_000),
        "a.".repeat(100_000),
        format!("{}a", "a == ".repeat(100_000)),
    ] {
        assert!(parse(&text).is_err());
    }
    assert!(parse(&format!("{}a", "a && ".repeat(100_000))).is_ok());
    let mut nested = "'x'".to_owned();
    for _ in 0..40 {
        nested = format!("format('{{0}}{{0}}', {nested})");
    }
    let text = format!("on: push\njobs: {{a: {{runs-on: x, steps: [{{run: x, if: \"{nested} == ''\"}}]}}}}");
    assert!(starts(&pipeline(&text), &pipeline(&text).units[0].starts).contains("unknown"));
}

#[test]
fn byte_order_marks_and_line_ends() {
    let text =
        "\u{FEFF}on: push\r\njobs:\r\n  a:\r\n    runs-on: x\r\n    steps:\r\n    - run: |\r\n        lint\r\n        more\r\n";
    assert_eq!(all_shown(&pipeline(text)), ["sh[e] lint\\nmore"]);
}

fn big(steps: usize) -> String {
    let mut text = "on: [push, pull_request]\nenv: {A: x}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    strategy: {matrix: {v: [1, 2, 3]}}\n    steps:\n".to_owned();
    for number in 0..steps {
        text.push_str(&format!(
            "    - name: step {number}\n      id: s{number}\n      if: github.event_name == 'push' || env.A == 'x'\n      run: echo ${{{{ matrix.v }}}} {number}\n      env: {{B: '{number}'}}\n"
        ));
    }
    text
}

/// What is unfolded, evaluated and put into texts is counted, so that growth is measured without a clock.
#[test]
fn work_grows_with_the_number_of_steps() {
    let work = |steps: usize| {
        let meter = crate::facts::meter::Meter::default();
        let budget = Budget::new(&crate::limits::Limits::default(), &meter);
        let before = budget.left();
        let (home, default_branch) = (Home::Asked(Box::default()), DefaultBranch::Known("main".to_owned()));
        let repository = Repository { home: &home, default_branch: &default_branch, budget };
        let snapshot = Snapshot::in_memory([(".github/workflows/ci.yml".to_owned(), big(steps))]);
        let rejections = Rejections::default();
        let files = Files::new(&snapshot, repository, &rejections);
        let path = RepoPath::new(".github/workflows/ci.yml").expect("path");
        let document = snapshot.document(&path, Format::Yaml).expect("a document");
        let mut facts = CiFacts::default();
        GithubActions.pipeline(&files, path, &document, &mut facts);
        assert_eq!(facts.pipelines[0].units.len(), steps * 3);
        before.into_iter().zip(files.repository.budget.left()).map(|(before, after)| before - after).sum::<usize>()
    };
    let (small, large) = (work(500), work(4000));
    assert!(large <= small * 9, "{small} for 500 steps, {large} for 4000");
}

#[test]
#[ignore = "measures time: needs a quiet machine"]
fn time_grows_with_the_number_of_steps() {
    let time = |steps: usize| {
        let text = big(steps);
        let once = || {
            let begin = std::time::Instant::now();
            assert_eq!(pipeline(&text).units.len(), steps * 3);
            begin.elapsed()
        };
        (0..5).map(|_| once()).min().unwrap_or_default()
    };
    let (small, large) = (time(500), time(4000));
    assert!(large <= small * 10, "{small:?} for 500 steps, {large:?} for 4000");
}

#[test]
fn unfolding_is_bounded() {
    let mut files: Vec<(String, String)> = Vec::new();
    for level in 0..9 {
        let steps: String = (0..20).map(|_| format!("  - uses: ./a{}\n", level + 1)).collect();
        files.push((format!("a{level}/action.yml"), format!("runs:\n  using: composite\n  steps:\n{steps}")));
    }
    files.push(("a9/action.yml".to_owned(), "runs: {using: composite, steps: [{run: x, shell: bash}]}".to_owned()));
    files.push((".github/workflows/ci.yml".to_owned(), "on: push\njobs: {a: {runs-on: x, steps: [{uses: ./a0}]}}".to_owned()));
    let limits = crate::limits::Limits { trace_commands: 1000, ..crate::limits::Limits::default() };
    let snapshot = Snapshot::in_memory(files).with_limits(limits);
    let default_branch = DefaultBranch::Known("main".to_owned());
    let facts = GithubActions.read(&CiWorld {
        snapshot: &snapshot,
        default_branch: &default_branch,
        terms: &Terms::default(),
        meter: &crate::facts::meter::Meter::default(),
    });
    let units = &facts.pipelines[0].units;
    // What a unit carries weighs as well.
    assert!((100..=1001).contains(&units.len()), "{}", units.len());
    assert!(matches!(units.last().map(|unit| &unit.work), Some(Work::Opaque(_))));
}
