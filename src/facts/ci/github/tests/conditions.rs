//! Owns the tests of `if`: what each condition makes of each event.

use super::*;

pub(super) fn decide(on: &str, condition: &str) -> String {
    let plain = condition.starts_with(['"', '\'', '[']) || matches!(condition, "true" | "false");
    let condition = if plain { condition.to_owned() } else { serde_json::to_string(condition).expect("text") };
    let text = format!("on: {on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    if: {condition}\n    steps:\n    - run: lint\n");
    let pipeline = pipeline(&text);
    let job = starts(&pipeline, &pipeline.units[0].starts);
    // A step decides as its job does.
    let text = format!("on: {on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: lint\n      if: {condition}\n");
    let pipeline = super::pipeline(&text);
    assert_eq!(starts(&pipeline, &pipeline.units[0].starts), job, "{condition}");
    job
}

#[test]
fn one_event() {
    let table: &[(&str, &str, &str)] = &[
        ("pull_request", "true", "pull_request yes"),
        ("pull_request", "false", "pull_request no"),
        ("pull_request", "${{ false }}", "pull_request no"),
        ("pull_request", "\"${{ false }} \"", "pull_request yes"),
        ("pull_request", "\"${{ false }} && false\"", "pull_request yes"),
        ("pull_request", "'false && true'", "pull_request no"),
        ("pull_request", "\"'false'\"", "pull_request yes"),
        ("pull_request", "always()", "pull_request yes"),
        ("pull_request", "success()", "pull_request yes"),
        ("pull_request", "'!cancelled()'", "pull_request yes"),
        ("pull_request", "failure()", "pull_request no"),
        ("pull_request", "cancelled() || failure()", "pull_request no"),
        ("pull_request", "${{ always() && false }}", "pull_request no"),
        ("pull_request", "1 == '1' && null == '' && true == 1 && 'A' == 'a'", "pull_request yes"),
        ("pull_request", "(2 < 1) || 'a' == 0 || !'x'", "pull_request no"),
        ("pull_request", "0x10 == 16 && 1e1 == 10 && -1 < 0", "pull_request yes"),
        ("pull_request", "contains('Hello', 'hell') && startsWith('ab', 'A') && endsWith('ab', 'b')", "pull_request yes"),
        ("pull_request", "contains(fromJSON('[\"push\", \"pull_request\"]'), github.event_name)", "pull_request yes"),
        ("pull_request", "format('{0}-{{{1}}}', 'a', 1) == 'a-{1}'", "pull_request yes"),
        ("pull_request", "join(fromJSON('[1, \"b\"]'), '+') == '1+b'", "pull_request yes"),
        ("pull_request", "fromJSON('{\"a\": {\"b\": [5]}}').a.b[0] == 5", "pull_request yes"),
        ("pull_request", "contains(fromJSON('{\"a\": [{\"n\": \"x\"}]}').a.*.n, 'x')", "pull_request yes"),
        ("pull_request", "toJSON(fromJSON('[]')) == '[]'", "pull_request yes"),
        ("pull_request", "github.event_name == 'schedule'", "pull_request no"),
        ("pull_request", "github['event_name'] == 'pull_request'", "pull_request yes"),
        ("pull_request", "github.ref == 'refs/heads/main'", "pull_request no"),
        ("pull_request", "startsWith(github.ref, 'refs/tags/')", "pull_request no"),
        ("pull_request", "startsWith(github.ref, 'refs/pull/')", "pull_request yes"),
        ("pull_request", "github.base_ref == 'main'", "pull_request yes"),
        (
            "pull_request",
            "github.base_ref == 'dev'",
            "pull_request yes soft(only pull requests to a branch named like `dev` run it)",
        ),
        ("pull_request", "github.event.pull_request", "pull_request yes"),
        ("pull_request", "github.event.pull_request.base.ref == github.event.repository.default_branch", "pull_request yes"),
        (
            "pull_request",
            "github.event.pull_request.draft == false",
            "pull_request yes note(drafts do not run it, and nothing runs it when one becomes ready: `ready_for_review` is not among the types)",
        ),
        (
            "pull_request",
            "'!github.event.pull_request.draft'",
            "pull_request yes note(drafts do not run it, and nothing runs it when one becomes ready: `ready_for_review` is not among the types)",
        ),
        (
            "{pull_request: {types: [opened, synchronize, ready_for_review]}}",
            "'!github.event.pull_request.draft'",
            "pull_request yes note(drafts do not run it)",
        ),
        ("pull_request", "github.event.pull_request.draft", "pull_request yes soft(only drafts run it)"),
        ("pull_request", "github.event.pull_request.merged == true", "pull_request yes soft(only merged pull requests run it)"),
        (
            "pull_request",
            "github.event.pull_request.head.repo.fork",
            "pull_request yes soft(only pull requests from forks run it)",
        ),
        (
            "pull_request",
            "github.event.pull_request.head.repo.full_name == github.repository",
            "pull_request yes soft(pull requests from forks do not run it)",
        ),
        (
            "pull_request",
            "contains(github.event.pull_request.labels.*.name, 'lint')",
            "pull_request yes soft(only pull requests with the label `lint` run it)",
        ),
        (
            "pull_request",
            "\"!contains(github.event.pull_request.labels.*.name, 'skip')\"",
            "pull_request yes note(pull requests with the label `skip` do not run it)",
        ),
        (
            "pull_request",
            "github.actor == 'dependabot[bot]'",
            "pull_request yes soft(only runs of the actor `dependabot[bot]` run it)",
        ),
        (
            "pull_request",
            "github.actor != 'dependabot[bot]'",
            "pull_request yes note(runs of the actor `dependabot[bot]` do not run it)",
        ),
        (
            "pull_request",
            "\"!contains(fromJSON('[\\\"a\\\"]'), github.actor)\"",
            "pull_request yes note(runs of the actor `a` do not run it)",
        ),
        (
            "pull_request",
            "startsWith(github.head_ref, 'release/')",
            "pull_request yes soft(only pull requests from a branch named like `release/` run it)",
        ),
        (
            "pull_request",
            "github.event.action == 'opened'",
            "pull_request yes soft(only pull requests with the activity `opened` run it)",
        ),
        ("pull_request", "github.event.action != 'closed'", "pull_request yes"),
        (
            "pull_request",
            "github.repository == 'o/r'",
            "pull_request yes note(runs only in the repository that the condition names)",
        ),
        (
            "pull_request",
            "github.repository_owner != 'o'",
            "pull_request yes note(does not run in the repository that the condition names)",
        ),
        (
            "pull_request",
            "github.event.repository.name != 'template'",
            "pull_request yes note(does not run in the repository that the condition names)",
        ),
        (
            "pull_request",
            "startsWith(github.repository, 'o/') && github.repository != 'o/template'",
            "pull_request yes note(runs only in the repository that the condition names)",
        ),
        (
            "pull_request",
            "contains(github.repository, 'template')",
            "pull_request yes note(runs only in the repository that the condition names)",
        ),
        ("pull_request", "github.repository == 'o/r' && github.repository == 'o/s'", "pull_request no"),
        (
            "pull_request",
            "contains(fromJSON('[\"o/r\", \"o/s\"]'), github.repository)",
            "pull_request yes note(runs only in the repository that the condition names)",
        ),
        (
            "pull_request",
            "'!github.event.pull_request.labels[0]'",
            "pull_request yes note(pull requests with a label do not run it)",
        ),
        (
            "pull_request",
            "github.event.pull_request.labels[0] == null",
            "pull_request yes note(pull requests with a label do not run it)",
        ),
        (
            "pull_request",
            "toJSON(github.event.pull_request.labels) == '[]'",
            "pull_request yes note(pull requests with a label do not run it)",
        ),
        ("pull_request", "github.foo == ''", "pull_request yes"),
        ("pull_request", "github.run_attempt == 1", "pull_request yes"),
        ("pull_request", "github.sha != ''", "pull_request yes"),
        ("pull_request", "vars.LINT == 'true'", "pull_request unknown(depends on `vars.LINT`)"),
        ("pull_request", "vars.LINT == 'true' && false", "pull_request no"),
        ("pull_request", "vars.LINT == 'true' || true", "pull_request yes"),
        ("pull_request", "inputs.x == 'a'", "pull_request no"),
        ("pull_request", "github.event.inputs.x != 'a'", "pull_request yes"),
        ("push", "github.ref == 'refs/heads/main'", "push yes soft(only pushes to `main` run it)"),
        ("push", "github.ref_name != 'main'", "push yes note(pushes to `main` do not run it)"),
        ("push", "startsWith(github.ref, 'refs/tags/v')", "push yes soft(only tags like `v` run it)"),
        ("push", "github.event.pull_request.draft == false", "push yes"),
        ("push", "github.head_ref == ''", "push yes"),
        (
            "push",
            "\"!contains(github.event.head_commit.message, 'skip ci')\"",
            "push yes note(changes whose text holds `skip ci` do not run it)",
        ),
        ("{push: {branches: [main]}}", "github.ref == 'refs/heads/main'", "push yes"),
        ("{push: {branches: [dev]}}", "github.ref == 'refs/heads/main'", "push no"),
        ("{push: {tags: [v1]}}", "startsWith(github.ref, 'refs/tags/')", "push yes"),
        ("{push: {tags: [v1]}}", "github.ref_type == 'branch'", "push no"),
        ("merge_group", "github.event_name == 'merge_group'", "merge_group yes"),
        ("schedule", "github.ref == 'refs/heads/main'", "schedule yes"),
        ("workflow_dispatch", "inputs.x", "workflow_dispatch unknown(depends on `inputs.x`)"),
        ("workflow_run", "github.event.workflow_run.conclusion == 'success'", "workflow_run yes"),
    ];
    for (on, condition, expected) in table {
        let on = if *on == "schedule" { "{schedule: [{cron: x}]}" } else { on };
        // Values that change with the step's place in the file come out alike for jobs and steps.
        assert_eq!(decide(on, condition), *expected, "{on}: {condition}");
    }
}

