//! Owns the tests of what undoes a line that holds a tool, a bot or a document short. Refuses headlines that have no fix.

use super::*;

/// The files of a tree with one workflow.
pub(super) fn tree_of<'t>(language: &str, ci: &'t str, more: &[(&'t str, &'t str)]) -> Vec<(&'t str, &'t str)> {
    let home: &[(&str, &str)] = match language {
        "rust" => &[("Cargo.toml", "[package]\nname = \"kestrel\"\n"), ("src/lib.rs", "pub(super) fn a() {}\n")],
        "javascript" => {
            &[("package.json", "{\"name\": \"kestrel\"}"), ("src/a.js", "x\n"), ("src/b.js", "x\n"), ("src/c.js", "x\n")]
        }
        "go" => &[("go.mod", "module a\n\ngo 1.22\n"), ("a.go", "package a\n")],
        _ => &[PROJECT, CODE],
    };
    let own = |path: &str| more.iter().any(|(other, _)| *other == path);
    let mut tree: Vec<(&str, &str)> = home.iter().filter(|(path, _)| !own(path)).copied().collect();
    tree.extend(more);
    tree.push((".github/workflows/ci.yml", ci));
    tree
}

/// What is told about a language.
pub(super) fn told_of(language: &str, tree: &[(&str, &str)]) -> Finding {
    let rule = if language == "javascript" { "js" } else { language };
    finding(tree, &format!("{rule}-static-analysis"), language)
}

/// Does what the fix says, and tells why that did not help. `None` also where a fix is not mechanical.
pub(super) fn still_held(language: &str, tree: &[(&str, &str)]) -> Option<String> {
    let before = told_of(language, tree);
    let after = applied::applied(tree, &before)?;
    let after: Vec<(&str, &str)> = after.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let told = told_of(language, &after);
    let better = told.verdict == Verdict::Pass || told.rung > before.rung;
    let fix = before.fix.unwrap_or_default();
    (!better).then(|| format!("{}\n{fix}\n  led to: {}\n  {:?}\n{after:?}", before.message, told.message, told.fix))
}

/// What is told of a tree with one workflow: headline, place and fix.
pub(super) fn held(language: &str, ci: &str, more: &[(&str, &str)]) -> (String, String, String) {
    let told = told_of(language, &tree_of(language, ci, more));
    let at = told.places.first().map(|one| format!("{}:{}", one.place.path, one.place.line)).unwrap_or_default();
    (told.message, at, told.fix.unwrap_or_default())
}

/// A workflow on an event with one job of steps behind a checkout, the first of them on line 7.
pub(super) fn workflow(on: &str, steps: &str) -> String {
    let head = "jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n";
    format!("on: {on}\n{head}      - {steps}\n")
}

