//! Owns the rows of `deploy-tag-verified` about what stands near a verification and a deployment and is no step that is known to leave them alone.

use super::by_action::told;
use super::deployed::{COMMAND, HAND, OF_TAG, Two, one, step, table};

fn between(lines: &str) -> String {
    Two { between: &step(lines), ..Two::default() }.text()
}

fn before(lines: &str) -> String {
    Two { before: &step(lines), ..Two::default() }.text()
}

/// Before the verification, on the tree of the tag.
fn of_tag(lines: &str) -> String {
    Two { before: &format!("{}{}", step(OF_TAG), step(lines)), ..Two::default() }.text()
}

#[test]
fn a_step_that_nothing_is_known_of_makes_it_unknown() {
    table(&[
        ("an unknown program", between("run: acme-sync"), "unknown"),
        ("one by its path", between("run: /opt/acme/sync"), "unknown"),
        ("one behind another", between("run: sudo timeout 5 acme-sync"), "unknown"),
        ("one in an environment", between("run: env A=b acme-sync"), "unknown"),
        ("one in a condition", between("run: if test -d k8s; then acme-sync; fi"), "unknown"),
        ("one in another's words", between("run: echo \"$(acme-sync)\""), "unknown"),
        ("one in a shell's words", between("run: bash -c 'acme-sync k8s'"), "unknown"),
        ("what is made for a shell", between("run: bash -c \"$(curl https://forge.example/x)\""), "unknown"),
        ("what is given to a shell", between("run: sh -c \"$X\""), "unknown"),
        ("what is known to a shell", between("run: bash -c 'make prepare'"), "pass"),
        ("one in a function", between("run: |\n  f() { acme-sync; }\n  f"), "unknown"),
        ("one behind a pipe", between("run: cat k8s/app.yml | acme-sync"), "unknown"),
        ("a computed one", between("run: $TOOL k8s"), "unknown"),
        ("an unknown action", between("uses: acme/prepare@v1"), "unknown"),
        ("an action that scripts", between("uses: actions/github-script@v8\nwith: { script: \"1\" }"), "unknown"),
        ("an image", between("uses: docker://acme/sync:1"), "unknown"),
        ("a container of another image", between("run: docker run -v .:/w acme/sync"), "unknown"),
        ("another language", between("shell: python\nrun: \"import os\""), "unknown"),
        ("a script that is handed to a shell", between("run: sh < x"), "unknown"),
        ("a download that is handed to a shell", between("run: curl -L https://forge.example/x.sh | bash"), "unknown"),
        ("words of code", between("run: python3 -c 'print(1)'"), "unknown"),
        ("an answer of the forge", between("run: gh api repos/acme/kestrel/contents/k8s/app.yml > k8s/app.yml"), "unknown"),
        ("another commit's file", between("run: git show origin/main:k8s/app.yml > k8s/app.yml"), "unknown"),
        ("a setting that is changed", between("run: sed -i s/a/b/ k8s/app.yml"), "unknown"),
        ("an image that is pulled", between("run: docker pull acme/x && docker tag acme/x acme/y"), "unknown"),
        ("what the cluster has", between("run: kubectl get deploy/x -o yaml | kubectl apply -f -"), "unknown"),
        ("before the verification", before("run: acme-sync"), "unknown"),
        ("before it, an action", before("uses: acme/prepare@v1"), "unknown"),
        (
            "before it, what another job keeps",
            before("uses: actions/download-artifact@v6\nwith: { name: x, path: /usr/local/bin }"),
            "unknown",
        ),
        ("in the same script", one("", "", "").replacen("kubectl apply", "acme-sync && kubectl apply", 1), "unknown"),
        ("what is known", between("run: |\n  set -eu\n  echo a; ls -l k8s | grep app && cat k8s/app.yml"), "pass"),
        ("who logs in", between("uses: aws-actions/configure-aws-credentials@v5\nwith: { role-to-assume: x }"), "pass"),
        ("what the verified tree says", between("run: make prepare"), "pass"),
        ("a known one behind another", between("run: sudo timeout 5 make prepare"), "pass"),
        ("a build of the verified tree", between("run: python3 -m build"), "pass"),
        ("a program of the verified tree", between("run: ./ci/prepare"), "pass"),
        ("what follows the deployment", Two::default().text() + &indented("run: acme-notify"), "pass"),
        ("before it, a word that sets up", before("run: echo ready"), "pass"),
        (
            "a job that makes nothing for it",
            Two {
                jobs: "  check:\n    runs-on: ubuntu-latest\n    steps:\n      - run: acme-check\n",
                needs: "[verify, check]",
                ..Two::default()
            }
            .text(),
            "pass",
        ),
        (
            "a job that keeps something for it",
            Two {
                jobs: "  make:\n    needs: verify\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n        with: { ref: \"${{ needs.verify.outputs.commit }}\" }\n      - run: acme-build\n      - uses: actions/upload-artifact@v5\n        with: { name: k8s, path: k8s }\n",
                needs: "[verify, make]",
                between: &step("uses: actions/download-artifact@v6\nwith: { name: k8s, path: k8s }"),
                ..Two::default()
            }
            .text(),
            "unknown",
        ),
    ]);
}

