//! Owns the rows of `deploy-tag-verified` about what programs are given beside their words: variables, the machine, the shell, another language.

use super::by_action::told;
use super::deployed::{Two, one, step, table};
use super::deployed_text::{between, named, script};
use super::deployed_words::all;

/// What deploys, and a variable of its step.
fn given(variable: &str, value: &str, run: &str) -> String {
    Two { last: &format!("run: {run}\nenv: {{ {variable}: \"{value}\" }}"), ..Two::default() }.text()
}

#[test]
fn variables_that_rule_programs_are_not_given() {
    let rows = [
        ("NPM_CONFIG_SCRIPT_SHELL", "npm publish"),
        ("Npm_Config_script_shell", "npm publish"),
        ("TERRAGRUNT_SOURCE", "terragrunt apply -auto-approve"),
        ("TG_WORKING_DIR", "terragrunt apply -auto-approve"),
        ("CDK_APP", "cdk deploy"),
        ("HELMFILE_FILE_PATH", "helmfile apply"),
        ("RUSTFLAGS", "cargo publish"),
        ("CGO_CFLAGS", "goreleaser release"),
        ("TAR_OPTIONS", "kubectl apply -f k8s/"),
        ("CDPATH", "kubectl apply -f k8s/"),
        ("YARN_YARN_PATH", "yarn npm publish"),
        ("GRADLE_USER_HOME", "gradle publish"),
        ("ORG_GRADLE_PROJECT_x", "gradle publish"),
        ("DOTNET_STARTUP_HOOKS", "dotnet nuget push x.nupkg"),
        ("SHELLOPTS", "kubectl apply -f k8s/"),
        ("COMPOSE_PROJECT_DIRECTORY", "docker compose build && docker compose push"),
        ("GORELEASER_CURRENT_TAG", "goreleaser release --clean"),
        ("UV_PROJECT", "uv build && uv publish"),
        ("BUNDLE_APP_CONFIG", "bundle exec rake && gem push x.gem"),
        ("CMAKE_TOOLCHAIN_FILE", "cargo publish"),
        ("BUILDKIT_SYNTAX", "docker build --push -t acme/x ."),
        ("MAVEN_CONFIG", "mvn deploy"),
        ("CLOUDFLARE_ENV", "wrangler deploy"),
        ("KUBECTL_EXTERNAL_DIFF", "kubectl apply -f k8s/"),
        ("SETTINGS_FILE", "kubectl apply -f k8s/"),
        ("EXTRA_FLAGS", "kubectl apply -f k8s/"),
        ("ACME_OPTS", "kubectl apply -f k8s/"),
    ];
    let rows: Vec<_> = rows.iter().map(|(name, run)| (*name, given(name, "${{ inputs.x }}", run), "unknown")).collect();
    table(&rows);
    let harmless = [
        ("AWS_REGION", "eu-west-1"),
        ("NODE_AUTH_TOKEN", "${{ secrets.N }}"),
        ("TWINE_USERNAME", "__token__"),
        ("CARGO_TERM_COLOR", "always"),
        ("DOCKER_BUILDKIT", "1"),
        ("NODE_ENV", "production"),
        ("PYTHON_VERSION", "3.12"),
        ("CI", "true"),
        ("REGISTRY", "${{ vars.R }}"),
        ("NAMESPACE", "${{ inputs.x }}"),
        ("NOTE", "${{ inputs.x }}"),
        ("CUSTOMER_ID", "${{ github.event.sender.id }}"),
        ("OUT_DIR", "dist"),
        ("SETTINGS_FILE", "settings/production.yml"),
        ("KUBECTL_VERSION", "1.31.0"),
        ("IMAGE_NAME", "acme/x"),
    ];
    let rows: Vec<_> =
        harmless.iter().map(|(name, value)| (*name, given(name, value, "kubectl apply -f k8s/"), "pass")).collect();
    table(&rows);
    all(
        script,
        &[
            "export TERRAGRUNT_SOURCE=git::https://forge.example/x",
            "CDK_APP='node x.js' make prepare",
            "env CDK_APP='node x.js' make prepare",
            "sudo CDK_APP='node x.js' make prepare",
            "CDK_APP='node x.js'; export CDK_APP; make prepare",
            "set -a; CDK_APP='node x.js'; make prepare",
            "set -o allexport; CDK_APP='node x.js'; make prepare",
            "declare -x CDK_APP='node x.js'; make prepare",
            "export -f make",
            "command export CDK_APP=x",
            "command_not_found_handle() { git checkout main; }",
            "read PATH < /dev/null",
            "unset GIT_DIR PATH",
            "export SHELLOPTS",
        ],
        "unknown",
    );
    all(
        script,
        &[
            "CDK_APP='node x.js'",
            "GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build -o dist/x ./cmd/x",
            "REGION=eu; export REGION",
            "for REGION in a b; do echo $REGION; done",
            "export NOTE=\"$X\"",
        ],
        "pass",
    );
    table(&[
        (
            "of all jobs",
            Two {
                on: "workflow_dispatch: { inputs: { tag: { required: true }, x: {} } }\nenv: { CDK_APP: x }",
                ..Two::default()
            }
            .text(),
            "unknown",
        ),
        ("of the job", Two { deploys: "env: { TERRAGRUNT_SOURCE: \"${{ inputs.x }}\" }", ..Two::default() }.text(), "unknown"),
        ("of the job that verifies", Two { verifies: "env: { GIT_CONFIG: x }", ..Two::default() }.text(), "unknown"),
        ("made by an expression", Two { deploys: "env: \"${{ fromJSON(inputs.x) }}\"", ..Two::default() }.text(), "unknown"),
    ]);
}

