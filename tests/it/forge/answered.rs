//! Owns what answers decide: the default branch, the rung `required` and what takes it away, code scanning, security updates, tags.

use super::*;

/// The rung of bandit where one answer is another.
fn with(path: &str, reply: Value) -> (String, Option<String>) {
    let mut script = forge();
    script.put(&format!("{REPO}{path}"), Reply::json(&reply));
    let folder = tree(&TREE);
    let said = facts(folder.path(), &serve(&script));
    assert_eq!(said.status, 0, "{}", said.text());
    rung(&said.json(), "bandit")
}

fn required() -> (String, Option<String>) {
    ("required".to_owned(), None)
}

fn gates() -> (String, Option<String>) {
    ("gates".to_owned(), None)
}

fn rule(kind: &str, parameters: Value) -> Value {
    json!({ "type": kind, "ruleset_source_type": "Organization", "ruleset_source": "acme", "ruleset_id": 7, "parameters": parameters })
}

fn reviews(owners: bool) -> Value {
    rule(
        "pull_request",
        json!({ "dismiss_stale_reviews_on_push": true, "require_code_owner_review": owners, "require_last_push_approval": false,
            "required_approving_review_count": 1, "required_review_thread_resolution": false }),
    )
}

fn check(name: &str, app: Value) -> Value {
    let mut one = json!({ "context": name });
    if !app.is_null() {
        one["integration_id"] = app;
    }
    rule("required_status_checks", json!({ "strict_required_status_checks_policy": true, "required_status_checks": [one] }))
}

#[test]
fn a_required_check_of_a_protected_workflow_is_required() {
    let folder = tree(&TREE);
    let server = serve(&forge());
    let said = facts(folder.path(), &server);
    assert_eq!(said.status, 0, "{}", said.text());
    assert_eq!(rung(&said.json(), "bandit"), required(), "{}", said.text());
    assert_eq!(said.json()["subject"]["repository"], "acme/kestrel");
    assert!(server.asked().iter().all(|(_, token)| token.as_deref() == Some(format!("Bearer {TOKEN}").as_str())));
    // Without the forge it gates, and nobody knows more.
    let alone = run(folder.path(), &server.address, &["facts", "--format", "json"], &[]);
    assert_eq!(rung(&alone.json(), "bandit"), gates());
}

#[test]
fn a_name_is_not_enough() {
    let rules = "/rules/branches/main";
    assert_eq!(with(rules, json!([reviews(true), check("lint", json!(15368))])), required());
    for (what, rules_of) in [
        ("another name", json!([reviews(true), check("build", json!(15368))])),
        ("any app", json!([reviews(true), check("lint", json!(null))])),
        ("another app", json!([reviews(true), check("lint", json!(99))])),
        ("anybody may edit the workflow", json!([reviews(false), check("lint", json!(15368))])),
        ("no reviews", json!([check("lint", json!(15368))])),
        ("nothing", json!([])),
    ] {
        assert_eq!(with(rules, rules_of), gates(), "{what}");
    }
    let bypass = json!({ "id": 7, "name": "main", "target": "branch", "enforcement": "active",
        "bypass_actors": [{ "actor_id": 3, "actor_type": "Team", "bypass_mode": "pull_request" }] });
    assert_eq!(with("/rulesets/7", bypass), gates());
    // The forge says of the owners' line that it is none.
    let errors = json!({ "errors": [{ "line": 1, "column": 11, "source": "/.github/ @acme/sec\n", "kind": "Unknown owner", "message": "x", "path": ".github/CODEOWNERS" }] });
    assert_eq!(with("/codeowners/errors", errors), ("gates".to_owned(), Some("required".to_owned())));
    // Who owns the one workflow does not own the one that a change adds.
    let mut files = TREE;
    files[1].1 = "/.github/workflows/ci.yml @acme/sec\n/.github/CODEOWNERS @acme/sec\n";
    let folder = tree(&files);
    assert_eq!(rung(&facts(folder.path(), &serve(&forge())).json(), "bandit"), gates());
    // Another job publishes the same name.
    let other = "on: pull_request\njobs:\n  x:\n    name: lint\n    runs-on: ubuntu-latest\n    steps:\n      - run: exit 0\n";
    let files: Vec<(&str, &str)> = TREE.into_iter().chain([(".github/workflows/x.yml", other)]).collect();
    let folder = tree(&files);
    assert_eq!(rung(&facts(folder.path(), &serve(&forge())).json(), "bandit"), gates());
}

#[test]
fn the_app_of_ci_has_another_number_elsewhere() {
    let mut script = forge();
    script.put("/apps/github-actions", Reply::json(&json!({ "id": 12, "slug": "github-actions" })));
    let folder = tree(&TREE);
    assert_eq!(rung(&facts(folder.path(), &serve(&script)).json(), "bandit"), gates());
    script.put(&format!("{REPO}/rules/branches/main"), Reply::json(&json!([reviews(true), check("lint", json!(12))])));
    assert_eq!(rung(&facts(folder.path(), &serve(&script)).json(), "bandit"), required());
}

