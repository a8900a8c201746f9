//! Owns the tests of sentences that have to be true of what was seen, at the line that decides. Refuses what to do about it beyond
//! that line, which `held` and `mended` have.

use super::held::{held, told_of, tree_of, workflow};
use super::*;

#[test]
fn a_filter_that_misses_a_component_is_what_to_widen_whatever_else_starts_the_job() {
    let project = |path| (path, "[project]\nname = \"a\"\ndependencies = [\"click\"]\n");
    for more in ["", "  schedule:\n    - cron: '0 0 * * 1'\n", "  push:\n    branches: [main]\n"] {
        let ci = workflow(&format!("\n  pull_request:\n    paths: ['src/**']\n{more}"), "run: bandit -r .");
        let tree = [
            project("pyproject.toml"),
            CODE,
            project("forum/pyproject.toml"),
            ("forum/a.py", "x\n"),
            (".github/workflows/ci.yml", ci.as_str()),
        ];
        let told = finding(&tree, "python-static-analysis", "python:forum");
        assert_eq!(told.message, "Bandit runs on pull requests, but not when Python in forum changes", "{more}");
        assert_eq!(told.places[0].place.line, 3, "{more}");
        let fix = told.fix.unwrap_or_default();
        assert!(fix.starts_with("widen the filter at .github/workflows/ci.yml:3"), "{more}: {fix}");
    }
    // Where nothing but a push starts it, that is what holds it.
    let ci = workflow("\n  push:\n    branches: [main]\n    paths: ['src/**']\n", "run: bandit -r .");
    let tree = [project("forum/pyproject.toml"), ("forum/a.py", "x\n"), (".github/workflows/ci.yml", ci.as_str())];
    let told = finding(&tree, "python-static-analysis", "python");
    assert!(told.message.starts_with("Bandit runs, but not where it could stop a pull request"), "{}", told.message);
}

