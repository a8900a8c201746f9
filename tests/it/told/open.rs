//! Owns the tests of what is said where the text leaves a question open or a bot refuses its file. Refuses headlines.

use super::held::{told_of, tree_of, workflow};
use super::*;
use tollgate::terms::ExternalCi;

fn open(language: &str, steps: &str, more: &[(&str, &str)]) -> String {
    let told = told_of(language, &tree_of(language, &workflow("pull_request", steps), more));
    assert_eq!(told.verdict, Verdict::Unknown, "{steps}: {}", told.message);
    told.fix.unwrap_or_else(|| panic!("{steps}: {}", told.message))
}

#[test]
fn every_open_question_of_an_analyzer_says_what_settles_it() {
    let codeql = "uses: github/codeql-action/init@v3\n      - uses: github/codeql-action/analyze@v3";
    let fix = open("python", codeql, &[]);
    assert!(fix.ends_with("[[ci.external]]\nprovides = [\"codeql\"]\nwhere = \"ruleset of the default branch\""), "{fix}");
    let pack = open("python", "run: semgrep scan --error --config p/x .", &[]);
    assert!(pack.contains("as in `--config p/"), "{pack}");
    let shared = ("eslint.config.mjs", "import a from '@x/shared';\nexport default [...a];\n");
    let shared = open("javascript", "run: npx eslint .", &[shared]);
    assert!(shared.contains("eslint.config.mjs"), "{shared}");
    for steps in ["run: retry 3 bandit -r src", "run: ls | xargs bandit", "{if: steps.x.outputs.y, run: bandit -r src}"] {
        let fix = open("python", steps, &[]);
        assert!(fix.contains("- run: ") || fix.contains(".github/workflows/ci.yml:7"), "{steps}: {fix}");
    }
}

#[test]
fn what_is_stated_as_told_settles_it() {
    let ci = workflow("pull_request", "uses: github/codeql-action/analyze@v3");
    let mut terms = Terms::default();
    terms.ci.external.push(ExternalCi { provides: vec!["codeql".to_owned()], place: "ruleset".to_owned() });
    let tree = tree_of("python", &ci, &[]);
    assert_eq!(finding_under(&terms, &tree, "python-static-analysis", "python").verdict, Verdict::Declared);
}

#[test]
fn what_renovate_is_told_to_leave_out_names_its_line_and_helps() {
    let npm = ("package.json", "{\"dependencies\":{\"a\":\"1\"}}");
    let hooks = (".pre-commit-config.yaml", "repos: [{ repo: 'https://x.example/a', rev: v1, hooks: [{ id: a }] }]\n");
    let told = |text: &str, subject: &str| finding(&[npm, hooks, ("renovate.json", text)], "dependency-update-bot", subject);
    for (text, fix) in [
        ("{\"packageRules\": [{\n\"matchManagers\": [\"npm\"], \"enabled\": false}]}\n", "from the rule at renovate.json:2"),
        ("{\n\"ignoreDeps\": [\"a\"]}\n", "delete the name at renovate.json:2"),
        ("{\n\"npm\": {\"enabled\": false}}\n", "delete `\"enabled\": false` under `npm` at renovate.json:2"),
        ("{\"extends\": [\":disableRenovate\"]}\n", "delete this preset at renovate.json:1"),
    ] {
        let all = ["npm", "repository"];
        let fixes: Vec<String> = all
            .iter()
            .filter_map(|subject| {
                let tree = [npm, hooks, ("renovate.json", text)];
                fix_of(&tree, subject)
            })
            .collect();
        assert!(fixes.iter().any(|one| one.contains(fix)), "{text}: {fixes:?}");
    }
    // A manager that is off by itself is not switched on by being named.
    let listed = told("{\"enabledManagers\": [\"npm\"]}\n", "pre-commit").fix.unwrap_or_default();
    assert_eq!(listed, "add \"pre-commit\" to `enabledManagers`\nadd to renovate.json: \"pre-commit\": { \"enabled\": true }");
    let mended = "{\"enabledManagers\": [\"npm\", \"pre-commit\"], \"pre-commit\": { \"enabled\": true }}\n";
    assert_eq!(told(mended, "pre-commit").verdict, Verdict::Pass);
    let option = told("{\"nosuch\": 1}\n", "npm");
    assert_eq!(option.verdict, Verdict::Unknown);
    assert!(option.fix.unwrap_or_default().contains("renovate.json:1"));
}

