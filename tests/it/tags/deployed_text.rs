//! Owns the rows of `deploy-tag-verified` about the text of jobs and scripts: what stands in it beside the words of commands, and may make
//! something else of them.

use super::deployed::{Two, step, table};
use super::deployed_words::{TAG, all};

const COMMIT: &str =
    "\nenv: { COMMIT: \"${{ needs.verify.outputs.commit }}\", TAG: \"${{ inputs.tag }}\", X: \"${{ inputs.x }}\" }";

pub(super) fn between(lines: &str) -> String {
    Two { between: &step(lines), ..Two::default() }.text()
}

/// A script before the deployment.
pub(super) fn script(lines: &str) -> String {
    between(&format!("run: |\n{}{COMMIT}", lines.lines().map(|line| format!("  {line}\n")).collect::<String>().trim_end()))
}

/// A script that deploys by the name of the verified commit behind these lines.
pub(super) fn named(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    let last = format!("run: |\n{lines}  kubectl set image deploy/x x=acme/x:$COMMIT{COMMIT}");
    Two { last: &last, ..Two::default() }.text()
}

/// The same beside the verification.
fn beside(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    Two { by: &format!("run: |\n  tollgate verify-tag -- \"$TAG\"\n{}{TAG}", lines.trim_end()), ..Two::default() }.text()
}

#[test]
fn whoever_gives_an_expression_writes_the_script() {
    all(
        between,
        &[
            "run: echo \"${{ inputs.x }}\"",
            "run: \"[ -n \\\"${{ inputs.x }}\\\" ]\"",
            "run: make x V=\"${{ inputs.x }}\"",
            "run: echo \"${{ github.event.head_commit.message }}\"",
            "run: echo \"${{ github.actor }} ${{ github.head_ref }}\"",
            "run: echo \"${{ github.ref_name }}\"",
            "run: echo \"${{ github['event']['x'] }}\"",
            "run: echo \"${{ secrets.X || inputs.x }}\"",
            "run: echo \"${{ matrix.x || inputs.x }}\"",
            "run: echo \"${{ needs.verify.outputs.result }}\"",
            "run: echo \"${{ steps.other.outputs.outcome }}\"",
            "run: echo \"${{ steps.other.outputs.x || needs.verify.result }}\"",
            "run: echo \"${{ env.X }}\"\nenv: { X: \"${{ inputs.x }}\" }",
            "run: echo \"${{ steps.other.outputs.x }}\"",
            "run: echo \"${{ format('{0}', inputs.x) }}\"",
            "run: echo \"${{ github.sha && '$(git checkout main)' }}\"",
            "run: echo \"${{ env.X }}\"\nenv: { X: \"$(git checkout main)\" }",
        ],
        "unknown",
    );
    all(
        between,
        &[
            "run: echo \"${{ github.sha }} ${{ github.repository }} ${{ github.run_id }}.${{ github.run_attempt }}\"",
            "run: echo \"${{ inputs.tag }} ${{ needs.verify.outputs.commit }}\"",
            "run: echo \"${{ secrets.NAME }} ${{ vars.REGION }} ${{ github.token }}\"",
            "run: echo \"${{ runner.os }}-${{ runner.arch }} ${{ job.status }} ${{ needs.verify.result }}\"",
            "run: echo \"${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}\"",
            "run: echo \"${{ github.event_name == 'release' && 'stable' || 'next' }}\"",
            "run: echo \"${{ env.X }}/${{ env.Y }}\"\nenv: { X: registry.example, Y: \"${{ github.repository }}\" }",
        ],
        "pass",
    );
    let declared = |input: &str, run: &str| {
        let on = format!("workflow_dispatch: {{ inputs: {{ tag: {{ required: true }}, x: {input} }} }}");
        Two { on: &on, between: &step(run), ..Two::default() }.text()
    };
    let says = "run: echo \"${{ inputs.x }}\"";
    table(&[
        ("one of some", declared("{ type: choice, options: [eu, us] }", says), "pass"),
        (
            "one of some, by the event",
            declared("{ type: choice, options: [eu] }", "run: echo ${{ github.event.inputs.x }}"),
            "pass",
        ),
        ("one of some that are code", declared("{ type: choice, options: [\"$(git checkout main)\"] }", says), "unknown"),
        ("yes or no", declared("{ type: boolean }", "run: echo \"${{ inputs.x && 'a' || 'b' }}\""), "pass"),
        ("any text", declared("{ type: string }", says), "unknown"),
        (
            "one of some, and any by another workflow",
            declared("{ type: choice, options: [eu] }", says).replacen(
                "on:\n",
                "on:\n  workflow_call: { inputs: { x: { type: string }, tag: { type: string } } }\n",
                1,
            ),
            "unknown",
        ),
        ("before it", Two { before: &step("run: echo \"${{ inputs.x }}\""), ..Two::default() }.text(), "unknown"),
        ("before it, the tag", Two { before: &step("run: echo \"${{ inputs.tag }}\""), ..Two::default() }.text(), "unknown"),
        ("before it, the run", Two { before: &step("run: echo \"${{ github.run_id }}\""), ..Two::default() }.text(), "pass"),
        ("beside it", beside("echo \"${{ inputs.x }}\""), "unknown"),
        ("beside it, the tag", beside("echo \"${{ inputs.tag }}\""), "unknown"),
    ]);
}

