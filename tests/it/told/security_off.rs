//! Owns the tests of what is told where a linter's security rules are switched off: the line that decides, and that the change
//! it proposes changes the verdict. Refuses linters that have none.

use super::*;

const RUFF: &str = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: ruff check .\n";
const GO: &str = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: golangci-lint run\n";

/// The finding about one configuration of a linter.
fn told(file: &str, text: &str) -> Finding {
    if file == "ruff.toml" {
        let tree = [PROJECT, CODE, (".github/workflows/ci.yml", RUFF), (file, text)];
        return finding(&tree, "python-static-analysis", "python");
    }
    let tree = [("go.mod", "module a\n\ngo 1.22\n"), ("a.go", "package a\n"), (".github/workflows/ci.yml", GO), (file, text)];
    finding(&tree, "go-static-analysis", "go")
}

#[test]
fn the_line_that_switches_security_rules_off_is_named_and_mending_it_passes() {
    const V2: &str = "version: \"2\"\nlinters:\n  enable: [gosec]\n";
    let go = |rest: &str| format!("{V2}{rest}");
    let cases = [
        (
            "ruff.toml",
            "[lint]\nselect = [\"E\", \"S\"]\nignore = [\"S\"]\n".to_owned(),
            "[lint]\nselect = [\"E\", \"S\"]\nignore = []\n".to_owned(),
            "take `S` out of what is ignored, at ruff.toml:3",
        ),
        (
            "ruff.toml",
            "[lint]\nselect = [\"E\"]\nignore = [\"S1\", \"S\"]\n".to_owned(),
            "[lint]\nselect = [\"E\", \"S\"]\nignore = []\n".to_owned(),
            "take `S` out of what is ignored, and `S` into what is selected, at ruff.toml:3",
        ),
        (
            "ruff.toml",
            "[lint]\nselect = [\"E\", \"S\"]\n[lint.per-file-ignores]\n\"*\" = [\"S\"]\n".to_owned(),
            "[lint]\nselect = [\"E\", \"S\"]\n[lint.per-file-ignores]\n\"*\" = []\n".to_owned(),
            "take the security rules out of what is ignored for `*`, at ruff.toml:4",
        ),
        (
            "ruff.toml",
            "[lint]\nselect = [\"E\"]\n".to_owned(),
            "[lint]\nselect = [\"E\"]\nextend-select = [\"S\"]\n".to_owned(),
            "select Ruff's security rules, under `[lint]` in ruff.toml:\nextend-select = [\"S\"]",
        ),
        (
            ".golangci.yml",
            go("  exclusions:\n    rules:\n      - linters: [gosec]\n        path: .*\n"),
            go("  exclusions:\n    rules:\n      - linters: [errcheck]\n        path: .*\n"),
            "take `gosec` out of the `linters` of this exclusion, at .golangci.yml:6",
        ),
        (
            ".golangci.yml",
            "linters:\n  enable: [gosec]\nissues:\n  exclude-rules:\n    - linters: [gosec]\n      path: .*\n".to_owned(),
            "linters:\n  enable: [gosec]\n".to_owned(),
            "take `gosec` out of the `linters` of this exclusion, at .golangci.yml:5",
        ),
        (
            ".golangci.yml",
            go("  settings:\n    gosec:\n      includes: [G101]\n"),
            go("  settings:\n    gosec: {}\n"),
            "delete gosec's `includes`, or most of it, at .golangci.yml:6",
        ),
        (
            ".golangci.yml",
            go("  disable: [gosec]\n"),
            go("  disable: []\n"),
            "take `gosec` out of what is disabled, at .golangci.yml:4",
        ),
    ];
    for (file, text, mended, fix) in cases {
        let finding = told(file, &text);
        assert_eq!((finding.verdict, finding.fix.as_deref()), (Verdict::Fail, Some(fix)), "{text}");
        assert_eq!(told(file, &mended).verdict, Verdict::Pass, "{mended}");
    }
}

#[test]
fn a_tool_that_runs_on_some_pull_requests_is_said_to() {
    let ci = |on: &str, condition: &str| {
        format!(
            "on: {on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: bandit -r src\n{condition}"
        )
    };
    let some = [
        ci("{ pull_request: { branches: [release/*] } }", ""),
        ci("{ pull_request: { types: [opened] } }", ""),
        ci("pull_request", "        if: github.actor == 'bob'\n"),
        ci("pull_request", "        if: contains(github.event.pull_request.labels.*.name, 'x')\n"),
    ];
    for text in some {
        let tree = [PROJECT, CODE, (".github/workflows/ci.yml", text.as_str())];
        let told = finding(&tree, "python-static-analysis", "python");
        assert_eq!(told.message, "Bandit runs on some pull requests only", "{text}");
    }
}
