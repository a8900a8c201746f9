//! Owns the tests of `on:`: events, their filters, how far they reach.

use super::*;
use crate::facts::pipeline::{Reach, Trigger};

/// Each event of an `on:` as `name trigger reach [may REACH] [paths] [held: why]`.
fn events(on: &str, branch: &DefaultBranch) -> Vec<String> {
    let text = format!("{on}\njobs: {{a: {{runs-on: ubuntu-latest, steps: [{{run: x}}]}}}}\n");
    let facts = read_with(&[(".github/workflows/ci.yml", &text)], branch);
    assert_eq!(facts.unreadable, [], "{text}");
    let shown = facts.pipelines[0].events.iter().map(|event| {
        let may = event.may_reach.as_ref().map(|(reach, _)| format!(" may {reach:?}")).unwrap_or_default();
        let paths = event.paths.as_ref().map(|_| " paths".to_owned()).unwrap_or_default();
        let held = event.held_by.as_ref().map(|hold| format!(" {}({})", effect(hold), hold.why)).unwrap_or_default();
        format!("{} {:?} {:?}{may}{paths}{held}", event.name, event.trigger, event.reach)
    });
    shown.collect()
}

#[test]
fn events_and_filters() {
    let main = DefaultBranch::Known("main".to_owned());
    let table: &[(&str, &[&str])] = &[
        ("on: push", &["push Push Gates"]),
        ("on: [push, pull_request]", &["push Push Gates", "pull_request PullRequest Gates"]),
        ("\"on\": pull_request", &["pull_request PullRequest Gates"]),
        ("on: {push: null, pull_request: {}}", &["push Push Gates", "pull_request PullRequest Gates"]),
        ("on: [push, push]", &["push Push Gates"]),
        ("on: {push: {branches: [main]}}", &["push Push Runs soft(only pushes to `main` start it)"]),
        ("on: {push: {branches: main}}", &["push Push Runs soft(only pushes to `main` start it)"]),
        ("on: {push: {branches: ['**']}}", &["push Push Gates"]),
        ("on: {push: {branches: ['*']}}", &["push Push Runs soft(only pushes to `*` start it)"]),
        ("on: {push: {branches: ['*', '*/*', '*/*/*']}}", &["push Push Runs soft(only pushes to `*`, `*/*`, `*/*/*` start it)"]),
        (
            "on: {push: {branches: ['**', '!feature/**']}}",
            &["push Push Runs soft(pushes to branches named like `feature/**` do not start it)"],
        ),
        ("on: {push: {branches: ['**', '!gh-pages']}}", &["push Push Gates note(pushes to some branches do not start it)"]),
        (
            "on: {push: {branches-ignore: ['dependabot/**']}}",
            &["push Push Runs soft(pushes to branches named like `dependabot/**` do not start it)"],
        ),
        ("on: {push: {branches-ignore: ['**']}}", &["push Push Runs soft(only pushes to branches other than `**` start it)"]),
        ("on: {push: {tags: ['v*']}}", &["push Tag Runs soft(only pushed tags start it)"]),
        ("on: {push: {tags-ignore: ['v*']}}", &["push Tag Runs soft(only pushed tags start it)"]),
        (
            "on: {push: {branches: [main], tags: ['*']}}",
            &["push Push Runs soft(only pushes to `main` start it)", "push Tag Runs soft(only pushed tags start it)"],
        ),
        ("on: {push: {branches: ['**'], tags: ['v*']}}", &["push Push Gates", "push Tag Runs soft(only pushed tags start it)"]),
        ("on: {push: {paths: ['src/**']}}", &["push Push Gates paths"]),
        ("on: {pull_request: {branches: [main]}}", &["pull_request PullRequest Gates"]),
        (
            "on: {pull_request: {branches: ['releases/**']}}",
            &["pull_request PullRequest Runs soft(only pull requests to `releases/**` start it)"],
        ),
        (
            "on: {pull_request: {branches: ['**', '!main']}}",
            &["pull_request PullRequest Runs soft(only pull requests to `**`, `!main` start it)"],
        ),
        ("on: {pull_request: {branches: ['!main', '**']}}", &["pull_request PullRequest Gates"]),
        ("on: {pull_request: {branches: []}}", &["pull_request PullRequest Runs soft(only pull requests to no branch start it)"]),
        (
            "on: {pull_request: {branches-ignore: [main]}}",
            &["pull_request PullRequest Runs soft(only pull requests to branches other than `main` start it)"],
        ),
        ("on: {pull_request: {branches-ignore: [dev]}}", &["pull_request PullRequest Gates"]),
        ("on: {pull_request: {paths-ignore: ['docs/**']}}", &["pull_request PullRequest Gates paths"]),
        ("on: {pull_request: {types: [opened, synchronize, reopened, labeled]}}", &["pull_request PullRequest Gates"]),
        (
            "on: {pull_request: {types: [opened]}}",
            &["pull_request PullRequest Runs soft(new commits do not start it (`types` lacks `synchronize`))"],
        ),
        (
            "on: {pull_request: {types: synchronize}}",
            &["pull_request PullRequest Runs soft(opening a pull request does not start it (`types` lacks `opened`))"],
        ),
        (
            "on: {pull_request: {types: [closed]}}",
            &["pull_request PullRequest Runs soft(neither opening a pull request nor new commits start it (`types`))"],
        ),
        (
            "on: {pull_request: {types: {a: b}}}",
            &["pull_request PullRequest Runs may Gates unknown(the activity types cannot be read)"],
        ),
        ("on: pull_request_target", &["pull_request_target PullRequest Gates"]),
        ("on: merge_group", &["merge_group MergeGroup Gates"]),
        ("on: {merge_group: {branches: [dev]}}", &["merge_group MergeGroup Runs soft(only merge groups to `dev` start it)"]),
        ("on: {schedule: [{cron: '0 0 * * *'}]}", &["schedule Schedule Runs soft(a clock starts it, no change does)"]),
        ("on: {schedule: []}", &["schedule Schedule Nothing soft(a clock starts it, no change does)"]),
        ("on: release", &["release Release Runs soft(only a release starts it)"]),
        ("on: workflow_dispatch", &["workflow_dispatch Manual Nothing soft(only a person starts it)"]),
        ("on: workflow_call", &["workflow_call Call Nothing soft(only another workflow starts it)"]),
        (
            "on: {workflow_run: {workflows: [a]}}",
            &["workflow_run Other Runs soft(`workflow_run` is not what a change to merge starts)"],
        ),
        ("on: issue_comment", &["issue_comment Other Runs soft(`issue_comment` is not what a change to merge starts)"]),
    ];
    for (on, expected) in table {
        assert_eq!(events(on, &main), *expected, "{on}");
    }
}

