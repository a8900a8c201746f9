//! Owns the tests of what one file takes from another: called workflows and composite actions.

use super::*;

const CALLEE: &str = "name: callee
on:
  workflow_call:
    inputs:
      tool: {type: string, default: ruff}
      strict: {type: boolean}
      level: {type: number, default: 2}
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
    - run: ${{ inputs.tool }} -l${{ inputs.level }}
    - run: strict
      if: inputs.strict
    - run: event
      if: github.event_name == 'pull_request'
";

fn called(job: &str) -> Pipeline {
    let text = format!("on: [pull_request, push]\njobs:\n  call:\n{job}");
    let facts = read(&[(".github/workflows/ci.yml", &text), (".github/workflows/lint.yml", CALLEE)]);
    assert_eq!(facts.unreadable, []);
    facts.pipelines.into_iter().next().expect("a pipeline")
}

fn lines(pipeline: &Pipeline) -> Vec<String> {
    pipeline.units.iter().map(|unit| format!("{} {}", starts(pipeline, &unit.starts), shown(unit))).collect()
}

#[test]
fn a_local_workflow_is_followed_with_its_inputs() {
    let plain = called("    uses: ./.github/workflows/lint.yml\n");
    assert_eq!(
        lines(&plain),
        [
            "pull_request yes; push yes sh[e] ruff -l2",
            "pull_request no; push no sh[e] strict",
            "pull_request yes; push no sh[e] event",
        ]
    );
    assert_eq!(plain.jobs[0].id, "call/lint");
    assert_eq!(plain.jobs[0].checks, [Some("call / lint".to_owned())]);
    assert_eq!(
        chain(&plain.units[0]),
        ["ci.yml:1 on: [pull_request, push]", "ci.yml:4 ./.github/workflows/lint.yml", "lint.yml:12 ruff -l2"]
    );
    let given = called(
        "    if: github.event_name == 'push'\n    name: Checks\n    strategy: {matrix: {t: [a, b]}}\n    uses: ./.github/workflows/lint.yml\n    with: {tool: '${{ matrix.t }}', strict: true}\n",
    );
    assert_eq!(
        lines(&given),
        [
            "pull_request no; push yes sh[e] a -l2",
            "pull_request no; push yes sh[e] strict",
            "pull_request no; push no sh[e] event",
            "pull_request no; push yes sh[e] b -l2",
            "pull_request no; push yes sh[e] strict",
            "pull_request no; push no sh[e] event",
        ]
    );
    let names: Vec<_> = given.jobs.iter().flat_map(|job| job.checks.clone().into_iter().flatten()).collect();
    assert_eq!(names, ["Checks (a) / lint", "Checks (b) / lint"]);
}

#[test]
fn what_is_not_in_the_tree_is_opaque() {
    let table: &[(&str, &str)] = &[
        ("o/r/.github/workflows/x.yml@v1", "opaque(the reusable workflow `o/r/.github/workflows/x.yml@v1` is not in this tree)"),
        ("$/.github/workflows/ci.yml", "opaque(workflows call one another too deeply)"),
        ("./.github/workflows/ci.yml", "opaque(workflows call one another too deeply)"),
    ];
    for (uses, expected) in table {
        let all = called(&format!("    uses: {uses}\n"));
        assert_eq!(all_shown(&all), [*expected]);
        assert_eq!(all.jobs[0].checks, [None]);
    }
}

/// GitHub runs nothing of a file with a call that cannot be: the error messages are those of its own parser.
#[test]
fn calls_that_github_refuses_reject_the_file() {
    let strict = "on: {workflow_call: {inputs: {Need: {type: string, required: true, default: x}, may: {type: string}}, secrets: {KEY: {required: true}, OPT: }}}
jobs: {a: {runs-on: x, steps: [{run: lint}]}}
";
    let outer = "on: workflow_call\njobs: {a: {uses: ./.github/workflows/strict.yml, secrets: inherit}}\n";
    let refused = |job: &str| -> Vec<String> {
        let text = format!("on: push\njobs:\n  b: {{runs-on: x, steps: [{{run: other}}]}}\n  a:\n{job}");
        let files = [
            (".github/workflows/ci.yml", text.as_str()),
            (".github/workflows/strict.yml", strict),
            (".github/workflows/plain.yml", "on: [push, workflow_call]\njobs: {a: {runs-on: x, steps: [{run: lint}]}}\n"),
            (".github/workflows/push.yml", "on: push\njobs: {a: {runs-on: x, steps: [{run: lint}]}}\n"),
            (".github/workflows/broken.yml", "on: ["),
            (".github/workflows/outer.yml", outer),
        ];
        let facts = read(&files);
        let own = facts.pipelines.iter().find(|pipeline| pipeline.path.as_str().ends_with("ci.yml")).expect("a pipeline");
        let told = facts.unreadable.iter().map(|file| {
            let name = file.place.path.file_name();
            format!("{name}:{}: {}", file.place.line, file.why)
        });
        let others = ["broken.yml", "outer.yml"];
        let told: Vec<String> = told.filter(|line| others.iter().all(|other| !line.starts_with(other))).collect();
        assert!(own.units.is_empty() != told.is_empty() || job.contains("outer"), "{job}");
        if job.contains("outer") {
            assert!(own.units.is_empty());
        }
        told
    };
    let table: &[(&str, &[&str])] = &[
        ("    uses: ./.github/workflows/plain.yml\n", &[]),
        ("    uses: ./.github/workflows/plain.yml\n    secrets: inherit\n", &[]),
        ("    uses: ./.github/workflows/strict.yml\n    with: {need: 1}\n    secrets: {key: x, opt: y}\n", &[]),
        ("    uses: ./.github/workflows/strict.yml\n    with: {NEED: '', may: ''}\n    secrets: inherit\n", &[]),
        (
            "    uses: ./.github/workflows/strict.yml\n    with:\n      mya: 1\n    secrets:\n      OTHER: x\n",
            &[
                "ci.yml:5: the called workflow requires the input `Need`, which is not given",
                "ci.yml:5: the called workflow requires the secret `KEY`, which is not given",
                "ci.yml:7: the called workflow declares no input `mya`",
                "ci.yml:9: the called workflow declares no secret `OTHER`",
            ],
        ),
        ("    uses: ./.github/workflows/plain.yml\n    with: {z: 1}\n", &["ci.yml:6: the called workflow declares no input `z`"]),
        (
            "    if: false\n    uses: ./.github/workflows/none.yml\n",
            &["ci.yml:6: the called workflow `.github/workflows/none.yml` cannot be read: there is no such file"],
        ),
        ("    uses: ./lint.yml\n", &["ci.yml:5: `./lint.yml` is no file of `.github/workflows`"]),
        (
            "    uses: ./.github/workflows/push.yml\n",
            &["ci.yml:5: `.github/workflows/push.yml` has no `workflow_call` among its events: no workflow may call it"],
        ),
        // What a called file calls counts as well.
        ("    uses: ./.github/workflows/outer.yml\n", &[]),
    ];
    for (job, expected) in table {
        assert_eq!(refused(job), *expected, "{job}");
    }
    assert_eq!(refused("    uses: ./.github/workflows/broken.yml\n").len(), 1);
}

