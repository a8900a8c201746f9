//! Owns the tests of whole workflows, and of steps for those that are there: pasted, each passes, and calls no program that its machine has not.

use super::steps::pasted;
use super::*;

const J: (&str, &str) = ("a.js", "export default 1;\n");
const NODE: (&str, &str) = ("package.json", "{\"name\": \"a\", \"dependencies\": {\"hono\": \"4\"}}\n");
const POETRY: &str = "[tool.poetry]\nname = \"a\"\n[tool.poetry.dependencies]\nrequests = \"*\"\n";

/// Language, files, and a line that the workflow has to have.
type Row = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const AUDITED: &[Row] = &[
    ("javascript", &[NODE, J], "npm audit"),
    ("javascript", &[NODE, J, ("package-lock.json", "{}\n")], "npm audit"),
    ("javascript", &[NODE, J, ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n")], "version: latest"),
    (
        "javascript",
        &[
            ("package.json", "{\"packageManager\": \"pnpm@9.1.0\", \"dependencies\": {\"hono\": \"4\"}}\n"),
            J,
            ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n"),
        ],
        "package_json_file: package.json",
    ),
    (
        "javascript",
        &[
            ("web/package.json", "{\"packageManager\": \"pnpm@9.1.0\", \"dependencies\": {\"hono\": \"4\"}}\n"),
            ("web/a.js", "1\n"),
            ("web/pnpm-lock.yaml", "lockfileVersion: '9.0'\n"),
        ],
        "package_json_file: web/package.json",
    ),
    ("javascript", &[NODE, J, ("bun.lock", "{}\n")], "oven-sh/setup-bun@v2"),
    ("javascript", &[NODE, J, ("yarn.lock", "\n")], "yarn audit"),
    (
        "javascript",
        &[NODE, J, ("yarn.lock", "\n"), (".yarnrc.yml", "nodeLinker: node-modules\n")],
        "corepack prepare yarn@stable --activate",
    ),
    (
        "javascript",
        &[
            ("package.json", "{\"packageManager\": \"yarn@4.5.0\", \"dependencies\": {\"hono\": \"4\"}}\n"),
            J,
            ("yarn.lock", "\n"),
        ],
        "- run: corepack enable",
    ),
    ("python", &[PROJECT, CODE], "pip install . pip-audit"),
    ("python", &[PROJECT, CODE, ("uv.lock", "version = 1\n")], "astral-sh/setup-uv@v6"),
    ("python", &[("pyproject.toml", POETRY), CODE, ("poetry.lock", "package = []\n")], "pipx install poetry"),
    ("python", &[("requirements.txt", "requests==2\n"), CODE], "pip-audit -r requirements.txt"),
    (
        "python",
        &[("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\n"), ("requirements.txt", "requests==2\n"), CODE],
        "pip-audit -r requirements.txt",
    ),
    (
        "python",
        &[
            PROJECT,
            ("pixi.toml", "[workspace]\nname = \"a\"\n[pypi-dependencies]\nrequests = \"*\"\n"),
            CODE,
            ("pixi.lock", "version: 6\n"),
        ],
        "prefix-dev/setup-pixi",
    ),
    ("go", &[("go.mod", "module a\n\ngo 1.22\n\nrequire golang.org/x/net v0.1.0\n"), ("a.go", "package a\n")], "govulncheck"),
    (
        "rust",
        &[("Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\nserde = \"1\"\n"), ("src/main.rs", "fn main() {}\n")],
        "cargo audit",
    ),
    ("ruby", &[("Gemfile", "source 'https://rubygems.org'\ngem 'sinatra'\n"), ("a.rb", "x\n")], "ruby/setup-ruby@v1"),
    ("php", &[("composer.json", "{\"require\": {\"a/b\": \"1\"}}\n"), ("a.php", "<?php\n")], "composer audit"),
];

/// The programs that a workflow's steps call and nothing before brings.
fn missing(workflow: &str) -> Vec<String> {
    let programs = &Catalog::builtin().programs;
    let (mut there, mut missing): (Vec<String>, Vec<String>) = (programs.on_machines.clone(), Vec::new());
    for line in workflow.lines().map(str::trim) {
        let brings = |steps: &str| steps.trim().lines().next().is_some_and(|first| first == line);
        for row in &programs.brought {
            if brings(&row.steps) || row.steps_named.as_deref().is_some_and(brings) {
                there.extend(row.commands.iter().map(|words| words[0].clone()));
            }
        }
        let Some(run) = line.strip_prefix("- run: ") else { continue };
        for command in run.split("&&").flat_map(|part| part.split("$(")).map(|part| part.trim().trim_matches('"')) {
            let words: Vec<&str> = command.split_whitespace().collect();
            let Some(program) = words.first() else { continue };
            // What is installed is called by its own name, or by a longer one: `bundler-audit`, `bundle-audit`.
            if words.contains(&"install") {
                there.extend(words.iter().map(|word| (*word).to_owned()));
                there.extend(words.iter().map(|word| word.replace("bundler-", "bundle-")));
            }
            if !there.iter().any(|known| known == program) {
                missing.push((*program).to_owned());
            }
        }
    }
    missing
}

#[test]
fn a_whole_workflow_brings_what_it_calls_and_audits_once_it_is_pasted() {
    for (language, files, line) in AUDITED {
        let before = finding(files, "node-dependency-audit", language);
        assert_eq!(before.verdict, Verdict::Fail, "{files:?}: {}", before.message);
        let ci = pasted(before.fix.as_deref().unwrap_or_default());
        assert!(ci.contains(line), "{line} in {ci}");
        assert_eq!(missing(&ci), Vec::<String>::new(), "{ci}");
        let tree: Vec<(&str, &str)> = files.iter().copied().chain([(".github/workflows/a.yml", ci.as_str())]).collect();
        let after = finding(&tree, "node-dependency-audit", language);
        assert_eq!(after.verdict, Verdict::Pass, "{ci}\n{} {:?}", after.message, after.places);
    }
}

#[test]
fn a_whole_workflow_of_an_analyzer_brings_the_client_that_installs_it() {
    for (lock, line) in
        [("pnpm-lock.yaml", "pnpm/action-setup@v4"), ("bun.lock", "oven-sh/setup-bun@v2"), (".yarnrc.yml", "corepack")]
    {
        let config = ("eslint.config.js", "export default [];\n");
        let fix = finding(&[NODE, J, config, (lock, "a: 1\n")], "js-static-analysis", "javascript").fix.unwrap_or_default();
        let ci = pasted(&fix);
        assert!(ci.contains(line), "{ci}");
        assert_eq!(missing(&ci), Vec::<String>::new(), "{ci}");
    }
}

/// A step that is added to a job which is there brings what it calls, unless some job has it.
#[test]
fn a_step_for_a_workflow_that_is_there_brings_what_it_calls() {
    let ci = |steps: &str| {
        format!(
            "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n{steps}"
        )
    };
    let (bare, lock) = (ci("      - run: ls\n"), ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n"));
    let fix = |ci: &str, more: &[(&str, &str)], rule: &str, language: &str| {
        let tree: Vec<(&str, &str)> = more.iter().copied().chain([(".github/workflows/a.yml", ci)]).collect();
        finding(&tree, rule, language).fix.unwrap_or_default()
    };
    for (language, files, line) in AUDITED {
        let added = fix(&bare, files, "node-dependency-audit", language);
        assert!(added.starts_with("add a step to a pull-request workflow:\n- "), "{added}");
        let whole = pasted(&added);
        assert!(whole.contains(line), "{line} in {whole}");
        assert_eq!(missing(&whole), Vec::<String>::new(), "{whole}");
        let after: Vec<(&str, &str)> = files.iter().copied().chain([(".github/workflows/a.yml", whole.as_str())]).collect();
        assert_eq!(finding(&after, "node-dependency-audit", language).verdict, Verdict::Pass, "{whole}");
    }
    let brought = "uses: pnpm/action-setup@v4";
    let config = ("eslint.config.js", "export default [];\n");
    for rule in ["node-dependency-audit", "js-static-analysis"] {
        let asked = |steps: &str| fix(&ci(steps), &[NODE, J, lock, config], rule, "javascript");
        assert!(asked("      - run: ls\n").contains(brought), "{rule}: {}", asked("      - run: ls\n"));
        for there in [
            "      - uses: pnpm/action-setup@v3\n",
            "      - run: pnpm install --frozen-lockfile\n",
            "      - run: npm i -g pnpm && pnpm i\n",
            "      - run: npm i -g pnpm@9\n",
        ] {
            assert!(!asked(there).contains(brought), "{rule}: {there}: {}", asked(there));
        }
        for said in ["      - run: echo \"no pnpm here\"\n", "      - run: |\n          # pnpm install\n          ls\n"] {
            assert!(asked(said).contains(brought), "{rule}: {said}: {}", asked(said));
        }
    }
}