#[test]
fn what_later_steps_are_handed_is_one_variable_that_rules_nothing() {
    all(
        script,
        &[
            "echo \"NOTE=$X\" >> $GITHUB_ENV",
            "echo \"NOTE=$(git log -1 --format=%B)\" >> \"$GITHUB_ENV\"",
            "Y=$X; echo \"NOTE=$Y\" >> \"$GITHUB_ENV\"",
            "echo \"NOTE=a\\nPATH=x\" >> \"$GITHUB_ENV\"",
            "{ echo \"NOTE=a\"; } >> \"$GITHUB_ENV\"",
            "echo \"NOTE=a\" >> ${GITHUB_ENV:-x}",
            "echo \"NOTE=a\" > \"$GITHUB_ENV\"",
            "echo \"NOTE=a\" | tee -a \"$GITHUB_ENV\"",
            "printf '%s\\n' NOTE=a >> \"$GITHUB_ENV\"",
            "git log -1 --format=%B >> $GITHUB_ENV",
            "echo \"BASH_ENV=x\" >> ${GITHUB_ENV}",
            "echo \"NPM_CONFIG_SCRIPT_SHELL=x\" >> $GITHUB_ENV",
            "echo \"IMAGE_TAG=latest\" >> $GITHUB_ENV",
            "echo \"$GITHUB_WORKSPACE/bin\" >> $GITHUB_PATH",
            "echo '::set-env name=PATH::x'",
            "echo \"::add-\"\"path::x\"",
            "echo '##[add-path]x'",
            "echo '::stop-commands::x'",
        ],
        "unknown",
    );
    all(
        script,
        &[
            "echo \"NOTE=a b\" >> $GITHUB_ENV",
            "echo \"IMAGE_TAG=$TAG\" >> \"$GITHUB_ENV\"",
            "echo \"IMAGE=registry.example/x:$COMMIT\" >> \"$GITHUB_ENV\"",
            "IMAGE=registry.example/x:$COMMIT; echo \"IMAGE=$IMAGE\" >> \"$GITHUB_ENV\"",
            "echo \"REPOSITORY=$GITHUB_REPOSITORY\" >> ${GITHUB_ENV}",
            "echo '::group::make'; echo '::endgroup::'",
        ],
        "pass",
    );
    let before = |lines: &str| Two { before: &step(lines), ..Two::default() }.text();
    table(&[
        ("before it", before("run: echo \"NOTE=$X\" >> $GITHUB_ENV\nenv: { X: \"${{ inputs.x }}\" }"), "unknown"),
        ("before it, a secret", before("run: echo \"X_TOKEN=${{ secrets.X }}\" >> $GITHUB_ENV"), "pass"),
    ]);
}

/// The runner takes commands from what a step prints, and one of them says what the step gives.
#[test]
fn the_step_that_verifies_prints_nothing_of_others() {
    all(
        beside,
        &[
            "cat out.txt",
            "git log -1 --format=%B origin/main",
            "git show origin/main",
            "echo \"$X\"",
            "echo \"$(git log -1)\"",
            "Y=$(cat out.txt); echo \"$Y\"",
            "Y=$(cat out.txt >&2)",
            "echo '::set-output name=commit::main'",
            "echo \"::set-\"\"output name=commit::main\"",
            "echo '##[set-output name=commit;]main'",
            "printf '\\072\\072set\\055output name=commit\\072\\072main'",
            "if true; then cat out.txt; fi",
            "f() { cat out.txt; }; f",
            "sudo cat out.txt",
            "bash -c 'cat out.txt'",
            "make",
            "true | cat out.txt",
            "set -x; Y=$(cat out.txt)",
            "set -eo xtrace",
            "Y=$(cat out.txt); (( Y > 1 )) || true",
            "Y=$(cat out.txt); [ \"$Y\" -gt 1 ] || true",
            "Y=$(cat out.txt); cd \"$Y\" || true",
        ],
        "unknown",
    );
    all(
        beside,
        &[
            "echo \"verified $TAG of $GITHUB_REPOSITORY\"",
            "echo '::notice::verified'",
            "cat out.txt > /dev/null",
            "cat out.txt | true",
            "Y=$(git log -1); test -n \"$Y\"",
            "set -eu; mkdir -p out; cd out",
            "if [ -n \"$TAG\" ]; then exit 0; fi",
        ],
        "pass",
    );
    let behind = |lines: &str| Two { behind: &step(lines), ..Two::default() }.text();
    table(&[
        ("a step behind it", behind("run: cat out.txt"), "pass"),
        ("what another step gives", behind("run: echo '::set-output name=commit::main'"), "pass"),
        (
            "commands that are let in",
            Two { verifies: "env: { ACTIONS_ALLOW_UNSECURE_COMMANDS: true }", ..Two::default() }.text(),
            "unknown",
        ),
    ]);
}