#[test]
fn a_default_branch_of_which_the_name_is_not_known() {
    let either = DefaultBranch::OneOf(vec!["main".to_owned(), "master".to_owned()]);
    assert_eq!(events("on: {pull_request: {branches: [main, master]}}", &either), ["pull_request PullRequest Gates"]);
    for listed in ["[main]", "[master]", "[main, dev]", "['ma*n']"] {
        let some = events(&format!("on: {{pull_request: {{branches: {listed}}}}}"), &either);
        assert_eq!(some, ["pull_request PullRequest Gates"], "{listed}: both names count");
    }
    // What takes one of the names out may take out the right one.
    for on in ["{branches-ignore: [main]}", "{branches: ['**', '!master']}"] {
        let some = events(&format!("on: {{pull_request: {on}}}"), &either);
        assert!(some[0].starts_with("pull_request PullRequest Runs may Gates unknown("), "{some:?}");
    }
    assert!(events("on: {pull_request: {branches: [dev]}}", &either)[0].starts_with("pull_request PullRequest Runs soft("));
}

#[test]
fn path_filters_follow_the_order_of_their_patterns() {
    let on = "on: {pull_request: {paths: ['**.py', '!docs/**', 'docs/conf.py']}, push: {paths-ignore: ['*.md']}}";
    let all = pipeline(&format!("{on}\njobs: {{a: {{runs-on: x, steps: [{{run: x}}]}}}}"));
    let pull = all.events[0].paths.as_ref().expect("filter");
    for (path, passes) in [("a.py", true), ("src/b.py", true), ("docs/a.py", false), ("docs/conf.py", true), ("x.md", false)] {
        assert_eq!(pull.passes(path), passes, "{path}");
    }
    let push = all.events[1].paths.as_ref().expect("filter");
    assert!(push.passes("a.py") && !push.passes("README.md") && push.passes("docs/x.md"));
}

