//! Owns the tests of `strategy.matrix`.

use super::*;

fn variants(matrix: &str) -> Vec<String> {
    let text = format!(
        "on: push\njobs:\n  a:\n    runs-on: x\n    strategy: {{matrix: {matrix}}}\n    steps:\n    - run: echo ${{{{ matrix.os }}}} ${{{{ matrix.v }}}} ${{{{ matrix.c.name }}}}\n"
    );
    let all = pipeline(&text);
    all.units
        .iter()
        .filter(|unit| !unit.starts[0].answer.is_no())
        .map(|unit| shown(unit).replace("sh[e] echo ", "").trim().to_owned())
        .collect()
}

#[test]
fn include_and_exclude_as_documented() {
    let table: &[(&str, &[&str])] = &[
        ("{os: [a, b], v: [1, 2]}", &["a 1", "a 2", "b 1", "b 2"]),
        ("{os: [a, b], v: [1, 2], exclude: [{os: a, v: 2}]}", &["a 1", "b 1", "b 2"]),
        ("{os: [a, b], v: [1, 2], exclude: [{os: b}]}", &["a 1", "a 2"]),
        ("{os: [a], include: [{v: 5}]}", &["a 5"]),
        ("{os: [a, b], include: [{os: a, v: 5}]}", &["a 5", "b"]),
        ("{os: [a, b], v: [1], exclude: [{OS: b}], include: [{Os: a, V: 5}]}", &["a 1", "a 5"]),
        ("{os: [a], include: [{os: c, v: 5}]}", &["a", "c 5"]),
        ("{os: [a], v: [1], include: [{v: 2}]}", &["a 1", "2"]),
        ("{os: [a], include: [{v: 1}, {v: 2}]}", &["a 2"]),
        ("{os: [a], include: [{os: c, v: 1}, {os: c, v: 2}]}", &["a", "c 1", "c 2"]),
        ("{include: [{os: a}, {os: b, v: 1}]}", &["a", "b 1"]),
        ("{c: [{name: x, os: y}, {name: z}]}", &["x", "z"]),
        ("{c: [{name: x, os: y}, {name: z}], exclude: [{c: {os: y}}]}", &["z"]),
        ("{os: \"${{ fromJSON('[\\\"a\\\"]') }}\"}", &["a"]),
        ("\"${{ fromJSON('{\\\"os\\\": [\\\"p\\\"]}') }}\"", &["p"]),
        ("\"${{ fromJSON(vars.M) }}\"", &["… … …"]),
        ("{os: [a], v: \"${{ fromJSON(vars.M) }}\"}", &["a …"]),
        // Around what is not known stands what is; two unknown parts hide what lies between them.
        ("{os: \"a ${{ vars.M }} b\"}", &["a … b"]),
        ("{os: \"run ${{ vars.M || github.ref_name }}/${{ 1 }} ${{ vars.N }} end\"}", &["run … end"]),
        ("{os: \"${{ vars.M }}${{ vars.N }}\"}", &["…"]),
        ("{os: []}", &[]),
        ("{os: [a], exclude: [{os: a}]}", &[]),
        ("{os: [a, a]}", &["a"]),
    ];
    for (matrix, expected) in table {
        let found: Vec<String> = variants(matrix);
        assert_eq!(found, *expected, "{matrix}");
    }
}

#[test]
fn variants_that_a_step_does_not_ask_for_are_one() {
    let text = "on: push
jobs:
  a:
    runs-on: ${{ matrix.os }}
    strategy: {matrix: {os: [ubuntu-22.04, ubuntu-24.04, windows-latest], v: [1, 2]}}
    env: {V: 'v${{ matrix.v }}'}
    steps:
    - run: lint
    - run: test
      if: runner.os == 'Linux'
      shell: bash
  b:
    runs-on: ubuntu-latest
    strategy: {matrix: {v: [1, 2, 3]}}
    steps:
    - run: lint
    - run: only
      if: matrix.v == 2
    - run: soft
      continue-on-error: ${{ matrix.v == 3 }}
";
    let all = pipeline(text);
    let of_job = |job: usize| -> Vec<String> {
        let units = all.units.iter().filter(|unit| unit.job == job);
        units.map(|unit| format!("{} {}", starts(&all, &unit.starts), shown(unit))).collect()
    };
    assert_eq!(
        of_job(0),
        [
            "push yes sh[e] lint",
            "push yes sh[e] lint",
            "push yes sh[ep] test",
            "push yes sh[ep] test",
            "push no sh[ep] test",
            "push no sh[ep] test",
        ]
    );
    assert_eq!(
        of_job(1),
        [
            "push yes sh[e] lint",
            "push no sh[e] only",
            "push yes sh[e] only",
            "push yes sh[e] soft",
            "push yes sh[e] soft soft(continues on error)",
        ]
    );
}

#[test]
fn a_matrix_is_bounded() {
    let items: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    let list = items.join(", ");
    let text = format!(
        "on: push\njobs:\n  a:\n    runs-on: x\n    strategy: {{matrix: {{a: [{list}], b: [{list}], c: [{list}]}}}}\n    steps:\n    - run: echo ${{{{ matrix.a }}}}\n"
    );
    let all = pipeline(&text);
    assert_eq!(all_shown(&all), ["sh[e] echo …"]);
    assert_eq!(all.problems.len(), 1);
    assert_eq!(all.jobs[0].checks, [None]);
}

#[test]
fn windows_shell_counts_where_nothing_else_runs_the_text() {
    let steps = |runs_on: &str, condition: &str| {
        let text = format!(
            "on: push\njobs:\n  a:\n    runs-on: {runs_on}\n    strategy: {{matrix: {{os: [ubuntu-latest, windows-latest]}}}}\n    steps:\n    - {{run: x, name: 'on ${{{{ matrix.os }}}}', if: \"{condition}\"}}\n"
        );
        let all = pipeline(&text);
        all.units.iter().filter(|unit| !unit.starts[0].answer.is_no()).map(shown).collect::<Vec<_>>()
    };
    assert_eq!(steps("'${{ matrix.os }}'", "true"), ["sh[e] x"]);
    assert_eq!(steps("windows-latest", "true"), ["opaque(a step in `pwsh` is not read)"]);
    assert_eq!(steps("'${{ matrix.os }}'", "runner.os == 'Windows'"), ["opaque(a step in `pwsh` is not read)"]);
    assert_eq!(steps("'${{ matrix.os }}'", "matrix.os == 'windows-latest'"), ["opaque(a step in `pwsh` is not read)"]);
}

#[test]
fn a_text_that_is_read_in_one_variant_is_not_opaque_in_another() {
    let text = "on: push
jobs:
  a:
    runs-on: ${{ matrix.os }}
    env: {FLAG: '${{ matrix.flag }}'}
    strategy: {matrix: {include: [{os: ubuntu-latest, flag: a}, {os: windows-latest, flag: b}]}}
    steps:
    - run: lint
";
    assert_eq!(all_shown(&pipeline(text)), ["sh[e] lint"]);
}
