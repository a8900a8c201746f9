//! Owns the tests of conditions that ask which branch a pull request goes to.

use super::conditions::decide;

#[test]
fn pull_requests_to_another_branch_may_run_it() {
    let dev = "pull_request yes soft(only pull requests to a branch named like `dev` run it)";
    let rest = "pull_request yes soft(only pull requests to other branches run it)";
    let release = "pull_request yes soft(only pull requests to a branch named like `release/` run it)";
    for (filter, condition, expected) in [
        ("", "github.base_ref == 'dev'", dev),
        ("branches: [main, dev]", "github.base_ref == 'dev'", dev),
        ("branches: [main, dev]", "github.event.pull_request.base.ref == 'dev'", dev),
        ("", "startsWith(github.base_ref, 'release/')", release),
        ("branches: ['release/**', main]", "startsWith(github.base_ref, 'release/')", release),
        ("", "github.base_ref != 'main' && github.base_ref != 'master'", rest),
        ("branches: [main, dev]", "github.base_ref != 'main'", dev),
        ("", "github.base_ref == 'main'", "pull_request yes"),
        ("", "github.base_ref != 'dev'", "pull_request yes"),
        // No pull request to it starts the workflow.
        ("branches: [main]", "github.base_ref == 'dev'", "pull_request no"),
        ("branches-ignore: [dev]", "github.base_ref == 'dev'", "pull_request no"),
        ("branches: [main]", "github.base_ref != 'main'", "pull_request no"),
    ] {
        assert_eq!(decide(&format!("{{ pull_request: {{ {filter} }} }}"), condition), expected, "{filter} {condition}");
    }
}
