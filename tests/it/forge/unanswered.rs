//! Owns what becomes of answers that do not come, come in pieces, or are none: never a pass, never an absence, never the token.

use std::time::Instant;

use super::*;

const CHECK: [&str; 5] = ["check", "--forge", "--only", "branch-protection", "--format=json"];

#[test]
fn what_one_may_not_see_is_unknown_by_its_permission() {
    let folder = tree(&TREE);
    for path in forge().paths() {
        for status in [403, 404] {
            let mut script = forge();
            script.put(&path, Reply::status(status, "Resource not accessible by integration"));
            let said = facts(folder.path(), &serve(&script));
            // Of a repository that is not shown nothing can be said.
            assert_eq!(said.status, if path == REPO && status == 404 { 3 } else { 0 }, "{path} {status}: {}", said.text());
            let (rung, may_be) = rung(&said.json(), "bandit");
            if ["", "/rules/branches/main", "/rulesets/7", "/codeowners/errors"]
                .iter()
                .any(|below| path == format!("{REPO}{below}"))
            {
                assert_eq!((rung.as_str(), may_be.as_deref()), ("gates", Some("required")), "{path} {status}");
            }
        }
        let mut script = forge();
        script.put(&path, Reply::status(401, "Bad credentials"));
        let said = facts(folder.path(), &serve(&script));
        assert!(said.status == 3 && said.stderr.contains("does not take the token"), "{path}: {}", said.text());
    }
    let verdict = |path: &str, reply: Reply| {
        let mut script = forge();
        script.put(&format!("{REPO}{path}"), reply);
        let said = run(folder.path(), &serve(&script).address, &CHECK, &[]);
        let finding = said.of("branch-protection");
        (finding["verdict"].as_str().expect("a verdict").to_owned(), finding["message"].as_str().expect("words").to_owned())
    };
    let refused = || Reply::status(403, "Resource not accessible by integration");
    let (word, why) = verdict("/rules/branches/main", refused().header("x-accepted-github-permissions", "metadata=read"));
    assert!(word == "unknown" && why.contains("`metadata=read`"), "{why}");
    let (word, why) = verdict("/rulesets/7", refused());
    assert!(word == "unknown" && why.contains("`administration: write`"), "{why}");
    let hidden =
        json!({ "id": 7, "name": "main", "target": "branch", "enforcement": "active", "current_user_can_bypass": "never" });
    let (word, why) = verdict("/rulesets/7", Reply::json(&hidden));
    assert!(word == "unknown" && why.contains("`administration: write`"), "{why}");
    let upgrade = Reply::status(403, "Upgrade to GitHub Pro or make this repository public to enable this feature.");
    assert_eq!(verdict("/rules/branches/main", upgrade).0, "not-applicable");
    assert_eq!(verdict("/rules/branches/main", Reply::json(&json!([]))).0, "fail");
}

#[test]
fn a_limit_is_waited_for_as_long_as_it_is_short() {
    let folder = tree(&TREE);
    let rules = format!("{REPO}/rules/branches/main");
    let whole = {
        let text = facts(folder.path(), &serve(&forge())).stdout;
        assert!(text.contains("\"required\""));
        text
    };
    let limited =
        Reply::status(403, "API rate limit exceeded").header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", "1");
    let secondary = Reply::status(429, "You have exceeded a secondary rate limit").header("retry-after", "1");
    for replies in [
        vec![limited.clone()],
        vec![secondary.clone()],
        vec![Reply::text(502, "<html>"), Reply::text(503, "")],
        vec![Reply::json(&json!([{ "type": "deletion" }])).cut(9)],
    ] {
        let mut script = forge();
        let good = script.first(&rules);
        script.then(&rules, &[replies, vec![good]].concat());
        let said = facts(folder.path(), &serve(&script));
        // What was asked twice is told no differently.
        assert_eq!((said.status, said.stdout.as_str()), (0, whole.as_str()), "{}", said.text());
    }
    for (reply, says) in [
        (Reply::status(429, "wait").header("retry-after", "3600"), "more than 60 s"),
        (
            Reply::status(403, "wait").header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", "99999999999"),
            "more than 60 s",
        ),
        (Reply::text(500, ""), "status 500"),
        (Reply::json(&json!([])).cut(1), "breaks off"),
    ] {
        let mut script = forge();
        script.put(&rules, reply);
        let began = Instant::now();
        let said = facts(folder.path(), &serve(&script));
        assert!(said.status == 3 && said.stderr.contains(says), "{says}: {}", said.text());
        assert!(began.elapsed().as_secs() < 30, "{says}");
        assert_eq!(rung(&said.json(), "bandit"), ("gates".to_owned(), Some("required".to_owned())));
    }
}

