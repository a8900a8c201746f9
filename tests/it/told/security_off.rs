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

/// The finding about a linter that is told by flags which configuration to read.
fn flagged(command: &str, files: &[(&str, &str)]) -> Finding {
    let ci = RUFF.replace("ruff check .", command);
    let common: [(&str, &str); 1] = [(".github/workflows/ci.yml", ci.as_str())];
    let (code, rule, subject): (&[(&str, &str)], _, _) = match command.split(' ').next() {
        Some("golangci-lint") => (&[("go.mod", "module a\n\ngo 1.22\n"), ("a.go", "package a\n")], "go-static-analysis", "go"),
        Some("npx") => {
            (&[("package.json", "{\"dependencies\":{\"b\":\"1\"}}"), ("a.js", "a\n")], "js-static-analysis", "javascript")
        }
        _ => (&[PROJECT, CODE], "python-static-analysis", "python"),
    };
    finding(&[&common[..], code, files].concat(), rule, subject)
}

/// A command, the configurations, the place that is told, and a part of the fix.
type Row<'t> = (&'t str, &'t [(&'t str, &'t str)], &'t str, &'t str);

#[test]
fn a_configuration_named_by_a_flag_is_the_one_to_change() {
    const NONE: &str = "version: \"2\"\nlinters:\n  enable: [errcheck]\n";
    const GOSEC: &str = "version: \"2\"\nlinters:\n  enable: [gosec]\n";
    const CI: &str = ".github/workflows/ci.yml";
    let ruff = "select Ruff's security rules, under `[lint]` in cfg/r.toml:\nextend-select = [\"S\"]";
    let gosec = "add `gosec` to `enable` at g.yml:3";
    let whole = "select Ruff's security rules in cfg/r.toml:\n[lint]\nextend-select = [\"S\"]";
    let eslint = "in cfg/e.mjs add the imports and one more object";
    let rules = "export default [{ rules: { 'no-eval': 'error' } }];\n";
    let cases: [Row<'_>; 8] = [
        ("ruff check --config cfg/r.toml .", &[("cfg/r.toml", "line-length = 90\n"), ("ruff.toml", "")], "cfg/r.toml", whole),
        ("ruff check --config cfg/r.toml .", &[("cfg/r.toml", "[lint]\nselect = [\"E\"]\n")], "cfg/r.toml", ruff),
        ("ruff check --isolated .", &[("ruff.toml", "[lint]\nselect = [\"S\"]\n")], CI, "add `--extend-select S` to the command"),
        ("golangci-lint run -c g.yml", &[("g.yml", NONE), (".golangci.yml", GOSEC)], "g.yml", gosec),
        ("golangci-lint run --no-config", &[(".golangci.yml", GOSEC)], CI, "add `--enable gosec` to the command"),
        ("flake8 --config f.ini", &[("f.ini", "[flake8]\n"), (".flake8", "[flake8]\n")], "f.ini", "add a step beside it"),
        ("flake8 --isolated", &[(".flake8", "[flake8]\n")], CI, "add a step beside it"),
        ("npx eslint -c cfg/e.mjs .", &[("cfg/e.mjs", rules), ("eslint.config.mjs", rules)], "cfg/e.mjs", eslint),
    ];
    for (command, files, place, fix) in cases {
        let told = flagged(command, files);
        assert_eq!((told.verdict, told.places[0].place.path.as_str()), (Verdict::Fail, place), "{command}: {}", told.message);
        assert!(told.fix.as_deref().is_some_and(|own| own.contains(fix)), "{command}: {:?}", told.fix);
    }
    for (command, files) in [
        ("ruff check --config cfg/r.toml .", ("cfg/r.toml", "line-length = 90\n[lint]\nextend-select = [\"S\"]\n")),
        ("ruff check --isolated . --extend-select S", ("ruff.toml", "")),
        ("golangci-lint run -c g.yml", ("g.yml", GOSEC)),
        ("golangci-lint run --no-config --enable gosec", (".golangci.yml", NONE)),
    ] {
        assert_eq!(flagged(command, &[files]).verdict, Verdict::Pass, "{command}");
    }
}