#[test]
fn a_policy_that_asks_for_required_is_answered() {
    let judged = |rules: Value| {
        let mut script = forge();
        script.put(&format!("{REPO}/rules/branches/main"), Reply::json(&rules));
        let files: Vec<(&str, &str)> = TREE
            .into_iter()
            .chain([(".tollgate.toml", "[thresholds]\nanalyzer_level = \"required\"\n[ci]\nrequired_checks = [\"lint\"]\n")])
            .collect();
        let folder = tree(&files);
        let said = run(
            folder.path(),
            &serve(&script).address,
            &["check", "--forge", "--format=json", "--only=python-static-analysis"],
            &[],
        );
        let finding = said.of("python-static-analysis");
        (finding["verdict"].as_str().expect("a verdict").to_owned(), finding["message"].as_str().expect("words").to_owned())
    };
    assert_eq!(judged(json!([reviews(true), check("lint", json!(15368))])).0, "pass");
    // What the policy declares and the forge denies is denied.
    let (verdict, message) = judged(json!([reviews(true)]));
    assert!(verdict == "fail" && message.contains("not required"), "{message}");
}

#[test]
fn the_default_branch_is_the_forges() {
    let mut script = forge();
    let mut repository = json!({ "default_branch": "trunk", "owner": { "login": "acme", "type": "User" } });
    script.put(REPO, Reply::json(&repository));
    let mut files = TREE;
    files[0].1 = "on: {pull_request: {branches: [trunk]}}\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: bandit -r .\n";
    let folder = tree(&files);
    assert_eq!(rung(&facts(folder.path(), &serve(&script)).json(), "bandit").0, "gates");
    repository["default_branch"] = json!("main");
    script.put(REPO, Reply::json(&repository));
    assert_eq!(rung(&facts(folder.path(), &serve(&script)).json(), "bandit").0, "runs");
}

#[test]
fn alerts_stop_a_merge_where_a_rule_says_so() {
    let codeql = "on: pull_request\njobs:\n  scan:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: github/codeql-action/init@v4\n        with: { languages: python }\n      - uses: github/codeql-action/analyze@v4\n";
    let mut files = TREE;
    files[0].1 = codeql;
    let of = |more: Vec<Value>| {
        let mut script = forge();
        script.put(&format!("{REPO}/rules/branches/main"), Reply::json(&json!(more)));
        let folder = tree(&files);
        rung(&facts(folder.path(), &serve(&script)).json(), "codeql")
    };
    let tool = |name: &str, alerts: &str, security: &str| {
        let one = json!({ "tool": name, "alerts_threshold": alerts, "security_alerts_threshold": security });
        rule("code_scanning", json!({ "code_scanning_tools": [one] }))
    };
    assert_eq!(of(vec![tool("CodeQL", "errors", "high_or_higher")]), required());
    let runs = ("runs".to_owned(), None);
    assert_eq!(of(vec![tool("CodeQL", "none", "none")]), runs);
    assert_eq!(of(vec![tool("zizmor", "all", "all")]), runs);
    assert_eq!(of(vec![]), runs);
    // The check of code scanning, which is another app's; by name alone any job may publish it.
    assert_eq!(of(vec![check("CodeQL", json!(57789))]), required());
    assert_eq!(of(vec![check("CodeQL", json!(null))]), ("runs".to_owned(), Some("required".to_owned())));
}

#[test]
fn code_scanning_without_a_file_is_seen() {
    let mut files = TREE;
    files[0].1 = "on: push\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - run: exit 0\n";
    let folder = tree(&files);
    let setup = |languages: &[&str]| json!({ "state": "configured", "languages": languages, "query_suite": "default" });
    let mut script = forge();
    script.put(&format!("{REPO}/code-scanning/default-setup"), Reply::json(&setup(&["javascript-typescript", "python"])));
    let said = facts(folder.path(), &serve(&script));
    assert_eq!(rung(&said.json(), "codeql"), ("runs".to_owned(), None), "{}", said.text());
    let systems = said.json()["pipelines"].as_array().expect("a list").len();
    assert_eq!(systems, 1, "what lies in no file is no row");
    let scanning =
        json!({ "code_scanning_tools": [{ "tool": "CodeQL", "alerts_threshold": "all", "security_alerts_threshold": "all" }] });
    script.put(&format!("{REPO}/rules/branches/main"), Reply::json(&json!([rule("code_scanning", scanning)])));
    assert_eq!(rung(&facts(folder.path(), &serve(&script)).json(), "codeql"), required());
    let judged =
        run(folder.path(), &serve(&script).address, &["check", "--forge", "--format=json", "--only=python-static-analysis"], &[]);
    assert_eq!(judged.of("python-static-analysis")["verdict"], "pass", "{}", judged.text());
    script.put(&format!("{REPO}/code-scanning/default-setup"), Reply::json(&setup(&["go"])));
    let said = facts(folder.path(), &serve(&script)).json();
    assert!(said["analyzers"].as_array().expect("a list").iter().all(|row| row["tool"] != "codeql"), "{said}");
}

