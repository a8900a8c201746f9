//! Owns the tests of what GitHub refuses before it runs anything, and of what looks odd and runs.

use super::*;
use crate::facts::ci::Cause;

const JOB: &str = "jobs:\n  a:\n    runs-on: x\n    steps:\n";

/// What GitHub says of a step, of a job's line, of a line at the top.
fn step(line: &str) -> Vec<String> {
    rejected(&format!("on: push\n{JOB}      - {line}\n"))
}

fn job(line: &str) -> Vec<String> {
    rejected(&format!("on: push\n{JOB}      - run: x\n    {line}\n"))
}

fn top(line: &str) -> Vec<String> {
    rejected(&format!("on: push\n{line}\n{JOB}      - run: x\n"))
}

#[test]
fn keys_are_those_of_the_published_schema() {
    assert_eq!(top("foo: bar"), ["2: GitHub knows no key `foo` here"]);
    assert_eq!(top("permission: {}"), ["2: GitHub knows no key `permission` here; did you mean `permissions`?"]);
    assert_eq!(top("permissions: {nope: read}"), ["2: GitHub knows no key `nope` here"]);
    assert_eq!(top("permissions: {contents: reed}"), ["2: `contents` is none of the words that GitHub knows here"]);
    assert_eq!(top("permissions: {id-token: read}").len(), 1);
    assert_eq!(top("defaults: {run: {shel: bash}}"), ["2: GitHub knows no key `shel` here; did you mean `shell`?"]);
    assert_eq!(top("concurrency: {cancel-in-progress: true}"), ["2: `concurrency` lacks `group`"]);
    assert_eq!(job("timeout: 3"), ["7: GitHub knows no key `timeout` here"]);
    assert_eq!(job("strategy: {matrix: {a: 1}}"), ["7: `a` is a mere text"]);
    assert_eq!(job("container: {imag: x}"), ["7: GitHub knows no key `imag` here; did you mean `image`?"]);
    assert_eq!(job("env:"), ["7: `env` is empty"]);
    assert_eq!(step("{run: x, Continue-On-Error: true}").len(), 1);
    assert_eq!(step("{run: x, with: {a: b}}"), ["6: `with` does not go with the keys before it"]);
    let no_runner = rejected("on: push\njobs:\n  a:\n    steps: [{run: x}]\n");
    assert_eq!(no_runner, ["3: `a` lacks `runs-on`"]);
    assert_eq!(step("name: x"), ["6: an item lacks `run` or `uses`"]);
}

#[test]
fn kinds_and_tags() {
    assert_eq!(step("{run: x, timeout-minutes: x}"), ["6: `timeout-minutes` is no number"]);
    assert_eq!(step("{run: x, continue-on-error: null}"), ["6: `continue-on-error` is no boolean"]);
    assert_eq!(step("{run: x, continue-on-error: 'true'}"), ["6: `continue-on-error` is no boolean"]);
    let both = "6: `continue-on-error` is no boolean: YAML 1.1 reads `yes` as true, YAML 1.2 as a string";
    assert_eq!(step("{run: x, continue-on-error: yes}"), [both]);
    assert_eq!(step("{run: !x y}"), ["6: GitHub knows no tag `!x` here"]);
    assert_eq!(step("{run: !!str y, continue-on-error: !!bool false}"), Vec::<String>::new());
    assert_eq!(rejected(&format!("on: !x push\n{JOB}      - run: x\n")), ["1: GitHub knows no tag `!x` here"]);
}

#[test]
fn case_makes_no_difference_to_keys_and_ids() {
    assert_eq!(job("env: {A: 1, a: 2}"), ["7: `a` is there twice: case makes no difference to GitHub"]);
    assert_eq!(rejected(&format!("on: push\n{JOB}      - run: x\n  A: {{runs-on: x, steps: [{{run: x}}]}}\n")).len(), 1);
    let twice = step("{id: a, run: x}\n      - {id: A, run: x}");
    assert_eq!(twice, ["7: a second step has the id `A`: case makes no difference to GitHub"]);
    assert_eq!(step("{id: a b, run: x}").len(), 1);
    assert_eq!(step("{id: __a, run: x}").len(), 1);
    assert_eq!(rejected("on: push\njobs:\n  a b: {runs-on: x, steps: [{run: x}]}\n").len(), 1);
}