#[test]
fn a_slip_in_the_file_of_a_bot_is_told_with_the_nearest_name() {
    let npm = ("package.json", "{\"dependencies\":{\"a\":\"1\"}}");
    for (text, wanted) in [
        ("{\n\n\"enabeld\":true}\n", "renovate.json:3: did you mean `enabled`?"),
        (
            "{\n\"packageRules\":[{\"matchPackageNames\":[\"b\"],\n\"enabeld\":true}]}\n",
            "renovate.json:3: did you mean `enabled`?",
        ),
        ("{\n\"enabledManagers\":[\"npmm\"]}\n", "renovate.json:2: did you mean `npm`?"),
    ] {
        let told = finding(&[npm, ("renovate.json", text)], "dependency-update-bot", "npm");
        assert_eq!(told.verdict, Verdict::Unknown, "{text}");
        assert!(told.fix.as_ref().is_some_and(|fix| fix.starts_with(wanted)), "{text}: {:?}", told.fix);
    }
    let entry = |more: &str| {
        format!(
            "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule: {{ interval: weekly }}\n{more}"
        )
    };
    let of = |more: &str| finding(&[npm, (".github/dependabot.yml", &entry(more))], "dependency-update-bot", "npm");
    let twice = of("    package-ecosystem: pip\n");
    assert_eq!((twice.verdict, twice.places[0].place.line), (Verdict::Unknown, 6), "{}", twice.message);
    assert!(twice.message.contains("`package-ecosystem` is given on line 3 and again on line 6"), "{}", twice.message);
    assert!(twice.fix.is_some_and(|fix| fix.starts_with(".github/dependabot.yml:6: keep one of the two")));
}

#[test]
fn paths_that_leave_a_manifest_out_are_told_at_their_line() {
    let npm = ("package.json", "{\"dependencies\":{\"a\":\"1\"}}");
    let included = finding(&[npm, ("renovate.json", "{\n\n\"includePaths\": [\"web/**\"]}\n")], "dependency-update-bot", "npm");
    assert_eq!((included.verdict, included.places[0].place.line), (Verdict::Fail, 3), "{}", included.message);
    let text = "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule: { interval: weekly }\n    exclude-paths:\n      - package.json\n";
    let excluded = finding(&[npm, (".github/dependabot.yml", text)], "dependency-update-bot", "npm");
    assert!(excluded.message.ends_with("`exclude-paths` of its entry has `package.json`"), "{}", excluded.message);
    let fix = excluded.fix.unwrap_or_default();
    assert_eq!(fix, "take `package.json` out of `exclude-paths` at .github/dependabot.yml:7");
}

/// The fix of a finding, if there is one on the subject.
fn fix_of(files: &[(&str, &str)], subject: &str) -> Option<String> {
    let snapshot = Snapshot::in_memory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let (catalog, terms) = (Catalog::builtin(), Terms::default());
    let facts = gather(&snapshot, catalog, &terms).expect("facts");
    let bench = checks::Bench { facts: &facts, terms: &terms, catalog, signing: &Default::default(), literal: false };
    let all = checks::run(catalog.rule("dependency-update-bot"), &bench);
    all.into_iter().find(|finding| finding.subject == subject)?.fix
}

#[test]
fn what_a_bot_refuses_is_mended_by_what_is_told() {
    let refused = |entry: &str| {
        let text = format!("version: 2\nupdates:\n  - {{package-ecosystem: pip, directory: /, {entry}}}\n");
        let tree = [PROJECT, CODE, (".github/dependabot.yml", text.as_str())];
        finding(&tree, "dependency-update-bot", ".github/dependabot.yml").fix.unwrap_or_default()
    };
    let weekly = "schedule: {interval: weekly}";
    assert!(refused("schedule: {interval: cron}").starts_with("add `cronjob: \"0 5 * * 1\"`"));
    assert_eq!(refused(&format!("{weekly}, open-pull-requests-limit: -1")), "open-pull-requests-limit: 5, or delete the key");
    assert_eq!(refused("schedule: {interval: weekly, day: x}").split(':').next(), Some("one of"));
    assert_eq!(refused(&format!("{weekly}, labels: bot")), "labels: [bot]");
}

#[test]
fn a_manifest_that_declares_nothing_asks_for_no_audit() {
    let told = |files: &[(&str, &str)], subject: &str| {
        let finding = finding(files, "node-dependency-audit", subject);
        (finding.verdict, finding.message)
    };
    let (own, code) = (("go.mod", "module x\n\ngo 1.25\n"), ("main.go", "package main\n"));
    assert_eq!(told(&[own, code], "repository").0, Verdict::NotApplicable);
    assert!(told(&[own, code], "repository").1.contains("declares anything"), "{:?}", told(&[own, code], "repository"));
    let needs = ("go.mod", "module x\n\nrequire a.org/b v1.0.0\n");
    assert_eq!(told(&[needs, code], "go").0, Verdict::Fail);
    let lists = [("requirements/prod.txt", "flask==3.0.0\n"), ("app/a.py", ""), ("app/b.py", ""), ("app/c.py", "")];
    assert_eq!(told(&lists, "python").0, Verdict::Fail);
    let fix = finding(&lists, "node-dependency-audit", "python").fix.unwrap_or_default();
    assert!(fix.contains("-r prod.txt") && fix.contains("working-directory: requirements"), "{fix}");
    let entry = "package-ecosystem: pip\n    directory: /requirements\n    schedule:\n      interval: weekly\n";
    let bot = format!("version: 2\nupdates:\n  - {entry}");
    let bot = (".github/dependabot.yml", bot.as_str());
    assert_eq!(told(&[&lists[..], &[bot]].concat(), "python").0, Verdict::Pass);
}
