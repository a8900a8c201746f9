//! Owns the tests of fixes that have to fit what is there already: the form of a file, what a step is given, what a wider entry or
//! step covers. Refuses lines that hold a tool, which `held` has.

use super::held::{told_of, tree_of, workflow};
use super::*;

#[test]
fn rules_are_added_in_the_form_of_the_configuration() {
    let common = "const globals = require('globals');\nmodule.exports = [{ rules: { semi: 'error' } }];\n";
    let (import, require) =
        ("import plugin from \"eslint-plugin-security\";", "const plugin = require(\"eslint-plugin-security\");");
    let (array, call) =
        ("one more object to the exported array", "one more object as the last argument of the call that it exports");
    for (file, text, load, place) in [
        ("eslint.config.js", common, require, array),
        ("eslint.config.cjs", common, require, array),
        ("eslint.config.mjs", "export default [{ rules: { semi: 'error' } }];\n", import, array),
        ("eslint.config.mjs", "import u from 'u';\nexport default u({ rules: { semi: 'error' } });\n", import, call),
        (
            "eslint.config.mjs",
            "import u from 'u';\nconst c = u.config({ rules: { semi: 'error' } });\nexport default c;\n",
            import,
            call,
        ),
        ("eslint.config.js", "const u = require('u');\nmodule.exports = u({ rules: { semi: 'error' } });\n", require, call),
    ] {
        let ci = workflow("pull_request", "run: npm ci && npx eslint .");
        let fix = told_of("javascript", &tree_of("javascript", &ci, &[(file, text)])).fix.unwrap_or_default();
        assert!(
            fix.contains(&format!("\n{load}\n")) && fix.contains(&format!("in {file} add the imports and {place}:")),
            "{text}: {fix}"
        );
    }
}

#[test]
fn beside_a_tool_that_the_forge_decides_about_a_linter_that_gates_needs_its_rules_only() {
    let codeql = (
        ".github/workflows/codeql.yml",
        "on: pull_request\njobs:\n  c:\n    runs-on: ubuntu-latest\n    permissions: {security-events: write}\n    steps:\n      - uses: actions/checkout@v4\n      - uses: github/codeql-action/init@v4\n      - uses: github/codeql-action/analyze@v4\n",
    );
    let config = ("eslint.config.mjs", "export default [{ rules: { semi: 'error' } }];\n");
    let fix = |command: &str, language: &str, more: &[(&str, &str)]| {
        let ci = workflow("pull_request", command);
        told_of(language, &tree_of(language, &ci, more)).fix.unwrap_or_default()
    };
    let eslint = fix("run: npm ci && npx eslint .", "javascript", &[config, codeql]);
    assert!(eslint.starts_with("npm install --save-dev eslint-plugin-security") && !eslint.contains("- run"), "{eslint}");
    assert!(eslint.contains("[[ci.external]]\nprovides = [\"codeql\"]"), "{eslint}");
    let ruff = fix("run: ruff check", "python", &[("ruff.toml", "[lint]\nselect = [\"E\"]\n"), codeql]);
    assert!(ruff.starts_with("select Ruff's security rules, under `[lint]` in ruff.toml"), "{ruff}");
    let flake8 = fix("run: flake8", "python", &[codeql]);
    assert!(flake8.starts_with("add a step that fails by itself:\n- run: pipx run bandit"), "{flake8}");
}

#[test]
fn what_an_action_is_given_stays() {
    for (args, wanted) in [
        ("--all-features --tests", "set `args: --all-features --tests -- -D warnings` under `with:`"),
        ("--tests -- -W clippy::all", "set `args: --tests -- -W clippy::all -D warnings` under `with:`"),
    ] {
        let ci = workflow("pull_request", &format!("{{uses: actions-rs/clippy-check@v1.0.7, with: {{args: \"{args}\"}}}}"));
        let fix = told_of("rust", &tree_of("rust", &ci, &[])).fix.unwrap_or_default();
        assert!(fix.starts_with(wanted), "{fix}");
    }
    let ci = workflow("pull_request", "uses: actions-rs/clippy-check@v1.0.7");
    let fix = told_of("rust", &tree_of("rust", &ci, &[])).fix.unwrap_or_default();
    assert!(fix.starts_with("set `args: -- -D warnings` under `with:`"), "{fix}");
}