#[test]
fn a_job_that_some_changes_skip_runs_on_some_pull_requests_only() {
    let ci = "on: pull_request
jobs:
  changes:
    runs-on: ubuntu-latest
    outputs: { own: \"${{ steps.f.outputs.own }}\" }
    steps:
      - uses: actions/checkout@v4
      - uses: dorny/paths-filter@v3
        id: f
        with: { filters: \"own: ['.github/**']\" }
  spell:
    needs: changes
    if: needs.changes.outputs.own == 'false'
    runs-on: ubuntu-latest
    steps: [{run: echo}]
  lint:
    needs: [changes, spell]
    if: needs.changes.outputs.own == 'false'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: bandit -r .
";
    let (message, place, fix) = held("python", ci, &[]);
    assert_eq!(message, "Bandit runs on some pull requests only");
    assert_eq!(place, ".github/workflows/ci.yml:18");
    assert_eq!(fix, "remove this condition, or let it hold for every pull request, so that Bandit runs");
}

#[test]
fn a_tool_that_fails_for_errors_fails_some_changes() {
    let told = told_of("rust", &tree_of("rust", &workflow("pull_request", "run: cargo clippy"), &[]));
    assert_eq!(told.message, "Clippy runs on pull requests, but only what it reports as an error fails them");
    let members = ("Cargo.toml", "[package]\nname = \"kestrel\"\n[workspace]\nmembers = [\"b\"]\n");
    let strict = ("src/lib.rs", "#![deny(warnings)]\npub fn a() {}\n");
    let (other, lax) = (("b/Cargo.toml", "[package]\nname = \"b\"\n"), ("b/src/lib.rs", "pub fn b() {}\n"));
    let ci = workflow("pull_request", "run: cargo clippy --workspace");
    let told = told_of("rust", &tree_of("rust", &ci, &[members, strict, other, lax]));
    let named: Vec<&str> = told.places.iter().map(|one| one.place.path.as_str()).collect();
    assert!(named.contains(&"b/src/lib.rs"), "{named:?}");
}

#[test]
fn a_language_with_a_few_files_is_there() {
    let go: Vec<(String, &str)> = (0..80).map(|number| (format!("g/f{number}.go"), "package g\n")).collect();
    let mut tree: Vec<(&str, &str)> = go.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let none = finding(&tree, "js-static-analysis", "javascript");
    assert_eq!(none.message, "no JavaScript and TypeScript code was found that is part of the product");
    tree.push(("ui/a.js", "x\n"));
    let one = finding(&tree, "js-static-analysis", "javascript");
    assert_eq!(one.message, "too little JavaScript and TypeScript code was found to judge it: 1 file of the product");
}

#[test]
fn what_a_project_below_configures_is_its_own() {
    let child = "{\"name\": \"c\", \"dependencies\": {\"x\": \"1\"}, \"devDependencies\": {\"eslint\": \"9\"}}";
    let tree = [
        ("package.json", "{\"name\": \"r\", \"dependencies\": {\"x\": \"1\"}}"),
        ("src/a.js", "x()\n"),
        ("client/package.json", child),
        ("client/.eslintrc.js", "module.exports = { extends: 'eslint:recommended' }\n"),
        ("client/src/a.js", "y()\n"),
    ];
    let root = finding(&tree, "js-static-analysis", "javascript:.");
    assert!(root.message.starts_with("no analyzer for JavaScript"), "{}", root.message);
    let below = finding(&tree, "js-static-analysis", "javascript:client");
    assert!(below.message.starts_with("ESLint is configured"), "{}", below.message);
    assert_eq!(below.places[0].place.path.as_str(), "client/.eslintrc.js");
    // Both have it, each in its own place.
    let own = "{\"name\": \"r\", \"dependencies\": {\"x\": \"1\"}, \"devDependencies\": {\"eslint\": \"9\"}}";
    let both: Vec<(&str, &str)> = [("package.json", own)].into_iter().chain(tree[1..].iter().copied()).collect();
    let root = finding(&both, "js-static-analysis", "javascript:.");
    assert_eq!(root.message, "ESLint is configured, but no pipeline that starts without a human runs it");
}

#[test]
fn lists_below_the_code_are_updated_and_audited_as_its_own() {
    let bot = |directory: &str| {
        format!("version: 2\nupdates:\n  - {{package-ecosystem: pip, directory: {directory}, schedule: {{interval: weekly}}}}\n")
    };
    let list = ("requirements/base.txt", "flask==3.0.0\n");
    let code = [("a.py", ""), ("b.py", ""), ("c.py", "")];
    for project in [None, Some(("pyproject.toml", "[project]\nrequires-python = \">=3.12\"\n"))] {
        for directory in ["/", "/requirements"] {
            let bot = bot(directory);
            let tree: Vec<(&str, &str)> =
                code.into_iter().chain([list, (".github/dependabot.yml", bot.as_str())]).chain(project).collect();
            for rule in ["node-dependency-audit", "outdated-report"] {
                assert_eq!(finding(&tree, rule, "python").verdict, Verdict::Pass, "{rule} {directory}");
            }
        }
        let tree: Vec<(&str, &str)> = code.into_iter().chain([list]).chain(project).collect();
        let told = finding(&tree, "node-dependency-audit", "python");
        assert_eq!(told.places[0].place.path.as_str(), "requirements/base.txt");
        let fix = told.fix.unwrap_or_default();
        assert!(fix.contains("pip-audit -r base.txt") && fix.contains("working-directory: requirements"), "{fix}");
    }
}

#[test]
fn nothing_runs_a_tool_as_far_as_was_read() {
    let call = |uses: &str| format!("on: {{schedule: [{{cron: '0 0 * * 1'}}]}}\njobs:\n  a:\n    uses: {uses}\n");
    let lint = "on: workflow_call\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: bandit -r .\n";
    let of = |uses: &str| {
        let ci = call(uses);
        let files = [(".github/workflows/lint.yml", lint), ("bandit.yaml", "skips: []\n")];
        told_of("python", &tree_of("python", &ci, &files)).message
    };
    let open = of("acme/app/.github/workflows/lint.yml@main");
    assert_eq!(open, "Bandit is configured, but no pipeline that could be read runs it");
    assert!(of("./.github/workflows/lint.yml").starts_with("Bandit runs, but not where it could stop"));
}