const ACTION: &str = "inputs:
  Path: {default: src}
  extra: {}
runs:
  using: composite
  steps:
  - run: ruff ${{ inputs.path }} ${{ inputs.extra }}
    shell: bash
  - run: ${{ github.action_path }}/lint.sh
    shell: sh
    working-directory: sub
    continue-on-error: true
  - run: never
    shell: bash
    if: inputs.extra == 'on'
";

fn acting(steps: &str, action: &str) -> Pipeline {
    let text = format!(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    defaults: {{run: {{working-directory: ignored}}}}\n    steps:\n{steps}"
    );
    let facts = read(&[(".github/workflows/ci.yml", &text), ("act/action.yml", action), ("sub/x", "")]);
    assert_eq!(facts.unreadable, []);
    facts.pipelines.into_iter().next().expect("a pipeline")
}

#[test]
fn a_composite_action_is_unfolded() {
    let all = acting("    - uses: ./act\n      continue-on-error: ${{ vars.X }}\n", ACTION);
    let soft = " unknown(may continue on error: depends on `vars.X`)";
    assert_eq!(
        lines(&all),
        [
            format!("push yes sh[ep] ruff src{soft}"),
            format!("push yes plain sh[e] /workspace/act/lint.sh @sub{soft} soft(continues on error)"),
            format!("push no sh[ep] never{soft}"),
        ]
    );
    assert_eq!(chain(&all.units[0]), ["ci.yml:1 on: push", "ci.yml:7 ./act", "action.yml:7 ruff src"]);
    assert_eq!(all.units[0].env.get("GITHUB_ACTION_PATH"), Some(&Some("/workspace/act".to_owned())));
    let given = acting("    - uses: ./act\n      with: {path: '.', extra: on}\n      if: false\n", ACTION);
    assert_eq!(lines(&given)[0], "push no sh[ep] ruff . on");
}

#[test]
fn other_actions_are_not_unfolded() {
    let table: &[(&str, &str, &str)] = &[
        ("./act", "runs: {using: node20, main: x.js}", "opaque(the local action `act` (`using: node20`) is not read)"),
        ("./none", ACTION, "opaque(there is no `action.yml` in `none`)"),
        ("./act", "runs: {using: composite, steps: [{uses: ./act}]}", "opaque(composite actions use one another too deeply)"),
        ("./act", "runs: [", "opaque("),
        ("o/r/sub@v1", ACTION, "uses o/r/sub@v1"),
        ("docker://alpine:3", ACTION, "image alpine:3"),
        (
            "$/act",
            "runs: {using: composite, steps: [{run: '${{ github.action_path }}/x', shell: sh}]}",
            "plain sh[e] /own-tree/act/x",
        ),
        ("$/none", ACTION, "opaque(there is no `action.yml` in `none`)"),
    ];
    for (uses, action, expected) in table {
        let all = acting(&format!("    - uses: {uses}\n"), action);
        let found = all_shown(&all);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{uses}: {found:?}");
    }
}

/// GitHub holds a local action against no schema of workflows: what the text of a step leaves open stays open.
#[test]
fn a_disputed_value_in_an_action_is_told_with_both_readings() {
    let action = "runs: {using: composite, steps: [{run: x, shell: sh, continue-on-error: yes}]}";
    let both = "may continue on error: YAML 1.1 reads `yes` as true, YAML 1.2 as a string";
    assert_eq!(all_shown(&acting("    - uses: ./act\n", action)), [format!("plain sh[e] x unknown({both})")]);
}

#[test]
fn inputs_of_actions_are_given_on() {
    let all = acting(
        "    - uses: o/r@v1\n      with: {a: '-x ${{ runner.os }}', b: '${{ secrets.T }}', c: true, d: }\n    - uses: docker://i\n      with: {entrypoint: bandit, args: '-r ${{ vars.X }} src'}\n",
        ACTION,
    );
    assert_eq!(all_shown(&all), ["uses o/r@v1 a=-x Linux b=… c=true d=", "image i bandit -r … src"]);
}