#[test]
fn several_events() {
    let either = "github.event_name == 'push' || github.event.pull_request.head.repo.full_name != github.repository";
    assert_eq!(
        decide("[push, pull_request]", either),
        "push yes; pull_request yes \
         note(pull requests of this repository are left to the push event, which covers its branches)"
    );
    // Pushes to `main` alone leave the branches of the repository out.
    let narrow = decide("{push: {branches: [main]}, pull_request: {}}", either);
    assert!(narrow.ends_with("pull_request yes soft(only pull requests from forks run it)"), "{narrow}");
    assert_eq!(decide("[push, pull_request]", "github.event_name != 'pull_request'"), "push yes; pull_request no");
    let target = "on: [pull_request_target]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v4\n    - run: lint\n";
    let all = pipeline(target);
    assert_eq!(
        starts(&all, &all.units[1].starts),
        "pull_request_target yes soft(runs on the base's code: the head is not checked out)"
    );
    let head = target.replace("checkout@v4", "checkout@v4\n      with: {ref: '${{ github.event.pull_request.head.sha }}'}");
    let all = pipeline(&head);
    assert_eq!(starts(&all, &all.units[1].starts), "pull_request_target yes");
}

/// What each of two jobs makes of its condition, in a repository that is called so, or that nobody names.
fn in_repository(name: Option<&str>, one: &str, other: &str) -> String {
    let job = |id: &str, condition: &str| {
        format!("  {id}:\n    if: {condition}\n    runs-on: ubuntu-latest\n    steps:\n    - run: lint\n")
    };
    let text = format!("on: pull_request\njobs:\n{}{}", job("a", one), job("b", other));
    let snapshot = Snapshot::in_memory([(".github/workflows/ci.yml".to_owned(), text)]).called(name.map(str::to_owned));
    let facts = GithubActions.read(&CiWorld {
        snapshot: &snapshot,
        default_branch: &DefaultBranch::Known("main".to_owned()),
        terms: &Terms::default(),
        meter: &crate::facts::meter::Meter::default(),
    });
    let pipeline = facts.pipelines.first().expect("a pipeline");
    let all: Vec<String> = pipeline.units.iter().map(|unit| starts(pipeline, &unit.starts)).collect();
    all.join(" | ")
}

