//! Owns the tests of what is told about ESLint and its like in repositories of JavaScript: which of the code they look at, and steps that
//! run what the repository runs. Refuses what a configuration selects.

use super::held::workflow;
use super::*;

const OLD: (&str, &str) = (".eslintrc.yml", "root: true\nrules:\n  no-eval: error\n");
const QUIET: &str = "on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n";

fn fix_of(files: &[(&str, &str)], subject: &str) -> String {
    finding(files, "js-static-analysis", subject).fix.unwrap_or_default()
}

#[test]
fn a_part_of_the_code_stands_for_itself() {
    let ci = workflow("pull_request", "run: npm ci && npx eslint .");
    let manifest = "{\"name\": \"a\", \"devDependencies\": {\"eslint\": \"8.57.1\", \"eslint-plugin-security\": \"1\"}}";
    let config = "{\"root\": true, \"plugins\": [\"security\"], \"rules\": {\"security/detect-child-process\": \"error\"}}";
    let base = [("package.json", manifest), (".eslintrc.json", config), (".github/workflows/ci.yml", ci.as_str())];
    let told = |code: &[(&'static str, &'static str)]| {
        let tree: Vec<(&str, &str)> = base.iter().chain(code).copied().collect();
        let told = finding(&tree, "js-static-analysis", "javascript");
        (told.verdict, told.message)
    };
    let (js, ts) = ([("src/a.js", "x"), ("src/b.js", "x")], [("src/c.ts", "x"), ("src/d.ts", "x"), ("src/e.ts", "x")]);
    let few = [js[0], js[1], ts[0]];
    assert_eq!(
        told(&few),
        (Verdict::Pass, "ESLint gates pull requests, with security rules; 1 production file is not looked at".to_owned())
    );
    let most = [js[0], ts[0], ts[1], ts[2]];
    assert_eq!(
        told(&most),
        (
            Verdict::Unknown,
            "ESLint gates a part of it: 3 of 4 production files are not looked at, `src/c.ts` among them".to_owned()
        )
    );
    assert_eq!(told(&js).1, "ESLint gates pull requests, with security rules");
}

#[test]
fn a_script_of_the_repository_is_what_a_step_calls() {
    let manifest =
        "{\"name\": \"a\", \"scripts\": {\"lint\": \"eslint --ext .js,.ts src\"}, \"devDependencies\": {\"eslint\": \"8.57.1\"}}";
    let tree = [
        ("package.json", manifest),
        OLD,
        ("src/a.js", "x"),
        ("buildspec.yml", "version: 0.2\n"),
        (".github/workflows/ci.yml", QUIET),
    ];
    let fix = fix_of(&tree, "javascript");
    assert!(fix.contains("- run: npm install && npm run lint") && !fix.contains("npx eslint"), "{fix}");
    // One command of several is the script's all the same.
    let several = manifest.replace("src\"}", "src && stylelint .\", \"build\": \"vite\"}");
    let tree: Vec<(&str, &str)> = std::iter::once(("package.json", several.as_str())).chain(tree[1..].iter().copied()).collect();
    let fix = fix_of(&tree, "javascript");
    assert!(fix.contains("- run: npm install && npm run lint\n"), "{fix}");
}

#[test]
fn an_old_configuration_is_given_a_release_that_reads_it() {
    let code = [("ui/a.js", "x"), ("ui/b.js", "x"), ("ui/c.js", "x"), (".github/workflows/ci.yml", QUIET)];
    let tree: Vec<(&str, &str)> = code.iter().chain(&[OLD]).copied().collect();
    let fix = fix_of(&tree, "javascript");
    assert!(fix.contains("- run: npx eslint@8 --max-warnings 0 .\n"), "{fix}");
    let typed: Vec<(&str, &str)> = tree.iter().copied().chain([("ui/d.ts", "x"), ("ui/e.vue", "x")]).collect();
    let fix = fix_of(&typed, "javascript");
    assert!(fix.contains("- run: npx eslint@8 --ext .js,.ts --max-warnings 0 .\n"), "{fix}");
    // A script that runs a release which does not read it is no script to call.
    let manifest = |version: &str| {
        format!(
            "{{\"name\": \"a\", \"scripts\": {{\"lint\": \"eslint src\"}}, \"devDependencies\": {{\"eslint\": \"{version}\"}}}}"
        )
    };
    for (version, wanted) in [("9.11.1", "npx eslint@8 --max-warnings 0 ."), ("8.57.1", "npm run lint")] {
        let manifest = manifest(version);
        let tree = [
            ("package.json", manifest.as_str()),
            OLD,
            ("src/a.js", "x"),
            ("ui/package.json", "{\"name\": \"b\", \"dependencies\": {\"c\": \"1\"}}"),
            ("ui/a.js", "x"),
            (".github/workflows/ci.yml", QUIET),
        ];
        let fix = fix_of(&tree, "javascript:ui");
        assert!(fix.contains(wanted), "{version}: {fix}");
    }
    let manifest = manifest("9.11.1");
    let ci = workflow("pull_request", "run: npm ci && npm run lint");
    let tree = [("package.json", manifest.as_str()), OLD, ("src/a.js", "x"), (".github/workflows/ci.yml", ci.as_str())];
    let fix = fix_of(&tree, "javascript");
    assert!(fix.starts_with("ask for release 8 of ESLint, or write an `eslint.config.mjs`"), "{fix}");
}

#[test]
fn rules_are_added_to_what_a_configuration_has() {
    let ci = workflow("pull_request", "run: npm ci && npx eslint .");
    let manifest = "{\"name\": \"a\", \"devDependencies\": {\"eslint\": \"8.57.1\"}}";
    for (file, text, list) in [
        (
            ".eslintrc.json",
            "{\"root\": true, \"plugins\": [\"prettier\"], \"rules\": {\"no-eval\": \"error\"}}",
            "\n\"security\"\n",
        ),
        (".eslintrc.yml", "root: true\nplugins:\n  - prettier\nrules:\n  no-eval: error\n", "\n- \"security\"\n"),
    ] {
        let tree = [("package.json", manifest), (file, text), ("src/a.js", "x"), (".github/workflows/ci.yml", ci.as_str())];
        let fix = fix_of(&tree, "javascript");
        let head = format!("npm install --save-dev eslint-plugin-security, and in {file} add to the list `plugins`:");
        assert!(fix.starts_with(&head) && fix.contains(list) && !fix.contains("\"rules\":"), "{fix}");
    }
}