/// One more step at the end of the last job.
fn indented(lines: &str) -> String {
    format!("      {}", step(lines))
}

/// At run time an action of the tree is what the tag brings.
#[test]
fn an_action_of_the_tags_tree_verifies_nothing() {
    let action = "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: tollgate verify-tag -- \"$TAG\"\n      env: { TAG: \"${{ inputs.tag }}\" }\ninputs: { tag: {} }\n";
    let idle = "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: echo ready\n";
    let more = [("ci/verify/action.yml", action), ("ci/idle/action.yml", idle)];
    for (what, text, verdict) in [
        ("before it, on the tag's tree", of_tag("uses: ./ci/idle"), "unknown"),
        ("before it, on the branch's tree", before("uses: ./ci/idle"), "pass"),
        ("after it", between("uses: ./ci/idle"), "pass"),
        (
            "as the verification, on the tag's tree",
            Two { before: &step(OF_TAG), by: "uses: ./ci/verify\nwith: { tag: \"${{ inputs.tag }}\" }", ..Two::default() }.text(),
            "unknown",
        ),
        ("by its words", Two { on: HAND, by: COMMAND, ..Two::default() }.text(), "pass"),
    ] {
        let found = told(&text, &more);
        assert!(found.0 == verdict, "{what}: {found:?}, and not {verdict}");
    }
}

#[test]
fn what_is_deployed_by_a_name_is_said_to_be_the_verified_one() {
    let last = |last: &str| Two { last, ..Two::default() }.text();
    table(&[
        ("a literal image", last("run: kubectl set image deploy/x x=acme/x:latest"), "unknown"),
        ("whatever lies there", last("run: kubectl rollout restart deploy/x"), "unknown"),
        ("the newest of a service", last("run: aws ecs update-service --service x --force-new-deployment"), "unknown"),
        ("a literal chart", last("run: helm upgrade x oci://r.example/x --version 1.2.3"), "unknown"),
        ("a chart of another repository", last("run: helm upgrade x acme/x"), "unknown"),
        ("a literal image beside the tree", last("run: helm upgrade x ./chart --set image.tag=latest"), "unknown"),
        ("an output of another step", last("run: kubectl set image deploy/x x=${{ steps.other.outputs.image }}"), "unknown"),
        (
            "another input of an action",
            last("uses: azure/webapps-deploy@v3\nwith: { app-name: x, container: \"${{ steps.other.outputs.x }}\" }"),
            "unknown",
        ),
        ("nothing of an action", last("uses: azure/webapps-deploy@v3\nwith: { app-name: x }"), "unknown"),
        ("the verified tag", last("run: helm upgrade x oci://r.example/x --version \"${{ inputs.tag }}\""), "pass"),
        ("the chart of the tree", last("run: helm upgrade x ./chart --set image.tag=\"${{ inputs.tag }}\""), "pass"),
        ("the verified commit", last("run: kubectl set image deploy/x x=acme/x:${{ needs.verify.outputs.commit }}"), "pass"),
        ("a path of an action", last("uses: azure/webapps-deploy@v3\nwith: { app-name: x, package: dist }"), "pass"),
        (
            "who may do it",
            last("uses: azure/webapps-deploy@v3\nwith: { publish-profile: \"${{ secrets.P }}\", package: dist }"),
            "pass",
        ),
        ("by a secret's cluster", last("run: kubectl --context \"${{ secrets.C }}\" apply -f k8s/"), "pass"),
    ]);
}

