//! Owns the tests of changed files: which actions and outputs say them, and the ways by which what they say travels.

use super::*;

/// The starts of the last unit, with files that the workflow may use.
fn last(text: &str) -> String {
    let files = [
        (".github/workflows/ci.yml", text),
        (".github/workflows/called.yml", CALLED),
        (".github/workflows/says.yml", SAYS),
        ("find/action.yml", FIND),
        ("filters.yml", "py:\n- src/**\n"),
        ("paths.txt", "src/**\n"),
    ];
    let facts = read(&files);
    assert_eq!(facts.unreadable, [], "{text}");
    let pipeline = &facts.pipelines.iter().find(|pipeline| pipeline.path.as_str().ends_with("ci.yml")).expect("a pipeline");
    starts(pipeline, &pipeline.units.last().expect("a unit").starts)
}

const CALLED: &str = "on:
  workflow_call:
    inputs: {run: {type: boolean}, text: {type: string}}
jobs:
  lint:
    if: inputs.run || inputs.text == 'yes'
    runs-on: x
    steps: [{run: x}]
";

const SAYS: &str = "on:
  workflow_call:
    outputs: {py: {value: '${{ jobs.c.outputs.py }}'}}
jobs:
  c:
    runs-on: x
    outputs: {py: '${{ steps.f.outputs.py }}'}
    steps: [{id: f, uses: dorny/paths-filter@v3, with: {filters: 'py: [src/**]'}}]
";

const FIND: &str = "outputs: {py: {value: '${{ steps.f.outputs.py }}'}}
runs:
  using: composite
  steps: [{id: f, uses: dorny/paths-filter@v3, with: {filters: 'py: [src/**]'}}]
";

/// One step of an action that says changed files, and a condition of a later step on it.
fn step(with: &str, condition: &str) -> String {
    last(&format!(
        "on: [pull_request]\njobs:\n  a:\n    runs-on: x\n    steps:\n    - {{id: f, {with}}}\n    - {{if: \"{condition}\", run: x}}\n"
    ))
}

#[test]
fn outputs_of_dorny() {
    let dorny = |filters: &str| format!("uses: dorny/paths-filter@v3, with: {{filters: \"{filters}\"}}");
    let table: &[(&str, &str, &str)] = &[
        ("py: [src/**]", "steps.f.outputs.py == 'true'", "yes paths(src/**)"),
        ("py: [src/**]", "steps.f.outputs.py_count > 0", "yes paths(src/**)"),
        ("py: [src/**]", "steps.f.outputs.py_count != '0'", "yes paths(src/**)"),
        ("py: [src/**]", "steps.f.outputs.py_count > 3", "unknown(a name is compared by order)"),
        ("{py: [src/**], js: [web/**]}", "contains(steps.f.outputs.changes, 'py')", "yes paths(src/**)"),
        ("{py: [src/**], js: [web/**]}", "contains(fromJSON(steps.f.outputs.changes), 'js')", "yes paths(web/**)"),
        ("{py: [src/**], js: [web/**]}", "steps.f.outputs.changes != '[]'", "yes paths(src/**, web/**)"),
        ("py: [src/**]", "steps.f.outputs.nope == 'true'", "no"),
        ("changes: [src/**]", "steps.f.outputs.changes == 'true'", "yes paths(src/**)"),
        ("{changes: [src/**], js: [web/**]}", "steps.f.outputs.changes == 'true'", "yes paths(src/**)"),
        ("py: [{added: src/**}]", "steps.f.outputs.py == 'true'", "yes soft(only added, deleted or renamed files start it)"),
        ("py: [{added|modified: src/**}]", "steps.f.outputs.py == 'true'", "yes paths(src/**)"),
        ("py: [{added: new/**}, src/**]", "steps.f.outputs.py == 'true'", "yes paths(src/**)"),
        ("filters.yml", "steps.f.outputs.py == 'true'", "yes paths(src/**)"),
    ];
    for (filters, condition, expected) in table {
        assert_eq!(step(&dorny(filters), condition), format!("pull_request {expected}"), "{filters} {condition}");
    }
    let every = "uses: dorny/paths-filter@v3, with: {predicate-quantifier: every, filters: \"py: [src/**, '!**/*.md']\"}";
    assert_eq!(step(every, "steps.f.outputs.py == 'true'"), "pull_request yes paths(src/** and !**/*.md)");
}

#[test]
fn outputs_of_changed_files() {
    let tj = |with: &str| format!("uses: tj-actions/changed-files@v45, with: {{{with}}}");
    let table: &[(&str, &str, &str)] = &[
        ("files: src/**", "steps.f.outputs.any_changed == 'true'", "yes paths(src/**)"),
        ("files: src/**", "steps.f.outputs.all_changed_files != ''", "yes paths(src/**)"),
        ("files: src/**", "steps.f.outputs.all_modified_files", "yes paths(src/**)"),
        ("files: '**', files_ignore: src/**", "steps.f.outputs.any_changed == 'true'", "yes paths(**,!src/**)"),
        ("files_ignore: docs/**", "steps.f.outputs.any_changed == 'true'", "yes paths(**,!docs/**)"),
        ("files_from_source_file: paths.txt", "steps.f.outputs.any_changed == 'true'", "yes paths(src/**)"),
        ("files_yaml: \"py: [src/**]\"", "steps.f.outputs.py_any_changed == 'true'", "yes paths(src/**)"),
        ("files_yaml_from_source_file: filters.yml", "steps.f.outputs.py_any_changed == 'true'", "yes paths(src/**)"),
        (
            "files_ignore_yaml: x",
            "steps.f.outputs.any_changed == 'true'",
            "unknown(depends on the output `any_changed` of the step `f`)",
        ),
        (
            "files: src/**",
            "steps.f.outputs.only_changed == 'true'",
            "unknown(depends on the output `only_changed` of the step `f`)",
        ),
    ];
    for (with, condition, expected) in table {
        assert_eq!(step(&tj(with), &condition.replace('"', "\\\"")), format!("pull_request {expected}"), "{with} {condition}");
    }
}

