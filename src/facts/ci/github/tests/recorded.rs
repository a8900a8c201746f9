//! Owns the tests of failures that a script only writes down.

use super::*;

/// Which of the first job's steps write down something for which something later may fail.
fn recorded(rest: &str) -> Vec<usize> {
    let text = format!("on: pull_request\njobs:\n  a:\n    runs-on: x\n{rest}");
    let pipeline = pipeline(&text);
    let own = pipeline.units.iter().filter(|unit| unit.job == 0).enumerate();
    own.filter(|(_, unit)| unit.recorded.is_some()).map(|(at, _)| at).collect()
}

#[test]
fn a_later_step_may_fail_for_what_was_written() {
    let output = "    - {id: l, run: 'lint || echo \"failed=true\" >> \"$GITHUB_OUTPUT\"'}\n";
    let variable = "    - {run: 'lint || echo \"FAILED=1\" >> $GITHUB_ENV'}\n";
    let block = "    - {id: l, run: \"{ lint; echo a=$?; } >> $GITHUB_OUTPUT\"}\n";
    let table: &[(&str, &str, bool)] = &[
        (output, "{if: steps.l.outputs.failed == 'true', run: exit 1}", true),
        (output, "{if: \"steps['l'].outputs.failed\", run: exit 1}", true),
        (output, "{run: 'test -z \"${{ steps.L.outputs.Failed }}\"'}", true),
        (output, "{uses: o/judge@v1, with: {failed: '${{ steps.l.outputs.failed }}'}}", true),
        (output, "{if: steps.l.outputs.failed == 'true', run: exit 1, continue-on-error: true}", false),
        (output, "{if: steps.l.outputs.failed == 'true', run: 'echo bad'}", false),
        (output, "{run: 'echo \"failed: ${{ steps.l.outputs.failed }}\"'}", false),
        (output, "{if: steps.l.outputs.other == 'true', run: exit 1}", false),
        (output, "{if: steps.m.outputs.failed == 'true', run: exit 1}", false),
        (output, "{run: exit 1}", false),
        (block, "{if: steps.l.outputs.a != '0', run: exit 1}", true),
        (variable, "{if: env.FAILED == '1', run: exit 1}", true),
        (variable, "{run: '[ -z \"$FAILED\" ]'}", true),
        (variable, "{run: '[ -z \"$OTHER\" ]'}", false),
        (variable, "{run: 'echo $FAILED'}", false),
    ];
    for (first, then, expected) in table {
        let found = recorded(&format!("    steps:\n{first}    - {then}\n"));
        assert_eq!(found == [0], *expected, "{first}{then}");
    }
    assert_eq!(recorded(&format!("    steps:\n    - {{if: steps.l.outputs.failed == 'true', run: exit 1}}\n{output}")), [0; 0]);
}

#[test]
fn another_job_may_fail_for_what_was_written() {
    let job = "    outputs: {bad: '${{ steps.l.outputs.failed }}', end: '${{ steps.m.outcome }}'}
    steps:
    - {id: l, run: 'lint || echo \"failed=true\" >> \"$GITHUB_OUTPUT\"'}
    - {id: m, continue-on-error: true, run: lint}
";
    let asking = "  b: {needs: a, if: needs.A.outputs.bad, runs-on: x, steps: [{run: exit 1}]}\n";
    let other = "  b: {needs: a, runs-on: x, steps: [{run: exit 1}]}\n";
    assert_eq!(recorded(&format!("{job}{asking}")), [0]);
    assert_eq!(recorded(&format!("{job}{other}")), [0; 0]);
    let soft = |rest: &str| {
        let text = format!("on: pull_request\njobs:\n  a:\n    runs-on: x\n{job}{rest}");
        pipeline(&text).units[1].holds.iter().map(effect).collect::<Vec<_>>()
    };
    assert_eq!((soft(asking), soft(other)), (vec!["unknown", "unknown"], vec!["soft", "unknown"]));
}
