//! Owns the tests of steps that differ from event to event.

use super::*;

/// What the steps of a job run, under which events.
fn ran(on: &str, rest: &str) -> Vec<String> {
    let pipeline = pipeline(&format!("on: {on}\n{rest}"));
    let events = |unit: &Unit| {
        let started = unit.starts.iter().filter(|start| !start.answer.is_no());
        started.map(|start| pipeline.events[start.event].name.clone()).collect::<Vec<_>>().join("+")
    };
    units(&pipeline).iter().map(|unit| format!("{}: {}", events(unit), shown(unit).replace("sh[e] ", ""))).collect()
}

#[test]
fn expressions_are_evaluated_under_each_event() {
    let job = |run: &str| format!("jobs: {{a: {{runs-on: x, steps: [{{run: \"{run}\"}}]}}}}\n");
    let soft = job("lint ${{ github.event_name == 'push' && '--soft' || '' }}");
    assert_eq!(ran("[push, pull_request, merge_group]", &soft), ["push: lint --soft", "pull_request+merge_group: lint"]);
    assert_eq!(ran("pull_request", &soft), ["pull_request: lint"]);
    assert_eq!(ran("[push, pull_request]", &job("lint ${{ inputs.x }}")), ["push+pull_request: lint"]);
    assert_eq!(ran("[push, pull_request]", &job("lint ${{ vars.X }}")), ["push+pull_request: lint …"]);
    assert_eq!(ran("[push, pull_request]", &job("lint")), ["push+pull_request: lint"]);
    let fork = "lint ${{ github.event.pull_request.head.repo.fork && '--soft' || '' }}";
    assert_eq!(ran("pull_request", &job(fork)), ["pull_request: lint …"]);
    assert_eq!(ran("pull_request", &job("lint ${{ needs.a.result }}")), ["pull_request: lint"]);
}

#[test]
fn variables_are_evaluated_under_each_event() {
    let text = "env: {MODE: \"${{ github.event_name == 'push' && 'soft' || 'hard' }}\", LINT: \"${{ github.event_name == 'pull_request' }}\"}
jobs:
  a:
    env: {SECRET: '${{ secrets.X }}'}
    runs-on: x
    steps:
    - run: lint ${{ env.MODE }}
    - {run: only, if: env.LINT == 'true'}
    - run: other ${{ env.SECRET }}
    - run: echo \"MODE=x$Y\" >> $GITHUB_ENV
    - run: late ${{ env.MODE }}
";
    assert_eq!(
        ran("[push, pull_request]", text),
        [
            "push: lint soft",
            "pull_request: lint hard",
            "pull_request: only",
            "push+pull_request: other …",
            "push+pull_request: echo \"MODE=x$Y\" >> $GITHUB_ENV",
            "push+pull_request: late …",
        ]
    );
    let get = |event: &str, name: &str| {
        let text = format!("on: {event}\n{text}    - run: 'test $MODE; $GITHUB_EVENT_NAME'\n")
            .replace("    - run: echo \"MODE=x$Y\" >> $GITHUB_ENV\n", "");
        pipeline(&text).units.last().and_then(|unit| unit.env.get(name).cloned().flatten())
    };
    assert_eq!(get("pull_request", "MODE").as_deref(), Some("hard"));
    assert_eq!(get("push", "MODE").as_deref(), Some("soft"));
    assert_eq!(get("push", "GITHUB_EVENT_NAME").as_deref(), Some("push"));
}

#[test]
fn what_a_step_sets_under_a_condition_is_known_where_the_condition_is() {
    let text = "jobs:
  a:
    runs-on: x
    env: {CARGO: cargo, OTHER: ''}
    strategy: {matrix: {target: ['', arm], flag: [--soft]}}
    steps:
    - if: matrix.target != ''
      run: |
        # for some targets
        echo \"CARGO=cross\" >> $GITHUB_ENV
        echo \"FLAGS=--target ${{ matrix.target }}\" >> $GITHUB_ENV
    - if: vars.X
      run: echo \"OTHER=x\" >> $GITHUB_ENV
    - run: if a; then echo \"TURN=x\" >> $GITHUB_ENV; fi
    - run: echo \"SET=${{ matrix.target }}\" >> $GITHUB_ENV
    - run: ${{ env.CARGO }} build ${{ env.FLAGS }}
    - run: ${{ env.OTHER }} ${{ env.TURN }}
    - run: set ${{ env.SET }}
    - run: echo \"CARGO=mine\" >> $GITHUB_ENV
    - run: ${{ env.CARGO }}
";
    let all = ran("[push, pull_request]", text);
    let shown: Vec<&str> = all.iter().filter_map(|line| line.strip_prefix("push+pull_request: ")).collect();
    let behind = shown.iter().position(|line| line.contains("build")).expect("a build");
    assert_eq!(
        shown[behind..],
        ["cargo build", "cross build --target arm", "… …", "set", "set arm", "echo \"CARGO=mine\" >> $GITHUB_ENV", "mine",]
    );
}

#[test]
fn variables_of_the_runner_hold_what_the_event_decides() {
    let text = "on: {pull_request: , push: {branches: [main]}, merge_group: }
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
    - run: test $GITHUB_REF $GITHUB_REF_NAME \"${GITHUB_HEAD_REF}\" $GITHUB_BASE_REF $RUNNER_OS ${{ github.ref }}
    - run: other
";
    let all = pipeline(text);
    let names = ["GITHUB_REF", "GITHUB_REF_NAME", "GITHUB_HEAD_REF", "GITHUB_BASE_REF", "GITHUB_REF_TYPE", "RUNNER_OS"];
    let seen = |unit: &Unit| {
        let value =
            |name: &&str| unit.env.get(name).cloned().flatten().map_or("-".to_owned(), |value| value.replace('\u{E000}', "…"));
        let script = shown(unit);
        format!("{} | {}", names.iter().map(value).collect::<Vec<_>>().join(" "), script.rsplit(' ').next().unwrap_or_default())
    };
    assert_eq!(
        all.units.iter().map(seen).collect::<Vec<_>>(),
        [
            "refs/pull/…/merge …/merge … main - Linux | refs/pull/…/merge",
            "refs/heads/main main   - Linux | refs/heads/main",
            "refs/heads/gh-readonly-queue/… gh-readonly-queue/…   - Linux | refs/heads/gh-readonly-queue/…",
            "- - - - - - | other",
        ]
    );
}