#[test]
fn directories_that_a_wider_entry_reads_are_not_listed() {
    let fix = |more: &[(&str, &str)]| {
        let tree: Vec<(&str, &str)> = [CODE].iter().chain(more).copied().collect();
        finding(&tree, "dependency-update-bot", "repository").fix.unwrap_or_default()
    };
    let list = ("requirements/test.txt", "pytest==8\n");
    let wide = fix(&[("pyproject.toml", "[project]\nname = \"a\"\ndependencies = [\"click==8.0\"]\n"), list]);
    assert!(wide.contains("directory: /\n") && !wide.contains("/requirements"), "{wide}");
    assert!(fix(&[list]).contains("directory: /requirements\n"));
}

#[test]
fn the_words_of_a_step_are_about_the_tool_that_it_runs() {
    let two = [
        ("tools/pyproject.toml", "[project]\nname = \"t\"\ndependencies = [\"a\"]\n"),
        ("tools/t.py", "import os\n"),
        ("mypy.ini", "[mypy]\n"),
    ];
    let ci = workflow("pull_request", "run: mypy src");
    let told = finding(&tree_of("python", &ci, &two), "python-static-analysis", "python:tools");
    let fix = told.fix.unwrap_or_default();
    assert_eq!(told.message, "mypy runs, but not on Python in tools");
    assert!(fix.starts_with("add a step that looks there:\n- run: pipx run bandit -r tools"), "{fix}");
    let two = [two[0], two[1], ("bandit.yaml", "skips: []\n")];
    let ci = workflow("pull_request", "run: bandit -r src");
    let told = finding(&tree_of("python", &ci, &two), "python-static-analysis", "python:tools");
    assert!(told.fix.unwrap_or_default().starts_with("run Bandit there as well:\n- run: pipx run bandit -r tools"));
}

#[test]
fn a_tool_without_a_configuration_is_not_said_to_have_one() {
    let module = ("go.mod", "module a\n\ngo 1.22\nrequire example.com/b v1.0.0\n");
    let ci = workflow("pull_request", "run: govulncheck ./... || true");
    let told = finding(&tree_of("go", &ci, &[module]), "node-dependency-audit", "go");
    assert_eq!(told.fix.as_deref(), Some("remove `|| true`; settle what it finds one by one"));
}

#[test]
fn one_finding_about_many_components_says_so_and_has_a_step_for_all() {
    let ci = workflow("pull_request", "run: vendor/bin/phpstan analyse");
    let package = "{\"require\": {\"a/b\": \"1\"}}";
    let mut tree = vec![(".github/workflows/ci.yml", ci.as_str())];
    for (manifest, code) in [("a/composer.json", "a/a.php"), ("b/composer.json", "b/b.php"), ("c/composer.json", "c/c.php")] {
        tree.extend([(manifest, package), (code, "<?php\n")]);
    }
    tree.push(("phpstan.neon", "parameters:\n  level: 6\n  paths:\n    - a\n    - b\n    - c\n"));
    let told = finding(&tree, "static-analysis-gates", "php");
    assert!(told.message.ends_with("; the same for 2 more"), "{}", told.message);
    let fix = told.fix.unwrap_or_default();
    assert!(fix.contains("semgrep") && !fix.contains("working-directory"), "{fix}");
    let step = fix.lines().find(|line| line.starts_with("- ")).expect("a step").trim_start_matches("- ");
    let mended = workflow("pull_request", step);
    tree[0].1 = &mended;
    assert_eq!(finding(&tree, "static-analysis-gates", "php").verdict, Verdict::Pass);
}

#[test]
fn of_equals_the_one_that_sees_most_is_cited() {
    let steps =
        "run: cargo clippy --package b -- -D warnings\n      - run: cargo clippy --workspace --all-targets -- -D warnings";
    let ci = workflow("pull_request", steps);
    let workspace = ("Cargo.toml", "[package]\nname = \"a\"\n[workspace]\nmembers = [\".\", \"b\"]\n");
    let member = [workspace, ("b/Cargo.toml", "[package]\nname = \"b\"\n"), ("b/src/lib.rs", "")];
    let told = told_of("rust", &tree_of("rust", &ci, &member));
    assert_eq!(told.chain.last().map(|hop| hop.place.line), Some(8), "{:?}", told.places);
}