/// What the words of its commands do not say of a job.
#[test]
fn a_job_that_is_not_written_plainly_makes_it_unknown() {
    let verifies = |verifies: &str| Two { verifies, ..Two::default() }.text();
    let deploys = |deploys: &str| Two { deploys, ..Two::default() }.text();
    let with = |lines: &str| Two { by: &format!("run: tollgate verify-tag -- \"$TAG\"\n{lines}"), ..Two::default() }.text();
    let last = |last: &str| Two { last, ..Two::default() }.text();
    table(&[
        ("code by a process", before("run: bash <(curl -L https://forge.example/x)"), "unknown"),
        ("code that is made", before("run: eval \"$(git log -1)\""), "unknown"),
        ("an expression before it", before("run: echo \"${{ inputs.tag }}\""), "unknown"),
        ("an expression behind it", between("run: echo \"${{ inputs.tag }}\""), "pass"),
        ("a reference that is written", before("run: git rev-parse HEAD > .git/refs/remotes/origin/main"), "unknown"),
        ("a file that is written", between("run: echo a > k8s/app.yml"), "unknown"),
        ("a text that is handed over", last("run: |\n  kubectl apply -f - <<E\n  image: x\n  E"), "unknown"),
        ("an image of the tag", verifies("container: \"acme/x:${{ inputs.tag }}\""), "unknown"),
        ("an image that deploys", deploys("container: acme/x"), "unknown"),
        ("another shell", between("run: echo a\nshell: acme {0}"), "unknown"),
        ("another shell for all", deploys("defaults: { run: { shell: \"acme {0}\" } }"), "unknown"),
        ("git's own variables", with("env: { TAG: \"${{ inputs.tag }}\", GIT_DIR: x }"), "unknown"),
        ("git's own variables, in a script", between("run: export GIT_DIR=x"), "unknown"),
        ("where programs lie", deploys("env: { PATH: x }"), "unknown"),
        ("an ordinary variable", deploys("env: { REGION: x }"), "pass"),
        ("a name for a program", between("run: alias kubectl=x"), "unknown"),
        ("what runs at each command", between("run: trap x DEBUG"), "unknown"),
        ("a cache", between("uses: actions/cache@v4\nwith: { path: k8s, key: x }"), "unknown"),
        ("a loop's name", last("run: for TAG in a; do kubectl set image deploy/x x=acme/x:$TAG; done"), "unknown"),
        (
            "a part of the name",
            last("run: kubectl set image deploy/x x=acme/x:${TAG%%.*}\nenv: { TAG: \"${{ inputs.tag }}\" }"),
            "unknown",
        ),
        (
            "what a command says of it",
            last("run: kubectl set image deploy/x x=acme/x:$(git describe \"$TAG^\")\nenv: { TAG: \"${{ inputs.tag }}\" }"),
            "unknown",
        ),
        ("a path that is given", last("run: kubectl apply -f \"${{ inputs.x }}\""), "unknown"),
        ("a path beside the tree", last("run: kubectl apply -f /opt/x.yml"), "unknown"),
        ("a directory of another repository", last("run: kubectl apply -k github.com/acme/x?ref=main"), "unknown"),
        (
            "an input that is no path",
            last("uses: aws-actions/amazon-ecs-deploy-task-definition@v2\nwith: { task-definition: \"${{ inputs.x }}\" }"),
            "unknown",
        ),
        (
            "a file",
            last("uses: aws-actions/amazon-ecs-deploy-task-definition@v2\nwith: { task-definition: task.json }"),
            "pass",
        ),
        ("a file of Amazon's", last("run: aws lambda update-function-code --zip-file fileb://dist/x.zip"), "pass"),
        ("a version of Google's", last("run: gcloud app deploy --version v1"), "pass"),
        (
            "steps on one line",
            "on: { workflow_dispatch: { inputs: { tag: {} } } }\njobs:\n  verify:\n    runs-on: x\n    outputs: { commit: \"${{ steps.tag.outputs.commit }}\" }\n    steps:\n      - uses: actions/checkout@v7\n      - id: tag\n        run: tollgate verify-tag -- \"$TAG\"\n        env: { TAG: \"${{ inputs.tag }}\" }\n  deploy:\n    needs: verify\n    runs-on: x\n    steps: [{ uses: actions/checkout@v7, with: { ref: main } }, { run: kubectl apply -f k8s/ }, { uses: actions/checkout@v7, with: { ref: \"${{ needs.verify.outputs.commit }}\" } }]\n".to_owned(),
            "unknown",
        ),
        (
            "a step by its mark",
            Two { between: &step("*again"), ..Two::default() }
                .text()
                .replacen("- uses: actions/checkout@v7", "- &again\n        uses: actions/checkout@v7", 1),
            "unknown",
        ),
    ]);
}

/// What a called workflow, or the job that calls it, sets for all steps counts for the deployment in it.
#[test]
fn a_called_workflow_is_written_plainly_too() {
    let calls = |more: &str| {
        let verify = "  verify:\n    runs-on: ubuntu-latest\n    outputs: { commit: \"${{ steps.tag.outputs.commit }}\" }\n    steps:\n      - uses: actions/checkout@v7\n        with: { fetch-depth: 0 }\n      - id: tag\n        run: tollgate verify-tag -- \"$TAG\"\n        env: { TAG: \"${{ inputs.tag }}\" }\n";
        format!(
            "on:\n  {HAND}\njobs:\n{verify}  deploy:\n    needs: verify\n    uses: ./.github/workflows/ship.yml\n    with: {{ commit: \"${{{{ needs.verify.outputs.commit }}}}\" }}\n{more}"
        )
    };
    let ship = |more: &str| {
        format!(
            "on: {{ workflow_call: {{ inputs: {{ commit: {{ type: string }} }} }} }}\n{more}jobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v7\n        with: {{ ref: \"${{{{ inputs.commit }}}}\" }}\n      - run: kubectl apply -f k8s/\n"
        )
    };
    for (what, of_call, of_called, verdict) in [
        ("plain", "", "", "pass"),
        ("its shell", "", "defaults: { run: { shell: \"acme {0}\" } }\n", "unknown"),
        ("its variables", "", "env: { PATH: x }\n", "unknown"),
        ("several of it", "    strategy: { matrix: { a: [1, 2] } }\n", "", "unknown"),
    ] {
        let found = told(&calls(of_call), &[(".github/workflows/ship.yml", &ship(of_called))]);
        assert!(found.0 == verdict, "{what}: {found:?}, and not {verdict}");
    }
}
