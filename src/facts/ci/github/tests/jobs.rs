//! Owns the tests of jobs: `needs`, changed files, check names.

use super::*;

/// `id: starts` of the first unit of each job.
fn jobs(text: &str) -> Vec<String> {
    let pipeline = pipeline(text);
    let first = (0..pipeline.jobs.len()).filter_map(|job| pipeline.units.iter().rev().find(|unit| unit.job == job));
    first.map(|unit| format!("{}: {}", pipeline.jobs[unit.job].id, starts(&pipeline, &unit.starts))).collect()
}

#[test]
fn a_skipped_need_skips() {
    let text = "on: [pull_request, push]
jobs:
  gate: {if: github.event_name == 'push', runs-on: x, steps: [{run: x}]}
  plain: {needs: gate, runs-on: x, steps: [{run: x}]}
  far: {needs: [plain], runs-on: x, steps: [{run: x}]}
  always: {needs: gate, if: always(), runs-on: x, steps: [{run: x}]}
  behind: {needs: always, runs-on: x, steps: [{run: x}]}
  not-cancelled: {needs: gate, if: '!cancelled()', runs-on: x, steps: [{run: x}]}
  success: {needs: gate, if: success() || false, runs-on: x, steps: [{run: x}]}
  result: {needs: gate, if: \"always() && needs.gate.result == 'success'\", runs-on: x, steps: [{run: x}]}
  failed: {needs: gate, if: failure(), runs-on: x, steps: [{run: x}]}
  maybe: {if: vars.X, runs-on: x, steps: [{run: x}]}
  perhaps: {needs: maybe, runs-on: x, steps: [{run: x}]}
";
    assert_eq!(
        jobs(text),
        [
            "gate: pull_request no; push yes",
            "plain: pull_request no; push yes",
            "far: pull_request no; push yes",
            "always: pull_request yes; push yes",
            "behind: pull_request no; push yes",
            "not-cancelled: pull_request yes; push yes",
            "success: pull_request no; push yes",
            "result: pull_request no; push yes",
            "failed: pull_request no; push no",
            "maybe: pull_request unknown(depends on `vars.X`); push unknown(depends on `vars.X`)",
            "perhaps: pull_request unknown(depends on `vars.X`); push unknown(depends on `vars.X`)",
        ]
    );
}

#[test]
fn a_job_that_asks_how_a_skipped_one_ended_runs() {
    let text = "on: pull_request
jobs:
  gate: {if: github.event_name == 'push', runs-on: x, steps: [{run: x}]}
  either: {needs: gate, if: \"always() && (needs.gate.result == 'success' || needs.gate.result == 'skipped')\", runs-on: x, steps: [{run: x}]}
  none-failed: {needs: gate, if: \"always() && !contains(needs.*.result, 'failure')\", runs-on: x, steps: [{run: x}]}
";
    assert_eq!(jobs(text), ["gate: pull_request no", "either: pull_request yes", "none-failed: pull_request yes"]);
}

#[test]
fn case_makes_no_difference_to_ids() {
    let text = "on: pull_request
jobs:
  Gate:
    if: github.event_name == 'push'
    outputs: {Docs: '${{ steps.Lit.Outputs.Docs }}'}
    runs-on: x
    steps: [{id: lit, run: 'echo \"docs=yes\" >> \"$GITHUB_OUTPUT\"'}]
  open: {outputs: {Docs: '${{ steps.LIT.Outputs.docs }}'}, runs-on: x, steps: [{id: lit, run: 'echo \"Docs=yes\" >> \"$GITHUB_OUTPUT\"'}]}
  behind: {needs: gate, runs-on: x, steps: [{run: x}]}
  result: {needs: [GATE], if: \"always() && needs.gate.Result == 'skipped'\", runs-on: x, steps: [{run: x}]}
  output: {needs: [OPEN], if: \"needs.Open.Outputs.DOCS == 'yes'\", runs-on: x, steps: [{run: x}]}
";
    assert_eq!(
        jobs(text),
        [
            "Gate: pull_request no",
            "open: pull_request yes",
            "behind: pull_request no",
            "result: pull_request yes",
            "output: pull_request yes",
        ]
    );
    let cycle = "on: push\njobs: {A: {needs: b, runs-on: x, steps: [{run: x}]}, B: {needs: a, runs-on: x, steps: [{run: x}]}}\n";
    assert_eq!(rejected(cycle).len(), 1);
}

#[test]
fn what_holds_a_need_holds_its_users() {
    let text = "on: pull_request
jobs:
  gate: {if: \"contains(github.event.pull_request.labels.*.name, 'ok')\", runs-on: x, steps: [{run: x}]}
  plain: {needs: gate, runs-on: x, steps: [{run: x}]}
  always: {needs: gate, if: always(), runs-on: x, steps: [{run: x}]}
";
    let soft = "pull_request yes soft(only pull requests with the label `ok` run it)";
    assert_eq!(jobs(text), [format!("gate: {soft}"), format!("plain: {soft}"), "always: pull_request yes".to_owned()]);
}

const FILTERS: &str = "on: pull_request
jobs:
  changes:
    runs-on: x
    outputs:
      py: ${{ steps.f.outputs.py }}
      js: ${{ steps.f.outputs.js }}
      other: ${{ steps.g.outputs.z }}
    steps:
    - id: f
      uses: dorny/paths-filter@v3
      with:
        filters: |
          py:
            - '**/*.py'
            - pyproject.toml
          js: ['web/**']
";

#[test]
fn changed_files_become_filters() {
    let job = |condition: &str| {
        let text = format!("{FILTERS}  a:\n    needs: changes\n    if: {condition}\n    runs-on: x\n    steps: [{{run: x}}]\n");
        jobs(&text)[1].clone()
    };
    assert_eq!(job("needs.changes.outputs.py == 'true'"), "a: pull_request yes paths(**/*.py,pyproject.toml)");
    assert_eq!(
        job("needs.changes.outputs.py == 'true' || needs.changes.outputs.js == 'true'"),
        "a: pull_request yes paths(**/*.py, pyproject.toml, web/**)"
    );
    assert_eq!(
        job("needs.changes.outputs.py == 'true' && needs.changes.outputs.js == 'true'"),
        "a: pull_request unknown(several changed-files filters decide together)"
    );
    assert_eq!(job("needs.changes.outputs.py == 'true' || github.event_name == 'pull_request'"), "a: pull_request yes");
    assert_eq!(
        job("needs.changes.outputs.py != 'true'"),
        "a: pull_request yes soft(a change that touches a file matched by this filter skips it)"
    );
    assert_eq!(
        job("needs.changes.outputs.other == 'true'"),
        "a: pull_request unknown(depends on the output `z` of the step `g`)"
    );
    let steps = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - {id: c, uses: tj-actions/changed-files@v45, with: {files: \"**.py\\n!docs/**\"}}\n    - if: steps.c.outputs.any_changed == 'true'\n      run: lint\n";
    let all = pipeline(steps);
    let filter = &all.units[1].starts[0].paths[0];
    assert!(filter.passes("a.py") && !filter.passes("docs/a.py") && !filter.passes("a.js"));
}

#[test]
fn check_names() {
    let text = "on: push
jobs:
  plain: {runs-on: x, steps: [{run: x}]}
  named: {name: Lint it, runs-on: x, steps: [{run: x}]}
  many: {strategy: {matrix: {os: [a, b], v: [1, '2']}}, runs-on: x, steps: [{run: x}]}
  both: {name: T, strategy: {matrix: {v: [3.10, true], include: [{v: x, e: {n: deep}}]}}, runs-on: x, steps: [{run: x}]}
  more: {strategy: {matrix: {os: [a, b], include: [{OS: a, v: 5}, {v: 6, os: c}]}}, runs-on: x, steps: [{run: x}]}
  computed: {name: 'on ${{ matrix.v }}', strategy: {matrix: {v: [1, 2]}}, runs-on: x, steps: [{run: x}]}
  unknown: {name: 'on ${{ vars.X }}', runs-on: x, steps: [{run: x}]}
  dynamic: {strategy: {matrix: '${{ fromJSON(vars.M) }}'}, runs-on: x, steps: [{run: x}]}
";
    let names: Vec<String> = pipeline(text)
        .jobs
        .iter()
        .map(|job| job.checks.iter().map(|check| check.as_deref().unwrap_or("?")).collect::<Vec<_>>().join(" | "))
        .collect();
    assert_eq!(
        names,
        [
            "plain",
            "Lint it",
            "many (a, 1) | many (a, 2) | many (b, 1) | many (b, 2)",
            "T (3.1) | T (true) | T (x, deep)",
            "more (a) | more (b) | more (c, 6)",
            "on 1 | on 2",
            "?",
            "?",
        ]
    );
}

#[test]
fn continuing_on_error() {
    let job = |text: &str| {
        let all = pipeline(&format!("on: [push, pull_request]\njobs:\n  a:\n    runs-on: x\n{text}"));
        (all_shown(&all), starts(&all, &all.units[0].starts))
    };
    let plain = "push yes; pull_request yes";
    let table: &[(&str, &str, &str)] = &[
        ("    continue-on-error: true\n    steps: [{run: x}]\n", "sh[e] x soft(continues on error)", plain),
        ("    steps: [{run: x, continue-on-error: true}]\n", "sh[e] x soft(continues on error)", plain),
        ("    steps: [{run: x, continue-on-error: false}]\n", "sh[e] x", plain),
        ("    steps: [{run: x, continue-on-error: '${{ true }}'}]\n", "sh[e] x soft(continues on error)", plain),
        (
            "    steps: [{run: x, continue-on-error: '${{ vars.X }}'}]\n",
            "sh[e] x unknown(may continue on error: depends on `vars.X`)",
            plain,
        ),
        (
            "    steps: [{run: x, continue-on-error: \"${{ github.event_name == 'push' }}\"}]\n",
            "sh[e] x",
            "push yes soft(continues on error); pull_request yes",
        ),
        (
            "    steps: [{run: x, continue-on-error: \"${{ contains(github.event.pull_request.title, 'wip') }}\"}]\n",
            "sh[e] x",
            "push yes; pull_request yes unknown(changes whose text holds `wip` continue on error)",
        ),
        (
            "    steps: [{run: x, continue-on-error: \"${{ github.actor == 'renovate[bot]' }}\"}]\n",
            "sh[e] x",
            "push yes note(runs of the actor `renovate[bot]` continue on error); pull_request yes \
             note(runs of the actor `renovate[bot]` continue on error)",
        ),
        (
            "    steps: [{run: x, continue-on-error: \"${{ github.repository != 'o/template' }}\"}]\n",
            "sh[e] x unknown(may continue on error: what this repository is called is not known)",
            plain,
        ),
    ];
    for (text, unit, expected) in table {
        assert_eq!(job(text), (vec![(*unit).to_owned()], (*expected).to_owned()), "{text}");
    }
}

#[test]
fn a_later_step_may_make_a_lost_failure_good() {
    let job = |judge: &str| {
        let all = pipeline(&format!(
            "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - {{id: lint, run: lint, continue-on-error: true}}\n    - {judge}\n"
        ));
        shown(&all.units[0])
    };
    let good = "sh[e] lint note(continues on error, but a later step fails the job then)";
    let lost = "sh[e] lint soft(continues on error)";
    assert_eq!(job("{if: \"steps.lint.outcome == 'failure'\", run: exit 1}"), good);
    assert_eq!(job("{if: \"always() && steps.lint.outcome != 'success'\", run: exit 1}"), good);
    assert_eq!(job("{if: \"steps.lint.conclusion == 'failure'\", run: exit 1}"), lost);
    assert_eq!(job("{if: \"steps.other.outcome == 'failure'\", run: exit 1}"), lost);
    assert_eq!(job("{if: \"steps.lint.outcome == 'failure'\", run: exit 0}"), lost);
    assert_eq!(job("{if: \"steps.lint.outcome == 'failure'\", run: exit 1, continue-on-error: true}"), lost);
    assert_eq!(job("{if: \"steps.lint.outcome == 'failure'\", run: exit 1, shell: bash}"), good);
    assert_eq!(job("{if: \"steps.lint.outcome == 'failure'\", run: echo failed}"), lost);
    let asked = "sh[e] lint unknown(continues on error; a later step asks how it ended, and may fail the job)";
    for judge in [
        "{if: \"steps.lint.outcome == 'failure'\", uses: actions/github-script@v7, with: {script: core.setFailed('x')}}",
        "{run: 'if [ \"${{ steps.lint.outcome }}\" = failure ]; then exit 1; fi'}",
        "{env: {O: '${{ steps.lint.outcome }}'}, run: 'test $O = success'}",
        "{if: \"contains(steps.*.outcome, 'failure')\", run: ./judge.sh}",
        "{if: \"steps.lint.outcome == 'failure' && github.event_name == 'push'\", run: exit 1}",
        "{if: \"steps.lint.outcome == 'failure'\", run: lint}",
    ] {
        assert_eq!(job(judge), asked, "{judge}");
    }
}

/// Of a job that no event starts the checkout is not asked: what keeps it from running is what there is to say.
#[test]
fn what_keeps_a_job_from_running_stands_where_it_is_written() {
    let text = "on: [pull_request, push]
jobs:
  off:
    if: false
    runs-on: ubuntu-latest
    steps: [{run: x}]
  behind:
    needs: [off]
    runs-on: ubuntu-latest
    steps: [{run: x}]
  far:
    if: github.event_name == 'push'
    needs:
    - behind
    runs-on: ubuntu-latest
    steps: [{run: x}]
  own:
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    steps: [{run: x}]
";
    let all = pipeline(text);
    let told = |unit: &Unit| {
        let starts = unit.starts.iter().flat_map(|start| &start.holds);
        let holds = unit.holds.iter().chain(starts).map(|hold| format!("{} {}: {}", effect(hold), hold.place.line, hold.why));
        holds.collect::<Vec<_>>().join("; ")
    };
    let (void, nothing) = ("this condition does not hold", "void 20: the job checks nothing out before it");
    assert_eq!(
        all.units.iter().map(told).collect::<Vec<_>>(),
        [
            format!("void 4: {void}; void 4: {void}"),
            "void 8: the job `off`, which it needs, does not run; void 8: the job `off`, which it needs, does not run".to_owned(),
            format!("void 12: {void}; void 14: the job `behind`, which it needs, does not run"),
            format!("{nothing}; void 18: {void}"),
        ]
    );
}