#[test]
fn what_github_rejects() {
    let jobs = "jobs: {a: {runs-on: x, steps: [{run: x}]}}";
    let table: &[(String, &str)] = &[
        (
            format!("on: {{push: {{branches: [a], branches-ignore: [b]}}}}\n{jobs}"),
            "1: `branches` and `branches-ignore` exclude each other",
        ),
        (
            format!("on: {{pull_request: {{paths: [a], paths-ignore: [b]}}}}\n{jobs}"),
            "1: `paths` and `paths-ignore` exclude each other",
        ),
        (format!("on: pul_request\n{jobs}"), "1: `pul_request` is no event that GitHub knows"),
        (jobs.to_owned(), "1: the workflow has no `on`"),
        ("on: push".to_owned(), "1: the workflow has no jobs"),
        ("on: push\njobs: {}".to_owned(), "1: the workflow has no jobs"),
        (format!("on: \n{jobs}"), "1: `on` names no event"),
        ("- a".to_owned(), "1: the workflow is no mapping"),
        (
            "on: push\njobs: {a: {needs: b, runs-on: x, steps: [{run: x}]}}".to_owned(),
            "2: the job `a` needs `b`, and there is no such job",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(rejected(text), [*expected], "{text}");
    }
    assert_eq!(rejected("# nothing but words\n"), [] as [&str; 0], "nothing of it runs, and nothing is wrong with it");
    let cycle =
        "on: push\njobs:\n  a: {needs: b, runs-on: x, steps: [{run: x}]}\n  b: {needs: a, runs-on: x, steps: [{run: x}]}\n";
    assert_eq!(rejected(cycle), ["3: the job `a` needs itself, directly or through others"]);
    let twice = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: x\n      run: y\n";
    assert_eq!(rejected(twice).len(), 1);
    assert_eq!(rejected("on: push\njobs: [}").len(), 1);
    let both = rejected("on: push\njobs: {a: {runs-on: x, steps: [{run: x, uses: a/b@c}]}}");
    assert_eq!(both, ["2: a step has both `run` and `uses`", "2: `uses` does not go with the keys before it"]);
    let merge = "on: push\nenv: &x {A: y}\njobs:\n  a:\n    runs-on: x\n    env:\n      <<: *x\n    steps: [{run: x}]\n";
    assert_eq!(rejected(merge).len(), 1, "GitHub reads anchors, not merge keys");
}

#[test]
fn only_regular_files_right_in_the_directory_are_read() {
    let text = "on: push\njobs: {a: {runs-on: x, steps: [{run: x}]}}";
    let paths = [
        ".github/workflows/b.yaml",
        ".github/workflows/a.yml",
        ".github/workflows/x.txt",
        ".github/workflows/sub/c.yml",
        "ci.yml",
    ];
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, text)).collect();
    let facts = read(&files);
    let found: Vec<&str> = facts.pipelines.iter().map(|pipeline| pipeline.path.as_str()).collect();
    assert_eq!(found, [".github/workflows/a.yml", ".github/workflows/b.yaml"]);
    assert_eq!(facts.pipelines[0].triggers(), [Trigger::Push]);
    assert_eq!(facts.pipelines[0].events[0].reach, Reach::Gates);
    assert_eq!(read(&[(".github/workflows/a.yml", "a\0b")]).unreadable.len(), 1);
}
