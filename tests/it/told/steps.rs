//! Owns the tests of steps to add: pasted into a workflow, each must be what the rule asks for. Refuses their wording.

use super::*;

/// A step as a fix has it, in a workflow for pull requests.
pub(super) fn pasted(fix: &str) -> String {
    // A whole workflow, where there is none.
    if let Some((_, whole)) = fix.split_once(":\non") {
        let lines: Vec<&str> = whole.lines().collect();
        let end = lines.iter().rposition(|line| line.starts_with("      ")).expect("a step");
        return format!("on{}\n", lines[..=end].join("\n"));
    }
    let lines = fix.lines().skip_while(|line| !line.starts_with("- "));
    let step: Vec<&str> = lines.take_while(|line| line.starts_with("- ") || line.starts_with("  ")).collect();
    assert!(!step.is_empty(), "no step in {fix:?}");
    let step: String = step.iter().map(|line| format!("      {line}\n")).collect();
    format!("on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n{step}")
}

/// What is told before a step is pasted, and after.
fn before_and_after(files: &[(&str, &str)], rule: &str, language: &str) -> (Finding, Finding) {
    let before = finding(files, rule, language);
    let ci = pasted(before.fix.as_deref().unwrap_or_default());
    let tree: Vec<(&str, &str)> = files.iter().copied().chain([(".github/workflows/ci.yml", ci.as_str())]).collect();
    let after = finding(&tree, rule, language);
    (before, after)
}

const TREES: &[(&str, &[(&str, &str)])] = &[
    ("python", &[PROJECT, CODE]),
    ("go", &[("go.mod", "module a\n\ngo 1.22\n"), ("a.go", "package a\n")]),
    ("rust", &[("Cargo.toml", "[package]\nname = \"a\"\n"), ("src/main.rs", "fn main() {}\n")]),
    ("ruby", &[("Gemfile", "source 'https://rubygems.org'\ngem 'sinatra'\n"), ("a.rb", "x\n")]),
    ("java", &[("pom.xml", "<project/>\n"), ("src/main/java/A.java", "class A {}\n")]),
    ("kotlin", &[("build.gradle.kts", "plugins {}\n"), ("src/main/kotlin/A.kt", "class A\n"), ("B.kt", "\n"), ("C.kt", "\n")]),
    ("scala", &[("build.sbt", "name := \"a\"\n"), ("src/main/scala/A.scala", "class A\n")]),
    ("php", &[("composer.json", "{\"require\": {\"a/b\": \"1\"}}\n"), ("a.php", "<?php\n")]),
    ("csharp", &[("a.csproj", "<Project/>\n"), ("A.cs", "class A {}\n")]),
    ("cpp", &[("a.cpp", "\n"), ("b.cpp", "\n"), ("c.h", "\n")]),
    ("swift", &[("Package.swift", "//\n"), ("Sources/a.swift", "\n")]),
    ("elixir", &[("mix.exs", "defmodule A do\nend\n"), ("lib/a.ex", "\n")]),
];

#[test]
fn the_step_of_every_language_gates_once_it_is_pasted() {
    let languages: Vec<&str> =
        Catalog::builtin().languages.language.iter().filter(|one| one.code).map(|one| one.id.as_str()).collect();
    for language in languages.iter().filter(|language| **language != "javascript") {
        let row = TREES.iter().find(|(known, _)| known == language);
        let (_, files) = row.unwrap_or_else(|| panic!("no tree of {language}"));
        let rule = match *language {
            "python" | "go" | "rust" => format!("{language}-static-analysis"),
            _ => "static-analysis-gates".to_owned(),
        };
        let (before, after) = before_and_after(files, &rule, language);
        assert_eq!(before.verdict, Verdict::Fail, "{language}");
        assert_eq!(after.verdict, Verdict::Pass, "{language}: {:?}\n{}\n{:?}", before.fix, after.message, after.places);
        assert!(*language == "rust" || after.message.ends_with("with security rules"), "{language}: {}", after.message);
    }
}

#[test]
fn the_step_is_of_the_releases_that_read_the_configuration() {
    for (settings, package) in
        [("linters:\n  enable: [misspell]\n", "/golangci-lint/cmd/"), ("version: '2'\n", "/golangci-lint/v2/cmd/")]
    {
        let files = [("go.mod", "module a\n\ngo 1.22\n"), ("a.go", "package a\n"), (".golangci.yml", settings)];
        let (before, after) = before_and_after(&files, "go-static-analysis", "go");
        assert!(before.fix.as_deref().unwrap_or_default().contains(package), "{:?}", before.fix);
        assert_eq!(after.verdict, Verdict::Pass, "{:?}\n{}", before.fix, after.message);
    }
}

#[test]
fn one_step_is_recommended_for_a_language() {
    let steps = Catalog::builtin().tools.iter().flat_map(|tool| tool.step.iter().map(move |step| (tool, step)));
    let mut seen = std::collections::BTreeSet::new();
    for (tool, step) in steps.filter(|(_, step)| step.recommended) {
        assert!(seen.insert(&step.language), "{}: {}", tool.id, step.language);
    }
}