#[test]
fn redirections_are_those_that_a_shell_reads() {
    all(
        script,
        &[
            "echo a => k8s/app.yml",
            "echo a ->> k8s/app.yml",
            "cat x -> k8s/app.yml",
            "echo a >/dev/null/../../x",
            "echo a >/dev/nullx",
            "kubectl apply -f - <<'/dev/null'\nkind: x\n/dev/null",
            "echo a >&2 >k8s/app.yml",
            "echo a >& k8s/app.yml",
            "echo a >> $GITHUB_OUTPUT/../x",
            "echo a >> \"$GITHUB_OUTPUT\".yml",
            "GITHUB_OUTPUT=k8s/app.yml; echo a >> $GITHUB_OUTPUT",
            "export GITHUB_STEP_SUMMARY=k8s/app.yml; echo a >> $GITHUB_STEP_SUMMARY",
            "bash -c 'echo a > k8s/app.yml'",
            "sudo sh -ec \"echo a > k8s/app.yml\"",
            "if true; then echo a; fi > k8s/app.yml",
            "f() { echo a; } > k8s/app.yml",
            "echo \"$X\" > kubeconfig",
            "echo \"${{ secrets.K }}\" > k8s/app.yml",
        ],
        "unknown",
    );
    all(
        script,
        &[
            "echo 'a => b' \"c -> d\" e\\>f # > g",
            "# prints <nothing>",
            "ls k8s >/dev/null 2>&1 </dev/null",
            "echo a >&2; echo b 1>&2; ls 2> /dev/null; ls &>/dev/null",
            "echo \"name=$X\" >> \"${GITHUB_OUTPUT}\"; echo \"$X\" >> $GITHUB_STEP_SUMMARY",
            "grep -c '<none>' k8s/app.yml",
            "mkdir -p ~/.kube; echo \"${{ secrets.K }}\" | base64 -d > ~/.kube/config",
            "echo \"${{ secrets.K }}\" > kubeconfig",
        ],
        "pass",
    );
    table(&[
        (
            "a file of the runner by another name",
            Two {
                last: "run: echo a >> $GITHUB_OUTPUT && kubectl apply -f k8s/\nenv: { GITHUB_OUTPUT: k8s/app.yml }",
                ..Two::default()
            }
            .text(),
            "unknown",
        ),
        (
            "a secret by a variable",
            between("run: echo \"$K\" > \"$HOME/.kube/config\"\nenv: { K: \"${{ secrets.K }}\" }"),
            "pass",
        ),
    ]);
}

#[test]
fn what_a_shell_evaluates_is_code() {
    all(
        script,
        &[
            "if [[ \"$X\" -eq 1 ]]; then echo hi; fi",
            "[[ X -gt 1 ]] && echo hi",
            "[[ -v $X ]] && echo hi",
            "(( X > 1 )) && echo hi",
            "(( $X > 1 )) && echo hi",
            "echo $(( X + 1 ))",
            "for ((i=0;i<X;i++)); do echo hi; done",
            "declare -i n=\"$X\"",
            "declare -i n\nn=\"$X\"",
            "f() { local -i n=\"$X\"; }\nf",
            "echo \"${TAG:$X}\"",
            "echo \"${TAG:0:X}\"",
            "a=(1 2)\necho \"${a[$X]}\"",
            "a=(1 2)\necho \"${a[X]}\"",
            "[ -v \"$X\" ] && echo hi",
            "test -v \"$X\" && echo hi",
            "declare -a m=(\"[$X]=1\")",
            "declare -a m=\"$X\"",
            "echo \"${!X}\"",
            "echo \"${X@P}\"",
            "y=\"$X\"\n(( y > 1 )) && echo hi",
            "n=$(cat k8s/app.yml)\n(( n > 1 )) && echo hi",
            "for i in $X; do (( i > 1 )) && echo hi; done",
            "jobs -x git checkout origin/main",
            "curl -sS -o /dev/null -w '%output{k8s/app.yml}%{json}' https://x.example/a",
            "curl -sS -o /dev/null -w @k8s/app.yml https://x.example/a",
            "curl -sS -o /dev/null -w \"$X\" https://x.example/a",
        ],
        "unknown",
    );
    all(
        script,
        &[
            "n=1\n[[ \"$n\" -eq 1 ]] && echo hi",
            "i=0\nwhile (( i < 5 )); do i=$((i + 1)); done",
            "for ((i=0;i<5;i++)); do echo hi; done",
            "for i in 1 2 3; do [[ $i -eq 3 ]] && echo hi; done",
            "for i in $(seq 1 5); do (( i > 3 )) && echo hi; done",
            "end=$(( $(date +%s) + 60 ))\nwhile (( $(date +%s) < end )); do sleep 1; done",
            "[[ \"$X\" == 1 ]] && echo hi",
            "[ \"$X\" -eq 1 ] && echo hi",
            "echo \"${X:0:3} ${X#v} ${X:-none} ${#X}\"",
            "[ -v X ] && echo hi",
            "a=(1 2)\necho \"${a[0]} ${a[@]} ${#a[@]}\"",
            "curl -sS -o /dev/null -w '%{http_code}' https://x.example/a",
        ],
        "pass",
    );
}