/// Programs of the tree read the environment, so that what says there what is deployed has to be the verified one.
#[test]
fn variables_that_say_what_is_deployed_say_the_verified_one() {
    let runs = [
        "helmfile apply",
        "pulumi up --yes",
        "make deploy && kubectl apply -f k8s/",
        "./ci/deploy && kubectl apply -f k8s/",
        "docker compose build && docker compose push",
    ];
    let rows = |name: &'static str, value: &'static str, verdict: &'static str| {
        let rows: Vec<_> = runs.iter().map(|run| (*run, given(name, value, run), verdict)).collect();
        table(&rows);
    };
    rows("IMAGE_TAG", "${{ inputs.x }}", "unknown");
    rows("IMAGE_TAG", "latest", "unknown");
    rows("IMAGE", "acme/x:latest", "unknown");
    rows("APP_VERSION", "1.2.3", "unknown");
    rows("DEPLOY_REF", "main", "unknown");
    rows("IMAGE", "acme/x:${{ inputs.x }}-${{ inputs.tag }}", "unknown");
    rows("IMAGE_TAG", "${{ inputs.tag }}", "pass");
    rows("IMAGE", "registry.example/${{ github.repository }}:${{ needs.verify.outputs.commit }}", "pass");
    rows("IMAGE_NAME", "${{ github.repository }}", "pass");
    rows("TF_VAR_image_tag", "latest", "unknown");
    rows("TF_VAR_image_tag", "${{ inputs.tag }}", "pass");
    rows("TF_VAR_region", "eu", "pass");
    all(
        script,
        &[
            "export IMAGE_TAG=latest",
            "IMAGE_TAG=latest make prepare",
            "VERSION=$(git describe) make prepare",
            "TAG=latest; make prepare",
        ],
        "unknown",
    );
    all(
        script,
        &[
            "export IMAGE_TAG=\"$TAG\"",
            "IMAGE_TAG=$COMMIT make prepare",
            "VERSION=${TAG#v}; echo \"$VERSION\"",
            "IMAGE_TAG=latest; echo $IMAGE_TAG",
        ],
        "pass",
    );
}

