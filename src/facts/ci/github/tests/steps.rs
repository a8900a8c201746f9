//! Owns the tests of steps: shells, directories, environment, checkouts, search path, chains.

use super::*;

fn job(text: &str) -> Pipeline {
    let text = format!("on: pull_request\njobs:\n  a:\n{text}");
    let files = [(".github/workflows/ci.yml", text.as_str()), ("sub/x", ""), ("bin/ruff", ""), ("tree/bin/y", "")];
    let facts = read(&files);
    assert_eq!(facts.unreadable, [], "{text}");
    facts.pipelines.into_iter().next().expect("a pipeline")
}

#[test]
fn shells_and_directories() {
    let table: &[(&str, &[&str])] = &[
        ("    runs-on: ubuntu-latest\n    steps: [{run: x | tee y}]\n", &["sh[e] x | tee y"]),
        ("    runs-on: ubuntu-latest\n    steps: [{run: x, shell: bash}]\n", &["sh[ep] x"]),
        ("    runs-on: macos-14\n    steps: [{run: x, shell: 'bash {0}'}]\n", &["sh[] x"]),
        (
            "    runs-on: [self-hosted, windows]\n    steps: [{run: x}, {run: y, shell: bash}]\n",
            &["opaque(a step in `pwsh` is not read)", "sh[ep] y"],
        ),
        ("    runs-on: ${{ vars.R }}\n    steps: [{run: x}]\n", &["sh[e] x"]),
        (
            "    runs-on: x\n    defaults: {run: {shell: bash, working-directory: sub}}\n    steps: [{run: x}, {run: y, shell: sh, working-directory: .}]\n",
            &["sh[ep] x @sub", "plain sh[e] y"],
        ),
        (
            "    runs-on: x\n    steps: [{run: x, shell: 'true {0}'}]\n",
            &["sh[e] x shadow-void(the script is handed to `true`, not to a shell)"],
        ),
        (
            "    runs-on: x\n    defaults: {run: {shell: '${{ vars.S }}'}}\n    steps: [{run: x}]\n",
            &["opaque(the shell of the step is computed)"],
        ),
        ("    runs-on: x\n    steps: [{run: x, working-directory: '${{ vars.D }}'}]\n", &["sh[e] x @?"]),
        ("    runs-on: x\n    steps: [{run: x, working-directory: '${{ github.workspace }}/sub'}]\n", &["sh[e] x @sub"]),
        ("    runs-on: x\n    steps: [{run: x, working-directory: ../..}]\n", &["sh[e] x @?"]),
        (
            "    runs-on: x\n    steps: [{run: \"a ${{ vars.X }} ${{ github.event_name == 'push' }} ${{ '}}' }}\"}]\n",
            &["sh[e] a … false }}"],
        ),
    ];
    for (text, expected) in table {
        assert_eq!(all_shown(&job(text)), *expected, "{text}");
    }
}