/// One repository has one name: what another job asks for, or the runner says, is what this one is.
#[test]
fn no_condition_makes_the_repository_another_one() {
    let (only, not) = ("note(runs only in the repository that the condition names)", "never");
    let home = "github.repository == 'o/r'";
    let one = in_repository(None, home, "github.event.repository.full_name == 'O/R' && github.repository_owner == 'o'");
    assert_eq!(one, format!("pull_request yes {only} | pull_request yes {only}"));
    let two = in_repository(None, home, "github.repository == 'nobody/nowhere'");
    assert_eq!(two.matches("unknown(which of `o/r`, `nobody/nowhere` this repository is, is not known)").count(), 2, "{two}");
    let either = in_repository(None, home, "github.repository == 'o/r' || github.repository == 'o/s'");
    assert!(either.ends_with(&format!("| pull_request yes {only}")), "{either}");
    // A template and its copies have the same workflows.
    let excluded = in_repository(None, home, "github.repository != 'o/r'");
    assert_eq!(excluded.matches("unknown(").count(), 2, "{excluded}");
    let besides = in_repository(
        None,
        "github.repository != 'a/template'",
        "github.repository == 'a/template' || github.repository == 'o/r'",
    );
    assert!(besides.starts_with("pull_request yes") && !besides.contains(not), "{besides}");
    for parts in [
        "github.repository_owner == 'me' || github.repository_owner == 'you'",
        "contains(fromJSON('[\"me\", \"you\"]'), github.repository_owner)",
        "startsWith(github.repository, 'me/') || startsWith(github.repository, 'you/')",
        "endsWith(github.repository, '/app') && github.repository_owner == 'me'",
        "contains(github.repository, 'me/')",
    ] {
        assert_eq!(in_repository(None, parts, "true"), format!("pull_request yes {only} | pull_request yes"), "{parts}");
    }
    let several = in_repository(None, "contains(github.repository, 'a') && endsWith(github.repository, 'b')", "true");
    assert!(several.starts_with("pull_request unknown("), "{several}");
    for (head, who) in [
        ("github.event.pull_request.head.repo.full_name == 'me/app'", "pull requests from forks do not run it"),
        ("github.event.pull_request.head.repo.owner.login == 'me'", "pull requests from forks do not run it"),
        ("github.event.pull_request.head.repo.full_name != 'me/app'", "only pull requests from forks run it"),
    ] {
        let told = in_repository(None, head, "true");
        assert!(told.contains(who) && !told.contains("never"), "{head}: {told}");
    }
    for named in [
        "github.event.repository.name == 'app'",
        "github.repository_owner == 'me' && github.event.repository.name == 'app'",
        "(github.repository == 'me/app') == true",
        "case(github.repository == 'me/app', true, false)",
    ] {
        let bare = in_repository(None, named, "true");
        assert!(!bare.starts_with("pull_request no"), "{named}: {bare}");
    }
    let told = in_repository(Some("me/app"), "github.repository == 'nobody/nowhere'", "github.event.repository.name == 'app'");
    assert_eq!(told, "pull_request no | pull_request yes");
    let told = in_repository(Some("me/app"), "github.repository != 'a/template'", "startsWith(github.repository, 'me/')");
    assert_eq!(told, "pull_request yes | pull_request yes");
}