#[test]
fn every_hold_names_the_change_that_undoes_it() {
    let make = |text| ("Makefile", text);
    let flat = |text| ("eslint.config.mjs", text);
    let warn = flat("export default [{ rules: { 'no-eval': 'warn' } }];\n");
    let script = |text| ("ci.sh", text);
    let hook = "repos:\n  - repo: https://github.com/PyCQA/bandit\n    rev: 1.8.0\n    hooks:\n      - id: bandit\n        args: [-r, src]\n        stages: [manual]\n";
    let compose = (
        "compose.yaml",
        "services:\n  lint:\n    image: python\n    volumes: [\".:/w\"]\n    working_dir: /w\n    command: bandit -r src\n",
    );
    let golangci = "version: \"2\"\nlinters:\n  default: none\n";
    let passing = "version: \"2\"\nlinters:\n  enable: [gosec]\nissues: {}\nrun:\n  issues-exit-code: 0\n";
    let mut wrong = Vec::new();
    for (language, steps, more, fix) in [
        ("rust", "run: cargo clippy", &[][..], "add `-- -D warnings` to the command at .github/workflows/ci.yml:7"),
        ("rust", "run: cargo clippy -- -W clippy::all", &[], "add `-D warnings` behind `--` at .github/workflows/ci.yml:7"),
        ("rust", "run: make lint", &[make("lint:\n\tcargo clippy\n")], "add `-- -D warnings` to the command at Makefile:2"),
        (
            "rust",
            "uses: actions-rs/clippy-check@v1",
            &[],
            "set `args: -- -D warnings` under `with:` at .github/workflows/ci.yml:7",
        ),
        ("javascript", "run: npx eslint .", &[warn], "add `--max-warnings 0` to the command at .github/workflows/ci.yml:7"),
        (
            "javascript",
            "run: npm run lint",
            &[warn, ("package.json", "{\n\"scripts\": {\n\"lint\": \"eslint .\"}}\n")],
            "add `--max-warnings 0` to the command at package.json:3",
        ),
        (
            "python",
            "{run: bandit -r src, continue-on-error: true}",
            &[],
            "delete `continue-on-error: true` at .github/workflows/ci.yml:7",
        ),
        ("python", "run: bash ci.sh", &[script("bandit -r src\necho\n")], "write `set -e` as line 1 of ci.sh"),
        (
            "python",
            "run: bash ci.sh",
            &[script("set +e\nbandit -r src\necho\n")],
            "write `set -e` instead of `set +e` at ci.sh:1",
        ),
        ("python", "run: bandit -r src || true", &[], "remove `|| true`"),
        ("python", "run: python -m bandit -r src", &[("bandit.py", "x = 1\n")], "rename or delete bandit.py"),
        (
            "python",
            "{run: bandit -r src, env: {PATH: 'bin:/usr/bin'}}",
            &[("bin/bandit", "#!/bin/sh\n")],
            "take `bin` off the search path at .github/workflows/ci.yml:7",
        ),
        (
            "python",
            "{if: \"contains(github.event.pull_request.labels.*.name, 'x')\", run: bandit -r src}",
            &[],
            "remove this condition",
        ),
        (
            "python",
            "{if: github.event.pull_request.head.repo.full_name == github.repository, run: bandit -r src}",
            &[],
            "remove this condition",
        ),
        (
            "go",
            "run: golangci-lint run",
            &[(".golangci.yml", golangci)],
            "enable gosec, under `linters` in .golangci.yml:\n  enable:\n    - gosec",
        ),
        ("go", "run: golangci-lint run", &[(".golangci.yml", passing)], "delete `issues-exit-code: 0` at .golangci.yml:6"),
        (
            "javascript",
            "run: npx eslint .",
            &[flat("export default [];\n")],
            "in eslint.config.mjs add the imports and one more object",
        ),
        (
            "python",
            "run: tox -e lint",
            &[("tox.ini", "[testenv:lint]\nignore_outcome = true\ncommands = bandit -r src\n")],
            "delete `ignore_outcome` at tox.ini:2",
        ),
        (
            "python",
            "run: tox -e lint",
            &[("tox.ini", "[testenv:lint]\ncommands = - bandit -r src\n")],
            "delete the `-` before the command at tox.ini:2",
        ),
        ("python", "run: make lint", &[make("lint:\n\t-bandit -r src\n")], "delete the `-` before the command at Makefile:2"),
        ("python", "run: make lint", &[make(".IGNORE:\nlint:\n\tbandit -r src\n")], "delete `.IGNORE` at Makefile:1"),
        ("python", "run: make -i lint", &[make("lint:\n\tbandit -r src\n")], "delete `-i` at .github/workflows/ci.yml:7"),
        (
            "python",
            "run: docker compose up lint",
            &[compose],
            "add `--exit-code-from lint` to the command at .github/workflows/ci.yml:7",
        ),
        (
            "python",
            "run: pre-commit run -a",
            &[(".pre-commit-config.yaml", hook)],
            "add `--hook-stage manual` to the command, or delete `stages` at .pre-commit-config.yaml:7",
        ),
    ] {
        let (message, _, told) = held(language, &workflow("pull_request", steps), more);
        if !told.contains(fix) || told.contains("what lets it pass") {
            wrong.push(format!("{steps}: {message}\n{told}\n  wanted {fix}"));
        }
        wrong.extend(still_held(language, &tree_of(language, &workflow("pull_request", steps), more)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let base = held("python", &workflow("pull_request_target", "run: bandit -r src"), &[]).2;
    assert!(base.contains("run it on `pull_request` instead at .github/workflows/ci.yml:1"), "{base}");
    let codeql = "uses: github/codeql-action/init@v3\n      - uses: github/codeql-action/analyze@v3\n        with:\n          upload: never";
    let codeql = held("python", &workflow("pull_request", codeql), &[]).2;
    assert!(codeql.contains("delete `upload: never` at .github/workflows/ci.yml:10"), "{codeql}");
    let review = workflow("pull_request", "uses: actions/dependency-review-action@v4\n        with:\n          warn-only: true");
    let list = ("requirements.txt", "requests==2\n");
    let review = audit_fix(&[list, CODE, (".github/workflows/ci.yml", &review)]);
    assert!(review.contains("set `warn-only: false` at .github/workflows/ci.yml:9"), "{review}");
}

#[test]
fn what_nothing_starts_is_not_said_to_be_invoked() {
    let manifest = (
        "package.json",
        r#"{ "name": "kestrel", "devDependencies": { "eslint": "^9.0.0" }, "scripts": { "lint": "eslint ." } }"#,
    );
    let old = (".eslintrc.json", r#"{ "root": true, "extends": "eslint:recommended" }"#);
    let (message, ..) = held("javascript", &workflow("pull_request", "run: echo hello"), &[manifest, old]);
    assert_eq!(message, "ESLint is configured, but would check nothing of JavaScript and TypeScript");
}

#[test]
fn a_build_of_gradle_is_locked_before_it_is_audited() {
    let build = ("build.gradle", "dependencies { implementation 'org.example:kestrel:1.0' }\n");
    let code = ("src/main/java/A.java", "class A {}\n");
    let ci = workflow("pull_request", "run: echo hello");
    let fix = |more: &[(&str, &str)]| {
        let files = [&[build, code, (".github/workflows/ci.yml", ci.as_str())], more].concat();
        finding(&files, "node-dependency-audit", "java").fix.unwrap_or_default()
    };
    assert!(fix(&[]).contains("--write-locks && go run github.com/google/osv-scanner"), "{}", fix(&[]));
    assert!(!fix(&[("gradle.lockfile", "empty=\n")]).contains("--write-locks"));
}

#[test]
fn of_several_holds_the_one_that_decides_the_rung_is_told() {
    let (message, at, fix) = held("rust", &workflow("pull_request", "run: cargo clippy -- -A clippy::all"), &[]);
    assert_eq!(message, "Clippy is invoked, but checks nothing of Rust");
    assert_eq!(at, ".github/workflows/ci.yml:7");
    assert!(fix.starts_with("remove `-A clippy::all` at .github/workflows/ci.yml:7"), "{fix}");
    // Mending one of the two leaves it where it is.
    assert!(fix.contains("\nand add `-D warnings` behind `--` at .github/workflows/ci.yml:7"), "{fix}");
    let two = held("python", &workflow("pull_request", "{run: bandit -r src || true, continue-on-error: true}"), &[]).2;
    assert!(
        two.contains("remove `|| true`") && two.contains("\nand ") && two.contains("delete `continue-on-error: true`"),
        "{two}"
    );
}

#[test]
fn a_bot_that_does_nothing_is_told_what_to_write_or_delete() {
    let npm = ("package.json", "{\"dependencies\":{\"a\":\"1\"}}");
    let block = "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule:\n      interval: weekly";
    for text in ["", "version: 2\n", "version: 2\nupdates:\n", "version: 2\nupdates: []\n"] {
        let tree = [npm, (".github/dependabot.yml", text)];
        let snapshot = Snapshot::in_memory(tree.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
        let (catalog, terms) = (Catalog::builtin(), Terms::default());
        let facts = gather(&snapshot, catalog, &terms).expect("facts");
        let bench = checks::Bench { facts: &facts, terms: &terms, catalog, signing: &Default::default(), literal: false };
        let all = checks::run(catalog.rule("dependency-update-bot"), &bench);
        let fixes: Vec<String> = all.into_iter().filter_map(|finding| finding.fix).collect();
        let [fix] = fixes.as_slice() else { panic!("{text:?}: {fixes:?}") };
        assert_eq!(*fix, format!("let .github/dependabot.yml say:\n{block}"), "{text:?}");
    }
    let off = |text| finding(&[npm, ("renovate.json", text)], "dependency-update-bot", "repository").fix.unwrap_or_default();
    assert_eq!(off("{\n\"enabled\": false}\n"), "delete `enabled: false` at renovate.json:2, so that Renovate acts");
    let preset = off("{\n\"extends\": [\n\":disableRenovate\"]}\n");
    assert_eq!(preset, "delete this preset at renovate.json:3, so that Renovate acts");
    let remote = finding(&[npm, ("renovate.json", "{\"extends\": [\"github>a/b\"]}\n")], "dependency-update-bot", "npm");
    assert_eq!(remote.verdict, Verdict::Unknown);
    assert!(remote.fix.unwrap_or_default().contains("[bots]\nexternal = [\"renovate\"]"));
}

#[test]
fn an_api_document_is_told_what_is_wrong_with_it() {
    let api = |text: &str| {
        let served = ("pyproject.toml", "[project]\nname = \"kestrel\"\ndependencies = [\"flask\"]\n");
        let app = ("src/a.py", "from flask import Flask\napp = Flask(__name__)\n");
        let told = finding(&[served, app, ("openapi.yaml", text)], "openapi-export", "repository");
        (told.message, told.fix.unwrap_or_default())
    };
    let head = "openapi: 3.0.0\ninfo: {title: a, version: '1'}\n";
    for (text, fix) in [
        (format!("{head}paths: {{}}\n"), "openapi.yaml:3"),
        (format!("{head}paths:\n  /a:\n    get: {{responses: {{200: {{$ref: '#/no'}}}}}}\n"), "openapi.yaml:5"),
        ("openapi: 3.0.0\npaths: {/a: {get: {responses: {}}}}\n".to_owned(), "title"),
        ("openapi: 3.0.0\npaths: [\n".to_owned(), "openapi.yaml:"),
        ("openapi: 4.0.0\npaths: {}\n".to_owned(), "openapi.yaml:1"),
    ] {
        let told = api(&text);
        assert!(told.1.contains(fix), "{text}: {told:?}");
    }
}

/// What keeps it from running is elsewhere than the line: the change says so.
#[test]
fn what_is_not_wrong_in_itself_is_changed_where_it_is_said() {
    let fix = |ci: &str, more: &[(&str, &str)]| told_of("python", &tree_of("python", ci, more)).fix.unwrap_or_default();
    let target = fix(&workflow("pull_request", "run: make lint"), &[("Makefile", "lint:\n\tbandit -r .\n"), ("lint/x.txt", "")]);
    assert!(target.contains("declare `.PHONY: lint` above the rule at Makefile:1"), "{target}");
    let needs = "on: pull_request\njobs:\n  a:\n    if: false\n    runs-on: ubuntu-latest\n    steps: [{run: ls}]\n  b:\n    needs: a\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: bandit -r .\n";
    assert!(fix(needs, &[]).starts_with("let the job `a` run, or take it out of `needs` at .github/workflows/ci.yml:8"));
    let called = "on: pull_request\njobs:\n  a:\n    uses: ./.github/workflows/l.yml\n    with: {soft: true}\n";
    let callee = "on:\n  workflow_call:\n    inputs: {soft: {type: boolean}}\njobs:\n  l:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: bandit -r .\n        continue-on-error: ${{ inputs.soft }}\n";
    let called = fix(called, &[(".github/workflows/l.yml", callee)]);
    assert!(called.starts_with("let `${{ inputs.soft }}` be false, or delete `continue-on-error` at"), "{called}");
    let excluded = fix(&workflow("pull_request", "run: bandit -r . -x ./src"), &[]);
    assert!(!excluded.contains("\nand "), "{excluded}");
}