#[test]
fn what_sets_a_variable_aside_is_seen() {
    all(
        named,
        &[
            "(( COMMIT = 7 ))",
            "(( COMMIT++ ))",
            "let COMMIT=7",
            "echo $((COMMIT=7))",
            ": \"${COMMIT:=main}\"",
            "unset COMMIT; : \"${COMMIT:=main}\"",
            "unset COMMIT",
            "read COMMIT < /dev/null",
            "for COMMIT in main; do :; done",
            "echo \"${Y[COMMIT=7]}\"",
            "[[ COMMIT=7 -eq 7 ]]",
            "printf -v COMMIT main",
        ],
        "unknown",
    );
    all(named, &["I=1; (( I += 1 )); echo $((I + 1))", ": \"${OTHER:=x}\"", "(( I == 7 )) || true"], "pass");
}

#[test]
fn a_machine_is_made_new_for_the_job() {
    let on = |machine: &str| {
        let text = Two::default().text();
        let (verify, deploy) = text.split_once("  deploy:").expect("two jobs");
        format!("{verify}  deploy:{}", deploy.replacen("ubuntu-latest", machine, 1))
    };
    let verifies = |machine: &str| Two::default().text().replacen("ubuntu-latest", machine, 1);
    let of = |matrix: &str, machine: &str| {
        let text = Two { deploys: &format!("strategy: {{ matrix: {matrix} }}"), ..Two::default() }.text();
        let (verify, deploy) = text.split_once("  deploy:").expect("two jobs");
        format!("{verify}  deploy:{}", deploy.replacen("ubuntu-latest", machine, 1))
    };
    let os = "\"${{ matrix.os }}\"";
    table(&[
        ("one's own", on("self-hosted"), "unknown"),
        ("one's own of a kind", on("[self-hosted, linux]"), "unknown"),
        ("one's own, by its label", on("[ubuntu-latest, deployer]"), "unknown"),
        ("a group", on("{ group: deployers }"), "unknown"),
        ("a group with a label", on("{ group: deployers, labels: ubuntu-latest }"), "unknown"),
        ("whichever is given", on("\"${{ inputs.x }}\""), "unknown"),
        ("whichever is set", on("\"${{ vars.RUNNER }}\""), "unknown"),
        ("the one that verifies", verifies("self-hosted"), "unknown"),
        ("the one job", one("", "", "").replace("ubuntu-latest", "self-hosted"), "unknown"),
        ("the forge's", on("[ubuntu-24.04]"), "pass"),
        ("the forge's, larger", on("ubuntu-latest-8-cores"), "pass"),
        ("another of the forge's", on("macos-14"), "pass"),
        ("one that is rented for the job", on("depot-ubuntu-24.04-4"), "pass"),
        ("one that is rented", on("depot-macos-14"), "unknown"),
        ("of a list", of("{ os: [ubuntu-latest, macos-latest] }", os), "pass"),
        ("of a list of sets", of("{ include: [{ os: ubuntu-latest, target: x }] }", os), "pass"),
        ("of a list with one's own", of("{ os: [ubuntu-latest, self-hosted] }", os), "unknown"),
        ("of a list that is made", of("\"${{ fromJSON(inputs.x) }}\"", os), "unknown"),
        ("of no list", of("{ arch: [x] }", os), "unknown"),
    ]);
}