#[test]
fn expressions_are_read_before_anything_runs() {
    assert_eq!(step("run: echo ${{ nope( }}"), ["6: an expression cannot be read: the expression ends too early"]);
    assert_eq!(step("run: echo ${{ secretz.x }}"), ["6: there is no context `secretz`"]);
    assert_eq!(step("run: echo ${{ github.ref"), ["6: an expression has no end"]);
    assert_eq!(step("run: echo ${{ }}"), ["6: an expression is empty"]);
    assert_eq!(step("run: echo ${{ contains('a') }}"), ["6: the function `contains` does not take 1 arguments"]);
    assert_eq!(step("{run: x, if: secrets.x}"), ["6: the context `secrets` is not there in this place"]);
    assert_eq!(step("{run: x, if: nope()}"), ["6: there is no function `nope`"]);
    assert_eq!(step("uses: ${{ github.repository }}@v1"), ["6: `uses` takes no expression"]);
    assert_eq!(step("{run: x, if: a ==}"), ["6: an expression cannot be read: the expression ends too early"]);
    for boolean in ["True", "FALSE", "false", "true"] {
        assert!(step(&format!("{{run: x, if: {boolean}}}")).is_empty(), "{boolean}");
    }
    assert_eq!(step("{run: x, if: 'Truth'}").len(), 1);
    assert_eq!(step("{run: x, if: [a]}"), ["6: `if` is no list"]);
    assert_eq!(job("if: hashFiles('x') != ''"), ["7: the function `hashfiles` is not there in this place"]);
    assert_eq!(step("{run: x, shell: '${{ matrix.s }}'}"), ["6: `shell` takes no expression"]);
    assert_eq!(job("if: matrix.x"), ["7: the context `matrix` is not there in this place"]);
    assert_eq!(job("env: {A: '${{ runner.os }}'}"), ["7: the context `runner` is not there in this place"]);
    assert_eq!(step("uses: ../x").len(), 1);
    assert_eq!(
        step("uses: owner/repository"),
        ["6: `uses` names an action as `owner/repository@reference`, or by `./` or `docker://`"]
    );
}

#[test]
fn what_looks_odd_and_runs() {
    for line in [
        "run:",
        "{run: 3, if: true, name: null, shell: bash}",
        "{run: x, if: \"failure() && !cancelled() || hashFiles('a', 'b') != ''\"}",
        "{run: x, if: \"github.ref == 'x' && ${{ matrix.a[0].*.b }}\"}",
        "{uses: ./a, with: {a: 3, b: '${{ toJSON(GitHub) }}', '${{ insert }}': '${{ env }}'}}",
        "{uses: 'docker://a'}",
        "{run: x, shell: \"${{ 'sh {0}' }}\"}",
        "{run: \"${{ '}}' }} ${{ format('{0}', -1.5e3) }}\"}",
        "{run: x, timeout-minutes: '${{ fromJSON(vars.x) }}', continue-on-error: '${{ matrix.x }}'}",
    ] {
        assert_eq!(step(line), Vec::<String>::new(), "{line}");
    }
    for line in [
        "continue-on-error: ${{ matrix.x }}",
        "if: always() && success('b') && needs.x.result == 'x'",
        "strategy: {matrix: '${{ fromJSON(needs.x.outputs.y) }}', fail-fast: false, max-parallel: 2}",
        "strategy: {matrix: {a: [1, {b: c}], include: [{a: 1}], exclude: '${{ vars.x }}'}}",
        "services: {a: {image: x, ports: [3306:3306], env: {A: '${{ secrets.x }}'}}, b: x}",
        "environment: {name: x, url: '${{ steps.x.outputs.y }}'}",
        "defaults: {run: {shell: bash, working-directory: '${{ env.x }}'}}",
        "outputs: {a: '${{ steps.x.outputs.y }}'}",
        "concurrency: x-${{ matrix.a }}",
    ] {
        assert_eq!(job(line), Vec::<String>::new(), "{line}");
    }
    // GitHub takes what it does not know below an event.
    assert_eq!(rejected(&format!("on: {{pull_request: {{brnches: [a]}}}}\n{JOB}      - run: x\n")), Vec::<String>::new());
    let called = "on: {workflow_call: {inputs: {a: {type: string, default: x, required: false}}, outputs: {b: {value: '${{ jobs.a.outputs.b }}'}}, secrets: {c: }}}\n";
    assert_eq!(rejected(&format!("{called}{JOB}      - run: x\n")), Vec::<String>::new());
    let call =
        "on: push\njobs:\n  a: {uses: o/r/.github/workflows/x.yml@v1, secrets: inherit, with: {a: 1}, permissions: read-all}\n";
    assert_eq!(rejected(call), Vec::<String>::new());
}

/// The causes of what was not read of a workflow.
fn causes(text: &str) -> Vec<Cause> {
    read(&[(".github/workflows/a.yml", text)]).unreadable.into_iter().map(|file| file.cause).collect()
}

#[test]
fn who_refuses_a_file() {
    assert_eq!(causes("on: [\n"), [Cause::Refused]);
    assert_eq!(causes(&format!("on: push\nfoo: bar\n{JOB}      - run: x\n")), [Cause::Refused]);
    assert_eq!(
        causes(&format!("on: push\n{JOB}      - run: bandit -r src # ok\u{85}        continue-on-error: true\n")),
        [Cause::Disputed]
    );
    assert_eq!(causes(&format!("on: push\na: {}\n", "[".repeat(200))), [Cause::Bound]);
    assert_eq!(causes("a\0b"), [Cause::Encoding]);
}