/// A workflow of this very repository may be called by its full name, and is not one of another.
#[test]
fn a_call_by_the_full_name_is_one_of_this_repository() {
    let of = |name: Option<&str>, uses: &str| {
        let caller = format!("on: pull_request\njobs:\n  a:\n    uses: {uses}\n");
        let lint = "on: workflow_call\njobs:\n  l:\n    runs-on: ubuntu-latest\n    steps:\n    - run: lint\n";
        let files = [(".github/workflows/ci.yml", caller.as_str()), (".github/workflows/lint.yml", lint)];
        let snapshot = Snapshot::in_memory(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
        let facts = GithubActions.read(&CiWorld {
            snapshot: &snapshot.called(name.map(str::to_owned)),
            default_branch: &DefaultBranch::Known("main".to_owned()),
            terms: &Terms::default(),
            meter: &crate::facts::meter::Meter::default(),
        });
        let said = |unit: &Unit| match &unit.work {
            Work::Script { text, .. } => text.text().to_owned(),
            Work::Remote { why, .. } | Work::Opaque(why) => why.text.clone(),
            _ => "else".to_owned(),
        };
        facts.pipelines[0].units.iter().map(said).collect::<Vec<_>>().join(" | ")
    };
    let own = "Acme/App/.github/workflows/lint.yml";
    assert_eq!(of(Some("acme/app"), &format!("{own}@main")), "lint");
    assert_eq!(of(Some("acme/app"), &format!("{own}@refs/heads/main")), "lint");
    let tagged = of(Some("acme/app"), &format!("{own}@v1"));
    assert_eq!(tagged, format!("the reusable workflow `{own}@v1` is this repository's own in another state than this tree's"));
    let other = of(Some("me/app"), &format!("{own}@main"));
    assert_eq!(other, format!("the reusable workflow `{own}@main` is not in this tree"));
    let open = of(None, &format!("{own}@main"));
    let only = "is not in this tree, unless this repository is `Acme/App`";
    assert_eq!(open, format!("the reusable workflow `{own}@main` {only}"));
}

#[test]
fn contexts_of_steps() {
    let job = |step: &str| {
        let text = format!(
            "on: pull_request\nenv: {{A: '1', S: '${{{{ secrets.X }}}}'}}\njobs:\n  a:\n    runs-on: ubuntu-22.04\n    env: {{B: two}}\n    steps:\n    - {step}\n      run: lint\n"
        );
        let pipeline = pipeline(&text);
        starts(&pipeline, &pipeline.units[0].starts)
    };
    assert_eq!(job("if: env.A == '1' && env.B == 'two'"), "pull_request yes");
    assert_eq!(job("if: env.A == '2'"), "pull_request no");
    assert_eq!(job("if: True"), "pull_request yes");
    assert_eq!(job("if: FALSE"), "pull_request no");
    assert_eq!(job("if: env.S != ''"), "pull_request unknown(depends on `env.S`)");
    assert_eq!(job("if: runner.os == 'Linux'"), "pull_request yes");
    assert_eq!(job("if: runner.os == 'Windows'"), "pull_request no");
    assert_eq!(job("if: runner.debug"), "pull_request no");
    assert_eq!(job("if: '!runner.debug'"), "pull_request yes");
    assert_eq!(job("if: steps.none.outcome == 'failure'"), "pull_request no");
    assert_eq!(job("if: steps.none.outcome == 'success'"), "pull_request no");
    assert_eq!(job("if: steps.none.conclusion != 'success'"), "pull_request yes");
    assert!(job("if: env.CI").starts_with("pull_request unknown(depends on `env.CI`"));
    assert!(job("if: env.GITHUB_ACTIONS == 'true'").starts_with("pull_request unknown("));
    assert_eq!(job("if: github.ref_protected"), "pull_request no");
    assert!(job("if: github.action_ref").starts_with("pull_request unknown("));
    assert!(job("if: github.action_path != ''").starts_with("pull_request unknown("));
}

#[test]
fn how_an_earlier_step_ended() {
    let job = |id: &str, condition: &str, asks: &str| {
        let text = format!(
            "on: [pull_request, push]\njobs:\n  a:\n    runs-on: x\n    steps:\n    - {{run: x, id: {id}, if: \"{condition}\"}}\n    - {{run: lint, if: \"{asks}\"}}\n"
        );
        let pipeline = pipeline(&text);
        let unit = pipeline.units.iter().find(|unit| matches!(&unit.work, Work::Script { text, .. } if text.text() == "lint"));
        starts(&pipeline, &unit.expect("the second step").starts)
    };
    let ran = "steps.x.outcome == 'success'";
    assert_eq!(job("x", "true", ran), "pull_request yes; push yes");
    assert_eq!(job("X", "true", ran), "pull_request yes; push yes");
    assert_eq!(job("y", "true", ran), "pull_request no; push no");
    assert_eq!(job("x", "github.event_name == 'push'", ran), "pull_request no; push yes");
    assert_eq!(job("x", "github.event_name == 'push'", "steps.x.conclusion == 'skipped'"), "pull_request yes; push no");
    assert!(job("x", "vars.X", ran).starts_with("pull_request unknown("));
}

#[test]
fn a_default_branch_of_which_the_name_is_not_known() {
    let either = DefaultBranch::OneOf(vec!["main".to_owned(), "master".to_owned()]);
    let decide = |on: &str, condition: &str| {
        let text = format!("on: {on}\njobs:\n  a:\n    runs-on: x\n    if: {condition}\n    steps:\n    - run: lint\n");
        let facts = read_with(&[(".github/workflows/ci.yml", &text)], &either);
        starts(&facts.pipelines[0], &facts.pipelines[0].units[0].starts)
    };
    for (on, condition, expected) in [
        ("pull_request", "github.base_ref == 'main'", "pull_request yes"),
        ("pull_request", "github.base_ref == 'master'", "pull_request yes"),
        (
            "pull_request",
            "github.base_ref == 'dev'",
            "pull_request yes soft(only pull requests to a branch named like `dev` run it)",
        ),
        ("pull_request", "github.base_ref != 'gh-pages'", "pull_request yes"),
        ("pull_request", "github.base_ref == github.event.repository.default_branch", "pull_request yes"),
        ("pull_request", "github.base_ref != 'main'", "pull_request unknown(a name is known only in part)"),
        ("push", "github.ref == 'refs/heads/main'", "push yes soft(only pushes to the default branch run it)"),
    ] {
        assert_eq!(decide(on, condition), expected, "{on} {condition}");
    }
}