#[test]
fn security_updates_answer_where_version_updates_are_off() {
    let limit = "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule: { interval: weekly }\n    open-pull-requests-limit: 0\n";
    let files = [
        ("package.json", "{ \"name\": \"a\", \"dependencies\": { \"left\": \"1\" } }"),
        ("a.js", "1\n"),
        ("b.js", "1\n"),
        ("c.js", "1\n"),
        (".github/dependabot.yml", limit),
    ];
    let folder = tree(&files);
    let of = |reply: Reply, rule: &str| {
        let mut script = forge();
        script.put(&format!("{REPO}/automated-security-fixes"), reply);
        let said = run(folder.path(), &serve(&script).address, &["check", "--forge", "--format=json", "--only", rule], &[]);
        let report = said.json();
        let rows = report["findings"].as_array().expect("a list");
        rows.iter()
            .find(|row| row["subject"] == if rule == "node-dependency-audit" { "javascript" } else { "npm" })
            .expect("a row")["verdict"]
            .clone()
    };
    let on = |enabled: bool| Reply::json(&json!({ "enabled": enabled, "paused": false }));
    for rule in ["dependency-update-bot", "node-dependency-audit"] {
        assert_eq!(of(on(true), rule), "pass", "{rule}");
        assert_eq!(of(on(false), rule), "fail", "{rule}");
    }
    let mut script = forge();
    script.put(REPO, Reply::json(&json!({ "default_branch": "main" })));
    script.put(&format!("{REPO}/automated-security-fixes"), Reply::status(404, "Not Found"));
    let said =
        run(folder.path(), &serve(&script).address, &["check", "--forge", "--format=json", "--only=dependency-update-bot"], &[]);
    let finding = said.of("dependency-update-bot");
    assert_eq!((finding["verdict"].as_str(), finding["reason"].as_str()), (Some("unknown"), Some("no-token")), "{finding}");
}

#[test]
fn a_required_workflow_of_another_repository_may_run_anything() {
    let mut script = forge();
    let workflows =
        json!({ "workflows": [{ "path": ".github/workflows/security.yml", "repository_id": 42, "ref": "refs/heads/main" }] });
    script.put(&format!("{REPO}/rules/branches/main"), Reply::json(&json!([rule("workflows", workflows)])));
    let folder = tree(&TREE[1..]);
    let server = serve(&script);
    let seen = facts(folder.path(), &server).json();
    assert!(seen["opaque"][0]["why"].as_str().is_some_and(|why| why.contains("security.yml")), "{seen}");
    for rule in ["python-static-analysis", "gate-unskippable"] {
        let said = run(folder.path(), &server.address, &["check", "--forge", "--format=json", "--only", rule], &[]);
        let finding = said.of(rule);
        assert_eq!((finding["verdict"].as_str(), finding["reason"].as_str()), (Some("unknown"), Some("remote")), "{finding}");
    }
}

#[test]
fn pre_commit_ci_runs_where_its_app_is_installed() {
    let hooks = "ci: { autofix_prs: false }\nrepos:\n- repo: https://github.com/PyCQA/bandit\n  rev: 1.8.0\n  hooks: [{ id: bandit, args: [-r, .] }]\n";
    let mut files = TREE;
    files[0] = (".pre-commit-config.yaml", hooks);
    let folder = tree(&files);
    let of = |installations: Value| {
        let mut script = forge();
        script.put("/orgs/acme/installations", Reply::json(&json!({ "total_count": 1, "installations": installations })));
        rung(&facts(folder.path(), &serve(&script)).json(), "bandit")
    };
    let app = |selection: &str| json!([{ "app_slug": "pre-commit-ci", "repository_selection": selection, "suspended_at": null }]);
    let unsure = of(app("selected"));
    assert!(unsure.1.is_some(), "{unsure:?}");
    assert!(of(app("all")).0 != unsure.0 || of(app("all")).1 != unsure.1, "{unsure:?}");
    assert_eq!(of(json!([])), ("configured".to_owned(), None));
}

#[test]
fn the_same_answers_give_the_same_bytes() {
    let folder = tree(&TREE);
    let server = serve(&forge());
    let check = || run(folder.path(), &server.address, &["check", "--forge", "--all", "--now=2026-11-23T12:00:00Z"], &[]).stdout;
    let first = check();
    assert!(first.contains("the forge was asked about acme/kestrel"), "{first}");
    assert_eq!(first, check());
}
