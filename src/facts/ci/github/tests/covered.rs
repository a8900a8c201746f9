//! Owns the tests of checkouts under conditions that cover all cases together.

use super::*;

/// Whether what is checked out by steps under these conditions is known.
fn known(conditions: &[&str]) -> bool {
    let checkouts: String = conditions
        .iter()
        .map(|condition| format!("    - {{uses: actions/checkout@v4, if: \"{condition}\", with: {{fetch-depth: 0}}}}\n"))
        .collect();
    let text = format!(
        "on: pull_request\nenv: {{MINE: \"${{{{ vars.A == 'x' }}}}\"}}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{checkouts}    - run: lint\n"
    );
    let all = pipeline(&text);
    let last = all.units.last().expect("a step");
    last.holds.is_empty() && last.starts.iter().all(|start| start.holds.is_empty())
}

#[test]
fn conditions_that_cover_all_cases() {
    let table: &[(&[&str], bool)] = &[
        (&["vars.A"], false),
        (&["vars.A", "!vars.A"], true),
        (&["!vars.A", "vars.A"], true),
        (&["vars.A", "!vars.B"], false),
        (&["vars.A == 'x'", "vars.a != 'X'"], true),
        (&["vars.A == 'x'", "vars.A == 'y'"], false),
        (&["vars.A && vars.B", "!vars.A", "!vars.B"], true),
        (&["vars.A && vars.B", "!vars.A"], false),
        (&["vars.A || vars.B", "!(vars.A || vars.B)"], true),
        (&["vars.A", "always()"], true),
        (&["env.MINE == 'true'", "env.MINE == 'false'"], true),
        (&["env.MINE == 'true'", "env.MINE == 'no'"], false),
        (&["env.OTHER", "!env.OTHER"], false),
        (&["steps.a.outputs.b", "!steps.a.outputs.b"], false),
    ];
    for (conditions, expected) in table {
        assert_eq!(known(conditions), *expected, "{conditions:?}");
    }
}

#[test]
fn other_revisions_and_other_cases_stay_unknown() {
    let text = "on: pull_request_target
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
    - {uses: actions/checkout@v4, if: vars.A}
    - {uses: actions/checkout@v4, if: '!vars.A', with: {ref: '${{ github.event.pull_request.head.sha }}'}}
    - run: lint
  b:
    if: vars.A
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v4
    - run: lint
";
    let all = pipeline(text);
    let held = |unit: &Unit| unit.starts.iter().flat_map(|start| &start.holds).chain(&unit.holds).map(effect).collect::<Vec<_>>();
    assert_eq!(held(&all.units[2]), ["unknown"]);
    assert_eq!(held(&all.units[4]), ["soft"]);
}

#[test]
fn two_events_for_one_half_of_the_pull_requests_each() {
    let (own, fork) = ("github.event.pull_request.head.repo.full_name == github.repository", "head.repo.fork == true");
    let halves = format!(
        "({own} && github.event_name == 'pull_request') || (github.event.pull_request.{fork} && github.event_name == 'pull_request_target')"
    );
    let both =
        "on: [pull_request, pull_request_target]\njobs:\n  a:\n    if: CONDITION\n    uses: o/r/.github/workflows/x.yml@v1\n";
    let remote = |condition: &str| {
        let starts = pipeline(&both.replace("CONDITION", condition)).units[0].starts.clone();
        starts.iter().flat_map(|start| &start.holds).map(|hold| format!("{:?}: {}", hold.effect, hold.why)).collect::<Vec<_>>()
    };
    assert_eq!(
        remote(&halves),
        [
            "Note: pull requests from forks are left to another event",
            "Note: pull requests of this repository are left to another event",
        ]
    );
    // One half alone stays one.
    assert_eq!(
        remote(&format!("{own} && github.event_name == 'pull_request'")),
        ["Soften: pull requests from forks do not run it", "Void: this condition does not hold"]
    );
}