#[test]
fn environments_of_three_levels() {
    let text = "on: push
env: {A: w, B: w, C: w}
jobs:
  a:
    runs-on: x
    env: {B: j, C: \"${{ format('{0}w', 'w') }}\", D: '${{ secrets.D }}'}
    steps:
    - run: one
      env: {C: s, E: '${{ env.B }}'}
    - run: |
        echo \"F=1\" >> $GITHUB_ENV
        echo \"H=--exit-zero\" >> $GITHUB_ENV
        echo \"G=$X\" >> \"$GITHUB_ENV\"
    - run: two
";
    let all = pipeline(text);
    let get = |unit: usize, name: &str| all.units[unit].env.get(name).cloned();
    let known = |text: &str| Some(Some(text.to_owned()));
    assert_eq!(
        (get(0, "A"), get(0, "B"), get(0, "C"), get(0, "D"), get(0, "E")),
        (known("w"), known("j"), known("s"), Some(None), known("j"))
    );
    assert_eq!((get(2, "C"), get(2, "H")), (known("ww"), known("--exit-zero")));
    assert_eq!((get(2, "F"), get(2, "G"), get(2, "E"), get(1, "F")), (known("1"), Some(None), None, None));
}

#[test]
fn names_that_mean_something_else() {
    let table: &[(&str, &[&str])] = &[
        ("    env: {BASH_ENV: /etc/profile, ENV: production}\n    steps: [{run: x}]\n", &["sh[e] x"]),
        ("    env: {PATH: '/workspace/bin:/usr/bin'}\n    steps: [{run: x}]\n", &["sh[e] x search(bin)"]),
        (
            "    env: {PATH: '${{ vars.P }}:/bin'}\n    steps: [{run: x}]\n",
            &["sh[e] x shadow-unknown(the search path is set to something computed)"],
        ),
        (
            "    env: {BASH_ENV: x.sh}\n    steps: [{run: x}]\n",
            &["sh[e] x shadow-void(`BASH_ENV` runs other code before every script)"],
        ),
        (
            "    steps: [{run: x, env: {'BASH_FUNC_ruff%%': '() { :; }'}}, {run: y}]\n",
            &["sh[e] x shadow-void(`BASH_FUNC_ruff%%` defines a function for every shell)", "sh[e] y"],
        ),
    ];
    for (text, expected) in table {
        assert_eq!(all_shown(&job(&format!("    runs-on: x\n{text}"))), *expected, "{text}");
    }
}

#[test]
fn checkouts() {
    let table: &[(&str, &[&str])] = &[
        ("    - uses: actions/checkout@v4\n    - run: x\n", &["sh[e] x"]),
        (
            "    - {uses: actions/checkout@v4, with: {path: tree}}\n    - run: x\n    - {run: y, working-directory: tree/bin}\n",
            &["sh[e] x @?", "sh[e] y @bin"],
        ),
        ("    - {uses: actions/checkout@v4, with: {repository: o/other}}\n    - run: x\n", &["sh[e] x @?"]),
        (
            "    - uses: actions/checkout@v4\n    - {uses: actions/checkout@v4, with: {repository: o/other, path: dep}}\n    - run: x\n",
            &["sh[e] x"],
        ),
        (
            "    - {uses: actions/checkout@v4, with: {ref: main}}\n    - run: x\n",
            &["sh[e] x soft(checks out `main`, not the change)"],
        ),
        (
            "    - {uses: actions/checkout@v4, with: {ref: '${{ github.base_ref }}'}}\n    - run: x\n",
            &["sh[e] x soft(checks out the base, not the change)"],
        ),
        (
            "    - {uses: actions/checkout@v4, with: {ref: '${{ github.event.pull_request.head.sha }}'}}\n    - run: x\n",
            &["sh[e] x"],
        ),
        ("    - {uses: actions/checkout@v4, with: {ref: ''}}\n    - run: x\n", &["sh[e] x"]),
    ];
    for (text, expected) in table {
        assert_eq!(all_shown(&job(&format!("    runs-on: x\n    steps:\n{text}"))), *expected, "{text}");
    }
    // What nobody checked out is not there, or was brought by something else.
    let nothing = |text: &str| job(text).units.last().and_then(|unit| unit.holds.first().map(effect)).unwrap_or("none");
    assert_eq!(nothing("    runs-on: ubuntu-latest\n    steps: [{run: x}]\n"), "void");
    assert_eq!(nothing("    runs-on: ubuntu-latest\n    steps: [{uses: actions/setup-go@v5}, {run: x}]\n"), "void");
    assert_eq!(nothing("    runs-on: ubuntu-latest\n    steps: [{uses: actions/checkout@v4, if: false}, {run: x}]\n"), "void");
    assert_eq!(nothing("    runs-on: ubuntu-latest\n    steps: [{uses: o/r@v1}, {run: x}]\n"), "unknown");
    assert_eq!(nothing("    runs-on: ubuntu-latest\n    steps: [{run: git clone x .}, {run: x}]\n"), "unknown");
    assert_eq!(nothing("    runs-on: ubuntu-latest\n    container: i\n    steps: [{run: x}]\n"), "unknown");
    assert_eq!(nothing("    runs-on: self-hosted\n    steps: [{run: x}]\n"), "unknown");
    assert_eq!(nothing("    runs-on: ubuntu-latest\n    steps: [{uses: actions/checkout@v4}, {run: x}]\n"), "none");
    assert_eq!(
        nothing("    runs-on: ubuntu-latest\n    steps: [{uses: actions/checkout@v4, if: vars.X}, {run: x}]\n"),
        "unknown"
    );
}

/// `ref:` under an event: what the rung of a later step suffers.
fn revision(event: &str, reference: &str) -> String {
    let text = format!(
        "on: {event}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v4\n      with: {{ref: \"{reference}\"}}\n    - run: x\n"
    );
    let pipeline = pipeline(&text);
    let unit = &pipeline.units[1];
    let holds = unit.holds.iter().chain(unit.starts.iter().flat_map(|start| &start.holds));
    holds.map(|hold| format!("{}({})", effect(hold), hold.why)).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_reference_is_read_as_an_expression() {
    let (base, computed) = ("soft(checks out the base, not the change)", "unknown(checks out a revision that is computed)");
    let main = "soft(checks out `main`, not the change)";
    let table: &[(&str, &str, &str)] = &[
        ("pull_request", "refs/heads/main", main),
        ("pull_request", "refs/heads/${{ github.base_ref }}", base),
        ("pull_request", "${{ github.event.pull_request.base.sha }}", base),
        ("pull_request", "headless", "soft(checks out `headless`, not the change)"),
        ("pull_request", "refs/tags/v1", "soft(checks out `refs/tags/v1`, not the change)"),
        ("pull_request", "${{ github.head_ref }}", ""),
        ("pull_request", "refs/heads/${{ github.head_ref }}", ""),
        ("pull_request", "${{ github.event.pull_request.head.sha || github.sha }}", ""),
        ("pull_request", "${{ github.sha }}", ""),
        ("pull_request", "refs/pull/${{ github.event.number }}/merge", ""),
        ("pull_request", "${{ github.event_name == 'push' && github.ref || github.head_ref }}", ""),
        ("pull_request", "${{ inputs.ref }}", ""),
        ("pull_request", "${{ vars.B }}", computed),
        ("pull_request", "${{ steps.x.outputs.ref }}", computed),
        ("pull_request", "${{ github.event.before }}", computed),
        ("push", "${{ github.head_ref }}", ""),
        ("push", "${{ github.event.pull_request.head.sha || github.sha }}", ""),
        ("pull_request_target", "HEAD", "soft(checks out `HEAD`, not the change)"),
        ("pull_request_target", "${{ github.sha }}", base),
        ("pull_request_target", "${{ github.event.pull_request.head.sha }}", ""),
        ("pull_request_target", "refs/pull/${{ github.event.pull_request.number }}/merge", ""),
        ("pull_request_target", "${{ steps.pr.outputs.sha }}", computed),
        ("pull_request_target", "", "soft(runs on the base's code: the head is not checked out)"),
    ];
    for (event, reference, expected) in table {
        assert_eq!(revision(event, reference), *expected, "{event}: {reference}");
    }
}

#[test]
fn every_directory_has_its_own_checkout() {
    let main = "{uses: actions/checkout@v4, with: {ref: main, path: base}}";
    let job_of = |steps: &str| all_shown(&job(&format!("    runs-on: ubuntu-latest\n    steps:\n{steps}")));
    let held = " soft(checks out `main`, not the change)";
    for order in
        [format!("    - uses: actions/checkout@v4\n    - {main}\n"), format!("    - {main}\n    - uses: actions/checkout@v4\n")]
    {
        let rest = "    - run: x\n    - {run: y, working-directory: base}\n    - run: x base/src\n";
        let perhaps = " unknown(a part of what it names may be another checkout)";
        let expected = ["sh[e] x".to_owned(), format!("sh[e] y{held}"), format!("sh[e] x base/src{perhaps}")];
        assert_eq!(job_of(&format!("{order}{rest}")), expected);
    }
    // The same directory holds what was checked out last.
    let twice = "    - uses: actions/checkout@v4\n    - {uses: actions/checkout@v4, with: {ref: main}}\n    - run: x\n";
    assert_eq!(job_of(twice), [format!("sh[e] x{held}")]);
    let away = "    - uses: actions/checkout@v4\n    - run: git checkout origin/main\n    - run: x\n";
    assert!(job_of(away)[1].ends_with(" unknown(a script checks out another revision)"), "{:?}", job_of(away));
    let branch = "    - uses: actions/checkout@v4\n    - run: git checkout -b fix main\n    - run: x\n";
    assert_eq!(job_of(branch)[1], "sh[e] x");
    let sparse = "    - {uses: actions/checkout@v4, with: {sparse-checkout: docs}}\n    - run: x\n";
    assert_eq!(job_of(sparse), ["sh[e] x unknown(only some files are checked out)"]);
}

#[test]
fn a_script_may_fetch_the_head_of_a_target() {
    for script in ["gh pr checkout 1", "git fetch origin pull/1/head && git checkout FETCH_HEAD"] {
        let text = format!(
            "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - uses: actions/checkout@v4\n    - run: {script}\n    - run: x\n"
        );
        let holds = format!("{:?}", pipeline(&text).units[2].holds);
        assert!(holds.contains("a script may fetch the head") && !holds.contains("Soften"), "{holds}");
    }
}

#[test]
fn chains_begin_at_the_event_that_reaches_farthest() {
    let text = "on:
  schedule: [{cron: x}]
  push:
    branches: [main]
  pull_request:
jobs:
  a:
    runs-on: x
    steps:
    - run: |
        # first
        make lint \\
          all
    - run: nightly
      if: github.event_name == 'schedule'
";
    let all = pipeline(text);
    assert_eq!(chain(&all.units[0]), ["ci.yml:5 pull_request:", "ci.yml:12 make lint"]);
    assert_eq!(chain(&all.units[1]), ["ci.yml:2 schedule: [{cron: x}]", "ci.yml:14 nightly"]);
}

#[test]
fn anchors_are_followed() {
    let text = "on: push
jobs:
  a:
    runs-on: x
    steps: &steps
    - &lint
      run: lint
  b:
    runs-on: x
    steps: *steps
  c:
    runs-on: x
    steps: [*lint, {run: more}]
";
    assert_eq!(all_shown(&pipeline(text)), ["sh[e] lint", "sh[e] lint", "sh[e] lint", "sh[e] more"]);
}

#[test]
fn a_container_has_a_plain_shell() {
    let plain = "plain sh[e] x &> y";
    let table: &[(&str, &str)] = &[
        ("    container: i\n    steps: [{run: x &> y}]\n", plain),
        ("    container: {image: i}\n    steps: [{run: x &> y}]\n", plain),
        ("    steps: [{run: x &> y, shell: sh}]\n", plain),
        ("    container: i\n    steps: [{run: x &> y, shell: bash}]\n", "sh[ep] x &> y"),
        ("    container: i\n    defaults: {run: {shell: bash}}\n    steps: [{run: x &> y}]\n", "sh[ep] x &> y"),
        ("    container: i\n    steps: [{run: x | y}]\n", "plain sh[e] x | y"),
        ("    steps: [{run: x &> y}]\n", "sh[e] x &> y"),
    ];
    for (text, expected) in table {
        assert_eq!(all_shown(&job(&format!("    runs-on: ubuntu-latest\n{text}"))), [*expected], "{text}");
    }
}
