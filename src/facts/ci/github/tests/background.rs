//! Owns the tests of steps that run beside others: groups, the background, and what stops it.

use super::*;

fn job(steps: &str) -> Pipeline {
    pipeline(&format!("on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n    - uses: actions/checkout@v7\n{steps}"))
}

#[test]
fn steps_beside_others() {
    let cancelled = "sh[e] x unknown(a later step cancels `B`: what is stopped before its end fails nothing)";
    let table: &[(&str, &[&str])] = &[
        ("    - parallel: [{run: x}, {uses: o/r@v1}]\n    - run: y\n", &["sh[e] x", "uses o/r@v1", "sh[e] y"]),
        (
            "    - parallel: [{run: x}, {parallel: [{run: y}, {run: z}]}]\n    - run: w\n",
            &["sh[e] x", "sh[e] y", "sh[e] z", "sh[e] w"],
        ),
        ("    - parallel: [{run: x, continue-on-error: true}]\n", &["sh[e] x soft(continues on error)"]),
        ("    - {id: b, run: x, background: true}\n    - run: y\n", &["sh[e] x", "sh[e] y"]),
        ("    - {id: b, run: x, background: true}\n    - {wait: b, continue-on-error: true}\n", &["sh[e] x"]),
        ("    - {id: B, run: x, background: true}\n    - run: y\n    - cancel: b\n", &[cancelled, "sh[e] y"]),
        ("    - {id: B, run: x, background: true}\n    - wait-all: false\n    - cancel: b\n", &[cancelled]),
        ("    - {id: b, run: x, background: true}\n    - wait: [c, b]\n    - cancel: b\n", &["sh[e] x"]),
        ("    - {id: b, run: x, background: true}\n    - wait-all:\n    - cancel: b\n", &["sh[e] x"]),
        ("    - {id: b, run: x, background: false}\n    - cancel: b\n", &["sh[e] x"]),
        ("    - {id: b, run: x, background: true}\n    - cancel: c\n", &["sh[e] x"]),
    ];
    for (steps, expected) in table {
        assert_eq!(all_shown(&job(steps)), *expected, "{steps}");
    }
}

#[test]
fn a_checkout_in_a_group() {
    let checked =
        |steps: &str| pipeline(&format!("on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"));
    let noise = |pipeline: &Pipeline| units(pipeline).iter().map(|unit| unit.holds.len()).collect::<Vec<_>>();
    let grouped = checked("    - parallel: [{uses: actions/checkout@v7}, {uses: actions/setup-python@v6}]\n    - run: x\n");
    // The action that runs beside it looks at nothing.
    assert_eq!(noise(&grouped), [1, 0]);
}

#[test]
fn what_a_step_hands_on_is_there_behind_its_end() {
    let table: &[(&str, &[&str])] = &[
        (
            "    - parallel: [{run: 'echo \"X=y\" >> $GITHUB_ENV'}, {run: '${{ env.X }} b'}]\n    - run: ${{ env.X }} c\n",
            &["sh[e] echo \"X=y\" >> $GITHUB_ENV", "sh[e] … b", "sh[e] y c"],
        ),
        (
            "    - {id: a, run: 'echo \"X=y\" >> $GITHUB_ENV', background: true}\n    - run: ${{ env.X }} b\n    - wait: a\n    - run: ${{ env.X }} c\n",
            &["sh[e] echo \"X=y\" >> $GITHUB_ENV", "sh[e] … b", "sh[e] y c"],
        ),
        (
            "    - {run: 'echo \"X=y\" >> $GITHUB_ENV', background: true}\n    - run: ${{ env.X }} b\n",
            &["sh[e] echo \"X=y\" >> $GITHUB_ENV", "sh[e] … b"],
        ),
    ];
    for (steps, expected) in table {
        assert_eq!(all_shown(&job(steps)), *expected, "{steps}");
    }
}

#[test]
fn a_checkout_beside_a_step_may_come_too_late() {
    let checked =
        |steps: &str| pipeline(&format!("on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"));
    let holds = |pipeline: &Pipeline| {
        units(pipeline).iter().map(|unit| unit.holds.first().map_or("", |hold| hold.why.as_str())).collect::<Vec<_>>().join("|")
    };
    let grouped = checked("    - parallel: [{uses: actions/checkout@v7}, {run: x}]\n    - run: y\n");
    assert_eq!(holds(&grouped), "a step that runs beside it checks out what it looks at|");
}

#[test]
fn schema_of_groups() {
    let twice = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - parallel: [{run: x, id: i}, {run: y, id: i}]\n";
    assert_eq!(rejected(twice), ["6: a second step has the id `i`: case makes no difference to GitHub"]);
}