/// Nothing is kept between runs, so that no question is a conditional one: the server answers none.
#[test]
fn an_etag_changes_nothing_and_an_unasked_304_is_no_answer() {
    let folder = tree(&TREE);
    let whole = facts(folder.path(), &serve(&forge())).stdout;
    let mut tagged = forge();
    for path in tagged.paths() {
        let reply =
            tagged.first(&path).header("etag", "W/\"5eb63bbbe01eeed0\"").header("last-modified", "Mon, 23 Nov 2026 12:00:00 GMT");
        tagged.put(&path, reply);
    }
    let server = serve(&tagged);
    for _ in 0..2 {
        let said = facts(folder.path(), &server);
        assert_eq!((said.status, said.stdout.as_str()), (0, whole.as_str()), "{}", said.text());
    }
    let mut script = forge();
    script.put(&format!("{REPO}/rules/branches/main"), Reply::text(304, ""));
    let server = serve(&script);
    let said = facts(folder.path(), &server);
    assert!(said.status == 3 && said.stderr.contains("status 304"), "{}", said.text());
    assert_eq!(rung(&said.json(), "bandit"), ("gates".to_owned(), Some("required".to_owned())));
    let said = run(folder.path(), &server.address, &CHECK, &[]);
    assert!(said.status == 3 && said.of("branch-protection")["verdict"] == "unknown", "{}", said.text());
}

#[test]
fn a_list_is_read_to_its_end_or_not_believed() {
    let folder = tree(&TREE);
    let rules = format!("{REPO}/rules/branches/main");
    let next = |reply: Reply| reply.header("link", "<https://api.github.com/x?page=2>; rel=\"next\"");
    let mut script = forge();
    let good = script.first(&rules);
    let one = json!([{ "type": "required_linear_history", "ruleset_id": 9, "ruleset_source": "acme" }]);
    script.put(&format!("{rules}?per_page=100&page=1"), next(Reply::json(&one)));
    script.put(&format!("{rules}?per_page=100&page=2"), good);
    let said = facts(folder.path(), &serve(&script));
    assert_eq!((said.status, rung(&said.json(), "bandit").0.as_str()), (0, "required"), "{}", said.text());
    script.put(&format!("{rules}?per_page=100&page=2"), Reply::text(500, ""));
    assert_eq!(facts(folder.path(), &serve(&script)).status, 3);
    let mut endless = forge();
    endless.put(&rules, next(Reply::json(&one)));
    let said = facts(folder.path(), &serve(&endless));
    assert!(said.status == 3 && said.stderr.contains("more than 10 pages"), "{}", said.text());
}

#[test]
fn an_answer_that_is_none_is_no_answer() {
    let folder = tree(&TREE);
    let mut bodies: Vec<String> = ["", "no JSON", "{\"a\":", "[[[", "\u{feff}[]"].map(str::to_owned).into();
    bodies.push("[".repeat(100_000));
    bodies.push(format!("[{}0]", "0,".repeat(1_000_000)));
    for body in &bodies {
        let mut script = forge();
        script.put(&format!("{REPO}/rules/branches/main"), Reply::text(200, body));
        let said = facts(folder.path(), &serve(&script));
        assert_eq!(said.status, 3, "{}", said.text());
        assert_eq!(rung(&said.json(), "bandit").0, "gates");
    }
    // Of another kind than is documented: nothing is made of it.
    for odd in [
        json!({}),
        json!([]),
        json!(null),
        json!("x"),
        json!(1),
        json!([null, 1, "x", [], {}]),
        json!({ "enabled": "yes", "environments": 1 }),
    ] {
        for path in forge().paths() {
            let mut script = forge();
            script.put(&path, Reply::json(&odd));
            let said = facts(folder.path(), &serve(&script));
            assert!(matches!(said.status, 0 | 3), "{path} {odd}: {}", said.text());
        }
        let mut script = forge();
        script.put(&format!("{REPO}/rules/branches/main"), Reply::json(&odd));
        let said = run(folder.path(), &serve(&script).address, &CHECK, &[]);
        assert!(said.status == 3 || said.of("branch-protection")["verdict"] != "pass", "{odd}: {}", said.text());
    }
}

#[test]
fn nothing_that_a_forge_says_forges_a_line_or_tells_the_token() {
    let folder = tree(&TREE);
    let evil = format!("x\n::error::forged\r##[error]forged\u{1b}[31m\u{202e}</script>| `a` {TOKEN}");
    let mut script = forge();
    let bypass = json!([{ "actor_id": 1, "actor_type": evil, "bypass_mode": "always" }]);
    script.put(
        &format!("{REPO}/rulesets/7"),
        Reply::json(&json!({ "id": 7, "name": evil, "target": "branch", "enforcement": "active", "bypass_actors": bypass })),
    );
    script.put(&format!("{REPO}/environments"), Reply::status(403, &evil).header("x-accepted-github-permissions", TOKEN));
    script.put(&format!("{REPO}/codeowners/errors"), Reply::status(404, &evil));
    script.put(&format!("{REPO}/automated-security-fixes"), Reply::status(418, &evil));
    let server = serve(&script);
    for format in tollgate::report::reporters().iter().map(|reporter| reporter.format()) {
        let arguments = ["check", "--forge", "--here", "--all", "-v", "--format", format, "--fail-on", "never"];
        let said =
            run(folder.path(), &server.address, &arguments, &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "schedule")]);
        assert!(said.text().contains("forged") || said.status == 3, "{format}: {}", said.text());
        for line in said.text().lines() {
            assert!(!line.starts_with("::error::forged") && !line.starts_with("##["), "{format}: {line}");
            assert!(!line.contains('\u{1b}') && !line.contains('\u{202e}'), "{format}: {line}");
        }
    }
}