#[test]
fn several_of_a_job_and_a_known_shell_are_plain() {
    let deploys = |deploys: &str, between: &str| Two { deploys, between: &step(between), ..Two::default() }.text();
    table(&[
        (
            "values that are written",
            deploys("strategy: { matrix: { region: [eu, us] } }", "run: echo \"${{ matrix.region }}\""),
            "pass",
        ),
        (
            "values that are given",
            deploys("strategy: { matrix: { region: [\"${{ inputs.x }}\"] } }", "run: echo ready"),
            "unknown",
        ),
        (
            "values that are code",
            deploys("strategy: { matrix: { x: [\"$(git checkout main)\"] } }", "run: echo \"${{ matrix.x }}\""),
            "unknown",
        ),
        ("several that verify", Two { verifies: "strategy: { matrix: { a: [1, 2] } }", ..Two::default() }.text(), "unknown"),
        ("bash", deploys("defaults: { run: { shell: bash } }", "run: echo ready"), "pass"),
        ("sh", deploys("defaults: { run: { shell: sh } }", "run: echo ready"), "pass"),
        (
            "of all jobs",
            Two {
                on: "workflow_dispatch: { inputs: { tag: { required: true }, x: {} } }\ndefaults: { run: { shell: bash } }",
                ..Two::default()
            }
            .text(),
            "pass",
        ),
        ("a shell that is told", deploys("defaults: { run: { shell: \"bash {0}\" } }", "run: echo ready"), "unknown"),
        ("another directory", deploys("defaults: { run: { working-directory: /tmp/x } }", "run: echo ready"), "unknown"),
    ]);
}

/// What an action of the tree is given may be a part of its scripts.
#[test]
fn whoever_gives_an_input_writes_the_action() {
    let action =
        "inputs: { name: {} }\nruns:\n  using: composite\n  steps:\n    - run: echo \"${{ inputs.name }}\"\n      shell: bash\n";
    for (what, given, verdict) in [
        ("anybody", "${{ inputs.x }}", "unknown"),
        ("the verification", "${{ inputs.tag }}", "pass"),
        ("the workflow", "ready", "pass"),
        ("the platform", "${{ github.run_id }}", "pass"),
    ] {
        let text = between(&format!("uses: ./ci/say\nwith: {{ name: \"{given}\" }}"));
        let found = told(&text, &[("ci/say/action.yml", action)]);
        assert!(found.0 == verdict, "{what}: {found:?}, and not {verdict}");
    }
}

/// What deploys in another language than a shell's is not read.
#[test]
fn a_deployment_in_another_language_is_not_seen() {
    let last = |last: &str| Two { last, ..Two::default() }.text();
    table(&[
        ("one shell", last("run: kubectl apply -f k8s/\nshell: pwsh"), "unknown"),
        (
            "a language",
            last("shell: python\nrun: |\n  import subprocess\n  subprocess.run([\"kubectl\", \"apply\", \"-f\", \"k8s/\"])"),
            "unknown",
        ),
        ("a program with an ending", last("run: helm.exe upgrade x ./chart\nshell: pwsh"), "unknown"),
        (
            "a shell that is given to all",
            Two { deploys: "defaults: { run: { shell: pwsh } }", ..Two::default() }.text(),
            "unknown",
        ),
        (
            "a machine of another system",
            Two::default().text().replacen(
                "  deploy:\n    needs: verify\n    runs-on: ubuntu",
                "  deploy:\n    needs: verify\n    runs-on: windows",
                1,
            ),
            "unknown",
        ),
        ("only a try", last("run: kubectl apply -f k8s/ --dry-run=client\nshell: pwsh"), "not-applicable"),
        ("no deployment", last("run: kubectl get pods\nshell: pwsh"), "not-applicable"),
        ("a remark", last("run: |\n  # kubectl apply\n  Write-Output ready\nshell: pwsh"), "not-applicable"),
        (
            "behind one that is verified",
            Two::default().text() + "      - run: kubectl apply -f other/\n        shell: pwsh\n",
            "unknown",
        ),
    ]);
}

#[test]
fn settings_of_git_are_those_that_are_known() {
    all(
        between,
        &[
            "run: git config --global init.templateDir x",
            "run: git config fetch.bundleURI x",
            "run: git config push.pushOption x",
        ],
        "unknown",
    );
    all(
        between,
        &[
            "run: git config user.name x && git config --global init.defaultBranch main",
            "run: git config --global --add safe.directory \"$GITHUB_WORKSPACE\"",
        ],
        "pass",
    );
}