/// A job `changes` with these outputs, and one that uses them.
fn job(outputs: &str, rest: &str) -> String {
    last(&format!(
        "on: [pull_request]\njobs:\n  c:\n    runs-on: x\n    outputs:\n      {outputs}\n    steps:\n    - {{id: e, run: 'echo \"on=true\" >> $GITHUB_OUTPUT'}}\n    - {{id: off, if: github.event_name == 'push', uses: dorny/paths-filter@v3, with: {{filters: 'py: [src/**]'}}}}\n    - {{id: f, uses: dorny/paths-filter@v3, with: {{filters: '{{py: [src/**], docs: [docs/**]}}'}}}}\n    - {{id: local, uses: ./find}}\n    - {{id: p, run: 'echo \"pull=${{{{ github.event_name == ''pull_request'' }}}}\" >> \"$GITHUB_OUTPUT\"'}}\n    - {{id: if, run: 'if x; then echo y=1 >> $GITHUB_OUTPUT; fi'}}\n{rest}"
    ))
}

#[test]
fn outputs_of_jobs_are_expressions() {
    let table: &[(&str, &str, &str)] = &[
        ("x: ${{ steps.f.outputs.py }}", "needs.c.outputs.x == 'true'", "yes paths(src/**)"),
        ("x: \"${{ steps.f.outputs.py == 'true' }}\"", "needs.c.outputs.x == 'true'", "yes paths(src/**)"),
        ("x: \"${{ vars.A || steps.f.outputs.py == 'true' }}\"", "needs.c.outputs.x == 'true'", "unknown(depends on `vars.A`)"),
        ("x: \"${{ vars.A == 'a' || steps.f.outputs.py == 'true' }}\"", "needs.c.outputs.x == 'true'", "yes paths(src/**)"),
        (
            "x: \"${{ steps.f.outputs.py == 'true' || steps.f.outputs.docs == 'true' }}\"",
            "needs.c.outputs.x == 'true'",
            "yes paths(src/**, docs/**)",
        ),
        (
            "x: \"${{ steps.f.outputs.py == 'true' || github.event_name == 'push' }}\"",
            "needs.c.outputs.x == 'true'",
            "yes paths(src/**)",
        ),
        (
            "x: \"${{ steps.f.outputs.py == 'true' || github.event_name == 'pull_request' }}\"",
            "needs.c.outputs.x == 'true'",
            "yes",
        ),
        ("x: ${{ steps.off.outputs.py }}", "needs.c.outputs.x == 'true'", "no"),
        ("x: ${{ steps.e.outputs.on }}", "needs.c.outputs.x == 'true'", "yes"),
        ("x: ${{ steps.p.outputs.pull }}", "needs.c.outputs.x == 'true'", "yes"),
        ("x: ${{ steps.if.outputs.y }}", "needs.c.outputs.x == 'true'", "unknown(depends on the output `y` of the step `if`)"),
        ("x: ${{ steps.local.outputs.py }}", "needs.c.outputs.x == 'true'", "yes paths(src/**)"),
        ("x: y", "needs.c.outputs.nope == 'true'", "no"),
    ];
    for (outputs, condition, expected) in table {
        let rest = format!("  a:\n    needs: c\n    if: {condition}\n    runs-on: x\n    steps: [{{run: x}}]\n");
        assert_eq!(job(outputs, &rest), format!("pull_request {expected}"), "{outputs} {condition}");
    }
}

#[test]
fn inputs_carry_filters_and_events() {
    let table: &[(&str, &str)] = &[
        ("run: \"${{ needs.c.outputs.x == 'true' }}\"", "yes paths(docs/**)"),
        ("run: \"${{ needs.c.outputs.x == 'true' || github.event_name == 'push' }}\"", "yes paths(docs/**)"),
        ("run: \"${{ github.event_name == 'pull_request' }}\"", "yes"),
        ("run: \"${{ github.event_name == 'push' }}\"", "no"),
        (
            "run: \"${{ !github.event.pull_request.draft }}\"",
            "yes note(drafts do not run it, and nothing runs it when one becomes ready: `ready_for_review` is not among the types)",
        ),
        ("text: \"${{ needs.c.outputs.x == 'true' && 'yes' || 'no' }}\"", "yes paths(docs/**)"),
        ("run: \"${{ vars.X }}\"", "unknown(depends on `vars.X`)"),
    ];
    for (with, expected) in table {
        let rest = format!("  a:\n    needs: c\n    uses: ./.github/workflows/called.yml\n    with: {{{with}}}\n");
        assert_eq!(job("x: ${{ steps.f.outputs.docs }}", &rest), format!("pull_request {expected}"), "{with}");
    }
    let called = "on: [pull_request]\njobs:\n  c: {uses: ./.github/workflows/says.yml}\n  a:\n    needs: c\n    if: needs.c.outputs.py == 'true'\n    runs-on: x\n    steps: [{run: x}]\n";
    assert_eq!(last(called), "pull_request yes paths(src/**)");
}
