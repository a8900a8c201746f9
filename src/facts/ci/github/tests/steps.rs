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
            &["sh[ep] x @sub", "sh[e] y"],
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
            &["sh[e] a … … }}"],
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
    assert_eq!(get(2, "C"), known("ww"));
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
        (
            "    steps: [{run: 'echo \"$PWD/bin\" >> $GITHUB_PATH'}, {run: x}]\n",
            &["sh[e] echo \"$PWD/bin\" >> $GITHUB_PATH", "sh[e] x search(bin)"],
        ),
        (
            "    steps: [{run: 'echo \"${{ github.workspace }}/bin\" >> \"$GITHUB_PATH\"'}, {run: x}]\n",
            &["sh[e] echo \"/workspace/bin\" >> \"$GITHUB_PATH\"", "sh[e] x search(bin)"],
        ),
        (
            "    steps: [{run: 'echo \"$HOME/.local/bin\" >> $GITHUB_PATH'}, {run: x}]\n",
            &["sh[e] echo \"$HOME/.local/bin\" >> $GITHUB_PATH", "sh[e] x"],
        ),
        (
            "    steps: [{run: 'echo node_modules/.bin >> $GITHUB_PATH'}, {run: x}]\n",
            &["sh[e] echo node_modules/.bin >> $GITHUB_PATH", "sh[e] x"],
        ),
        (
            "    steps: [{run: 'echo BASH_ENV=x >> $GITHUB_ENV'}, {run: x}]\n",
            &["sh[e] echo BASH_ENV=x >> $GITHUB_ENV", "sh[e] x shadow-void(`BASH_ENV` runs other code before every script)"],
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
    let none = job("    runs-on: x\n    steps: [{run: x}]\n");
    assert_eq!(none.units[0].holds[0].why, "the job checks nothing out before it");
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