#[test]
fn the_own_step_of_a_tool_installs_it_and_can_fail() {
    let tree = |language: &str| TREES.iter().find(|(known, _)| *known == language).expect("a tree").1.to_vec();
    let rails = ("Gemfile", "source 'https://rubygems.org'\ngem 'rails'\ngem 'rubocop'\n");
    for (language, more, wanted) in [
        ("ruby", (".rubocop.yml", "AllCops: {}\n"), "gem install rubocop && rubocop"),
        ("ruby", rails, "bundle install && bundle exec rubocop"),
        ("ruby", ("config/brakeman.yml", ":x: 1\n"), "gem install brakeman && brakeman"),
        ("php", ("composer.json", "{\"require-dev\": {\"phpstan/phpstan\": \"1\"}}"), "vendor/bin/phpstan analyse"),
        ("python", (".flake8", "[flake8]\n"), "pipx run flake8 ."),
        ("ruby", (".semgrep.yml", "rules: []\n"), "semgrep scan --error --config .semgrep.yml ."),
        ("php", ("sonar-project.properties", "sonar.projectKey=a\n"), "semgrep scan --error --config p/php ."),
        ("kotlin", ("config/detekt/detekt.yml", "build:\n  maxIssues: 0\n"), "semgrep scan --error --config p/kotlin ."),
        ("elixir", (".sobelow-conf", "[skip: true]\n"), "mix deps.get && mix sobelow --exit"),
    ] {
        let mut files = tree(language);
        files.retain(|(path, _)| *path != more.0);
        files.push(more);
        let rule = if language == "python" { "python-static-analysis" } else { "static-analysis-gates" };
        let fix = finding(&files, rule, language).fix.unwrap_or_default();
        assert!(fix.contains(wanted), "{more:?}: {fix}");
    }
}

#[test]
fn the_block_to_paste_has_one_entry_for_a_root_that_is_read_with_its_projects() {
    let projects: Vec<String> = (0..60).map(|at| format!("p{at}")).collect();
    let settings: String = projects.iter().map(|name| format!("include '{name}'\n")).collect();
    let build = "dependencies { implementation 'a:b:1' }\n";
    let paths: Vec<String> = projects.iter().map(|name| format!("{name}/build.gradle")).collect();
    let mut tree = vec![("settings.gradle", settings.as_str()), ("build.gradle", build), ("apart/build.gradle", build)];
    tree.extend(paths.iter().map(|path| (path.as_str(), build)));
    let before = finding(&tree, "dependency-update-bot", "repository");
    let block = before.fix.unwrap_or_default();
    let block = block.split_once(":\n").map(|(_, block)| block.to_owned()).unwrap_or_default();
    assert_eq!(block.matches("      - ").count(), 2, "{block}");
    tree.push((".github/dependabot.yml", &block));
    assert_eq!(finding(&tree, "dependency-update-bot", "gradle").verdict, Verdict::Pass, "{block}");
}

/// Where no workflow starts so, the fix is the whole of one; what stands there already is given a step.
#[test]
fn a_step_without_a_workflow_to_paste_it_into_comes_with_one() {
    let fix = |more: &[(&str, &str)], rule: &str, language: &str| {
        let tree: Vec<(&str, &str)> = [PROJECT, CODE].iter().chain(more).copied().collect();
        finding(&tree, rule, language).fix.unwrap_or_default()
    };
    let whole = fix(&[], "python-static-analysis", "python");
    assert!(whole.starts_with("add .github/workflows/python-static-analysis.yml:\non: pull_request\n"), "{whole}");
    let push = (".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: ls}]\n");
    assert!(fix(&[push], "python-static-analysis", "python").starts_with("add .github/workflows/"));
    let change =
        (".github/workflows/ci.yml", "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: ls}]\n");
    assert!(fix(&[change], "python-static-analysis", "python").starts_with("add a step to a pull-request workflow:\n- run"));
    let configured = fix(&[("bandit.yaml", "skips: []\n")], "python-static-analysis", "python");
    assert!(configured.starts_with("to run Bandit, add .github/workflows/python-static-analysis.yml:\non: "), "{configured}");
    let there = fix(&[change, ("bandit.yaml", "skips: []\n")], "python-static-analysis", "python");
    assert!(there.starts_with("run Bandit in a pull-request workflow:\n- run"), "{there}");
    let other = (".gitlab-ci.yml", "lint:\n  script: [bandit -r .]\n");
    assert!(!fix(&[other], "python-static-analysis", "python").contains(".github/workflows/"));
}

/// Scripts beside a product in another language, with no manifest: nothing is locked, so the step brings what it needs.
#[test]
fn the_step_for_scripts_without_a_manifest_installs_what_it_runs() {
    let scripts = [("static/a.js", "a\n"), ("static/b.js", "b\n"), ("static/c.js", "c\n")];
    let tree: Vec<(&str, &str)> = [PROJECT, CODE].into_iter().chain(scripts).collect();
    let before = finding(&tree, "js-static-analysis", "javascript");
    let fix = before.fix.unwrap_or_default();
    assert!(fix.contains("npm install --no-save eslint eslint-plugin-security && npx eslint"), "{fix}");
    let (_, config) = fix.split_once("after adding static/eslint.config.mjs:\n").expect("a configuration");
    let ci = pasted(&fix);
    let after: Vec<(&str, &str)> =
        tree.iter().copied().chain([(".github/workflows/ci.yml", ci.as_str()), ("static/eslint.config.mjs", config)]).collect();
    let after = finding(&after, "js-static-analysis", "javascript");
    assert_eq!(after.verdict, Verdict::Pass, "{}", after.message);
}
